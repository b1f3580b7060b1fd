// Manufacturer codes (property 8Ah), as the ECHONET Consortium publishes them: a short list.
#pragma once

#include <cstdint>
#include <string_view>

namespace kakoi::echonet_lite {

std::string_view maker_name(std::uint32_t code) noexcept;  // empty: not listed

}  // namespace kakoi::echonet_lite
