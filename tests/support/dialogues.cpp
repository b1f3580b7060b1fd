#include "tests/support/dialogues.h"

#include <algorithm>
#include <fstream>
#include <iterator>
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

std::vector<Dialogue> read_seeds(const std::filesystem::path& folder, const Protocol& protocol) {
  constexpr std::uint16_t kClientPort = 50000, kAnyPort = 40000, kServer = 0x8000;
  constexpr std::uint8_t kClient[] = {10, 0, 0, 1}, kHost[] = {10, 0, 0, 2};
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(folder)) return {};
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Dialogue> found;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    ByteReader r(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    r.skip(1);  // segment size
    const bool odd = (r.u8() & 1) != 0, datagrams = !protocol.over_tcp || (protocol.over_udp && odd);
    Dialogue d{};
    d.ends.address = {Address::ipv4(kClient), Address::ipv4(kHost)};
    d.ends.port = {kClientPort, protocol.ports.empty() ? kAnyPort : protocol.ports.front()};
    d.ends.transport = datagrams ? Transport::udp : Transport::tcp;
    d.ends.client = datagrams ? -1 : 0;
    while (r.remaining() > 2) {
      const std::uint16_t head = r.le16();
      const Bytes bytes = r.take(std::min<std::size_t>(head & ~kServer, r.remaining()));
      if (!bytes.empty()) d.turns.push_back({(head & kServer) != 0 ? 1 : 0, {bytes.begin(), bytes.end()}});
    }
    identify(d);
    if (d.protocol == &protocol) found.push_back(std::move(d));
  }
  return found;
}

}  // namespace kakoi::test
