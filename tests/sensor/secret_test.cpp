#include "sensor/inventory/secret.h"

#include <gtest/gtest.h>

namespace kakoi {
namespace {

// RFC 4231, test case 2.
TEST(Secret, FingerprintIsHmacSha256) {
  EXPECT_EQ(SecretKeeper("Jefe").fingerprint("what do ya want for nothing?"), "5bdcc146bf60754e");
}

TEST(Secret, EqualSecretsAreEqualUnderOneKey) {
  const SecretKeeper site("site key"), other("another");
  EXPECT_EQ(site.fingerprint("private"), SecretKeeper("site key").fingerprint("private"));
  EXPECT_NE(site.fingerprint("private"), site.fingerprint("public"));
  EXPECT_NE(site.fingerprint("private"), other.fingerprint("private"));
  EXPECT_EQ(SecretKeeper().fingerprint("private"), SecretKeeper(std::string(kDefaultSecretKey)).fingerprint("private"));
}

TEST(Secret, AnyBytesAndAnyKey) {
  using namespace std::string_literals;
  EXPECT_EQ(SecretKeeper("").fingerprint("\0\xFF"s).size(), 16u);
  EXPECT_NE(SecretKeeper("k").fingerprint("a\0b"s), SecretKeeper("k").fingerprint("a"));
}

TEST(Secret, EmptyHasNoFingerprint) { EXPECT_EQ(SecretKeeper().fingerprint(""), ""); }

TEST(Secret, MaskHidesTheLength) {
  EXPECT_EQ(mask("x"), "********");
  EXPECT_EQ(mask(std::string(300, 'x')), "********");
  EXPECT_EQ(mask(""), "");
}

}  // namespace
}  // namespace kakoi
