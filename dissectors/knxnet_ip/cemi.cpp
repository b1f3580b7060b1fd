#include "dissectors/knxnet_ip/cemi.h"

namespace kakoi::knxnet_ip {

namespace {

constexpr bool is_l_data(std::uint8_t message) noexcept {
  return message == l_data_request || message == l_data_indication || message == l_data_confirmation;
}
constexpr bool is_management(std::uint8_t message) noexcept { return message >= 0xF0; }

// Confirmations have their request's.
constexpr std::uint8_t asked_by(std::uint8_t message) noexcept {
  return message == property_write_confirmation ? 0xF6 : message == property_read_confirmation ? 0xFC : message;
}

}  // namespace

bool is_request(std::uint8_t message) noexcept {
  switch (message) {
    case 0x10:
    case l_data_request:
    case 0x13:
    case 0xF1:
    case 0xF6:
    case 0xF8:
    case 0xF9:
    case 0xFC:
      return true;
    default:
      return false;
  }
}

bool is_cemi(Bytes bytes) noexcept {
  ByteReader r{bytes};
  const std::uint8_t message = r.u8();
  if (is_l_data(message)) {
    constexpr std::size_t kLeast = 8;  // controls, addresses, length, TPCI
    r.skip(r.u8());
    return r.ok() && r.remaining() >= kLeast;
  }
  return r.ok() && find_function(kMessage | asked_by(message));
}

// L_Data:      message | n | information ×n | control ×2 | source ×2 | destination ×2 | length | TPCI, APCI | data …
// property:    message | object type ×2 | instance | property | elements ×4 bits, start ×12 bits | data …
// function:    message | object type ×2 | instance | property | of a confirmation the return code | data …
Cemi parse_cemi(Bytes bytes) noexcept {
  Cemi c;
  ByteReader r{bytes};
  c.message = r.u8();
  if (!r.ok()) return c;
  if (!is_l_data(c.message)) {
    c.function_code = kMessage | asked_by(c.message);
    if (const Function* const known = find_function(c.function_code))
      c.cls = known->cls;
    else
      c.function_code = 0;
    if (!is_management(c.message)) return c;
    c.data = r.rest();
    const bool confirms = c.message == property_write_confirmation || c.message == property_read_confirmation;
    c.has_failed = confirms && c.data.size() >= 5 && c.data[4] >> 4 == 0;
    if (c.message == function_confirmation) c.has_failed = c.data.size() < 5 || c.data[4] != 0;  // return code
    return c;
  }
  r.skip(r.u8());
  const std::uint8_t control = r.u8(), second = r.u8();
  c.source = r.be16();
  c.destination = r.be16();
  const std::size_t length = r.u8();
  const std::uint8_t tpci = r.u8();
  if (!r.ok()) return c;
  c.is_data = true;
  c.is_group = (second & 0x80) != 0;
  c.has_failed = c.message == l_data_confirmation && (control & 1) != 0;
  if ((tpci & 0x80) != 0) {  // control of the transport layer; acknowledgements have a number in between
    c.function_code = kTransport | (tpci & ((tpci & 0x40) != 0 ? 0xC3u : 0x83u));
  } else {
    c.apci = static_cast<std::uint16_t>((tpci & 3) << 8 | r.u8());
    if (!r.ok()) return c;
    c.function_code = kApplication | application_service(c.apci);
    c.data = r.take(length > 0 && length - 1 < r.remaining() ? length - 1 : r.remaining());
  }
  if (const Function* const known = find_function(c.function_code)) c.cls = known->cls;
  return c;
}

}  // namespace kakoi::knxnet_ip
