#include "sensor/evidence/secrets_in_office.h"

#include <algorithm>
#include <array>

#include "dissectors/core/text.h"
#include "dissectors/dcerpc/pdu.h"
#include "dissectors/dcerpc/string_bindings.h"

namespace kakoi::evidence {
namespace {

// A server's answer to FSCTL_QUERY_NETWORK_INTERFACE_INFO (MS-SMB2 §2.2.32.5), whole and alone: of each network card the
// address is kept, for findings speak of it. False, and nothing done, for any other message.
bool blank_but_network_cards(Octets payload) noexcept {
  constexpr std::size_t kEnvelope = 4, kBody = kEnvelope + 64, kFixed = 48, kEntry = 152, kAddress = 24 + 28;
  constexpr std::uint32_t kIoctl = 11, kResponse = 1, kQueryNetworkInterfaceInfo = 0x0014'01FC;
  ByteReader r(payload);
  r.skip(kEnvelope + 8);
  const std::uint32_t status = r.le32(), command = r.le16();
  r.skip(2);
  const std::uint32_t flags = r.le32(), next_message = r.le32();
  r.skip(kBody + 4 - r.offset());
  const std::uint32_t function = r.le32();
  r.skip(16 + 8);
  const std::size_t begin = kEnvelope + std::size_t{r.le32()}, size = r.le32();
  if (!r.ok() || status != 0 || command != kIoctl || (flags & kResponse) == 0 || next_message != 0 ||
      function != kQueryNetworkInterfaceInfo || begin < kBody + kFixed || begin > payload.size() ||
      size > payload.size() - begin)
    return false;
  blank_at(payload, kBody + kFixed, begin - kBody - kFixed);
  std::size_t at = begin;
  for (const std::size_t end = begin + size; end - at >= kEntry;) {
    const std::size_t step = ByteReader(payload.subspan(at)).le32();
    if (step != 0 && (step < kEntry || step > end - at)) break;
    blank_at(payload, at + kAddress, (step == 0 ? kEntry : step) - kAddress);
    at += step == 0 ? kEntry : step;
    if (step == 0) break;
  }
  blank_from(payload, at);
  return true;
}

// Negotiations and lists of network cards are kept, of everything else the header (MS-CIFS §2.2.3.1, MS-SMB2 §2.2.1) and
// NetBIOS' names.
void blank_smb(Octets payload, Role) noexcept {
  constexpr std::size_t kEnvelope = 4, kHeader1 = 32, kHeader2 = 64;
  if (payload.size() < kEnvelope + 16) return blank_from(payload, kEnvelope);
  if (payload[0] == 0x81) return;  // RFC 1002 §4.3.2
  const std::uint32_t magic = ByteReader(payload.subspan(kEnvelope)).be32();
  if (payload[0] != 0) return blank(payload);
  if (magic == 0xFF53'4D42) {
    if (payload[kEnvelope + 4] != 0x72) blank_from(payload, kEnvelope + kHeader1);
  } else if (magic == 0xFE53'4D42) {
    if ((payload[kEnvelope + 12] | payload[kEnvelope + 13]) != 0 && !blank_but_network_cards(payload))
      blank_from(payload, kEnvelope + kHeader2);
  } else {
    blank_from(payload, kEnvelope);
  }
}

// X.224 connection request and confirm alone.
void blank_rdp(Octets payload, Role) noexcept {
  const bool connects = payload.size() > 5 && payload[0] == 3 && (payload[5] == 0xE0 || payload[5] == 0xD0);
  if (!connects) blank(payload);
}

void blank_rfb(Octets payload, Role) noexcept { blank_from(payload, as_text(payload).starts_with("RFB ") ? 12 : 0); }

// Encrypted parts of tickets are what passwords are guessed from: the head with the message type is left.
void blank_kerberos(Octets payload, Role) noexcept { blank_from(payload, !payload.empty() && payload[0] == 0 ? 8 : 4); }

void blank_ldap(Octets payload, Role) noexcept { blank_from(payload, 14); }

// What is called is left, and how a session is protected; of arguments those that go before any text, of results the
// status and the addresses of the server. Tokens and everything else is overwritten.
void blank_dcerpc(const dcerpc::Pdu& pdu, Octets whole) noexcept {
  using dcerpc::kHeader;
  constexpr std::size_t kCall = 8, kObject = 16, kOrpcThis = 32, kHandles = 12, kOrpcThat = 8, kStatus = 4;
  const std::size_t end = kHeader + dcerpc::body_of(pdu, whole).size();
  if (pdu.authentication != 0 && whole.size() == pdu.length)
    blank_from(whole, pdu.length - pdu.authentication);
  else
    blank_from(whole, end);
  const Octets body = whole.subspan(0, std::min(end, whole.size()));
  switch (pdu.type) {
    case dcerpc::Type::bind:
    case dcerpc::Type::bind_ack:
    case dcerpc::Type::bind_nak:
    case dcerpc::Type::alter:
    case dcerpc::Type::alter_ack:
    case dcerpc::Type::fault:
      return;
    case dcerpc::Type::request:
      return blank_from(
          body, kHeader + kCall + ((pdu.flags & dcerpc::Flag::object) != 0 ? kObject : 0) + kOrpcThis + kHandles);
    case dcerpc::Type::response: {
      const std::size_t from = kHeader + kCall + kOrpcThat, to = body.size() - std::min(body.size(), kStatus);
      if (from >= to) return;
      const Bytes kept = dcerpc::find_string_bindings(Bytes(body).subspan(kHeader + kCall));
      if (kept.empty()) return blank_at(body, from, to - from);
      const auto begin = static_cast<std::size_t>(kept.data() - body.data());
      if (begin > from) blank_at(body, from, begin - from);
      if (begin + kept.size() < to) blank_at(body, begin + kept.size(), to - begin - kept.size());
      return;
    }
    default:
      return blank_from(body, kHeader);
  }
}

void blank_dcerpc(Octets payload, Role) noexcept {
  while (!payload.empty()) {
    const auto pdu = dcerpc::read_header(payload);
    if (!pdu) return blank(payload);
    const Octets whole = payload.subspan(0, std::min(pdu->length, payload.size()));
    blank_dcerpc(*pdu, whole);
    payload = payload.subspan(whole.size());
  }
}

void blank_mqtt(Octets payload, Role speaker) noexcept {
  constexpr std::uint8_t kConnack = 0x20;
  const bool answer = speaker == Role::server && payload.size() >= 4 && payload[0] == kConnack;
  blank_from(payload, answer ? 4 : 2);
}

// Greetings, requests and answers are left. Of a log-in, its user (RFC 1929 §2).
void blank_socks(Octets payload, Role speaker) noexcept {
  if (payload.size() < 3) return;  // a choice, or a status
  const auto at = [&](std::size_t i) { return i < payload.size() ? payload[i] : std::uint8_t{0}; };
  const std::size_t address = at(3) == 3 ? 1u + at(4) : at(3) == 4 ? 16u : 4u;
  if (at(0) == 5 && at(2) == 0 && payload.size() == 4 + address + 2) return;
  if (speaker == Role::server) return blank_from(payload, at(0) == 0 && payload.size() == 8 ? 8 : 0);
  blank_from(payload, at(0) == 4 ? 8 : at(0) == 5 || at(0) == 1 ? 2u + at(1) : 0);
}

void blank_redis(Octets payload, Role speaker) noexcept {
  const std::string_view text = as_text(payload);
  const bool plain = speaker == Role::server && (text.starts_with("+OK\r\n") || text.starts_with("-NOAUTH "));
  blank_from(payload, plain ? text.find('\n') + 1 : 0);
}

void blank_tftp(Octets payload, Role) noexcept {
  const bool request = payload.size() > 4 && payload[0] == 0 && (payload[1] == 1 || payload[1] == 2);
  if (!request) blank_from(payload, 4);
}

void blank_syslog(Octets payload, Role) noexcept {
  const std::size_t end = as_text(payload.first(std::min<std::size_t>(payload.size(), 6))).find('>');
  blank_from(payload, end == std::string_view::npos ? 0 : end + 1);
}

void blank_nbdgm(Octets payload, Role) noexcept {
  constexpr std::size_t kNames = 14 + 34 + 34;
  if (as_text(payload).find("\\MAILSLOT\\BROWSE") == std::string_view::npos) blank_from(payload, kNames);
}

// `keep` tells how much of a line stays; line ends do.
template <typename Keep>
void blank_lines(Octets payload, Keep keep) noexcept {
  while (!payload.empty()) {
    const std::string_view text = as_text(payload);
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::size_t size = end > 0 && text[end - 1] == '\r' ? end - 1 : end;
    blank_from(payload.first(size), keep(text.substr(0, size)));
    payload = payload.subspan(std::min(end + 1, payload.size()));
  }
}

template <std::size_t N>
bool begins(std::string_view line, const std::array<std::string_view, N>& words) noexcept {
  return std::any_of(words.begin(), words.end(), [&](std::string_view w) { return text::starts_with(line, w); });
}

void blank_smtp(Octets payload, Role speaker) noexcept {
  blank_lines(payload, [&](std::string_view line) -> std::size_t {
    if (speaker == Role::server) {
      const bool reply = line.size() >= 4 && text::is_digit(line[0]) && text::is_digit(line[1]) &&
                         text::is_digit(line[2]) && (line[3] == ' ' || line[3] == '-');
      return reply && !line.starts_with("334") ? line.size() : 0;
    }
    constexpr std::array<std::string_view, 5> kKept = {"ehlo ", "helo ", "starttls", "quit", "rset"};
    if (begins(line, kKept)) return line.size();
    return text::starts_with(line, "auth ") ? 5 : 0;
  });
}

void blank_pop3(Octets payload, Role speaker) noexcept {
  blank_lines(payload, [&](std::string_view line) -> std::size_t {
    if (speaker == Role::server) return line.starts_with("+OK") || line.starts_with("-ERR") ? line.size() : 0;
    constexpr std::array<std::string_view, 6> kKept = {"user ", "stls", "capa", "quit", "stat", "noop"};
    if (begins(line, kKept)) return line.size();
    return text::starts_with(line, "pass ") ? 5 : 0;
  });
}

void blank_imap(Octets payload, Role speaker) noexcept {
  blank_lines(payload, [&](std::string_view line) -> std::size_t {
    const std::size_t tag = std::min(line.find(' '), line.size());
    const std::string_view rest = line.substr(std::min(tag + 1, line.size()));
    if (tag > 16) return 0;
    if (speaker == Role::server) {
      constexpr std::array<std::string_view, 4> kKept = {"ok ", "no ", "bad ", "capability "};
      return begins(rest, kKept) ? line.size() : 0;
    }
    constexpr std::array<std::string_view, 3> kKept = {"capability", "starttls", "logout"};
    if (begins(rest, kKept)) return line.size();
    return text::starts_with(rest, "login ") ? tag + 1 + 6 : 0;
  });
}

struct Known {
  std::string_view protocol;
  void (*blank)(Octets, Role) noexcept;
};
constexpr std::array<Known, 16> kKnown = {{{"smb", blank_smb},
                                           {"socks", blank_socks},
                                           {"rdp", blank_rdp},
                                           {"rfb", blank_rfb},
                                           {"kerberos", blank_kerberos},
                                           {"ldap", blank_ldap},
                                           {"dcerpc", blank_dcerpc},
                                           {"opc_classic", blank_dcerpc},
                                           {"mqtt", blank_mqtt},
                                           {"redis", blank_redis},
                                           {"tftp", blank_tftp},
                                           {"tftp_data", blank_tftp},
                                           {"syslog", blank_syslog},
                                           {"smtp", blank_smtp},
                                           {"pop3", blank_pop3},
                                           {"imap", blank_imap}}};

}  // namespace

bool blank_office(std::string_view protocol, Octets payload, Role speaker) noexcept {
  if (protocol == "nbdgm") return blank_nbdgm(payload, speaker), true;
  if (protocol == "ssdp" || protocol == "wsd" || protocol == "mssql_browser")
    return true;  // announcements to everybody
  for (const Known& known : kKnown)
    if (known.protocol == protocol) return known.blank(payload, speaker), true;
  return false;
}

}  // namespace kakoi::evidence
