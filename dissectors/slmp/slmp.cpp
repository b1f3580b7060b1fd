#include "dissectors/slmp/slmp.h"

#include <algorithm>

#include "dissectors/core/code_table.h"
#include "dissectors/core/open_commands.h"
#include "dissectors/slmp/frame.h"

namespace kakoi::slmp {

namespace {

constexpr std::uint32_t kAnswer = 0x1'0000;  // function code of answers: they do not tell what was asked
constexpr std::uint16_t kReadTypeName = 0x0101, kUnlock = 0x1630;

struct Entry {
  std::uint16_t code;
  OperationClass cls;
  std::string_view name;
};
// SH-080956ENG, 5.1, and SH-080008 for the older ones.
constexpr Entry kCommands[] = {
    {0x0101, OperationClass::identify, "Read Type Name"},
    {0x0205, OperationClass::file, "Read (directory, C24)"},
    {0x0401, OperationClass::read, "Device Read"},
    {0x0403, OperationClass::read, "Device Read Random"},
    {0x0406, OperationClass::read, "Device Read Block"},
    {0x041A, OperationClass::read, "Label Read (array)"},
    {0x041C, OperationClass::read, "Label Read Random"},
    {0x0601, OperationClass::read, "Extend Unit Read"},
    {0x0613, OperationClass::read, "Memory Read"},
    {0x0619, OperationClass::diagnostic, "Self Test"},
    {0x0630, OperationClass::session, "Register Monitor Condition"},
    {0x0801, OperationClass::session, "Entry Monitor Device"},
    {0x0802, OperationClass::read, "Execute Monitor"},
    {0x0B05, OperationClass::report, "On-demand"},
    {0x0E30, OperationClass::identify, "Node Search"},
    {0x0E31, OperationClass::parameter, "IP Address Set"},
    {0x1001, OperationClass::mode, "Remote Run"},
    {0x1002, OperationClass::mode, "Remote Stop"},
    {0x1003, OperationClass::mode, "Remote Pause"},
    {0x1005, OperationClass::mode, "Remote Latch Clear"},
    {0x1006, OperationClass::mode, "Remote Reset"},
    {0x1401, OperationClass::write, "Device Write"},
    {0x1402, OperationClass::write, "Device Write Random"},
    {0x1406, OperationClass::write, "Device Write Block"},
    {0x141A, OperationClass::write, "Label Write (array)"},
    {0x141B, OperationClass::write, "Label Write Random"},
    {0x1601, OperationClass::write, "Extend Unit Write"},
    {0x1613, OperationClass::write, "Memory Write"},
    {0x1617, OperationClass::diagnostic, "Clear Error"},
    {0x1630, OperationClass::auth, "Remote Password Unlock"},
    {0x1631, OperationClass::auth, "Remote Password Lock"},
    {0x1810, OperationClass::file, "File Read Directory"},
    {0x1811, OperationClass::file, "File Search Directory"},
    {0x1820, OperationClass::file, "File New File"},
    {0x1822, OperationClass::file, "File Delete"},
    {0x1824, OperationClass::file, "File Copy"},
    {0x1825, OperationClass::file, "File Change State"},
    {0x1826, OperationClass::file, "File Change Date"},
    {0x1827, OperationClass::file, "File Open"},
    {0x1828, OperationClass::file, "File Read"},
    {0x1829, OperationClass::file, "File Write"},
    {0x182A, OperationClass::file, "File Close"},
    {0x3070, OperationClass::diagnostic, "Entry Lifetime"},
};

static_assert(is_ascending(kCommands));
const Entry* find(std::uint32_t code) noexcept { return find_code(kCommands, code); }

std::string_view function_name(std::uint32_t code) {
  if (code == kAnswer) return "answer";
  const Entry* const known = find(code);
  return known ? known->name : std::string_view{};
}

bool probe(Bytes bytes, Role speaker) {
  const Frame whole = frame(bytes, speaker);
  if (whole.kind != Frame::Kind::whole || whole.size > bytes.size()) return false;
  const auto m = parse(bytes.first(whole.size));
  return m && (m->is_answer || (find(m->command) && m->subcommand <= 0x00C3));
}

Protocol::Speaker speaker(Bytes bytes) {
  const auto m = parse(bytes);
  return {m && m->is_answer ? Role::server : Role::client, m.has_value()};
}

std::string_view device_name(unsigned code) noexcept {
  switch (code) {
    case 0x90:
      return "M";
    case 0x91:
      return "SM";
    case 0x92:
      return "L";
    case 0x9C:
      return "X";
    case 0x9D:
      return "Y";
    case 0xA0:
      return "B";
    case 0xA8:
      return "D";
    case 0xA9:
      return "SD";
    case 0xAF:
      return "R";
    case 0xB0:
      return "ZR";
    case 0xB4:
      return "W";
    default:
      return {};
  }
}

class Slmp final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    const auto m = parse(pdu.bytes);
    if (!m) return Interest::more;
    if (m->is_answer)
      on_answer(*m, pdu.complete(), emit);
    else
      on_request(*m, pdu.complete(), emit);
    return Interest::more;
  }
  void on_gap(Role) override {
    asked_ = {};
    password_.clear();
    commands_.on_gap();
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  // What was asked last: 3E has no number, so a client waits for the answer; 4E has one.
  struct Asked {
    bool open = false;
    std::uint16_t serial = 0, command = 0;
    PacketRef packet;
  };

  void on_request(const Message& m, bool whole, const Emit& emit) {
    const Entry* const known = find(m.command);
    const OperationClass cls = known ? known->cls : OperationClass::other;
    emit(Operation{.cls = cls, .function_code = m.command});
    asked_ = {true, m.serial, m.command, emit.context().packet};
    password_.clear();
    unlocking_ = unlocking_ || m.command == kUnlock;
    if (m.command == kUnlock && whole) {  // size ×2 | password; of Q series four characters
      Reader r(m.data, m.is_ascii);
      const std::size_t size = r.u16();
      const std::string_view secret = as_text(r.take(size));
      if (r.ok() && size <= kMostPassword) {
        password_.assign(secret);
        emit(Credential{"slmp", {}, password_.view(), CredentialOutcome::attempted});
      }
    }
    if (cls != OperationClass::write && cls != OperationClass::mode && cls != OperationClass::parameter) return;
    ControlAction action = command(cls, m.command, function_name(m.command));
    if (m.command == 0x1401 && !m.is_ascii && m.subcommand <= 1) {  // device number ×3 | device code | points ×2
      ByteReader r{m.data};
      const std::uint32_t first = r.le24();
      const std::string_view device = device_name(r.u8());
      const std::uint16_t points = r.le16();
      if (!r.ok()) return;
      if (!device.empty() && points != 0) {
        action.point_kind = device;
        action.point = first;
        action.points = points;
      }
    }
    commands_.ask(m.serial, action, emit);
  }

  void on_answer(const Message& m, bool whole, const Emit& emit) {
    const Outcome outcome = m.end_code == 0 ? Outcome::accepted : Outcome::refused;
    emit(Operation{.cls = OperationClass::other, .function_code = kAnswer, .outcome = outcome});
    commands_.answer(m.serial, outcome, outcome == Outcome::refused ? "end code not 0" : "", emit);
    const bool paired = asked_.open && asked_.serial == m.serial && !is_before(emit.context().packet, asked_.packet);
    if (!paired) return;
    asked_.open = false;
    const Entry* const known = find(asked_.command);
    emit(Operation{.cls = known ? known->cls : OperationClass::other,
                   .function_code = asked_.command,
                   .outcome = outcome,
                   .is_message = false});
    if (asked_.command == kUnlock) {
      unlocked_ = unlocked_ || outcome == Outcome::accepted;
      unlocking_ = false;
    }
    if (asked_.command == kUnlock && !password_.empty()) {
      emit(Credential{"slmp",
                      {},
                      password_.view(),
                      outcome == Outcome::accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected});
      password_.clear();
    }
    if (outcome != Outcome::accepted) return;
    const bool is_access = known && (known->cls == OperationClass::read || known->cls == OperationClass::write);
    if (is_access && !unlocked_ && !unlocking_ && !open_stated_) {
      emit(OpenAccess{"slmp"});
      open_stated_ = true;
    }
    if (asked_.command == kReadTypeName && whole) state_type(m, emit);
  }

  // 5.6: model name ×16, padded with blanks | model code ×2.
  static void state_type(const Message& m, const Emit& emit) {
    constexpr std::string_view kMethod = "slmp type name";
    Reader r(m.data, m.is_ascii);
    const std::string_view model = text::field(as_text(r.take(16)));
    const unsigned code = r.u16();
    if (!r.ok() || model.empty() || !std::all_of(model.begin(), model.end(), text::is_printable)) return;
    emit(Identity{Trait::model, model, kMethod, 90, {}});
    text::Line<32> line;
    (line << "MELSEC model code ").hex(code, 4);
    emit(Identity{Trait::description, line.view(), kMethod, 70, {}});
    // Others' controllers speak the protocol, too; these are names of MELSEC's series.
    for (const std::string_view series : {"Q0", "Q1", "Q2", "R0", "R1", "R3", "L0", "L2", "FX5", "FX3", "NZ2"})
      if (model.starts_with(series)) return emit(Identity{Trait::vendor, "Mitsubishi Electric", kMethod, 80, {}});
  }

  static constexpr std::size_t kMostPassword = 32;
  Asked asked_;
  text::Held<kMostPassword> password_;
  bool open_stated_ = false;
  // The remote password was given; it was asked for, and whether it was right is not known.
  bool unlocked_ = false, unlocking_ = false;
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Slmp>(); }

constexpr std::uint16_t kPorts[] = {5006, 5007};

}  // namespace

constinit const Protocol protocol{
    .name = "slmp",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMostSize,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::slmp
