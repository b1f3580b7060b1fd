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

// subjectAltName of these, as `openssl x509 -ext subjectAltName` prints it. Signed by itself:
// DNS:hist, IP Address:192.168.7.2, IP Address:192.168.8.2, IP Address:52.68.10.20, IP Address:FD00:0:0:0:0:0:0:2
constexpr std::string_view kSelfSigned =
    "308201a930820150a00302010202144c6da1b0110fab91a97a39b9aa2c0ac8e2319c49300a06082a8648ce3d040302300f31"
    "0d300b06035504030c0468697374301e170d3236313132333133353334305a170d3336313132303133353334305a300f310d"
    "300b06035504030c04686973743059301306072a8648ce3d020106082a8648ce3d030107034200049278857444442a7bf7a7"
    "a49a288409505a80ba5f1ec0931c34e99498b7eb09d2a5fc25c9b3eede9794a30b6257e3558920a5a129012c54525eccddbf"
    "3c39a3bba38189308186301d0603551d0e0416041432e3d7590f3e5cf769a09ca6a79d057840f8c2ae301f0603551d230418"
    "3016801432e3d7590f3e5cf769a09ca6a79d057840f8c2ae300f0603551d130101ff040530030101ff30330603551d11042c"
    "302a8204686973748704c0a807028704c0a80802870434440a148710fd000000000000000000000000000002300a06082a86"
    "48ce3d04030203470030440220407e25257942600430d52562c3047b10944c677152fbde536e896e6383b1e76402206c7c60"
    "c8a4d53fc93711445b7e8534a668834206382315e131b849976317c922";
// By another: IP Address:192.168.7.2, IP Address:192.168.8.2
constexpr std::string_view kSigned =
    "308201773082011da003020102021407dfa657ea0c6befe2a8d55080bde0fd180b54e6300a06082a8648ce3d040302300d31"
    "0b300906035504030c026361301e170d3236313132333133353330385a170d3336313132303133353330385a300f310d300b"
    "06035504030c04686973743059301306072a8648ce3d020106082a8648ce3d030107034200040fad73f0fcbef1a8f5d3b4ea"
    "011b3a4916bb2f53f00f24a5d0dec2675f4db04889812fbcf3b4036ca6aa6f6218a5387ae2cfeba57dd1e11b4eb15d032e3d"
    "6f80a359305730150603551d11040e300c8704c0a807028704c0a80802301d0603551d0e04160414d42fa10ed8b43f834bb5"
    "53ae33d4cdd7fb919bbd301f0603551d2304183016801455da1a1915aabad4b470b38114f063476ece7f98300a06082a8648"
    "ce3d0403020348003045022049440479497138b7a3ff0d003ebfb5fa04f2f0b01fa397bd57aec96160010d34022100b21b09"
    "0e6703f16b2fc82af95c10ba09581042127e85403247fce0ec549a8b3a";
// By itself: IP Address:10.0.1.1, … IP Address:10.0.17.1
constexpr std::string_view kMany =
    "308201e63082018ca0030201020214750837425227ed2d16bb7647f224c8602b1f83a3300a06082a8648ce3d040302300f31"
    "0d300b06035504030c046661726d301e170d3236313132333133353334305a170d3336313132303133353334305a300f310d"
    "300b06035504030c046661726d3059301306072a8648ce3d020106082a8648ce3d03010703420004fb0d6bfbd46696830b47"
    "b8fb452b82363492179b72fa7022e4c01bf04007e2ff24625534cd3a92c2fd75aefe7dc99606b8eeb2154ff503e41142a787"
    "b4de30cba381c53081c2301d0603551d0e041604149267a6e8814a1a57492389ec2e07bda4f67b7ffd301f0603551d230418"
    "301680149267a6e8814a1a57492389ec2e07bda4f67b7ffd300f0603551d130101ff040530030101ff306f0603551d110468"
    "306687040a00010187040a00020187040a00030187040a00040187040a00050187040a00060187040a00070187040a000801"
    "87040a00090187040a000a0187040a000b0187040a000c0187040a000d0187040a000e0187040a000f0187040a0010018704"
    "0a001101300a06082a8648ce3d040302034800304502206d6b50b674eaddb69ced17db50b17bbdfdead5909183e78fdd8882"
    "5a34eb95ba022100c5fa0cbcf5e6334fc51d31ca6a2ae9fb2781774a5028570211104d9424d02468";

std::vector<std::string> own(std::string_view der, std::string_view shown_by) {
  const auto certificate = read_certificate(test::hex(der));
  EXPECT_TRUE(certificate);
  std::vector<std::string> found;
  for (const Address& a : own_addresses(*certificate, parse_address(shown_by).value())) found.push_back(to_string(a));
  return found;
}
using Texts = std::vector<std::string>;

TEST(Certificate, AddressesOfItsHost) {
  EXPECT_EQ(own(kSelfSigned, "192.168.7.2"), (Texts{"192.168.8.2", "fd00::2"}));
  EXPECT_EQ(own(kSelfSigned, "fd00::2"), (Texts{"192.168.7.2", "192.168.8.2"}));
}

TEST(Certificate, AddressesOfWhoeverMayHaveIt) {
  EXPECT_EQ(own(kSelfSigned, "192.168.7.5"), Texts{});  // shown by a host that it does not name
  EXPECT_EQ(own(kLeaf, "192.168.7.2"), Texts{});        // names none
  EXPECT_EQ(read_certificate(test::hex(kSigned))->addresses.size(), 2u);
  EXPECT_EQ(own(kSigned, "192.168.7.2"), Texts{});  // an authority may make one for a pair of servers
  EXPECT_TRUE(read_certificate(test::hex(kMany))->self_signed);
  EXPECT_EQ(own(kMany, "10.0.1.1"), Texts{});  // a farm's
}

TEST(Certificate, NothingInAnythingShorter) {
  const auto der = test::hex(kLeaf);
  for (std::size_t size = 0; size < der.size(); ++size) EXPECT_FALSE(read_certificate(Bytes(der).first(size))) << size;
}

// Whatever a flipped byte does to it: no crash, and texts that are fit to be shown.
TEST(Certificate, AnyBytes) {
  for (const std::string_view whole : {kLeaf, kSelfSigned}) {
    const auto der = test::hex(whole);
    std::size_t readable = 0;
    for (std::size_t at = 0; at < der.size(); ++at)
      for (const int flip : {0x01, 0x20, 0x80, 0xFF}) {
        auto broken = der;
        broken[at] = static_cast<std::uint8_t>(broken[at] ^ flip);
        if (const auto found = read_certificate(broken)) {
          ++readable;
          EXPECT_EQ(found->subject.find('\0'), std::string::npos);
          EXPECT_EQ(found->fingerprint.size(), 64u);
          EXPECT_LE(found->addresses.size(), 4u);
        }
      }
    EXPECT_GT(readable, 0u);  // a flipped bit of the signature is no matter of form
  }
}

}  // namespace
}  // namespace kakoi
