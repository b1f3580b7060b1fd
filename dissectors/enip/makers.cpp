#include "dissectors/enip/makers.h"

#include <algorithm>
#include <array>

namespace kakoi::enip {

namespace {

struct Name {
  std::uint16_t number;
  std::string_view text;
};

constexpr Name kMakers[] = {
    {1, "Rockwell Automation/Allen-Bradley"},
    {3, "Honeywell"},
    {5, "Rockwell Automation/Reliance Electric"},
    {7, "SMC Corporation"},
    {8, "Molex"},
    {11, "ASCO Pneumatic Controls"},
    {12, "Banner Engineering Corp."},
    {26, "Festo"},
    {40, "WAGO"},
    {43, "Balluff"},
    {44, "Yaskawa Electric America, Inc."},
    {46, "ABB Industrial Systems"},
    {47, "Omron"},
    {48, "Turck"},
    {56, "Softing GmbH"},
    {57, "Pepperl+Fuchs"},
    {68, "Eaton Electrical"},
    {71, "Toshiba International Corp."},
    {74, "Hitachi, Ltd."},
    {77, "Rockwell Software, Inc."},
    {82, "Mitsubishi Electric Automation, Inc."},
    {90, "HMS Industrial Networks AB"},
    {94, "Advantech Co. Ltd."},
    {97, "Danfoss"},
    {108, "Beckhoff Automation GmbH"},
    {121, "KUKA Roboter GmbH"},
    {145, "Siemens Energy & Automation/Drives"},
    {159, "IDEC IZUMI Corporation"},
    {161, "Mitsubishi Electric Corporation"},
    {171, "Denso Wave Incorporated"},
    {176, "Red Lion Controls"},
    {187, "Oriental Motor Company"},
    {243, "Schneider Electric"},
    {250, "Yokogawa Electric Corporation"},
    {255, "Bosch Rexroth"},
    {256, "Turck"},
    {258, "Hardy Instruments, Inc."},
    {283, "Hilscher GmbH"},
    {287, "Bosch Rexroth Corporation, Indramat"},
    {309, "Prosoft Technology"},
    {315, "SEW Eurodrive GmbH"},
    {319, "Fuji Electric Co., Ltd."},
    {322, "ifm efector, inc."},
    {326, "GE Fanuc Automation North America, Inc."},
    {345, "Endress + Hauser"},
    {347, "ABB ALSTOM Power UK Ltd. (EGT)"},
    {351, "Kawasaki Robotics (USA), Inc."},
    {356, "Fanuc Robotics America"},
    {367, "Keyence Corporation"},
    {403, "Eaton Electric B.V. (former Holec Holland N.V.)"},
    {441, "Nachi Fujikoshi Corporation"},
    {445, "Lenze Drive Systems GmbH"},
    {562, "Phoenix Contact"},
    {591, "FANUC Ltd."},
    {593, "ABB Automation Products"},
    {625, "Rockwell Automation-Sprecher+Schuh"},
    {634, "Hirschmann, Inc."},
    {638, "Woodhead Connectivity"},
    {640, "Murrelektronik GmbH"},
    {678, "Cognex Corporation"},
    {680, "Weidmuller, Inc."},
    {722, "ABB, Inc."},
    {780, "Yamatake Corporation"},
    {796, "Siemens Energy & Automation, Inc."},
    {808, "SICK AG"},
    {903, "Emerson Process Management Power & Water Solutions"},
    {939, "Cisco Systems"},
    {991, "Moxa Networking Co., Ltd."},
    {1015, "Weidmueller Interface GmbH & Co. KG"},
    {1059, "Delta Electronic Inc."},
    {1112, "Hitachi Industrial Equipment Systems Co., Ltd."},
    {1182, "Endress+Hauser"},
};

constexpr Name kDeviceTypes[] = {
    {0, "Generic Device (deprecated)"},
    {2, "AC Drive"},
    {3, "Motor Overload"},
    {4, "Limit Switch"},
    {5, "Inductive Proximity Switch"},
    {6, "Photoelectric Sensor"},
    {7, "General Purpose Discrete I/O"},
    {9, "Resolver"},
    {12, "Communications Adapter"},
    {14, "Programmable Logic Controller"},
    {16, "Position Controller"},
    {19, "DC Drive"},
    {21, "Contactor"},
    {22, "Motor Starter"},
    {23, "Soft Start"},
    {24, "Human-Machine Interface"},
    {26, "Mass Flow Controller"},
    {27, "Pneumatic Valve"},
    {28, "Vacuum Pressure Gauge"},
    {29, "Process Control Value"},
    {30, "Residual Gas Analyzer"},
    {31, "DC Power Generator"},
    {32, "RF Power Generator"},
    {33, "Turbomolecular Vacuum Pump"},
    {34, "Encoder"},
    {35, "Safety Discrete I/O Device"},
    {36, "Fluid Flow Controller"},
    {37, "CIP Motion Drive"},
    {38, "CompoNet Repeater"},
    {39, "Mass Flow Controller, Enhanced"},
    {40, "CIP Modbus Device"},
    {41, "CIP Modbus Translator"},
    {42, "Safety Analog I/O Device"},
    {43, "Generic Device (keyable)"},
    {44, "Managed Ethernet Switch"},
    {45, "CIP Motion Safety Drive Device"},
    {46, "Safety Drive Device"},
    {47, "CIP Motion Encoder"},
    {48, "CIP Motion Converter"},
    {49, "CIP Motion I/O"},
    {50, "ControlNet Physical Layer Component"},
    {51, "Circuit Breaker"},
    {52, "HART Device"},
    {53, "CIP-HART Translator"},
    {200, "Embedded Component"},
};

template <std::size_t N>
std::string_view find(const Name (&names)[N], std::uint16_t number) noexcept {
  const auto at = std::lower_bound(std::begin(names), std::end(names), number,
                                   [](const Name& name, std::uint16_t n) { return name.number < n; });
  return at != std::end(names) && at->number == number ? at->text : std::string_view{};
}

}  // namespace

std::string_view maker_name(std::uint16_t vendor_id) noexcept { return find(kMakers, vendor_id); }

std::string_view device_type_name(std::uint16_t device_type) noexcept { return find(kDeviceTypes, device_type); }

std::string_view device_role(std::uint16_t device_type) noexcept {
  switch (device_type) {
    case 0x0E:
      return "plc";
    case 0x18:
      return "hmi";
    case 0x2C:
      return "switch";
    default:
      return {};
  }
}

}  // namespace kakoi::enip
