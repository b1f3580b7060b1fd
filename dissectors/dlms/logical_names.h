// GET, SET and ACTION, of objects by their logical names (IEC 62056-5-3, clause 8.3).
#pragma once

#include "dissectors/dlms/requests.h"

namespace kakoi::dlms {

// Behind the tag: choice | invoke-id and priority | object …; lists: count | objects
void on_get(const Said& s, ByteReader r, Requests& requests, const Emit& emit);
// `tag`: set_request or action_request. `is_cut`: by the snap length, so that values may be missing.
void on_change(const Said& s, std::uint8_t tag, ByteReader r, bool is_cut, Requests& requests, const Emit& emit);

// `is_whole`: the APDU is neither cut nor in segments.
void on_got(const Said& s, ByteReader r, bool is_whole, Requests& requests, const Emit& emit);
// `tag`: set_response or action_response.
void on_changed(const Said& s, std::uint8_t tag, ByteReader r, Requests& requests, const Emit& emit);

// A SET or an ACTION of one object.
struct Change {
  bool is_action;
  Object object;
  Bytes value;  // A-XDR; empty: not read
  OperationClass cls() const noexcept { return is_action ? class_of_action(object) : class_of_set(object); }
};
// Of a whole request.
void command(const Said& s, const Place& place, const Change& change, Requests& requests, const Emit& emit);

}  // namespace kakoi::dlms
