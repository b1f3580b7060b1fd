// Frames marked "captured" come from public captures: the opendnp3 conformance runs of
// ITI/ICS-Security-Tools, zeek's dnp3_file_read.pcap and the DNP3 example of icsnpp-dnp3. The others
// were built for one question each and checked with Wireshark's dissector.
#include <gtest/gtest.h>

#include "dissectors/dnp3/application.h"
#include "dissectors/dnp3/crc.h"
#include "dissectors/dnp3/dnp3.h"
#include "dissectors/dnp3/link.h"
#include "dissectors/dnp3/objects.h"
#include "tests/support/observe.h"

namespace kakoi::test {
namespace {

using dnp3::protocol;

constexpr std::uint32_t object(unsigned group, unsigned variation) { return group * 256 + variation; }

// The operations without qualifier: one a fragment.
std::vector<Operation> messages(const Recorder& seen) {
  std::vector<Operation> found;
  for (const Operation& o : seen.all<Operation>())
    if (o.qualifier == kNoValue && o.is_message) found.push_back(o);
  return found;
}
std::vector<std::uint32_t> objects(const Recorder& seen) {
  std::vector<std::uint32_t> found;
  for (const Operation& o : seen.all<Operation>())
    if (o.qualifier != kNoValue) found.push_back(o.qualifier);
  return found;
}
std::vector<Fault> faults(const Recorder& seen) {
  std::vector<Fault> found;
  for (const Anomaly& a : seen.all<Anomaly>()) found.push_back(a.fault);
  return found;
}
std::vector<std::uint8_t> operator+(std::vector<std::uint8_t> a, const std::vector<std::uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

using Objects = std::vector<std::uint32_t>;
using Faults = std::vector<Fault>;

// Captured (conformance 8.9.1.2, frame 4): an integrity poll (classes 1, 2, 3, 0) from master 1 to outstation 1024.
constexpr auto kIntegrityPoll = "056414c400040100e9b6 c0c0013c02063c03063c04063c01068a51";
// Captured: RESET_LINK_STATES, ten octets.
constexpr auto kResetLink = "056405c000040100d7f7";

TEST(Dnp3Crc, MatchesThePublishedCheckValue) {
  EXPECT_EQ(dnp3::crc(ascii("123456789")), 0xEA82);  // of CRC-16/DNP in the catalogue of parametrised CRC algorithms
}

TEST(Dnp3Crc, MatchesTheHeaderOfALinkReset) {
  EXPECT_EQ(dnp3::crc(hex("05 64 05 C0 01 00 00 04")), 0x21E9);  // vector of opendnp3's unit tests
}

TEST(Dnp3Crc, AnyLengthIsAsBitByBit) {
  const auto bytes = hex("0123456789abcdeffedcba987654321000ff55aa3c");
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    unsigned value = 0;
    for (std::size_t i = 0; i < n; ++i) {
      value ^= bytes[i];
      for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? value >> 1 ^ 0xA6BC : value >> 1;
    }
    EXPECT_EQ(dnp3::crc(Bytes(bytes).first(n)), static_cast<std::uint16_t>(~value)) << n;
  }
}

TEST(Dnp3Link, SizesOfTheSmallestAndTheLargestFrame) {
  EXPECT_EQ((dnp3::LinkHeader{5, 0xC0, 1, 2}).wire_size(), 10u);
  EXPECT_EQ((dnp3::LinkHeader{255, 0xC4, 1, 2}).wire_size(), 292u);
  EXPECT_EQ(protocol.max_pdu, 292u);
}

TEST(Dnp3Frame, EndsWhereTheHeaderSays) {
  const Frame frame = protocol.frame(hex(kIntegrityPoll), Role::client);
  EXPECT_EQ(frame.kind, Frame::Kind::whole);
  EXPECT_EQ(frame.size, 27u);
}

TEST(Dnp3Frame, AsksForTheHeaderFirst) {
  const auto bytes = hex(kIntegrityPoll);
  for (std::size_t n = 1; n < 10; ++n) {
    const Frame frame = protocol.frame(Bytes(bytes).first(n), Role::client);
    EXPECT_EQ(frame.kind, Frame::Kind::more) << n;
    EXPECT_EQ(frame.size, 10u) << n;
  }
}

TEST(Dnp3Frame, TakesNothingWithoutAGoodHeader) {
  EXPECT_EQ(protocol.frame(hex("056414c400040100e9b7 c0c0"), Role::client).kind, Frame::Kind::foreign);
  EXPECT_EQ(protocol.frame(hex("056404c000040100d7f7"), Role::client).kind, Frame::Kind::foreign);  // length < 5
  EXPECT_EQ(protocol.frame(ascii("GET / HTTP/1.1\r\n"), Role::client).kind, Frame::Kind::foreign);
}

TEST(Dnp3Frame, JunkBeforeAGoodHeaderIsOnePdu) {
  const auto bytes = hex("00 05 64 FF") + hex(kIntegrityPoll);
  const Frame frame = protocol.frame(bytes, Role::client);
  EXPECT_EQ(frame.kind, Frame::Kind::whole);
  EXPECT_EQ(frame.size, 4u);
  EXPECT_FALSE(protocol.probe(bytes, Role::client));  // but it does not prove that a stream is DNP3
  EXPECT_TRUE(protocol.probe(hex(kIntegrityPoll), Role::client));
}

TEST(Dnp3, PollIsOneMessageAndFourObjects) {
  const auto seen = observe(protocol, {client(kIntegrityPoll)});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::read, 1, 1024, 1, kNoValue}}));
  EXPECT_EQ(objects(seen), (Objects{object(60, 2), object(60, 3), object(60, 4), object(60, 1)}));
  EXPECT_EQ(faults(seen), Faults{});
}

TEST(Dnp3, LinkFramesAloneAreNoOperation) {
  const auto seen = observe(protocol, {client(kResetLink), server("05640500010000042770")});  // captured
  EXPECT_TRUE(seen.stated.empty());
}

// Captured (conformance 6.6.2.5): the same poll under link function 2, which no outstation answers.
TEST(Dnp3, UserDataUnderALinkServiceIsNoMessage) {
  const auto seen = observe(protocol, {client("056414c200040100fd7c c0c0013c02063c03063c04063c01068a51")});
  EXPECT_TRUE(seen.all<Operation>().empty());
  EXPECT_EQ(faults(seen), Faults{Fault::bad_value});
}

// Captured (conformance 6.6.2.5, frame 4): confirmed user data whose FCV is not set.
TEST(Dnp3Link, FcvMustFitTheFunction) {
  const auto seen = observe(protocol, {client("056414c300040100fb5f c0c0013c02063c03063c04063c01068a51")});
  EXPECT_EQ(messages(seen).size(), 1u);
  EXPECT_EQ(faults(seen), Faults{Fault::bad_value});
}

// Captured (conformance 8.4.1.2.11): OPERATE after a SELECT with another sequence number.
TEST(Dnp3, StatusOtherThanSuccessIsARefusal) {
  const auto seen = observe(protocol, {client("056410c40004010087fb c0c20429021701000a000097f9"),
                                       server("05641244010000047a6a c2c281920029021701000a0002aafe")});
  EXPECT_EQ(messages(seen),
            (std::vector<Operation>{{OperationClass::control, 4, 1024, 1, kNoValue},
                                    {OperationClass::report, 129, 1024, 1, kNoValue, Outcome::refused}}));
  EXPECT_EQ(objects(seen), (Objects{object(41, 2), object(41, 2)}));
}

// Captured (icsnpp-dnp3): a control relay output block, and its echo with status 0.
TEST(Dnp3, StatusSuccessIsNone) {
  const auto seen =
      observe(protocol, {client("056418c405006400fedd ccc7030c011701024201f401000000004e19000000ffff"),
                         server("05641a4464000500c0ae ffc78100000c011701024201f4010000fa2a0000000000ffff")});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::control, 3, 5, 100, kNoValue},
                                                    {OperationClass::report, 129, 5, 100, kNoValue}}));
  EXPECT_EQ(faults(seen), Faults{});
}

TEST(Dnp3, ObjectUnknownIsARefusal) {
  const auto seen = observe(protocol, {server("05640a4401000a006e25 c0c08100022084")});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::report, 129, 10, 1, kNoValue, Outcome::refused}}));
}

TEST(Dnp3, RestartChangesTheMode) {
  const auto seen = observe(protocol, {client("056408c40a000100fc42 c0c00d9c86")});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::mode, 13, 10, 1, kNoValue}}));
  EXPECT_EQ(protocol.function_name(13), "COLD_RESTART");
}

// Captured (icsnpp-dnp3): a response of two segments, transport sequence 0x35 and 0x36.
constexpr auto kFirstSegment =
    "0564ff44640005003518 75c38100000102000077810101010101f776 01010101010101010101010101010101bbc3"
    "01010101010101010101010101010101bbc3 010101010101010101010000000000001a13"
    "00000000000000000000000000000000ffff 00000000000000000000000000000000ffff"
    "00000000000000000000000000000000ffff 00000000000000000000000000000000ffff"
    "00000a020000210000000000000000008577 00000000000000000000000000000000ffff"
    "0000000000000000001e0200001300c088fc 0300df0400d30400e704007003004605720e"
    "00660300000000000000000000000000a49d 00000000000000000000000000000000ffff"
    "000000000000000000002802000013002ebd 00000000000000000000ffff";
constexpr auto kLastSegment =
    "0564374464000500173d b60000000000000000000000000000003c85 00000000000000000000000000000000ffff"
    "00000000000000000000000000000000ffff 0000ffff";

TEST(Dnp3Transport, PutsSegmentsTogether) {
  const auto seen = observe(protocol, {server(kFirstSegment), server(kLastSegment)});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::report, 129, 5, 100, kNoValue}}));
  EXPECT_EQ(objects(seen), (Objects{object(1, 2), object(10, 2), object(30, 2), object(40, 2)}));
  EXPECT_EQ(faults(seen), Faults{});
}

TEST(Dnp3Transport, SequenceWrapsAt64) {
  const auto seen = observe(protocol, {server("05640e4401000a000068 7fc081000001020000277f"),
                                       server("05640b4401000a008990 800381818181de29")});
  EXPECT_EQ(objects(seen), Objects{object(1, 2)});
  EXPECT_EQ(faults(seen), Faults{});
}

TEST(Dnp3Transport, IgnoresARepeatedSegment) {
  constexpr auto kMiddle = "0564094401000a003eb6 00038181b4f5";
  const auto seen = observe(protocol, {server("05640e4401000a000068 7fc081000001020000277f"), server(kMiddle),
                                       server(kMiddle), server("0564084401000a00d903 8181816393")});
  EXPECT_EQ(messages(seen).size(), 1u);
  EXPECT_EQ(objects(seen), Objects{object(1, 2)});
  EXPECT_EQ(faults(seen), Faults{});
}

TEST(Dnp3Transport, ASegmentOutOfSequenceEndsTheFragment) {
  const auto seen = observe(protocol, {server("05640e4401000a000068 7fc081000001020000277f"),
                                       server("05640b4401000a008990 85038181818157d1"), server(kLastSegment)});
  EXPECT_TRUE(messages(seen).empty());
  EXPECT_EQ(faults(seen), Faults{Fault::sequence_break});
}

TEST(Dnp3Transport, MidStreamStartIsNoFault) {
  const auto seen = observe(protocol, {server(kLastSegment)});
  EXPECT_TRUE(seen.stated.empty());
}

TEST(Dnp3Transport, LinksOfOneConnectionAreApart) {
  const auto seen = observe(protocol, {server(kFirstSegment), server("05640e4401000a000068 7fc081000001020000277f"),
                                       server(kLastSegment), server("05640b4401000a008990 800381818181de29")});
  ASSERT_EQ(messages(seen).size(), 2u);
  EXPECT_EQ(messages(seen)[0].unit, 5u);
  EXPECT_EQ(messages(seen)[1].unit, 10u);
  EXPECT_EQ(faults(seen), Faults{});
}

TEST(Dnp3Link, BadBlockChecksumSkipsTheFrameAlone) {
  const auto seen =
      observe(protocol, {client("056414c400040100e9b6 c0c0013c02063c03063c04063c01068a50"), client(kIntegrityPoll)});
  EXPECT_EQ(messages(seen).size(), 1u);
  EXPECT_EQ(faults(seen), Faults{Fault::bad_checksum});
}

TEST(Dnp3Link, JunkIsLostSyncAndTheStreamGoesOn) {
  const auto seen = observe(protocol, {{Role::client, hex(kIntegrityPoll) + hex("0D 0A") + hex(kIntegrityPoll)}});
  EXPECT_EQ(messages(seen).size(), 2u);
  EXPECT_EQ(faults(seen), Faults{Fault::lost_sync});
}

TEST(Dnp3Link, ASpoiledHeaderIsJunkNotAShortFrame) {
  const auto seen = observe(protocol, {{Role::client, hex("0564100097f91980") + hex(kIntegrityPoll)}});
  EXPECT_EQ(messages(seen).size(), 1u);
  EXPECT_EQ(faults(seen), Faults{Fault::lost_sync});
}

TEST(Dnp3Link, ADatagramMayHoldSeveralFrames) {
  Recorder seen;
  const auto bytes = hex(kResetLink) + hex(kIntegrityPoll) + hex(kIntegrityPoll);
  const Conversation conversation{};
  const Context context{&protocol, &conversation, {1, 0, 1}, Role::client, {}};
  protocol.open()->on_pdu({Role::client, bytes, bytes.size()}, Emit{context, seen});
  EXPECT_EQ(messages(seen).size(), 2u);
}

TEST(Dnp3Link, AFrameCutByTheSnapLengthStillTellsItsFunction) {
  Recorder seen;
  const auto bytes = hex(kFirstSegment);
  const Conversation conversation{};
  const Context context{&protocol, &conversation, {1, 0, 1}, Role::server, {}};
  protocol.open()->on_pdu({Role::server, Bytes(bytes).first(60), bytes.size()}, Emit{context, seen});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::report, 129, 5, 100, kNoValue}}));
  EXPECT_EQ(objects(seen), Objects{object(1, 2)});
  EXPECT_EQ(faults(seen), Faults{Fault::truncated});
}

TEST(Dnp3, FragmentBeyondTheLimitIsCutNotLost) {
  // FIR, then segments without end: 250 octets of user data each, so the 17th passes 4096.
  std::vector<Chunk> chunks;
  for (unsigned i = 0; i < 20; ++i) {
    std::vector<std::uint8_t> frame = hex("0564ff4401000a00");
    const auto add_crc = [&](std::size_t from) {
      const std::uint16_t sum = dnp3::crc(Bytes(frame).subspan(from));
      frame.push_back(static_cast<std::uint8_t>(sum));
      frame.push_back(static_cast<std::uint8_t>(sum >> 8));
    };
    add_crc(0);
    for (unsigned octet = 0; octet < 250; octet += 16) {
      const std::size_t from = frame.size();
      for (unsigned k = octet; k < octet + 16 && k < 250; ++k)
        frame.push_back(static_cast<std::uint8_t>(k == 0 ? (i == 0 ? 0x40 : 0) | i : k == 2 && i == 0 ? 129 : 0));
      add_crc(from);
    }
    chunks.push_back({Role::server, frame});
  }
  const auto seen = observe(protocol, chunks);
  EXPECT_EQ(messages(seen).size(), 1u);
  EXPECT_EQ(faults(seen), Faults{Fault::bad_length});
}

TEST(Dnp3Objects, ReadsNameObjectsWithoutBringingThem) {
  // Group 30 with three index prefixes; group 1, indexes 0 to 65535; five events of class 1.
  const auto seen =
      observe(protocol, {client("05641ac40a0001008a1c c0c0011e0017030102030100010000ff49ed ff3c0207058676")});
  EXPECT_EQ(objects(seen), (Objects{object(30, 0), object(1, 0), object(60, 2)}));
  EXPECT_EQ(faults(seen), Faults{});
}

TEST(Dnp3Objects, AReadOfAFileBringsItsBlock) {
  const auto seen = observe(protocol, {client("056416c40a00010038cb c0c00146055b01080078563412000000e383 00ffff")});
  EXPECT_EQ(objects(seen), Objects{object(70, 5)});
  EXPECT_EQ(faults(seen), Faults{});
}

// Captured (zeek, dnp3_file_read.pcap): open "./test.xml", answered with a handle and status 0.
TEST(Dnp3Objects, FileCommandsAreOfClassFile) {
  const auto seen = observe(protocol, {client("056432c4040003009c8d f7ce1946035b0124001a000a00000000b3c5"
                                              "0000000000000000000000000001000047e6 0404002e2f746573742e786d6ced8f"),
                                       server("05641d44030004008308 f2ce81100046045b010d00785634123e7abf"
                                              "0300000004040000027f")});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::file, 25, 4, 3, kNoValue},
                                                    {OperationClass::report, 129, 4, 3, kNoValue}}));
  EXPECT_EQ(objects(seen), (Objects{object(70, 3), object(70, 4)}));
  EXPECT_EQ(faults(seen), Faults{});
}

// Status 3 is FILE NOT FOUND.
TEST(Dnp3Objects, FileStatusIsARefusal) {
  const auto seen =
      observe(protocol, {server("05641d44030004008308 c0c981000046045b010d000000000000b82f 00000000001e0003b4eb")});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::report, 129, 4, 3, kNoValue, Outcome::refused}}));
}

TEST(Dnp3Objects, SecureAuthenticationTravelsInAnyMessage) {
  // DIRECT_OPERATE in aggressive mode: g120v3, the command, g120v9 with a code of eight octets.
  const auto seen = observe(protocol, {client("056432c40a000100d477 c0c105780307010100000001000c0128fa33"
                                              "010005004101640000006400000000782d87 095b010800000102030405060742f2")});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::control, 5, 10, 1, kNoValue}}));
  EXPECT_EQ(objects(seen), (Objects{object(120, 3), object(12, 1), object(120, 9)}));
  EXPECT_EQ(faults(seen), Faults{});
}

TEST(Dnp3Objects, UnknownDataStopsTheWalkButNotTheMessage) {
  const auto seen = observe(protocol, {server("0564184401000a00187b c0c0810000c801000000010203010200500f 0000811d6f")});
  EXPECT_EQ(messages(seen).size(), 1u);
  EXPECT_EQ(objects(seen), Objects{object(200, 1)});
  EXPECT_EQ(faults(seen), Faults{Fault::unknown_type});
}

TEST(Dnp3Objects, AnUnknownObjectThatIsOnlyAskedForIsSteppedOver) {
  const auto seen = observe(protocol, {client("05640ec40a0001002529 c0c001c801063c0206acb7")});
  EXPECT_EQ(objects(seen), (Objects{object(200, 1), object(60, 2)}));
  EXPECT_EQ(faults(seen), Faults{Fault::unknown_type});
}

TEST(Dnp3Objects, AnalogOutputStatusOfSeveralObjects) {
  const auto seen = observe(protocol, {server("0564164401000a001d8a c0c08100002902170200010000010200f467 048726")});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::report, 129, 10, 1, kNoValue, Outcome::refused}}));
}

TEST(Dnp3Objects, FewerOctetsThanTheRangeSays) {
  const auto seen = observe(protocol, {server("0564114401000a002354 c0c08100001e010000090102b220")});
  EXPECT_EQ(messages(seen).size(), 1u);
  EXPECT_EQ(faults(seen), Faults{Fault::truncated});
}

TEST(Dnp3Objects, AttributesNameTheDevice) {
  const auto seen = observe(
      protocol, {server("0564454401000a00f1cf c0c081000000fc000000010441434d4543c8 00fa0000000105525455203900f20000e2bc"
                        "000104312e323000f80000000104532d6d30 373700d8000000020110010200000081f241")});
  EXPECT_EQ(seen.identity(Trait::vendor), "ACME");
  EXPECT_EQ(seen.identity(Trait::product), "RTU 9");
  EXPECT_EQ(seen.identity(Trait::firmware), "1.20");
  EXPECT_EQ(seen.identity(Trait::serial), "S-77");
  EXPECT_EQ(objects(seen), (Objects{252, 250, 242, 248, 216, object(1, 2)}));
  EXPECT_EQ(faults(seen), Faults{});
}

TEST(Dnp3, ReservedFunctionCodeIsKept) {
  const auto seen = observe(protocol, {client("056408c40a000100fc42 c0c046a970")});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::other, 0x46, 10, 1, kNoValue}}));
  EXPECT_EQ(faults(seen), Faults{Fault::unknown_type});
}

TEST(Dnp3, WhoAsksIsTheMasterWhateverDirSays) {
  const auto seen = observe(protocol, {client("05640e440a0001005148 c0c0025001000707002c49")});
  EXPECT_EQ(messages(seen), (std::vector<Operation>{{OperationClass::session, 2, 10, 1, kNoValue}}));
  EXPECT_EQ(faults(seen), Faults{Fault::bad_value});
}

// zeek, dnp3_write.pcap, frame 4: the clock, which is no point
TEST(Dnp3, WhatIsWrittenDecidesTheClass) {
  const auto seen = observe(protocol, {client("056412c4020003009c68dfc0023201070183a55c583401f3d2")});
  EXPECT_EQ(messages(seen).at(0).cls, OperationClass::time);
}

TEST(Dnp3, DirTellsTheSpeaker) {
  EXPECT_EQ(protocol.speaker(hex(kIntegrityPoll)).role, Role::client);
  EXPECT_TRUE(protocol.speaker(hex(kIntegrityPoll)).certain);
  EXPECT_EQ(protocol.speaker(hex(kFirstSegment)).role, Role::server);
  EXPECT_FALSE(protocol.speaker(hex("0D0A")).certain);
}

TEST(Dnp3ObjectTable, SizesOfTheStandard) {
  const auto size = [](std::uint8_t group, std::uint8_t variation) {
    const dnp3::ObjectType* type = dnp3::find_object_type(group, variation);
    return type == nullptr ? -1 : type->size;
  };
  EXPECT_EQ(size(2, 2), 7);    // flags, time
  EXPECT_EQ(size(12, 1), 11);  // code, count, on-time, off-time, status
  EXPECT_EQ(size(21, 5), 11);
  EXPECT_EQ(size(32, 8), 15);  // flag, double, time
  EXPECT_EQ(size(43, 3), 11);
  EXPECT_EQ(size(50, 4), 11);
  EXPECT_EQ(size(122, 2), 13);
  EXPECT_EQ(size(1, 7), -1);
  EXPECT_TRUE(dnp3::may_be_asked_for(1, 0));
  EXPECT_FALSE(dnp3::may_be_asked_for(200, 0));
}

}  // namespace
}  // namespace kakoi::test
