// Modbus/TCP ADUs: the MBAP header, and what tells it from the many headers like it.
//
//   transaction ×2 | 00 00 | length ×2 | unit | function | data …
//                                      '--- counted by length -->
#include "dissectors/modbus/modbus.h"

#include <algorithm>

#include "dissectors/modbus/exchange.h"
#include "dissectors/modbus/function.h"

namespace kakoi::modbus {

namespace {

constexpr std::size_t kMbapBeforeUnit = 6;  // octets that `length` does not count
constexpr std::size_t kHeader = 8;          // MBAP and function code
constexpr std::uint16_t kShortest = 2;      // unit and function code
constexpr std::uint16_t kLongest = 254;     // Messaging Guide §3.1.3: counts from the unit id, PDU ≤ 253
// Some gateways pad, or count the whole ADU of 260 octets. That is reported, but the frame boundary kept.
constexpr std::uint16_t kLongestPadded = 260;
// UMAS negotiates PDUs of up to 1024 octets and does not keep to the standard's bound.
constexpr std::uint16_t kLongestUmas = 1032;

struct Adu {
  std::uint16_t transaction = 0, length = 0;
  std::uint8_t unit = 0;
  Bytes pdu;                 // from the function code on; may be cut, but not to nothing
  std::size_t pdu_size = 0;  // as `length` says

  std::uint8_t function() const noexcept { return pdu[0]; }
  bool is_exception() const noexcept { return (pdu[0] & kExceptionBit) != 0; }
  std::uint8_t code() const noexcept { return pdu[0] & static_cast<std::uint8_t>(~kExceptionBit); }
};

// At least kHeader octets that frame() accepted.
Adu parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Adu adu{};
  adu.transaction = r.be16();
  r.skip(2);
  adu.length = r.be16();
  adu.unit = r.u8();
  adu.pdu_size = std::max<std::size_t>(adu.length, kShortest) - 1;
  adu.pdu = r.take(std::min(adu.pdu_size, r.remaining()));
  return adu;
}

constexpr bool is_umas(std::uint8_t function) noexcept {
  return (function & ~kExceptionBit) == static_cast<std::uint8_t>(Function::umas);
}

bool fits(const Adu& adu) noexcept {
  return (!adu.is_exception() && request_fit(adu.pdu, adu.pdu_size) == Fit::fits) ||
         response_fit(adu.pdu, adu.pdu_size) == Fit::fits;
}

// Loose on purpose: once a flow is known to be Modbus, one odd function or count must not cost the
// PDUs behind it. What a frame cannot know (it has no state), probe() and the dissector judge.
Frame frame(Bytes bytes, Role) {
  ByteReader r{bytes};
  r.skip(2);
  if (r.remaining() >= 1 && r.u8() != 0) return Frame::foreign();
  if (r.remaining() >= 1 && r.u8() != 0) return Frame::foreign();
  if (r.remaining() >= 1 && bytes[4] > kLongestUmas >> 8) return Frame::foreign();
  if (bytes.size() < kMbapBeforeUnit) return Frame::more(kMbapBeforeUnit);
  const std::uint16_t length = r.be16();
  if (length < kShortest || length > kLongestUmas) return Frame::foreign();
  if (length > kLongestPadded) {
    if (bytes.size() < kHeader) return Frame::more(kHeader);
    if (!is_umas(bytes[7])) return Frame::foreign();
  }
  return Frame::whole(kMbapBeforeUnit + length);
}

// Is the PDU a fixed request or an exception with a few octets behind it, as some devices pad them?
// Not asked of counted responses: LDAP's BER header (30 84 00 00 00 nn 02 01) would pass for them.
bool is_padded(const Adu& adu) noexcept {
  constexpr std::size_t kMostPadding = 4;
  for (std::size_t n = 1; n <= kMostPadding && n < adu.pdu_size; ++n) {
    const std::size_t size = adu.pdu_size - n;
    if ((adu.is_exception() ? response_fit(adu.pdu, size) : request_fit(adu.pdu, size)) == Fit::fits) return true;
  }
  return false;
}

// Zeros and a small number, as in the MBAP header, begin many binary protocols. What tells Modbus is a
// function code of the right size, and either nothing or another such header behind the PDU. The role
// may be a guess before the flow is known, so a request's shape and a response's both do.
bool probe(Bytes bytes, Role speaker) {
  const Frame head = frame(bytes, speaker);
  if (head.kind != Frame::Kind::whole || bytes.size() < kHeader) return false;
  const bool ends_here = head.size == bytes.size();
  const Frame next = head.size < bytes.size() ? frame(bytes.subspan(head.size), speaker) : Frame::more(kHeader);
  if (next.kind == Frame::Kind::foreign) return false;
  const Adu adu = parse(bytes);
  if (fits(adu)) return true;
  const Fit request = adu.is_exception() ? Fit::misfit : request_fit(adu.pdu, adu.pdu_size);
  const Fit response = response_fit(adu.pdu, adu.pdu_size);
  if (request == Fit::unknown || response == Fit::unknown)
    return ends_here || (is_plausible(adu.code()) && next.kind == Frame::Kind::whole);
  return ends_here && is_padded(adu);
}

// Certain only where the other side could not have sent these octets: writes of one coil or register,
// for example, are echoed by the server.
Protocol::Speaker speaker(Bytes bytes) {
  constexpr Protocol::Speaker unsure{Role::client, false};
  if (bytes.size() < kHeader) return unsure;
  const Adu adu = parse(bytes);
  // Application Protocol V1.1b3 §4.1: no request has a code above 127. Some servers pad the two octets.
  if (adu.is_exception()) return {Role::server, is_plausible(adu.code()) && (adu.pdu_size == 2 || is_padded(adu))};
  if (is_umas(adu.function())) {  // 0xFE success, 0xFD failure, where a request has its sub-function
    const bool answer = adu.pdu.size() > 2 && (adu.pdu[2] == 0xFE || adu.pdu[2] == 0xFD);
    return answer ? Protocol::Speaker{Role::server, true} : unsure;
  }
  const Fit request = request_fit(adu.pdu, adu.pdu_size);
  const Fit response = response_fit(adu.pdu, adu.pdu_size);
  if (request == Fit::fits && response == Fit::misfit) return {Role::client, true};
  if (response == Fit::fits && request == Fit::misfit) {
    // Masters that pad every request to six octets make this one look like its response.
    return {Role::server, function_of(adu.function()) != Function::get_comm_event_counter};
  }
  // A device identification that is cut: longer than any request.
  if (response == Fit::unknown && request == Fit::misfit &&
      function_of(adu.function()) == Function::encapsulated_interface_transport)
    return {Role::server, true};
  return unsure;
}

class alignas(64) Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    if (pdu.bytes.size() < kHeader) return Interest::more;
    const Adu adu = parse(pdu.bytes);
    if (adu.length > kLongest && !is_umas(adu.function())) emit(Anomaly{Fault::bad_length, kLengthAt});
    exchange_.on_message({adu.transaction, adu.unit, adu.pdu, adu.pdu_size, kFunctionAt}, pdu.speaker, emit);
    return Interest::more;
  }
  void on_gap(Role) override { exchange_.on_gap(); }
  void on_end(const Emit& emit) override { exchange_.on_end(emit); }

 private:
  static constexpr std::uint32_t kLengthAt = 4, kFunctionAt = 7;
  Exchange exchange_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {502};

}  // namespace

constinit const Protocol protocol{
    .name = "modbus",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMbapBeforeUnit + kLongestUmas,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .qualified_name = qualified_name,
    .open = open,
};

}  // namespace kakoi::modbus
