#include "sensor/flow/segment_window.h"

#include <algorithm>
#include <cstring>

namespace kakoi::flow {
namespace {

// Over the head and the tail only: a control message is compared whole, bulk data by sample.
constexpr std::size_t kSample = 256;

std::uint64_t hash_of(Bytes all) noexcept {
  std::uint64_t h = all.size();
  if (all.size() > kSample) h = mix(h, hash_of(all.last(kSample / 2)));
  const Bytes bytes = all.size() > kSample ? all.first(kSample / 2) : all;
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    h = mix(h, word);
  }
  std::uint64_t tail = 0;
  if (at < bytes.size()) std::memcpy(&tail, bytes.data() + at, bytes.size() - at);
  return mix(h, tail);
}

// How far `sequence` lies behind `from`, modulo 2^32.
constexpr std::int32_t distance(std::uint32_t from, std::uint32_t sequence) noexcept {
  return static_cast<std::int32_t>(sequence - from);
}

}  // namespace

void SegmentWindow::deliver(Bytes bytes, std::uint32_t length, const Carrier& carrier, Output& out) {
  recent_[recent_at_++ % recent_.size()] = {next_, length, hash_of(bytes)};
  next_ += length;
  if (!bytes.empty()) out.on_run(bytes, carrier);
  if (length > bytes.size()) out.on_missing(length - static_cast<std::uint32_t>(bytes.size()), carrier);
}

void SegmentWindow::check_copy(std::uint32_t sequence, Bytes bytes, std::uint32_t length, Counters& counters) const noexcept {
  for (const Recent& r : recent_)
    if (r.sequence == sequence && r.length == length && length == bytes.size() && r.hash != hash_of(bytes)) ++counters.conflicts;
}

void SegmentWindow::declare_gap(Output& out, Counters& counters) {
  const Waiting& first = waiting_.front();
  ++counters.gaps;
  out.on_missing(first.sequence - next_, first.carrier);
  next_ = first.sequence;
  drain(out, counters);
}

void SegmentWindow::drain(Output& out, Counters& counters) {
  std::size_t done = 0;
  for (; done < waiting_.size(); ++done) {
    Waiting& w = waiting_[done];
    const std::int32_t ahead = distance(next_, w.sequence);
    if (ahead > 0) break;
    waiting_bytes_ -= w.bytes.size();
    const auto old = static_cast<std::uint32_t>(-ahead);
    if (old >= w.length) {
      ++counters.retransmissions;
      continue;
    }
    const Bytes bytes(w.bytes);
    deliver(bytes.subspan(std::min<std::size_t>(old, bytes.size())), w.length - old, w.carrier, out);
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
}

void SegmentWindow::segment(std::uint32_t sequence, Bytes bytes, std::uint32_t length, const Carrier& carrier, Output& out,
                            Counters& counters) {
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
    if (!waiting_.empty()) drain(out, counters);
    return;
  }
  if (ahead < 0) {
    const auto old = static_cast<std::uint32_t>(-ahead);
    if (length > 1 || old > 1) ++counters.retransmissions;  // else a keep-alive (RFC 9293 §3.8.4)
    check_copy(sequence, bytes, length, counters);
    if (old >= length) return;
    deliver(bytes.subspan(std::min<std::size_t>(old, bytes.size())), length - old, carrier, out);
    if (!waiting_.empty()) drain(out, counters);
    return;
  }
  const auto at = std::find_if(waiting_.begin(), waiting_.end(),
                               [&](const Waiting& w) { return distance(sequence, w.sequence) >= 0; });
  if (at != waiting_.end() && at->sequence == sequence && at->length >= length) {
    ++counters.retransmissions;
    if (at->bytes.size() < bytes.size() || !std::equal(bytes.begin(), bytes.end(), at->bytes.begin())) ++counters.conflicts;
    return;
  }
  waiting_.insert(at, {sequence, length, {bytes.begin(), bytes.end()}, carrier});
  waiting_bytes_ += bytes.size();
  std::int64_t oldest = carrier.packet.ts;
  for (const Waiting& w : waiting_) oldest = std::min(oldest, w.carrier.packet.ts);
  while (!waiting_.empty() &&
         (waiting_.size() > kMostWaiting || waiting_bytes_ > kMostBytes || carrier.packet.ts - oldest > kLongest)) {
    declare_gap(out, counters);
    oldest = carrier.packet.ts;
  }
}

void SegmentWindow::flush(Output& out, Counters& counters) {
  while (!waiting_.empty()) declare_gap(out, counters);
}

}  // namespace kakoi::flow
