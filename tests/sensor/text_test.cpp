#include "sensor/inventory/text.h"

#include <gtest/gtest.h>

namespace kakoi {
namespace {

using namespace std::string_literals;

TEST(Text, KeepsWhatIsFit) {
  EXPECT_EQ(to_utf8("PLC-7 (Ofen)"), "PLC-7 (Ofen)");
  EXPECT_EQ(to_utf8("制御盤３号機"), "制御盤３号機");
  EXPECT_EQ(to_utf8("Größe ☃ 𝄞"), "Größe ☃ 𝄞");
  EXPECT_EQ(to_utf8("葛\xF3\xA0\x84\x80城"),
            "葛\xF3\xA0\x84\x80城");  // a variation selector (U+E0100) belongs to its letter
}

TEST(Text, InvalidBytesAreReplaced) {
  EXPECT_EQ(to_utf8("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(to_utf8("\xC0\xAF"), "\uFFFD\uFFFD");                      // overlong '/'
  EXPECT_EQ(to_utf8("\xE0\x80\xAF"), "\uFFFD\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(to_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // surrogate
  EXPECT_EQ(to_utf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // above U+10FFFF
  EXPECT_EQ(to_utf8("z\xE3\x81"), "z\uFFFD\uFFFD");                    // cut in the middle
}

TEST(Text, ControlsAreReplaced) {
  EXPECT_EQ(to_utf8("a\0b"s), "a\uFFFDb");
  EXPECT_EQ(to_utf8("a\x1B[31mb"), "a\uFFFD[31mb");
  EXPECT_EQ(to_utf8("a\x7F"), "a\uFFFD");
  EXPECT_EQ(to_utf8("a\u009Bb"), "a\uFFFDb");  // CSI of C1
}

TEST(Text, LineBreaksAndRunsOfBlanksAreOneSpace) {
  EXPECT_EQ(to_utf8("Cisco IOS\r\nVersion 12"), "Cisco IOS Version 12");
  EXPECT_EQ(to_utf8("a\u2028b\u2029c\td  e\u3000f"), "a b c d e f");
}

TEST(Text, NothingInvisibleRemains) {
  EXPECT_EQ(to_utf8("admin\u202Egnp.exe"), "admingnp.exe");  // right-to-left override
  EXPECT_EQ(to_utf8("ad\u200Bmin\uFEFF"), "admin");
  EXPECT_EQ(to_utf8("\u2066x\u2069"), "x");
  for (const char* blank : {" ", "\t\n", "\u200B\u200C", "\u3000", "\u00A0", "\uFE0F"}) EXPECT_EQ(to_utf8(blank), "");
  EXPECT_EQ(to_utf8("\u3164"), "\uFFFD");  // a letter that shows as a blank
}

TEST(Text, PaddingIsDropped) {
  EXPECT_EQ(to_utf8("S7-300\0\0\0\0"s), "S7-300");
  EXPECT_EQ(to_utf8("  S7-300  "), "S7-300");
  EXPECT_EQ(to_utf8("\0\0\0\0"s), "");
}

TEST(Text, IsCutAtACharacter) {
  EXPECT_EQ(to_utf8("abcdef", 3), "abc");
  EXPECT_EQ(to_utf8("あいう", 8), "あい");
  EXPECT_EQ(to_utf8("あいう", 2), "");
  EXPECT_EQ(to_utf8("\xFF\xFF", 5), "\uFFFD");
  EXPECT_EQ(to_utf8("ab cd", 3), "ab");  // no blank is left at the end
  EXPECT_EQ(to_utf8(std::string(1000, 'x')).size(), 256u);
}

// Any two bytes after any lead byte: the result is valid, and fit already.
TEST(Text, EveryResultIsStable) {
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b)
      for (const int c : {0x00, 0x20, 0x41, 0x80, 0xBF, 0xC3, 0xFF}) {
        const std::string wire{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c), '!'};
        const std::string text = to_utf8(wire);
        ASSERT_EQ(to_utf8(text), text) << a << ' ' << b << ' ' << c;
      }
}

}  // namespace
}  // namespace kakoi
