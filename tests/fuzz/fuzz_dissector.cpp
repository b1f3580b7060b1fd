// One fuzz target for every dissector: compiled once per entry of KAKOI_PROTOCOLS with -DPROTOCOL=name.
//
// Input: segment size | variation | records: length ×2 (little-endian, top bit: sent by the server) | bytes
//
// A record is what one side sends at a time. The conversation is played whole, then with each record
// cut into segments: what is stated must be the same (of binary protocols, as long as framing was
// never lost). Then it is played as `variation` says: as datagrams, with lost segments, with cut PDUs.
// Every text and span is read, so that a view of dead memory shows under AddressSanitizer.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "dissectors/core/dissector.h"

namespace kakoi::PROTOCOL {
extern const Protocol protocol;
}

namespace {

using namespace kakoi;

constexpr const Protocol& kProtocol = PROTOCOL::protocol;

void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(kProtocol.name.size()), kProtocol.name.data(), what);
  std::abort();
}

// Writes every fact down in full.
class Notes final : public Sink {
 public:
  void on_observation(const Context& context, const Observation& fact) override {
    add(static_cast<std::uint64_t>(context.speaker));
    add(fact.index());
    std::visit([this](const auto& f) { note(f); }, fact);
    text += '\n';
  }
  std::string text;
  bool lost_sync = false;

 private:
  void add(std::uint64_t n) { text += std::to_string(n) + ' '; }
  void add(std::string_view s) { (text += s) += ' '; }
  void add(Bytes b) { add(as_text(b)); }
  void add(const Address& a) { add(a.hi), add(a.lo); }
  void add(std::span<const Address> list) {
    for (const Address& a : list) add(a);
  }

  void note(const Operation& f) {
    add(to_string(f.cls)), add(f.function_code), add(f.unit), add(f.peer_unit), add(f.qualifier), add(f.refused);
    if (kProtocol.function_name != nullptr) add(kProtocol.function_name(f.function_code));
  }
  void note(const Identity& f) {
    add(to_string(f.trait)), add(f.text), add(f.method), add(f.confidence), add(f.subject.address);
    add(static_cast<std::uint64_t>(f.subject.who));
    demand(f.confidence <= 100, "confidence above 100");
  }
  void note(const NameLookup& f) { add(f.name), add(f.type), add(to_string(f.outcome)), add(f.addresses); }
  void note(const Credential& f) { add(f.scheme), add(f.user), add(f.secret), add(to_string(f.outcome)); }
  void note(const OpenAccess& f) { add(f.scheme); }
  void note(const SecureSession& f) {
    add(f.version), add(f.offered), add(f.cipher), add(f.server_name), add(f.alpn), add(f.certificate);
  }
  void note(const Lease& f) {
    add(f.client_mac), add(f.client), add(f.server), add(f.routers), add(f.resolvers), add(f.prefix_length);
    add(f.host_name), add(f.vendor_class), add(f.domain), add(f.granted);
  }
  void note(const Binding& f) { add(f.mac), add(f.ip), add(to_string(f.kind)); }
  void note(const Route& f) {
    add(static_cast<std::uint64_t>(f.kind)), add(f.gateway), add(f.destination), add(f.detail);
  }
  void note(const Anomaly& f) {
    add(to_string(f.fault)), add(f.offset);
    lost_sync |= f.fault == Fault::lost_sync;
  }
};

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
  explicit Player(Transport transport) : dissector_(kProtocol.open()) { conversation_.transport = transport; }

  void stream(Role speaker, Bytes segment) {
    auto& kept = kept_[static_cast<std::size_t>(speaker)];
    kept.insert(kept.end(), segment.begin(), segment.end());
    std::size_t at = 0;
    while (at < kept.size() && !done_) {
      // A copy of its own per question, so that a read past the end is seen.
      const std::vector<std::uint8_t> head(kept.begin() + static_cast<std::ptrdiff_t>(at), kept.end());
      const Frame frame = kProtocol.frame(head, speaker);
      if (frame.kind == Frame::Kind::foreign) {
        foreign = true;
        dissector_->on_gap(speaker);
        at = kept.size();
        break;
      }
      demand(frame.size > 0, "a frame of no bytes");
      if (frame.kind == Frame::Kind::more) {
        demand(frame.size > head.size(), "more bytes asked for than are missing");
        if (head.size() < kProtocol.max_pdu) break;
        foreign = true;  // it will never be satisfied
        dissector_->on_gap(speaker);
        at = kept.size();
        break;
      }
      if (frame.size > head.size()) break;
      pdu(speaker, Bytes(head).first(std::min(frame.size, kProtocol.max_pdu)), frame.size);
      at += frame.size;
    }
    kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(std::min(at, kept.size())));
  }

  void datagram(Role speaker, Bytes bytes) {
    if (bytes.empty() || done_ || kProtocol.frame(bytes, speaker).kind != Frame::Kind::whole) return;
    pdu(speaker, bytes, bytes.size());
  }

  void gap(Role speaker) {
    kept_[static_cast<std::size_t>(speaker)].clear();
    dissector_->on_gap(speaker);
  }

  std::size_t cut = 0;  // octets taken from the end of each PDU, as a snap length does
  bool foreign = false;
  Notes notes;

 private:
  void pdu(Role speaker, Bytes bytes, std::size_t wire_size) {
    const Bytes left = bytes.first(bytes.size() - std::min(cut, bytes.size() - 1));
    const std::vector<std::uint8_t> copy(left.begin(), left.end());
    const Context context{&kProtocol, &conversation_, {1, 0, 1}, speaker, {}};
    if (kProtocol.speaker != nullptr) kProtocol.speaker(copy);
    done_ = dissector_->on_pdu({speaker, copy, wire_size}, Emit{context, notes}) == Interest::done;
  }

  Conversation conversation_;
  std::unique_ptr<Dissector> dissector_;
  std::array<std::vector<std::uint8_t>, 2> kept_;
  bool done_ = false;
};

void play_hostile(const std::vector<Record>& records, std::size_t segment_size, unsigned variation) {
  const bool datagrams = (variation & 1) != 0;
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
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader r(Bytes(data, size));
  const std::size_t segment_size = std::size_t{r.u8()} + 1;
  const unsigned variation = r.u8();
  if (!r.ok()) return 0;
  const std::vector<Record> records = records_of(r);

  for (const Record& record : records)
    if (kProtocol.probe != nullptr && !record.bytes.empty()) kProtocol.probe(record.bytes, record.speaker);

  Player whole(Transport::tcp), split(Transport::tcp);
  for (const Record& record : records) {
    whole.stream(record.speaker, record.bytes);
    for (Bytes left = record.bytes; !left.empty(); left = left.subspan(std::min(segment_size, left.size())))
      split.stream(record.speaker, left.first(std::min(segment_size, left.size())));
  }
  // After lost framing, where it is found again depends on where segments start.
  if (kProtocol.framing == Framing::binary && !whole.foreign && !whole.notes.lost_sync)
    demand(whole.notes.text == split.notes.text, "segmentation changes what is stated");

  play_hostile(records, segment_size, variation);
  return 0;
}
