#include <gtest/gtest.h>

#include "dissectors/mssql/mssql.h"
#include "tests/support/told.h"

namespace kakoi {
namespace {

using namespace test;

// [MS-TDS] §4.1, §4.2, §4.4
constexpr std::string_view kSpecPrelogin =
    "1201002f0000010000001a00060100200001020021000103002200040400260001ff0900000000000100b80d000001";
constexpr std::string_view kSpecLogin =
    "1001009000000100880000000200097200100000000000070001000000000000e003000000000000090400005e0008006e0002007200"
    "000072000700800000008000000080000400880000008800000000508be2b78f8800000088000000880000000000000073006b006f00"
    "730074006f0076003100730061004f00530051004c002d00330032004f00440042004300";
constexpr std::string_view kSpecAccepted =
    "0401016100000100e31b0001066d0061007300740065007200066d0061007300740065007200ab580045160000020025004300680061"
    "006e00670065006400200064006100740061006200610073006500200063006f006e007400650078007400200074006f00200027006d"
    "006100730074006500720027002e00000000000000e3080007050904d0003400e31700020a750073005f0065006e0067006c00690073"
    "00680000e3130004043400300039003600043400300039003600ab5c0047160000010027004300680061006e0067006500640020006c"
    "0061006e00670075006100670065002000730065007400740069006e006700200074006f002000750073005f0065006e0067006c0069"
    "00730068002e00000000000000ad36000172090002164d006900630072006f0073006f00660074002000530051004c00200053006500"
    "72007600650072000000000000000000fd000000000000000000000000";

// FreeTDS 1.3.17's tsql, against a server that was played: 15.0.2000, without encryption. Password "Rekishi#1".
constexpr std::string_view kPrelogin =
    "1201003a0000000000001a00060100200001020021000c03002d00040400310001ff090000000000004d5353514c536572766572007e"
    "1a000000";
constexpr std::string_view kPreloginAnswer = "0401001a0000010000000b00060100110001ff0f0007d0000002";
constexpr std::string_view kLogin =
    "100100d500000000cd00000004000074001000000683f2f87e1a000000000000e003001888ffffff360400005e000500680002006c00"
    "09007e00040086000900980004009c000b00b2000a00c600000002fc00000001c6000000c6000000c60000000000000045004e004700"
    "300031007300610080a5f3a513a533a592a523a533a597a5b6a55400530051004c003100320037002e0030002e0030002e003100c600"
    "00005400440053002d004c00690062007200610072007900750073005f0065006e0067006c006900730068000a0100000001ff";
constexpr std::string_view kAccepted =
    "040100dd00000100e3130004043400300039003600043400300039003600ab760045160000020025004300680061006e006700650064"
    "00200064006100740061006200610073006500200063006f006e007400650078007400200074006f00200027006d0061007300740065"
    "00720027002e000f4800490053005400300031005c00530051004c00450058005000520045000001000000ad36000174000004164d00"
    "6900630072006f0073006f00660074002000530051004c002000530065007200760065007200000000000f0007d0fd00000000000000"
    "0000000000";
constexpr std::string_view kOtherLogin =
    "100100cd00000000c500000004000074001000000683f2f8831a000000000000e003001888ffffff360400005e000500680002006c00"
    "0500760004007e0009009000040094000b00aa000a00be00000002fc00000001be000000be000000be0000000000000045004e004700"
    "3000310073006100b8a63ea65ba66aa639a65400530051004c003100320037002e0030002e0030002e003100be000000540044005300"
    "2d004c00690062007200610072007900750073005f0065006e0067006c006900730068000a0100000001ff";
constexpr std::string_view kRefused =
    "0401006800000100aa500018480000010e1b004c006f00670069006e0020006600610069006c0065006400200066006f007200200075"
    "00730065007200200027007300610027002e00064800490053005400300031000001000000fd020000000000000000000000";

// arkime, ntlm_synthetic.pcap, frames 210 and 214
constexpr std::string_view kNegotiate =
    "1001009b00000100930000000400007400100000000000076400000000000000e003000000000000090400005e0000005e0000005e00"
    "00005e0000005e0000005e0000005e0000005e0000005e0000000000000000005e0035005e0000005e000000000000004e544c4d5353"
    "500001000000070200020600060028000000070007002e0000000a00614a0000000f544453444f4d544453484f5354";
constexpr std::string_view kAuthenticate =
    "110100c2000001004e544c4d5353500003000000180018005800000018001800700000000c000c008800000008000800940000000e00"
    "0e009c00000010001000aa000000050200020a00614a0000000f000000000000000000000000000000004c4c4c4c4c4c4c4c4c4c4c4c"
    "4c4c4c4c4c4c4c4c4c4c4c4c4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e4e54004400530044004f004d006d006f006e00"
    "610054004400530048004f00530054004b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b";

// nDPI, mssql_tds.pcap, frames 1 and 2 of a session that was caught while it went on; frame 5 of one without headers
constexpr std::string_view kBatch =
    "010100be0000010016000000120000000200000000000000000001000000200073006500740020007400720061006e00730061006300"
    "740069006f006e002000690073006f006c006100740069006f006e0020006c006500760065006c002000200072006500610064002000"
    "63006f006d006d006900740074006500640020002000730065007400200069006d0070006c0069006300690074005f00740072006100"
    "6e00730061006300740069006f006e00730020006f00660066002000";
constexpr std::string_view kResult = "0401002200350100fd0100f9000000000000000000fd0000ba000000000000000000";
constexpr std::string_view kOldBatch =
    "0101002c0000010043004f004d004d004900540020005400520041004e00530041004300540049004f004e00";

TEST(Mssql, ReadsTheExamplesOfTheSpecification) {
  const auto seen = observe(mssql::protocol, {client(kSpecPrelogin), client(kSpecLogin), server(kSpecAccepted)});
  EXPECT_EQ(identities(seen, Role::client),
            (Texts{"name skostov1 by mssql login host", "software OSQL-32 by mssql login program",
                   "account sa by mssql login"}));
  EXPECT_EQ(credentials(seen), (Texts{"mssql sa: attempted", "mssql sa: accepted"}));
}

TEST(Mssql, NamesTheServerAndJudgesTheLogIn) {
  const auto seen =
      observe(mssql::protocol, {client(kPrelogin), server(kPreloginAnswer), client(kLogin), server(kAccepted)});
  EXPECT_EQ(
      identities(seen, Role::client),
      (Texts{"name ENG01 by mssql login host", "software TSQL by mssql login program", "account sa by mssql login"}));
  EXPECT_EQ(identities(seen, Role::server), (Texts{"software Microsoft SQL Server 15.0.2000 (2019) by mssql prelogin",
                                                   "name HIST01 by mssql server name"}));
  EXPECT_EQ(credentials(seen), (Texts{"mssql sa:Rekishi#1 attempted", "mssql sa:Rekishi#1 accepted"}));
  EXPECT_EQ(operations(seen, mssql::protocol), (Texts{"log-in by password", "log-in by password accepted"}));
}

TEST(Mssql, ARefusedPassword) {
  const auto seen =
      observe(mssql::protocol, {client(kPrelogin), server(kPreloginAnswer), client(kOtherLogin), server(kRefused)});
  EXPECT_EQ(credentials(seen), (Texts{"mssql sa:パスワード attempted", "mssql sa:パスワード rejected"}));
}

TEST(Mssql, AnAccountOfWindowsLogsInByNtlm) {
  const auto seen = observe(mssql::protocol, {client(kNegotiate), client(kAuthenticate)});
  EXPECT_EQ(operations(seen, mssql::protocol), (Texts{"log-in by NTLMv1"}));
  EXPECT_EQ(seen.identity(Trait::account), "mona");
  EXPECT_TRUE(credentials(seen).empty());
}

TEST(Mssql, WhatTlsHidesIsNotRead) {
  const auto dissector = mssql::protocol.open();
  Recorder recorder;
  const Conversation conversation;
  const auto say = [&](Role speaker, std::string_view text) {
    const auto bytes = hex(text);
    const Context context{&mssql::protocol, &conversation, {1, 0, 1}, speaker, {}};
    return dissector->on_pdu({speaker, bytes, bytes.size()}, Emit(context, recorder));
  };
  EXPECT_EQ(say(Role::client, kSpecPrelogin), Interest::more);
  EXPECT_EQ(say(Role::server, kPreloginAnswer), Interest::more);
  EXPECT_EQ(say(Role::client, "1201000d0000000016030100c8"), Interest::done);  // a ClientHello in a packet of PRELOGIN
}

TEST(Mssql, IsKnownByWhatNothingElseLooksLike) {
  const auto is_mssql = [](std::string_view text, Role speaker) { return mssql::protocol.probe(hex(text), speaker); };
  EXPECT_TRUE(is_mssql(kSpecPrelogin, Role::client));
  EXPECT_TRUE(is_mssql(kPreloginAnswer, Role::server));
  EXPECT_TRUE(is_mssql(kLogin, Role::client));
  EXPECT_TRUE(is_mssql(std::string(kLogin.substr(0, 100)), Role::client));  // the first segment of it
  EXPECT_TRUE(is_mssql(kBatch, Role::client));
  EXPECT_FALSE(is_mssql(kOldBatch, Role::client));
  EXPECT_FALSE(is_mssql(kResult, Role::server));
  EXPECT_FALSE(is_mssql(kSpecPrelogin.substr(0, 60), Role::client));
  EXPECT_FALSE(is_mssql("0301001600000000000000000000000000000000", Role::client));  // of this form, and of others
  EXPECT_FALSE(is_mssql("030000130ee00000000000010008000b000000", Role::client));    // TPKT
}

TEST(MssqlBrowser, TellsWhichServersAHostRuns) {
  // [MC-SQLR] §4.2
  constexpr std::string_view
      kAsked = "0459554b4f4e53544400",
      kTold =
          "0558005365727665724e616d653b494c53554e47313b496e7374616e63654e616d653b59554b4f4e5354443b4973436c757374657265"
          "643b4e6f3b56657273696f6e3b392e30302e313339392e30363b7463703b35373133373b3b";
  const auto seen = observe(mssql_browser::protocol, {client(kAsked), server(kTold)});
  EXPECT_EQ(identities(seen, Role::server),
            (Texts{"name ILSUNG1 by mssql browser", "software Microsoft SQL Server 9.0.1399 (2005) by mssql browser"}));
  EXPECT_TRUE(mssql_browser::protocol.probe(hex(kTold), Role::server));
  EXPECT_FALSE(mssql_browser::protocol.probe(hex(kAsked), Role::client));  // says too little
  EXPECT_EQ(mssql_browser::protocol.frame(hex(std::string(kTold) + "00"), Role::server).kind, Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
