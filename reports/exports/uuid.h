// Name-based UUIDs (RFC 9562 §5.5, version 5): the same name in the same namespace gives the same UUID, so that two runs
// over one inventory agree and the next survey of a site recognises its assets.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace kakoi {

using Uuid = std::array<std::uint8_t, 16>;

Uuid uuid_of(const Uuid& name_space, std::string_view name);
std::string to_string(const Uuid& uuid);  // "2ed6657d-e927-568b-95e1-2665a8aea6a2"

inline constexpr Uuid kUrlNamespace{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1,  // RFC 9562 §6.6
                                    0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};

}  // namespace kakoi
