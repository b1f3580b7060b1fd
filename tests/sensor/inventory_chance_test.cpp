// What write_inventory() puts into the tables does not depend on the order of what was observed.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "inventory_rows.h"

namespace kakoi {
namespace {

using test::at;
using test::host;
using test::Host;
using test::rows;
using test::Traffic;
using test::write;

// All tables as they are stored. Left out is what a merge needs to go on (table part): it keeps rows as they came.
std::string image(Database& db) {
  std::string all;
  std::vector<std::string> tables;
  for (Statement s = db.prepare("select name from sqlite_master where type = 'table' and name <> 'part'"); s.step();)
    tables.push_back(s.text(0));
  for (const std::string& table : tables) (all += table) += '\n' + rows(db, "select * from " + table) + '\n';
  return all;
}

// A plant by chance: some cells, routers, claims and conversations, cut into shards by packet.
class Chance : public testing::TestWithParam<unsigned> {
 protected:
  // Plays the same events whatever the shards; each event goes to one of them.
  std::vector<Traffic> play(std::size_t shards) {
    std::mt19937 events(GetParam()), sharding(GetParam() * 7919);
    std::vector<Traffic> traffic(shards);
    const auto pick = [&](std::uint32_t n) { return static_cast<std::uint32_t>(events() % n); };
    const auto some_host = [&] {
      const std::uint32_t n = pick(12);
      static constexpr const char* nets[] = {"192.168.1.", "10.0.0.", "25.1.1.", "8.8.4."};
      const std::string mac = "00:00:bc:00:00:" + std::to_string(10 + pick(12));
      return host(mac, nets[pick(4)] + std::to_string(n + 1), static_cast<std::uint8_t>(62 + pick(3)));
    };
    for (std::uint64_t i = 0; i < 300; ++i) {
      Traffic& t = traffic[sharding() % shards];
      t.skip_to(static_cast<std::uint32_t>(i * 4));
      const Host a = some_host(), b = some_host();
      const std::uint32_t vlan = pick(3) * 10;
      const auto port = static_cast<std::uint16_t>(pick(4) * 101 + 80);
      switch (pick(6)) {
        case 0:
          t.arp(a, b, vlan);
          break;
        case 1:
          t.identity(a.ip, Trait::name, "name-" + std::to_string(pick(3)), pick(2) ? "nbns" : "mdns");
          break;
        case 2: {
          const PacketRef ref = t.frame(a, b, vlan);
          LeaseKey lease{a.mac, a.ip, b.ip, {b.ip}, {}, static_cast<std::uint8_t>(16 + 8 * pick(2)), "", true, vlan};
          t.observed.leases[lease].add(ref);
          break;
        }
        case 3:
          t.talk(a, b, port, nullptr, LinkState::datagram, vlan, Transport::udp);
          break;
        default: {
          const Protocol* protocols[] = {&test::kModbus, &test::kHttp, nullptr};
          LinkRow& link =
              t.talk(a, b, port, protocols[port % 3], pick(2) ? LinkState::established : LinkState::attempted, vlan);
          OperationRow o;
          o.link = static_cast<std::uint32_t>(&link - t.observed.links.data());
          o.protocol = &test::kModbus;
          o.key.function_code = static_cast<std::uint32_t>(i);
          o.from_client = 1;
          o.seen = Traffic::once(t.packet());
          t.observed.operations.push_back(o);
          t.observed.credentials[{link.key, "http", "http-basic", "u", "********", std::to_string(pick(3))}]
              .attempted.add(o.seen.first);
        }
      }
    }
    return traffic;
  }

  // The capture's own numbers do not depend on the shards in a real run.
  static void finish(Observed& observed) {
    CaptureInfo& c = observed.captures[0];
    c.packets = 1200;
    c.bytes = 120'000;
    c.first_ts = 1;
    c.last_ts = 2'000'000'000;
    c.runs.all() = {{c.first_ts, c.last_ts}};
    observed.settle();
  }
};

TEST_P(Chance, OrderOfRowsDoesNotShow) {
  Observed observed = std::move(play(1)[0].observed);
  finish(observed);
  Database first = write(observed);
  std::mt19937 random(GetParam());
  std::vector<std::uint32_t> order(observed.links.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  Observed shuffled = observed;
  for (std::uint32_t i = 0; i < order.size(); ++i) shuffled.links[order[i]] = observed.links[i];
  for (OperationRow& o : shuffled.operations) o.link = order[o.link];
  std::shuffle(shuffled.operations.begin(), shuffled.operations.end(), random);
  Database second = write(shuffled);
  EXPECT_TRUE(image(first) == image(second));
  shuffled.sort();
  Database sorted = write(shuffled);
  EXPECT_TRUE(image(first) == image(sorted));
}

TEST_P(Chance, OrderOfMergingDoesNotShow) {
  std::string expected;
  for (const std::size_t shards : {1u, 2u, 5u}) {
    std::vector<Traffic> parts = play(shards);
    for (int turn = 0; turn < 3; ++turn) {
      std::vector<Observed> copies;
      for (const Traffic& t : parts) copies.push_back(t.observed);
      std::rotate(copies.begin(), copies.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(turn) % shards),
                  copies.end());
      for (std::size_t i = 1; i < shards; ++i) copies[0].merge(std::move(copies[i]));
      finish(copies[0]);
      Database db = write(copies[0]);
      const std::string bytes = image(db);
      if (expected.empty()) expected = bytes;
      EXPECT_TRUE(bytes == expected) << shards << " shards, turn " << turn;
    }
  }
}

TEST_P(Chance, EveryAddressHasARowAndEveryReferenceHolds) {
  Observed observed = std::move(play(1)[0].observed);
  finish(observed);
  Database db = write(observed);
  EXPECT_EQ(rows(db, "pragma foreign_key_check"), "");
  const auto has = [&](const Address& a) {
    return db.integer("select count(*) from address where value = '" + to_string(a) + "'") != 0;
  };
  for (const auto& [key, row] : observed.macs) EXPECT_TRUE(has(key.mac)) << to_string(key.mac);
  for (const auto& [key, row] : observed.bindings) EXPECT_TRUE(has(key.ip)) << to_string(key.ip);
  for (const LinkRow& link : observed.links) EXPECT_TRUE(has(link.key.client) && has(link.key.server));
  EXPECT_EQ(db.integer("select count(*) from link"), static_cast<std::int64_t>(observed.links.size()));
  EXPECT_EQ(
      rows(db,
           "select value, vlan, kind, count(*) from address where kind <> 'mac' group by 1, 2, 3 having count(*) > 1"),
      "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, Chance, testing::Range(1u, 13u));

}  // namespace
}  // namespace kakoi
