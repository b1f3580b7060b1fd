// A small plant in an inventory database, filled by hand: what a rule test starts from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/assess.h"

namespace kakoi {

struct Host {
  std::string ip;
  std::string scope = "local";
  bool ot = false, it = false, router = false;
  std::optional<int> vlan{};
  std::string vendor{}, product{};
  bool squatted = false;
  std::string bound_by = "arp reply";
};

struct Talk {
  std::string protocol{}, domain{};  // 'ot', 'it', 'shared', ''
  int port = 0;
  std::string transport = "tcp", state = "established";
  std::int64_t to_server = 3, to_client = 3;  // packets
  std::int64_t payload_to_server = 100, payload_to_client = 200;
};

// TCP without an answer, and TCP whose handshake was all there was.
Talk unanswered(int port);
Talk refused(int port);
Talk shaken_hands(int port);

class Site {
 public:
  Site();

  // The asset's id is its name.
  Site& host(const std::string& name, const Host& host);
  Site& address(const std::string& name, const std::string& value, std::optional<int> vlan = {});
  Site& attribute(const std::string& name, const std::string& trait, const std::string& value,
                  const std::string& method = "test");
  Site& subnet(const std::string& cidr, std::optional<int> vlan = {});
  // Returns link_id.
  std::int64_t link(const std::string& client, const std::string& server, const Talk& talk);
  Site& operation(std::int64_t link, const std::string& cls, int code, int from_client, int from_server,
                  int refused = 0);
  Site& lookup(std::int64_t link, const std::string& name, bool is_public, int answered, int no_such_name = 0,
               const std::string& addresses = "");
  Site& credential(std::int64_t link, const std::string& scheme, const std::string& user, const std::string& secret,
                   const std::string& outcome);
  Site& open_access(std::int64_t link, const std::string& scheme);
  Site& tls(std::int64_t link, int version, const std::string& server_name, bool self_signed = false,
            const std::string& not_after = "2030-01-01");
  Site& lease(const std::string& server, const std::string& server_address, std::optional<int> vlan = {});
  Site& gateway(const std::string& kind, const std::string& address, const std::string& asset,
                const std::string& announced_by, int count = 1);

  // Assesses with the built-in rules and returns the finding's rules, "rule subject peer", sorted.
  std::vector<std::string> findings(const std::string& policy_yaml = "");
  // Subjects of one rule's findings.
  std::vector<std::string> subjects(const std::string& rule, const std::string& policy_yaml = "");
  // One column of the one finding of a rule; "" if there are none, "several" if more.
  std::string of(const std::string& rule, const std::string& column);
  // Sets a column of the rows that match, for what has no parameter of its own.
  Site& set(const std::string& table, const std::string& column, const std::string& value, const std::string& where);
  std::string dump();  // every row that an assessment writes

  Database db;

 private:
  std::int64_t packet();
  std::int64_t next_packet_ = 1, next_link_ = 1;
};

// Not a real one: enough to tell secrets apart.
std::string test_fingerprint(std::string_view secret);

const RuleSet& built_in_rules();

}  // namespace kakoi
