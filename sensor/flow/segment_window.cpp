#include "sensor/flow/segment_window.h"

#include <algorithm>
#include <cstring>

namespace kakoi::flow {
namespace {

// Over the head and the tail only: a control message is compared whole, bulk data by sample. What it misses shows in
// results, so it misses the same in every process.
constexpr std::size_t kSample = 256;

std::uint64_t hash_of(Bytes all) noexcept {
  std::uint64_t h = all.size();
  if (all.size() > kSample) h = steady_mix(h, hash_of(all.last(kSample / 2)));
  const Bytes bytes = all.size() > kSample ? all.first(kSample / 2) : all;
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    h = steady_mix(h, word);
  }
  std::uint64_t tail = 0;
  if (at < bytes.size()) std::memcpy(&tail, bytes.data() + at, bytes.size() - at);
  return steady_mix(h, tail);
}

// 16 bits of content over 16 of the length.
constexpr std::uint32_t kLengths = 1 << 16;
std::uint32_t mark_of(Bytes bytes, std::uint32_t length) noexcept {
  return static_cast<std::uint32_t>(hash_of(bytes) >> 32) / kLengths * kLengths | length % kLengths;
}

// How far `sequence` lies behind `from`, modulo 2^32.
constexpr std::int32_t distance(std::uint32_t from, std::uint32_t sequence) noexcept {
  return static_cast<std::int32_t>(sequence - from);
}

}  // namespace

void SegmentWindow::remember(Bytes bytes, std::uint32_t length) noexcept {
  recent_[recent_at_++ % recent_.size()] = {next_, mark_of(bytes, length)};
  next_ += length;
}

void SegmentWindow::deliver(Bytes bytes, std::uint32_t length, const Carrier& carrier, Output& out) {
  remember(bytes, length);
  if (!bytes.empty()) out.on_run(bytes, carrier);
  if (length > bytes.size()) out.on_missing(length - static_cast<std::uint32_t>(bytes.size()), carrier);
}

void SegmentWindow::check_copy(std::uint32_t sequence, Bytes bytes, std::uint32_t length,
                               Counters& counters) const noexcept {
  if (length != bytes.size()) return;
  // Copies of another extent are no copies, as far as this memory goes.
  const std::uint32_t mark = mark_of(bytes, length);
  for (const Recent& r : recent_)
    if (r.sequence == sequence && r.mark != mark && r.mark % kLengths == mark % kLengths) ++counters.conflicts;
}

void SegmentWindow::declare_gap(Output& out, Counters& counters) {
  const Waiting& first = waiting_->segments.front();
  ++counters.gaps;
  const std::uint32_t lost = first.sequence - next_;
  next_ = first.sequence;
  out.on_missing(lost, first.carrier);
  drain(out, counters);
}

void SegmentWindow::drain(Output& out, Counters& counters) {
  std::vector<Waiting>& segments = waiting_->segments;
  std::size_t done = 0;
  for (; done < segments.size(); ++done) {
    Waiting& w = segments[done];
    const std::int32_t ahead = distance(next_, w.sequence);
    if (ahead > 0) break;
    waiting_->bytes -= w.bytes.size();
    const auto old = static_cast<std::uint32_t>(-ahead);
    if (old >= w.length) {
      ++counters.retransmissions;
      continue;
    }
    const Bytes bytes(w.bytes);
    deliver(bytes.subspan(std::min<std::size_t>(old, bytes.size())), w.length - old, w.carrier, out);
  }
  segments.erase(segments.begin(), segments.begin() + static_cast<std::ptrdiff_t>(done));
  if (segments.empty()) waiting_.reset();
}

void SegmentWindow::segment(std::uint32_t sequence, Bytes bytes, std::uint32_t length, const Carrier& carrier,
                            Output& out, Counters& counters) {
  if (!known_) start(sequence);
  std::int32_t ahead = distance(next_, sequence);
  if (ahead > kFarAway || ahead < -kFarAway) {
    // Another life of the connection that was missed, or a stray: begin anew here, unless what waits
    // leads there.
    flush(out, counters);
    ahead = distance(next_, sequence);
    if (ahead > kFarAway || ahead < -kFarAway) {
      ++counters.gaps;
      out.on_missing(static_cast<std::uint32_t>(ahead), carrier);
      next_ = sequence;
      ahead = 0;
    }
  }
  if (ahead == 0) {
    deliver(bytes, length, carrier, out);
    if (waiting_) drain(out, counters);
    return;
  }
  if (ahead < 0) {
    const auto old = static_cast<std::uint32_t>(-ahead);
    if (length > 1 || old > 1) ++counters.retransmissions;  // else a keep-alive (RFC 9293 §3.8.4)
    check_copy(sequence, bytes, length, counters);
    if (old >= length) return;
    deliver(bytes.subspan(std::min<std::size_t>(old, bytes.size())), length - old, carrier, out);
    if (waiting_) drain(out, counters);
    return;
  }
  if (!waiting_) waiting_ = std::make_unique<Queue>();
  std::vector<Waiting>& segments = waiting_->segments;
  const auto at = std::find_if(segments.begin(), segments.end(),
                               [&](const Waiting& w) { return distance(sequence, w.sequence) >= 0; });
  if (at != segments.end() && at->sequence == sequence && at->length >= length) {
    ++counters.retransmissions;
    if (at->bytes.size() < bytes.size() || !std::equal(bytes.begin(), bytes.end(), at->bytes.begin()))
      ++counters.conflicts;
    return;
  }
  segments.insert(at, {sequence, length, {bytes.begin(), bytes.end()}, carrier});
  waiting_->bytes += bytes.size();
  std::int64_t oldest = carrier.packet.ts;
  for (const Waiting& w : segments) oldest = std::min(oldest, w.carrier.packet.ts);
  while (waiting_ && (waiting_->segments.size() > kMostWaiting || waiting_->bytes > kMostBytes ||
                      carrier.packet.ts - oldest > kLongest)) {
    declare_gap(out, counters);
    oldest = carrier.packet.ts;
  }
}

void SegmentWindow::flush(Output& out, Counters& counters) {
  while (waiting_) declare_gap(out, counters);
}

}  // namespace kakoi::flow
