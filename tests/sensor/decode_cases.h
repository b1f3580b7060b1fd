// One packet in every wrapping that is read: 10.0.0.1:40000 → 10.0.0.2:502, TCP, "hello".
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/packets.h"

namespace kakoi::test {

struct DecodeCase {
  const char* name;
  std::uint32_t link_type;  // LINKTYPE_ number
  ByteVector frame;
  std::uint32_t vlan = 0;   // as Decoded::vlan, of the innermost packet
  int depth = 0;            // tunnels around it
};
inline void PrintTo(const DecodeCase& c, std::ostream* out) { *out << c.name; }

inline const ByteVector kHello = tcp(40000, 502, 1000, 2000, 0x18, {'h', 'e', 'l', 'l', 'o'});
inline const ByteVector kHelloPacket = ipv4(1, 2, 6, kHello);
inline const ByteVector kHelloFrame = ethernet(3, 4, 0x0800, kHelloPacket);
inline const ByteVector kHelloLlc = hex("AAAA03 000000 0800") + kHelloPacket;

// From 10.0.0.8 to 10.0.0.9.
inline ByteVector carried(std::uint8_t protocol, const ByteVector& payload) { return ethernet(1, 2, 0x0800, ipv4(8, 9, protocol, payload)); }
inline ByteVector carried_udp(std::uint16_t port, const ByteVector& payload) { return carried(17, udp(50000, port, payload)); }
inline ByteVector wifi(const char* control_and_qos, const ByteVector& body) {
  const ByteVector head = hex(control_and_qos);
  return ByteVector{head[0], head[1], 0, 0} + hex("020000000009 020000000003 020000000004 1000") + ByteVector(head.begin() + 2, head.end()) + body;
}

inline std::vector<DecodeCase> decode_cases() {
  constexpr std::uint32_t kEthernet = 1;
  const auto length = [](const ByteVector& b) { return static_cast<std::uint16_t>(b.size()); };
  return {
      // Ethernet and what stands between it and IP
      {"ethernet", kEthernet, kHelloFrame},
      {"llc-snap", kEthernet, ethernet(3, 4, length(kHelloLlc), kHelloLlc) + ByteVector(9)},
      {"vlan", kEthernet, ethernet(3, 4, 0x8100, hex("6064 0800") + kHelloPacket), 100},
      {"vlan-llc", kEthernet, ethernet(3, 4, 0x8100, hex("0064 0035") + kHelloLlc), 100},
      {"provider-bridge", kEthernet, ethernet(3, 4, 0x88A8, hex("00C8 8100 0064 0800") + kHelloPacket), 200 * 4096 + 100},
      {"three-tags", kEthernet, ethernet(3, 4, 0x88A8, hex("00C8 88A8 0007 8100 0064 0800") + kHelloPacket), 7 * 4096 + 100},
      {"backbone-bridge", kEthernet, ethernet(1, 2, 0x88E7, hex("00001234") + kHelloFrame)},
      {"macsec-integrity-only", kEthernet, ethernet(3, 4, 0x88E5, hex("00 33 00000001 0800") + kHelloPacket + ByteVector(16))},
      {"macsec-integrity-with-sci", kEthernet, ethernet(3, 4, 0x88E5, hex("20 00 00000001 0200000000030001 0800") + kHelloPacket + ByteVector(16))},
      {"prp", kEthernet, kHelloFrame + hex("0007 A033 88FB")},
      {"prp-vlan", kEthernet, ethernet(3, 4, 0x8100, hex("0064 0800") + kHelloPacket) + hex("0007 B033 88FB"), 100},
      {"hsr", kEthernet, ethernet(3, 4, 0x892F, hex("0033 0007 0800") + kHelloPacket)},
      {"mpls", kEthernet, ethernet(3, 4, 0x8847, hex("0001 0040 0001 1140") + kHelloPacket)},
      {"pseudowire", kEthernet, ethernet(1, 2, 0x8847, hex("0001 1140") + kHelloFrame)},
      {"pseudowire-control-word", kEthernet, ethernet(1, 2, 0x8847, hex("0001 1140 00000000") + kHelloFrame)},
      {"pppoe", kEthernet, ethernet(3, 4, 0x8864, hex("1100 0011 002F 0021") + kHelloPacket)},
      {"vn-tag", kEthernet, ethernet(3, 4, 0x8926, hex("00010002 0800") + kHelloPacket)},
      {"e-tag", kEthernet, ethernet(3, 4, 0x893F, hex("000000010000 0800") + kHelloPacket)},
      {"cisco-metadata", kEthernet, ethernet(3, 4, 0x8909, hex("01 01 0001 0005 0800") + kHelloPacket)},
      {"service-chain", kEthernet, ethernet(1, 2, 0x894F, hex("0FC6 01 03 00000100") + ByteVector(16) + kHelloFrame)},
      {"jumbo-llc", kEthernet, ethernet(3, 4, 0x8870, kHelloLlc)},

      // Other link types
      {"null", 0, hex("02000000") + kHelloPacket},
      {"loop", 108, hex("00000002") + kHelloPacket},
      {"raw", 101, kHelloPacket},
      {"raw-ipv4", 228, kHelloPacket},
      {"ppp", 9, hex("FF03 0021") + kHelloPacket},
      {"ppp-compressed-header", 50, hex("0021") + kHelloPacket},
      {"ppp-mpls", 9, hex("FF03 0281 0001 1140") + kHelloPacket},
      {"ppp-direction", 204, hex("01 FF03 0021") + kHelloPacket},
      {"pppoe-without-ethernet", 51, hex("1100 0011 002F 0021") + kHelloPacket},
      {"cisco-hdlc", 104, hex("0F00 0800") + kHelloPacket},
      {"frame-relay", 107, hex("1841 03 CC") + kHelloPacket},
      {"frame-relay-snap", 107, hex("1841 03 00 80 000000 0800") + kHelloPacket},
      {"cooked-1", 113, hex("0000 0001 0006 020000000003 0000 0800") + kHelloPacket},
      {"cooked-1-vlan", 113, hex("0000 0001 0006 020000000003 0000 8100 0064 0800") + kHelloPacket, 100},
      {"cooked-1-llc", 113, hex("0000 0001 0006 020000000003 0000 0004") + kHelloLlc},
      {"cooked-2", 276, hex("0800 0000 00000002 0001 00 06 020000000003 0000") + kHelloPacket},
      {"fddi", 10, hex("50 020000000004 020000000003") + kHelloLlc},
      {"token-ring", 6, hex("10 40 020000000004 820000000003 0670 0011 0020") + kHelloLlc},
      {"nflog-little", 239, hex("02 00 0000 0800 0100 08000300 3100 0900") + kHelloPacket + ByteVector(3)},
      {"nflog-big", 239, hex("02 00 0000 0008 0001 08000300 0031 0009") + kHelloPacket + ByteVector(3)},
      {"pf-log", 117, hex("3D 02 00 00") + ByteVector(60) + kHelloPacket},
      {"ipsec-interface", 109, hex("02000000 00001234 00000000") + kHelloPacket},
      {"802.11", 105, wifi("0801", kHelloLlc)},
      {"802.11-qos", 105, wifi("8801 0000", kHelloLlc)},
      {"802.11-aggregate", 105, wifi("8801 8000", hex("020000000004 020000000003 0035") + kHelloLlc)},
      {"radiotap", 127, hex("00 00 0900 02000000 00") + wifi("0801", kHelloLlc)},
      {"radiotap-time-fcs", 127, hex("00 00 1900 03000080 00000000 00000000 0000000000000000 10") + wifi("0801", kHelloLlc) + hex("DEADBEEF")},
      {"radiotap-padded", 127, hex("00 00 0900 02000000 20") + wifi("8801 0000 0000", kHelloLlc)},
      {"prism", 119, hex("00000044 00000090") + ByteVector(136) + wifi("0801", kHelloLlc)},
      {"avs", 163, hex("80211001 00000040") + ByteVector(56) + wifi("0801", kHelloLlc)},
      {"ppi", 192, hex("00 00 0800 69000000") + wifi("0801", kHelloLlc)},
      {"mpacket", 274, hex("55555555555555D5") + kHelloFrame + hex("4DA31726")},
      {"dsa", 284, hex("020000000004 020000000003 C0100000 0800") + kHelloPacket},
      {"edsa", 285, hex("020000000004 020000000003 DADA0000 C0100000 0800") + kHelloPacket},
      {"broadcom-tag", 281, hex("020000000004 020000000003 00000001 0800") + kHelloPacket},
      {"broadcom-tag-in-front", 282, hex("00000001") + kHelloFrame},

      // IP protocols
      {"ip-in-ip", kEthernet, carried(4, kHelloPacket), 0, 1},
      {"gre", kEthernet, carried(47, hex("0000 0800") + kHelloPacket), 0, 1},
      {"gre-all-options", kEthernet, carried(47, hex("B000 0800 00000000 00000001 00000002") + kHelloPacket), 0, 1},
      {"gre-ppp", kEthernet, carried(47, hex("3001 880B 0031 0001 00000001 FF03 0021") + kHelloPacket), 0, 1},
      {"gre-mpls", kEthernet, carried(47, hex("0000 8847 0001 1140") + kHelloPacket), 0, 1},
      {"nvgre", kEthernet, carried(47, hex("2000 6558 00123400") + kHelloFrame), 0, 1},
      {"erspan-1", kEthernet, carried(47, hex("0000 88BE") + kHelloFrame), 0, 1},
      {"erspan-2", kEthernet, carried(47, hex("1000 88BE 00000001 1001000100000000") + kHelloFrame), 0, 1},
      {"erspan-3", kEthernet, carried(47, hex("1000 22EB 00000001 200100010000000000000000") + kHelloFrame), 0, 1},
      {"erspan-3-platform", kEthernet, carried(47, hex("1000 22EB 00000001 200100010000000000000001 0000000000000000") + kHelloFrame), 0, 1},
      {"ether-ip", kEthernet, carried(97, hex("3000") + kHelloFrame), 0, 1},
      {"mpls-in-ip", kEthernet, carried(137, hex("0001 1140") + kHelloPacket), 0, 1},
      {"l2tpv3", kEthernet, carried(115, hex("00000001") + kHelloFrame), 0, 1},
      {"authentication-header", kEthernet, ethernet(3, 4, 0x0800, ipv4(1, 2, 51, hex("06 04 0000 00000001 00000001") + ByteVector(12) + kHello))},

      // UDP ports
      {"vxlan", kEthernet, carried_udp(4789, hex("08000000 00002A00") + kHelloFrame), 0, 1},
      {"vxlan-vlan", kEthernet, carried_udp(4789, hex("08000000 00002A00") + ethernet(3, 4, 0x8100, hex("0064 0800") + kHelloPacket)), 100, 1},
      {"vxlan-linux", kEthernet, carried_udp(8472, hex("08000000 00002A00") + kHelloFrame), 0, 1},
      {"vxlan-gpe", kEthernet, carried_udp(4790, hex("0C000001 00002A00") + kHelloPacket), 0, 1},
      {"geneve", kEthernet, carried_udp(6081, hex("02006558 00002A00 0100800100000000") + kHelloFrame), 0, 1},
      {"gtp-u", kEthernet, carried_udp(2152, hex("30FF 002D 00000001") + kHelloPacket), 0, 1},
      {"gtp-u-extension", kEthernet, carried_udp(2152, hex("34FF 0035 00000001 00000085 01000900") + kHelloPacket), 0, 1},
      {"l2tpv2", kEthernet, carried_udp(1701, hex("0002 0001 0001 FF03 0021") + kHelloPacket), 0, 1},
      {"l2tpv2-lengths", kEthernet, carried_udp(1701, hex("4802 003D 0001 0001 0001 0000 FF03 0021") + kHelloPacket), 0, 1},
      {"l2tpv3-udp", kEthernet, carried_udp(1701, hex("0003 0000 00000001") + kHelloFrame), 0, 1},
      {"lisp", kEthernet, carried_udp(4341, hex("0000000000000000") + kHelloPacket), 0, 1},
      {"tzsp", kEthernet, carried_udp(37008, hex("01 00 0001 0A01C5 00 01") + kHelloFrame), 0, 1},
      {"tzsp-802.11", kEthernet, carried_udp(37008, hex("01 00 0012 01") + wifi("0801", kHelloLlc)), 0, 1},
      {"mpls-in-udp", kEthernet, carried_udp(6635, hex("0001 1140") + kHelloPacket), 0, 1},
      {"gre-in-udp", kEthernet, carried_udp(4754, hex("0000 0800") + kHelloPacket), 0, 1},
      {"capwap", kEthernet, carried_udp(5247, hex("0010 0300 00000000") + wifi("0801", kHelloLlc)), 0, 1},
      {"gre-in-vxlan-in-gre", kEthernet, carried(47, hex("0000 0800") + ipv4(6, 7, 17, udp(50000, 4789, hex("08000000 00002A00") +
          ethernet(5, 6, 0x0800, ipv4(4, 5, 47, hex("0000 0800") + kHelloPacket))))), 0, 3},
  };
}

}  // namespace kakoi::test
