// System status lists (SZL), as far as they tell what a CPU is: 0011h module identification, 001Ch component
// identification ("System Software for S7-300/400, System and Standard Functions", chapter on system status lists).
#pragma once

#include <array>

#include "dissectors/core/dissector.h"

namespace kakoi::s7comm {

// One answer may come in several messages, none of which tells where in the list it begins.
class StatusList {
 public:
  // The data of one answer, behind its return code and size; `reference` is the data unit's (0: in one piece).
  void add(Bytes data, std::uint8_t reference, bool is_last, bool whole, const Emit& emit);
  void forget() noexcept { size_ = 0; }

 private:
  void state(Bytes list, const Emit& emit) const;
  static constexpr std::size_t kMost = 1024;
  std::array<std::uint8_t, kMost> parts_;
  std::size_t size_ = 0;
  std::uint8_t reference_ = 0;
};

}  // namespace kakoi::s7comm
