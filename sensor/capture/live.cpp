#include "sensor/capture/live.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace kakoi::capture {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();
constexpr milliseconds kHoldBack{Ring::kHoldBack};
// While readers join one by one, each takes more than its part, and a packet may be on its way through the kernel.
constexpr milliseconds kJoining{1};
constexpr std::chrono::seconds kDraining{10};  // at most

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// What other captures were made with, and this one.
std::string both(const std::string& before, const std::string& now) {
  if (before == now || now.empty()) return before;
  return before.empty() ? now : before + "; " + now;
}

void count(const RawPacket& packet, CaptureInfo& info) {
  ++info.packets;
  info.bytes += packet.original_length;
  info.file_bytes += packet.data.size();
  if (info.packets == 1) info.begun = packet.ref.ts;
  info.note_time(packet.ref.ts);
}

}  // namespace

LiveSet::LiveSet(const LiveOptions& options) : threads_(options.readers > 1) {
  for (const std::string& name : options.interfaces) open(name, options);
  list_sources();
}

LiveSet::~LiveSet() {
  for (const Source& source : sources_) source.ring->stop();
}

void LiveSet::open(const std::string& name, const LiveOptions& options) {
  auto& interface = *interfaces_.emplace_back(std::make_unique<Interface>());
  const std::size_t bytes = (static_cast<std::size_t>(options.buffer_mib) << 20) / options.readers;
  std::optional<std::uint16_t> group;
  for (unsigned i = 0; i < options.readers; ++i) {
    Ring& ring = *interface.rings.emplace_back(std::make_unique<Ring>(name, options.filter, bytes));
    if (options.readers > 1) group = ring.join(group);
  }
  if (options.readers > 1)
    for (const auto& ring : interface.rings) ring->begin(now() + std::chrono::nanoseconds(kJoining).count());
  interface.info.source = host_name() + ":" + name;
  interface.info.format = "live";
  interface.info.snaplen = Ring::kSnapLength;
  interface.info.filter = options.filter;
  interface.info.link_types = {interface.rings.front()->link_type()};
  interface.info.drops_known = true;
  interface.before = interface.info;
}

void LiveSet::list_sources() {
  sources_.clear();
  for (std::size_t i = 0; i < interfaces_.size(); ++i)
    for (const auto& ring : interfaces_[i]->rings) sources_.push_back({ring.get(), static_cast<std::uint32_t>(i)});
}

void LiveSet::resume(const std::vector<CaptureInfo>& before) {
  for (const auto& interface : interfaces_)
    for (const CaptureInfo& info : before)
      if (info.source == interface->info.source) {
        const std::string filter = both(info.filter, interface->info.filter);
        interface->info = interface->before = info;
        interface->info.filter = filter;
        interface->info.error.clear();
        interface->resumed = info.packets != 0;
      }
  // Rows of before cite captures by position.
  const auto place = [&](const std::unique_ptr<Interface>& x) {
    return std::find_if(before.begin(), before.end(),
                        [&](const CaptureInfo& i) { return i.source == x->info.source; }) -
           before.begin();
  };
  std::stable_sort(interfaces_.begin(), interfaces_.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  list_sources();
}

void LiveSet::start() {
  if (std::exchange(started_, true) || !threads_) return;
  for (const Source& source : sources_)
    source.ring->start([this] {
      const std::lock_guard lock(mutex_);
      news_ = true;
      changed_.notify_one();
    });
}

// Until there is something to read, or a reader has read.
void LiveSet::wait(milliseconds patience) {
  if (threads_) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return news_; });
    news_ = false;
    return;
  }
  std::vector<pollfd> waiting;
  for (const Source& source : sources_)
    if (!source.ring->gone()) waiting.push_back({source.ring->descriptor(), POLLIN, 0});
  if (std::any_of(sources_.begin(), sources_.end(), [](const Source& s) { return s.ring->front() != nullptr; }))
    patience = std::min(patience, kHoldBack);
  ::poll(waiting.data(), waiting.size(), static_cast<int>(patience.count()));
}

std::int64_t LiveSet::heard() const {
  std::int64_t up_to = kEver;
  for (const Source& source : sources_)
    if (!source.ring->gone()) up_to = std::min(up_to, source.ring->heard());
  return up_to;
}

void LiveSet::hand_over(std::int64_t up_to, const Use& use) {
  for (;;) {
    // the earliest; on from there while it stays the earliest
    const Source* best = nullptr;
    std::int64_t others = up_to;
    for (const Source& source : sources_) {
      const RawPacket* const packet = source.ring->front();
      if (!packet || packet->ref.ts > up_to) continue;
      if (!best || packet->ref.ts < best->ring->front()->ref.ts) {
        if (best) others = std::min(others, best->ring->front()->ref.ts);
        best = &source;
      } else {
        others = std::min(others, packet->ref.ts);
      }
    }
    if (!best) return;
    Interface& interface = *interfaces_[best->capture];
    CaptureInfo& info = interface.info;
    // Nobody listened between the last packet of before and the first of now.
    if (std::exchange(interface.resumed, false)) info.runs.begin(best->ring->front()->ref.ts);
    for (const RawPacket* at = best->ring->front(); at && at->ref.ts <= others; at = best->ring->front()) {
      RawPacket packet = *at;
      count(packet, info);
      packet.ref = {packet.ref.ts, best->capture, info.packets};
      use(packet, info, best->ring->memory());
      best->ring->pop();
    }
  }
}

bool LiveSet::poll(milliseconds patience, const Use& use) {
  start();
  if (heard() == kEver) return false;  // all are gone
  wait(patience);
  for (const Source& source : sources_) {
    if (!threads_ && !source.ring->gone()) source.ring->read();
    source.ring->take();
  }
  // Up to where every ring has been heard.
  hand_over(sources_.size() > 1 ? heard() : kEver, use);
  bool healthy = true;
  for (const Source& source : sources_)
    if (source.ring->gone()) healthy = false, interfaces_[source.capture]->info.error = source.ring->error();
  return healthy;
}

void LiveSet::drain(const Use& use) {
  // Packets that arrived up to now may stand in a block that the kernel has not handed out yet.
  const std::int64_t end = now() + std::chrono::nanoseconds(milliseconds(Ring::kWaitForBlock)).count();
  const auto latest = std::chrono::steady_clock::now() + kDraining;
  while (heard() < end && std::chrono::steady_clock::now() < latest)
    if (!poll(kHoldBack, use)) break;
  for (const Source& source : sources_) {
    source.ring->stop();
    source.ring->take();
  }
  hand_over(kEver, use);
}

std::vector<CaptureInfo> LiveSet::infos() {
  std::vector<CaptureInfo> infos;
  for (const auto& interface : interfaces_) {
    std::uint64_t kernel = 0;
    for (const auto& ring : interface->rings) kernel += ring->drops().kernel;
    interface->info.kernel_drops = interface->before.kernel_drops + kernel;
    interface->info.interface_drops = interface->before.interface_drops + interface->rings.front()->drops().interface;
    infos.push_back(interface->info);
  }
  return infos;
}

std::vector<int> LiveSet::descriptors() const {
  std::vector<int> all;
  for (const Source& source : sources_) all.push_back(source.ring->descriptor());
  return all;
}

}  // namespace kakoi::capture
