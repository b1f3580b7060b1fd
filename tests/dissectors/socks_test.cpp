// SOCKS: real dialogues of curl with other proxies, and the octets of RFC 1928 and RFC 1929.
#include "dissectors/socks/socks.h"

#include <gtest/gtest.h>

#include "tests/support/told.h"

namespace kakoi {
namespace {

using namespace test;

// "www.google.com answered"
Texts targets(const Recorder& seen) {
  Texts texts;
  for (const NameLookup& n : seen.all<NameLookup>()) {
    EXPECT_TRUE(n.addresses.empty());  // those would be told to bear the name
    texts.push_back(std::string(n.name) + ' ' + std::string(to_string(n.outcome)));
  }
  return texts;
}
std::uint32_t port(const Recorder& seen) { return seen.all<Operation>().at(0).qualifier; }

// zeek, socks-with-ssl.pcap
TEST(Socks, NamesTheTarget) {
  const auto seen = observe(socks::protocol, {client("050100"),                                      // frame 4
                                              server("0500"),                                        // frame 5
                                              client("050100030e7777772e676f6f676c652e636f6d01bb"),  // frame 7
                                              server("050000010000000001bb")});                      // frame 8
  EXPECT_EQ(operations(seen, socks::protocol), (Texts{"CONNECT", "CONNECT accepted"}));
  EXPECT_EQ(port(seen), 443u);
  EXPECT_EQ(targets(seen), (Texts{"www.google.com asked", "www.google.com answered"}));
  EXPECT_TRUE(credentials(seen).empty());
}

// curl 7.88 with MicroSocks 1.0.3
TEST(Socks, ReadsAPasswordAndWhatBecameOfIt) {
  const auto accepted =
      observe(socks::protocol, {client("0503000102"), server("0502"), client("01056d61696e74084b616e72692d3535"),
                                server("0100"), client("050100017f00000146a1"), server("05050001000000000000")});
  EXPECT_EQ(credentials(accepted), (Texts{"socks maint:Kanri-55 attempted", "socks maint:Kanri-55 accepted"}));
  EXPECT_EQ(operations(accepted, socks::protocol), (Texts{"CONNECT", "CONNECT refused"}));
  EXPECT_EQ(targets(accepted), (Texts{"127.0.0.1 asked", "127.0.0.1 failed"}));
  EXPECT_EQ(port(accepted), 18081u);
  const auto rejected = observe(
      socks::protocol, {client("0503000102"), server("0502"), client("01056d61696e740577726f6e67"), server("0102")});
  EXPECT_EQ(credentials(rejected), (Texts{"socks maint:wrong attempted", "socks maint:wrong rejected"}));
}

TEST(Socks, ReadsEachSideAlone) {
  const auto asked = observe(socks::protocol, {client("0503000102"), client("01056d61696e74084b616e72692d3535"),
                                               client("05010003096c6f63616c686f737446a0")});
  EXPECT_EQ(credentials(asked), (Texts{"socks maint:Kanri-55 attempted"}));
  EXPECT_EQ(targets(asked), (Texts{"localhost asked"}));
  EXPECT_TRUE(
      observe(socks::protocol, {server("0502"), server("0100"), server("05000001000000000000")}).stated.empty());
}

// zeek, tunnels/socks.pcap; then as SOCKS 4A describes a name.
TEST(Socks, ReadsVersion4) {
  const auto seen = observe(socks::protocol, {client("04010050c096bb0c00"), server("005a000000000000")});
  EXPECT_EQ(operations(seen, socks::protocol), (Texts{"CONNECT", "CONNECT accepted"}));
  EXPECT_EQ(targets(seen), (Texts{"192.150.187.12 asked", "192.150.187.12 answered"}));
  EXPECT_EQ(port(seen), 80u);
  const auto by_name = observe(
      socks::protocol, {client("040101bb00000001 6d61696e7400 706c632e6578616d706c6500"), server("005b000000000000")});
  EXPECT_EQ(identities(by_name, Role::client), (Texts{"account maint by socks 4 user"}));
  EXPECT_EQ(targets(by_name), (Texts{"plc.example asked", "plc.example failed"}));
}

// RFC 1928 §4: IPv6
TEST(Socks, ReadsIpv6Targets) {
  const auto seen = observe(socks::protocol,
                            {client("050100"), server("0500"), client("05010004 20010db8000000000000000000000005 01bb"),
                             server("05040001000000000000")});
  EXPECT_EQ(targets(seen), (Texts{"2001:db8::5 asked", "2001:db8::5 no_such_name"}));
}

TEST(Socks, StopsAtOtherMethodsAndAfterLostOctets) {
  const auto gss = observe(socks::protocol, {client("05020102"), server("0501"), client("0101000201ab05")});
  EXPECT_TRUE(gss.stated.empty());
  // the choice was not captured, and no password was offered
  EXPECT_TRUE(observe(socks::protocol, {client("050101"), client("0101000201ab")}).stated.empty());
  // no method is acceptable (RFC 1928 §3): what the client asks all the same is told as asked, and no more
  const auto refused = observe(socks::protocol, {client("050100"), server("05ff"), client("050100017f00000146a1"),
                                                 server("05000001000000000000")});
  EXPECT_EQ(operations(refused, socks::protocol), (Texts{"CONNECT"}));
  EXPECT_EQ(targets(refused), (Texts{"127.0.0.1 asked"}));
}

TEST(Socks, IsNotTakenForOthers) {
  const auto probe = [](const char* hex, Role speaker = Role::client) {
    return socks::protocol.probe(test::hex(hex), speaker);
  };
  EXPECT_TRUE(probe("0503000102"));
  EXPECT_TRUE(probe("0500", Role::server));
  EXPECT_TRUE(probe("04010050c096bb0c00"));
  EXPECT_FALSE(probe("05030001"));  // three methods are told
  EXPECT_FALSE(probe("0502000A"));  // no such method
  EXPECT_FALSE(probe("050000"));    // none at all
  EXPECT_FALSE(probe("0504", Role::server));
  EXPECT_FALSE(probe("04010000c096bb0c00"));     // port 0
  EXPECT_FALSE(probe("04010050c096bb0c"));       // no end of the user
  EXPECT_FALSE(probe("0401005000000001 6100"));  // 4A without a name
  EXPECT_FALSE(probe("05000b0310000000"));       // DCE/RPC
}

}  // namespace
}  // namespace kakoi
