#include "sensor/control/ethercat_slave.h"

#include <utility>

#include "dissectors/core/text.h"

namespace kakoi::ethercat {

namespace {

enum Fact : std::uint8_t { vendor = 1, product_code, revision, serial_number };  // as the subindexes are

// Of some of the ids that the EtherCAT Technology Group gave to makers.
std::string_view maker_name(std::uint32_t id) noexcept {
  constexpr std::pair<std::uint32_t, std::string_view> kMakers[] = {
      {0x002, "Beckhoff Automation"}, {0x01D, "Festo"}, {0x021, "WAGO"},
      {0x024, "Bosch Rexroth"},       {0x03B, "Lenze"}, {0x059, "SEW-EURODRIVE"},
      {0x06A, "Kollmorgen"},          {0x083, "Omron"}, {0x084, "Phoenix Contact"},
      {0x1DD, "Delta Electronics"},
  };
  for (const auto& [known, name] : kMakers)
    if (known == id) return name;
  return {};
}

// Slaves have no address that a host could be known by: it is told of the master.
void state_slave(std::uint32_t station, unsigned fact, std::uint32_t value, std::string_view method,
                 const Emit& emit) noexcept {
  constexpr std::string_view kNames[] = {"vendor", "product code", "revision", "serial number"};
  if (station == kNoValue || fact < vendor || fact > serial_number || (fact != revision && value == 0)) return;
  text::Line<96> line;
  line << "EtherCAT slave " << std::uint64_t{station} << ": " << kNames[fact - vendor] << " ";
  line.hex(value, 8) << "h";
  if (const auto maker = maker_name(value); fact == vendor && !maker.empty()) line << ", " << maker;
  emit(Identity{Trait::description, line.view(), method, 80, {Who::listener, {}}});
}

}  // namespace

void state_identity(std::uint32_t station, unsigned subindex, std::uint32_t value, const Emit& emit) noexcept {
  state_slave(station, subindex, value, "ethercat object 1018h", emit);
}

// Control and status ×2, word address ×4, data ×4 or ×8 of the EEPROM, from 0502h on (ETG.1000.4 §6.4.3), where a master reads
// them at once.
void read_eeprom(std::uint32_t station, std::uint16_t offset, Bytes data, const Emit& emit) noexcept {
  constexpr std::uint16_t kEepromControl = 0x0502;
  constexpr std::uint16_t kBusyOrFailed = 0xF800;
  constexpr std::uint32_t kFirstWord = 8;
  if (offset > kEepromControl) return;
  ByteReader r{data};
  r.skip(kEepromControl - offset);
  const std::uint16_t control = r.le16();
  const std::uint32_t word = r.le32();
  if (!r.ok() || (control & kBusyOrFailed) != 0 || word < kFirstWord || word % 2 != 0) return;
  const bool has_eight = (control & 0x40) != 0;
  for (unsigned i = 0; i < (has_eight ? 2u : 1u) && r.remaining() >= 4; ++i)
    state_slave(station, (word - kFirstWord) / 2 + i + vendor, r.le32(), "ethercat eeprom", emit);
}

}  // namespace kakoi::ethercat
