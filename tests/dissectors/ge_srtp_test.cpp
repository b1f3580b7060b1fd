#include "dissectors/ge_srtp/ge_srtp.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::kind_of;
using test::observe;
using test::server;

// Booozie-Z/Fanuc_GESRTP_Driver, docs/srtp packets.txt: KEPServerEX and a Fanuc R-30iB.
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
  EXPECT_EQ(kind_of(ge_srtp::protocol, kSrtpRead), Frame::Kind::whole);
  EXPECT_EQ(ge_srtp::protocol.frame(hex(kSrtpRx3i), Role::server).size, 64u);
  EXPECT_TRUE(probe(kSrtpRead));
  EXPECT_TRUE(probe(kSrtpWritten));
  EXPECT_TRUE(probe(kSrtpOpened));
  EXPECT_FALSE(probe(zeros(56)));       // what opens a session is anybody's
  EXPECT_FALSE(probe(srtp_ask("77")));  // no such service
  EXPECT_EQ(kind_of(ge_srtp::protocol, "0200"), Frame::Kind::more);
  EXPECT_EQ(kind_of(ge_srtp::protocol, "0300002c02f080"), Frame::Kind::foreign);  // TPKT
  EXPECT_EQ(kind_of(ge_srtp::protocol, "0200010000000000000300"), Frame::Kind::foreign);
  EXPECT_EQ(kind_of(ge_srtp::protocol, "000100000006110300"), Frame::Kind::foreign);  // Modbus
  std::string other(kSrtpRead);
  other.replace(other.find("c0"), 2, "c1");  // no such mailbox
  EXPECT_EQ(kind_of(ge_srtp::protocol, other), Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
