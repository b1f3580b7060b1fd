// IEEE 802.11 data frames that are not encrypted (IEEE 802.11-2020 §9.3.2), bare, behind radiotap,
// or in CAPWAP (RFC 5415 §4.3).
//
//   frame control ×2 | duration ×2 | address 1–3 ×6 | sequence ×2 | [address 4] | [QoS ×2 [HT ×4]] | LLC …
#include <utility>

#include "sensor/decode/decode.h"

namespace kakoi::decode {

void decode_wireless(Bytes frame, Decoded& out) noexcept {
  ByteReader r(frame);
  std::uint8_t type = r.u8(), flags = r.u8();
  // Some controllers send the two octets of the frame control field the other way round.
  if ((type & 0x0F) != 0x08 && (flags & 0x0F) == 0x08) std::swap(type, flags);
  if (!r.ok()) {
    out.malformed = true;
    return;
  }
  if ((type & 0x0C) != 0x08) return;  // management and control frames name no host that we list
  r.skip(2);
  const Bytes first = r.take(6), second = r.take(6), third = r.take(6);
  r.skip(2);
  const bool to_ds = (flags & 1) != 0, from_ds = (flags & 2) != 0;
  const Bytes fourth = to_ds && from_ds ? r.take(6) : Bytes{};
  if ((type & 0x80) != 0) {
    r.skip(2);
    if ((flags & 0x80) != 0) r.skip(4);
  }
  if (!r.ok()) {
    out.malformed = true;
    return;
  }
  out.destination_mac = Address::mac(to_ds ? third : first);
  out.source_mac = Address::mac(!from_ds ? second : to_ds ? fourth : third);
  if ((flags & 0x40) != 0) {  // protected
    out.undecoded = true;
    return;
  }
  if ((type & 0x40) == 0) decode_llc(r.rest(), out);  // else a null frame: no body
}

bool decode_capwap(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  const std::uint32_t head = r.be32();
  const std::size_t length = (head >> 19 & 31) * 4;
  const bool native = (head >> 8 & 1) != 0, fragment = (head >> 7 & 1) != 0, keep_alive = (head >> 3 & 1) != 0;
  const std::uint32_t binding = head >> 9 & 31;
  if (!r.ok() || head >> 24 != 0 || length < 8 || length >= data.size() || fragment || keep_alive) return false;
  const Bytes inner = data.subspan(length);
  if (!native) {
    decode_ethernet(inner, out);
    return true;
  }
  if (binding != 1) return false;
  decode_wireless(inner, out);
  return true;
}

}  // namespace kakoi::decode
