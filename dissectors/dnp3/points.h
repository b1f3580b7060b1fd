// Which points a message is about (IEEE 1815-2012 clause 11 and Annex A: a point is a type and an index).
#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/core/dissector.h"
#include "dissectors/dnp3/objects.h"

namespace kakoi::dnp3 {

// "binary input", "analog output" … of static objects, events and commands alike; empty where the
// objects of a group are no points (times, classes, files, device attributes).
std::string_view point_kind(std::uint8_t group) noexcept;

// True if the objects of this header have indexes: by a start–stop range, or by a prefix each.
bool has_index(const ObjectHeader& header) noexcept;
bool has_index_range(const ObjectHeader& header) noexcept;   // header.start and count
bool has_index_prefix(const ObjectHeader& header) noexcept;  // before each object

// Index of the object at `object`, which starts with its prefix.
std::uint32_t index_of(const ObjectHeader& header, Bytes object) noexcept;

// Calls visit(index, object) for each object of a fixed size; the object is without its prefix. Without any
// index it is kNoValue.
template <typename Visit>
void for_each_object(const ObjectHeader& header, Visit visit) {
  if (header.type == nullptr || header.type->layout != Layout::fixed || header.qualifier >> 4 >= 4) return;
  const bool prefixed = has_index_prefix(header), ranged = has_index_range(header);
  const std::size_t stride = std::size_t{header.prefix_size} + header.type->size;
  std::uint32_t running = header.start;
  for (std::size_t at = 0; at + stride <= header.objects.size(); at += stride, ++running) {
    const Bytes object = header.objects.subspan(at, stride);
    visit(prefixed ? index_of(header, object) : ranged ? running : kNoValue, object.subspan(header.prefix_size));
  }
}

// States one Points for each run of indexes.
void tell_points(const ObjectHeader& header, OperationClass access, std::uint32_t unit, std::uint32_t peer_unit,
                 const Emit& emit);

}  // namespace kakoi::dnp3
