// DHCPv4 (RFC 2131, options of RFC 2132): who a client is, what it was granted, and which way out it was told.
//
//   op | htype | hlen | hops | xid ×4 | secs ×2 | flags ×2 | ciaddr ×4 | yiaddr ×4 | siaddr ×4 | giaddr ×4
//   chaddr ×16 | sname ×64 | file ×128 | 63 82 53 63 | options: { code | length | data } … FF
#include <tins/dhcp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "sensor/control/protocols.h"
#include "sensor/control/text.h"
#include "sensor/control/tins_border.h"

namespace kakoi {

namespace {

constexpr std::size_t kOptions = 240;           // after the magic cookie
constexpr std::uint8_t kClasslessRoutes = 121;  // RFC 3442
constexpr std::uint8_t kMicrosoftRoutes = 249;  // MS-DHCPE §2.2.8: the same, before RFC 3442 was assigned
constexpr std::uint8_t kUserClass = 77;         // RFC 3004
constexpr std::uint8_t kRelayAgent = 82;        // RFC 3046
constexpr std::size_t kMaxAddresses = 16;       // per option; more is no use to a client

Frame frame_dhcp(Bytes b, Role) {
  if (b.size() < kOptions || (b[0] != 1 && b[0] != 2) || b[2] > 16) return Frame::foreign();
  ByteReader cookie(b.subspan(236, 4));
  return cookie.be32() == 0x63825363 ? Frame::whole(b.size()) : Frame::foreign();
}

Protocol::Speaker speaker_dhcp(Bytes b) {
  return {!b.empty() && b[0] == 2 ? Role::server : Role::client, b.size() >= kOptions};
}

// libtins goes on reading options behind the END option, where anything may stand (RFC 2132 §3.2).
Bytes up_to_end(Bytes message) noexcept {
  std::size_t at = kOptions;
  while (at < message.size()) {
    const std::uint8_t code = message[at++];
    if (code == Tins::DHCP::END) return message.first(at);
    if (code == Tins::DHCP::PAD) continue;
    if (at == message.size()) break;
    at += 1u + message[at];
  }
  return message;
}

Bytes option(const Tins::DHCP& dhcp, unsigned code) {
  const auto* found = dhcp.search_option(static_cast<Tins::DHCP::OptionTypes>(code));
  return found == nullptr ? Bytes{} : Bytes{found->data_ptr(), found->data_size()};
}

Address address(Bytes b) noexcept { return b.size() < 4 ? Address{} : Address::ipv4(b); }
Address given(Address a) noexcept { return a.is_unspecified() ? Address{} : a; }

struct AddressList {
  std::array<Address, kMaxAddresses> items;
  std::size_t count = 0;
  explicit AddressList(Bytes b) noexcept {
    for (; b.size() >= 4 && count < items.size(); b = b.subspan(4))
      if (const Address a = Address::ipv4(b); !a.is_unspecified()) items[count++] = a;
  }
  std::span<const Address> span() const noexcept { return std::span(items).first(count); }
};

std::uint8_t prefix_length(Bytes mask) noexcept {
  if (mask.size() != 4) return 0;
  const std::uint32_t m = ByteReader(mask).be32();
  const int ones = std::countl_one(m);
  return std::popcount(m) == ones ? static_cast<std::uint8_t>(ones) : std::uint8_t{0};
}

// Default routes (width 0) among { width | significant octets of the destination | router ×4 } (RFC 3442).
void state_classless_routes(Bytes routes, const Emit& emit) noexcept {
  ByteReader r(routes);
  while (r.remaining() > 0) {
    const std::uint8_t width = r.u8();
    r.skip((width + 7u) / 8u);
    const Address router = Address::ipv4(r.be32());
    if (!r.ok() || width > 32) return;
    if (width == 0 && !router.is_unspecified()) emit(Route{RouteKind::dhcp_router, router, {}, "classless route"});
  }
}

// Vendor classes whose meaning is published; the class itself is stated as it is in any case.
void state_vendor_class(std::string_view text, const Subject& client, const Emit& emit) noexcept {
  constexpr std::string_view kMethod = "dhcp option 60";
  emit(Identity{Trait::description, text, kMethod, 70, client});
  // MS-DHCPE §2.2.3: "MSFT 98" Windows 98 and Me, "MSFT 5.0" Windows 2000 and every later one.
  if (text == "MSFT 5.0") emit(Identity{Trait::os, "Windows", kMethod, 60, client});
  if (text == "MSFT 98") emit(Identity{Trait::os, "Windows 98", kMethod, 60, client});
  constexpr std::string_view kAndroid = "android-dhcp-";
  if (text.starts_with(kAndroid)) emit(Identity{Trait::os, "Android", kMethod, 60, client});
  // "dhcpcd-9.4.1:Linux-5.15.0:x86_64:…": program, kernel, machine.
  if (text.starts_with("dhcpcd")) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view kernel = text.substr(colon + 1, text.find(':', colon + 1) - colon - 1);
    if (!kernel.empty()) emit(Identity{Trait::os, kernel, kMethod, 60, client});
  }
}

// Client FQDN (RFC 4702 §2): flags, two rcodes, then text, or labels if the E flag is set.
void state_fqdn(Bytes data, const Subject& client, const Emit& emit) noexcept {
  ByteReader r(data);
  const bool encoded = (r.u8() & 0x04) != 0;
  r.skip(2);
  std::string_view name;
  std::array<char, 256> text;
  if (encoded) {
    std::size_t size = 0;
    while (r.remaining() > 0) {
      const Bytes label = r.take(r.u8());
      if (label.empty() || size + label.size() + 1 > text.size()) break;
      if (size != 0) text[size++] = '.';
      for (const std::uint8_t c : label) text[size++] = static_cast<char>(c);
    }
    name = {text.data(), size};
  } else {
    name = trimmed(r.rest());
  }
  if (r.ok() && !name.empty()) emit(Identity{Trait::name, name, "dhcp option 81", 75, client});
}

// The options that a client asks for, in its order: tells systems apart (RFC 2132 §9.8). "1,3,6,15"
void state_numbers(Bytes list, const Subject& client, const Emit& emit) noexcept {
  std::array<char, 256> text;
  char* at = text.data();
  for (const std::uint8_t code : list) {
    if (text.data() + text.size() - at < 4) break;
    if (at != text.data()) *at++ = ',';
    at = std::to_chars(at, text.data() + text.size(), code).ptr;
  }
  if (at != text.data())
    emit(Identity{
        Trait::fingerprint, {text.data(), static_cast<std::size_t>(at - text.data())}, "dhcp option 55", 50, client});
}

// RFC 2132 §9.14: type, then a hardware address, a text (type 0), or a DUID (RFC 4361). The MAC again says nothing.
void state_client_id(Bytes id, const Address& mac, const Subject& client, const Emit& emit) noexcept {
  if (id.size() < 3 || (id[0] == 1 && id.size() == 7 && Address::mac(id.subspan(1)) == mac)) return;
  const auto is_printable = [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; };
  const Bytes value = id.subspan(1);
  if (id[0] == 0 && std::all_of(value.begin(), value.end(), is_printable))
    return emit(Identity{Trait::fingerprint, as_text(value), "dhcp option 61", 50, client});
  emit(Identity{Trait::fingerprint, Hex(id).text(), "dhcp option 61", 50, client});
}

// Relay agent information (RFC 3046 §3): 1 circuit, 2 remote id: the switch port that the client is on.
void state_relay(Bytes data, const Subject& client, const Emit& emit) noexcept {
  ByteReader r(data);
  while (r.remaining() >= 2) {
    const std::uint8_t code = r.u8();
    const Bytes value = r.take(r.u8());
    if (!r.ok()) return;
    if ((code != 1 && code != 2) || value.empty()) continue;
    const std::string_view method = code == 1 ? "dhcp option 82 circuit" : "dhcp option 82 remote";
    const bool text = std::all_of(value.begin(), value.end(), [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; });
    if (text)
      emit(Identity{Trait::location, as_text(value), method, 60, client});
    else
      emit(Identity{Trait::location, Hex(value).text(), method, 60, client});
  }
}

void state_message(const Tins::DHCP& dhcp, const Emit& emit) {
  using Tins::DHCP;
  const Bytes type_option = option(dhcp, DHCP::DHCP_MESSAGE_TYPE);
  const unsigned type = type_option.size() == 1 ? type_option[0] : 0u;  // 0: BOOTP
  const bool from_server = dhcp.opcode() == Tins::BootP::BOOTREPLY;
  // A BOOTP reply has no message type and grants for good (RFC 1534 §2); controllers are set up that way.
  const bool grants = from_server && (type == DHCP::ACK || type == 0);
  const bool offers = from_server && type == DHCP::OFFER;
  const bool asks =
      !from_server && (type == 0 || type == DHCP::DISCOVER || type == DHCP::REQUEST || type == DHCP::INFORM);

  Lease lease;
  const auto hardware = dhcp.chaddr();
  if (dhcp.htype() == 1 && dhcp.hlen() == 6) lease.client_mac = Address::mac(Bytes(hardware.begin(), 6));
  const bool has_mac = !lease.client_mac.is_none() && lease.client_mac.lo != 0 && !lease.client_mac.is_multicast();
  // libtins keeps addresses in network order.
  const auto from_tins = [](Tins::IPv4Address a) {
    const auto raw = std::bit_cast<std::array<std::uint8_t, 4>>(static_cast<std::uint32_t>(a));
    return given(Address::ipv4(Bytes(raw)));
  };
  const Address in_use = from_tins(dhcp.ciaddr());
  const Address yours = from_tins(dhcp.yiaddr());
  const AddressList routers(option(dhcp, DHCP::ROUTERS));
  const AddressList resolvers(option(dhcp, DHCP::DOMAIN_NAME_SERVERS));
  lease.server = given(address(option(dhcp, DHCP::DHCP_SERVER_IDENTIFIER)));
  lease.prefix_length = prefix_length(option(dhcp, DHCP::SUBNET_MASK));
  lease.host_name = trimmed(option(dhcp, DHCP::HOST_NAME));
  lease.vendor_class = trimmed(option(dhcp, DHCP::VENDOR_CLASS_IDENTIFIER));
  lease.domain = trimmed(option(dhcp, DHCP::DOMAIN_NAME));
  lease.granted = grants;
  if (grants) {
    lease.client = yours.is_none() ? in_use : yours;  // an INFORM is granted options only
    lease.routers = routers.span();
    lease.resolvers = resolvers.span();
    if (lease.server.is_none()) lease.server = emit.context().speaker_address();
  } else {
    lease.client = in_use.is_none() ? given(address(option(dhcp, DHCP::DHCP_REQUESTED_ADDRESS))) : in_use;
  }
  if (grants || asks) emit(lease);

  if (grants || offers) {
    for (const Address& router : routers.span()) emit(Route{RouteKind::dhcp_router, router, {}, "router option"});
    state_classless_routes(option(dhcp, kClasslessRoutes), emit);
    state_classless_routes(option(dhcp, kMicrosoftRoutes), emit);
  }
  if (!has_mac) return;
  // ciaddr is filled in by a client that already answers ARP for it (RFC 2131 table 1).
  if (grants && !lease.client.is_none()) emit(Binding{lease.client_mac, lease.client, BindingKind::dhcp});
  if (asks && !in_use.is_none()) emit(Binding{lease.client_mac, in_use, BindingKind::dhcp});

  const Subject client{Who::address, lease.client_mac};
  if (!lease.host_name.empty()) emit(Identity{Trait::name, lease.host_name, "dhcp option 12", 80, client});
  state_relay(option(dhcp, kRelayAgent), client, emit);
  if (from_server) return;  // a server's vendor class is its own
  state_numbers(option(dhcp, DHCP::DHCP_PARAMETER_REQUEST_LIST), client, emit);
  state_client_id(option(dhcp, DHCP::DHCP_CLIENT_IDENTIFIER), lease.client_mac, client, emit);
  if (const auto user = trimmed(option(dhcp, kUserClass)); !user.empty() && user[0] >= ' ')
    emit(Identity{Trait::description, user, "dhcp option 77", 50, client});
  state_fqdn(option(dhcp, DHCP::FQDN), client, emit);
  if (!lease.vendor_class.empty()) state_vendor_class(lease.vendor_class, client, emit);
}

class Dhcp final : public Dissector {
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (pdu.bytes.size() < kOptions) return Interest::more;
    within_tins_border(emit, pdu.complete(), [&] {
      const Bytes message = up_to_end(pdu.bytes);
      state_message(Tins::DHCP(message.data(), static_cast<std::uint32_t>(message.size())), emit);
    });
    return Interest::more;
  }
};

constexpr std::uint16_t kPorts[] = {67, 68};

}  // namespace

constinit const Protocol dhcp_protocol = {
    .name = "dhcp",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = kakoi::Header::strong,
    .domain = Domain::shared,
    .frame = frame_dhcp,
    .speaker = speaker_dhcp,
    .open = [] { return std::unique_ptr<Dissector>(std::make_unique<Dhcp>()); },
};

}  // namespace kakoi
