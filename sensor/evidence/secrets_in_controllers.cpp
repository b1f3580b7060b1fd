#include "sensor/evidence/secrets_in_controllers.h"

#include <algorithm>

#include "dissectors/core/bytes.h"
#include "dissectors/core/der.h"

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

// Behind the mechanism's name in an association request comes the password. New ones and keys are in SET and ACTION on the
// associations (12, 15), on PPP (44) and security setup (64), in what is written by short names, and in blocks and segments;
// ACCESS and signed APDUs hold any of them.
void blank_dlms(Octets m) noexcept {
  constexpr std::string_view kMechanism = "\x60\x85\x74\x05\x08\x02";
  constexpr std::size_t kWrapper = 8, kHdlc = 9, kLlc = 3, kClass = 3;
  constexpr std::uint8_t kWrite = 0x06, kUnconfirmedWrite = 0x16, kSet = 0xC1, kAction = 0xC3, kNormal = 1,
                         kFirstBlock = 2;
  constexpr std::uint8_t kAccess = 0xD9, kAccessResponse = 0xDA, kSigning = 0xDF, kBlockTransfer = 0xE0;
  const std::string_view words = as_text(Bytes(m));
  if (const std::size_t at = words.find(kMechanism); at != std::string_view::npos)
    return blank_from(m, at + kMechanism.size() + 1);
  std::size_t apdu = kWrapper;
  if (words.starts_with('\x7E')) {
    const std::size_t llc = std::min(words.find("\xE6\xE6"), words.find("\xE6\xE7"));
    if (llc == std::string_view::npos) return blank_from(m, kHdlc);
    apdu = llc + kLlc;
  }
  if (apdu >= m.size()) return;
  if (m[apdu] == kWrite || m[apdu] == kUnconfirmedWrite || m[apdu] == kSigning || m[apdu] == kBlockTransfer)
    return blank_from(m, apdu + 1);
  constexpr std::size_t kInvoke = 4;
  if (m[apdu] == kAccess || m[apdu] == kAccessResponse) return blank_from(m, apdu + 1 + kInvoke);
  if ((m[apdu] != kSet && m[apdu] != kAction) || apdu + kClass + 1 >= m.size()) return;
  const bool is_one = m[apdu + 1] == kNormal || (m[apdu] == kSet && m[apdu + 1] == kFirstBlock);
  const unsigned class_id = m[apdu + kClass] * 256u + m[apdu + kClass + 1];
  if (!is_one || class_id == 12 || class_id == 15 || class_id == 44 || class_id == 64) blank_from(m, apdu + kClass);
}

// 57 or D7 | … ×20 | 1C or 9C | … | where the command stands, from here on | … | command ×2 | number ×2 | size ×2 | data. Devices, memory,
// modes, models and searches stay; users, with hashes of their passwords, files, and what is not known go.
void blank_melsoft(Octets m) noexcept {
  constexpr std::uint8_t kSearch = 0x5A, kFound = 0xDA, kRequest = 0x57, kAnswer = 0xD7;
  constexpr std::size_t kPlace = 23, kHead = 6;
  if (m.empty() || m[0] == kSearch || m[0] == kFound) return;
  const std::size_t at = m.size() > kPlace ? kPlace + m[kPlace] : m.size();
  if ((m[0] != kRequest && m[0] != kAnswer) || at + 1 >= m.size()) return blank_from(m, 0);
  const unsigned command = m[at] * 256u + m[at + 1], family = m[at];
  const bool stays = command == 0x0101 || command == 0x0121 || command == 0x0B20 || family == 0x04 || family == 0x06 ||
                     (command >= 0x1001 && command <= 0x1006) || family == 0x14 || family == 0x16;
  constexpr unsigned kPassword = 0x1630;  // 1630, 1631 of SLMP
  if (!stays || (command | 1) == (kPassword | 1)) blank_from(m, at + kHead);
}

// length ×4 | version | 00 | sequence ×2 | 0 request | station | command | data: media, clock, states, bytes and modes of CPUs stay. How a
// password is sent is not known, so that other commands lose all behind their number.
void blank_sbus(Octets m) noexcept {
  constexpr std::size_t kAttribute = 8, kCommand = 10;
  if (m.size() <= kCommand || m[kAttribute] != 0) return;
  const unsigned c = m[kCommand];
  const bool stays = c <= 0x07 || (c >= 0x0A && c <= 0x0F) || (c >= 0x13 && c <= 0x1D) || c == 0x20 ||
                     (c >= 0x28 && c <= 0x44) || (c >= 0x46 && c <= 0x53) || (c >= 0x5A && c <= 0x6B);
  if (!stays) blank_from(m, kCommand + 1);
}

// The password of Security and Authenticate; what is written to tables 42 to 46; of a procedure (table 7) all behind its number.
// What does not hold together may be the rest of one.
void blank_c1222(Octets m) noexcept {
  constexpr std::uint8_t kInformation = 0xBE, kExternal = 0x28, kAligned = 0x81, kClass = 0x10, kCiphered = 0x0C;
  constexpr std::uint8_t kSecurity = 0x51, kAuthenticate = 0x53;
  const auto whole = der::peek(Bytes(m));
  if (!whole || !whole->complete()) return blank_from(m, 0);
  Bytes information;
  for (Bytes fields = whole->value; !fields.empty();) {
    const auto field = der::next(fields);
    if (!field) return blank_from(m, 0);
    if (field->tag == kInformation) information = field->value;
  }
  Bytes inner = der::inside(information, kExternal);
  der::take(inner, der::kInteger);
  const Bytes epsem = der::inside(inner, kAligned);
  if (epsem.empty()) return blank_from(m, 0);
  if ((epsem[0] & kCiphered) == 0x08) return;
  ByteReader r{epsem};
  r.skip((epsem[0] & kClass) != 0 ? 5 : 1);
  while (r.remaining() > 1) {
    std::size_t size = r.u8();
    if (size > 0x80) size = size == 0x81 ? r.u8() : r.be16();
    const Bytes s = r.take(size);
    if (!r.ok()) return blank_from(m, static_cast<std::size_t>(epsem.data() - m.data()) + 1);
    if (s.empty()) continue;
    const auto at = static_cast<std::size_t>(s.data() - m.data());
    if (s[0] == kSecurity || s[0] == kAuthenticate) blank_at(m, at + 1, s.size() - 1);
    if (s[0] >> 4 != 4 || s.size() < 3) continue;
    const unsigned table = (s[1] * 256u + s[2]) & 0xEFFF;
    if (table >= 42 && table <= 46) blank_at(m, at + 3, s.size() - 3);
    constexpr std::size_t kParameters = 8;  // service, table ×2, size ×2, procedure ×2, sequence
    if (table == 7 && s.size() > kParameters) blank_at(m, at + kParameters, s.size() - kParameters);
  }
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
  if (protocol == "dlms") return blank_dlms(message);
  if (protocol == "c1222") return blank_c1222(message);
  if (protocol == "melsoft") return blank_melsoft(message);
  if (protocol == "sbus") return blank_sbus(message);
  if (protocol == "knxnet_ip") return blank_knxnet_ip(message);
}

}  // namespace kakoi::evidence
