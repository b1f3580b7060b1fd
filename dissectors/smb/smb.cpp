// SMB 1 (MS-CIFS, MS-SMB), 2 and 3 (MS-SMB2) over NetBIOS sessions (RFC 1002 §4.3) and straight over TCP.
// Not here: shares, files, pipes; behind the log-in, all but the list of the server's network cards.
//
//   00 | length ×3 | FF "SMB" command status ×4 flags …      SMB 1, 32 octets of header
//   00 | length ×3 | FE "SMB" 40 00 …                        SMB 2 and 3, 64 octets of header
//   81 | 00 | length ×2 | called name | calling name         NetBIOS session request
#include "dissectors/smb/smb.h"

#include <algorithm>
#include <array>

#include "dissectors/core/digest.h"
#include "dissectors/core/text.h"
#include "dissectors/core/utf16.h"
#include "dissectors/smb/log_on.h"

namespace kakoi::smb {

namespace {

constexpr std::uint16_t kPorts[] = {445, 139};
constexpr std::size_t kMaxPdu = 16 << 10;  // bytes; longer messages (files, Kerberos tickets) arrive cut
constexpr unsigned kEnoughMessages = 64;   // that are neither negotiation nor log-in
constexpr unsigned kAfterLogIn = 16;       // of them, behind it: clients ask for the network cards at once
constexpr std::uint32_t kSmb1 = 0xFF53'4D42, kSmb2 = 0xFE53'4D42, kEncrypted = 0xFD53'4D42, kCompressed = 0xFC53'4D42;
constexpr std::size_t kEnvelope = 4;

// RFC 1002 §4.3.1; straight over TCP the length has 24 bits (MS-SMB2 §2.1).
enum Packet : std::uint8_t {
  message = 0x00,
  request = 0x81,
  positive = 0x82,
  negative = 0x83,
  retarget = 0x84,
  keep_alive = 0x85
};

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(1);
  const std::uint8_t type = bytes[0];
  if (type != Packet::message && (type < Packet::request || type > Packet::keep_alive)) return Frame::foreign();
  if (bytes.size() < kEnvelope) return Frame::more(kEnvelope);
  ByteReader r(bytes);
  r.skip(1);
  const std::size_t length = r.be24();
  switch (type) {
    case Packet::request:  // two names of at least 34 octets
      if (length < 68 || length > 1024) return Frame::foreign();
      break;
    case Packet::positive:
    case Packet::keep_alive:
      return length == 0 ? Frame::whole(kEnvelope) : Frame::foreign();
    case Packet::negative:
      return length == 1 ? Frame::whole(kEnvelope + 1) : Frame::foreign();
    case Packet::retarget:
      return length == 6 ? Frame::whole(kEnvelope + 6) : Frame::foreign();
    default: {
      if (length < 32) return Frame::foreign();
      if (bytes.size() < 2 * kEnvelope) return Frame::more(2 * kEnvelope);
      const std::uint32_t magic = r.be32();
      if (magic != kSmb1 && magic != kSmb2 && magic != kEncrypted && magic != kCompressed) return Frame::foreign();
    }
  }
  return Frame::whole(kEnvelope + length);
}

// The short packets of NetBIOS prove nothing.
bool probe(Bytes bytes, Role speaker) {
  const Frame f = frame(bytes, speaker);
  if (f.kind != Frame::Kind::whole) return false;
  if (bytes[0] == Packet::message) return true;
  return bytes[0] == Packet::request && bytes.size() > 5 && bytes[4] == 0x20 && bytes[5] >= 'A' && bytes[5] <= 'P';
}

Protocol::Speaker speaker(Bytes pdu) {
  if (pdu.size() >= 1 && pdu[0] == Packet::request) return {Role::client, true};
  if (pdu.size() < kEnvelope + 32) return {Role::client, false};
  ByteReader r(pdu.subspan(kEnvelope));
  const std::uint32_t magic = r.be32();
  if (magic == kSmb1) return {(pdu[kEnvelope + 9] & 0x80) != 0 ? Role::server : Role::client, true};
  if (magic == kSmb2) return {(pdu[kEnvelope + 16] & 1) != 0 ? Role::server : Role::client, true};
  return {Role::client, false};
}

// First-level encoding (RFC 1001 §14.1): 32 letters for 15 characters and a suffix.
void state_netbios_name(ByteReader& r, Subject subject, std::uint8_t confidence, const Emit& emit) {
  const std::size_t size = r.u8();
  const Bytes letters = r.take(size);
  while (const std::uint8_t scope = r.u8()) r.skip(scope);
  if (!r.ok() || size != 32) return;
  std::array<char, 16> name;
  for (std::size_t i = 0; i < 16; ++i)
    name[i] = static_cast<char>(((letters[2 * i] - 'A') & 15) << 4 | ((letters[2 * i + 1] - 'A') & 15));
  const std::string_view text = text::trim(std::string_view(name.data(), 15));
  if (text.empty() || text[0] == '*' || !text::is_printable(text[0])) return;
  emit(Identity{Trait::name, text, "netbios session", confidence, subject});
}

class Smb final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    ByteReader r(pdu.bytes);
    const std::uint8_t type = r.u8();
    r.skip(3);
    if (type == Packet::request) {
      state_netbios_name(r, {Who::listener, {}}, 45, emit);  // what the client takes it to be called
      state_netbios_name(r, {}, 75, emit);
      return Interest::more;
    }
    if (type != Packet::message) return Interest::more;
    const Bytes message = pdu.bytes.subspan(std::min(kEnvelope, pdu.bytes.size()));
    switch (r.be32()) {
      case kSmb1:
        return pdu.complete() ? on_smb1(message, emit) : enough();
      case kSmb2:
        return on_smb2(message, emit);
      case kEncrypted:
        emit(Operation{.cls = OperationClass::session, .function_code = Code::session_encrypted});
        return Interest::done;
      default:
        return enough();
    }
  }

  void on_gap(Role) override { log_on_.forget(); }

 private:
  Interest enough() noexcept { return ++others_ > kEnoughMessages ? Interest::done : Interest::more; }

  // ---- SMB 2 and 3 (MS-SMB2 §2.2.1.2): status ×4 at 8, command ×2 at 12, flags ×4 at 16.
  Interest on_smb2(Bytes message, const Emit& emit) {
    ByteReader r(message);
    r.skip(8);
    const std::uint32_t status = r.le32();
    const std::uint16_t command = r.le16();
    r.skip(2);
    const bool response = (r.le32() & 1) != 0;
    if (!r.ok() || message.size() < 64) return Interest::more;
    const Bytes body = message.subspan(64);
    if (command == 0 && response) {
      if (status == 0) on_negotiated(message, body, emit);
      return Interest::more;
    }
    if (command == 0) return Interest::more;
    constexpr std::uint16_t kSessionSetup = 1, kIoctl = 11;
    if (command == kIoctl && response && status == 0 && on_ioctl(message, body, emit)) return Interest::done;
    if (command != kSessionSetup) return enough();
    // §2.2.5, §2.2.6: structure size, flags; offsets count from the header.
    ByteReader b(body);
    b.skip(2);
    const std::uint16_t flags = b.le16();
    if (!response) b.skip(8);
    const std::size_t offset = b.le16(), length = b.le16();
    if (b.ok()) log_on_.on_token(blob(message, offset, length), emit);
    if (!response) return Interest::more;
    constexpr std::uint16_t kGuest = 1;
    if (log_on_.answer(status, (flags & kGuest) != 0 && status == 0, emit)) others_ = kEnoughMessages - kAfterLogIn;
    return Interest::more;
  }

  // §2.2.32: size, reserved, function ×4, file ×16, input offset and length ×4, output offset and length ×4 …
  // A client of version 3 asks for the server's network cards to use several at once (§3.2.4.20.10). True: they were told.
  static bool on_ioctl(Bytes message, Bytes body, const Emit& emit) {
    ByteReader r(body);
    r.skip(4);
    constexpr std::uint32_t kQueryNetworkInterfaceInfo = 0x0014'01FC;
    if (r.le32() != kQueryNetworkInterfaceInfo) return false;
    r.skip(16 + 8);
    const std::size_t offset = r.le32(), length = r.le32();
    if (!r.ok()) return false;
    // §2.2.32.5: next ×4, index ×4, capability ×4, reserved ×4, speed ×8, socket address ×128; 152 octets in all
    Bytes list = blob(message, offset, length);
    constexpr unsigned kMostCards = 64;
    for (unsigned card = 0; card < kMostCards; ++card) {
      ByteReader entry(list);
      const std::size_t next = entry.le32();
      entry.skip(4 + 4 + 4 + 8);
      state_socket(entry, emit);
      if (next == 0 || next >= list.size()) break;
      list = list.subspan(next);
    }
    return true;
  }

  // §2.2.32.5.1: family ×2, port ×2, then IPv4 ×4, or flow ×4 and IPv6 ×16
  static void state_socket(ByteReader& r, const Emit& emit) {
    constexpr std::uint16_t kIpv4 = 2, kIpv6 = 0x17;
    const std::uint16_t family = r.le16();
    r.skip(2);
    if (family == kIpv6) r.skip(4);
    const Bytes octets = r.take(family == kIpv6 ? 16 : 4);
    if (!r.ok() || (family != kIpv4 && family != kIpv6)) return;
    const Address address = family == kIpv6 ? Address::ipv6(octets) : Address::ipv4(octets);
    if (!address.may_be_of_host()) return;
    emit(Identity{Trait::own_address, to_string(address), "smb network interfaces", 80, {}});
  }

  static Bytes blob(Bytes message, std::size_t offset, std::size_t length) noexcept {
    if (offset > message.size()) return {};
    return message.subspan(offset, std::min(length, message.size() - offset));
  }

  // §2.2.4: size, security mode, dialect, contexts, GUID ×16, capabilities ×4, sizes ×12, times ×16, token
  void on_negotiated(Bytes message, Bytes body, const Emit& emit) {
    ByteReader r(body);
    r.skip(2);
    const std::uint16_t mode = r.le16(), dialect = r.le16();
    r.skip(2);
    const Bytes guid = r.take(16);
    r.skip(4 + 12 + 16);
    const std::size_t offset = r.le16(), length = r.le16();
    if (!r.ok()) return;
    constexpr std::uint16_t kAnyOf2 = 0x02FF;  // the real choice follows
    if (!code_name(dialect).empty())
      emit(Operation{.cls = OperationClass::session, .function_code = dialect, .outcome = Outcome::accepted});
    if (dialect != kAnyOf2 && (mode & 2) == 0)
      emit(Operation{.cls = OperationClass::session, .function_code = Code::signing_not_required});
    if (std::ranges::any_of(guid, [](std::uint8_t b) { return b != 0; })) {
      std::array<std::uint8_t, 16> octets;
      std::ranges::copy(guid, octets.begin());
      emit(Identity{Trait::fingerprint, HexText<16>(octets).view(), "smb server guid", 60, {}});
    }
    ntlm::observe(blob(message, offset, length), emit);
  }

  // ---- SMB 1 (MS-CIFS §2.2.3.1): command, status ×4, flags, flags2 ×2 … then words and bytes.
  struct Parts {
    std::uint8_t command = 0;
    std::uint32_t status = 0;
    bool response = false, unicode = false;
    Bytes words, bytes;
    std::size_t bytes_at = 0;  // from the header: texts of UTF-16 are aligned to it
  };

  Interest on_smb1(Bytes message, const Emit& emit) {
    ByteReader r(message);
    r.skip(4);
    Parts p;
    p.command = r.u8();
    p.status = r.le32();
    p.response = (r.u8() & 0x80) != 0;
    p.unicode = (r.le16() & 0x8000) != 0;
    r.skip(20);
    p.words = r.take(std::size_t{r.u8()} * 2);
    const std::size_t count = r.le16();
    if (!r.ok()) return Interest::more;
    p.bytes_at = r.offset();
    p.bytes = r.take(std::min(count, r.remaining()));
    constexpr std::uint8_t kNegotiate = 0x72, kSessionSetup = 0x73;
    if (p.command == kNegotiate) {
      if (p.response) on_negotiated1(p, emit);
      return Interest::more;
    }
    if (p.command != kSessionSetup) return enough();
    if (!p.response) {
      on_setup_request(p, emit);
      return Interest::more;
    }
    return on_setup_response(p, emit) ? Interest::done : Interest::more;
  }

  // §2.2.4.52.2: dialect ×2, security mode, … capabilities ×4 at 19, challenge length at 33
  void on_negotiated1(const Parts& p, const Emit& emit) {
    ByteReader r(p.words);
    const std::uint16_t dialect = r.le16();
    constexpr std::uint16_t kNone = 0xFFFF;
    if (!r.ok() || dialect == kNone || p.status != 0) return;
    emit(Operation{.cls = OperationClass::session, .function_code = Code::smb1, .outcome = Outcome::accepted});
    const std::uint8_t mode = r.u8();
    constexpr std::uint8_t kEncryptPasswords = 2, kSigningRequired = 8;
    constexpr std::size_t kNtLm = 34;  // octets of words of "NT LM 0.12"
    if (!r.ok() || p.words.size() != kNtLm) return;
    clear_passwords_ = (mode & kEncryptPasswords) == 0;
    if ((mode & kSigningRequired) == 0)
      emit(Operation{.cls = OperationClass::session, .function_code = Code::signing_not_required});
    r.skip(16);
    constexpr std::uint32_t kExtendedSecurity = 0x8000'0000;
    if ((r.le32() & kExtendedSecurity) != 0) {
      ntlm::observe(p.bytes.subspan(std::min<std::size_t>(16, p.bytes.size())), emit);
      return;
    }
    r.skip(10);
    const std::size_t challenge = r.u8();
    if (!r.ok() || challenge > p.bytes.size()) return;
    // Not aligned here (§2.2.4.52.2); the server's name is Windows' addition.
    Texts texts{p.bytes.subspan(challenge), p.unicode, 0};
    state(Trait::domain, texts.next(), "smb1 negotiate", 75, emit);
    state(Trait::name, texts.next(), "smb1 negotiate", 75, emit);
  }

  // Texts that end with a NUL each.
  struct Texts {
    Bytes bytes;
    bool unicode;
    std::size_t at;  // from the header, for alignment
    text::Utf8<256> held{};
    std::string_view next() noexcept {
      if (!unicode) {
        const std::string_view all = as_text(bytes);
        const std::size_t end = std::min(all.find('\0'), all.size());
        bytes = bytes.subspan(std::min(end + 1, bytes.size()));
        return all.substr(0, end);
      }
      if (at % 2 != 0) skip(1);
      std::size_t end = 0;
      while (end + 1 < bytes.size() && (bytes[end] | bytes[end + 1]) != 0) end += 2;
      held.assign(bytes.first(end));
      skip(end + 2);
      return held.view();
    }
    void skip(std::size_t n) noexcept {
      n = std::min(n, bytes.size());
      bytes = bytes.subspan(n);
      at += n;
    }
  };

  static void state(Trait trait, std::string_view text, std::string_view method, std::uint8_t confidence,
                    const Emit& emit) {
    text = text::trim(text);
    if (!text.empty()) emit(Identity{trait, text, method, confidence, {}});
  }

  // §2.2.4.53.1 (13 words: passwords in bytes), MS-SMB §2.2.4.6.1 (12 words: a token)
  void on_setup_request(const Parts& p, const Emit& emit) {
    ByteReader r(p.words);
    r.skip(14);
    if (p.words.size() == 24) {
      const std::size_t size = std::min<std::size_t>(r.le16(), p.bytes.size());
      log_on_.on_token(p.bytes.first(size), emit);
      Texts texts{p.bytes.subspan(size), p.unicode, p.bytes_at + size};
      return state_system(texts, emit);
    }
    if (p.words.size() != 26) return;
    const std::size_t lm = r.le16(), nt = r.le16();
    if (lm + nt > p.bytes.size()) return;
    Texts texts{p.bytes.subspan(lm + nt), p.unicode, p.bytes_at + lm + nt};
    const std::string_view account = text::trim(texts.next());
    constexpr std::size_t kFirstVersion = 24;
    if (account.empty() && nt == 0) {
      log_on_.ask(Code::anonymous, emit);
    } else if (clear_passwords_ && nt == 0 && lm != 0 && lm != kFirstVersion) {
      std::string_view secret = as_text(p.bytes.first(lm));
      emit(Credential{"smb", account, secret.substr(0, secret.find('\0')), CredentialOutcome::attempted});
      log_on_.ask(Code::clear_text, emit);
    } else {
      log_on_.ask(nt > kFirstVersion                                   ? Code::ntlm_v2
                  : nt == kFirstVersion                                ? Code::ntlm_v1
                  : nt == 0 && lm == kFirstVersion && !account.empty() ? Code::lm
                                                                       : Code::unknown,
                  emit);
    }
    if (!account.empty()) emit(Identity{Trait::account, account, "smb1 session setup", 80, {}});
    texts.next();  // the domain of the account, not of the machine
    state_system(texts, emit);
  }

  void state_system(Texts& texts, const Emit& emit) const {
    state(Trait::os, texts.next(), "smb1 native os", 75, emit);
    state(Trait::software, texts.next(), "smb1 native lan manager", 70, emit);
  }

  // §2.2.4.53.2: AndX ×4, action ×2 (bit 0: guest), with four words the token's length
  bool on_setup_response(const Parts& p, const Emit& emit) {
    ByteReader r(p.words);
    r.skip(4);
    const bool guest = (r.le16() & 1) != 0;
    if (!r.ok()) return log_on_.answer(p.status, false, emit);
    const std::size_t size = p.words.size() == 8 ? std::min<std::size_t>(r.le16(), p.bytes.size()) : 0;
    log_on_.on_token(p.bytes.first(size), emit);
    Texts texts{p.bytes.subspan(size), p.unicode, p.bytes_at + size};
    state_system(texts, emit);
    if (p.words.size() == 6) state(Trait::domain, texts.next(), "smb1 session setup", 70, emit);
    return log_on_.answer(p.status, guest && p.status == 0, emit);
  }

  LogOn log_on_;
  bool clear_passwords_ = false;
  unsigned others_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Smb>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "smb",
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::it,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = code_name,
    .open = open,
};

}  // namespace kakoi::smb
