#include "dissectors/melsoft/melsoft.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::kind_of;
using test::observe;
using test::server;

// ITI/ICS-Security-Tools, melsoft_UDP_clean_1.pcap, packets 11 to 14, 255, 256, 373 and 374; clean_2, packets 151 and 152.
constexpr std::string_view kSearch = "5a0000ff", kFound = "da0000ff 294a0c000000000000100200f0a832a34d79872800001003";
constexpr std::string_view kReadModel =
    "57010000001111 070000ffff030000fe030000 2000 1c0a1614 00000000000000000000000000000000000000 00 0121 0100 0000 "
    "0001";
constexpr std::string_view kModel =
    "d7010000001111 7f000000a80300ffff030000 3800 9c0a1814 000000000000000000000000000000000000000000 00 0121 0100 0000"
    "465835552d33324d542f455300000000294a000800000000";
constexpr std::string_view kStop =
    "57010000001111 070000ffff030000fe030000 2000 1c0a1614 00000000000000000000000000000000000000 00 1002 0b00 0000 "
    "0100";
constexpr std::string_view kStopped =
    "d7010000001111 7f000000a80300ffff030000 2000 9c0a1814 000000000000000000000000000000000000000000 00 1002 0b00 "
    "0000";
constexpr std::string_view kWrite =
    "57010000001111 070000ffff030000fe030000 4a00 1c0a1614 00000000000000000000000000000000000000 00 1410 4400 0000"
    "0000000000000000000001000000000000000000b00000000000000000000000000000000000000000000000";
constexpr std::string_view kWritten =
    "d7010000001111 7f000000a80300ffff030000 2000 9c0a1814 000000000000000000000000000000000000000000 00 1410 4400 "
    "0000";
constexpr std::string_view kAsk1734 =
    "57010000001111 070000ffff030000fe030000 3e00 1c0a1614 00000000000000000000000000000000000000 00 1734 0900 0000"
    "00000000000400010000007d01120024004d0045004c00500052004a0024000000";
constexpr std::string_view kError4080 =
    "d7010000001111 7f000000a80300ffff030000 2c00 9c0a1814 8040 00000000000000000000000000000000000000 00 1734 0900 "
    "0000"
    "00014817112903254503200331";

TEST(Melsoft, TheControllerTellsItsModel) {
  const auto seen =
      observe(melsoft::protocol, {client(kSearch), server(kFound), client(kReadModel), server(kModel)}, Transport::udp);
  EXPECT_EQ(seen.identity(Trait::model), "FX5U-32MT/ES");
  EXPECT_EQ(seen.identity(Trait::vendor), "Mitsubishi Electric");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 4u);
  EXPECT_EQ(operations[0], (Operation{.cls = OperationClass::identify, .function_code = 0x100FF}));
  EXPECT_EQ(operations[2], (Operation{.cls = OperationClass::identify, .function_code = 0x0121}));
  EXPECT_EQ(operations[3].outcome, Outcome::accepted);
  EXPECT_TRUE(seen.all<Anomaly>().empty());
  EXPECT_TRUE(seen.all<OpenAccess>().empty());  // that alone may come before a log-in
}

TEST(Melsoft, StopsAndWritesAreCommands) {
  const auto seen =
      observe(melsoft::protocol, {client(kStop), server(kStopped), client(kWrite), server(kWritten), client(kStop)},
              Transport::udp);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 3u);
  EXPECT_EQ(actions[0].cls, OperationClass::mode);
  EXPECT_EQ(actions[0].step, "Remote Stop");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[1].cls, OperationClass::write);
  EXPECT_EQ(actions[1].outcome, Outcome::accepted);
  EXPECT_EQ(actions[2].outcome, Outcome::none);
  EXPECT_EQ(seen.all<OpenAccess>().size(), 1u);
}

// 4080h is MELSEC's "request data error".
TEST(Melsoft, AnErrorCodeIsARefusal) {
  const auto operations =
      observe(melsoft::protocol, {client(kAsk1734), server(kError4080)}, Transport::udp).all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0].function_code, 0x1734u);
  EXPECT_EQ(operations[1].outcome, Outcome::refused);
}

TEST(Melsoft, TheHeadTellsWhoAnswers) {
  EXPECT_EQ(melsoft::protocol.speaker(hex(kModel)).role, Role::server);
  EXPECT_EQ(melsoft::protocol.speaker(hex(kFound)).role, Role::server);
  EXPECT_EQ(melsoft::protocol.speaker(hex(kStop)).role, Role::client);
}

TEST(Melsoft, AStreamIsCutByItsLengths) {
  const auto seen = observe(melsoft::protocol, {client("57010000001111 070000ffff030000fe030000 20"),
                                                client("00 1c0a1614 00000000000000000000000000000000000000 00 1002 0b00"
                                                       "0000 0100"),
                                                server(std::string(kStopped) + std::string(kWritten))});
  EXPECT_EQ(seen.all<Operation>().size(), 3u);
}

// hi-KK/ICS-Protocol-identify, a Q03UDECPU over TCP, as melsecq-discover asks it: a shorter head, and a number in the third
// octet.
TEST(Melsoft, QSeriesTellTheirTypeName) {
  constexpr std::string_view kAsk =
      "57000000001111 070000ffff030000fe030000 1400 1c080a08 0000000000000004 0101 0100 0000 0001";
  constexpr std::string_view kTold =
      "d700c800001111 07000000e40300ffff030000 3800 9c000c08 00000000100400000000 0101 0100 0000"
      "51303355444543505520202020202020 68020008baba081020210316002002000101e802";
  const auto seen = observe(melsoft::protocol, {client(kAsk), server(kTold)});
  EXPECT_EQ(seen.identity(Trait::model), "Q03UDECPU");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[1].function_code, 0x0101u);
  EXPECT_EQ(operations[1].outcome, Outcome::accepted);
  EXPECT_TRUE(seen.all<Anomaly>().empty());
  EXPECT_TRUE(melsoft::protocol.probe(hex(kTold), Role::server));
}

// A panel switches relay M10 on, as scripts of a laboratory with a model railway send it (public; UDP 5001 to 5006).
TEST(Melsoft, PanelsWriteDevices) {
  constexpr std::string_view kOn =
      "57000000001111 070000ffff03000000000000 2200 1c000a08 0000000000000000 1402 2d00 0000"
      "00010000 90000a00000000000000 0100";
  const auto seen = observe(melsoft::protocol, {client(kOn)}, Transport::udp);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::write);
  EXPECT_EQ(actions[0].step, "Device Write Random");
  EXPECT_EQ(actions[0].outcome, Outcome::none);
}

// As NozomiNetworks/blackhat23-melsoft reads an iQ-R: the number that goes up is the third octet, the user's name UTF-16.
// Who has logged in, does not come in just so.
TEST(Melsoft, LogInsAreTold) {
  constexpr std::string_view kHead = "1c0a1614 0000000000000000000000000000000000000000";
  constexpr std::string_view kAnswerHead = "9c0a1814 00000000000000000000000000000000000000000000";
  constexpr std::string_view kTo = "00001111 070000ffff030000fe030000", kFrom = "00001111 7f000000a80300ffff030000";
  const auto request = [&](std::string_view number, std::string_view length, std::string_view content) {
    return client("5701" + std::string(number) + std::string(kTo) + std::string(length) + std::string(kHead) +
                  std::string(content));
  };
  const auto answer = [&](std::string_view number, std::string_view length, std::string_view content) {
    return server("d700" + std::string(number) + std::string(kFrom) + std::string(length) + std::string(kAnswerHead) +
                  std::string(content));
  };
  const std::string zeros(64, '0');
  const auto seen =
      observe(melsoft::protocol, {request("01", "2000", "0121 0100 0000 0001"), answer("01", "2000", "0121 0100 0000"),
                                  request("02", "4600", "0131 0200 2800 6200 6f00 6200" + zeros + "0000"),
                                  answer("02", "2000", "0131 0200 0000"), request("03", "2000", "1133 0300 0200 0000"),
                                  answer("03", "2000", "1133 0300 0000")});
  EXPECT_EQ(seen.identity(Trait::account), "bob");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 6u);
  EXPECT_EQ(operations[2].cls, OperationClass::auth);
  EXPECT_EQ(operations[3].outcome, Outcome::accepted);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::parameter);
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_TRUE(seen.all<OpenAccess>().empty());
}

TEST(Melsoft, OtherTrafficIsNone) {
  EXPECT_TRUE(melsoft::protocol.probe(hex(kStop), Role::client));
  EXPECT_EQ(kind_of(melsoft::protocol, "5000 00ffff0300 0c00 1000 0104 0000 640000a8 0100"),
            Frame::Kind::foreign);                                                      // SLMP
  EXPECT_EQ(kind_of(melsoft::protocol, "57656c636f6d652e0d0a"), Frame::Kind::foreign);  // a greeting
  EXPECT_EQ(kind_of(melsoft::protocol, "5a000100"), Frame::Kind::foreign);
  std::string other(kStop);
  other.replace(other.find("1c0a"), 2, "1d");
  EXPECT_FALSE(melsoft::protocol.probe(hex(other), Role::client));
}

}  // namespace
}  // namespace kakoi
