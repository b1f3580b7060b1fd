#include "sensor/evidence/secrets_in_controllers.h"

#include "dissectors/core/bytes.h"

namespace kakoi::evidence {
namespace {

// TPKT ×4 | COTP | 32 | 07 | … parameters at 10: 00 01 12 | size | method | type and group | function | sequence
void blank_s7comm(Octets m) noexcept {
  if (m.size() < 5) return;
  constexpr std::size_t kParameters = 10, kGroup = 5, kHead = 8;
  constexpr std::uint8_t kUserData = 7, kSecurity = 5;
  const std::size_t at = 5u + m[4];
  if (at + 1 >= m.size() || m[at + 1] != kUserData) return;
  const std::size_t group = at + kParameters + kGroup;
  if (group >= m.size() || (m[group] & 0x0F) == kSecurity) blank_from(m, at + kParameters + kHead);
}

void blank_bacnet(Octets m) noexcept {
  constexpr std::uint8_t kForwarded = 4, kControl = 17, kReinitialize = 20;
  ByteReader r{Bytes(m)};
  r.skip(1);
  const std::uint8_t function = r.u8();
  r.skip(function == kForwarded ? 8 : 2);
  r.skip(1);
  const std::uint8_t control = r.u8();
  for (const unsigned bit : {0x20u, 0x08u}) {
    if ((control & bit) == 0) continue;
    r.skip(2);
    r.skip(r.u8());
  }
  if ((control & 0x20) != 0) r.skip(1);
  const std::uint8_t type = r.u8();
  if (type >> 4 != 0) return;  // a confirmed request
  r.skip((type & 8) != 0 ? 4 : 2);
  const std::uint8_t service = r.u8();
  if (r.ok() && (service == kControl || service == kReinitialize)) blank_from(m, r.offset());
}

// MSG: the type's number at 24, ActivateSession is 467; what has no such number there may be the rest of one.
void blank_opcua(Octets m) noexcept {
  constexpr std::size_t kType = 24;
  if (m.size() < kType + 4 || m[0] != 'M') return;
  const unsigned number = m[kType + 2] | m[kType + 3] * 256u;
  if (m[kType] != 1) return blank_from(m, kType);
  if (number == 467) blank_from(m, kType + 4);
}

// The command stands behind head and timer: 9 + 2 octets of a 3E frame, 13 + 2 of 4E, in ASCII twice as many. 1630 and 1631
// are the remote password.
void blank_slmp(Octets m) noexcept {
  if (m.empty()) return;
  const bool ascii = m[0] == '5', is_request = ascii || m[0] == 0x50 || m[0] == 0x54;
  if (!is_request || m.size() < 2) return;
  const bool has_serial = ascii ? m[1] == '4' : m[0] == 0x54;
  const std::size_t unit = ascii ? 2 : 1, command = unit * (has_serial ? 15 : 11), data = command + unit * 4;
  if (command + unit * 2 > m.size()) return;
  const std::string_view words = as_text(Bytes(m)).substr(command, unit * 2);
  if (ascii ? words == "1630" || words == "1631" : words == "\x30\x16" || words == "\x31\x16") blank_from(m, data);
}

void blank_fins(Octets m, std::size_t command) noexcept {
  constexpr std::uint8_t kProtection = 3;
  if (command < m.size() && m[command] == kProtection) blank_from(m, command + 2);
}

// Programmer logon and change of privilege level carry a password, in the header or behind it. A packet that does not begin
// with a request may be the rest of one.
void blank_ge_srtp(Octets m) noexcept {
  constexpr std::size_t kService = 42, kMailbox = 31, kTextService = 50;
  constexpr std::uint8_t kRequest = 2, kWithText = 0x80, kLogon = 0x20, kPrivilege = 0x21;
  if (m.empty() || m[0] > 3 || (m.size() > 1 && m[1] != 0)) return blank_from(m, 0);
  if (m[0] != kRequest || m.size() <= kMailbox) return;
  const std::size_t at = m[kMailbox] == kWithText ? kTextService : kService;
  if (at < m.size() && (m[at] == kLogon || m[at] == kPrivilege)) blank_from(m, at + 1);
}

void blank_fox(Octets m) noexcept {
  const std::string_view words = as_text(Bytes(m));
  const std::size_t line = words.find('\n');
  if (line != std::string_view::npos && words.substr(0, line).ends_with("fox hello")) return;
  blank_from(m, line == std::string_view::npos ? 0 : line);
}

// Frame ×6 | connection ×4, but for routing | cEMI | … : behind the control, addresses and length of L_Data, TPCI and APCI. 3D1h and
// 3D3h carry an access key.
void blank_knxnet_ip(Octets m) noexcept {
  constexpr unsigned kAuthorize = 0x3D1, kKeyWrite = 0x3D3;
  constexpr std::uint8_t kRouting = 5;
  ByteReader r{Bytes(m)};
  r.skip(2);
  const std::uint8_t family = r.u8();
  r.skip(3);
  if (family != kRouting) r.skip(4);
  r.skip(1);
  r.skip(r.u8());
  r.skip(7);
  const unsigned apci = r.be16() & 0x3FFu;
  if (r.ok() && (apci == kAuthorize || apci == kKeyWrite)) blank_from(m, r.offset());
}

// X.227: the mechanism "password", and after it the value.
void blank_mms(Octets m) noexcept {
  constexpr std::string_view kPassword = "\x8B\x03\x52\x03\x01";
  const std::size_t at = as_text(Bytes(m)).find(kPassword);
  if (at != std::string_view::npos) blank_from(m, at + kPassword.size());
}

}  // namespace

void blank_controller(std::string_view protocol, Octets message) noexcept {
  if (protocol == "s7comm") return blank_s7comm(message);
  if (protocol == "bacnet") return blank_bacnet(message);
  if (protocol == "opcua") return blank_opcua(message);
  if (protocol == "slmp") return blank_slmp(message);
  if (protocol == "fins") return blank_fins(message, 10);
  if (protocol == "fins_tcp") return blank_fins(message, 26);
  if (protocol == "ge_srtp") return blank_ge_srtp(message);
  if (protocol == "fox") return blank_fox(message);
  if (protocol == "ads_udp") return blank_from(message, 24);  // user and password of a new route
  if (protocol == "mms") return blank_mms(message);
  if (protocol == "knxnet_ip") return blank_knxnet_ip(message);
}

}  // namespace kakoi::evidence
