// Requests of one flow that wait for their answers, for answers that do not say what they answer. Both sides may ask.
// Bounded: the oldest are forgotten. Nothing is allocated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "dissectors/core/observation.h"

namespace kakoi {

struct OpenRequest {
  bool is_known = false;
  Role actor = Role::client;
  OperationClass cls = OperationClass::other;
  std::uint32_t key = 0;  // that the answer repeats: a sequence number, an invoke id
  std::uint32_t function_code = 0;
  std::uint32_t qualifier = kNoValue;
};

// The answer to a request whose qualifier is the unit that was asked.
inline Operation answer_of(const OpenRequest& asked, Outcome outcome) noexcept {
  Operation operation;
  operation.cls = asked.cls;
  operation.function_code = asked.function_code;
  operation.unit = asked.qualifier;
  operation.outcome = outcome;
  operation.actor = asked.actor;
  return operation;
}

template <std::size_t Most>
class OpenRequests {
 public:
  void ask(std::uint32_t key, Role speaker, OperationClass cls, std::uint32_t function_code,
           std::uint32_t qualifier = kNoValue) noexcept {
    ring_[next_++ % Most] = {true, speaker, cls, key, function_code, qualifier};
  }
  // The latest one of that key that the other side sent; it is answered once. None: is_known is false.
  OpenRequest answer(std::uint32_t key, Role speaker) noexcept {
    for (std::size_t i = 1; i <= Most; ++i) {
      OpenRequest& request = ring_[(next_ - i) % Most];
      if (request.is_known && request.key == key && request.actor != speaker) return std::exchange(request, {});
    }
    return {};
  }
  void forget() noexcept { ring_ = {}; }

 private:
  static_assert((Most & (Most - 1)) == 0);  // so that next_ may wrap
  std::array<OpenRequest, Most> ring_;
  std::size_t next_ = 0;
};

}  // namespace kakoi
