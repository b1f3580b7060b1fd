// Information objects and the widths of fields. Vectors: zeek-iec104.pcap (parsitects/zeek-iec104,
// Traces/first/iec104.pcap) and TestDissectIec104.pcap (ITI/ICS-Security-Tools), addresses by tshark 4.0; the rest is
// composed after IEC 60870-5-101 §7.2.
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

struct Stretch {
  std::string kind;
  std::uint32_t unit, first, count;
  auto operator<=>(const Stretch&) const = default;
};
std::vector<Stretch> runs(const Recorder& seen) {
  std::vector<Stretch> found;
  for (const Points& p : seen.all<Points>()) found.push_back({std::string(p.kind), p.unit, p.first, p.count});
  return found;
}
std::vector<Fault> faults(const Recorder& seen) {
  std::vector<Fault> found;
  for (const Anomaly& a : seen.all<Anomaly>()) found.push_back(a.fault);
  return found;
}
using Faults = std::vector<Fault>;

// zeek-iec104.pcap, frames 12 and 14: objects one by one, 1 to 4, and 1 to 4 of step positions.
TEST(Iec104Points, NeighboursAreOneRun) {
  const auto seen = observe(iec104, {server("681a04000200010414000a0001000000020000000300000004000000"
                                            "681e08000400050414000a000100000000020000000003000000000400000000")});
  EXPECT_EQ(runs(seen),
            (std::vector<Stretch>{{"single-point information", 10, 1, 4}, {"step position information", 10, 1, 4}}));
  EXPECT_EQ(seen.all<Points>()[0].access, OperationClass::report);
}
// TestDissectIec104.pcap, frame 110: SQ = 1.
TEST(Iec104Points, SequencesAreOneRun) {
  const auto seen =
      observe(iec104, {server("681604000200018914000d911a2700d0808080c080808080681006000200038314000d912a4e00808080")});
  EXPECT_EQ(runs(seen), (std::vector<Stretch>{{"single-point information", 37133, 10010, 9},
                                              {"double-point information", 37133, 20010, 3}}));
}
TEST(Iec104Points, OthersAreRunsOfTheirOwn) {
  const auto seen =
      observe(iec104, {server("681e 00000000 01 05 0300 ffff 050000 00 060000 00 080000 01 040000 01 050000 01")});
  EXPECT_EQ(runs(seen), (std::vector<Stretch>{{"single-point information", 65535, 5, 2},
                                              {"single-point information", 65535, 8, 1},
                                              {"single-point information", 65535, 4, 2}}));
}
TEST(Iec104Points, ASequencePastTheLastAddressStartsAgain) {
  const auto seen = observe(iec104, {server("6810 00000000 01 83 0300 0100 feffff 00 00 00")});
  EXPECT_EQ(runs(seen), (std::vector<Stretch>{{"single-point information", 1, 0xFFFFFE, 2},
                                              {"single-point information", 1, 0, 1}}));
}
TEST(Iec104Points, WhatConcernsTheStationHasNone) {
  EXPECT_TRUE(runs(observe(iec104, {client("680e 00000000 64 01 0600 0100 000000 14")})).empty());
  EXPECT_TRUE(runs(observe(iec104, {server("680e 00000000 46 01 0400 0100 000000 00")})).empty());
}
TEST(Iec104Points, RefusedOnesNeedNotExist) {
  EXPECT_TRUE(runs(observe(iec104, {server("680e 00000000 2d 01 6f00 0100 881300 01")})).empty());  // cause 47, P/N
  EXPECT_EQ(runs(observe(iec104, {server("680e 00000000 2d 01 0700 0100 881300 01")})).size(), 1u);
}
TEST(Iec104Points, CutAsdusShowTheWholeOnes) {
  Recorder recorder;
  const Conversation conversation;
  const Context context{&iec104, &conversation, {1, 0, 1}, Role::server, {}};
  const auto bytes = hex("681a 04000200 01 04 1400 0a00 01000000 02000000 03000000 0400");
  iec104.open()->on_pdu({Role::server, bytes, 28}, Emit{context, recorder});
  EXPECT_EQ(runs(recorder), (std::vector<Stretch>{{"single-point information", 10, 1, 3}}));
  EXPECT_EQ(faults(recorder), Faults{Fault::truncated});
}
TEST(Iec104Points, FilesAndSegments) {
  // F_SG_NA_1: LOS 3, and three octets.
  const auto seen = observe(iec104, {server("6814 00000000 7d 01 0d00 0100 101000 0100 01 03 aabbcc")});
  EXPECT_EQ(runs(seen), (std::vector<Stretch>{{"file", 1, 0x1010, 1}}));
  EXPECT_EQ(faults(seen), Faults{});
  EXPECT_EQ(faults(observe(iec104, {server("6814 00000000 7d 01 0d00 0100 101000 0100 01 04 aabbcc")})),
            Faults{Fault::bad_length});
}
TEST(Iec104Points, PrivateAndSecurityTypesAreNotTakenApart) {
  const auto own = observe(iec104, {server("6810 00000000 88 01 0300 0100 010000 aabbcc")});
  EXPECT_TRUE(runs(own).empty());
  EXPECT_EQ(own.all<Operation>().at(0).cls, OperationClass::other);
  EXPECT_EQ(faults(own), Faults{Fault::unknown_type});
  const auto security = observe(iec104, {server("6810 00000000 51 01 0e00 0100 010000 aabbcc")});
  EXPECT_TRUE(runs(security).empty());
  EXPECT_EQ(faults(security), Faults{});
}
TEST(Iec104Points, SeveralCommandsInOneAsduAreOdd) {
  const auto seen = observe(iec104, {client("6812 00000000 2d 02 0600 0100 010000 01 020000 00")});
  EXPECT_EQ(faults(seen), Faults{Fault::bad_value});
  EXPECT_EQ(seen.all<ControlAction>().size(), 2u);
}

// Cause and common address one octet each, object address two.
TEST(Iec104Sizes, NarrowFieldsAreRecognisedByTheThirdAsdu) {
  const auto seen = observe(iec104, {server("680f 00000000 0d 01 03 07 0110 0000803f00"
                                            "6816 02000000 0d 02 03 07 0110 0000803f00 0310 0000804000"
                                            "680b 04000000 01 01 03 07 0210 01"
                                            "680b 06000000 01 01 03 07 0310 01")});
  EXPECT_EQ(faults(seen), (Faults{Fault::bad_length, Fault::bad_length, Fault::bad_value}));
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 4u);
  EXPECT_EQ(operations[2].unit, 7u);
  EXPECT_EQ(operations[3].unit, 7u);
  EXPECT_EQ(operations[3].qualifier, 3u);
  EXPECT_EQ(runs(seen), (std::vector<Stretch>{{"single-point information", 7, 0x1002, 1},
                                              {"single-point information", 7, 0x1003, 1}}));
}
// Where each ASDU has one object, several choices fit: the likeliest is taken after sixteen.
TEST(Iec104Sizes, AmbiguousWidthsTakeLonger) {
  std::vector<test::Chunk> chunks;
  for (std::uint8_t i = 0; i < 20; ++i) {
    auto apdu = hex("680c 00000000 01 01 03 0700 0210 01");  // one octet of cause, two and two
    apdu[2] = static_cast<std::uint8_t>(i * 2);
    chunks.push_back({Role::server, apdu});
  }
  const auto seen = observe(iec104, chunks);
  Faults expected(15, Fault::bad_length);
  expected.push_back(Fault::bad_value);
  EXPECT_EQ(faults(seen), expected);
  EXPECT_EQ(seen.all<Operation>().back().unit, 7u);
  EXPECT_EQ(runs(seen).back(), (Stretch{"single-point information", 7, 0x1002, 1}));
}
TEST(Iec104Sizes, OneThatFitsTheStandardForbidsIt) {
  const auto seen = observe(iec104, {server("680f 00000000 0d 01 03 07 0110 0000803f00"
                                            "6816 02000000 0d 02 03 07 0110 0000803f00 0310 0000804000"
                                            "680e 04000000 01 01 0300 0700 021000 01"
                                            "680b 06000000 01 01 03 07 0310 01")});
  EXPECT_EQ(faults(seen), Faults(3, Fault::bad_length));
}

}  // namespace
}  // namespace kakoi
