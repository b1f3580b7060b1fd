#include "sensor/capture/packet_store.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>

#include "sensor/capture/byte_source.h"

namespace kakoi::capture {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPrefix = "kakoi-", kSuffix = ".pcapng";

// pcapng blocks (draft-ietf-opsawg-pcapng): type, length, body padded to 32 bits, length again.
class Block {
 public:
  explicit Block(std::uint32_t type) { u32(type), u32(0); }
  void u16(std::uint16_t n) { raw(&n, 2); }
  void u32(std::uint32_t n) { raw(&n, 4); }
  void padded(Bytes bytes) {
    raw(bytes.data(), bytes.size());
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
  }
  void option(std::uint16_t code, Bytes value) {
    u16(code), u16(static_cast<std::uint16_t>(value.size())), padded(value);
  }
  const std::vector<std::uint8_t>& finish() {
    const auto length = static_cast<std::uint32_t>(bytes_.size() + 4);
    u32(length);
    std::memcpy(bytes_.data() + 4, &length, 4);
    return bytes_;
  }

 private:
  void raw(const void* data, std::size_t size) {
    const auto* from = static_cast<const std::uint8_t*>(data);
    bytes_.insert(bytes_.end(), from, from + size);
  }
  std::vector<std::uint8_t> bytes_;  // in this machine's byte order, which the section header tells
};

std::map<std::uint64_t, fs::path> files_in(const fs::path& folder) {
  std::map<std::uint64_t, fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
    std::uint64_t number = 0;
    const char* const end = name.data() + name.size() - kSuffix.size();
    if (const auto [at, bad] = std::from_chars(name.data() + kPrefix.size(), end, number);
        bad == std::errc() && at == end)
      files.emplace(number, entry.path());
  }
  return files;
}

[[noreturn]] void fail(const fs::path& path) { throw CaptureError(path.string() + ": " + std::strerror(errno)); }

}  // namespace

PacketStore::PacketStore(const fs::path& folder, std::uint64_t most)
    : folder_(folder), most_(std::max(most, kSmallest)) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw CaptureError(folder_.string() + ": can't be made: " + error.message());
  if (const auto files = files_in(folder_); !files.empty()) number_ = files.rbegin()->first;
  begin_file();
}

void PacketStore::write(const std::vector<std::uint8_t>& block) {
  if (std::fwrite(block.data(), 1, block.size(), file_.get()) != block.size()) fail(folder_);
  in_file_ += block.size();
}

void PacketStore::begin_file() {
  drop_oldest();
  std::string digits = std::to_string(++number_);
  digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
  const fs::path path = folder_ / (std::string(kPrefix) + digits + std::string(kSuffix));
  file_.reset(std::fopen(path.c_str(), "wbe"));
  if (!file_) fail(path);
  in_file_ = 0;
  described_.clear();
  Block header(0x0A0D0D0A);
  header.u32(0x1A2B3C4D), header.u16(1), header.u16(0);
  header.u32(0xFFFFFFFF), header.u32(0xFFFFFFFF);  // length of the section: not known
  write(header.finish());
}

// Makes room for one more file.
void PacketStore::drop_oldest() {
  const std::uint64_t room = most_ - most_ / kFiles;
  auto files = files_in(folder_);
  std::uint64_t total = 0;
  std::error_code error;
  for (const auto& [number, path] : files) total += fs::file_size(path, error);
  while (total > room && !files.empty()) {
    const auto oldest = files.begin();
    total -= std::min<std::uint64_t>(total, fs::file_size(oldest->second, error));
    fs::remove(oldest->second, error);
    files.erase(oldest);
  }
}

std::uint32_t PacketStore::interface_of(const RawPacket& packet, const CaptureInfo& info) {
  for (std::uint32_t i = 0; i < described_.size(); ++i)
    if (described_[i].capture == packet.ref.capture && described_[i].link_type == packet.link_type) return i;
  Block description(1);
  description.u16(static_cast<std::uint16_t>(packet.link_type)), description.u16(0), description.u32(info.snaplen);
  const std::string name = info.source.substr(0, 200);
  description.option(2, {reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
  constexpr std::uint8_t kNanoseconds[] = {9};
  description.option(9, kNanoseconds);
  description.option(0, {});
  write(description.finish());
  described_.push_back({packet.ref.capture, packet.link_type});
  return static_cast<std::uint32_t>(described_.size() - 1);
}

void PacketStore::add(const RawPacket& packet, const CaptureInfo& info) {
  if (in_file_ >= most_ / kFiles) begin_file();
  const std::uint32_t interface = interface_of(packet, info);
  const auto ts = static_cast<std::uint64_t>(packet.ref.ts);
  Block block(6);
  block.u32(interface), block.u32(static_cast<std::uint32_t>(ts >> 32)), block.u32(static_cast<std::uint32_t>(ts));
  block.u32(static_cast<std::uint32_t>(packet.data.size())), block.u32(packet.original_length);
  block.padded(packet.data);
  write(block.finish());
}

void PacketStore::flush() {
  if (std::fflush(file_.get()) != 0) fail(folder_);
}

}  // namespace kakoi::capture
