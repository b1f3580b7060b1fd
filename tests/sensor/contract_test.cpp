// The contract between sensor and dissectors, for every protocol, over real streams: however the bytes are
// cut, delayed or lost on the way, no fact changes, and none is made up.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "dissectors/modbus/crc.h"
#include "tests/support/dialogues.h"
#include "tests/support/notes.h"

namespace kakoi {
namespace {

using test::Dialogue;
using test::Turn;

// Trying each byte of a stream costs the square of its length.
constexpr std::size_t kMostBytes = 500, kMostDialogues = 4;

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
struct Facts {
  std::vector<std::string> lines;
  std::vector<bool> anomaly;
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
      const std::uint16_t crc = modbus::crc16(adu);
      adus.insert(adus.end(), adu.begin(), adu.end());
      adus.insert(adus.end(), {static_cast<std::uint8_t>(crc & 0xFF), static_cast<std::uint8_t>(crc >> 8)});
      rest = rest.subspan(frame.size);
    }
    turn.bytes = adus;
  }
  return rtu;
}

class Contract : public testing::TestWithParam<const Protocol*> {
 protected:
  static const std::vector<Dialogue>& all() {
    static const std::vector<Dialogue> read = [] {
      const std::filesystem::path folder = std::filesystem::path(KAKOI_SOURCE_DIR) / "pcaps";
      auto found = test::read_dialogues({folder / "sample-plant.pcapng", folder / "closed-plant.pcapng"});
      for (std::size_t i = 0, n = found.size(); i < n; ++i)
        if (found[i].protocol->name == "modbus")
          if (auto rtu = as_rtu(found[i])) found.push_back(*rtu);
      return found;
    }();
    return read;
  }

  // Dialogues that differ in what they state, each cut to its first turns.
  static const std::vector<Dialogue>& dialogues() {
    static std::map<const Protocol*, std::vector<Dialogue>> chosen;
    const auto [at, first] = chosen.try_emplace(GetParam());
    if (!first) return at->second;
    std::map<std::string, int> stated;
    for (const Dialogue& d : all()) {
      if (d.protocol != GetParam() || at->second.size() >= kMostDialogues) continue;
      Dialogue cut = d;
      cut.frames.clear();
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
    for (const Sent& s : all_sent) {
      carrier.packet = {carrier.packet.ts + 1'000'000, 0, carrier.packet.number + 1};
      const auto length = static_cast<std::uint32_t>(s.bytes.size()) + s.cut;
      if (d.ends.transport == Transport::tcp)
        session.segment(s.side, s.sequence, s.bytes, length, carrier, listener);
      else if (!s.bytes.empty())
        session.datagram(s.side, s.bytes, length, carrier, listener);
    }
    session.finish(listener);
    EXPECT_TRUE(notes.sound);
    return {notes.lines, notes.anomaly};
  }

  // Every fact of a damaged run is one of the undamaged run, as often at most. What is wrong with the
  // stream aside; and less may be known of a fact: a secret may have passed whose user's name was lost, and
  // a command whose answer was lost (of datagrams nothing tells that they were lost).
  class Truth {
   public:
    explicit Truth(const Dialogue& d) {
      const Facts facts = play(d, sent(d.turns));
      for (const std::string& line : facts.lines) ++often_[line];
      std::vector<test::Notes> weaker{test::Notes({.users = false, .outcomes = Outcome::none})};
      if (d.ends.transport == Transport::udp) weaker.push_back(test::Notes({.users = false, .outcomes = Outcome::unanswered}));
      for (const test::Notes& notes : weaker) {
        const Facts less = play(d, sent(d.turns), notes);
        for (std::size_t i = 0; i < facts.lines.size(); ++i)
          if (facts.lines[i] != less.lines[i]) ++often_[less.lines[i]];
      }
    }
    void expect(const Facts& damaged, const std::string& how) const {
      std::map<std::string, int> left = often_;
      for (std::size_t i = 0; i < damaged.lines.size(); ++i)
        EXPECT_TRUE(damaged.anomaly[i] || --left[damaged.lines[i]] >= 0) << how << ": made up: " << damaged.lines[i];
    }

   private:
    std::map<std::string, int> often_;
  };
};

TEST_P(Contract, HasMaterial) {
  ASSERT_FALSE(dialogues().empty()) << "no capture in pcaps/ holds " << GetParam()->name;
  for (const Dialogue& d : dialogues()) EXPECT_EQ(play(d, sent(d.turns)).lines, play(d, sent(d.turns)).lines);
}

TEST_P(Contract, AnySplitStatesTheSame) {
  for (const Dialogue& d : dialogues()) {
    if (d.ends.transport != Transport::tcp || GetParam()->framing != Framing::binary) continue;
    const std::vector<Sent> unsplit = sent(d.turns);
    const Facts whole = play(d, unsplit);
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
        std::swap(split[i], split[i + 1]);  // and the second half first
        ASSERT_EQ(play(d, split).lines, whole.lines) << "segment " << i << " split at " << at << ", out of order";
      }
    }
    EXPECT_EQ(play(d, octets).lines, whole.lines) << "octet by octet";
  }
}

TEST_P(Contract, RepeatedSegmentsStateNothing) {
  for (const Dialogue& d : dialogues()) {
    if (d.ends.transport != Transport::tcp) continue;
    std::vector<Sent> twice;
    for (const Sent& s : sent(d.turns)) twice.insert(twice.end(), 2, s);
    EXPECT_EQ(play(d, twice).lines, play(d, sent(d.turns)).lines);
  }
}

TEST_P(Contract, ALostPacketMakesNothingUp) {
  for (const Dialogue& d : dialogues()) {
    const std::vector<Sent> unbroken = sent(d.turns);
    const Truth truth(d);
    for (std::size_t i = 0; i < unbroken.size(); ++i) {
      std::vector<Sent> broken = unbroken;
      broken.erase(broken.begin() + static_cast<std::ptrdiff_t>(i));
      truth.expect(play(d, broken), "without packet " + std::to_string(i));
    }
  }
}

TEST_P(Contract, ATruncatedStreamMakesNothingUp) {
  for (const Dialogue& d : dialogues()) {
    const std::vector<Sent> unbroken = sent(d.turns);
    const Truth truth(d);
    for (std::size_t i = 0; i < unbroken.size(); ++i)
      for (std::size_t at = 0; at < unbroken[i].bytes.size(); ++at) {
        std::vector<Sent> broken(unbroken.begin(), unbroken.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        broken[i].bytes.resize(at);
        if (d.ends.transport == Transport::tcp) truth.expect(play(d, broken), "the end cut off");
        if (at == 0) continue;
        broken = unbroken;
        broken[i].cut = static_cast<std::uint32_t>(broken[i].bytes.size() - at);
        broken[i].bytes.resize(at);
        truth.expect(play(d, broken), "packet " + std::to_string(i) + " cut at " + std::to_string(at));
      }
  }
}

// Nothing to expect of them but that they end, and that the sensor's promises hold.
TEST_P(Contract, SwappedRolesDoNoHarm) {
  for (Dialogue d : dialogues()) {
    std::swap(d.ends.address[0], d.ends.address[1]);
    std::swap(d.ends.port[0], d.ends.port[1]);
    const Facts once = play(d, sent(d.turns)), twice = play(d, sent(d.turns));
    EXPECT_EQ(once.lines, twice.lines);
    d.ends.client = d.ends.client < 0 ? -1 : 1 - d.ends.client;
    play(d, sent(d.turns));
  }
}

INSTANTIATE_TEST_SUITE_P(Protocols, Contract, testing::ValuesIn(protocols().begin(), protocols().end()),
                         [](const auto& tested) { return std::string(tested.param->name); });

}  // namespace
}  // namespace kakoi
