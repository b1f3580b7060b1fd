// Reading wire fields in order, without exceptions and without offset arithmetic.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

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

  constexpr std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(big<1>()); }
  constexpr std::uint16_t be16() noexcept { return static_cast<std::uint16_t>(big<2>()); }
  constexpr std::uint32_t be24() noexcept { return static_cast<std::uint32_t>(big<3>()); }
  constexpr std::uint32_t be32() noexcept { return static_cast<std::uint32_t>(big<4>()); }
  constexpr std::uint64_t be64() noexcept { return big<8>(); }
  constexpr std::uint16_t le16() noexcept { return static_cast<std::uint16_t>(little<2>()); }
  constexpr std::uint32_t le24() noexcept { return static_cast<std::uint32_t>(little<3>()); }
  constexpr std::uint32_t le32() noexcept { return static_cast<std::uint32_t>(little<4>()); }
  constexpr std::uint64_t le64() noexcept { return little<8>(); }

  // A view of the next `n` bytes, never a copy.
  constexpr Bytes take(std::size_t n) noexcept { return advance(n) ? bytes_.subspan(at_ - n, n) : Bytes(); }
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
  constexpr bool advance(std::size_t n) noexcept {
    ok_ = ok_ && n <= bytes_.size() - at_;
    if (ok_) at_ += n;
    return ok_;
  }
  // The size is known when compiling, so that most fields are one load.
  template <std::size_t kSize>
  constexpr std::uint64_t big() noexcept {
    return field<kSize>(std::endian::big);
  }
  template <std::size_t kSize>
  constexpr std::uint64_t little() noexcept {
    return field<kSize>(std::endian::little);
  }
  template <std::size_t kSize>
  constexpr std::uint64_t field(std::endian order) noexcept {
    if (!advance(kSize)) return 0;
    const std::uint8_t* const b = bytes_.data() + (at_ - kSize);
    if (!std::is_constant_evaluated() && std::endian::native == std::endian::little) {
      const bool swapped = order == std::endian::big;
      if constexpr (kSize == 2) {
        std::uint16_t value;
        std::memcpy(&value, b, kSize);
        return swapped ? __builtin_bswap16(value) : value;
      } else if constexpr (kSize == 4) {
        std::uint32_t value;
        std::memcpy(&value, b, kSize);
        return swapped ? __builtin_bswap32(value) : value;
      } else if constexpr (kSize == 8) {
        std::uint64_t value;
        std::memcpy(&value, b, kSize);
        return swapped ? __builtin_bswap64(value) : value;
      }
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kSize; ++i)
      value |= std::uint64_t{b[i]} << 8 * (order == std::endian::big ? kSize - 1 - i : i);
    return value;
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace kakoi
