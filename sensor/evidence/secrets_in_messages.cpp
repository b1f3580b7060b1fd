#include "sensor/evidence/secrets_in_messages.h"

#include <array>
#include <optional>
#include <vector>

#include "dissectors/dnp3/crc.h"

namespace kakoi::evidence {
namespace {

std::uint16_t be16(Octets octets, std::size_t at) noexcept {
  return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]);
}

// X.690: one element, as far as it is there.
struct Element {
  std::uint8_t tag;
  Octets value, rest;
};
std::optional<Element> next_element(Octets octets) noexcept {
  if (octets.size() < 2) return {};
  std::size_t length = octets[1], head = 2;
  if (length >= 0x80) {
    const std::size_t more = length & 0x7F;
    if (more == 0 || more > 4 || octets.size() < 2 + more) return {};
    length = 0;
    for (std::size_t i = 0; i < more; ++i) length = length << 8 | octets[2 + i];
    head += more;
  }
  const std::size_t here = std::min(length, octets.size() - head);
  return Element{octets[0], octets.subspan(head, here), octets.subspan(head + here)};
}

constexpr std::uint8_t kInteger = 2, kOctetString = 4, kOid = 6, kSequence = 0x30;

void blank_values(Octets bindings) noexcept {
  constexpr std::array<std::uint8_t, 6> kSystem = {0x2B, 6, 1, 2, 1, 1};  // 1.3.6.1.2.1.1
  while (!bindings.empty()) {
    const auto binding = next_element(bindings);
    const auto oid = binding && binding->tag == kSequence ? next_element(binding->value) : std::nullopt;
    const auto value = oid && oid->tag == kOid ? next_element(oid->rest) : std::nullopt;
    if (!value) return blank(bindings);
    const bool system =
        oid->value.size() >= kSystem.size() && std::equal(kSystem.begin(), kSystem.end(), oid->value.begin());
    // 0x44: Opaque
    if (!system && (value->tag == kOctetString || value->tag == 0x44)) blank(value->value);
    blank(value->rest);
    bindings = binding->rest;
  }
}

void blank_pdu(Octets pdu) noexcept {
  const auto body = next_element(pdu);
  if (!body || (body->tag & 0xE0) != 0xA0) return blank(pdu);
  Octets fields = body->value;
  // three integers (trap of version 1: enterprise, address, three numbers), then the bindings
  for (int i = 0; i < 6; ++i) {
    const auto field = next_element(fields);
    if (!field) return blank(fields);
    if (field->tag == kSequence) {
      blank_values(field->value);
      return blank(field->rest);
    }
    if (field->tag == kOctetString || field->value.size() > 64) return blank(fields);
    fields = field->rest;
  }
  blank(fields);
}

void blank_version_3(Octets fields) noexcept {
  const auto header = next_element(fields);
  const auto security = header && header->tag == kSequence ? next_element(header->rest) : std::nullopt;
  const auto parameters =
      security && security->tag == kOctetString ? next_element(security->value) : std::nullopt;  // RFC 3414 §2.4
  if (!parameters || parameters->tag != kSequence) return blank(fields);
  Octets rest = parameters->value;
  for (int i = 0; i < 4; ++i) {  // engine id, boots, time, user
    const auto field = next_element(rest);
    if (!field) return blank(fields);
    rest = field->rest;
  }
  while (!rest.empty()) {  // authentication, privacy
    const auto field = next_element(rest);
    if (!field) return blank(fields);
    blank(field->value);
    rest = field->rest;
  }
  const auto scoped = next_element(security->rest);
  if (!scoped || scoped->tag != kSequence) return;  // encrypted
  const auto engine = next_element(scoped->value);
  const auto context = engine ? next_element(engine->rest) : std::nullopt;
  if (!context) return blank(scoped->value);
  blank_pdu(context->rest);
}

}  // namespace

void blank_snmp(Octets message) noexcept {
  const auto whole = next_element(message);
  const auto version = whole && whole->tag == kSequence ? next_element(whole->value) : std::nullopt;
  if (!version || version->tag != kInteger || version->value.size() != 1) return blank(message);
  blank(whole->rest);
  if (version->value[0] == 3) return blank_version_3(version->rest);
  const auto community = next_element(version->rest);
  if (!community || community->tag != kOctetString) return blank(version->rest);
  blank_pdu(community->rest);
  // Agents repeat it: snmpTrapCommunity of RFC 3584, texts of the group `system`.
  const Octets secret = community->value;
  if (secret.size() >= 3) {
    auto at = community->rest.begin();
    while ((at = std::search(at, community->rest.end(), secret.begin(), secret.end())) != community->rest.end()) {
      std::fill_n(at, secret.size(), kBlank);
      at += static_cast<std::ptrdiff_t>(secret.size());
    }
  }
  blank(secret);
}

void blank_dnp3(Octets frame) noexcept {
  constexpr std::size_t kHeader = 10, kBlock = 16, kSum = 2;
  constexpr std::uint8_t kFirst = 0x40, kAuthenticateFile = 29;
  if (frame.size() <= kHeader) return;
  std::vector<std::size_t> user;  // where each octet of user data stands
  for (std::size_t at = kHeader; at < frame.size(); at += kBlock + kSum) {
    const std::size_t block = std::min(kBlock + kSum, frame.size() - at);
    for (std::size_t i = 0; i + kSum < block; ++i) user.push_back(at + i);
  }
  const auto octet = [&](std::size_t i) { return frame[user[i]]; };
  std::size_t from = user.size();
  if (user.size() > 1 && (octet(0) & kFirst) == 0) {
    from = 1;
  } else if (user.size() > 3) {
    if (octet(2) == kAuthenticateFile) from = 3;
    for (std::size_t i = 3; i + 1 < user.size() && from != 3; ++i)
      if (octet(i) == 70 && (octet(i + 1) == 2 || octet(i + 1) == 5)) from = std::min(from, i + 2);
  }
  if (from >= user.size()) return;
  for (std::size_t i = from; i < user.size(); ++i) frame[user[i]] = kBlank;
  for (std::size_t at = kHeader; at < frame.size(); at += kBlock + kSum) {
    const std::size_t block = std::min(kBlock + kSum, frame.size() - at);
    if (block <= kSum) return;
    const std::uint16_t sum = dnp3::crc(frame.subspan(at, block - kSum));
    frame[at + block - 2] = static_cast<std::uint8_t>(sum);
    frame[at + block - 1] = static_cast<std::uint8_t>(sum >> 8);
  }
}

void blank_iec104(Octets apdu) noexcept {
  // start, length, control ×4 | type, qualifier, cause ×2, common address ×2 | address ×3, file ×2, section, length | …
  constexpr std::size_t kType = 6, kSegment = 19;
  if (apdu.size() > kSegment && (apdu[2] & 1) == 0 && apdu[kType] == 125) blank_from(apdu, kSegment);
}

void blank_modbus(Octets message, std::size_t function, Role speaker) noexcept {
  constexpr std::uint8_t kUmas = 90;
  if (message.size() < function + 3 || message[function] != kUmas) return;
  constexpr std::array<std::uint8_t, 14> kKept = {0x01, 0x02, 0x03, 0x04, 0x11, 0x12, 0x22,
                                                  0x23, 0x24, 0x25, 0x40, 0x41, 0x42, 0x50};
  const bool kept =
      speaker == Role::client && std::find(kKept.begin(), kKept.end(), message[function + 2]) != kKept.end();
  if (!kept) blank_from(message, function + 3);
}

void blank_dhcp(Octets message) noexcept {
  constexpr std::array<std::uint8_t, 4> kCookie = {0x63, 0x82, 0x53, 0x63};  // RFC 2131 §3
  constexpr std::size_t kOptions = 240;
  if (message.size() < kOptions || !std::equal(kCookie.begin(), kCookie.end(), message.begin() + kOptions - 4))
    return blank(message);
  std::size_t at = kOptions;
  while (at + 1 < message.size() && message[at] != 255) {
    if (message[at] == 0) {
      ++at;
      continue;
    }
    const std::uint8_t code = message[at], size = message[at + 1];
    if (code == 43 || code == 90 || code == 125) blank_at(message, at + 2, size);
    at += 2u + size;
  }
  for (++at; at < message.size(); ++at)
    if (message[at] != 0) message[at] = kBlank;
}

void blank_dhcpv6(Octets message) noexcept {
  if (message.size() < 4 || message[0] == 12 || message[0] == 13) return blank_from(message, 1);
  for (std::size_t at = 4; at + 4 <= message.size(); at += 4u + be16(message, at + 2))
    if (const std::uint16_t code = be16(message, at); code == 11 || code == 17)
      blank_at(message, at + 4, be16(message, at + 2));
}

void blank_ntp(Octets message) noexcept {
  constexpr std::size_t kTime = 48;
  blank_from(message, !message.empty() && (message[0] & 7) >= 6 ? 8 : kTime);
}

void blank_rip(Octets message) noexcept {
  for (std::size_t at = 4; at + 4 <= message.size(); at += 20)
    if (message[at] == 0xFF && message[at + 1] == 0xFF) blank_at(message, at + 4, 16);
}

void blank_hsrp(Octets message) noexcept {
  if (!message.empty() && message[0] == 0) return blank_at(message, 8, 8);
  for (std::size_t at = 0; at + 2 <= message.size(); at += 2u + message[at + 1])
    if (message[at] >= 3) blank_at(message, at + 2, message[at + 1]);
}

std::size_t blank_icmp(Octets message) noexcept {
  if (message.size() < 8) return kNoChecksum;
  switch (message[0]) {
    case 3:
    case 4:
    case 5:
    case 11:
    case 12:  // RFC 792: the header of the packet at fault and 8 octets
      blank_from(message, message.size() > 8 ? 8 + (message[8] & 15u) * 4 + 8 : 8);
      break;
    case 9:
    case 10:
    case 13:
    case 14:
    case 17:
    case 18:
      break;
    default:
      blank_from(message, 8);
  }
  return 2;
}

std::size_t blank_icmpv6(Octets message) noexcept {
  if (message.size() < 8) return kNoChecksum;
  const std::uint8_t type = message[0];
  if (type >= 1 && type <= 4)
    blank_from(message, 8 + 40 + 8);  // RFC 4443
  else if ((type < 130 || type > 137) && type != 143)
    blank_from(message, 8);
  return 2;
}

std::size_t blank_ospf(Octets message) noexcept {
  constexpr std::uint16_t kSimplePassword = 1;
  if (message.size() >= 24 && message[0] == 2 && be16(message, 14) == kSimplePassword) blank_at(message, 16, 8);
  return kNoChecksum;
}

std::size_t blank_vrrp(Octets message) noexcept {
  if (message.size() < 8 || message[0] >> 4 != 2) return kNoChecksum;
  blank_from(message, 8 + message[3] * std::size_t{4});
  return 6;
}

}  // namespace kakoi::evidence
