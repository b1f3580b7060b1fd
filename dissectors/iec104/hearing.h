// What silence means: a side that was heard long after a question, and did not answer it, never will; one whose bytes
// were lost, or that was not heard again, may have answered.
#pragma once

#include <array>
#include <cstdint>

#include "dissectors/core/observation.h"

namespace kakoi::iec104 {

// t1 (-104 §9.6), after which a station gives up its connection: later than that nobody waits for an answer.
inline constexpr std::int64_t kPatience = 15'000'000'000;  // ns

class Hearing {
 public:
  // When something was asked, and how often bytes of the answering side had been lost until then.
  struct Mark {
    std::int64_t ts;
    std::uint32_t gaps;
  };
  void heard(Role side, std::int64_t ts) noexcept { last_[static_cast<std::size_t>(side)] = ts; }
  void lost(Role side) noexcept { ++gaps_[static_cast<std::size_t>(side)]; }

  Mark mark(Role side, std::int64_t ts) const noexcept { return {ts, gaps_[static_cast<std::size_t>(side)]}; }
  bool is_unbroken(Role side, Mark since) const noexcept { return gaps_[static_cast<std::size_t>(side)] == since.gaps; }
  // Of a question to `side` put at that mark and not answered until now.
  Outcome silence(Role side, Mark since) const noexcept {
    const bool patient = last_[static_cast<std::size_t>(side)] - since.ts >= kPatience;
    return patient && is_unbroken(side, since) ? Outcome::unanswered : Outcome::none;
  }

 private:
  std::array<std::int64_t, 2> last_{};  // by Role; capture time, ns
  std::array<std::uint32_t, 2> gaps_{};
};

}  // namespace kakoi::iec104
