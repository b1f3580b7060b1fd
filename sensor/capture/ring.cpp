#include "sensor/capture/ring.h"

#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace kakoi::capture {
namespace {

constexpr int kMostPerRead = 4096;                          // packets before the others have their turn
constexpr std::size_t kMostWaiting = std::size_t{8} << 20;  // bytes read ahead; beyond, the kernel's buffer fills
constexpr std::int64_t kMillisecond = 1'000'000;

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

Ring::Ring(const std::string& interface, const std::string& filter, std::size_t bytes) : name_(interface) {
  char error[PCAP_ERRBUF_SIZE] = "";
  handle_.reset(pcap_create(name_.c_str(), error));
  pcap_t* const handle = handle_.get();
  if (!handle) fail(name_, error);
  pcap_set_snaplen(handle, kSnapLength);
  pcap_set_promisc(handle, 1);
  pcap_set_timeout(handle, kWaitForBlock);
  pcap_set_buffer_size(handle, static_cast<int>(bytes));
  pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
  if (const int code = pcap_activate(handle); code < 0) fail(name_, reason_of(handle, code));
  nanoseconds_ = pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO;
  link_type_ = link_type_of(handle);
  if (!filter.empty()) {
    bpf_program program{};
    if (pcap_compile(handle, &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
      fail(name_, std::string("the filter is not understood: ") + pcap_geterr(handle));
    const int code = pcap_setfilter(handle, &program);
    pcap_freecode(&program);
    if (code != 0) fail(name_, pcap_geterr(handle));
  }
  if (pcap_setnonblock(handle, 1, error) != 0) fail(name_, error);
}

Ring::~Ring() { stop(); }

// By a hash of addresses and ports that is the same both ways: a conversation stays in one ring, in the order of its
// packets. Fragments go by addresses alone; the kernel does not put them together (PACKET_FANOUT_FLAG_DEFRAG), for what
// was on the wire is to be seen.
std::uint16_t Ring::join(std::optional<std::uint16_t> group) {
  const int socket = pcap_fileno(handle_.get());
  const int mode = PACKET_FANOUT_HASH | (group ? 0 : PACKET_FANOUT_FLAG_UNIQUEID);
  int value = group.value_or(0) | mode << 16;
  socklen_t size = sizeof value;
  if (::setsockopt(socket, SOL_PACKET, PACKET_FANOUT, &value, size) != 0 ||
      ::getsockopt(socket, SOL_PACKET, PACKET_FANOUT, &value, &size) != 0)
    fail(name_, std::string("can't be divided among several readers: ") + std::strerror(errno));
  return static_cast<std::uint16_t>(value & 0xFFFF);
}

void Ring::begin(std::int64_t from) noexcept {
  from_ = from;
  drops();
  drops_ = {};
}

void Ring::on_packet(unsigned char* ring, const pcap_pkthdr* header, const unsigned char* data) {
  reinterpret_cast<Ring*>(ring)->add(*header, data);
}

void Ring::add(const pcap_pkthdr& header, const unsigned char* data) {
  const std::int64_t ts =
      std::int64_t{header.ts.tv_sec} * 1'000'000'000 + std::int64_t{header.ts.tv_usec} * (nanoseconds_ ? 1 : 1000);
  latest_ = std::max(latest_, ts);
  if (ts < from_) return;
  // Packets lie in chunks, as those of files do, because they outlive this call.
  static_assert(kSnapLength <= ByteSource::kChunkSize);
  if (!chunk_ || chunk_->size() - used_ < header.caplen) {
    pass();
    chunk_ = pool_->take();
    used_ = 0;
  }
  std::uint8_t* const place = chunk_->data() + used_;
  std::memcpy(place, data, header.caplen);
  used_ += header.caplen;
  RawPacket packet;
  packet.data = {place, header.caplen};
  packet.original_length = header.len;
  packet.link_type = link_type_;
  packet.ref.ts = ts;
  batch_.packets.push_back(packet);
  batch_.payload += header.caplen;
}

void Ring::pass() {
  if (batch_.packets.empty()) return;
  batch_.memory = chunk_;
  waiting_ += batch_.bytes();
  const std::lock_guard lock(passing_);
  passed_.push_back(std::exchange(batch_, {}));
}

void Ring::read() {
  const std::lock_guard reading(reading_);
  const std::int64_t begun = now();
  const int count = pcap_dispatch(handle_.get(), kMostPerRead, on_packet, reinterpret_cast<unsigned char*>(this));
  pass();
  const std::lock_guard lock(passing_);
  if (count < 0) {
    passed_gone_ = true;
    passed_error_ = std::string("reading stopped: ") + pcap_geterr(handle_.get());
  }
  // Found empty: what came longer ago than the kernel holds packets back has been read.
  const std::int64_t silent = begun - (kWaitForBlock + kLate) * kMillisecond;
  passed_heard_ = std::max({passed_heard_, latest_, count < kMostPerRead ? silent : 0});
}

void Ring::start(std::function<void()> news) {
  news_ = std::move(news);
  thread_ = std::thread([this] { drain(); });
}

void Ring::drain() {
  pollfd waiting{descriptor(), POLLIN, 0};
  bool gone = false;
  while (!stop_ && !gone) {
    if (waiting_ > kMostWaiting) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    ::poll(&waiting, 1, kHoldBack);
    read();
    {
      const std::lock_guard lock(passing_);
      gone = passed_gone_;
    }
    news_();
  }
}

void Ring::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Ring::take() {
  const std::lock_guard lock(passing_);
  std::move(passed_.begin(), passed_.end(), std::back_inserter(held_));
  passed_.clear();
  heard_ = passed_heard_;
  if (passed_gone_ && !gone_) gone_ = true, error_ = passed_error_;
}

void Ring::pop() noexcept {
  if (++next_ < held_.front().packets.size()) return;
  waiting_ -= held_.front().bytes();
  held_.pop_front();
  next_ = 0;
}

Ring::Drops Ring::drops() {
  const std::lock_guard reading(reading_);
  pcap_stat stat{};
  if (pcap_stats(handle_.get(), &stat) == 0) {
    drops_.kernel += stat.ps_drop - std::exchange(kernel_count_, stat.ps_drop);
    drops_.interface += stat.ps_ifdrop - std::exchange(interface_count_, stat.ps_ifdrop);
  }
  return drops_;
}

}  // namespace kakoi::capture
