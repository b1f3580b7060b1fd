#include "dissectors/slmp/slmp.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::client_text;
using test::hex;
using test::kind_of;
using test::observe;
using test::server;
using test::server_text;

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
  EXPECT_EQ(kind_of(slmp::protocol, kAskType), Frame::Kind::whole);
  EXPECT_EQ(kind_of(slmp::protocol, "5000 00 ff ff05 00 0600 1000 0101 0000"), Frame::Kind::foreign);
  EXPECT_EQ(kind_of(slmp::protocol, "5000 f5 ff ff03 00 0600 1000 0101 0000"), Frame::Kind::foreign);
  EXPECT_FALSE(slmp::protocol.probe(hex("5000 00 ff ff03 00 0600 1000 0177 0000"), Role::client));
}

}  // namespace
}  // namespace kakoi
