// PROFINET discovery and basic configuration (IEC 61158-6-10 §4.3): how devices answer an Identify and greet (Hello),
// and what is asked of them (Get) and set in them (Set), by whoever can send them a frame.
//
//   frame id ×2 | service | kind | transaction ×4 | delay ×2 | length ×2 | blocks:
//   { option | suboption | length ×2 | block info or qualifier ×2 | value | padded to even } …
//   of a Get request { option | suboption } …, and in the answer to a Set, and to a Get of what is not there
//   { 05 04 | length ×2 | option | suboption | error | padding }
#include <bit>
#include <cstdio>

#include "dissectors/core/text.h"
#include "sensor/control/dcp_requests.h"
#include "sensor/control/ethernet_frames.h"
#include "sensor/control/text.h"

namespace kakoi {

namespace {

constexpr std::uint16_t kHello = 0xFEFC, kIdentifyRequest = 0xFEFE, kIdentifyResponse = 0xFEFF;
constexpr const char* kMethod = "profinet dcp";

enum Service : std::uint8_t { get = 3, set = 4, identify = 5, hello = 6 };
enum Kind : std::uint8_t { request = 0, success = 1, not_supported = 5 };

// option · 256 + suboption
enum BlockType : std::uint16_t {
  ip_parameter = 0x0102,
  full_ip_suite = 0x0103,
  type_of_station = 0x0201,
  name_of_station = 0x0202,
  device_id = 0x0203,
  device_role = 0x0204,
  start_transaction = 0x0501,
  end_transaction = 0x0502,
  signal_led = 0x0503,
  response = 0x0504,
  reset_factory_settings = 0x0505,
  reset_to_factory = 0x0506
};

// A service's number; of a Set's blocks with their type below it.
constexpr std::uint32_t function_of_block(std::uint16_t type) noexcept {
  return std::uint32_t{Service::set} << 16 | type;
}

struct Block {
  std::uint16_t type;
  std::uint16_t info;  // of requests: the qualifier
  Bytes value;
};

// PROFIBUS & PROFINET International, Man_ID_Table: a few.
constexpr std::string_view maker_name(unsigned id) noexcept {
  switch (id) {
    case 0x002A:
      return "Siemens";
    case 0x00B0:
      return "Phoenix Contact";
    case 0x011D:
      return "WAGO";
    case 0x011E:
      return "Hilscher";
    case 0x0120:
      return "Beckhoff";
    default:
      return {};
  }
}

// 0 for what is no mask.
std::uint8_t prefix_of(Bytes mask) noexcept {
  const std::uint32_t bits = ByteReader(mask).be32();
  const int ones = std::countl_one(bits);
  return std::popcount(bits) == ones ? static_cast<std::uint8_t>(ones) : std::uint8_t{0};
}

void state_block(const Block& block, const Subject& device, const Emit& emit) noexcept {
  const auto text = [&](Trait trait, std::uint8_t confidence) {
    const std::string_view t = trimmed(block.value);
    if (!t.empty()) emit(Identity{trait, t, kMethod, confidence, device});
  };
  switch (block.type) {
    case BlockType::type_of_station:
      return text(Trait::product, 80);  // device vendor: by practice the type of station
    case BlockType::name_of_station:
      return text(Trait::name, 90);
    case BlockType::device_id: {  // vendor and device id (PI registry)
      ByteReader r(block.value);
      const unsigned vendor = r.be16(), id = r.be16();
      char words[64];
      const int size = std::snprintf(words, sizeof words, "PROFINET vendor 0x%04X, device 0x%04X", vendor, id);
      if (r.ok() && size > 0)
        emit(Identity{Trait::description, {words, static_cast<std::size_t>(size)}, kMethod, 80, device});
      if (const std::string_view maker = maker_name(vendor); r.ok() && !maker.empty())
        emit(Identity{Trait::vendor, maker, kMethod, 80, device});
      return;
    }
    case BlockType::device_role: {  // IO device 1, IO controller 2, multidevice 4, supervisor 8
      if (block.value.empty()) return;
      const std::uint8_t roles = block.value[0];
      const std::string_view role = (roles & 2) != 0   ? "plc"
                                    : (roles & 8) != 0 ? "engineering_station"
                                    : (roles & 1) != 0 ? "ot_device"
                                                       : "";
      if (!role.empty()) emit(Identity{Trait::role, role, kMethod, 70, device});
      return;
    }
    case BlockType::full_ip_suite:   // these, then name servers
    case BlockType::ip_parameter: {  // address, mask, gateway
      if (block.value.size() < 12) return;
      const Address ip = Address::ipv4(block.value), gateway = Address::ipv4(block.value.subspan(8));
      if (ip.is_unspecified()) return;
      emit(Binding{device.address, ip, BindingKind::neighbour, prefix_of(block.value.subspan(4))});
      // Siemens devices without a gateway have themselves for one.
      if (!gateway.is_unspecified() && gateway != ip && !gateway.is_multicast() && !gateway.is_broadcast())
        emit(Route{RouteKind::configured, gateway, {}, "PROFINET DCP"});
      return;
    }
    default:
      return;
  }
}

constexpr OperationClass class_of_block(std::uint16_t type) noexcept {
  return type == BlockType::signal_led ? OperationClass::control : OperationClass::parameter;
}

using ValueText = text::Line<96>;

void write_address(ValueText& text, std::uint32_t ip) noexcept {
  text << std::uint64_t{ip >> 24} << "." << std::uint64_t{ip >> 16 & 0xFF} << "." << std::uint64_t{ip >> 8 & 0xFF}
       << "." << std::uint64_t{ip & 0xFF};
}

// "192.168.0.11/255.255.255.0, gateway 192.168.0.1"
ValueText value_of(const Block& block) noexcept {
  ValueText text;
  ByteReader r(block.value);
  switch (block.type) {
    case BlockType::name_of_station:
      return text << trimmed(block.value);
    case BlockType::full_ip_suite:
    case BlockType::ip_parameter: {
      const std::uint32_t ip = r.be32(), mask = r.be32(), gateway = r.be32();
      if (!r.ok()) return text;
      write_address(text, ip);
      write_address(text << "/", mask);
      if (gateway != 0) write_address(text << ", gateway ", gateway);
      return text;
    }
    case BlockType::signal_led: {
      const std::uint16_t signal = r.be16();
      return r.ok() && signal == 0x0100 ? text << "flash once" : text;
    }
    // Which of the device's data: 2 application, 4 communication, 6 engineering, 8 all, 16 device, 18 with its software.
    case BlockType::reset_to_factory:
      return text << "mode " << std::uint64_t{block.info};
    default:
      return text;
  }
}

constexpr std::string_view step_of(const Block& block) noexcept {
  switch (block.type) {
    case BlockType::signal_led:
      return "signal";
    case BlockType::reset_factory_settings:
    case BlockType::reset_to_factory:
      return "reset";
    default:  // bit 0 of the qualifier: beyond the next restart
      return (block.info & 1) != 0 ? "set permanently" : "set temporarily";
  }
}

constexpr std::string_view error_name(std::uint8_t error) noexcept {
  constexpr std::string_view kNames[] = {"",
                                         "option not supported",
                                         "suboption not supported or no data set available",
                                         "suboption not set",
                                         "resource error",
                                         "set not possible by local reasons",
                                         "in operation, set not possible"};
  return error < std::size(kNames) ? kNames[error] : "error";
}

// What a message of the service asks for and tells, apart from its blocks.
class Message {
 public:
  Message(std::uint8_t service, std::uint8_t kind, std::uint32_t transaction, const Subject& sender,
          DcpRequests& requests, const Emit& emit) noexcept
      : service_(service), kind_(kind), transaction_(transaction), sender_(sender), requests_(requests), emit_(emit) {}

  void begin() const noexcept {
    switch (service_) {
      case Service::identify:
        return emit_(Operation{.cls = OperationClass::identify, .function_code = service_});
      case Service::hello:
        return emit_(Operation{.cls = OperationClass::report, .function_code = service_});
      case Service::get:
        return emit_(Operation{.cls = OperationClass::read, .function_code = service_, .outcome = outcome()});
      case Service::set:
        if (kind_ != Kind::not_supported) return;  // its blocks tell
        requests_.refuse_all(transaction_, "request not supported", emit_);
        return emit_(
            Operation{.cls = OperationClass::parameter, .function_code = service_, .outcome = Outcome::refused});
      default:
        return;
    }
  }

  void block(const Block& block) noexcept {
    if (service_ == Service::set) {
      if (kind_ == Kind::request) return set(block);
      if (kind_ == Kind::success && block.type == BlockType::response) answered(block);
      return;
    }
    const bool tells = kind_ == Kind::success || service_ == Service::hello;
    if (tells && block.type != BlockType::response) state_block(block, sender_, emit_);
  }

 private:
  Outcome outcome() const noexcept {
    return kind_ == Kind::request ? Outcome::none : kind_ == Kind::success ? Outcome::accepted : Outcome::refused;
  }

  void set(const Block& block) noexcept {
    if (block.type == BlockType::start_transaction || block.type == BlockType::end_transaction) return;
    if (++blocks_ > kMostBlocks) return;
    const OperationClass cls = class_of_block(block.type);
    emit_(Operation{.cls = cls, .function_code = function_of_block(block.type)});
    ControlAction action;
    action.cls = cls;
    action.function_code = function_of_block(block.type);
    action.step = step_of(block);
    const ValueText value = value_of(block);
    action.value = value.view();
    requests_.ask(transaction_, block.type, action, emit_);
  }

  // Such a block has no block info: option, suboption, error.
  void answered(const Block& block) noexcept {
    const std::uint16_t type = block.info;
    if (block.value.empty() || type == BlockType::start_transaction || type == BlockType::end_transaction) return;
    if (++blocks_ > kMostBlocks) return;
    const Outcome outcome = block.value[0] == 0 ? Outcome::accepted : Outcome::refused;
    emit_(Operation{.cls = class_of_block(type), .function_code = function_of_block(type), .outcome = outcome});
    requests_.answer(transaction_, type, outcome, error_name(block.value[0]), emit_);
  }

  static constexpr unsigned kMostBlocks = 16;  // a device has fewer to set
  std::uint8_t service_, kind_;
  std::uint32_t transaction_;
  const Subject& sender_;
  DcpRequests& requests_;
  const Emit& emit_;
  unsigned blocks_ = 0;
};

std::string_view name_of_function(std::uint32_t code) noexcept {
  switch (code) {
    case Service::get:
      return "Get";
    case Service::set:
      return "Set";
    case Service::identify:
      return "Identify";
    case Service::hello:
      return "Hello";
    case function_of_block(BlockType::ip_parameter):
      return "Set IP parameter";
    case function_of_block(BlockType::full_ip_suite):
      return "Set full IP suite";
    case function_of_block(BlockType::name_of_station):
      return "Set name of station";
    case function_of_block(BlockType::signal_led):
      return "Signal";
    case function_of_block(BlockType::reset_factory_settings):
      return "Reset factory settings";
    case function_of_block(BlockType::reset_to_factory):
      return "Reset to factory";
    default:
      return code >> 8 == (function_of_block(0x0300) >> 8) ? "Set DHCP" : "Set another block";
  }
}

}  // namespace

constinit const Protocol profinet_dcp_protocol = framed_protocol("profinet_dcp", Domain::ot, &name_of_function);

bool is_dcp_answer(Bytes payload) noexcept { return payload.size() >= 4 && payload[3] != Kind::request; }

void observe_profinet_dcp(const Decoded& packet, Bytes payload, DcpRequests& requests, const Emit& emit) noexcept {
  ByteReader r(payload);
  const std::uint16_t frame_id = r.be16();
  const std::uint8_t service = r.u8(), kind = r.u8();
  const std::uint32_t transaction = r.be32();
  r.skip(2);
  const std::uint16_t length = r.be16();
  if (!r.ok()) return;
  const bool is_expected = frame_id == kHello ? service == Service::hello
                           : frame_id == kIdentifyRequest || frame_id == kIdentifyResponse
                               ? service == Service::identify
                               : service == Service::get || service == Service::set;
  if (!is_expected) return;  // a maker's own
  const Subject sender{Who::address, packet.source_mac};
  Message message(service, kind, transaction, sender, requests, emit);
  message.begin();
  ByteReader blocks = r.sub(length);
  // A Get and the filter of an Identify name what they want, which tells nothing.
  const bool has_blocks = service == Service::set || service == Service::hello || kind == Kind::success;
  while (has_blocks && blocks.remaining() >= 4) {
    Block block{blocks.be16(), 0, {}};
    const std::uint16_t size = blocks.be16();
    ByteReader content = blocks.sub(size);
    block.info = content.be16();
    block.value = content.rest();
    if (!blocks.ok() || !content.ok()) break;
    message.block(block);
    if (size % 2 != 0 && blocks.remaining() > 0) blocks.skip(1);
  }
  if ((!r.ok() || !blocks.ok()) && packet.payload_length <= packet.payload.size())
    emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(12 + blocks.offset())});
}

}  // namespace kakoi
