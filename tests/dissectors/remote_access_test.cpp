#include "dissectors/rdp/rdp.h"
#include "dissectors/rfb/rfb.h"

#include <gtest/gtest.h>

#include "tests/support/told.h"

namespace kakoi {
namespace {

using namespace test;

// zeek, rdp/rdp-x509.pcap
TEST(Rdp, ReadsTheCookieAndTheClientsName) {
  const auto seen = observe(
      rdp::protocol,
      {
          // frame 6
          client("0300002f2ae00000000000436f6f6b69653a206d737473686173683d4a4f484e2d504320200d0a0100080000000000"),
          // frame 7
          server("030000130ed000001234000200080000000000"),
          // frame 11
          client("030001be02f0807f658201b20401010401010101ff30190201220201020201000201010201000201010202ffff0201023019"
                 "02010102010102010102010102010002010102020420020102301c0202ffff0202fc170202ffff0201010201000201010202"
                 "ffff02010204820151000500147c00018148000800100001c00044756361813a01c0ea00040008008007380401ca03aa0904"
                 "0000802500004a004f0048004e002d00500043002d004c004100500054004f0050000000000004000000000000000c000000"
                 "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
                 "000000000000000000000000000001ca01000000000010000f00ad07330063003500370031006500640030002d0033003400"
                 "310035002d0034003700340062002d0061006500390034002d00370034006500310035003100620000000700000000000000"
                 "0000000000000000000000000000000004c00c00150000000000000002c00c001b0000000000000003c03800040000007264"
                 "70647200000000008080726470736e640000000000c0636c6970726472000000a0c0647264796e766300000080c0"),
      });
  EXPECT_EQ(identities(seen, Role::client),
            (Texts{"account JOHN-PC by rdp cookie", "name JOHN-PC-LAPTOP by rdp client name"}));
  EXPECT_EQ(operations(seen, rdp::protocol), (Texts{"standard RDP security, no NLA accepted"}));
}

// MS-RDPBCGR §4.1.1 and §4.1.2, with the protocol that the answer chooses changed as §2.2.1.2.1 lists them.
TEST(Rdp, TellsWhetherNetworkLevelAuthenticationWasAgreedOn) {
  const auto request =
      client("0300002C 27E00000000000 436F6F6B69653A206D737473686173683D656C746F6E730D0A 0100080003000000");
  const auto answer = [&](const char* hex) {
    return operations(observe(rdp::protocol, {request, server(hex)}), rdp::protocol);
  };
  EXPECT_EQ(answer("03000013 0ED00000123400 0200080000000000"), (Texts{"standard RDP security, no NLA accepted"}));
  EXPECT_EQ(answer("03000013 0ED00000123400 0200080001000000"), (Texts{"TLS, no NLA accepted"}));
  EXPECT_EQ(answer("03000013 0ED00000123400 0200080002000000"), (Texts{"network level authentication accepted"}));
  EXPECT_EQ(answer("03000013 0ED00000123400 0300080005000000"),
            (Texts{"refused: network level authentication required refused"}));
  EXPECT_EQ(answer("0300000B 06D00000123400"), (Texts{"standard RDP security, no NLA accepted"}));
}

TEST(Rdp, IsNotTakenForOtherUsersOfX224) {
  const auto probe = [](const char* hex) { return rdp::protocol.probe(test::hex(hex), Role::client); };
  EXPECT_TRUE(probe("03000013 0EE00000000000 0100080003000000"));
  EXPECT_FALSE(probe("03000016 11E00000000100 C1020100C2020102C0010A"));  // S7, ISO-on-TCP
  EXPECT_FALSE(probe("0300000B 06E00000000000"));
}

// suricata-verify, tests/rfb-parser/input.pcap: version 3.7, None.
TEST(Rfb, StatesAServerWithoutPassword) {
  const auto seen = observe(
      rfb::protocol,
      {
          // frame 4
          server("524642203030332e3030370a"),
          // frame 5
          client("524642203030332e3030370a"),
          // frame 6
          server("020102"),
          // frame 7
          client("01"),
          // frame 8
          client("01"),
          // frame 9
          server("050003202018000100ff00ff00ff1008000000000000001e616e6561676c6573406c6f63616c686f73742e6c6f63616c646f"
                 "6d61696e"),
      });
  EXPECT_EQ(open_accesses(seen), (Texts{"vnc-none"}));
  EXPECT_EQ(operations(seen, rfb::protocol), (Texts{"security type None", "security type None accepted"}));
  EXPECT_EQ(seen.identity(Trait::software), "RFB 003.007");
  EXPECT_EQ(seen.identity(Trait::description), "aneagles@localhost.localdomain");
}

// suricata-verify, tests/rfb-rules/00-vnc-openwall-3.7.pcap: a password was asked for and taken.
TEST(Rfb, TellsTheOutcomeOfAPassword) {
  const auto seen = observe(
      rfb::protocol,
      {
          // frame 4
          server("524642203030332e3030370a"),
          // frame 5
          client("524642203030332e3030370a"),
          // frame 7
          server("021202"),
          // frame 8
          client("02"),
          // frame 9
          server("ea5150a99e0feb6343c045c6f95ce44c"),
          // frame 11
          client("c39d5ad5c8242ed6bea28a773dbd3a29"),
          // frame 12
          server("00000000"),
          // frame 13
          client("00"),
          // frame 14
          server("050003202018000100ff00ff00ff1008000000000000001e616e6561676c6573406c6f63616c686f73742e6c6f63616c646f"
                 "6d61696e"),
          // frame 15
          client("0000000008080001000300030003040200000000"),
          // frame 16
          client("02000007ffffff11ffffff210000001000000001000000050000000200000000"),
          // frame 17
          client("03000000000005000320"),
          // frame 18
          client("0500029a01ae"),
      });
  EXPECT_TRUE(open_accesses(seen).empty());
  EXPECT_EQ(operations(seen, rfb::protocol), (Texts{"VNC authentication", "VNC authentication accepted"}));
  EXPECT_EQ(seen.identity(Trait::description), "aneagles@localhost.localdomain");
}

// suricata-verify, tests/rfb-failure/rfb_failure_16.pcap: refused before anything was chosen.
TEST(Rfb, ReadsNothingFromARefusal) {
  const auto seen = observe(rfb::protocol, {
                                               // frame 4
                                               server("524642203030332e3030380a"),
                                               // frame 5
                                               client("524642203030332e3030380a"),
                                               // frame 6
                                               server("000000001041414141414141414141414141414141"),
                                           });
  EXPECT_TRUE(seen.all<Operation>().empty());
}

// RFC 6143 §7.1: version 3.8 answers None with a result; 3.3 tells the type in four octets.
TEST(Rfb, KnowsEachVersionsOrder) {
  const Chunk v8s = server_text("RFB 003.008\n"), v8c = client_text("RFB 003.008\n");
  EXPECT_EQ(open_accesses(observe(rfb::protocol, {v8s, v8c, server("0101"), client("01"), server("00000000")})),
            (Texts{"vnc-none"}));
  EXPECT_TRUE(
      open_accesses(observe(rfb::protocol, {v8s, v8c, server("0101"), client("01"), server("00000001")})).empty());
  EXPECT_TRUE(open_accesses(observe(rfb::protocol, {v8s, v8c, server("0101"), client("01")})).empty());
  const Chunk v3 = client_text("RFB 003.003\n");
  EXPECT_EQ(open_accesses(observe(rfb::protocol, {v8s, v3, server("00000001")})), (Texts{"vnc-none"}));
}

}  // namespace
}  // namespace kakoi
