// RTU ADUs in a stream have no length: the function code gives the size, and the CRC says whether it was right.
#include "dissectors/modbus/rtu.h"

#include <algorithm>
#include <array>

#include "dissectors/core/crc16.h"
#include "dissectors/modbus/exchange.h"
#include "dissectors/modbus/function.h"

namespace kakoi::modbus_rtu {

namespace {

using modbus::Extent;

constexpr std::size_t kAddress = 1, kCrc = 2;
constexpr std::size_t kLongest = 256;  // Serial Line V1.02 §2.5.1.1
constexpr std::size_t kShortest = kAddress + 1 + kCrc;

// At least kShortest octets.
bool is_intact(Bytes adu) noexcept {
  ByteReader crc{adu.last(kCrc)};
  return crc16::modbus(adu.first(adu.size() - kCrc)) == crc.le16();
}

// Of the ADU, if `role` sent it.
Extent extent(Bytes bytes, Role role) noexcept {
  if (bytes.size() <= kAddress) return {Extent::Kind::more, kAddress + 1};
  const Bytes pdu = bytes.subspan(kAddress);
  Extent e = role == Role::client ? modbus::request_extent(pdu) : modbus::response_extent(pdu);
  if (e.kind == Extent::Kind::known) e.octets += kCrc;
  e.octets += kAddress;
  if (e.octets > kLongest) return {};
  return e;
}

struct Look {
  Extent::Kind kind;
  std::size_t size;
  bool intact;
};
Look look(Bytes bytes, Role role) noexcept {
  const Extent e = extent(bytes, role);
  if (e.kind == Extent::Kind::none) return {e.kind, 0, false};
  if (e.octets > bytes.size()) return {Extent::Kind::more, e.octets, false};
  return {e.kind, e.octets, is_intact(bytes.first(e.octets))};
}

// The role may be a guess, and lines have several masters: what does not fit one side may fit the other.
// An ADU whose CRC fits neither keeps the size that its speaker's side gives it.
Frame frame(Bytes bytes, Role speaker) {
  const Look own = look(bytes, speaker);
  if (own.kind == Extent::Kind::more) return Frame::more(own.size);
  if (own.intact) return Frame::whole(own.size);
  const Look others = look(bytes, other(speaker));
  if (others.kind == Extent::Kind::more) return Frame::more(others.size);
  if (others.intact) return Frame::whole(others.size);
  return own.kind == Extent::Kind::known ? Frame::whole(own.size) : Frame::foreign();
}

bool probe(Bytes bytes, Role speaker) {
  const Frame head = frame(bytes, speaker);
  return head.kind == Frame::Kind::whole && head.size <= bytes.size() && is_intact(bytes.first(head.size));
}

// Certain where the CRC fits the size of a request or of a response alone.
Protocol::Speaker speaker(Bytes bytes) {
  const Look request = look(bytes, Role::client), response = look(bytes, Role::server);
  return {response.intact ? Role::server : Role::client, request.intact != response.intact};
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const auto size = static_cast<std::uint32_t>(pdu.bytes.size());
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, size});
    if (size <= kAddress || pdu.wire_size < kShortest) return Interest::more;
    if (pdu.complete() && !is_intact(pdu.bytes)) {
      // Line noise, or no ADU at all: nobody acts on it (§2.5.1.2), so nothing in it is believed.
      emit(Anomaly{Fault::bad_checksum, size - static_cast<std::uint32_t>(kCrc)});
      exchange_.on_gap();
      return Interest::more;
    }
    const std::size_t pdu_size = pdu.wire_size - kAddress - kCrc;
    const Bytes body = pdu.bytes.subspan(kAddress, std::min(pdu_size, pdu.bytes.size() - kAddress));
    exchange_.on_message({0, pdu.bytes[0], body, pdu_size, kAddress}, pdu.speaker, emit);
    return Interest::more;
  }
  void on_gap(Role) override { exchange_.on_gap(); }
  void on_end(const Emit& emit) override { exchange_.on_end(emit); }

 private:
  modbus::Exchange exchange_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

// Serial device servers listen where their maker or owner likes; some gateways do on Modbus/TCP's own port.
constexpr std::uint16_t kPorts[] = {502};

}  // namespace

constinit const Protocol protocol{
    .name = "modbus_rtu",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kLongest,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = modbus::function_name,
    .qualified_name = modbus::qualified_name,
    .open = open,
};

}  // namespace kakoi::modbus_rtu
