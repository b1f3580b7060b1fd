// Interfaces instead of files: reads mirror ports through libpcap (TPACKET_V3), merged in time.
//
// Nothing here can send: the handles are only read, and sensor/cli/confinement.h forbids the rest.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sensor/capture/capture_info.h"
#include "sensor/capture/ring.h"
#include "sensor/decode/packet.h"

namespace kakoi::capture {

struct LiveOptions {
  std::vector<std::string> interfaces;
  std::string filter;    // BPF, as tcpdump takes it; "": everything
  int buffer_mib = 64;   // of the kernel, per interface: its readers share it
  unsigned readers = 1;  // per interface; more than one: each a thread of its own behind a part of the packets
};

class LiveSet {
 public:
  using Use = std::function<void(const RawPacket&, CaptureInfo&, const Memory& memory)>;

  // Opens all interfaces, promiscuous, with nanosecond time stamps where they are offered. Throws
  // CaptureError "INTERFACE: reason, and what to do". Needs CAP_NET_RAW; reading on needs nothing.
  explicit LiveSet(const LiveOptions& options);
  ~LiveSet();
  LiveSet(const LiveSet&) = delete;
  LiveSet& operator=(const LiveSet&) = delete;

  // What was read before a restart: counts and packet numbers go on from there. By `source`.
  void resume(const std::vector<CaptureInfo>& before);

  // Waits for packets, `patience` at most, and hands over those that have come, in order of time over
  // all interfaces and readers (as far as the kernel delivers them in time). False when an interface is
  // gone; its info().error then tells. Interrupted by a signal it returns early. The first call starts the
  // readers' threads: confine before.
  bool poll(std::chrono::milliseconds patience, const Use& use);
  // Hands over what arrived up to now: what the kernel, the readers and poll() still hold back.
  void drain(const Use& use);

  // Of each interface, by PacketRef::capture: what was handed over, and drops as the kernel counts them up
  // to now. `source` is HOST:INTERFACE, sha256 stays empty.
  std::vector<CaptureInfo> infos();
  // File descriptors that packets come from, for confinement.
  std::vector<int> descriptors() const;

  static constexpr unsigned kMostReaders = 16;

 private:
  struct Interface {
    CaptureInfo info;
    CaptureInfo before;    // as it was at resume()
    bool resumed = false;  // and no packet came since
    std::vector<std::unique_ptr<Ring>> rings;
  };
  struct Source {
    Ring* ring;
    std::uint32_t capture;
  };
  void open(const std::string& name, const LiveOptions& options);
  void list_sources();
  void start();
  void wait(std::chrono::milliseconds patience);
  std::int64_t heard() const;  // of all rings
  void hand_over(std::int64_t up_to, const Use& use);

  std::vector<std::unique_ptr<Interface>> interfaces_;
  std::vector<Source> sources_;  // all their rings
  bool threads_ = false, started_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool news_ = false;
};

}  // namespace kakoi::capture
