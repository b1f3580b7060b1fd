// IEEE 802.11 data frames that are not encrypted (IEEE 802.11-2020 §9.3.2), bare, behind a radio's
// report, or in CAPWAP (RFC 5415 §4.3).
//
//   frame control ×2 | duration ×2 | address 1–3 ×6 | sequence ×2 | [address 4] | [QoS ×2 [HT ×4]] | LLC …
#include <algorithm>
#include <utility>

#include "sensor/decode/layers.h"

namespace kakoi::decode {
namespace {

// What radiotap's flags say: octets of check sequence behind the frame, padding behind its header.
struct RadioFlags {
  bool check_sequence = false, padded = false;
};
void decode_frame(Bytes frame, RadioFlags radio, Decoded& out) noexcept {
  if (radio.check_sequence && frame.size() >= 4) frame = frame.first(frame.size() - 4);
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
  const unsigned fragment = r.le16() & 15;
  const bool to_ds = (flags & 1) != 0, from_ds = (flags & 2) != 0;
  const Bytes fourth = to_ds && from_ds ? r.take(6) : Bytes{};
  bool aggregated = false;
  if ((type & 0x80) != 0) {
    aggregated = (r.le16() & 0x80) != 0;
    if ((flags & 0x80) != 0) r.skip(4);
  }
  if (!r.ok()) {
    out.malformed = true;
    return;
  }
  out.destination_mac = Address::mac(to_ds ? third : first);
  out.source_mac = Address::mac(!from_ds ? second : to_ds ? fourth : third);
  if (radio.padded) r.skip((4 - r.offset() % 4) % 4);
  // Protected, or the rest of a frame sent in parts; controllers leave the fragment number to chance.
  const bool rest_of_frame = fragment != 0 && !as_text(frame.subspan(r.offset())).starts_with("\xAA\xAA\x03");
  if ((flags & 0x40) != 0 || rest_of_frame) {
    out.undecoded = true;
    return;
  }
  if ((type & 0x40) != 0) return;  // a null frame: no body
  if (!aggregated) return decode_llc(r.rest(), out);
  // §9.3.2.2.2: several MSDUs, each with addresses, length and LLC; the first one speaks for all
  const Bytes destination = r.take(6), source = r.take(6);
  const std::uint16_t length = r.be16();
  if (!r.ok()) {
    out.malformed = true;
    return;
  }
  out.destination_mac = Address::mac(destination);
  out.source_mac = Address::mac(source);
  decode_llc(r.take(std::min<std::size_t>(length, r.remaining())), out);
}

// Fields stand in the order of their bits, each aligned to its size; only the flags matter here.
void decode_radiotap(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  r.skip(2);
  const std::size_t length = r.le16();
  const std::uint32_t present = r.le32();
  if (!r.ok() || length < 8 || length > data.size()) {
    out.malformed = true;
    return;
  }
  ByteReader fields(data.first(length));
  fields.skip(4);
  while ((fields.le32() & 0x8000'0000) != 0) {
  }
  RadioFlags radio;
  if ((present & 1) != 0) {  // time, ×8
    fields.skip((8 - fields.offset() % 8) % 8);
    fields.skip(8);
  }
  if ((present & 2) != 0) {
    const std::uint8_t flags = fields.u8();
    radio = {.check_sequence = (flags & 0x10) != 0, .padded = (flags & 0x20) != 0};
  }
  decode_frame(data.subspan(length), radio, out);
}

}  // namespace

void decode_wireless(Bytes frame, Decoded& out) noexcept { decode_frame(frame, {}, out); }

void decode_radio(std::uint32_t link_type, Bytes data, Decoded& out) noexcept {
  if (link_type == 127) return decode_radiotap(data, out);
  ByteReader r(data);
  std::size_t length = 0;
  if (link_type == 192) {  // PPI: version, flags, length ×2, LINKTYPE ×4; little-endian
    r.skip(2);
    length = r.le16();
    const std::uint32_t inner = r.le32();
    if (r.ok() && length >= 8 && length <= data.size()) {
      if (inner == 105) return decode_wireless(data.subspan(length), out);
      if (inner == 1) return decode_ethernet(data.subspan(length), out);
      out.undecoded = true;
      return;
    }
  } else {
    // AVS: version 0x80211xxx, length, big-endian. Prism: message, length, in the order of the machine.
    const std::uint32_t version = r.be32();
    length = r.be32();
    if (version >> 12 != 0x80211 && length > 0xFFFF) length = __builtin_bswap32(static_cast<std::uint32_t>(length));
  }
  if (r.ok() && length >= 8 && length <= data.size()) return decode_wireless(data.subspan(length), out);
  out.malformed = true;
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
