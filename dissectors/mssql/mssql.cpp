// Microsoft SQL Server: Tabular Data Stream [MS-TDS], up to the end of the log-in. Not here: queries and their results.
//
//   type | status | length be16 | SPID be16 | number | 00 | data        a packet; the length counts itself and the head
//   PRELOGIN  { option | offset be16 | length be16 } … FF | values
//   LOGIN7    length le32 | version | … | { offset le16 | length le16 } … | texts in UTF-16LE
//   answer    { token | length le16 | … } … FD …
#include "dissectors/mssql/mssql.h"

#include <algorithm>

#include "dissectors/core/ntlmssp.h"
#include "dissectors/core/text.h"
#include "dissectors/core/utf16.h"
#include "dissectors/mssql/release.h"

namespace kakoi::mssql {

namespace {

constexpr std::uint16_t kPorts[] = {1433};
constexpr std::size_t kHead = 8, kMaxPacket = 4096;
constexpr std::size_t kLargest = 32767;  // §2.2.3.1.3, of a packet
constexpr std::size_t kLoginHead = 94;   // §2.2.6.4, up to the texts

enum Type : std::uint8_t {  // §2.2.3.1.1
  batch = 1,
  rpc = 3,
  answer = 4,
  attention = 6,
  bulk_load = 7,
  token = 8,
  transaction = 14,
  login = 16,
  sspi = 17,
  prelogin = 18
};

// ntlm::LogOn below this; then log-ins of the server's own accounts, and such as TLS hides.
enum Code : std::uint32_t { by_password = 0x10, encrypted };
std::string_view function_name(std::uint32_t code) {
  if (code == Code::by_password) return "log-in by password";
  return code == Code::encrypted ? "log-in encrypted" : ntlm::log_on_name(code);
}

bool is_of(Role speaker, std::uint8_t type) noexcept {
  if (speaker == Role::server) return type == Type::answer || type == Type::prelogin || type == Type::sspi;
  return type == Type::batch || type == Type::rpc || (type >= Type::attention && type <= Type::token) ||
         type == Type::transaction || (type >= Type::login && type <= Type::prelogin);
}

Frame frame(Bytes bytes, Role speaker) {
  if (bytes.empty()) return Frame::more(kHead);
  if (!is_of(speaker, bytes[0])) return Frame::foreign();
  if (bytes.size() > 1 && (bytes[1] & 0xE0) != 0) return Frame::foreign();
  if (bytes.size() < kHead) return Frame::more(kHead);
  ByteReader r(bytes.subspan(2));
  const std::size_t length = r.be16();
  return length >= kHead && length <= kLargest && bytes[7] == 0 ? Frame::whole(length) : Frame::foreign();
}

struct Options {  // of PRELOGIN, §2.2.6.5
  Bytes version, encryption;
  bool valid = false;
};
Options options_of(Bytes data) noexcept {
  Options o;
  ByteReader r(data);
  for (unsigned count = 0; count < 16; ++count) {
    const std::uint8_t option = r.u8();
    if (!r.ok()) return {};
    if (option == 0xFF) {
      o.valid = o.version.size() == 6;
      return o;
    }
    const std::size_t offset = r.be16(), length = r.be16();
    if (!r.ok() || offset > data.size() || length > data.size() - offset) return {};
    const Bytes value = data.subspan(offset, length);
    if (count == 0 && option != 0) return {};  // VERSION comes first
    if (option == 0) o.version = value;
    if (option == 1) o.encryption = value;
  }
  return {};
}

// ALL_HEADERS (§2.2.5.3) with the transaction descriptor that each request of SQL Server 2005 and later begins with.
bool begins_with_headers(Bytes data) noexcept {
  ByteReader r(data);
  const std::uint32_t all = r.le32(), first = r.le32();
  return r.le16() == 2 && r.ok() && first == 18 && all >= 22 && all < 1024;
}

// Packets that nothing else looks like; all others have too little of a head.
bool probe(Bytes bytes, Role speaker) {
  const Frame f = frame(bytes, speaker);
  if (f.kind != Frame::Kind::whole) return false;
  const Bytes data = bytes.subspan(kHead, std::min(f.size, bytes.size()) - kHead);
  switch (bytes[0]) {
    case Type::prelogin:
    case Type::answer:
      return options_of(data).valid;
    case Type::login: {
      ByteReader r(data);
      const std::uint32_t length = r.le32(), version = r.le32();
      return r.ok() && length >= kLoginHead && length < (1u << 20) && version >> 24 >= 0x70 && version >> 24 <= 0x74;
    }
    case Type::batch:
    case Type::rpc:
    case Type::transaction:
      return begins_with_headers(data);
    default:
      return false;
  }
}

Protocol::Speaker speaker(Bytes pdu) {
  return {!pdu.empty() && pdu[0] == Type::answer ? Role::server : Role::client, true};
}

class Mssql final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (pdu.bytes.size() < kHead) return Interest::more;
    const Bytes data = pdu.bytes.subspan(kHead);
    if (pdu.speaker == Role::server) return on_answer(pdu.bytes[0], data, emit);
    switch (pdu.bytes[0]) {
      case Type::prelogin:
        return on_prelogin(data, emit);
      case Type::login:
        on_login(data, emit);
        return Interest::more;
      case Type::sspi:
        on_token(data, emit);
        return Interest::more;
      case Type::token:
        return Interest::more;
      default:  // requests: the log-in was before
        return Interest::done;
    }
  }
  void on_gap(Role) override { forget(); }

 private:
  Interest on_prelogin(Bytes data, const Emit& emit) {
    if (!data.empty() && data[0] == 0x16) {  // §2.2.6.5: a TLS handshake, in packets of this type
      emit(Operation{.cls = OperationClass::auth, .function_code = Code::encrypted});
      return Interest::done;
    }
    asked_ = true;
    return Interest::more;
  }

  // §2.2.6.4. Offsets count from the data's start, lengths in characters.
  void on_login(Bytes data, const Emit& emit) {
    forget();
    const auto field = [&](std::size_t at, std::size_t unit) {
      ByteReader r(data.subspan(std::min(at, data.size())));
      const std::size_t offset = r.le16(), length = r.le16() * unit;
      return r.ok() && offset <= data.size() && length <= data.size() - offset ? data.subspan(offset, length) : Bytes();
    };
    constexpr std::size_t kHost = 36, kUser = 40, kPassword = 44, kProgram = 48, kSspi = 78;
    state(Trait::name, field(kHost, 2), "mssql login host", 65, emit);
    state(Trait::software, field(kProgram, 2), "mssql login program", 55, emit);
    if (const Bytes sspi = field(kSspi, 1); !sspi.empty()) return on_token(sspi, emit);
    const text::Utf8<128> user(field(kUser, 2));
    if (user.view().empty()) return;
    user_.assign(user.view());
    emit(Identity{Trait::account, user_.view(), "mssql login", 70, {}});
    hold_password(field(kPassword, 2));
    pending_ = true;
    emit(Operation{.cls = OperationClass::auth, .function_code = Code::by_password});
    emit(Credential{"mssql", user_.view(), secret_.view(), CredentialOutcome::attempted});
  }

  // §2.2.6.4: each octet with its halves exchanged, then XOR A5. Whoever reads it has the password.
  void hold_password(Bytes obscured) {
    std::array<std::uint8_t, 256> clear;
    const std::size_t size = std::min(obscured.size(), clear.size());
    for (std::size_t i = 0; i < size; ++i) {
      const unsigned b = obscured[i] ^ 0xA5u;
      clear[i] = static_cast<std::uint8_t>((b << 4 | b >> 4) & 0xFF);
    }
    text::Utf8<128> password(Bytes(clear.data(), size));
    secret_.assign(password.view());
    password.clear();
    text::wipe(clear.data(), size);
  }

  static void on_token(Bytes token, const Emit& emit) {
    const ntlm::Seen seen = ntlm::observe(token, emit);
    if (seen.message == ntlm::Message::authenticate)
      emit(Operation{.cls = OperationClass::auth, .function_code = static_cast<std::uint32_t>(seen.log_on)});
  }

  Interest on_answer(std::uint8_t type, Bytes data, const Emit& emit) {
    if (asked_) {
      asked_ = false;
      const Options options = options_of(data);
      // §2.2.6.5: the version of the server; of a client it is that of its library.
      if (options.valid) state_release(options.version, emit);
      return Interest::more;
    }
    if (type == Type::prelogin) return Interest::done;  // TLS
    if (type == Type::sspi) on_token(data, emit);       // some answer in packets of the client's type
    return on_tokens(data, emit);
  }

  // §2.2.7: those of a log-in's answer have a length of 16 bits, up to DONE.
  Interest on_tokens(Bytes data, const Emit& emit) {
    constexpr std::uint8_t kError = 0xAA, kInfo = 0xAB, kLoginAck = 0xAD, kSspi = 0xED, kChange = 0xE3;
    ByteReader r(data);
    while (r.remaining() >= 3) {
      const std::uint8_t token = r.u8();
      if (token != kError && token != kInfo && token != kLoginAck && token != kSspi && token != kChange)
        return Interest::more;
      const Bytes value = r.take(r.le16());
      if (!r.ok()) return Interest::more;
      if (token == kSspi) ntlm::observe(value, emit);
      if (token == kError || token == kInfo) on_message(value, emit);
      if (token != kError && token != kLoginAck) continue;
      judge(token == kLoginAck, emit);
      return token == kLoginAck ? Interest::done : Interest::more;
    }
    return Interest::more;
  }

  // §2.2.7.10: number le32 | state | class | text, with a length of 16 bits | server, of 8 | …
  static void on_message(Bytes value, const Emit& emit) {
    ByteReader r(value);
    r.skip(6);
    r.skip(std::size_t{r.le16()} * 2);
    const Bytes server = r.take(std::size_t{r.u8()} * 2);
    if (r.ok()) state(Trait::name, server, "mssql server name", 75, emit);
  }

  void judge(bool accepted, const Emit& emit) {
    if (!pending_) return;
    emit(Operation{.cls = OperationClass::auth,
                   .function_code = Code::by_password,
                   .outcome = accepted ? Outcome::accepted : Outcome::refused,
                   .is_message = false});
    emit(Credential{"mssql", user_.view(), secret_.view(),
                    accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected});
    forget();
  }

  // A server names itself with its instance, "HOST\INSTANCE".
  static void state(Trait trait, Bytes utf16, std::string_view method, std::uint8_t confidence, const Emit& emit) {
    const text::Utf8<128> text(utf16);
    std::string_view shown = text::trim(text.view());
    if (trait == Trait::name) shown = shown.substr(0, shown.find('\\'));
    if (!shown.empty()) emit(Identity{trait, shown, method, confidence, {}});
  }

  static void state_release(Bytes version, const Emit& emit) {
    ByteReader r(version);
    const unsigned major = r.u8(), minor = r.u8(), build = r.be16();
    const auto line = release(major, minor, build);
    emit(Identity{Trait::software, line.view(), "mssql prelogin", 85, {}});
  }

  void forget() noexcept {
    secret_.clear();
    pending_ = asked_ = false;
  }

  bool asked_ = false;    // PRELOGIN, which the server answers with one of its own
  bool pending_ = false;  // a log-in by password
  text::Held<128> user_;
  text::Held<128> secret_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Mssql>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "mssql",
    .ports = kPorts,
    .max_pdu = kMaxPacket,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::mssql
