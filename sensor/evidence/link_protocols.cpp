#include "sensor/evidence/link_protocols.h"

namespace kakoi::evidence {

LinkProtocols::LinkProtocols(Database& inventory) {
  Statement links = inventory.prepare(
      "select client_address, server_address, transport, server_port, protocol from link "
      "where transport in ('tcp', 'udp')");
  while (links.step()) {
    const auto client = parse_address(links.view(0)), server = parse_address(links.view(1));
    if (!client || !server) continue;
    const Transport transport = links.view(2) == "tcp" ? Transport::tcp : Transport::udp;
    const LinkKey key{*client, *server, static_cast<std::uint16_t>(links.integer(3)), transport, 0};
    const auto [known, is_new] = protocols_.try_emplace(key, links.text(4));
    if (!is_new && known->second != links.view(4)) known->second.clear();
  }
}

Spoken LinkProtocols::of(const Decoded& p) const {
  if (!p.has_ports) return {};
  const Transport transport = p.is_tcp() ? Transport::tcp : Transport::udp;
  const auto forth = protocols_.find({p.source, p.destination, p.destination_port, transport, 0});
  const auto back = protocols_.find({p.destination, p.source, p.source_port, transport, 0});
  if (forth == protocols_.end() && back == protocols_.end()) return {};
  if (forth == protocols_.end()) return {back->second, Role::server};
  if (back != protocols_.end() && back->second != forth->second) return {};
  return {forth->second, Role::client};
}

}  // namespace kakoi::evidence
