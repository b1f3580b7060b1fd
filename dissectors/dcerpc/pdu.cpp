#include "dissectors/dcerpc/pdu.h"

#include <algorithm>

namespace kakoi::dcerpc {

namespace {

constexpr std::size_t kTrailer = 8;

}  // namespace

std::optional<Pdu> read_header(Bytes b) noexcept {
  if (b.size() < kHeader || b[0] != 5 || b[1] > 1 || b[2] > Type::last || (b[4] != 0x10 && b[4] != 0) || b[5] > 3 ||
      b[6] != 0 || b[7] != 0)
    return {};
  Pdu pdu;
  pdu.type = b[2];
  pdu.flags = b[3];
  pdu.little = b[4] == 0x10;
  ByteReader r(b.subspan(8));
  pdu.length = pdu.u16(r);
  pdu.authentication = pdu.u16(r);
  pdu.call = pdu.u32(r);
  if (pdu.length < kHeader || pdu.authentication + kHeader > pdu.length) return {};
  return pdu;
}

std::optional<Verifier> verifier_of(const Pdu& pdu, Bytes b) noexcept {
  if (pdu.authentication == 0 || kHeader + kTrailer + pdu.authentication > pdu.length || b.size() < pdu.length)
    return {};
  const Bytes trailer = b.subspan(pdu.length - pdu.authentication - kTrailer, kTrailer + pdu.authentication);
  return Verifier{trailer[0], trailer[1], trailer.subspan(kTrailer)};
}

Bytes body_of(const Pdu& pdu, Bytes b) noexcept {
  std::size_t end = pdu.length;
  if (pdu.authentication != 0) {
    if (kHeader + kTrailer + pdu.authentication > pdu.length) return {};
    end -= pdu.authentication + kTrailer;
    if (b.size() >= pdu.length) end -= std::min<std::size_t>(b[end + 2], end - kHeader);
  }
  return b.size() <= kHeader ? Bytes() : b.subspan(kHeader, std::min(end, b.size()) - kHeader);
}

}  // namespace kakoi::dcerpc
