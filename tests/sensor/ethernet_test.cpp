// Messages are cut from public captures (named above each) and expected values read with tshark 4.0,
// or, where a test says so, written after the standard.
#include "sensor/control/control.h"

#include <gtest/gtest.h>

#include "observe_control.h"

namespace kakoi {
namespace {

using test::find;
using test::ip;
using test::Observer;

void ethernet(const Decoded& packet, Bytes, const Emit& emit) {
  DcpRequests requests;
  observe_ethernet(packet, requests, emit);
}

// icsnpp-profinet-io-cm profinet_io_cm_mixed_1 #38
TEST(Ethernet, LldpNamesPortAndManagementAddress) {
  Observer frame(
      "020f0776 65727361 6d61782d 706e7331 31040907 706f7274 2d303031 06020014 100c0501 c0a80102 02000000 0100fe08"
      "000ecf02 00000000 fe0a000e cf050009 9143e067 fe090012 0f01036c 00001000 00",
      "00:09:91:43:e0:68", "01:80:c2:00:00:0e");
  frame.packet.ethertype = 0x88CC;
  frame.run(ethernet);
  const auto claims = frame.recorder.all<Identity>();
  ASSERT_EQ(claims.size(), 5u);
  const Subject port{Who::address, ip("00:09:91:43:e0:68")}, managed{Who::address, ip("192.168.1.2")};
  EXPECT_EQ(claims[4].trait, Trait::management_address);
  EXPECT_EQ(claims[4].text, "192.168.1.2");
  EXPECT_EQ(claims[4].subject, port);
  for (std::size_t i = 0; i < 4; ++i) {
    // the PROFINET chassis MAC is another than the port's
    EXPECT_EQ(claims[i].text, i < 2 ? "versamax-pns11" : "00:09:91:43:e0:67");
    EXPECT_EQ(claims[i].method, i < 2 ? "lldp" : "lldp chassis");
    EXPECT_EQ(claims[i].subject, i % 2 == 0 ? port : managed);
  }
}

// ICS-Security-Tools openics/EIP-IPAddressChangeAttempt #256
TEST(Ethernet, LldpNamesItsChassisByMac) {
  Observer frame("02070400 219106f1 66040301 31390602 0078100c 0501d049 d98e0200 00000000 0000", "00:21:91:06:f1:66",
                 "01:80:c2:00:00:0e");
  frame.packet.ethertype = 0x88CC;
  frame.run(ethernet);
  const auto claims = frame.recorder.all<Identity>();
  ASSERT_EQ(claims.size(), 3u);
  for (const Identity& claim : {claims[0], claims[1]}) {
    EXPECT_EQ(claim.trait, Trait::fingerprint);
    EXPECT_EQ(claim.text, "00:21:91:06:f1:66");
    EXPECT_EQ(claim.method, "lldp chassis");
  }
  EXPECT_EQ(claims[2].text, "208.73.217.142");
  EXPECT_EQ(claims[1].subject, (Subject{Who::address, ip("208.73.217.142")}));
}

// ICS-Security-Tools openics/EIP-ChangeTimeAttempt #40, with the software text cut to its first line
TEST(Ethernet, CdpTellsDevicePlatformAndSoftware) {
  Observer frame(
      "aaaa0300 000c2000 02b40ab0 0001 0009 4e733567 74 0005 0019 43697363 6f20494f 5320536f 66747761 72652c20 43"
      "0006 0017 63697363 6f205753 2d434535 30302d32 345454"
      "0002 0011 00000001 0101cc00 04c0a80a fd 0004 0008 00000028 0016 0011 00000001 0101cc00 04c0a80a fd",
      "00:1e:f6:73:59:81", "01:00:0c:cc:cc:cc");
  frame.packet.is_llc = true;
  frame.packet.ethertype = 0xAA;
  EXPECT_EQ(control_protocol_of(frame.packet), &cdp_protocol);
  frame.run(ethernet);
  const auto claims = frame.recorder.all<Identity>();
  ASSERT_NE(find(claims, Trait::name, "Ns5gt"), nullptr);
  EXPECT_EQ(find(claims, Trait::name, "Ns5gt")->subject, (Subject{Who::address, ip("00:1e:f6:73:59:81")}));
  EXPECT_NE(find(claims, Trait::product, "cisco WS-CE500-24TT"), nullptr);
  EXPECT_NE(find(claims, Trait::firmware, "Cisco IOS Software, C"), nullptr);
  EXPECT_NE(find(claims, Trait::role, "switch"), nullptr);
  ASSERT_NE(find(claims, Trait::management_address, "192.168.10.253"), nullptr);
  EXPECT_EQ(find(claims, Trait::management_address, "192.168.10.253")->subject.address, ip("00:1e:f6:73:59:81"));
  EXPECT_EQ(claims.size(), 9u);  // four claims about the port, four about 192.168.10.253, and that it is managed there
  EXPECT_TRUE(frame.recorder.all<Anomaly>().empty());
}

// icsnpp-profinet-io-cm profinet_io_cm_mixed_1 #466
TEST(Ethernet, DcpIdentifyResponseNamesStation) {
  Observer frame(
      "feff0501 00000001 00000064 02020010 00007665 7273616d 61782d70 6e733131 0205000e 00000102 02010202 02030204"
      "06010201 000d0000 49433230 30504e53 30303100 02030006 0000015a 00030204 00040000 01000102 000e0001 c0a80102"
      "ffffff00 c0a80102 06010004 00000001",
      "00:09:91:43:e0:67", "00:a0:45:6d:d3:43");
  frame.packet.ethertype = 0x8892;
  frame.run(ethernet);
  const auto claims = frame.recorder.all<Identity>();
  EXPECT_NE(find(claims, Trait::name, "versamax-pns11"), nullptr);
  EXPECT_NE(find(claims, Trait::product, "IC200PNS001"), nullptr);
  EXPECT_NE(find(claims, Trait::description, "PROFINET vendor 0x015A, device 0x0003"), nullptr);
  EXPECT_NE(find(claims, Trait::role, "ot_device"), nullptr);  // an IO device
  const auto bindings = frame.recorder.all<Binding>();
  ASSERT_EQ(bindings.size(), 1u);
  EXPECT_EQ(bindings[0].mac, ip("00:09:91:43:e0:67"));
  EXPECT_EQ(bindings[0].ip, ip("192.168.1.2"));
  EXPECT_EQ(bindings[0].prefix_length, 24);
  EXPECT_TRUE(frame.recorder.all<Route>().empty());  // its gateway is itself: none
}

// PROFINET's cyclic data shares the EtherType and must cost nothing: it is named, and no more.
TEST(Ethernet, CyclicDataIsNotDcp) {
  Observer frame("8000 00000000 00000000 35008000", "00:09:91:43:e0:67", "00:a0:45:6d:d3:43");
  frame.packet.ethertype = 0x8892;
  frame.run(ethernet);
  EXPECT_TRUE(frame.recorder.stated.empty());
  EXPECT_EQ(control_protocol_of(frame.packet), &profinet_rt_protocol);
}

// icsnpp-profinet-io-cm profinet_io_cm_mixed_1: the first octets of frames 486, 495, 584 and 34, which measures a line's
// delay; of the others, bounds of IEC 61158-6-10 §4.2 as tshark names them
TEST(Ethernet, FrameIdTellsWhatProfinetCarries) {
  const auto protocol = [](std::string_view frame_id) {
    Observer frame(std::string(frame_id) + "0000", "00:09:91:43:e0:67", "00:a0:45:6d:d3:43");
    frame.packet.ethertype = 0x8892;
    return control_protocol_of(frame.packet);
  };
  for (const char* id : {"c002", "c000", "fe01", "fc01", "0100", "0fff", "8000", "fbff"})
    EXPECT_EQ(protocol(id), &profinet_rt_protocol) << id;
  for (const char* id : {"fefc", "fefd", "fefe", "feff"}) EXPECT_EQ(protocol(id), &profinet_dcp_protocol) << id;
  for (const char* id : {"ff40", "ff00", "0080", "0000", "7fff", "fe02", "fc02"})
    EXPECT_EQ(protocol(id), nullptr) << id;
}

// ICS-Security-Tools, openics/EIP-SoftwareDownloadFailure.pcap, frame 2: a root bridge, rapid spanning tree.
TEST(Stp, NamesBridgeAndRoot) {
  Observer port("424203 00000202 3c 8003001ef6735980 00000000 8003001ef6735980 8001 0000 1400 0200 0f00 00",
                "00:1e:f6:73:59:81", "01:80:c2:00:00:00");
  port.packet.is_llc = true;
  port.packet.ethertype = 0x42;
  port.packet.source_mac = ip("00:1e:f6:73:59:81");
  EXPECT_EQ(control_protocol_of(port.packet), &stp_protocol);
  port.run(ethernet);
  const auto all = port.recorder.all<Identity>();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_TRUE(find(all, Trait::role, "switch"));
  EXPECT_TRUE(find(all, Trait::fingerprint, "00:1e:f6:73:59:80"));
  EXPECT_TRUE(find(all, Trait::description, "32768/00:1e:f6:73:59:80"));
  EXPECT_EQ(all[1].subject.address, ip("00:1e:f6:73:59:81"));
  EXPECT_EQ(all[3].subject.address, ip("00:1e:f6:73:59:80"));
  Observer cut("424203 00000202 3c 8003001ef673", "00:1e:f6:73:59:81", "01:80:c2:00:00:00");
  cut.packet.is_llc = true;
  cut.packet.ethertype = 0x42;
  cut.run(ethernet);
  EXPECT_TRUE(cut.recorder.stated.empty());
}

// ICS-Security-Tools, openics/EIP-LockPLCAttempt.pcap, frames 59, 123 and 124: one port, a tree for each VLAN with a root
// of its own, and VLAN 1's once more for bridges that know one tree alone.
TEST(Stp, TellsWhichTreeTheRootIsOf) {
  const auto root = [](std::string_view payload, bool is_snap, std::uint32_t vlan) {
    Observer port(payload, "00:1e:f6:73:59:8b", "01:00:0c:cc:cc:cd");
    port.packet.is_llc = true;
    port.packet.ethertype = is_snap ? 0xAA : 0x42;
    port.packet.vlan = vlan;
    port.run(ethernet);
    for (const Identity& i : port.recorder.all<Identity>())
      if (i.method == "stp root bridge") return std::string(i.text);
    return std::string();
  };
  constexpr std::string_view kOfVlan3 =
      "aaaa0300000c010b 00000202 3c 8003001ef6735980 00000000 8003001ef6735980 800b 0000 1400 0200 0f00 00 0000 0002 "
      "0003";
  constexpr std::string_view kOfVlan1 =
      "aaaa0300000c010b 00000202 3c 800000024b7c8e46 00000013 8001001ef6735980 800b 0100 1400 0200 0f00 00 0000 0002 "
      "0001";
  constexpr std::string_view kOfAll =
      "424203 00000202 3c 800000024b7c8e46 00000013 8000001ef6735980 800b 0100 1400 0200 0f00 00 0000000000000000";
  EXPECT_EQ(root(kOfVlan3, true, 0), "VLAN 3: 32768/00:1e:f6:73:59:80");
  EXPECT_EQ(root(kOfVlan1, true, 0), "VLAN 1: 32768/00:02:4b:7c:8e:46");
  EXPECT_EQ(root(kOfVlan1, true, 7), "VLAN 1: 32768/00:02:4b:7c:8e:46");
  EXPECT_EQ(root(kOfAll, false, 0), "32768/00:02:4b:7c:8e:46");
  // Composed: a tag alone; two of them; PVST, which has no trailer.
  EXPECT_EQ(root(kOfAll, false, 7), "VLAN 7: 32768/00:02:4b:7c:8e:46");
  EXPECT_EQ(root(kOfAll, false, 7 * 4096 + 9), "VLAN 7.9: 32768/00:02:4b:7c:8e:46");
  EXPECT_EQ(root(kOfVlan3.substr(0, kOfVlan3.size() - 15), true, 7), "VLAN 7: 32768/00:1e:f6:73:59:80");
}

// Linux 6.1's bonding driver, 802.3ad, in two virtual machines back to back: the second port of one of them, before and
// after the other has answered.
Observer lacp(std::string_view partner) {
  Observer port("0101 0114 ffff 001b1b000001 0009 00ff 0002 c7 000000 " + std::string(partner) +
                    " 0310 0000 000000000000000000000000",
                "00:1b:1b:00:00:02", "01:80:c2:00:00:02");
  port.packet.ethertype = 0x8809;
  return port;
}
TEST(Lacp, NamesTheSystemThatThePortIsOf) {
  Observer alone = lacp("0214 ffff 000000000000 0001 00ff 0001 02 000000");
  EXPECT_EQ(control_protocol_of(alone.packet), &lacp_protocol);
  alone.run(ethernet);
  auto all = alone.recorder.all<Identity>();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].method, "lacp system");
  EXPECT_EQ(all[0].text, "00:1b:1b:00:00:01");
  EXPECT_EQ(all[0].subject.address, ip("00:1b:1b:00:00:02"));
  EXPECT_EQ(all[1].text, "aggregated port 2, key 9");

  Observer answered = lacp("0214 ffff 001b1b000011 0009 00ff 0002 0f 000000");
  answered.run(ethernet);
  all = answered.recorder.all<Identity>();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[2].text, "partner 00:1b:1b:00:00:11 port 2, key 9");
}

TEST(Lacp, OtherSlowProtocolsAndCutFramesTellNothing) {
  // IEEE 802.3 annex 57B: an organisation's own slow protocol; 802.1AX §6.5: a marker
  for (const std::string_view payload : {"0a 0019a7 00", "0201 0110 0001 001b1b000001 00000001 0000"}) {
    Observer other(payload, "00:1b:1b:00:00:02", "01:80:c2:00:00:02");
    other.packet.ethertype = 0x8809;
    EXPECT_EQ(control_protocol_of(other.packet), nullptr);
  }
  for (std::size_t n = 0; n < 42; ++n) {  // up to the partner's last octet
    Observer cut = lacp("0214 ffff 001b1b000011 0009 00ff 0002 0f 000000");
    cut.bytes.resize(n);
    cut.packet.payload = cut.bytes;
    cut.run(ethernet);
    EXPECT_TRUE(cut.recorder.stated.empty()) << n;
  }
  Observer multicast(
      "0101 0114 ffff 011b1b000001 0009 00ff 0002 c7 000000 0214 ffff 000000000000 0001 00ff 0001 02 000000",
      "00:1b:1b:00:00:02", "01:80:c2:00:00:02");
  multicast.packet.ethertype = 0x8809;
  multicast.run(ethernet);
  EXPECT_TRUE(multicast.recorder.stated.empty());
}

}  // namespace
}  // namespace kakoi
