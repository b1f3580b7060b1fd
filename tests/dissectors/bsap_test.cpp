#include "dissectors/bsap/bsap.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::Chunk;
using test::client;
using test::hex;
using test::kind_of;
using test::observe;
using test::server;

// cisagov/icsnpp-bsap, bsap-ip_example.pcap, packets 43, 45 and 46, 121 and 122: its bsap_ip_rdb.log has READ_SIGNAL_BY_NAME of
// @GV.DS2 and @GV.DS1, and WRITE_SIGNAL_BY_ADDRESS of address 1100 (in the order of octets).
constexpr std::string_view kRead =
    "0e00 0100 0600 874b0000 774b0000  21000000 0c 874b0000 a0 00 04 03d001 0f 02 4047562e44533200 4047562e44533100";
constexpr std::string_view kValues =
    "0e00 0100 0500 784b0000 874b0000  17000000 0c 874b0000 00 02 000005002477 000004002477";
constexpr std::string_view kAcknowledged = "0e00 0000 0000 00000000 784b0000";
constexpr std::string_view kSwitchOff =
    "0e00 0100 0600 9e4b0000 8e4b0000  13000000 0c 9e4b0000 a0 00 80 2477 0f 01 1100 0a";
constexpr std::string_view kSwitched = "0e00 0100 0500 8f4b0000 9e4b0000  0b000000 0c 9e4b0000 00 00";

// bsap-serial_example.pcapng of the same, packets 87 and 88 (10 is doubled in them), 929 and 930.
constexpr std::string_view kDoubledRead = "1002 01 1010 a0 0709 03 00 04 01400f01 4047562e4153322e00 1003 0989";
constexpr std::string_view kDoubledValue = "1002 00 1010 03 0709 a0 00 00 01 00008c42 1003 84b7";
constexpr std::string_view kSerialWrite = "1002 01 5f a0 550a 03 00 84 0f01 4047562e4153322e00 0b 00007042 1003 560a";
constexpr std::string_view kSerialWritten = "1002 00 5f 03 550a a0 00 00 00 1003 b5ea";

test::Recorder over_udp(const std::vector<Chunk>& chunks) { return observe(bsap::protocol, chunks, Transport::udp); }

TEST(Bsap, AnswersCountForTheFunctionTheyAnswer) {
  const auto seen = over_udp({client(kRead), server(kValues), client(kAcknowledged)});
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0], (Operation{.cls = OperationClass::read, .function_code = 0xA004}));
  EXPECT_EQ(operations[1],
            (Operation{.cls = OperationClass::read, .function_code = 0xA004, .outcome = Outcome::accepted}));
  EXPECT_EQ(bsap::protocol.function_name(0xA004), "Read Signal by Name");
  EXPECT_TRUE(seen.all<Anomaly>().empty());
  EXPECT_EQ(seen.all<OpenAccess>().size(), 1u);
}

// The values in later answers: signal 0011h was 1 up to packet 120, and is 0 from packet 132 on.
TEST(Bsap, AWriteByAddressSaysWhatItWrites) {
  const auto seen = over_udp({client(kSwitchOff), server(kSwitched)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::write);
  EXPECT_EQ(actions[0].function_code, 0xA080u);
  EXPECT_EQ(actions[0].point, 0x11u);
  EXPECT_EQ(actions[0].value, "off");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
}

// Put together: a report by exception is from its firmware (A2) to its manager (A3); who is master, is not in their numbers.
TEST(Bsap, ReportsGoFromTaskToTask) {
  constexpr std::string_view kReport = "1002 01 02 a3 3412 a2 00 0501 1003 f0c1";
  const auto seen = over_udp({server(kReport), client(kDoubledRead)});
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0], (Operation{.cls = OperationClass::report, .function_code = 0xA300, .actor = Role::server}));
  EXPECT_TRUE(seen.all<Anomaly>().empty());
  EXPECT_TRUE(bsap::protocol.probe(hex(kReport), Role::server));
  EXPECT_FALSE(bsap::protocol.speaker(hex(kReport)).certain);
  EXPECT_FALSE(bsap::protocol.probe(hex("1002 01 02 03 3412 03 00 0501 1003 625d"), Role::client));
}

TEST(Bsap, TheSerialFrameNamesTheSlave) {
  const auto seen =
      over_udp({client(kDoubledRead), server(kDoubledValue), client(kSerialWrite), server(kSerialWritten)});
  EXPECT_TRUE(seen.all<Anomaly>().empty());
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 4u);
  for (const Operation& o : operations) EXPECT_EQ(o.unit, 1u);
  EXPECT_EQ(operations[1].function_code, 0xA004u);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].value, "@GV.AS2. 60");  // packets 939 on: it reads 00007042, which is 60
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
}

TEST(Bsap, AnErrorReportIsARefusal) {
  const auto seen =
      over_udp({client(kSwitchOff), server("0e00 0100 0500 8f4b0000 9e4b0000  0b000000 0c 9e4b0000 80 00")});
  EXPECT_EQ(seen.all<ControlAction>().at(0).outcome, Outcome::refused);
  EXPECT_EQ(seen.all<Operation>().at(1).outcome, Outcome::refused);
  EXPECT_TRUE(seen.all<OpenAccess>().empty());
}

TEST(Bsap, TheMessageTellsWhoAsks) {
  const auto role = [](std::string_view bytes) { return bsap::protocol.speaker(hex(bytes)); };
  EXPECT_EQ(role(kRead).role, Role::client);
  EXPECT_EQ(role(kValues).role, Role::server);
  EXPECT_TRUE(role(kRead).certain && role(kValues).certain);
  EXPECT_FALSE(role(kAcknowledged).certain);
  EXPECT_EQ(role(kSerialWrite).role, Role::client);
  EXPECT_EQ(role(kSerialWritten).role, Role::server);
}

TEST(Bsap, WithoutItsCrcAFrameIsNotBelieved) {
  std::string damaged(kSerialWrite);
  damaged.back() = 'b';
  EXPECT_FALSE(bsap::protocol.probe(hex(damaged), Role::client));
  const auto seen = over_udp({client(damaged)});
  EXPECT_TRUE(seen.all<ControlAction>().empty());
  EXPECT_EQ(seen.all<Anomaly>().at(0).fault, Fault::bad_checksum);
}

TEST(Bsap, OtherTrafficIsNone) {
  EXPECT_TRUE(bsap::protocol.probe(hex(kRead), Role::client));
  EXPECT_EQ(kind_of(bsap::protocol, "0e00 0100 0600 874b0000 774b0000  22000000 0c 874b0000 a0 00 04 03d001 0f 00"),
            Frame::Kind::foreign);  // a message longer than the datagram
  EXPECT_EQ(kind_of(bsap::protocol, "0e00 0000 0000 00000000 784b0000 00"), Frame::Kind::foreign);
  EXPECT_EQ(kind_of(bsap::protocol, "0e00 0100 0700 00000000 784b0000 00"), Frame::Kind::foreign);  // no such function
  EXPECT_EQ(kind_of(bsap::protocol, "1002 01 10 00 1003 0000"), Frame::Kind::foreign);  // a DLE alone within
  EXPECT_EQ(kind_of(bsap::protocol, "00 01 00 00 00 06 01 03 00 00 00 01"), Frame::Kind::foreign);  // Modbus
}

}  // namespace
}  // namespace kakoi
