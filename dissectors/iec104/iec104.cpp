// IEC 60870-5-104 APDUs: I-, S- and U-frames, and the ASDU with all its information objects.
// Not here: values of the elements; IEC 62351-3 (TLS, seen by the TLS dissector).
//
//   68 | length | control ×4 | type | VSQ | cause | originator | common address ×2 | objects …
//                '------------------------ counted by length ------------------------------->
#include "dissectors/iec104/iec104.h"

#include <algorithm>
#include <array>
#include <optional>

#include "dissectors/iec104/asdu.h"

namespace kakoi::iec104 {

namespace {

constexpr std::uint8_t kStart = 0x68;
constexpr std::size_t kControlAt = 2, kAsduAt = 6;
constexpr std::uint8_t kShortest = 4, kLongest = 253;  // length octet, §5.1

enum class Format : std::uint8_t { i, s, u };

// U-frame functions (§5.1, figure 8): exactly one bit pair is set.
enum class Control : std::uint8_t {
  startdt_act = 0x07,
  startdt_con = 0x0B,
  stopdt_act = 0x13,
  stopdt_con = 0x23,
  testfr_act = 0x43,
  testfr_con = 0x83,
};
constexpr bool is_assigned(std::uint8_t u_control) noexcept {
  switch (static_cast<Control>(u_control)) {
    case Control::startdt_act:
    case Control::startdt_con:
    case Control::stopdt_act:
    case Control::stopdt_con:
    case Control::testfr_act:
    case Control::testfr_con:
      return true;
  }
  return false;
}

struct Apdu {
  std::uint8_t length = 0;
  std::array<std::uint8_t, 4> control{};
  Bytes asdu;  // may be cut
  std::size_t asdu_size = 0;

  Format format() const noexcept {
    if ((control[0] & 1) == 0) return Format::i;
    return (control[0] & 2) == 0 ? Format::s : Format::u;
  }
  std::uint16_t send_number() const noexcept { return static_cast<std::uint16_t>(control[1] << 7 | control[0] >> 1); }
};

// At least kAsduAt octets that frame() accepted.
Apdu parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Apdu apdu;
  r.skip(1);
  apdu.length = r.u8();
  for (std::uint8_t& octet : apdu.control) octet = r.u8();
  apdu.asdu_size = apdu.length < kShortest ? 0 : apdu.length - std::size_t{kShortest};
  apdu.asdu = r.take(std::min(apdu.asdu_size, r.remaining()));
  return apdu;
}

// The control field as §5.1 fixes it: everything that is not a number is zero.
bool is_control_legal(const Apdu& apdu) noexcept {
  const auto& c = apdu.control;
  switch (apdu.format()) {
    case Format::i:
      return (c[2] & 1) == 0;
    case Format::s:
      return c[0] == 1 && c[1] == 0 && (c[2] & 1) == 0;
    case Format::u:
      return is_assigned(c[0]) && c[1] == 0 && c[2] == 0 && c[3] == 0;
  }
  return false;
}

// Looser than probe(): once a flow is known to be 104, an odd type or count must not cost the APDUs
// behind it. The bits that tell the formats apart still have to be right, for resynchronisation.
Frame frame(Bytes bytes, Role) {
  if (!bytes.empty() && bytes[0] != kStart) return Frame::foreign();
  if (bytes.size() > 1 && (bytes[1] < kShortest || bytes[1] > kLongest)) return Frame::foreign();
  if (bytes.size() < kAsduAt) return Frame::more(kAsduAt);
  const Apdu apdu = parse(bytes);
  const bool is_u = apdu.format() == Format::u;
  if (!is_u && (apdu.control[2] & 1) != 0) return Frame::foreign();
  return Frame::whole(kControlAt + apdu.length);
}

bool is_cut(const Apdu& apdu) noexcept { return apdu.asdu.size() < apdu.asdu_size; }

// S- and U-frames are told by six octets of which four or more are fixed; an ASDU by a known type whose
// elements, counted by the VSQ, fill the length, and by an assigned cause. A type that no standard
// assigns (private ones are in use) is believed only where the APDU ends the bytes exactly.
bool probe(Bytes bytes, Role speaker) {
  const Frame head = frame(bytes, speaker);
  if (head.kind != Frame::Kind::whole) return false;
  const Apdu apdu = parse(bytes);
  if (!is_control_legal(apdu)) return false;
  if (apdu.format() != Format::i) return apdu.length == kShortest;
  if (apdu.asdu_size < kAsduHeader || apdu.asdu.size() < kAsduHeader) return false;
  const Asdu asdu = parse_asdu(apdu.asdu);
  if (!is_assigned_cause(asdu.cause)) return false;
  if (const AsduType* type = find_type(asdu.type)) return objects_fit(asdu, *type, apdu.asdu_size - kAsduHeader);
  return asdu.type != 0 && asdu.count != 0 && head.size == bytes.size();
}

// The controlling station opens the connection and is the client (§5.3: it starts data transfer).
Protocol::Speaker speaker(Bytes bytes) {
  constexpr Protocol::Speaker unsure{Role::client, false};
  if (bytes.size() < kAsduAt) return unsure;
  const Apdu apdu = parse(bytes);
  if (apdu.format() == Format::u) {
    switch (static_cast<Control>(apdu.control[0])) {
      case Control::startdt_act:
      case Control::stopdt_act:
        return {Role::client, true};
      case Control::startdt_con:
      case Control::stopdt_con:
        return {Role::server, true};
      default:
        return unsure;  // either side tests
    }
  }
  if (apdu.format() == Format::s || apdu.asdu.size() < kAsduHeader) return unsure;  // either side acknowledges
  const Asdu asdu = parse_asdu(apdu.asdu);
  const AsduType* type = find_type(asdu.type);
  if (!type || type->cls == OperationClass::file) return unsure;
  if (type->direction == Direction::monitoring) return {Role::server, true};
  if (type->direction != Direction::controlling) return unsure;
  switch (asdu.cause) {
    case 6:  // activation
    case 8:
      return {Role::client, true};
    case 7:   // activation confirmation
    case 9:   // deactivation confirmation
    case 10:  // activation termination
    case 44:  // unknown type, cause, common address, object address
    case 45:
    case 46:
    case 47:
      return {Role::server, true};
    default:
      return unsure;
  }
}

// End of initialisation, interrogations, clock, test and reset concern the station: object address 0.
constexpr bool is_station_wide(std::uint8_t type) noexcept {
  return type == 70 || type == 100 || type == 101 || type == 103 || type == 105 || type == 107;
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    if (pdu.bytes.size() < kAsduAt) return Interest::more;
    const Apdu apdu = parse(pdu.bytes);
    if (!is_control_legal(apdu)) emit(Anomaly{Fault::bad_value, kControlAt});
    if (apdu.format() == Format::i) {
      check_order(apdu, pdu.speaker, emit);
      on_asdu(apdu, pdu.speaker, emit);
    } else if (apdu.length != kShortest) {
      emit(Anomaly{Fault::bad_length, 1});
    }
    return Interest::more;
  }

  void on_gap(Role speaker) override { expected_[static_cast<std::size_t>(speaker)].reset(); }

 private:
  // N(S) counts each direction's I-frames modulo 2^15 (§5.1); the flow's retransmissions are gone
  // here, so a jump means that a frame was forged, dropped in between or numbered by a faulty stack.
  void check_order(const Apdu& apdu, Role speaker, const Emit& emit) {
    constexpr unsigned kModulus = 1u << 15;
    auto& expected = expected_[static_cast<std::size_t>(speaker)];
    const std::uint16_t number = apdu.send_number();
    if (expected && *expected != number) emit(Anomaly{Fault::sequence_break, kControlAt});
    expected = static_cast<std::uint16_t>((number + 1u) % kModulus);
  }

  void on_asdu(const Apdu& apdu, Role speaker, const Emit& emit) {
    if (apdu.asdu_size < kAsduHeader) return emit(Anomaly{Fault::bad_length, 1});
    if (apdu.asdu.size() < kAsduHeader) return;
    const Asdu asdu = parse_asdu(apdu.asdu);
    const AsduType* type = find_type(asdu.type);
    const bool rejected_kind = asdu.cause >= 44 && asdu.cause <= 47;  // unknown type, cause, address
    emit(Operation{.cls = type ? type->cls : OperationClass::other,
                   .function_code = asdu.type,
                   .unit = asdu.common_address,
                   .qualifier = asdu.cause,
                   .refused = asdu.negative || rejected_kind});
    check(apdu, asdu, type, emit);
    state_access(asdu, type, speaker, emit);
  }

  static void check(const Apdu& apdu, const Asdu& asdu, const AsduType* type, const Emit& emit) {
    constexpr std::uint32_t kVsqAt = kAsduAt + 1, kCauseAt = kAsduAt + 2, kObjectsAt = kAsduAt + kAsduHeader;
    if (!is_assigned_cause(asdu.cause)) emit(Anomaly{Fault::bad_value, kCauseAt});
    if (!type) return emit(Anomaly{Fault::unknown_type, kAsduAt});
    if (asdu.count == 0 && type->objects != Objects::opaque) return emit(Anomaly{Fault::bad_value, kVsqAt});
    bool misaddressed = false;
    const std::size_t behind = walk(asdu, *type, [&](std::uint32_t address, Bytes) {
      misaddressed = misaddressed || (is_station_wide(asdu.type) && address != 0);
    });
    if (misaddressed) emit(Anomaly{Fault::bad_value, kObjectsAt});
    if (is_cut(apdu) ? objects_fit(asdu, *type, apdu.asdu_size - kAsduHeader)
                     : behind == asdu.objects.size() && objects_fit(asdu, *type, asdu.objects.size()))
      return;
    emit(Anomaly{Fault::bad_length, kObjectsAt + static_cast<std::uint32_t>(behind)});
  }

  // 104 itself knows no authentication. That a station obeys anybody is shown when it confirms a command,
  // parameter or reset, and no security ASDU (IEC 60870-5-7) has passed before on this connection.
  void state_access(const Asdu& asdu, const AsduType* type, Role speaker, const Emit& emit) {
    constexpr std::uint8_t kActivationConfirmation = 7;
    if (!type) return;
    if (type->cls == OperationClass::auth) secured_ = true;
    if (secured_ || open_stated_ || speaker != Role::server || asdu.negative) return;
    if (type->direction != Direction::controlling || asdu.cause != kActivationConfirmation) return;
    emit(OpenAccess{"iec104"});
    open_stated_ = true;
  }

  std::array<std::optional<std::uint16_t>, 2> expected_{};  // next N(S), by Role
  bool secured_ = false;
  bool open_stated_ = false;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {2404};

}  // namespace

constinit const Protocol protocol{
    .name = "iec104",
    .over_tcp = true,
    .over_udp = false,
    .ports = kPorts,
    .max_pdu = kControlAt + kLongest,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = type_name,
    .open = open,
};

}  // namespace kakoi::iec104
