// ACCESS (IEC 62056-5-3, clause 8.3): GETs, SETs and ACTIONs in one request, and in one answer what became of each.
#pragma once

#include "dissectors/dlms/requests.h"

namespace kakoi::dlms {

class Access {
 public:
  // Behind the tag. `is_cut`: by the snap length.
  void on_request(const Said& s, ByteReader r, bool is_cut, Requests& requests, const Emit& emit);
  // With the tag. `is_whole`: neither cut nor in segments.
  void on_response(const Said& s, Bytes apdu, bool is_whole, Requests& requests, const Emit& emit);

 private:
  std::uint32_t id_ = 0;
  std::size_t count_ = 0;  // of requests in it
  Asked asked_;
};

}  // namespace kakoi::dlms
