// A captured packet as the reader hands it out, and as the decoder understands it.
#pragma once

#include <cstdint>

#include "dissectors/core/dissector.h"

namespace kakoi {

// One record of a capture. `data` is valid until the next record is asked for.
struct RawPacket {
  Bytes data;
  std::uint32_t original_length = 0;  // on the wire
  std::uint32_t link_type = 0;        // LINKTYPE_ number
  std::uint32_t fcs_length = 0;       // octets of frame check sequence at the end of data (pcapng if_fcslen)
  PacketRef ref;
};

// deferred: not filled in by whoever captured its own packets; see sensor/decode/checksums.h
enum class Checksum : std::uint8_t { none, right, wrong, deferred };

// Sent twice over two ways (IEC 62439-3): a PRP trailer or an HSR tag was verified.
enum class Redundancy : std::uint8_t { none, prp, hsr };

enum class NetworkLayer : std::uint8_t { none, arp, ipv4, ipv6, other };

// The headers of one IP packet (or of a frame without one) down to the transport. A tunnel's inner
// packet is a Decoded of its own (decapsulate). All numbers in host order.
struct Decoded {
  Address source_mac, destination_mac;              // of the frame just around; none without a link layer
  Address source, destination;                      // IP
  Bytes datagram;                                   // IP header and all behind it, with any padding; else empty
  Bytes payload;                                    // above the last header read; may be cut by the snap length
  std::uint32_t payload_length = 0;                 // as the headers say; ≥ payload.size()
  std::uint32_t frame_length = 0;                   // of the whole frame on the wire, link header included
  std::uint32_t vlan = 0;                           // outer*4096+inner, 0 = untagged
  std::uint32_t sequence = 0, acknowledgement = 0;  // TCP
  std::uint32_t fragment_id = 0;                    // IP fragments, see is_fragment
  std::uint16_t fragment_offset = 0;                // in bytes
  std::uint16_t ethertype = 0;                      // after VLAN tags; for LLC frames the DSAP, with is_llc
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint16_t window = 0;
  std::uint16_t redundancy_sequence = 0;  // of the PRP trailer or HSR tag, see redundancy
  NetworkLayer network = NetworkLayer::none;
  std::uint8_t protocol = 0;   // IP protocol number after extension headers
  std::uint8_t ttl = 0;        // hop limit
  std::uint8_t tcp_flags = 0;  // FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32
  std::uint8_t depth = 0;      // 0: outermost; n: inside n tunnels
  Redundancy redundancy = Redundancy::none;
  // Octets of TCP or UDP header, or none, right before `payload`: what a checksum covers. kUnchecked: it can't be told.
  std::uint8_t transport_header = kUnchecked;
  Checksum header_checksum : 2 = Checksum::none;  // of IPv4
  bool is_llc : 1 = false;
  bool is_returned : 1 = false;  // EtherCAT: from the slaves back to the master whose `source_mac` is told
  bool more_fragments : 1 = false;
  bool is_fragment = false;  // part of a datagram: `payload` is that part, ports are unknown
  bool has_ports = false;    // TCP or UDP header read
  bool malformed = false;    // a header does not fit or contradicts itself
  bool undecoded = false;    // link type or header not read

  static constexpr std::uint8_t kUnchecked = 255;
  bool is_tcp() const noexcept { return has_ports && protocol == 6; }
  bool is_udp() const noexcept { return has_ports && protocol == 17; }
};

}  // namespace kakoi
