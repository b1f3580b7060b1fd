#include "dissectors/fins/fins.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::kind_of;
using test::observe;
using test::server;

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

// omron.pcap (piercema/icsnpp-omron-fins), frames 91, 92 and 32: what older controllers know, changes them, too.
TEST(Fins, CommandsOfOlderControllersAreKnown) {
  for (const auto& [code, name, cls] : {std::tuple{0x2601u, "NAME SET", OperationClass::parameter},
                                        std::tuple{0x2211u, "FILE MEMORY WRITE", OperationClass::file},
                                        std::tuple{0x0221u, "DATA LINK TABLE WRITE", OperationClass::parameter}}) {
    std::string ask = "800002 000000 00007a 00 0000 00";
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int i = 0; i < 4; ++i) ask[24 + static_cast<std::size_t>(i)] = kDigits[code >> (12 - 4 * i) & 15];
    const auto seen = observe(fins::protocol, {client(ask)}, Transport::udp).all<Operation>();
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].function_code, code);
    EXPECT_EQ(seen[0].cls, cls) << name;
    EXPECT_EQ(fins::protocol.function_name(code), name);
  }
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
  EXPECT_FALSE(fins::protocol.probe(hex("800002 000000 006300 ef 0101 82"), Role::client));     // too short
  EXPECT_EQ(kind_of(fins::protocol, "800002 900000 006300 ef 0501 00"), Frame::Kind::foreign);  // network 144
  EXPECT_EQ(kind_of(fins::protocol, "a00002 000000 006300 ef 0501 00"), Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
