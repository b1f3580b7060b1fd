// S7comm-plus in COTP data:
//
//   72 | version | size ×2 | [digest's size | digest] | opcode | 00 00 | function ×2 | … | 72 | version | 00 00
//
// Versions 1 to 3; 3 has the digest. opcodes: 31 request, 32 answer, 33 notification. FEh as version: keep-alive.
#include "dissectors/core/text.h"
#include "dissectors/core/tpkt.h"
#include "dissectors/s7comm/s7comm.h"

namespace kakoi::s7comm_plus {

namespace {

constexpr std::uint8_t kProtocolId = 0x72, kRequest = 0x31, kAnswer = 0x32, kNotification = 0x33;
constexpr std::size_t kHead = 4, kTrailer = 4;

struct Message {
  std::uint8_t version = 0, opcode = 0;
  std::uint16_t function = 0;
  Bytes content;
};

std::optional<Message> parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  if (r.u8() != kProtocolId) return {};
  Message m;
  m.version = r.u8();
  const std::size_t size = r.be16();
  if (!r.ok() || m.version == 0 || (m.version > 3 && m.version < 0xFE)) return {};
  if (m.version >= 0xFE) return m;
  ByteReader body = r.sub(std::min(size, r.remaining()));
  if (m.version == 3) body.skip(body.u8());
  m.opcode = body.u8();
  if (m.opcode == kNotification) return body.ok() ? std::optional(m) : std::nullopt;
  body.skip(2);
  m.function = body.be16();
  if (!body.ok() || (m.opcode != kRequest && m.opcode != kAnswer)) return {};
  m.content = body.rest();
  return m;
}

Frame frame(Bytes bytes, Role) { return tpkt::frame(bytes); }

bool probe(Bytes bytes, Role) {
  const Frame whole = tpkt::frame(bytes);
  if (whole.kind != Frame::Kind::whole || whole.size > bytes.size()) return false;
  const auto tpdu = tpkt::parse(bytes.first(whole.size));
  if (!tpdu || tpdu->type != tpkt::Type::data || tpdu->user_data.size() < kHead + kTrailer) return false;
  const Bytes data = tpdu->user_data;
  const std::size_t size = static_cast<std::size_t>(data[2] << 8 | data[3]);
  // A message in several TPDUs has its trailer in the last.
  const bool fits = tpdu->is_last ? size + kHead == data.size() || size + kHead + kTrailer == data.size()
                                  : size + kHead <= data.size() || size > 0;
  return fits && parse(data).has_value();
}

Protocol::Speaker speaker(Bytes bytes) {
  const auto tpdu = tpkt::parse(bytes);
  if (!tpdu) return {Role::client, false};
  if (tpdu->type == tpkt::Type::connect_request) return {Role::client, true};
  if (tpdu->type == tpkt::Type::connect_confirm) return {Role::server, true};
  const auto m = tpdu->type == tpkt::Type::data ? parse(tpdu->user_data) : std::nullopt;
  if (!m || m->opcode == 0) return {Role::client, false};
  return {m->opcode == kRequest ? Role::client : Role::server, true};
}

struct Entry {
  std::uint16_t code;
  OperationClass cls;
  std::string_view name;
};
constexpr Entry kFunctions[] = {
    {0x0033, OperationClass::report, "Notification"},
    {0x04BB, OperationClass::read, "Explore"},
    {0x04CA, OperationClass::session, "CreateObject"},
    {0x04D4, OperationClass::session, "DeleteObject"},
    {0x04F2, OperationClass::write, "SetVariable"},
    {0x04FC, OperationClass::read, "GetVariable"},
    {0x0506, OperationClass::other, "AddLink"},
    {0x051A, OperationClass::other, "RemoveLink"},
    {0x0524, OperationClass::read, "GetLink"},
    {0x0542, OperationClass::write, "SetMultiVariables"},
    {0x054C, OperationClass::read, "GetMultiVariables"},
    {0x0556, OperationClass::other, "BeginSequence"},
    {0x0560, OperationClass::other, "EndSequence"},
    {0x056B, OperationClass::other, "Invoke"},
    {0x057C, OperationClass::write, "SetVarSubStreamed"},
    {0x0586, OperationClass::read, "GetVarSubStreamed"},
    {0x0590, OperationClass::read, "GetVariablesAddress"},
    {0x059A, OperationClass::other, "Abort"},
    {0x05A9, OperationClass::other, "Error"},
    {0x05B3, OperationClass::auth, "InitSsl"},
};

const Entry* find(std::uint32_t code) noexcept {
  for (const Entry& e : kFunctions)
    if (e.code == code) return &e;
  return nullptr;
}

std::string_view function_name(std::uint32_t code) {
  const Entry* const known = find(code);
  return known ? known->name : std::string_view{};
}

// The session's answer holds the server's own "1;6ES7 214-1BE30-0XB0 ;V2.2": order number and firmware.
void state_identity(Bytes content, const Emit& emit) {
  constexpr std::size_t kMostSearched = 1024;
  const std::string_view words = as_text(content.first(std::min(content.size(), kMostSearched)));
  const std::size_t at = words.find(";6ES7 ");
  if (at == std::string_view::npos) return;
  const std::size_t middle = words.find(';', at + 1);
  if (middle == std::string_view::npos || middle - at > 24) return;
  for (const char c : words.substr(at, middle - at))
    if (!text::is_printable(c)) return;
  constexpr std::string_view kMethod = "s7comm-plus session";
  emit(Identity{Trait::model, text::trim(words.substr(at + 1, middle - at - 1)), kMethod, 90, {}});
  emit(Identity{Trait::vendor, "Siemens", kMethod, 80, {}});
  std::size_t end = middle + 1;
  while (end < words.size() && (words[end] == 'V' || words[end] == '.' || text::is_digit(words[end]))) ++end;
  if (end < words.size() && end > middle + 2 && words[middle + 1] == 'V')
    emit(Identity{Trait::firmware, words.substr(middle + 2, end - middle - 2), kMethod, 90, {}});
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    const auto tpdu = tpkt::parse(pdu.bytes);
    if (!tpdu || tpdu->type != tpkt::Type::data) return Interest::more;
    // A message in several TPDUs: the first tells enough.
    if (inside_[static_cast<std::size_t>(pdu.speaker)].skips(*tpdu)) return Interest::more;
    const auto m = parse(tpdu->user_data);
    if (!m || m->opcode == 0) return Interest::more;
    const std::uint16_t code = m->opcode == kNotification ? m->opcode : m->function;
    const Entry* const known = find(code);
    emit(Operation{.cls = known ? known->cls : OperationClass::other, .function_code = code});
    if (m->opcode == kAnswer && m->function == 0x04CA) state_identity(m->content, emit);
    return Interest::more;
  }
  void on_gap(Role speaker) override { inside_[static_cast<std::size_t>(speaker)].forget(); }

 private:
  std::array<tpkt::Continuation, 2> inside_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {tpkt::kPort};

}  // namespace

constinit const Protocol protocol{
    .name = "s7comm_plus",
    .over_tcp = true,
    .over_udp = false,
    .ports = kPorts,
    .max_pdu = 8192,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::s7comm_plus
