// Makers by their private enterprise number (IANA, "Private Enterprise Numbers"): those whose devices stand in plants
// and offices. Numbers of software (net-snmp, Microsoft) are left out: they name no maker of a device.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "dissectors/core/bytes.h"

namespace kakoi::snmp {

struct Enterprise {
  std::uint32_t number;
  std::string_view maker;
};
inline constexpr std::array<Enterprise, 46> kEnterprises = {{{9, "Cisco Systems"},
                                                             {11, "Hewlett-Packard"},
                                                             {95, "Rockwell Automation"},
                                                             {116, "Hitachi"},
                                                             {119, "NEC"},
                                                             {171, "D-Link"},
                                                             {207, "Allied Telesis"},
                                                             {211, "Fujitsu"},
                                                             {244, "Lantronix"},
                                                             {248, "Hirschmann"},
                                                             {253, "Xerox"},
                                                             {278, "APRESIA Systems"},
                                                             {318, "American Power Conversion"},
                                                             {332, "Digi International"},
                                                             {367, "Ricoh"},
                                                             {368, "Axis Communications"},
                                                             {409, "Mitsubishi Electric"},
                                                             {476, "Vertiv"},
                                                             {534, "Eaton"},
                                                             {641, "Lexmark International"},
                                                             {674, "Dell"},
                                                             {908, "ABB"},
                                                             {1182, "Yamaha"},
                                                             {1248, "Seiko Epson"},
                                                             {1347, "Kyocera"},
                                                             {1602, "Canon"},
                                                             {1916, "Extreme Networks"},
                                                             {2011, "Huawei"},
                                                             {2435, "Brother Industries"},
                                                             {2636, "Juniper Networks"},
                                                             {3833, "Schneider Electric"},
                                                             {4196, "Siemens"},
                                                             {4329, "Siemens"},
                                                             {4346, "Phoenix Contact"},
                                                             {4526, "Netgear"},
                                                             {6574, "Synology"},
                                                             {7427, "Yokogawa Electric"},
                                                             {8691, "Moxa"},
                                                             {10297, "Advantech"},
                                                             {12356, "Fortinet"},
                                                             {13576, "WAGO"},
                                                             {14823, "Aruba"},
                                                             {14988, "MikroTik"},
                                                             {15004, "RuggedCom"},
                                                             {16177, "Westermo"},
                                                             {24681, "QNAP Systems"}}};

inline constexpr std::string_view maker_of(std::uint32_t number) noexcept {
  for (const Enterprise& e : kEnterprises)
    if (e.number == number) return e.maker;
  return {};
}
// Of an object identifier 1.3.6.1.4.1.N…, as encoded; "" where N is not listed.
inline std::string_view maker_of(Bytes oid) noexcept {
  constexpr std::array<std::uint8_t, 5> kPrivate = {0x2B, 6, 1, 4, 1};
  if (oid.size() <= kPrivate.size() || !std::equal(kPrivate.begin(), kPrivate.end(), oid.begin())) return {};
  std::uint32_t number = 0;
  for (const std::uint8_t b : oid.subspan(kPrivate.size())) {
    number = number << 7 | (b & 0x7Fu);
    if ((b & 0x80) == 0) break;
    if (number > 0x1FF'FFFF) return {};
  }
  return maker_of(number);
}

}  // namespace kakoi::snmp
