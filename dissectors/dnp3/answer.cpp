#include "dissectors/dnp3/answer.h"

#include "dissectors/dnp3/application.h"
#include "dissectors/dnp3/file.h"
#include "dissectors/dnp3/points.h"
#include "dissectors/dnp3/status.h"

namespace kakoi::dnp3 {

namespace {

constexpr std::uint8_t kFile = 70;
constexpr std::uint8_t kAuthentication = 120;

}  // namespace

std::string_view bad_status(const ObjectHeader& header) noexcept {
  if (header.type == nullptr || header.objects.empty()) return {};
  std::string_view bad;
  switch (header.group) {
    case 12:
    case 41:
      for_each_object(header, [&](std::uint32_t, Bytes object) {
        if (bad.empty()) bad = control_status(object.back());
      });
      return bad;
    case kFile: {  // file handle 4, size 4, block size 2, request id 2 | file handle 4, block number 4
      const Bytes object = first_sized_object(header);
      const std::size_t at = header.variation == 4 ? 12 : 8;
      const bool has_status = (header.variation == 4 || header.variation == 6) && at < object.size();
      return has_status ? file_status(object[at]) : bad;
    }
    case kAuthentication: {  // an error instead of an answer: sequence number 4, user 2, association 2, code
      if (header.variation != 7) return {};
      const Bytes object = first_sized_object(header);
      return authentication_error(object.size() > 8 ? object[8] : std::uint8_t{0});
    }
    default:
      return {};
  }
}

void Answer::on_status(std::string_view status) noexcept {
  if (status.empty()) accepted_ = true;
  if (reason_.empty()) reason_ = status;
}

void Answer::on_header(const ObjectHeader& header, const Emit& emit) {
  const std::string_view bad = bad_status(header);
  if (!bad.empty()) on_status(bad);
  if (request_ == nullptr || header.objects.empty()) return;
  const Function function{request_->function_code};
  if (header.group == 12 || header.group == 41) return on_echo(header);
  if (header.group == kFile) {
    if (function == Function::authenticate_file && header.variation == 2) {
      const bool let_in = read_file_login(first_sized_object(header)).key != 0;
      on_status(let_in ? "" : "no authentication key");
      return exchange_.answer_login(*request_, let_in, emit);
    }
    if (bad.empty() && (header.variation == 4 || header.variation == 6 || header.variation == 7)) on_status({});
    if (bad.empty() && function == Function::open_file && header.variation == 4)
      exchange_.for_each(*request_, [&](const Action& action) {
        exchange_.remember_file(*request_, read_file_block(first_sized_object(header)).handle, action.value.view());
      });
    return;
  }
  if (header.group != kAuthentication || function != Function::authenticate_req || !bad.empty()) return;
  if (header.variation != 5) return on_status({});
  // Whoever only asks for the key status is told so; whoever changes keys, whether they are in use.
  const Bytes object = first_sized_object(header);
  on_status(request_->has_actions && object.size() > 7 ? key_status(object[7]) : "");
}

// The response repeats the command's objects, each with its status.
void Answer::on_echo(const ObjectHeader& header) {
  const bool pattern = header.group == 12 && header.variation != 1;
  if (header.group == 12 && header.variation == 3) return;
  for_each_object(header, [&](std::uint32_t index, Bytes object) {
    const std::string_view status = control_status(object.back());
    on_status(status);
    exchange_.for_each(*request_, [&](Action& action) {
      if (action.group != header.group || (!pattern && action.point != index)) return;
      action.outcome = status.empty() ? Outcome::accepted : Outcome::refused;
      action.status = status;
    });
  });
}

}  // namespace kakoi::dnp3
