#include <gtest/gtest.h>

#include "dissectors/mysql/mysql.h"
#include "dissectors/postgresql/postgresql.h"
#include "tests/support/told.h"

namespace kakoi {
namespace {

using namespace test;

// PostgreSQL 15.18 (Debian) and psql, asked to log in by a password in clear.
constexpr std::string_view kTlsRequest = "0000000804d2162f", kNoTls = "4e";
constexpr std::string_view kStartup =
    "00000040000300007573657200686973746f7269616e00646174616261736500706f737467726573006170706c69636174696f6e5f6e"
    "616d65007073716c0000";
constexpr std::string_view kAskForPassword = "520000000800000003";
constexpr std::string_view kPassword = "700000000e686973742d7061737300";
constexpr std::string_view kAccepted =
    "520000000800000000530000001a6170706c69636174696f6e5f6e616d65007073716c005300000019636c69656e745f656e636f6469"
    "6e670055544638005300000017446174655374796c650049534f2c204d445900530000002664656661756c745f7472616e7361637469"
    "6f6e5f726561645f6f6e6c79006f6666005300000017696e5f686f745f7374616e646279006f6666005300000019696e74656765725f"
    "6461746574696d6573006f6e00530000001b496e74657276616c5374796c6500706f73746772657300530000001469735f7375706572"
    "75736572006f6e0053000000197365727665725f656e636f64696e6700555446380053000000327365727665725f76657273696f6e00"
    "31352e3138202844656269616e2031352e31382d302b646562313275312900530000002473657373696f6e5f617574686f72697a6174"
    "696f6e00686973746f7269616e0053000000237374616e646172645f636f6e666f726d696e675f737472696e6773006f6e0053000000"
    "1554696d655a6f6e65004574632f555443004b0000000c0000348a681735b25a0000000549";
constexpr std::string_view kRefused =
    "450000006953464154414c0056464154414c00433238503031004d70617373776f72642061757468656e7469636174696f6e20666169"
    "6c656420666f7220757365722022686973746f7269616e220046617574682e63004c3333340052617574685f6661696c65640000";

TEST(Postgresql, NamesTheServerAndJudgesTheLogIn) {
  const auto seen = observe(postgresql::protocol, {client(kTlsRequest), server(kNoTls), client(kStartup),
                                                   server(kAskForPassword), client(kPassword), server(kAccepted)});
  EXPECT_EQ(identities(seen, Role::client), (Texts{"account historian by postgresql startup"}));
  EXPECT_EQ(identities(seen, Role::server),
            (Texts{"software PostgreSQL 15.18 (Debian 15.18-0+deb12u1) by postgresql server version"}));
  EXPECT_EQ(credentials(seen),
            (Texts{"postgresql historian:hist-pass attempted", "postgresql historian:hist-pass accepted"}));
}

TEST(Postgresql, ARefusedPassword) {
  const auto seen =
      observe(postgresql::protocol, {client(kStartup), server(kAskForPassword), client(kPassword), server(kRefused)});
  EXPECT_EQ(credentials(seen),
            (Texts{"postgresql historian:hist-pass attempted", "postgresql historian:hist-pass rejected"}));
  // asked for nothing: what MD5 and SCRAM send is no password
  EXPECT_TRUE(
      observe(postgresql::protocol, {client(kStartup), client(kPassword), server(kRefused)}).all<Credential>().empty());
}

TEST(Postgresql, AcceptedTlsIsHandedOn) {
  auto dissector = postgresql::protocol.open();
  Recorder recorder;
  Conversation conversation;
  const auto say = [&](Role role, std::string_view text) {
    const Context context{&postgresql::protocol, &conversation, {1, 0, 1}, role, {}};
    const auto bytes = hex(text);
    return dissector->on_pdu({role, bytes, bytes.size()}, Emit(context, recorder));
  };
  EXPECT_EQ(say(Role::client, kTlsRequest), Interest::more);
  EXPECT_EQ(say(Role::server, "53"), Interest::tls);             // zeek, psql-aws-ssl-preferred.pcap, frame 6
  EXPECT_EQ(say(Role::server, "5a0000000549"), Interest::done);  // ReadyForQuery
}

TEST(Postgresql, IsKnownByItsFirstMessages) {
  const auto is = [](std::string_view message, Role role) { return postgresql::protocol.probe(hex(message), role); };
  EXPECT_TRUE(is(kTlsRequest, Role::client));
  EXPECT_TRUE(is(kStartup, Role::client));
  EXPECT_TRUE(is(kAskForPassword, Role::server));
  EXPECT_FALSE(is(kPassword, Role::client));  // so may another protocol begin
  EXPECT_FALSE(is("0000000804d21640", Role::client));
  EXPECT_FALSE(is("0000271104d2162f", Role::client));  // longer than a server takes
  EXPECT_FALSE(is("53", Role::server));
  EXPECT_FALSE(is("160301015c01000158", Role::client));
  for (std::size_t n = 0; n < kStartup.size(); n += 2) observe(postgresql::protocol, {client(kStartup.substr(0, n))});
  EXPECT_EQ(postgresql::protocol.frame(hex("00000008"), Role::client).kind, Frame::Kind::more);
  EXPECT_EQ(postgresql::protocol.frame(hex("5200000003"), Role::server).kind, Frame::Kind::foreign);
}

// zeek, mysql/encrypted.pcap, frame 4.
constexpr std::string_view kGreeting =
    "6a0000000a352e352e352d31302e302e33362d4d6172696144422d307562756e7475302e31362e30342e310021000000746e4e762c74"
    "276000ffff2d02003fe0150000000000000000000031726b4144702b23696a5a65006d7973716c5f6e61746976655f70617373776f72"
    "6400";

TEST(Mysql, TheGreetingTellsTheVersion) {
  const auto seen = observe(mysql::protocol, {server(kGreeting)});
  EXPECT_EQ(identities(seen, Role::server),
            (Texts{"software MariaDB 10.0.36-MariaDB-0ubuntu0.16.04.1 by mysql greeting"}));
  // MySQL manual, HandshakeV10: the same from MySQL itself
  const auto own =
      observe(mysql::protocol, {server("2b000000 0a 352e372e333200 01000000 0102030405060708 00 fff7 21 0200 0000"
                                       "00 00000000000000000000 0000000000")});
  EXPECT_EQ(identities(own, Role::server), (Texts{"software MySQL 5.7.32 by mysql greeting"}));
}

// zeek, mysql/encrypted.pcap, frame 6.
constexpr std::string_view kMysqlTls = "2000000185ae3f20000000012d0000000000000000000000000000000000000000000000";

TEST(Mysql, AskedForTlsIsHandedOn) {
  const auto say = [](std::string_view greeting, std::string_view answer) {
    auto dissector = mysql::protocol.open();
    Recorder recorder;
    Conversation conversation;
    const auto told = [&](Role role, std::string_view text) {
      const Context context{&mysql::protocol, &conversation, {1, 0, 1}, role, {}};
      const auto bytes = hex(text);
      return dissector->on_pdu({role, bytes, bytes.size()}, Emit(context, recorder));
    };
    const Interest first = told(Role::server, greeting);
    return first == Interest::more ? told(Role::client, answer) : first;
  };
  EXPECT_EQ(say(kGreeting, kMysqlTls), Interest::tls);
  std::string other(kMysqlTls);
  other[10] = 'a', other[11] = '6';  // without the capability
  EXPECT_EQ(say(kGreeting, other), Interest::done);
  other = "2a" + std::string(kMysqlTls).substr(2) +
          "726f6f7400"
          "0000000000";  // a log-in, which may name it too
  EXPECT_EQ(say(kGreeting, other), Interest::done);
  other = kGreeting;
  const std::size_t at = other.find("00ffff2d02") + 2;
  other.replace(at, 4, "fff7");  // a server without TLS
  EXPECT_EQ(say(other, kMysqlTls), Interest::done);
}

TEST(Mysql, OtherFirstOctetsAreForeign) {
  const auto kind = [](std::string_view message, Role role = Role::server) {
    return mysql::protocol.frame(hex(message), role).kind;
  };
  EXPECT_EQ(kind(kGreeting), Frame::Kind::whole);
  EXPECT_EQ(kind(kGreeting.substr(0, 60)), Frame::Kind::more);
  EXPECT_FALSE(mysql::protocol.probe(hex(kGreeting), Role::client));
  EXPECT_EQ(kind(kMysqlTls, Role::client), Frame::Kind::whole);
  EXPECT_FALSE(mysql::protocol.probe(hex(kMysqlTls), Role::client));
  EXPECT_EQ(kind("16030200590100005503", Role::client), Frame::Kind::foreign);
  std::string other(kGreeting);
  other.replace(6, 2, "01");  // not a conversation's first message
  EXPECT_EQ(kind(other), Frame::Kind::foreign);
  other = kGreeting;
  other.replace(10, 2, "1b");  // a version with a control character
  EXPECT_EQ(kind(other), Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
