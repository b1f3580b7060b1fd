#include "tests/support/packets.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace kakoi::test {
namespace {

void put16(ByteVector& out, std::uint32_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}
void put32(ByteVector& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xFFFF);
}
void put32(ByteVector& out, std::uint32_t value, bool big_endian) {
  if (!big_endian) value = __builtin_bswap32(value);
  put32(out, value);
}

}  // namespace

ByteVector operator+(ByteVector left, const ByteVector& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

ByteVector ethernet(std::uint8_t from, std::uint8_t to, std::uint16_t ethertype, const ByteVector& payload) {
  ByteVector frame{2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from};
  put16(frame, ethertype);
  return frame + payload;
}

ByteVector ipv4(std::uint8_t from, std::uint8_t to, std::uint8_t protocol, const ByteVector& payload) {
  ByteVector packet{0x45, 0};
  put16(packet, static_cast<std::uint32_t>(20 + payload.size()));
  put32(packet, 0);  // identification, fragment
  packet.push_back(64);
  packet.push_back(protocol);
  put16(packet, 0);
  return packet + ByteVector{10, 0, 0, from, 10, 0, 0, to} + payload;
}

ByteVector udp(std::uint16_t from, std::uint16_t to, const ByteVector& payload) {
  ByteVector segment;
  put16(segment, from);
  put16(segment, to);
  put16(segment, static_cast<std::uint32_t>(8 + payload.size()));
  put16(segment, 0);
  return segment + payload;
}

ByteVector tcp(std::uint16_t from, std::uint16_t to, std::uint32_t sequence, std::uint32_t acknowledgement,
               std::uint8_t flags, const ByteVector& payload) {
  ByteVector segment;
  put16(segment, from);
  put16(segment, to);
  put32(segment, sequence);
  put32(segment, acknowledgement);
  segment.push_back(0x50);
  segment.push_back(flags);
  put16(segment, 64240);
  put32(segment, 0);  // checksum, urgent pointer
  return segment + payload;
}

ByteVector with_checksums(ByteVector packet) {
  const auto sum = [&](std::size_t from, std::size_t to, std::uint32_t start) {
    for (std::size_t i = from; i < to; ++i) start += i % 2 == from % 2 ? packet[i] * 256u : packet[i];
    while (start > 0xFFFF) start = start % 0x10000 + start / 0x10000;
    return 0xFFFF - start;
  };
  const auto put = [&](std::size_t at, std::uint32_t value) {
    packet[at] = static_cast<std::uint8_t>(value / 256);
    packet[at + 1] = static_cast<std::uint8_t>(value % 256);
  };
  const std::uint32_t protocol = packet[9], length = static_cast<std::uint32_t>(packet.size()) - 20;
  const std::size_t field = protocol == 6 ? 36 : protocol == 17 ? 26 : 22;
  put(10, 0);
  put(10, sum(0, 20, 0));
  put(field, 0);
  const std::uint32_t pseudo = protocol == 1 ? 0 : 0xFFFF - sum(12, 20, protocol + length);
  put(field, sum(20, packet.size(), pseudo));
  return packet;
}

ByteVector pcap(const std::vector<Record>& records, bool nanoseconds, bool big_endian, std::uint32_t link_type) {
  ByteVector file;
  put32(file, nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4, big_endian);
  if (big_endian) {
    put16(file, 2);
    put16(file, 4);
  } else {
    file.insert(file.end(), {2, 0, 4, 0});
  }
  put32(file, 0, big_endian);
  put32(file, 0, big_endian);
  put32(file, 65535, big_endian);
  put32(file, link_type, big_endian);
  for (const Record& r : records) {
    put32(file, static_cast<std::uint32_t>(r.ts / 1'000'000'000), big_endian);
    put32(file, static_cast<std::uint32_t>(r.ts % 1'000'000'000 / (nanoseconds ? 1 : 1000)), big_endian);
    put32(file, static_cast<std::uint32_t>(r.bytes.size()), big_endian);
    put32(file, r.original_length ? r.original_length : static_cast<std::uint32_t>(r.bytes.size()), big_endian);
    file.insert(file.end(), r.bytes.begin(), r.bytes.end());
  }
  return file;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "kakoi-test-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path_ = name;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}
std::filesystem::path TemporaryFolder::write(const std::string& name, const ByteVector& bytes) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return file;
}

}  // namespace kakoi::test
