//   telegram  length ×4 | version | protocol 00 | sequence ×2 | attribute | … | check ×2     length: of the whole telegram
//   0 request   station | command | data
//   1 response  data
//   2 ACK/NAK   code ×2
#include "dissectors/sbus/sbus.h"

#include "dissectors/core/crc16.h"
#include "dissectors/core/open_commands.h"
#include "dissectors/core/open_requests.h"
#include "dissectors/sbus/command.h"

namespace kakoi::sbus {

namespace {

constexpr std::size_t kHeader = 9, kCheck = 2, kMostSize = 1472;
constexpr std::size_t kLeastRequest = kHeader + 2 + kCheck, kAcknowledgement = kHeader + 2 + kCheck;
enum Attribute : std::uint8_t { request = 0, response = 1, acknowledge = 2 };
constexpr std::uint8_t kWriteClock = 0x0C, kFirmwareVersion = 0x20, kBroadcast = 255;

Frame frame(Bytes bytes, Role) {
  if (bytes.size() < kHeader) return Frame::foreign();
  ByteReader r{bytes};
  const std::size_t length = r.be32();
  const std::uint8_t version = r.u8(), protocol_type = r.u8();
  r.skip(2);
  const std::uint8_t attribute = r.u8();
  if (length < bytes.size() || length > kMostSize || version > 1 || protocol_type != 0) return Frame::foreign();
  const bool fits = attribute == request       ? length >= kLeastRequest
                    : attribute == response    ? length > kHeader + kCheck
                    : attribute == acknowledge ? length == kAcknowledgement
                                               : false;
  return fits ? Frame::whole(length) : Frame::foreign();
}

bool checks(Bytes telegram) noexcept {
  const std::size_t end = telegram.size() - kCheck;
  return crc16::high_first<0x1021>(telegram.first(end), 0) == ByteReader(telegram.subspan(end)).be16();
}

bool probe(Bytes bytes, Role speaker) {
  const Frame whole = frame(bytes, speaker);
  return whole.kind == Frame::Kind::whole && whole.size == bytes.size() && checks(bytes);
}

Protocol::Speaker speaker(Bytes bytes) {
  if (bytes.size() < kHeader) return {Role::client, false};
  return {bytes[8] == request ? Role::client : Role::server, true};
}

std::string_view refusal(std::uint32_t code) noexcept {
  switch (code) {
    case 0:
      return {};
    case 1:
      return "no reason specified";
    case 2:
      return "because of password";
    case 3:
      return "PGU port is in reduced protocol";
    case 4:
      return "PGU port is already used";
    default:
      return "NAK";
  }
}

// Of telegrams that write, delete or abort a block; from 80h on it is refused.
std::string_view block_refusal(std::uint8_t code) noexcept {
  constexpr std::string_view kNames[] = {"NAK",
                                         "unknown telegram type",
                                         "telegram type not supported",
                                         "unknown block type",
                                         "out of sequence",
                                         "block number not supported",
                                         "block size invalid",
                                         "block address invalid",
                                         "CRC invalid",
                                         "invalid status",
                                         "invalid command size"};
  if (code < 0x80) return {};
  return code - 0x80u < std::size(kNames) ? kNames[code - 0x80u] : "aborted";
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    if (pdu.bytes.size() < kHeader + kCheck) return Interest::more;
    if (pdu.complete() && !checks(pdu.bytes)) {  // its receiver throws it away, too
      emit(Anomaly{Fault::bad_checksum, static_cast<std::uint32_t>(pdu.bytes.size() - kCheck)});
      return Interest::more;
    }
    const auto sequence = static_cast<std::uint16_t>(pdu.bytes[6] << 8 | pdu.bytes[7]);
    const std::uint8_t attribute = pdu.bytes[8];
    const Bytes body =
        pdu.complete() ? pdu.bytes.subspan(kHeader, pdu.bytes.size() - kHeader - kCheck) : pdu.bytes.subspan(kHeader);
    if (attribute == request)
      on_request(sequence, body, pdu.complete(), emit);
    else if (pdu.complete())
      on_answer(sequence, attribute, body, emit);
    return Interest::more;
  }
  void on_gap(Role) override {
    requests_.forget();
    commands_.on_gap();
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  // Controllers ask each other as well, both from port 5050.
  void on_request(std::uint16_t sequence, Bytes body, bool whole, const Emit& emit) {
    const Request r = parse_request(body);
    if (!whole && (body.size() < 2 || r.code == kMultiMedias || r.code == kBlock)) return;  // what they are is missing
    const Role asker = emit.context().speaker;
    emit(Operation{.cls = r.cls, .function_code = r.code, .unit = r.station, .actor = asker});
    if (r.station != kBroadcast) requests_.ask(sequence, asker, r.cls, r.code, r.station);
    if (!whole) return;
    const Elements e = elements_of(r);
    if (!e.kind.empty())
      emit(Points{.access = r.cls, .unit = r.station, .kind = e.kind, .first = e.first, .count = e.count});
    if (!is_change(r.code, r.cls)) return;
    ControlAction action = command(r.cls, r.code, function_name(r.code), e.value.view(), r.station);
    text::Line<48> clock;
    if (r.code == kWriteClock) {
      action.value = write_clock(r.data, clock);
    } else if (!e.kind.empty()) {
      action.point_kind = e.kind;
      action.point = e.first;
      action.points = e.count;
    }
    commands_.ask(sequence, action, emit);
  }

  void on_answer(std::uint16_t sequence, std::uint8_t attribute, Bytes body, const Emit& emit) {
    const Role speaker = emit.context().speaker;
    const OpenRequest asked = requests_.answer(sequence, speaker);
    std::string_view status;
    Outcome outcome = Outcome::accepted;
    if (attribute == acknowledge) {
      ByteReader r{body};
      const std::uint16_t code = r.be16();
      if (!r.ok()) return;
      status = refusal(code);
    } else if (asked.is_known && asked.function_code >= kBlockTelegram && asked.cls == OperationClass::program &&
               body.size() >= 2) {  // length | code
      constexpr std::uint8_t kBusy = 2;
      status = block_refusal(body[1]);
      if (body[1] == kBusy) outcome = Outcome::none;
    }
    if (!status.empty()) outcome = Outcome::refused;
    commands_.answer(sequence, outcome, status, emit);
    if (!asked.is_known) return;
    emit(answer_of(asked, outcome));
    if (outcome != Outcome::accepted) return;
    if (!open_stated_) emit(OpenAccess{"sbus"});
    open_stated_ = true;
    if (asked.function_code == kFirmwareVersion && attribute == response) state_controller(body, emit);
  }

  // Calendar week | day of the week | year | month | day | hours | minutes | seconds, in BCD.
  static std::string_view write_clock(Bytes data, text::Line<48>& line) noexcept {
    if (data.size() < 8) return {};
    line.hex(data[2], 2) << "-";
    line.hex(data[3], 2) << "-";
    line.hex(data[4], 2) << " ";
    line.hex(data[5], 2) << ":";
    line.hex(data[6], 2) << ":";
    line.hex(data[7], 2);
    return line.view();
  }

  // Type ×5 | firmware ×3 | 00
  static void state_controller(Bytes data, const Emit& emit) {
    constexpr std::string_view kMethod = "s-bus firmware version";
    ByteReader r{data};
    const std::string_view type = text::field(as_text(r.take(5))), version = text::field(as_text(r.take(3)));
    if (!r.ok() || type.empty()) return;
    emit(Identity{Trait::model, type, kMethod, 80, {}});
    emit(Identity{Trait::vendor, "Saia-Burgess Controls", kMethod, 75, {}});
    if (!version.empty()) emit(Identity{Trait::firmware, version, kMethod, 85, {}});
  }

  bool open_stated_ = false;
  OpenRequests<16> requests_;
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {5050};

}  // namespace

constinit const Protocol protocol{
    .name = "sbus",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMostSize,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::sbus
