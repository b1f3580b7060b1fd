// dissectors/core: reading wire fields, and addresses as text and by kind. Expected texts are those of
// RFC 5952, address kinds those of the IANA special-purpose registries.
#include <gtest/gtest.h>

#include "dissectors/core/address.h"
#include "dissectors/core/bytes.h"
#include "dissectors/core/dissector.h"
#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::hex;

Address address(std::string_view text) {
  const auto parsed = parse_address(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Address{});
}

TEST(ByteReader, ReadsBothByteOrders) {
  const auto bytes = hex("01 0203 040506 0708090A 0203 040506 0708090A 0102030405060708 0102030405060708");
  ByteReader r{bytes};
  EXPECT_EQ(r.u8(), 0x01);
  EXPECT_EQ(r.be16(), 0x0203);
  EXPECT_EQ(r.be24(), 0x040506u);
  EXPECT_EQ(r.be32(), 0x0708090Au);
  EXPECT_EQ(r.le16(), 0x0302);
  EXPECT_EQ(r.le24(), 0x060504u);
  EXPECT_EQ(r.le32(), 0x0A090807u);
  EXPECT_EQ(r.be64(), 0x0102030405060708u);
  EXPECT_EQ(r.le64(), 0x0807060504030201u);
  EXPECT_TRUE(r.ok());
  EXPECT_EQ(r.remaining(), 0u);
}
TEST(ByteReader, FirstShortReadFailsForGood) {
  const auto bytes = hex("0102 03");
  ByteReader r{bytes};
  EXPECT_EQ(r.be16(), 0x0102);
  EXPECT_EQ(r.be16(), 0);
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.u8(), 0);  // though one octet is left
  EXPECT_EQ(r.remaining(), 0u);
  EXPECT_EQ(r.offset(), 2u);
}
TEST(ByteReader, HugeCountDoesNotWrapRound) {
  const auto bytes = hex("0102 03");
  ByteReader r{bytes};
  r.skip(1);
  EXPECT_TRUE(r.take(~std::size_t{0}).empty());
  EXPECT_FALSE(r.ok());
}
TEST(ByteReader, ChildCannotReadPastItsBytes) {
  const auto bytes = hex("AA BB CC");
  ByteReader r{bytes};
  ByteReader child = r.sub(2);
  EXPECT_EQ(child.be16(), 0xAABB);
  EXPECT_EQ(child.u8(), 0);
  EXPECT_FALSE(child.ok());
  EXPECT_EQ(r.u8(), 0xCC);
  EXPECT_FALSE(r.sub(1).ok());
}
TEST(ByteReader, EmptyInput) {
  ByteReader r{{}};
  EXPECT_TRUE(r.take(0).empty());
  EXPECT_TRUE(r.ok());
  EXPECT_EQ(r.u8(), 0);
  EXPECT_FALSE(r.ok());
}

TEST(Address, TextBothWays) {
  for (const char* text : {"192.0.2.7", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1", "fe80::1:0:0:1",
                           "00:1d:9c:c8:13:a1", "ff:ff:ff:ff:ff:ff"})
    EXPECT_EQ(to_string(address(text)), text);
  EXPECT_EQ(to_string(address("2001:0DB8:0:0:0:0:0:1")), "2001:db8::1");
  EXPECT_EQ(to_string(address("00-1D-9C-C8-13-A1")), "00:1d:9c:c8:13:a1");
  EXPECT_EQ(to_string(Address{}), "");
}
TEST(Address, WhatIsNoAddress) {
  for (const char* text : {"", "192.0.2", "192.0.2.256", "192.0.2.7 ", "00:1d:9c:c8:13", "00:1d:9c:c8:13:a1:00",
                           "00:1d:9c:c8:13:", "zz:1d:9c:c8:13:a1", "2001:db8::1::2", "plc-1"})
    EXPECT_FALSE(parse_address(text).has_value()) << text;
  EXPECT_FALSE(parse_address(std::string(100, '1')).has_value());
}
TEST(Address, KindsNeverMix) {
  EXPECT_EQ(Address{}.kind(), AddressKind::none);
  EXPECT_EQ(address("00:00:00:00:00:00").kind(), AddressKind::mac);
  EXPECT_EQ(address("ff:ff:ff:ff:ff:ff").kind(), AddressKind::mac);
  EXPECT_EQ(address("192.0.2.7").kind(), AddressKind::ipv4);
  EXPECT_EQ(address("::").kind(), AddressKind::ipv6);
  EXPECT_EQ(address("::ffff:192.0.2.7"), address("192.0.2.7"));
}
TEST(Address, FromWireBytes) {
  EXPECT_EQ(Address::mac(hex("001d9cc813a1")), address("00:1d:9c:c8:13:a1"));
  EXPECT_EQ(Address::ipv4(hex("C0000207")), address("192.0.2.7"));
  EXPECT_EQ(Address::ipv6(hex("20010db8000000000000000000000001")), address("2001:db8::1"));
  EXPECT_EQ(address("00:1d:9c:c8:13:a1").oui(), 0x001D9Cu);
  EXPECT_EQ(address("192.0.2.7").v4(), 0xC0000207u);
}
TEST(Address, GlobalIsWhatTheInternetRoutes) {
  for (const char* text : {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0",
                           "192.167.255.255", "223.255.255.255", "2606:4700::1", "2a00::1"})
    EXPECT_TRUE(address(text).is_global()) << text;
  for (const char* text :
       {"10.0.0.1",    "172.16.0.1",       "172.31.255.255", "192.168.1.1",     "100.64.0.1", "127.0.0.1",
        "169.254.1.1", "192.0.2.7",        "198.51.100.1",   "203.0.113.1",     "198.18.0.1", "198.19.255.255",
        "224.0.0.1",   "239.255.255.250",  "240.0.0.1",      "255.255.255.255", "0.0.0.0",    "::",
        "::1",         "fe80::1",          "fc00::1",        "fd12::1",         "ff02::1",    "2001:db8::1",
        "3fff::1",     "00:1d:9c:c8:13:a1"})
    EXPECT_FALSE(address(text).is_global()) << text;
  EXPECT_FALSE(Address{}.is_global());
}
TEST(Address, PrivateLinkLocalLoopback) {
  EXPECT_TRUE(address("172.31.255.255").is_private());
  EXPECT_FALSE(address("172.32.0.0").is_private());
  EXPECT_TRUE(address("fd12::1").is_private());
  EXPECT_FALSE(address("fe80::1").is_private());
  EXPECT_FALSE(address("00:1d:9c:c8:13:a1").is_private());
  EXPECT_FALSE(Address{}.is_private());
  EXPECT_TRUE(address("169.254.0.1").is_link_local());
  EXPECT_TRUE(address("febf::1").is_link_local());
  EXPECT_FALSE(address("fec0::1").is_link_local());
  EXPECT_FALSE(Address{}.is_link_local());
  EXPECT_TRUE(address("127.1.2.3").is_loopback());
  EXPECT_TRUE(address("::1").is_loopback());
  EXPECT_TRUE(address("0.0.0.0").is_unspecified());
  EXPECT_TRUE(address("::").is_unspecified());
}
TEST(Address, MulticastAndBroadcast) {
  for (const char* text : {"224.0.0.1", "239.255.255.250", "ff02::1", "01:00:5e:00:00:fb", "33:33:00:00:00:01"})
    EXPECT_TRUE(address(text).is_multicast()) << text;
  for (const char* text :
       {"223.255.255.255", "240.0.0.1", "fe80::1", "00:1d:9c:c8:13:a1", "ff:ff:ff:ff:ff:ff", "255.255.255.255"})
    EXPECT_FALSE(address(text).is_multicast()) << text;
  EXPECT_FALSE(Address{}.is_multicast());
  EXPECT_TRUE(address("ff:ff:ff:ff:ff:ff").is_broadcast());
  EXPECT_TRUE(address("255.255.255.255").is_broadcast());
  EXPECT_FALSE(address("192.0.2.255").is_broadcast());
}

TEST(PacketRef, OrderedByTimeThenCaptureThenNumber) {
  EXPECT_LT((PacketRef{1, 9, 9}), (PacketRef{2, 0, 1}));
  EXPECT_LT((PacketRef{1, 0, 9}), (PacketRef{1, 1, 1}));
  EXPECT_LT((PacketRef{1, 0, 1}), (PacketRef{1, 0, 2}));
}
TEST(Names, OfOperationClassesAreTheDatabases) {
  EXPECT_EQ(to_string(OperationClass::read), "read");
  EXPECT_EQ(to_string(OperationClass::other), "other");
  EXPECT_EQ(to_string(static_cast<OperationClass>(200)), "unknown");
}

}  // namespace
}  // namespace kakoi
