#include "dissectors/bacnet/service.h"

#include "dissectors/core/code_table.h"

namespace kakoi::bacnet {

namespace {

struct Entry {
  std::uint32_t code;
  OperationClass cls;
  std::string_view name;
};

// Clause 21 (choices of services), annex J.2 (BVLL functions), clause 6.2.4 (network messages). By code.
constexpr Entry kEntries[] = {
    {0, OperationClass::other, "AcknowledgeAlarm"},
    {1, OperationClass::report, "ConfirmedCOVNotification"},
    {2, OperationClass::report, "ConfirmedEventNotification"},
    {3, OperationClass::read, "GetAlarmSummary"},
    {4, OperationClass::read, "GetEnrollmentSummary"},
    {5, OperationClass::session, "SubscribeCOV"},
    {6, OperationClass::file, "AtomicReadFile"},
    {7, OperationClass::file, "AtomicWriteFile"},
    {8, OperationClass::parameter, "AddListElement"},
    {9, OperationClass::parameter, "RemoveListElement"},
    {10, OperationClass::parameter, "CreateObject"},
    {11, OperationClass::parameter, "DeleteObject"},
    {12, OperationClass::read, "ReadProperty"},
    {13, OperationClass::read, "ReadPropertyConditional"},
    {14, OperationClass::read, "ReadPropertyMultiple"},
    {15, OperationClass::write, "WriteProperty"},
    {16, OperationClass::write, "WritePropertyMultiple"},
    {17, OperationClass::mode, "DeviceCommunicationControl"},
    {18, OperationClass::other, "ConfirmedPrivateTransfer"},
    {19, OperationClass::other, "ConfirmedTextMessage"},
    {20, OperationClass::mode, "ReinitializeDevice"},
    {21, OperationClass::session, "VT-Open"},
    {22, OperationClass::session, "VT-Close"},
    {23, OperationClass::other, "VT-Data"},
    {24, OperationClass::auth, "Authenticate"},
    {25, OperationClass::auth, "RequestKey"},
    {26, OperationClass::read, "ReadRange"},
    {27, OperationClass::control, "LifeSafetyOperation"},
    {28, OperationClass::session, "SubscribeCOVProperty"},
    {29, OperationClass::read, "GetEventInformation"},
    {kUnconfirmed + 0, OperationClass::identify, "I-Am"},
    {kUnconfirmed + 1, OperationClass::identify, "I-Have"},
    {kUnconfirmed + 2, OperationClass::report, "UnconfirmedCOVNotification"},
    {kUnconfirmed + 3, OperationClass::report, "UnconfirmedEventNotification"},
    {kUnconfirmed + 4, OperationClass::other, "UnconfirmedPrivateTransfer"},
    {kUnconfirmed + 5, OperationClass::other, "UnconfirmedTextMessage"},
    {kUnconfirmed + 6, OperationClass::time, "TimeSynchronization"},
    {kUnconfirmed + 7, OperationClass::identify, "Who-Has"},
    {kUnconfirmed + 8, OperationClass::identify, "Who-Is"},
    {kUnconfirmed + 9, OperationClass::time, "UTCTimeSynchronization"},
    {kUnconfirmed + 10, OperationClass::write, "WriteGroup"},
    {kVirtualLink + 0x00, OperationClass::session, "BVLC-Result"},
    {kVirtualLink + 0x01, OperationClass::parameter, "Write-Broadcast-Distribution-Table"},
    {kVirtualLink + 0x02, OperationClass::read, "Read-Broadcast-Distribution-Table"},
    {kVirtualLink + 0x03, OperationClass::read, "Read-Broadcast-Distribution-Table-Ack"},
    {kVirtualLink + 0x05, OperationClass::session, "Register-Foreign-Device"},
    {kVirtualLink + 0x06, OperationClass::read, "Read-Foreign-Device-Table"},
    {kVirtualLink + 0x07, OperationClass::read, "Read-Foreign-Device-Table-Ack"},
    {kVirtualLink + 0x08, OperationClass::parameter, "Delete-Foreign-Device-Table-Entry"},
    {kVirtualLink + 0x0C, OperationClass::other, "Secure-BVLL"},
    {kNetwork + 0x00, OperationClass::identify, "Who-Is-Router-To-Network"},
    {kNetwork + 0x01, OperationClass::identify, "I-Am-Router-To-Network"},
    {kNetwork + 0x06, OperationClass::parameter, "Initialize-Routing-Table"},
    {kNetwork + 0x07, OperationClass::parameter, "Initialize-Routing-Table-Ack"},
    {kNetwork + 0x08, OperationClass::mode, "Establish-Connection-To-Network"},
    {kNetwork + 0x09, OperationClass::mode, "Disconnect-Connection-To-Network"},
    {kNetwork + 0x12, OperationClass::identify, "What-Is-Network-Number"},
    {kNetwork + 0x13, OperationClass::identify, "Network-Number-Is"},
    {kReject, OperationClass::other, "Reject"},
    {kAbort, OperationClass::other, "Abort"},
    {kBackup, OperationClass::file, "ReinitializeDevice (backup)"},
    {kRestore, OperationClass::program, "ReinitializeDevice (restore)"},
    {kRestoreGivenUp, OperationClass::other, "ReinitializeDevice (restore given up)"},
};

static_assert(is_ascending(kEntries));
const Entry* find(std::uint32_t code) noexcept { return find_code(kEntries, code); }

}  // namespace

OperationClass class_of(std::uint32_t code) noexcept {
  const Entry* const known = find(code);
  return known ? known->cls : OperationClass::other;
}

std::string_view function_name(std::uint32_t code) {
  const Entry* const known = find(code);
  return known ? known->name : std::string_view{};
}

// Clause 21, BACnetObjectType.
std::string_view object_type_name(std::uint32_t type) noexcept {
  constexpr std::string_view kNames[] = {"analog input",
                                         "analog output",
                                         "analog value",
                                         "binary input",
                                         "binary output",
                                         "binary value",
                                         "calendar",
                                         "command",
                                         "device",
                                         "event enrollment",
                                         "file",
                                         "group",
                                         "loop",
                                         "multi-state input",
                                         "multi-state output",
                                         "notification class",
                                         "program",
                                         "schedule",
                                         "averaging",
                                         "multi-state value",
                                         "trend log"};
  return type < std::size(kNames) ? kNames[type] : std::string_view{};
}

}  // namespace kakoi::bacnet
