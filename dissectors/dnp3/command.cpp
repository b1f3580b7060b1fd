#include "dissectors/dnp3/command.h"

#include <algorithm>

#include "dissectors/dnp3/application.h"
#include "dissectors/dnp3/file.h"
#include "dissectors/dnp3/points.h"

namespace kakoi::dnp3 {

namespace {

constexpr std::uint8_t kTimeAndDate = 50;
constexpr std::uint8_t kClasses = 60;
constexpr std::uint8_t kFile = 70;
constexpr std::uint8_t kIndications = 80;
constexpr std::uint8_t kApplication = 90;
constexpr std::uint8_t kAuthentication = 120;

std::string_view step_of(std::uint8_t function_code) noexcept {
  switch (Function{function_code}) {
    case Function::write:
      return "write";
    case Function::select:
      return "select";
    case Function::operate:
      return "operate";
    case Function::direct_operate:
      return "direct operate";
    case Function::direct_operate_nr:
      return "direct operate no ack";
    case Function::immed_freeze:
    case Function::immed_freeze_nr:
      return "freeze";
    case Function::freeze_clear:
    case Function::freeze_clear_nr:
      return "freeze and clear";
    case Function::freeze_at_time:
    case Function::freeze_at_time_nr:
      return "freeze at time";
    case Function::cold_restart:
      return "cold restart";
    case Function::warm_restart:
      return "warm restart";
    case Function::initialize_data:
      return "initialize data";
    case Function::initialize_appl:
      return "initialize application";
    case Function::start_appl:
      return "start";
    case Function::stop_appl:
      return "stop";
    case Function::save_config:
      return "save configuration";
    case Function::enable_unsolicited:
      return "enable unsolicited";
    case Function::disable_unsolicited:
      return "disable unsolicited";
    case Function::assign_class:
      return "assign class";
    case Function::activate_config:
      return "activate configuration";
    default:
      return {};
  }
}

bool is_freeze(Function f) noexcept { return f >= Function::immed_freeze && f <= Function::freeze_at_time_nr; }

}  // namespace

bool is_answered(std::uint8_t function_code) noexcept {
  switch (Function{function_code}) {
    case Function::confirm:
    case Function::direct_operate_nr:
    case Function::immed_freeze_nr:
    case Function::freeze_clear_nr:
    case Function::freeze_at_time_nr:
    case Function::auth_req_no_ack:
      return false;
    default:
      return true;
  }
}

bool needs_status(std::uint8_t function_code) noexcept {
  const Function f{function_code};
  return (f >= Function::write && f <= Function::direct_operate) ||
         (f >= Function::open_file && f <= Function::authenticate_req);
}

void Commands::on_header(const ObjectHeader& header) {
  const Function function{request_.function_code};
  if (header.group == kAuthentication) return on_key(header);
  if (header.group == kFile) return on_file(header);
  if (function == Function::write) return on_write(header);
  if (function >= Function::select && function <= Function::direct_operate_nr)
    return header.group == 12 && header.variation == 3 ? on_pattern_mask(header) : on_control(header);
  if (is_freeze(function) && header.group == kTimeAndDate) {
    detail_.clear();
    return add_values(detail_, header, header.objects, 1);
  }
  if (is_freeze(function)) return on_points(header);

  if (header.group == kClasses && header.type != nullptr) {
    if (function == Function::assign_class)
      detail_.clear();
    else if (!detail_.empty())
      detail_.add(", ");
    detail_.add(header.type->name.substr(0, 7));  // "Class 1"
    return;
  }
  if (function == Function::assign_class) return on_points(header);
  if (header.group == kApplication) detail_.add(as_text(first_sized_object(header)));
}

void Commands::finish(bool whole) {
  switch (Function{request_.function_code}) {
    case Function::cold_restart:
    case Function::warm_restart:
    case Function::initialize_data:
    case Function::save_config:
      return add_device_action(step_of(request_.function_code));
    case Function::initialize_appl:
    case Function::start_appl:
    case Function::stop_appl:
    case Function::enable_unsolicited:
    case Function::disable_unsolicited:
    case Function::activate_config:
      if (whole) add_device_action(step_of(request_.function_code));
      return;
    default:
      return;
  }
}

void Commands::add_device_action(std::string_view step) {
  request_.critical = true;
  if (Action* action = add(step)) action->value = detail_;
}

// Control relay output blocks, pattern control blocks and analog outputs.
void Commands::on_control(const ObjectHeader& header) {
  if (header.group != 12 && header.group != 41) return;
  request_.critical = true;
  if (header.group == 12 && header.variation == 2) {  // the points follow, in a mask
    detail_.clear();
    for_each_object(header, [&](std::uint32_t, Bytes object) { add_relay_output(detail_, object); });
    return;
  }
  for_each_object(header, [&](std::uint32_t index, Bytes object) {
    Action* action = add(step_of(request_.function_code));
    if (action == nullptr) return;
    action->group = header.group;
    action->point_kind = point_kind(header.group);
    action->point = index;
    if (header.group == 12)
      add_relay_output(action->value, object);
    else
      add_values(action->value, header, object, 1);
  });
}

void Commands::on_pattern_mask(const ObjectHeader& header) {
  if (!has_index_range(header)) return;
  for (std::size_t i = 0; i < header.objects.size() * 8 && i < header.count; ++i) {
    if ((header.objects[i / 8] >> i % 8 & 1) == 0) continue;
    Action* action = add(step_of(request_.function_code));
    if (action == nullptr) continue;
    action->group = 12;
    action->point_kind = point_kind(12);
    action->point = header.start + static_cast<std::uint32_t>(i);
    action->value = detail_;
  }
}

void Commands::on_write(const ObjectHeader& header) {
  // Every master clears DEVICE_RESTART, and no outstation minds.
  request_.critical |= header.group != kIndications;
  if (header.type == nullptr || header.objects.empty()) return;
  if (has_index_prefix(header) && header.type->layout == Layout::fixed && !point_kind(header.group).empty()) {
    for_each_object(header, [&](std::uint32_t index, Bytes object) {
      Action* action = add("write");
      if (action == nullptr) return;
      action->point_kind = point_kind(header.group);
      action->point = index;
      add_values(action->value, header, object, 1);
    });
    return;
  }
  Action* action = add("write");
  if (action == nullptr) return;
  action->point_kind = point_kind(header.group);
  if (header.group == kTimeAndDate) action->cls = OperationClass::time;
  if (has_index_range(header) && !action->point_kind.empty()) {
    action->point = header.start;
    action->points = static_cast<std::uint32_t>(std::min<std::uint64_t>(header.count, kNoValue));
  }
  if (header.type->layout == Layout::fixed && header.prefix_size != 0)  // as objects without point: their size tells
    return void(action->value.add(std::uint64_t{header.objects.size()}).add(" octets"));
  // A text or block may be anything, a password for a terminal included: its size tells enough.
  if (header.type->layout == Layout::octets || header.type->layout == Layout::prefixed ||
      header.type->layout == Layout::attribute)
    action->value.add(std::uint64_t{header.objects.size()}).add(" octets");
  else
    add_values(action->value, header, header.objects, header.count);
}

void Commands::on_file(const ObjectHeader& header) {
  const Bytes object = first_sized_object(header);
  if (object.empty()) return;
  const auto act = [&](std::string_view step, std::string_view name) {
    request_.critical = true;
    Action* action = add(step);
    if (action == nullptr) return;
    action->cls = OperationClass::file;
    action->value.add(name);
  };
  switch (Function{request_.function_code}) {
    case Function::open_file: {
      const FileCommand command = read_file_command(object);
      if (command.mode == FileCommand::Mode::write) act("open for writing", command.name);
      if (command.mode == FileCommand::Mode::append) act("open for appending", command.name);
      return;
    }
    case Function::delete_file:
      if (header.variation == 3) act("delete", read_file_command(object).name);
      return;
    case Function::write: {
      // One file is one write, however many its blocks: the last tells.
      const FileBlock block = read_file_block(object);
      request_.critical = true;
      if (header.variation == 5 && block.last) act("write", exchange_.file_name(request_, block.handle));
      return;
    }
    case Function::activate_config:
      if (!detail_.empty()) detail_.add(", ");
      if (header.variation == 8) detail_.add(as_text(object));
      return;
    case Function::authenticate_file: {
      const FileLogin login = read_file_login(object);
      if (header.variation != 2 || (login.user.empty() && login.secret.empty())) return;
      emit_(Credential{"dnp3-file", login.user, login.secret, CredentialOutcome::attempted});
      exchange_.remember_login(request_, login.user, login.secret);
      return;
    }
    default:
      return;
  }
}

// Freezes and the assignment of classes go by points, or by all of a kind.
void Commands::on_points(const ObjectHeader& header) {
  const std::string_view kind = point_kind(header.group);
  if (kind.empty()) return;
  if (Function{request_.function_code} == Function::assign_class) request_.critical = true;
  const auto act = [&](std::uint32_t point, std::uint64_t points) {
    Action* action = add(step_of(request_.function_code));
    if (action == nullptr) return;
    action->point_kind = kind;
    action->point = point;
    action->points = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(points, 1, kNoValue));
    action->value = detail_;
  };
  if (has_index_range(header)) return act(header.start, header.count);
  if (!has_index_prefix(header)) return act(kNoValue, 1);
  for (std::size_t at = 0; at + header.prefix_size <= header.objects.size(); at += header.prefix_size)
    act(index_of(header, header.objects.subspan(at)), 1);
}

// Keys and users of Secure Authentication (clause 7). Key material is never told, names are.
void Commands::on_key(const ObjectHeader& header) {
  const Bytes object = first_sized_object(header);
  ByteReader r(object);
  std::string_view step;
  Text value;
  switch (header.variation) {
    case 6: {
      step = "change session keys";
      r.skip(4);  // sequence number
      const std::uint16_t user = r.le16();
      value.add("user ").add(std::uint64_t{user});
      break;
    }
    case 10: {
      step = "change user status";
      r.skip(1 + 1 + 4 + 2 + 2);  // method, operation, sequence number, role, expiry
      const std::uint16_t size = r.le16();
      r.skip(2 + 2);  // sizes of the public key and of the certification data
      value.add(as_text(r.take(size)));
      break;
    }
    case 11: {
      step = "change update key";
      r.skip(1);  // method
      const std::uint16_t size = r.le16();
      r.skip(2);  // size of the challenge
      value.add(as_text(r.take(size)));
      break;
    }
    default:
      return;
  }
  if (!r.ok()) return;
  if (Action* action = add(step)) {
    action->cls = OperationClass::auth;
    action->value = value;
  }
}

}  // namespace kakoi::dnp3
