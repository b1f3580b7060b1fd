#include "dissectors/dcerpc/opc_items.h"

#include <algorithm>

#include "dissectors/dcerpc/ndr.h"

namespace kakoi::dcerpc {

void OpcItems::ask(std::uint32_t call, Bytes arguments) noexcept {
  constexpr std::size_t kDefinition = 28;
  asked_count_ = 0;
  call_ = call;
  ByteReader r(arguments);
  const std::uint32_t count = r.le32();
  if (r.le32() != count) return;
  ByteReader definitions(r.take(kDefinition * std::size_t{count}));
  for (std::uint32_t i = 0; i < count && i < kAtOnce && r.ok(); ++i) {
    const bool has_path = definitions.le32() != 0, has_name = definitions.le32() != 0;
    definitions.skip(12);
    const bool has_blob = definitions.le32() != 0;
    definitions.skip(4);
    if (has_path) take_string(r);
    const Bytes name = has_name ? take_string(r) : Bytes();
    if (!r.ok()) return;
    asked_[asked_count_++].assign(name);
    if (!has_blob) continue;
    align(r);
    r.skip(r.le32());
  }
}

void OpcItems::answer(std::uint32_t call, Bytes results) noexcept {
  constexpr std::size_t kRest = 16;
  ByteReader r(results);
  if (call != call_ || r.le32() == 0) return;
  const std::uint32_t count = r.le32();
  for (std::size_t i = 0; i < asked_count_ && i < count; ++i) {
    const std::uint32_t handle = r.le32();
    r.skip(kRest);
    if (!r.ok()) break;
    if (!asked_[i].view().empty()) known_[known_count_++ % kKnown] = {handle, asked_[i]};
  }
  asked_count_ = 0;
}

std::string_view OpcItems::name_of(std::uint32_t handle) const noexcept {
  for (std::size_t i = 1; i <= std::min(known_count_, kKnown); ++i)
    if (const Item& item = known_[(known_count_ - i) % kKnown]; item.handle == handle) return item.name.view();
  return {};
}

}  // namespace kakoi::dcerpc
