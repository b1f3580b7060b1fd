#include "dissectors/knxnet_ip/service.h"

#include "dissectors/core/code_table.h"

namespace kakoi::knxnet_ip {

namespace {

using enum OperationClass;

constexpr Function kFunctions[] = {
    {search_request, identify, "Search"},
    {description_request, identify, "Description"},
    {connect_request, session, "Connect"},
    {connectionstate_request, session, "Connection State"},
    {disconnect_request, session, "Disconnect"},
    {search_request_extended, identify, "Search Extended"},
    {device_configuration_request, session, "Device Configuration"},
    {tunnelling_request, session, "Tunnelling"},
    {tunnelling_feature_get, read, "Tunnelling Feature Get"},
    {tunnelling_feature_set, parameter, "Tunnelling Feature Set"},
    {tunnelling_feature_info, report, "Tunnelling Feature Info"},
    {routing_indication, other, "Routing Indication"},
    {routing_lost_message, diagnostic, "Routing Lost Message"},
    {routing_busy, diagnostic, "Routing Busy"},
    {routing_system_broadcast, other, "Routing System Broadcast"},
    {remote_diagnostic_request, diagnostic, "Remote Diagnostic"},
    {remote_basic_configuration_request, parameter, "Remote Basic Configuration"},
    {remote_reset_request, mode, "Remote Reset"},
    {secure_wrapper, session, "Secure Wrapper"},
    {session_request, auth, "Session"},
    {session_authenticate, auth, "Session Authenticate"},
    {session_status, auth, "Session Status"},
    {timer_notify, session, "Timer Notify"},
    {kApplication | 0x000, read, "A_GroupValue_Read"},
    {kApplication | 0x040, report, "A_GroupValue_Response"},
    {kApplication | 0x080, write, "A_GroupValue_Write"},
    {kApplication | 0x0C0, parameter, "A_IndividualAddress_Write"},
    {kApplication | 0x100, identify, "A_IndividualAddress_Read"},
    {kApplication | 0x140, identify, "A_IndividualAddress_Response"},
    {kApplication | 0x180, read, "A_ADC_Read"},
    {kApplication | 0x1C0, read, "A_ADC_Response"},
    {kApplication | 0x1C8, identify, "A_SystemNetworkParameter_Read"},
    {kApplication | 0x1C9, identify, "A_SystemNetworkParameter_Response"},
    {kApplication | 0x1CA, parameter, "A_SystemNetworkParameter_Write"},
    {kApplication | 0x1CC, read, "A_PropertyExtValue_Read"},
    {kApplication | 0x1CD, read, "A_PropertyExtValue_Response"},
    {kApplication | 0x1CE, parameter, "A_PropertyExtValue_WriteCon"},
    {kApplication | 0x1CF, parameter, "A_PropertyExtValue_WriteConRes"},
    {kApplication | 0x1D0, parameter, "A_PropertyExtValue_WriteUnCon"},
    {kApplication | 0x1D2, read, "A_PropertyExtDescription_Read"},
    {kApplication | 0x1D3, read, "A_PropertyExtDescription_Response"},
    {kApplication | 0x1D4, control, "A_FunctionPropertyExtCommand"},
    {kApplication | 0x1D5, read, "A_FunctionPropertyExtState_Read"},
    {kApplication | 0x1D6, read, "A_FunctionPropertyExtState_Response"},
    {kApplication | 0x1FB, program, "A_MemoryExtended_Write"},
    {kApplication | 0x1FC, program, "A_MemoryExtended_WriteResponse"},
    {kApplication | 0x1FD, read, "A_MemoryExtended_Read"},
    {kApplication | 0x1FE, read, "A_MemoryExtended_ReadResponse"},
    {kApplication | 0x200, read, "A_Memory_Read"},
    {kApplication | 0x240, read, "A_Memory_Response"},
    {kApplication | 0x280, program, "A_Memory_Write"},
    {kApplication | 0x2C0, read, "A_UserMemory_Read"},
    {kApplication | 0x2C1, read, "A_UserMemory_Response"},
    {kApplication | 0x2C2, program, "A_UserMemory_Write"},
    {kApplication | 0x2C4, program, "A_UserMemoryBit_Write"},
    {kApplication | 0x2C5, identify, "A_UserManufacturerInfo_Read"},
    {kApplication | 0x2C6, identify, "A_UserManufacturerInfo_Response"},
    {kApplication | 0x2C7, control, "A_FunctionPropertyCommand"},
    {kApplication | 0x2C8, read, "A_FunctionPropertyState_Read"},
    {kApplication | 0x2C9, read, "A_FunctionPropertyState_Response"},
    {kApplication | 0x300, identify, "A_DeviceDescriptor_Read"},
    {kApplication | 0x340, identify, "A_DeviceDescriptor_Response"},
    {kApplication | 0x380, mode, "A_Restart"},
    {kApplication | 0x381, mode, "A_Restart (master reset)"},
    {kApplication | 0x3A1, mode, "A_Restart_Response"},
    {kApplication | 0x3C0, diagnostic, "A_Open_Routing_Table"},
    {kApplication | 0x3C1, read, "A_Read_Routing_Table"},
    {kApplication | 0x3C2, read, "A_Read_Routing_Table_Response"},
    {kApplication | 0x3C3, parameter, "A_Write_Routing_Table"},
    {kApplication | 0x3C8, read, "A_Read_Router_Memory"},
    {kApplication | 0x3C9, read, "A_Read_Router_Memory_Response"},
    {kApplication | 0x3CA, program, "A_Write_Router_Memory"},
    {kApplication | 0x3CD, read, "A_Read_Router_Status"},
    {kApplication | 0x3CE, read, "A_Read_Router_Status_Response"},
    {kApplication | 0x3CF, parameter, "A_Write_Router_Status"},
    {kApplication | 0x3D0, program, "A_MemoryBit_Write"},
    {kApplication | 0x3D1, auth, "A_Authorize_Request"},
    {kApplication | 0x3D2, auth, "A_Authorize_Response"},
    {kApplication | 0x3D3, parameter, "A_Key_Write"},
    {kApplication | 0x3D4, parameter, "A_Key_Response"},
    {kApplication | 0x3D5, read, "A_PropertyValue_Read"},
    {kApplication | 0x3D6, read, "A_PropertyValue_Response"},
    {kApplication | 0x3D7, parameter, "A_PropertyValue_Write"},
    {kApplication | 0x3D8, read, "A_PropertyDescription_Read"},
    {kApplication | 0x3D9, read, "A_PropertyDescription_Response"},
    {kApplication | 0x3DA, identify, "A_NetworkParameter_Read"},
    {kApplication | 0x3DB, identify, "A_NetworkParameter_Response"},
    {kApplication | 0x3DC, identify, "A_IndividualAddressSerialNumber_Read"},
    {kApplication | 0x3DD, identify, "A_IndividualAddressSerialNumber_Response"},
    {kApplication | 0x3DE, parameter, "A_IndividualAddressSerialNumber_Write"},
    {kApplication | 0x3E0, parameter, "A_DomainAddress_Write"},
    {kApplication | 0x3E1, identify, "A_DomainAddress_Read"},
    {kApplication | 0x3E2, identify, "A_DomainAddress_Response"},
    {kApplication | 0x3E3, identify, "A_DomainAddressSelective_Read"},
    {kApplication | 0x3E4, parameter, "A_NetworkParameter_Write"},
    {kApplication | 0x3E5, read, "A_Link_Read"},
    {kApplication | 0x3E6, read, "A_Link_Response"},
    {kApplication | 0x3E7, parameter, "A_Link_Write"},
    {kApplication | 0x3E8, read, "A_GroupPropValue_Read"},
    {kApplication | 0x3E9, report, "A_GroupPropValue_Response"},
    {kApplication | 0x3EA, write, "A_GroupPropValue_Write"},
    {kApplication | 0x3EB, report, "A_GroupPropValue_InfoReport"},
    {kApplication | 0x3EC, identify, "A_DomainAddressSerialNumber_Read"},
    {kApplication | 0x3ED, identify, "A_DomainAddressSerialNumber_Response"},
    {kApplication | 0x3EE, parameter, "A_DomainAddressSerialNumber_Write"},
    {kApplication | 0x3F0, file, "A_FileStream_InfoReport"},
    {kApplication | 0x3F1, session, "A_SecureService"},
    {kMessage | 0x10, other, "L_Raw.req"},
    {kMessage | 0x13, other, "L_Poll_Data.req"},
    {kMessage | 0x25, other, "L_Poll_Data.con"},
    {kMessage | 0x2B, report, "L_Busmon.ind"},
    {kMessage | 0x2D, report, "L_Raw.ind"},
    {kMessage | 0x2F, other, "L_Raw.con"},
    {kMessage | 0xF0, report, "M_Reset.ind"},  // it has reset itself
    {kMessage | 0xF1, mode, "M_Reset.req"},
    {kMessage | 0xF6, parameter, "M_PropWrite"},
    {kMessage | 0xF7, report, "M_PropInfo.ind"},
    {kMessage | 0xF8, control, "M_FuncPropCommand"},
    {kMessage | 0xF9, read, "M_FuncPropStateRead"},
    {kMessage | 0xFA, other, "M_FuncProp.con"},
    {kMessage | 0xFC, read, "M_PropRead"},
    {kTransport | 0x80, session, "T_Connect"},
    {kTransport | 0x81, session, "T_Disconnect"},
    {kTransport | 0xC2, session, "T_ACK"},
    {kTransport | 0xC3, session, "T_NAK"},
};
static_assert(is_ascending(kFunctions));

}  // namespace

const Function* find_function(std::uint32_t function_code) noexcept { return find_code(kFunctions, function_code); }

std::uint16_t request_of(std::uint16_t service) noexcept {
  switch (service) {
    case search_response:
    case description_response:
    case connect_response:
    case connectionstate_response:
    case disconnect_response:
    case search_response_extended:
    case device_configuration_ack:
    case tunnelling_ack:
    case tunnelling_feature_response:
    case remote_diagnostic_response:
    case session_response:
      return static_cast<std::uint16_t>(service - 1);
    default:
      return service;
  }
}

std::string_view error_name(std::uint8_t status) noexcept {
  switch (status) {
    case 0x00:
      return {};
    case 0x01:
      return "host protocol not supported";
    case 0x02:
      return "version not supported";
    case 0x04:
      return "sequence number out of order";
    case 0x21:
      return "no such connection";
    case 0x22:
      return "connection type not supported";
    case 0x23:
      return "connection option not supported";
    case 0x24:
      return "no more connections";
    case 0x25:
      return "no more unique connections";
    case 0x26:
      return "data connection fault";
    case 0x27:
      return "KNX subnetwork fault";
    case 0x28:
      return "not authorised";
    case 0x29:
      return "tunnelling layer not supported";
    case 0x2D:
      return "no such tunnelling address";
    case 0x2E:
      return "connection in use";
    default:
      return "error";
  }
}

// ISO 22510 / 03.03.07: of ten bits, the upper four tell; from 2C0h, 380h and 3C0h on all do. ADC responses have a
// channel below, and share their upper four with newer services.
std::uint16_t application_service(std::uint16_t apci) noexcept {
  const unsigned upper = apci >> 6;
  if (upper == 11 || upper >= 14 || find_function(kApplication | apci)) return apci;
  return static_cast<std::uint16_t>(upper << 6);
}

}  // namespace kakoi::knxnet_ip
