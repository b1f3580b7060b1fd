// Frames of ECHONET Lite (Specification Part 2, chapter 3), and what their services are called.
#pragma once

#include <optional>
#include <string_view>

#include "dissectors/core/bytes.h"
#include "dissectors/core/dissector.h"

namespace kakoi::echonet_lite {

// ESV, table 3-9 to 3-11.
enum Service : std::uint8_t {
  seti_sna = 0x50,
  setc_sna = 0x51,
  get_sna = 0x52,
  inf_sna = 0x53,
  setget_sna = 0x5E,
  seti = 0x60,
  setc = 0x61,
  get = 0x62,
  inf_req = 0x63,
  setget = 0x6E,
  set_res = 0x71,
  get_res = 0x72,
  inf = 0x73,
  infc = 0x74,
  infc_res = 0x7A,
  setget_res = 0x7E,
};

// Function codes: ESV, of an answer its request's; and this, of frames in a format of their maker's own (EHD2 82).
inline constexpr std::uint32_t kArbitraryFormat = 0x82;

bool is_service(std::uint8_t service) noexcept;
bool is_request(std::uint8_t service) noexcept;
bool is_refusal(std::uint8_t service) noexcept;  // "response not possible"
// Of an answer, refusing or not; else itself.
std::uint8_t request_of(std::uint8_t service) noexcept;
// Does it hold two lists, of what is written and of what is read?
bool has_two_lists(std::uint8_t service) noexcept;
std::string_view service_name(std::uint32_t function_code);

// EOJ: class group, class, instance. Instance 0 is all of that class.
struct Object {
  std::uint16_t cls = 0;  // group × 256 + class
  std::uint8_t instance = 0;
  auto operator<=>(const Object&) const = default;
};

struct Property {
  std::uint8_t code = 0;  // EPC
  Bytes value;            // EDT
};

// OPC | { EPC | PDC | EDT } …
class Properties {
 public:
  explicit Properties(ByteReader& reader) noexcept : reader_(reader), left_(reader.u8()) {}
  // None: the list ends here, or the octets do.
  std::optional<Property> next() noexcept;

 private:
  ByteReader& reader_;
  unsigned left_;
};

struct Message {
  std::uint16_t transaction = 0;
  Object source, destination;
  std::uint8_t service = 0;
  Bytes lists;  // from the first OPC on
};
// None: not of format 1, or too short for the head.
std::optional<Message> parse(Bytes bytes) noexcept;

// Where the frame ends. One of the maker's own format fills its datagram.
Frame frame(Bytes bytes, Role speaker);
// Does it hold together: object groups that exist, properties from 80h on?
bool is_sound(Bytes bytes) noexcept;

}  // namespace kakoi::echonet_lite
