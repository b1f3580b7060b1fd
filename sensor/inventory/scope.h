// How far away an asset is.
#pragma once

#include <cstdint>
#include <string_view>

namespace kakoi {

enum class Scope : std::uint8_t { local, remote, internet, multicast, broadcast };
std::string_view to_string(Scope value) noexcept;

}  // namespace kakoi
