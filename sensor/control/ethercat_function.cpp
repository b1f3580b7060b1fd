#include "sensor/control/ethercat_function.h"

#include <iterator>

namespace kakoi::ethercat {

namespace {

std::string_view command_name(std::uint8_t command) noexcept {
  constexpr std::string_view kNames[] = {"NOP", "APRD", "APWR", "APRW", "FPRD", "FPWR", "FPRW", "BRD",
                                         "BWR", "BRW",  "LRD",  "LWR",  "LRW",  "ARMW", "FRMW"};
  return command < std::size(kNames) ? kNames[command] : std::string_view{};
}

}  // namespace

std::string_view function_name(std::uint32_t code) noexcept {
  switch (code >> 8) {
    case Content::plain:
      return command_name(static_cast<std::uint8_t>(code));
    case Content::init:
      return "AL control: Init";
    case Content::pre_operational:
      return "AL control: Pre-Operational";
    case Content::bootstrap:
      return "AL control: Bootstrap";
    case Content::safe_operational:
      return "AL control: Safe-Operational";
    case Content::operational:
      return "AL control: Operational";
    case Content::eeprom_write:
      return "SII EEPROM write";
    case Content::mailbox_error:
      return "mailbox error";
    case Content::aoe:
      return "AoE";
    case Content::eoe:
      return "EoE";
    case Content::coe:
      return "CoE";
    case Content::foe:
      return "FoE";
    case Content::soe:
      return "SoE";
    case Content::voe:
      return "VoE";
    case Content::sdo_download:
      return "CoE SDO download";
    case Content::sdo_upload:
      return "CoE SDO upload";
    case Content::foe_read:
      return "FoE read";
    case Content::foe_write:
      return "FoE write";
    case Content::soe_read:
      return "SoE read";
    case Content::soe_write:
      return "SoE write";
    default:
      return {};
  }
}

OperationClass class_of(std::uint8_t content, std::uint8_t command) noexcept {
  switch (content) {
    case Content::plain:
      if (is_logical(command)) return OperationClass::report;  // cyclic process data, in both directions
      return is_read(command) ? OperationClass::read : OperationClass::other;
    case Content::init:
    case Content::pre_operational:
    case Content::bootstrap:
    case Content::safe_operational:
    case Content::operational:
      return OperationClass::mode;
    case Content::eeprom_write:
    case Content::sdo_download:
    case Content::soe_write:
      return OperationClass::parameter;
    case Content::sdo_upload:
    case Content::soe_read:
      return OperationClass::read;
    case Content::foe_read:
    case Content::foe:
      return OperationClass::file;
    case Content::foe_write:
      return OperationClass::program;
    case Content::coe:
      return OperationClass::diagnostic;
    default:
      return OperationClass::other;
  }
}

}  // namespace kakoi::ethercat
