#include "dissectors/opcua/identity.h"

#include "dissectors/core/text.h"

namespace kakoi::opcua {

namespace {

struct Application {
  std::string_view uri, product, name;
  std::uint32_t type = 0;
};
constexpr std::uint32_t kClient = 1, kDiscoveryServer = 3;

Application take_application(ByteReader& r) noexcept {
  Application a;
  a.uri = take_string(r);
  a.product = take_string(r);
  a.name = take_localized_text(r);
  a.type = r.le32();
  take_bytes(r);  // gateway, discovery profile
  take_bytes(r);
  const std::uint32_t urls = r.le32();
  for (std::uint32_t i = 0; urls != 0xFFFF'FFFF && i < urls && r.ok(); ++i) take_bytes(r);
  return a;
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

void state_endpoints(ByteReader& r, const Emit& emit) {
  const std::uint32_t endpoints = r.le32();
  if (!r.ok() || endpoints == 0xFFFF'FFFF || endpoints == 0) return;
  take_bytes(r);  // endpoint's URL
  const Application a = take_application(r);
  const Bytes certificate = take_bytes(r);
  if (!r.ok()) return;
  state_server(a, "opcua endpoints", 85, emit);
  if (!certificate.empty()) emit(SecureSession{0, 0, 0, {}, {}, certificate});
}

void state_servers(ByteReader& r, const Emit& emit) {
  const std::uint32_t servers = r.le32();
  if (!r.ok() || servers != 1) return;
  const Application a = take_application(r);
  if (r.ok() && a.type != kDiscoveryServer) state_server(a, "opcua find servers", 70, emit);
}

void state_client(ByteReader& r, const Emit& emit) {
  const Application a = take_application(r);
  if (!r.ok() || (a.name.empty() && a.uri.empty())) return;
  text::Line<160> line;
  line << (a.name.empty() ? a.uri : a.name).substr(0, 80);
  if (!a.product.empty()) line << " (" << a.product.substr(0, 70) << ")";
  emit(Identity{Trait::user_agent, line.view(), "opcua session", 80, {}});
}

}  // namespace kakoi::opcua
