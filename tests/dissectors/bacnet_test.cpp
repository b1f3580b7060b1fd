#include "dissectors/bacnet/bacnet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::server;

test::Recorder play(std::vector<test::Chunk> chunks) { return test::observe(bacnet::protocol, chunks, Transport::udp); }

// ITI/ICS-Security-Tools, BACnet/bacnet_test.pcap, packets 1 to 8: ReadProperty of the device object.
constexpr std::string_view kAskName = "810a0011 0104 0005010c 0c023fffff 194d";
constexpr std::string_view kVendorName = "810a001b 0100 30010c 0c023fffff 1979 3e 7507 04 004a00430049 3f";
constexpr std::string_view kFirmware =
    "810a0029 0100 30010c 0c023fffff 192c 3e 7515 04 0035002e0031002e0030002e0034003400300030 3f";
// cisagov/icsnpp-bacnet, bacnet_services.pcap: I-Am of a device behind a router, on network 1.
constexpr std::string_view kRoutedIAm = "810b001c 0128 ffff00 000301 6c fe 1000 c40200006c 2201e0 9100 212a";
// arkime, bacnet-stack-services.pcap, packets 66 and 67; in the capture the server is behind a router, too.
constexpr std::string_view kCommunicationControl = "810a001c 0124 000d013d ff 00030111 1900 2d09 00 66696c6973746572";
constexpr std::string_view kObeyed = "810a000d 0108 000d013d 200111";

TEST(Bacnet, TheDeviceObjectTellsMakerAndFirmware) {
  const auto seen = play({client(kAskName), server(kVendorName), server(kFirmware)});
  EXPECT_EQ(seen.identity(Trait::vendor), "JCI");
  EXPECT_EQ(seen.identity(Trait::firmware), "5.1.0.4400");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 3u);
  EXPECT_EQ(operations[0], (Operation{.cls = OperationClass::read, .function_code = 12}));
  EXPECT_EQ(operations[1].outcome, Outcome::accepted);
  EXPECT_EQ(bacnet::protocol.function_name(12), "ReadProperty");
}

TEST(Bacnet, OtherObjectsNameNobody) {
  // The same answer for the object name of analog input 1 (clause 12.2).
  EXPECT_TRUE(
      play({server("810a001b 0100 30010c 0c00000001 194d 3e 7507 04 004a00430049 3f")}).all<Identity>().empty());
}

TEST(Bacnet, ManyPropertiesInOneAnswer) {
  // ReadPropertyMultiple-ACK (clause 20, annex F.3.7): device 5 with model name, an error, object name.
  const auto seen =
      play({server("810a002e 0100 30 01 0e 0c02000005 1e 2946 4e 7506 00 5458373030 4f 294d 4e 7504 00 524631"
                   "4f 29 1c 5e 9102 9120 5f 1f")});
  EXPECT_EQ(seen.identity(Trait::model), "TX700");
  EXPECT_EQ(seen.identity(Trait::name), "RF1");
}

TEST(Bacnet, IAmTellsNumbers) {
  // The same I-Am without a source network.
  const auto seen = play({server("810b0018 0120 ffff00 ff 1000 c40200006c 2201e0 9100 2105")});
  EXPECT_EQ(seen.identity(Trait::description), "BACnet device 108, vendor 5");
  EXPECT_EQ(seen.identity(Trait::vendor), "Johnson Controls");
}

TEST(Bacnet, ADeviceBehindARouterIsNotTheSpeaker) {
  const auto seen = play({server(kRoutedIAm)});
  EXPECT_EQ(seen.identity(Trait::description), "BACnet device 108, vendor 42, on a network behind");
  EXPECT_EQ(seen.identity(Trait::vendor), "");
}

// arkime, bacnet-stack-services.pcap, packets 96 and 4.
TEST(Bacnet, IHaveOfItsDeviceObjectNamesTheSpeaker) {
  EXPECT_EQ(play({server("810a0025 0120 ffff00 ff 1001 c40200007b c40200007b 75 0d 00 53696d706c65536572766572")})
                .identity(Trait::name),
            "SimpleServer");
  // another object of it, and a device behind it
  for (const std::string_view other :
       {"810a0025 0120 ffff00 ff 1001 c40200007b c40000007b 75 0d 00 53696d706c65536572766572",
        "810a0020 0108 000d013d 1001 c40200003d c40200003d 75 08 00 53594e45524759"})
    EXPECT_TRUE(play({server(other)}).all<Identity>().empty()) << other;
}

TEST(Bacnet, PasswordsPassInClear) {
  const auto seen = play({client(kCommunicationControl), server(kObeyed)});
  const auto credentials = seen.all<Credential>();
  ASSERT_EQ(credentials.size(), 2u);
  EXPECT_EQ(credentials[0].secret, "filister");
  EXPECT_EQ(credentials[1].outcome, CredentialOutcome::accepted);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].step, "DeviceCommunicationControl");
  EXPECT_EQ(actions[0].cls, OperationClass::mode);
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
}

// icsnpp-bacnet, bacnet_example.pcap, packets 594 and 595, and bacnet_services.pcap, packets 398 and 400.
TEST(Bacnet, ReinitializeTellsARestartFromTheStepsOfARestore) {
  const auto tried =
      play({client("810a0011 0104 0005 0c 14 0906 1d 09 00 4d617273687432"), server("810a0011 0104 200c14")});
  EXPECT_EQ(tried.all<ControlAction>().at(0).value, "abort restore");
  for (const auto& [state, name, cls] : {std::tuple("00", "coldstart", OperationClass::mode),
                                         {"01", "warmstart", OperationClass::mode},
                                         {"02", "start backup", OperationClass::file},
                                         {"05", "end restore", OperationClass::program},
                                         {"06", "abort restore", OperationClass::other},
                                         {"07", "activate changes", OperationClass::mode}}) {
    const auto seen =
        play({client("810a001c 0124 0003016c ff 0203 89 14 09" + std::string(state) + " 1d 09 00 657468657265616c"),
              server("810a0011 0108 0003016c 50 89 14 9105 911a")});
    const auto actions = seen.all<ControlAction>();
    ASSERT_EQ(actions.size(), 1u) << name;
    EXPECT_EQ(actions[0].value, name);
    EXPECT_EQ(actions[0].cls, cls);
    EXPECT_EQ(actions[0].outcome, Outcome::refused);
    const auto operations = seen.all<Operation>();
    ASSERT_EQ(operations.size(), 2u) << name;
    EXPECT_EQ(operations[0].cls, cls);
    EXPECT_EQ(operations[0].function_code, operations[1].function_code);  // the answer repeats the service alone
  }
}

// The same capture, packets 60 and 61.
TEST(Bacnet, AWriteNamesItsObject) {
  const auto record = play({client("810a0019 0124 000d013d ff 0003010f 0c00400000 1955 3e 00 3f"),
                            server("810a0011 0108 000d013d 50010f 9101 911f")});
  const auto seen = record.all<ControlAction>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].point_kind, "analog output");
  EXPECT_EQ(seen[0].point, 0u);
  EXPECT_EQ(seen[0].value, "present value");
  EXPECT_EQ(seen[0].outcome, Outcome::refused);
}

// The same capture, frames 110 (cut) and 111; the Abort is as clause 20.1.9 has it.
TEST(Bacnet, RejectAndAbortRefuseWhatWasAsked) {
  constexpr std::string_view kWriteFile = "810a001a 010c 000d013d 02 033a 07 c402800000 0e 3100 65 00 0f";
  const auto refused_by = [&](std::string_view answer) {
    std::vector<Operation> seen = play({server(kWriteFile), client(answer)}).all<Operation>();
    return std::vector<Operation>(seen.begin() + 1, seen.end());
  };
  const Operation write{.cls = OperationClass::file,
                        .function_code = 7,
                        .outcome = Outcome::refused,
                        .is_message = false,
                        .actor = Role::server};
  const auto message = [](std::uint32_t code, Role actor) {
    return Operation{.cls = OperationClass::other, .function_code = code, .actor = actor};
  };
  using testing::ElementsAre;
  constexpr std::uint32_t kReject = 0x400, kAbort = 0x401;
  EXPECT_THAT(refused_by("810a000e 0120 000d013d ff 60 3a 09"), ElementsAre(message(kReject, Role::server), write));
  EXPECT_THAT(refused_by("810a000e 0120 000d013d ff 71 3a 09"), ElementsAre(message(kAbort, Role::server), write));
  EXPECT_THAT(refused_by("810a000e 0120 000d013d ff 60 3b 09"), ElementsAre(message(kReject, Role::server)));
  // who asked gives up
  EXPECT_THAT(refused_by("810a000e 0120 000d013d ff 70 3a 09"), ElementsAre(message(kAbort, Role::client)));
}

TEST(Bacnet, TheLengthIsTheDatagrams) {
  EXPECT_EQ(bacnet::protocol.frame(hex(kAskName), Role::client).kind, Frame::Kind::whole);
  // cisagov/icsnpp-bacnet, bacnet_example.pcap, packet 572: a tool that guesses passwords, with the length of another message.
  const auto guess = hex("810a0011 0104 0005 01 14 0906 1d 0b 00 44656c63617474793730");
  EXPECT_TRUE(bacnet::protocol.probe(guess, Role::client));
  const auto seen = play({{Role::client, guess}});
  EXPECT_EQ(seen.all<Anomaly>().at(0).fault, Fault::bad_length);
  EXPECT_EQ(seen.all<Credential>().at(0).secret, "Delcatty70");
  auto odd = guess;
  odd[9] = 77;  // no such service
  EXPECT_FALSE(bacnet::protocol.probe(odd, Role::client));
  auto cut = hex(kAskName);
  cut.pop_back();  // as a capture does
  EXPECT_TRUE(bacnet::protocol.probe(cut, Role::client));
  EXPECT_EQ(bacnet::protocol.frame(hex("810a0005 02"), Role::client).kind, Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
