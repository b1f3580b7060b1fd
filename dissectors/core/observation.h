// All that a dissector may report: one small vocabulary for inventory, rules and reports, so that
// none of them includes a protocol header. Every text is a view that is valid during the call
// only, and is bytes as seen on the wire: the inventory makes it valid UTF-8 once, on intake.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "dissectors/core/address.h"

namespace kakoi {

// Which side of a conversation sent the bytes.
enum class Role : std::uint8_t { client, server };
constexpr Role other(Role role) noexcept { return role == Role::client ? Role::server : Role::client; }

inline constexpr std::uint32_t kNoValue = 0xFFFF'FFFF;

// What a message wants, in words that all OT protocols share (DESIGN.md, operation classes).
enum class OperationClass : std::uint8_t {
  read,
  report,
  write,
  control,
  parameter,
  program,
  mode,
  file,
  identify,
  time,
  auth,
  diagnostic,
  session,
  other
};
std::string_view to_string(OperationClass value) noexcept;
// Does it change the device, or what that does?
constexpr bool is_command(OperationClass cls) noexcept {
  switch (cls) {
    case OperationClass::write:
    case OperationClass::control:
    case OperationClass::parameter:
    case OperationClass::program:
    case OperationClass::mode:
      return true;
    default:
      return false;
  }
}

// A cited packet: capture time, the capture (index of this run) and the packet's number in it
// (1 = first, as Wireshark counts). Ordered by time, then capture, then number.
// 16 bytes, for every row of the inventory holds two. 2^24 captures are as many as a run can have.
struct PacketRef {
  // 2^32, where Wireshark ends, are five days of ten thousand packets a second; these are three years.
  static constexpr unsigned kNumberBits = 40;
  static constexpr std::uint64_t kMostNumber = (std::uint64_t{1} << kNumberBits) - 1;

  constexpr PacketRef() = default;
  constexpr PacketRef(std::int64_t time, std::uint32_t capture, std::uint64_t number) noexcept
      : ts(time), place(std::uint64_t{capture} << kNumberBits | (number & kMostNumber)) {}

  std::int64_t ts = 0;      // nanoseconds since the epoch
  std::uint64_t place = 0;  // capture and number
  constexpr std::uint32_t capture() const noexcept { return static_cast<std::uint32_t>(place >> kNumberBits); }
  constexpr std::uint64_t number() const noexcept { return place & kMostNumber; }  // 0: no packet
  void set_capture(std::uint32_t index) noexcept { *this = {ts, index, number()}; }
  auto operator<=>(const PacketRef&) const = default;
};

// A side's octets are held while some before them are missing, so requests and answers may be learned of in another
// order than they passed. Packet numbers, not times: interfaces' clocks differ.
constexpr bool is_before(const PacketRef& a, const PacketRef& b) noexcept {
  return a.capture() == b.capture() ? a.number() < b.number() : a.ts < b.ts;
}

// What became of a request. none: nothing is told (a request as such, a spontaneous report; or the
// answer may have been lost to the capture). unanswered: the other side was heard, but never on this.
enum class Outcome : std::uint8_t { none, accepted, refused, unanswered };
std::string_view to_string(Outcome value) noexcept;

// One application message (or, for DNP3 rows with a qualifier, one object header in it).
struct Operation {
  OperationClass cls = OperationClass::other;
  std::uint32_t function_code = 0;     // native number; IEC 104: type id; Modbus: without the exception bit
  std::uint32_t unit = kNoValue;       // Modbus unit id, DNP3 outstation's link address, IEC 104 common address
  std::uint32_t peer_unit = kNoValue;  // DNP3 master's link address
  std::uint32_t qualifier = kNoValue;  // IEC 104: cause of transmission (6 bits); DNP3: group*256+variation
  Outcome outcome = Outcome::none;     // refused: exception, negative confirmation, bad status
  // False: not a message, but what became of an earlier one of this kind. For protocols whose answer
  // has another function code than the request (DNP3, IEC 104), and for requests never answered.
  bool is_message = true;
  // Whose request this is or answers. The server's only in protocols whose peers both ask over one conversation.
  Role actor = Role::client;
  auto operator<=>(const Operation&) const = default;
};

// Points that a message addressed: registers, object indices, information object addresses.
// To state the same again adds nothing, so it is dropped early; state them for every message.
struct Points {
  OperationClass access = OperationClass::read;
  std::uint32_t unit = kNoValue, peer_unit = kNoValue;  // as in Operation
  std::string_view kind;  // static: "coil", "holding register", "binary input", "measured value, short float" …
  std::uint32_t first = 0;
  std::uint32_t count = 1;
};

// One command or write to one point, or to one run of points: stated once, when its outcome is known
// or can't be known any more (Dissector::on_end, on_gap, too many open).
struct ControlAction {
  OperationClass cls = OperationClass::control;
  Role actor = Role::client;                                               // who commanded, whoever speaks now
  std::uint32_t function_code = 0, unit = kNoValue, peer_unit = kNoValue;  // of the command, as in Operation
  std::string_view point_kind;     // static, as in Points; empty: the device itself (restart, stop)
  std::uint32_t point = kNoValue;  // the first
  std::uint32_t points = 1;
  std::string_view
      step;  // static: "write", "select", "operate", "direct operate", "execute", "cancel", "start", "stop" …
  std::string_view value;  // "on", "close, latch on, 1 x 100 ms", "12.5", "1 2 3 …"
  Outcome outcome = Outcome::none;
  std::string_view status;  // static: why it was refused, in the standard's words
  PacketRef asked;          // the command
  PacketRef answered;       // number 0: none
};

// Whom a claim is about. `address` is used with Who::address alone.
enum class Who : std::uint8_t { speaker, listener, address };
struct Subject {
  Who who = Who::speaker;
  Address address{};
  auto operator<=>(const Subject&) const = default;
};

// software: what answers on the port that spoke ("nginx/1.22", "OpenSSH_9.2p1"), becomes service.product.
enum class Trait : std::uint8_t {
  vendor,
  product,
  model,
  firmware,
  hardware,
  serial,
  name,
  domain,
  os,
  software,
  user_agent,
  description,
  location,
  role,
  account,             // that was used from this host to log in elsewhere; never a secret
  fingerprint,         // of a key or of a way of speaking: equal values mean the same thing, and say nothing else
  management_address,  // where a device says that it is managed, seen there or not
  own_address          // that a device says is its own, seen there or not
};
std::string_view to_string(Trait value) noexcept;

// A device's word about itself (or another's about it).
struct Identity {
  Trait trait = Trait::name;
  std::string_view text;
  std::string_view method;       // static text: how it was learned, e.g. "modbus 43/14", "dhcp option 12"
  std::uint8_t confidence = 80;  // 0–100
  Subject subject{};
};

enum class LookupOutcome : std::uint8_t { asked, answered, no_such_name, failed };
std::string_view to_string(LookupOutcome value) noexcept;

// A name was asked for or answered (DNS, mDNS, LLMNR, NBNS). The speaker of an answer is the resolver.
struct NameLookup {
  std::string_view name;   // without the trailing dot, as sent
  std::uint16_t type = 0;  // DNS RR type
  LookupOutcome outcome = LookupOutcome::asked;
  std::span<const Address> addresses;  // of A and AAAA answers
};

enum class CredentialOutcome : std::uint8_t { attempted, rejected, accepted };
std::string_view to_string(CredentialOutcome value) noexcept;

// A credential passed in a form that the capture's reader can use. Report it when sent (attempted)
// and once more, with the same user and secret, when the answer tells (rejected, accepted).
struct Credential {
  std::string_view scheme;  // static: "http-basic", "ftp", "telnet", "snmp-v1", "snmp-v2c", …
  std::string_view user;    // empty where the scheme has none
  std::string_view secret;  // in clear; the inventory keeps a mask and a keyed fingerprint only
  CredentialOutcome outcome = CredentialOutcome::attempted;
  Role sender = Role::client;  // who logs in, whoever speaks now; the server as in Operation::actor
};

// A service lets anybody in: no authentication exists or none was asked for.
struct OpenAccess {
  std::string_view scheme;  // static: "modbus", "ftp-anonymous", "vnc-none", …
};

// What a TLS (or like) handshake shows. Fields that a message does not tell stay empty or 0.
struct SecureSession {
  std::uint16_t version = 0;  // 0x0303 = TLS 1.2; as chosen by the ServerHello (supported_versions counts)
  std::uint16_t offered = 0;  // the highest that the ClientHello offers
  std::uint16_t cipher = 0;
  std::string_view server_name;  // SNI
  std::string_view alpn;
  std::span<const std::uint8_t> certificate;  // the leaf, DER
  PacketRef hello{};                          // with the ServerHello; 0: no other packet than the one at hand
};

// A DHCPv4 exchange as the server granted it (ACK), or as the client asked (client only).
struct Lease {
  Address client_mac;
  Address client;  // granted address, none if unknown
  Address server;
  std::span<const Address> routers;
  std::span<const Address> resolvers;
  std::uint8_t prefix_length = 0;  // of the subnet mask; 0 = not told
  std::string_view host_name;
  std::string_view vendor_class;
  std::string_view domain;
  bool granted = false;
};

// frame_source: source MAC and source IP of one frame; a router's MAC has many such.
enum class BindingKind : std::uint8_t { arp_request, arp_reply, arp_probe, neighbour, dhcp };
std::string_view to_string(BindingKind value) noexcept;

// `mac` says that `ip` is its own.
struct Binding {
  Address mac;
  Address ip;
  BindingKind kind = BindingKind::arp_request;
  std::uint8_t prefix_length = 0;  // of the subnet mask that it says it has; 0 = not told
};

// asked_for: an ARP request (or neighbour solicitation) for an address; whether it answers is
// another matter.
enum class RouteKind : std::uint8_t {
  dhcp_router,
  router_advertisement,
  icmp_redirect,
  first_hop_redundancy,
  routing_protocol,
  configured
};
std::string_view to_string(RouteKind value) noexcept;

// Somebody says that packets for elsewhere go through `gateway`; configured: its own packets, by its own word.
struct Route {
  RouteKind kind = RouteKind::dhcp_router;
  Address gateway;
  Address destination;        // icmp_redirect: the host redirected; else none = default route
  std::string_view detail{};  // static: "VRRP", "OSPF" …
};

enum class Fault : std::uint8_t {
  truncated,
  bad_length,
  bad_checksum,
  bad_value,
  lost_sync,
  conflicting_overlap,
  unknown_type,
  sequence_break
};
std::string_view to_string(Fault value) noexcept;

struct Anomaly {
  Fault fault = Fault::truncated;
  std::uint32_t offset = 0;  // into the PDU, in bytes
};

using Observation = std::variant<Operation, Points, ControlAction, Identity, NameLookup, Credential, OpenAccess,
                                 SecureSession, Lease, Binding, Route, Anomaly>;

}  // namespace kakoi
