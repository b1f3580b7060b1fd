#include "dissectors/iec104/apdu.h"

#include <algorithm>

namespace kakoi::iec104 {

namespace {

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

}  // namespace

Apdu parse_apdu(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Apdu apdu;
  r.skip(1);
  apdu.length = r.u8();
  for (std::uint8_t& octet : apdu.control) octet = r.u8();
  apdu.asdu_size = apdu.length < kShortest ? 0 : apdu.length - std::size_t{kShortest};
  apdu.asdu = r.take(std::min(apdu.asdu_size, r.remaining()));
  return apdu;
}

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

Frame frame(Bytes bytes, Role) {
  if (!bytes.empty() && bytes[0] != kStart) return Frame::foreign();
  if (bytes.size() > 1 && (bytes[1] < kShortest || bytes[1] > kLongest)) return Frame::foreign();
  if (bytes.size() < kAsduAt) return Frame::more(kAsduAt);
  const bool is_u = (bytes[kControlAt] & 3) == 3;
  if (!is_u && (bytes[kControlAt + 2] & 1) != 0) return Frame::foreign();
  return Frame::whole(kControlAt + bytes[1]);
}

}  // namespace kakoi::iec104
