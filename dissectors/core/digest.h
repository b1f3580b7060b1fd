// Digests for fingerprints: names of keys and of handshakes, not protection of anything.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dissectors/core/bytes.h"

namespace kakoi {
inline namespace dissection {  // the inventory has a Sha256 of its own

// FIPS 180-4 §6.2
class Sha256 {
 public:
  void add(Bytes bytes) noexcept;
  void add(std::string_view text) noexcept {
    add(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  }
  std::array<std::uint8_t, 32> finish() noexcept;  // once

 private:
  void block(const std::uint8_t* p) noexcept;
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> held_{};
  std::uint64_t size_ = 0;
};

// RFC 1321; for JA3 and HASSH, which are defined by it.
class Md5 {
 public:
  void add(Bytes bytes) noexcept;
  void add(std::string_view text) noexcept {
    add(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  }
  std::array<std::uint8_t, 16> finish() noexcept;  // once

 private:
  void block(const std::uint8_t* p) noexcept;
  std::array<std::uint32_t, 4> state_ = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::array<std::uint8_t, 64> held_{};
  std::uint64_t size_ = 0;
};

// Lower case hexadecimal digits of N octets.
template <std::size_t N>
struct HexText {
  explicit HexText(const std::array<std::uint8_t, N>& octets) noexcept {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < N; ++i) {
      text[2 * i] = kDigits[octets[i] >> 4];
      text[2 * i + 1] = kDigits[octets[i] & 15];
    }
  }
  std::string_view view() const noexcept { return {text.data(), text.size()}; }
  std::array<char, 2 * N> text{};
};

}  // namespace dissection
}  // namespace kakoi
