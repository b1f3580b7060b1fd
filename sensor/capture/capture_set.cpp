#include "sensor/capture/capture_set.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

namespace kakoi::capture {

namespace fs = std::filesystem;

// A file that nothing can be read of: that it was given, and why.
static CaptureInfo refused(const fs::path& path, std::string_view why) {
  CaptureInfo info;
  info.source = path == "-" ? "standard input" : path.filename().string();
  const std::string prefix = path.string() + ": ";
  info.error = why.starts_with(prefix) ? why.substr(prefix.size()) : why;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return info;
  try {
    RawFile raw(path);
    info.sha256 = raw.sha256();
    info.file_bytes = raw.bytes_read();
  } catch (const CaptureError&) {
    // then neither is known
  }
  return info;
}

CaptureSet::CaptureSet(const std::vector<fs::path>& files) {
  for (const fs::path& path : files) {
    try {
      std::error_code error;
      const bool stored = path != "-" && fs::is_regular_file(path, error);
      auto file = std::make_unique<CaptureFile>(path, stored ? Hashing::no : Hashing::yes);
      const RawPacket* first = file->peek();
      const std::uint64_t size = stored ? fs::file_size(path, error) : 0;
      Entry entry{
          path, first ? first->ref.ts : std::numeric_limits<std::int64_t>::min(), error ? 0 : size, nullptr, {}};
      entry.is_packed = file->is_packed();
      if (!stored) entry.file = std::move(file);  // a pipe can't be opened again
      bytes_total_ += entry.size;
      entries_.push_back(std::move(entry));
    } catch (const CaptureError& error) {
      problems_.push_back(error.what());
      refused_.push_back(refused(path, error.what()));
    }
  }
  std::sort(refused_.begin(), refused_.end(), [](const CaptureInfo& a, const CaptureInfo& b) {
    return std::tie(a.source, a.sha256) < std::tie(b.source, b.sha256);
  });
  sort();
  drop_copies();
}

// By what does not depend on where the files lie. Only where all else is the same do their octets decide.
void CaptureSet::sort() {
  const auto key = [](const Entry& e) { return std::tuple(e.first_ts, e.path.filename(), e.size); };
  std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  for (auto from = entries_.begin(), to = from; from != entries_.end(); from = to) {
    to = std::find_if(from, entries_.end(), [&](const Entry& e) { return key(e) != key(*from); });
    if (to - from < 2) continue;
    std::map<fs::path, std::string> hashes;
    for (auto entry = from; entry != to; ++entry) {
      try {
        if (!entry->file) hashes[entry->path] = ByteSource(entry->path).sha256();
      } catch (const CaptureError&) {
        // reading it for its packets will tell
      }
    }
    std::sort(from, to, [&](const Entry& a, const Entry& b) {
      return std::tie(hashes[a.path], a.path) < std::tie(hashes[b.path], b.path);
    });
  }
}

// Octet by octet, unpacked; the first that differs ends it.
static bool same_content(const fs::path& a, const fs::path& b) {
  ByteSource one(a, Hashing::no), other(b, Hashing::no);
  for (;;) {
    const Bytes here = one.peek(ByteSource::kLargestRecord), there = other.peek(ByteSource::kLargestRecord);
    if (!std::ranges::equal(here, there)) return false;
    if (here.empty()) return one.fault().empty() && other.fault().empty();
    one.consume(here.size());
    other.consume(there.size());
  }
}

// Only files that agree in their first packet can be copies, and in their size unless one is packed, so only those are
// read twice.
void CaptureSet::drop_copies() {
  std::vector<Entry> kept;
  std::vector<std::string> hashes;  // of kept, as far as needed
  for (Entry& entry : entries_) {
    bool copy = false;
    std::string hash;
    for (std::size_t i = kept.size(); i-- > 0 && kept[i].first_ts == entry.first_ts && !copy;) {
      if (entry.file || kept[i].file) continue;
      try {
        if (entry.is_packed || kept[i].is_packed) {
          copy = same_content(kept[i].path, entry.path);
          continue;
        }
        if (kept[i].size != entry.size) continue;
        if (hashes[i].empty()) hashes[i] = ByteSource(kept[i].path).sha256();
        if (hash.empty()) hash = ByteSource(entry.path).sha256();
        copy = hash == hashes[i];
      } catch (const CaptureError&) {
        // reading it for its packets will tell
      }
    }
    if (copy) {
      bytes_total_ -= entry.size;
      continue;
    }
    kept.push_back(std::move(entry));
    hashes.push_back(std::move(hash));
  }
  entries_ = std::move(kept);
}

CaptureFile* CaptureSet::open(std::uint32_t index) {
  Entry& entry = entries_[index];
  try {
    if (!entry.file) entry.file = std::make_unique<CaptureFile>(entry.path);
    entry.file->set_index(index);
    constexpr std::uint64_t kNearest = 64 << 10;
    if (entry.size > 0) entry.file->mark_every(std::max(kNearest, bytes_total_ / kMostLandmarks));
    open_.push_back(index);
    return entry.file.get();
  } catch (const CaptureError& error) {
    entry.info.source = entry.path.filename().string();
    entry.info.error = error.what();
    problems_.push_back(error.what());
    return nullptr;
  }
}

// Nothing more is to be read of it. A file has a size; a pipe has none.
bool CaptureSet::is_over(std::uint32_t index) const noexcept {
  return stopped_ && entries_[index].size > 0 && !entries_[index].file->is_ready();
}

void CaptureSet::close(std::uint32_t index) {
  Entry& entry = entries_[index];
  const bool left = is_over(index);
  try {
    entry.info = entry.file->finish();
  } catch (const CaptureError& error) {
    entry.info = entry.file->info();
    entry.info.error = error.what();
  }
  if (left)
    entry.info.error += (entry.info.error.empty() ? "reading was interrupted after packet "
                                                  : "; reading was interrupted after packet ") +
                        std::to_string(entry.info.packets) + "; everything before it counts";
  entry.landmarks = std::move(*entry.file).landmarks();
  bytes_done_ += entry.size;
  entry.file.reset();
  open_.erase(std::find(open_.begin(), open_.end(), index));
}

const RawPacket* CaptureSet::next() {
  if (current_ && !popped_) {
    current_->pop();
    popped_ = true;
    // The usual case: this file's next packet still comes before everybody else's.
    const RawPacket* packet = nullptr;
    try {
      if (!is_over(current_index_)) packet = current_->peek();
    } catch (const CaptureError& error) {
      current_->info().error = error.what();
    }
    if (packet && packet->ref.ts < hand_over_) {
      popped_ = false;
      return packet;
    }
    if (!packet) close(current_index_);
  }
  for (;;) {
    // the earliest of the open files, by time, then capture
    const RawPacket* best = nullptr;
    std::int64_t others = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < open_.size();) {
      const std::uint32_t index = open_[i];
      CaptureFile* file = entries_[index].file.get();
      const RawPacket* packet = nullptr;
      try {
        if (!is_over(index)) packet = file->peek();
      } catch (const CaptureError& error) {
        file->info().error = error.what();
      }
      if (!packet) {
        close(index);
        continue;
      }
      if (!best || packet->ref.ts < best->ref.ts || (packet->ref.ts == best->ref.ts && index < best->ref.capture())) {
        if (best) others = std::min(others, best->ref.ts);
        best = packet;
        current_ = file;
        current_index_ = index;
      } else {
        others = std::min(others, packet->ref.ts);
      }
      ++i;
    }
    for (; stopped_ && unopened_ < entries_.size() && entries_[unopened_].size > 0; ++unopened_)
      entries_[unopened_].info = refused(entries_[unopened_].path, "not read: the scan was interrupted");
    const bool may_open = unopened_ < entries_.size() && open_.size() < kMostOpen;
    if (may_open && (!best || entries_[unopened_].first_ts <= best->ref.ts)) {
      open(unopened_++);
      continue;
    }
    if (!best) return nullptr;
    hand_over_ = may_open ? std::min(others, entries_[unopened_].first_ts) : others;
    popped_ = false;
    return best;
  }
}

std::uint64_t CaptureSet::bytes_read() const noexcept {
  std::uint64_t bytes = bytes_done_;
  for (const std::uint32_t index : open_) bytes += entries_[index].file->bytes_read();
  return bytes;
}

std::vector<CaptureInfo> CaptureSet::finish() {
  std::vector<CaptureInfo> infos;
  for (Entry& entry : entries_) infos.push_back(std::move(entry.info));
  std::move(refused_.begin(), refused_.end(), std::back_inserter(infos));
  return infos;
}

}  // namespace kakoi::capture
