#include "dissectors/knxnet_ip/frame.h"

#include "dissectors/knxnet_ip/cemi.h"
#include "dissectors/knxnet_ip/service.h"

namespace kakoi::knxnet_ip {

namespace {

bool is_service(std::uint16_t service) noexcept { return find_function(request_of(service)) != nullptr; }

bool is_hpai(Bytes bytes) noexcept {
  return bytes.size() >= kHpai && bytes[0] == kHpai && (bytes[1] == 1 || bytes[1] == 2);  // UDP, TCP
}
bool is_connection(Bytes bytes) noexcept { return bytes.size() >= kConnection && bytes[0] == kConnection; }

}  // namespace

Frame frame(Bytes bytes, Role) noexcept {
  constexpr std::uint8_t kVersion = 0x10;
  if (!bytes.empty() && bytes[0] != kHeader) return Frame::foreign();
  if (bytes.size() > 1 && bytes[1] != kVersion) return Frame::foreign();
  if (bytes.size() < kHeader) return Frame::more(kHeader);
  const std::size_t length = static_cast<std::size_t>(bytes[4] << 8 | bytes[5]);
  if (!is_service(service_of(bytes)) || length < kHeader || length > kMostSize) return Frame::foreign();
  return Frame::whole(length);
}

bool probe(Bytes bytes, Role speaker) noexcept {
  const Frame whole = frame(bytes, speaker);
  if (whole.kind != Frame::Kind::whole || whole.size > bytes.size()) return false;
  const Bytes body = bytes.subspan(kHeader, whole.size - kHeader);
  constexpr std::size_t kWrapper = 32, kPublicKey = 32;  // session, sequence, serial, tag, code; a curve's point
  switch (service_of(bytes)) {
    case search_request:
    case description_request:
      return body.size() == kHpai && is_hpai(body);
    case search_request_extended:
    case connect_request:
    case search_response:
    case search_response_extended:
      return is_hpai(body);
    case description_response:
      return body.size() >= 4 && body[0] >= 2 && body[0] <= body.size();
    case connect_response:
      return body.size() == 2 || (body.size() >= 2 + kHpai && is_hpai(body.subspan(2)));
    case connectionstate_request:
    case disconnect_request:
      return body.size() == 2 + kHpai && is_hpai(body.subspan(2));
    case connectionstate_response:
    case disconnect_response:
      return body.size() == 2;
    case device_configuration_request:
    case tunnelling_request:
      return is_connection(body) && is_cemi(body.subspan(kConnection));
    case device_configuration_ack:
    case tunnelling_ack:
      return body.size() == kConnection && is_connection(body);
    case tunnelling_feature_get:
    case tunnelling_feature_response:
    case tunnelling_feature_set:
    case tunnelling_feature_info:
      return is_connection(body) && body.size() >= kConnection + 2;
    case routing_indication:
    case routing_system_broadcast:
      return is_cemi(body);
    case routing_lost_message:
      return body.size() == 4 && body[0] == 4;
    case routing_busy:
      return body.size() == 6 && body[0] == 6;
    case secure_wrapper:
      return body.size() > kWrapper;
    case session_request:
      return body.size() == kHpai + kPublicKey && is_hpai(body);
    case session_response:
      return body.size() == 2 + kPublicKey + 16 || body.size() == 2;
    case timer_notify:
      return body.size() == 30;
    default:
      return false;  // inside of others, or too little to go by
  }
}

Protocol::Speaker speaker(Bytes bytes) noexcept {
  if (bytes.size() < kHeader) return {Role::client, false};
  const std::uint16_t service = service_of(bytes);
  switch (service) {
    case search_request:
    case description_request:
    case connect_request:
    case connectionstate_request:
    case search_request_extended:
    case tunnelling_feature_get:
    case tunnelling_feature_set:
    case session_request:
      return {Role::client, true};
    case device_configuration_request:
    case tunnelling_request: {
      constexpr std::size_t kCemi = kHeader + kConnection;
      if (bytes.size() <= kCemi) return {Role::client, false};
      return {is_request(bytes[kCemi]) ? Role::client : Role::server, true};
    }
    case device_configuration_ack:
    case tunnelling_ack:
    case disconnect_request:
    case disconnect_response:
      return {Role::client, false};  // of both sides
    case tunnelling_feature_info:
      return {Role::server, true};
    default:
      return {Role::server, request_of(service) != service};
  }
}

}  // namespace kakoi::knxnet_ip
