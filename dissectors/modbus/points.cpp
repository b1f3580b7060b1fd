#include "dissectors/modbus/points.h"

#include "dissectors/modbus/bounds.h"
#include "dissectors/modbus/function.h"

namespace kakoi::modbus {

namespace {

constexpr std::uint32_t kMostBits = 2000, kMostRegisters = 125;  // of any function, §6.1 and §6.3

// Sub-requests of file records; in writes each is followed by its words.
void state_file_records(Bytes pdu, std::uint8_t unit, bool is_write, const Emit& emit) {
  ByteReader r{pdu};
  r.skip(2);
  while (r.remaining() > 0) {
    const std::uint8_t type = r.u8();
    const std::uint16_t file = r.be16(), record = r.be16(), length = r.be16();
    if (!r.ok() || type != kFileReferenceType || record > kLastFileRecord || length == 0) return;
    emit(Points{.access = is_write ? OperationClass::write : OperationClass::read,
                .unit = unit,
                .kind = kFileRecord,
                .first = file_point(file, record),
                .count = length});
    if (is_write) r.skip(std::size_t{length} * 2);
  }
}

}  // namespace

void state_points(Bytes pdu, std::uint8_t unit, const Emit& emit) {
  ByteReader r{pdu};
  const std::uint8_t code = r.u8();
  const std::uint16_t first = r.be16();
  const auto state = [&](OperationClass access, std::string_view kind, std::uint32_t at, std::uint32_t count,
                         std::uint32_t most) {
    if (r.ok() && count > 0 && count <= most)
      emit(Points{.access = access, .unit = unit, .kind = kind, .first = at, .count = clipped(at, count)});
  };
  using enum OperationClass;
  switch (static_cast<Function>(code)) {
    case Function::read_coils:
      return state(read, kCoil, first, r.be16(), kMostBits);
    case Function::read_discrete_inputs:
      return state(read, kDiscreteInput, first, r.be16(), kMostBits);
    case Function::read_holding_registers:
      return state(read, kHoldingRegister, first, r.be16(), kMostRegisters);
    case Function::read_input_registers:
      return state(read, kInputRegister, first, r.be16(), kMostRegisters);
    case Function::write_single_coil:
      return state(write, kCoil, first, 1, 1);
    case Function::write_single_register:
    case Function::mask_write_register:
      return state(write, kHoldingRegister, first, 1, 1);
    case Function::write_multiple_coils:
      return state(write, kCoil, first, r.be16(), kMostBits);
    case Function::write_multiple_registers:
      return state(write, kHoldingRegister, first, r.be16(), kMostRegisters);
    case Function::read_write_multiple_registers: {
      const std::uint16_t count = r.be16(), written = r.be16(), write_count = r.be16();
      state(read, kHoldingRegister, first, count, kMostRegisters);
      return state(write, kHoldingRegister, written, write_count, kMostRegisters);
    }
    case Function::read_file_record:
      return state_file_records(pdu, unit, false, emit);
    case Function::write_file_record:
      return state_file_records(pdu, unit, true, emit);
    case Function::read_fifo_queue:
      return state(read, kFifoQueue, first, 1, 1);
    default:
      return;
  }
}

}  // namespace kakoi::modbus
