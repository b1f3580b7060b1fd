#include "dissectors/echonet_lite/echonet_lite.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::Chunk;
using test::client;
using test::hex;
using test::server;

test::Recorder observe(const std::vector<Chunk>& chunks, Transport transport = Transport::udp) {
  return test::observe(echonet_lite::protocol, chunks, transport);
}

// node-echonet-lite 0.6.0 as the controller of an air conditioner and a light that echonet-lite 2.16.2 plays, recorded
// between two network namespaces; the packet's number stands before each.
constexpr std::string_view k3FindNodes = "1081 0001 05ff01 0ef000 62 01 d600";
constexpr std::string_view k4Instances = "1081 0001 0ef001 05ff01 72 01 d607 02013001029001";
constexpr std::string_view k5GetVersion = "1081 0002 05ff01 0ef001 62 01 8200";
constexpr std::string_view k6Version = "1081 0002 0ef001 05ff01 72 01 8204 010d0100";
constexpr std::string_view k8Number = "1081 0003 0ef001 05ff01 72 01 8311 fe000077000002f230ba07d21100000001";
constexpr std::string_view k13GetIdentity = "1081 0006 05ff01 013001 62 04 8100 8a00 8c00 8d00";
constexpr std::string_view k14Identity =
    "1081 0006 013001 05ff01 72 04 8101 0f 8a03 000077 8c0c 4b4149542d41432d30310000 8d0c 413030313233343500000000";
constexpr std::string_view k15GetState = "1081 0007 05ff01 013001 62 04 8000 b000 b300 bb00";
constexpr std::string_view k16State = "1081 0007 013001 05ff01 72 04 8001 31 b001 41 b301 1a bb01 1c";
constexpr std::string_view k17GetWithUnknown = "1081 0008 05ff01 013001 62 02 8000 ee00";
constexpr std::string_view k18GetSna = "1081 0008 013001 05ff01 52 02 8001 31 ee00";
constexpr std::string_view k19SwitchOn = "1081 0009 05ff01 013001 61 01 8001 30";
constexpr std::string_view k20TellsAll = "1081 0003 013001 05ff01 73 01 8001 30";
constexpr std::string_view k21SetRes = "1081 0009 013001 05ff01 71 01 8000";
constexpr std::string_view k22Cool = "1081 000a 05ff01 013001 61 01 b001 42";
constexpr std::string_view k24SetRes = "1081 000a 013001 05ff01 71 01 b000";
constexpr std::string_view k25NoSuchMode = "1081 000b 05ff01 013001 61 01 b001 99";
constexpr std::string_view k26SetCSna = "1081 000b 013001 05ff01 51 01 b001 99";
constexpr std::string_view k27OnAndTooHot = "1081 000c 05ff01 013001 61 02 8001 30 b301 63";
constexpr std::string_view k29SetCSna = "1081 000c 013001 05ff01 51 02 8000 b301 63";
constexpr std::string_view k30LightOff = "1081 000d 05ff01 029001 60 01 8001 31";
constexpr std::string_view k31Infc = "1081 0006 013001 05ff01 74 01 8001 30";
constexpr std::string_view k32Dim = "1081 000e 05ff01 029001 61 01 b001 28";
constexpr std::string_view k33SetRes = "1081 000e 029001 05ff01 71 01 b000";
constexpr std::string_view k36InfReq = "1081 0010 05ff01 0ef001 63 01 d501 00";
constexpr std::string_view k37Announced = "1081 0007 0ef001 05ff01 73 01 d507 02013001029001";

// Smart meters on the B route, as users of Wi-SUN modules print them in logs (ERXUDP, both ports 0E1Ah).
constexpr std::string_view kMeterAnnounced = "1081006B 0EF001 0EF001 73 01 D504 01028801";
constexpr std::string_view kMeterPower = "10811102 028801 05FF01 72 02 E704 0000029C E804 00280028";
constexpr std::string_view kMeterMap = "1081001A 028801 05FF01 72 01 9E04 0381E5ED";

// Put together by Part 2, chapter 3: what these stacks do not send.
constexpr std::string_view kInfcRes = "1081 0006 05ff01 013001 7a 01 8000";
constexpr std::string_view kSetGet = "1081 0011 05ff01 027d01 6e 01 da01 43 01 e400";
constexpr std::string_view kSetGetRes = "1081 0011 027d01 05ff01 7e 01 da00 01 e401 5a";
constexpr std::string_view kSetGetSna = "1081 0011 027d01 05ff01 5e 01 da00 01 e400";
constexpr std::string_view kAllLightsOff = "1081 0012 05ff01 029000 61 01 8001 31";
constexpr std::string_view kSecondLight = "1081 0012 029002 05ff01 71 01 8000";
constexpr std::string_view kSetClock = "1081 0013 05ff01 013001 61 02 9702 0907 9804 07ea0b17";
constexpr std::string_view kUnknownClass = "1081 0014 05ff01 02b501 61 01 e90a 00112233445566778899";
constexpr std::string_view kSetISna = "1081 000d 029001 05ff01 50 01 8001 31";
constexpr std::string_view kNotifiedAsAsked = "1081 0010 0ef001 05ff01 73 01 d504 01013001";
constexpr std::string_view kControllerAnnounced = "1081 0001 0ef001 0ef001 73 01 d504 0105ff01";
constexpr std::string_view kFormat2 = "1082 0001 68656c6c6f";

Frame framed(std::string_view bytes) { return echonet_lite::protocol.frame(hex(bytes), Role::client); }
bool proves(std::string_view bytes) { return echonet_lite::protocol.probe(hex(bytes), Role::client); }
std::string name_of(const Operation& o) { return std::string(echonet_lite::protocol.qualified_name(o).view()); }

TEST(EchonetLite, DiscoveryIdentifiesAndListsTheDevices) {
  const auto seen = observe({client(k3FindNodes), server(k4Instances)});
  const std::vector<Operation> expected = {
      {.cls = OperationClass::identify, .function_code = 0x62, .qualifier = 0x0EF0},
      {.cls = OperationClass::identify, .function_code = 0x62, .qualifier = 0x0EF0, .outcome = Outcome::accepted}};
  EXPECT_EQ(seen.all<Operation>(), expected);
  EXPECT_EQ(name_of(expected[0]), "Get node profile");
  EXPECT_EQ(seen.identity(Trait::description), "ECHONET Lite: home air conditioner, general lighting");
  EXPECT_EQ(seen.identity(Trait::role), "ot_device");
  ASSERT_EQ(seen.all<OpenAccess>().size(), 1u);
  EXPECT_EQ(seen.all<OpenAccess>()[0].scheme, "echonet_lite");
}

TEST(EchonetLite, ANodeTellsVersionAndNumber) {
  const auto seen = observe({client(k5GetVersion), server(k6Version), server(k8Number)});
  EXPECT_EQ(seen.identity(Trait::description), "ECHONET Lite 1.13");
  EXPECT_EQ(seen.identity(Trait::fingerprint), "FE000077000002F230BA07D21100000001");
  EXPECT_EQ(seen.all<OpenAccess>().size(), 1u);
}

TEST(EchonetLite, ADeviceTellsMakerProductSerialAndPlace) {
  const auto seen = observe({client(k13GetIdentity), server(k14Identity)});
  EXPECT_EQ(seen.identity(Trait::vendor), "Kanagawa Institute of Technology");
  EXPECT_EQ(seen.identity(Trait::model), "KAIT-AC-01");
  EXPECT_EQ(seen.identity(Trait::serial), "A0012345");
  EXPECT_EQ(seen.identity(Trait::location), "living room 7");
  EXPECT_EQ(name_of(seen.all<Operation>()[1]), "Get home air conditioner");
  for (const auto& s : seen.stated) EXPECT_TRUE(!std::holds_alternative<Identity>(s.fact) || s.speaker == Role::server);
}

TEST(EchonetLite, TheFirstPropertyTellsWhatIsAskedFor) {
  EXPECT_EQ(observe({client(k13GetIdentity)}).all<Operation>()[0].cls, OperationClass::read);
  const auto maker = observe({client("1081 0006 05ff01 013001 62 02 8a00 8000")}).all<Operation>();
  EXPECT_EQ(maker[0].cls, OperationClass::identify);
}

TEST(EchonetLite, AMakerThatIsNotListedIsToldByItsCode) {
  const auto seen = observe({server("1081 0001 013001 05ff01 72 02 8a03 00fffe 8c03 ff00ff")});
  EXPECT_EQ(seen.identity(Trait::vendor), "");
  EXPECT_EQ(seen.identity(Trait::model), "");
  EXPECT_EQ(seen.identity(Trait::description), "ECHONET manufacturer code 00FFFE");
}

TEST(EchonetLite, StatesAreReadAndMayBeRefused) {
  const auto seen = observe({client(k15GetState), server(k16State), client(k17GetWithUnknown), server(k18GetSna)});
  const std::vector<Operation> expected = {
      {.cls = OperationClass::read, .function_code = 0x62, .qualifier = 0x0130},
      {.cls = OperationClass::read, .function_code = 0x62, .qualifier = 0x0130, .outcome = Outcome::accepted},
      {.cls = OperationClass::read, .function_code = 0x62, .qualifier = 0x0130},
      {.cls = OperationClass::read, .function_code = 0x62, .qualifier = 0x0130, .outcome = Outcome::refused}};
  EXPECT_EQ(seen.all<Operation>(), expected);
  EXPECT_TRUE(seen.all<ControlAction>().empty());
}

TEST(EchonetLite, AWriteNamesObjectAndPropertyAndIsAccepted) {
  const auto seen = observe({client(k19SwitchOn), server(k20TellsAll), server(k21SetRes), client(k22Cool),
                             server(k24SetRes), client(k32Dim), server(k33SetRes)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 3u);
  EXPECT_EQ(actions[0].cls, OperationClass::write);
  EXPECT_EQ(actions[0].step, "SetC");
  EXPECT_EQ(actions[0].point_kind, "home air conditioner");
  EXPECT_EQ(actions[0].point, 1u);
  EXPECT_EQ(actions[0].value, "operation status: on");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[0].asked.number(), 1u);
  EXPECT_EQ(actions[0].answered.number(), 3u);
  EXPECT_EQ(actions[1].value, "operation mode: cooling");
  EXPECT_EQ(actions[2].point_kind, "general lighting");
  EXPECT_EQ(actions[2].value, "illuminance level: 40 %");
}

TEST(EchonetLite, OfARefusalThosePropertiesWereAcceptedThatHaveNoValue) {
  const auto seen = observe({client(k25NoSuchMode), server(k26SetCSna), client(k27OnAndTooHot), server(k29SetCSna)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 3u);
  EXPECT_EQ(actions[0].outcome, Outcome::refused);
  EXPECT_EQ(actions[0].status, "response not possible");
  EXPECT_EQ(actions[0].value, "operation mode: 99");
  EXPECT_EQ(actions[1].outcome, Outcome::accepted);
  EXPECT_EQ(actions[1].value, "operation status: on");
  EXPECT_EQ(actions[2].outcome, Outcome::refused);
  EXPECT_EQ(actions[2].value, "set temperature: 99 °C");
  EXPECT_EQ(seen.all<Operation>()[3].outcome, Outcome::refused);
  EXPECT_TRUE(seen.all<OpenAccess>().empty());
}

TEST(EchonetLite, ARefusalWithoutAnyValueRefusesAll) {
  const auto actions =
      observe({client(k27OnAndTooHot), server("1081 000c 013001 05ff01 51 02 8000 b300")}).all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].outcome, Outcome::refused);
  EXPECT_EQ(actions[1].outcome, Outcome::refused);
}

TEST(EchonetLite, SetIIsNotAnsweredButWhenRefused) {
  auto actions = observe({client(k30LightOff), client(k32Dim), server(k33SetRes)}).all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[1].step, "SetI");
  EXPECT_EQ(actions[1].outcome, Outcome::none);
  const auto seen = observe({client(k30LightOff), server(kSetISna)});
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, Outcome::refused);
  EXPECT_EQ(seen.all<Operation>()[1].function_code, 0x60u);
}

TEST(EchonetLite, AWriteThatIsPassedOverIsUnanswered) {
  const auto actions = observe({client(k22Cool), client(k15GetState), server(k16State)}).all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].outcome, Outcome::unanswered);
}

TEST(EchonetLite, AnAnswerToAnotherTransactionIsNotTaken) {
  const auto actions = observe({client(k22Cool), server("1081 000b 013001 05ff01 71 01 b000")}).all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].outcome, Outcome::unanswered);
}

TEST(EchonetLite, BothSidesAsk) {
  const auto seen = observe({server(k22Cool), client(k24SetRes)});
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].actor, Role::server);
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, Outcome::accepted);
  for (const Operation& o : seen.all<Operation>()) EXPECT_EQ(o.actor, Role::server);
}

TEST(EchonetLite, NotificationsReportAndMayBeConfirmed) {
  const auto seen = observe({server(k20TellsAll), server(k31Infc), client(kInfcRes)});
  const std::vector<Operation> expected = {
      {.cls = OperationClass::report, .function_code = 0x73, .qualifier = 0x0130, .actor = Role::server},
      {.cls = OperationClass::report, .function_code = 0x74, .qualifier = 0x0130, .actor = Role::server},
      {.cls = OperationClass::report,
       .function_code = 0x74,
       .qualifier = 0x0130,
       .outcome = Outcome::accepted,
       .actor = Role::server}};
  EXPECT_EQ(seen.all<Operation>(), expected);
  EXPECT_TRUE(seen.all<OpenAccess>().empty());
}

TEST(EchonetLite, ANotificationAnswersARequestForOne) {
  const auto own = observe({client(k36InfReq), server(k37Announced)}).all<Operation>();
  ASSERT_EQ(own.size(), 2u);
  EXPECT_EQ(own[1].cls, OperationClass::identify);
  const auto asked = observe({client(k36InfReq), server(kNotifiedAsAsked)}).all<Operation>();
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(asked[2].function_code, 0x63u);
  EXPECT_EQ(asked[2].outcome, Outcome::accepted);
  EXPECT_FALSE(asked[2].is_message);
  EXPECT_EQ(asked[2].actor, Role::client);
}

TEST(EchonetLite, SetGetWritesTheFirstListAndReadsTheSecond) {
  const auto seen = observe({client(kSetGet), server(kSetGetRes), client(kSetGet), server(kSetGetSna)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].step, "SetGet");
  EXPECT_EQ(actions[0].point_kind, "storage battery");
  EXPECT_EQ(actions[0].value, "operation mode: discharging");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[1].outcome, Outcome::accepted);  // only what was to be read was not possible
  EXPECT_EQ(seen.all<Operation>()[3].outcome, Outcome::refused);
}

TEST(EchonetLite, InstanceZeroIsAllOfAClass) {
  const auto actions = observe({client(kAllLightsOff), server(kSecondLight)}).all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].point, 0u);
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
}

TEST(EchonetLite, ClocksAreSet) {
  const auto seen = observe({client(kSetClock)});
  EXPECT_EQ(seen.all<Operation>()[0].cls, OperationClass::time);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].value, "current time: 09:07");
  EXPECT_EQ(actions[1].value, "current date: 2026-11-23");
}

TEST(EchonetLite, AnUnknownClassIsToldByNumber) {
  const auto seen = observe({client(kUnknownClass)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].point_kind, "object");
  EXPECT_EQ(actions[0].value, "class 02B5, E9: 0011223344556677 …");
  EXPECT_EQ(name_of(seen.all<Operation>()[0]), "SetC class 02B5");
}

TEST(EchonetLite, SmartMetersAnnounceThemselvesAndAnswer) {
  const auto seen = observe({server(kMeterAnnounced), server(kMeterPower), server(kMeterMap)});
  EXPECT_EQ(seen.identity(Trait::description), "ECHONET Lite: low-voltage smart meter");
  const auto all = seen.all<Operation>();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(name_of(all[1]), "Get low-voltage smart meter");
  EXPECT_EQ(all[1].cls, OperationClass::read);
  EXPECT_EQ(all[2].cls, OperationClass::identify);
  for (const std::string_view bytes : {kMeterAnnounced, kMeterPower, kMeterMap}) {
    EXPECT_TRUE(proves(bytes));
    EXPECT_EQ(echonet_lite::protocol.speaker(hex(bytes)).role, Role::server);
  }
}

TEST(EchonetLite, ANodeWithoutDevicesIsNone) {
  const auto seen = observe({client(kControllerAnnounced)});
  EXPECT_EQ(seen.identity(Trait::description), "ECHONET Lite: controller");
  EXPECT_EQ(seen.identity(Trait::role), "");
}

TEST(EchonetLite, SeveralInstancesOfAClassAreCounted) {
  const auto seen = observe({server("1081 0001 0ef001 05ff01 72 01 d60d 04029001029002013001029003")});
  EXPECT_EQ(seen.identity(Trait::description), "ECHONET Lite: general lighting ×3, home air conditioner");
}

TEST(EchonetLite, AFormatOfTheMakersOwnIsCountedOnly) {
  const auto seen = observe({client(k3FindNodes), client(kFormat2)});
  ASSERT_EQ(seen.all<Operation>().size(), 2u);
  EXPECT_EQ(seen.all<Operation>()[1].function_code, 0x82u);
  EXPECT_EQ(seen.all<Operation>()[1].cls, OperationClass::other);
  EXPECT_FALSE(proves(kFormat2));
}

TEST(EchonetLite, WhoAsksIsTheClientAndWhoNotifiesOfADeviceTheServer) {
  const auto speaker = [](std::string_view bytes) { return echonet_lite::protocol.speaker(hex(bytes)); };
  for (const std::string_view asks : {k3FindNodes, k19SwitchOn, k30LightOff, k36InfReq, kSetGet, kInfcRes}) {
    EXPECT_EQ(speaker(asks).role, Role::client) << asks;
    EXPECT_TRUE(speaker(asks).certain) << asks;
  }
  for (const std::string_view tells : {k4Instances, k18GetSna, k21SetRes, k20TellsAll, k31Infc, k37Announced}) {
    EXPECT_EQ(speaker(tells).role, Role::server) << tells;
    EXPECT_TRUE(speaker(tells).certain) << tells;
  }
  EXPECT_FALSE(speaker(kControllerAnnounced).certain);
  EXPECT_FALSE(speaker(kFormat2).certain);
}

TEST(EchonetLite, FramesFollowEachOtherOverTcp) {
  const std::string both = std::string(k22Cool) + std::string(k15GetState);
  const auto seen = observe({client(both.substr(0, 17)), client(both.substr(17)), server(k24SetRes), server(k16State)},
                            Transport::tcp);
  EXPECT_EQ(seen.all<Operation>().size(), 4u);
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, Outcome::accepted);
  const auto whole = hex(k27OnAndTooHot);
  for (std::size_t n = 1; n < whole.size(); ++n) {
    const Frame part = echonet_lite::protocol.frame(Bytes(whole).first(n), Role::client);
    ASSERT_NE(part.kind, Frame::Kind::foreign) << n;
    ASSERT_GT(part.size, n);
    ASSERT_LE(part.size, whole.size());
  }
  EXPECT_EQ(framed(k27OnAndTooHot).size, whole.size());
  EXPECT_EQ(framed(kSetGet).size, hex(kSetGet).size());
}

TEST(EchonetLite, OtherTrafficIsNotTakenForIt) {
  EXPECT_EQ(framed("1081 0001 05ff01 0ef001 64 01 d600").kind, Frame::Kind::foreign);  // no such service
  EXPECT_EQ(framed("1081 0001 05ff01 0ef001 62 00").kind, Frame::Kind::foreign);       // asks nothing
  EXPECT_EQ(framed("1083 0001").kind, Frame::Kind::foreign);
  EXPECT_EQ(framed("81 0a 0011 0104").kind, Frame::Kind::foreign);  // BACnet
  EXPECT_TRUE(proves(k19SwitchOn));
  EXPECT_FALSE(proves("1081 0001 05ff01 10f001 62 01 d600"));     // no such class group
  EXPECT_FALSE(proves("1081 0001 05ff01 0ef081 62 01 d600"));     // no such instance
  EXPECT_FALSE(proves("1081 0001 05ff01 0ef001 62 01 5600"));     // no such property
  EXPECT_FALSE(proves("1081 0009 05ff01 013001 61 01 8004 30"));  // the value goes beyond the end
}

TEST(EchonetLite, ACommandIsNotTakenForUnansweredAcrossAGap) {
  const auto seen = observe({client(k22Cool), server("ffff"), client(k15GetState), server(k16State)});
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, Outcome::none);
}

}  // namespace
}  // namespace kakoi
