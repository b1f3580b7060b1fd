#include "dissectors/profinet_cm/profinet_cm.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::hex;
using test::observe;
using test::server;

// cisagov/icsnpp-profinet-io-cm, profinet_io_cm_mixed_1.pcap, frames 1 (its first block) and 3.
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

// profinet_io_cm_control.pcapng, frame 1
TEST(ProfinetCm, WhoEndsTheParametersControls) {
  constexpr std::string_view kEndOfParameters =
      "0400200000000000dea000006c9711d1827100010003015adea000016c9711d1827100a02442df7d13142f9000001000a994d2106890ca5a"
      "0000000000000001000000020004ffffffff00340000000000001000000000200000100000000000000000200110001c010000007c74224e"
      "166c4a58bf6b6c25a75870f00001000000010000";
  const auto seen = observe(profinet_cm::protocol, {test::Chunk{Role::client, hex(kEndOfParameters)}}, Transport::udp);
  EXPECT_EQ(seen.identity(Trait::role), "plc");
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
