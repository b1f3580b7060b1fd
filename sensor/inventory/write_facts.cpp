// The tables of protocol facts: what was said over links, and about the network.
#include <limits>

#include "sensor/inventory/public_name.h"
#include "sensor/inventory/writer.h"

namespace kakoi {

namespace {

template <typename Addresses>
std::string join(const Addresses& addresses) {
  std::string text;
  for (const Address& a : addresses) text += (text.empty() ? "" : ",") + to_string(a);
  return text;
}

// Seconds to the nanoseconds of the database, which end in the year 2262; certificates may not.
std::optional<std::int64_t> nanoseconds(std::int64_t seconds) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1'000'000'000;
  if (seconds == 0) return std::nullopt;
  if (seconds > most) return std::numeric_limits<std::int64_t>::max();
  if (seconds < -most) return std::numeric_limits<std::int64_t>::min();
  return seconds * 1'000'000'000;
}

std::optional<std::int64_t> seen_number(std::uint16_t value) {
  return value == 0 ? std::nullopt : std::optional<std::int64_t>(value);
}

}  // namespace

void Writer::write_link_facts() {
  Insert lookup_row(db, "name_lookup");
  for (const auto& [key, row] : observed.lookups) {
    Seen answers = row.answered;
    answers.merge(row.no_such_name);
    answers.merge(row.failed);
    const Seen& first = row.asked.count != 0 ? row.asked : answers;
    if (first.count == 0) continue;
    const auto id = link(key.link);
    if (!id) continue;
    Seen all = answers;
    all.merge(row.asked);
    lookup_row(id, key.name, key.type, is_public_name(key.name), row.asked.count, row.answered.count,
               row.no_such_name.count, row.failed.count, join(row.addresses), packet(first.first),
               answers.count != 0 ? std::optional(packet(answers.first)) : std::nullopt, all.first.ts, all.last.ts);
  }

  Insert session_row(db, "tls_session");
  for (const auto& [key, seen] : observed.sessions)
    if (const auto id = link(key.link)) {
      const auto hello = observed.hellos.find(key);
      session_row(id, seen_number(key.version), seen_number(key.offered), seen_number(key.cipher), key.server_name,
                  key.alpn, key.subject, key.issuer, key.fingerprint, nanoseconds(key.not_before),
                  nanoseconds(key.not_after), key.self_signed, key.relayed, seen.count, packet(seen.first), seen.first.ts,
                  seen.last.ts,
                  hello == observed.hellos.end() ? std::nullopt : std::optional(packet(hello->second.first)));
    }

  Insert credential_row(db, "credential");
  for (const auto& [key, row] : observed.credentials) {
    const bool accepted = row.accepted.count != 0, rejected = row.rejected.count != 0;
    const Seen& answer = accepted ? row.accepted : row.rejected;
    const Seen& sent = row.attempted.count != 0 ? row.attempted : answer;
    if (sent.count == 0) continue;
    const auto id = link(key.link);
    if (!id) continue;
    Seen all = row.attempted;
    all.merge(row.accepted);
    all.merge(row.rejected);
    credential_row(id, key.protocol, key.scheme, key.user, key.mask, key.fingerprint, key.fingerprint.empty(),
                   key.sender == Role::server,
                   accepted   ? "accepted"
                   : rejected ? "rejected"
                              : "attempted",
                   std::max(row.attempted.count, row.accepted.count + row.rejected.count), packet(sent.first),
                   answer.count != 0 ? std::optional(packet(answer.first)) : std::nullopt, all.first.ts, all.last.ts);
  }

  Insert access_row(db, "open_access");
  for (const auto& [key, seen] : observed.open_accesses)
    if (const auto id = link(key.link))
      access_row(id, key.scheme, seen.count, packet(seen.first), seen.first.ts, seen.last.ts);

  Insert anomaly_row(db, "anomaly");
  std::map<std::tuple<std::uint32_t, std::string_view, Fault>, Seen> of_sender;  // of what is no request to a server
  for (const auto& [key, seen] : observed.anomalies) {
    if (const auto id = link(key.link))
      anomaly_row(nullptr, id, key.protocol, to_string(key.fault), "", seen.count, packet(seen.first));
    else if (const auto sender = resolution.find_anywhere(key.link.client, key.link.vlan); sender != Resolution::kNone)
      of_sender[{sender, key.protocol, key.fault}].merge(seen);
  }
  for (const auto& [key, seen] : of_sender)
    anomaly_row(asset(std::get<0>(key)), nullptr, std::get<1>(key), to_string(std::get<2>(key)), "", seen.count,
                packet(seen.first));
}

void Writer::write_network() {
  Insert anomaly_row(db, "anomaly");
  for (const DuplicateIp& d : resolution.segments().duplicates) {
    const auto claimant = asset(resolution.find(d.mac, d.vlan));
    anomaly_row(claimant, nullptr, d.ip.is_ipv4() ? "arp" : "icmpv6", "duplicate_ip",
                to_string(d.ip) + " is also claimed by " + join(d.others), d.claimed.count, packet(d.claimed.first));
    if (d.relayed.count != 0)
      anomaly_row(claimant, nullptr, "ip", "relayed_ip", to_string(d.ip), d.relayed.count, packet(d.relayed.first));
  }

  Insert gateway_row(db, "gateway");
  for (const auto& [key, seen] : observed.routes) {
    const Address& gateway = !key.gateway.is_none()   ? key.gateway
                             : !key.speaker.is_none() ? key.speaker
                                                      : key.speaker_mac;
    std::uint32_t speaker = resolution.find(key.speaker_mac, key.vlan);
    if (speaker == Resolution::kNone) speaker = resolution.find(key.speaker, key.vlan);
    std::string detail = key.detail;
    if (!key.destination.is_none()) detail += (detail.empty() ? "to " : " to ") + to_string(key.destination);
    gateway_row(asset(resolution.find_anywhere(gateway, key.vlan)), to_string(gateway), to_string(key.kind), detail,
                asset(speaker), vlan_or_null(key.vlan), seen.count, packet(seen.first), seen.first.ts, seen.last.ts);
  }
  for (const Forwarder& f : resolution.segments().forwarders) {
    const std::uint32_t index = resolution.find(f.mac, f.vlan);
    Address address = f.mac;
    for (const AssetAddress& a : resolution.assets()[index].addresses)
      if (a.vlan == f.vlan && a.address.is_ip()) {
        address = a.address;
        break;
      }
    gateway_row(asset(index), to_string(address), "forwarding", "", nullptr, vlan_or_null(f.vlan), f.addresses,
                packet(f.first), f.first.ts, f.last.ts);
  }

  Insert lease_row(db, "dhcp_lease");
  for (const auto& [key, seen] : observed.leases) {
    std::uint32_t client = resolution.find(key.client_mac, key.vlan);
    if (client == Resolution::kNone) client = resolution.find(key.client, key.vlan);
    lease_row(asset(client), asset(resolution.find_anywhere(key.server, key.vlan)), to_string(key.client_mac),
              to_string(key.client), to_string(key.server), join(key.routers), join(key.resolvers),
              key.prefix_length == 0 ? std::nullopt : std::optional<int>(key.prefix_length), key.domain, key.granted,
              vlan_or_null(key.vlan), packet(seen.first));
  }

  Insert asked_row(db, "asked_for");
  for (const auto& [key, seen] : observed.asked)
    asked_row(asset(resolution.find(key.asker_mac, key.vlan)), to_string(key.target),
              asset(resolution.find(key.target, key.vlan)), vlan_or_null(key.vlan), seen.count, packet(seen.first));
}

}  // namespace kakoi
