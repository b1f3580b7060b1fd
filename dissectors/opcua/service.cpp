#include "dissectors/opcua/service.h"

#include <algorithm>

namespace kakoi::opcua {

namespace {

struct Entry {
  std::uint32_t request;
  OperationClass cls;
  std::string_view asks, answers;
};

constexpr Entry kServices[] = {
    {422, OperationClass::identify, "FindServersRequest", "FindServersResponse"},
    {428, OperationClass::identify, "GetEndpointsRequest", "GetEndpointsResponse"},
    {437, OperationClass::session, "RegisterServerRequest", "RegisterServerResponse"},
    {446, OperationClass::session, "OpenSecureChannelRequest", "OpenSecureChannelResponse"},
    {452, OperationClass::session, "CloseSecureChannelRequest", "CloseSecureChannelResponse"},
    {461, OperationClass::session, "CreateSessionRequest", "CreateSessionResponse"},
    {467, OperationClass::auth, "ActivateSessionRequest", "ActivateSessionResponse"},
    {473, OperationClass::session, "CloseSessionRequest", "CloseSessionResponse"},
    {479, OperationClass::other, "CancelRequest", "CancelResponse"},
    // Nodes of the address space are made and deleted while it runs (OPC 10000-4, 5.7): no program is transferred.
    {488, OperationClass::parameter, "AddNodesRequest", "AddNodesResponse"},
    {494, OperationClass::parameter, "AddReferencesRequest", "AddReferencesResponse"},
    {500, OperationClass::parameter, "DeleteNodesRequest", "DeleteNodesResponse"},
    {506, OperationClass::parameter, "DeleteReferencesRequest", "DeleteReferencesResponse"},
    {527, OperationClass::read, "BrowseRequest", "BrowseResponse"},
    {533, OperationClass::read, "BrowseNextRequest", "BrowseNextResponse"},
    {554, OperationClass::read, "TranslateBrowsePathsToNodeIdsRequest", "TranslateBrowsePathsToNodeIdsResponse"},
    {560, OperationClass::session, "RegisterNodesRequest", "RegisterNodesResponse"},
    {566, OperationClass::session, "UnregisterNodesRequest", "UnregisterNodesResponse"},
    {615, OperationClass::read, "QueryFirstRequest", "QueryFirstResponse"},
    {621, OperationClass::read, "QueryNextRequest", "QueryNextResponse"},
    {631, OperationClass::read, "ReadRequest", "ReadResponse"},
    {664, OperationClass::read, "HistoryReadRequest", "HistoryReadResponse"},
    {673, OperationClass::write, "WriteRequest", "WriteResponse"},
    {700, OperationClass::write, "HistoryUpdateRequest", "HistoryUpdateResponse"},
    {712, OperationClass::control, "CallRequest", "CallResponse"},
    {751, OperationClass::session, "CreateMonitoredItemsRequest", "CreateMonitoredItemsResponse"},
    {763, OperationClass::session, "ModifyMonitoredItemsRequest", "ModifyMonitoredItemsResponse"},
    {769, OperationClass::session, "SetMonitoringModeRequest", "SetMonitoringModeResponse"},
    {775, OperationClass::session, "SetTriggeringRequest", "SetTriggeringResponse"},
    {781, OperationClass::session, "DeleteMonitoredItemsRequest", "DeleteMonitoredItemsResponse"},
    {787, OperationClass::session, "CreateSubscriptionRequest", "CreateSubscriptionResponse"},
    {793, OperationClass::session, "ModifySubscriptionRequest", "ModifySubscriptionResponse"},
    {799, OperationClass::session, "SetPublishingModeRequest", "SetPublishingModeResponse"},
    {826, OperationClass::report, "PublishRequest", "PublishResponse"},
    {832, OperationClass::report, "RepublishRequest", "RepublishResponse"},
    {841, OperationClass::session, "TransferSubscriptionsRequest", "TransferSubscriptionsResponse"},
    {847, OperationClass::session, "DeleteSubscriptionsRequest", "DeleteSubscriptionsResponse"},
    {12208, OperationClass::identify, "FindServersOnNetworkRequest", "FindServersOnNetworkResponse"},
    {12211, OperationClass::session, "RegisterServer2Request", "RegisterServer2Response"},
};

// The numbers of older types are three apart, of later ones one.
constexpr std::uint32_t answer_to(const Entry& e) noexcept { return e.request + (e.request < 12000 ? 3 : 1); }

const Entry* find(std::uint32_t code) noexcept {
  const auto after = std::upper_bound(std::begin(kServices), std::end(kServices), code,
                                      [](std::uint32_t c, const Entry& e) { return c < e.request; });
  if (after == std::begin(kServices)) return nullptr;
  const Entry* const at = after - 1;
  return code == at->request || code == answer_to(*at) ? at : nullptr;
}

}  // namespace

OperationClass class_of(std::uint32_t code) noexcept {
  switch (code) {
    case kHello:
    case kAcknowledge:
    case kReverseHello:
    case kOpenChannel:
    case kCloseChannel:
      return OperationClass::session;
    default:
      break;
  }
  const Entry* const known = find(code);
  return known ? known->cls : OperationClass::other;
}

std::string_view function_name(std::uint32_t code) {
  switch (code) {
    case kHello:
      return "Hello";
    case kAcknowledge:
      return "Acknowledge";
    case kError:
      return "Error";
    case kReverseHello:
      return "ReverseHello";
    case kOpenChannel:
      return "OpenSecureChannel";
    case kCloseChannel:
      return "CloseSecureChannel";
    case kSecured:
      return "secured message";
    case service_fault:
      return "ServiceFault";
    default:
      break;
  }
  const Entry* const known = find(code);
  return !known ? std::string_view{} : code == known->request ? known->asks : known->answers;
}

Side side_of(std::uint32_t code) noexcept {
  if (code == kHello) return Side::request;
  if (code == kAcknowledge || code == kError || code == service_fault) return Side::response;
  const Entry* const known = find(code);
  return !known ? Side::unknown : code == known->request ? Side::request : Side::response;
}

}  // namespace kakoi::opcua
