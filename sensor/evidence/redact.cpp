#include "sensor/evidence/redact.h"

#include <array>
#include <optional>

#include "sensor/decode/decode.h"
#include "sensor/evidence/checksum.h"
#include "sensor/evidence/secrets_in_controllers.h"
#include "sensor/evidence/secrets_in_messages.h"
#include "sensor/evidence/secrets_in_office.h"
#include "sensor/evidence/secrets_in_text.h"

namespace kakoi::evidence {
namespace {

constexpr std::uint8_t kIcmp = 1, kIgmp = 2, kGre = 47, kEsp = 50, kIcmpv6 = 58, kEigrp = 88, kOspf = 89, kPim = 103,
                       kVrrp = 112, kSctp = 132;
constexpr std::size_t kEthernetHeader = 14;

// Frames without IP that are kept as they are. None of them carries anything to log in with.
bool is_harmless_frame(const Decoded& p) noexcept {
  if (p.malformed || p.undecoded) return false;
  if (p.is_llc) return p.ethertype == 0x42 || p.ethertype == 0xAA;  // spanning tree; SNAP: CDP and its like
  constexpr std::array<std::uint16_t, 8> kKept = {0x8809, 0x8863, 0x8892, 0x88B8, 0x88BA, 0x88CC, 0x88E3, 0x88F7};
  return std::find(kKept.begin(), kKept.end(), p.ethertype) != kKept.end();
}

// The TCP header of `p`, whose payload may be nowhere if there is none: found by the fields that were read from it.
std::optional<std::size_t> tcp_header(const Decoded& p, Octets packet) noexcept {
  std::array<std::uint8_t, 12> fields;
  const auto put = [&](std::size_t at, std::uint32_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) fields[at + i] = static_cast<std::uint8_t>(value >> 8 * (size - 1 - i));
  };
  put(0, p.source_port, 2), put(2, p.destination_port, 2), put(4, p.sequence, 4), put(8, p.acknowledgement, 4);
  const std::size_t end =
      p.payload.empty() ? packet.size() : static_cast<std::size_t>(p.payload.data() - packet.data());
  const Octets before = packet.first(std::min(end, packet.size()));
  const auto found = std::find_end(before.begin(), before.end(), fields.begin(), fields.end());
  if (found == before.end()) return {};
  const auto at = static_cast<std::size_t>(found - before.begin());
  if (at + 20 > packet.size()) return {};
  const std::size_t size = (packet[at + 12] >> 4) * 4u;
  if (size < 20 || at + size > packet.size() || (!p.payload.empty() && at + size != end)) return {};
  return at;
}

// Whole messages of a protocol that frames them; `use` gets each. The rest is overwritten.
template <typename Use>
void keep_messages(const Protocol& protocol, Role speaker, Octets payload, Use use) {
  std::size_t at = 0;
  while (at < payload.size()) {
    const Frame frame = protocol.frame(payload.subspan(at), speaker);
    if (frame.kind != Frame::Kind::whole || frame.size == 0) break;
    const std::size_t size = std::min(frame.size, payload.size() - at);
    use(payload.subspan(at, size));
    at += size;
  }
  blank_from(payload, at);
}

// Where the packet ends by its IP header, if that tells; from the start of p.datagram.
std::size_t told_length(const Decoded& p) noexcept {
  const Bytes d = p.datagram;
  const std::size_t at = p.network == NetworkLayer::ipv4 ? 2 : 4, before = at == 2 ? 0 : 40;
  const std::size_t told = d.size() < at + 2 ? 0 : static_cast<std::size_t>(d[at] << 8 | d[at + 1]);
  return told == 0 ? d.size() : std::min(d.size(), before + told);
}

}  // namespace

void Redactor::blank_payload(const Decoded& p, Octets payload) const {
  const Spoken spoken = links_.of(p);
  const auto speaks = [&](auto... names) { return ((spoken.protocol == names) || ...); };
  if (p.is_udp()) {
    const auto both = [&](std::uint16_t a, std::uint16_t b) {
      return (p.source_port == a || p.source_port == b) && (p.destination_port == a || p.destination_port == b);
    };
    if (speaks("dhcp") || both(67, 68)) return blank_dhcp(payload);
    if (speaks("dhcpv6")) return blank_dhcpv6(payload);
    if (speaks("rip") || both(520, 520)) return blank_rip(payload);
    if (speaks("hsrp") || (p.destination_port == 1985 && p.destination.is_multicast())) return blank_hsrp(payload);
    if (speaks("dns", "mdns", "llmnr", "nbns")) return;  // names and addresses
  } else {
    // What a proxy passes on (RFC 9110 §9.3.6, RFC 1928) is mostly TLS, and kept as that is elsewhere.
    const Protocol* tls = speaks("http", "socks") ? find_protocol("tls") : nullptr;
    if (tls && tls->frame(payload, spoken.speaker).kind == Frame::Kind::whole)
      return keep_messages(*tls, spoken.speaker, payload, [](Octets) {});
    if (speaks("http", "rtsp")) return blank_http(payload);
    if (speaks("postgresql", "mysql", "mssql")) return blank(payload);  // log-ins, and what databases hold
    if (speaks("ftp")) return blank_ftp(payload, spoken.speaker);
    if (speaks("telnet")) return blank_telnet(payload, spoken.speaker);
  }
  if (blank_office(spoken.protocol, payload, spoken.speaker)) return;
  const Protocol* protocol = spoken.protocol.empty() ? nullptr : find_protocol(spoken.protocol);
  if (!protocol || !protocol->frame) return blank(payload);
  void (*use)(Octets, Role) noexcept = [](Octets, Role) noexcept {};
  if (speaks("snmp")) use = [](Octets message, Role) noexcept { blank_snmp(message); };
  if (speaks("dnp3")) use = [](Octets message, Role) noexcept { blank_dnp3(message); };
  if (speaks("ntp")) use = [](Octets message, Role) noexcept { blank_ntp(message); };
  if (speaks("iec104")) use = [](Octets message, Role) noexcept { blank_iec104(message); };
  if (speaks("modbus")) use = [](Octets message, Role speaker) noexcept { blank_modbus(message, 7, speaker); };
  if (speaks("modbus_rtu")) use = [](Octets message, Role speaker) noexcept { blank_modbus(message, 1, speaker); };
  keep_messages(*protocol, spoken.speaker, payload, [&](Octets message) {
    use(message, spoken.speaker);
    blank_controller(spoken.protocol, message);
  });
}

Redactor::Redacted Redactor::operator()(const RawPacket& raw) const {
  Redacted result{{raw.data.begin(), raw.data.end()}, false};
  const Octets packet(result.data);
  RawPacket copy = raw;
  copy.data = packet;
  std::vector<Covered> covered;  // outermost first
  Decoded p, inner;
  decode::decode(copy, p);
  const auto offset = [&](Bytes view) { return static_cast<std::size_t>(view.data() - packet.data()); };
  // Of a frame that is not understood: of Ethernet the addresses tell who sent it.
  const std::size_t unknown = raw.link_type == 1 ? kEthernetHeader : 0;
  const auto within = [&](Bytes view) {
    return !view.empty() && view.data() >= packet.data() && view.data() + view.size() <= packet.data() + packet.size();
  };
  for (;;) {
    const bool located = within(p.payload);
    const Octets payload = located ? packet.subspan(offset(p.payload), p.payload.size()) : Octets{};
    const bool is_ip = p.network == NetworkLayer::ipv4 || p.network == NetworkLayer::ipv6;
    std::size_t end = packet.size();  // of what the headers account for
    if (located && p.network != NetworkLayer::arp)
      end = offset(p.payload) + p.payload.size();
    else if (is_ip && within(p.datagram))
      end = offset(p.datagram) + told_length(p);
    if (p.malformed || p.undecoded) {
      // nothing is sure of it
    } else if (p.is_tcp()) {
      if (const auto header = tcp_header(p, packet)) {
        end = std::max(end, *header + (packet[*header + 12] >> 4) * 4u);
        covered.push_back({*header, end, *header + 16, false});
      }
    } else if (p.is_udp() && located && offset(p.payload) >= 8) {
      covered.push_back({offset(p.payload) - 8, end, offset(p.payload) - 2, true});
    }
    if (decode::decapsulate(p, inner) && !inner.malformed && !inner.undecoded &&
        (inner.network == NetworkLayer::ipv4 || inner.network == NetworkLayer::ipv6 ||
         inner.network == NetworkLayer::arp)) {
      p = inner;
      continue;
    }
    if (p.network == NetworkLayer::arp && !p.malformed && payload.size() >= 8) {
      end = offset(p.payload) + 8 + 2u * (payload[4] + payload[5]);  // RFC 826: sender and target
    } else if (!is_ip) {
      if (!is_harmless_frame(p)) blank_from(packet, unknown);
    } else if (p.malformed || p.undecoded) {
      blank_from(packet, unknown);
    } else if (p.is_fragment) {
      blank_from(payload, p.fragment_offset != 0 ? 0 : p.protocol == 6 ? 20 : 8);
    } else if (p.has_ports) {
      blank_payload(p, payload);
    } else {
      std::size_t checksum = kNoChecksum;
      switch (p.protocol) {
        case kIgmp:
        case kEsp:
        case kEigrp:
        case kPim:
          break;
        case kIcmp:
          checksum = blank_icmp(payload);
          break;
        case kIcmpv6:
          checksum = blank_icmpv6(payload);
          break;
        case kOspf:
          checksum = blank_ospf(payload);
          break;
        case kVrrp:
          checksum = blank_vrrp(payload);
          break;
        case kGre:
          blank_from(payload, 4);
          break;
        case kSctp:
          blank_from(payload, 12);
          break;
        default:
          blank(payload);
      }
      if (checksum != kNoChecksum && located)
        covered.push_back({offset(p.payload), end, offset(p.payload) + checksum, false});
    }
    // What a driver left in the padding of a short frame. A tunnel's own trailer is not looked for.
    const std::size_t trailer = raw.fcs_length + (p.redundancy == Redundancy::prp ? 6 : 0);
    if (p.depth == 0 && end + trailer < packet.size())
      for (std::uint8_t& octet : packet.subspan(end, packet.size() - trailer - end))
        if (octet != 0) octet = kBlank;
    break;
  }
  result.altered = !std::equal(packet.begin(), packet.end(), raw.data.begin(), raw.data.end());
  if (!result.altered) return result;
  for (auto layer = covered.rbegin(); layer != covered.rend(); ++layer) mend(*layer, raw.data, packet);
  if (raw.fcs_length == 4 && raw.link_type == 1 && raw.data.size() >= raw.original_length)
    mend_frame_check(raw.data, packet);
  return result;
}

}  // namespace kakoi::evidence
