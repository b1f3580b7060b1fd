#include "sensor/inventory/transfers.h"

#include <map>
#include <unordered_map>
#include <utility>

#include "sensor/inventory/activity.h"

namespace kakoi {

namespace {

constexpr std::string_view kFtp = "ftp", kTftp = "tftp", kTftpData = "tftp_data";
// What the FTP dissector calls ports that were agreed on (dissectors/ftp/ftp.h).
constexpr std::string_view kServerDataPort = "data port of the server", kClientDataPort = "data port of the client";
constexpr std::uint16_t kDefaultDataPort = 20;  // of the server, where the client waits (RFC 959 §3.2)

// Both ends of a control connection. Not the VLAN: a routed one shows in two, and either copy of a packet counts.
using Ends = std::pair<Address, Address>;  // client, server
struct EndsHash {
  std::size_t operator()(const Ends& e) const noexcept { return mix(AddressHash{}(e.first), AddressHash{}(e.second)); }
};
struct Agreed {
  PointSet of_server, of_client;  // all ports fit
};

}  // namespace

constinit const Protocol ftp_data_protocol = {
    .name = "ftp_data", .ports = {}, .framing = Framing::text, .domain = Domain::shared};

bool is_agreement(const PointKey& key) noexcept {
  return key.protocol == kFtp && (key.kind == kServerDataPort || key.kind == kClientDataPort);
}

void mark_data_connections(Observed& observed) {
  std::unordered_map<Ends, Agreed, EndsHash> agreed;
  for (const auto& [key, row] : observed.points) {
    if (!is_agreement(key)) continue;
    Agreed& a = agreed[{key.link.client, key.link.server}];
    (key.kind == kServerDataPort ? a.of_server : a.of_client).merge(row.points);
  }
  if (agreed.empty()) return;
  for (LinkRow& link : observed.links) {
    const LinkKey& k = link.key;
    if (k.transport != Transport::tcp || (link.protocol && link.protocol->name == kFtp)) continue;
    const auto passive = agreed.find({k.client, k.server}), active = agreed.find({k.server, k.client});
    const bool to_server = passive != agreed.end() && passive->second.of_server.contains(k.server_port);
    const bool to_client = active != agreed.end() && active->second.of_client.contains(k.server_port);
    // seen from its middle on: the lower port passes for the server's
    const bool from_twenty =
        passive != agreed.end() && !passive->second.of_client.blocks().empty() && k.server_port == kDefaultDataPort;
    if (to_server || to_client || from_twenty) link.protocol = &ftp_data_protocol;
  }
}

std::vector<TransferPart> transfer_parts(const Observed& observed) {
  std::vector<TransferPart> parts(observed.links.size(), TransferPart::none);
  std::vector<std::size_t> requests, transfers;  // of TFTP
  for (std::size_t i = 0; i < observed.links.size(); ++i) {
    const Protocol* const p = observed.links[i].protocol;
    if (!p) continue;
    if (p->name == ftp_data_protocol.name) parts[i] = TransferPart::transfer;
    if (p->name == kTftp) requests.push_back(i);
    if (p->name == kTftpData) transfers.push_back(i);
  }
  std::map<Ends, bool> asked;  // by a request; the flag: a transfer followed
  for (const std::size_t i : requests) asked[{observed.links[i].key.client, observed.links[i].key.server}] = false;
  for (const std::size_t i : transfers) {
    const LinkKey& k = observed.links[i].key;
    // which end passes for the server depends on the ports
    for (const Ends& ends : {Ends{k.client, k.server}, Ends{k.server, k.client}})
      if (const auto at = asked.find(ends); at != asked.end()) {
        at->second = at->second || is_answered(observed.links[i]);
        parts[i] = TransferPart::transfer;
      }
  }
  for (const std::size_t i : requests)
    if (asked[{observed.links[i].key.client, observed.links[i].key.server}])
      parts[i] = TransferPart::answered_elsewhere;
  return parts;
}

}  // namespace kakoi
