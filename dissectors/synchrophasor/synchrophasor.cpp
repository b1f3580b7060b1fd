#include "dissectors/synchrophasor/synchrophasor.h"

#include "dissectors/core/code_table.h"
#include "dissectors/core/open_commands.h"
#include "dissectors/synchrophasor/configuration.h"
#include "dissectors/synchrophasor/frame.h"
#include "dissectors/synchrophasor/requests.h"

namespace kakoi::synchrophasor {

namespace {

constexpr std::uint32_t kCommand = 0x1'0000;  // function codes: types of frames, and commands beyond this

// CMD (C37.118.2-2011, clause 6.6, table 15).
enum Command : std::uint16_t {
  turn_off = 1,
  turn_on = 2,
  send_header = 3,
  send_configuration_1 = 4,
  send_configuration_2 = 5,
  send_configuration_3 = 6,
  extended_frame = 8,
};
constexpr bool is_users(std::uint16_t cmd) noexcept { return cmd >= 0x0100 && cmd <= 0x0FFF; }

struct Entry {
  std::uint32_t code;
  OperationClass cls;
  std::string_view name;
};
// What extended frames and users' own commands mean is not laid down, but they are commands: a PMU's relay may be among
// what they reach.
constexpr Entry kFunctions[] = {
    {static_cast<std::uint32_t>(Type::data), OperationClass::report, "Data frame"},
    {static_cast<std::uint32_t>(Type::header), OperationClass::identify, "Header frame"},
    {static_cast<std::uint32_t>(Type::configuration_1), OperationClass::identify, "Configuration frame 1 (CFG-1)"},
    {static_cast<std::uint32_t>(Type::configuration_2), OperationClass::identify, "Configuration frame 2 (CFG-2)"},
    {static_cast<std::uint32_t>(Type::configuration_3), OperationClass::identify, "Configuration frame 3 (CFG-3)"},
    {kCommand + turn_off, OperationClass::session, "Turn off transmission of data frames"},
    {kCommand + turn_on, OperationClass::session, "Turn on transmission of data frames"},
    {kCommand + send_header, OperationClass::identify, "Send HDR frame"},
    {kCommand + send_configuration_1, OperationClass::identify, "Send CFG-1 frame"},
    {kCommand + send_configuration_2, OperationClass::identify, "Send CFG-2 frame"},
    {kCommand + send_configuration_3, OperationClass::identify, "Send CFG-3 frame"},
    {kCommand + extended_frame, OperationClass::control, "Extended frame"},
};
static_assert(is_ascending(kFunctions));

std::string_view function_name(std::uint32_t code) {
  if (const Entry* const known = find_code(kFunctions, code)) return known->name;
  return code > kCommand && is_users(static_cast<std::uint16_t>(code - kCommand)) ? "User-designated command"
                                                                                  : std::string_view();
}

OperationClass class_of(std::uint16_t cmd) noexcept {
  if (const Entry* const known = find_code(kFunctions, kCommand + cmd)) return known->cls;
  return is_users(cmd) ? OperationClass::control : OperationClass::other;
}

// Who wants data sends commands (clause 6.1), and who has them the rest, asked or not.
Protocol::Speaker speaker(Bytes frame) {
  if (frame.size() < 2) return {Role::client, false};
  return {type_of(frame[1]) == Type::command ? Role::client : Role::server, true};
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const bool cut = !pdu.complete();
    if (cut) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    if (pdu.bytes.size() < kPrefixSize) return Interest::more;
    if (!cut && !checks(pdu.bytes)) {
      emit(Anomaly{Fault::bad_checksum, static_cast<std::uint32_t>(pdu.bytes.size() - kCheckSize)});
      requests_.on_gap();
      return Interest::more;
    }
    requests_.hear(pdu.speaker);
    const Type type = type_of(pdu.bytes[1]);
    const auto unit = static_cast<std::uint16_t>(pdu.bytes[4] << 8 | pdu.bytes[5]);
    const Bytes content = pdu.bytes.subspan(kPrefixSize).first(pdu.bytes.size() - kPrefixSize - (cut ? 0 : kCheckSize));
    if (type == Type::command) {
      on_command(content, pdu.wire_size, unit, emit);
      return Interest::more;
    }
    const bool is_data = type == Type::data;
    emit(Operation{.cls = is_data ? OperationClass::report : OperationClass::identify,
                   .function_code = static_cast<std::uint32_t>(type),
                   .unit = unit});
    if (is_data) return Interest::more;
    // It tells whoever asks.
    if (requests_.answer(type, unit, emit) && !open_stated_) {
      emit(OpenAccess{"synchrophasor"});
      open_stated_ = true;
    }
    if (type == Type::header) {
      state_header(content, emit);
      return Interest::more;
    }
    const std::uint8_t version = pdu.bytes[1] & 0x0F;
    if (!state_configuration({type, version, unit, content, cut}, emit))
      emit(Anomaly{Fault::bad_length, static_cast<std::uint32_t>(kPrefixSize)});
    return Interest::more;
  }
  void on_gap(Role) override { requests_.on_gap(); }
  void on_end(const Emit& emit) override { requests_.on_end(emit); }

 private:
  void on_command(Bytes content, std::size_t wire_size, std::uint16_t unit, const Emit& emit) {
    ByteReader r{content};
    const std::uint16_t cmd = r.be16();
    if (!r.ok()) return;
    const std::uint32_t code = kCommand + cmd;
    const OperationClass cls = class_of(cmd);
    emit(Operation{.cls = cls, .function_code = code, .unit = unit});
    const std::size_t extension = wire_size - kPrefixSize - sizeof cmd - kCheckSize;
    const bool may_extend = cmd == extended_frame || is_users(cmd);
    if (extension != 0 && !may_extend) emit(Anomaly{Fault::bad_length, static_cast<std::uint32_t>(kPrefixSize)});
    switch (cmd) {
      case turn_off:  // neither is answered
        return emit(sent(command(cls, code, "stop", "data transmission", unit), emit));
      case turn_on:
        return emit(sent(command(cls, code, "start", "data transmission", unit), emit));
      case send_header:
        return requests_.ask(code, Type::header, unit, emit);
      case send_configuration_1:
        return requests_.ask(code, Type::configuration_1, unit, emit);
      case send_configuration_2:
        return requests_.ask(code, Type::configuration_2, unit, emit);
      case send_configuration_3:
        return requests_.ask(code, Type::configuration_3, unit, emit);
      default:
        break;
    }
    if (!may_extend) return emit(Anomaly{Fault::unknown_type, static_cast<std::uint32_t>(kPrefixSize)});
    text::Line<48> value;
    value << extension << " octets";
    emit(sent(command(cls, code, cmd == extended_frame ? "extended frame" : "user command", value.view(), unit), emit));
  }

  static ControlAction sent(ControlAction action, const Emit& emit) noexcept {
    action.actor = emit.context().speaker;
    action.asked = emit.context().packet;
    return action;
  }

  // Text for people, of no laid-down form (clause 6.5).
  static void state_header(Bytes content, const Emit& emit) {
    constexpr std::size_t kMost = 256;
    const std::string_view words = text::field(as_text(content.first(std::min(content.size(), kMost))));
    if (!words.empty()) emit(Identity{Trait::description, words, "synchrophasor header", 80, {}});
  }

  bool open_stated_ = false;
  Requests requests_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {4712, 4713};  // E.2: of TCP, and of UDP

}  // namespace

constinit const Protocol protocol{
    .name = "synchrophasor",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMostSize,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .speaker_first = true,  // data goes to the client's port 4713, and commands may come from its 4712
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::synchrophasor
