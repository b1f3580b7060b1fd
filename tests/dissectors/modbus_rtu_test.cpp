// Vectors: the example of the CRC in Serial Line V1.02, appendix B, and PDUs of public captures with the address
// and CRC of RTU instead of the MBAP header; tshark 4.0 (mbrtu) finds each CRC right.
#include "dissectors/modbus/rtu.h"

#include <gtest/gtest.h>

#include "dissectors/core/crc16.h"
#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::server;
using enum OperationClass;

const Protocol& rtu = modbus_rtu::protocol;

constexpr std::string_view kRequest = "11 03 006B 0003 7687";
constexpr std::string_view kResponse = "11 03 06 022B 0000 0064 C8BA";
constexpr std::string_view kWrite = "07 06 0001 abcd 66c9";  // icsnpp-modbus modbus_example.pcap, frames 40 and 42

Frame frame(std::string_view bytes, Role role = Role::client) { return rtu.frame(hex(bytes), role); }
bool probe(std::string_view bytes, Role role = Role::client) { return rtu.probe(hex(bytes), role); }

TEST(ModbusCrc, IsTheSpecificationsExample) {
  // Appendix B: the message 02 07 has the CRC 0x1241, sent as 41 12.
  EXPECT_EQ(crc16::modbus(hex("02 07")), 0x1241);
}

TEST(ModbusRtuFrame, EndsWhereFunctionAndCrcSay) {
  EXPECT_EQ(frame(kRequest).size, 8u);
  EXPECT_EQ(frame(kResponse, Role::server).size, 11u);
  EXPECT_EQ(frame(kRequest, Role::server).size, 8u);  // a wrong guess of the role does no harm
  EXPECT_EQ(frame(kResponse, Role::client).size, 11u);
}
TEST(ModbusRtuFrame, AsksForWhatIsMissing) {
  EXPECT_EQ(frame("11").kind, Frame::Kind::more);
  EXPECT_EQ(frame("11 03 00").kind, Frame::Kind::more);
  EXPECT_EQ(frame("11 03 00").size, 8u);
  EXPECT_EQ(frame("11 03", Role::server).size, 3u);
}
TEST(ModbusRtuFrame, FunctionsWithoutAKnownSizeAreForeign) {
  EXPECT_EQ(frame("11 64 0000 0000 0000").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("4745 5420 2f20 4854 5450").kind, Frame::Kind::foreign);  // "GET / HTTP"
}
TEST(ModbusRtuProbe, WantsTheCrc) {
  EXPECT_TRUE(probe(kRequest));
  EXPECT_TRUE(probe(kResponse, Role::server));
  EXPECT_FALSE(probe("11 03 006B 0003 7688"));
  EXPECT_FALSE(probe("11 03 006B"));
  EXPECT_FALSE(probe("0001 0000 0006 11 03 006B 0003"));  // Modbus/TCP
}
TEST(ModbusRtuProbe, NeedsTwoAdusWhereNoPortHelps) { EXPECT_EQ(rtu.header, Header::weak); }

TEST(ModbusRtu, PairsByUnitAndStatesWhatModbusTcpStates) {
  const auto seen = observe(rtu, {client(kRequest), server(kResponse), client(kWrite), server(kWrite)});
  EXPECT_TRUE(seen.all<Anomaly>().empty());
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 4u);
  EXPECT_EQ(operations[1].unit, 0x11u);
  EXPECT_EQ(operations[1].outcome, Outcome::accepted);
  ASSERT_EQ(seen.all<Points>().size(), 2u);
  EXPECT_EQ(seen.all<Points>()[0].first, 107u);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].value, "43981");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
}
TEST(ModbusRtu, SeveralAdusInOneSegment) {
  const auto seen = observe(rtu, {client(std::string(kRequest) + std::string(kWrite))});
  EXPECT_EQ(seen.all<Operation>().size(), 2u);
}
TEST(ModbusRtu, WrongCrcIsReportedAndNothingBelieved) {
  const auto seen = observe(rtu, {client("07 06 0001 abcd 66c8"), client(kWrite), server(kWrite)});
  ASSERT_EQ(seen.all<Anomaly>().size(), 1u);
  EXPECT_EQ(seen.all<Anomaly>()[0].fault, Fault::bad_checksum);
  EXPECT_EQ(seen.all<Anomaly>()[0].offset, 6u);
  EXPECT_EQ(seen.all<Operation>().size(), 2u);
}
TEST(ModbusRtu, NextRequestToAUnitGivesUpTheOneBefore) {
  const auto seen =
      observe(rtu, {client(kRequest), client(kWrite), server(kWrite), client(kRequest), server(kResponse)});
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 6u);
  EXPECT_FALSE(operations[3].is_message);
  EXPECT_EQ(operations[3].outcome, Outcome::unanswered);
  EXPECT_EQ(operations[3].function_code, 3u);
}
TEST(ModbusRtu, DeviceIdentificationEndsWithItsObjects) {
  // icsnpp-modbus modbus_example.pcap, frame 94.
  const auto seen = observe(rtu, {server("01 2b 0e 01 83 00 00 03 00 10 5a65656b204d6f646275732054657374"
                                         "01 18 50726f746f636f6c2050617273696e672069732066756e21"
                                         "02 07 312e322e332e36 9057")});
  EXPECT_TRUE(seen.all<Anomaly>().empty());
  EXPECT_EQ(seen.identity(Trait::vendor), "Zeek Modbus Test");
}
TEST(ModbusRtu, SpeakerIsCertainWhereTheCrcFitsOneSideOnly) {
  EXPECT_TRUE(rtu.speaker(hex(kRequest)).certain);
  EXPECT_EQ(rtu.speaker(hex(kRequest)).role, Role::client);
  EXPECT_EQ(rtu.speaker(hex(kResponse)).role, Role::server);
  EXPECT_FALSE(rtu.speaker(hex(kWrite)).certain);
}

}  // namespace
}  // namespace kakoi
