// Fuzz target: one direction of a TCP stream, its segments in any order, repeated, overlapping, cut, lost.
//
// Input: first sequence number (4) | started | steps: what | distance ×2 (signed) | length ×2 | time
//
// The stream's bytes follow from their sequence numbers, so each delivered byte can be judged alone:
// it must be the one that belongs at its place, and no place is passed twice.
#include <algorithm>

#include "sensor/flow/segment_window.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace kakoi;
using fuzz::demand;

constexpr std::uint8_t byte_at(std::uint32_t sequence) {
  return static_cast<std::uint8_t>(steady_mix(7, sequence) >> 11);
}

class Stream final : public flow::SegmentWindow::Output {
 public:
  void on_run(Bytes run, const flow::Carrier&) override {
    demand(!run.empty(), "an empty run");
    ++runs;
    bytes += run.size();
    for (const std::uint8_t b : run) {
      demand(forged || b == byte_at(next), "a byte in the wrong place");
      ++next;
    }
  }
  void on_missing(std::uint32_t lost, const flow::Carrier&) override {
    demand(lost != 0, "a gap of no bytes");
    next += lost;
  }
  std::uint32_t next = 0;  // expected
  std::size_t runs = 0, bytes = 0;
  bool forged = false;  // some copies have other content: which one is first is not known here
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using flow::SegmentWindow;
  ByteReader r(Bytes(data, size));
  SegmentWindow window;
  SegmentWindow::Counters counters;
  Stream stream;
  std::uint32_t base = r.le32();  // where the sender is
  const bool started = (r.u8() & 1) != 0;
  if (!r.ok()) return 0;
  if (started) {
    window.start(base);
    stream.next = base;
  }
  flow::Carrier carrier;
  for (int steps = 0; steps < 200 && r.remaining() >= 6; ++steps) {
    const std::uint8_t what = r.u8();
    std::int32_t away = static_cast<std::int16_t>(r.le16());
    const std::uint32_t length = r.le16() % 3000u;
    carrier.packet = {carrier.packet.ts + std::int64_t{r.u8()} * 20'000'000, 0, carrier.packet.number() + 1};
    if ((what & 0xF0) == 0xF0) away *= 1 << 12;  // far away: another life of the connection
    const std::uint32_t sequence = base + static_cast<std::uint32_t>(away);
    if (length == 0) continue;  // the sensor hands over payload alone
    if (!window.started()) stream.next = sequence;

    const std::uint32_t here = (what & 1) != 0 ? length - length * (what >> 4) / 16 : length;  // snap length
    std::vector<std::uint8_t> bytes(here);
    for (std::uint32_t i = 0; i < here; ++i) bytes[i] = byte_at(sequence + i);
    if ((what & 2) != 0 && !bytes.empty()) {
      bytes[bytes.size() / 2] ^= 1;
      stream.forged = true;
    }
    window.segment(sequence, bytes, length, carrier, stream, counters);
    if ((what & 4) != 0) base = sequence + length;
    if ((what & 8) == 0) continue;

    stream.runs = stream.bytes = 0;
    window.flush(stream, counters);
    demand(stream.runs <= SegmentWindow::kMostWaiting, "more segments wait than allowed");
    demand(stream.bytes <= SegmentWindow::kMostBytes, "more bytes wait than allowed");
  }
  stream.runs = stream.bytes = 0;
  window.flush(stream, counters);
  demand(stream.runs <= SegmentWindow::kMostWaiting, "more segments wait than allowed");
  demand(stream.bytes <= SegmentWindow::kMostBytes, "more bytes wait than allowed");
  return 0;
}
