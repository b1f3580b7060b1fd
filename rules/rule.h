// A rule: metadata, wording in two languages, and a query over the inventory database (docs/writing-rules.md).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/examples.h"

namespace kakoi {

struct Text {
  std::string en, ja;
};

// Another wording or weight for some of a rule's rows: those whose column "variant" names it.
// Where rows of one finding name several, the variant that stands first in the file wins.
struct Variant {
  std::string id;
  std::optional<std::string> severity;
  std::optional<int> confidence;
  std::optional<bool> uses_zones;
  std::optional<Text> title, detail;
};

struct Rule {
  std::string id;
  std::string family;          // of kFamilies
  std::string severity;        // of kSeverities
  int confidence = 0;          // 1..100
  std::string exposure_class;  // of kExposureClasses
  std::string attack_ics;      // MITRE ATT&CK for ICS technique, "T0883", or ""
  bool uses_zones = false;     // leans on zones: weaker where they are inferred
  Text title, detail;          // detail: a template with {placeholders}
  Text rationale, limit, remedy, confirm;
  std::string query;
  std::vector<Variant> variants;
  std::vector<Example> examples;
  std::string pack;  // id of the pack that it came with; '' none

  std::string origin;  // file, for messages
  int query_line = 0;  // of the first line of the query in that file, from 1
};

// One row of rules/credentials/*.yaml; the secret is public knowledge, from the source named.
struct DefaultCredential {
  std::string id, vendor, product, scheme, username, secret, source;
};

inline constexpr std::array<std::string_view, 7> kFamilies = {"external", "segmentation", "control",  "credential",
                                                              "legacy",   "network",      "inventory"};
inline constexpr std::size_t kLongestRuleId = 32;
inline constexpr std::array<std::string_view, 5> kSeverities = {"critical", "high", "medium", "low", "info"};

// Ids of the classes that rules/frameworks maps to controls.
inline constexpr std::array<std::string_view, 32> kExposureClasses = {
    "asset-inventory-gap",
    "declared-asset-not-seen",
    "external-route-established",
    "external-route-attempted",
    "default-gateway-present-in-closed-zone",
    "public-dns-resolution",
    "it-ot-direct-path",
    "it-ot-same-segment",
    "dual-homed-host",
    "default-credential",
    "cleartext-credential",
    "anonymous-no-auth-service",
    "weak-snmp-community",
    "legacy-os",
    "known-vulnerability",
    "legacy-protocol-version",
    "cleartext-management",
    "remote-access-tool",
    "unauthorised-vpn-tunnel",
    "ot-control-write-from-unexpected-source",
    "ot-firmware-or-program-download",
    "ot-device-without-authentication",
    "unapproved-network-device",
    "routing-protocol-exposure",
    "update-or-av-traffic-leaves-closed-network",
    "cloud-service-use",
    "unencrypted-ot-over-wan",
    "certificate-expired-or-self-signed",
    "time-sync-external",
    "multicast-broadcast-discovery-leak",
    "unknown-protocol",
    "capture-blind-spot",
};

// Columns that the engine itself reads; every other column of a query fills a placeholder.
inline constexpr std::array<std::string_view, 11> kEngineColumns = {"subject_id", "peer_id",  "key",      "variant",
                                                                    "first_ts",   "last_ts",  "packet_1", "packet_2",
                                                                    "packet_3",   "packet_4", "packet_5"};

}  // namespace kakoi
