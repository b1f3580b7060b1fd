// Numbers of the ODVA registry that identity objects carry: makers and kinds of device. A short list of makers of
// control equipment, as Wireshark 4.0 (packet-cip.c) publishes the registry; others are told by number alone.
#pragma once

#include <cstdint>
#include <string_view>

namespace kakoi::enip {

std::string_view maker_name(std::uint16_t vendor_id) noexcept;          // empty: not listed
std::string_view device_type_name(std::uint16_t device_type) noexcept;  // volume 1, chapter 6; empty: not listed
// What kind of asset it is, as in Trait::role; empty: neither.
std::string_view device_role(std::uint16_t device_type) noexcept;

}  // namespace kakoi::enip
