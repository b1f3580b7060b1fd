// IPv4 (RFC 791), IPv6 with extension headers (RFC 8200), TCP (RFC 9293), UDP (RFC 768).
#include <algorithm>

#include "sensor/decode/checksums.h"
#include "sensor/decode/layers.h"

namespace kakoi::decode {
namespace {

constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kAuthentication = 51, kIcmpv6 = 58;

void decode_ipv4(Bytes packet, Decoded& out) noexcept {
  if (packet.size() < 20) {
    out.malformed = true;
    return;
  }
  const std::size_t header = (packet[0] & 15u) * 4;
  ByteReader r(packet);
  r.skip(2);
  std::uint32_t total = r.be16();
  out.fragment_id = r.be16();
  const std::uint16_t fragment = r.be16();
  out.ttl = r.u8();
  out.protocol = r.u8();
  out.network = NetworkLayer::ipv4;
  out.ethertype = 0x0800;
  out.source = Address::ipv4(packet.subspan(12));
  out.destination = Address::ipv4(packet.subspan(16));
  // Segmentation offload leaves 0 in packets that the sending host captured itself.
  if (total == 0) total = static_cast<std::uint32_t>(std::min<std::size_t>(packet.size(), 0xFFFF'FFFF));
  if (header < 20 || header > packet.size() || total < header) {
    out.malformed = true;
    return;
  }
  out.header_checksum = checksum_of_ipv4(packet.first(header));
  const std::uint32_t length = total - static_cast<std::uint32_t>(header);
  const Bytes segment = packet.subspan(header, std::min<std::size_t>(packet.size() - header, length));
  out.fragment_offset = static_cast<std::uint16_t>((fragment & 0x1FFF) * 8);
  out.more_fragments = (fragment & 0x2000) != 0;
  if (out.fragment_offset != 0 || out.more_fragments) {
    out.is_fragment = true;
    out.payload = segment;
    out.payload_length = length;
    return;
  }
  decode_transport(segment, length, out);
}

void decode_ipv6(Bytes packet, Decoded& out) noexcept {
  if (packet.size() < 40) {
    out.malformed = true;
    return;
  }
  ByteReader r(packet);
  r.skip(4);
  std::uint32_t length = r.be16();
  std::uint8_t next = r.u8();
  out.ttl = r.u8();
  out.network = NetworkLayer::ipv6;
  out.ethertype = 0x86DD;
  out.source = Address::ipv6(packet.subspan(8));
  out.destination = Address::ipv6(packet.subspan(24));
  if (out.source.is_none() || out.destination.is_none()) {  // nobody to account it to
    out.source = out.destination = {};
    out.network = NetworkLayer::other;
    out.malformed = true;
    return;
  }
  // 0 with a payload behind it: a jumbogram (RFC 2675) or segmentation offload
  if (length == 0 && packet.size() > 40) length = static_cast<std::uint32_t>(packet.size() - 40);
  Bytes rest = packet.subspan(40, std::min<std::size_t>(packet.size() - 40, length));
  bool other_address = false;  // routing and destination options may put it into the pseudo-header (RFC 8200 §8.1)
  for (int headers = 0; headers < 16; ++headers) {
    std::size_t size = 0;
    switch (next) {
      case 0:
      case 43:
      case 60:
      case 135:
      case 139:
      case 140:
        size = rest.size() >= 2 ? (rest[1] + 1u) * 8 : 8;
        break;
      case kAuthentication:
        size = rest.size() >= 2 ? (rest[1] + 2u) * 4 : 8;
        break;  // AH, RFC 4302 §2.2
      case 44:
        size = 8;
        break;
      default:
        out.protocol = next;
        decode_transport(rest, length, out);
        if (other_address) out.transport_header = Decoded::kUnchecked;
        return;
    }
    out.protocol = next;
    other_address |= next == 43 || next == 60;
    if (rest.size() < size) {
      out.malformed = true;
      return;
    }
    const std::uint8_t following = rest[0];
    if (next == 44) {
      const std::uint16_t fragment = ByteReader(rest.subspan(2)).be16();
      out.fragment_id = ByteReader(rest.subspan(4)).be32();
      out.fragment_offset = fragment & 0xFFF8;
      out.more_fragments = (fragment & 1) != 0;
      // an atomic fragment (RFC 6946) is a whole packet
      if (out.fragment_offset != 0 || out.more_fragments) {
        out.is_fragment = true;
        out.protocol = following;
        out.payload = rest.subspan(8);
        out.payload_length = length - std::min(length, 8u);
        return;
      }
    }
    next = following;
    rest = rest.subspan(size);
    length -= std::min(length, static_cast<std::uint32_t>(size));
  }
  out.malformed = true;  // more extension headers than anybody needs
}

}  // namespace

void decode_ip(Bytes packet, Decoded& out) noexcept {
  out.datagram = packet;
  if (packet.empty()) {
    out.malformed = true;
  } else if (packet[0] >> 4 == 4) {
    decode_ipv4(packet, out);
  } else if (packet[0] >> 4 == 6) {
    decode_ipv6(packet, out);
  } else {
    out.malformed = true;
    out.network = NetworkLayer::other;
  }
}

void decode_transport(Bytes segment, std::uint32_t length, Decoded& out) noexcept {
  out.payload = segment;
  out.payload_length = length;
  if (out.protocol == kTcp) {
    if (segment.size() < 20) {
      out.malformed = length < 20;  // else the snap length cut it
      out.undecoded = !out.malformed;
      if (segment.size() >= 4) {
        out.source_port = ByteReader(segment).be16();
        out.destination_port = ByteReader(segment.subspan(2)).be16();
        out.has_ports = true;
      }
      out.payload = {};
      out.payload_length = 0;
      return;
    }
    ByteReader r(segment);
    out.source_port = r.be16();
    out.destination_port = r.be16();
    out.sequence = r.be32();
    out.acknowledgement = r.be32();
    const std::size_t header = (r.u8() >> 4) * 4u;
    out.tcp_flags = r.u8();
    out.window = r.be16();
    out.has_ports = true;
    if (header < 20 || header > length) {
      out.malformed = true;
      out.payload = {};
      out.payload_length = 0;
      return;
    }
    out.payload = segment.subspan(std::min(segment.size(), header));
    out.payload_length = length - static_cast<std::uint32_t>(header);
    if (segment.size() >= header) out.transport_header = static_cast<std::uint8_t>(header);
  } else if (out.protocol == kUdp) {
    if (segment.size() < 8) {
      out.malformed = length < 8;
      out.undecoded = !out.malformed;
      if (segment.size() < 4) return;
    }
    ByteReader r(segment);
    out.source_port = r.be16();
    out.destination_port = r.be16();
    out.has_ports = true;
    const std::uint32_t told = r.be16();
    if (!r.ok() || segment.size() < 8) {
      out.payload = {};
      out.payload_length = 0;
      return;
    }
    // 0: a jumbogram (RFC 2675 §4) or offload; a length beyond the IP packet can't be believed
    const std::uint32_t size = told == 0 ? length : told;
    if (size < 8 || size > length) {
      out.malformed = true;
      out.payload = segment.subspan(8);
      out.payload_length = length - 8;
      return;
    }
    out.payload_length = size - 8;
    out.payload = segment.subspan(8, std::min<std::size_t>(segment.size() - 8, out.payload_length));
    out.transport_header = 8;
  } else if (out.protocol == kIcmp || out.protocol == kIcmpv6) {
    out.transport_header = 0;
  } else if (out.protocol == kAuthentication) {
    // IPv4; the extension headers of IPv6 were read before. RFC 4302 §2: next, length in words − 2, …
    for (int headers = 0; headers < 4 && out.protocol == kAuthentication; ++headers) {
      const std::size_t size = segment.size() >= 2 ? (segment[1] + 2u) * 4 : 8;
      if (segment.size() < size || length < size) {
        out.malformed = true;
        return;
      }
      out.protocol = segment[0];
      segment = segment.subspan(size);
      length -= static_cast<std::uint32_t>(size);
    }
    if (out.protocol != kAuthentication) decode_transport(segment, length, out);
  }
}

}  // namespace kakoi::decode
