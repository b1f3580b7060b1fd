// One of the kernel's rings of an interface (TPACKET_V3, through libpcap) and what was read from it, in batches that
// share their memory. Several rings divide the packets of an interface among them (PACKET_FANOUT).
//
// read() is for one thread, the caller's or the ring's own; everything else is for the caller's.
#pragma once

#include <pcap/pcap.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sensor/capture/chunk_pool.h"
#include "sensor/decode/packet.h"

namespace kakoi::capture {

class Ring {
 public:
  // Opens it, promiscuous, with nanosecond time stamps where they are offered; `bytes`: of the kernel's buffer. Throws
  // CaptureError "INTERFACE: reason, and what to do". Needs CAP_NET_RAW; reading on needs nothing.
  Ring(const std::string& interface, const std::string& filter, std::size_t bytes);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // Takes its part of the packets only: joins the group of that number, or founds one that nobody else has. Returns the
  // number, which may be 0.
  std::uint16_t join(std::optional<std::uint16_t> group);
  // Passes over what comes before this time, ns.
  void begin(std::int64_t from) noexcept;

  // Takes what the kernel has, up to a bound.
  void read();
  // Reads on a thread of its own from now on; `news` is called there after each round.
  void start(std::function<void()> news);
  void stop();  // and waits for that thread

  // To be called before front(): what was read up to now.
  void take();
  // The oldest packet taken, or null; number and capture are not filled in.
  const RawPacket* front() const noexcept { return held_.empty() ? nullptr : &held_.front().packets[next_]; }
  const Memory& memory() const noexcept { return held_.front().memory; }  // of front()
  void pop() noexcept;
  // Every packet up to this time has been taken, as far as the kernel keeps the order of time.
  std::int64_t heard() const noexcept { return heard_; }
  bool gone() const noexcept { return gone_; }
  const std::string& error() const noexcept { return error_; }  // why it is gone

  struct Drops {
    std::uint64_t kernel = 0, interface = 0;  // interface: of all its rings together
  };
  Drops drops();  // as the kernel counts them up to now
  std::uint32_t link_type() const noexcept { return link_type_; }
  int descriptor() const { return pcap_get_selectable_fd(handle_.get()); }

  static constexpr std::uint32_t kSnapLength = 262144;  // libpcap's own limit for a packet
  static constexpr int kWaitForBlock = 100;             // ms that the kernel may hold back a block that is not full
  static constexpr int kHoldBack = 20;                  // ms between two looks at a ring
  // ms for which the kernel may be late with that: its timers, and those of a host whose guest it is, are when loaded.
  static constexpr int kLate = 400;

 private:
  struct Batch {
    Memory memory;
    std::vector<RawPacket> packets;  // not empty; data points into memory
    std::size_t bytes() const noexcept { return packets.size() * sizeof(RawPacket) + payload; }
    std::size_t payload = 0;
  };
  struct Close {
    void operator()(pcap_t* handle) const noexcept { pcap_close(handle); }
  };
  static void on_packet(unsigned char* ring, const pcap_pkthdr* header, const unsigned char* data);
  void add(const pcap_pkthdr& header, const unsigned char* data);
  void pass();  // batch_
  void drain();

  std::string name_;
  std::unique_ptr<pcap_t, Close> handle_;
  std::uint32_t link_type_ = 0;
  bool nanoseconds_ = false;
  std::int64_t from_ = 0;
  Drops drops_;
  std::uint32_t kernel_count_ = 0, interface_count_ = 0;  // as libpcap had them last; they wrap

  // Of the reader.
  std::mutex reading_;  // a round, or a look at the counters of libpcap
  Batch batch_;         // being filled
  std::shared_ptr<ChunkPool> pool_ = std::make_shared<ChunkPool>();
  std::shared_ptr<Chunk> chunk_;
  std::size_t used_ = 0;     // of chunk_
  std::int64_t latest_ = 0;  // time stamp, ns
  std::thread thread_;
  std::function<void()> news_;
  std::atomic<bool> stop_ = false;

  // From the reader to the caller.
  std::atomic<std::size_t> waiting_ = 0;  // bytes
  std::mutex passing_;
  std::deque<Batch> passed_;
  std::int64_t passed_heard_ = 0;
  bool passed_gone_ = false;
  std::string passed_error_;

  // Of the caller.
  std::deque<Batch> held_;
  std::size_t next_ = 0;  // in the first
  std::int64_t heard_ = 0;
  bool gone_ = false;
  std::string error_;
};

}  // namespace kakoi::capture
