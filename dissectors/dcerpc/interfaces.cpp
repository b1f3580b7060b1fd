#include "dissectors/dcerpc/interfaces.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace kakoi::dcerpc {

namespace {

using enum OperationClass;

// MS-DCOM §3.1.2.5
constexpr Method kObjectExporter[] = {{"ResolveOxid", session}, {"SimplePing", session},   {"ComplexPing", session},
                                      {"ServerAlive", session}, {"ResolveOxid2", session}, {"ServerAlive2", session}};
constexpr Method kActivation[] = {{"RemoteActivation", session}};
constexpr Method kScmActivator[] = {{"RemoteGetClassObject", session}, {"RemoteCreateInstance", session}};
constexpr Method kRemUnknown[] = {
    {"RemQueryInterface", session}, {"RemAddRef", session}, {"RemRelease", session}, {"RemQueryInterface2", session}};
constexpr Method kDispatch[] = {{"GetTypeInfoCount"}, {"GetTypeInfo"}, {"GetIDsOfNames"}, {"Invoke"}};
constexpr Method kEnum[] = {{"Next", session}, {"Skip", session}, {"Reset", session}, {"Clone", session}};
constexpr Method kConnectionPointContainer[] = {{"EnumConnectionPoints", session}, {"FindConnectionPoint", session}};
constexpr Method kConnectionPoint[] = {{"GetConnectionInterface", session},
                                       {"GetConnectionPointContainer", session},
                                       {"Advise", session},
                                       {"Unadvise", session},
                                       {"EnumConnections", session}};

// OPC Common 1.10
constexpr Method kCommon[] = {{"SetLocaleID", session},
                              {"GetLocaleID", session},
                              {"QueryAvailableLocaleIDs", session},
                              {"GetErrorString", session},
                              {"SetClientName", session}};
constexpr Method kShutdown[] = {{"ShutdownRequest", session}};
constexpr Method kServerList[] = {
    {"EnumClassesOfCategories", identify}, {"GetClassDetails", identify}, {"CLSIDFromProgID", identify}};

// OPC Data Access
constexpr Method kServer[] = {{"AddGroup", session},   {"GetErrorString", session}, {"GetGroupByName", session},
                              {"GetStatus", identify}, {"RemoveGroup", session},    {"CreateGroupEnumerator", session}};
constexpr Method kServerPublicGroups[] = {{"GetPublicGroupByName", session}, {"RemovePublicGroup", session}};
constexpr Method kBrowseAddressSpace[] = {{"QueryOrganization", identify},
                                          {"ChangeBrowsePosition", identify},
                                          {"BrowseOPCItemIDs", identify},
                                          {"GetItemID", identify},
                                          {"BrowseAccessPaths", identify}};
constexpr Method kGroupState[] = {{"GetState", session},   {"SetState", session},     {"SetName", session},
                                  {"CloneGroup", session}, {"SetKeepAlive", session}, {"GetKeepAlive", session}};
constexpr Method kPublicGroupState[] = {{"GetState", session}, {"MoveToPublic", session}};
constexpr Method kSyncIo[] = {{"Read", read},
                              {"Write", write, Method::Takes::handles},
                              {"ReadMaxAge", read},
                              {"WriteVQT", write, Method::Takes::handles}};
constexpr Method kAsyncIo[] = {{"Read", read}, {"Write", write}, {"Refresh", read}, {"Cancel", session}};
constexpr Method kAsyncIo2[] = {{"Read", read},         {"Write", write, Method::Takes::handles},
                                {"Refresh2", read},     {"Cancel2", session},
                                {"SetEnable", session}, {"GetEnable", session},
                                {"ReadMaxAge", read},   {"WriteVQT", write, Method::Takes::handles},
                                {"RefreshMaxAge", read}};
constexpr Method kItemManagement[] = {{"AddItems", session, Method::Takes::items},
                                      {"ValidateItems", session},
                                      {"RemoveItems", session},
                                      {"SetActiveState", session},
                                      {"SetClientHandles", session},
                                      {"SetDatatypes", session},
                                      {"CreateEnumerator", session}};
constexpr Method kDataCallback[] = {
    {"OnDataChange", report}, {"OnReadComplete", report}, {"OnWriteComplete", report}, {"OnCancelComplete", report}};
constexpr Method kItemProperties[] = {
    {"QueryAvailableProperties", identify}, {"GetItemProperties", read}, {"LookupItemIDs", identify}};
constexpr Method kItemIo[] = {{"Read", read}, {"WriteVQT", write}};
constexpr Method kBrowse[] = {{"GetProperties", read}, {"Browse", identify}};
constexpr Method kDeadband[] = {
    {"SetItemDeadband", session}, {"GetItemDeadband", session}, {"ClearItemDeadband", session}};
constexpr Method kSampling[] = {{"SetItemSamplingRate", session},
                                {"GetItemSamplingRate", session},
                                {"ClearItemSamplingRate", session},
                                {"SetItemBufferEnable", session},
                                {"GetItemBufferEnable", session}};

// OPC Historical Data Access. What it changes is the record, not the plant: no command.
constexpr Method kHdaServer[] = {{"GetItemAttributes", identify},  {"GetAggregates", identify},
                                 {"GetHistorianStatus", identify}, {"GetItemHandles", session},
                                 {"ReleaseItemHandles", session},  {"ValidateItemIDs", session},
                                 {"CreateBrowse", identify}};
constexpr Method kHdaBrowser[] = {{"GetEnum", identify},
                                  {"ChangeBrowsePosition", identify},
                                  {"GetItemID", identify},
                                  {"GetBranchPosition", identify}};
constexpr Method kHdaSyncRead[] = {
    {"ReadRaw", read}, {"ReadProcessed", read}, {"ReadAtTime", read}, {"ReadModified", read}, {"ReadAttribute", read}};
constexpr Method kHdaSyncUpdate[] = {
    {"QueryCapabilities", identify}, {"Insert"}, {"Replace"}, {"InsertReplace"}, {"DeleteRaw"}, {"DeleteAtTime"}};
constexpr Method kHdaSyncAnnotations[] = {{"QueryCapabilities", identify}, {"Read", read}, {"Insert"}};
constexpr Method kHdaAsyncRead[] = {{"ReadRaw", read},         {"AdviseRaw", read},  {"ReadProcessed", read},
                                    {"AdviseProcessed", read}, {"ReadAtTime", read}, {"ReadModified", read},
                                    {"ReadAttribute", read},   {"Cancel", session}};
constexpr Method kHdaAsyncUpdate[] = {{"QueryCapabilities", identify},
                                      {"Insert"},
                                      {"Replace"},
                                      {"InsertReplace"},
                                      {"DeleteRaw"},
                                      {"DeleteAtTime"},
                                      {"Cancel", session}};
constexpr Method kHdaPlayback[] = {{"ReadRawWithUpdate", read}, {"ReadProcessedWithUpdate", read}, {"Cancel", session}};
constexpr Method kHdaDataCallback[] = {{"OnDataChange", report},
                                       {"OnReadComplete", report},
                                       {"OnReadModifiedComplete", report},
                                       {"OnReadAttributeComplete", report},
                                       {"OnReadAnnotations", report},
                                       {"OnInsertAnnotations", report},
                                       {"OnPlayback", report},
                                       {"OnUpdateComplete", report},
                                       {"OnCancelComplete", report}};

// OPC Alarms and Events
constexpr Method kEventServer[] = {{"GetStatus", identify},
                                   {"CreateEventSubscription", session},
                                   {"QueryAvailableFilters", identify},
                                   {"QueryEventCategories", identify},
                                   {"QueryConditionNames", identify},
                                   {"QuerySubConditionNames", identify},
                                   {"QuerySourceConditions", identify},
                                   {"QueryEventAttributes", identify},
                                   {"TranslateToItemIDs", identify},
                                   {"GetConditionState", read},
                                   {"EnableConditionByArea", parameter},
                                   {"EnableConditionBySource", parameter},
                                   {"DisableConditionByArea", parameter},
                                   {"DisableConditionBySource", parameter},
                                   {"AckCondition", control},
                                   {"CreateAreaBrowser", identify}};
constexpr Method kEventSubscription[] = {{"SetFilter", session},
                                         {"GetFilter", session},
                                         {"SelectReturnedAttributes", session},
                                         {"GetReturnedAttributes", session},
                                         {"Refresh", read},
                                         {"CancelRefresh", session},
                                         {"GetState", session},
                                         {"SetState", session}};
constexpr Method kEventSink[] = {{"OnEvent", report}};

// OPC Security 1.00
constexpr Method kSecurityNt[] = {
    {"IsAvailableNT", session}, {"QueryMinImpersonationLevel", session}, {"ChangeUser", auth}};
constexpr Method kSecurityPrivate[] = {
    {"IsAvailablePriv", session}, {"Logon", auth, Method::Takes::log_in}, {"Logoff", session}};

constexpr Interface kInterfaces[] = {
    {"e1af8308-5d1f-11c9-91a4-08002b14a0fa", "endpoint mapper"},
    {"99fcfec4-5260-101b-bbcb-00aa0021347a", "IObjectExporter", Family::resolver, kObjectExporter, 0},
    {"4d9f4ab8-7d1c-11cf-861e-0020af6e7c57", "IActivation", Family::resolver, kActivation, 0},
    {"000001a0-0000-0000-c000-000000000046", "IRemoteSCMActivator", Family::resolver, kScmActivator},
    {"00000131-0000-0000-c000-000000000046", "IRemUnknown", Family::windows, kRemUnknown},
    {"00000143-0000-0000-c000-000000000046", "IRemUnknown2", Family::windows, kRemUnknown},
    {"00020400-0000-0000-c000-000000000046", "IDispatch", Family::windows, kDispatch},
    {"00000101-0000-0000-c000-000000000046", "IEnumString", Family::windows, kEnum},
    {"0002e000-0000-0000-c000-000000000046", "IEnumGUID", Family::windows, kEnum},
    {"b196b284-bab4-101a-b69c-00aa00341d07", "IConnectionPointContainer", Family::windows, kConnectionPointContainer},
    {"b196b286-bab4-101a-b69c-00aa00341d07", "IConnectionPoint", Family::windows, kConnectionPoint},
    // Windows' own administration
    {"367abb81-9844-35f1-ad32-98f038001003", "svcctl"},
    {"1ff70682-0a51-30e8-076d-740be8cee98b", "atsvc"},
    {"86d35949-83c9-4044-b424-db363231fd0c", "ITaskSchedulerService"},
    {"338cd001-2244-31f1-aaaa-900090053f00", "winreg"},
    {"82273fdc-e32a-18c3-3f78-827929dc23ea", "eventlog"},
    {"4b324fc8-1670-01d3-1278-5a47bf6ee188", "srvsvc"},
    {"6bffd098-a112-3610-9833-46c3f87e345a", "wkssvc"},
    {"e3514235-4b06-11d1-ab04-00c04fc2dcd2", "drsuapi"},
    {"f309ad18-d86a-11d0-a075-00c04fb68820", "IWbemLevel1Login"},
    {"9556dc99-828c-11cf-a37e-00aa003240c7", "IWbemServices"},
    // of each two, the first group of the UUID is the same
    {"12345778-1234-abcd-ef00-0123456789ab", "lsarpc or samr"},
    {"12345778-1234-abcd-ef00-0123456789ac", "lsarpc or samr"},
    {"12345678-1234-abcd-ef00-0123456789ab", "netlogon or spoolss"},
    {"12345678-1234-abcd-ef00-01234567cffb", "netlogon or spoolss"},

    {"f31dfde1-07b6-11d2-b2d8-0060083ba1fb", "IOPCShutdown", Family::opc_callback, kShutdown},
    {"f31dfde2-07b6-11d2-b2d8-0060083ba1fb", "IOPCCommon", Family::opc, kCommon},
    {"7aa83a01-6c77-11d3-84f9-00008630a38b", "IOPCSecurityNT", Family::opc, kSecurityNt},
    {"7aa83a02-6c77-11d3-84f9-00008630a38b", "IOPCSecurityPrivate", Family::opc, kSecurityPrivate},
    {"13486d50-4821-11d2-a494-3cb306c10000", "IOPCServerList", Family::opc, kServerList},
    {"9dd0b56c-ad9e-43ee-8305-487f3188bf7a", "IOPCServerList2", Family::opc, kServerList},
    {"39c13a4d-011e-11d0-9675-0020afd8adb3", "IOPCServer", Family::opc, kServer},
    {"39c13a4e-011e-11d0-9675-0020afd8adb3", "IOPCServerPublicGroups", Family::opc, kServerPublicGroups},
    {"39c13a4f-011e-11d0-9675-0020afd8adb3", "IOPCBrowseServerAddressSpace", Family::opc, kBrowseAddressSpace},
    {"39c13a50-011e-11d0-9675-0020afd8adb3", "IOPCGroupStateMgt", Family::opc, kGroupState},
    {"39c13a51-011e-11d0-9675-0020afd8adb3", "IOPCPublicGroupStateMgt", Family::opc, kPublicGroupState},
    {"39c13a52-011e-11d0-9675-0020afd8adb3", "IOPCSyncIO", Family::opc, kSyncIo},
    {"39c13a53-011e-11d0-9675-0020afd8adb3", "IOPCAsyncIO", Family::opc, kAsyncIo},
    {"39c13a54-011e-11d0-9675-0020afd8adb3", "IOPCItemMgt", Family::opc, kItemManagement},
    {"39c13a55-011e-11d0-9675-0020afd8adb3", "IEnumOPCItemAttributes", Family::opc, kEnum},
    {"39c13a70-011e-11d0-9675-0020afd8adb3", "IOPCDataCallback", Family::opc_callback, kDataCallback},
    {"39c13a71-011e-11d0-9675-0020afd8adb3", "IOPCAsyncIO2", Family::opc, kAsyncIo2},
    {"39c13a72-011e-11d0-9675-0020afd8adb3", "IOPCItemProperties", Family::opc, kItemProperties},
    {"85c0b427-2893-4cbc-bd78-e5fc5146f08f", "IOPCItemIO", Family::opc, kItemIo},
    {"730f5f0f-55b1-4c81-9e18-ff8a0904e1fa", "IOPCSyncIO2", Family::opc, kSyncIo},
    {"0967b97b-36ef-423e-b6f8-6bff1e40d39d", "IOPCAsyncIO3", Family::opc, kAsyncIo2},
    {"8e368666-d72e-4f78-87ed-647611c61c9f", "IOPCGroupStateMgt2", Family::opc, kGroupState},
    {"39227004-a18f-4b57-8b0a-5235670f4468", "IOPCBrowse", Family::opc, kBrowse},
    {"5946da93-8b39-4ec8-ab3d-aa73df5bc86f", "IOPCItemDeadbandMgt", Family::opc, kDeadband},
    {"3e22d313-f08b-41a5-86c8-95e95cb49ffc", "IOPCItemSamplingMgt", Family::opc, kSampling},
    {"1f1217b0-dee0-11d2-a5e5-000086339399", "IOPCHDA_Server", Family::opc, kHdaServer},
    {"1f1217b1-dee0-11d2-a5e5-000086339399", "IOPCHDA_Browser", Family::opc, kHdaBrowser},
    {"1f1217b2-dee0-11d2-a5e5-000086339399", "IOPCHDA_SyncRead", Family::opc, kHdaSyncRead},
    {"1f1217b3-dee0-11d2-a5e5-000086339399", "IOPCHDA_SyncUpdate", Family::opc, kHdaSyncUpdate},
    {"1f1217b4-dee0-11d2-a5e5-000086339399", "IOPCHDA_SyncAnnotations", Family::opc, kHdaSyncAnnotations},
    {"1f1217b5-dee0-11d2-a5e5-000086339399", "IOPCHDA_AsyncRead", Family::opc, kHdaAsyncRead},
    {"1f1217b6-dee0-11d2-a5e5-000086339399", "IOPCHDA_AsyncUpdate", Family::opc, kHdaAsyncUpdate},
    {"1f1217b8-dee0-11d2-a5e5-000086339399", "IOPCHDA_Playback", Family::opc, kHdaPlayback},
    {"1f1217b9-dee0-11d2-a5e5-000086339399", "IOPCHDA_DataCallback", Family::opc_callback, kHdaDataCallback},
    {"65168851-5783-11d1-84a0-00608cb8a7e9", "IOPCEventServer", Family::opc, kEventServer},
    {"65168855-5783-11d1-84a0-00608cb8a7e9", "IOPCEventSubscriptionMgt", Family::opc, kEventSubscription},
    {"65168857-5783-11d1-84a0-00608cb8a7e9", "IOPCEventAreaBrowser", Family::opc},
    {"6516885f-5783-11d1-84a0-00608cb8a7e9", "IOPCEventSink", Family::opc_callback, kEventSink},
};

constexpr std::uint8_t nibble(char c) noexcept { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); }
constexpr std::array<std::uint8_t, 16> octets(std::string_view written) noexcept {
  std::array<std::uint8_t, 16> out{};
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < written.size(); i += written[i] == '-' ? 1 : 2)
    if (written[i] != '-') out[at++] = static_cast<std::uint8_t>(nibble(written[i]) << 4 | nibble(written[i + 1]));
  return out;
}

constexpr auto kUuids = [] {
  std::array<std::array<std::uint8_t, 16>, std::size(kInterfaces)> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = octets(kInterfaces[i].uuid);
  return all;
}();
static_assert(kUuids[1][0] == 0x99 && kUuids[1][15] == 0x7a);

std::uint32_t group_of(const std::array<std::uint8_t, 16>& uuid) noexcept {
  return std::uint32_t{uuid[0]} << 24 | std::uint32_t{uuid[1]} << 16 | std::uint32_t{uuid[2]} << 8 | uuid[3];
}

}  // namespace

std::uint32_t first_group(Bytes uuid, bool little) noexcept {
  ByteReader r(uuid);
  return little ? r.le32() : r.be32();
}

const Interface* find_interface(Bytes uuid, bool little) noexcept {
  if (uuid.size() != 16) return nullptr;
  std::array<std::uint8_t, 16> written{};
  std::copy(uuid.begin(), uuid.end(), written.begin());
  if (little) {
    std::reverse(written.begin(), written.begin() + 4);
    std::reverse(written.begin() + 4, written.begin() + 6);
    std::reverse(written.begin() + 6, written.begin() + 8);
  }
  const auto at = std::find(kUuids.begin(), kUuids.end(), written);
  return at == kUuids.end() ? nullptr : &kInterfaces[at - kUuids.begin()];
}

const Method* find_method(const Interface* interface, std::uint16_t opnum) noexcept {
  if (!interface || opnum < interface->first) return nullptr;
  const std::size_t at = opnum - interface->first;
  return at < interface->methods.size() ? &interface->methods[at] : nullptr;
}

FunctionName call_name(std::uint32_t group, std::uint32_t opnum) noexcept {
  FunctionName name;
  const auto at = std::find_if(kUuids.begin(), kUuids.end(), [&](const auto& uuid) { return group_of(uuid) == group; });
  if (at == kUuids.end()) {
    (name << "interface ").hex(group, 8) << ", operation " << opnum;
    return name;
  }
  const Interface& interface = kInterfaces[at - kUuids.begin()];
  name << interface.name;
  if (const Method* const method = find_method(&interface, static_cast<std::uint16_t>(opnum)))
    name << "::" << method->name;
  else
    name << ", operation " << opnum;
  return name;
}

}  // namespace kakoi::dcerpc
