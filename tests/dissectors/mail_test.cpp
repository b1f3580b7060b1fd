#include "dissectors/core/log_in.h"
#include "dissectors/imap/imap.h"
#include "dissectors/pop3/pop3.h"
#include "dissectors/smtp/smtp.h"

#include <gtest/gtest.h>

#include "tests/support/told.h"

namespace kakoi {
namespace {

using namespace test;

// zeek, smtp.pcap; user and password of AUTH LOGIN as base64 says (RFC 4954 §4).
TEST(Smtp, ReadsBannerAndLogIn) {
  const auto seen = observe(
      smtp::protocol,
      {
          // frame 6
          server("3232302d786339302e7765627369746577656c636f6d652e636f6d2045534d5450204578696d20342e3639202331204d6f6e"
                 "2c203035204f637420323030392030313a30353a3534202d30353030200d0a3232302d576520646f206e6f7420617574686f"
                 "72697a652074686520757365206f6620746869732073797374656d20746f207472616e73706f727420756e736f6c69636974"
                 "65642c200d0a32323020616e642f6f722062756c6b20652d6d61696c2e0d0a"),
          // frame 7
          client("45484c4f2047500d0a"),
          // frame 9
          server("3235302d786339302e7765627369746577656c636f6d652e636f6d2048656c6c6f204750205b3132322e3136322e3134332e"
                 "3135375d0d0a3235302d53495a452035323432383830300d0a3235302d504950454c494e494e470d0a3235302d4155544820"
                 "504c41494e204c4f47494e0d0a3235302d5354415254544c530d0a3235302048454c500d0a"),
          // frame 10
          client("41555448204c4f47494e0d0a"),
          // frame 11
          server("3333342056584e6c636d3568625755360d0a"),
          // frame 12
          client("5a33567963474679644746775148426864484a706233527a4c6d6c750d0a"),
          // frame 13
          server("333334205547467a63336476636d51360d0a"),
          // frame 14
          client("63485675616d4669514445794d773d3d0d0a"),
          // frame 15
          server("3233352041757468656e7469636174696f6e207375636365656465640d0a"),
          // frame 16
          client("4d41494c2046524f4d3a203c6775727061727461704070617472696f74732e696e3e0d0a"),
      });
  EXPECT_EQ(identities(seen, Role::server),
            (Texts{"name xc90.websitewelcome.com by smtp banner", "software Exim 4.69 by smtp banner"}));
  EXPECT_EQ(credentials(seen), (Texts{"smtp gurpartap@patriots.in:punjab@123 attempted",
                                      "smtp gurpartap@patriots.in:punjab@123 accepted"}));
}

// suricata-verify, tests/smtp-startssl/input.pcap
TEST(Smtp, HandsOverToTls) {
  const auto seen = observe(
      smtp::protocol,
      {
          // frame 4
          server("323230206669726577616c6c2e756e782e63612045534d545020506f73746669780d0a"),
          // frame 6
          client("45484c4f206465736b746f702e756e782e63610d0a"),
          // frame 8
          server("3235302d6669726577616c6c2e756e782e63610d0a3235302d504950454c494e494e470d0a3235302d53495a452031303234"
                 "303030300d0a3235302d565246590d0a3235302d4554524e0d0a3235302d5354415254544c530d0a3235302d454e48414e43"
                 "4544535441545553434f4445530d0a3235302d384249544d494d450d0a3235302d44534e0d0a32353020534d545055544638"
                 "0d0a"),
          // frame 10
          client("5354415254544c530d0a"),
          // frame 12
          server("32323020322e302e3020526561647920746f20737461727420544c530d0a"),
      });
  EXPECT_EQ(identities(seen, Role::server),
            (Texts{"name firewall.unx.ca by smtp banner", "software Postfix by smtp banner"}));
  EXPECT_EQ(identities(seen, Role::client), (Texts{"name desktop.unx.ca by smtp helo"}));
  const auto dissector = smtp::protocol.open();
  Recorder recorder;
  const Conversation conversation;
  const auto say = [&](Role speaker, std::string_view text) {
    const auto bytes = ascii(text);
    const Context context{&smtp::protocol, &conversation, {1, 0, 1}, speaker, {}};
    return dissector->on_pdu({speaker, bytes, bytes.size()}, Emit(context, recorder));
  };
  EXPECT_EQ(say(Role::client, "STARTTLS\r\n"), Interest::more);
  EXPECT_EQ(say(Role::server, "220 2.0.0 Ready to start TLS\r\n"), Interest::tls);
}

// arkime, ntlm_synthetic.pcap
TEST(Smtp, ReadsNtlm) {
  const auto seen = observe(
      smtp::protocol,
      {
          // frame 134
          server("323230206d61696c2e6578616d706c652e636f6d2045534d54500d0a"),
          // frame 136
          client("45484c4f20636c69656e742e6578616d706c652e636f6d0d0a"),
          // frame 138
          server("3235302d6d61696c2e6578616d706c652e636f6d0d0a3235302d41555448204e544c4d0d0a323530204f4b0d0a"),
          // frame 140
          client("41555448204e544c4d0d0a"),
          // frame 142
          server("333334200d0a"),
          // frame 144
          client("546c524d54564e54554141424141414142774941416763414277416f4141414143414149414338414141414b4147464b4141"
                 "414144314e4e5646424554303154545652515345395456413d3d0d0a"),
          // frame 146
          server("33333420546c524d54564e5455414143414141414467414f41446741414141464167414341534e465a346d727a6538414141"
                 "4141414141414141514142414247414141414367426853674141414139544145304156414251414651415277425541414141"
                 "4141413d0d0a"),
          // frame 148
          client("546c524d54564e54554141444141414147414159414667414141415941426741634141414141344144674349414141414341"
                 "4149414a594141414151414241416e6741414142414145414375414141414251494141676f4159556f414141415041414141"
                 "414141414141414141414141414141414145784d5445784d5445784d5445784d5445784d5445784d5445784d5445784d5445"
                 "354f546b354f546b354f546b354f546b354f546b354f546b354f546b354f546c4d4154514255414641415241425041453041"
                 "6167426841474d416177425441453041564142514145674154774254414651415330744c5330744c5330744c5330744c5330"
                 "744c53773d3d0d0a"),
          // frame 150
          server("3233352041757468656e7469636174696f6e207375636365737366756c0d0a"),
      });
  EXPECT_EQ(seen.identity(Trait::account), "jack");
  EXPECT_TRUE(credentials(seen).empty());
  EXPECT_EQ(operations(seen, smtp::protocol), (Texts{"log-in by NTLMv1"}));
}

TEST(Smtp, ProbesWhatIsItsOwn) {
  const auto probe = [](std::string_view text) { return smtp::protocol.probe(ascii(text), Role::server); };
  EXPECT_TRUE(probe("220 mail.example ESMTP\r\n"));
  EXPECT_TRUE(probe("EHLO hmi.plant.example\r\n"));
  EXPECT_FALSE(probe("220 (vsFTPd 3.0.3)\r\n"));
  EXPECT_FALSE(probe("HELLO there\r\n"));
}

// suricata-verify, tests/pop3-02-bug-7709/input.pcap
TEST(Pop3, StatesLogInsWithTheirOutcome) {
  const auto seen = observe(
      pop3::protocol,
      {
          // frame 4
          server("2b4f4b20d3cabcfeb7fecef1c6f720434d61696c53657276657220352e3220504f503320536572766963652052656164790d"
                 "0a"),
          // frame 5
          client("5553455220746573744074742e636f6d0d0a"),
          // frame 6
          server("2b4f4b2077656c636f6d6520686572650d0a"),
          // frame 7
          client("50415353203132333435360d0a"),
          // frame 8
          server("2d455252207468652070617373776f726420696e636f72726563740d0a"),
          // frame 9
          client("515549540d0a"),
          // frame 10
          server("2b4f4b206279650d0a"),
      });
  EXPECT_EQ(credentials(seen), (Texts{"pop3 test@tt.com:123456 attempted", "pop3 test@tt.com:123456 rejected"}));
}

// arkime, imap.pcap
TEST(Imap, ReadsBannerAndLogIn) {
  const auto seen = observe(
      imap::protocol,
      {
          // frame 4
          server("2a204f4b204d6963726f736f66742045786368616e676520494d41503472657631207365727665722076657273696f6e2035"
                 "2e352e323635302e32332028756d722d6d61696c3032292072656164790d0a"),
          // frame 6
          client("6130303030204341504142494c4954590d0a"),
          // frame 7
          server("2a204341504142494c49545920494d41503420494d415034726576312049444c45204c49544552414c2b204c4f47494e2d52"
                 "4546455252414c53204d41494c424f582d524546455252414c53204e414d45535041434520415554483d4e544c4d0d0a6130"
                 "303030204f4b204341504142494c49545920636f6d706c657465642e0d0a"),
          // frame 8
          client("6130303031204c4f47494e20226e65756c696e6765726e222022585858585858220d0a"),
          // frame 9
          server("6130303031204f4b204c4f47494e20636f6d706c657465642e0d0a"),
      });
  EXPECT_EQ(seen.identity(Trait::software), "Microsoft Exchange IMAP4rev1 server version 5.5.2650.23");
  EXPECT_EQ(credentials(seen), (Texts{"imap neulingern:XXXXXX attempted", "imap neulingern:XXXXXX accepted"}));
}

// RFC 2971 §4 and RFC 9051 §6.2.2, with a literal left alone.
TEST(Imap, ReadsIdentificationAndPlainLogIns) {
  const auto seen = observe(
      imap::protocol, {server_text("* OK Dovecot ready.\r\n"), client_text("a ID NIL\r\n"),
                       server_text("* ID (\"name\" \"Dovecot\" \"version\" \"2.3\" \"os\" \"Linux\")\r\na OK done\r\n"),
                       client_text("b AUTHENTICATE PLAIN AHVzZXIAcGFzcw==\r\n"), server_text("b NO failed\r\n"),
                       client_text("c LOGIN {4}\r\n")});
  EXPECT_EQ(identities(seen, Role::server),
            (Texts{"software Dovecot by imap banner", "os Linux by imap id", "software Dovecot/2.3 by imap id"}));
  EXPECT_EQ(credentials(seen), (Texts{"imap user:pass attempted", "imap user:pass rejected"}));
}

// RFC 7628 §4.1, its second example: who has the token needs no password.
TEST(Mail, ABearerTokenIsACredential) {
  const auto seen =
      observe(imap::protocol, {server_text("* OK ready\r\n"),
                               client_text("t1 AUTHENTICATE OAUTHBEARER "
                                           "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ"
                                           "9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRX"
                                           "VZMjl0Q2c9PQEB\r\n"),
                               server_text("t1 OK SASL authentication succeeded\r\n")});
  EXPECT_EQ(credentials(seen), (Texts{"imap user@example.com:vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg== attempted",
                                      "imap user@example.com:vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg== accepted"}));
}

// Asked by `XOAUTH2` as its developers' pages have it: "user=" name ^A "auth=Bearer " token ^A^A.
TEST(Mail, SoDoesXoauth2AfterAnEmptyChallenge) {
  const auto seen = observe(
      pop3::protocol, {server_text("+OK Gpop ready\r\n"), client_text("AUTH XOAUTH2\r\n"), server_text("+ \r\n"),
                       client_text("dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSb"
                                   "GNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==\r\n"),
                       server_text("-ERR no\r\n")});
  EXPECT_EQ(credentials(seen),
            (Texts{"pop3 someuser@example.com:ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg attempted",
                   "pop3 someuser@example.com:ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg rejected"}));
}

TEST(Mail, ANumberOfTheSessionIsNoSoftware) {
  EXPECT_EQ(text::software_of("s4si9696358qcc.63 - gsmtp\r\n"), "gsmtp");
  EXPECT_EQ(text::software_of("\xd3\xca\xbc\xfe CMailServer 5.2 POP3 Service Ready"), "CMailServer 5.2 POP3 Service");
  EXPECT_EQ(text::software_of("Exim 4.94.2 Mon, 1 Jan"), "Exim 4.94.2");
  EXPECT_EQ(text::software_of("a1\r"), "a1");
  EXPECT_EQ(text::software_of("\xd3 \r \xd3"), "");
}

}  // namespace
}  // namespace kakoi
