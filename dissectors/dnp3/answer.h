// What the objects of a response say about the request that it answers (IEEE 1815-2012 Annex A).
#pragma once

#include <string_view>

#include "dissectors/dnp3/exchange.h"
#include "dissectors/dnp3/objects.h"

namespace kakoi::dnp3 {

// The outcome as a response's object headers tell it. Empty: they do not.
class Answer {
 public:
  // `request` may be null: then it is about the response alone.
  Answer(Exchange& exchange, const Request* request) noexcept : exchange_(exchange), request_(request) {}

  void on_header(const ObjectHeader& header, const Emit& emit);
  bool refused() const noexcept { return !reason_.empty(); }
  bool accepted() const noexcept { return accepted_ && !refused(); }
  std::string_view reason() const noexcept { return reason_; }

 private:
  void on_echo(const ObjectHeader& header);
  void on_status(std::string_view status) noexcept;

  Exchange& exchange_;
  const Request* request_;
  std::string_view reason_;
  bool accepted_ = false;  // something was said to be done
};

// The first bad status among the objects of a header of a response, in the standard's words; else empty.
std::string_view bad_status(const ObjectHeader& header) noexcept;

}  // namespace kakoi::dnp3
