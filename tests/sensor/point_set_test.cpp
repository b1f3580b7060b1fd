#include "sensor/inventory/point_set.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "sensor/inventory/recorder.h"

namespace kakoi {
namespace {

using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

TEST(PointSet, NeighboursBecomeOneRange) {
  PointSet set;
  set.add(10, 5);
  set.add(15, 1);
  set.add(63, 2);  // over the border of two blocks
  EXPECT_EQ(set.ranges(), (Ranges{{10, 15}, {63, 64}}));
  EXPECT_TRUE(set.contains(12));
  EXPECT_FALSE(set.contains(16));
  EXPECT_FALSE(set.truncated());
}

TEST(PointSet, TheLastPointOfAllHasNothingBehindIt) {
  PointSet set;
  set.add(0xFFFFFFFF, 10);
  EXPECT_EQ(set.ranges(), (Ranges{{0xFFFFFFFF, 0xFFFFFFFF}}));
  set.add(0, 1);
  EXPECT_EQ(set.ranges(), (Ranges{{0, 0}, {0xFFFFFFFF, 0xFFFFFFFF}}));
}

TEST(PointSet, TheRunAroundAPointIsTheRangeThatHoldsIt) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    PointSet set;
    if (round % 5 == 0) set.add(0xFFFFFF80 + static_cast<std::uint32_t>(random() % 64), 100);  // up to the last point
    for (int i = 0; i < 30; ++i)
      set.add(static_cast<std::uint32_t>(random() % 3000), static_cast<std::uint32_t>(1 + random() % 200));
    const Ranges ranges = set.ranges();
    for (const auto& [first, last] : ranges) {
      for (int i = 0; i < 10; ++i) {
        const std::uint32_t a = first + static_cast<std::uint32_t>(random() % (last - first + 1));
        const std::uint32_t b = a + static_cast<std::uint32_t>(random() % (last - a + 1));
        EXPECT_EQ(set.run_around(a, b), (std::pair{first, last}));
        if (last != 0xFFFFFFFF) {
          EXPECT_EQ(set.run_around(a, last + 1), std::nullopt);
        }
      }
      if (first != 0) {
        EXPECT_EQ(set.run_around(first - 1, first), std::nullopt);
      }
    }
  }
}

TEST(PointSet, AWholeModbusTableFits) {
  PointSet set;
  for (std::uint32_t first = 0; first < 65536; first += 125) set.add(first, 125);
  ASSERT_FALSE(set.ranges().empty());
  EXPECT_EQ(set.ranges().front(), (std::pair<std::uint32_t, std::uint32_t>{0, 65536 / 125 * 125 + 124}));
  EXPECT_FALSE(set.truncated());
}

TEST(PointSet, HoldsWhatAPlainSetHoldsInAnyOrder) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> added;
    std::set<std::uint32_t> plain;
    for (int i = 0; i < 40; ++i) {
      const auto first = static_cast<std::uint32_t>(random() % 2000),
                 count = static_cast<std::uint32_t>(1 + random() % 150);
      added.emplace_back(first, count);
      for (std::uint32_t p = first; p < first + count; ++p) plain.insert(p);
    }
    PointSet one, left, right;
    for (std::size_t i = 0; i < added.size(); ++i) {
      one.add(added[i].first, added[i].second);
      (i % 2 ? left : right).add(added[added.size() - 1 - i].first, added[added.size() - 1 - i].second);
    }
    left.merge(right);
    EXPECT_EQ(one.ranges(), left.ranges());
    std::set<std::uint32_t> listed;
    for (const auto& [first, last] : one.ranges())
      for (std::uint32_t p = first; p <= last; ++p) listed.insert(p);
    EXPECT_EQ(listed, plain) << "seed " << seed;
  }
}

// Beyond the bound the lowest stay, so that the order of arrival does not show.
TEST(PointSet, ItsBoundDoesNotDependOnTheOrder) {
  std::mt19937 random(7);
  std::vector<std::uint32_t> points(6000);
  for (std::uint32_t& p : points) p = static_cast<std::uint32_t>(random());
  PointSet forth, back;
  for (std::size_t i = 0; i < points.size(); ++i) {
    forth.add(points[i], 1);
    back.add(points[points.size() - 1 - i], 1);
  }
  EXPECT_TRUE(forth.truncated());
  EXPECT_EQ(forth.ranges(), back.ranges());
  EXPECT_LE(forth.blocks().size(), PointSet::kMostBlocks);
}

// The recorder remembers which points of a row were stated already. That must not show: whatever is stated in whatever
// order, each row holds what a plain set would.
TEST(PointSet, WhatTheRecorderRemembersDoesNotShow) {
  const SecretKeeper secrets;
  Protocol protocol{};
  protocol.name = "toy";
  constexpr std::string_view kKinds[] = {"coil", "register"};
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    Recorder recorder(secrets);
    Conversation c;
    c.client = Address::ipv4(1), c.server = Address::ipv4(2), c.server_port = 502;
    c.handle = recorder.link({c.client, c.server, c.server_port, c.transport, c.vlan});
    struct Expected {
      PacketRef first;
      PointSet points;
    };
    std::map<std::tuple<std::string_view, OperationClass, std::uint32_t>, Expected> expected;
    for (std::uint32_t number = 1; number <= 4000; ++number) {
      const Context context{&protocol, &c, {std::int64_t{number} * 1000, 0, number}, Role::client, {}};
      Points fact;
      fact.access = below(2) == 0 ? OperationClass::read : OperationClass::write;
      fact.unit = below(60);
      fact.kind = kKinds[below(2)];
      // Runs that touch, overlap, lie in each other and far apart; up to the last point there is.
      fact.first = below(3) == 0 ? 0xFFFF'FF00u + below(256) : below(400);
      fact.count = below(4) == 0 ? 0xFFFF'FFFFu : 1 + below(90);
      recorder.on_observation(context, fact);
      Expected& e = expected[{fact.kind, fact.access, fact.unit}];
      if (e.first.number() == 0) e.first = context.packet;
      e.points.add(fact.first, fact.count);
    }
    const Observed observed = recorder.take();
    ASSERT_EQ(observed.points.size(), expected.size());
    for (const auto& [key, row] : observed.points) {
      const Expected& e = expected.at({key.kind, key.access, key.unit});
      EXPECT_EQ(row.first, e.first);
      EXPECT_EQ(row.points.ranges(), e.points.ranges()) << "seed " << seed << ", unit " << key.unit;
      EXPECT_EQ(row.points.truncated(), e.points.truncated());
    }
  }
}

}  // namespace
}  // namespace kakoi
