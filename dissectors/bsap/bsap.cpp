#include "dissectors/bsap/bsap.h"

#include <algorithm>
#include <bit>
#include <charconv>

#include "dissectors/bsap/functions.h"
#include "dissectors/bsap/message.h"
#include "dissectors/core/open_commands.h"
#include "dissectors/core/open_requests.h"

namespace kakoi::bsap {

namespace {

constexpr std::size_t kMostSize = 1500;

bool is_serial(Bytes bytes) noexcept { return !bytes.empty() && bytes[0] == kDle; }

Frame frame(Bytes bytes, Role) {
  LinkFrame link;
  const bool fits = is_serial(bytes) ? parse_link(bytes, link) : IpMessages(bytes).ok();
  return fits ? Frame::whole(bytes.size()) : Frame::foreign();
}

bool probe(Bytes bytes, Role) {
  if (!is_serial(bytes)) return IpMessages(bytes).ok();
  LinkFrame link;
  return parse_link(bytes, link) && link.checks && parse_serial(link.content()).is_whole;
}

// Both ends use one port, so that the message has to tell. Both acknowledge over IP.
Protocol::Speaker speaker(Bytes bytes) {
  if (!is_serial(bytes)) {
    const IpMessages m{bytes};
    return {m.is_answer() ? Role::server : Role::client, m.ok() && !m.is_empty()};
  }
  LinkFrame link;
  if (!parse_link(bytes, link)) return {Role::client, false};
  const Serial s = parse_serial(link.content());
  return {s.from_master ? Role::client : Role::server, s.is_whole && !s.is_among_tasks};
}

// Elements of a write: what is done to the signal, and of an analog one the value. Other descriptors were not seen.
constexpr std::uint8_t kSetOn = 0x09, kSetOff = 0x0A, kSetAnalog = 0x0B;

using Value = text::Line<48>;

// False where the descriptor is none of those: how long the element is, is not known then.
bool read_element(ByteReader& r, Value& value) noexcept {
  const std::uint8_t descriptor = r.u8();
  if (descriptor == kSetOn || descriptor == kSetOff) value << (descriptor == kSetOn ? "on" : "off");
  if (descriptor != kSetAnalog) return r.ok() && (descriptor == kSetOn || descriptor == kSetOff);
  const float number = std::bit_cast<float>(r.le32());
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  if (r.ok()) value << std::string_view(digits.data(), end);
  return r.ok();
}

// By address: version ×2 | security level | count | { address ×2 | element } …
// By name:    security level | count | { name | 00 | element } …
void read_write(std::uint32_t code, Bytes data, ControlAction& action, Value& value) noexcept {
  ByteReader r{data};
  const bool by_address = code == kWriteByAddress;
  r.skip(by_address ? 3 : 1);
  const std::size_t count = r.u8();
  if (!r.ok() || count == 0) return;
  action.point_kind = "signal";
  action.points = static_cast<std::uint32_t>(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) value << ", ";
    if (by_address) {
      const std::uint16_t address = r.le16();
      if (i == 0 && r.ok()) action.point = address;
    } else {
      ByteReader look = r;
      const std::string_view rest = as_text(look.rest());
      const std::string_view name = rest.substr(0, rest.find('\0'));
      r.skip(name.size() + 1);
      if (r.ok()) value << name << " ";
    }
    if (!read_element(r, value)) return;
  }
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const auto size = static_cast<std::uint32_t>(pdu.bytes.size());
    if (!pdu.complete())
      emit(Anomaly{Fault::truncated, size});
    else if (is_serial(pdu.bytes))
      on_serial(pdu.bytes, emit);
    else
      on_ip(pdu.bytes, emit);
    return Interest::more;
  }
  void on_gap(Role) override {
    commands_.on_gap();
    asked_.forget();
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  void on_serial(Bytes datagram, const Emit& emit) {
    LinkFrame link;
    if (!parse_link(datagram, link)) return emit(Anomaly{Fault::bad_length, 0});
    if (!link.checks) return emit(Anomaly{Fault::bad_checksum, static_cast<std::uint32_t>(datagram.size() - 2)});
    const Serial s = parse_serial(link.content());
    if (!s.is_whole) return emit(Anomaly{Fault::bad_value, 0});
    if (s.is_among_tasks) return on_task(s.message, emit);
    if (s.link_function == 0) return on_message(s.message, emit);
    const std::uint32_t code = kLink + s.link_function;
    emit(Operation{.cls = s.from_master ? OperationClass::read : OperationClass::session,
                   .function_code = code,
                   .outcome = s.link_function == 0x95 ? Outcome::refused : Outcome::none});
  }

  // Nothing is told of whether it asks or answers.
  void on_task(const Message& m, const Emit& emit) {
    if (const auto f = function_of(m))
      emit(Operation{.cls = f->cls, .function_code = f->code, .unit = m.unit, .actor = emit.context().speaker});
  }

  void on_ip(Bytes datagram, const Emit& emit) {
    IpMessages messages{datagram};
    if (!messages.ok()) return emit(Anomaly{Fault::bad_length, 0});
    for (Message m; messages.next(m);) on_message(m, emit);
  }

  void on_message(const Message& m, const Emit& emit) {
    if (m.is_answer) return on_answer(m, emit);
    const auto known = function_of(m);
    if (!known) return emit(Anomaly{Fault::bad_length, 0});
    const Function& f = *known;
    emit(Operation{.cls = f.cls, .function_code = f.code, .unit = m.unit, .actor = emit.context().speaker});
    asked_.ask(m.sequence, emit.context().speaker, f.cls, f.code, m.unit);
    if (!is_command(f.cls)) return;
    ControlAction action = command(f.cls, f.code, function_name(f.code), {}, m.unit);
    Value value;
    if (f.code == kWriteByAddress || f.code == kWriteByName) {
      action.step = "write";
      read_write(f.code, m.body.subspan(1), action, value);
    }
    action.value = value.view();
    commands_.ask(m.sequence, action, emit);
  }

  // RER: 0 if all went well (D4052, "return error report").
  void on_answer(const Message& m, const Emit& emit) {
    const OpenRequest asked = asked_.answer(m.sequence, emit.context().speaker);
    if (!asked.is_known) return;  // it does not say what it answers
    const bool has_report = asked.function_code >> 8 == remote_database;
    const bool is_refused = has_report && !m.body.empty() && m.body[0] != 0;
    const Outcome outcome = is_refused ? Outcome::refused : Outcome::accepted;
    emit(answer_of(asked, outcome));
    commands_.answer(m.sequence, outcome, is_refused ? "error report not 0" : "", emit);
    if (is_refused || open_stated_) return;
    emit(OpenAccess{"bsap"});
    open_stated_ = true;
  }

  bool open_stated_ = false;
  OpenRequests<8> asked_;
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {1234, 1235};

}  // namespace

constinit const Protocol protocol{
    .name = "bsap",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMostSize,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = [](std::uint32_t code) { return function_name(code); },
    .open = open,
};

}  // namespace kakoi::bsap
