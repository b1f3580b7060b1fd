#include "dissectors/core/digest.h"

#include <algorithm>
#include <bit>

namespace kakoi {

namespace {

template <typename Block>
void feed(Bytes bytes, std::array<std::uint8_t, 64>& held, std::uint64_t& size, Block block) noexcept {
  std::size_t at = size % 64;
  size += bytes.size();
  while (!bytes.empty()) {
    const std::size_t n = std::min<std::size_t>(64 - at, bytes.size());
    std::copy_n(bytes.begin(), n, held.begin() + static_cast<std::ptrdiff_t>(at));
    bytes = bytes.subspan(n);
    at += n;
    if (at == 64) {
      block(held.data());
      at = 0;
    }
  }
}

// A one bit, zeros, and the length in bits: both digests end like this, in their own octet order.
template <typename Add>
void pad(std::uint64_t size, bool big_endian, Add add) noexcept {
  std::array<std::uint8_t, 72> tail{0x80};
  const std::size_t zeros = (119 - size % 64) % 64;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t shift = 8 * (big_endian ? 7 - i : i);
    tail[1 + zeros + i] = static_cast<std::uint8_t>(size * 8 >> shift);
  }
  add(Bytes(tail).first(1 + zeros + 8));
}

constexpr std::array<std::uint32_t, 64> kSha = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr std::array<std::uint32_t, 64> kMd5 = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr std::array<std::array<int, 4>, 4> kTurns = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

}  // namespace

void Sha256::add(Bytes bytes) noexcept {
  feed(bytes, held_, size_, [this](const std::uint8_t* p) { block(p); });
}

void Sha256::block(const std::uint8_t* p) noexcept {
  std::array<std::uint32_t, 64> w;
  for (std::size_t i = 0; i < 16; ++i) w[i] = ByteReader(Bytes(p + 4 * i, 4)).be32();
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) + w[i - 7] +
           (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
  }
  auto [a, b, c, d, e, f, g, h] = state_;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t one =
        h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) + kSha[i] + w[i];
    const std::uint32_t two = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + one, d = c, c = b, b = a, a = one + two;
  }
  const std::array<std::uint32_t, 8> sum = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state_[i] += sum[i];
}

std::array<std::uint8_t, 32> Sha256::finish() noexcept {
  pad(size_, true, [this](Bytes tail) { add(tail); });
  std::array<std::uint8_t, 32> out;
  for (std::size_t i = 0; i < 32; ++i) out[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
  return out;
}

void Md5::add(Bytes bytes) noexcept {
  feed(bytes, held_, size_, [this](const std::uint8_t* p) { block(p); });
}

void Md5::block(const std::uint8_t* p) noexcept {
  std::array<std::uint32_t, 16> w;
  for (std::size_t i = 0; i < 16; ++i) w[i] = ByteReader(Bytes(p + 4 * i, 4)).le32();
  auto [a, b, c, d] = state_;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t round = i / 16;
    const std::uint32_t f = round == 0   ? (b & c) | (~b & d)
                            : round == 1 ? (d & b) | (~d & c)
                            : round == 2 ? b ^ c ^ d
                                         : c ^ (b | ~d);
    const std::size_t at = round == 0   ? i
                           : round == 1 ? (5 * i + 1) % 16
                           : round == 2 ? (3 * i + 5) % 16
                                        : (7 * i) % 16;
    const std::uint32_t sum = a + f + kMd5[i] + w[at];
    a = d, d = c, c = b, b += std::rotl(sum, kTurns[round][i % 4]);
  }
  state_[0] += a, state_[1] += b, state_[2] += c, state_[3] += d;
}

std::array<std::uint8_t, 16> Md5::finish() noexcept {
  pad(size_, false, [this](Bytes tail) { add(tail); });
  std::array<std::uint8_t, 16> out;
  for (std::size_t i = 0; i < 16; ++i) out[i] = static_cast<std::uint8_t>(state_[i / 4] >> 8 * (i % 4));
  return out;
}

}  // namespace kakoi
