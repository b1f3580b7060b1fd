// The contract between sensor and dissectors, for every protocol, over real streams: however the bytes are
// cut, delayed or lost on the way, no fact changes, and none is made up.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>

#include "dissectors/core/crc16.h"
#include "tests/support/dialogues.h"
#include "tests/support/notes.h"

namespace kakoi {
namespace {

using test::Dialogue;
using test::Turn;

// Trying each byte of a stream costs the square of its length.
// KAKOI_DIALOGUES names a file with one capture a line: these and more dialogues of each instead of pcaps/.
const char* const kGivenCaptures = std::getenv("KAKOI_DIALOGUES");
const std::size_t kMostBytes = kGivenCaptures ? 2000 : 500, kMostDialogues = kGivenCaptures ? 500 : 4;

std::size_t size_of(const std::vector<Turn>& turns) {
  std::size_t n = 0;
  for (const Turn& t : turns) n += t.bytes.size();
  return n;
}

// A dissector that sees to what the sensor promises of each PDU.
class Watched final : public Dissector {
 public:
  explicit Watched(const Protocol& protocol) : protocol_(protocol), dissector_(protocol.open()) {}
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    EXPECT_FALSE(pdu.bytes.empty());
    EXPECT_LE(pdu.bytes.size(), protocol_.max_pdu);
    EXPECT_LE(pdu.bytes.size(), pdu.wire_size);
    const test::ByteVector own(pdu.bytes.begin(), pdu.bytes.end());  // a read past the end is seen
    return dissector_->on_pdu({pdu.speaker, own, pdu.wire_size}, emit);
  }
  void on_gap(Role speaker) override { dissector_->on_gap(speaker); }
  void on_end(const Emit& emit) override { dissector_->on_end(emit); }

 private:
  const Protocol& protocol_;
  std::unique_ptr<Dissector> dissector_;
};

// One segment or datagram on its way.
struct Sent {
  int side;
  std::uint32_t sequence;
  test::ByteVector bytes;
  std::uint32_t cut = 0;  // octets beyond bytes, by the snap length
};

std::vector<Sent> sent(const std::vector<Turn>& turns) {
  std::vector<Sent> all;
  std::array<std::uint32_t, 2> next{0xFFFFFF00, 1000};  // passes over the end of sequence space
  for (const Turn& t : turns) {
    std::uint32_t& sequence = next[static_cast<std::size_t>(t.side)];
    all.push_back({t.side, sequence, t.bytes});
    sequence += static_cast<std::uint32_t>(t.bytes.size());
  }
  return all;
}

// What a stretch of time shows: the facts as text, in order.
// The first packet of that side.
std::size_t first_of(const std::vector<Sent>& packets, int side) {
  const auto is_its = [&](const Sent& s) { return s.side == side; };
  return static_cast<std::size_t>(std::find_if(packets.begin(), packets.end(), is_its) - packets.begin());
}

struct Facts {
  std::vector<std::string> lines;
  std::vector<bool> anomaly;
  std::vector<std::string> messages;
  std::vector<std::size_t> messages_up_to;  // how many there were after each packet
  bool lost_sync = false;
};

// A Modbus/TCP dialogue as a serial device server would carry it: address, PDU and CRC of each ADU.
std::optional<Dialogue> as_rtu(const Dialogue& d) {
  constexpr std::size_t kBeforeUnit = 6;
  constexpr std::uint16_t kAnyPort = 4001;
  Dialogue rtu = d;
  rtu.frames.clear();
  rtu.protocol = find_protocol("modbus_rtu");
  rtu.ends.port[static_cast<std::size_t>(1 - d.client)] = kAnyPort;
  for (Turn& turn : rtu.turns) {
    test::ByteVector adus;
    for (Bytes rest = turn.bytes; !rest.empty();) {
      const Frame frame = d.protocol->frame(rest, d.role_of(turn.side));
      if (frame.kind != Frame::Kind::whole || frame.size > rest.size()) return std::nullopt;
      const Bytes adu = rest.subspan(kBeforeUnit, frame.size - kBeforeUnit);
      const std::uint16_t crc = crc16::modbus(adu);
      adus.insert(adus.end(), adu.begin(), adu.end());
      adus.insert(adus.end(), {static_cast<std::uint8_t>(crc & 0xFF), static_cast<std::uint8_t>(crc >> 8)});
      rest = rest.subspan(frame.size);
    }
    turn.bytes = adus;
  }
  return rtu;
}

// The first turns of a dialogue, and some more: what is cut off in the first may end in those.
struct Material : Dialogue {
  std::vector<Turn> longer;
};

class Contract : public testing::TestWithParam<const Protocol*> {
 protected:
  static const std::vector<Dialogue>& all() {
    static const std::vector<Dialogue> read = [] {
      const std::filesystem::path folder = std::filesystem::path(KAKOI_SOURCE_DIR) / "pcaps";
      std::vector<std::filesystem::path> captures{folder / "sample-plant.pcapng", folder / "closed-plant.pcapng"};
      if (kGivenCaptures) {
        captures.clear();
        std::ifstream list(kGivenCaptures);
        for (std::string line; std::getline(list, line);) captures.emplace_back(line);
      }
      auto found = test::read_dialogues(captures);
      for (std::size_t i = 0, n = found.size(); i < n; ++i)
        if (found[i].protocol->name == "modbus")
          if (auto rtu = as_rtu(found[i])) found.push_back(*rtu);
      for (const Protocol* p : protocols()) {
        const auto holds = [&](const Dialogue& d) { return d.protocol == p; };
        if (kGivenCaptures || std::any_of(found.begin(), found.end(), holds)) continue;
        auto seeds = test::read_seeds(std::filesystem::path(KAKOI_SOURCE_DIR) / "tests/fuzz/corpus" / p->name, *p);
        std::move(seeds.begin(), seeds.end(), std::back_inserter(found));
      }
      return found;
    }();
    return read;
  }

  // Dialogues that differ in what they state, each cut to its first turns.
  static const std::vector<Material>& dialogues() {
    static std::map<const Protocol*, std::vector<Material>> chosen;
    const auto [at, first] = chosen.try_emplace(GetParam());
    if (!first) return at->second;
    std::map<std::string, int> stated;
    for (const Dialogue& d : all()) {
      if (d.protocol != GetParam() || at->second.size() >= kMostDialogues) continue;
      Material cut{d, d.turns};
      cut.frames.clear();
      while (cut.longer.size() > 1 && size_of(cut.longer) > 4 * kMostBytes) cut.longer.pop_back();
      while (cut.turns.size() > 1 && size_of(cut.turns) > kMostBytes) cut.turns.pop_back();
      bool news = at->second.empty();
      for (const std::string& line : play(cut, sent(cut.turns)).lines) news = stated[line]++ == 0 || news;
      if (news) at->second.push_back(std::move(cut));
    }
    return at->second;
  }

  // Through the flow stage, with all candidates.
  static Facts play(const Dialogue& d, const std::vector<Sent>& all_sent, test::Notes notes = {}) {
    static const Protocol* real = nullptr;
    real = d.protocol;
    Protocol watched = *real;
    watched.open = +[]() -> std::unique_ptr<Dissector> { return std::make_unique<Watched>(*real); };
    std::vector<const Protocol*> candidates(test::all_candidates().begin(), test::all_candidates().end());
    std::replace(candidates.begin(), candidates.end(), real, static_cast<const Protocol*>(&watched));

    flow::Session session(d.ends, candidates);
    test::Listener listener(notes);
    if (d.ends.client >= 0) {
      session.start(0, 0xFFFFFF00);
      session.start(1, 1000);
    }
    flow::Carrier carrier;
    Facts facts;
    for (const Sent& s : all_sent) {
      carrier.packet = {carrier.packet.ts + 1'000'000, 0, carrier.packet.number() + 1};
      const auto length = static_cast<std::uint32_t>(s.bytes.size()) + s.cut;
      if (d.ends.transport == Transport::tcp)
        session.segment(s.side, s.sequence, s.bytes, length, carrier, listener);
      else if (!s.bytes.empty())
        session.datagram(s.side, s.bytes, length, carrier, listener);
      facts.messages_up_to.push_back(notes.messages.size());
    }
    session.finish(listener);
    EXPECT_TRUE(notes.sound);
    facts.lines = std::move(notes.lines);
    facts.anomaly = std::move(notes.anomaly);
    facts.messages = std::move(notes.messages);
    facts.lost_sync = notes.lost_sync;
    return facts;
  }

  // Every fact of a damaged run is one of the undamaged run, as often at most. What is wrong with the
  // stream aside; and less may be known of a fact: a secret may have passed whose user's name was lost, a
  // command whose answer was lost (of datagrams nothing tells that they were lost), a file whose name was.
  class Truth {
   public:
    explicit Truth(const Material& d) : dialogue_(d) {
      const std::vector<Sent> all_sent = sent(d.longer);
      const Facts facts = play(d, all_sent);
      for (const std::string& line : facts.lines) ++often_[line];
      const Facts alone = play(d, all_sent, kAlone), nameless = play(d, all_sent, kNameless);
      for (std::size_t i = 0; i < facts.lines.size(); ++i) {
        ++alone_[alone.lines[i]];
        if (nameless.lines[i] != alone.lines[i]) ++alone_[nameless.lines[i]];
      }
      std::vector<test::Notes> weaker{test::Notes({.users = false, .outcomes = Outcome::none})};
      if (d.ends.transport == Transport::udp)
        weaker.push_back(test::Notes({.users = false, .outcomes = Outcome::unanswered}));
      for (const test::Notes& notes : weaker) {
        const Facts less = play(d, all_sent, notes);
        for (std::size_t i = 0; i < facts.lines.size(); ++i)
          if (facts.lines[i] != less.lines[i]) ++often_[less.lines[i]];
      }
    }
    void expect(const std::vector<Sent>& broken, const std::string& how) const {
      const Facts damaged = play(dialogue_, broken);
      std::map<std::string, int> left = often_, left_alone = alone_;
      Facts alone;
      for (std::size_t i = 0; i < damaged.lines.size(); ++i) {
        if (damaged.anomaly[i] || --left[damaged.lines[i]] >= 0) continue;
        if (alone.lines.empty()) alone = play(dialogue_, broken, kAlone);
        EXPECT_TRUE(--left_alone[alone.lines[i]] >= 0 || is_part_of_a_run(damaged.lines[i]))
            << how << ": made up: " << damaged.lines[i];
      }
    }

   private:
    // A message that was cut tells of the first points only: "… FIRST COUNT " with a count that is too small.
    bool is_part_of_a_run(const std::string& line) const {
      const auto [kind, first, last] = run_of(line);
      return last >= first &&
             std::any_of(often_.begin(), often_.end(), [&, k = kind, f = first, l = last](const auto& o) {
               const auto [true_kind, from, to] = run_of(o.first);
               return true_kind == k && from <= f && l <= to;
             });
    }
    struct Run {
      std::string kind;
      std::uint64_t first = 1, last = 0;
    };
    static Run run_of(const std::string& line) {
      const auto is_points = [&] { return line.size() > 4 && line.compare(line.find(' ') + 1, 2, "1 ") == 0; };
      const std::size_t second = line.rfind(' ', line.size() - 2), first = line.rfind(' ', second - 1);
      if (!is_points() || second == std::string::npos || first == std::string::npos) return {};
      const std::uint64_t from = std::strtoull(line.c_str() + first, nullptr, 10);
      const std::uint64_t count = std::strtoull(line.c_str() + second, nullptr, 10);
      return {line.substr(0, first), from, from + count - 1};
    }
    static inline const test::Notes kAlone{{.users = false, .requests = false, .outcomes = Outcome::none}};
    static inline const test::Notes kNameless{
        {.users = false, .requests = false, .values = false, .outcomes = Outcome::none}};
    Dialogue dialogue_;
    std::map<std::string, int> alone_;  // facts of answers whose requests were lost
    std::map<std::string, int> often_;
  };
};

TEST_P(Contract, HasMaterial) {
  ASSERT_FALSE(dialogues().empty()) << "neither pcaps/ nor tests/fuzz/corpus/ holds " << GetParam()->name;
  for (const Material& d : dialogues()) EXPECT_EQ(play(d, sent(d.turns)).lines, play(d, sent(d.turns)).lines);
}

TEST_P(Contract, AnySplitStatesTheSame) {
  for (const Material& d : dialogues()) {
    if (d.ends.transport != Transport::tcp || GetParam()->framing != Framing::binary) continue;
    const std::vector<Sent> unsplit = sent(d.turns);
    const Facts whole = play(d, unsplit);
    if (whole.lost_sync) continue;  // where framing is found again depends on where segments start
    std::vector<Sent> octets;
    for (std::size_t i = 0; i < unsplit.size(); ++i) {
      const Sent& s = unsplit[i];
      for (std::uint32_t at = 0; at < s.bytes.size(); ++at) {
        octets.push_back({s.side, s.sequence + at, {s.bytes[at]}});
        if (at == 0) continue;
        std::vector<Sent> split = unsplit;
        split[i].bytes.resize(at);
        split.insert(split.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                     {s.side, s.sequence + at, {s.bytes.begin() + at, s.bytes.end()}});
        ASSERT_EQ(play(d, split).lines, whole.lines) << "segment " << i << " split at " << at;
        // And the second half first; only of the first segment after a handshake that was not seen nothing tells
        // that there was something before.
        if (d.ends.client < 0 && unsplit[i].sequence == unsplit[first_of(unsplit, s.side)].sequence) continue;
        std::swap(split[i], split[i + 1]);
        ASSERT_EQ(play(d, split).lines, whole.lines) << "segment " << i << " split at " << at << ", out of order";
      }
    }
    EXPECT_EQ(play(d, octets).lines, whole.lines) << "octet by octet";
  }
}

TEST_P(Contract, RepeatedSegmentsStateNothing) {
  for (const Material& d : dialogues()) {
    if (d.ends.transport != Transport::tcp) continue;
    std::vector<Sent> twice;
    for (const Sent& s : sent(d.turns)) twice.insert(twice.end(), 2, s);
    EXPECT_EQ(play(d, twice).lines, play(d, sent(d.turns)).lines);
  }
}

TEST_P(Contract, ALostPacketMakesNothingUp) {
  for (const Material& d : dialogues()) {
    const std::vector<Sent> unbroken = sent(d.turns);
    const Truth truth(d);
    for (std::size_t i = 0; i < unbroken.size(); ++i) {
      std::vector<Sent> broken = unbroken;
      broken.erase(broken.begin() + static_cast<std::ptrdiff_t>(i));
      truth.expect(broken, "without packet " + std::to_string(i));
    }
  }
}

// Outside the gap all messages are seen. Of those packets only that hold whole PDUs: what spans two is gone
// with either. The flow is long known then, and a fragment of DNP3 that began in the lost packet is not asked for.
TEST_P(Contract, ALostPacketCostsItsOwnMessagesOnly) {
  for (const Material& d : dialogues()) {
    if (GetParam()->framing != Framing::binary || GetParam()->domain != Domain::ot) continue;
    const std::vector<Sent> unbroken = sent(d.turns);
    const Facts whole = play(d, unbroken);
    if (whole.lost_sync) continue;
    const auto stated_in = [&](std::size_t i) {
      return whole.messages_up_to[i] - (i == 0 ? 0 : whole.messages_up_to[i - 1]);
    };
    const auto holds_whole_pdus = [&](const Sent& s) {
      Bytes rest(s.bytes);
      while (!rest.empty()) {
        const Frame frame = GetParam()->frame(rest, d.role_of(s.side));
        if (frame.kind != Frame::Kind::whole || frame.size > rest.size()) return false;
        rest = rest.subspan(frame.size);
      }
      return true;
    };
    constexpr std::size_t kKnown = 4;  // packets, after which a weak header has fitted twice
    for (std::size_t i = kKnown; i < unbroken.size(); ++i) {
      std::vector<Sent> broken = unbroken;
      broken.erase(broken.begin() + static_cast<std::ptrdiff_t>(i));
      std::map<std::string, int> seen;
      for (const std::string& message : play(d, broken).messages) ++seen[message];
      std::array<bool, 2> unhurt{true, true};  // nothing of what that side is in the middle of was lost
      for (std::size_t k = 0; k < unbroken.size(); ++k) {
        bool& so_far = unhurt[static_cast<std::size_t>(unbroken[k].side)];
        const bool is_whole = holds_whole_pdus(unbroken[k]), ends_something = stated_in(k) > 0;
        const bool asked_for = k != i && so_far && is_whole;
        so_far = k == i ? ends_something : is_whole && (so_far || ends_something);
        if (!asked_for) continue;
        for (std::size_t m = k == 0 ? 0 : whole.messages_up_to[k - 1]; m < whole.messages_up_to[k]; ++m)
          EXPECT_GE(--seen[whole.messages[m]], 0)
              << "without packet " << i << ": of packet " << k << " not seen: " << whole.messages[m];
      }
    }
  }
}

TEST_P(Contract, ATruncatedStreamMakesNothingUp) {
  for (const Material& d : dialogues()) {
    const std::vector<Sent> unbroken = sent(d.turns);
    const Truth truth(d);
    for (std::size_t i = 0; i < unbroken.size(); ++i)
      for (std::size_t at = 0; at < unbroken[i].bytes.size(); ++at) {
        std::vector<Sent> broken(unbroken.begin(), unbroken.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        broken[i].bytes.resize(at);
        if (d.ends.transport == Transport::tcp) truth.expect(broken, "the end cut off");
        if (at == 0) continue;
        broken = unbroken;
        broken[i].cut = static_cast<std::uint32_t>(broken[i].bytes.size() - at);
        broken[i].bytes.resize(at);
        truth.expect(broken, "packet " + std::to_string(i) + " cut at " + std::to_string(at));
      }
  }
}

// Nothing to expect of them but that they end, and that the sensor's promises hold.
TEST_P(Contract, SwappedRolesDoNoHarm) {
  for (Material d : dialogues()) {
    std::swap(d.ends.address[0], d.ends.address[1]);
    std::swap(d.ends.port[0], d.ends.port[1]);
    const Facts once = play(d, sent(d.turns)), twice = play(d, sent(d.turns));
    EXPECT_EQ(once.lines, twice.lines);
    d.ends.client = d.ends.client < 0 ? -1 : 1 - d.ends.client;
    play(d, sent(d.turns));
  }
}

// No conversation begins as OPC Classic: its octets are DCE/RPC's, and are tested as such.
std::vector<const Protocol*> those_that_begin() {
  std::vector<const Protocol*> all(protocols().begin(), protocols().end());
  std::erase_if(all, [](const Protocol* p) { return p->name == "opc_classic"; });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Protocols, Contract, testing::ValuesIn(those_that_begin()),
                         [](const auto& tested) { return std::string(tested.param->name); });

}  // namespace
}  // namespace kakoi
