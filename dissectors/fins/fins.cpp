// FINS, as it stands in a datagram, or over TCP behind 16 octets:
//
//   FINS/TCP  "FINS" | length ×4 | command ×4 | error ×4                 length counts from the command on
//   header    ICF | 00 | gateways left | destination: network, node, unit | source: the same | SID
//   command   MRC | SRC | parameters         answer: MRC | SRC | end code ×2 | data
#include "dissectors/fins/fins.h"

#include <algorithm>

#include "dissectors/core/code_table.h"
#include "dissectors/core/open_commands.h"

namespace kakoi::fins {

namespace {

constexpr std::size_t kTcpHeader = 16, kHeader = 10, kMostData = 2012;
constexpr std::uint32_t kNodeAddress = 0x1'0000;  // function codes beyond MRC and SRC: FINS/TCP's own
constexpr std::uint32_t kSendFrame = 2;

struct Entry {
  std::uint16_t code;
  std::uint8_t least;  // octets of parameters that a command has at least
  OperationClass cls;
  std::string_view name;
};
constexpr std::uint16_t kMemoryWrite = 0x0102, kMemoryFill = 0x0103, kControllerData = 0x0501;
constexpr Entry kCommands[] = {
    {0x0101, 6, OperationClass::read, "MEMORY AREA READ"},
    {0x0102, 6, OperationClass::write, "MEMORY AREA WRITE"},
    {0x0103, 8, OperationClass::write, "MEMORY AREA FILL"},
    {0x0104, 4, OperationClass::read, "MULTIPLE MEMORY AREA READ"},
    {0x0105, 10, OperationClass::write, "MEMORY AREA TRANSFER"},
    {0x0201, 6, OperationClass::read, "PARAMETER AREA READ"},
    {0x0202, 6, OperationClass::parameter, "PARAMETER AREA WRITE"},
    {0x0203, 6, OperationClass::parameter, "PARAMETER AREA CLEAR"},
    {0x0220, 0, OperationClass::read, "DATA LINK TABLE READ"},
    {0x0221, 0, OperationClass::parameter, "DATA LINK TABLE WRITE"},
    {0x0304, 0, OperationClass::program, "PROGRAM AREA PROTECT"},
    {0x0305, 0, OperationClass::program, "PROGRAM AREA PROTECT CLEAR"},
    {0x0306, 8, OperationClass::file, "PROGRAM AREA READ"},
    {0x0307, 8, OperationClass::program, "PROGRAM AREA WRITE"},
    {0x0308, 3, OperationClass::program, "PROGRAM AREA CLEAR"},
    {0x0401, 0, OperationClass::mode, "RUN"},
    {0x0402, 0, OperationClass::mode, "STOP"},
    {0x0403, 0, OperationClass::mode, "RESET"},
    {0x0501, 0, OperationClass::identify, "CONTROLLER DATA READ"},
    {0x0502, 2, OperationClass::identify, "CONNECTION DATA READ"},
    {0x0601, 0, OperationClass::diagnostic, "CONTROLLER STATUS READ"},
    {0x0602, 0, OperationClass::diagnostic, "NETWORK STATUS READ"},
    {0x0603, 0, OperationClass::diagnostic, "DATA LINK STATUS READ"},
    {0x0620, 1, OperationClass::diagnostic, "CYCLE TIME READ"},
    {0x0701, 0, OperationClass::time, "CLOCK READ"},
    {0x0702, 5, OperationClass::time, "CLOCK WRITE"},
    {0x0801, 0, OperationClass::diagnostic, "LOOP-BACK TEST"},
    {0x0802, 0, OperationClass::diagnostic, "BROADCAST TEST RESULTS READ"},
    {0x0803, 0, OperationClass::diagnostic, "BROADCAST TEST DATA SEND"},
    {0x0920, 2, OperationClass::diagnostic, "MESSAGE READ/CLEAR"},
    {0x0C01, 2, OperationClass::auth, "ACCESS RIGHT ACQUIRE"},
    {0x0C02, 2, OperationClass::auth, "ACCESS RIGHT FORCED ACQUIRE"},
    {0x0C03, 2, OperationClass::auth, "ACCESS RIGHT RELEASE"},
    {0x2101, 2, OperationClass::diagnostic, "ERROR CLEAR"},
    {0x2102, 4, OperationClass::diagnostic, "ERROR LOG READ"},
    {0x2103, 0, OperationClass::diagnostic, "ERROR LOG CLEAR"},
    {0x2140, 0, OperationClass::read, "FINS WRITE ACCESS LOG READ"},
    {0x2201, 6, OperationClass::file, "FILE NAME READ"},
    {0x2202, 8, OperationClass::file, "SINGLE FILE READ"},
    {0x2203, 8, OperationClass::file, "SINGLE FILE WRITE"},
    {0x2204, 2, OperationClass::file, "FILE MEMORY FORMAT"},
    {0x2205, 2, OperationClass::file, "FILE DELETE"},
    {0x2206, 2, OperationClass::file, "VOLUME LABEL CREATE/DELETE"},
    {0x2207, 2, OperationClass::file, "FILE COPY"},
    {0x2208, 2, OperationClass::file, "FILE NAME CHANGE"},
    {0x2209, 2, OperationClass::file, "FILE DATA CHECK"},
    {0x220A, 2, OperationClass::file, "MEMORY AREA-FILE TRANSFER"},
    {0x220B, 2, OperationClass::file, "PARAMETER AREA-FILE TRANSFER"},
    {0x220C, 2, OperationClass::file, "PROGRAM AREA-FILE TRANSFER"},
    {0x220F, 0, OperationClass::file, "FILE MEMORY INDEX READ"},
    {0x2210, 0, OperationClass::file, "FILE MEMORY READ"},
    {0x2211, 0, OperationClass::file, "FILE MEMORY WRITE"},
    {0x2215, 2, OperationClass::file, "CREATE/DELETE DIRECTORY"},
    {0x2301, 2, OperationClass::control, "FORCED SET/RESET"},
    {0x2302, 0, OperationClass::control, "FORCED SET/RESET CANCEL"},
    {0x230A, 0, OperationClass::read, "MULTIPLE FORCED STATUS READ"},
    {0x2601, 0, OperationClass::parameter, "NAME SET"},
    {0x2602, 0, OperationClass::parameter, "NAME DELETE"},
    {0x2603, 0, OperationClass::identify, "NAME READ"},
};

static_assert(is_ascending(kCommands));
const Entry* find(std::uint32_t code) noexcept { return find_code(kCommands, code); }

struct Message {
  bool is_answer = false;
  std::uint8_t sid = 0;
  std::uint16_t code = 0, end_code = 0;
  Bytes data;
};

// W342, 5-1-1: of ICF bit 7 is 1, bit 6 tells an answer, bit 0 that none is wanted; addresses of networks are 0 to 127,
// and no more than 7 gateways are passed.
std::optional<Message> parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  const std::uint8_t icf = r.u8(), reserved = r.u8(), gateways = r.u8();
  const std::uint8_t to_network = r.u8();
  r.skip(2);
  const std::uint8_t from_network = r.u8();
  r.skip(2);
  Message m;
  m.sid = r.u8();
  m.code = r.be16();
  m.is_answer = (icf & 0x40) != 0;
  if (!r.ok() || (icf & 0xBE) != 0x80 || reserved != 0 || gateways > 7 || to_network > 127 || from_network > 127)
    return {};
  if (m.is_answer) m.end_code = r.be16();
  if (!r.ok()) return {};
  m.data = r.rest();
  return m;
}

Frame frame(Bytes bytes, Role) {
  return parse(bytes) && bytes.size() <= kHeader + 4 + kMostData ? Frame::whole(bytes.size()) : Frame::foreign();
}

Frame frame_tcp(Bytes bytes, Role) {
  constexpr std::string_view kMagic = "FINS";
  const std::size_t known = std::min(bytes.size(), kMagic.size());
  if (as_text(bytes.first(known)) != kMagic.substr(0, known)) return Frame::foreign();
  if (bytes.size() < kTcpHeader) return Frame::more(kTcpHeader);
  ByteReader r{bytes};
  r.skip(4);
  const std::uint32_t length = r.be32(), what = r.be32();
  if (length < 8 || length > 8 + kHeader + 4 + kMostData || what > 6) return Frame::foreign();
  return Frame::whole(8 + length);
}

// A known command with enough parameters, or its answer.
bool probe(Bytes bytes, Role) {
  const auto m = parse(bytes);
  const Entry* const known = m ? find(m->code) : nullptr;
  return known && (m->is_answer || m->data.size() >= known->least);
}

Protocol::Speaker speaker(Bytes bytes) {
  const auto m = parse(bytes);
  return {m && m->is_answer ? Role::server : Role::client, m.has_value()};
}

Protocol::Speaker speaker_tcp(Bytes bytes) {
  if (bytes.size() < kTcpHeader) return {Role::client, false};
  if (bytes[11] < kSendFrame) return {bytes[11] == 0 ? Role::client : Role::server, true};
  return speaker(bytes.subspan(kTcpHeader));
}

std::string_view function_name(std::uint32_t code) {
  if (code == kNodeAddress) return "FINS/TCP node address";
  const Entry* const known = find(code);
  return known ? known->name : std::string_view{};
}

// W342, 5-2-2: memory area codes of CS and CJ.
std::string_view area_name(std::uint8_t code) noexcept {
  switch (code) {
    case 0x30:
      return "CIO bit";
    case 0x31:
      return "work bit";
    case 0x32:
      return "holding bit";
    case 0xB0:
      return "CIO word";
    case 0xB1:
      return "work word";
    case 0xB2:
      return "holding word";
    case 0x02:
      return "DM bit";
    case 0x82:
      return "DM word";
    default:
      return "memory area";
  }
}

class Reader final : public Dissector {
 public:
  explicit Reader(bool is_tcp) noexcept : is_tcp_(is_tcp) {}
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    Bytes bytes = pdu.bytes;
    if (is_tcp_) {
      if (bytes.size() < kTcpHeader) return Interest::more;
      if (bytes[11] != kSendFrame) {
        emit(Operation{.cls = OperationClass::session, .function_code = kNodeAddress});
        return Interest::more;
      }
      bytes = bytes.subspan(kTcpHeader);
    }
    if (const auto m = parse(bytes)) on_message(*m, pdu.complete(), emit);
    return Interest::more;
  }
  void on_gap(Role) override { commands_.on_gap(); }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  void on_message(const Message& m, bool whole, const Emit& emit) {
    const Entry* const known = find(m.code);
    const OperationClass cls = known ? known->cls : OperationClass::other;
    const std::uint64_t key = std::uint64_t{m.code} << 8 | m.sid;
    if (!m.is_answer) {
      emit(Operation{.cls = cls, .function_code = m.code, .actor = emit.context().speaker});
      return on_command(m, cls, key, emit);
    }
    // 5-1-3: of the end code, bits 15, 7 and 6 tell of relays and of errors that don't stop the command.
    const Outcome outcome = (m.end_code & 0x7F3F) == 0 ? Outcome::accepted : Outcome::refused;
    emit(Operation{.cls = cls, .function_code = m.code, .outcome = outcome, .actor = other(emit.context().speaker)});
    commands_.answer(key, outcome, outcome == Outcome::refused ? "end code not 0" : "", emit);
    if (outcome != Outcome::accepted) return;
    if (!open_stated_) emit(OpenAccess{"fins"});
    open_stated_ = true;
    if (m.code == kControllerData && whole) state_controller(m.data, emit);
  }

  void on_command(const Message& m, OperationClass cls, std::uint64_t key, const Emit& emit) {
    if (!is_command(cls)) return;
    ControlAction action = command(cls, m.code, function_name(m.code));
    if (m.code == kMemoryWrite || m.code == kMemoryFill) {  // area | word ×2 | bit | number ×2
      ByteReader r{m.data};
      action.point_kind = area_name(r.u8());
      action.point = r.be16();
      r.skip(1);
      action.points = std::max<std::uint32_t>(r.be16(), 1);
      if (!r.ok()) return;
    }
    commands_.ask(key, action, emit);
  }

  // 5-3-18: model ×20 | version ×20 | … ; texts are padded with blanks or NUL.
  static void state_controller(Bytes data, const Emit& emit) {
    constexpr std::string_view kMethod = "fins controller data";
    ByteReader r{data};
    const std::string_view model = text::field(as_text(r.take(20))), version = text::field(as_text(r.take(20)));
    if (!r.ok() || model.empty()) return;
    emit(Identity{Trait::model, model, kMethod, 90, {}});
    emit(Identity{Trait::vendor, "Omron", kMethod, 75, {}});
    if (!version.empty()) emit(Identity{Trait::firmware, version, kMethod, 90, {}});
  }

  bool is_tcp_, open_stated_ = false;
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(false); }
std::unique_ptr<Dissector> open_tcp() { return std::make_unique<Reader>(true); }

constexpr std::uint16_t kPorts[] = {9600};

}  // namespace

constinit const Protocol protocol{
    .name = "fins",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kHeader + 4 + kMostData,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::fins

namespace kakoi::fins_tcp {

constinit const Protocol protocol{
    .name = "fins_tcp",
    .over_tcp = true,
    .over_udp = false,
    .ports = fins::kPorts,
    .max_pdu = fins::kTcpHeader + fins::kHeader + 4 + fins::kMostData,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = fins::frame_tcp,
    .speaker = fins::speaker_tcp,
    .function_name = fins::function_name,
    .open = fins::open_tcp,
};

}  // namespace kakoi::fins_tcp
