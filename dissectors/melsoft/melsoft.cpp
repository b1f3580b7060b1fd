//   request  57 | … ×18 | length ×2 | 1C | … | 16 | 14 | …        | command ×2, high first | number ×2 | size ×2 | data
//   answer   D7 | … ×18 | length ×2 | 9C | … | 18 | 14 | error ×2 | … | the same
//            the length is of what follows it; the 16h and 18h tell where the command stands, counted from there; of the
//            Q series 0Ah and 0Ch, with 08h behind them
//   search   5A | 00 00 | kind       found  DA | 00 00 | kind | …
#include "dissectors/melsoft/melsoft.h"

#include <algorithm>
#include <array>

#include "dissectors/core/code_table.h"
#include "dissectors/core/open_commands.h"
#include "dissectors/core/utf16.h"

namespace kakoi::melsoft {

namespace {

constexpr std::uint8_t kRequest = 0x57, kAnswer = 0xD7, kSearch = 0x5A, kFound = 0xDA;
constexpr std::size_t kHeader = 21, kMostSize = 4096;
constexpr std::size_t kSearchSize = 4, kShortFound = 14, kLongFound = 28;
constexpr std::uint32_t kSearchCode = 0x1'0000;  // function codes beyond the commands': the kind of a search
constexpr std::uint16_t kReadTypeName = 0x0101, kReadModel = 0x0121, kUserName = 0x0131, kPassword = 0x0132;

struct Entry {
  std::uint16_t code;
  OperationClass cls;
  std::string_view name;
};
// Numbers that SLMP has, too (SH-080956), mean the same here. Log-ins, users and safety modes: NozomiNetworks/blackhat23-melsoft.
// What the others do is told by their data and answers.
constexpr Entry kCommands[] = {
    {kReadTypeName, OperationClass::identify, "Read Type Name"},
    {kReadModel, OperationClass::identify, "Read CPU Model"},
    {kUserName, OperationClass::auth, "Log In, User Name"},
    {kPassword, OperationClass::auth, "Log In, Password"},
    {0x0133, OperationClass::read, "Read User Information"},
    {0x0134, OperationClass::read, "Read User Information"},
    {0x0150, OperationClass::read, "Read Safety Mode"},
    {0x0401, OperationClass::read, "Device Read"},
    {0x0402, OperationClass::read, "Read"},
    {0x0403, OperationClass::read, "Device Read Random"},
    {0x0406, OperationClass::read, "Device Read Block"},
    {0x0410, OperationClass::read, "Read"},
    {0x0601, OperationClass::read, "Extend Unit Read"},
    {0x0613, OperationClass::read, "Memory Read"},
    {0x0B20, OperationClass::identify, "Node Search"},
    {0x1001, OperationClass::mode, "Remote Run"},
    {0x1002, OperationClass::mode, "Remote Stop"},
    {0x1003, OperationClass::mode, "Remote Pause"},
    {0x1005, OperationClass::mode, "Remote Latch Clear"},
    {0x1006, OperationClass::mode, "Remote Reset"},
    {0x1120, OperationClass::mode, "Change Safety Mode"},
    {0x1133, OperationClass::parameter, "Register User Information"},
    {0x1401, OperationClass::write, "Device Write"},
    {0x1402, OperationClass::write, "Device Write Random"},
    {0x1406, OperationClass::write, "Device Write Block"},
    {0x1410, OperationClass::write, "Write"},
    {0x1601, OperationClass::write, "Extend Unit Write"},
    {0x1613, OperationClass::write, "Memory Write"},
    {0x1859, OperationClass::file, "File Read Directory"},
    {0x185F, OperationClass::file, "File Search"},
    {0x1867, OperationClass::file, "File Open"},
    {0x1868, OperationClass::file, "File Read"},
    {0x1869, OperationClass::file, "File Write"},
    {0x186A, OperationClass::file, "File Close"},
};
static_assert(is_ascending(kCommands));

OperationClass class_of(std::uint16_t command) noexcept {
  if (const Entry* const known = find_code(kCommands, command)) return known->cls;
  return command >> 8 == 0x18 ? OperationClass::file : OperationClass::other;
}

std::string_view function_name(std::uint32_t code) {
  if (code >= kSearchCode) return "search for controllers";
  const Entry* const known = find_code(kCommands, code);
  return known ? known->name : std::string_view{};
}

struct Message {
  bool is_answer = false;
  std::uint16_t error = 0, command = 0, number = 0;
  Bytes data;
};

std::optional<Message> parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Message m;
  m.is_answer = r.u8() == kAnswer;
  r.skip(kHeader - 1);
  const std::uint8_t kind = r.u8();
  r.skip(1);
  const std::size_t place = r.u8();  // of the command, from here on
  const std::uint8_t fixed = r.u8();
  ByteReader before = r.sub(place < 2 ? 0 : place - 2);
  if (m.is_answer) m.error = before.le16();
  m.command = r.be16();
  m.number = r.le16();
  r.skip(2);
  if (!r.ok() || !before.ok() || kind != (m.is_answer ? 0x9C : 0x1C) || (fixed != 0x14 && fixed != 0x08)) return {};
  m.data = r.rest();
  return m;
}

// What a search finds has its size by its kind.
constexpr std::size_t search_size(Bytes bytes) noexcept {
  constexpr std::uint8_t kLong = 0xFF;
  return bytes[0] == kSearch ? kSearchSize : bytes[3] == kLong ? kLongFound : kShortFound;
}

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(1);
  const std::uint8_t head = bytes[0];
  if (head == kSearch || head == kFound) {
    for (std::size_t i = 1; i < std::min<std::size_t>(bytes.size(), 3); ++i)
      if (bytes[i] != 0) return Frame::foreign();
    return bytes.size() < kSearchSize ? Frame::more(kSearchSize) : Frame::whole(search_size(bytes));
  }
  if (head != kRequest && head != kAnswer) return Frame::foreign();
  // From the fourth octet on: a number that goes up stands in the second or the third, as the controller's series has it.
  constexpr std::array<std::uint8_t, 4> kFixed = {0x00, 0x00, 0x11, 0x11};
  constexpr std::size_t kAt = 3;
  for (std::size_t i = 0; i < kFixed.size() && i + kAt < bytes.size(); ++i)
    if (bytes[i + kAt] != kFixed[i]) return Frame::foreign();
  if (bytes.size() < kHeader) return Frame::more(kHeader);
  const std::size_t size = kHeader + static_cast<std::size_t>(bytes[19] | bytes[20] << 8);
  return size > kHeader + 4 && size <= kMostSize ? Frame::whole(size) : Frame::foreign();
}

bool probe(Bytes bytes, Role speaker) {
  const Frame whole = frame(bytes, speaker);
  if (whole.kind != Frame::Kind::whole || whole.size > bytes.size()) return false;
  return bytes[0] == kSearch || bytes[0] == kFound || parse(bytes.first(whole.size)).has_value();
}

Protocol::Speaker speaker(Bytes bytes) {
  if (bytes.empty()) return {Role::client, false};
  return {bytes[0] == kAnswer || bytes[0] == kFound ? Role::server : Role::client, true};
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    if (pdu.bytes.size() < 4) return Interest::more;
    if (pdu.bytes[0] == kSearch || pdu.bytes[0] == kFound)
      emit(Operation{.cls = OperationClass::identify, .function_code = kSearchCode + pdu.bytes[3]});
    else if (const auto m = parse(pdu.bytes))
      m->is_answer ? on_answer(*m, emit) : on_request(*m, emit);
    return Interest::more;
  }
  void on_gap(Role) override { commands_.on_gap(); }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  void on_request(const Message& m, const Emit& emit) {
    const OperationClass cls = class_of(m.command);
    emit(Operation{.cls = cls, .function_code = m.command});
    if (cls == OperationClass::auth) has_log_in_ = true;
    if (m.command == kUserName) state_account(m.data, emit);
    if (is_command(cls)) commands_.ask(key_of(m), command(cls, m.command, function_name(m.command)), emit);
  }

  void on_answer(const Message& m, const Emit& emit) {
    const Outcome outcome = m.error == 0 ? Outcome::accepted : Outcome::refused;
    emit(Operation{.cls = class_of(m.command), .function_code = m.command, .outcome = outcome});
    commands_.answer(key_of(m), outcome, outcome == Outcome::refused ? "error code not 0" : "", emit);
    if (outcome != Outcome::accepted) return;
    const OperationClass cls = class_of(m.command);
    // Before a log-in, the model is told to everybody.
    if (!open_stated_ && !has_log_in_ && cls != OperationClass::auth && cls != OperationClass::identify) {
      emit(OpenAccess{"melsoft"});
      open_stated_ = true;
    }
    if (m.command == kReadModel || m.command == kReadTypeName) state_model(m.data, emit);
  }

  static std::uint64_t key_of(const Message& m) noexcept { return std::uint64_t{m.command} << 16 | m.number; }

  // Model ×16, filled with NUL or blanks.
  static void state_model(Bytes data, const Emit& emit) {
    constexpr std::string_view kMethod = "melsoft cpu model";
    ByteReader r{data};
    const std::string_view model = text::field(as_text(r.take(16)));
    if (model.empty()) return;
    for (const char c : model)
      if (!text::is_printable(c)) return;
    emit(Identity{Trait::model, model, kMethod, 90, {}});
    emit(Identity{Trait::vendor, "Mitsubishi Electric", kMethod, 80, {}});
  }

  // Name ×20, UTF-16, filled with NUL. The password that follows is proved, and does not pass.
  static void state_account(Bytes data, const Emit& emit) {
    constexpr std::size_t kName = 40;
    if (data.size() < kName) return;
    const text::Utf8<64> name(data.first(kName));
    if (!name.view().empty()) emit(Identity{Trait::account, name.view(), "melsoft log-in", 80, {}});
  }

  bool open_stated_ = false, has_log_in_ = false;
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {5006, 5007, 5560, 5561};

}  // namespace

constinit const Protocol protocol{
    .name = "melsoft",
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

}  // namespace kakoi::melsoft
