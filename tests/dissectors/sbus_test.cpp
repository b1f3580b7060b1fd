#include "dissectors/sbus/sbus.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::Chunk;
using test::client;
using test::hex;
using test::server;

test::Recorder observe(const std::vector<Chunk>& chunks) {
  return test::observe(sbus::protocol, chunks, Transport::udp);
}

// ControlThings-io/ct-samples, SBus-Ethernet.pcap; the packet's number stands before each.
constexpr std::string_view k1ReadVersion = "0000000d 01 00 0001 00 0a 20 5318";
constexpr std::string_view k2Version = "00000014 00 00 0001 01 44324d343830323000 fac9";
constexpr std::string_view k5WriteByte = "00000019 01 00 0003 00 0a 51 0a 00c43c 23c60000c4444e75 7a0a";
constexpr std::string_view k6Ack = "0000000d 00 00 0003 02 0000 a3d8";
constexpr std::string_view k11ReadStatus = "0000000d 01 00 0006 00 0a 1b 850d";
constexpr std::string_view k12Status = "0000000c 00 00 0006 01 52 a94d";
constexpr std::string_view k38ReadRegisters = "00000010 01 00 0013 00 0a 06 03 0000 ede6";
constexpr std::string_view k39Registers = "0000001b 00 00 0013 01 00000000000000000000000000000000 b7e2";
constexpr std::string_view k148WriteRegisters =
    "00000034 01 00 004a 00 0a 0e 25 0021 000004d2 000004d2 000004d2 000004d2 000004d2 000004d2 000004d2 000004d2 "
    "000004d2 "
    "badf";
constexpr std::string_view k149Ack = "0000000d 00 00 004a 02 0000 3e33";
constexpr std::string_view k210RestartAll = "0000000d 01 00 0069 00 0a 39 0c11";
constexpr std::string_view k211Ack = "0000000d 00 00 0069 02 0000 92a1";
constexpr std::string_view k550Nak = "0000000d 00 00 0112 02 0001 74bb";
constexpr std::string_view k553ReadEeprom = "00000011 01 00 0114 00 0a a1 0201fffe e4d7";

// Put together by the same layout; what tshark (Wireshark 4.0) reads in them is expected.
constexpr std::string_view kWriteFlags = "00000012 01 00 0001 00 0a 0b 03 0010 01 03 ea2b";
constexpr std::string_view kNakNoReason = "0000000d 00 00 0001 02 0001 5e91";
constexpr std::string_view kWriteClock = "00000015 01 00 0003 00 0a 0c 0705030214100658 56fc";
constexpr std::string_view kWriteBlockStart =
    "0000001e 01 00 0004 00 0a a9 0f 00 01 21 00000400 6d61696e2e626c6b00 697f";
constexpr std::string_view kBlockNumberNotSupported = "0000000d 00 00 0004 01 01 85 59b9";
constexpr std::string_view kDeleteBlock = "00000012 01 00 0005 00 0a a9 03 20 07 0005 bee6";
constexpr std::string_view kBlockAck = "0000000d 00 00 0005 01 01 00 ee20";
constexpr std::string_view kReadBlockData = "00000010 01 00 0006 00 0a a9 02 11 05 ca75";
constexpr std::string_view kBlockData = "0000000f 00 00 0006 01 03 01 05 aa 36b8";
constexpr std::string_view kStopAllStations = "0000000d 01 00 0007 00 ff 44 b497";
constexpr std::string_view kWriteUserMemory = "00000019 01 00 0008 00 0a 23 0a 000010 11223344 55667788 f190";
constexpr std::string_view kNakPassword = "0000000d 00 00 0008 02 0002 9d85";
constexpr std::string_view kWriteSixTimers =
    "00000028 01 00 0009 00 0a 0f 19 0020 00000001 00000002 00000003 00000004 00000005 00000006 eb06";
constexpr std::string_view kReadTwice = "00000018 01 00 0001 00 0a 13 09 03 06 00 0000 03 06 00 0021 2175";
constexpr std::string_view kReadAndWrite = "0000001a 01 00 000a 00 0a 13 0b 03 06 00 0000 05 0b 03 0010 01 03 6cab";

Frame framed(std::string_view bytes) { return sbus::protocol.frame(hex(bytes), Role::client); }
bool proves(std::string_view bytes) { return sbus::protocol.probe(hex(bytes), Role::client); }

TEST(Sbus, TheControllerTellsTypeAndFirmware) {
  const auto seen = observe({client(k1ReadVersion), server(k2Version)});
  EXPECT_EQ(seen.identity(Trait::model), "D2M48");
  EXPECT_EQ(seen.identity(Trait::firmware), "020");
  EXPECT_EQ(seen.identity(Trait::vendor), "Saia-Burgess Controls");
  for (const auto& s : seen.stated) EXPECT_TRUE(!std::holds_alternative<Identity>(s.fact) || s.speaker == Role::server);
  const std::vector<Operation> expected = {
      {.cls = OperationClass::identify, .function_code = 0x20, .unit = 10},
      {.cls = OperationClass::identify, .function_code = 0x20, .unit = 10, .outcome = Outcome::accepted}};
  EXPECT_EQ(seen.all<Operation>(), expected);
  EXPECT_EQ(seen.all<OpenAccess>().size(), 1u);
}

TEST(Sbus, AWriteNamesItsRegistersAndIsAcknowledged) {
  const auto seen = observe({client(k148WriteRegisters), server(k149Ack)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::write);
  EXPECT_EQ(actions[0].step, "Write register");
  EXPECT_EQ(actions[0].point_kind, "register");
  EXPECT_EQ(actions[0].point, 33u);
  EXPECT_EQ(actions[0].points, 9u);
  EXPECT_EQ(actions[0].value, "1234 1234 1234 1234 …");
  EXPECT_EQ(actions[0].unit, 10u);
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[0].answered.number(), 2u);
}

TEST(Sbus, ReadsNameTheirPoints) {
  const auto seen = observe({client(k38ReadRegisters), server(k39Registers)});
  const auto points = seen.all<Points>();
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].kind, "register");
  EXPECT_EQ(points[0].first, 0u);
  EXPECT_EQ(points[0].count, 4u);
  EXPECT_TRUE(seen.all<ControlAction>().empty());
}

TEST(Sbus, BytesOfMemoryAreWritten) {
  const auto seen = observe({client(k5WriteByte), server(k6Ack)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].point_kind, "byte");
  EXPECT_EQ(actions[0].point, 0x00C43Cu);
  EXPECT_EQ(actions[0].points, 8u);
  EXPECT_EQ(actions[0].value, "23C60000C4444E75");
}

TEST(Sbus, ARestartIsAChangeOfMode) {
  const auto seen = observe({client(k210RestartAll), server(k211Ack)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::mode);
  EXPECT_EQ(actions[0].step, "Restart cold, all CPUs");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[0].point_kind, "");
}

TEST(Sbus, ANakRefusesWithItsReason) {
  const auto seen =
      observe({client(kWriteFlags), server(kNakNoReason), client(kWriteUserMemory), server(kNakPassword)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].outcome, Outcome::refused);
  EXPECT_EQ(actions[0].status, "no reason specified");
  EXPECT_EQ(actions[0].point_kind, "flag");
  EXPECT_EQ(actions[0].point, 16u);
  EXPECT_EQ(actions[0].points, 2u);
  EXPECT_EQ(actions[0].value, "1 1");
  EXPECT_EQ(actions[1].cls, OperationClass::program);
  EXPECT_EQ(actions[1].status, "because of password");
  EXPECT_EQ(actions[1].point, 16u);
  EXPECT_EQ(actions[1].points, 2u);
}

TEST(Sbus, OfManyValuesTheFirstAreTold) {
  const auto seen = observe({client(kWriteSixTimers)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].points, 6u);
  EXPECT_EQ(actions[0].value, "1 2 3 4 …");
}

TEST(Sbus, TheClockIsSet) {
  const auto seen = observe({client(kWriteClock), server(k6Ack)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::time);
  EXPECT_EQ(actions[0].value, "03-02-14 10:06:58");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
}

TEST(Sbus, BlocksHaveTelegramsAndCodesOfTheirOwn) {
  const auto seen = observe({client(kWriteBlockStart), server(kBlockNumberNotSupported), client(kDeleteBlock),
                             server(kBlockAck), client(kReadBlockData), server(kBlockData)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].cls, OperationClass::program);
  EXPECT_EQ(actions[0].function_code, 0xA900u);
  EXPECT_EQ(actions[0].outcome, Outcome::refused);
  EXPECT_EQ(actions[0].status, "block number not supported");
  EXPECT_EQ(actions[1].step, "Delete block");
  EXPECT_EQ(actions[1].outcome, Outcome::accepted);
  EXPECT_EQ(
      seen.all<Operation>().at(5),
      (Operation{.cls = OperationClass::file, .function_code = 0xA911, .unit = 10, .outcome = Outcome::accepted}));
}

TEST(Sbus, NobodyAnswersABroadcast) {
  const auto seen = observe({client(kStopAllStations)});
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].unit, 255u);
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, Outcome::none);
}

TEST(Sbus, MultiMediasWriteIfOneOfTheirPartsDoes) {
  EXPECT_EQ(observe({client(kReadTwice)}).all<Operation>().at(0).cls, OperationClass::read);
  EXPECT_EQ(observe({client(kReadAndWrite)}).all<Operation>().at(0).cls, OperationClass::write);
}

TEST(Sbus, AnAnswerToNothingTellsNothing) { EXPECT_TRUE(observe({server(k2Version), server(k550Nak)}).stated.empty()); }

TEST(Sbus, ControllersMayAskEachOther) {
  const auto operations = observe({client(k1ReadVersion), server(k11ReadStatus), client(k12Status)}).all<Operation>();
  ASSERT_EQ(operations.size(), 3u);
  EXPECT_EQ(operations[1].actor, Role::server);
  EXPECT_EQ(operations[2].actor, Role::server);
  EXPECT_EQ(operations[2].function_code, 0x1Bu);
  EXPECT_EQ(operations[2].outcome, Outcome::accepted);
}

TEST(Sbus, ADamagedTelegramIsThrownAway) {
  const auto seen = observe({client("0000000d 01 00 0069 00 0a 39 0c12")});
  ASSERT_EQ(seen.all<Anomaly>().size(), 1u);
  EXPECT_EQ(seen.all<Anomaly>()[0].fault, Fault::bad_checksum);
  EXPECT_TRUE(seen.all<Operation>().empty());
}

TEST(Sbus, ACutTelegramTellsWhatIsLeft) {
  const auto whole = hex(k148WriteRegisters);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto reader = sbus::protocol.open();
    test::Recorder seen;
    const Conversation conversation;
    const Context context{&sbus::protocol, &conversation, {1, 0, 1}, Role::client, {}};
    reader->on_pdu({Role::client, Bytes(whole).first(size), whole.size()}, Emit(context, seen));
    reader->on_end(Emit(context, seen));
    EXPECT_EQ(seen.all<Anomaly>().size(), 1u);
    for (const ControlAction& a : seen.all<ControlAction>()) EXPECT_LE(a.points, 9u);
  }
}

TEST(Sbus, TheCheckWordProvesIt) {
  for (const auto telegram : {k1ReadVersion, k2Version, k6Ack, k12Status, k553ReadEeprom, kWriteBlockStart})
    EXPECT_TRUE(proves(telegram)) << telegram;
  EXPECT_FALSE(proves("0000000d 01 00 0001 00 0a 20 5319"));
  EXPECT_EQ(framed("0000000d 02 00 0001 00 0a 20 5318").kind, Frame::Kind::foreign);  // version
  EXPECT_EQ(framed("0000000d 01 01 0001 00 0a 20 5318").kind, Frame::Kind::foreign);  // protocol
  EXPECT_EQ(framed("0000000d 01 00 0001 03 0a 20 5318").kind, Frame::Kind::foreign);  // attribute
  EXPECT_EQ(framed("0000000c 01 00 0001 00 0a 20 53").kind, Frame::Kind::foreign);    // no request is so short
  EXPECT_EQ(framed("0000000e 01 00 0001 02 0000 00 5318").kind, Frame::Kind::foreign);
  EXPECT_FALSE(proves("0000000e 01 00 0001 00 0a 20 5318"));                       // more than there is
  EXPECT_EQ(framed("0001 0000 0006 0a 03 0000 0001").kind, Frame::Kind::foreign);  // Modbus
  EXPECT_EQ(framed("").kind, Frame::Kind::foreign);
}

TEST(Sbus, WhoRequestsIsTheClient) {
  EXPECT_EQ(sbus::protocol.speaker(hex(k1ReadVersion)).role, Role::client);
  EXPECT_EQ(sbus::protocol.speaker(hex(k2Version)).role, Role::server);
  EXPECT_EQ(sbus::protocol.speaker(hex(k6Ack)).role, Role::server);
}

// ntop/nDPI, ethersio.pcap, packets 1 and 10.
TEST(EtherSIo, TransfersAndTheirStatus) {
  const auto seen = test::observe(ether_s_io::protocol,
                                  {client("4553494f 0001 0000 0031 7616 00000018 0000000d 01 00 0000005c 00000001 0011 "
                                          "00000b30000000000000000000000000ff"),
                                   client("4553494f 0002 0000 0018 0000 0001000c0000000d00010100")},
                                  Transport::udp);
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0].cls, OperationClass::report);
  EXPECT_EQ(ether_s_io::protocol.function_name(operations[0].function_code), "Data transfer");
  EXPECT_EQ(operations[1].cls, OperationClass::diagnostic);
  const auto kind = [](std::string_view bytes) { return ether_s_io::protocol.frame(hex(bytes), Role::client).kind; };
  EXPECT_EQ(kind("4553494f 0003 0000 000c 0000"), Frame::Kind::foreign);
  EXPECT_EQ(kind("4553494f 0001 0000 000b 0000"), Frame::Kind::foreign);
  EXPECT_EQ(kind("4553494e 0001 0000 000c 0000"), Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
