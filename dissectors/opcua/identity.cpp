#include "dissectors/opcua/identity.h"

#include "dissectors/core/text.h"

namespace kakoi::opcua {

namespace {

struct Application {
  std::string_view uri, product, name, gateway;
  std::uint32_t type = 0;
  AddressList discovery;  // none where a gateway's URLs stand instead
};
constexpr std::uint32_t kClient = 1, kDiscoveryServer = 3;

Application take_application(ByteReader& r) noexcept {
  Application a;
  a.uri = take_string(r);
  a.product = take_string(r);
  a.name = take_localized_text(r);
  a.type = r.le32();
  a.gateway = take_string(r);
  take_bytes(r);  // discovery profile
  const std::uint32_t urls = r.le32();
  for (std::uint32_t i = 0; urls != 0xFFFF'FFFF && i < urls && r.ok(); ++i) {
    const std::string_view url = take_string(r);
    if (a.gateway.empty()) a.discovery.add(url);
  }
  return a;
}

// What follows in an EndpointDescription: security mode, policy, tokens (7.42 UserTokenPolicy), transport profile, level.
void skip_security(ByteReader& r) noexcept {
  r.skip(4);
  take_bytes(r);
  const std::uint32_t tokens = r.le32();
  for (std::uint32_t i = 0; tokens != 0xFFFF'FFFF && i < tokens && r.ok(); ++i) {
    take_bytes(r);
    r.skip(4);
    take_bytes(r);
    take_bytes(r);
    take_bytes(r);
  }
  take_bytes(r);
  r.skip(1);
}

void state_server(const Application& a, std::string_view method, std::uint8_t confidence, const Emit& emit) {
  if (a.type == kClient) return;
  if (!a.name.empty()) emit(Identity{Trait::software, a.name, method, confidence, {}});
  text::Line<200> line;
  line << "OPC UA application " << a.uri.substr(0, 80);
  if (!a.product.empty()) line << ", product " << a.product.substr(0, 80);
  if (!a.uri.empty()) emit(Identity{Trait::description, line.view(), method, confidence, {}});
}

}  // namespace

void state_endpoints(ByteReader& r, const CalledBy* called_by, const Emit& emit) {
  constexpr std::string_view kMethod = "opcua endpoints";
  const std::uint32_t endpoints = r.le32();
  if (!r.ok() || endpoints == 0xFFFF'FFFF) return;
  AddressList addresses;
  for (std::uint32_t i = 0; i < endpoints; ++i) {
    const std::string_view url = take_string(r);
    const Application a = take_application(r);
    const Bytes certificate = take_bytes(r);
    if (!r.ok()) break;
    if (i == 0) {
      state_server(a, kMethod, 85, emit);
      if (!certificate.empty()) emit(SecureSession{0, 0, 0, {}, {}, certificate});
    }
    if (a.gateway.empty()) addresses.add(url), addresses.add(a.discovery);
    skip_security(r);
  }
  if (called_by) addresses.state(*called_by, kMethod, emit);
}

void state_servers(ByteReader& r, const CalledBy* called_by, const Emit& emit) {
  constexpr std::string_view kMethod = "opcua find servers";
  const std::uint32_t servers = r.le32();
  if (!r.ok() || servers == 0xFFFF'FFFF) return;
  for (std::uint32_t i = 0; i < servers; ++i) {
    const Application a = take_application(r);
    if (!r.ok()) break;
    if (servers == 1 && a.type != kDiscoveryServer) state_server(a, kMethod, 70, emit);
    if (called_by) a.discovery.state(*called_by, kMethod, emit);
  }
}

void state_client(ByteReader& r, const Emit& emit) {
  const Application a = take_application(r);
  if (!r.ok() || (a.name.empty() && a.uri.empty())) return;
  text::Line<160> line;
  line << (a.name.empty() ? a.uri : a.name).substr(0, 80);
  if (!a.product.empty()) line << " (" << a.product.substr(0, 70) << ")";
  emit(Identity{Trait::user_agent, line.view(), "opcua session", 80, {}});
}

namespace {

struct BuildInfo {
  std::string_view manufacturer, product, version, build;
};

// Variables of BuildInfo in the server's address space (OPC 10000-6, annex A: Server_ServerStatus_BuildInfo_…).
enum BuildInfoNode : std::uint32_t {
  product_name = 2261,
  manufacturer_name = 2263,
  software_version = 2264,
  build_number = 2265
};
// Its structure, and ServerStatus' around it, by the number of their binary encoding.
constexpr std::uint32_t kBuildInfo = 340, kServerStatus = 864;
constexpr std::uint32_t kValue = 13;  // attribute id (OPC 10000-6, annex A)

// OPC 10000-5, 12.4; 12.10: start and current time, state, then BuildInfo.
BuildInfo take_build_info(ByteReader& r, bool in_status) noexcept {
  if (in_status) r.skip(8 + 8 + 4);
  BuildInfo info;
  take_bytes(r);  // product's URI
  info.manufacturer = take_string(r);
  info.product = take_string(r);
  info.version = take_string(r);
  info.build = take_string(r);
  return r.ok() ? info : BuildInfo{};
}

struct Value {
  std::string_view text;  // of a String
  BuildInfo info;         // of such a structure
};

// OPC 10000-6, 5.2.2.16. False where the rest can't be found: arrays, and types that do not exist.
bool take_variant(ByteReader& r, Value& value) noexcept {
  static constexpr std::array<std::uint8_t, 12> kSizes = {0, 1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
  const std::uint8_t type = r.u8();
  if (type < kSizes.size()) return r.skip(kSizes[type]), true;
  switch (type) {
    case 12:
      value.text = take_string(r);
      return true;
    case 13:  // DateTime
      return r.skip(8), true;
    case 14:  // Guid
      return r.skip(16), true;
    case 15:  // ByteString, XmlElement
    case 16:
      return take_bytes(r), true;
    case 17:  // NodeId, expanded or not
    case 18:
      return take_node_id(r), true;
    case 19:  // StatusCode
      return r.skip(4), true;
    case 20:  // QualifiedName
      return r.skip(2), take_bytes(r), true;
    case 21:
      return take_localized_text(r), true;
    case 22: {
      const NodeId id = take_node_id(r);
      const std::uint8_t encoding = r.u8();
      ByteReader body{encoding == 0 ? Bytes{} : take_bytes(r)};
      if (encoding == 1 && id.is_number && id.name_space == 0 &&
          (id.number == kBuildInfo || id.number == kServerStatus))
        value.info = take_build_info(body, id.number == kServerStatus);
      return true;
    }
    default:
      return false;
  }
}

// OPC 10000-6, 5.2.2.17.
bool take_data_value(ByteReader& r, Value& value) noexcept {
  const std::uint8_t mask = r.u8();
  if ((mask & 0x01) != 0 && !take_variant(r, value)) return false;
  r.skip(((mask & 0x02) != 0 ? 4u : 0u) + ((mask & 0x04) != 0 ? 8u : 0u) + ((mask & 0x08) != 0 ? 8u : 0u) +
         ((mask & 0x10) != 0 ? 2u : 0u) + ((mask & 0x20) != 0 ? 2u : 0u));
  return r.ok();
}

// It is the server software's maker, product and version; on a controller also the device's, on a computer not.
void state_build_info(const BuildInfo& info, const Emit& emit) {
  constexpr std::string_view kMethod = "opcua build info";
  if (!info.product.empty()) {
    text::Line<160> line;
    line << info.product.substr(0, 100);
    if (!info.version.empty()) line << " " << info.version.substr(0, 50);
    emit(Identity{Trait::software, line.view(), kMethod, 88, {}});
  }
  if (info.manufacturer.empty() && info.build.empty()) return;
  text::Line<160> line;
  line << "OPC UA server";
  if (!info.manufacturer.empty()) line << " by " << info.manufacturer.substr(0, 80);
  if (!info.build.empty()) line << ", build " << info.build.substr(0, 40);
  emit(Identity{Trait::description, line.view(), kMethod, 85, {}});
}

}  // namespace

void BuildInfoReader::ask(std::uint32_t request, ByteReader& r) noexcept {
  r.skip(8 + 4);  // oldest that will do, which times to return
  const std::uint32_t nodes = r.le32();
  if (!r.ok() || nodes > kMostNodes) return;
  std::uint32_t asked = 0;
  std::array<std::uint8_t, kMostNodes> fields{};
  for (std::uint32_t i = 0; i < nodes; ++i) {
    const NodeId node = take_node_id(r);
    const bool is_value = r.le32() == kValue;
    take_bytes(r);  // range of an array
    r.skip(2);      // data encoding
    take_bytes(r);
    if (!r.ok()) break;
    if (!is_value || !node.is_number || node.name_space != 0 || node.number < product_name ||
        node.number > build_number)
      continue;
    asked |= 1u << i;
    fields[i] = static_cast<std::uint8_t>(node.number - product_name);
  }
  if (asked == 0) return;  // what was asked before may still be answered
  request_ = request;
  asked_ = asked;
  field_ = fields;
}

void BuildInfoReader::answer(std::uint32_t request, ByteReader& r, const Emit& emit) {
  const std::uint32_t results = r.le32();
  if (!r.ok() || results > kMostNodes) return;
  const std::uint32_t asked = request == request_ ? asked_ : 0;
  BuildInfo info;
  for (std::uint32_t i = 0; i < results; ++i) {
    Value value;
    if (!take_data_value(r, value)) break;
    if (!value.info.product.empty() || !value.info.manufacturer.empty()) state_build_info(value.info, emit);
    if ((asked >> i & 1) == 0) continue;
    switch (field_[i] + product_name) {
      case product_name:
        info.product = value.text;
        break;
      case manufacturer_name:
        info.manufacturer = value.text;
        break;
      case software_version:
        info.version = value.text;
        break;
      case build_number:
        info.build = value.text;
        break;
      default:
        break;
    }
  }
  if (asked == 0) return;
  asked_ = 0;
  state_build_info(info, emit);
}

}  // namespace kakoi::opcua
