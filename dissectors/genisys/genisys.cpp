//   header F1–FE | station | { address | data } … | CRC ×2, low first | F6
//
// Between header and F6, octets from F0 on are sent as two: F0 | low half. The CRC is of the octets before that, from the
// header on; acknowledgements have none, polls need none.
#include "dissectors/genisys/genisys.h"

#include <array>

#include "dissectors/core/code_table.h"
#include "dissectors/core/crc16.h"
#include "dissectors/core/open_commands.h"

namespace kakoi::genisys {

namespace {

constexpr std::uint8_t kEscape = 0xF0, kEnd = 0xF6;
constexpr std::size_t kMostPairs = 256, kCrc = 2;
constexpr std::size_t kMostOctets = 2 + 2 * kMostPairs + kCrc;  // as they are before they are escaped, without F6
constexpr std::size_t kMostSize = 2 * kMostOctets;

enum Code : std::uint8_t {
  acknowledge = 0xF1,
  indication_data = 0xF2,
  checkback = 0xF3,
  common_control = 0xF9,
  acknowledge_and_poll = 0xFA,
  poll = 0xFB,
  control_data = 0xFC,
  recall = 0xFD,
  execute = 0xFE
};

struct Entry {
  std::uint8_t code;
  bool is_office;  // sent to the stations; else by a station
  OperationClass cls;
  std::string_view name;
};
constexpr Entry kHeaders[] = {
    {acknowledge, false, OperationClass::other, "Acknowledge"},
    {indication_data, false, OperationClass::report, "Indication Data"},
    {checkback, false, OperationClass::control, "Control Data Checkback"},
    {common_control, true, OperationClass::control, "Common Control Data"},
    {acknowledge_and_poll, true, OperationClass::read, "Acknowledge Indication and Poll"},
    {poll, true, OperationClass::read, "Poll"},
    {control_data, true, OperationClass::control, "Control Data"},
    {recall, true, OperationClass::read, "Recall"},
    {execute, true, OperationClass::control, "Execute Controls"},
};
static_assert(is_ascending(kHeaders));
const Entry* find(std::uint32_t code) noexcept { return find_code(kHeaders, code); }

struct Message {
  std::array<std::uint8_t, kMostOctets> octets;  // not escaped: header, station, data, CRC
  std::size_t size = 0;
  bool has_crc = false;
  std::uint8_t header() const noexcept { return octets[0]; }
  std::uint8_t station() const noexcept { return octets[1]; }
  Bytes pairs() const noexcept { return Bytes(octets).first(size).subspan(2, size - 2 - (has_crc ? kCrc : 0)); }
};

// Adds what is sent as `bytes`. False if there is no room, or an escape that is none.
bool unescape(Bytes bytes, Message& m) noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::uint8_t octet = bytes[i];
    if (octet == kEscape) {
      if (++i == bytes.size() || bytes[i] > 0x0F) return false;
      octet = static_cast<std::uint8_t>(kEscape | bytes[i]);
    } else if (octet > kEscape) {
      return false;
    }
    if (m.size == m.octets.size()) return false;
    m.octets[m.size++] = octet;
  }
  return true;
}

// A message up to its F6, and whether its CRC fits. Stations were seen that don't escape the CRC.
bool parse(Bytes bytes, Message& m) noexcept {
  const Bytes inside = bytes.subspan(1, bytes.size() - 2);
  const auto read = [&](std::size_t raw) {  // so many octets of CRC are not escaped
    m.octets[0] = bytes[0];
    m.size = 1;
    if (inside.size() < raw || !unescape(inside.first(inside.size() - raw), m) || m.size + raw > m.octets.size())
      return false;
    for (const std::uint8_t octet : inside.last(raw)) m.octets[m.size++] = octet;
    m.has_crc = m.size != 2 || (m.header() != acknowledge && m.header() != poll);
    if (m.size < 2 + (m.has_crc ? kCrc : 0) || m.pairs().size() % 2 != 0) return false;
    const Bytes all = Bytes(m.octets).first(m.size);
    return !m.has_crc || crc16::modbus(all.first(m.size - kCrc)) == ByteReader(all.last(kCrc)).le16();
  };
  return read(0) || read(kCrc);
}

// Ends with F6, at `end`, if what stands before it has its CRC.
bool ends_at(Bytes bytes, std::size_t end) noexcept {
  Message m;
  return end >= 2 && bytes[end] == kEnd && parse(bytes.first(end + 1), m);
}

// An F6 may be one of a CRC that was not escaped: it is the end if the CRC fits, or if none of the next two octets is one.
Frame frame(Bytes bytes, Role) {
  if (!bytes.empty() && !find(bytes[0])) return Frame::foreign();
  std::size_t end = 1;
  while (end < bytes.size() && bytes[end] != kEnd) ++end;
  if (end >= bytes.size()) return bytes.size() < kMostSize ? Frame::more(bytes.size() + 1) : Frame::foreign();
  if (ends_at(bytes, end)) return Frame::whole(end + 1);
  for (std::size_t later = end + 1; later <= end + kCrc; ++later) {
    if (later >= bytes.size()) return later < kMostSize ? Frame::more(later + 1) : Frame::foreign();
    if (ends_at(bytes, later)) return Frame::whole(later + 1);
  }
  return end >= 2 ? Frame::whole(end + 1) : Frame::foreign();
}

// Where an acknowledgement is all that was heard, three octets are no proof; the other side's CRCs are.
bool probe(Bytes bytes, Role speaker) {
  const Frame whole = frame(bytes, speaker);
  Message m;
  return whole.kind == Frame::Kind::whole && parse(bytes.first(whole.size), m) &&
         (m.has_crc || whole.size == bytes.size());
}

Protocol::Speaker speaker(Bytes bytes) {
  const Entry* const known = bytes.empty() ? nullptr : find(bytes[0]);
  return {known && !known->is_office ? Role::server : Role::client, known != nullptr};
}

std::string_view function_name(std::uint32_t code) {
  const Entry* const known = find(code);
  return known ? known->name : std::string_view{};
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    Message m;
    if (!pdu.complete() || pdu.bytes.size() < 3 || !parse(pdu.bytes, m)) {  // nobody acts on it
      const auto size = static_cast<std::uint32_t>(pdu.bytes.size());
      emit(Anomaly{pdu.complete() ? Fault::bad_checksum : Fault::truncated, size});
      return Interest::more;
    }
    const Entry& known = *find(m.header());
    if ((emit.context().speaker == Role::client) != known.is_office) {  // a direction that was guessed wrong
      emit(Anomaly{Fault::bad_value, 0});
      return Interest::more;
    }
    emit(Operation{.cls = known.cls, .function_code = known.code, .unit = m.station()});
    known.is_office ? on_request(m, known, emit) : on_answer(m, emit);
    return Interest::more;
  }
  void on_gap(Role) override { commands_.on_gap(); }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  void on_request(const Message& m, const Entry& known, const Emit& emit) {
    commands_.expire(m.station(), emit);
    if (known.cls != OperationClass::control) return;
    state_points(m, OperationClass::control, "control byte", emit);
    const std::string_view step = known.code == execute ? "execute" : "control";
    ControlAction action = command(known.cls, known.code, step, {}, m.station());
    text::Line<48> value;
    if (const Bytes pairs = m.pairs(); !pairs.empty()) {
      action.point_kind = "control byte";
      action.point = pairs[0];
      action.points = static_cast<std::uint32_t>(pairs.size() / 2);
      for (std::size_t i = 0; i < pairs.size(); i += 2) value << (i == 0 ? "" : " "), value.hex(pairs[i + 1], 2);
      action.value = value.view();
    }
    if (known.code == common_control) {  // to all stations, none of which answers
      action.asked = emit.context().packet;
      return emit(action);
    }
    commands_.ask(m.station(), action, emit);
  }

  // A station has one message open at a time: whatever it says next is the answer to that, and no longer to those before.
  void on_answer(const Message& m, const Emit& emit) {
    commands_.answer(m.station(), Outcome::accepted, "", emit);
    if (m.header() == indication_data) state_points(m, OperationClass::read, "indication byte", emit);
    if (!open_stated_) emit(OpenAccess{"genisys"});
    open_stated_ = true;
  }

  static void state_points(const Message& m, OperationClass access, std::string_view kind, const Emit& emit) {
    const Bytes pairs = m.pairs();
    for (std::size_t i = 0; i < pairs.size();) {  // runs of addresses
      std::size_t n = 1;
      while (i + 2 * n < pairs.size() && pairs[i + 2 * n] == pairs[i] + n) ++n;
      emit(Points{access, m.station(), kNoValue, kind, pairs[i], static_cast<std::uint32_t>(n)});
      i += 2 * n;
    }
  }

  bool open_stated_ = false;
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {10001};

}  // namespace

constinit const Protocol protocol{
    .name = "genisys",
    .over_tcp = true,
    .over_udp = false,
    .ports = kPorts,
    .max_pdu = kMostSize,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .pdu_end = "\xF6",
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::genisys
