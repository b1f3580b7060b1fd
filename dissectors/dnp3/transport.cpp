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

Assembler& Links::of(std::uint16_t source, std::uint16_t destination) noexcept {
  const std::uint32_t addresses = static_cast<std::uint32_t>(source) << 16 | destination;
  auto entry = std::find_if(entries_.begin(), entries_.end(),
                            [&](const Entry& e) { return e.last_used != 0 && e.addresses == addresses; });
  if (entry == entries_.end()) {
    entry = std::min_element(entries_.begin(), entries_.end(),
                             [](const Entry& a, const Entry& b) { return a.last_used < b.last_used; });
    entry->addresses = addresses;
    entry->assembler.forget();
  }
  entry->last_used = ++clock_;
  return entry->assembler;
}

void Links::forget() noexcept {
  for (Entry& entry : entries_) entry.assembler.forget();
}

}  // namespace kakoi::dnp3
