// Messages are cut from public captures (named above each) and expected values read with tshark 4.0,
// or, where a test says so, written after the standard.
#include "sensor/control/control.h"

#include <gtest/gtest.h>

#include "observe_control.h"

namespace kakoi {
namespace {

using test::client;
using test::expect_safe_truncation;
using test::find;
using test::frame_of;
using test::ip;
using test::over_udp;
using test::Recorder;
using test::server;

// The fixed part, with `sname` and `file` empty
std::string dhcp_message(std::string_view upto_chaddr, std::string_view options) {
  return std::string(upto_chaddr) + std::string(2 * (10 + 64 + 128), '0') + "63825363" + std::string(options);
}

// ICS-Security-Tools openics/EIP-IPAddressChangeAttempt #2948 (the server's sname left out)
const std::string kAck = dhcp_message("02010600 abcd0014 00000000 00000000 c0a80a83 c0a80a69 00000000 00e062603 5d0",
                                      "350105 0104ffffff00 3a04ffffffff 3b04ffffffff 3304ffffffff 3604c0a80a69 "
                                      "0304c0a80a01 0c094b6f796f444c343035 ff 0000");

TEST(Dhcp, AckGrantsLeaseNameAndGateway) {
  ASSERT_EQ(frame_of(dhcp_protocol, kAck), Frame::Kind::whole);
  const Recorder recorder = over_udp(dhcp_protocol, {server(kAck)});
  const Address mac = ip("00:e0:62:60:35:d0");
  const auto leases = recorder.all<Lease>();
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_TRUE(leases[0].granted);
  EXPECT_EQ(leases[0].client_mac, mac);
  EXPECT_EQ(leases[0].client, ip("192.168.10.131"));
  EXPECT_EQ(leases[0].server, ip("192.168.10.105"));
  EXPECT_EQ(leases[0].prefix_length, 24);
  ASSERT_EQ(leases[0].routers.size(), 1u);
  EXPECT_EQ(leases[0].host_name, "KoyoDL405");

  const auto bindings = recorder.all<Binding>();
  ASSERT_EQ(bindings.size(), 1u);
  EXPECT_EQ(bindings[0].mac, mac);
  EXPECT_EQ(bindings[0].ip, ip("192.168.10.131"));
  EXPECT_EQ(bindings[0].kind, BindingKind::dhcp);

  const auto routes = recorder.all<Route>();
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].kind, RouteKind::dhcp_router);
  EXPECT_EQ(routes[0].gateway, ip("192.168.10.1"));
  EXPECT_TRUE(routes[0].destination.is_none());

  const auto claims = recorder.all<Identity>();
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_EQ(claims[0].text, "KoyoDL405");
  EXPECT_EQ(claims[0].method, "dhcp option 12");
  EXPECT_EQ(claims[0].subject, (Subject{Who::address, mac}));
}

// ICS-Security-Tools openics/EIP-IPAddressChangeAttempt #3359: BOOTP, without a message type.
TEST(Dhcp, BootpReplyGrants) {
  const Recorder recorder = over_udp(
      dhcp_protocol, {server(dhcp_message("02010600 57dc3bb2 00000000 00000000 c0a80a78 c0a80a69 00000000 0000bc3eebe4",
                                          "0104ffffff00 0304c0a80a01 0c09436f6e4c6778454950 ff 00000000"))});
  const auto leases = recorder.all<Lease>();
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_TRUE(leases[0].granted);
  EXPECT_EQ(leases[0].client, ip("192.168.10.120"));
  EXPECT_EQ(recorder.identity(Trait::name), "ConLgxEIP");
  ASSERT_EQ(recorder.all<Route>().size(), 1u);
  EXPECT_EQ(recorder.all<Binding>().size(), 1u);
}

// suricata-verify output-eve-ftp-data #8
TEST(Dhcp, RequestTellsNameAndVendorClass) {
  const Recorder recorder = over_udp(
      dhcp_protocol,
      {client(dhcp_message("01010600 0ee46f71 00000000 00000000 00000000 00000000 00000000 685d438bf9de",
                           "350103 3d0701685d438bf9de 3204c0a8000d 0c0b6a61656b757279752d4850"
                           "510e0000006a61656b757279752d4850 3c084d53465420352e30 370c010f03062c2e2f1f2179f92b ff"))});
  const auto leases = recorder.all<Lease>();
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_FALSE(leases[0].granted);
  EXPECT_EQ(leases[0].client, ip("192.168.0.13"));
  EXPECT_EQ(leases[0].vendor_class, "MSFT 5.0");
  const auto claims = recorder.all<Identity>();
  ASSERT_NE(find(claims, Trait::name, "jaekuryu-HP"), nullptr);
  ASSERT_NE(find(claims, Trait::os, "Windows"), nullptr);
  EXPECT_EQ(find(claims, Trait::os, "Windows")->method, "dhcp option 60");
  ASSERT_NE(find(claims, Trait::fingerprint, "1,15,3,6,44,46,47,31,33,121,249,43"), nullptr);
  EXPECT_EQ(recorder.identity(Trait::fingerprint), "1,15,3,6,44,46,47,31,33,121,249,43");  // its id is its MAC
  EXPECT_TRUE(recorder.all<Binding>().empty());  // a requested address is not yet its own
  EXPECT_TRUE(recorder.all<Route>().empty());
}

// RFC 2132 §9.14, RFC 3004, RFC 3046: an id of text, a user class, and what the relay on port Gi0/7 adds.
TEST(Dhcp, TellsIdUserClassAndTheRelaysPort) {
  const Recorder recorder = over_udp(
      dhcp_protocol,
      {client(dhcp_message("01010600 00000001 00000000 00000000 00000000 00000000 c0000201 00005e005301",
                           "350101 3d0600504c432d31 4d04686d6931 520f 0105 4769302f37 0206 00005e0053fe ff"))});
  const auto claims = recorder.all<Identity>();
  EXPECT_NE(find(claims, Trait::fingerprint, "PLC-1"), nullptr);
  EXPECT_NE(find(claims, Trait::description, "hmi1"), nullptr);
  ASSERT_NE(find(claims, Trait::location, "Gi0/7"), nullptr);
  EXPECT_EQ(find(claims, Trait::location, "Gi0/7")->method, "dhcp option 82 circuit");
  EXPECT_EQ(find(claims, Trait::location, "Gi0/7")->subject.address, ip("00:00:5e:00:53:01"));
  EXPECT_NE(find(claims, Trait::location, "00005e0053fe"), nullptr);
}

// RFC 3442: width 8 for 10/8, and width 0, the default route.
TEST(Dhcp, ClasslessDefaultRoute) {
  const Recorder recorder = over_udp(
      dhcp_protocol, {server(dhcp_message("02010600 00000001 00000000 00000000 c0000205 00000000 00000000 00005e005301",
                                          "350105 790b 08 0a c0000201 00 c00002fe ff"))});
  const auto routes = recorder.all<Route>();
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].gateway, ip("192.0.2.254"));
}

// RFC 2132 §3.2: nothing behind END is an option; an option that runs out of the message is.
TEST(Dhcp, GarbageBehindEndIsIgnoredAndTruncationCounted) {
  const std::string head = "02010600 00000001 00000000 00000000 c0000205 00000000 00000000 00005e005301";
  const Recorder padded = over_udp(dhcp_protocol, {server(dhcp_message(head, "350105 ff 0cff41"))});
  EXPECT_EQ(padded.all<Lease>().size(), 1u);
  EXPECT_TRUE(padded.all<Anomaly>().empty());
  const Recorder cut = over_udp(dhcp_protocol, {server(dhcp_message(head, "350105 0cff41"))});
  EXPECT_TRUE(cut.all<Lease>().empty());
  ASSERT_EQ(cut.all<Anomaly>().size(), 1u);
  EXPECT_EQ(cut.all<Anomaly>()[0].fault, Fault::truncated);
}

// ── DHCPv6 ── icsnpp-profinet-io-cm profinet_io_cm_mixed_1 #160
TEST(Dhcpv6, SolicitTellsNameAndVendorClass) {
  const std::string_view solicit =
      "01317d40 00080002 0000 0001000e 0001000118ec ed2c00a0 456dd344 0003000c 0e00a045 00000000 00000000"
      "0027000a 00086b77 2d564c49 5043 0010000e 00000137 00084d53 46542035 2e30 00060008 00180017 00110027";
  ASSERT_EQ(frame_of(dhcpv6_protocol, solicit), Frame::Kind::whole);
  EXPECT_EQ(frame_of(dhcpv6_protocol, std::string(solicit) + "00"), Frame::Kind::foreign);
  const Recorder recorder = over_udp(dhcpv6_protocol, {client(solicit)});
  const auto claims = recorder.all<Identity>();
  EXPECT_NE(find(claims, Trait::name, "kw-VLIPC"), nullptr);
  EXPECT_NE(find(claims, Trait::description, "MSFT 5.0"), nullptr);
  EXPECT_EQ(recorder.identity(Trait::fingerprint), "0001000118eced2c00a0456dd344");
}

TEST(Dhcp, TruncatedIsSafe) { expect_safe_truncation(dhcp_protocol, kAck); }

}  // namespace
}  // namespace kakoi
