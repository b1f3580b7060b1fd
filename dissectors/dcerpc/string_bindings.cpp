#include "dissectors/dcerpc/string_bindings.h"

#include <algorithm>

#include "dissectors/core/utf16.h"

namespace kakoi::dcerpc {

namespace {

constexpr std::size_t kMostEntries = 4096;  // of two octets
constexpr std::uint16_t kTcp = 0x07;        // C706 appendix I; 0x0F: named pipes, 0x08: UDP …
constexpr std::uint16_t kLastTower = 0x1F;
constexpr std::string_view kMethod = "dcom bindings";

void state(std::string_view binding, const Emit& emit) {
  const std::string_view host = binding.substr(0, binding.find('['));
  if (const auto address = parse_address(host)) {
    if (address->may_be_of_host()) emit(Identity{Trait::own_address, to_string(*address), kMethod, 80, {}});
    return;
  }
  const bool is_name = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return text::is_printable(c) && c != ' ' && c != ':' && c != '%';
  });
  if (is_name) emit(Identity{Trait::name, host, kMethod, 75, {}});
}

struct Array {
  Bytes whole, strings;  // from the maximum on; without the 00 00 behind them
};

// What `b` begins with; nothing if that is no array.
Array array_at(Bytes b) noexcept {
  ByteReader r(b);
  const std::uint32_t most = r.le32();
  if (ByteReader upper = r; upper.le32() == 0) r = upper;  // NDR64 has eight octets for it: MS-RPCE §2.2.5.3.2
  const std::size_t entries = r.le16(), security = r.le16();
  if (!r.ok() || most != entries || entries > kMostEntries || security < 2 || security > entries) return {};
  const Bytes all = r.take(2 * entries);
  if (!r.ok() || all[2 * security - 2] != 0 || all[2 * security - 1] != 0) return {};
  const Bytes strings = all.first(2 * security - 2);
  ByteReader s(strings);
  while (s.remaining() != 0) {
    const std::uint16_t tower = s.le16();
    if (tower == 0 || tower > kLastTower) return {};
    for (std::uint16_t c = 1; s.ok() && c != 0;) c = s.le16();
  }
  return s.ok() ? Array{b.first(r.offset()), strings} : Array{};
}

Array find_array(Bytes stub) noexcept {
  constexpr std::size_t kAlignment = 4;  // of what holds numbers of four octets, at least: C706 §14.2.2
  for (; stub.size() > kAlignment; stub = stub.subspan(kAlignment))
    if (const Array found = array_at(stub); !found.strings.empty()) return found;
  return {};
}

}  // namespace

Bytes find_string_bindings(Bytes stub) noexcept { return find_array(stub).whole; }

void state_string_bindings(Bytes stub, const Emit& emit) {
  const Bytes strings = find_array(stub).strings;
  ByteReader r(strings);
  constexpr unsigned kMostBindings = 64;
  for (unsigned i = 0; i < kMostBindings && r.remaining() != 0; ++i) {
    const std::uint16_t tower = r.le16();
    const std::size_t from = r.offset();
    for (std::uint16_t c = 1; r.ok() && c != 0;) c = r.le16();
    const text::Utf8<96> binding(strings.subspan(from, r.offset() - from));
    if (tower == kTcp) state(binding.view(), emit);
  }
}

}  // namespace kakoi::dcerpc
