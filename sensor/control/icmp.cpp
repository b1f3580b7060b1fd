// ICMP (RFC 792): destination unreachable and redirect.
//
//   type | code | checksum ×2 | redirect: gateway ×4 | IP header and 8 octets of the packet it is about
#include "sensor/control/icmp_quotation.h"

namespace kakoi {

namespace {
constexpr std::uint8_t kTcp = 6, kUdp = 17;

void read_ports(ByteReader& r, IcmpSeen& seen) noexcept {
  if (seen.original_protocol != kTcp && seen.original_protocol != kUdp) return;
  const std::uint16_t source = r.be16(), destination = r.be16();
  if (!r.ok()) return;
  seen.original_source_port = source;
  seen.original_destination_port = destination;
}
}  // namespace

bool read_quoted_ipv4(Bytes quoted, IcmpSeen& seen) noexcept {
  ByteReader r(quoted);
  const std::uint8_t version_and_length = r.u8();
  r.skip(5);
  const std::uint16_t fragment = r.be16();
  r.skip(1);
  const std::uint8_t protocol = r.u8();
  r.skip(2);
  const Bytes source = r.take(4), destination = r.take(4);
  const unsigned length = (version_and_length & 15u) * 4u;
  if (!r.ok() || version_and_length >> 4 != 4 || length < 20) return false;
  seen.original_source = Address::ipv4(source);
  seen.original_destination = Address::ipv4(destination);
  seen.original_protocol = protocol;
  r.skip(length - 20);
  if ((fragment & 0x1FFF) == 0) read_ports(r, seen);
  return true;
}

bool read_quoted_ipv6(Bytes quoted, IcmpSeen& seen) noexcept {
  ByteReader r(quoted);
  const std::uint8_t version = r.u8() >> 4;
  r.skip(5);
  std::uint8_t next = r.u8();
  r.skip(1);
  const Bytes source = r.take(16), destination = r.take(16);
  if (!r.ok() || version != 6 || !Address::ipv6(source).is_ip() || !Address::ipv6(destination).is_ip()) return false;
  seen.original_source = Address::ipv6(source);
  seen.original_destination = Address::ipv6(destination);
  bool first_fragment = true;
  // Hop-by-hop, routing, fragment and destination options (RFC 8200 §4.1), each at most once or twice.
  for (int i = 0; i < 8 && (next == 0 || next == 43 || next == 44 || next == 60); ++i) {
    const std::uint8_t following = r.u8();
    const std::uint8_t length = r.u8();
    if (next == 44) {
      first_fragment = r.be16() >> 3 == 0;
      r.skip(4);
    } else {
      r.skip(6u + length * 8u);
    }
    next = following;
  }
  seen.original_protocol = next;
  if (!r.ok()) seen.original_protocol = 0;
  if (first_fragment) read_ports(r, seen);
  return true;
}

IcmpSeen observe_icmp(const Decoded& packet, Bytes icmp, const Emit& emit) noexcept {
  constexpr std::uint8_t kUnreachable = 3, kRedirect = 5;
  IcmpSeen seen;
  ByteReader r(icmp);
  seen.type = r.u8();
  seen.code = r.u8();
  r.skip(2);
  const Bytes word = r.take(4);
  if (!r.ok()) return seen;
  if (seen.type == kUnreachable) {
    seen.unreachable = read_quoted_ipv4(r.rest(), seen);
    // RFC 1812 §5.2.7.1: network, host, or communication administratively prohibited
    const bool is_prohibited = seen.code == 9 || seen.code == 10 || seen.code == 13;
    if (seen.unreachable && is_prohibited) state_filter(packet, seen, emit);
  }
  if (seen.type == kRedirect) {
    const Address gateway = Address::ipv4(word);
    if (seen.code > 3 || !read_quoted_ipv4(r.rest(), seen) || gateway.is_unspecified()) {
      emit(Anomaly{Fault::bad_value, 1});
    } else {
      emit(Route{RouteKind::icmp_redirect, gateway, seen.original_destination, {}});
    }
  }
  return seen;
}

}  // namespace kakoi
