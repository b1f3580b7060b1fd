#include "dissectors/dlms/logical_names.h"

#include "dissectors/dlms/apdu.h"

namespace kakoi::dlms {

namespace {

Bytes value_of(bool is_action, ByteReader r) noexcept {
  if (is_action && r.u8() == 0) return {};  // no parameter
  return r.rest();
}

// The password that this association shall have from now on.
void state_secret(const Said& s, Bytes value, const Emit& emit) {
  constexpr std::uint8_t kOctetString = 0x09;
  ByteReader r{value};
  const bool is_text = r.u8() == kOctetString;
  const Bytes octets = r.take(read_length(r));
  if (is_text && r.ok() && !octets.empty())
    emit(Credential{"dlms", "", as_text(octets), CredentialOutcome::attempted, s.actor});
}

}  // namespace

void on_get(const Said& s, ByteReader r, Requests& requests, const Emit& emit) {
  constexpr std::uint8_t kNext = 2, kList = 3;
  const std::uint8_t choice = r.u8(), invoke = r.u8();
  if (choice == kList) read_length(r);
  const Object object = choice == kNext ? requests.waiting(s, invoke).object : read_object(r);
  if (!r.ok()) return;
  Object told = object;
  if (choice == kList) told.number = 0;  // of several, the values are not told apart
  requests.ask(s, get_request, invoke, OperationClass::read, told, emit);
}

void on_change(const Said& s, std::uint8_t tag, ByteReader r, bool is_cut, Requests& requests, const Emit& emit) {
  constexpr std::uint8_t kNormal = 1;
  const bool is_action = tag == action_request;
  const std::uint8_t choice = r.u8(), invoke = r.u8();
  // SET: 1 normal, 2 with first block, 3 with block, 4 and 5 lists. ACTION: 1, 2 next block of the answer, 3 list, 4 with
  // first block, 5 list, 6 with block.
  const bool is_list = is_action ? choice == 3 || choice == 5 : choice == 4 || choice == 5;
  const bool continues = is_action ? choice == 2 || choice == 6 : choice == 3;
  if (!r.ok()) return;
  if (continues) {
    const Asked& asked = requests.waiting(s, invoke);
    const bool known = asked.is_known && asked.tag == tag;
    return state(s, known ? asked.cls : find_kind(tag)->cls, tag, emit, known ? asked.qualifier() : kNoValue);
  }
  const std::size_t count = is_list ? read_length(r) : 1;
  for (std::size_t i = 0; i < count && i < kMostListed && r.ok(); ++i) {
    Change change{is_action, read_object(r), {}};
    if (!r.ok()) return;
    const bool has_selection = !is_action && r.u8() != 0;
    if (i == 0) requests.ask(s, tag, invoke, change.cls(), change.object, emit);
    if (choice == kNormal && !has_selection) change.value = value_of(is_action, r);
    if (!is_cut) command(s, {tag, invoke, i}, change, requests, emit);
    if (has_selection) return;  // what it holds is not read, and the next object is behind it
  }
}

void command(const Said& s, const Place& place, const Change& change, Requests& requests, const Emit& emit) {
  const Object& o = change.object;
  const bool of_association = o.class_id == association_class;
  if (of_association && change.is_action && o.number == reply_to_hls) return;  // a log-in
  if (of_association && !change.is_action && o.number == secret) state_secret(s, change.value, emit);
  ObjectLine line;
  put_object(o, change.is_action, line);
  put_number(change.value, line);
  ControlAction action = action_of(s, place.tag, change.cls(), change.is_action ? method_name(o) : "write");
  const std::string_view kind = class_name(o.class_id);
  action.point_kind = kind.empty() ? "object" : kind;
  action.value = line.view();
  requests.command(s, place, action, emit);
}

// 1 normal: 0 data or 1 result; 2 with block: last | number ×4 | 0 octets or 1 result; 3 list: count | …
void on_got(const Said& s, ByteReader r, bool is_whole, Requests& requests, const Emit& emit) {
  constexpr std::uint8_t kNormal = 1, kBlock = 2, kData = 0;
  const std::uint8_t choice = r.u8(), invoke = r.u8();
  const Asked asked = requests.take(s, invoke, get_request);
  bool goes_on = false;
  if (choice == kBlock) {
    goes_on = r.u8() == 0;
    r.skip(4);
  } else if (choice != kNormal) {
    read_length(r);
  }
  const bool is_data = r.u8() == kData;
  if (!r.ok()) return;
  state(s, OperationClass::read, get_response, emit, asked.qualifier());
  if (!asked.is_known) return;
  requests.conclude(s, asked, is_data ? Outcome::accepted : Outcome::refused, emit);
  if (!is_data) return;
  if (goes_on) requests.waiting(s, invoke) = asked;  // the next request does not say of what
  if (choice == kNormal && is_whole) state_identity(asked.object, r.rest(), emit);
}

// SET: 1 normal: result; 2 block taken; 3 last block: result; 4 last block: results; 5 results.
// ACTION: 1 normal: result | …; 2 with block; 3 list: results, each with a value; 4 next block.
void on_changed(const Said& s, std::uint8_t tag, ByteReader r, Requests& requests, const Emit& emit) {
  const bool is_action = tag == action_response;
  const auto request = static_cast<std::uint8_t>(is_action ? action_request : set_request);
  const std::uint8_t choice = r.u8(), invoke = r.u8();
  if (!r.ok()) return;
  const Asked& waiting = requests.waiting(s, invoke);
  const bool known = waiting.is_known && waiting.tag == request;
  state(s, known ? waiting.cls : find_kind(tag)->cls, tag, emit, known ? waiting.qualifier() : kNoValue);
  const bool is_list = is_action ? choice == 3 : choice == 4 || choice == 5;
  if (!is_list && choice != 1 && (is_action || choice != 3)) return;  // nothing is decided yet
  const std::size_t count = is_list ? read_length(r) : 1;
  bool any = false;
  std::size_t told = 0;
  for (std::size_t i = 0; i < count && r.ok(); ++i) {
    const std::uint8_t result = r.u8();
    if (!r.ok()) break;
    ++told;
    any = any || result == kSuccess;
    if (i < kMostListed) requests.answer(s, {request, invoke, i}, result, emit);
    if (is_action && is_list && r.u8() != 0) break;  // a value, behind which the others are
  }
  // Of several, some of which were done: accepted.
  const Asked asked = requests.take(s, invoke, request);
  if (asked.is_known && told != 0) requests.conclude(s, asked, any ? Outcome::accepted : Outcome::refused, emit);
}

}  // namespace kakoi::dlms
