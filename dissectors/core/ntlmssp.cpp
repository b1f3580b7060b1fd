#include "dissectors/core/ntlmssp.h"

#include <algorithm>
#include <charconv>

#include "dissectors/core/text.h"
#include "dissectors/core/utf16.h"

namespace kakoi::ntlm {

namespace {

// MS-NLMP §2.2.2.5
constexpr std::uint32_t kUnicode = 0x0000'0001, kVersion = 0x0200'0000;
// §2.2.2.1
enum Pair : std::uint16_t { end = 0, nb_computer, nb_domain, dns_computer, dns_domain };

using Text = text::Utf8<256>;

struct Field {
  std::size_t length = 0, offset = 0;
  Bytes of(Bytes message) const noexcept {
    return offset <= message.size() && length <= message.size() - offset ? message.subspan(offset, length) : Bytes{};
  }
};
Field read_field(ByteReader& r) noexcept {
  Field f;
  f.length = r.le16();
  r.skip(2);
  f.offset = r.le32();
  return f;
}

void state(Trait trait, std::string_view text, std::string_view method, std::uint8_t confidence, const Emit& emit) {
  text = text::trim(text);
  if (!text.empty()) emit(Identity{trait, text, method, confidence, {}});
}

// In OEM code pages every letter of a computer's name is ASCII.
void state_text(Trait trait, Bytes raw, bool unicode, std::string_view method, std::uint8_t confidence,
                const Emit& emit) {
  if (!unicode) return state(trait, as_text(raw), method, confidence, emit);
  state(trait, Text(raw).view(), method, confidence, emit);
}

// §2.2.2.10. Samba sends 6.1 with build 0, which is no Windows.
void state_version(ByteReader r, std::string_view method, const Emit& emit) {
  const unsigned major = r.u8(), minor = r.u8(), build = r.le16();
  r.skip(3);
  if (r.u8() != 15 || !r.ok() || build == 0 || major < 5 || major > 10) return;
  std::array<char, 40> buffer;
  emit(Identity{Trait::os, windows_version(major, minor, build, buffer), method, 75, {}});
}

void on_negotiate(Bytes message, const Emit& emit) {
  ByteReader r(message);
  r.skip(12);
  const std::uint32_t flags = r.le32();
  r.skip(8 + 8);  // domain, workstation
  if (r.ok() && (flags & kVersion) != 0) state_version(r, "ntlm negotiate", emit);
}

void on_challenge(Bytes message, const Emit& emit) {
  constexpr std::string_view kMethod = "ntlm challenge";
  ByteReader r(message);
  r.skip(12);
  read_field(r);  // target name: the domain, or the computer where it has none
  const std::uint32_t flags = r.le32();
  r.skip(8 + 8);  // challenge, reserved
  const Bytes pairs = read_field(r).of(message);
  if (!r.ok()) return;
  if ((flags & kVersion) != 0) state_version(r, kMethod, emit);
  Bytes netbios_name, netbios_domain, dns_name, dns_domain;
  for (ByteReader p(pairs); p.remaining() >= 4;) {
    const std::uint16_t id = p.le16();
    const Bytes value = p.take(p.le16());
    if (!p.ok() || id == Pair::end) break;
    if (id == Pair::nb_computer) netbios_name = value;
    if (id == Pair::nb_domain) netbios_domain = value;
    if (id == Pair::dns_computer) dns_name = value;
    if (id == Pair::dns_domain) dns_domain = value;
  }
  const auto same = [](Bytes a, Bytes b) { return std::ranges::equal(a, b); };
  state_text(Trait::name, netbios_name, true, kMethod, 80, emit);
  // A machine in no domain gives its own name for one.
  if (!same(dns_domain, dns_name) && !same(dns_domain, netbios_name))
    state_text(Trait::domain, dns_domain, true, kMethod, 75, emit);
  if (!same(dns_name, netbios_name)) state_text(Trait::name, dns_name, true, kMethod, 75, emit);
  if (!same(netbios_domain, netbios_name)) state_text(Trait::domain, netbios_domain, true, kMethod, 80, emit);
}

LogOn on_authenticate(Bytes message, const Emit& emit) {
  constexpr std::string_view kMethod = "ntlm authenticate";
  ByteReader r(message);
  r.skip(12);
  const Field lm = read_field(r), nt = read_field(r), domain = read_field(r), user = read_field(r),
              workstation = read_field(r);
  if (!r.ok()) return LogOn::unknown;
  // Windows 95 sends neither session key nor flags: the payload begins where they would be.
  std::size_t payload = message.size();
  for (const Field& f : {lm, nt, domain, user, workstation})
    if (f.length != 0) payload = std::min(payload, f.offset);
  bool unicode = true;
  if (payload >= 64) {
    r.skip(8);
    unicode = (r.le32() & kUnicode) != 0;
  }
  state_text(Trait::name, workstation.of(message), unicode, kMethod, 70, emit);
  if (user.length == 0) return nt.length == 0 ? LogOn::anonymous : LogOn::unknown;
  state_text(Trait::account, user.of(message), unicode, kMethod, 80, emit);
  // §2.2.2.6, §2.2.2.8: 24 octets; of version 2 16 and what the client adds.
  constexpr std::size_t kFirstVersion = 24;
  if (nt.length > kFirstVersion) return LogOn::ntlm_v2;
  if (nt.length == kFirstVersion) return LogOn::ntlm_v1;
  return nt.length == 0 && lm.length == kFirstVersion ? LogOn::lm : LogOn::unknown;
}

}  // namespace

std::string_view log_on_name(std::uint32_t log_on) noexcept {
  constexpr std::string_view kNames[] = {"log-in", "log-in without account", "log-in by LM", "log-in by NTLMv1",
                                         "log-in by NTLMv2"};
  return log_on < std::size(kNames) ? kNames[log_on] : std::string_view();
}

std::string_view windows_version(unsigned major, unsigned minor, unsigned build, std::span<char> out) noexcept {
  std::size_t size = 0;
  const auto text = [&](std::string_view s) { size += s.copy(out.data() + size, out.size() - size); };
  const auto number = [&](unsigned n) {
    const auto [at, error] = std::to_chars(out.data() + size, out.data() + out.size(), n);
    if (error == std::errc()) size = static_cast<std::size_t>(at - out.data());
  };
  text("Windows NT ");
  number(major);
  text(".");
  number(minor);
  if (build != 0) {
    text(" build ");
    number(build);
  }
  return {out.data(), size};
}

Seen observe(Bytes token, const Emit& emit) {
  constexpr std::string_view kSignature("NTLMSSP\0", 8);
  const std::size_t at = as_text(token).find(kSignature);
  if (at == std::string_view::npos) return {};
  const Bytes message = token.subspan(at);
  ByteReader r(message);
  r.skip(8);
  switch (r.le32()) {
    case 1:
      on_negotiate(message, emit);
      return {Message::negotiate, LogOn::unknown};
    case 2:
      on_challenge(message, emit);
      return {Message::challenge, LogOn::unknown};
    case 3:
      return {Message::authenticate, on_authenticate(message, emit)};
    default:
      return {};
  }
}

}  // namespace kakoi::ntlm
