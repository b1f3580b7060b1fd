// Vectors: APDUs of public captures, named where they stand (expected values: tshark 4.0), and frames
// composed after IEC 60870-5-104 §5.1 and -101 §7.3.
#include "dissectors/iec104/iec104.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::Recorder;
using test::server;

const Protocol& iec104 = kakoi::iec104::protocol;

Operation operation(OperationClass cls, std::uint32_t type, std::uint32_t address, std::uint32_t cause,
                    bool refused = false) {
  return {.cls = cls,
          .function_code = type,
          .unit = address,
          .qualifier = cause,
          .outcome = refused ? Outcome::refused : Outcome::none};
}
// Not what is told of earlier ones.
std::vector<Operation> messages(const Recorder& seen) {
  std::vector<Operation> found = seen.all<Operation>();
  std::erase_if(found, [](const Operation& o) { return !o.is_message; });
  return found;
}
std::vector<Fault> faults(const Recorder& seen) {
  std::vector<Fault> found;
  for (const Anomaly& a : seen.all<Anomaly>()) found.push_back(a.fault);
  return found;
}
using Faults = std::vector<Fault>;
bool probe(std::string_view bytes) { return iec104.probe(hex(bytes), Role::client); }
Frame frame(std::string_view bytes) { return iec104.frame(hex(bytes), Role::client); }

constexpr std::string_view kStartAct = "68 04 07 00 00 00";
constexpr std::string_view kStartCon = "68 04 0B 00 00 00";
// ITI 090813_diverse.pcap, frames 25, 27 and 1.
constexpr std::string_view kSelect = "68 0e 2c00a200 2d 01 0600 0300 941100 81";
constexpr std::string_view kSelected = "68 0e a2002e00 2d 01 0700 0300 941100 81";
constexpr std::string_view kFloats = "68 1a 9a002800 0d 02 0100 0300 140500 0000f04100 150500 0000314400";

TEST(Iec104Frame, EndsWhereTheLengthOctetSays) {
  const Frame f = frame(kSelect);
  EXPECT_EQ(f.kind, Frame::Kind::whole);
  EXPECT_EQ(f.size, 16u);
}
TEST(Iec104Frame, AsksForTheControlField) {
  EXPECT_EQ(frame("").kind, Frame::Kind::more);
  EXPECT_EQ(frame("68 0e 2c00").kind, Frame::Kind::more);
  EXPECT_EQ(frame("68 0e 2c00").size, 6u);
}
TEST(Iec104Frame, OtherStartsAndLengthsAreForeign) {
  EXPECT_EQ(frame("10 04").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("68 03").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("68 FE").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("68 0e 2c00a300 2d").kind, Frame::Kind::foreign);  // N(R) with its lowest bit set
}

TEST(Iec104Probe, TakesEveryFormat) {
  EXPECT_TRUE(probe(kStartAct));
  EXPECT_TRUE(probe("68 04 01 00 42 b9"));
  EXPECT_TRUE(probe(kFloats));
}
TEST(Iec104Probe, OnlySixUFramesExist) {
  EXPECT_FALSE(probe("68 04 0F 00 00 00"));  // two functions at once
  EXPECT_FALSE(probe("68 04 03 00 00 00"));  // none
  EXPECT_FALSE(probe("68 04 07 00 01 00"));
}
TEST(Iec104Probe, WantsObjectsToFillTheLength) {
  EXPECT_FALSE(probe("68 1a 9a002800 0d 03 0100 0300 140500 0000f04100 150500 0000314400"));
  EXPECT_FALSE(probe("68 0e 2c00a200 2d 01 0000 0300 941100 81"));  // cause 0
}
TEST(Iec104Probe, HttpIsNot104) { EXPECT_FALSE(probe("68747470733a2f2f")); }

TEST(Iec104, AsduIsOneOperation) {
  const auto seen = observe(iec104, {client(kSelect), server(kSelected)});
  EXPECT_EQ(messages(seen),
            (std::vector{operation(OperationClass::control, 45, 3, 6), operation(OperationClass::control, 45, 3, 7)}));
  EXPECT_EQ(faults(seen), Faults{});
}
TEST(Iec104, LinkControlIsNoOperation) {
  const auto seen = observe(iec104, {client(kStartAct), server(kStartCon), server("68 04 01 00 42 b9")});
  EXPECT_TRUE(seen.all<Operation>().empty());
  EXPECT_EQ(faults(seen), Faults{});
}
// nDPI IEC104.pcap, frame 13: two APDUs in one segment, common addresses 10516 and 10772.
TEST(Iec104, SeveralApdusInOneSegment) {
  const auto seen = observe(
      iec104, {client("6855327e42b92405030014290f0f1b0000803f0005df028a230a0b0f0f19000000420005df028a230a0b0f0f1e000080"
                      "3f0005df028a230a0b0f0f120080c3420005df028a230a0b0f0f10abaab4420005df028a230a0b"
                      "6819347e42b924010300142a0f0e11abaab0420005df028a230a0b")});
  EXPECT_EQ(seen.all<Operation>(), (std::vector{operation(OperationClass::report, 36, 10516, 3),
                                                operation(OperationClass::report, 36, 10772, 3)}));
  EXPECT_EQ(faults(seen), Faults{});
}
// ITI TestDissectIec104.pcap, frame 110: an S-frame, a confirmation and two answers with SQ = 1.
TEST(Iec104, SequencesOfElements) {
  const auto seen = observe(iec104, {server("680401000200 680e02000200640107000d9100000014"
                                            "681604000200018914000d911a2700d0808080c080808080"
                                            "681006000200038314000d912a4e00808080")});
  EXPECT_EQ(seen.all<Operation>(), (std::vector{operation(OperationClass::read, 100, 37133, 7),
                                                operation(OperationClass::report, 1, 37133, 20),
                                                operation(OperationClass::report, 3, 37133, 20)}));
  EXPECT_EQ(faults(seen), Faults{});
}
// Same capture, frames 118 and 134 (the latter with the test bit).
TEST(Iec104, NegativeConfirmationIsRefused) {
  const auto seen = observe(iec104, {server("680e0a0004002e0147010d91983a0082")});
  EXPECT_EQ(seen.all<Operation>(), std::vector{operation(OperationClass::control, 46, 37133, 7, true)});
  const auto tested = observe(iec104, {server("680e14000a002d01c7020d91ce560081")});
  EXPECT_EQ(tested.all<Operation>(), std::vector{operation(OperationClass::control, 45, 37133, 7, true)});
}
// Same capture, frame 136: P/N set by the controlling station, which refuses nothing (-101 §7.2.3).
TEST(Iec104, ARequestWithNegativeBitIsNoRefusal) {
  const auto seen = observe(iec104, {client("680e0a0016002d0146030d9135820081")});
  EXPECT_EQ(messages(seen), std::vector{operation(OperationClass::control, 45, 37133, 6)});
}
TEST(Iec104, UnknownAddressIsRefused) {
  const auto seen = observe(iec104, {server("680e0200020064016e000d9100000014")});  // cause 46
  EXPECT_EQ(seen.all<Operation>(), std::vector{operation(OperationClass::read, 100, 37133, 46, true)});
}

TEST(Iec104, ClassFollowsTheType) {
  const auto cls = [](std::uint8_t type, std::size_t element) {
    std::vector<std::uint8_t> apdu = {0x68, static_cast<std::uint8_t>(13 + element), 0, 0, 0, 0, type, 1, 6, 0, 1, 0};
    apdu.resize(apdu.size() + 3 + element);
    if (type == 125) apdu[18] = static_cast<std::uint8_t>(element - 4);  // length of the segment
    const auto seen = observe(iec104, {{Role::client, apdu}});
    EXPECT_EQ(faults(seen), Faults{}) << int{type};
    return seen.all<Operation>().at(0).cls;
  };
  EXPECT_EQ(cls(1, 1), OperationClass::report);
  EXPECT_EQ(cls(40, 11), OperationClass::report);
  EXPECT_EQ(cls(70, 1), OperationClass::report);
  EXPECT_EQ(cls(50, 5), OperationClass::control);
  EXPECT_EQ(cls(64, 11), OperationClass::control);
  EXPECT_EQ(cls(101, 1), OperationClass::read);
  EXPECT_EQ(cls(102, 0), OperationClass::read);
  EXPECT_EQ(cls(103, 7), OperationClass::time);
  EXPECT_EQ(cls(107, 9), OperationClass::diagnostic);
  EXPECT_EQ(cls(105, 1), OperationClass::mode);
  EXPECT_EQ(cls(112, 5), OperationClass::parameter);
  EXPECT_EQ(cls(122, 4), OperationClass::file);
  EXPECT_EQ(cls(125, 60), OperationClass::file);
  EXPECT_EQ(cls(81, 20), OperationClass::auth);
}

TEST(Iec104, ObjectsThatDoNotFitAreReportedAndTheNextApduRead) {
  const auto seen = observe(iec104, {client("68 0e 00000000 2d 02 0600 0300 941100 81"
                                            "68 0e 02000000 2d 01 0600 0300 941100 81")});
  EXPECT_EQ(seen.all<Operation>().size(), 2u);
  EXPECT_EQ(faults(seen), Faults{Fault::bad_length});
  EXPECT_EQ(seen.all<Anomaly>()[0].offset, 16u);  // behind the object that is whole
}
TEST(Iec104, OddFramesAreReported) {
  EXPECT_EQ(faults(observe(iec104, {client("68 04 00000000")})), Faults{Fault::bad_length});
  EXPECT_EQ(faults(observe(iec104, {client("68 04 0F 00 00 00")})), Faults{Fault::bad_value});
  EXPECT_EQ(faults(observe(iec104, {client("68 0e 00000000 2d 01 0000 0300 941100 81")})), Faults{Fault::bad_value});
  EXPECT_EQ(faults(observe(iec104, {client("68 0e 00000000 2c 01 0600 0300 941100 81")})), Faults{Fault::unknown_type});
  // A general interrogation with an object address.
  EXPECT_EQ(faults(observe(iec104, {client("68 0e 00000000 64 01 0600 0300 010000 14")})), Faults{Fault::bad_value});
}
TEST(Iec104, JumpInSendNumbersIsReportedOnce) {
  const auto seen = observe(iec104, {client("68 0e 00000000 2d 01 0600 0300 941100 81"
                                            "68 0e 06000000 2d 01 0600 0300 941100 81"
                                            "68 0e 08000000 2d 01 0600 0300 941100 81")});
  EXPECT_EQ(faults(seen), Faults{Fault::sequence_break});
}
TEST(Iec104, SendNumbersWrapAndGapsForgetThem) {
  EXPECT_EQ(faults(observe(iec104, {client("68 0e FEFF0000 2d 01 0600 0300 941100 81"
                                           "68 0e 00000000 2d 01 0600 0300 941100 81")})),
            Faults{});
  EXPECT_EQ(faults(observe(iec104, {client(kSelect), client("FF"),  // foreign: the sensor reports a gap
                                    client("68 0e 00000000 2d 01 0600 0300 941100 81")})),
            Faults{});
}
TEST(Iec104, CutApduIsCountedAndCalledTruncated) {
  Recorder recorder;
  const Conversation conversation;
  const Context context{&iec104, &conversation, {1, 0, 1}, Role::server, {}};
  const auto bytes = hex(kFloats.substr(0, 40));
  iec104.open()->on_pdu({Role::server, bytes, 28}, Emit{context, recorder});
  EXPECT_EQ(recorder.all<Operation>(), std::vector{operation(OperationClass::report, 13, 3, 1)});
  EXPECT_EQ(faults(recorder), Faults{Fault::truncated});
}

TEST(Iec104, ConfirmedCommandShowsThatAnybodyIsObeyed) {
  EXPECT_TRUE(observe(iec104, {client(kSelect), server(kFloats)}).all<OpenAccess>().empty());
  EXPECT_EQ(observe(iec104, {client(kSelect), server(kSelected)}).all<OpenAccess>().size(), 1u);
}
TEST(Iec104, SecurityAsdusForbidThatConclusion) {
  const auto seen =
      observe(iec104, {client(kSelect), server("68 0e a0002e00 51 01 0E00 0300 01020304"), server(kSelected)});
  EXPECT_TRUE(seen.all<OpenAccess>().empty());
}

void expect_speaker(Role role, std::string_view apdu) {
  const auto speaker = iec104.speaker(hex(apdu));
  EXPECT_TRUE(speaker.certain) << apdu;
  EXPECT_EQ(speaker.role, role) << apdu;
}
TEST(Iec104Speaker, ControllingStationIsTheClient) {
  expect_speaker(Role::client, kStartAct);
  expect_speaker(Role::server, kStartCon);
  expect_speaker(Role::client, kSelect);
  expect_speaker(Role::server, kSelected);
  expect_speaker(Role::server, kFloats);
}
TEST(Iec104Speaker, TestsAndAcknowledgementsComeFromEither) {
  EXPECT_FALSE(iec104.speaker(hex("68 04 43 00 00 00")).certain);
  EXPECT_FALSE(iec104.speaker(hex("68 04 01 00 42 b9")).certain);
}

TEST(Iec104Names, AreTheStandards) {
  EXPECT_EQ(iec104.function_name(1), "M_SP_NA_1");
  EXPECT_EQ(iec104.function_name(13), "M_ME_NC_1");
  EXPECT_EQ(iec104.function_name(45), "C_SC_NA_1");
  EXPECT_EQ(iec104.function_name(100), "C_IC_NA_1");
  EXPECT_EQ(iec104.function_name(127), "F_SC_NB_1");
  EXPECT_EQ(iec104.function_name(200), "Private Type");
  EXPECT_EQ(iec104.function_name(44), "Reserved Type");
}

}  // namespace
}  // namespace kakoi
