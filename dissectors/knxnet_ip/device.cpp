#include "dissectors/knxnet_ip/device.h"

#include <algorithm>
#include <utility>

#include "dissectors/knxnet_ip/cemi.h"

namespace kakoi::knxnet_ip {

namespace {

// Numbers that the KNX Association gave to makers, of well-known ones; the first two octets of a serial number.
std::string_view maker_name(unsigned id) noexcept {
  switch (id) {
    case 0x0001:
      return "Siemens";
    case 0x0002:
      return "ABB";
    case 0x0004:
      return "Albrecht Jung";
    case 0x0007:
      return "Busch-Jaeger Elektro";
    case 0x0008:
      return "GIRA";
    case 0x0083:
      return "MDT technologies";
    case 0x00C5:
      return "Weinzierl Engineering";
    default:
      return {};
  }
}

}  // namespace

// DIB 01: medium | status | individual address ×2 | installation ×2 | serial number ×6 | group ×4 | MAC ×6 | name ×30
void state_device(Bytes blocks, const Emit& emit) {
  constexpr std::string_view kMethod = "knxnet/ip description";
  ByteReader r{blocks};
  while (r.remaining() >= 2) {
    const std::size_t size = r.u8();
    const std::uint8_t type = r.u8();
    if (size < 2) return;
    ByteReader block = r.sub(size - 2);
    if (type != 1) continue;
    const std::uint8_t medium = block.u8();
    block.skip(1);
    const std::uint16_t address = block.be16();
    block.skip(2);
    const Bytes serial = block.take(6);
    block.skip(4);
    block.skip(6);  // its MAC: that of the frame, or of a port behind a router
    const std::string_view name = text::field(as_text(block.take(30)));
    if (!block.ok()) return;
    text::Line<80> line;
    write_address(line << "KNX individual address ", address);
    constexpr std::pair<std::uint8_t, std::string_view> kMedia[] = {
        {0x02, "TP1"}, {0x04, "PL110"}, {0x10, "RF"}, {0x20, "IP"}};
    for (const auto& [code, words] : kMedia)
      if (medium == code) line << ", medium " << words;
    emit(Identity{Trait::description, line.view(), kMethod, 80, {}});
    if (!name.empty()) emit(Identity{Trait::name, name, kMethod, 80, {}});
    if (std::any_of(serial.begin(), serial.end(), [](std::uint8_t b) { return b != 0; })) {
      text::Line<12> digits;
      for (const std::uint8_t b : serial) digits.hex(b, 2);
      emit(Identity{Trait::serial, digits.view(), kMethod, 85, {}});
      if (const auto maker = maker_name(ByteReader(serial).be16()); !maker.empty())
        emit(Identity{Trait::vendor, maker, kMethod, 75, {}});
    }
  }
}

}  // namespace kakoi::knxnet_ip
