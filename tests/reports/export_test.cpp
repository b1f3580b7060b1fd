#include <gtest/gtest.h>

#include "reports/exports/uuid.h"
#include "reports/oscal/token.h"

namespace kakoi {
namespace {

TEST(Uuid, IsThatOfTheStandardsExample) {
  // RFC 9562, appendix A.4: version 5 of "www.example.com" in the namespace of DNS names
  constexpr Uuid kDns{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};
  EXPECT_EQ(to_string(uuid_of(kDns, "www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(OscalControlToken, IsTheIdOfTheCatalogueWhereThatIsAToken) {
  EXPECT_EQ(oscal::control_token("csf-2.0", "DE.AE-02"), "DE.AE-02");
  EXPECT_EQ(oscal::control_token("caf", "A2.a"), "A2.a");
}

TEST(OscalControlToken, OfSp80053IsThatOfTheOscalCatalog) {
  EXPECT_EQ(oscal::control_token("sp800-53r5", "AC-4"), "ac-4");
  EXPECT_EQ(oscal::control_token("sp800-53r5", "AC-17(1)"), "ac-17.1");
}

TEST(OscalControlToken, IsATokenWhateverTheId) {
  EXPECT_EQ(oscal::control_token("cpg-2.0", "2.A"), "_2.A");
  EXPECT_EQ(oscal::control_token("iec62443-3-3", "SR 1.1 RE(1)"), "SR-1.1-RE-1");
  EXPECT_EQ(oscal::control_token("nis2", "(a)"), "a");
  EXPECT_EQ(oscal::control_token("own", "第3条"), "_3");
  EXPECT_EQ(oscal::control_token("own", "。"), "_");
}

TEST(OscalLine, HasNeitherLineBreaksNorBlanksAtItsEnds) {
  EXPECT_EQ(oscal::line(" a\r\nb\t"), "a  b");
  EXPECT_EQ(oscal::line("\u3000主局\u2028副局\u00a0"), "主局 副局");
  EXPECT_EQ(oscal::line(" \n "), "");
}

TEST(OscalReference, IsARelativeReferenceWhateverTheFileName) {
  EXPECT_EQ(oscal::reference("line-2.pcapng"), "line-2.pcapng");
  EXPECT_EQ(oscal::reference("a b#?%:局"), "a%20b%23%3F%25%3A%E5%B1%80");
}

}  // namespace
}  // namespace kakoi
