// BACnet vendor identifiers (ASHRAE's registry, as Wireshark 4.0 publishes it): a short list.
#pragma once

#include <cstdint>
#include <string_view>

namespace kakoi::bacnet {

std::string_view maker_name(std::uint32_t vendor_id) noexcept;  // empty: not listed

}  // namespace kakoi::bacnet
