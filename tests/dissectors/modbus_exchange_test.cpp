// What requests and answers together tell: outcomes, points, commands. Vectors: the examples of the
// Application Protocol Specification V1.1b3 (by clause), and PDUs of public captures, named where they stand.
#include <gtest/gtest.h>

#include "dissectors/modbus/modbus.h"
#include "tests/support/observe.h"
#include "tests/support/told.h"

namespace kakoi {
namespace {

using test::Chunk;
using test::client;
using test::observe;
using test::operations;
using test::Recorder;
using test::server;
using test::Texts;
using enum OperationClass;

const Protocol& modbus = kakoi::modbus::protocol;

Recorder ask(std::string_view pdu) { return observe(modbus, {client(pdu)}); }

struct Run {
  OperationClass access;
  std::string_view kind;
  std::uint32_t first, count;
};
void expect_points(std::string_view request, std::vector<Run> runs) {
  const auto points = ask(request).all<Points>();
  ASSERT_EQ(points.size(), runs.size()) << request;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    EXPECT_EQ(points[i].access, runs[i].access) << request;
    EXPECT_EQ(points[i].unit, 0x11u) << request;
    EXPECT_EQ(points[i].kind, runs[i].kind) << request;
    EXPECT_EQ(points[i].first, runs[i].first) << request;
    EXPECT_EQ(points[i].count, runs[i].count) << request;
  }
}

TEST(ModbusPoints, AreThoseOfTheRequest) {
  expect_points("0001 0000 0006 11 01 0013 0013", {{read, "coil", 19, 19}});                         // 6.1
  expect_points("0001 0000 0006 11 02 00C4 0016", {{read, "discrete input", 196, 22}});              // 6.2
  expect_points("0001 0000 0006 11 03 006B 0003", {{read, "holding register", 107, 3}});             // 6.3
  expect_points("0001 0000 0006 11 04 0008 0001", {{read, "input register", 8, 1}});                 // 6.4
  expect_points("0001 0000 0006 11 05 00AC FF00", {{write, "coil", 172, 1}});                        // 6.5
  expect_points("0001 0000 0006 11 06 0001 0003", {{write, "holding register", 1, 1}});              // 6.6
  expect_points("0001 0000 0009 11 0F 0013 000A 02 CD01", {{write, "coil", 19, 10}});                // 6.11
  expect_points("0001 0000 000B 11 10 0001 0002 04 000A0102", {{write, "holding register", 1, 2}});  // 6.12
  expect_points("0001 0000 0008 11 16 0004 00F2 0025", {{write, "holding register", 4, 1}});         // 6.16
  expect_points("0001 0000 0011 11 17 0003 0006 000E 0003 06 00FF00FF00FF",                          // 6.17
                {{read, "holding register", 3, 6}, {write, "holding register", 14, 3}});
  expect_points("0001 0000 0004 11 18 04DE", {{read, "FIFO queue", 1246, 1}});  // 6.18
}
TEST(ModbusPoints, FileRecordsShowFileAndRecordInDecimal) {
  expect_points("0001 0000 0011 11 14 0E 06 0004 0001 0002 06 0003 0009 0002",  // 6.14
                {{read, "file record", 40001, 2}, {read, "file record", 30009, 2}});
  expect_points("0001 0000 0010 11 15 0D 06 0004 0007 0003 06AF04BE100D", {{write, "file record", 40007, 3}});  // 6.15
}
TEST(ModbusPoints, EndWithTheAddressSpace) {
  expect_points("0001 0000 0006 11 03 FFFF 0002", {{read, "holding register", 65535, 1}});
}
TEST(ModbusPoints, OfNoQuantityOrOneBeyondTheStandardAreNotStated) {
  expect_points("0001 0000 0006 11 03 0000 0000", {});
  expect_points("0001 0000 0006 11 03 0000 007E", {});
  expect_points("0001 0000 0006 11 01 0000 07D1", {});
}
TEST(ModbusPoints, AnswersAloneClaimNothing) {
  EXPECT_TRUE(observe(modbus, {server("0001 0000 0009 11 03 06 022B00000064")}).all<Points>().empty());
  const auto echo = observe(modbus, {server("0001 0000 0006 11 06 0001 0003")});
  EXPECT_TRUE(echo.all<Points>().empty());
  EXPECT_TRUE(echo.all<ControlAction>().empty());
}

// The one command of a dialogue.
ControlAction command(const Recorder& seen) {
  const auto actions = seen.all<ControlAction>();
  EXPECT_EQ(actions.size(), 1u);
  return actions.empty() ? ControlAction{} : actions[0];
}
void expect_command(const Recorder& seen, std::string_view kind, std::uint32_t point, std::uint32_t points,
                    std::string_view value) {
  const ControlAction a = command(seen);
  EXPECT_EQ(a.actor, Role::client);
  EXPECT_EQ(a.point_kind, kind);
  EXPECT_EQ(a.point, point);
  EXPECT_EQ(a.points, points);
  EXPECT_EQ(a.value, value);
  EXPECT_EQ(a.outcome, Outcome::accepted);
  EXPECT_EQ(a.status, "");
  EXPECT_EQ(a.asked.number(), 1u);
  EXPECT_EQ(a.answered.number(), 2u);
}
// cisagov/icsnpp-modbus modbus_example.pcap; frames in comments.
TEST(ModbusCommand, IsStatedOnceWithItsAnswer) {
  expect_command(observe(modbus, {client("0009 0000 0006 06 05 0001 ff00"),    // 36
                                  server("0009 0000 0006 06 05 0001 ff00")}),  // 38
                 "coil", 1, 1, "on");
  expect_command(observe(modbus, {client("000a 0000 0006 07 06 0001 abcd"),    // 40
                                  server("000a 0000 0006 07 06 0001 abcd")}),  // 42
                 "holding register", 1, 1, "43981");
  expect_command(observe(modbus, {client("000d 0000 0008 07 0f 0001 0004 01 09"),  // 52
                                  server("000d 0000 0006 07 0f 0001 0004")}),      // 54
                 "coil", 1, 4, "on off off on");
  expect_command(observe(modbus, {client("000e 0000 000f 07 10 0001 0004 08 00aa00bb00cc00dd"),  // 56
                                  server("000e 0000 0006 07 10 0001 0004")}),                    // 58
                 "holding register", 1, 4, "170 187 204 221");
  expect_command(observe(modbus, {client("0012 0000 0008 04 16 000a dead 0000"),    // 72
                                  server("0012 0000 0008 04 16 000a dead 0000")}),  // 74
                 "holding register", 10, 1, "and 0xDEAD, or 0x0000");
  expect_command(observe(modbus, {client("0015 0000 0011 06 17 0001 0004 0002 0003 06 00aa00bb00cc"),  // 84
                                  server("0015 0000 000b 06 17 08 00aa00aa00bb00cc")}),                // 86
                 "holding register", 2, 3, "170 187 204");
}
TEST(ModbusCommand, EveryFileRecordIsOne) {
  const std::string_view whole =
      "0001 0000 0019 11 15 16 06 0004 0007 0003 06AF04BE100D 06 0001 0002 0001 FFFF";  // 6.15 and a second
  const auto seen = observe(modbus, {client(whole), server(whole)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].point_kind, "file record");
  EXPECT_EQ(actions[0].point, 40007u);
  EXPECT_EQ(actions[0].points, 3u);
  EXPECT_EQ(actions[0].value, "1711 1214 4109");  // 06AF 04BE 100D, 6.15
  EXPECT_EQ(actions[0].cls, file);
  EXPECT_EQ(actions[1].point, 10002u);
  EXPECT_EQ(actions[1].value, "65535");
  EXPECT_EQ(actions[1].outcome, Outcome::accepted);
}
TEST(ModbusCommand, ShowsEightValuesAtMost) {
  const auto registers = ask("0001 0000 0019 11 10 0000 0009 12 000100020003000400050006000700080009");
  EXPECT_EQ(command(registers).value, "1 2 3 4 5 6 7 8 …");
  const auto coils = ask("0001 0000 0009 11 0F 0013 000A 02 CD01");  // 6.11
  EXPECT_EQ(command(coils).value, "on off on on off off on on …");
}
TEST(ModbusCommand, OfAPduThatIsCutHasNoValues) {
  Recorder recorder;
  const Conversation conversation;
  const Context context{&modbus, &conversation, {1, 0, 1}, Role::client, {}};
  const auto dissector = modbus.open();
  const auto bytes = test::hex("000e 0000 000f 07 10 0001 0004 08 00aa00bb00");
  dissector->on_pdu({Role::client, bytes, 21}, Emit{context, recorder});
  dissector->on_end(Emit{context, recorder});
  const ControlAction a = command(recorder);
  EXPECT_EQ(a.point, 1u);
  EXPECT_EQ(a.points, 4u);
  EXPECT_EQ(a.value, "");
}
TEST(ModbusCommand, CoilValueThatIsNeitherOnNorOffIsShownAsSent) {
  EXPECT_EQ(command(ask("0001 0000 0006 11 05 00AC 0001")).value, "1");
}

// §7: the names of the exceptions.
TEST(ModbusCommand, RefusalNamesTheException) {
  const auto refused = [](std::string_view code) {
    return command(observe(
        modbus, {client("0001 0000 0006 11 06 0001 0003"), server("0001 0000 0003 11 86" + std::string(code))}));
  };
  const std::pair<std::string_view, std::string_view> kNames[] = {
      {"01", "Illegal Function"},         {"02", "Illegal Data Address"},
      {"03", "Illegal Data Value"},       {"04", "Server Device Failure"},
      {"06", "Server Device Busy"},       {"08", "Memory Parity Error"},
      {"0A", "Gateway Path Unavailable"}, {"0B", "Gateway Target Device Failed To Respond"},
      {"63", "Unknown Exception"}};
  for (const auto& [code, name] : kNames) {
    const ControlAction a = refused(code);
    EXPECT_EQ(a.outcome, Outcome::refused) << code;
    EXPECT_EQ(a.status, name);
  }
}
TEST(ModbusCommand, AcknowledgeIsNoRefusal) {  // §7: accepted, and takes long
  const auto seen = observe(modbus, {client("0001 0000 0006 11 06 0001 0003"), server("0001 0000 0003 11 86 05")});
  EXPECT_EQ(command(seen).outcome, Outcome::accepted);
  EXPECT_EQ(command(seen).status, "Acknowledge");
  EXPECT_EQ(seen.all<Operation>()[1].outcome, Outcome::accepted);
}
// ITI modbus_test_data_part1.pcap.
TEST(ModbusCommand, DiagnosticsThatChangeTheDeviceAreCommands) {
  const auto seen = observe(modbus, {client("0000 0000 0006 0a 08 0004 0000"),    // 8
                                     server("0000 0000 0003 0a 88 0b"),           // 9
                                     client("0000 0000 0006 0a 08 0001 0000"),    // 17
                                     server("0000 0000 0006 0a 08 0001 0000")});  // 18
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].step, "force listen only");
  EXPECT_EQ(actions[0].point_kind, "");
  EXPECT_EQ(actions[0].outcome, Outcome::refused);
  EXPECT_EQ(actions[0].status, "Gateway Target Device Failed To Respond");
  EXPECT_EQ(actions[1].step, "restart communications");
  EXPECT_EQ(actions[1].outcome, Outcome::accepted);
  // The exception does not repeat the sub-function: it is the request's.
  EXPECT_EQ(seen.all<Operation>()[1].cls, mode);
  EXPECT_EQ(seen.all<Operation>()[1].qualifier, 4u);
}
// Names of §6.8.1, as Wireshark has them, too (4, 2 and 10 in ITI and icsnpp-modbus captures).
TEST(ModbusCommand, DiagnosticsAreNamedByTheirSubFunction) {
  const auto names = [](std::string_view hex) { return operations(ask(std::string(hex)), modbus); };
  EXPECT_EQ(names("0001 0000 0006 11 08 0004 0000"), Texts{"Diagnostics: Force Listen Only Mode"});
  EXPECT_EQ(names("0001 0000 0006 11 08 0001 FF00"), Texts{"Diagnostics: Restart Communications Option"});
  EXPECT_EQ(names("0001 0000 0006 11 08 000A 0000"), Texts{"Diagnostics: Clear Counters and Diagnostic Register"});
  EXPECT_EQ(names("0001 0000 0006 11 08 000C 0000"), Texts{"Diagnostics: Return Bus Communication Error Count"});
  EXPECT_EQ(names("0001 0000 0006 11 08 0013 0000"), Texts{"Diagnostics: sub-function 19"});
  EXPECT_EQ(names("0001 0000 0003 11 08 00"), Texts{"Diagnostics"}) << "cut before its sub-function";
  EXPECT_EQ(names("0001 0000 0005 00 5A 00 41 FF"), Texts{"UMAS (Schneider Electric): Stop PLC"});
  EXPECT_EQ(names("0001 0000 0006 11 03 0000 0001"), Texts{"Read Holding Registers"});
}
TEST(ModbusCommand, DiagnosticsThatOnlyAskAreNone) {
  EXPECT_TRUE(ask("0001 0000 0006 11 08 0000 A537").all<ControlAction>().empty());
  EXPECT_TRUE(ask("0001 0000 0006 11 08 000B 0000").all<ControlAction>().empty());
  EXPECT_EQ(command(ask("0001 0000 0006 11 08 000A 0000")).step, "clear counters");
  EXPECT_EQ(command(ask("0001 0000 0006 11 08 0014 0000")).step, "clear overrun counter");
  EXPECT_EQ(command(ask("0001 0000 0006 11 08 0001 FF00")).value, "clear event log");
}

std::vector<Operation> outcomes(const Recorder& seen) {
  std::vector<Operation> found;
  for (const Operation& o : seen.all<Operation>())
    if (!o.is_message) found.push_back(o);
  return found;
}
constexpr std::string_view kWrite = "0001 0000 0006 11 06 0001 0003", kRead = "0002 0000 0006 11 03 0000 0001",
                           kReadAnswer = "0002 0000 0005 11 03 02 0000";

TEST(ModbusPairing, RequestPassedOverIsUnanswered) {
  const auto seen = observe(modbus, {client(kWrite), client(kRead), server(kReadAnswer)});
  ASSERT_EQ(outcomes(seen).size(), 1u);
  EXPECT_EQ(outcomes(seen)[0].function_code, 6u);
  EXPECT_EQ(outcomes(seen)[0].outcome, Outcome::unanswered);
  EXPECT_EQ(command(seen).outcome, Outcome::unanswered);
  EXPECT_EQ(command(seen).answered.number(), 0u);
}
TEST(ModbusPairing, SilenceSinceTheRequestTellsNothing) {
  const auto seen = observe(modbus, {client(kRead), server(kReadAnswer), client(kWrite)});
  EXPECT_TRUE(outcomes(seen).empty());
  EXPECT_EQ(command(seen).outcome, Outcome::none);
}
// A flow whose gaps and order of packets are the test's.
struct Line {
  Recorder recorder;
  Conversation conversation;
  Context context{&modbus, &conversation, {}, Role::client, {}};
  Emit emit{context, recorder};
  std::unique_ptr<Dissector> dissector = modbus.open();
  void play(std::uint32_t number, Role role, std::string_view pdu) {
    const auto bytes = test::hex(pdu);
    context.packet = {number, 0, number};
    context.speaker = role;
    dissector->on_pdu({role, bytes, bytes.size()}, emit);
  }
};
TEST(ModbusPairing, LostOctetsLeaveTheOutcomeOpen) {
  Line line;
  line.play(1, Role::client, kWrite);
  line.play(2, Role::client, kRead);
  line.dissector->on_gap(Role::server);
  line.play(4, Role::server, kReadAnswer);
  line.dissector->on_end(line.emit);
  EXPECT_TRUE(outcomes(line.recorder).empty());
  EXPECT_EQ(command(line.recorder).outcome, Outcome::none);
}
// The sensor holds a side's octets while some before them are missing.
TEST(ModbusPairing, RequestLearnedOfLateIsNotCalledUnanswered) {
  Line line;
  line.play(4, Role::server, kWrite);  // the answer to packet 3
  line.dissector->on_gap(Role::client);
  line.play(3, Role::client, kWrite);
  line.play(5, Role::client, kRead);
  line.play(6, Role::server, kReadAnswer);
  line.dissector->on_end(line.emit);
  EXPECT_TRUE(outcomes(line.recorder).empty());
  EXPECT_EQ(command(line.recorder).outcome, Outcome::none);
}
TEST(ModbusPairing, AnswerLearnedOfLateIsNotThatOfALaterRequest) {
  Line line;
  line.play(1, Role::client, kWrite);
  line.play(3, Role::client, kWrite);  // the same transaction id
  line.dissector->on_gap(Role::server);
  line.play(2, Role::server, "0001 0000 0003 11 86 02");
  line.play(4, Role::server, kWrite);
  const auto actions = line.recorder.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].outcome, Outcome::none);
  EXPECT_EQ(actions[1].outcome, Outcome::accepted);
}
TEST(ModbusPairing, PipelinedRequestsMayBeAnsweredInAnyOrder) {
  const auto seen = observe(modbus, {client("0001 0000 0006 11 06 0001 0003  0002 0000 0006 11 06 0002 0004"
                                            "0003 0000 0006 12 06 0001 0005"),
                                     server("0003 0000 0006 12 06 0001 0005  0002 0000 0003 11 86 02"
                                            "0001 0000 0006 11 06 0001 0003")});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 3u);
  EXPECT_EQ(actions[0].unit, 0x12u);
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[1].point, 2u);
  EXPECT_EQ(actions[1].outcome, Outcome::refused);
  EXPECT_EQ(actions[2].point, 1u);
  EXPECT_EQ(actions[2].outcome, Outcome::accepted);
  EXPECT_TRUE(outcomes(seen).empty());
}
TEST(ModbusPairing, OneTransactionIdForSeveralUnits) {  // gateways with a counter per device
  const auto seen = observe(modbus, {client("0001 0000 0006 11 06 0001 0003  0001 0000 0006 12 06 0001 0003"),
                                     server("0001 0000 0003 12 86 0B  0001 0000 0006 11 06 0001 0003")});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].unit, 0x12u);
  EXPECT_EQ(actions[0].outcome, Outcome::refused);
  EXPECT_EQ(actions[1].outcome, Outcome::accepted);
}
TEST(ModbusPairing, TransactionIdUsedAgainGivesUpTheRequestBefore) {
  const auto seen =
      observe(modbus, {client("0000 0000 0006 11 06 0001 0003"), client(kRead), server(kReadAnswer),
                       client("0000 0000 0006 11 06 0001 0003"), server("0000 0000 0006 11 06 0001 0003")});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].outcome, Outcome::unanswered);
  EXPECT_EQ(actions[0].asked.number(), 1u);
  EXPECT_EQ(actions[1].outcome, Outcome::accepted);
  EXPECT_EQ(actions[1].asked.number(), 4u);
}
TEST(ModbusPairing, EchoOfAnotherAddressIsNoAnswer) {
  const auto seen = observe(modbus, {client("0000 0000 0006 11 06 0001 0003"), client("0000 0000 0006 11 06 0002 0003"),
                                     server("0000 0000 0006 11 06 0001 0003"),  // late
                                     server("0000 0000 0006 11 06 0002 0003")});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].point, 1u);
  EXPECT_EQ(actions[0].outcome, Outcome::none);  // given up before anything was heard
  EXPECT_EQ(actions[1].point, 2u);
  EXPECT_EQ(actions[1].outcome, Outcome::accepted);
  EXPECT_EQ(actions[1].answered.number(), 4u);
}
TEST(ModbusPairing, TheOldestOfTooManyIsGivenUp) {
  std::vector<Chunk> chunks;
  for (int i = 0; i < 18; ++i) {
    const std::string id = {"0123456789ABCDEFGH"[i / 16], "0123456789ABCDEF"[i % 16]};
    chunks.push_back(client("00" + id + "0000 0006 11 06 0001 00" + id));
  }
  const auto actions = observe(modbus, chunks).all<ControlAction>();
  ASSERT_EQ(actions.size(), 18u);  // each once
  for (std::uint32_t i = 0; i < actions.size(); ++i) {
    EXPECT_EQ(actions[i].asked.number(), i + 1);
    EXPECT_EQ(actions[i].outcome, Outcome::none);
  }
}
TEST(ModbusPairing, BroadcastExpectsNoAnswerButMayHaveOne) {
  const std::string_view broadcast = "0001 0000 0006 00 06 0001 0003";
  const auto silent = observe(modbus, {client(broadcast), client(kRead), server(kReadAnswer)});
  EXPECT_TRUE(outcomes(silent).empty());
  EXPECT_EQ(command(silent).outcome, Outcome::none);
  EXPECT_EQ(command(observe(modbus, {client(broadcast), server(broadcast)})).outcome, Outcome::accepted);
}
TEST(ModbusPairing, ForceListenOnlyHasNoAnswer) {  // 6.8
  const auto seen = observe(modbus, {client("0001 0000 0006 11 08 0004 0000"), client(kRead), server(kReadAnswer)});
  EXPECT_TRUE(outcomes(seen).empty());
  EXPECT_EQ(command(seen).outcome, Outcome::none);
}
TEST(ModbusPairing, AnswerThatCountsOtherOctetsThanAskedForIsReported) {
  const auto seen = observe(modbus, {client(kRead), server("0002 0000 0007 11 03 04 00000000")});
  ASSERT_EQ(seen.all<Anomaly>().size(), 1u);
  EXPECT_EQ(seen.all<Anomaly>()[0].fault, Fault::bad_value);
  EXPECT_EQ(seen.all<Anomaly>()[0].offset, 8u);
}
TEST(ModbusPairing, ExceptionDoesNotSilenceTheConnection) {
  const auto seen = observe(modbus, {client(kRead), server("0002 0000 0003 11 83 02"), client(kWrite), server(kWrite)});
  EXPECT_EQ(seen.all<Operation>().size(), 4u);
  EXPECT_EQ(command(seen).outcome, Outcome::accepted);
}
TEST(ModbusPairing, OverUdpTheSame) {
  const auto seen = observe(modbus, {client(kWrite), server(kWrite)}, Transport::udp);
  EXPECT_EQ(command(seen).outcome, Outcome::accepted);
}

}  // namespace
}  // namespace kakoi
