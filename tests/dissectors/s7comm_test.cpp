#include "dissectors/s7comm/s7comm.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::server;

// cisagov/icsnpp-s7comm, s7ident.pcap, packets 10 to 13: the module and component lists of a CPU.
constexpr std::string_view kAskModule =
    "03000021 02f080 32 07 0000 0100 0008 0008 000112 04 11 44 01 00 ff 09 0004 0011 0000";
constexpr std::string_view kModule =
    "03000099 02f080 32 07 0000 0100 000c 007c 000112 08 12 84 01 00 00 00 0000 ff 09 0078 0011 0000 001c 0004 "
    "0001 36455337203331352d32454831342d3041423020 00c0 0004 0001"
    "0006 36455337203331352d32454831342d3041423020 00c0 0004 0001"
    "0007 2020202020202020202020202020202020202020 00c0 5603 0206"
    "0081 426f6f74204c6f61646572202020202020202020 0000 4120 0909";
// ITI/ICS-Security-Tools, s7/tia_s300_goOnline.pcapng, packet 18: the second part of such an answer begins in the middle.
constexpr std::string_view kSecondPart =
    "030000a7 02f080 32 07 0000 0a00 000c 008a 000112 08 12 84 01 03 d7 00 0000 ff 09 0086 "
    "4d4d4320344131414330313900000000000000000000000000000000000000000009002af600000100000000000000000000000000000000"
    "00000000000000000000000a0000000000000000000000000000000000000000000000000000000000000000000b00000000000000000000"
    "00000000000000000000000000000000000000000000";
// What comes before it, of the same list as in s7ident.pcap.
constexpr std::string_view kFirstPart =
    "0300006f 02f080 32 07 0000 0a00 000c 0052 000112 08 12 84 01 03 d7 01 0000 ff 09 004e 001c 0000 0022 0006 "
    "0001 534e4150372d5345525645520000000000000000000000000000000000000000 "
    "0005 5320432d43325552323839323230313200000000000000000000000000000000 0008";
// …/s7/step7_s300_AuthPassword.pcapng, packets 3 and 4.
constexpr std::string_view kPassword =
    "03000025 02f080 32 07 0000 0600 0008 000c 000112 04 11 45 01 00 ff 09 0008 213a1b1d6e681b1d";
constexpr std::string_view kPasswordRight =
    "03000021 02f080 32 07 0000 0600 000c 0004 000112 08 12 85 01 01 00 00 0000 0a 00 0000";
// …/s7/step7_s300_stop.pcapng, packets 1 and 2.
constexpr std::string_view kStop = "03000021 02f080 32 01 0000 3500 0010 0000 29 0000000000 09 505f50524f4752414d";
constexpr std::string_view kStopped = "03000014 02f080 32 03 0000 3500 0001 0000 0000 29";

TEST(S7comm, TheModuleTellsItsOrderNumberAndFirmware) {
  const auto seen = observe(s7comm::protocol, {client(kAskModule), server(kModule)});
  EXPECT_EQ(seen.identity(Trait::model), "6ES7 315-2EH14-0AB0");
  EXPECT_EQ(seen.identity(Trait::firmware), "3.2.6");
  EXPECT_EQ(seen.identity(Trait::vendor), "Siemens");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0].cls, OperationClass::identify);
  EXPECT_EQ(operations[1].outcome, Outcome::accepted);
  EXPECT_EQ(s7comm::protocol.function_name(operations[0].function_code), "Read SZL");
}

TEST(S7comm, TheComponentsTellNamesAndSerialNumber) {
  const auto seen = observe(
      s7comm::protocol,
      {server("0300017d02f080320700000200000c0160000112081284010000000000ff09015c001c00000022000a0001534e4150372d53"
              "455256455200000000000000000000000000000000000000000002435055203331352d3220504e2f44500000000000000000"
              "0000000000000000000003000000000000000000000000000000000000000000000000000000000000000000044f72696769"
              "6e616c205369656d656e732045717569706d656e7400000000000000055320432d4332555232383932323031320000000000"
              "00000000000000000000000007435055203331352d3220504e2f4450000000000000000000000000000000000000084d4d43"
              "20323637464631314600000000000000000000000000000000000000000009002af600000100000000000000000000000000"
              "00000000000000000000000000000a0000000000000000000000000000000000000000000000000000000000000000000b00"
              "00000000000000000000000000000000000000000000000000000000000000")});
  EXPECT_EQ(seen.identity(Trait::name), "SNAP7-SERVER");
  EXPECT_EQ(seen.identity(Trait::product), "CPU 315-2 PN/DP");
  EXPECT_EQ(seen.identity(Trait::serial), "S C-C2UR28922012");
  EXPECT_EQ(seen.identity(Trait::vendor), "Siemens");
}

TEST(S7comm, PartsOfAListBelongTogether) {
  // The second part alone is no list; after a gap neither are the two.
  EXPECT_TRUE(observe(s7comm::protocol, {server(kSecondPart)}).all<Identity>().empty());
  EXPECT_EQ(observe(s7comm::protocol, {server(kFirstPart), server(kSecondPart)}).identity(Trait::name), "SNAP7-SERVER");
  EXPECT_TRUE(
      observe(s7comm::protocol, {server(kFirstPart), server("ffff"), server(kSecondPart)}).all<Identity>().empty());
}

TEST(S7comm, APasswordIsReadable) {
  const auto record = observe(s7comm::protocol, {client(kPassword), server(kPasswordRight)});
  const auto seen = record.all<Credential>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].secret, "toor");
  EXPECT_EQ(seen[0].outcome, CredentialOutcome::attempted);
  EXPECT_EQ(seen[1].secret, "toor");
  EXPECT_EQ(seen[1].outcome, CredentialOutcome::accepted);
}

TEST(S7comm, AStopIsACommand) {
  const auto record = observe(s7comm::protocol, {client(kStop), server(kStopped)});
  const auto seen = record.all<ControlAction>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].cls, OperationClass::mode);
  EXPECT_EQ(seen[0].step, "PLC Stop");
  EXPECT_EQ(seen[0].outcome, Outcome::accepted);
}

// ITI/ICS-Security-Tools, s7/s7comm_varservice_libnodavedemo_bench.pcap, packet 32: five items that are not there. The
// others are made of it: 03 is "access not allowed", FF success; of two octets and of a bit.
// cisagov/icsnpp-s7comm, snap7.pcap, frames 53 and 54: of five items three are written
TEST(S7comm, AWriteIsAcceptedIfSomethingWasWritten) {
  const auto seen = observe(
      s7comm::protocol,
      {client("030000c302f080320100001a00003e00740505120a10040010000083000000120a10020010000081000000120a1002001000"
              "0082000000120a101d000800001d000000120a101c000800001c00000000040100addeaddeaddeaddeaddeaddeaddeaddeef"
              "beefbeefbeefbeefbeefbeefbeefbe00040080aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb00040080bbbbbbbbbbbbbbbbaddead"
              "deaddeadde00090010efbeefbeefbeefbeefbeefbeefbeefbe00090010fecafecafecafecafecafecafecafeca"),
       server("0300001a02f080320300001a000002000500000505ffffff0303")});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[0].status, "some items refused");
}

TEST(S7comm, AReadIsAcceptedOrRefusedByItsItems) {
  const auto check = [](std::string_view answer, Outcome outcome, bool open) {
    const auto seen = observe(s7comm::protocol, {server(answer)});
    EXPECT_EQ(seen.all<Operation>().at(0).outcome, outcome) << answer;
    EXPECT_EQ(!seen.all<OpenAccess>().empty(), open) << answer;
  };
  check("03000029 02f080 32 03 0000 0a00 0002 0014 0000 04 05 0a000004 0a000004 0a000004 0a000004 0a000004",
        Outcome::refused, false);
  check("03000019 02f080 32 03 0000 0100 0002 0004 0000 04 01 03000000", Outcome::refused, false);
  check("0300001b 02f080 32 03 0000 0100 0002 0006 0000 04 01 ff040010 1234", Outcome::accepted, true);
  check("0300001f 02f080 32 03 0000 0100 0002 000a 0000 04 02 ff030001 01 00 ff030001 00", Outcome::accepted, true);
  check("0300001f 02f080 32 03 0000 0100 0002 000a 0000 04 02 ff090001 01 00 05000000", Outcome::refused, true);
}

// cisagov/icsnpp-s7comm, s7ident.pcap, frames 20 to 23: the answers do not repeat what they refuse.
TEST(S7comm, ARefusalWithoutFunctionIsTheJobs) {
  constexpr std::string_view kUpload =
      "03000023 02f080 32 01 0000 0600 0012 0000 1d 00000000000000 09 5f30423030303030 41";
  constexpr std::string_view kRefused = "03000013 02f080 32 02 0000 0600 0000 0000 d241";
  constexpr std::string_view kAgain =
      "03000023 02f080 32 01 0000 0700 0012 0000 1d 00000000000000 09 5f30423030303030 41";
  constexpr std::string_view kRefusedAgain = "03000013 02f080 32 02 0000 0700 0000 0000 d241";
  const auto seen =
      observe(s7comm::protocol, {client(kUpload), server(kRefused), client(kAgain), server(kRefusedAgain)})
          .all<Operation>();
  ASSERT_EQ(seen.size(), 4u);
  for (const std::size_t answer : {1u, 3u}) {
    EXPECT_EQ(seen[answer].cls, OperationClass::file);
    EXPECT_EQ(seen[answer].function_code, 0x1Du);
    EXPECT_EQ(seen[answer].outcome, Outcome::refused);
    EXPECT_FALSE(seen[answer].is_message);
  }
  // of no job that was seen, of another one's, of one that is answered already, and of the speaker's own
  const auto count = [](const std::vector<test::Chunk>& chunks) {
    return observe(s7comm::protocol, chunks).all<Operation>().size();
  };
  EXPECT_EQ(count({server(kRefused)}), 0u);
  EXPECT_EQ(count({client(kUpload), server(kRefusedAgain)}), 1u);
  EXPECT_EQ(count({client(kUpload), server(kRefused), server(kRefused)}), 2u);
  EXPECT_EQ(count({client(kUpload), client(kRefused)}), 1u);
}

// …/s7/s7comm_downloading_block_db1.pcap: the invocation that takes a downloaded block over is programming.
TEST(S7comm, AnInvocationIsWhatItsServiceIs) {
  const auto seen =
      observe(s7comm::protocol, {client("0300002b 02f080 32 01 0000 0f00 001a 0000 28 000000000000fd 000a "
                                        "01003041303030303150 05 5f494e5345"),
                                 server("03000014 02f080 32 03 0000 0f00 0001 0000 0000 28")});
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0].cls, OperationClass::program);
  EXPECT_EQ(operations[1].cls, OperationClass::program);
  EXPECT_EQ(seen.all<ControlAction>().at(0).step, "insert block (_INSE)");
  EXPECT_EQ(seen.all<ControlAction>().at(0).value, "block DB1");
}

// The same capture, packets 39, 40, 42, 51 and 53, and the head of 44: of a download the controller asks for the blocks.
TEST(S7comm, OfADownloadTheControllerAsksForTheBlocks) {
  const auto seen = observe(
      s7comm::protocol, {client("03000031 02f080 32 01 0000 0e00 0020 0000 1a 00010000000000 09 "
                                "5f30413030303031500d31303030353030303030343030"),
                         server("03000014 02f080 32 03 0000 0e00 0001 0000 0000 1a"),
                         server("03000023 02f080 32 01 0000 0100 0012 0000 1b 00000000000000 09 5f3041303030303150"),
                         client("03000014 02f080 32 03 0000 0100 0001 0000 0000 1b"),
                         server("03000023 02f080 32 01 0000 0700 0012 0000 1c 00000000000000 09 5f3041303030303150"),
                         client("03000014 02f080 32 03 0000 0700 0001 0000 0000 1c")});
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 6u);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    EXPECT_EQ(operations[i].actor, i < 2 ? Role::client : Role::server) << i;
    EXPECT_EQ(operations[i].cls, i < 2 ? OperationClass::program : OperationClass::session) << i;
    EXPECT_EQ(operations[i].outcome, i % 2 == 0 ? Outcome::none : Outcome::accepted) << i;
  }
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].value, "block DB1");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
}

TEST(S7comm, IsProvedByLengthsThatNest) {
  EXPECT_TRUE(s7comm::protocol.probe(hex(kStop), Role::client));
  auto bad = hex(kStop);
  ++bad[14];
  EXPECT_FALSE(s7comm::protocol.probe(bad, Role::client));
  // RDP and MMS begin with the same connection request.
  EXPECT_FALSE(s7comm::protocol.probe(hex("03000016 11 e0 0000 0778 00 c1020001 c2020001 c0010d"), Role::client));
  EXPECT_FALSE(s7comm::protocol.probe(hex("03000016 02f080 0100 0100 61 09 30 07 020103 a002 8b00"), Role::client));
}

// cisagov/icsnpp-s7comm, s7comm_plus.pcap, packet 7.
constexpr std::string_view kPlus =
    "03000068 02f080 72 03 0059 20 e969a95a852ab0e288480ccecb618e48779f4b68a1ce9a9c42cd6aa536800683 31 0000 04f2 0000"
    "831a70000e4d7470000e5101881d000700ce000004e88969001200000000896a001300896b000400000084eb2700000000 72 03 0000";

TEST(S7commPlus, IsRecognisedByItsLengths) {
  EXPECT_TRUE(s7comm_plus::protocol.probe(hex(kPlus), Role::client));
  EXPECT_FALSE(s7comm::protocol.probe(hex(kPlus), Role::client));
  EXPECT_FALSE(s7comm_plus::protocol.probe(hex(kStop), Role::client));
  const auto seen = observe(s7comm_plus::protocol, {client(kPlus)}).all<Operation>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].cls, OperationClass::write);
  EXPECT_EQ(s7comm_plus::protocol.function_name(seen[0].function_code), "SetVariable");
}

TEST(S7commPlus, TheSessionNamesTheController) {
  // Version 1, answer to CreateObject, with the text that S7-1200 put into it.
  const auto seen = observe(s7comm_plus::protocol,
                            {server("0300003e 02f080 72 01 002f 32 0000 04ca 0000 0001 36 000001a33c1520 "
                                    "313b36455337203231342d31424533302d305842303b56322e32 00000000 72 01 0000")});
  EXPECT_EQ(seen.identity(Trait::model), "6ES7 214-1BE30-0XB0");
  EXPECT_EQ(seen.identity(Trait::firmware), "2.2");
}

}  // namespace
}  // namespace kakoi
