// GE SRTP. Numbers are little-endian.
//
//   0  type (0, 1: session opens; 2 request, 3 answer)   2 sequence ×2   4 length of the text ×2   … zeros, 1 or 2
//   26 second, minute, hour   30 sequence   31 mailbox type   32 from ×4   36 to ×4   40 packet, of packets
//   42 request: service | selector | offset ×2 | length ×2       with a text: all of it at 50
//   42 answer: status | minor status | data ×6                   | 50 program | privilege | sweep ×2 | PLC status ×2
//   56 text
#include "dissectors/ge_srtp/ge_srtp.h"

#include <algorithm>

#include "dissectors/core/code_table.h"
#include "dissectors/core/open_commands.h"
#include "dissectors/core/text.h"

namespace kakoi::ge_srtp {

namespace {

constexpr std::size_t kHeader = 56, kMostText = 8192;
constexpr std::uint8_t kOpen = 0, kOpened = 1, kRequest = 2, kAnswer = 3;
// Table 3-10 of GFK-0529 and the paper's section 3: mailbox types.
constexpr std::uint8_t kAsk = 0xC0, kAskWithText = 0x80, kAck = 0xD4, kAckWithText = 0x94, kNack = 0xD1;

struct Entry {
  std::uint8_t code;
  OperationClass cls;
  std::string_view name;
};
constexpr std::uint8_t kLongStatus = 0x01, kReadSystem = 0x04, kWriteSystem = 0x07, kControllerId = 0x43;
// The paper's table 2; long status, session control and supported features as Horner's manual SUP0740, chapter 7, has them.
constexpr Entry kServices[] = {
    {0x00, OperationClass::diagnostic, "PLC short status"},
    {0x01, OperationClass::diagnostic, "PLC long status"},
    {0x03, OperationClass::identify, "return control program names"},
    {0x04, OperationClass::read, "read system memory"},
    {0x05, OperationClass::read, "read task memory"},
    {0x06, OperationClass::read, "read program memory"},
    {0x07, OperationClass::write, "write system memory"},
    {0x08, OperationClass::write, "write task memory"},
    {0x09, OperationClass::program, "write program block memory"},
    {0x20, OperationClass::auth, "programmer logon"},
    {0x21, OperationClass::auth, "change privilege level"},
    {0x22, OperationClass::parameter, "set control ID"},
    {0x23, OperationClass::mode, "set PLC state"},
    {0x24, OperationClass::time, "set PLC time and date"},
    {0x25, OperationClass::time, "return PLC time and date"},
    {0x38, OperationClass::diagnostic, "return fault table"},
    {0x39, OperationClass::diagnostic, "clear fault table"},
    {0x3F, OperationClass::file, "program store (upload from PLC)"},
    {0x40, OperationClass::program, "program load (download to PLC)"},
    {0x43, OperationClass::identify, "return controller type and ID information"},
    {0x44, OperationClass::control, "toggle force system memory"},
    {0x4F, OperationClass::session, "session control"},
    {0x61, OperationClass::identify, "return supported features"},
};
static_assert(is_ascending(kServices));
const Entry* find(std::uint32_t code) noexcept { return find_code(kServices, code); }

// The paper's table 3: of bits, bytes or words.
struct Selector {
  std::uint8_t code;
  std::string_view name;
};
constexpr Selector kSelectors[] = {
    {0x08, "%R word"}, {0x0A, "%AI word"}, {0x0C, "%AQ word"}, {0x10, "%I byte"},  {0x12, "%Q byte"}, {0x14, "%T byte"},
    {0x16, "%M byte"}, {0x18, "%SA byte"}, {0x1A, "%SB byte"}, {0x1C, "%SC byte"}, {0x1E, "%S byte"}, {0x38, "%G byte"},
    {0x46, "%I bit"},  {0x48, "%Q bit"},   {0x4A, "%T bit"},   {0x4C, "%M bit"},   {0x4E, "%SA bit"}, {0x50, "%SB bit"},
    {0x52, "%SC bit"}, {0x54, "%S bit"},   {0x56, "%G bit"},
};
static_assert(is_ascending(kSelectors));

std::string_view status_name(std::uint8_t major) noexcept {  // GFK-0529, table 3-12
  switch (major) {
    case 0x01:
      return "illegal service request";
    case 0x02:
      return "insufficient privilege level";
    case 0x04:
      return "protocol sequence error";
    case 0x05:
      return "service request error";
    case 0x06:
      return "illegal mailbox type";
    case 0x07:
      return "request queue full";
    default:
      return "refused";
  }
}

bool is_zero(Bytes bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

// As far as `b` goes: 9 and 17 count what follows (0 to 2 as seen), the rest up to the time is zero.
bool may_begin(Bytes b) noexcept {
  for (std::size_t i = 1; i < std::min<std::size_t>(b.size(), 31); ++i) {
    if (i >= 2 && i <= 5) continue;  // sequence, length
    const unsigned most = i == 9 || i == 17 ? 2 : i == 26 || i == 27 ? 59 : i == 28 ? 23 : i == 30 ? 255 : 0;
    if (b[i] > most) return false;
  }
  return true;
}

bool is_mailbox(std::uint8_t type, std::uint8_t mailbox) noexcept {
  if (type == kRequest) return mailbox == kAsk || mailbox == kAskWithText;
  return mailbox == kAck || mailbox == kAckWithText || mailbox == kNack;
}

Frame frame(Bytes b, Role) {
  if (b.empty()) return Frame::more(kHeader);
  const std::uint8_t type = b[0];
  if (type > kAnswer) return Frame::foreign();
  const Bytes head = b.first(std::min(b.size(), kHeader));
  if (type <= kOpened) {
    // all zeros; the answer begins with 1, and has another number at 8
    const std::size_t number = type == kOpened ? 8 : kHeader;
    for (std::size_t i = 1; i < head.size(); ++i)
      if (i != number && head[i] != 0) return Frame::foreign();
    return head.size() < kHeader ? Frame::more(kHeader) : Frame::whole(kHeader);
  }
  if (!may_begin(head)) return Frame::foreign();
  if (head.size() > 31 && !is_mailbox(type, head[31])) return Frame::foreign();
  if (head.size() < kHeader) return Frame::more(kHeader);
  const std::size_t text = static_cast<std::size_t>(b[4] | b[5] << 8);
  const bool has_text = head[31] == kAskWithText || head[31] == kAckWithText;
  if (text > kMostText || has_text != (text != 0)) return Frame::foreign();
  return Frame::whole(kHeader + text);
}

std::uint8_t service_of(Bytes b) noexcept { return b[b[31] == kAskWithText ? 50 : 42]; }

// Zeros are anybody's; a service that nobody knows proves nothing.
bool probe(Bytes b, Role) {
  if (b.size() < kHeader) return false;
  switch (b[0]) {
    case kOpened:
      return b[8] != 0;
    case kRequest:
      return find(service_of(b)) != nullptr;
    case kAnswer:
      return true;
    default:
      return false;
  }
}

Protocol::Speaker speaker(Bytes b) {
  if (b.empty() || b[0] == kOpen) return {Role::client, false};
  return {b[0] == kRequest ? Role::client : Role::server, true};
}

std::string_view function_name(std::uint32_t code) {
  const Entry* const known = find(code);
  return known ? known->name : std::string_view{};
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const Bytes b = pdu.bytes;
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(b.size())});
    if (b.size() < kHeader) return Interest::more;
    if (b[0] == kRequest) on_request(b, emit);
    if (b[0] == kAnswer) on_answer(b, pdu.complete(), emit);
    return Interest::more;
  }
  void on_gap(Role) override {
    commands_.on_gap();
    asked_ = {};
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  struct Asked {
    std::uint16_t sequence = 0;
    std::uint8_t service = 0;
    bool waits = false;
  };

  void on_request(Bytes b, const Emit& emit) {
    ByteReader r{b};
    r.skip(2);
    const std::uint16_t sequence = r.le16();
    r.skip((b[31] == kAskWithText ? 50u : 42u) - 4u);
    const std::uint8_t service = r.u8(), selector = r.u8();
    const std::uint16_t offset = r.le16(), length = r.le16();
    const Entry* const known = find(service);
    const OperationClass cls = known ? known->cls : OperationClass::other;
    emit(Operation{.cls = cls, .function_code = service});
    asked_[next_++ % asked_.size()] = {sequence, service, true};

    const Selector* const area =
        service == kReadSystem || service == kWriteSystem ? find_code(kSelectors, selector) : nullptr;
    if (area)
      emit(Points{.access = cls, .kind = area->name, .first = offset, .count = std::max<std::uint32_t>(length, 1)});
    if (!is_command(cls)) return;
    ControlAction action = command(cls, service, function_name(service));
    if (area) {
      action.point_kind = area->name;
      action.point = offset;
      action.points = std::max<std::uint32_t>(length, 1);
    }
    commands_.ask(sequence, action, emit);
  }

  // An answer names no service: its sequence number does.
  void on_answer(Bytes b, bool whole, const Emit& emit) {
    const auto sequence = static_cast<std::uint16_t>(b[2] | b[3] << 8);
    const auto asked =
        std::find_if(asked_.begin(), asked_.end(), [&](const Asked& a) { return a.waits && a.sequence == sequence; });
    const bool refused = b[31] == kNack || (b[31] == kAck && b[42] != 0);
    const Outcome outcome = refused ? Outcome::refused : Outcome::accepted;
    commands_.answer(sequence, outcome, refused ? status_name(b[42]) : std::string_view{}, emit);
    if (asked == asked_.end()) return;
    asked->waits = false;
    const Entry* const known = find(asked->service);
    emit(Operation{.cls = known ? known->cls : OperationClass::other,
                   .function_code = asked->service,
                   .outcome = outcome,
                   .is_message = false});
    if (refused) return;
    if (!open_stated_) emit(OpenAccess{"ge-srtp"});
    open_stated_ = true;
    if (b[31] != kAckWithText || !whole) return;
    const Bytes text = b.subspan(kHeader);
    if (asked->service == kControllerId) state_id(text, emit);
    if (asked->service == kLongStatus) state_program(text, emit);
  }

  // The ID that "set control ID" gave it: 0 to 7 characters and NULs up to 8.
  static void state_id(Bytes text, const Emit& emit) {
    constexpr std::size_t kId = 8;
    if (text.size() < kId || text[kId - 1] != 0) return;
    const std::string_view field = as_text(text.first(kId)), id = field.substr(0, field.find('\0'));
    const bool fits = !id.empty() && std::all_of(id.begin(), id.end(), text::is_printable) &&
                      is_zero(text.subspan(id.size(), kId - id.size()));
    if (fits) emit(Identity{Trait::name, text::trim(id), "ge-srtp controller id", 60, {}});
  }

  static void state_program(Bytes text, const Emit& emit) {
    constexpr std::size_t kName = 18, kSize = 16;
    if (text.size() < kName + kSize) return;
    const std::string_view field = as_text(text.subspan(kName, kSize));
    const std::string_view name = text::trim(field.substr(0, field.find('\0')));
    if (!name.empty() && std::all_of(name.begin(), name.end(), text::is_printable))
      emit(Identity{Trait::description, name, "ge-srtp program name", 60, {}});
  }

  bool open_stated_ = false;
  std::array<Asked, 8> asked_{};
  std::size_t next_ = 0;
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {18245};

}  // namespace

constinit const Protocol protocol{
    .name = "ge_srtp",
    .over_tcp = true,
    .over_udp = false,
    .ports = kPorts,
    .max_pdu = kHeader + kMostText,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::ge_srtp
