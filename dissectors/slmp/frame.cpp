#include "dissectors/slmp/frame.h"

namespace kakoi::slmp {

namespace {

struct Shape {
  bool is_answer = false, is_ascii = false, has_serial = false;
  std::size_t head() const noexcept { return (is_ascii ? 2u : 1u) * (has_serial ? 13u : 9u); }
};

// By the first octets; `sure` is false where there are too few to tell.
std::optional<Shape> shape_of(Bytes b, bool& sure) noexcept {
  sure = true;
  if (b.empty()) return sure = false, Shape{};
  switch (b[0]) {
    case 0x50:
    case 0x54:
    case 0xD0:
    case 0xD4:
      if (b.size() < 2) return sure = false, Shape{};
      if (b[1] != 0) return {};
      return Shape{b[0] >= 0xD0, false, (b[0] & 4) != 0};
    case '5':
    case 'D':
      if (b.size() > 1 && b[1] != '0' && b[1] != '4') return {};
      if ((b.size() > 2 && b[2] != '0') || (b.size() > 3 && b[3] != '0')) return {};
      if (b.size() < 4) return sure = false, Shape{};
      return Shape{b[0] == 'D', true, b[1] == '4'};
    default:
      return {};
  }
}

// "SLMP Reference Manual", 4.1: network and station numbers, and the numbers of CPU and other units.
constexpr bool is_place(unsigned network, unsigned station, unsigned unit, unsigned multidrop) noexcept {
  const bool stations = station <= 0x78 || station == 0x7D || station == 0x7E || station == 0xFF;
  const bool units =
      unit <= 0x01FF || (unit >= 0x03D0 && unit <= 0x03D3) || (unit >= 0x03E0 && unit <= 0x03E3) || unit == 0x03FF;
  return network <= 0xEF && stations && units && multidrop <= 0x1F;
}

}  // namespace

Frame frame(Bytes bytes, Role) {
  bool sure = false;
  const auto shape = shape_of(bytes, sure);
  if (!shape) return Frame::foreign();
  if (!sure) return Frame::more(4);
  if (bytes.size() < shape->head()) return Frame::more(shape->head());
  Reader r(bytes, shape->is_ascii);
  r.take(shape->is_ascii ? 4 : 2);
  if (shape->has_serial) {
    r.u16();
    if (r.u16() != 0) return Frame::foreign();
  }
  const unsigned network = r.u8(), station = r.u8(), unit = r.u16(), multidrop = r.u8();
  const std::size_t size = r.u16(), least = (shape->is_answer ? 2u : 6u) * (shape->is_ascii ? 2u : 1u);
  if (!r.ok() || !is_place(network, station, unit, multidrop)) return Frame::foreign();
  if (size < least || shape->head() + size > kMostSize) return Frame::foreign();
  return Frame::whole(shape->head() + size);
}

std::optional<Message> parse(Bytes pdu) noexcept {
  bool sure = false;
  const auto shape = shape_of(pdu, sure);
  if (!shape || !sure) return {};
  Reader r(pdu, shape->is_ascii);
  Message m;
  m.is_answer = shape->is_answer;
  m.is_ascii = shape->is_ascii;
  m.has_serial = shape->has_serial;
  r.take(shape->is_ascii ? 4 : 2);
  if (shape->has_serial) {
    m.serial = r.u16();
    r.u16();
  }
  r.u8();  // network, station, unit, multidrop, size
  r.u8();
  r.u16();
  r.u8();
  r.u16();
  if (m.is_answer) {
    m.end_code = r.u16();
  } else {
    r.u16();
    m.command = r.u16();
    m.subcommand = r.u16();
  }
  if (!r.ok()) return {};
  m.data = r.rest();
  return m;
}

}  // namespace kakoi::slmp
