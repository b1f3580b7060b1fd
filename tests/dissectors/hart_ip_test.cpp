#include "dissectors/hart_ip/hart_ip.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::server;

// cisagov/icsnpp-hart-ip, hart-ip.pcap, packets 1 to 4, 17 and 18.
TEST(HartIp, AnInstrumentBehindTheGatewayIsNotTheSpeaker) {
  const auto seen = observe(
      hart_ip::protocol,
      {client("01 00 00 00 0002 000d 01 00007530"), server("01 01 00 00 0002 000d 01 0000ea60"),
       client("01 00 03 00 0003 0011 82 264e0000d2 00 00 38"),
       server("01 01 03 00 0003 0029 86 264e0000d2 00 18 00d0 fe264e050704010e0c0000d205020002d00026002684 e4")},
      Transport::udp);
  EXPECT_EQ(seen.identity(Trait::description),
            "HART device type 0x264E, manufacturer 38, HART 7, device revision 4, id 0000D2, on the far side");
  EXPECT_EQ(seen.identity(Trait::serial), "");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 4u);
  EXPECT_EQ(operations[0].cls, OperationClass::session);
  EXPECT_EQ(operations[3].cls, OperationClass::identify);
}

TEST(HartIp, PollingAddressZeroIsTheSpeaker) {
  // The same answer in a short frame: its check octet is the exclusive or of all before it (TS20081, 5.2.6).
  const auto seen =
      observe(hart_ip::protocol,
              {server("01 01 03 00 0003 0025 06 80 00 18 00d0 fe264e050704010e0c0000d205020002d00026002684 5e"),
               server("01 01 03 00 000a 0033 86 264e0000d2 14 22 00d0 "
                      "7769686172746777000000000000000000000000000000000000000000000000 db")},
              Transport::udp);
  EXPECT_EQ(seen.identity(Trait::vendor), "Rosemount");
  EXPECT_EQ(seen.identity(Trait::serial), "0000D2");
  EXPECT_EQ(seen.identity(Trait::firmware), "1");
  EXPECT_EQ(seen.identity(Trait::name), "wihartgw");
}

// hart-ip_all_types_and_commands_sent.pcapng, frames 132 to 137 and 151
TEST(HartIp, CommandsInDirectPdus) {
  const auto seen = observe(
      hart_ip::protocol,
      {client("010004000040001600000023094b46bb800000000000"), server("0101040000400017000000230a004b46bb800000000000"),
       client("010004000041000f000000350200fa"), server("010104000041000e00000035010c"),
       client("01000400004200150000004f080000fa0000000000"), server("01010400004200160000004f09ff0000fa0000000000")});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 3u);
  EXPECT_EQ(actions[0].step, "Write Primary Variable Range Values");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[1].step, "Write Device Variable Units");
  EXPECT_EQ(actions[1].outcome, Outcome::refused);
  EXPECT_EQ(actions[2].step, "Write Device Variable");  // a fault of the line is no refusal
  EXPECT_EQ(actions[2].outcome, Outcome::none);
  EXPECT_EQ(actions[2].status, "communication error");
  EXPECT_EQ(seen.all<OpenAccess>().size(), 1u);
}

// The same, frames 14 and 15 (its head): a status that warns
TEST(HartIp, AWarningIsNoRefusal) {
  const auto seen = observe(hart_ip::protocol, {client("010005000005000a00ff"), server("010105080005000c64f09838")});
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  for (const Operation& o : operations) EXPECT_EQ(o.outcome, Outcome::none);
}

TEST(HartIp, TheCheckOctetProvesIt) {
  EXPECT_TRUE(hart_ip::protocol.probe(hex("01 00 03 00 0003 0011 82 264e0000d2 00 00 38"), Role::client));
  EXPECT_FALSE(hart_ip::protocol.probe(hex("01 00 03 00 0003 0011 82 264e0000d2 00 00 39"), Role::client));
  EXPECT_FALSE(hart_ip::protocol.probe(hex("01 00 00 00 0002 000c 01 000075"), Role::client));
}

}  // namespace
}  // namespace kakoi
