// Interfaces instead of files: reads mirror ports through libpcap (TPACKET_V3), merged in time.
//
// Nothing here can send: the handles are only read, and sensor/cli/confinement.h forbids the rest.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sensor/capture/byte_source.h"
#include "sensor/capture/capture_info.h"
#include "sensor/decode/packet.h"

struct pcap;

namespace kakoi::capture {

struct LiveOptions {
  std::vector<std::string> interfaces;
  std::string filter;   // BPF, as tcpdump takes it; "": everything
  int buffer_mib = 64;  // of the kernel, per interface
};

class LiveSet {
 public:
  using Use = std::function<void(const RawPacket&, CaptureInfo&, const std::shared_ptr<const void>& memory)>;

  // Opens all interfaces, promiscuous, with nanosecond time stamps where they are offered. Throws
  // CaptureError "INTERFACE: reason, and what to do". Needs CAP_NET_RAW; reading on needs nothing.
  explicit LiveSet(const LiveOptions& options);
  ~LiveSet();
  LiveSet(const LiveSet&) = delete;
  LiveSet& operator=(const LiveSet&) = delete;

  // What was read before a restart: counts and packet numbers go on from there. By `source`.
  void resume(const std::vector<CaptureInfo>& before);

  // Waits for packets, `patience` at most, and hands over those that have come, in order of time over
  // all interfaces (as far as they arrive within kHoldBack of each other). False when an interface is
  // gone; its info().error then tells. Interrupted by a signal it returns early.
  bool poll(std::chrono::milliseconds patience, const Use& use);
  // Hands over what arrived up to now: what the kernel and poll() still hold back.
  void drain(const Use& use);

  // Of each interface, by PacketRef::capture; drops as the kernel counts them up to now. `source` is
  // HOST:INTERFACE, sha256 stays empty.
  std::vector<CaptureInfo> infos();
  // File descriptors that packets come from, for confinement.
  std::vector<int> descriptors() const;

  static constexpr std::chrono::milliseconds kHoldBack{20};

 private:
  struct Held {
    RawPacket packet;  // data points into chunk
    std::shared_ptr<Chunk> chunk;
  };
  struct Interface {
    pcap* handle = nullptr;
    CaptureInfo info;
    CaptureInfo before;  // as it was at resume()
    std::deque<Held> held;
    std::int64_t latest = 0;  // time stamp, ns
    bool nanoseconds = false;
    bool gone = false;
  };
  void read(Interface& interface);
  void hand_over(std::int64_t up_to, const Use& use);
  Bytes keep(Bytes bytes);

  std::vector<std::unique_ptr<Interface>> interfaces_;
  std::shared_ptr<Chunk> chunk_;
  std::size_t used_ = 0;  // of chunk_
};

}  // namespace kakoi::capture
