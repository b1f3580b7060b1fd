#include "dissectors/ssh/ssh.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::ascii;
using test::client_text;
using test::observe;
using test::server_text;

// suricata-verify, tests/ssh-hassh/input.pcap.
TEST(Ssh, NamesTheSoftwareOfBothSides) {
  const auto seen = observe(
      ssh::protocol, {server_text("SSH-2.0-OpenSSH_7.4\r\n"), client_text("SSH-2.0-OpenSSH_for_Windows_7.7\r\n")});
  ASSERT_EQ(seen.stated.size(), 2u);
  const auto identities = seen.all<Identity>();
  EXPECT_EQ(identities[0].text, "OpenSSH_7.4");
  EXPECT_EQ(identities[0].trait, Trait::software);
  EXPECT_EQ(seen.stated[0].speaker, Role::server);
  EXPECT_EQ(identities[1].text, "OpenSSH_for_Windows_7.7");
  EXPECT_EQ(seen.stated[1].speaker, Role::client);
}

TEST(Ssh, KeepsCommentsAndTakesABareLineFeed) {
  // zeek, var-services-std-ports.pcap
  const auto seen = observe(ssh::protocol, {server_text("SSH-2.0-OpenSSH_5.8p1 Debian-1ubuntu3\n")});
  EXPECT_EQ(seen.identity(Trait::software), "OpenSSH_5.8p1 Debian-1ubuntu3");
}

// arkime, v6.pcap: version 1.5.
TEST(Ssh, KeepsTheVersionOfOldProtocols) {
  const auto seen = observe(ssh::protocol, {server_text("SSH-1.5-1.2.26\n")});
  EXPECT_EQ(seen.identity(Trait::software), "SSH-1.5-1.2.26");
}

TEST(Ssh, FramesTheLineAlone) {
  const auto bytes = ascii("SSH-2.0-OpenSSH_7.4\r\n\x00\x00\x05");
  const Frame frame = ssh::protocol.frame(bytes, Role::server);
  EXPECT_EQ(frame.kind, Frame::Kind::whole);
  EXPECT_EQ(frame.size, 21u);
  EXPECT_EQ(ssh::protocol.frame(ascii("SSH-2.0-Open"), Role::server).kind, Frame::Kind::more);
  EXPECT_EQ(ssh::protocol.frame(ascii("SSH-\r\n"), Role::server).kind, Frame::Kind::foreign);
  EXPECT_EQ(ssh::protocol.frame(ascii("220 ready\r\n"), Role::server).kind, Frame::Kind::foreign);
  EXPECT_EQ(ssh::protocol.frame(ascii("SSH-2.0-" + std::string(300, 'x')), Role::server).kind, Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
