#include "sensor/capture/live.h"

#include <pcap/pcap.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace kakoi::capture {
namespace {

constexpr int kSnapLength = 262144;  // libpcap's own limit for a packet
constexpr int kMostPerRead = 4096;   // packets of one interface before the others have their turn
constexpr int kWaitForBlock = 100;   // ms that the kernel may hold back a block that is not full

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Link types have other numbers in files than in programs for a few old kinds.
std::uint32_t link_type_of(pcap_t* handle) {
  const int type = pcap_datalink(handle);
  return type == DLT_RAW ? 101u : static_cast<std::uint32_t>(type);
}

[[noreturn]] void fail(const std::string& name, const std::string& reason) { throw CaptureError(name + ": " + reason); }

std::string reason_of(pcap_t* handle, int code) {
  const std::string text = pcap_geterr(handle);
  switch (code) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
      return "there is no such interface ('ip link' lists them)";
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return "not permitted; run as root, or give the program CAP_NET_RAW (setcap cap_net_raw+ep)";
    case PCAP_ERROR_IFACE_NOT_UP:
      return "the interface is down ('ip link set dev INTERFACE up')";
    default:
      return text.empty() ? pcap_statustostr(code) : text;
  }
}

}  // namespace

LiveSet::LiveSet(const LiveOptions& options) {
  for (const std::string& name : options.interfaces) {
    char error[PCAP_ERRBUF_SIZE] = "";
    auto& interface = *interfaces_.emplace_back(std::make_unique<Interface>());
    interface.handle = pcap_create(name.c_str(), error);
    pcap_t* const handle = interface.handle;
    if (!handle) fail(name, error);
    pcap_set_snaplen(handle, kSnapLength);
    pcap_set_promisc(handle, 1);
    pcap_set_timeout(handle, kWaitForBlock);
    pcap_set_buffer_size(handle, options.buffer_mib << 20);
    interface.nanoseconds = pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO) == 0;
    if (const int code = pcap_activate(handle); code < 0) fail(name, reason_of(handle, code));
    interface.nanoseconds = pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO;
    if (!options.filter.empty()) {
      bpf_program program{};
      if (pcap_compile(handle, &program, options.filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
        fail(name, std::string("the filter is not understood: ") + pcap_geterr(handle));
      const int code = pcap_setfilter(handle, &program);
      pcap_freecode(&program);
      if (code != 0) fail(name, pcap_geterr(handle));
    }
    if (pcap_setnonblock(handle, 1, error) != 0) fail(name, error);
    interface.info.source = host_name() + ":" + name;
    interface.info.format = "live";
    interface.info.snaplen = kSnapLength;
    interface.info.link_types = {link_type_of(handle)};
    interface.info.drops_known = true;
    interface.before = interface.info;
  }
}

LiveSet::~LiveSet() {
  for (const auto& interface : interfaces_)
    if (interface->handle) pcap_close(interface->handle);
}

void LiveSet::resume(const std::vector<CaptureInfo>& before) {
  for (const auto& interface : interfaces_)
    for (const CaptureInfo& info : before)
      if (info.source == interface->info.source) {
        interface->info = interface->before = info;
        interface->info.error.clear();
      }
  // Rows of before cite captures by position.
  const auto place = [&](const std::unique_ptr<Interface>& x) {
    return std::find_if(before.begin(), before.end(),
                        [&](const CaptureInfo& i) { return i.source == x->info.source; }) -
           before.begin();
  };
  std::stable_sort(interfaces_.begin(), interfaces_.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
}

// Packets lie in chunks, as those of files do, because they outlive this call.
Bytes LiveSet::keep(Bytes bytes) {
  if (!chunk_ || chunk_->size() - used_ < bytes.size()) {
    chunk_ = std::make_shared<Chunk>(std::max(ByteSource::kChunkSize, bytes.size()));
    used_ = 0;
  }
  std::uint8_t* const place = chunk_->data() + used_;
  std::memcpy(place, bytes.data(), bytes.size());
  used_ += bytes.size();
  return {place, bytes.size()};
}

void LiveSet::read(Interface& interface) {
  for (int n = 0; n < kMostPerRead; ++n) {
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    const int code = pcap_next_ex(interface.handle, &header, &data);
    if (code == 0) return;
    if (code < 0) {
      interface.gone = true;
      interface.info.error = std::string("reading stopped: ") + pcap_geterr(interface.handle);
      return;
    }
    CaptureInfo& info = interface.info;
    RawPacket packet;
    packet.data = keep({data, header->caplen});
    packet.original_length = header->len;
    packet.link_type = *info.link_types.begin();
    packet.ref.ts = std::int64_t{header->ts.tv_sec} * 1'000'000'000 +
                    std::int64_t{header->ts.tv_usec} * (interface.nanoseconds ? 1 : 1000);
    packet.ref.number = static_cast<std::uint32_t>(++info.packets);
    info.bytes += header->len;
    info.file_bytes += header->caplen;
    info.truncated += header->caplen < header->len;
    if (info.first_ts == 0 || packet.ref.ts < info.first_ts) info.first_ts = packet.ref.ts;
    info.last_ts = std::max(info.last_ts, packet.ref.ts);
    interface.latest = packet.ref.ts;
    interface.held.push_back({packet, chunk_});
  }
}

void LiveSet::hand_over(std::int64_t up_to, const Use& use) {
  for (;;) {
    std::size_t best = interfaces_.size();
    for (std::size_t i = 0; i < interfaces_.size(); ++i) {
      const auto& held = interfaces_[i]->held;
      if (held.empty() || held.front().packet.ref.ts > up_to) continue;
      if (best == interfaces_.size() || held.front().packet.ref.ts < interfaces_[best]->held.front().packet.ref.ts)
        best = i;
    }
    if (best == interfaces_.size()) return;
    Held next = std::move(interfaces_[best]->held.front());
    interfaces_[best]->held.pop_front();
    next.packet.ref.capture = static_cast<std::uint32_t>(best);
    use(next.packet, interfaces_[best]->info, next.chunk);
  }
}

bool LiveSet::poll(std::chrono::milliseconds patience, const Use& use) {
  std::vector<pollfd> waiting;
  for (const auto& interface : interfaces_)
    if (!interface->gone) waiting.push_back({pcap_get_selectable_fd(interface->handle), POLLIN, 0});
  if (waiting.empty()) return false;
  const bool held = std::any_of(interfaces_.begin(), interfaces_.end(), [](const auto& i) { return !i->held.empty(); });
  if (held) patience = std::min(patience, kHoldBack);
  ::poll(waiting.data(), waiting.size(), static_cast<int>(patience.count()));
  for (const auto& interface : interfaces_)
    if (!interface->gone) read(*interface);
  // Up to where every interface has been heard; a silent one is waited for only so long.
  std::int64_t up_to = std::numeric_limits<std::int64_t>::max();
  if (interfaces_.size() > 1) {
    const std::int64_t silent =
        now() - std::chrono::nanoseconds(kHoldBack + std::chrono::milliseconds(kWaitForBlock)).count();
    for (const auto& interface : interfaces_) up_to = std::min(up_to, std::max(interface->latest, silent));
  }
  hand_over(up_to, use);
  return std::none_of(interfaces_.begin(), interfaces_.end(), [](const auto& i) { return i->gone; });
}

void LiveSet::drain(const Use& use) {
  // Packets that arrived up to now may stand in a block that the kernel has not handed out yet.
  const std::int64_t end = now() + 2 * std::chrono::nanoseconds(std::chrono::milliseconds(kWaitForBlock)).count();
  for (std::int64_t left = end - now(); left > 0; left = end - now())
    if (!poll(std::chrono::milliseconds(left / 1'000'000 + 1), use)) break;
  hand_over(std::numeric_limits<std::int64_t>::max(), use);
}

std::vector<CaptureInfo> LiveSet::infos() {
  std::vector<CaptureInfo> infos;
  for (const auto& interface : interfaces_) {
    pcap_stat stat{};
    if (pcap_stats(interface->handle, &stat) == 0) {
      interface->info.kernel_drops = interface->before.kernel_drops + stat.ps_drop;
      interface->info.interface_drops = interface->before.interface_drops + stat.ps_ifdrop;
    }
    infos.push_back(interface->info);
  }
  return infos;
}

std::vector<int> LiveSet::descriptors() const {
  std::vector<int> all;
  for (const auto& interface : interfaces_) all.push_back(pcap_get_selectable_fd(interface->handle));
  return all;
}

}  // namespace kakoi::capture
