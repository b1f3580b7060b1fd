// One fuzz target for every dissector: linked once per entry of KAKOI_PROTOCOLS and per flow protocol of
// sensor/control, each with a generated source that says which protocol is `fuzzed`.
//
// Input: segment size | variation | records: length ×2 (little-endian, top bit: sent by the server) | bytes
//
// A record is what one side sends at a time. Over TCP the conversation is played whole, then with each
// record cut into segments: what is stated must be the same (of binary protocols, as long as framing was
// never lost). Then it is played as `variation` says: as datagrams, with lost segments, with cut PDUs.
#include <algorithm>
#include <array>
#include <vector>

#include "dissectors/core/dissector.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/notes.h"

extern const kakoi::Protocol& fuzzed;

namespace {

using namespace kakoi;
using fuzz::demand;

struct Record {
  Role speaker;
  Bytes bytes;
};

std::vector<Record> records_of(ByteReader r) {
  constexpr std::uint16_t kServer = 0x8000;
  std::vector<Record> records;
  while (r.remaining() > 2) {
    const std::uint16_t head = r.le16();
    const std::size_t size = std::min<std::size_t>(head & ~kServer, r.remaining());
    records.push_back({(head & kServer) != 0 ? Role::server : Role::client, r.take(size)});
  }
  return records;
}

// Plays bytes to one dissector as the sensor would.
class Player {
 public:
  explicit Player(Transport transport) : notes(test::Notes::digest_only()), dissector_(fuzzed.open()) {
    conversation_.transport = transport;
  }

  void stream(Role speaker, Bytes segment) {
    auto& [kept, needed] = waiting_[static_cast<std::size_t>(speaker)];
    if (kept.size() + segment.size() < needed) return keep(kept, segment);
    if (kept.empty()) return keep(kept, segment.subspan(consume(speaker, segment, needed)));
    keep(kept, segment);
    const std::size_t used = consume(speaker, kept, needed);
    kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(used));
  }

  void datagram(Role speaker, Bytes bytes) {
    while (!bytes.empty() && !done_) {
      const auto head = fuzz::own(bytes);
      const Frame frame = fuzzed.frame(head, speaker);
      if (frame.kind != Frame::Kind::whole || frame.size > head.size()) return;
      demand(frame.size > 0, "a frame of no bytes");
      pdu(speaker, Bytes(head).first(std::min(frame.size, fuzzed.max_pdu)), frame.size);
      bytes = bytes.subspan(frame.size);
    }
  }

  void gap(Role speaker) {
    waiting_[static_cast<std::size_t>(speaker)] = {};
    dissector_->on_gap(speaker);
  }

  void end() {
    const Context context{&fuzzed, &conversation_, {1, 0, 1}, Role::client, {}};
    dissector_->on_end(Emit{context, notes});
  }

  bool is_waiting() const { return !waiting_[0].kept.empty() || !waiting_[1].kept.empty(); }  // for the rest of a PDU

  std::size_t cut = 0;  // octets taken from the end of each PDU, as a snap length does
  bool foreign = false;
  test::Notes notes;

 private:
  static void keep(std::vector<std::uint8_t>& kept, Bytes more) { kept.insert(kept.end(), more.begin(), more.end()); }

  // Returns the octets used. What is left is the head of a PDU that wants `needed` in all, 0 for unknown.
  std::size_t consume(Role speaker, Bytes all, std::size_t& needed) {
    std::size_t at = 0;
    needed = 0;
    while (at < all.size() && !done_) {
      // A copy of its own per question, so that a read past the end is seen.
      const auto head = fuzz::own(all.subspan(at));
      const Frame frame = fuzzed.frame(head, speaker);
      demand(frame.kind == Frame::Kind::foreign || frame.size > 0, "a frame of no bytes");
      if (frame.kind == Frame::Kind::more) demand(frame.size > head.size(), "more bytes asked for than are missing");
      // More than that is never shown.
      const bool unsatisfied = frame.kind == Frame::Kind::more && head.size() >= fuzzed.max_pdu;
      if (frame.kind == Frame::Kind::foreign || unsatisfied) {
        foreign = true;
        dissector_->on_gap(speaker);
        return all.size();
      }
      if (frame.size > head.size()) {
        needed = frame.size;
        return at;
      }
      pdu(speaker, Bytes(head).first(std::min(frame.size, fuzzed.max_pdu)), frame.size);
      at += frame.size;
    }
    return std::min(at, all.size());
  }

  void pdu(Role speaker, Bytes bytes, std::size_t wire_size) {
    const Bytes left = bytes.first(bytes.size() - std::min(cut, bytes.size() - 1));
    const auto copy = fuzz::own(left);
    const Context context{&fuzzed, &conversation_, {1, 0, 1}, speaker, {}};
    if (fuzzed.speaker != nullptr) fuzzed.speaker(copy);
    done_ = dissector_->on_pdu({speaker, copy, wire_size}, Emit{context, notes}) == Interest::done;
  }

  Conversation conversation_;
  std::unique_ptr<Dissector> dissector_;
  struct Waiting {
    std::vector<std::uint8_t> kept;
    std::size_t needed = 0;  // octets: nobody is asked before they are there
  };
  std::array<Waiting, 2> waiting_;
  bool done_ = false;
};

void play_hostile(const std::vector<Record>& records, std::size_t segment_size, unsigned variation) {
  const bool datagrams = !fuzzed.over_tcp || (fuzzed.over_udp && (variation & 1) != 0);
  const unsigned lose_every = variation >> 1 & 7;  // 0: none
  Player player(datagrams ? Transport::udp : Transport::tcp);
  player.cut = variation >> 4;
  unsigned count = 0;
  for (const Record& record : records) {
    if (datagrams) {
      player.datagram(record.speaker, record.bytes);
      continue;
    }
    for (Bytes left = record.bytes; !left.empty();) {
      const Bytes segment = left.first(std::min(segment_size, left.size()));
      if (lose_every != 0 && ++count % (lose_every + 1) == 0)
        player.gap(record.speaker);
      else
        player.stream(record.speaker, segment);
      left = left.subspan(segment.size());
    }
  }
  player.end();
  demand(player.notes.sound, "a stated number is out of range");
}

void compare_segmentations(const std::vector<Record>& records, std::size_t segment_size) {
  Player whole(Transport::tcp), split(Transport::tcp);
  for (const Record& record : records) {
    whole.stream(record.speaker, record.bytes);
    for (Bytes left = record.bytes; !left.empty(); left = left.subspan(std::min(segment_size, left.size())))
      split.stream(record.speaker, left.first(std::min(segment_size, left.size())));
  }
  whole.end();
  split.end();
  demand(whole.notes.sound && split.notes.sound, "a stated number is out of range");
  // After lost framing, where it is found again depends on where segments start. A PDU that never comes whole may be
  // accepted by its head, and be found foreign by who sees more before the rest is known to come.
  const bool never_came = split.foreign && whole.is_waiting();
  if (fuzzed.framing == Framing::binary && !whole.foreign && !whole.notes.lost_sync && !never_came)
    demand(whole.notes.count == split.notes.count && whole.notes.digest == split.notes.digest,
           "segmentation changes what is stated");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader r(Bytes(data, size));
  const std::size_t segment_size = std::size_t{r.u8()} + 1;
  const unsigned variation = r.u8();
  if (!r.ok()) return 0;
  const std::vector<Record> records = records_of(r);

  for (const Record& record : records)
    if (fuzzed.probe != nullptr && !record.bytes.empty()) fuzzed.probe(fuzz::own(record.bytes), record.speaker);

  if (fuzzed.over_tcp) compare_segmentations(records, segment_size);
  play_hostile(records, segment_size, variation);
  return 0;
}
