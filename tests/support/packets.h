// Frames and capture files composed for tests, and folders that go away again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/observe.h"

namespace kakoi::test {

using ByteVector = std::vector<std::uint8_t>;

ByteVector operator+(ByteVector left, const ByteVector& right);

// Ethernet II with MACs 02:00:00:00:00:<from> and <to>.
ByteVector ethernet(std::uint8_t from, std::uint8_t to, std::uint16_t ethertype, const ByteVector& payload);
// 10.0.0.<from> to 10.0.0.<to>, TTL 64, header checksum left 0.
ByteVector ipv4(std::uint8_t from, std::uint8_t to, std::uint8_t protocol, const ByteVector& payload);
ByteVector udp(std::uint16_t from, std::uint16_t to, const ByteVector& payload);
ByteVector tcp(std::uint16_t from, std::uint16_t to, std::uint32_t sequence, std::uint32_t acknowledgement,
               std::uint8_t flags, const ByteVector& payload = {});

// The IPv4 packet with its header checksum and that of TCP, UDP or ICMP, added up octet pair by octet pair (RFC 1071).
ByteVector with_checksums(ByteVector packet);

struct Record {
  std::int64_t ts;  // ns
  ByteVector bytes;
  std::uint32_t original_length = 0;  // 0: as bytes
};
// A pcap file's bytes: nanosecond magic or microsecond, either byte order.
ByteVector pcap(const std::vector<Record>& records, bool nanoseconds = true, bool big_endian = false,
                std::uint32_t link_type = 1);

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path write(const std::string& name, const ByteVector& bytes) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace kakoi::test
