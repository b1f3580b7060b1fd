// The objects of file transfer (group 70, IEEE 1815-2012 Annex A), as far as they name what is done to which file.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/dnp3/objects.h"

namespace kakoi::dnp3 {

// The first object of a header whose objects have their size before them; empty if there is none.
Bytes first_sized_object(const ObjectHeader& header) noexcept;

struct FileCommand {  // g70v3
  enum class Mode : std::uint16_t { none, read, write, append };
  std::string_view name;
  Mode mode = Mode::none;
};
FileCommand read_file_command(Bytes object) noexcept;

struct FileLogin {  // g70v2; an answer has the key alone
  std::string_view user, secret;
  std::uint32_t key = 0;  // 0 in an answer: not authenticated
};
FileLogin read_file_login(Bytes object) noexcept;

struct FileBlock {  // g70v5, and the start of g70v4 and v6
  std::uint32_t handle = 0;
  std::uint32_t number = 0;
  bool last = false;
};
FileBlock read_file_block(Bytes object) noexcept;

}  // namespace kakoi::dnp3
