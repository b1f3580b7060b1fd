// A conversation written packet by packet, and what the pipeline makes of captures.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "sensor/pipeline/pipeline.h"
#include "tests/support/packets.h"

namespace kakoi::test {

inline constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;
// Read one holding register of unit 17, and the answer (Modbus Application Protocol V1.1b3 §6.3)
inline const ByteVector kRequest = hex("0001 0000 0006 11 03 006B 0001"), kAnswer = hex("0001 0000 0005 11 03 02 022B");

// A conversation of 10.0.0.1:40000 with 10.0.0.2, written packet by packet.
class Script {
 public:
  explicit Script(std::uint16_t port = 502) : port_(port) {}
  Script& client(std::uint8_t flags, const ByteVector& payload = {}) {
    return add(1, 2, 40000, port_, flags, payload, 0);
  }
  Script& server(std::uint8_t flags, const ByteVector& payload = {}) {
    return add(2, 1, port_, 40000, flags, payload, 1);
  }
  Script& handshake() { return client(kSyn).server(kSyn | kAck).client(kAck); }
  // From here on with checksums, as they are on the wire.
  Script& with_checksums() {
    with_checksums_ = true;
    return *this;
  }
  // The last packet once more before it, with other content and a checksum that does not fit it.
  Script& forged_before(const ByteVector& payload) {
    Record forged = records_.back();
    std::copy(payload.begin(), payload.end(), forged.bytes.end() - static_cast<std::ptrdiff_t>(payload.size()));
    records_.insert(records_.end() - 1, forged);
    return *this;
  }
  Script& frame(const ByteVector& bytes) {
    records_.push_back({++ts_ * 1'000'000, bytes});
    return *this;
  }
  const std::vector<Record>& records() const { return records_; }
  ByteVector file() const { return pcap(records_); }

 private:
  Script& add(std::uint8_t from, std::uint8_t to, std::uint16_t sport, std::uint16_t dport, std::uint8_t flags,
              const ByteVector& payload, std::size_t side) {
    const ByteVector packet = ipv4(from, to, 6, tcp(sport, dport, next_[side], next_[1 - side], flags, payload));
    frame(ethernet(from, to, 0x0800, with_checksums_ ? test::with_checksums(packet) : packet));
    next_[side] += static_cast<std::uint32_t>(payload.size()) + ((flags & (kSyn | kFin)) != 0 ? 1 : 0);
    return *this;
  }
  std::uint16_t port_;
  bool with_checksums_ = false;
  std::int64_t ts_ = 1'700'000'000'000;
  std::array<std::uint32_t, 2> next_{1000, 5000};
  std::vector<Record> records_;
};

inline Observed observed(const std::vector<ByteVector>& files, unsigned threads = 1) {
  const TemporaryFolder folder;
  std::vector<std::filesystem::path> paths;
  for (const ByteVector& bytes : files) paths.push_back(folder.write(std::to_string(paths.size()) + ".pcap", bytes));
  capture::CaptureSet set(paths);
  const SecretKeeper secrets;
  return pipeline::run(set, secrets, {.threads = threads});
}
inline const LinkRow& only_tcp(const Observed& o) {
  const LinkRow* found = nullptr;
  for (const LinkRow& l : o.links)
    if (l.key.transport == Transport::tcp) found = &l;
  EXPECT_TRUE(found);
  return *found;
}
inline LinkState state(const Script& s) { return only_tcp(observed({s.file()})).state; }

}  // namespace kakoi::test
