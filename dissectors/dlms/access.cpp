#include "dissectors/dlms/access.h"

#include <utility>

#include "dissectors/dlms/apdu.h"
#include "dissectors/dlms/logical_names.h"

namespace kakoi::dlms {

// long invoke-id and priority ×4 | date and time | count | { 1 GET, 2 SET, 3 ACTION | object; 4, 5 the first two with
// a selection | … } … | count | values
void Access::on_request(const Said& s, ByteReader r, bool is_cut, Requests& requests, const Emit& emit) {
  enum { get = 1, set, action, get_selected, set_selected };
  id_ = r.be32();
  r.skip(read_length(r));
  count_ = read_length(r);
  const auto invoke = static_cast<std::uint8_t>(id_);
  asked_ = {true, access_request, invoke, s, OperationClass::read, {}, true};
  for (std::size_t i = 0; i < count_ && i < kMostListed; ++i) {
    const std::uint8_t choice = r.u8();
    const Object o = read_object(r);
    if (!r.ok() || choice < get || choice > set_selected) break;
    if (i == 0) asked_.object = o;
    asked_.may_anybody = asked_.may_anybody && is_public(o);
    if (choice == set || choice == action || choice == set_selected) {
      const Change change{choice == action, o, {}};
      if (!is_command(asked_.cls)) asked_.cls = change.cls();  // the first that commands
      if (!is_cut) command(s, {access_request, invoke, i}, change, requests, emit);
    }
    if (choice > action) break;  // by what it selects, is not read, and the next object is behind it
  }
  requests.set_latest(asked_);
  state(s, asked_.cls, access_request, emit, asked_.qualifier());
}

// long invoke-id and priority ×4 | date and time | [requests] | values | count | { 1 GET, 2 SET, 3 ACTION | result } …
void Access::on_response(const Said& s, Bytes apdu, bool is_whole, Requests& requests, const Emit& emit) {
  const bool known = asked_.is_known && asked_.by == s && id_ == ByteReader(apdu.subspan(1)).be32();
  const Asked asked = known ? std::exchange(asked_, {}) : Asked{};
  state(s, asked.cls, access_response, emit, asked.qualifier());
  const std::size_t size = 1 + 2 * count_;
  constexpr std::size_t kMost = 0x7F, kHead = 7;
  if (!known || !is_whole || count_ == 0 || count_ > kMost || apdu.size() < kHead + size) return;
  const Bytes results = apdu.last(size);  // behind values whose lengths need not be known
  bool fits = results[0] == count_, any = false;
  for (std::size_t i = 1; i < size; i += 2) fits = fits && results[i] - 1u < 3;
  if (!fits) return;
  for (std::size_t i = 0; i < count_; ++i) {
    const std::uint8_t result = results[2 + 2 * i];
    any = any || result == kSuccess;
    if (i < kMostListed) requests.answer(s, {access_request, static_cast<std::uint8_t>(id_), i}, result, emit);
  }
  requests.conclude(s, asked, any ? Outcome::accepted : Outcome::refused, emit);
}

}  // namespace kakoi::dlms
