// IEC 60870-5-104: APDUs, every ASDU with its information objects, and what became of commands.
// See README.md for what is read and what is not; IEC 62351-3 (TLS) is seen by the TLS dissector.
#include "dissectors/iec104/iec104.h"

#include <array>
#include <optional>

#include "dissectors/iec104/apdu.h"
#include "dissectors/iec104/asdu.h"
#include "dissectors/iec104/link_control.h"
#include "dissectors/iec104/open_commands.h"
#include "dissectors/iec104/size_guess.h"

namespace kakoi::iec104 {

namespace {

constexpr std::size_t kAsduHeader = kStandardSizes.header();

// S- and U-frames are told by six octets of which four or more are fixed; an ASDU by a known type whose
// elements, counted by the VSQ, fill the length, and by an assigned cause. A type that no standard
// assigns (private ones are in use) is believed only where the APDU ends the bytes exactly.
bool probe(Bytes bytes, Role speaker) {
  const Frame head = frame(bytes, speaker);
  if (head.kind != Frame::Kind::whole) return false;
  const Apdu apdu = parse_apdu(bytes);
  if (!is_control_legal(apdu)) return false;
  if (apdu.format() != Format::i) return apdu.length == kShortest;
  if (apdu.asdu_size < kAsduHeader || apdu.asdu.size() < kAsduHeader) return false;
  const Asdu asdu = parse_asdu(apdu.asdu);
  if (!is_assigned_cause(asdu.cause)) return false;
  if (const AsduType* type = find_type(asdu.type))
    return objects_fit(asdu, *type, kStandardSizes, apdu.asdu_size - kAsduHeader);
  return asdu.type != 0 && asdu.count != 0 && head.size == bytes.size();
}

// The controlling station opens the connection and is the client (§5.3: it starts data transfer).
Protocol::Speaker speaker(Bytes bytes) {
  constexpr Protocol::Speaker unsure{Role::client, false};
  if (bytes.size() < kAsduAt) return unsure;
  const Apdu apdu = parse_apdu(bytes);
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
    case kActivation:
    case kDeactivation:
      return {Role::client, true};
    case kActivationCon:
    case kDeactivationCon:
    case kActivationTerm:
    case kUnknownType:
    case kUnknownCause:
    case kUnknownCommonAddress:
    case kUnknownObject:
      return {Role::server, true};
    default:
      return unsure;
  }
}

class alignas(64) Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    hearing_.heard(pdu.speaker, emit.context().packet.ts);
    if (pdu.bytes.size() < kAsduAt) return lost(pdu.speaker), Interest::more;
    const Apdu apdu = parse_apdu(pdu.bytes);
    const bool legal = is_control_legal(apdu);
    if (!legal) emit(Anomaly{Fault::bad_value, kControlAt});
    switch (apdu.format()) {
      case Format::i:
        check_order(apdu, pdu.speaker, emit);
        on_asdu(apdu, pdu.speaker, emit);
        return Interest::more;
      case Format::u:
        if (legal) on_control(static_cast<Control>(apdu.control[0]), pdu.speaker, emit);
        [[fallthrough]];
      case Format::s:
        if (apdu.length != kShortest) emit(Anomaly{Fault::bad_length, 1});
    }
    return Interest::more;
  }

  void on_gap(Role speaker) override {
    expected_[static_cast<std::size_t>(speaker)].reset();
    guess_.fits();
    lost(speaker);
  }

  void on_end(const Emit& emit) override {
    commands_.on_end(hearing_, emit);
    link_.on_end(hearing_, emit);
  }

 private:
  void lost(Role speaker) {
    hearing_.lost(speaker);
    commands_.may_have_missed(speaker, true);
  }

  void on_control(Control control, Role speaker, const Emit& emit) {
    // No command passes before data transfer is started (§5.3).
    if (control == Control::startdt_act) commands_.may_have_missed(speaker, false);
    link_.on_frame(control, speaker, hearing_, emit);
  }

  // N(S) counts each direction's I-frames modulo 2^15 (§5.1); the flow's retransmissions are gone
  // here, so a jump means that a frame was forged, dropped in between or numbered by a faulty stack.
  void check_order(const Apdu& apdu, Role speaker, const Emit& emit) {
    auto& expected = expected_[static_cast<std::size_t>(speaker)];
    const std::uint16_t number = apdu.send_number();
    if (expected && *expected != number) emit(Anomaly{Fault::sequence_break, kControlAt});
    expected = static_cast<std::uint16_t>((number + 1u) % kModulus);
  }

  void on_asdu(const Apdu& apdu, Role speaker, const Emit& emit) {
    if (apdu.asdu_size < sizes_.header()) return emit(Anomaly{Fault::bad_length, 1});
    if (apdu.asdu.size() < sizes_.header()) return lost(speaker);
    const AsduType* const type = find_type(apdu.asdu[0]);
    Asdu asdu = parse_asdu(apdu.asdu, sizes_);
    bool fits = !type || objects_fit(asdu, *type, sizes_, apdu.asdu_size - sizes_.header());
    if (fits) {
      guess_.fits();
    } else if (type->objects == Objects::counted && guess_.misfits(*type, apdu.asdu, apdu.asdu_size, sizes_)) {
      emit(Anomaly{Fault::bad_value, kCauseAt});
      asdu = parse_asdu(apdu.asdu, sizes_);
      fits = true;
    }

    bool settled = false;
    if (type) {
      const ObjectList objects(asdu, *type, sizes_);
      check(apdu, asdu, *type, objects, fits, emit);
      if (!fits || (objects.size() == 0 && apdu.is_cut())) {
        lost(speaker);  // addresses and elements are not, or may not be, what they seem
      } else {
        state_points(*type, asdu, objects, emit);
        settled = match(*type, asdu, objects, speaker, emit);
      }
      state_access(*type, asdu, speaker, emit);
    } else {
      emit(Anomaly{Fault::unknown_type, kAsduAt});
    }
    if (!is_assigned_cause(asdu.cause)) emit(Anomaly{Fault::bad_value, kCauseAt});
    // A refusal is told of the request, where that was seen.
    const bool refused = !settled && is_confirmation(asdu.cause) && (asdu.negative || is_unknown(asdu.cause));
    emit(Operation{.cls = type ? type->cls : OperationClass::other,
                   .function_code = asdu.type,
                   .unit = asdu.common_address,
                   .qualifier = asdu.cause,
                   .outcome = refused ? Outcome::refused : Outcome::none});
  }

  // Requests with their answers. True: an answer, and its request is known.
  bool match(const AsduType& type, const Asdu& asdu, const ObjectList& objects, Role speaker, const Emit& emit) {
    if (type.direction != Direction::controlling) {
      if (asdu.cause == kRequest) commands_.read_answered(asdu, objects, speaker, emit);
      return false;
    }
    if (OpenCommands::is_answer(type, asdu.cause)) return commands_.answer(type, asdu, objects, speaker, emit);
    if (OpenCommands::is_request(type, asdu.cause)) commands_.ask(type, asdu, objects, speaker, hearing_, emit);
    return false;
  }

  void check(const Apdu& apdu, const Asdu& asdu, const AsduType& type, const ObjectList& objects, bool fits,
             const Emit& emit) const {
    const auto objects_at = static_cast<std::uint32_t>(kAsduAt + sizes_.header());
    if (asdu.count == 0 && type.objects != Objects::opaque) return emit(Anomaly{Fault::bad_value, kAsduAt + 1});
    if (is_station_wide(asdu.type) && objects.size() > 0 && objects.address(0) != 0)
      emit(Anomaly{Fault::bad_value, objects_at});
    if (!fits) emit(Anomaly{Fault::bad_length, objects_at + static_cast<std::uint32_t>(objects.end())});
    // Commands and parameters come one by one (-101 §7.3.2, 7.3.5).
    else if (is_command(asdu.type) && (asdu.count != 1 || asdu.sequence) && !apdu.is_cut())
      emit(Anomaly{Fault::bad_value, kAsduAt + 1});
  }

  // The addresses, as few runs as their order allows. What a station refuses is not known to exist.
  void state_points(const AsduType& type, const Asdu& asdu, const ObjectList& objects, const Emit& emit) const {
    if (objects.size() == 0 || type.kind.empty()) return;
    if (is_unknown(asdu.cause) || (asdu.negative && OpenCommands::is_answer(type, asdu.cause))) return;
    Points run{.access = type.cls, .unit = asdu.common_address, .kind = type.kind, .first = objects.address(0)};
    if (objects.is_run() && objects.size() <= objects.last_address() - run.first) {
      run.count = objects.size();
      return emit(run);
    }
    for (unsigned i = 1; i < objects.size(); ++i) {
      const std::uint32_t address = objects.address(i);
      if (address == run.first + run.count) {
        ++run.count;
        continue;
      }
      emit(run);
      run.first = address;
      run.count = 1;
    }
    emit(run);
  }

  // 104 itself knows no authentication. That a station obeys anybody is shown when it confirms a command,
  // parameter or reset, and no security ASDU (IEC 60870-5-7) has passed before on this connection.
  void state_access(const AsduType& type, const Asdu& asdu, Role speaker, const Emit& emit) {
    if (type.cls == OperationClass::auth) secured_ = true;
    if (secured_ || open_stated_ || speaker != Role::server) return;
    if (type.direction != Direction::controlling || asdu.negative || asdu.cause != kActivationCon) return;
    emit(OpenAccess{"iec104"});
    open_stated_ = true;
  }

  static constexpr std::uint32_t kCauseAt = kAsduAt + 2;

  // What every frame needs first: it fits a cache line.
  Hearing hearing_;
  std::array<std::optional<std::uint16_t>, 2> expected_{};  // next N(S), by Role
  SizeGuess guess_;
  FieldSizes sizes_;
  bool secured_ = false;
  bool open_stated_ = false;
  OpenCommands commands_;
  LinkControl link_;
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
