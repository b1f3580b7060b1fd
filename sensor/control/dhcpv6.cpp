// DHCPv6 (RFC 8415): recognised; the client's own name and vendor class. Not here: leases, relayed messages' contents.
//
//   type | transaction ×3 | options: { code ×2 | length ×2 | data } …
//   relays: type (12, 13) | hop count | link address ×16 | peer address ×16 | options
#include <tins/dhcpv6.h>

#include <array>

#include "sensor/control/protocols.h"
#include "sensor/control/text.h"
#include "sensor/control/tins_border.h"

namespace kakoi {

namespace {

bool is_relay(std::uint8_t type) noexcept { return type == 12 || type == 13; }
// RFC 8415 §7.3: of types 1–11, these are sent by servers.
bool from_server(std::uint8_t type) noexcept { return type == 2 || type == 7 || type == 10 || type == 13; }

// Types 1–13 and a chain of options that ends with the datagram.
Frame frame_dhcpv6(Bytes b, Role) {
  if (b.size() < 8 || b[0] == 0 || b[0] > 13) return Frame::foreign();
  if (is_relay(b[0]) && (b.size() < 34 || b[1] > 32)) return Frame::foreign();
  ByteReader r(b.subspan(is_relay(b[0]) ? 34 : 4));
  do {
    const std::uint16_t code = r.be16();
    if (code == 0 || code > 255) return Frame::foreign();  // 0 is reserved; assigned ones end far below 256
    r.skip(r.be16());
    if (!r.ok()) return Frame::foreign();
  } while (r.remaining() > 0);
  return Frame::whole(b.size());
}

Protocol::Speaker speaker_dhcpv6(Bytes b) {
  if (b.empty()) return {Role::client, false};
  return {from_server(b[0]) ? Role::server : Role::client, true};
}

Bytes option(const Tins::DHCPv6& dhcp, Tins::DHCPv6::OptionTypes code) {
  const auto* found = dhcp.search_option(code);
  return found == nullptr ? Bytes{} : Bytes{found->data_ptr(), found->data_size()};
}

// RFC 4704 §4: flags, then the name as labels without compression.
void state_fqdn(Bytes data, const Emit& emit) noexcept {
  ByteReader r(data);
  r.skip(1);
  std::array<char, 256> text;
  std::size_t size = 0;
  while (r.remaining() > 0) {
    const Bytes label = r.take(r.u8());
    if (label.empty() || size + label.size() + 1 > text.size()) break;
    if (size != 0) text[size++] = '.';
    for (const std::uint8_t c : label) text[size++] = static_cast<char>(c);
  }
  if (r.ok() && size != 0) emit(Identity{Trait::name, {text.data(), size}, "dhcpv6 option 39", 75, {}});
}

// RFC 8415 §21.16: enterprise number, then texts with a length each; Windows sends "MSFT 5.0".
void state_vendor_class(Bytes data, const Emit& emit) noexcept {
  ByteReader r(data);
  r.skip(4);
  const std::string_view text = trimmed(r.take(r.be16()));
  if (!r.ok() || text.empty()) return;
  emit(Identity{Trait::description, text, "dhcpv6 option 16", 70, {}});
  if (text == "MSFT 5.0") emit(Identity{Trait::os, "Windows", "dhcpv6 option 16", 60, {}});
}

class Dhcpv6 final : public Dissector {
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (pdu.bytes.empty() || is_relay(pdu.bytes[0]) || from_server(pdu.bytes[0])) return Interest::more;
    within_tins_border(emit, pdu.complete(), [&] {
      const Tins::DHCPv6 dhcp(pdu.bytes.data(), static_cast<std::uint32_t>(pdu.bytes.size()));
      // RFC 8415 §11: the DUID stays with a device whatever interface it speaks from.
      if (const Bytes duid = option(dhcp, Tins::DHCPv6::CLIENTID); !duid.empty())
        emit(Identity{Trait::fingerprint, Hex(duid).text(), "dhcpv6 duid", 60, {}});
      state_fqdn(option(dhcp, Tins::DHCPv6::CLIENT_FQDN), emit);
      state_vendor_class(option(dhcp, Tins::DHCPv6::VENDOR_CLASS), emit);
    });
    return Interest::more;
  }
};

constexpr std::uint16_t kPorts[] = {547, 546};

}  // namespace

constinit const Protocol dhcpv6_protocol = {
    .name = "dhcpv6",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = kakoi::Header::strong,
    .domain = Domain::shared,
    .frame = frame_dhcpv6,
    .speaker = speaker_dhcpv6,
    .open = [] { return std::unique_ptr<Dissector>(std::make_unique<Dhcpv6>()); },
};

}  // namespace kakoi
