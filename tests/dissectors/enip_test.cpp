#include "dissectors/enip/enip.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::server;

// ITI/ICS-Security-Tools, EthernetIP/enip_test.pcap, packets 6 and 7.
constexpr std::string_view kListIdentity = "6300 0000 00000000 00000000 00000000c1debed1 00000000";
constexpr std::string_view kListed =
    "6300 3300 00000000 00000000 00000000c1debed1 00000000 0100 0c00 2d00 0100 0002af120a0101a40000000000000000 "
    "0100 0c00 3a00 0403 3000 8e4d5200 0b 313735362d454e42542f41 03";

// ITI/ICS-Security-Tools, openics/EIP-RebootorRestart.pcap, packets 8 and 10: Get_Attributes_All of the identity object,
// sent on through the chassis to slot 0.
constexpr std::string_view kAskModule =
    "6f00 2400 00010211 00000000 b39b02002008e100 00000000 00000000 2000 0200 0000 0000 b200 1400 "
    "52 02 2006 2401 07 f9 0600 01 02 2001 2401 01 00 0100";
constexpr std::string_view kModule =
    "6f00 3700 00010211 00000000 b39b02002008e100 00000000 00000000 2000 0200 0000 0000 b200 2700 "
    "81 00 00 00 0100 0e00 3600 1401 4603 03f82510 14 313735362d4c36312f42204c4f47495835353631";

// The same question without the detour.
constexpr std::string_view kAskItself =
    "6f00 1600 00010211 00000000 b39b02002008e100 00000000 00000000 2000 0200 0000 0000 b200 0600 01 02 2001 2401";

// …/EthernetIP/cip_stop_plc.pcap, packet 1.
constexpr std::string_view kStop =
    "7000 1c00 01002a00 00000000 0000000000000000 00000000 00000000 0100 0200 a100 0400 224095ff b100 0800 0600 "
    "07 02 208e 2401";
constexpr std::string_view kStopped =
    "7000 1a00 01002a00 00000000 0000000000000000 00000000 00000000 0100 0200 a100 0400 22404321 b100 0600 0600 "
    "87 00 00 00";

bool probes(std::string_view bytes) { return enip::protocol.probe(hex(bytes), Role::client); }

TEST(Enip, ListIdentityTellsWhatADeviceIs) {
  const auto seen = observe(enip::protocol, {client(kListIdentity), server(kListed)});
  EXPECT_EQ(seen.identity(Trait::product), "1756-ENBT/A");
  EXPECT_EQ(seen.identity(Trait::vendor), "Rockwell Automation/Allen-Bradley");
  EXPECT_EQ(seen.identity(Trait::firmware), "4.3");
  EXPECT_EQ(seen.identity(Trait::serial), "00524D8E");
  EXPECT_EQ(seen.identity(Trait::description),
            "CIP vendor 1, device type 12 (Communications Adapter), product code 58");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0].cls, OperationClass::identify);
  EXPECT_EQ(enip::protocol.function_name(operations[0].function_code), "ListIdentity");
}

TEST(Enip, AModuleInTheChassisIsNotTheSpeaker) {
  const auto seen = observe(enip::protocol, {client(kAskModule), server(kModule)});
  EXPECT_EQ(seen.identity(Trait::description),
            "module in slot 0: 1756-L61/B LOGIX5561, revision 20.1, serial 1025F803");
  EXPECT_EQ(seen.identity(Trait::product), "");
  EXPECT_EQ(seen.identity(Trait::role), "plc");  // that it houses a controller is its own
  EXPECT_EQ(seen.all<Identity>().size(), 2u);
}

TEST(Enip, TheIdentityObjectOfTheSpeaker) {
  const auto seen = observe(enip::protocol, {client(kAskItself), server(kModule)});
  EXPECT_EQ(seen.identity(Trait::product), "1756-L61/B LOGIX5561");
  EXPECT_EQ(seen.identity(Trait::firmware), "20.1");
  EXPECT_EQ(seen.identity(Trait::serial), "1025F803");
  EXPECT_EQ(seen.identity(Trait::role), "plc");
}

TEST(Enip, AnAnswerWithoutItsQuestionNamesNobody) {
  EXPECT_TRUE(observe(enip::protocol, {server(kModule)}).all<Identity>().empty());
}

TEST(Enip, MessagesInAnUnconnectedSendAreStated) {
  const auto seen = observe(enip::protocol, {client(kAskModule), server(kModule)}).all<Operation>();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0], (Operation{.cls = OperationClass::session, .function_code = 0x52, .qualifier = 6}));
  EXPECT_EQ(seen[1], (Operation{.cls = OperationClass::identify, .function_code = 1, .qualifier = 1}));
  EXPECT_EQ(
      seen[2],
      (Operation{.cls = OperationClass::identify, .function_code = 1, .qualifier = 1, .outcome = Outcome::accepted}));
}

TEST(Enip, AStopIsACommandWithItsOutcome) {
  const auto record = observe(enip::protocol, {client(kStop), server(kStopped)});
  const auto seen = record.all<ControlAction>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].cls, OperationClass::mode);
  EXPECT_EQ(seen[0].step, "Stop");
  EXPECT_EQ(seen[0].value, "class 0x8E, instance 1");
  EXPECT_EQ(seen[0].outcome, Outcome::accepted);
  EXPECT_EQ(observe(enip::protocol, {client(kStop)}).all<ControlAction>().at(0).outcome, Outcome::none);
}

std::string name(const Operation& o) { return std::string(enip::protocol.qualified_name(o).view()); }

// …/openics/EIP-LockPLCAttempt.pcap, packets 518 to 521 and 722: services of objects that are not published.
TEST(Enip, ServicesOfAnObjectHaveNoNameElsewhere) {
  const auto seen = observe(enip::protocol, {client("7000210000010212000000000000000000000000000000000000000001000200"
                                                    "a1000400016b0700b1000d001a1c4b04208e24012074240101"),
                                             server("70001a0000010212000000000000000000000000000000000000000000000200"
                                                    "a10004004c00fe80b10006001a1ccb000000"),
                                             client("7000200000010212000000000000000000000000000000000000000001000200"
                                                    "a1000400016b0700b1000c001b1c4b0220ac240106000100"),
                                             client("7000200000010212000000000000000000000000000000000000000001000200"
                                                    "a1000400016b0700b1000c002c1c4c04208e240120742401")});
  const auto all = seen.all<Operation>();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(name(all[0]), "service 4Bh of class 74h");
  EXPECT_EQ(name(all[1]), "service 4Bh of class 74h");
  EXPECT_EQ(name(all[2]), "service 4Bh of class ACh");
  EXPECT_EQ(name(all[3]), "service 4Ch of class 74h");
  for (const Operation& o : all) EXPECT_EQ(o.cls, OperationClass::other);
  EXPECT_TRUE(seen.all<ControlAction>().empty());
}

// …/openics/EIP-RebootorRestart.pcap, packets 454 and 456: an object of a Logix program is reset, not the controller.
TEST(Enip, OnlyTheIdentityObjectRestartsTheDevice) {
  const auto seen = observe(enip::protocol, {client("70001c0000010211000000000000000000000000000000000000000001000200"
                                                    "a1000400010b7900b1000800a100050220722401"),
                                             server("70001a0000010211000000000000000000000000000000000000000000000200"
                                                    "a10004001700fe80b1000600a10085000000")});
  for (const Operation& o : seen.all<Operation>()) {
    EXPECT_EQ(o.cls, OperationClass::parameter);
    EXPECT_EQ(name(o), "Reset");
  }
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::parameter);
  EXPECT_EQ(actions[0].value, "class 0x72, instance 1");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
}

// A request in a SendRRData, composed after volume 2, 2-4.7.
std::vector<Operation> asked(std::string_view request, std::size_t size) {
  std::string bytes = "6f00 1000 00010211 00000000 0000000000000001 00000000 00000000 0000 0200 0000 0000 b200 0000";
  const auto put = [&](std::size_t at, std::size_t value) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    bytes[at] = kDigits[value >> 4];
    bytes[at + 1] = kDigits[value & 15];
  };
  put(5, 16 + size);
  put(bytes.size() - 4, size);
  return observe(enip::protocol, {client(bytes + std::string(request))}).all<Operation>();
}
TEST(Enip, ServicesOfAnObjectByItsClass) {
  const auto expect = [](std::string_view request, std::size_t size, OperationClass cls, std::string_view wanted) {
    const auto seen = asked(request, size);
    ASSERT_EQ(seen.size(), 1u) << request;
    EXPECT_EQ(seen[0].cls, cls) << request;
    EXPECT_EQ(name(seen[0]), wanted);
  };
  expect("05 02 2001 2401", 6, OperationClass::mode, "Reset");
  expect("4b 02 2067 2401 00", 7, OperationClass::other, "Execute PCCC");
  expect("4c 03 91 04 72617465 0100", 10, OperationClass::read, "Read Tag");  // the tag "rate"
  expect("4c 02 206b 2401 0100", 8, OperationClass::read, "Read Tag");
  expect("4d 03 91 04 72617465 c300 0100 0e00", 14, OperationClass::write, "Write Tag");
  expect("4d 02 208e 2401 c300 0100 0e00", 12, OperationClass::other, "service 4Dh of class 8Eh");
  expect("52 03 91 04 72617465 0100 00000000", 14, OperationClass::read, "Read Tag Fragmented");
  expect("4e 02 2006 2401", 6, OperationClass::session, "Forward Close");
  expect("35 03 21 00 3103 2401", 8, OperationClass::other, "service 35h of class 331h");
}
TEST(Enip, AnAnswerWithoutItsQuestionMayBeOfAnyObject) {
  // EIP-LockPLCAttempt.pcap, packet 519, as if it were to Write Tag
  const auto seen = observe(enip::protocol, {server("70001a0000010212000000000000000000000000000000000000000000000200"
                                                    "a10004004c00fe80b10006001a1ccd000000")})
                        .all<Operation>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].cls, OperationClass::other);
  EXPECT_EQ(name(seen[0]), "service 4Dh");
}

TEST(Enip, LeavesOthersAlone) {
  EXPECT_TRUE(probes(kListIdentity));
  EXPECT_TRUE(probes(kListed));
  EXPECT_FALSE(probes("0000 0000 00000000 00000000 0000000000000000 00000000"));  // zeros are a NOP, and anybody's
  EXPECT_FALSE(probes("6300 0000 00000000 00000000 00000000c1debed1 00000001"));  // options are 0
  EXPECT_FALSE(probes("6500 0400 00000000 00000000 0000000000000000 00000000 0200 0000"));    // version 1
  EXPECT_EQ(enip::protocol.frame(hex("16030100"), Role::client).kind, Frame::Kind::foreign);  // TLS
}

// cisagov/icsnpp-enip, enip_cip_example.pcap: implicit messages on port 2222 begin so.
TEST(Enip, ImplicitMessagesAreKnownByTheirItems) {
  const auto io = hex("0200 0280 0800 11223344 01000000 b100 0400 0000 0000");
  EXPECT_EQ(enip_io::protocol.frame(io, Role::client).kind, Frame::Kind::whole);
  auto other = io;
  other[14] = 0xB2;
  EXPECT_EQ(enip_io::protocol.frame(other, Role::client).kind, Frame::Kind::foreign);
  EXPECT_TRUE(observe(enip_io::protocol, {{Role::client, io}}, Transport::udp).stated.empty());
}

}  // namespace
}  // namespace kakoi
