// Compressed captures, unpacked as they are read: gzip (RFC 1952), bzip2, xz and Zstandard (RFC 8878).
//
// Recognised by their first bytes, never by name. Several members, frames or streams one after the
// other are one. Memory is bounded whatever the data claim (zstd windows to 128 MiB, xz
// dictionaries to 95 MiB), so that a bomb costs only time.
#pragma once

#include <memory>

#include "dissectors/core/bytes.h"
#include "sensor/capture/raw_file.h"

namespace kakoi::capture {

enum class Packing : std::uint8_t { none, gzip, bzip2, xz, zstd };
// By the first six bytes of a file.
Packing packing_of(Bytes head) noexcept;
inline constexpr std::size_t kPackingMagic = 6;
// "a ZIP archive" and the like, for what is packed in ways that are not read; else "".
std::string_view unread_packing(Bytes head) noexcept;

class Unpacker {
 public:
  // `head` was read from `file` already, which must outlive this.
  Unpacker(RawFile& file, Bytes head);
  ~Unpacker();

  // Up to `n` bytes; 0 at the end.
  std::size_t read(std::uint8_t* to, std::size_t n);
  // Why the data ended before their end: "" if they did not.
  const std::string& fault() const noexcept { return fault_; }

 private:
  class Member;
  struct Input;
  struct Source;
  template <typename Filter>
  class MemberOf;

  std::unique_ptr<Input> input_;
  std::unique_ptr<Member> member_;
  bool ended_ = false;
  std::uint64_t unpacked_ = 0;
  std::string fault_;
};

}  // namespace kakoi::capture
