#include "dissectors/s7comm/szl.h"

#include <algorithm>

#include "dissectors/core/text.h"

namespace kakoi::s7comm {

namespace {

constexpr std::string_view kModule = "s7 szl 0011", kComponent = "s7 szl 001c";

// 28 octets: index | order number ×20 | module type ×2 | version ×2 | release ×2
void state_module(Bytes entry, const Emit& emit) {
  ByteReader r{entry};
  const std::uint16_t index = r.be16();
  const std::string_view order_number = text::field(as_text(r.take(20)));
  r.skip(2);
  const std::uint8_t letter = r.u8(), major = r.u8(), minor = r.u8(), patch = r.u8();
  if (!r.ok()) return;
  if (index == 1 && !order_number.empty()) {
    emit(Identity{Trait::model, order_number, kModule, 90, {}});
    // Numbers of the shape 6ES7 … are given to Siemens' own products; clones answer with them, too.
    if (order_number.starts_with("6ES7") || order_number.starts_with("6AG"))
      emit(Identity{Trait::vendor, "Siemens", kModule, 70, {}});
  }
  if (index == 7 && letter == 'V')
    emit(
        Identity{Trait::firmware, (text::Line<16>{} << major << "." << minor << "." << patch).view(), kModule, 90, {}});
}

// 34 octets: index | text ×32
void state_component(Bytes entry, const Emit& emit) {
  ByteReader r{entry};
  const std::uint16_t index = r.be16();
  const Bytes value = r.take(32);
  if (!r.ok()) return;
  const auto text = [&](Trait trait, std::uint8_t confidence, std::size_t size) {
    const std::string_view words = text::field(as_text(value.first(size)));
    if (!words.empty()) emit(Identity{trait, words, kComponent, confidence, {}});
  };
  switch (index) {
    case 1:  // name of the automation system
      return text(Trait::name, 85, 24);
    case 2:  // name of the module
      return text(Trait::name, 60, 24);
    case 3:  // plant identification
      return text(Trait::location, 60, 32);
    case 5:
      return text(Trait::serial, 90, 24);
    case 7:
      return text(Trait::product, 90, 32);
    case 9:  // PROFIBUS & PROFINET International, Man_ID_Table: 42 is Siemens
      if (value[0] == 0 && value[1] == 42) emit(Identity{Trait::vendor, "Siemens", kComponent, 90, {}});
      return;
    case 11:
      return text(Trait::location, 80, 32);
    default:
      return;
  }
}

}  // namespace

void StatusList::add(Bytes data, std::uint8_t reference, bool is_last, bool whole, const Emit& emit) {
  if (size_ != 0 && (reference == 0 || reference != reference_)) size_ = 0;
  if (size_ == 0 && is_last) return state(data, emit);
  // A piece that does not fit is given up, with all that follows it.
  const std::size_t part = std::min(data.size(), kMost - size_);
  std::copy_n(data.begin(), part, parts_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += part;
  reference_ = reference;
  if (!is_last && whole && part == data.size()) return;
  state(Bytes(parts_).first(size_), emit);
  size_ = 0;
}

// id ×2 | index ×2 | size of an entry ×2 | entries ×2 | entries
void StatusList::state(Bytes list, const Emit& emit) const {
  ByteReader r{list};
  const std::uint16_t id = r.be16() & 0x00FF;  // without kind of module and part of the list
  r.skip(2);
  const std::size_t size = r.be16();
  const std::uint16_t entries = r.be16();
  if (!r.ok() || (id != 0x11 && id != 0x1C)) return;
  for (unsigned i = 0; i < entries && i < 32; ++i) {
    const Bytes entry = r.take(size);
    if (!r.ok()) return;
    if (id == 0x11 && size == 28)
      state_module(entry, emit);
    else if (id == 0x1C && size == 34)
      state_component(entry, emit);
  }
}

}  // namespace kakoi::s7comm
