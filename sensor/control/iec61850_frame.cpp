#include "sensor/control/iec61850_frame.h"

#include <algorithm>

namespace kakoi {

// application id ×2 | length ×2, with this header | S:1 reserved:15 | reserved ×2 | PDU
std::optional<Iec61850Frame> read_iec61850_frame(const Decoded& packet, Bytes payload, std::uint8_t tag,
                                                 const Emit& emit) noexcept {
  constexpr std::uint16_t kSimulation = 0x8000;
  const bool is_cut = packet.payload_length > packet.payload.size();
  const auto damaged = [&](Fault fault, std::size_t offset) {
    emit(Anomaly{fault, static_cast<std::uint32_t>(offset)});
    return std::nullopt;
  };
  ByteReader r(payload);
  r.skip(2);
  const std::uint16_t length = r.be16(), flags = r.be16();
  r.skip(2);
  if (!r.ok()) return is_cut ? std::nullopt : damaged(Fault::truncated, 0);
  if (length < r.offset()) return damaged(Fault::bad_length, 2);
  const Bytes message = payload.subspan(r.offset(), std::min<std::size_t>(length, payload.size()) - r.offset());
  const auto pdu = der::peek(message);
  if (!pdu && is_cut) return std::nullopt;
  if (!pdu || pdu->tag != tag) return damaged(Fault::bad_value, r.offset());
  if (!is_cut && (!pdu->complete() || length > payload.size()))
    emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(payload.size())});
  return Iec61850Frame{is_cut, (flags & kSimulation) != 0, *pdu};
}

}  // namespace kakoi
