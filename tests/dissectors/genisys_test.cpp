#include "dissectors/genisys/genisys.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::kind_of;
using test::observe;
using test::server;

// cisagov/icsnpp-genisys, genisys.pcap, packets 4, 6, 16 and 18; its genisys.log names them so.
constexpr std::string_view kPoll = "fb 01 8340 f6", kAcknowledge = "f1 01 f6", kRecall = "fd 01 80e0 f6";
constexpr std::string_view kIndication =
    "f2 01 0005 0104 0200 0304 0406 0504 0605 0704 0804 0904 0a04 0b04 0c04 0d04 0e05 0f04 1004 1104 1205 1304 1404 "
    "1505"
    "1604 1704 1805 1904 1a04 1b05 1c04 1d04 1e06 1f04 2005 2104 2204 2304 2404 2504 2604 2704 2805 2904 2a06 2b05 2c04"
    "2d05 2e05 2f04 3000 3100 3200 3300 3400 3500 3600 3700 330c f6";

// Put together by the frame; CRCs by Python's crcmod ("modbus"). FF in a control byte is escaped.
constexpr std::string_view kControl = "fc 01 02f00f 0340 196f f6", kCheckback = "f3 01 02f00f 0340 1990 f6";
constexpr std::string_view kExecute = "fe 01 8010 f6", kCommon = "f9 00 0180 3088 f6";

TEST(Genisys, PollsAndIndicationsNameStationAndBytes) {
  const auto seen =
      observe(genisys::protocol, {client(kPoll), server(kAcknowledge), client(kRecall), server(kIndication)});
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 4u);
  EXPECT_EQ(operations[0], (Operation{.cls = OperationClass::read, .function_code = 0xFB, .unit = 1}));
  EXPECT_EQ(operations[1].function_code, 0xF1u);
  EXPECT_EQ(operations[2], (Operation{.cls = OperationClass::read, .function_code = 0xFD, .unit = 1}));
  EXPECT_EQ(operations[3], (Operation{.cls = OperationClass::report, .function_code = 0xF2, .unit = 1}));
  EXPECT_EQ(genisys::protocol.function_name(0xF2), "Indication Data");
  const auto points = seen.all<Points>();
  ASSERT_EQ(points.size(), 1u);  // 0=5, 1=4, … 55=0
  EXPECT_EQ(points[0].first, 0u);
  EXPECT_EQ(points[0].count, 56u);
  EXPECT_TRUE(seen.all<Anomaly>().empty());
  ASSERT_EQ(seen.all<OpenAccess>().size(), 1u);
}

TEST(Genisys, ACommandIsTakenOnceTheStationAnswers) {
  const auto seen = observe(genisys::protocol, {client(kControl), server(kCheckback), client(kExecute),
                                                server(kAcknowledge), client(kControl)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 3u);
  EXPECT_EQ(actions[0].function_code, 0xFCu);
  EXPECT_EQ(actions[0].unit, 1u);
  EXPECT_EQ(actions[0].point_kind, "control byte");
  EXPECT_EQ(actions[0].point, 2u);
  EXPECT_EQ(actions[0].points, 2u);
  EXPECT_EQ(actions[0].value, "FF 40");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[0].asked.number(), 1u);
  EXPECT_EQ(actions[0].answered.number(), 2u);
  EXPECT_EQ(actions[1].step, "execute");
  EXPECT_EQ(actions[1].outcome, Outcome::accepted);
  EXPECT_EQ(actions[2].outcome, Outcome::none);  // the capture ends
}

// What a station says after a poll answers that, and not the controls before.
TEST(Genisys, APollGivesUpTheControlBefore) {
  const auto seen = observe(genisys::protocol, {client(kControl), client("fb 01 8340 f6"), server("f1 01 f6"),
                                                client(kControl), server(kCheckback)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  const bool first_is_answered = actions[0].outcome == Outcome::accepted;  // stated when known
  EXPECT_EQ(actions[first_is_answered ? 0 : 1].outcome, Outcome::accepted);
  EXPECT_EQ(actions[first_is_answered ? 0 : 1].asked.number(), 4u);
  EXPECT_EQ(actions[first_is_answered ? 1 : 0].outcome, Outcome::unanswered);
}

TEST(Genisys, NobodyAnswersCommonControls) {
  const auto seen = observe(genisys::protocol, {client(kCommon), client(kPoll), server(kAcknowledge)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].unit, 0u);
  EXPECT_EQ(actions[0].value, "80");
  EXPECT_EQ(actions[0].outcome, Outcome::none);
}

TEST(Genisys, AMessageMayComeInPieces) {
  const auto seen = observe(genisys::protocol, {client("fb 01"), client("8340 f6"), server("f1"), server("01 f6")});
  EXPECT_EQ(seen.all<Operation>().size(), 2u);
}

// Packets 291 and 435: octets of the CRC stand there as they are. The others are put together: F6 in the CRC.
TEST(Genisys, ACrcMayStandThereWithoutEscapes) {
  for (const char* message : {"f2 01 0106 1e04 2d04 0cfd f6", "f2 01 0806 0a04 0c04 0f04 09f0 f6", "f2 01 0098 62f6 f6",
                              "f2 01 3002 f69d f6"}) {
    const auto seen = observe(genisys::protocol, {server(message), server(kAcknowledge)});
    EXPECT_TRUE(seen.all<Anomaly>().empty()) << message;
    EXPECT_EQ(seen.all<Operation>().size(), 2u) << message;
  }
}

TEST(Genisys, WithoutItsCrcNobodyActsOnIt) {
  const auto seen = observe(genisys::protocol, {client("fc 01 02f00f 0340 196e f6"), client(kPoll)});
  EXPECT_TRUE(seen.all<ControlAction>().empty());
  EXPECT_EQ(seen.all<Operation>().size(), 1u);  // the poll
  ASSERT_EQ(seen.all<Anomaly>().size(), 1u);
  EXPECT_EQ(seen.all<Anomaly>()[0].fault, Fault::bad_checksum);
}

TEST(Genisys, OtherTrafficIsNone) {
  EXPECT_EQ(kind_of(genisys::protocol, "16 03 01 00 c4"), Frame::Kind::foreign);  // TLS
  EXPECT_EQ(kind_of(genisys::protocol, "01 49 32 30 31 30 30 0a"),
            Frame::Kind::foreign);                                                  // a tank gauge, on 10001, too
  EXPECT_FALSE(genisys::protocol.probe(test::hex("fb f5 8340 f6"), Role::client));  // not escaped
  EXPECT_EQ(kind_of(genisys::protocol, "f4 01 00 00 f6"), Frame::Kind::foreign);    // no header that anybody defined
  EXPECT_FALSE(genisys::protocol.probe(test::hex("fb 01 8341 f6"), Role::client));
  EXPECT_TRUE(genisys::protocol.probe(test::hex("fb 01 8340 f6"), Role::client));
}

}  // namespace
}  // namespace kakoi
