// Observed to bytes and back, and the laws of merging inventories.
#include "sensor/inventory/state.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>

#include "sensor/inventory/write.h"
#include "traffic.h"

namespace kakoi {
namespace {

using test::host;
using test::Traffic;

const Protocol* known_protocol(std::string_view name) {
  for (const Protocol* p : {&test::kModbus, &test::kDnp3, &test::kHttp})
    if (p->name == name) return p;
  return nullptr;
}

// What one scan of a capture of that name saw.
Observed survey(char name, unsigned seed) {
  Traffic t;
  t.observed.captures[0].sha256 = std::string(64, name);
  t.observed.captures[0].source = std::string("folder/") + name + ".pcap";
  std::mt19937 random(seed);
  for (int i = 0; i < 20; ++i) {
    const auto number = [&](unsigned n) { return static_cast<std::uint8_t>(1 + random() % n); };
    const std::string a = std::to_string(number(5)), b = std::to_string(10 + number(5));
    const test::Host client = host("00:00:bc:00:00:0" + a, "192.168.1." + a),
                     server = host("00:00:bc:00:00:" + b, "192.168.1." + b);
    t.arp(client, server);
    t.talk(client, server, 502, &test::kModbus);
    const LinkKey link = t.observed.links.back().key;
    OperationRow o;
    o.link = static_cast<std::uint32_t>(t.observed.links.size() - 1);
    o.protocol = &test::kModbus;
    o.key = {.cls = OperationClass::write,
             .function_code = 16,
             .unit = number(3),
             .actor = i % 3 == 0 ? Role::server : Role::client};
    o.from_client = o.accepted = number(9);
    o.unanswered = number(2);
    o.seen.add(t.packet());
    t.observed.operations.push_back(o);
    TunnelledRow& tunnelled = t.observed.tunnelled[{client.ip, server.ip, server.ip, number(3)}];
    tunnelled.sent.add(o.seen.first);
    tunnelled.ttl.add(number(255));
    PointRow& points = t.observed.points[{link, "modbus", "holding register", OperationClass::write, 1, kNoValue}];
    if (points.first.number() == 0) points.first = o.seen.first;
    points.points.add(static_cast<std::uint32_t>(random() % 1000), number(20));
    ActionRow action;
    action.asked = o.seen.first;
    action.protocol = "modbus";
    action.point_kind = "holding register";
    action.step = "write";
    action.value = std::to_string(i);
    action.outcome = Outcome::accepted;
    ++t.observed.actions[link].total;
    t.observed.actions[link].add(std::move(action));
    t.observed.credentials[{link, "http", "http-basic", "u", "********", b, i % 2 == 0 ? Role::server : Role::client}]
        .attempted.add(o.seen.first);
  }
  // Links of one key are one row, as a recorder keeps them.
  Observed all;
  all.merge(std::move(t.observed));
  all.captures = t.observed.captures;
  all.settle();
  all.sort();
  return all;
}

std::string dump(const std::vector<Part>& parts) {
  Database db = Database::open(":memory:");
  write_inventory(observed_in(parts, known_protocol), {"", "0", "/nonexistent"}, db, parts);
  sqlite3_int64 size = 0;
  unsigned char* const bytes = sqlite3_serialize(db.handle(), "main", &size, 0);
  std::string copy(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  return copy;
}

std::vector<Part> merged(std::vector<Part> a, const std::vector<Part>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return unite(std::move(a));
}

TEST(State, ComesBackAsItWas) {
  const Observed before = survey('a', 1);
  const Part part = make_part(before);
  const Observed after = observed_in({part}, known_protocol);
  EXPECT_EQ(make_part(after).state, part.state);
  EXPECT_EQ(after.operations.size(), before.operations.size());
  EXPECT_EQ(after.tunnelled.size(), before.tunnelled.size());
  EXPECT_EQ(after.actions.begin()->second.rows.size(), before.actions.begin()->second.rows.size());
}

TEST(State, FoldersDoNotShow) {
  Observed here = survey('a', 1), there = here;
  there.captures[0].source = "elsewhere/a.pcap";
  EXPECT_EQ(make_part(here).id, make_part(there).id);
}

TEST(State, MergingIsCommutativeAssociativeAndIdempotent) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    const std::vector<Part> a{make_part(survey('a', seed))}, b{make_part(survey('b', seed + 10))},
        c{make_part(survey('c', seed + 20))};
    const std::string all = dump(merged(merged(a, b), c));
    EXPECT_TRUE(all == dump(merged(a, merged(c, b))));
    EXPECT_TRUE(all == dump(merged(merged(merged(c, a), merged(b, a)), merged(a, c))));
    EXPECT_TRUE(dump(a) == dump(merged(a, a)));
    EXPECT_FALSE(all == dump(merged(a, b)));
  }
}

TEST(State, TheLaterSnapshotOfOneCaptureCounts) {
  const Observed early = survey('a', 1);
  Observed late = early;
  late.captures[0].last_ts += 1'000'000'000;
  late.captures[0].packets += 1;
  const std::vector<Part> parts = merged({make_part(late)}, {make_part(early)});
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].id, make_part(late).id);
}

// Of an interface there is no file: what was recorded from one packet on is one recording.
TEST(State, TwoRecordingsOfOneInterfaceAreTwo) {
  Observed monday = survey('a', 1);
  monday.captures[0].sha256.clear();
  monday.captures[0].source = "sensor:eth1";
  monday.captures[0].begun = monday.captures[0].first_ts;
  monday.captures[0].filter = "udp";
  monday.captures[0].runs.all() = {{1, 5}, {9, 12}};
  Observed tuesday = monday, later = monday;
  tuesday.captures[0].begun += 86'400'000'000'000;
  later.captures[0].last_ts += 1'000'000'000;
  EXPECT_EQ(merged({make_part(monday)}, {make_part(tuesday)}).size(), 2u);
  EXPECT_EQ(merged({make_part(monday)}, {make_part(later)}).size(), 1u);
  const Observed back = observed_in({make_part(monday)}, known_protocol);
  EXPECT_EQ(back.captures[0].filter, "udp");
  EXPECT_EQ(covered_time(back.captures[0].runs.all()), 7);
}

TEST(State, CapturesThatOverlapInPartAreNotCountedTwice) {
  Observed both = survey('a', 1), other = both;
  both.captures.push_back(survey('b', 2).captures[0]);
  other.captures.push_back(survey('c', 3).captures[0]);
  EXPECT_EQ(merged({make_part(survey('a', 1))}, {make_part(both)}).size(), 1u);
  EXPECT_THROW(merged({make_part(both)}, {make_part(other)}), StateError);
  // A file that could be read by neither ties them to nothing.
  Observed one = survey('a', 1), another = survey('b', 2);
  CaptureInfo unread;
  unread.source = "broken.pcap", unread.sha256 = std::string(64, 'c'), unread.error = "the file is empty";
  for (Observed* o : {&one, &another}) o->captures.push_back(unread);
  EXPECT_EQ(merged({make_part(one)}, {make_part(another)}).size(), 2u);
}

TEST(State, ForgedBytesAreAnError) {
  const Part part = make_part(survey('a', 3));
  std::mt19937 random(1);
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    Part forged = part;
    if (i % 2 == 0)
      forged.state.resize(random() % part.state.size());
    else
      forged.state[random() % part.state.size()] = static_cast<std::uint8_t>(random());
    try {
      observed_in({forged}, known_protocol);
    } catch (const StateError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1500);  // all that were cut, and many of the others
}

}  // namespace
}  // namespace kakoi
