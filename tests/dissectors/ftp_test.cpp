#include "dissectors/ftp/ftp.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::ascii;
using test::client_text;
using test::observe;
using test::server_text;

bool probe(std::string_view text) { return ftp::protocol.probe(ascii(text), Role::client); }

// zeek, ftp/ftp-password-pass-command.pcap.
TEST(Ftp, ARefusedLogInIsRejected) {
  const auto seen = observe(
      ftp::protocol, {server_text("220-FileZilla Server 1.9.1\r\n220 Please visit https://filezilla-project.org/\r\n"),
                      client_text("USER Admin\r\n"), server_text("331 Please, specify the password.\r\n"),
                      client_text("PASS qwerty\r\n"), server_text("530 Login incorrect.\r\n")});
  EXPECT_EQ(seen.identity(Trait::software), "FileZilla Server 1.9.1");
  const auto credentials = seen.all<Credential>();
  ASSERT_EQ(credentials.size(), 2u);
  EXPECT_EQ(credentials[0].user, "Admin");
  EXPECT_EQ(credentials[0].secret, "qwerty");
  EXPECT_EQ(credentials[0].outcome, CredentialOutcome::attempted);
  EXPECT_EQ(credentials[1].secret, "qwerty");
  EXPECT_EQ(credentials[1].outcome, CredentialOutcome::rejected);
}

TEST(Ftp, A230Accepts) {
  const auto recorder = observe(
      ftp::protocol, {client_text("user sysdiag\r\n"), server_text("331 Password required\r\n"),
                      client_text("pass  two words\r\n"), server_text("230-Welcome\r\n 230 is inside\r\n230 OK\r\n")});
  const auto seen = recorder.all<Credential>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].user, "sysdiag");
  EXPECT_EQ(seen[1].secret, " two words");
  EXPECT_EQ(seen[1].outcome, CredentialOutcome::accepted);
}

// suricata-verify, tests/filestore-ftp-active-mode/ftp-active-mode.pcap.
TEST(Ftp, AnonymousAccessIsOpenAndItsPasswordIsNotReported) {
  const auto seen = observe(ftp::protocol, {server_text("220 (vsFTPd 3.0.3)\r\n"), client_text("USER anonymous\r\n"),
                                            server_text("331 Please specify the password.\r\n"),
                                            client_text("PASS anonymous\r\n"), server_text("230 Login successful.\r\n"),
                                            client_text("SYST\r\n"), server_text("215 UNIX Type: L8\r\n")});
  ASSERT_EQ(seen.all<OpenAccess>().size(), 1u);
  EXPECT_EQ(seen.all<OpenAccess>()[0].scheme, "ftp-anonymous");
  EXPECT_TRUE(seen.all<Credential>().empty());
  EXPECT_EQ(seen.identity(Trait::software), "(vsFTPd 3.0.3)");
  EXPECT_EQ(seen.identity(Trait::os), "UNIX Type: L8");
}

// arkime, ftp.pcap: a greeting that names no software.
TEST(Ftp, AWelcomeIsADescription) {
  const auto seen = observe(ftp::protocol, {server_text("220 Welcome to mirrors.rit.edu.\r\n")});
  EXPECT_EQ(seen.identity(Trait::software), "");
  EXPECT_EQ(seen.identity(Trait::description), "Welcome to mirrors.rit.edu.");
}

TEST(Ftp, ALogInWithoutPasswordHasAnEmptySecret) {
  const auto recorder = observe(ftp::protocol, {client_text("USER operator\r\n"), server_text("230 Logged in\r\n")});
  const auto seen = recorder.all<Credential>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].user, "operator");
  EXPECT_EQ(seen[0].secret, "");
  EXPECT_EQ(seen[0].outcome, CredentialOutcome::accepted);
}

TEST(Ftp, ALostAnswerProvesNothing) {
  const auto recorder =
      observe(ftp::protocol, {client_text("USER a\r\n"), server_text("331 x\r\n"), client_text("PASS b\r\n"),
                              server_text("\x01lost"), server_text("230 OK\r\n")});
  const auto seen = recorder.all<Credential>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].outcome, CredentialOutcome::attempted);
}

TEST(Ftp, RepliesMayArriveInPieces) {
  std::vector<test::Chunk> chunks = {client_text("USER a\r\nPASS b\r\n")};
  for (const char c : std::string_view("230-hello\r\n230 done\r\n"))
    chunks.push_back(server_text(std::string_view(&c, 1)));
  EXPECT_EQ(observe(ftp::protocol, chunks).all<Credential>().size(), 2u);
}

std::vector<std::string> data_ports(std::initializer_list<test::Chunk> chunks) {
  std::vector<std::string> stated;
  const auto seen = observe(ftp::protocol, chunks);
  for (const Points& p : seen.all<Points>()) stated.push_back(std::string(p.kind) + ' ' + std::to_string(p.first));
  return stated;
}

TEST(Ftp, NamesThePortsOfDataConnections) {
  using Stated = std::vector<std::string>;
  // zeek, pe/pe-single.pcap, frames 24, 25; suricata-verify, ftp-active-mode.pcap, frame 22
  EXPECT_EQ(data_ports({client_text("PASV\r\n"), server_text("227 Entering Passive Mode (192,168,1,32,160,191).\r\n")}),
            (Stated{"data port of the server 41151"}));
  EXPECT_EQ(data_ports({client_text("PORT 127,0,0,1,156,67\r\n")}), (Stated{"data port of the client 40003"}));
  // RFC 1123 §4.1.2.6: without parentheses; RFC 2428 §2, §3
  EXPECT_EQ(data_ports({server_text("227 =10,0,0,1,4,1\r\n")}), (Stated{"data port of the server 1025"}));
  EXPECT_EQ(data_ports({server_text("229 Entering Extended Passive Mode (|||6446|)\r\n")}),
            (Stated{"data port of the server 6446"}));
  EXPECT_EQ(data_ports(
                {client_text("EPRT |1|132.235.1.2|6275|\r\n"), client_text("EPRT |2|1080::8:800:200C:417A|5282|\r\n")}),
            (Stated{"data port of the client 6275", "data port of the client 5282"}));
  EXPECT_EQ(data_ports({server_text("227 (192,168,1,32,160)\r\n"), server_text("227 (1,2,3,4,256,1)\r\n"),
                        server_text("229 (|||70000|)\r\n"), server_text("229 (|||12\r\n"), server_text("229 x\r\n"),
                        client_text("PORT \r\n"), client_text("PORT 1,2,3,4,0,0\r\n"), client_text("EPRT |||\r\n"),
                        client_text("EPRT 1\r\n")}),
            Stated{});
}

TEST(Ftp, ProbeLeavesOtherProtocolsOfLinesAlone) {
  EXPECT_TRUE(probe("220 (vsFTPd 3.0.3)\r\n"));
  EXPECT_TRUE(probe("USER anonymous\r\n"));
  EXPECT_TRUE(probe("331 Please specify the password.\r\n"));
  EXPECT_TRUE(probe("AUTH TLS\r\n"));
  EXPECT_FALSE(probe("220 mx.example ESMTP Postfix\r\n"));  // SMTP
  EXPECT_FALSE(probe("EHLO client.example\r\n"));
  EXPECT_FALSE(probe("MAIL FROM:<a@example>\r\n"));
  EXPECT_FALSE(probe("AUTH PLAIN AGEAYg==\r\n"));
  EXPECT_FALSE(probe("250-PIPELINING\r\n250 HELP\r\n"));
  EXPECT_FALSE(probe("+OK POP3 ready\r\n"));  // POP3
  EXPECT_FALSE(probe("RETR 1\r\n"));
  EXPECT_FALSE(probe("PASS secret\r\n"));
  EXPECT_FALSE(probe("USER guest 0 * :Ronnie Reagan\r\n"));  // IRC
  EXPECT_FALSE(probe("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(probe("220 \x01\x02\x03\r\n"));
  EXPECT_FALSE(probe("220 partial"));
}

}  // namespace
}  // namespace kakoi
