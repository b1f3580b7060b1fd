#include "dissectors/modbus/bounds.h"

#include "dissectors/modbus/function.h"

namespace kakoi::modbus {

namespace {

constexpr bool is_outside(unsigned value, unsigned least, unsigned most) { return value < least || value > most; }

// Sub-requests from `at` on: reference type, file, record, length and, in writes, that many words.
std::uint32_t bad_file_request(Bytes pdu, unsigned least, unsigned most, bool has_data) noexcept {
  ByteReader r{pdu};
  r.skip(1);
  if (is_outside(r.u8(), least, most)) return 1;
  while (r.remaining() > 0) {
    const auto at = static_cast<std::uint32_t>(r.offset());
    const std::uint8_t type = r.u8();
    const std::uint16_t file = r.be16(), record = r.be16(), length = r.be16();
    if (has_data) r.skip(std::size_t{length} * 2);
    if (!r.ok() || type != kFileReferenceType) return at;
    if (file == 0) return at + 1;
    if (record > kLastFileRecord) return at + 3;
  }
  return 0;
}

}  // namespace

std::uint32_t bad_request_value(Bytes pdu) noexcept {
  ByteReader r{pdu};
  const auto function = static_cast<Function>(r.u8());
  r.skip(2);  // address: every value is legal
  const std::uint16_t value = r.be16();
  switch (function) {
    case Function::read_coils:
    case Function::read_discrete_inputs:
      return is_outside(value, 1, 2000) ? 3 : 0;
    case Function::read_holding_registers:
    case Function::read_input_registers:
      return is_outside(value, 1, 125) ? 3 : 0;
    case Function::write_single_coil:
      return value != 0x0000 && value != 0xFF00 ? 3 : 0;
    case Function::write_multiple_coils:
      if (is_outside(value, 1, 1968)) return 3;
      return r.u8() != (value + 7) / 8 ? 5 : 0;
    case Function::write_multiple_registers:
      if (is_outside(value, 1, 123)) return 3;
      return r.u8() != value * 2 ? 5 : 0;
    case Function::read_file_record:
      return bad_file_request(pdu, 7, 0xF5, false);
    case Function::write_file_record:
      return bad_file_request(pdu, 9, 0xFB, true);
    case Function::read_write_multiple_registers: {
      if (is_outside(value, 1, 125)) return 3;
      r.skip(2);
      const std::uint16_t written = r.be16();
      if (is_outside(written, 1, 121)) return 7;
      return r.u8() != written * 2 ? 9 : 0;
    }
    case Function::encapsulated_interface_transport:  // the ReadDevId code of MEI type 14
      return pdu.size() > 2 && pdu[1] == kReadDeviceIdentification && is_outside(pdu[2], 1, 4) ? 2 : 0;
    default:
      return 0;
  }
}

std::uint32_t bad_response_value(Bytes pdu) noexcept {
  if (pdu.size() < 2) return 0;
  if ((pdu[0] & kExceptionBit) != 0) return is_exception_code(pdu[1]) ? 0 : 1;
  switch (function_of(pdu[0])) {
    case Function::encapsulated_interface_transport:
      if (pdu[1] != kReadDeviceIdentification || pdu.size() < 7) return 0;
      if (is_outside(pdu[2], 1, 4)) return 2;
      if (is_outside(pdu[3] & 0x7F, 1, 3)) return 3;    // conformity level, top bit: individual access too
      return pdu[4] != 0x00 && pdu[4] != 0xFF ? 4 : 0;  // more follows
    default:
      return 0;
  }
}

std::uint8_t expected_byte_count(Bytes request) noexcept {
  ByteReader r{request};
  const std::uint8_t code = r.u8();
  r.skip(2);
  const std::uint16_t quantity = r.be16();
  const auto octets = [](unsigned n) { return n <= 250 ? static_cast<std::uint8_t>(n) : std::uint8_t{0}; };
  switch (static_cast<Function>(code)) {
    case Function::read_coils:
    case Function::read_discrete_inputs:
      return octets((quantity + 7u) / 8u);
    case Function::read_holding_registers:
    case Function::read_input_registers:
    case Function::read_write_multiple_registers:
      return octets(quantity * 2u);
    default:
      return 0;
  }
}

}  // namespace kakoi::modbus
