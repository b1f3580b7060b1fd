//   header      version | message type | message id | status | sequence ×2 | size ×2       size counts the header
//   token PDU   delimiter | address, 1 or 5 octets | [expansion] | command | count | [response code | device status]
//               | data | check
//   direct PDU  device status | extended status | { command ×2 | count | [response code] | data } …
#include "dissectors/hart_ip/hart_ip.h"

#include <algorithm>

#include "dissectors/core/code_table.h"
#include "dissectors/core/open_commands.h"

namespace kakoi::hart_ip {

namespace {

constexpr std::size_t kHeader = 8, kMostSize = 512;
enum Type : std::uint8_t { request = 0, response = 1, publish = 2, error = 15 };
enum Id : std::uint8_t { initiate = 0, close = 1, keep_alive = 2, token_pdu = 3, direct_pdu = 4, audit_log = 5 };
constexpr std::uint32_t kSession = 0x1'0000;  // function codes: HART commands, and message ids beyond this

struct Token {  // a HART PDU (TS20081, clause 5)
  bool is_response = false, has_long_address = false;
  Bytes address;
  std::uint16_t command = 0;
  std::uint8_t response_code = 0;
  Bytes data;
  bool checks = false;
};

std::optional<Token> parse_token(Bytes bytes) noexcept {
  ByteReader r{bytes};
  const std::uint8_t delimiter = r.u8();
  Token t;
  const std::uint8_t kind = delimiter & 7;  // 1 burst, 2 master's, 6 device's
  if (kind != 1 && kind != 2 && kind != 6) return {};
  t.is_response = kind != 2;
  t.has_long_address = (delimiter & 0x80) != 0;
  t.address = r.take(t.has_long_address ? 5 : 1);
  r.skip(delimiter >> 5 & 3);  // expansion octets
  t.command = r.u8();
  const std::size_t count = r.u8();
  ByteReader body = r.sub(count);
  const std::size_t end = r.offset();
  const std::uint8_t check = r.u8();
  if (t.is_response) {
    t.response_code = body.u8();
    body.skip(1);
  }
  if (!r.ok() || !body.ok()) return {};
  t.data = body.rest();
  if (t.command == 31 && t.data.size() >= 2) {  // extended commands: the number is in the data
    t.command = static_cast<std::uint16_t>(t.data[0] << 8 | t.data[1]);
    t.data = t.data.subspan(2);
  }
  std::uint8_t sum = 0;
  for (const std::uint8_t b : bytes.first(end)) sum ^= b;
  t.checks = sum == check;
  return t;
}

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(kHeader);
  if (bytes[0] != 1 && bytes[0] != 2) return Frame::foreign();
  if (bytes.size() > 1 && bytes[1] > publish && bytes[1] != error) return Frame::foreign();
  if (bytes.size() > 2 && bytes[2] > audit_log) return Frame::foreign();
  if (bytes.size() < kHeader) return Frame::more(kHeader);
  const std::size_t size = static_cast<std::size_t>(bytes[6] << 8 | bytes[7]);
  return size >= kHeader && size <= kMostSize ? Frame::whole(size) : Frame::foreign();
}

bool probe(Bytes bytes, Role speaker) {
  const Frame whole = frame(bytes, speaker);
  if (whole.kind != Frame::Kind::whole || whole.size > bytes.size()) return false;
  const Bytes content = bytes.first(whole.size).subspan(kHeader);
  switch (bytes[2]) {
    case initiate:  // master type | inactivity timer ×4
      return content.size() == 5 && content[0] <= 1;
    case close:
    case keep_alive:
      return content.empty();
    case token_pdu: {
      const auto t = parse_token(content);
      return t && t->checks;
    }
    default:
      return bytes[0] == 2;
  }
}

Protocol::Speaker speaker(Bytes bytes) {
  if (bytes.size() < 2) return {Role::client, false};
  return {bytes[1] == request ? Role::client : Role::server, bytes[1] != error};
}

// TS20127 and TS20151: universal and common practice commands.
struct Entry {
  std::uint16_t code;
  OperationClass cls;
  std::string_view name;
};
constexpr Entry kCommands[] = {
    {0, OperationClass::identify, "Read Unique Identifier"},
    {1, OperationClass::read, "Read Primary Variable"},
    {2, OperationClass::read, "Read Loop Current and Percent of Range"},
    {3, OperationClass::read, "Read Dynamic Variables and Loop Current"},
    {6, OperationClass::parameter, "Write Polling Address"},
    {7, OperationClass::read, "Read Loop Configuration"},
    {8, OperationClass::read, "Read Dynamic Variable Classifications"},
    {9, OperationClass::read, "Read Device Variables with Status"},
    {11, OperationClass::identify, "Read Unique Identifier Associated with Tag"},
    {12, OperationClass::identify, "Read Message"},
    {13, OperationClass::identify, "Read Tag, Descriptor, Date"},
    {14, OperationClass::read, "Read Primary Variable Transducer Information"},
    {15, OperationClass::read, "Read Device Information"},
    {16, OperationClass::identify, "Read Final Assembly Number"},
    {17, OperationClass::parameter, "Write Message"},
    {18, OperationClass::parameter, "Write Tag, Descriptor, Date"},
    {19, OperationClass::parameter, "Write Final Assembly Number"},
    {20, OperationClass::identify, "Read Long Tag"},
    {21, OperationClass::identify, "Read Unique Identifier Associated with Long Tag"},
    {22, OperationClass::parameter, "Write Long Tag"},
    {33, OperationClass::read, "Read Device Variables"},
    {34, OperationClass::parameter, "Write Primary Variable Damping Value"},
    {35, OperationClass::parameter, "Write Primary Variable Range Values"},
    {36, OperationClass::parameter, "Set Primary Variable Upper Range Value"},
    {37, OperationClass::parameter, "Set Primary Variable Lower Range Value"},
    {38, OperationClass::diagnostic, "Reset Configuration Changed Flag"},
    {39, OperationClass::parameter, "EEPROM Control"},
    {40, OperationClass::control, "Enter/Exit Fixed Current Mode"},
    {41, OperationClass::diagnostic, "Perform Self Test"},
    {42, OperationClass::mode, "Perform Device Reset"},
    {43, OperationClass::parameter, "Set Primary Variable Zero"},
    {44, OperationClass::parameter, "Write Primary Variable Units"},
    {45, OperationClass::parameter, "Trim Loop Current Zero"},
    {46, OperationClass::parameter, "Trim Loop Current Gain"},
    {47, OperationClass::parameter, "Write Primary Variable Transfer Function"},
    {48, OperationClass::diagnostic, "Read Additional Device Status"},
    {49, OperationClass::parameter, "Write Primary Variable Transducer Serial Number"},
    {50, OperationClass::read, "Read Dynamic Variable Assignments"},
    {51, OperationClass::parameter, "Write Dynamic Variable Assignments"},
    {52, OperationClass::parameter, "Set Device Variable Zero"},
    {53, OperationClass::parameter, "Write Device Variable Units"},
    {54, OperationClass::read, "Read Device Variable Information"},
    {55, OperationClass::parameter, "Write Device Variable Damping Value"},
    {59, OperationClass::parameter, "Write Number of Response Preambles"},
    {71, OperationClass::parameter, "Lock Device"},
    {72, OperationClass::diagnostic, "Squawk"},
    {73, OperationClass::identify, "Find Device"},
    {76, OperationClass::read, "Read Lock Device State"},
    {79, OperationClass::control, "Write Device Variable"},
    {80, OperationClass::read, "Read Device Variable Trim Points"},
    {82, OperationClass::parameter, "Write Device Variable Trim Point"},
    {83, OperationClass::parameter, "Reset Device Variable Trim"},
    {89, OperationClass::time, "Set Real-Time Clock"},
    {90, OperationClass::time, "Read Real-Time Clock"},
    {103, OperationClass::parameter, "Write Burst Period"},
    {104, OperationClass::parameter, "Write Burst Trigger"},
    {105, OperationClass::read, "Read Burst Mode Configuration"},
    {107, OperationClass::parameter, "Write Burst Device Variables"},
    {108, OperationClass::parameter, "Write Burst Mode Command Number"},
    {109, OperationClass::parameter, "Burst Mode Control"},
};

static_assert(is_ascending(kCommands));
const Entry* find(std::uint32_t code) noexcept { return find_code(kCommands, code); }

std::string_view function_name(std::uint32_t code) {
  switch (code) {
    case kSession + initiate:
      return "Session Initiate";
    case kSession + close:
      return "Session Close";
    case kSession + keep_alive:
      return "Keep Alive";
    case kSession + direct_pdu:
      return "Direct PDU";
    case kSession + audit_log:
      return "Read Audit Log";
    default:
      break;
  }
  const Entry* const known = find(code);
  return known ? known->name : std::string_view{};
}

// Response codes: 8, 24 to 63 and 96 to 127 are warnings, or tell that the answer comes later (TS20307). Those from 128
// on tell of a fault between the two and are no answer of the device's own.
Outcome outcome_of(std::uint8_t response_code) noexcept {
  if ((response_code & 0x80) != 0) return Outcome::none;
  const bool warns = response_code == 8 || (response_code >= 24 && response_code < 64) || response_code >= 96;
  return response_code == 0 || warns ? Outcome::accepted : Outcome::refused;
}
std::string_view status_of(std::uint8_t response_code) noexcept {
  if ((response_code & 0x80) != 0) return "communication error";
  return outcome_of(response_code) == Outcome::refused ? "refused" : "";
}

// Identification codes of the HART Communication Foundation (common table 8); makers of most field devices.
std::string_view maker_name(std::uint32_t id) noexcept {
  switch (id) {
    case 0x11:
      return "Endress+Hauser";
    case 0x17:
      return "Honeywell";
    case 0x1A:
      return "ABB";
    case 0x1F:
      return "Micro Motion";
    case 0x26:
      return "Rosemount";
    case 0x2A:
      return "Siemens";
    case 0x37:
      return "Yokogawa";
    case 0x3E:
      return "VEGA";
    default:
      return {};
  }
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    if (pdu.bytes.size() < kHeader) return Interest::more;
    const std::uint8_t type = pdu.bytes[1], id = pdu.bytes[2], status = pdu.bytes[3];
    const std::uint16_t sequence = static_cast<std::uint16_t>(pdu.bytes[4] << 8 | pdu.bytes[5]);
    if (id == token_pdu && type != error) {
      const auto t = parse_token(pdu.bytes.subspan(kHeader));
      if (t && t->checks) on_token(*t, type, sequence, emit);
      if (t && !t->checks) emit(Anomaly{Fault::bad_checksum, static_cast<std::uint32_t>(pdu.bytes.size() - 1)});
      return Interest::more;
    }
    if (id == direct_pdu && type != error && on_direct(pdu.bytes.subspan(kHeader), type, sequence, emit))
      return Interest::more;
    const bool refused = type == error || (type == response && outcome_of(status) == Outcome::refused);
    emit(Operation{.cls = id <= keep_alive ? OperationClass::session : OperationClass::other,
                   .function_code = kSession + id,
                   .outcome = refused ? Outcome::refused : Outcome::none});
    return Interest::more;
  }
  void on_gap(Role) override { commands_.on_gap(); }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  void on_token(const Token& t, std::uint8_t type, std::uint16_t sequence, const Emit& emit) {
    const Entry* const known = find(t.command);
    const OperationClass cls = type == publish ? OperationClass::report : known ? known->cls : OperationClass::other;
    const Outcome outcome = !t.is_response || type == publish ? Outcome::none : outcome_of(t.response_code);
    emit(Operation{.cls = cls, .function_code = t.command, .outcome = outcome});
    if (!t.is_response) return ask(sequence, cls, t.command, emit);
    answer(sequence, t.response_code, outcome, emit);
    if (outcome != Outcome::accepted) return;
    switch (t.command) {
      case 0:
      case 11:
      case 21:
        return state_device(t, emit);
      case 20:
        return state_tag(t, t.data.first(std::min<std::size_t>(t.data.size(), 32)), emit);
      default:
        return;
    }
  }

  void ask(std::uint64_t key, OperationClass cls, std::uint32_t number, const Emit& emit) {
    if (cls == OperationClass::parameter || cls == OperationClass::mode || cls == OperationClass::control)
      commands_.ask(key, command(cls, number, function_name(number)), emit);
  }
  void answer(std::uint64_t key, std::uint8_t response_code, Outcome outcome, const Emit& emit) {
    commands_.answer(key, outcome, status_of(response_code), emit);
    if (outcome == Outcome::accepted && !open_stated_) {
      emit(OpenAccess{"hart_ip"});
      open_stated_ = true;
    }
  }

  // Commands to the speaker itself, without a token. False if nothing of it is one.
  bool on_direct(Bytes bytes, std::uint8_t type, std::uint16_t sequence, const Emit& emit) {
    ByteReader r{bytes};
    r.skip(2);
    bool any = false;
    while (r.remaining() != 0) {
      const std::uint16_t number = r.be16();
      Bytes data = r.take(r.u8());
      const bool answers = type != request;
      if (!r.ok() || (answers && data.empty())) return any;
      any = true;
      const Entry* const known = find(number);
      const OperationClass cls = type == publish ? OperationClass::report : known ? known->cls : OperationClass::other;
      const std::uint8_t response_code = answers ? data[0] : std::uint8_t{0};
      const Outcome outcome = type == response ? outcome_of(response_code) : Outcome::none;
      emit(Operation{.cls = cls, .function_code = number, .outcome = outcome});
      const std::uint64_t key = std::uint64_t{1} << 32 | std::uint64_t{number} << 16 | sequence;
      if (type == request) ask(key, cls, number, emit);
      if (type == response) answer(key, response_code, outcome, emit);
    }
    return any;
  }

  // Is it the speaker's own word, or that of an instrument whose gateway it is? Its own are those of polling address 0.
  bool is_own(const Token& t) noexcept {
    if (!t.has_long_address) return (t.address[0] & 0x3F) == 0;
    return has_own_ && std::equal(own_.begin(), own_.end(), t.address.begin() + 2);
  }

  // Command 0 (TS20127): 254 | expanded type ×2 | … | revisions | flags | id ×3 | … of HART 7: manufacturer ×2
  void state_device(const Token& t, const Emit& emit) {
    constexpr std::string_view kMethod = "hart command 0";
    ByteReader r{t.data};
    const std::uint8_t expansion = r.u8();
    const std::uint16_t type = r.be16();
    r.skip(1);
    const std::uint8_t universal = r.u8(), device_revision = r.u8(), software = r.u8();
    r.skip(2);
    const Bytes id = r.take(3);
    if (!r.ok() || expansion != 254) return;
    std::uint32_t maker = type >> 8;
    r.skip(5);
    const std::uint16_t manufacturer = r.be16();
    if (r.ok() && universal >= 7) maker = manufacturer;
    if (!t.has_long_address && (t.address[0] & 0x3F) == 0) {
      std::copy_n(id.begin(), own_.size(), own_.begin());
      has_own_ = true;
    }
    text::Line<120> line;
    (line << "HART device type 0x").hex(type, 4);
    line << ", manufacturer " << maker << ", HART " << universal << ", device revision " << device_revision;
    text::Line<8> serial;
    for (const std::uint8_t b : id) serial.hex(b, 2);
    if (!is_own(t)) {
      line << ", id " << serial.view() << ", on the far side";
      return emit(Identity{Trait::description, line.view(), kMethod, 60, {}});
    }
    if (const auto name = maker_name(maker); !name.empty()) emit(Identity{Trait::vendor, name, kMethod, 80, {}});
    emit(Identity{Trait::serial, serial.view(), kMethod, 80, {}});
    emit(Identity{Trait::firmware, (text::Line<8>{} << software).view(), kMethod, 70, {}});
    emit(Identity{Trait::description, line.view(), kMethod, 80, {}});
  }

  void state_tag(const Token& t, Bytes tag, const Emit& emit) {
    const std::string_view name = text::field(as_text(tag));
    if (!name.empty() && is_own(t)) emit(Identity{Trait::name, name, "hart long tag", 80, {}});
  }

  bool open_stated_ = false, has_own_ = false;
  std::array<std::uint8_t, 3> own_{};
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {5094};

}  // namespace

constinit const Protocol protocol{
    .name = "hart_ip",
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

}  // namespace kakoi::hart_ip
