// Data link layer (IEEE 1815-2012 clause 9, FT3 frames): the ten-octet header, and the user data
// that comes in blocks of up to 16 octets with a CRC each.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "dissectors/core/bytes.h"

namespace kakoi::dnp3 {

inline constexpr std::size_t kLinkHeaderSize = 10;
inline constexpr std::size_t kMinLinkLength = 5;   // control, destination, source
inline constexpr std::size_t kMaxUserData = 250;   // 255 − 5
inline constexpr std::size_t kMaxLinkFrame = 292;  // 10 + 250 + 16 block CRCs

struct LinkHeader {
  std::uint8_t length = 0;
  std::uint8_t control = 0;
  std::uint16_t destination = 0;
  std::uint16_t source = 0;

  bool from_master() const noexcept { return (control & 0x80) != 0; }  // DIR
  bool primary() const noexcept { return (control & 0x40) != 0; }      // PRM
  // CONFIRMED_USER_DATA (3) and UNCONFIRMED_USER_DATA (4); all else serves the link alone.
  bool carries_user_data() const noexcept { return primary() && ((control & 0x0F) == 3 || (control & 0x0F) == 4); }
  std::size_t user_size() const noexcept { return length - kMinLinkLength; }
  std::size_t wire_size() const noexcept { return kLinkHeaderSize + user_size() + 2 * ((user_size() + 15) / 16); }
};

// Empty unless `bytes` starts with a whole header of legal length whose CRC is good.
std::optional<LinkHeader> read_link_header(Bytes bytes) noexcept;

// True if fewer than ten octets are there and they may become a header.
bool may_become_header(Bytes bytes) noexcept;

// Offset of the first good header at or after `from`; bytes.size() if there is none.
std::size_t find_link_header(Bytes bytes, std::size_t from) noexcept;

// User data with the block CRCs taken out.
class UserData {
 public:
  enum class State : std::uint8_t { whole, cut, bad_crc };

  // `blocks` follows the header; fewer octets than it promises give State::cut and the good blocks before.
  State read(const LinkHeader& header, Bytes blocks) noexcept;
  Bytes bytes() const noexcept { return Bytes(buffer_).first(size_); }

 private:
  std::array<std::uint8_t, kMaxUserData> buffer_;
  std::size_t size_ = 0;
};

}  // namespace kakoi::dnp3
