#include "dissectors/snmp/snmp.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::server;

test::Recorder play(std::vector<test::Chunk> chunks) { return observe(snmp::protocol, chunks, Transport::udp); }

// nDPI, snmp.pcap, packets 3 and 4: get of sysName over v1.
constexpr std::string_view kGet =
    "3029 020100 0406 7075626c6963 a01c 0204 4b781a6f 020100 020100 300e 300c 0608 2b06010201010500 0500";
constexpr std::string_view kResponse =
    "3035 020100 0406 7075626c6963 a228 0204 4b781a6f 020100 020100 301a 3018 0608 2b06010201010500 040c "
    "52312e6c61622e6c6f63616c";

TEST(Snmp, TheAnswerProvesTheCommunity) {
  const auto seen = play({client(kGet), server(kResponse)});
  const auto credentials = seen.all<Credential>();
  ASSERT_EQ(credentials.size(), 2u);
  EXPECT_EQ(credentials[0].scheme, "snmp-v1");
  EXPECT_EQ(credentials[0].user, "");
  EXPECT_EQ(credentials[0].secret, "public");
  EXPECT_EQ(credentials[0].outcome, CredentialOutcome::attempted);
  EXPECT_EQ(credentials[1].secret, "public");
  EXPECT_EQ(credentials[1].outcome, CredentialOutcome::accepted);
}

TEST(Snmp, TheAgentNamesItself) {
  const auto seen = play({client(kGet), server(kResponse)});
  EXPECT_EQ(seen.identity(Trait::name), "R1.lab.local");
  EXPECT_EQ(seen.all<Identity>().size(), 1u);
}

TEST(Snmp, OperationsAreNumberedByPduType) {
  const auto seen = play({client(kGet), server(kResponse)}).all<Operation>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0], (Operation{.cls = OperationClass::read, .function_code = 0}));
  EXPECT_EQ(seen[1], (Operation{.cls = OperationClass::report, .function_code = 2}));
  EXPECT_EQ(snmp::protocol.function_name(5), "GetBulkRequest");
}

// zeek, snmp/snmpv1_set.pcap: sysContact is set, with an empty community.
TEST(Snmp, ASetIsAWrite) {
  const auto seen =
      play({client("30280201000400a32102047b086e690201000201003013301106082b0601020101050004056d75736563")});
  ASSERT_EQ(seen.all<Operation>().size(), 1u);
  EXPECT_EQ(seen.all<Operation>()[0].cls, OperationClass::write);
  ASSERT_EQ(seen.all<Credential>().size(), 1u);
  EXPECT_EQ(seen.all<Credential>()[0].secret, "");
}

// zeek, snmp/snmpv1_trap.pcap.
TEST(Snmp, ATrapOffersTheCommunity) {
  const auto trap = client(
      "303b02010004067075626c6963a42e06092b0601040181f4690040047f000001020100020100430400000000300f300d06082b0601020102"
      "0100020121");
  const auto seen = play({trap});
  EXPECT_EQ(seen.all<Operation>().at(0), (Operation{.cls = OperationClass::report, .function_code = 4}));
  EXPECT_EQ(seen.all<Credential>().at(0).outcome, CredentialOutcome::attempted);
  EXPECT_TRUE(seen.all<Identity>().empty());
  EXPECT_EQ(snmp::protocol.speaker(trap.bytes).role, Role::client);
}

TEST(Snmp, WritesObjectIdentifiersWithDots) {
  // sysObjectID.0 (RFC 3418) = 1.3.6.1.4.1.9.1.516, whose last arc takes two octets (X.690 §8.19.2).
  const auto seen =
      play({server("302f 020101 0406 7075626c6963 a222 020101 020100 020100 3017 3015 0608 2b06010201010200"
                   "0609 2b060104010901 8404")});
  EXPECT_EQ(seen.identity(Trait::description), "1.3.6.1.4.1.9.1.516");
  EXPECT_EQ(seen.identity(Trait::vendor), "Cisco Systems");  // enterprise 9
}

TEST(Snmp, AnErrorIsARefusal) {
  const auto seen = play(
      {server("3029 020100 0406 7075626c6963 a21c 0204 4b781a6f 020102 020101 300e 300c 0608 2b06010201010500 0500")});
  EXPECT_EQ(seen.all<Operation>().at(0).outcome, Outcome::refused);
  EXPECT_EQ(seen.all<Credential>().at(0).outcome, CredentialOutcome::accepted);  // the agent did listen
}

// nDPI, snmp.pcap, packet 20: v3 with neither authentication nor privacy; the answer is in clear.
TEST(Snmp, Version3HasNoCommunity) {
  const auto seen = play(
      {server("307e020103301002046c9af56d020205dc04010002010304293027040c800000090300aabbcc00010002010c020202cd040c4e4f"
              "415554484e4f5052495604000400303c040c800000090300aabbcc0001000400a22a020475055887020100020100301c301a06"
              "082b06010201010600040e476c6f626f6d616e746963734851")});
  EXPECT_TRUE(seen.all<Credential>().empty());
  EXPECT_EQ(seen.all<Operation>().at(0).function_code, 2u);
  EXPECT_EQ(seen.identity(Trait::location), "GlobomanticsHQ");
}

TEST(Snmp, LengthsMustNestExactly) {
  const auto good = hex(kGet);
  EXPECT_EQ(snmp::protocol.frame(good, Role::client).kind, Frame::Kind::whole);
  for (const std::size_t at : {1u, 6u, 14u}) {  // message, community, PDU
    auto bad = good;
    ++bad[at];
    EXPECT_EQ(snmp::protocol.frame(bad, Role::client).kind, Frame::Kind::foreign) << at;
  }
  auto longer = good;
  longer.push_back(0);
  EXPECT_EQ(snmp::protocol.frame(longer, Role::client).kind, Frame::Kind::foreign);
}

TEST(Snmp, ADatagramCutByTheCaptureIsKnownByItsHead) {
  auto cut = hex(kResponse);
  cut.resize(30);
  EXPECT_EQ(snmp::protocol.frame(cut, Role::server).kind, Frame::Kind::whole);
  const auto seen = play({{Role::server, cut}});
  EXPECT_EQ(seen.all<Credential>().at(0).secret, "public");
  EXPECT_TRUE(seen.all<Identity>().empty());
}

}  // namespace
}  // namespace kakoi
