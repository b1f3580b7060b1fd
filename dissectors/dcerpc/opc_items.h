// Items of an OPC Data Access server by the handles that it gives them: IOPCItemMgt::AddItems (OPC DA 3.0 §4.4.4.1), NDR.
//
//   asked     count ×4, size ×4, { access path: pointer ×4, name: pointer ×4, active ×4, client's handle ×4,
//             octets ×4, blob: pointer ×4, type ×2, 0 ×2 } …, then what those point to
//   answered  pointer ×4, size ×4, { handle ×4, type ×2, 0 ×2, rights ×4, octets ×4, blob: pointer ×4 } …
#pragma once

#include <array>
#include <cstdint>

#include "dissectors/core/bytes.h"
#include "dissectors/core/utf16.h"

namespace kakoi::dcerpc {

// Bounded: the oldest are forgotten. Names are cut.
class OpcItems {
 public:
  using Name = text::Utf8<48>;

  // Arguments, behind ORPCTHIS. What of them is not whole is not taken.
  void ask(std::uint32_t call, Bytes arguments) noexcept;
  // Results, behind ORPCTHAT.
  void answer(std::uint32_t call, Bytes results) noexcept;
  // Empty: not known.
  std::string_view name_of(std::uint32_t handle) const noexcept;

 private:
  static constexpr std::size_t kAtOnce = 32, kKnown = 64;
  struct Item {
    std::uint32_t handle = 0;
    Name name;
  };
  std::array<Name, kAtOnce> asked_;
  std::size_t asked_count_ = 0;
  std::uint32_t call_ = 0;
  std::array<Item, kKnown> known_;
  std::size_t known_count_ = 0;  // ever; a ring
};

}  // namespace kakoi::dcerpc
