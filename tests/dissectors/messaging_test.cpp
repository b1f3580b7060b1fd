#include "dissectors/mqtt/mqtt.h"
#include "dissectors/redis/redis.h"
#include "dissectors/ssdp/ssdp.h"
#include "dissectors/syslog/syslog.h"
#include "dissectors/tftp/tftp.h"

#include <gtest/gtest.h>

#include "tests/support/told.h"

namespace kakoi {
namespace {

using namespace test;

// arkime, mqtt_synthetic.pcap, stream 0: user and password; no answer was recorded.
TEST(Mqtt, StatesCredentials) {
  const auto seen =
      observe(mqtt::protocol,
              {
                  // frame 4
                  client("102800044d51545404c2003c000a73656e736f722d303031000561646d696e0009736563726574313233"),
                  // frame 6
                  client("821b0001000973656e736f72732f2300000a636f6d6d616e64732f2b01"),
              });
  EXPECT_EQ(credentials(seen), (Texts{"mqtt admin:secret123 attempted"}));
  EXPECT_EQ(operations(seen, mqtt::protocol), (Texts{"connect"}));
  const auto version5 = observe(
      mqtt::protocol,
      {
          // frame 42
          client("103100044d51545405c2003c00000c6d717474352d636c69656e74000b6d6f6465726e5f7573657200096d71747435706173"
                 "73"),
      });
  EXPECT_EQ(credentials(version5), (Texts{"mqtt modern_user:mqtt5pass attempted"}));
  EXPECT_EQ(version5.identity(Trait::description), "mqtt5-client");
}

// suricata-verify, tests/mqtt-frames-truncated/input.pcap: MQTT 5, taken.
TEST(Mqtt, TellsThatABrokerTookThem) {
  const auto seen = observe(
      mqtt::protocol,
      {
          // frame 4
          client("101c00044d51545405c2003c032100140000000475736572000470617373"),
          // frame 6
          server("203500003222000a1200296175746f2d31373233363339332d423533322d303346322d363532362d46373131313542384134"
                 "4245210014"),
      });
  EXPECT_EQ(credentials(seen), (Texts{"mqtt user:pass attempted", "mqtt user:pass accepted"}));
  EXPECT_EQ(operations(seen, mqtt::protocol), (Texts{"connect", "connect accepted"}));
  EXPECT_TRUE(open_accesses(seen).empty());
}

// MQTT 3.1.1 §3.1, §3.2: client "hi" without a name, accepted.
TEST(Mqtt, StatesABrokerThatAsksForNothing) {
  const auto seen =
      observe(mqtt::protocol, {client("10 0E 0004 4D515454 04 02 003C 0002 6869"), server("20 02 00 00")});
  EXPECT_EQ(open_accesses(seen), (Texts{"mqtt-anonymous"}));
  // a user's name alone
  const auto named =
      observe(mqtt::protocol, {client("10 11 0004 4D515454 04 82 003C 0002 6869 0001 75"), server("20 02 00 00")});
  EXPECT_TRUE(credentials(named).empty());
  EXPECT_EQ(open_accesses(named), (Texts{"mqtt-anonymous"}));
  EXPECT_TRUE(credentials(seen).empty());
}

// MQTT 3.1.1 §3.1, §3.2.2.3: user "u", password "p", refused with 5.
TEST(Mqtt, TellsARefusal) {
  const auto seen = observe(
      mqtt::protocol, {client("10 14 0004 4D515454 04 C2 003C 0002 6869 0001 75 0001 70"), server("20 02 00 05")});
  EXPECT_EQ(credentials(seen), (Texts{"mqtt u:p attempted", "mqtt u:p rejected"}));
  EXPECT_TRUE(open_accesses(seen).empty());
}

TEST(Mqtt, FramesByItsLength) {
  const auto frame = [](std::string_view hex) { return mqtt::protocol.frame(test::hex(hex), Role::client); };
  EXPECT_EQ(frame("30 80 01 00").size, 3u + 128u);
  EXPECT_EQ(frame("30 FF FF").kind, Frame::Kind::more);
  EXPECT_EQ(frame("30 FF FF FF FF").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("11 02").kind, Frame::Kind::foreign);
  EXPECT_FALSE(mqtt::protocol.probe(test::hex("C000"), Role::client));
}

// The documentation's own examples of the protocol, and the answers of a server with and without "requirepass".
TEST(Redis, TellsAServerWithoutPassword) {
  const Chunk info = client_text("*1\r\n$4\r\nINFO\r\n");
  const auto seen =
      observe(redis::protocol,
              {info, server_text("$57\r\n# Server\r\nredis_version:7.0.15\r\nos:Linux 6.1.0-18-amd64\r\n\r\n")});
  EXPECT_EQ(open_accesses(seen), (Texts{"redis-no-password"}));
  EXPECT_EQ(seen.identity(Trait::software), "redis/7.0.15");
  EXPECT_EQ(seen.identity(Trait::os), "Linux 6.1.0-18-amd64");
  EXPECT_TRUE(
      open_accesses(observe(redis::protocol, {info, server_text("-NOAUTH Authentication required.\r\n")})).empty());
}

TEST(Redis, StatesLogInsWithTheirOutcome) {
  const auto seen =
      observe(redis::protocol, {client_text("*2\r\n$4\r\nAUTH\r\n$6\r\ns3cret\r\n"), server_text("+OK\r\n"),
                                client_text("*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$5\r\nwrong\r\n"),
                                server_text("-WRONGPASS invalid username-password pair or user is disabled.\r\n"),
                                client_text("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"), server_text("$-1\r\n")});
  EXPECT_EQ(credentials(seen), (Texts{"redis :s3cret attempted", "redis :s3cret accepted", "redis me:wrong attempted",
                                      "redis me:wrong rejected"}));
}

TEST(Redis, IsFramedAndProbedStrictly) {
  const auto frame = [](std::string_view text) { return redis::protocol.frame(ascii(text), Role::client); };
  EXPECT_EQ(frame("*1\r\n$4\r\nPING\r\n*1").size, 14u);
  EXPECT_EQ(frame("*1\r\n$4\r\nPI").size, 14u);
  EXPECT_EQ(frame("*1\r\n").kind, Frame::Kind::more);
  EXPECT_EQ(frame("* OK IMAP4 ready\r\n").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("GET / HTTP/1.1\r\n").kind, Frame::Kind::foreign);
}

// tcpdump, tests/tftp.pcap, frame 1
TEST(Tftp, NamesTheFile) {
  const auto seen = observe(tftp::protocol,
                            {
                                // frame 1
                                client("000166696c6531006f6374657400"),
                            },
                            Transport::udp);
  EXPECT_EQ(identities(seen, Role::client), (Texts{"description file1 by tftp read request"}));
  EXPECT_EQ(operations(seen, tftp::protocol), (Texts{"read request"}));
}

// suricata-verify, tests/tftp-tx-handling-wrq/input.pcap
TEST(Tftp, StatesWriteRequests) {
  const auto seen = observe(tftp::protocol,
                            {
                                // frame 1
                                client("0002726663313335302e747874006f6374657400"),
                            },
                            Transport::udp);
  EXPECT_EQ(operations(seen, tftp::protocol), (Texts{"write request"}));
  EXPECT_EQ(seen.all<Identity>()[0].method, "tftp write request");
  EXPECT_FALSE(tftp::protocol.probe(hex("00 03 00 01 AABB"), Role::client));
  EXPECT_FALSE(tftp::protocol.probe(hex("00 01 66 69 6C 65 00 78 00"), Role::client));
}

TEST(Tftp, KnowsATransferByItsHead) {
  const auto fits = [](std::string_view bytes) {
    return tftp_data::protocol.frame(hex(bytes), Role::server).kind == Frame::Kind::whole;
  };
  // nDPI, tftp.pcap, frames 4 (cut), 101, 104, 109
  EXPECT_TRUE(fits("000300010a0a0a0a0a0a4e6574776f726b"));
  EXPECT_FALSE(fits("00040031"));
  EXPECT_TRUE(fits("00040000"));
  EXPECT_TRUE(fits("0006626c6b73697a650031343638007473697a650031303030303000"));
  EXPECT_FALSE(fits("0006626c6b73697a6500313436380074"));  // cut
  EXPECT_FALSE(fits("0006626c6b73697a6500"));              // a name without a value
  EXPECT_FALSE(fits("000400010000"));                      // longer than an acknowledgement
  EXPECT_FALSE(fits("000166696c6531006f6374657400"));      // a request
  EXPECT_FALSE(fits("0003"));
}

// zeek, raw_packets.pcap, frame 11 and 13: a home router announces itself.
TEST(Ssdp, ReadsAnnouncements) {
  const auto seen = observe(
      ssdp::protocol,
      {
          // frame 11
          client("4e4f54494659202a20485454502f312e310d0a484f53543a203233392e3235352e3235352e3235303a313930300d0a434143"
                 "48452d434f4e54524f4c3a206d61782d6167653d3130300d0a4c4f434154494f4e3a20687474703a2f2f3139322e3136382e"
                 "312e313a313930302f6967642e786d6c0d0a4e543a2075706e703a726f6f746465766963650d0a4e54533a20737364703a61"
                 "6c6976650d0a5345525645523a2069706f732f372e302055506e502f312e3020544c2d574452333630302f312e300d0a5553"
                 "4e3a20757569643a30363062373335332d666361362d343037302d383566342d3166626662396164643632633a3a75706e70"
                 "3a726f6f746465766963650d0a0d0a"),
          // frame 13
          client("4e4f54494659202a20485454502f312e310d0a484f53543a203233392e3235352e3235352e3235303a313930300d0a434143"
                 "48452d434f4e54524f4c3a206d61782d6167653d3130300d0a4c4f434154494f4e3a20687474703a2f2f3139322e3136382e"
                 "312e313a313930302f6967642e786d6c0d0a4e543a2075726e3a736368656d61732d75706e702d6f72673a6465766963653a"
                 "496e7465726e6574476174657761794465766963653a310d0a4e54533a20737364703a616c6976650d0a5345525645523a20"
                 "69706f732f372e302055506e502f312e3020544c2d574452333630302f312e300d0a55534e3a20757569643a303630623733"
                 "35332d666361362d343037302d383566342d3166626662396164643632633a3a75726e3a736368656d61732d75706e702d6f"
                 "72673a6465766963653a496e7465726e6574476174657761794465766963653a310d0a0d0a"),
      },
      Transport::udp);
  EXPECT_EQ(identities(seen, Role::client),
            (Texts{"description ipos/7.0 UPnP/1.0 TL-WDR3600/1.0 by ssdp server", "product TL-WDR3600 by ssdp server",
                   "fingerprint 060b7353-fca6-4070-85f4-1fbfb9add62c by upnp uuid",
                   "description ipos/7.0 UPnP/1.0 TL-WDR3600/1.0 by ssdp server", "product TL-WDR3600 by ssdp server",
                   "fingerprint 060b7353-fca6-4070-85f4-1fbfb9add62c by upnp uuid",
                   "description InternetGatewayDevice:1 by upnp device type", "role router by upnp device type"}));
}

// tcpdump, tests/syslog_udp.pcap, frames 1 and 3; zeek, syslog-single-udp.pcap: a tag without a host.
TEST(Syslog, NamesHostAndApplication) {
  const auto seen = observe(
      syslog::protocol,
      {
          // frame 1
          client("3c353e5365702031322031393a31363a3132207468726f756768206c6f676765723a2074657374206d657373616765203231"
                 "00"),
          // frame 3
          client("3c31333e323031332d30392d31325431393a31363a33342e3435373834392b30343a3030206c6f63616c686f737420746872"
                 "6f75676820727379736c6f673a2074657374206d657373616765203233"),
          // frame 1
          client("3c3133333e4170722020352031323a35363a353120726f62696e3a2048656c6c6f2c207379736c6f672100"),
      },
      Transport::udp);
  EXPECT_EQ(identities(seen, Role::client), (Texts{"name through by syslog", "software logger by syslog",
                                                   "software through by syslog", "software robin by syslog"}));
}

// RFC 5424 §6.5, examples 1 and 2.
TEST(Syslog, ReadsTheNewerForm) {
  const auto seen =
      observe(syslog::protocol,
              {client_text("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed"),
               client_text("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - It's time")},
              Transport::udp);
  EXPECT_EQ(identities(seen, Role::client),
            (Texts{"name mymachine.example.com by syslog", "software su by syslog", "software myproc by syslog"}));
  EXPECT_EQ(syslog::protocol.frame(ascii("<192>1 - x"), Role::client).kind, Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
