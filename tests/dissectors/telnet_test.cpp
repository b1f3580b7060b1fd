#include "dissectors/telnet/telnet.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::ascii;
using test::client;
using test::client_text;
using test::hex;
using test::observe;
using test::server;
using test::server_text;

using namespace std::string_view_literals;

bool probe(std::string_view bytes) { return telnet::protocol.probe(hex(bytes), Role::server); }

// suricata-verify, tests/telnet/telnet-01/telnet.pcap: line mode, negotiation partly left out.
const std::vector<test::Chunk> kSession = {
    client("fffd03fffb18fffb1ffffb20fffb21fffb22fffb27fffd05fffb23"),
    server("fffd25"),
    client("fffc25"),
    client("fffa1f00500020fff0fffa220301000003620304020f05000007621c08020409421a0a027f0b02150f0211100213110000120000fff"
           "0fffd03fffa22010ffff0"),
    client("fffa2000393630302c39363030fff0fffa230062616d2e7a696e672e6f72673a302e30fff0fffa270000444953504c41590162616d2"
           "e7a696e672e6f72673a302e30fff0fffa1800787465726d2d636f6c6f72fff0"),
    server("fffa2203058000118000128000fff0"),
    server("0d0a4f70656e4253442f6933383620286f6f662920287474797032290d0a0d0a"),
    server("6c6f67696e3a20"),
    client("66616b650d0a"),
    server("fffb01"),
    client("fffd01"),
    server("50617373776f72643a"),
    client("757365720d0a"),
    server("0d0a"),
    server("fffc01"),
    client("fffe01"),
    server("4c617374206c6f67696e3a20536174204e6f762032372032303a31313a3433206f6e2074747970322066726f6d2062616d2e7a696e6"
           "72e6f72670d0a"),
    server("2420"),
    client("6c730d0a"),
};

void expect_login(const test::Recorder& seen, std::string_view user, std::string_view secret,
                  CredentialOutcome outcome) {
  const auto credentials = seen.all<Credential>();
  ASSERT_EQ(credentials.size(), outcome == CredentialOutcome::attempted ? 1u : 2u);
  EXPECT_EQ(credentials[0].outcome, CredentialOutcome::attempted);
  for (const Credential& c : credentials) {
    EXPECT_EQ(c.scheme, "telnet");
    EXPECT_EQ(c.user, user);
    EXPECT_EQ(c.secret, secret);
  }
  EXPECT_EQ(credentials.back().outcome, outcome);
}

TEST(Telnet, ReadsALogInInLineMode) {
  const auto seen = observe(telnet::protocol, kSession);
  expect_login(seen, "fake", "user", CredentialOutcome::accepted);
  EXPECT_EQ(seen.identity(Trait::description), "OpenBSD/i386 (oof) (ttyp2)");
}

TEST(Telnet, SegmentationDoesNotMatter) {
  std::vector<test::Chunk> octets;
  for (const auto& chunk : kSession)
    for (const std::uint8_t octet : chunk.bytes) octets.push_back({chunk.speaker, {octet}});
  expect_login(observe(telnet::protocol, octets), "fake", "user", CredentialOutcome::accepted);
}

TEST(Telnet, ReadsCharactersWithEchoAndCorrections) {
  const auto seen =
      observe(telnet::protocol,
              {server_text("plc login: "), client_text("a"), server_text("a"), client_text("x"), server_text("x"),
               client_text("\x7F"), server_text("\b \b"), client_text("d"), server_text("d"), client_text("\r\0"sv),
               server_text("\r\nPassword: "), client_text("p"), client_text("w"), client_text("\r\0"sv),
               server_text("\r\n\r\nroot@plc:~# "), client_text("l")});
  expect_login(seen, "ad", "pw", CredentialOutcome::accepted);
}

TEST(Telnet, AnErrorRejects) {
  const auto seen =
      observe(telnet::protocol, {server_text("login: "), client_text("root\r\n"), server_text("\r\nPassword: "),
                                 client_text("guess\r\n"), server_text("\r\nLogin incorrect\r\nlogin: ")});
  expect_login(seen, "root", "guess", CredentialOutcome::rejected);
}

TEST(Telnet, BeingAskedAgainRejects) {
  const auto seen =
      observe(telnet::protocol, {server_text("Username: "), client_text("cisco\r\n"), server_text("\r\nPassword: "),
                                 client_text("cisco\r\n"), server_text("\r\nUsername: ")});
  expect_login(seen, "cisco", "cisco", CredentialOutcome::rejected);
}

TEST(Telnet, APasswordAloneHasNoUser) {
  const auto seen =
      observe(telnet::protocol, {server_text("\r\nUser Access Verification\r\n\r\nPassword: "),
                                 client_text("secret\r\n"), server_text("\r\nRouter>"), client_text("enable\r\n")});
  expect_login(seen, "", "secret", CredentialOutcome::accepted);
}

TEST(Telnet, SilenceLeavesTheAttempt) {
  const auto seen =
      observe(telnet::protocol, {server_text("login: "), client_text("root\r\n"), server_text("Password: "),
                                 client_text("x\r\n"), server_text("\r\nPlease choose 1-9\r\n"), client_text("1\r\n")});
  expect_login(seen, "root", "x", CredentialOutcome::attempted);
}

TEST(Telnet, WhatIsTypedWithoutAPromptIsNoSecret) {
  const auto seen = observe(telnet::protocol, {server_text("$ "), client_text("cat notes\r\n"),
                                               server_text("the password:\r\nhello\r\n$ "), client_text("exit\r\n")});
  EXPECT_TRUE(seen.all<Credential>().empty());
}

TEST(Telnet, ProbeDemandsANegotiation) {
  EXPECT_TRUE(probe("fffd03 fffb18"));
  EXPECT_TRUE(probe("fffd25"));
  EXPECT_TRUE(probe("fffa1801fff0"));
  EXPECT_TRUE(probe("fffb01 0d0a 6c6f67696e3a"));  // IAC WILL ECHO, then text
  EXPECT_FALSE(probe("fffdC8"));                   // no such option
  EXPECT_FALSE(probe("ffffffff"));
  EXPECT_FALSE(probe("ffd8ffe0"));  // JPEG
  EXPECT_FALSE(probe("6c6f67696e3a20"));
  EXPECT_FALSE(probe("ff"));
  EXPECT_FALSE(probe(""));
}

}  // namespace
}  // namespace kakoi
