#include "dissectors/iec104/size_guess.h"

#include <bit>
#include <iterator>

namespace kakoi::iec104 {

namespace {

constexpr std::uint8_t kEnough = 3;     // misfits running, if one choice alone fits them all
constexpr std::uint8_t kPatience = 16;  // after so many the likelier choice is taken

// In the order of likelihood: those of -101 systems first.
constexpr FieldSizes kChoices[] = {
    {2, 2, 3}, {1, 1, 2}, {1, 2, 2}, {2, 2, 2}, {1, 2, 3}, {1, 1, 1},
    {2, 1, 2}, {2, 1, 3}, {1, 1, 3}, {1, 2, 1}, {2, 1, 1}, {2, 2, 1},
};

// Common address 0 is not used (-101 §7.2.4); what concerns the station has object address 0.
bool is_possible(const Asdu& asdu, const AsduType& type, const FieldSizes& sizes) noexcept {
  if (asdu.common_address == 0 || !is_assigned_cause(asdu.cause)) return false;
  const ObjectList objects(asdu, type, sizes);
  return !is_station_wide(asdu.type) || (objects.size() > 0 && objects.address(0) == 0);
}

// Originators are seldom used; an address that is a multiple of 256 is seldom chosen.
bool is_odd(const Asdu& asdu, const FieldSizes& sizes) noexcept {
  return asdu.originator != 0 || (sizes.common_address == 2 && (asdu.common_address & 0xFF) == 0);
}

}  // namespace

bool SizeGuess::misfits(const AsduType& type, Bytes bytes, std::size_t size, FieldSizes& sizes) noexcept {
  if (running_ == 0) fitting_ = (1u << std::size(kChoices)) - 1, odd_ = 0;
  std::uint16_t bit = 1;
  for (const FieldSizes& choice : kChoices) {
    const std::uint16_t mask = bit;
    bit = static_cast<std::uint16_t>(bit << 1);
    if ((fitting_ & mask) == 0) continue;
    const std::size_t header = choice.header();
    if (choice != sizes && bytes.size() >= header && size >= header) {
      const Asdu asdu = parse_asdu(bytes, choice);
      if (objects_fit(asdu, type, choice, size - header) && is_possible(asdu, type, choice)) {
        if (is_odd(asdu, choice)) odd_ |= mask;
        continue;
      }
    }
    fitting_ = static_cast<std::uint16_t>(fitting_ & ~mask);
  }
  if (fitting_ == 0) {
    running_ = 0;
    return false;
  }
  if (running_ < kPatience) ++running_;
  const auto likely = static_cast<std::uint16_t>(fitting_ & ~odd_);
  const std::uint16_t left = likely != 0 ? likely : fitting_;
  if (running_ < kEnough || (std::popcount(left) > 1 && running_ < kPatience)) return false;
  sizes = kChoices[std::countr_zero(left)];
  running_ = 0;
  return true;
}

}  // namespace kakoi::iec104
