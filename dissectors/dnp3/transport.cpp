#include "dissectors/dnp3/transport.h"

#include <algorithm>
#include <new>

namespace kakoi::dnp3 {

namespace {
constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kFirst = 0x40;
constexpr std::uint8_t kSequenceMask = 0x3F;
}  // namespace

Assembled Assembler::add(Bytes segment, bool cut) noexcept {
  Assembled result;
  ByteReader r(segment);
  const std::uint8_t octet = r.u8();
  if (!r.ok()) return result;
  const Bytes part = r.rest();
  const auto sequence = static_cast<std::uint8_t>(octet & kSequenceMask);
  const bool last = (octet & kFinal) != 0 || cut;

  if ((octet & kFirst) != 0) {
    result.sequence_break = collecting_;
    synchronised_ = !cut;
    collecting_ = !last;
    size_ = 0;
    sequence_ = sequence;
    if (last) {  // the usual case: nothing to put together, nothing to copy
      result.fragment = part;
      result.whole = !cut;
      return result;
    }
  } else {
    if (!collecting_) {
      result.sequence_break = synchronised_;
      synchronised_ = false;
      return result;
    }
    if (sequence == sequence_) return result;
    if (sequence != ((sequence_ + 1) & kSequenceMask)) {
      result.sequence_break = true;
      forget();
      return result;
    }
    sequence_ = sequence;
  }

  result.too_long = !append(part);
  if (last || result.too_long) {
    result.fragment = Bytes(buffer_.get(), size_);
    result.whole = !cut && !result.too_long;
    collecting_ = false;
    if (!result.whole) synchronised_ = false;
  }
  return result;
}

bool Assembler::append(Bytes part) noexcept {
  if (!buffer_) buffer_.reset(new (std::nothrow) std::uint8_t[kMaxFragment]);
  if (!buffer_) return false;
  const std::size_t room = std::min(part.size(), kMaxFragment - size_);
  std::copy_n(part.begin(), room, buffer_.get() + size_);
  size_ += room;
  return room == part.size();
}

Link& Links::of(std::uint16_t source, std::uint16_t destination) noexcept {
  const std::uint32_t addresses = static_cast<std::uint32_t>(source) << 16 | destination;
  auto link = std::find_if(links_.begin(), links_.end(),
                           [&](const Link& l) { return l.last_used != 0 && l.addresses == addresses; });
  if (link == links_.end()) {
    link = std::min_element(links_.begin(), links_.end(),
                            [](const Link& a, const Link& b) { return a.last_used < b.last_used; });
    link->addresses = addresses;
    link->forget();
  }
  link->last_used = ++clock_;
  return *link;
}

std::size_t Links::held() const noexcept {
  std::size_t held = 0;
  for (const Link& link : links_) held += link.assembler.held();
  return held;
}

void Links::forget() noexcept {
  for (Link& link : links_) link.forget();
}

}  // namespace kakoi::dnp3
