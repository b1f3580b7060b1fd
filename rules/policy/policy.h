// The site policy: what the site declares about its network (docs/policy.md). Loaded from site.yaml,
// then written into the inventory database, where rules read it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "rules/policy/cidr.h"
#include "sensor/inventory/database.h"

namespace kakoi {

// All that is wrong with a policy, a line each: "site.yaml:12:5: unknown key 'zoness' (did you mean 'zones'?)".
struct PolicyError : std::runtime_error {
  explicit PolicyError(std::vector<std::string> lines);
  std::vector<std::string> problems;
};

// How much depends on a device: declared for zones and assets, else inferred (rules/risk).
inline constexpr std::array<std::string_view, 4> kCriticalities = {"critical", "high", "medium", "low"};

// Which assets belong: all conditions that are set must hold; at least one is set.
struct ZoneMember {
  std::optional<Cidr> cidr;
  std::optional<std::uint32_t> vlan;  // outer*4096+inner for stacked tags
  std::optional<Address> mac;
  std::string asset;  // asset.name or asset_id
};

struct Zone {
  std::string id, name, kind;   // kind: 'ot' | 'it' | 'dmz' | 'safety' | 'wan'
  std::optional<double> level;  // Purdue
  bool closed = false;
  std::string criticality;  // of kCriticalities, or ''
  std::vector<ZoneMember> members;
};

// When a conduit is meant to be used, in minutes since Monday 00:00 at the site; `to` is past the last one.
struct TimeWindow {
  int from = 0, to = 0;  // 0 <= from < to <= 7 * 1440
};

struct Conduit {
  std::string id, from, to;                     // zone ids; from: the zone of the client
  std::vector<std::string> protocols, classes;  // empty: any
  std::vector<TimeWindow> times;                // empty: always
};

struct AllowedExternal {
  std::string name;
  Cidr cidr;
  std::string protocol;               // '' = any
  std::optional<std::uint16_t> port;  // server port
};

struct Acceptance {
  std::string rule, finding;  // one or both
  std::string reason, approver;
  std::string expires;                     // as written: "2027-03-31"; "" never
  std::optional<std::int64_t> expires_ts;  // nanoseconds; holds before this moment of the capture's time
};

struct DeclaredAsset {
  std::string name;
  Address address;              // IP or MAC; none where a register gives a name only
  std::vector<Address> others;  // more of the same device
  std::string role, zone, vendor, product, firmware, serial, os, location, purpose;
  std::string criticality;  // of kCriticalities, or ''
  std::string source;       // "register.csv:12"; '' of the policy itself; "site.yaml:40, register.csv:12" of both
  std::string place;        // in YAML: "site.yaml:40"
  bool is_unread = false;   // the row had addresses, and none of them could be read
};

// A host that may do what others may not: 'gateway', 'resolver', 'time_server', 'jump_host', 'master'.
struct AllowedRole {
  std::string role;
  std::optional<Address> address;  // else
  std::string asset;               // asset.name or asset_id
};

struct Policy {
  std::string site;
  std::string timezone = "UTC";  // as written: "Asia/Tokyo", "+09:00"
  std::vector<Zone> zones;
  std::vector<Conduit> conduits;
  std::vector<AllowedExternal> allowed_external;
  std::vector<AllowedRole> roles;
  std::vector<Cidr> ranges;                  // private ranges in use, all of them
  std::vector<Cidr> internal_public_ranges;  // public numbers used inside
  std::vector<Acceptance> acceptances;
  std::vector<DeclaredAsset> assets;

  bool declares_zones() const noexcept { return !zones.empty(); }
  bool declares_ranges() const noexcept;
};

// Throws PolicyError with everything that is wrong; `origin` names the file in messages. A protocol that is none of
// `protocols` is a mistake; empty: any name is taken.
Policy parse_policy(std::string_view yaml, const std::string& origin, std::span<const std::string_view> protocols = {});
// As above; a file that cannot be read is a PolicyError, too.
Policy load_policy(const std::filesystem::path& path, std::span<const std::string_view> protocols = {});

// Seconds east of UTC for "UTC", "+09:00" or a zone without daylight saving ("Asia/Tokyo"). Zones
// with daylight saving are not taken: their rules would come from the machine, and the same captures
// must give the same report everywhere.
std::optional<int> utc_offset(std::string_view timezone);

// Puts back what an earlier policy changed in asset and address, and empties the policy's tables and
// the findings. Merging and comparing inventories start from this.
void clear_assessment(Database& db);

// Writes the policy into the (cleared) database and places assets in zones; infers zones if none are
// declared. Returns what the site should know: declared things that no packet showed.
std::vector<std::string> apply_policy(Database& db, const Policy& policy);

// Zones from what hosts do; used by apply_policy() where none are declared (docs/policy.md, "Without a policy").
void infer_zones(Database& db);

// A site.yaml to start from, filled with what the inventory shows. Loads without errors.
std::string starter_policy(Database& db);

}  // namespace kakoi
