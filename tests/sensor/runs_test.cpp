#include "sensor/capture/runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kakoi {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000, kDay = 86'400 * kSecond;

std::int64_t covered(std::initializer_list<std::int64_t> times) {
  Runs runs;
  for (const std::int64_t ts : times) runs.note(ts);
  return covered_time(runs.all());
}

TEST(Runs, PacketsALittleOutOfOrderAreOneRun) {
  Runs runs;
  for (const std::int64_t ts : {10 * kSecond, 10 * kSecond - 5, 12 * kSecond, 11 * kSecond + 1})
    EXPECT_FALSE(runs.note(ts));
  ASSERT_EQ(runs.all().size(), 1u);
  EXPECT_EQ(covered_time(runs.all()), 2 * kSecond + 5);
}

TEST(Runs, AnHourOfSilenceIsAPause) { EXPECT_EQ(covered({0, 3600 * kSecond, 2 * 3600 * kSecond + 1}), 3600 * kSecond); }

// A laptop whose clock was set right, and files put one behind the other: nobody listened for two days.
TEST(Runs, AClockThatIsSetBackMakesNothingLonger) {
  EXPECT_EQ(covered({2 * kDay, 0, 53 * kSecond}), 53 * kSecond);
  EXPECT_EQ(covered({2 * kDay, 2 * kDay + 53 * kSecond, 0, 53 * kSecond}), 106 * kSecond);
  EXPECT_EQ(covered({100 * kSecond, 110 * kSecond, 105 * kSecond, 120 * kSecond}), 20 * kSecond);  // seen twice
}

TEST(Runs, OfTooManyTheLastButOneGivesWay) {
  Runs runs;
  for (int i = 0; i < 1000; ++i) runs.note(i * kDay);
  ASSERT_EQ(runs.all().size(), 256u);
  EXPECT_EQ(runs.all().back().to, 999 * kDay);
}

}  // namespace
}  // namespace kakoi
