#include "tests/support/dialogues.h"

#include <map>
#include <memory>
#include <tuple>

#include "sensor/capture/capture_set.h"
#include "sensor/control/control.h"
#include "sensor/decode/decode.h"
#include "sensor/flow/flow_table.h"
#include "tests/support/notes.h"

namespace kakoi::test {
namespace {

constexpr std::uint8_t kSyn = 2, kAck = 16;

struct Heard final : flow::SegmentWindow::Output {
  Dialogue dialogue{};
  std::array<flow::SegmentWindow, 2> windows;
  std::array<std::uint32_t, 2> initial{};
  int side = 0;
  bool lost = false;

  void on_run(Bytes run, const flow::Carrier&) override {
    if (!lost) dialogue.turns.push_back({side, {run.begin(), run.end()}});
  }
  void on_missing(std::uint32_t, const flow::Carrier&) override { lost = true; }

  void add(const Decoded& p, int from, const PacketRef& ref) {
    side = from;
    if (!p.is_tcp()) return p.payload.empty() ? void() : on_run(p.payload, {});
    const auto s = static_cast<std::size_t>(from);
    if ((p.tcp_flags & kSyn) != 0) {
      windows[s].start(p.sequence + 1);
      initial[s] = p.sequence;
      dialogue.ends.client = (p.tcp_flags & kAck) != 0 ? 1 - from : from;
    } else if (p.payload_length > 0) {
      flow::SegmentWindow::Counters counters;
      windows[s].segment(p.sequence, p.payload, p.payload_length, {ref, {}}, *this, counters);
    }
  }
};

// Says who of all candidates recognises the dialogue, if anybody does.
void identify(Dialogue& d) {
  flow::Session session(d.ends, all_candidates());
  Notes ignored;
  Listener listener(ignored);
  std::array<std::uint32_t, 2> next{};
  for (const Turn& t : d.turns) {
    const auto size = static_cast<std::uint32_t>(t.bytes.size());
    std::uint32_t& sequence = next[static_cast<std::size_t>(t.side)];
    if (d.ends.transport == Transport::udp)
      session.datagram(t.side, t.bytes, size, {}, listener);
    else
      session.segment(t.side, sequence, t.bytes, size, {}, listener);
    sequence += size;
    if (listener.protocol != nullptr) break;
  }
  d.protocol = listener.protocol;
  if (d.protocol == nullptr) return;
  const kakoi::Conversation& c = session.conversation();
  d.client = d.ends.address[0] == c.client && d.ends.port[0] == c.client_port ? 0 : 1;
}

}  // namespace

std::span<const Protocol* const> all_candidates() {
  static const std::vector<const Protocol*> all = [] {
    std::vector<const Protocol*> list(protocols().begin(), protocols().end());
    list.insert(list.end(), control_protocols().begin(), control_protocols().end());
    return list;
  }();
  return all;
}

std::vector<Dialogue> read_dialogues(const std::vector<std::filesystem::path>& captures, std::vector<Record>* frames) {
  std::vector<std::unique_ptr<Heard>> heard;
  std::map<std::tuple<Address, Address, std::uint32_t, std::uint16_t, std::uint16_t, Transport>, Heard*> open;
  capture::CaptureSet set(captures);
  while (const RawPacket* raw = set.next()) {
    const Record record{raw->ref.ts, {raw->data.begin(), raw->data.end()}, raw->original_length};
    if (frames != nullptr) frames->push_back(record);
    Decoded p;
    decode::decode(*raw, p);
    if (!p.has_ports) continue;
    const auto [key, side] = flow::key_of(p);
    Heard*& h = open[{key.a, key.b, key.vlan, key.port_a, key.port_b, key.transport}];
    const bool opens = p.is_tcp() && (p.tcp_flags & (kSyn | kAck)) == kSyn;
    if (h == nullptr || (opens && h->initial[static_cast<std::size_t>(side)] != p.sequence)) {
      h = heard.emplace_back(std::make_unique<Heard>()).get();
      h->dialogue.ends = {{key.a, key.b}, {key.port_a, key.port_b}, key.transport, key.vlan, -1};
    }
    h->dialogue.frames.push_back(record);
    h->add(p, side, raw->ref);
  }
  std::vector<Dialogue> found;
  for (const auto& h : heard) {
    identify(h->dialogue);
    if (h->dialogue.protocol != nullptr) found.push_back(std::move(h->dialogue));
  }
  return found;
}

}  // namespace kakoi::test
