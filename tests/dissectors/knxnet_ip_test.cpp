#include "dissectors/knxnet_ip/knxnet_ip.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::Chunk;
using test::client;
using test::hex;
using test::server;

test::Recorder observe(const std::vector<Chunk>& chunks) {
  return test::observe(knxnet_ip::protocol, chunks, Transport::udp);
}
std::string_view function(const auto& stated) { return knxnet_ip::protocol.function_name(stated.function_code); }

// Between knxd 0.14.54 as a gateway (bus driver "dummy") and a client that asked for each in turn; what tshark 4.0 reads in
// them is expected.
constexpr std::string_view kSearch = "0610 0201 000e 0801c00002149c40";
constexpr std::string_view kSearchResponse =
    "0610 0202 004c 0801c000020a0e57 3601 02 00 1101 0000 010203040506 e000170c 96faf33fd57c"
    "676174657761790000000000000000000000000000000000000000000000 0802 0201 0401 0501";
constexpr std::string_view kDescriptionResponse =
    "0610 0204 0046 3601 02 00 1101 0000 000000000000 e000170c 96faf33fd57c"
    "676174657761790000000000000000000000000000000000000000000000 0a02 0201 0301 0401 0501";
constexpr std::string_view kConnect = "0610 0205 001a 0801c00002149c40 0801c00002149c40 04040200";
constexpr std::string_view kConnected = "0610 0206 0014 01 00 0801c000020a0e57 04041164";
constexpr std::string_view kGroupWrite = "0610 0420 0015 04010000 1100bce000000a03010081";
constexpr std::string_view kTunnelled = "0610 0421 000a 04010000";
constexpr std::string_view kGroupWriteSent = "0610 0420 0015 04010000 2e00bce000000a03010081";
constexpr std::string_view kGroupWriteOfTwoOctets = "0610 0420 0017 04010100 1100bce000000a040300801234";
constexpr std::string_view kDescriptorRead = "0610 0420 0015 04010400 1100b06000001105014300";
constexpr std::string_view kAuthorize = "0610 0420 001a 04010500 1100b060000011050643d10011223344";
constexpr std::string_view kMemoryWrite = "0610 0420 001a 04010600 1100b060000011050646830100aabbcc";
constexpr std::string_view kPropertyWrite = "0610 0420 001a 04010700 1100b06000001105064bd70036100101";
constexpr std::string_view kKeyWrite = "0610 0420 001a 04010800 1100b06000001105064fd302deadbeef";
constexpr std::string_view kRestart = "0610 0420 0015 04010a00 1100b06000001105015780";
constexpr std::string_view kRestartSent = "0610 0420 0015 04010a00 2e00b06000001105015780";
constexpr std::string_view kAddressWrite = "0610 0420 0017 04010c00 1100bce0000000000300c01109";
constexpr std::string_view kRouted = "0610 0530 0011 2900bcd011640a03010081";
constexpr std::string_view kInterfaceRead = "0610 0310 0011 04010000 fc000b01341001";
constexpr std::string_view kInterfaceReadFailed = "0610 0310 0012 04010000 fb000b0134000100";
constexpr std::string_view kInterfaceWrite = "0610 0310 0012 04010100 f6000b0134100101";
constexpr std::string_view kDataConnection = "0610 0311 000a 04010126";
constexpr std::string_view kState = "0610 0207 0010 63000801c00002149c40";
constexpr std::string_view kNoSuchConnection = "0610 0208 0008 6321";
// ntop/nDPI, knxip.pcapng, packets 1 and 3.
constexpr std::string_view kSearchExtended = "0610 020b 0014 0801c0a858e7a17f 0604 01020607";
constexpr std::string_view kFeatureResponse = "0610 0423 000e 04010200 0600 1087";
constexpr std::string_view kFeatureInfo = "0610 0425 000e 04010300 0600 1087";

bool proves(std::string_view bytes) {
  return knxnet_ip::protocol.frame(hex(bytes), Role::client).kind == Frame::Kind::whole &&
         knxnet_ip::protocol.probe(hex(bytes), Role::client);
}

TEST(KnxnetIp, AnInterfaceTellsWhatItIs) {
  const auto seen = observe({client(kSearch), server(kSearchResponse)});
  EXPECT_EQ(seen.identity(Trait::name), "gateway");
  EXPECT_EQ(seen.identity(Trait::serial), "010203040506");
  EXPECT_EQ(seen.identity(Trait::description), "KNX individual address 1.1.1, medium TP1");
  EXPECT_EQ(seen.identity(Trait::vendor), "");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(function(operations[1]), "Search");
  EXPECT_EQ(operations[1].outcome, Outcome::accepted);
  const auto described = observe({server(kDescriptionResponse)});
  EXPECT_EQ(described.identity(Trait::name), "gateway");
  EXPECT_EQ(described.identity(Trait::serial), "");  // all zero
}

TEST(KnxnetIp, AnybodyMayConnect) {
  const auto seen = observe({client(kConnect), server(kConnected)});
  ASSERT_EQ(seen.all<OpenAccess>().size(), 1u);
  EXPECT_EQ(seen.all<OpenAccess>()[0].scheme, "knxnet_ip");
  const auto refused = observe({client(kState), server(kNoSuchConnection)});
  EXPECT_EQ(refused.all<Operation>().at(1).outcome, Outcome::refused);
  EXPECT_TRUE(refused.all<OpenAccess>().empty());
}

TEST(KnxnetIp, AGroupValueIsWrittenAndSent) {
  const auto seen = observe({client(kGroupWrite), server(kTunnelled), server(kGroupWriteSent), client(kTunnelled)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::write);
  EXPECT_EQ(actions[0].step, "A_GroupValue_Write");
  EXPECT_EQ(actions[0].point_kind, "group address");
  EXPECT_EQ(actions[0].point, 0x0A03u);  // 1/2/3
  EXPECT_EQ(actions[0].value, "1");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[0].answered.number(), 3u);
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 4u);
  EXPECT_EQ(function(operations[0]), "A_GroupValue_Write");
  EXPECT_EQ(function(operations[1]), "Tunnelling");
  EXPECT_EQ(operations[2].actor, Role::client);
  EXPECT_EQ(operations[2].outcome, Outcome::accepted);
}

TEST(KnxnetIp, WhatPassesOnTheBusIsNoCommandOfTheInterface) {
  std::string passing(kGroupWriteSent);
  passing.replace(passing.find(" 2e"), 3, " 29");
  const auto seen = observe({server(passing)});
  ASSERT_EQ(seen.all<Operation>().size(), 1u);
  EXPECT_EQ(seen.all<Operation>()[0].cls, OperationClass::report);
  EXPECT_TRUE(seen.all<ControlAction>().empty());
}

TEST(KnxnetIp, ARouterSaysItItself) {
  const auto seen = observe({client(kRouted)});
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].cls, OperationClass::write);
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, Outcome::none);
}

TEST(KnxnetIp, DevicesAreProgrammedConfiguredAndRestarted) {
  const auto seen = observe({client(kGroupWriteOfTwoOctets), client(kDescriptorRead), client(kMemoryWrite),
                             client(kPropertyWrite), client(kAddressWrite), client(kRestart), server(kRestartSent)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 5u);
  const auto action = [&](std::string_view step) {
    for (const ControlAction& a : actions)
      if (a.step == step) return a;
    return ControlAction{};
  };
  EXPECT_EQ(action("A_GroupValue_Write").value, "1234");
  EXPECT_EQ(action("A_Memory_Write").cls, OperationClass::program);
  EXPECT_EQ(action("A_Memory_Write").unit, 0x1105u);  // 1.1.5
  EXPECT_EQ(action("A_Memory_Write").point, 0x100u);
  EXPECT_EQ(action("A_Memory_Write").points, 3u);
  EXPECT_EQ(action("A_Memory_Write").value, "AABBCC");
  EXPECT_EQ(action("A_PropertyValue_Write").cls, OperationClass::parameter);
  EXPECT_EQ(action("A_PropertyValue_Write").point, 54u);
  EXPECT_EQ(action("A_PropertyValue_Write").value, "01");
  EXPECT_EQ(action("A_IndividualAddress_Write").value, "1.1.9");
  EXPECT_EQ(action("A_Restart").cls, OperationClass::mode);
  EXPECT_EQ(action("A_Restart").outcome, Outcome::accepted);
}

TEST(KnxnetIp, AccessKeysPassInClear) {
  const auto seen = observe({client(kAuthorize), client(kKeyWrite)});
  const auto credentials = seen.all<Credential>();
  ASSERT_EQ(credentials.size(), 2u);
  EXPECT_EQ(credentials[0].scheme, "knx");
  EXPECT_EQ(credentials[0].secret, "11223344");
  EXPECT_EQ(credentials[1].secret, "DEADBEEF");
  EXPECT_EQ(seen.all<Operation>().at(0).cls, OperationClass::auth);
  for (const ControlAction& a : seen.all<ControlAction>()) EXPECT_EQ(a.value, "");
  // All ones is no key.
  EXPECT_TRUE(observe({client("0610 0420 001a 04010500 1100b060000011050643d100ffffffff")}).all<Credential>().empty());
}

TEST(KnxnetIp, TheInterfaceRefuses) {
  const auto seen =
      observe({client(kInterfaceRead), server(kInterfaceReadFailed), client(kInterfaceWrite), server(kDataConnection)});
  EXPECT_EQ(function(seen.all<Operation>().at(1)), "M_PropRead");
  EXPECT_EQ(seen.all<Operation>().at(1).outcome, Outcome::refused);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].step, "M_PropWrite");
  EXPECT_EQ(actions[0].point, 0x0B34u);  // object type 11, property 52
  EXPECT_EQ(actions[0].outcome, Outcome::refused);
  EXPECT_EQ(actions[0].status, "data connection fault");
}

TEST(KnxnetIp, SecureSessionsAreOpaque) {
  // The layouts of EN ISO 22510:2019, 10: session ×2, sequence ×6, serial ×6, tag ×2, encrypted frame, code ×16.
  constexpr std::string_view kWrapper =
      "0610 0950 0030 0001 000000000000 00fa12345678 affe 79152b1c4d00 0102030405060708 090a0b0c0d0e0f10 1112 1314";
  EXPECT_TRUE(proves(kWrapper));
  const auto seen = observe({client(kWrapper)});
  ASSERT_EQ(seen.all<Operation>().size(), 1u);
  EXPECT_EQ(function(seen.all<Operation>()[0]), "Secure Wrapper");
  EXPECT_EQ(seen.all<Operation>()[0].cls, OperationClass::session);
}

// A session of number 0 is none: there are no more.
TEST(KnxnetIp, ASecureSessionMayBeRefused) {
  const std::string key(64, 'a'), code(32, 'b');
  const auto open = client("0610 0951 002e 0802000000000000" + key);
  const auto outcome = [&](std::string_view number) {
    const auto seen = observe({open, server("0610 0952 0038" + std::string(number) + key + code)});
    EXPECT_TRUE(seen.all<OpenAccess>().empty());
    EXPECT_EQ(seen.all<Operation>().at(1).cls, OperationClass::auth);
    return seen.all<Operation>().at(1).outcome;
  };
  EXPECT_EQ(outcome("0001"), Outcome::accepted);
  EXPECT_EQ(outcome("0000"), Outcome::refused);
}

// ISO 22510: what is set is answered by the response to what is read. 03.06.03: functions have a return code, resets nothing.
TEST(KnxnetIp, EachCommandHasTheAnswerOfItsKind) {
  const auto seen =
      observe({client("0610 0424 000d 04010000 0800 01"), server("0610 0423 000d 04010000 0800 01"),
               client("0610 0424 000d 04010100 0800 02"), server("0610 0423 000c 04010100 08fb"),
               client("0610 0310 0010 04010200 f8000b0134aa"), server("0610 0310 0010 04010000 fa000b013400"),
               client("0610 0310 0010 04010300 f8000b0134bb"), server("0610 0310 0010 04010100 fa000b01340b"),
               client("0610 0310 000b 04010400 f1"), server("0610 0310 000b 04010200 f0"), client(kInterfaceWrite),
               server("0610 0310 0012 04010300 f5000b0134100101")});
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 12u);
  EXPECT_EQ(function(operations[1]), "Tunnelling Feature Set");
  EXPECT_EQ(operations[1].outcome, Outcome::accepted);
  EXPECT_EQ(operations[3].outcome, Outcome::refused);
  EXPECT_EQ(operations[9].cls, OperationClass::report);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 6u);
  const Outcome outcomes[] = {Outcome::accepted, Outcome::refused, Outcome::accepted,
                              Outcome::refused,  Outcome::none,    Outcome::accepted};
  for (std::size_t i = 0; i < actions.size(); ++i) {
    EXPECT_EQ(actions[i].actor, Role::client);
    EXPECT_EQ(actions[i].outcome, outcomes[i]) << i;
  }
}

TEST(KnxnetIp, OverTcpFramesFollowEachOther) {
  const std::string both = std::string(kFeatureResponse) + std::string(kFeatureInfo);
  const auto bytes = hex(both);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(cut);
    const auto seen = test::observe(knxnet_ip::protocol, {Chunk{Role::server, {bytes.begin(), middle}},
                                                          Chunk{Role::server, {middle, bytes.end()}}});
    ASSERT_EQ(seen.all<Operation>().size(), 2u) << cut;
    EXPECT_EQ(function(seen.all<Operation>()[1]), "Tunnelling Feature Info");
    EXPECT_TRUE(seen.all<Anomaly>().empty());
  }
}

TEST(KnxnetIp, ItsContentMustFit) {
  for (const auto bytes :
       {kSearch, kSearchResponse, kDescriptionResponse, kConnect, kConnected, kGroupWrite, kTunnelled, kInterfaceRead,
        kRouted, kState, kNoSuchConnection, kSearchExtended, kFeatureResponse})
    EXPECT_TRUE(proves(bytes)) << bytes;
  EXPECT_FALSE(proves("0610 0201 000e 0803c00002149c40"));    // no such host protocol
  EXPECT_FALSE(proves("0610 0201 000f 0801c00002149c4000"));  // octets behind
  EXPECT_FALSE(proves("0610 0420 0015 05010000 1100bce000000a03010081"));
  EXPECT_FALSE(proves("0610 0420 000b 04010000 11"));
  EXPECT_FALSE(proves("0610 0530 0007 55"));                // no such message code
  EXPECT_FALSE(proves("0620 0201 000e 0801c00002149c40"));  // version 2.0
  EXPECT_FALSE(proves("0610 0299 000e 0801c00002149c40"));  // no such service
  EXPECT_EQ(knxnet_ip::protocol.frame(hex("0610 02"), Role::client).kind, Frame::Kind::more);
  EXPECT_EQ(knxnet_ip::protocol.frame(hex("16"), Role::client).kind, Frame::Kind::foreign);
}

TEST(KnxnetIp, WhoAsksIsTheClient) {
  const auto speaker = [](std::string_view bytes) { return knxnet_ip::protocol.speaker(hex(bytes)); };
  EXPECT_EQ(speaker(kConnect).role, Role::client);
  EXPECT_EQ(speaker(kConnected).role, Role::server);
  EXPECT_EQ(speaker(kGroupWrite).role, Role::client);
  EXPECT_EQ(speaker(kGroupWriteSent).role, Role::server);
  EXPECT_EQ(speaker(kInterfaceReadFailed).role, Role::server);
  EXPECT_FALSE(speaker(kTunnelled).certain);
  EXPECT_FALSE(speaker(kRouted).certain);
}

TEST(KnxnetIp, ACutFrameTellsWhatIsLeft) {
  for (const auto frame :
       {kSearchResponse, kMemoryWrite, kPropertyWrite, kAuthorize, kInterfaceWrite, kDataConnection}) {
    const auto whole = hex(frame);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto reader = knxnet_ip::protocol.open();
      test::Recorder seen;
      const Conversation conversation;
      const Context context{&knxnet_ip::protocol, &conversation, {1, 0, 1}, Role::client, {}};
      reader->on_pdu({Role::client, Bytes(whole).first(size), whole.size()}, Emit(context, seen));
      reader->on_end(Emit(context, seen));
      EXPECT_EQ(seen.all<Anomaly>().size(), 1u);
      EXPECT_TRUE(seen.all<Credential>().empty());
    }
  }
}

}  // namespace
}  // namespace kakoi
