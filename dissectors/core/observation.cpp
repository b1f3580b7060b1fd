#include "dissectors/core/observation.h"

#include "dissectors/core/dissector.h"

namespace kakoi {

namespace {
template <std::size_t N, typename E>
std::string_view pick(const std::string_view (&names)[N], E value) noexcept {
  const auto i = static_cast<std::size_t>(value);
  return i < N ? names[i] : "unknown";
}
}  // namespace

std::string_view to_string(OperationClass value) noexcept {
  static constexpr std::string_view names[] = {"read",    "report",     "write",   "control",  "parameter",
                                               "program", "mode",       "file",    "identify", "time",
                                               "auth",    "diagnostic", "session", "other"};
  return pick(names, value);
}
std::string_view to_string(Trait value) noexcept {
  static constexpr std::string_view names[] = {
      "vendor",   "product", "model",   "firmware",    "hardware",           "serial",
      "name",     "domain",  "os",      "software",    "user_agent",         "description",
      "location", "role",    "account", "fingerprint", "management_address", "own_address"};
  return pick(names, value);
}
std::string_view to_string(Outcome value) noexcept {
  static constexpr std::string_view names[] = {"", "accepted", "refused", "unanswered"};
  return pick(names, value);
}
std::string_view to_string(LookupOutcome value) noexcept {
  static constexpr std::string_view names[] = {"asked", "answered", "no_such_name", "failed"};
  return pick(names, value);
}
std::string_view to_string(CredentialOutcome value) noexcept {
  static constexpr std::string_view names[] = {"attempted", "rejected", "accepted"};
  return pick(names, value);
}
std::string_view to_string(BindingKind value) noexcept {
  static constexpr std::string_view names[] = {"arp request", "arp reply", "arp probe", "neighbour discovery", "dhcp"};
  return pick(names, value);
}
std::string_view to_string(RouteKind value) noexcept {
  static constexpr std::string_view names[] = {"dhcp_router",          "router_advertisement", "icmp_redirect",
                                               "first_hop_redundancy", "routing_protocol",     "configured"};
  return pick(names, value);
}
std::string_view to_string(Fault value) noexcept {
  static constexpr std::string_view names[] = {"truncated", "bad_length",          "bad_checksum", "bad_value",
                                               "lost_sync", "conflicting_overlap", "unknown_type", "sequence_break"};
  return pick(names, value);
}
std::string_view to_string(Transport value) noexcept {
  static constexpr std::string_view names[] = {"tcp", "udp", "icmp", "ip", "ethernet"};
  return pick(names, value);
}

}  // namespace kakoi
