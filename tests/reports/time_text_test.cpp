#include "reports/time_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace kakoi {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(Iso8601, WritesUtcWithZ) {
  EXPECT_EQ(iso8601(0, {}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso8601(951'827'696 * kSecond, {}), "2000-02-29T12:34:56Z");  // date -u -d @951827696
}

TEST(Iso8601, WritesTheOffsetOfTheSite) {
  EXPECT_EQ(iso8601(1'714'521'600 * kSecond, time_zone("Asia/Tokyo")), "2024-05-01T09:00:00+09:00");
  EXPECT_EQ(iso8601(0, time_zone("-03:30")), "1969-12-31T20:30:00-03:30");
}

TEST(Iso8601, WritesNanosecondsOnlyWhereThereAreAny) {
  EXPECT_EQ(iso8601(1, {}), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(iso8601(500'000'000, {}), "1970-01-01T00:00:00.500000000Z");
  EXPECT_EQ(iso8601(-1, {}), "1969-12-31T23:59:59.999999999Z");
}

TEST(Iso8601, BearsTheEndsOfTheRange) {  // of 64-bit nanoseconds, as NumPy's datetime64[ns] documents them
  EXPECT_EQ(iso8601(std::numeric_limits<std::int64_t>::max(), {}), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(iso8601(std::numeric_limits<std::int64_t>::min(), {}), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(iso8601(std::numeric_limits<std::int64_t>::max(), time_zone("+09:00")),
            "2262-04-12T08:47:16.854775807+09:00");
}

TEST(TimeZone, ReadsOffsetsAndFixedZones) {
  EXPECT_EQ(time_zone("+09:00").minutes, 540);
  EXPECT_EQ(time_zone("+0530").minutes, 330);
  EXPECT_EQ(time_zone("-08").minutes, -480);
  EXPECT_EQ(time_zone("UTC").minutes, 0);
  EXPECT_EQ(time_zone("Asia/Kolkata").minutes, 330);
}

TEST(TimeZone, TakesAnythingElseForUtc) {
  for (const char* text : {"", "+", "+9", "+9:00", "+09:60", "+15:00", "+09:00x", "+090000", "Europe/Berlin", "09:00"})
    EXPECT_EQ(time_zone(text).minutes, 0) << text;
}

}  // namespace
}  // namespace kakoi
