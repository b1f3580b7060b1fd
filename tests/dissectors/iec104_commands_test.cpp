// Commands and what became of them. Vectors: lib60870-commands.pcap (client and server of lib60870),
// 090813_diverse.pcap and TestDissectIec104.pcap (ITI/ICS-Security-Tools), zeek-iec104.pcap (parsitects/zeek-iec104,
// Traces/first/iec104.pcap); values by tshark 4.0. "Composed": after IEC 60870-5-104 §5.1 and -101 §7.3.
#include <gtest/gtest.h>

#include "dissectors/iec104/iec104.h"
#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::Recorder;
using test::server;

const Protocol& iec104 = kakoi::iec104::protocol;

struct Told {  // of a request
  std::uint32_t type, unit, cause;
  Outcome outcome;
  auto operator<=>(const Told&) const = default;
};
std::vector<Told> told(const Recorder& seen) {
  std::vector<Told> found;
  for (const Operation& o : seen.all<Operation>())
    if (!o.is_message) found.push_back({o.function_code, o.unit, o.qualifier, o.outcome});
  return found;
}
ControlAction action(const Recorder& seen) {
  const auto all = seen.all<ControlAction>();
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? ControlAction{} : all[0];
}
// The value that an act states.
std::string value(std::string_view apdu) {
  const auto seen = observe(iec104, {client(apdu)});
  return std::string(action(seen).value);
}

struct Heard {
  Role speaker;
  int seconds;
  std::string_view apdu;  // empty: bytes were lost
};
Recorder record(const std::vector<Heard>& all) {
  Recorder recorder;
  const Conversation conversation;
  Context context{&iec104, &conversation, {}, Role::client, {}};
  const Emit emit{context, recorder};
  const auto dissector = iec104.open();
  for (const Heard& h : all) {
    context.packet = {h.seconds * std::int64_t{1'000'000'000}, 0, context.packet.number() + 1};
    context.speaker = h.speaker;
    const auto bytes = hex(h.apdu);
    if (bytes.empty())
      dissector->on_gap(h.speaker);
    else
      dissector->on_pdu({h.speaker, bytes, bytes.size()}, emit);
  }
  dissector->on_end(emit);
  return recorder;
}
Outcome play(const std::vector<Heard>& all) { return action(record(all)).outcome; }

constexpr std::string_view kStartAct = "680407000000", kStartCon = "68040B000000";
constexpr std::string_view kSupervision = "680401000200";
// lib60870-commands.pcap, frames 45, 46, 48 and 49.
constexpr std::string_view kSingle = "680e0e001c002d010607010088130085";
constexpr std::string_view kSingleCon = "680e1c0010002d010707010088130085";
constexpr std::string_view kDouble = "680e10001e002e01060701008913008a";
constexpr std::string_view kDoubleUnknown = "680e1e0012002e016c0701008913008a";

TEST(Iec104Command, IsStatedOnceWithItsConfirmation) {
  const auto seen = observe(iec104, {client(kSingle), server(kSingleCon)});
  const ControlAction a = action(seen);
  EXPECT_EQ(a.cls, OperationClass::control);
  EXPECT_EQ(a.actor, Role::client);
  EXPECT_EQ(a.function_code, 45u);
  EXPECT_EQ(a.unit, 1u);
  EXPECT_EQ(a.point_kind, "single command");
  EXPECT_EQ(a.point, 5000u);
  EXPECT_EQ(a.points, 1u);
  EXPECT_EQ(a.step, "select");
  EXPECT_EQ(a.value, "on, short pulse");
  EXPECT_EQ(a.outcome, Outcome::accepted);
  EXPECT_EQ(a.status, "");
  EXPECT_EQ(a.asked.number(), 1u);
  EXPECT_EQ(a.answered.number(), 2u);
  EXPECT_EQ(told(seen), std::vector{(Told{45, 1, 6, Outcome::accepted})});
}
TEST(Iec104Command, NegativeConfirmationTellsWhy) {
  const auto seen = observe(iec104, {client(kDouble), server(kDoubleUnknown)});
  const ControlAction a = action(seen);
  EXPECT_EQ(a.step, "select");
  EXPECT_EQ(a.value, "on, long pulse");
  EXPECT_EQ(a.outcome, Outcome::refused);
  EXPECT_EQ(a.status, "unknown type identification");
  EXPECT_EQ(told(seen), std::vector{(Told{46, 1, 6, Outcome::refused})});
  // Refused once, on the row of the request.
  for (const Operation& o : seen.all<Operation>()) EXPECT_TRUE(!o.is_message || o.outcome == Outcome::none);
}
// lib60870-commands.pcap, frames 142 and 143: a deactivation, refused without the P/N bit.
TEST(Iec104Command, UnknownCauseRefusesADeactivation) {
  const auto seen =
      observe(iec104, {client("680e4c005e002d010607010088130080"), server("680e5e004e002d012d07010088130080")});
  EXPECT_EQ(action(seen).outcome, Outcome::refused);
  EXPECT_EQ(action(seen).status, "unknown cause of transmission");
  // The same octets with cause 8 and 9 (composed).
  const auto off =
      observe(iec104, {client("680e4c005e002d010807010088130080"), server("680e5e004e002d010907010088130080")});
  EXPECT_EQ(action(off).step, "deactivate");
  EXPECT_EQ(told(off), std::vector{(Told{45, 1, 8, Outcome::accepted})});
}
// TestDissectIec104.pcap, frames 117 and 118, 133 and 134: P/N without a cause of its own; test bit.
TEST(Iec104Command, PlainRefusalAndTestBit) {
  const auto seen = observe(
      iec104, {client("680e02000a002e0106010d91983a0082"), server("680401000400680e0a0004002e0147010d91983a0082")});
  EXPECT_EQ(action(seen).status, "negative confirmation");
  EXPECT_EQ(action(seen).point, 15000u);
  const auto tested = observe(
      iec104, {client("680e080014002d0186020d91ce560081"), server("680401000a00680e14000a002d01c7020d91ce560081")});
  EXPECT_EQ(action(tested).value, "on, test");
  EXPECT_EQ(action(tested).outcome, Outcome::refused);
}
// 090813_diverse.pcap, frames 39 and 41: the confirmation has another year (9, for 109) in its time tag.
TEST(Iec104Command, TimeTagsNeedNotBeMirrored) {
  const auto seen = observe(iec104, {client("68193000aa003f01060003009d13000000f64280080018130d086d"),
                                     server("6819aa0032003f01070003009d13000000f64280080018130d0809")});
  EXPECT_EQ(action(seen).outcome, Outcome::accepted);
  EXPECT_EQ(action(seen).step, "select");
  EXPECT_EQ(action(seen).value, "123, 2009-08-13 19:24:00.008");
}

TEST(Iec104Command, ValuesAreReadable) {
  // lib60870-commands.pcap, frames 56, 59, 62, 65, 71, 121, 124, 36.
  EXPECT_EQ(value("6810140024003001060701008b1300004080"), "0.5");
  EXPECT_EQ(value("68151e002e003c01060701008a130081b8a10202150b1a"), "lower, 2026-11-21 02:02:41.400");
  EXPECT_EQ(action(observe(iec104, {client("68151e002e003c01060701008a130081b8a10202150b1a")})).step, "select");
  EXPECT_EQ(value("6819240034003f01060701008d1300286b6e4e80b8a10202150b1a"), "1e+09, 2026-11-21 02:02:41.400");
  EXPECT_EQ(value("68113e0050003301060701008e1300efbeadde"), "0xDEADBEEF");
  EXPECT_EQ(action(observe(iec104, {client("68113e0050003301060701008e1300efbeadde")})).step, "execute");
  EXPECT_EQ(value("6818400052004001060701008e130001000000b8a10202150b1a"), "0x00000001, 2026-11-21 02:02:41.400");
  // zeek-iec104.pcap, frame 57: NVA 0x0400 = 1024 / 32768.
  EXPECT_EQ(value("681014007200300106000a00010000000400"), "0.03125");
  // Composed: SVA -1234 with QL 5, NVA -32768, DCS 3, RCS 2 with QU 9, invalid summer time.
  EXPECT_EQ(value("6810 00000000 31 01 0600 0100 010000 2efb05"), "-1234, qualifier 5");
  EXPECT_EQ(value("6810 00000000 30 01 0600 0100 010000 008000"), "-1");
  EXPECT_EQ(value("680e 00000000 2e 01 0600 0100 010000 03"), "not permitted (3)");
  EXPECT_EQ(value("680e 00000000 2f 01 0600 0100 010000 26"), "higher, qualifier 9");
  EXPECT_EQ(value("6815 00000000 3a 01 0600 0100 010000 00 e703bb8c1f0717"),
            "off, 2023-07-31 12:59:00.999, summer time, time invalid");
}
TEST(Iec104Command, SystemCommandsConcernTheStation) {
  // lib60870-commands.pcap, frames 36 and 37.
  const auto clock = observe(iec104, {client("681408001600670106070100000000b8a10202150b1a"),
                                      server("681416000a00670107070100000000b8a10202150b1a")});
  EXPECT_EQ(action(clock).cls, OperationClass::time);
  EXPECT_EQ(action(clock).point, kNoValue);
  EXPECT_EQ(action(clock).point_kind, "");
  EXPECT_EQ(action(clock).value, "2026-11-21 02:02:41.400");
  EXPECT_EQ(action(clock).outcome, Outcome::accepted);
  EXPECT_TRUE(clock.all<Points>().empty());
  // Frames 139 and 140.
  const auto reset =
      observe(iec104, {client("680e4a005c0069010607010000000001"), server("680e5c004c0069016c07010000000001")});
  EXPECT_EQ(action(reset).cls, OperationClass::mode);
  EXPECT_EQ(action(reset).value, "general reset of process");
  EXPECT_EQ(action(reset).outcome, Outcome::refused);
}
TEST(Iec104Command, ParametersAreCommandsToo) {
  // lib60870-commands.pcap, frames 127, 130, 133 and 136.
  EXPECT_EQ(value("6810420054006e0106070100701700cd0c01"), "0.1000061, threshold");  // 0x0CCD = 3277; / 32768
  EXPECT_EQ(value("6810440056006f0106070100711700050002"), "5, smoothing factor");
  const auto seen = observe(iec104, {client("6812460058007001060701007217000000204003")});
  const ControlAction limit = action(seen);
  EXPECT_EQ(limit.value, "2.5, low limit");
  EXPECT_EQ(limit.cls, OperationClass::parameter);
  EXPECT_EQ(limit.point_kind, "parameter of measured value, short float");
  EXPECT_EQ(limit.point, 6002u);
  EXPECT_EQ(value("680e48005a0071010607010073170001"), "previously loaded parameters");
}
TEST(Iec104Command, InterrogationsHaveAnOutcomeButAreNoCommands) {
  // lib60870-commands.pcap, frames 27 and 28 (to all stations), 33 and 34.
  const auto seen =
      observe(iec104, {client("680e0200100064010607ffff00000015"), server("680e1000040064016e07ffff00000015"),
                       client("680d060014006601050701006e0000"), server("680d1400080066016c0701006e0000")});
  EXPECT_TRUE(seen.all<ControlAction>().empty());
  EXPECT_EQ(told(seen), (std::vector{Told{100, 65535, 6, Outcome::refused}, Told{102, 1, 5, Outcome::refused}}));
}
TEST(Iec104Command, ReadIsAnsweredByTheObjectItself) {  // composed
  const auto seen = observe(
      iec104, {client("680d 00000000 66 01 0500 0100 6e0000"), server("6810 00000200 0b 01 0500 0100 6e0000 2a0000")});
  EXPECT_EQ(told(seen), std::vector{(Told{102, 1, 5, Outcome::accepted})});
}
TEST(Iec104Command, GlobalAddressIsConfirmedByAStation) {  // composed after -101 §7.2.4
  const auto seen = observe(iec104, {client("6814 00000000 67 01 0600 ffff 000000 b8a10202150b1a"),
                                     server("6814 00000200 67 01 0700 0500 000000 b8a10202150b1a")});
  EXPECT_EQ(told(seen), std::vector{(Told{103, 65535, 6, Outcome::accepted})});
}

// TestDissectIec104.pcap, frames 136, 137, 139 and 140: a command with P/N set is acknowledged and passed over.
TEST(Iec104Command, AnAnsweredLaterRequestShowsThatOneWasPassedOver) {
  const auto seen = observe(iec104, {client("680e0a0016002d0146030d9135820081"), server("680401000c00"),
                                     client("68140c001600670106040d91000000c83239081d0808"),
                                     server("680401000e0068141600"
                                            "0e00670107040d91000000c83239081d0808")});
  const auto all = seen.all<ControlAction>();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].function_code, 103u);
  EXPECT_EQ(all[0].outcome, Outcome::accepted);
  EXPECT_EQ(all[1].function_code, 45u);
  EXPECT_EQ(all[1].outcome, Outcome::unanswered);
  EXPECT_EQ(all[1].answered.number(), 0u);
  EXPECT_EQ(told(seen), (std::vector{Told{103, 37133, 6, Outcome::accepted}, Told{45, 37133, 6, Outcome::unanswered}}));
}
TEST(Iec104Command, SilenceOfAStationHeardLaterIsNoAnswer) {
  EXPECT_EQ(play({{Role::client, 0, kSingle}, {Role::server, 15, kSupervision}}), Outcome::unanswered);
}
TEST(Iec104Command, OtherSilencesTellNothing) {
  EXPECT_EQ(play({{Role::client, 0, kSingle}, {Role::server, 14, kSupervision}}), Outcome::none);
  EXPECT_EQ(play({{Role::server, 0, kSupervision}, {Role::client, 20, kSingle}}), Outcome::none);
  EXPECT_EQ(play({{Role::client, 0, kSingle}, {Role::server, 1, ""}, {Role::server, 20, kSupervision}}), Outcome::none);
}
TEST(Iec104Command, ARepeatedCommandLeavesTheEarlierOneBehind) {
  const auto seen = record({{Role::client, 0, kSingle},
                            {Role::server, 16, kSupervision},
                            {Role::client, 17, kSingle},
                            {Role::server, 18, kSingleCon}});
  const auto all = seen.all<ControlAction>();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].asked.number(), 1u);
  EXPECT_EQ(all[0].outcome, Outcome::unanswered);
  EXPECT_EQ(all[1].asked.number(), 3u);
  EXPECT_EQ(all[1].outcome, Outcome::accepted);
}
TEST(Iec104Command, TerminationStandsForALostConfirmation) {
  const auto seen = observe(iec104, {client(kSingle), server("FF"), server("680e1c0010002d010a07010088130085")});
  EXPECT_EQ(action(seen).outcome, Outcome::accepted);
}
TEST(Iec104Command, ConfirmationTellsOfACommandThatWasNotSeen) {
  const auto seen = observe(iec104, {server(kDoubleUnknown)});
  const ControlAction a = action(seen);
  EXPECT_EQ(a.actor, Role::client);
  EXPECT_EQ(a.value, "on, long pulse");
  EXPECT_EQ(a.outcome, Outcome::refused);
  EXPECT_EQ(a.asked.number(), 1u);
  // Where all commands were seen, a second confirmation is none of an unseen one.
  EXPECT_EQ(
      observe(iec104, {client(kStartAct), server(kStartCon), client(kSingle), server(kSingleCon), server(kSingleCon)})
          .all<ControlAction>()
          .size(),
      2u);  // STARTDT and the command
}
TEST(Iec104Command, AnswersGoToTheCommandTheyMirror) {  // composed: two objects, select and execute, out of order
  const auto seen =
      observe(iec104, {client("680e 00000000 2d 01 0600 0100 010000 81 680e 02000000 2d 01 0600 0100 020000 80"
                              "680e 04000000 2d 01 0600 0100 010000 01"),
                       server("680e 00000600 2d 01 0700 0100 010000 01 680e 02000600 2d 01 4700 0100 020000 80"),
                       server("680e 04000600 2d 01 0700 0100 010000 81")});
  const auto all = seen.all<ControlAction>();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].step, "execute");
  EXPECT_EQ(all[0].value, "on");
  EXPECT_EQ(all[1].point, 2u);
  EXPECT_EQ(all[1].outcome, Outcome::refused);
  EXPECT_EQ(all[2].step, "select");
  EXPECT_EQ(all[2].answered.number(), 3u);
}
TEST(Iec104Command, TooManyOpenOnesAreStatedUnknown) {
  std::vector<test::Chunk> chunks;
  for (std::uint8_t i = 0; i < 40; ++i) {
    auto apdu = hex("680e 00000000 2d 01 0600 0100 000000 01");
    apdu[2] = static_cast<std::uint8_t>(i * 2);
    apdu[12] = static_cast<std::uint8_t>(i + 1);
    chunks.push_back({Role::client, apdu});
  }
  chunks.push_back(client(kSingle));
  chunks.push_back(server(kSingleCon));
  const auto all = observe(iec104, chunks).all<ControlAction>();
  ASSERT_EQ(all.size(), 41u);
  for (std::uint32_t i = 0; i < 9; ++i) {  // 32 are held
    EXPECT_EQ(all[i].point, i + 1);
    EXPECT_EQ(all[i].outcome, Outcome::none);
  }
  EXPECT_EQ(all[9].outcome, Outcome::accepted);
  for (std::uint32_t i = 10; i < 41; ++i) {
    EXPECT_EQ(all[i].point, i);
    EXPECT_EQ(all[i].outcome, Outcome::unanswered);
  }
}

TEST(Iec104Link, StartAndStopAreToldWithTheirConfirmation) {
  const ControlAction start = action(observe(iec104, {client(kStartAct), server(kStartCon)}));
  EXPECT_EQ(start.cls, OperationClass::session);
  EXPECT_EQ(start.step, "start");
  EXPECT_EQ(start.outcome, Outcome::accepted);
  EXPECT_EQ(start.unit, kNoValue);
  EXPECT_EQ(iec104.function_name(start.function_code), "STARTDT");
  // lib60870-commands.pcap, frames 146 and 148.
  EXPECT_EQ(action(observe(iec104, {client("680413000000"), server("680423000000")})).step, "stop");
  EXPECT_EQ(play({{Role::client, 0, kStartAct}, {Role::server, 15, kSupervision}}), Outcome::unanswered);
  EXPECT_EQ(action(observe(iec104, {client(kStartAct)})).outcome, Outcome::none);
}
// 090813_diverse.pcap, frames 3 and 5.
TEST(Iec104Link, TestsAreToldWhenUnanswered) {
  EXPECT_TRUE(observe(iec104, {server("680443000000"), client("680483000000")}).stated.empty());
  const ControlAction a = action(record({{Role::server, 0, "680443000000"}, {Role::client, 20, kSupervision}}));
  EXPECT_EQ(a.actor, Role::server);
  EXPECT_EQ(a.step, "test");
  EXPECT_EQ(a.outcome, Outcome::unanswered);
}

}  // namespace
}  // namespace kakoi
