// Smaller protocols of controllers and instruments: FINS, SLMP, HART-IP, Niagara Fox, ADS, MMS, GE SRTP, PROFINET.
#include <gtest/gtest.h>

#include "dissectors/ads/ads.h"
#include "dissectors/fins/fins.h"
#include "dissectors/fox/fox.h"
#include "dissectors/ge_srtp/ge_srtp.h"
#include "dissectors/hart_ip/hart_ip.h"
#include "dissectors/mms/mms.h"
#include "dissectors/profinet_cm/profinet_cm.h"
#include "dissectors/slmp/slmp.h"
#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::client_text;
using test::hex;
using test::observe;
using test::server;
using test::server_text;

Frame::Kind kind(const Protocol& protocol, std::string_view bytes) {
  return protocol.frame(hex(bytes), Role::client).kind;
}

// piercema/icsnpp-omron-fins, omron_test.pcap, packets 17 and 18, and 6 to 9 over TCP.
constexpr std::string_view kAskController = "800002 000000 006300 ef 0501 00";
constexpr std::string_view kController =
    "c00002 006300 00c800 ef 0501 0000 4350314c2d454c323044522d44000000 20202020 30312e3030000000000030312e30360000 "
    "00000000 00000000000000000000000000000000000000010000000000000000000000000000000000010003000a172a1008000000000000";
constexpr std::string_view kTcpAsk = "46494e53 00000015 00000002 00000000 800002 00c800 0000ef 05 0501 00";

TEST(Fins, TheControllerTellsModelAndVersion) {
  const auto seen = observe(fins::protocol, {client(kAskController), server(kController)}, Transport::udp);
  EXPECT_EQ(seen.identity(Trait::model), "CP1L-EL20DR-D");
  EXPECT_EQ(seen.identity(Trait::firmware), "01.00");
  EXPECT_EQ(seen.identity(Trait::vendor), "Omron");
  EXPECT_EQ(seen.all<Operation>().at(0), (Operation{.cls = OperationClass::identify, .function_code = 0x0501}));
  EXPECT_EQ(seen.all<Operation>().at(1).outcome, Outcome::accepted);
  EXPECT_EQ(seen.all<OpenAccess>().at(0).scheme, "fins");
}

TEST(Fins, OverTcpItHasAHeaderOfItsOwn) {
  const auto seen =
      observe(fins_tcp::protocol, {client("46494e53 0000000c 00000000 00000000 00000000"), client(kTcpAsk)});
  ASSERT_EQ(seen.all<Operation>().size(), 2u);
  EXPECT_EQ(seen.all<Operation>()[0].cls, OperationClass::session);
  EXPECT_EQ(seen.all<Operation>()[1].function_code, 0x0501u);
}

// W342, 5-3-2: a memory area write of D100, one word, and the answer to it.
TEST(Fins, AWriteNamesItsPlace) {
  const auto record = observe(
      fins::protocol,
      {client("800002 000000 006300 01 0102 82 0064 00 0001 1234"), server("c00002 006300 000000 01 0102 0000")},
      Transport::udp);
  const auto seen = record.all<ControlAction>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].point_kind, "DM word");
  EXPECT_EQ(seen[0].point, 100u);
  EXPECT_EQ(seen[0].outcome, Outcome::accepted);
}

// omron.pcap (piercema/icsnpp-omron-fins), frames 43, 188 and 191: who commands cannot answer itself.
TEST(Fins, AnAnswerComesFromTheOtherSide) {
  constexpr std::string_view kStop = "8000020000000000007a0402", kStopped = "c100020000000000007a04020000",
                             kOther = "c100020000000000007a030700000000ffffffff0001";
  const auto outcome = [](const std::vector<test::Chunk>& chunks) {
    return observe(fins::protocol, chunks, Transport::udp).all<ControlAction>().at(0).outcome;
  };
  EXPECT_EQ(outcome({client(kStop), client(kOther), client(kStopped)}), Outcome::none);
  EXPECT_EQ(outcome({client(kStop), server(kOther)}), Outcome::unanswered);
  EXPECT_EQ(outcome({client(kStop), server(kOther), server(kStopped)}), Outcome::accepted);
}

TEST(Fins, WantsAKnownCommand) {
  EXPECT_TRUE(fins::protocol.probe(hex(kAskController), Role::client));
  EXPECT_FALSE(fins::protocol.probe(hex("800002 000000 006300 ef 0901 00"), Role::client));
  EXPECT_FALSE(fins::protocol.probe(hex("800002 000000 006300 ef 0101 82"), Role::client));  // too short
  EXPECT_EQ(kind(fins::protocol, "800002 900000 006300 ef 0501 00"), Frame::Kind::foreign);  // network 144
  EXPECT_EQ(kind(fins::protocol, "a00002 000000 006300 ef 0501 00"), Frame::Kind::foreign);
}

// SH-080956ENG, 5.6 Read Type Name, in 3E frames, binary and ASCII, and 4E.
constexpr std::string_view kAskType = "5000 00 ff ff03 00 0600 1000 0101 0000";
constexpr std::string_view kType = "d000 00 ff ff03 00 1400 0000 51303255435055202020202020202020 6302";

TEST(Slmp, TheCpuTellsItsModel) {
  const auto seen = observe(slmp::protocol, {client(kAskType), server(kType)});
  EXPECT_EQ(seen.identity(Trait::model), "Q02UCPU");
  EXPECT_EQ(seen.identity(Trait::vendor), "Mitsubishi Electric");
  EXPECT_EQ(seen.identity(Trait::description), "MELSEC model code 0263");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 3u);
  EXPECT_EQ(operations[0].cls, OperationClass::identify);
  EXPECT_FALSE(operations[2].is_message);
  EXPECT_EQ(operations[2].function_code, 0x0101u);
  EXPECT_EQ(operations[2].outcome, Outcome::accepted);
  EXPECT_TRUE(observe(slmp::protocol, {server(kType)}).all<Identity>().empty());
}

TEST(Slmp, InAsciiAndWithSerialNumbers) {
  const auto ascii = observe(slmp::protocol, {client_text("500000FF03FF00000C001001010000"),
                                              server_text("D00000FF03FF0000180000Q02UCPU         0263")});
  EXPECT_EQ(ascii.identity(Trait::model), "Q02UCPU");
  const auto serial = observe(slmp::protocol, {client("5400 3412 0000 00 ff ff03 00 0600 1000 0101 0000"),
                                               server("d400 3412 0000 00 ff ff03 00 1400 0000 "
                                                      "51303255435055202020202020202020 6302")});
  EXPECT_EQ(serial.identity(Trait::model), "Q02UCPU");
  const auto other = observe(slmp::protocol, {client("5400 3412 0000 00 ff ff03 00 0600 1000 0101 0000"),
                                              server("d400 3512 0000 00 ff ff03 00 1400 0000 "
                                                     "51303255435055202020202020202020 6302")});
  EXPECT_EQ(other.identity(Trait::model), "");
}

TEST(Slmp, CommandsAndTheirOutcome) {
  // Remote Stop (5.7.2), then a Device Write of D100 (5.2.2) that is refused.
  const auto record = observe(
      slmp::protocol, {client("5000 00 ff ff03 00 0800 1000 0210 0000 0100"), server("d000 00 ff ff03 00 0200 0000"),
                       client("5000 00 ff ff03 00 0e00 1000 0114 0000 640000 a8 0100 9519"),
                       server("d000 00 ff ff03 00 0b00 51c0 00ffff03000114 0000")});
  const auto seen = record.all<ControlAction>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].step, "Remote Stop");
  EXPECT_EQ(seen[0].outcome, Outcome::accepted);
  EXPECT_EQ(seen[1].point_kind, "D");
  EXPECT_EQ(seen[1].point, 100u);
  EXPECT_EQ(seen[1].outcome, Outcome::refused);
}

// SH-080956ENG, 5.8.1: whoever has unlocked the remote password may read; to others the port is closed.
TEST(Slmp, IsNotOpenToWhomAPasswordLetIn) {
  const auto read = client("5000 00 ff ff03 00 0c00 1000 0104 0000 640000 a8 0100"),
             unlock = client("5000 00 ff ff03 00 0c00 1000 3016 0000 0400 70617373");
  const auto value = server("d000 00 ff ff03 00 0400 0000 3412"), done = server("d000 00 ff ff03 00 0200 0000"),
             failed = server("d000 00 ff ff03 00 0200 00c2");
  const auto is_open = [](const std::vector<test::Chunk>& chunks) {
    return !observe(slmp::protocol, chunks).all<OpenAccess>().empty();
  };
  EXPECT_TRUE(is_open({read, value}));
  EXPECT_FALSE(is_open({read, failed, unlock, done, read, value}));
  EXPECT_FALSE(is_open({unlock, done, unlock, failed, read, value}));
  EXPECT_FALSE(is_open({unlock, read, value}));  // what became of it is not known
  EXPECT_TRUE(is_open({unlock, failed, read, value}));
}

TEST(Slmp, RefusesImpossiblePlaces) {
  EXPECT_EQ(kind(slmp::protocol, kAskType), Frame::Kind::whole);
  EXPECT_EQ(kind(slmp::protocol, "5000 00 ff ff05 00 0600 1000 0101 0000"), Frame::Kind::foreign);
  EXPECT_EQ(kind(slmp::protocol, "5000 f5 ff ff03 00 0600 1000 0101 0000"), Frame::Kind::foreign);
  EXPECT_FALSE(slmp::protocol.probe(hex("5000 00 ff ff03 00 0600 1000 0177 0000"), Role::client));
}

// cisagov/icsnpp-hart-ip, hart-ip.pcap, packets 1 to 4, 17 and 18.
TEST(HartIp, AnInstrumentBehindTheGatewayIsNotTheSpeaker) {
  const auto seen = observe(
      hart_ip::protocol,
      {client("01 00 00 00 0002 000d 01 00007530"), server("01 01 00 00 0002 000d 01 0000ea60"),
       client("01 00 03 00 0003 0011 82 264e0000d2 00 00 38"),
       server("01 01 03 00 0003 0029 86 264e0000d2 00 18 00d0 fe264e050704010e0c0000d205020002d00026002684 e4")},
      Transport::udp);
  EXPECT_EQ(seen.identity(Trait::description),
            "HART device type 0x264E, manufacturer 38, HART 7, device revision 4, id 0000D2, on the far side");
  EXPECT_EQ(seen.identity(Trait::serial), "");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 4u);
  EXPECT_EQ(operations[0].cls, OperationClass::session);
  EXPECT_EQ(operations[3].cls, OperationClass::identify);
}

TEST(HartIp, PollingAddressZeroIsTheSpeaker) {
  // The same answer in a short frame: its check octet is the exclusive or of all before it (TS20081, 5.2.6).
  const auto seen =
      observe(hart_ip::protocol,
              {server("01 01 03 00 0003 0025 06 80 00 18 00d0 fe264e050704010e0c0000d205020002d00026002684 5e"),
               server("01 01 03 00 000a 0033 86 264e0000d2 14 22 00d0 "
                      "7769686172746777000000000000000000000000000000000000000000000000 db")},
              Transport::udp);
  EXPECT_EQ(seen.identity(Trait::vendor), "Rosemount");
  EXPECT_EQ(seen.identity(Trait::serial), "0000D2");
  EXPECT_EQ(seen.identity(Trait::firmware), "1");
  EXPECT_EQ(seen.identity(Trait::name), "wihartgw");
}

TEST(HartIp, TheCheckOctetProvesIt) {
  EXPECT_TRUE(hart_ip::protocol.probe(hex("01 00 03 00 0003 0011 82 264e0000d2 00 00 38"), Role::client));
  EXPECT_FALSE(hart_ip::protocol.probe(hex("01 00 03 00 0003 0011 82 264e0000d2 00 00 39"), Role::client));
  EXPECT_FALSE(hart_ip::protocol.probe(hex("01 00 00 00 0002 000c 01 000075"), Role::client));
}

// ITI/ICS-Security-Tools, fox/fox_info.pcap, packet 6.
TEST(Fox, AStationTellsItsSystem) {
  const auto seen = observe(
      fox::protocol,
      {server_text("fox a 0 -1 fox hello\n{\nfox.version=s:1.0\nid=i:2\nhostName=s:192.168.2.15\n"
                   "hostAddress=s:192.168.2.15\napp.name=s:Station\napp.version=s:3.5.41.1\nvm.name=s:J9\n"
                   "vm.version=s:2.3\nos.name=s:QNX\nos.version=s:6.3.2\nstation.name=s:Legion_HQ_V4\nlang=s:en\n"
                   "hostId=s:Qnx-NPM6-0000-1490-C30C\nbrandId=s:vykon\n};;\n")});
  EXPECT_EQ(seen.identity(Trait::software), "Niagara Station/3.5.41.1");
  EXPECT_EQ(seen.identity(Trait::os), "QNX 6.3.2");
  EXPECT_EQ(seen.identity(Trait::product), "Niagara (vykon)");
  EXPECT_EQ(seen.identity(Trait::description), "Niagara station Legion_HQ_V4");
  EXPECT_EQ(seen.identity(Trait::serial), "Qnx-NPM6-0000-1490-C30C");
  EXPECT_EQ(seen.all<Operation>().at(0).cls, OperationClass::identify);
}

TEST(Fox, AWorkbenchIsAClientsSoftware) {
  const auto seen = observe(fox::protocol, {client_text("fox a 1 -1 fox hello\n{\nhostName=s:xpvm-0omdc01xmy\n"
                                                        "app.name=s:Workbench\napp.version=s:3.7.44\n};;\n")});
  EXPECT_EQ(seen.identity(Trait::user_agent), "Niagara Workbench/3.7.44");
  EXPECT_EQ(seen.identity(Trait::name), "xpvm-0omdc01xmy");
  EXPECT_EQ(fox::protocol.frame(test::ascii("foxes"), Role::client).kind, Frame::Kind::foreign);
}

// ITI/ICS-Security-Tools, fox/fox_info.pcap, packet 4, from 10.1.3.4: the script's words are another host's.
TEST(Fox, AScannersHelloIsNotItsOwn) {
  const auto from = [](std::string_view address) {
    return observe(fox::protocol, {client_text("fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n"
                                               "hostName=s:xpvm-0omdc01xmy\nhostAddress=s:" +
                                               std::string(address) +
                                               "\napp.name=s:Workbench\napp.version=s:3.7.44\n"
                                               "vm.name=s:Java HotSpot(TM) Server VM\nvm.version=s:20.4-b02\n"
                                               "os.name=s:Windows XP\nos.version=s:5.1\nlang=s:en\n"
                                               "hostId=s:Win-99CB-D49D-5442-07BB\nbrandId=s:vykon\n};;\n")});
  };
  const auto seen = from("192.168.1.125");
  EXPECT_TRUE(seen.all<Identity>().empty());
  EXPECT_EQ(seen.all<Operation>().size(), 1u);
  EXPECT_EQ(from("192.0.2.1").identity(Trait::os), "Windows XP 5.1");  // the speaker's address
}

// ITI/ICS-Security-Tools, beckoff/beckofflink.pcapng: device info of the PLC's run time.
TEST(Ads, TheDeviceTellsNameAndVersion) {
  const auto seen =
      observe(ads::protocol,
              {client("0000 20000000 050d75600101 2003 c0a801630101 9f83 0100 0400 00000000 00000000 90000000"),
               server("0000 38000000 c0a801630101 9f83 050d75600101 2003 0100 0500 18000000 00000000 90000000 00000000 "
                      "02 0b 3708 504c4320536572766572000000000000")});
  EXPECT_EQ(seen.identity(Trait::software), "PLC Server/2.11.2103");
  EXPECT_EQ(seen.identity(Trait::vendor), "Beckhoff");
  EXPECT_EQ(
      seen.all<Operation>().at(1),
      (Operation{.cls = OperationClass::identify, .function_code = 1, .unit = 800, .outcome = Outcome::accepted}));
}

// …/beckoff/addroute1.pcapng, packets 19, 30 and 61.
TEST(Ads, EachSideIsKnownByItsNetId) {
  const std::string_view question =
      "0000 20000000 050d75600101 1027 c0a801c70101 0380 0400 0400 00000000 00000000 0c000000";
  const auto seen = observe(
      ads::protocol, {client(question),
                      server("0000 28000000 c0a801c70101 0380 050d75600101 1027 0400 0500 08000000 00000000 0c000000 "
                             "00000000 0500 0200"),
                      client(question)});
  const auto claims = seen.all<Identity>();
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_EQ(claims[0].text, "AMS net id 192.168.1.199.1.1");
  EXPECT_EQ(claims[1].text, "AMS net id 5.13.117.96.1.1");
}

// …/beckoff/addroute.pcapng, packets 128 (shortened: of the structure on the system its first fields), 187 and 188.
TEST(Ads, DiscoveryTellsHostSystemAndVersion) {
  const auto seen =
      observe(ads_udp::protocol,
              {client("03661471 00000000 01000000 c0a801c70101 1027 00000000"),
               server("03661471 00000000 01000080 050d75600101 1027 03000000 0500 0a00 43585f30443735363000 "
                      "0400 1400 14010000 06000000 00000000 00000000 03000000 0300 0400 020bb408")},
              Transport::udp);
  EXPECT_EQ(seen.identity(Trait::name), "CX_0D7560");
  EXPECT_EQ(seen.identity(Trait::software), "TwinCAT/2.11.2228");
  EXPECT_EQ(seen.identity(Trait::os), "Windows CE 6.0");
}

TEST(Ads, ARouteIsEnteredWithAPasswordInClear) {
  const auto seen =
      observe(ads_udp::protocol,
              {client("03661471 00000000 06000000 c0a801c70101 1027 05000000 0c00 0d00 5348454e4855414a362d504300 0700 "
                      "0600 c0a801c70101 "
                      "0d00 0e00 41646d696e6973747261746f7200 0200 0200 3100 0500 0d00 3139322e3136382e312e393900"),
               server("03661471 00000000 06000080 050d75600101 1027 01000000 0100 0400 00000000")},
              Transport::udp);
  const auto credentials = seen.all<Credential>();
  ASSERT_EQ(credentials.size(), 2u);
  EXPECT_EQ(credentials[0].user, "Administrator");
  EXPECT_EQ(credentials[0].secret, "1");
  EXPECT_EQ(credentials[1].outcome, CredentialOutcome::accepted);
  EXPECT_EQ(seen.all<ControlAction>().at(0).value, "192.168.1.99");
  EXPECT_EQ(seen.all<ControlAction>().at(0).outcome, Outcome::accepted);
}

TEST(Ads, BothSizesAgree) {
  EXPECT_EQ(
      kind(ads::protocol, "0000 20000000 050d75600101 2003 c0a801630101 9f83 0100 0400 00000000 00000000 90000000"),
      Frame::Kind::whole);
  EXPECT_EQ(
      kind(ads::protocol, "0000 21000000 050d75600101 2003 c0a801630101 9f83 0100 0400 00000000 00000000 90000000"),
      Frame::Kind::foreign);
}

// ntop/nDPI, iso9506-1-mms.pcap, packet 7 and 13 on; the identify answer is built after ISO 9506-2.
TEST(Mms, AServerIdentifiesItself) {
  const auto seen =
      observe(mms::protocol, {client("0300001b 02f080 0100 0100 61 0e 30 0c 020103 a0 07 a0 05 0201 07 82 00"),
                              server("0300002c 02f080 0100 0100 61 1f 30 1d 020103 a0 18 a1 16 0201 07 a2 11 "
                                     "80 03 414242 81 05 5245443637 82 03 312e30")});
  EXPECT_EQ(seen.identity(Trait::vendor), "ABB");
  EXPECT_EQ(seen.identity(Trait::model), "RED67");
  EXPECT_EQ(seen.identity(Trait::firmware), "1.0");
}

TEST(Mms, IsKnownByItsNameInTheConnection) {
  constexpr std::string_view kInitiate =
      "030000a7 02f080 "
      "0d9e0506130100160102140200023302000134020001c188318185a003800101a27e810400000001820400000001a423300f"
      "0201010604520100013004060251013010020103060528ca2202013004060251018802060061473045020101a040603e80020780a1070605"
      "28"
      "ca220203be2f282d020103a028a826800300fa0081010a82010a830105a416800101810305e100820c03a00000000000000000e110";
  EXPECT_TRUE(mms::protocol.probe(hex(kInitiate), Role::client));
  EXPECT_FALSE(mms::protocol.probe(hex("03000016 11 e0 0000 0778 00 c1020001 c2020001 c0010d"), Role::client));
  const auto seen = observe(mms::protocol, {client(kInitiate)}).all<Operation>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(mms::protocol.function_name(seen[0].function_code), "initiate");
}

// ITI/ICS-Security-Tools, IEC61850/MMS - Specific Commands/iec61850_write.pcap, the last two messages.
TEST(Mms, AWriteHasAnOutcome) {
  const auto seen =
      observe(mms::protocol, {client("0300002a 02f080 01000100 61 1d 30 1b 020103 a0 16 a0 14 0201 00 a5 0f a0 08 3006 "
                                     "a004 80026d75 a003 850100"),
                              server("0300001b 02f080 01000100 61 0e 30 0c 020103 a0 07 a1 05 0201 00 3000")});
  EXPECT_EQ(seen.all<Operation>().at(0), (Operation{.cls = OperationClass::write, .function_code = 5}));
  EXPECT_EQ(seen.all<ControlAction>().at(0).step, "write");
}

// ISO 9506-2: results of a write are [0] failure or [1] success, those of a read [0] failure or a value. 3 is object access
// denied, 10 object nonexistent.
constexpr std::string_view kMmsWritten = "0300001d 02f080 01000100 61 10 30 0e 020103 a0 09 a1 07 0201 00 a5 02 8100";
constexpr std::string_view kMmsNotWritten =
    "0300001e 02f080 01000100 61 11 30 0f 020103 a0 0a a1 08 0201 00 a5 03 800103";
constexpr std::string_view kMmsRead =
    "03000027 02f080 01000100 61 1a 30 18 020103 a0 13 a1 11 0201 00 a4 0c a005 a103 800178 a1 03 830101";
constexpr std::string_view kMmsNotRead =
    "03000020 02f080 01000100 61 13 30 11 020103 a0 0c a1 0a 0201 00 a4 05 a1 03 800103";
constexpr std::string_view kMmsReadInPart =
    "03000023 02f080 01000100 61 16 30 14 020103 a0 0f a1 0d 0201 00 a4 08 a1 06 80010a 830101";

TEST(Mms, IsOpenWhereAnItemWasReadOrWritten) {
  const auto check = [](std::string_view answer, Outcome outcome, bool open) {
    const auto seen = observe(mms::protocol, {server(answer)});
    EXPECT_EQ(seen.all<Operation>().at(0).outcome, outcome) << answer;
    EXPECT_EQ(!seen.all<OpenAccess>().empty(), open) << answer;
  };
  check(kMmsWritten, Outcome::accepted, true);
  check(kMmsNotWritten, Outcome::refused, false);
  check(kMmsRead, Outcome::accepted, true);
  check(kMmsNotRead, Outcome::refused, false);
  check(kMmsReadInPart, Outcome::refused, true);
}

// X.227: a connect with mechanism and value of an authentication, and one without.
TEST(Mms, IsNotOpenToWhomAPasswordLetIn) {
  constexpr std::string_view kWithPassword =
      "0300003c 02f080 0d33c131 60 2f a107060528ca220203 8a020780 8b03520301 ac088006736563726574 "
      "be11 a80f 80040000fde8 810105 820105 830105";
  constexpr std::string_view kWithout =
      "03000029 02f080 0d20c11e 60 1c a107060528ca220203 be11 a80f 80040000fde8 810105 820105 830105";
  EXPECT_TRUE(observe(mms::protocol, {client(kWithPassword), server(kMmsRead)}).all<OpenAccess>().empty());
  EXPECT_EQ(observe(mms::protocol, {client(kWithout), server(kMmsRead)}).all<OpenAccess>().size(), 1u);
}

// ── GE SRTP ── Booozie-Z/Fanuc_GESRTP_Driver, docs/srtp packets.txt: KEPServerEX and a Fanuc R-30iB.
constexpr std::string_view kSrtpRead =
    "02000600 00000000 0001 00000000000000 01 0000000000000000 00000000 06 c0 00000000 100e0000 0101 04 08 fa07 2800 "
    "0000000000000000";
constexpr std::string_view kSrtpWrite =
    "0200c100 04000000 0002 00000000000000 02 0000000000000000 00000000 09 80 00000000 100e0000 0101 04000000 0000 "
    "0101 "
    "07 08 f82a 0200 61646200";
constexpr std::string_view kSrtpWritten =
    "0300c100 00000000 0001 00000000000000 01 0000000000000000 00000000 09 d4 100e0000 303a0000 0101 0000 000000000101 "
    "ff 04 0000 7c21";
// jobeastwood/gesrtp-py, tests/discrete_test_output.txt: a PACSystems RX3i IC695CPE330 (27546, 18174, 0, 16160 in %R1 to %R4).
constexpr std::string_view kSrtpOpened =
    "01000000000000000f0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kSrtpAskRx3i =
    "02000000000000000001000000000000000100000000000000002621170000c000000000200e000001010408000004000000000000000000";
constexpr std::string_view kSrtpRx3i =
    "0300000008000000000000000000000000010000000000000000000000000094200e0000208001a000000800001800000101ff0200007c21"
    "9a6bfe460000203f";

std::string zeros(std::size_t octets) { return std::string(octets * 2, '0'); }
// A request and an answer of the same kind, with another service or text (README.md: no capture of these is published).
std::string srtp_ask(std::string_view service) {
  return "02000600 00000000 0001 00000000000000 01 0000000000000000 00000000 06 c0 00000000 100e0000 0101 " +
         std::string(service) + " 00 00000200 0000000000000000";
}
std::string srtp_text(std::string_view length, const std::string& text) {
  return "03000600 " + std::string(length) +
         "0000 0001 00000000000000 01 0000000000000000 00000000 06 94 100e0000 303a0000 0101 0000 000000000101 ff 04 "
         "0000 7c21" +
         text;
}

TEST(GeSrtp, ReadsAndWritesAreOperationsWithPointsAndOutcome) {
  const auto seen = observe(ge_srtp::protocol, {client(zeros(56)), server(kSrtpOpened), client(kSrtpAskRx3i),
                                                server(kSrtpRx3i), client(kSrtpWrite), server(kSrtpWritten)});
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 4u);
  EXPECT_EQ(operations[0], (Operation{.cls = OperationClass::read, .function_code = 4}));
  EXPECT_EQ(operations[1], (Operation{.cls = OperationClass::read,
                                      .function_code = 4,
                                      .outcome = Outcome::accepted,
                                      .is_message = false}));  // an answer names no service
  EXPECT_EQ(operations[2], (Operation{.cls = OperationClass::write, .function_code = 7}));
  const auto points = seen.all<Points>();
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(std::tuple(points[0].kind, points[0].first, points[0].count), std::tuple("%R word", 0u, 4u));
  EXPECT_EQ(std::tuple(points[1].kind, points[1].first, points[1].count), std::tuple("%R word", 0x2AF8u, 2u));
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].step, "write system memory");
  EXPECT_EQ(actions[0].point, 0x2AF8u);
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  ASSERT_EQ(seen.all<OpenAccess>().size(), 1u);
  EXPECT_EQ(seen.all<OpenAccess>()[0].scheme, "ge-srtp");
  EXPECT_TRUE(seen.all<Anomaly>().empty());
}

TEST(GeSrtp, TheControllerTellsItsIdAndItsProgram) {
  const auto seen = observe(
      ge_srtp::protocol, {client(srtp_ask("43")), server(srtp_text("1800", "43454c4c34000000" + zeros(16))),
                          client(srtp_ask("01")), server(srtp_text("2400", zeros(18) + "50554d5043544c" + zeros(11)))});
  EXPECT_EQ(seen.identity(Trait::name), "CELL4");
  EXPECT_EQ(seen.identity(Trait::description), "PUMPCTL");
  // no text with its NUL, no text at all
  for (const std::string& other :
       {"43454c4c34353637" + zeros(16), zeros(24), "0143454c4c000000" + zeros(16), "43454c0043454c00" + zeros(16)})
    EXPECT_EQ(
        observe(ge_srtp::protocol, {client(srtp_ask("43")), server(srtp_text("1800", other))}).identity(Trait::name),
        "");
}

TEST(GeSrtp, ARefusalHasItsReason) {
  // GFK-0529, table 3-12: 02 is insufficient privilege
  const auto seen = observe(ge_srtp::protocol,
                            {client(srtp_ask("23")),
                             server("03000600 00000000 0001 00000000000000 01 0000000000000000 00000000 06 d1 100e0000 "
                                    "303a0000 0101 02fe 000000000101 ff 01 0000 7c21")});
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  const ControlAction action = seen.all<ControlAction>()[0];
  EXPECT_EQ(std::tuple(action.cls, action.step, action.outcome, action.status),
            std::tuple(OperationClass::mode, "set PLC state", Outcome::refused, "insufficient privilege level"));
  EXPECT_TRUE(seen.all<OpenAccess>().empty());
}

TEST(GeSrtp, ProvesItself) {
  const auto probe = [](std::string_view bytes) { return ge_srtp::protocol.probe(hex(bytes), Role::client); };
  EXPECT_EQ(kind(ge_srtp::protocol, kSrtpRead), Frame::Kind::whole);
  EXPECT_EQ(ge_srtp::protocol.frame(hex(kSrtpRx3i), Role::server).size, 64u);
  EXPECT_TRUE(probe(kSrtpRead));
  EXPECT_TRUE(probe(kSrtpWritten));
  EXPECT_TRUE(probe(kSrtpOpened));
  EXPECT_FALSE(probe(zeros(56)));       // what opens a session is anybody's
  EXPECT_FALSE(probe(srtp_ask("77")));  // no such service
  EXPECT_EQ(kind(ge_srtp::protocol, "0200"), Frame::Kind::more);
  EXPECT_EQ(kind(ge_srtp::protocol, "0300002c02f080"), Frame::Kind::foreign);  // TPKT
  EXPECT_EQ(kind(ge_srtp::protocol, "0200010000000000000300"), Frame::Kind::foreign);
  EXPECT_EQ(kind(ge_srtp::protocol, "000100000006110300"), Frame::Kind::foreign);  // Modbus
  std::string other(kSrtpRead);
  other.replace(other.find("c0"), 2, "c1");  // no such mailbox
  EXPECT_EQ(kind(ge_srtp::protocol, other), Frame::Kind::foreign);
}

// ── PROFINET ── cisagov/icsnpp-profinet-io-cm, profinet_io_cm_mixed_1.pcap, frames 1 (its first block) and 3.
constexpr std::string_view kConnect =
    "0400200000000000dea000006c9711d1827100010101014ddea000016c9711d1827100a02442df7d35fda900358a12128004001c060b26ed"
    "0000000000000001000000000000ffffffff0232000000000000032d0000021e0000032d000000000000021e010100440100000109f1a530"
    "c75f6d47b67f8073439deaad0002001c060b26eddea000006c9711d182710064010d002a0000001102588892000e706c6378626b6f6e7472"
    "37346237";
constexpr std::string_view kConnected =
    "04020a00100000000000a0de976cd111827100010101014d0100a0de976cd111827100a02442df7d00a9fd358a3512128004001c060b26ed"
    "0000000001000000000000000000ffffffff5a000000000000000000460000002d03000000000000460000008101001e0100000109f1a530"
    "c75f6d47b67f8073439deaad0002000ef0489e05889281020008010000010001800081020008010000020002801081030008010000010014"
    "0598";

// The first block alone: as long as its header says.
std::vector<std::uint8_t> connect_request() {
  auto bytes = hex(kConnect);
  const std::size_t length = bytes.size() - 80;
  bytes[74] = static_cast<std::uint8_t>(length >> 8);
  bytes[75] = static_cast<std::uint8_t>(length & 0xFF);
  return bytes;
}

TEST(ProfinetCm, AControllerTellsItsStationNameWhenItConnects) {
  const auto seen = observe(profinet_cm::protocol, {test::Chunk{Role::client, connect_request()}, server(kConnected)},
                            Transport::udp);
  EXPECT_EQ(seen.identity(Trait::name), "plcxbkontr74b7");
  EXPECT_EQ(seen.identity(Trait::role), "plc");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0], (Operation{.cls = OperationClass::session, .function_code = 0}));
  EXPECT_EQ(operations[1],
            (Operation{.cls = OperationClass::session, .function_code = 0, .outcome = Outcome::accepted}));
  EXPECT_EQ(profinet_cm::protocol.speaker(hex(kConnected)).role, Role::server);
}

TEST(ProfinetCm, ProvesItselfByItsInterface) {
  auto bytes = connect_request();
  const auto fits = [&] { return profinet_cm::protocol.frame(bytes, Role::client).kind == Frame::Kind::whole; };
  EXPECT_TRUE(fits());
  bytes[31] ^= 1;  // of the interface's UUID
  EXPECT_FALSE(fits());
  bytes = connect_request();
  bytes[0] = 5;
  EXPECT_FALSE(fits());
  bytes = connect_request();
  bytes.pop_back();
  EXPECT_FALSE(fits());
}

TEST(ProfinetCm, ASupervisorIsAnEngineeringStationAndANameIsText) {
  auto bytes = connect_request();
  bytes[107] = 6;  // the relation's type: IOSAR
  const auto role = [&] {
    return observe(profinet_cm::protocol, {test::Chunk{Role::client, bytes}}, Transport::udp).identity(Trait::role);
  };
  EXPECT_EQ(role(), "engineering_station");
  bytes.back() = 1;
  EXPECT_EQ(role(), "");
}

}  // namespace
}  // namespace kakoi
