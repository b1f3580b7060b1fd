// Object headers and the sizes of objects (IEEE 1815-2012 clause 4 and Annex A).
//
//   group | variation | qualifier | range (start–stop, count or nothing) | objects, each with its prefix
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dissectors/core/bytes.h"
#include "dissectors/core/observation.h"

namespace kakoi::dnp3 {

// How the objects of one type lie on the wire.
enum class Layout : std::uint8_t {
  none,         // the header says it all (class objects)
  fixed,        // ObjectType::size octets each
  bits,         // one bit each, packed
  double_bits,  // two bits each, packed
  octets,       // as many octets as the variation says (octet strings)
  attribute,    // type, length, value (group 0)
  prefixed,     // of no fixed size: only legal with a size prefix (qualifier 0x5B)
};

struct ObjectType {
  std::uint8_t group = 0;
  std::uint8_t variation = 0;
  Layout layout = Layout::none;
  std::uint8_t size = 0;  // octets without prefix; Layout::fixed only
  std::string_view name;
};

// Null where the standard knows none. Any variation is found in groups 0 and 110–113.
const ObjectType* find_object_type(std::uint8_t group, std::uint8_t variation) noexcept;
// Also true for variation 0 ("any") of a group that exists.
bool may_be_asked_for(std::uint8_t group, std::uint8_t variation) noexcept;

struct ObjectHeader {
  std::uint8_t group = 0;
  std::uint8_t variation = 0;
  std::uint8_t qualifier = 0;
  std::uint32_t start = 0;       // first index of a start–stop range, else 0
  std::uint64_t count = 0;       // of objects; 0 where the qualifier says "all"
  std::uint8_t prefix_size = 0;  // octets before each object: its index or its size
  const ObjectType* type = nullptr;
  Bytes objects;  // with their prefixes; empty if the message has none, or if they are broken
};

// Walks the object headers of a fragment.
class ObjectReader {
 public:
  ObjectReader(std::uint8_t function_code, Bytes bytes) noexcept : function_code_(function_code), reader_(bytes) {}

  // The next header, then nothing at the end or after one that can't be stepped over.
  std::optional<ObjectHeader> next() noexcept;
  // What was wrong with the header that next() just returned, or with the octets where it found none.
  std::optional<Fault> fault() const noexcept { return fault_; }

 private:
  std::optional<std::uint64_t> size_of_objects(const ObjectHeader& header, bool sized) noexcept;
  bool read_range(ObjectHeader& header) noexcept;
  std::optional<ObjectHeader> stop(const ObjectHeader& header, Fault fault) noexcept;

  std::uint8_t function_code_;
  ByteReader reader_;
  bool done_ = false;
  std::optional<Fault> fault_;
};

// Of the commands (control relay output blocks, analog outputs) among the objects of a fragment, without their
// status: the same for a command and its echo. 0 if there are none.
std::uint32_t echo_digest(std::uint8_t function_code, Bytes objects) noexcept;

}  // namespace kakoi::dnp3
