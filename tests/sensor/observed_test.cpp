#include "sensor/inventory/observed.h"

#include <gtest/gtest.h>

#include "traffic.h"

namespace kakoi {
namespace {

using test::host;
using test::Host;
using test::Traffic;

const Host kA = host("00:00:bc:00:00:10", "192.168.1.10"), kB = host("00:00:bc:00:00:20", "192.168.1.20"),
           kC = host("00:00:bc:00:00:30", "192.168.1.30");

OperationRow operation(std::uint32_t link, std::uint32_t code, const PacketRef& packet) {
  OperationRow o;
  o.link = link;
  o.protocol = &test::kModbus;
  o.key.function_code = code;
  o.from_client = 1;
  o.seen.add(packet);
  return o;
}

TEST(Observed, MergedLinksAddUp) {
  Traffic one, two;
  two.skip_to(100);
  one.talk(kA, kB, 502, nullptr, LinkState::attempted).ttl[0] = {60, 64};
  two.talk(kA, kB, 502, &test::kModbus);
  one.observed.merge(std::move(two.observed));
  ASSERT_EQ(one.observed.links.size(), 1u);
  const LinkRow& link = one.observed.links[0];
  EXPECT_EQ(link.state, LinkState::established);
  EXPECT_EQ(link.protocol, &test::kModbus);
  EXPECT_EQ(link.connections, 2u);
  EXPECT_EQ(link.packets[0], 2u);
  EXPECT_EQ(link.packets[1], 1u);
  EXPECT_EQ(link.ttl[0].min, 60);
  EXPECT_EQ(link.ttl[0].max, 64);
  EXPECT_EQ(link.seen.first.number, 1u);
  EXPECT_EQ(link.seen.last.number, 102u);
}

TEST(Observed, OperationsFollowTheirLinks) {
  Traffic one, two;
  one.talk(kA, kB, 502);
  one.observed.operations = {operation(0, 3, one.packet())};
  two.skip_to(100);
  two.talk(kA, kC, 502);
  two.talk(kA, kB, 502);
  two.observed.operations = {operation(0, 3, two.packet()), operation(1, 3, two.packet()),
                             operation(1, 16, two.packet())};
  one.observed.merge(std::move(two.observed));
  one.observed.sort();

  ASSERT_EQ(one.observed.links.size(), 2u);
  EXPECT_EQ(one.observed.links[0].key.server, kB.ip);
  EXPECT_EQ(one.observed.links[1].key.server, kC.ip);
  const auto& rows = one.observed.operations;
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(std::tuple(rows[0].link, rows[0].key.function_code, rows[0].from_client), std::tuple(0u, 3u, 2u));
  EXPECT_EQ(std::tuple(rows[1].link, rows[1].key.function_code, rows[1].from_client), std::tuple(0u, 16u, 1u));
  EXPECT_EQ(std::tuple(rows[2].link, rows[2].key.function_code, rows[2].from_client), std::tuple(1u, 3u, 1u));
}

TEST(Observed, ProtocolsOfOneLinkDoNotDependOnTheOrder) {
  const auto merged = [](const Protocol* first, const Protocol* second) {
    Traffic one, two;
    one.talk(kA, kB, 502, first);
    two.talk(kA, kB, 502, second);
    one.observed.merge(std::move(two.observed));
    return one.observed.links[0].protocol;
  };
  EXPECT_EQ(merged(&test::kModbus, &test::kHttp), &test::kModbus);  // control protocols matter more
  EXPECT_EQ(merged(&test::kHttp, &test::kModbus), &test::kModbus);
  EXPECT_EQ(merged(&test::kTls, &test::kHttp), &test::kHttp);  // else the first by name
  EXPECT_EQ(merged(&test::kHttp, &test::kTls), &test::kHttp);
  EXPECT_EQ(merged(nullptr, &test::kTls), &test::kTls);
  EXPECT_EQ(merged(&test::kTls, nullptr), &test::kTls);
}

TEST(Observed, UnreachableLinksAreRefusedUnlessTheServerAnswers) {
  Traffic t;
  for (const auto& [port, state] : {std::pair(1, LinkState::attempted), std::pair(2, LinkState::established)}) {
    const LinkRow& link = t.talk(kA, kB, static_cast<std::uint16_t>(port), nullptr, state);
    t.observed.unreachable[link.key].add(t.packet());
  }
  t.observed.settle();
  EXPECT_EQ(t.observed.links[0].state, LinkState::refused);
  EXPECT_EQ(t.observed.links[1].state, LinkState::established);
}

}  // namespace
}  // namespace kakoi
