#include <gtest/gtest.h>

#include "dissectors/onc_rpc/onc_rpc.h"
#include "tests/support/told.h"

namespace kakoi {
namespace {

using namespace test;

// suricata-verify, nfs3-01/input.pcap, frames 1, 2, 5, 6, 11 and 12: datagrams
constexpr std::string_view kGetAddress =
    "38434f690000000000000002000186a0000000030000000300000000000000000000000000000000000186a500000003000000037564"
    "70000000000000000000";
constexpr std::string_view kAddress =
    "38434f690000000100000000000000000000000000000000000000123133392e32352e32322e3130322e342e32340000";
constexpr std::string_view kMount =
    "384476590000000000000002000186a5000000030000000100000001000000343847760b00000009776572726d736368650000000000"
    "0000000000010000000500000001000000000000000200000003000000110000000000000000000000142f686f6d652f6769726c6963"
    "682f6578706f7274";
constexpr std::string_view kMounted =
    "384476590000000100000000000000000000000000000000000000000000002000101085000003e7000a00000000b25a00000029000a"
    "00000000b25a000000290000000100000001";
constexpr std::string_view kGetAttributes =
    "5e1d0bdc0000000000000002000186a3000000030000000100000001000000343847760b00000009776572726d736368650000000000"
    "00000000000100000005000000010000000000000002000000030000001100000000000000000000002000101085000003e7000a0000"
    "0000b25a00000029000a00000000b25a00000029";
constexpr std::string_view kAttributes =
    "5e1d0bdc00000001000000000000000000000000000000000000000000000002000041ed000000020000000000000001000000000000"
    "0060000000000000000000000000000000000000000000101085000000000000b25a3847760c1443fd02384775ea30e03502384775ea"
    "30e03502";

// rpcinfo and rpcbind 1.2.6 over TCP
constexpr std::string_view kDump =
    "80000028dae1e5670000000000000002000186a0000000020000000400000000000000000000000000000000";
constexpr std::string_view kDumped =
    "80000094dae1e567000000010000000000000000000000000000000000000001000186a000000004000000060000006f000000010001"
    "86a000000003000000060000006f00000001000186a000000002000000060000006f00000001000186a000000004000000110000006f"
    "00000001000186a000000003000000110000006f00000001000186a000000002000000110000006f00000000";
constexpr std::string_view kNull =
    "80000028fdece8200000000000000002000186a0000000020000000000000000000000000000000000000000";
constexpr std::string_view kNullDone = "80000018fdece8200000000100000000000000000000000000000000";

TEST(OncRpc, NamesProgramsAndTheClientsMachine) {
  const auto seen = observe(onc_rpc::protocol,
                            {client(kGetAddress), server(kAddress), client(kMount), server(kMounted)}, Transport::udp);
  EXPECT_EQ(operations(seen, onc_rpc::protocol),
            (Texts{"port mapper GETADDR", "port mapper GETADDR accepted", "NFS mount MNT", "NFS mount MNT accepted"}));
  EXPECT_EQ(identities(seen, Role::client), (Texts{"name werrmsche by rpc auth_sys"}));
  EXPECT_TRUE(seen.all<OpenAccess>().empty());  // mounting alone says nothing of files
}

TEST(OncRpc, FilesThatTheClientsWordOpens) {
  const auto seen = observe(onc_rpc::protocol, {client(kGetAttributes), server(kAttributes)}, Transport::udp);
  EXPECT_EQ(operations(seen, onc_rpc::protocol), (Texts{"NFS 3 GETATTR", "NFS 3 GETATTR accepted"}));
  ASSERT_EQ(seen.all<OpenAccess>().size(), 1u);
  EXPECT_EQ(seen.all<OpenAccess>()[0].scheme, "nfs-auth-sys");
}

TEST(OncRpc, WhatIsDeniedOpensNothing) {
  // RFC 5531 §9: MSG_DENIED, AUTH_ERROR, AUTH_TOOWEAK
  const auto seen = observe(
      onc_rpc::protocol, {client(kGetAttributes), server("5e1d0bdc00000001000000010000000100000005")}, Transport::udp);
  EXPECT_EQ(operations(seen, onc_rpc::protocol), (Texts{"NFS 3 GETATTR", "NFS 3 GETATTR refused"}));
  EXPECT_TRUE(seen.all<OpenAccess>().empty());
}

TEST(OncRpc, RecordsOverTcp) {
  const auto seen = observe(onc_rpc::protocol, {client(kDump), server(kDumped), client(kNull), server(kNullDone)});
  EXPECT_EQ(operations(seen, onc_rpc::protocol),
            (Texts{"port mapper DUMP", "port mapper DUMP accepted", "port mapper NULL", "port mapper NULL accepted"}));
}

TEST(OncRpc, TellsCallsFromReplies) {
  const auto fits = [](std::string_view text, Role role) {
    return onc_rpc::protocol.frame(hex(text), role).kind == Frame::Kind::whole;
  };
  for (const std::string_view call : {kGetAddress, kMount, kDump, kNull}) {
    EXPECT_TRUE(fits(call, Role::client));
    EXPECT_FALSE(fits(call, Role::server));
    EXPECT_EQ(onc_rpc::protocol.speaker(hex(call)).role, Role::client);
  }
  for (const std::string_view reply : {kAddress, kMounted, kDumped, kNullDone}) {
    EXPECT_TRUE(fits(reply, Role::server));
    EXPECT_FALSE(fits(reply, Role::client));
    EXPECT_EQ(onc_rpc::protocol.speaker(hex(reply)).role, Role::server);
  }
  // arkime, ospf.pcap, frame 217: NTP of a client that has no time yet, with the reference ID INIT for a program
  EXPECT_FALSE(fits("e30006e80000000000000002494e4954000000000000000000000000000000000000000000000000e158296b5ce99661",
                    Role::client));
  auto other = hex(kGetAddress);
  other[11] = 3;  // RPC version
  EXPECT_EQ(onc_rpc::protocol.frame(other, Role::client).kind, Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
