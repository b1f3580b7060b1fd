#include "sensor/evidence/redact.h"

#include <gtest/gtest.h>

#include "sensor/decode/decode.h"
#include "tests/support/packets.h"

namespace kakoi::evidence {
namespace {

using namespace kakoi::test;

std::string text_of(const ByteVector& bytes) { return {bytes.begin(), bytes.end()}; }
bool holds(const ByteVector& bytes, std::string_view text) { return text_of(bytes).find(text) != std::string::npos; }

// RFC 1071, over all octets.
std::uint16_t sum(Bytes octets, std::uint32_t start = 0) {
  std::uint64_t total = start;
  for (std::size_t i = 0; i < octets.size(); ++i) total += i % 2 ? octets[i] : octets[i] * 256u;
  while (total > 0xFFFF) total = (total & 0xFFFF) + (total >> 16);
  return static_cast<std::uint16_t>(total);
}
// 0xFFFF if the checksum of what the IP packet at `at` carries is right. Pseudo-header: RFC 9293 §3.1, RFC 8200 §8.1.
std::uint16_t transport_sum(Bytes frame, std::size_t at) {
  const bool v6 = frame[at] >> 4 == 6;
  const std::size_t header = v6 ? 40 : 20, addresses = v6 ? 32 : 8;
  const std::size_t length = v6 ? static_cast<std::size_t>(frame[at + 4] << 8 | frame[at + 5])
                                : static_cast<std::size_t>(frame[at + 2] << 8 | frame[at + 3]) - header;
  const std::uint8_t protocol = frame[at + (v6 ? 6 : 9)];
  const std::uint32_t pseudo = protocol == 1 ? 0
                                             : sum(frame.subspan(at + header - addresses, addresses),
                                                   static_cast<std::uint32_t>(length) + protocol);
  return sum(frame.subspan(at + header, length), pseudo);
}
void seal(ByteVector& frame, std::size_t at, std::size_t checksum) {
  frame[checksum] = frame[checksum + 1] = 0;
  const auto fresh = static_cast<std::uint16_t>(~transport_sum(frame, at));
  frame[checksum] = static_cast<std::uint8_t>(fresh >> 8), frame[checksum + 1] = static_cast<std::uint8_t>(fresh);
  ASSERT_EQ(transport_sum(frame, at), 0xFFFF);
}

constexpr std::size_t kIp = 14, kUdp = kIp + 20, kUdpSum = kUdp + 6, kTcpSum = kIp + 20 + 16;

class RedactTest : public ::testing::Test {
 protected:
  RedactTest() : db_(Database::open(":memory:")) {
    db_.execute("create table link (client_address, server_address, transport, server_port, protocol)");
  }
  // 10.0.0.1 to 10.0.0.2
  void link(const char* transport, int port, const char* protocol, const char* client = "10.0.0.1",
            const char* server = "10.0.0.2") {
    db_.prepare("insert into link values (?1, ?2, ?3, ?4, ?5)")
        .bind(1, client)
        .bind(2, server)
        .bind(3, transport)
        .bind(4, port)
        .bind(5, protocol)
        .run();
  }
  ByteVector redact(const ByteVector& frame, std::uint32_t fcs = 0, std::uint32_t link_type = 1) {
    RawPacket raw;
    raw.data = frame;
    raw.original_length = static_cast<std::uint32_t>(frame.size());
    raw.link_type = link_type;
    raw.fcs_length = fcs;
    const LinkProtocols links(db_);
    const Redactor::Redacted result = Redactor(links)(raw);
    EXPECT_EQ(result.data.size(), frame.size());
    EXPECT_EQ(result.altered, result.data != frame);
    return result.data;
  }
  static ByteVector from_client(std::uint16_t port, std::string_view text) {
    ByteVector frame = ethernet(1, 2, 0x0800, ipv4(1, 2, 6, tcp(50000, port, 7, 9, 0x18, ascii(text))));
    seal(frame, kIp, kTcpSum);
    return frame;
  }
  static ByteVector from_server(std::uint16_t port, std::string_view text) {
    ByteVector frame = ethernet(2, 1, 0x0800, ipv4(2, 1, 6, tcp(port, 50000, 9, 7, 0x18, ascii(text))));
    seal(frame, kIp, kTcpSum);
    return frame;
  }
  static ByteVector datagram(std::uint16_t from, std::uint16_t to, const ByteVector& payload) {
    ByteVector frame = ethernet(1, 2, 0x0800, ipv4(1, 2, 17, udp(from, to, payload)));
    seal(frame, kIp, kUdpSum);
    return frame;
  }
  Database db_;
};

TEST_F(RedactTest, OverwritesPayloadOfNoKnownProtocolAndKeepsTheChecksumRight) {
  const ByteVector frame = from_client(1234, "user=a&password=odd");
  const ByteVector safe = redact(frame);
  EXPECT_EQ(text_of(safe).substr(54), std::string(19, '*'));
  EXPECT_EQ(ByteVector(safe.begin(), safe.begin() + 50), ByteVector(frame.begin(), frame.begin() + 50));
  EXPECT_EQ(transport_sum(safe, kIp), 0xFFFF);
}

TEST_F(RedactTest, AWrongChecksumStaysWrong) {
  ByteVector frame = from_client(1234, "payload");
  frame[kTcpSum] ^= 1;
  EXPECT_NE(transport_sum(redact(frame), kIp), 0xFFFF);
}

TEST_F(RedactTest, UdpWithoutChecksumStaysWithout) {
  ByteVector frame = datagram(5000, 5001, ascii("payload"));
  frame[kUdpSum] = frame[kUdpSum + 1] = 0;
  const ByteVector safe = redact(frame);
  EXPECT_EQ(safe[kUdpSum] | safe[kUdpSum + 1], 0);
  EXPECT_FALSE(holds(safe, "payload"));
}

TEST_F(RedactTest, HttpKeepsNamesOfFieldsAndWhereTheRequestGoes) {
  link("tcp", 80, "http");
  const ByteVector safe = redact(from_client(80,
                                             "GET http://a:pw1@plc/set;s=pw2?key=pw3 HTTP/1.1\r\nHost: plc\r\n"
                                             "Authorization: Basic cHc0\r\nCookie: pw5\r\n\tpw6\r\n\r\npw7=pw8"));
  EXPECT_EQ(text_of(safe).substr(54),
            "GET http://*****@plc/set;************* HTTP/1.1\r\nHost: plc\r\nAuthorization: **********\r\n"
            "Cookie: ***\r\n****\r\n\r\n*******");
  EXPECT_EQ(transport_sum(safe, kIp), 0xFFFF);
  const ByteVector middle = redact(from_client(80, "word=pw9&x=1 HTTP/1.1\r\nHost: plc\r\n\r\n"));  // begins no message
  EXPECT_FALSE(holds(middle, "plc"));
}

TEST_F(RedactTest, TlsThroughAProxyIsKeptWhatElseItPassesOnIsNot) {
  link("tcp", 3128, "http");
  link("tcp", 1080, "socks");
  const ByteVector records = hex("1503030002 0100 1603030002 0E00");  // whole
  for (const std::uint16_t port : {std::uint16_t{3128}, std::uint16_t{1080}}) {
    const auto tail = [&](const std::string& payload) {
      return text_of(redact(from_client(port, payload))).substr(54);
    };
    EXPECT_EQ(tail(text_of(records)), text_of(records)) << port;
    EXPECT_EQ(tail(text_of(records) + "pw1"), text_of(records) + "***") << port;
    EXPECT_EQ(tail("SSH-2.0-pw1"), "***********") << port;
  }
  EXPECT_TRUE(
      holds(redact(from_client(3128, "CONNECT plc.example:443 HTTP/1.1\r\n\r\n")), "CONNECT plc.example:443 HTTP/1.1"));
}

TEST_F(RedactTest, RtspIsTreatedLikeHttp) {
  link("tcp", 554, "rtsp");
  EXPECT_EQ(text_of(redact(from_client(554,
                                       "DESCRIBE rtsp://a:pw1@cam/live?user=a&pw=2 RTSP/1.0\r\nCSeq: 3\r\n"
                                       "Authorization: Basic cHc0\r\nSession: 5\r\n\r\n")))
                .substr(54),
            "DESCRIBE rtsp://*****@cam/live?*********** RTSP/1.0\r\nCSeq: 3\r\nAuthorization: **********\r\n"
            "Session: *\r\n\r\n");
  EXPECT_EQ(text_of(redact(from_server(554, "RTSP/1.0 200 OK\r\nPublic: PLAY\r\n\r\nv=0\r\n"))).substr(54),
            "RTSP/1.0 200 OK\r\nPublic: PLAY\r\n\r\n*****");
}

TEST_F(RedactTest, FtpKeepsTheUserAndReplies) {
  link("tcp", 21, "ftp");
  EXPECT_TRUE(holds(redact(from_client(21, "USER MELSEC\r\nPASS MELSEC\r\nLIST\r\n")),
                    "USER MELSEC\r\nPASS ******\r\nLIST\r\n"));
  EXPECT_FALSE(holds(redact(from_client(21, "MELSEC\r\n")), "MELSEC"));  // PASS was in the segment before
  EXPECT_TRUE(holds(redact(from_server(21, "331 Password required for MELSEC\r\n")), "331 Password required"));
}

// Messages of tests/dissectors; the log-in of OPC UA is cut short behind its type.
TEST_F(RedactTest, PasswordsOfControllersAreOverwritten) {
  const auto segment = [&](std::uint16_t port, const ByteVector& payload) {
    ByteVector frame = ethernet(1, 2, 0x0800, ipv4(1, 2, 6, tcp(50000, port, 7, 9, 0x18, payload)));
    seal(frame, kIp, kTcpSum);
    return redact(frame);
  };
  const auto tail = [](const ByteVector& frame, std::size_t size) {
    return text_of(frame).substr(frame.size() - size);
  };
  link("tcp", 102, "s7comm");
  const auto password =
      test::hex("03000025 02f080 32 07 0000 0600 0008 000c 000112 04 11 45 01 00 ff 09 0008 213a1b1d6e681b1d");
  EXPECT_EQ(tail(segment(102, password), 8), "********");
  const auto stop = test::hex("03000021 02f080 32 01 0000 3500 0010 0000 29 0000000000 09 505f50524f4752414d");
  EXPECT_EQ(tail(segment(102, stop), 9), "P_PROGRAM");
  link("tcp", 5007, "slmp");
  EXPECT_EQ(tail(segment(5007, test::hex("5000 00 ff ff03 00 0c00 1000 3016 0000 0400 31323334")), 4), "****");
  link("tcp", 4840, "opcua");
  EXPECT_EQ(
      tail(segment(4840, test::hex("4d534746 20000000 06000000 06000000 04000000 04000000 0100d301 73656372")), 4),
      "****");
  EXPECT_EQ(
      tail(segment(4840, test::hex("4d534746 20000000 06000000 06000000 04000000 04000000 0100a102 76616c75")), 4),
      "valu");
  link("tcp", 1911, "fox");
  EXPECT_FALSE(holds(segment(1911, ascii("fox a 2 -1 fox login\n{\npassword=s:pw1\n};;\n")), "pw1"));
  EXPECT_TRUE(holds(segment(1911, ascii("fox a 1 -1 fox hello\n{\nhostName=s:st1\n};;\n")), "st1"));
  link("tcp", 4059, "dlms");
  const auto log_in =
      test::hex("0001 0001 0001 0026 6024 a109060760857405080101 8a020780 8b0760857405080201 ac0a80084b6f6a6f2d397a21");
  EXPECT_FALSE(holds(segment(4059, log_in), "Kojo"));
  const auto secret = test::hex("0001 0010 0001 0017 c101 41 000f 0000280002ff 07 00 09 08 4b6f6a6f2d397a21");
  EXPECT_FALSE(holds(segment(4059, secret), "Kojo"));
  const auto in_hdlc =
      test::hex("7ea0210321 10 0000 e6e600 c101 41 000f 0000280002ff 07 00 09 08 4b6f6a6f2d397a21 0000 7e");
  EXPECT_FALSE(holds(segment(4059, in_hdlc), "Kojo"));
  const auto rest = test::hex("7ea010032112 0000 4b6f6a6f2d397a21 0000 7e");
  EXPECT_FALSE(holds(segment(4059, rest), "Kojo"));
  const auto clock = test::hex("0001 0010 0001 0011 c101 41 0008 0000010000ff 08 00 0a02 4f4b");
  EXPECT_EQ(tail(segment(4059, clock), 2), "OK");
  const auto access =
      test::hex("0001 0010 0001 001c d9 40000001 00 01 02 000f 0000280002ff 07 01 09 08 4b6f6a6f2d397a21");
  EXPECT_FALSE(holds(segment(4059, access), "Kojo"));
  const auto block = test::hex("0001 0010 0001 000f e0 80 0001 0000 08 4b6f6a6f2d397a21");
  EXPECT_FALSE(holds(segment(4059, block), "Kojo"));
  link("tcp", 5006, "melsoft");
  for (const auto& [command, kept] : {std::pair("1133", false), {"1869", false}, {"1630", false}, {"1410", true}}) {
    const auto told = test::hex(
        "57010000001111 070000ffff030000fe030000 2200 1c0a1614"
        "0000000000000000000000000000000000000000" +
        std::string(command) + "0100 0400 4b6f6a6f");
    EXPECT_EQ(holds(segment(5006, told), "Kojo"), kept) << command;
  }
  link("udp", 5050, "sbus");
  for (const auto& [command, kept] : {std::pair("a7", false), {"25", false}, {"0e", true}}) {
    const auto told = test::hex("00000011 01 00 0001 00 0a" + std::string(command) + "4b6f6a6f 0000");
    EXPECT_EQ(holds(redact(datagram(50000, 5050, told)), "Kojo"), kept) << command;
  }
  link("tcp", 1153, "c1222");
  const auto in_clear = test::hex(
      "6044 a211060f2b060104018285638e7f85f1c24e00 a60a06082b06010401828563 a806020413e81421 be1b28198117 80 15 51"
      "000000000000000070617373776f726431323334");
  EXPECT_FALSE(holds(segment(1153, in_clear), "word12"));
  const auto keys = test::hex("6021 a203060160 a803020107 be15 2813 8111 80 0f 40 002a 0008 4b6f6a6f2d397a21 00 00");
  EXPECT_FALSE(holds(segment(1153, keys), "Kojo"));
  const auto initiated =
      test::hex("6021 a203060160 a803020107 be15 2813 8111 80 0f 40 0007 0008 1200 01 6f6a6f2d39 00 00");
  EXPECT_FALSE(holds(segment(1153, initiated), "ojo"));
  const auto table = test::hex("6021 a203060160 a803020107 be15 2813 8111 80 0f 40 0803 0008 4b6f6a6f2d397a21 00 00");
  EXPECT_TRUE(holds(segment(1153, table), "Kojo"));
  link("udp", 47808, "bacnet");
  const auto control = test::hex("810a001c 0124 000d013d ff 00030111 1900 2d09 00 66696c6973746572");
  EXPECT_FALSE(holds(redact(datagram(50000, 47808, control)), "filister"));
  link("udp", 3671, "knxnet_ip");
  for (const auto& [apci, kept] :
       {std::pair("43d100", false), {"43d302", false}, {"468301", true}}) {  // the last writes memory
    const auto tunnelled = test::hex("06100420001a 04010500 1100b060000011 05 06" + std::string(apci) + "64696e67");
    EXPECT_EQ(holds(redact(datagram(50000, 3671, tunnelled)), "ding"), kept);
    const auto routed = test::hex("061005300016 2900b0501164 1105 06" + std::string(apci) + "64696e67");
    EXPECT_EQ(holds(redact(datagram(50000, 3671, routed)), "ding"), kept);
  }
}

TEST_F(RedactTest, TelnetKeepsPromptsOnly) {
  link("tcp", 23, "telnet");
  EXPECT_TRUE(holds(redact(from_server(23, "\xFF\xFB\x01\r\nlogin: maint")), "\xFF\xFB\x01\r\nlogin:******"));
  EXPECT_TRUE(holds(redact(from_client(23, "kojo\r\n")), "****\r\n"));
  EXPECT_TRUE(holds(redact(from_client(23, "\xFF\xFA\x27secret\xFF\xF0")), "\xFF\xFA\x27******\xFF\xF0"));  // RFC 1572
}

// RFC 1157: version 1, community "public", get-request of 1.3.6.1.2.1.1.1.0
TEST_F(RedactTest, SnmpLosesTheCommunityAndKeepsTheRequest) {
  link("udp", 161, "snmp");
  const ByteVector message =
      hex("3026 020100 0406 7075626c6963 A019 020101 020100 020100 300E 300C 0608 2B06010201010100 0500");
  ByteVector wanted = message;
  std::fill_n(wanted.begin() + 7, 6, '*');
  const ByteVector safe = redact(datagram(50000, 161, message));
  EXPECT_EQ(ByteVector(safe.begin() + 42, safe.end()), wanted);
  EXPECT_EQ(transport_sum(safe, kIp), 0xFFFF);
}

TEST_F(RedactTest, DhcpLosesWhatProvisionsDevices) {
  ByteVector message(236);
  const ByteVector safe = redact(datagram(67, 68, message + hex("63825363 350105 2B03 616263 0C02 6869 FF 6465")));
  EXPECT_EQ(ByteVector(safe.begin() + 42 + 236, safe.end()), hex("63825363 350105 2B03 2A2A2A 0C02 6869 FF 2A2A"));
}

TEST_F(RedactTest, AuthenticationOfRoutersIsOverwritten) {
  // RFC 2453 §4.1 and RFC 2281 §5
  const ByteVector rip = redact(datagram(520, 520, hex("02020000 FFFF 0002 73656372657400000000000000000000")));
  EXPECT_FALSE(holds(rip, "secret"));
  ByteVector frame =
      ethernet(1, 2, 0x0800, ipv4(1, 2, 17, udp(1985, 1985, hex("0000 10 03 0A 64 01 00 636973636F000000 0A0000FE"))));
  frame[kIp + 16] = 224, frame[kIp + 17] = 0, frame[kIp + 18] = 0, frame[kIp + 19] = 2;
  EXPECT_FALSE(holds(redact(frame), "cisco"));
}

TEST_F(RedactTest, WithinVlanTagsAndVersion6) {
  ByteVector ip = hex("60000000 0000 06 40 20010DB8000000000000000000000001 20010DB8000000000000000000000002");
  const ByteVector segment = tcp(50000, 8000, 1, 1, 0x18, ascii("secret"));
  ip[5] = static_cast<std::uint8_t>(segment.size());
  ByteVector frame = ethernet(1, 2, 0x8100, hex("000A 86DD") + ip + segment);
  seal(frame, 18, 18 + 40 + 16);
  const ByteVector safe = redact(frame);
  EXPECT_FALSE(holds(safe, "secret"));
  EXPECT_EQ(transport_sum(safe, 18), 0xFFFF);
}

TEST_F(RedactTest, WithinATunnelBothChecksumsStayRight) {
  ByteVector inner = from_client(1234, "secret");
  const ByteVector frame = datagram(50000, 4789, hex("08000000 00002A00") + inner);  // VXLAN, RFC 7348 §5
  const ByteVector safe = redact(frame);
  EXPECT_FALSE(holds(safe, "secret"));
  EXPECT_EQ(transport_sum(safe, kIp), 0xFFFF);
  EXPECT_EQ(transport_sum(safe, 42 + 8 + kIp), 0xFFFF);
}

TEST_F(RedactTest, WhatADriverLeftInThePaddingIsOverwritten) {
  EXPECT_FALSE(holds(redact(datagram(5000, 5001, {}) + ascii("left behind")), "left"));
  const ByteVector ack = ethernet(1, 2, 0x0800, ipv4(1, 2, 6, tcp(50000, 80, 7, 9, 0x10)));
  EXPECT_EQ(redact(ack + hex("000000000000")), ack + hex("000000000000"));
  EXPECT_FALSE(holds(redact(ack + ascii("left")), "left"));
  const ByteVector arp =
      ethernet(1, 2, 0x0806, hex("0001 0800 06 04 0001 020000000001 0A000001 000000000000 0A000002"));
  EXPECT_EQ(redact(arp + ascii("left")), arp + ascii("****"));
}

TEST_F(RedactTest, FrameCheckSequenceIsMadeAnewIfItWasRight) {
  // IEEE 802.3 §3.2.9; the four octets were made with zlib.crc32, least significant first
  const ByteVector frame = ethernet(1, 2, 0x1234, ascii("secret"));
  const ByteVector fcs = hex("2F725A14"), wanted = hex("0EA3F99A");
  const ByteVector safe = redact(frame + fcs, 4);
  EXPECT_EQ(safe, ethernet(1, 2, 0x1234, ascii("******")) + wanted);
}

TEST_F(RedactTest, FragmentsAndFramesThatAreNotUnderstood) {
  ByteVector rest = ipv4(1, 2, 17, ascii("password"));
  rest[6] = 0, rest[7] = 10;  // offset 80
  EXPECT_FALSE(holds(redact(ethernet(1, 2, 0x0800, rest)), "password"));
  EXPECT_FALSE(holds(redact(ethernet(1, 2, 0x888E, ascii("password"))), "password"));  // 802.1X
  // PPP with PAP (RFC 1334 §2.2.1): no Ethernet header to be kept
  EXPECT_FALSE(holds(redact(hex("FF03 C023 01 01 000C 02 7573 04") + ascii("word"), 0, 9), "us"));
}

TEST_F(RedactTest, ACutPacketIsSafe) {
  link("tcp", 21, "ftp");
  link("udp", 161, "snmp");
  const ByteVector whole = from_client(21, "USER a\r\nPASS secret\r\n");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    RawPacket raw;
    const ByteVector cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    raw.data = cut;
    raw.original_length = static_cast<std::uint32_t>(whole.size());
    raw.link_type = 1;
    const LinkProtocols links(db_);
    EXPECT_FALSE(holds(Redactor(links)(raw).data, "PASS s")) << size;
  }
}

// A protocol that two VLANs disagree about is not known.
TEST_F(RedactTest, ALinkOfTwoProtocolsIsOverwritten) {
  link("tcp", 21, "ftp");
  link("tcp", 21, "ssh");
  EXPECT_FALSE(holds(redact(from_client(21, "LIST\r\n")), "LIST"));
}

TEST_F(RedactTest, KeepsNothingSecretOfOfficeProtocols) {
  struct Case {
    const char* protocol;
    int port;
    bool from_client;
    std::string_view payload, secret, kept;
  };
  using namespace std::string_view_literals;
  const Case cases[] = {
      {"smtp", 25, true, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "AHVz", "AUTH "},
      {"smtp", 25, true, "cHVuamFiQDEyMw==\r\n", "cHVu", "\r\n"},
      {"smtp", 25, false, "220 mail.example ESMTP Postfix\r\n", "", "ESMTP Postfix"},
      {"smtp", 25, false, "Dear colleague\r\n", "colleague", "\r\n"},
      {"pop3", 110, true, "PASS s3cret\r\n", "s3cret", "PASS "},
      {"pop3", 110, false, "Subject: price list\r\n", "price", "\r\n"},
      {"imap", 143, true, "a1 LOGIN bob s3cret\r\n", "s3cret", "a1 LOGIN "},
      {"imap", 143, false, "a1 OK done\r\n", "", "a1 OK done"},
      {"redis", 6379, true, "*2\r\n$4\r\nAUTH\r\n$6\r\ns3cret\r\n", "s3cret", ""},
      {"redis", 6379, false, "-NOAUTH Authentication required.\r\n", "", "-NOAUTH Auth"},
      {"ldap", 389, true,
       "0\x20\2\1\1\x60\x1b\2\1\3\4\x0e"
       "cn=scada,dc=pl"
       "\x80\6s3cret",
       "s3cret", "0\x20\2\1\1\x60"},
      {"mqtt", 1883, true, "\x10\x14\0\4MQTT\4\xc2\0\x3c\0\2hi\0\1u\0\6s3cret"sv, "s3cret", "\x10\x14"},
      {"rfb", 5900, true, "RFB 003.008\n", "", "RFB 003.008\n"},
      {"rfb", 5900, true, "responseresponse", "response", ""},
      {"rdp", 3389, true, "\3\0\0\x30\2\xf0\x80 s3cret"sv, "s3cret", ""},
      {"kerberos", 88, true, "\0\0\0\x40\x6a\x3e\x30\x3c s3cret and more"sv, "s3cret", "\x6a\x3e\x30\x3c"},
      {"smb", 445, true,
       "\0\0\0\x90\xffSMB\x73\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0hash of s3cret"sv, "s3cret",
       "\xffSMB\x73"},
      {"smb", 445, true, "\0\0\0\x90\xffSMB\x72\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0NT LM 0.12"sv,
       "", "NT LM 0.12"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.protocol);
    db_.execute("delete from link");
    link("tcp", c.port, c.protocol);
    const auto port = static_cast<std::uint16_t>(c.port);
    const ByteVector redacted = redact(c.from_client ? from_client(port, c.payload) : from_server(port, c.payload));
    if (!c.secret.empty()) {
      EXPECT_FALSE(holds(redacted, c.secret)) << c.payload;
    }
    EXPECT_TRUE(holds(redacted, c.kept)) << c.payload;
    EXPECT_EQ(transport_sum(redacted, kIp), 0xFFFF);
  }
}

TEST_F(RedactTest, KeepsRequestsForFilesAndTheHeadOfALogLine) {
  link("udp", 69, "tftp");
  EXPECT_TRUE(holds(redact(datagram(50000, 69, ascii(std::string_view("\0\2plc.bin\0octet\0", 16)))), "plc.bin"));
  EXPECT_FALSE(holds(redact(datagram(50000, 69, ascii(std::string_view("\0\3\0\1 s3cret", 11)))), "s3cret"));
  link("udp", 50001, "tftp_data");
  EXPECT_FALSE(holds(redact(datagram(50000, 50001, ascii(std::string_view("\0\3\0\1 s3cret", 11)))), "s3cret"));
  link("udp", 514, "syslog");
  const ByteVector line = redact(datagram(50000, 514, ascii("<34>Oct 11 22:14:15 host su: password is s3cret")));
  EXPECT_TRUE(holds(line, "<34>"));
  EXPECT_FALSE(holds(line, "s3cret"));
}

// npm's node-opc-da and impacket as clients.
TEST_F(RedactTest, KeepsWhatIsCalledOverDceRpcAndWhereTheServerIs) {
  const auto redacted = [&](std::uint16_t from, std::uint16_t to, ByteVector message) {
    ByteVector frame = ethernet(2, 1, 0x0800, ipv4(2, 1, 6, tcp(from, to, 7, 9, 0x18, message)));
    seal(frame, kIp, kTcpSum);
    const ByteVector result = redact(frame);
    return ByteVector(result.end() - static_cast<std::ptrdiff_t>(message.size()), result.end());
  };
  link("tcp", 135, "dcerpc");
  link("tcp", 49200, "opc_classic", "10.0.0.2", "10.0.0.1");
  const ByteVector alive =
      hex("0500020310000000900000000100000078000000000000000500070000000200300000003000290007005300430041004400"
          "4100310000000700310030002e0035002e0030002e003200300000000700310030002e00370037002e0033002e0032003000"
          "0000070066006500380030003a003a003100000000000900ffff00000a00ffff000000000000000000000000");
  const auto same = [](const ByteVector& a, const ByteVector& b, std::size_t octets) {
    return std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(octets), b.begin());
  };
  const ByteVector told = redacted(135, 50000, alive);
  constexpr std::size_t kBehind = 8;  // the addresses: reserved ×4, status ×4
  EXPECT_TRUE(same(told, alive, alive.size() - kBehind));
  EXPECT_TRUE(std::equal(alive.end() - 4, alive.end(), told.end() - 4));
  const ByteVector log_in =
      hex("0500100310000000b200960000000000000000000a020000030000004e544c4d535350000300000018001800480000001800"
          "1800600000000a000a007800000010001000820000000400040092000000000000009600000005028802060100000000000f"
          "1b794264267c06ac00000000000000000000000000000000743ddbc3a9e2c40b969054cc64e5f5af4e686ea2d88aeae95000"
          "4c0041004e0054006f00700065007200610074006f00720076006d00");
  const ByteVector hidden = redacted(50000, 49200, log_in);
  EXPECT_TRUE(same(hidden, log_in, 16));
  EXPECT_FALSE(holds(hidden, "NTLMSSP"));
  EXPECT_EQ(std::count(hidden.begin() + 28, hidden.end(), '*'), static_cast<std::ptrdiff_t>(hidden.size()) - 28);
  const ByteVector interface =
      hex("05000e03100000009000400002000000d016d0161147000001cccccc02000100523ac1391e01d01196750020afd8adb30000"
          "0000045d888aeb1cc9119fe808002b104860020000000a020000030000004e544c4d53535000030000000000000000000000"
          "000000000000000000000000000000000000000000000000000000000000000000000000ffffffff00000000");
  const ByteVector named = redacted(50000, 49200, interface);
  EXPECT_TRUE(same(named, interface, 72));
  EXPECT_FALSE(holds(named, "NTLMSSP"));
  const ByteVector write =
      hex("0500008310000000c00010000000000080000000020004000e0000003412000078560000bc9a000005000400000000000000"
          "0000c131b24e1fb1f84ca4a48a5fbcf6fe5a000000000200000002000000e9030000ea030000020000005573657255736572"
          "0000000003000000000000000300cccccccccccc030000002a00000003000000000000000300cccccccccccc030000000700"
          "0000000000000000000000000000000000000a0200000300000001000000000000000000000000000000");
  constexpr std::size_t kFirstHandle = 16 + 8 + 16 + 32 + 12;
  const ByteVector written = redacted(50000, 49200, write);
  EXPECT_TRUE(same(written, write, kFirstHandle));
  EXPECT_EQ(written[kFirstHandle], '*');
}

// zeek, testing/btest/Traces/smb/smb_v2_only_non_zero_reserved1.pcap, frame 18: a server's two addresses.
TEST_F(RedactTest, KeepsTheAddressesOfAServersNetworkCardsAndNothingElseOfIoctls) {
  const ByteVector answer =
      hex("000001a0fe534d4240000100000000000b00010019000000000000000500000000000000fffe00000100000025000000002c"
          "010093164779b88b0676e30328ccce65aaa431000000fc011400ffffffffffffffffffffffffffffffff7000000000000000"
          "70000000300100000000000000000000980000000e000000010000000000000000e40b54020000001700000000000000fe80"
          "0000000000006b4a247bd27a67b7000000000000000000000000000000000000000000000000000000000000000000000000"
          "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
          "000000000000000000000000000000000000000000000e000000010000000000000000e40b540200000002000000ac1f7010"
          "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
          "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
          "0000000000000000000000000000000000000000");
  const auto redacted = [&](ByteVector message) {
    ByteVector frame = ethernet(2, 1, 0x0800, ipv4(2, 1, 6, tcp(445, 50000, 7, 9, 0x18, message)));
    seal(frame, kIp, kTcpSum);
    const ByteVector result = redact(frame);
    return ByteVector(result.end() - static_cast<std::ptrdiff_t>(message.size()), result.end());
  };
  link("tcp", 445, "smb");
  constexpr std::size_t kList = 4 + 112, kEntry = 152, kSocket = 24;
  const ByteVector kept = redacted(answer);
  for (const std::size_t card : {kList, kList + kEntry})
    for (std::size_t i = card; i < card + kSocket + 28; ++i) ASSERT_EQ(kept[i], answer[i]) << i;
  ByteVector hidden = answer;  // what the list does not need
  const std::string_view secret = "s3cret";
  std::copy(secret.begin(), secret.end(), hidden.begin() + kList + kSocket + 40);
  EXPECT_FALSE(holds(redacted(hidden), secret));
  for (const auto& [at, value] : {std::pair{72u, 0x04}, {16u, 0x05}, {12u, 0x01}, {24u, 0x80}, {kList, 0x10}}) {
    ByteVector other =
        answer;  // another function, command, status, a second message behind it, a list that overlaps itself
    other[at] = static_cast<std::uint8_t>(value);
    EXPECT_NE(redacted(other)[kList + kEntry + kSocket + 4], 172) << at;
  }
}

}  // namespace
}  // namespace kakoi::evidence
