// Application layer (IEEE 1815-2012 clause 4): function codes, internal indications, and what the
// objects of a fragment tell beyond their types.
//
//   FIR FIN CON UNS sequence | function | internal indications ×2 (responses) | object headers and objects …
#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/core/dissector.h"
#include "dissectors/dnp3/exchange.h"

namespace kakoi::dnp3 {

enum class Function : std::uint8_t {
  confirm = 0,
  read = 1,
  write = 2,
  select = 3,
  operate = 4,
  direct_operate = 5,
  direct_operate_nr = 6,
  immed_freeze = 7,
  immed_freeze_nr = 8,
  freeze_clear = 9,
  freeze_clear_nr = 10,
  freeze_at_time = 11,
  freeze_at_time_nr = 12,
  cold_restart = 13,
  warm_restart = 14,
  initialize_data = 15,
  initialize_appl = 16,
  start_appl = 17,
  stop_appl = 18,
  save_config = 19,
  enable_unsolicited = 20,
  disable_unsolicited = 21,
  assign_class = 22,
  delay_measure = 23,
  record_current_time = 24,
  open_file = 25,
  close_file = 26,
  delete_file = 27,
  get_file_info = 28,
  authenticate_file = 29,
  abort_file = 30,
  activate_config = 31,
  authenticate_req = 32,
  auth_req_no_ack = 33,
  response = 129,
  unsolicited_response = 130,
  authenticate_resp = 131,
};

// As the standard writes them (clause 4); "unknown" for reserved codes.
std::string_view function_name(std::uint32_t code) noexcept;
OperationClass class_of(std::uint8_t code) noexcept;

struct Fragment {
  Bytes bytes;
  bool whole = true;            // false: its end is not known
  bool from_master = false;     // DIR of its link frames
  bool confirmed_link = false;  // came as confirmed user data
  std::uint16_t source = 0;     // link addresses
  std::uint16_t destination = 0;
  std::uint32_t offset = 0;  // of the link frame that ended it, in the PDU
};

// The application layer of one flow, both directions.
class Application {
 public:
  // States one Operation per object header (qualifier = group·256 + variation), with the Points it names,
  // then one without qualifier for the fragment; then, after a response, what became of its request.
  void dissect(const Fragment& fragment, const Emit& emit);
  // The link layer turned confirmed user data away (NACK, NOT_SUPPORTED).
  void on_refused_frame(std::uint16_t master, std::uint16_t outstation, std::string_view status, const Emit& emit);

  Exchange exchange;

 private:
  struct Heading;
  void on_request(const Heading& heading, const Fragment& fragment, Bytes rest, const Emit& emit);
  void on_response(const Heading& heading, const Fragment& fragment, Bytes rest, const Emit& emit);
  void conclude(const Heading& heading, Request& request, const class Answer& answer, bool whole, const Emit& emit);
  void tell_condition(const Heading& heading, const Emit& emit);

  bool authenticated_ = false;  // Secure Authentication was seen at work
  bool open_stated_ = false;
  std::uint64_t told_condition_ = 0;  // link addresses and indications that were stated last
};

}  // namespace kakoi::dnp3
