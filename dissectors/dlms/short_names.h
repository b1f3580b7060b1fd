// Read and Write, of objects by their short names (IEC 62056-5-3, clause 8.3, variable access specification).
#pragma once

#include "dissectors/dlms/apdu.h"
#include "dissectors/dlms/requests.h"

namespace kakoi::dlms {

class ShortNames {
 public:
  // Behind the tag, of `kind`: read_request, write_request or unconfirmed_write.
  void on_request(const Said& s, const Kind& kind, ByteReader r, Requests& requests, const Emit& emit);
  // `tag`: read_response or write_response.
  void on_response(const Said& s, std::uint8_t tag, ByteReader r, Requests& requests, const Emit& emit);

 private:
  Asked asked_;
};

}  // namespace kakoi::dlms
