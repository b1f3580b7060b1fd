// Expected values are what `openssl x509 -nameopt RFC2253,-esc_msb,utf8` prints of these certificates.
#include "sensor/inventory/certificate.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

constexpr std::string_view kLeaf =
    "308201583081ff020102300a06082a8648ce3d0403023030310b3009060355040613024a50310e300c060355040a0c05576f"
    "726b733111300f06035504030c08506c616e74204341301e170d3236313132313038333931335a170d323731313231303833"
    "3931335a3041310b3009060355040613024a50311a3018060355040a0c11e8a3bde4bd9ce689802c20e69cace7a4be311630"
    "1406035504030c0d706c632d372e6578616d706c653059301306072a8648ce3d020106082a8648ce3d030107034200042297"
    "eb2ce645732d2d8b5aa194352320d2ac582b91874da1fe4c5f4096fcdf0fcbf23c5e991b838bdd821bd36abc8b5cf85beb94"
    "bab677cb8c24a2b2c7777e66300a06082a8648ce3d0403020348003045022100ce0d49f9187de38321a083f8d6f2be30bbbd"
    "818294af050671318d5dae245167022077dd3acc5f7eae1e7533e0d2d397342e0ec52fe00091d832915a53fb040d91c4";
constexpr std::string_view kAuthority =
    "308201a230820148a003020102020101300a06082a8648ce3d0403023030310b3009060355040613024a50310e300c060355"
    "040a0c05576f726b733111300f06035504030c08506c616e74204341301e170d3236313132313038333931335a170d333631"
    "3131383038333931335a3030310b3009060355040613024a50310e300c060355040a0c05576f726b733111300f0603550403"
    "0c08506c616e742043413059301306072a8648ce3d020106082a8648ce3d03010703420004043f15e5bc85bbb3c7b78bb92a"
    "022f85bf2c5a6ff0d6258c416399da75deabfedb4ab5c586cc5aebdbaa7494f3f0dbc7927d601fcda866ed4e33349ee6273a"
    "63a3533051301d0603551d0e041604141b24eef13e0feb7a14bddba882cd06929681b797301f0603551d230418301680141b"
    "24eef13e0feb7a14bddba882cd06929681b797300f0603551d130101ff040530030101ff300a06082a8648ce3d0403020348"
    "003045022055d4ded401b953cff2754926b466beca02baacd39480432af717a49edadc2195022100e9b39884762ed80aed67"
    "e3c60acc6a6b9ae780247c0b7e194be4b02a71039983";

TEST(Certificate, Leaf) {
  const auto found = read_certificate(test::hex(kLeaf));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->subject, "CN=plc-7.example,O=製作所\\, 本社,C=JP");
  EXPECT_EQ(found->issuer, "CN=Plant CA,O=Works,C=JP");
  EXPECT_EQ(found->fingerprint, "f1b601e06fb1539fe6f6d8cb028628e0d331c88001b4e0d20c57a62a5b394fcd");
  EXPECT_EQ(found->not_before, 1795250353);  // 2026-11-21T08:39:13Z
  EXPECT_EQ(found->not_after, 1826786353);   // 2027-11-21T08:39:13Z
  EXPECT_FALSE(found->self_signed);
}

TEST(Certificate, SelfSigned) {
  const auto found = read_certificate(test::hex(kAuthority));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->subject, found->issuer);
  EXPECT_TRUE(found->self_signed);
}

TEST(Certificate, WhatFollowsIsNotPartOfIt) {
  auto der = test::hex(kLeaf);
  der.insert(der.end(), {0xDE, 0xAD});
  const auto found = read_certificate(der);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->fingerprint, read_certificate(test::hex(kLeaf))->fingerprint);
}

TEST(Certificate, NothingInAnythingShorter) {
  const auto der = test::hex(kLeaf);
  for (std::size_t size = 0; size < der.size(); ++size) EXPECT_FALSE(read_certificate(Bytes(der).first(size))) << size;
}

// Whatever a flipped byte does to it: no crash, and texts that are fit to be shown.
TEST(Certificate, AnyBytes) {
  const auto der = test::hex(kLeaf);
  std::size_t readable = 0;
  for (std::size_t at = 0; at < der.size(); ++at)
    for (const int flip : {0x01, 0x20, 0x80, 0xFF}) {
      auto broken = der;
      broken[at] = static_cast<std::uint8_t>(broken[at] ^ flip);
      if (const auto found = read_certificate(broken)) {
        ++readable;
        EXPECT_EQ(found->subject.find('\0'), std::string::npos);
        EXPECT_EQ(found->fingerprint.size(), 64u);
      }
    }
  EXPECT_GT(readable, 0u);  // a flipped bit of the signature is no matter of form
}

}  // namespace
}  // namespace kakoi
