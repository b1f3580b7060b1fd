#include "dissectors/dnp3/points.h"

#include <algorithm>
#include <array>

namespace kakoi::dnp3 {

namespace {

struct Kinds {
  std::array<std::string_view, 256> names{};
  constexpr Kinds() {
    constexpr struct {
      std::uint8_t first, last;
      std::string_view name;
    } kGroups[] = {
        {1, 2, "binary input"},
        {3, 4, "double-bit binary input"},
        {10, 13, "binary output"},
        {20, 20, "counter"},
        {21, 21, "frozen counter"},
        {22, 22, "counter"},
        {23, 23, "frozen counter"},
        {30, 30, "analog input"},
        {31, 31, "frozen analog input"},
        {32, 32, "analog input"},
        {33, 33, "frozen analog input"},
        {34, 34, "analog input deadband"},
        {40, 43, "analog output"},
        {80, 80, "internal indication"},
        {85, 88, "data set"},
        {101, 101, "BCD integer"},
        {102, 102, "unsigned integer"},
        {110, 111, "octet string"},
        {112, 113, "virtual terminal"},
        {114, 115, "octet string"},
        {121, 122, "security statistic"},
    };
    for (const auto& g : kGroups)
      for (unsigned group = g.first; group <= g.last; ++group) names[group] = g.name;
  }
};
constexpr Kinds kKinds;

}  // namespace

std::string_view point_kind(std::uint8_t group) noexcept { return kKinds.names[group]; }

bool has_index_range(const ObjectHeader& header) noexcept { return (header.qualifier & 0x0F) <= 2; }
bool has_index_prefix(const ObjectHeader& header) noexcept {
  const unsigned prefix_code = header.qualifier >> 4;
  return prefix_code >= 1 && prefix_code <= 3;
}
bool has_index(const ObjectHeader& header) noexcept { return has_index_range(header) || has_index_prefix(header); }

std::uint32_t index_of(const ObjectHeader& header, Bytes object) noexcept {
  ByteReader r(object);
  return header.prefix_size == 1 ? r.u8() : header.prefix_size == 2 ? r.le16() : r.le32();
}

void tell_points(const ObjectHeader& header, OperationClass access, std::uint32_t unit, std::uint32_t peer_unit,
                 const Emit& emit) {
  const std::string_view kind = point_kind(header.group);
  if (kind.empty() || header.count == 0) return;
  const auto tell = [&](std::uint32_t first, std::uint64_t count) {
    constexpr std::uint64_t kMost = kNoValue;  // a range of all 2³² indexes says that it is one less
    emit(Points{access, unit, peer_unit, kind, first, static_cast<std::uint32_t>(std::min(count, kMost))});
  };
  if (!has_index_prefix(header)) {
    if (has_index_range(header)) tell(header.start, header.count);
    return;
  }
  if (header.objects.empty()) return;
  // All objects with an index are of one size.
  const std::size_t stride = header.objects.size() / static_cast<std::size_t>(header.count);
  if (stride == 0) return;
  std::uint32_t first = 0;
  std::uint64_t count = 0;
  for (std::size_t at = 0; at + stride <= header.objects.size(); at += stride) {
    const std::uint32_t index = index_of(header, header.objects.subspan(at, stride));
    const std::uint64_t distance = std::uint64_t{index} - first;  // wraps far beyond count where index is less
    if (count != 0 && distance < count) continue;                 // several events of one point
    if (count != 0 && distance == count) {
      ++count;
      continue;
    }
    if (count != 0) tell(first, count);
    first = index;
    count = 1;
  }
  tell(first, count);
}

}  // namespace kakoi::dnp3
