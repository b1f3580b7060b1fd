// Data link layer (IEEE 1815-2012 clause 9, FT3 frames): the ten-octet header, and the user data
// that comes in blocks of up to 16 octets with a CRC each.
//
//   05 64 | length | DIR PRM FCB FCV function | destination ×2 | source ×2 | CRC ×2
//                    DIR PRM  0  DFC function      (secondary to primary)
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "dissectors/core/bytes.h"
#include "dissectors/core/observation.h"

namespace kakoi::dnp3 {

inline constexpr std::size_t kLinkHeaderSize = 10;
inline constexpr std::size_t kMinLinkLength = 5;   // control, destination, source
inline constexpr std::size_t kMaxUserData = 250;   // 255 − 5
inline constexpr std::size_t kMaxLinkFrame = 292;  // 10 + 250 + 16 block CRCs

// Addresses with a meaning of their own: whoever is there answers to the first; the others
// go to everybody, and nobody answers.
inline constexpr std::uint16_t kSelfAddress = 0xFFFC;
inline constexpr std::uint16_t kFirstBroadcast = 0xFFFD;
constexpr bool is_broadcast(std::uint16_t address) noexcept { return address >= kFirstBroadcast; }

enum class Primary : std::uint8_t {  // from the station that opens the exchange
  reset_link_states = 0,
  reset_user_process = 1,  // of older editions
  test_link_states = 2,
  confirmed_user_data = 3,
  unconfirmed_user_data = 4,
  request_link_status = 9,
};
enum class Secondary : std::uint8_t {  // and back
  ack = 0,
  nack = 1,
  link_status = 11,
  not_functioning = 14,  // of older editions
  not_supported = 15,
};

struct LinkHeader {
  std::uint8_t length = 0;
  std::uint8_t control = 0;
  std::uint16_t destination = 0;
  std::uint16_t source = 0;

  bool from_master() const noexcept { return (control & 0x80) != 0; }  // DIR
  bool primary() const noexcept { return (control & 0x40) != 0; }      // PRM
  bool count_bit() const noexcept { return (control & 0x20) != 0; }    // FCB
  bool count_valid() const noexcept { return (control & 0x10) != 0; }  // FCV; of a secondary: DFC
  std::uint8_t function() const noexcept { return control & 0x0F; }
  bool is(Primary f) const noexcept { return primary() && Primary{function()} == f; }
  bool is(Secondary f) const noexcept { return !primary() && Secondary{function()} == f; }
  // All else serves the link alone.
  bool carries_user_data() const noexcept {
    return is(Primary::confirmed_user_data) || is(Primary::unconfirmed_user_data);
  }
  std::size_t user_size() const noexcept { return length - kMinLinkLength; }
  std::size_t wire_size() const noexcept { return kLinkHeaderSize + user_size() + 2 * ((user_size() + 15) / 16); }

  // What no sender may write: a reserved function, FCV where the function has none (or none where it
  // must), a sender's address that is none, user data in a frame that serves the link alone.
  std::optional<Fault> fault() const noexcept;
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

// The frame count bit of one primary station: a confirmed frame whose acknowledgement was
// lost comes again with the same bit, and the receiver only acknowledges it again.
class FrameCount {
 public:
  // True for such a repetition. The standard goes by the bit alone; a frame of other octets is taken
  // for news all the same, for many senders never toggle it and no command may be overlooked.
  bool repeats(const LinkHeader& header, Bytes user_data) noexcept;
  void forget() noexcept { known_ = false; }  // RESET_LINK_STATES, or frames were lost

 private:
  std::uint32_t digest_ = 0;  // of the last confirmed frame
  bool bit_ = false;
  bool known_ = false;
};

}  // namespace kakoi::dnp3
