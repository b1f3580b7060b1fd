// What a request changes in an outstation (IEEE 1815-2012 clause 4 and Annex A), collected while its object
// headers are walked.
#pragma once

#include <cstdint>

#include "dissectors/dnp3/exchange.h"
#include "dissectors/dnp3/objects.h"

namespace kakoi::dnp3 {

// False for what gets no response: CONFIRM, and the functions whose name says so.
bool is_answered(std::uint8_t function_code) noexcept;
// True if a response's internal indications do not tell the outcome alone: its objects have a status.
bool needs_status(std::uint8_t function_code) noexcept;

class Commands {
 public:
  Commands(Exchange& exchange, Request& request, const Emit& emit) noexcept
      : exchange_(exchange), request_(request), emit_(emit) {}

  void on_header(const ObjectHeader& header);
  // `whole`: the message was captured to its end.
  void finish(bool whole);

 private:
  void on_control(const ObjectHeader& header);
  void on_pattern_mask(const ObjectHeader& header);
  void on_write(const ObjectHeader& header);
  void on_file(const ObjectHeader& header);
  void on_points(const ObjectHeader& header);
  void on_key(const ObjectHeader& header);
  Action* add(std::string_view step) { return exchange_.add(request_, step, emit_); }
  void add_device_action(std::string_view step);

  Exchange& exchange_;
  Request& request_;
  const Emit& emit_;
  Text detail_;  // what an earlier header says about later ones: the class to assign, the time to freeze at …
};

}  // namespace kakoi::dnp3
