#include "dissectors/dlms/short_names.h"

#include <utility>

namespace kakoi::dlms {

// count | { 2: name ×2, 4: name ×2, selector | … } …
void ShortNames::on_request(const Said& s, const Kind& kind, ByteReader r, Requests& requests, const Emit& emit) {
  constexpr std::uint8_t kName = 2, kParameterized = 4;
  const auto tag = static_cast<std::uint8_t>(kind.code);
  state(s, kind.cls, tag, emit);
  const std::size_t count = read_length(r);
  const Asked asked{.is_known = true, .tag = tag, .by = s, .cls = kind.cls};
  if (tag != unconfirmed_write) asked_ = asked;
  requests.set_latest(asked);
  for (std::size_t i = 0; i < count && i < kMostListed; ++i) {
    const std::uint8_t choice = r.u8();
    if (choice != kName && choice != kParameterized) return;
    const std::uint16_t name = r.be16();
    if (!r.ok()) return;
    emit(Points{kind.cls, s.unit, s.peer, "short name", name, 1});
    if (kind.cls == OperationClass::write) {
      ControlAction action = action_of(s, tag, kind.cls, "write");
      action.point_kind = "short name";
      action.point = name;
      if (tag == write_request) {
        requests.command(s, {tag, 0, i}, action, emit);
      } else {  // nobody answers it
        action.actor = s.actor;
        action.asked = emit.context().packet;
        emit(action);
      }
    }
    if (choice == kParameterized) return;  // its parameter is not read
  }
}

// count | { read: 0 data, 1 result, 2 block; write: 0 done, 1 result } …
void ShortNames::on_response(const Said& s, std::uint8_t tag, ByteReader r, Requests& requests, const Emit& emit) {
  const bool is_write = tag == write_response;
  const auto request = static_cast<std::uint8_t>(is_write ? write_request : read_request);
  state(s, find_kind(tag)->cls, tag, emit);
  const std::size_t count = read_length(r);
  bool any = false, told = false;
  for (std::size_t i = 0; i < count; ++i) {
    const bool done = r.u8() != 1;
    const std::uint8_t result = done ? kSuccess : r.u8();
    if (!r.ok()) break;
    told = true;
    any = any || done;
    if (!is_write) break;  // a value, behind which the others are
    if (i < kMostListed)
      requests.answer(s, {request, 0, i}, done ? Outcome::accepted : Outcome::refused,
                      done ? std::string_view{} : result_name(result), emit);
  }
  const Asked asked = std::exchange(asked_, {});
  if (told && asked.is_known && asked.tag == request && asked.by.actor == s.actor)
    requests.conclude(s, asked, any ? Outcome::accepted : Outcome::refused, emit);
}

}  // namespace kakoi::dlms
