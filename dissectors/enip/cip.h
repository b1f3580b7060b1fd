// CIP messages (volume 1): the service, what it is addressed to, and how it ended.
//
//   request   service | path size (words) | path … | data …
//   response  service + 80h | 00 | general status | additional status size (words) | … | data …
#pragma once

#include <cstdint>
#include <optional>

#include "dissectors/core/dissector.h"

namespace kakoi::enip {

inline constexpr std::uint8_t kResponse = 0x80;
inline constexpr std::uint8_t kGetAttributesAll = 0x01, kGetAttributeList = 0x03, kReset = 0x05, kMultiple = 0x0A,
                              kGetAttributeSingle = 0x0E, kExecutePccc = 0x4B, kUnconnectedSend = 0x52;
inline constexpr std::uint32_t kIdentityClass = 0x01, kConnectionManager = 0x06, kPcccClass = 0x67;

struct Path {  // volume 1, appendix C: what a request is addressed to; kNoValue: not told
  std::uint32_t cls = kNoValue, instance = kNoValue, attribute = kNoValue;
  std::uint32_t slot = kNoValue;  // of the last port segment: the link address where it is one octet
  bool leaves = false;            // a port segment: the message goes on to another node
  Bytes symbol;                   // the first symbolic segment: a tag's name
};

// What a service is asked of, as far as it tells what its number means.
struct Object {
  std::uint32_t cls = kNoValue;
  bool is_tag = false;  // by name, without a class
};
inline Object object_of(const Path& path) noexcept { return {path.cls, path.cls == kNoValue && !path.symbol.empty()}; }

struct Message {
  std::uint8_t service = 0;  // without kResponse
  bool is_response = false;
  std::uint8_t status = 0;  // of a response: general status
  Path path;                // of a request
  Bytes data;               // may be cut by the capture
};

// None where what is there is not a whole head of a message.
std::optional<Message> parse_message(Bytes bytes) noexcept;
std::optional<Path> parse_path(Bytes path) noexcept;
// The message inside an Unconnected Send (volume 1, 3-5.5.4), and where it goes.
struct Sent {
  Bytes message;
  Path route;
};
std::optional<Sent> parse_unconnected_send(Bytes data) noexcept;

OperationClass class_of(std::uint8_t service, const Object& object) noexcept;
// Empty where the number is the object's own, and what that object means by it is not known.
std::string_view service_name(std::uint32_t service, const Object& object) noexcept;
std::string_view status_name(std::uint8_t general_status) noexcept;
// Does it change the device or what it controls?
bool is_command(std::uint8_t service, const Object& object) noexcept;

}  // namespace kakoi::enip
