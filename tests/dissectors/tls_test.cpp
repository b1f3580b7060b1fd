#include "dissectors/tls/tls.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::server;

// suricata-verify, tests/ldap-starttls/input.pcap, packets 8, 9 and 11: TLS 1.2, one message a record.
constexpr std::string_view kClientHello =
    "16030000700100006c030354cc4682ce9d6f67241d2cf4e2ef12705c55ab33f6f30de6ae6f9978f31ccacc00003000330067"
    "00450039006b008800160032004000440038006a008700130066002f003c00410035003d0084000a0005000401000013ff01"
    "000100000d000a00080402040102010202";
constexpr std::string_view kServerHello =
    "16030300510200004d030354cc46826d01181411b7e6d04266def2d8d3c90b730f79f5e93647859285c43d203bacce112097"
    "291bccb0e59d56f92396277a9ae4a1b59a9610db211f878bd0fd002f000005ff01000100";
constexpr std::string_view kCertificate =
    "160303020c0b000208000205000202308201fe30820167a0030201020209008a07e08d4ab50a7b300d06092a864886f70d01"
    "010b050030183116301406035504030c0d4c4441502053534c2074657374301e170d3135303133313032313832395a170d32"
    "35303132383032313832395a30183116301406035504030c0d4c4441502053534c207465737430819f300d06092a864886f7"
    "0d010101050003818d00308189028181009a697397b1bf5e637276293a58bfd794b170e3be02776cb6200174fa6f6f7a22df"
    "128760bc8e2f20cce5933af5fac58aa352467554e272aae1a62eb615cc772470768308526c6cb6c01d636e689b14d9b5e9a7"
    "562fca1bfd3db46ed8b07ea97824a7512f7fb98aed64b55a1bedf830e5bb344367489198750168b75c80ade1f90203010001"
    "a350304e301d0603551d0e04160414afb4c184bddbac3b2c9d14c251c35e9b74a87582301f0603551d23041830168014afb4"
    "c184bddbac3b2c9d14c251c35e9b74a87582300c0603551d13040530030101ff300d06092a864886f70d01010b0500038181"
    "00027c7fccc9144234b60561f5e4f23a47626e5d26f990cf6bbb41a3a4a072a3217d2b2122b322d0a546de0015187e8fc596"
    "eb45176094df66ac12201e7143d73e524a28a12346858c4818e34df11a45bb85932cd7c4f3b84faea5495d8f77eeda4f3d08"
    "9ef44b5801f0f67af11478ab0f714b67b16500b913ea5c4f21b8764600";
// nDPI, protonvpn.pcap, packet 4.
constexpr std::string_view kClientHelloWithName =
    "16030100b1010000ad03037d977c2de41d3540815133c44dc2b3d3107c9eec47489189746c549fcdf34de9000018c02bc02c"
    "cca9c02fc030cca8c013c014009c009d002f00350100006cff0100010000000016001400001176706e2d6170692e70726f74"
    "6f6e2e6d650017000000230000000d001400120403080404010503080505010806060102010005000501000000000010000e"
    "000c02683208687474702f312e31000b00020100000a00080006001d00170018";
// suricata-verify, tests/smtp-startssl/input.pcap, packet 16: the ServerHello of TLS 1.3.
constexpr std::string_view kServerHello13 =
    "160303007a020000760303cba391c73366a90fb3cd7e21cd6151878ba9999f3eef1cf6f35d90d19d304f2b20a05b5206c9"
    "663408111a6db9f64f6a4d7df77194702bfca735b523e1007924f8130200002e002b0002030400330024001d0020280090"
    "81ef034723746c41d0a869cf788f5b2ba553486909175d208340248c19";
// arkime, pppoe.pcap, packet 5: the ServerHello of SSL 3.0.
constexpr std::string_view kServerHelloSsl3 =
    "160300004a02000046030047260d0d1c0726bd0612b84d4803335c614512e4116e8cd9f0228aa58a3021bb20dd709157b7"
    "6b42f05802dfaa6501a55ec5a2a62c2c2ec856f1fcbc1cc8dc5717000400";
constexpr std::string_view kChangeCipherSpec = "140303 0001 01";

std::vector<test::Chunk> in_pieces(Role speaker, std::string_view bytes, std::size_t size) {
  std::vector<test::Chunk> chunks;
  const auto all = hex(bytes);
  for (std::size_t at = 0; at < all.size(); at += size)
    chunks.push_back({speaker,
                      {all.begin() + static_cast<std::ptrdiff_t>(at),
                       all.begin() + static_cast<std::ptrdiff_t>(std::min(at + size, all.size()))}});
  return chunks;
}

TEST(Tls, StatesNameAndFirstProtocolOfTheClientHello) {
  const auto recorder = observe(tls::protocol, {client(kClientHelloWithName)});
  const auto seen = recorder.all<SecureSession>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].server_name, "vpn-api.proton.me");
  EXPECT_EQ(seen[0].alpn, "h2");
  EXPECT_EQ(seen[0].offered, 0x0303);
  EXPECT_EQ(seen[0].version, 0);
}

// The value was computed from tshark's fields by the description of JA4.
TEST(Tls, StatesTheFingerprintOfTheClientHello) {
  const auto seen = observe(tls::protocol, {client(kClientHelloWithName)});
  EXPECT_EQ(seen.identity(Trait::fingerprint), "t12d1209h2_d34a8e72043a_b39be8c56a14");
}

TEST(Tls, StatesTheWholeSessionAtTheCertificate) {
  const auto recorder = observe(tls::protocol, {client(kClientHello), server(kServerHello), server(kCertificate)});
  const auto seen = recorder.all<SecureSession>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].version, 0x0303);
  EXPECT_EQ(seen[1].offered, 0x0303);
  EXPECT_EQ(seen[1].cipher, 0x002F);  // TLS_RSA_WITH_AES_128_CBC_SHA
  ASSERT_EQ(seen[1].certificate.size(), 514u);
  EXPECT_EQ(seen[1].certificate[0], 0x30);
  EXPECT_EQ(recorder.stated.back().speaker, Role::server);
}

TEST(Tls, JoinsACertificateThatSpansRecords) {
  // The same message in records of 100 octets.
  const auto message = hex(std::string_view(kCertificate).substr(10));
  std::vector<test::Chunk> chunks = {client(kClientHello), server(kServerHello)};
  for (std::size_t at = 0; at < message.size(); at += 100) {
    const std::size_t size = std::min<std::size_t>(100, message.size() - at);
    std::vector<std::uint8_t> record = {22, 3, 3, 0, static_cast<std::uint8_t>(size)};
    record.insert(record.end(), message.begin() + static_cast<std::ptrdiff_t>(at),
                  message.begin() + static_cast<std::ptrdiff_t>(at + size));
    chunks.push_back({Role::server, record});
  }
  const auto recorder = observe(tls::protocol, chunks);
  const auto seen = recorder.all<SecureSession>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].certificate.size(), 514u);
}

TEST(Tls, SegmentationDoesNotMatter) {
  std::vector<test::Chunk> chunks = in_pieces(Role::client, kClientHello, 1);
  for (const auto& chunk : in_pieces(Role::server, kServerHello, 1)) chunks.push_back(chunk);
  for (const auto& chunk : in_pieces(Role::server, kCertificate, 3)) chunks.push_back(chunk);
  const auto recorder = observe(tls::protocol, chunks);
  const auto seen = recorder.all<SecureSession>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].certificate.size(), 514u);
}

TEST(Tls, TakesTheVersionOfTls13FromTheExtension) {
  const auto recorder = observe(tls::protocol, {server(kServerHello13)});
  const auto seen = recorder.all<SecureSession>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].version, 0x0304);
  EXPECT_EQ(seen[0].cipher, 0x1302);  // TLS_AES_256_GCM_SHA384
}

TEST(Tls, AResumedSessionIsStatedWhenEncryptionBegins) {
  const auto recorder = observe(tls::protocol, {server(kServerHelloSsl3), server(kChangeCipherSpec)});
  const auto seen = recorder.all<SecureSession>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].version, 0x0300);
  EXPECT_EQ(seen[0].cipher, 0x0004);  // SSL_RSA_WITH_RC4_128_MD5
  EXPECT_TRUE(seen[0].certificate.empty());
}

TEST(Tls, AfterAGapTheSessionIsStatedWithoutItsCertificate) {
  const auto recorder = observe(
      tls::protocol, {client(kClientHello), server(kServerHello), server("00 # lost sync"), server(kChangeCipherSpec)});
  const auto seen = recorder.all<SecureSession>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].version, 0x0303);
}

TEST(Tls, ReadsTheHelloOfSsl2) {
  // RFC 5246 appendix E.2: length 46, CLIENT-HELLO, version 3.1, one cipher of three octets, challenge of 32…
  const auto hello =
      client("802C 01 0301 0003 0000 0020 000004 00112233445566778899AABBCCDDEEFF 00112233445566778899AABBCCDDEEFF");
  ASSERT_TRUE(tls::protocol.probe(hello.bytes, Role::client));
  const auto recorder = observe(tls::protocol, {hello});
  const auto seen = recorder.all<SecureSession>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].offered, 0x0301);
}

TEST(Tls, ProbeTellsTlsFromLookalikes) {
  const auto probe = tls::protocol.probe;
  EXPECT_TRUE(probe(hex(kClientHello), Role::client));
  EXPECT_TRUE(probe(hex(kServerHelloSsl3), Role::server));
  EXPECT_TRUE(probe(hex("17 0303 0020 0011"), Role::server));  // met in mid-stream
  EXPECT_FALSE(probe(hex("16 0303 0005 55 000001 00"), Role::client));
  EXPECT_FALSE(probe(hex("17 0303 0001 00"), Role::client));
  EXPECT_FALSE(probe(hex("17 0303 0011 0000000000000000000000000000000000 99 00000000"), Role::client));
  EXPECT_FALSE(probe(hex("0300 0016 11 E0 0000 0001 00"), Role::client));  // TPKT
  EXPECT_FALSE(probe(hex(""), Role::client));
}

}  // namespace
}  // namespace kakoi
