#include "dissectors/dnp3/link.h"

#include <algorithm>

#include "dissectors/dnp3/crc.h"
#include "dissectors/dnp3/digest.h"

namespace kakoi::dnp3 {

namespace {
constexpr std::uint8_t kStart[] = {0x05, 0x64};
constexpr std::size_t kBlockSize = 16;

bool crc_matches(Bytes covered, Bytes sum) noexcept { return crc(covered) == ByteReader(sum).le16(); }
}  // namespace

std::optional<Fault> LinkHeader::fault() const noexcept {
  if (source >= kSelfAddress) return Fault::bad_value;
  if (!carries_user_data() && user_size() > 0) return Fault::bad_value;
  if (!primary()) {
    switch (Secondary{function()}) {
      case Secondary::ack:
      case Secondary::nack:
      case Secondary::link_status:
      case Secondary::not_functioning:
      case Secondary::not_supported:
        return {};
    }
    return Fault::unknown_type;
  }
  switch (Primary{function()}) {
    case Primary::test_link_states:
    case Primary::confirmed_user_data:
      return count_valid() ? std::nullopt : std::optional(Fault::bad_value);
    case Primary::reset_link_states:
    case Primary::reset_user_process:
    case Primary::unconfirmed_user_data:
    case Primary::request_link_status:
      return count_valid() ? std::optional(Fault::bad_value) : std::nullopt;
  }
  return Fault::unknown_type;
}

std::optional<LinkHeader> read_link_header(Bytes bytes) noexcept {
  if (bytes.size() < kLinkHeaderSize || bytes[0] != kStart[0] || bytes[1] != kStart[1]) return {};
  ByteReader r(bytes.subspan(2));
  LinkHeader header;
  header.length = r.u8();
  header.control = r.u8();
  header.destination = r.le16();
  header.source = r.le16();
  if (header.length < kMinLinkLength || !crc_matches(bytes.first(8), r.take(2))) return {};
  return header;
}

bool may_become_header(Bytes bytes) noexcept {
  return bytes.size() < kLinkHeaderSize && (bytes.size() < 1 || bytes[0] == kStart[0]) &&
         (bytes.size() < 2 || bytes[1] == kStart[1]) && (bytes.size() < 3 || bytes[2] >= kMinLinkLength);
}

std::size_t find_link_header(Bytes bytes, std::size_t from) noexcept {
  auto at = bytes.begin() + static_cast<std::ptrdiff_t>(std::min(from, bytes.size()));
  while ((at = std::search(at, bytes.end(), std::begin(kStart), std::end(kStart))) != bytes.end()) {
    const auto offset = static_cast<std::size_t>(at - bytes.begin());
    if (read_link_header(bytes.subspan(offset))) return offset;
    ++at;
  }
  return bytes.size();
}

UserData::State UserData::read(const LinkHeader& header, Bytes blocks) noexcept {
  size_ = 0;
  ByteReader r(blocks);
  while (size_ < header.user_size()) {
    const Bytes block = r.take(std::min(kBlockSize, header.user_size() - size_));
    const Bytes sum = r.take(2);
    if (!r.ok()) return State::cut;
    if (!crc_matches(block, sum)) return State::bad_crc;
    std::copy(block.begin(), block.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += block.size();
  }
  return State::whole;
}

bool FrameCount::repeats(const LinkHeader& header, Bytes user_data) noexcept {
  if (!header.count_valid()) return false;
  const std::uint32_t digest = digest_of(user_data);
  const bool again = known_ && bit_ == header.count_bit() && digest_ == digest;
  known_ = true;
  bit_ = header.count_bit();
  digest_ = digest;
  return again;
}

}  // namespace kakoi::dnp3
