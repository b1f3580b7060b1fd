// Reading wire fields in order, without exceptions and without offset arithmetic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kakoi {

using Bytes = std::span<const std::uint8_t>;

// The characters of `bytes` as they stand on the wire; not validated as UTF-8.
inline std::string_view as_text(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The first short read fails the reader for good: later reads yield zero or an empty view, so
// counted loops end. Decode straight down the page of the standard, then ask ok() once before any
// value leaves the parser.
class ByteReader {
 public:
  explicit constexpr ByteReader(Bytes bytes) noexcept : bytes_(bytes) {}

  constexpr std::uint8_t u8() noexcept {
    const Bytes b = take(1);
    return ok_ ? b[0] : std::uint8_t{0};
  }
  constexpr std::uint16_t be16() noexcept { return static_cast<std::uint16_t>(big(2)); }
  constexpr std::uint32_t be24() noexcept { return static_cast<std::uint32_t>(big(3)); }
  constexpr std::uint32_t be32() noexcept { return static_cast<std::uint32_t>(big(4)); }
  constexpr std::uint64_t be64() noexcept { return big(8); }
  constexpr std::uint16_t le16() noexcept { return static_cast<std::uint16_t>(little(2)); }
  constexpr std::uint32_t le24() noexcept { return static_cast<std::uint32_t>(little(3)); }
  constexpr std::uint32_t le32() noexcept { return static_cast<std::uint32_t>(little(4)); }
  constexpr std::uint64_t le64() noexcept { return little(8); }

  // A view of the next `n` bytes, never a copy.
  constexpr Bytes take(std::size_t n) noexcept {
    ok_ = ok_ && n <= bytes_.size() - at_;
    if (!ok_) return {};
    at_ += n;
    return bytes_.subspan(at_ - n, n);
  }
  constexpr void skip(std::size_t n) noexcept { take(n); }
  // A reader of the next `n` bytes that cannot read past them.
  constexpr ByteReader sub(std::size_t n) noexcept {
    ByteReader child{take(n)};
    child.ok_ = ok_;
    return child;
  }
  constexpr Bytes rest() noexcept { return take(remaining()); }

  constexpr bool ok() const noexcept { return ok_; }
  constexpr std::size_t offset() const noexcept { return at_; }
  constexpr std::size_t remaining() const noexcept { return ok_ ? bytes_.size() - at_ : 0; }

 private:
  constexpr std::uint64_t big(std::size_t n) noexcept {
    std::uint64_t value = 0;
    for (const std::uint8_t b : take(n)) value = value << 8 | b;
    return value;
  }
  constexpr std::uint64_t little(std::size_t n) noexcept {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const std::uint8_t b : take(n)) {
      value |= static_cast<std::uint64_t>(b) << shift;
      shift += 8;
    }
    return value;
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace kakoi
