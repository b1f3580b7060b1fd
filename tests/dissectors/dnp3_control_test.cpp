// What is done to an outstation, and what became of it. Frames marked "captured" come from the opendnp3
// conformance runs of ITI/ICS-Security-Tools ("conformance"), zeek's test traces ("zeek") and suricata-verify;
// capture and frame numbers are given. The others were built for one question each, since no public
// capture asks it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "dissectors/dnp3/crc.h"
#include "dissectors/dnp3/dnp3.h"
#include "dissectors/dnp3/status.h"
#include "tests/support/observe.h"

namespace kakoi::test {
namespace {

using dnp3::protocol;

// A link frame of unconfirmed (or other) user data, as clause 9 builds it.
std::vector<std::uint8_t> frame(std::uint8_t control, std::uint16_t destination, std::uint16_t source,
                                std::string_view user_data) {
  const std::vector<std::uint8_t> data = hex(user_data);
  std::vector<std::uint8_t> bytes;
  const auto put16 = [&](unsigned value) {
    bytes.push_back(static_cast<std::uint8_t>(value));
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
  };
  bytes = {0x05, 0x64, static_cast<std::uint8_t>(5 + data.size()), control};
  put16(destination), put16(source);
  put16(dnp3::crc(bytes));
  for (std::size_t at = 0; at < data.size(); at += 16) {
    const Bytes block = Bytes(data).subspan(at, std::min<std::size_t>(16, data.size() - at));
    bytes.insert(bytes.end(), block.begin(), block.end());
    put16(dnp3::crc(block));
  }
  return bytes;
}
Chunk ask(std::string_view user_data, std::uint16_t outstation = 10) {
  return {Role::client, frame(0xC4, outstation, 1, user_data)};
}
Chunk reply(std::string_view user_data, std::uint16_t outstation = 10) {
  return {Role::server, frame(0x44, 1, outstation, user_data)};
}

// "step point=value outcome status", one for each action.
std::vector<std::string> actions(const Recorder& seen) {
  std::vector<std::string> found;
  for (const ControlAction& a : seen.all<ControlAction>()) {
    std::string text(a.step);
    if (!a.point_kind.empty()) (text += ' ') += a.point_kind;
    if (a.point != kNoValue) text += ' ' + std::to_string(a.point);
    if (a.points != 1) text += " x" + std::to_string(a.points);
    if (!a.value.empty()) (text += " = ") += a.value;
    if (a.outcome != Outcome::none) (text += ": ") += to_string(a.outcome);
    if (!a.status.empty()) (text += ' ') += a.status;
    found.push_back(text);
  }
  return found;
}
// "function outcome", of the outcomes that are told apart from messages.
std::vector<std::string> outcomes(const Recorder& seen) {
  std::vector<std::string> found;
  for (const Operation& o : seen.all<Operation>())
    if (!o.is_message)
      found.push_back(std::string(protocol.function_name(o.function_code)) + ' ' + std::string(to_string(o.outcome)));
  return found;
}
std::vector<std::string> points(const Recorder& seen) {
  std::vector<std::string> found;
  for (const Points& p : seen.all<Points>())
    found.push_back(std::string(to_string(p.access)) + ' ' + std::string(p.kind) + ' ' + std::to_string(p.first) + '+' +
                    std::to_string(p.count));
  return found;
}
std::size_t open_access(const Recorder& seen) { return seen.all<OpenAccess>().size(); }

using Texts = std::vector<std::string>;

// zeek, dnp3_select_operate.pcap, frames 4, 6, 7 and 9.
const Chunk kSelect = client("05641ac40200030040f2 c6c7030c0128010001000301640000008fda 6400000000005b");
const Chunk kSelected = server("05641c44030002004b91 fcc78100000c0128010001000301640001a4 00006400000000005b");
const Chunk kOperate = client("05641ac40200030040f2 c7c8040c012801000100030164000000a9cf 6400000000005b");
const Chunk kOperated = server("05641c44030002004b91 fdc88100000c01280100010003016400f709 00006400000000005b");

TEST(Dnp3Control, SelectAndOperateAreToldWithTheirAnswers) {
  const auto seen = observe(protocol, {kSelect, kSelected, kOperate, kOperated});
  EXPECT_EQ(actions(seen), (Texts{"select binary output 1 = latch on, 1 x 100 ms on, 100 ms off: accepted",
                                  "operate binary output 1 = latch on, 1 x 100 ms on, 100 ms off: accepted"}));
  EXPECT_EQ(outcomes(seen), (Texts{"SELECT accepted", "OPERATE accepted"}));
  const ControlAction operate = seen.all<ControlAction>()[1];
  EXPECT_EQ(operate.asked.number(), 3u);
  EXPECT_EQ(operate.answered.number(), 4u);
  EXPECT_EQ(operate.actor, Role::client);
  EXPECT_EQ(operate.unit, 2u);
  EXPECT_EQ(operate.peer_unit, 3u);
  EXPECT_EQ(operate.function_code, 4u);
  EXPECT_EQ(open_access(seen), 1u);  // once a flow
}

TEST(Dnp3Control, AnAnswerThatIsNotThereIsNotMadeUp) {
  EXPECT_EQ(actions(observe(protocol, {kSelect})),
            Texts{"select binary output 1 = latch on, 1 x 100 ms on, 100 ms off"});  // the other side was never heard
  const auto seen = observe(protocol, {kSelect, kOperate, kOperated});
  EXPECT_EQ(actions(seen), (Texts{"operate binary output 1 = latch on, 1 x 100 ms on, 100 ms off: accepted",
                                  "select binary output 1 = latch on, 1 x 100 ms on, 100 ms off: unanswered"}));
  EXPECT_EQ(outcomes(seen), (Texts{"OPERATE accepted", "SELECT unanswered"}));
  EXPECT_EQ(seen.all<ControlAction>()[1].answered.number(), 0u);
  EXPECT_TRUE(observe(protocol, {kOperated}).all<ControlAction>().empty());
}

TEST(Dnp3Control, LostOctetsLeaveTheOutcomeOpen) {
  Recorder seen;
  const Conversation conversation{};
  Context context{&protocol, &conversation, {1, 0, 1}, Role::client, {}};
  const Emit emit{context, seen};
  const auto dissector = protocol.open();
  dissector->on_pdu({Role::client, kSelect.bytes, kSelect.bytes.size()}, emit);
  dissector->on_gap(Role::server);
  context.speaker = Role::server;
  dissector->on_pdu({Role::server, kOperated.bytes, kOperated.bytes.size()}, emit);
  dissector->on_end(emit);
  EXPECT_EQ(actions(seen), Texts{"select binary output 1 = latch on, 1 x 100 ms on, 100 ms off"});
  EXPECT_EQ(outcomes(seen), Texts{});
}

TEST(Dnp3Control, AnAnswerCutByTheSnapLengthTellsWhatIsThere) {
  const auto cut_to = [](std::size_t size) {
    Recorder seen;
    const Conversation conversation{};
    Context context{&protocol, &conversation, {1, 0, 1}, Role::client, {}};
    const Emit emit{context, seen};
    const auto dissector = protocol.open();
    const auto poll = frame(0xC4, 10, 1, "c0 c1 01 3c0206");
    const auto answer = frame(0x44, 1, 10, "c0 c1 81 0000 01020000 11 01010101 01010101 01010101 01010101 0101");
    dissector->on_pdu({Role::client, poll, poll.size()}, emit);
    context.speaker = Role::server;
    dissector->on_pdu({Role::server, Bytes(answer).first(size), answer.size()}, emit);
    dissector->on_pdu({Role::server, answer, answer.size()}, emit);  // heard since
    dissector->on_end(emit);
    return outcomes(seen);
  };
  EXPECT_EQ(cut_to(28), Texts{"READ accepted"});  // the first block, and in it the internal indications
  EXPECT_EQ(cut_to(12), Texts{});                 // the header: it may have been the answer
}

// conformance 8.2.4.2, frames 12 and 14: five points, of which the outstation takes four at a time.
TEST(Dnp3Control, EachPointHasItsOwnStatus) {
  const auto seen = observe(
      protocol, {client("05644ec4000401003edc c0c2030c012805000a000301640000007af1 c8000000000b00030164000000c80000bea4"
                        "00000c00030164000000c8000000000d0f69 00030164000000c800000000130003017dda"
                        "64000000c80000000053a5"),
                 server("0564504401000004b0e2 c2c28190000c012805000a000301640002c3 0000c8000000000b00030164000000c883ee"
                        "000000000c00030164000000c8000000dbcb 000d00030164000000c8000000001300c463"
                        "030164000000c8000000082aa2")});
  EXPECT_EQ(actions(seen),
            (Texts{"select binary output 10 = latch on, 1 x 100 ms on, 200 ms off: accepted",
                   "select binary output 11 = latch on, 1 x 100 ms on, 200 ms off: accepted",
                   "select binary output 12 = latch on, 1 x 100 ms on, 200 ms off: accepted",
                   "select binary output 13 = latch on, 1 x 100 ms on, 200 ms off: accepted",
                   "select binary output 19 = latch on, 1 x 100 ms on, 200 ms off: refused TOO_MANY_OBJS"}));
  EXPECT_EQ(outcomes(seen), Texts{"SELECT refused"});
  EXPECT_EQ(points(seen),
            (Texts{"control binary output 10+4", "control binary output 19+1", "report internal indication 7+1"}));
  EXPECT_EQ(open_access(seen), 0u);
}

// conformance 8.2.1.2.11, frames 4, 6, 8 and 10: the SELECT comes again with its sequence number.
TEST(Dnp3Control, ARepeatedRequestIsOneCommand) {
  const Chunk select = client("056418c4000401005b61 c0c0030c01170100030164000000c800fd11 000000ffff");
  const auto seen =
      observe(protocol, {select, server("05641a4401000004a6f0 c0c08190000c011701000301640000009c9a c80000000078fb"),
                         select, server("05641a4401000004a6f0 c1c08190000c0117010003016400000010d7 c80000000078fb")});
  EXPECT_EQ(actions(seen).size(), 1u);
  EXPECT_EQ(outcomes(seen), Texts{"SELECT accepted"});
}

// As in icsnpp-dnp3's dnp3_example.pcap, where answers come late and sequence numbers come round meanwhile.
TEST(Dnp3Control, LateAnswersFindTheirCommands) {
  const std::string one = "0c011701 02 81 01 f4010000 00000000 00", other = "0c011701 04 81 01 f4010000 00000000 00";
  const auto seen =
      observe(protocol, {ask("c0 c7 03" + one), ask("c1 c8 04" + one), ask("c2 c7 03" + other),
                         reply("c0 c7 81 0000" + one), reply("c1 c8 81 0000" + one), reply("c2 c7 81 0000" + other)});
  EXPECT_EQ(actions(seen), (Texts{"select binary output 2 = trip, pulse on, 1 x 500 ms on, 0 ms off: accepted",
                                  "operate binary output 2 = trip, pulse on, 1 x 500 ms on, 0 ms off: accepted",
                                  "select binary output 4 = trip, pulse on, 1 x 500 ms on, 0 ms off: accepted"}));
}

// conformance 8.4.3.2.2, frame 4.
TEST(Dnp3Control, WhatAsksForNoAnswerHasNone) {
  const auto seen = observe(protocol, {client("056412c40004010030dd c0c0062902280100ffff0a00004b5d")});
  EXPECT_EQ(actions(seen), Texts{"direct operate no ack analog output 65535 = 10"});
  EXPECT_EQ(outcomes(seen), Texts{});
}

// conformance 8.6.5.2, frames 12 to 16: a broadcast, then a poll.
TEST(Dnp3Control, NobodyAnswersABroadcast) {
  const auto seen = observe(
      protocol, {client("05640ef3ffff0100cbac c0c2025001000707000865"), client("05640bc400040100ca8a c0c3013c02065e85"),
                 server("05640a44010000046788 c1c3811100bdb5")});
  EXPECT_EQ(actions(seen), Texts{"write internal indication 7 = off"});
  EXPECT_EQ(seen.all<ControlAction>()[0].unit, 0xFFFFu);
  EXPECT_EQ(outcomes(seen), Texts{"READ accepted"});
}

TEST(Dnp3Control, TheSelfAddressIsAnsweredByWhoeverIsThere) {
  const auto seen = observe(protocol, {ask("c0 c1 0d", 0xFFFC), reply("c0 c1 81 0000 340207 01 8813", 7)});
  EXPECT_EQ(actions(seen), Texts{"cold restart: accepted"});
}

TEST(Dnp3Control, AnalogOutputsOfEveryWidth) {
  const auto seen = observe(protocol, {ask("c0 c0 05 290117 01 05 ffffffff 00 290217 01 06 fe7f 00"
                                           "290317 01 07 0000 4841 00 290417 01 08 000000000000 f8bf 00")});
  EXPECT_EQ(actions(seen), (Texts{"direct operate analog output 5 = -1", "direct operate analog output 6 = 32766",
                                  "direct operate analog output 7 = 12.5", "direct operate analog output 8 = -1.5"}));
}

TEST(Dnp3Control, APatternCommandsThePointsOfItsMask) {
  // Pattern control block, one; mask of points 0 to 9: 2 and 9. The outstation is told twice what it may not.
  const auto seen = observe(protocol, {ask("c0 c0 05 0c0207 01 41 01 64000000 c8000000 00 0c0300 00 09 0402"),
                                       reply("c0 c0 81 0000 0c0207 01 41 01 64000000 c8000000 09 0c0300 00 09 0402")});
  EXPECT_EQ(
      actions(seen),
      (Texts{"direct operate binary output 2 = close, pulse on, 1 x 100 ms on, 200 ms off: refused NOT_AUTHORIZED",
             "direct operate binary output 9 = close, pulse on, 1 x 100 ms on, 200 ms off: refused NOT_AUTHORIZED"}));
}

TEST(Dnp3Control, NoEchoIsNoSuccess) {
  const auto seen = observe(protocol, {ask("c0 c0 05 290217 01 06 0a00 00"), reply("c0 c0 81 0000")});
  EXPECT_EQ(actions(seen), Texts{"direct operate analog output 6 = 10"});
  EXPECT_EQ(outcomes(seen), Texts{});
  EXPECT_EQ(open_access(seen), 0u);
}

TEST(Dnp3Control, InternalIndicationsRefuse) {
  const auto refusal = [](std::string_view second) {
    return actions(
        observe(protocol, {ask("c0 c3 05 290217 01 06 0a00 00"), reply("c0 c3 81 00" + std::string(second))}));
  };
  const std::string command = "direct operate analog output 6 = 10: refused ";
  EXPECT_EQ(refusal("01"), Texts{command + "NO_FUNC_CODE_SUPPORT"});
  EXPECT_EQ(refusal("02"), Texts{command + "OBJECT_UNKNOWN"});
  EXPECT_EQ(refusal("04"), Texts{command + "PARAMETER_ERROR"});
  EXPECT_EQ(refusal("10"), Texts{command + "ALREADY_EXECUTING"});
  // EVENT_BUFFER_OVERFLOW and CONFIG_CORRUPT are about the outstation, not the request.
  EXPECT_EQ(refusal("28"), Texts{"direct operate analog output 6 = 10"});
}

TEST(Dnp3Control, ManyPointsOfOneRequestAreBounded) {
  std::string request = "c0 c0 05 290217 1c";  // 28 points
  for (unsigned i = 0; i < 28; ++i) {
    char object[16];
    std::snprintf(object, sizeof object, "%02x 0a00 00", i);
    request += object;
  }
  const auto seen = observe(protocol, {ask(request)});
  const auto all = seen.all<ControlAction>();
  ASSERT_EQ(all.size(), 24u);
  EXPECT_EQ(all[22].point, 22u);
  EXPECT_EQ(all[23].point, kNoValue);
  EXPECT_EQ(all[23].points, 5u);  // 23 to 27
}

// conformance 8.8.2, frames 4 and 6.
TEST(Dnp3Control, ARestartIsAnAction) {
  const auto seen = observe(
      protocol, {client("056408c4000401009a19 c0c00d9c86"), server("0564104401000004cd4c c0c0819000340207018813f9a2")});
  EXPECT_EQ(actions(seen), Texts{"cold restart: accepted"});
  EXPECT_EQ(seen.all<ControlAction>()[0].cls, OperationClass::mode);
  EXPECT_EQ(open_access(seen), 1u);
}

// conformance 8.11.2.2, frames 8 to 14.
TEST(Dnp3Control, UnsolicitedOffAndOn) {
  const auto seen =
      observe(protocol, {client("056411c400040100604e c0c0153c02063c03063c04061a55"),
                         server("05640a44010000046788 c1c08190009d0f"), client("05640bc400040100ca8a c0c1143c0206b67a"),
                         server("05640a44010000046788 c2c18192009ab3")});
  EXPECT_EQ(actions(seen), (Texts{"disable unsolicited = Class 1, Class 2, Class 3: accepted",
                                  "enable unsolicited = Class 1: accepted"}));
}

// conformance 8.16.2.2.3, frames 4 and 6.
TEST(Dnp3Control, CountersAreFrozenAndCleared) {
  const auto seen = observe(
      protocol, {client("05640bc400040100ca8a c0c109140006d300"), server("05640a44010000046788 c0c18196005cc2")});
  EXPECT_EQ(actions(seen), Texts{"freeze and clear counter: accepted"});
}

// zeek, dnp3_write.pcap, frames 4 and 6; the capture's own time says the same second.
TEST(Dnp3Control, TheClockIsSet) {
  const auto seen = observe(protocol, {client("056412c4020003009c68 dfc0023201070183a55c583401f3d2"),
                                       server("05640a44030002005382 d4c081000016ce")});
  EXPECT_EQ(actions(seen), Texts{"write = 2011-12-19T22:06:33.859Z: accepted"});
  EXPECT_EQ(seen.all<ControlAction>()[0].cls, OperationClass::time);
}

TEST(Dnp3Control, ConfigurationIsChanged) {
  const auto seen =
      observe(protocol, {ask("c0 c0 16 3c0206 1e0000 0003 3c0306 010006"),
                         reply("c0 c0 81 0000"),                                        // two points kinds, two classes
                         ask("c1 c1 02 220200 0101 2c010000"), reply("c1 c1 81 0004"),  // a deadband of 300
                         ask("c2 c2 12 5a015b 01 0300 415031"), reply("c2 c2 81 0000"),  // STOP_APPL of "AP1"
                         ask("c3 c3 13"), reply("c3 c3 81 0000")});
  EXPECT_EQ(actions(seen), (Texts{"assign class analog input 0 x4 = Class 1: accepted",
                                  "assign class binary input = Class 2: accepted",
                                  "write analog input deadband 1 = 300: refused PARAMETER_ERROR",
                                  "stop = AP1: accepted", "save configuration: accepted"}));
}

// zeek, dnp3_file_del.pcap, frames 4 and 6.
TEST(Dnp3File, DeletionNamesTheFile) {
  const auto seen = observe(
      protocol, {client("056463c404000300c7ee c7c91b46035b0155001a003b000000009ec7 00000000000000000000000000000000ffff"
                        "001e00433a2f74656d702f444e504465677d 76696365436f6e66696775726174696f930c"
                        "6e207772697474656e20746f2052656d35206f7465204465766963652e786d6cc48b"),
                 server("05641d44030004008308 c0c981000046045b010d000000000000b82f 00000000001e000056b1")});
  EXPECT_EQ(actions(seen), Texts{"delete = C:/temp/DNPDeviceConfiguration written to Remote Device.xml: accepted"});
  EXPECT_EQ(seen.all<ControlAction>()[0].cls, OperationClass::file);
}

// zeek, dnp3_file_write.pcap, frames 4 and 6; the block is built, since the captured one is of 800 octets.
TEST(Dnp3File, WritingNamesTheFile) {
  const auto seen = observe(
      protocol, {client("056463c404000300c7ee c1c61946035b0155001a003b0000000055ba 000000ff0100000000000000000200000b8a"
                        "040600433a2f74656d702f444e5044658aa2 76696365436f6e66696775726174696f930c"
                        "6e207772697474656e20746f2052656d35206f7465204465766963652e786d6cc48b"),
                 server("05641d44030004008308 fdc681000046045b010d007856341200a354 00000000040600004476"),
                 {Role::client, frame(0xC4, 4, 3, "c2 c7 02 46055b 01 0a00 78563412 00000080 6869")},
                 {Role::server, frame(0x44, 3, 4, "c2 c7 81 0000 46065b 01 0900 78563412 00000080 07")}});
  EXPECT_EQ(actions(seen),
            (Texts{"open for writing = C:/temp/DNPDeviceConfiguration written to Remote Device.xml: accepted",
                   "write = C:/temp/DNPDeviceConfiguration written to Remote Device.xml: refused WRITE BLOCK SIZE"}));
}

TEST(Dnp3File, ThePasswordOfAFilePassesInClear) {
  const auto seen = observe(protocol, {ask("c0 c0 1d 46025b 01 1300 0c00 0300 0f00 0400 00000000 6f7073 31323334"),
                                       reply("c0 c0 81 0000 46025b 01 0c00 0c00 0000 0c00 0000 00000000")});
  const auto logins = seen.all<Credential>();
  ASSERT_EQ(logins.size(), 2u);
  EXPECT_EQ(logins[0].user, "ops");
  EXPECT_EQ(logins[0].secret, "1234");
  EXPECT_EQ(logins[0].outcome, CredentialOutcome::attempted);
  EXPECT_EQ(logins[1].secret, "1234");
  EXPECT_EQ(logins[1].outcome, CredentialOutcome::rejected);  // no key was given
  EXPECT_EQ(outcomes(seen), Texts{"AUTHENTICATE_FILE refused"});
}

// A command, the outstation's challenge, the reply to it, the answer to the command: one sequence number.
TEST(Dnp3Authentication, AChallengedCommandIsNoOpenAccess) {
  const std::string command = "290217 01 06 0a00 00";
  const auto seen =
      observe(protocol, {ask("c0 c5 05" + command), reply("c0 c5 83 0000 78015b 01 0c00 01000000 0100 05 01 01020304"),
                         ask("c1 c5 20 78025b 01 0a00 01000000 0100 0a0b0c0d"), reply("c1 c5 81 0000" + command)});
  EXPECT_EQ(actions(seen), Texts{"direct operate analog output 6 = 10: accepted"});
  EXPECT_EQ(outcomes(seen), Texts{"DIRECT_OPERATE accepted"});
  EXPECT_EQ(open_access(seen), 0u);
}

TEST(Dnp3Authentication, AChallengeIsNoAnswerWhateverItBrings) {
  const std::string command = "290217 01 06 0a00 00";
  const auto seen = observe(protocol, {ask("c0 c5 05" + command), reply("c0 c5 83 0000" + command +
                                                                        "78015b 01 0c00 01000000"
                                                                        " 0100 05 01 01020304")});
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, Outcome::unanswered);
  EXPECT_EQ(seen.all<ControlAction>()[0].answered.number(), 0u);
}

TEST(Dnp3Authentication, AnErrorRefuses) {
  const auto seen = observe(protocol, {ask("c0 c5 05 290217 01 06 0a00 00"),
                                       reply("c0 c5 83 0000 78075b 01 0f00 01000000 0100 0000 07 000000000000")});
  EXPECT_EQ(actions(seen), Texts{"direct operate analog output 6 = 10: refused authorization failed"});
}

TEST(Dnp3Authentication, ChangesOfKeysAreActions) {
  const auto seen = observe(protocol, {ask("c0 c1 20 78065b 01 0800 01000000 0300 aabb"),
                                       reply("c0 c1 83 0000 78055b 01 0b00 02000000 0300 02 01 04 0000")});
  EXPECT_EQ(actions(seen), Texts{"change session keys = user 3: accepted"});
  EXPECT_EQ(seen.all<ControlAction>()[0].cls, OperationClass::auth);
}

TEST(Dnp3Link, ARepeatedFrameIsOneMessage) {
  // conformance 6.6.2.1, frames 4 and 8: RESET_LINK_STATES, then confirmed user data; which comes again.
  const Chunk reset = client("056405c000040100d7f7"), poll = client("05640bf30004010017d1 c0c0013c0106ff50");
  const auto count = [](const Recorder& seen) { return seen.all<Operation>().size(); };
  EXPECT_EQ(count(observe(protocol, {reset, poll})), 2u);  // the object header and the message
  EXPECT_EQ(count(observe(protocol, {reset, poll, poll})), 2u);
  EXPECT_EQ(count(observe(protocol, {reset, poll, reset, poll})), 4u);  // the count starts anew
}

TEST(Dnp3Link, ANackRefusesTheRequest) {
  const auto seen =
      observe(protocol, {{Role::client, frame(0xF3, 10, 1, "c0 c0 0d")}, {Role::server, frame(0x01, 1, 10, "")}});
  EXPECT_EQ(actions(seen), Texts{"cold restart: refused link NACK"});
}

TEST(Dnp3Link, NobodySendsFromABroadcastAddress) {
  const auto seen = observe(protocol, {{Role::client, frame(0xC4, 10, 0xFFFF, "c0 c0 0d")}});
  ASSERT_EQ(seen.all<Anomaly>().size(), 1u);
  EXPECT_EQ(seen.all<Anomaly>()[0].fault, Fault::bad_value);
}

// suricata-verify, dnp3-eve, frame 28; conformance 8.11.2.2, frame 16.
TEST(Dnp3Points, EventsNameTheirPoints) {
  EXPECT_EQ(points(observe(protocol, {server("0564164401000a001d8a c8f1820000160128010000000100000015ab 00ffff")})),
            Texts{"report counter 0+1"});
  EXPECT_EQ(points(observe(protocol, {server("056418440100000411d6 c3f182900002012803000000810000018ff4 ffff81bf75")})),
            (Texts{"report binary input 0+1", "report binary input 65535+1", "report internal indication 7+1"}));
}

TEST(Dnp3Points, RangesAndListsAreRuns) {
  // READ of analog inputs 3, 1 and 2, binary inputs 0 to 65535, all counters.
  EXPECT_EQ(points(observe(protocol, {ask("c0 c0 01 1e0017 03 030102 010001 0000ffff 140006")})),
            (Texts{"read analog input 3+1", "read analog input 1+2", "read binary input 0+65536"}));
  EXPECT_EQ(points(observe(protocol, {ask("c0 c0 01 3c0206 3c0306")})), Texts{});  // classes are no points
}

TEST(Dnp3Points, TheOutstationsConditionIsToldByItsIndications) {
  // LOCAL_CONTROL, DEVICE_TROUBLE, DEVICE_RESTART; EVENT_BUFFER_OVERFLOW, CONFIG_CORRUPT: told once.
  const auto seen = observe(protocol, {reply("c0 c0 81 e028"), reply("c1 c1 81 e028")});
  EXPECT_EQ(points(seen),
            (Texts{"report internal indication 5+1", "report internal indication 6+1", "report internal indication 7+1",
                   "report internal indication 11+1", "report internal indication 13+1"}));
}

TEST(Dnp3Status, NamesOfTheStandard) {
  EXPECT_EQ(dnp3::control_status(0), "");
  EXPECT_EQ(dnp3::control_status(0x80 | 2), "NO_SELECT");  // seven bits
  EXPECT_EQ(dnp3::control_status(18), "DOWNSTREAM_FAIL");
  EXPECT_EQ(dnp3::control_status(100), "reserved status");
  EXPECT_EQ(dnp3::file_status(3), "FILE NOT FOUND");
  EXPECT_EQ(dnp3::authentication_error(4), "aggressive mode not supported");
}

}  // namespace
}  // namespace kakoi::test
