#include "dissectors/dlms/dlms.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::Chunk;
using test::client;
using test::hex;
using test::observe;
using test::server;

// Captures of ControlThings-io/ct-samples, Protocols/DLMS-COSEM. tshark 4.0 does not know the protocol: what is expected is
// read by hand, by the encoding of IEC 62056-5-3 (clause 8) and 62056-46.

// DLMS_list.pcap, packets 4, 6, 7, 9, 10, 12, 13 and 14: client 16, logical device 1.
constexpr std::string_view kOpen = "0001 0010 0001 001f 601da109060760857405080101be10040e01000000065f1f0400007016ffff";
constexpr std::string_view kOpened =
    "0001 0001 0010 002b 6129a109060760857405080101a203020100a305a103020100be10040e0800065f1f040000101404000007";
constexpr std::string_view kGetList =
    "0001 0010 0001 002c c0030104 0001 0101000000ff 02 00 0001 0101000001ff 02 00 0001 0101000002ff 02 00 0003 "
    "0101151900ff 02 00";
constexpr std::string_view kGotList = "0001 0001 0010 0018 c4030104 00 06 54001540 00 17 a3d70a3d 00 06 0000004d 00 00";
constexpr std::string_view kGetProfile =
    "0001 0010 0001 003e c0 01 02 0007 0100630100ff 02 01 01 02040204120008090600000100 00ff0f02120000 "
    "190 7e2010a03131c2a47ffc400 1907e2010a03141c2a47ffc400 0100";
constexpr std::string_view kGotNoProfile = "0001 0001 0010 0006 c401 02 00 0100";
constexpr std::string_view kRelease = "0001 0010 0001 0002 6200";
constexpr std::string_view kReleased = "0001 0001 0010 0005 6303800100";
// dlms.pcap, packets 4, 6, 7, 9: a password, and the logical device's name.
constexpr std::string_view kLogIn =
    "0001 0001 0001 0038 "
    "6036a1090607608574050801018a0207808b0760857405080201ac0a80087472616e73746563be10040e01000000065f1f"
    "040000fe1dffff";
constexpr std::string_view kLoggedIn =
    "0001 0001 0001 002b 6129a109060760857405080101a203020100a305a103020101be10040e0800065f1f0400003a1d00720007";
constexpr std::string_view kGetName = "0001 0001 0001 000d c001 41 0001 00002a0000ff 02 00";
constexpr std::string_view kGotName = "0001 0001 0001 0013 c401 41 00 090d 41445830303131353838383430";
// original_data.pcapng, packets 4 and 6; data2.pcapng, packets 200 and 201; original_data.pcapng, 102 and 103.
constexpr std::string_view kSnrm = "7ea0070321930f017e";
constexpr std::string_view kUa = "7ea01e210373c37a818012050180060180070400000001080400000001533b7e";
constexpr std::string_view kSetClock = "7ea01b0321142da5e6e600c101c100080000010000ff08000301ac7a7e";
constexpr std::string_view kClockSet = "7ea0102103301ea4e6e700c501c10050897e";
constexpr std::string_view kGetFirmware = "7ea0190321d0731ce6e600c001c100010100000200ff02004bbb7e";
constexpr std::string_view kGotFirmware =
    "7ea0252103fcdb8ae6e700c401c1000a134578616d706c6520465720762e20312e302e3382827e";

// An APDU between client 1 and logical device 16.
std::string wrapped(std::string_view ports, std::string_view apdu) {
  char head[24];
  std::snprintf(head, sizeof head, "%04zx", hex(apdu).size());
  return "0001" + std::string(ports) + head + std::string(apdu);
}
Chunk ask(std::string_view apdu) { return client(wrapped("00010010", apdu)); }
Chunk say(std::string_view apdu) { return server(wrapped("00100001", apdu)); }

Frame framed(std::string_view bytes) { return dlms::protocol.frame(hex(bytes), Role::client); }
bool proves(std::string_view bytes) { return dlms::protocol.probe(hex(bytes), Role::client); }
std::vector<Fault> faults(const test::Recorder& seen) {
  std::vector<Fault> found;
  for (const Anomaly& a : seen.all<Anomaly>()) found.push_back(a.fault);
  return found;
}
// Outcomes of requests of that function code, in order.
std::vector<Outcome> outcomes(const test::Recorder& seen, std::uint32_t code) {
  std::vector<Outcome> found;
  for (const Operation& o : seen.all<Operation>())
    if (o.function_code == code && !o.is_message) found.push_back(o.outcome);
  return found;
}
constexpr auto kAccepted = Outcome::accepted, kRefused = Outcome::refused;

TEST(Dlms, ASessionOpensReadsAndReleases) {
  const auto seen =
      observe(dlms::protocol, {client(kOpen), server(kOpened), client(kGetList), server(kGotList), client(kGetProfile),
                               server(kGotNoProfile), client(kRelease), server(kReleased)});
  const auto row = [](OperationClass cls, std::uint32_t code, std::uint32_t qualifier, Outcome outcome,
                      bool is_message) {
    return Operation{cls, code, 1, 16, qualifier, outcome, is_message, Role::client};
  };
  using enum OperationClass;
  const std::vector<Operation> expected = {row(session, 0x60, kNoValue, Outcome::none, true),
                                           row(session, 0x61, kNoValue, Outcome::none, true),
                                           row(session, 0x60, kNoValue, kAccepted, false),
                                           row(read, 0xC0, 1, Outcome::none, true),
                                           row(read, 0xC4, 1, Outcome::none, true),
                                           row(read, 0xC0, 1, kAccepted, false),
                                           row(read, 0xC0, 7, Outcome::none, true),
                                           row(read, 0xC4, 7, Outcome::none, true),
                                           row(read, 0xC0, 7, kAccepted, false),
                                           row(session, 0x62, kNoValue, Outcome::none, true),
                                           row(session, 0x63, kNoValue, Outcome::none, true)};
  EXPECT_EQ(seen.all<Operation>(), expected);
  ASSERT_EQ(seen.all<OpenAccess>().size(), 1u);
  EXPECT_EQ(seen.all<OpenAccess>()[0].scheme, "dlms");
  EXPECT_TRUE(faults(seen).empty());
  EXPECT_TRUE(seen.all<ControlAction>().empty());
}

TEST(Dlms, APasswordOfLowLevelSecurityIsACredential) {
  const auto seen = observe(dlms::protocol, {client(kLogIn), server(kLoggedIn), client(kGetName), server(kGotName)});
  const auto credentials = seen.all<Credential>();
  ASSERT_EQ(credentials.size(), 2u);
  EXPECT_EQ(credentials[0].scheme, "dlms");
  EXPECT_EQ(credentials[0].secret, "transtec");
  EXPECT_EQ(credentials[0].outcome, CredentialOutcome::attempted);
  EXPECT_EQ(credentials[1].secret, "transtec");
  EXPECT_EQ(credentials[1].outcome, CredentialOutcome::accepted);
  EXPECT_EQ(seen.all<Operation>()[0].cls, OperationClass::auth);
  EXPECT_EQ(dlms::protocol.function_name(seen.all<Operation>()[0].function_code),
            "Association request, low level security");
  EXPECT_EQ(outcomes(seen, 0x160), std::vector<Outcome>{kAccepted});
  EXPECT_EQ(seen.identity(Trait::name), "ADX0011588840");
  EXPECT_EQ(seen.identity(Trait::vendor), "ADD");
  EXPECT_TRUE(seen.all<OpenAccess>().empty());
  for (const test::Stated& s : seen.stated)
    EXPECT_TRUE(!std::holds_alternative<Identity>(s.fact) || s.speaker == Role::server);
}

// AARE with result 1, diagnostic 13 (authentication failure).
TEST(Dlms, AWrongPasswordIsRefused) {
  const auto seen = observe(dlms::protocol, {ask("6036a1090607608574050801018a0207808b0760857405080201ac0a80084b6f6a6f2"
                                                 "d397a21be10040e01000000065f1f040000fe1d"
                                                 "ffff"),
                                             say("6117a109060760857405080101a203020101a305a10302010d")});
  ASSERT_EQ(seen.all<Credential>().size(), 2u);
  EXPECT_EQ(seen.all<Credential>()[1].secret, "Kojo-9z!");
  EXPECT_EQ(seen.all<Credential>()[1].outcome, CredentialOutcome::rejected);
  EXPECT_EQ(outcomes(seen, 0x160), std::vector<Outcome>{kRefused});
  for (const Identity& i : seen.all<Identity>()) EXPECT_EQ(i.text.find("Kojo"), std::string_view::npos);
}

// GMAC: mechanism 5, ciphered context, system titles; diagnostic 14: the response to the challenge is awaited.
TEST(Dlms, HighLevelSecurityKeepsNoSecretAndTellsSystemTitles) {
  const auto seen =
      observe(dlms::protocol,
              {ask("603da109060760857405080103a60a04084d4d4d0000bc614e8a0207808b0760857405080205ac0a8008503150325033503"
                   "4be0b0409"
                   "210730000000010102"),
               say("613ca109060760857405080103a203020100a305a10302010ea40a04084b414d0102030405880207808907608574050802 "
                   "05aa0a800851315132513351"
                   "34"),
               ask("cb 08 30 00000002 010203"), say("cf 08 30 00000002 040506")});
  EXPECT_TRUE(seen.all<Credential>().empty());
  EXPECT_EQ(seen.all<Operation>()[0].function_code, 0x560u);
  EXPECT_EQ(seen.all<Operation>()[0].cls, OperationClass::auth);
  EXPECT_TRUE(outcomes(seen, 0x560).empty());
  std::vector<std::string> said;
  for (const test::Stated& s : seen.stated)
    if (const auto* i = std::get_if<Identity>(&s.fact))
      said.push_back((s.speaker == Role::client ? "c " : "s ") + std::string(i->text));
  EXPECT_EQ(said, (std::vector<std::string>{"c DLMS system title MMM 0000BC614E", "s DLMS system title KAM 0102030405",
                                            "s Kamstrup"}));
}

TEST(Dlms, InHdlcTheClockIsSet) {
  const auto seen = observe(dlms::protocol, {client(kSnrm), server(kUa), client(kSetClock), server(kClockSet)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::time);
  EXPECT_EQ(actions[0].function_code, 0xC1u);
  EXPECT_EQ(actions[0].unit, 1u);
  EXPECT_EQ(actions[0].peer_unit, 16u);
  EXPECT_EQ(actions[0].point_kind, "clock");
  EXPECT_EQ(actions[0].step, "write");
  EXPECT_EQ(actions[0].value, "0.0.1.0.0.255 attribute 8 = 1");
  EXPECT_EQ(actions[0].outcome, kAccepted);
  EXPECT_EQ(actions[0].asked.number(), 3u);
  EXPECT_EQ(actions[0].answered.number(), 4u);
  EXPECT_EQ(outcomes(seen, 0x10083), std::vector<Outcome>{kAccepted});
  EXPECT_EQ(outcomes(seen, 0xC1), std::vector<Outcome>{kAccepted});
  EXPECT_EQ(dlms::protocol.function_name(0x10083), "HDLC SNRM");
  EXPECT_TRUE(faults(seen).empty());
}

TEST(Dlms, TheFirmwareIsRead) {
  const auto seen = observe(dlms::protocol, {client(kGetFirmware), server(kGotFirmware)});
  EXPECT_EQ(seen.identity(Trait::firmware), "Example FW v. 1.0.3");
  EXPECT_TRUE(seen.all<OpenAccess>().empty());  // how the association began was not seen
}

TEST(Dlms, WhatEverybodyMayReadIsNoOpenAccess) {
  const auto seen = observe(dlms::protocol, {ask("601da109060760857405080101be10040e01000000065f1f0400007016ffff"),
                                             say("6117a109060760857405080101a203020100a305a103020100"),
                                             ask("c001 81 0001 00002b0101ff 02 00"), say("c401 81 00 06 00000007")});
  EXPECT_EQ(outcomes(seen, 0xC0), std::vector<Outcome>{kAccepted});
  EXPECT_TRUE(seen.all<OpenAccess>().empty());
}

// Data-access-result 3 and 4, action-result 3.
TEST(Dlms, RefusalsNameTheirReason) {
  const auto seen = observe(dlms::protocol, {ask("c101 41 0003 0100010800ff 02 00 06 00000000"), say("c501 41 03"),
                                             ask("c001 42 0001 0000600100ff 02 00"), say("c401 42 01 04"),
                                             ask("c301 43 0046 000060030aff 01 01 0f 00"), say("c701 43 03 00")});
  EXPECT_EQ(outcomes(seen, 0xC1), std::vector<Outcome>{kRefused});
  EXPECT_EQ(outcomes(seen, 0xC0), std::vector<Outcome>{kRefused});
  EXPECT_EQ(outcomes(seen, 0xC3), std::vector<Outcome>{kRefused});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].cls, OperationClass::write);
  EXPECT_EQ(actions[0].value, "1.0.1.8.0.255 attribute 2 = 0");
  EXPECT_EQ(actions[0].status, "read-write denied");
  EXPECT_EQ(actions[1].status, "read-write denied");
}

TEST(Dlms, TheSupplyIsCutByAnAction) {
  const auto seen = observe(dlms::protocol, {ask("c301 43 0046 000060030aff 01 01 0f 00"), say("c701 43 00 00")});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::control);
  EXPECT_EQ(actions[0].point_kind, "disconnect control");
  EXPECT_EQ(actions[0].step, "remote disconnect");
  EXPECT_EQ(actions[0].value, "0.0.96.3.10.255 method 1 = 0");
  EXPECT_EQ(actions[0].outcome, kAccepted);
  EXPECT_EQ(seen.all<Operation>()[1].cls, OperationClass::control);
  EXPECT_EQ(seen.all<Operation>()[1].qualifier, 70u);
}

TEST(Dlms, WhatAnActionDoesIsItsClass) {
  const auto cls = [](std::string_view object) {
    return observe(dlms::protocol, {ask("c301 01 " + std::string(object) + " 00")}).all<Operation>().at(0).cls;
  };
  EXPECT_EQ(cls("0012 00002c0000ff 04"), OperationClass::program);
  EXPECT_EQ(cls("0008 0000010000ff 06"), OperationClass::time);
  EXPECT_EQ(cls("000f 0000280000ff 01"), OperationClass::auth);
  EXPECT_EQ(cls("000f 0000280000ff 02"), OperationClass::parameter);
  EXPECT_EQ(cls("0040 00002b0000ff 02"), OperationClass::parameter);
  EXPECT_EQ(cls("0009 00000a006aff 01"), OperationClass::control);
  EXPECT_EQ(cls("2001 0000800000ff 01"), OperationClass::control);
  EXPECT_EQ(observe(dlms::protocol, {ask("c301 01 2001 0000800000ff 01 00")}).all<ControlAction>().at(0).point_kind,
            "object");
  // The log-in of high level security changes nothing.
  EXPECT_TRUE(observe(dlms::protocol, {ask("c301 01 000f 0000280000ff 01 01 0902 0102")}).all<ControlAction>().empty());
}

TEST(Dlms, ANewPasswordIsACredentialAndNoValue) {
  const auto seen =
      observe(dlms::protocol, {ask("c101 41 000f 0000280002ff 07 00 09 08 4b6f6a6f2d397a21"), say("c501 41 00")});
  ASSERT_EQ(seen.all<Credential>().size(), 1u);
  EXPECT_EQ(seen.all<Credential>()[0].secret, "Kojo-9z!");
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].value, "0.0.40.0.2.255 attribute 7");
  EXPECT_EQ(seen.all<ControlAction>()[0].cls, OperationClass::parameter);
}

// Of two, one was written.
TEST(Dlms, AListIsToldOneByOne) {
  const auto seen =
      observe(dlms::protocol, {ask("c104 41 02 0008 0000010000ff 03 00 0003 0100010800ff 02 00 02 10 003c 06 00000001"),
                               say("c505 41 02 00 03")});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].value, "0.0.1.0.0.255 attribute 3");
  EXPECT_EQ(actions[0].outcome, kAccepted);
  EXPECT_EQ(actions[1].value, "1.0.1.8.0.255 attribute 2");
  EXPECT_EQ(actions[1].outcome, kRefused);
  EXPECT_EQ(outcomes(seen, 0xC1), std::vector<Outcome>{kAccepted});
}

// Put together by clause 8.3: read the clock, cut the supply off, write register 1.0.1.8.0.255; the last one is denied.
TEST(Dlms, AccessHoldsSeveralRequests) {
  constexpr std::string_view kAccess =
      "d9 40000001 00 03 01 0008 0000010000ff 02 03 0046 0000600300ff 01 02 0003 0100010800ff 02 03 00 0f00 0600000001";
  const auto seen =
      observe(dlms::protocol, {ask(kAccess), say("da 40000001 00 00 03 0900 00 00 03 01 00 03 00 02 03"), ask(kAccess),
                               say("da 40000002 00 00 03 0900 00 00 03 01 00 03 00 02 03")});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 4u);
  EXPECT_EQ(actions[0].cls, OperationClass::control);
  EXPECT_EQ(actions[0].step, "remote disconnect");
  EXPECT_EQ(actions[0].value, "0.0.96.3.0.255 method 1");
  EXPECT_EQ(actions[0].outcome, kAccepted);
  EXPECT_EQ(actions[1].cls, OperationClass::write);
  EXPECT_EQ(actions[1].step, "write");
  EXPECT_EQ(actions[1].outcome, kRefused);
  EXPECT_EQ(actions[1].status, "read-write denied");
  EXPECT_NE(actions[2].outcome, kAccepted);  // another's answer
  EXPECT_EQ(seen.all<Operation>().at(0).cls, OperationClass::control);
  EXPECT_EQ(dlms::protocol.function_name(seen.all<Operation>().at(1).function_code), "ACCESS response");
  EXPECT_EQ(outcomes(seen, 0xD9), (std::vector{kAccepted}));
  EXPECT_TRUE(faults(seen).empty());
  EXPECT_TRUE(proves(wrapped("00010010", kAccess)));
  EXPECT_FALSE(proves(wrapped("00010010", "d9 40000001 00 03 09 0008 0000010000ff 02")));
}

TEST(Dlms, AWriteInBlocksIsOneAction) {
  const auto seen =
      observe(dlms::protocol, {ask("c102 41 0014 00000d0000ff 07 00 00 00000001 03 010203"), say("c502 41 00000001"),
                               ask("c103 41 01 00000002 02 0405"), say("c503 41 00 00000002")});
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, kAccepted);
  EXPECT_EQ(seen.all<ControlAction>()[0].answered.number(), 4u);
  EXPECT_EQ(outcomes(seen, 0xC1), std::vector<Outcome>{kAccepted});
  for (const Operation& o : seen.all<Operation>()) EXPECT_EQ(o.cls, OperationClass::parameter);
}

TEST(Dlms, ReadingInBlocksIsAcceptedBlockByBlock) {
  const auto seen =
      observe(dlms::protocol, {ask("c001 41 0007 0100630100ff 02 00"), say("c402 41 00 00000001 00 03 010203"),
                               ask("c002 41 00000001"), say("c402 41 01 00000002 01 0f")});
  EXPECT_EQ(outcomes(seen, 0xC0), (std::vector<Outcome>{kAccepted, kRefused}));
  for (const Operation& o : seen.all<Operation>()) EXPECT_EQ(o.qualifier, 7u);
}

// Of what it is the next block, nobody has seen.
TEST(Dlms, WhereTheFirstRequestIsMissingNoClassIsTold) {
  const auto seen = observe(dlms::protocol, {ask("c002 41 00000001"), say("c402 41 01 00000002 00 01 00")});
  ASSERT_EQ(seen.all<Operation>().size(), 3u);
  for (const Operation& o : seen.all<Operation>()) EXPECT_EQ(o.qualifier, kNoValue);
}

TEST(Dlms, ExceptionsRefuseTheLatestRequest) {
  const auto seen = observe(dlms::protocol, {ask("c301 43 0046 000060030aff 01 00"), say("d8 01 02"),
                                             ask("c9 08 30 00000002 010203"), say("d8 01 05")});
  EXPECT_EQ(outcomes(seen, 0xC3), std::vector<Outcome>{kRefused});
  EXPECT_EQ(outcomes(seen, 0xC9), std::vector<Outcome>{kRefused});
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, kRefused);
}

TEST(Dlms, CipheredRequestsProveWhoAsks) {
  const auto seen = observe(dlms::protocol, {ask("c9 08 30 00000002 010203"), say("cd 08 30 00000002 040506"),
                                             ask("c9 08 30 00000003 010203")});
  std::size_t proofs = 0, writes = 0;
  for (const Operation& o : seen.all<Operation>()) {
    proofs += o.cls == OperationClass::auth;
    writes += o.cls == OperationClass::write && o.is_message;
  }
  EXPECT_EQ(proofs, 1u);
  EXPECT_EQ(writes, 3u);
  EXPECT_TRUE(seen.all<ControlAction>().empty());
}

TEST(Dlms, ShortNamesAreReadAndWritten) {
  const auto seen = observe(dlms::protocol, {ask("05 02 02 fa00 02 2f08"), say("0c 02 00 11 01 00 11 02"),
                                             ask("06 02 02 2f08 02 2f10 02 11 01 11 02"), say("0d 02 00 01 03")});
  EXPECT_EQ(outcomes(seen, 0x05), std::vector<Outcome>{kAccepted});
  EXPECT_EQ(outcomes(seen, 0x06), std::vector<Outcome>{kAccepted});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].point, 0x2F08u);
  EXPECT_EQ(actions[0].outcome, kAccepted);
  EXPECT_EQ(actions[1].point, 0x2F10u);
  EXPECT_EQ(actions[1].status, "read-write denied");
  EXPECT_EQ(seen.all<Points>().size(), 4u);
}

TEST(Dlms, NotificationsAreReports) {
  const auto seen =
      observe(dlms::protocol, {say("0f 00000001 00 02 02 11 01 11 02"), say("c2 00 0007 0100630100ff 02 11 01")});
  ASSERT_EQ(seen.all<Operation>().size(), 2u);
  for (const Operation& o : seen.all<Operation>()) EXPECT_EQ(o.cls, OperationClass::report);
}

// A meter behind a modem opens the connection, and is asked over it.
TEST(Dlms, WhoAsksIsTheActorWhoeverConnected) {
  const auto seen = observe(dlms::protocol, {server(wrapped("00010010", "c301 43 0046 000060030aff 01 00")),
                                             client(wrapped("00100001", "c701 43 00 00"))});
  for (const Operation& o : seen.all<Operation>()) {
    EXPECT_EQ(o.actor, Role::server);
    EXPECT_EQ(o.unit, 16u);
    EXPECT_EQ(o.peer_unit, 1u);
  }
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].actor, Role::server);
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, kAccepted);
}

// Frames with the S bit: the first holds the object, the last only the rest of the value.
TEST(Dlms, SegmentsAreOneApdu) {
  const auto seen = observe(dlms::protocol, {client("7ea81d032110b3f2e6e600c101c100080000010000ff0200090c07e20e567e"),
                                             client("7ea013032112c3250207030b2a2500ffc400b2ac7e"),
                                             server("7ea0102103301ea4e6e700c501c103cbbb7e")});
  EXPECT_EQ(seen.all<Operation>().size(), 3u);
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, kRefused);
  EXPECT_TRUE(faults(seen).empty());
}

// Upper address 1, lower address 17.
TEST(Dlms, AddressesOfFourOctets) {
  const auto seen = observe(dlms::protocol, {client("7ea01c0002002321108f2ae6e600c001c1000100002a0000ff020012807e"),
                                             server("7ea012210002002330f6fce6e700d80102a7717e")});
  ASSERT_EQ(seen.all<Operation>().size(), 3u);
  for (const Operation& o : seen.all<Operation>()) EXPECT_EQ(o.unit, 17u << 16 | 1u);
  EXPECT_EQ(outcomes(seen, 0xC0), std::vector<Outcome>{kRefused});
}

TEST(Dlms, ADamagedFrameIsThrownAway) {
  std::string damaged(kSetClock);
  damaged[60 - 9] = '4';
  EXPECT_FALSE(proves(damaged));
  const auto seen = observe(dlms::protocol, {client(damaged), client(kSetClock)});
  EXPECT_EQ(faults(seen), std::vector<Fault>{Fault::bad_checksum});
  EXPECT_EQ(seen.all<Operation>().size(), 1u);
}

TEST(Dlms, WhatIsCutTellsWhatIsLeft) {
  for (const std::string_view message : {kLogIn, kGetList, kSetClock, kLoggedIn}) {
    const auto whole = hex(message);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto reader = dlms::protocol.open();
      test::Recorder seen;
      const Conversation conversation;
      const Context context{&dlms::protocol, &conversation, {1, 0, 1}, Role::client, {}};
      reader->on_pdu({Role::client, Bytes(whole).first(size), whole.size()}, Emit(context, seen));
      ASSERT_EQ(faults(seen).size() >= 1 && faults(seen)[0] == Fault::truncated, true) << size;
      EXPECT_TRUE(seen.all<Credential>().empty() || seen.all<Credential>()[0].secret == "transtec") << size;
    }
  }
}

TEST(Dlms, AMessageMayComeInPieces) {
  for (const std::string_view message : {kLogIn, kSetClock}) {
    const auto bytes = hex(message);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(cut);
      const auto seen = observe(
          dlms::protocol, {Chunk{Role::client, {bytes.begin(), middle}}, Chunk{Role::client, {middle, bytes.end()}}});
      EXPECT_EQ(seen.all<Operation>().size(), 1u) << cut;
      EXPECT_TRUE(faults(seen).empty()) << cut;
    }
  }
}

TEST(Dlms, OnlyItsOwnMessagesAreTaken) {
  for (const std::string_view own :
       {kOpen, kOpened, kGetList, kGotList, kRelease, kReleased, kLogIn, kSnrm, kUa, kSetClock, kGotFirmware})
    EXPECT_TRUE(proves(own)) << own;
  EXPECT_EQ(framed("").kind, Frame::Kind::more);
  EXPECT_EQ(framed("7e").kind, Frame::Kind::more);
  EXPECT_EQ(framed("0001 0010").kind, Frame::Kind::more);
  EXPECT_EQ(framed(kOpen.substr(0, 30)).size, 8u + 0x1F);
  EXPECT_EQ(framed("7e00").kind, Frame::Kind::foreign);
  EXPECT_EQ(framed("7ea00503 2193 0f01 7e").kind, Frame::Kind::foreign);             // too short
  EXPECT_EQ(framed("0001 0000 0006 01 03 0000 000a").kind, Frame::Kind::foreign);    // Modbus/TCP, transaction 1
  EXPECT_EQ(framed("0001 0000 0006 c0 01 0000 000a").kind, Frame::Kind::foreign);    // unit 192
  EXPECT_EQ(framed("0002 0010 0001 000d c001 41").kind, Frame::Kind::foreign);       // version
  EXPECT_EQ(framed("0001 0010 4001 000d c001 41 0001").kind, Frame::Kind::foreign);  // no wPort
  EXPECT_EQ(framed("0001 0010 0001 000d c007 41 0001").kind, Frame::Kind::foreign);  // no such choice
  EXPECT_EQ(framed("0001 0010 0001 000d 7f01 41 0001").kind, Frame::Kind::foreign);  // no such APDU
  EXPECT_FALSE(proves("0001 0010 0001 000d c001 51 0001 00002a0000ff 02 00"));       // reserved bits
  EXPECT_FALSE(proves("0001 0010 0001 000a c808 30 00000002 0102"));                 // lengths that do not fit
  EXPECT_FALSE(proves("0001 0010 0001 001f 601ca109060760857405080101be10040e01000000065f1f0400007016ffff"));
  EXPECT_FALSE(proves("7ea0070321930f02 7e"));
}

TEST(Dlms, WhoAsksIsTheClient) {
  const auto role = [](std::string_view bytes) { return dlms::protocol.speaker(hex(bytes)).role; };
  EXPECT_EQ(role(kOpen), Role::client);
  EXPECT_EQ(role(kOpened), Role::server);
  EXPECT_EQ(role(kGetName), Role::client);
  EXPECT_EQ(role(kGotName), Role::server);
  EXPECT_EQ(role(kSnrm), Role::client);
  EXPECT_EQ(role(kUa), Role::server);
  EXPECT_EQ(role(kGotFirmware), Role::server);
  EXPECT_FALSE(dlms::protocol.speaker(hex("7ea00703217113c57e")).certain);  // receive ready: both send it
}

}  // namespace
}  // namespace kakoi
