#include "sensor/capture/packet_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

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
  // Two would overwrite each other's files. A file system without locks goes without.
  lock_.number = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_.number >= 0 && ::flock(lock_.number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw CaptureError(folder_.string() + ": another kakoi keeps packets there; name another folder");
  if (const auto files = files_in(folder_); !files.empty()) number_ = files.rbegin()->first;
  begin_file();
}

PacketStore::Descriptor::~Descriptor() {
  if (number >= 0) ::close(number);
}

void PacketStore::put(Bytes bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) fail(folder_);
  in_file_ += bytes.size();
}

void PacketStore::begin_file() {
  drop_oldest();
  std::string digits = std::to_string(++number_);
  digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
  const fs::path path = folder_ / (std::string(kPrefix) + digits + std::string(kSuffix));
  file_.reset(std::fopen(path.c_str(), "wbe"));
  if (!file_) fail(path);
  in_file_ = 0;
  writer_.emplace([this](Bytes bytes) { put(bytes); });
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

void PacketStore::add(const RawPacket& packet, const CaptureInfo& info) {
  if (in_file_ >= most_ / kFiles) begin_file();
  writer_->add(packet, info);
}

void PacketStore::flush() {
  if (std::fflush(file_.get()) != 0) fail(folder_);
}

}  // namespace kakoi::capture
