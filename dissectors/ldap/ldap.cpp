// LDAP over TCP (RFC 4511 §4) and CLDAP over UDP (MS-ADTS §6.3.3).
// Not here: searches and their results but the root entry (RFC 4512 §5.1) and the netlogon answer, SASL layers.
//
//   30 len | 02 len messageID | op | [controls]
//   op: 60 bind request  61 bind response  64 search entry  77 extended request  78 extended response …
#include "dissectors/ldap/ldap.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dissectors/core/der.h"
#include "dissectors/core/ntlmssp.h"
#include "dissectors/core/text.h"

namespace kakoi::ldap {

namespace {

constexpr std::uint16_t kPorts[] = {389, 3268};
constexpr std::size_t kMaxPdu = 8192;

enum Op : std::uint8_t {
  bind_request = 0x60,
  bind_response = 0x61,
  unbind = 0x42,
  search_request = 0x63,
  search_entry = 0x64,
  search_done = 0x65,
  abandon = 0x50,
  search_reference = 0x73,
  extended_request = 0x77,
  extended_response = 0x78,
  intermediate = 0x79
};
bool is_op(std::uint8_t tag) noexcept {
  constexpr std::array<std::uint8_t, 21> kOps = {0x42, 0x4A, 0x50, 0x60, 0x61, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
                                                 0x69, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x73, 0x77, 0x78, 0x79};
  return std::find(kOps.begin(), kOps.end(), tag) != kOps.end();
}
bool by_server(std::uint8_t op) noexcept {
  return op == 0x61 || op == 0x64 || op == 0x65 || op == 0x67 || op == 0x69 || op == 0x6B || op == 0x6D || op == 0x6F ||
         op == 0x73 || op == 0x78 || op == 0x79;
}

struct Message {
  std::uint8_t op = 0;
  Bytes body;
  std::size_t size = 0;
};
// Reads the head; what the capture or max_pdu cut is missing from `body`.
Message parse(Bytes bytes) noexcept {
  const auto outer = der::peek(bytes);
  if (!outer || outer->tag != der::kSequence || outer->length < 5) return {};
  Bytes fields = outer->value;
  const auto id = der::next(fields);
  if (!id || id->tag != der::kInteger || id->length == 0 || id->length > 4 || !id->complete()) return {};
  const auto op = der::peek(fields);
  if (!op || !is_op(op->tag)) return {};
  // Controls may follow, so that the operation need not fill the message, but fits into it.
  const std::size_t before = id->header + id->length + op->header;
  if (before + op->length > outer->length) return {};
  return {op->tag, op->value, outer->header + outer->length};
}

// 6 octets of outer head, 6 of the id, 6 of the operation's head.
constexpr std::size_t kHead = 18;

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(1);
  if (bytes[0] != der::kSequence) return Frame::foreign();
  if (const Message m = parse(bytes); m.size != 0) return Frame::whole(m.size);
  // An unbind request is as short as 7 octets.
  const auto outer = bytes.size() < 2 ? std::nullopt : der::peek(bytes);
  if (bytes.size() >= kHead || (outer && outer->complete()) || (bytes.size() > 5 && !outer)) return Frame::foreign();
  return Frame::more(bytes.size() + 1);
}

// SNMP begins alike but for the third element; other protocols of BER may not.
bool probe(Bytes bytes, Role speaker) {
  const Frame f = frame(bytes, speaker);
  if (f.kind != Frame::Kind::whole) return false;
  const Message m = parse(bytes);
  switch (m.op) {
    case Op::bind_request: {
      Bytes fields = m.body;
      const auto version = der::take(fields, der::kInteger);
      return version && (der::number(*version) == 3 || der::number(*version) == 2) && der::peek(fields) &&
             der::peek(fields)->tag == der::kOctetString;
    }
    case Op::search_request: {  // baseObject, scope
      Bytes fields = m.body;
      return der::take(fields, der::kOctetString) && der::peek(fields) && der::peek(fields)->tag == der::kEnumerated;
    }
    case Op::search_entry: {
      Bytes fields = m.body;
      return der::take(fields, der::kOctetString) && der::peek(fields) && der::peek(fields)->tag == der::kSequence;
    }
    case Op::bind_response:
    case Op::search_done:
    case Op::extended_response:
      return der::peek(m.body) && der::peek(m.body)->tag == der::kEnumerated;
    case Op::extended_request:
      return der::peek(m.body) && der::peek(m.body)->tag == 0x80;
    default:
      return false;
  }
}

Protocol::Speaker speaker(Bytes pdu) {
  const std::uint8_t op = parse(pdu).op;
  return {by_server(op) ? Role::server : Role::client, op != 0};
}

enum Code : std::uint32_t { anonymous = 1, simple, sasl, start_tls, by_ntlm };  // by_ntlm + ntlm::LogOn
std::string_view function_name(std::uint32_t code) {
  constexpr std::string_view kNames[] = {"", "anonymous bind", "simple bind", "SASL bind", "StartTLS"};
  return code < Code::by_ntlm ? kNames[code] : ntlm::log_on_name(code - Code::by_ntlm);
}

// Names in a netlogon answer are compressed as in DNS (RFC 1035 §4.1.4), counted from its start.
class Names {
 public:
  Names(Bytes message, std::size_t at) noexcept : message_(message), at_(at) {}
  std::string_view next() noexcept {
    size_ = 0;
    std::size_t at = at_;
    bool jumped = false;
    for (unsigned labels = 0; labels < 32 && at < message_.size(); ++labels) {
      const std::uint8_t length = message_[at];
      if (length == 0) {
        if (!jumped) at_ = at + 1;
        return {text_.data(), size_};
      }
      if (length >= 0xC0) {
        if (at + 1 >= message_.size()) break;
        const std::size_t to = static_cast<std::size_t>(length & 0x3F) << 8 | message_[at + 1];
        if (!jumped) at_ = at + 2;
        if (to >= at) break;  // backwards only, so that it ends
        jumped = true;
        at = to;
        continue;
      }
      if (length >= 64 || at + 1 + length > message_.size() || size_ + length + 1 > text_.size()) break;
      if (size_ != 0) text_[size_++] = '.';
      for (std::size_t i = 0; i < length; ++i) text_[size_++] = static_cast<char>(message_[at + 1 + i]);
      at += 1u + length;
    }
    at_ = message_.size();
    return {};
  }

 private:
  Bytes message_;
  std::size_t at_;
  std::array<char, 256> text_{};
  std::size_t size_ = 0;
};

class Ldap final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const Message m = parse(pdu.bytes);
    switch (m.op) {
      case Op::bind_request:
        if (pdu.complete()) on_bind(m.body, emit);
        break;
      case Op::bind_response:
        return pdu.complete() ? on_bound(m.body, emit) : Interest::more;
      case Op::search_entry:
        if (pdu.complete()) on_entry(m.body, emit);
        break;
      case Op::extended_request: {
        constexpr std::string_view kStartTls = "1.3.6.1.4.1.1466.20037";
        tls_asked_ = as_text(der::inside(m.body, 0x80)) == kStartTls;
        break;
      }
      case Op::extended_response:
        if (!std::exchange(tls_asked_, false)) break;
        if (der::number(der::inside(m.body, der::kEnumerated)) != 0) break;
        emit(Operation{.cls = OperationClass::session, .function_code = Code::start_tls, .outcome = Outcome::accepted});
        return Interest::tls;
      default:
        break;
    }
    return ++messages_ > kEnough ? Interest::done : Interest::more;
  }

  void on_gap(Role) override { forget(); }

 private:
  static constexpr unsigned kEnough = 256;

  void forget() noexcept {
    asked_ = 0;
    secret_.clear();
  }

  static std::uint32_t way_of(const ntlm::Seen& seen) noexcept {
    if (seen.message != ntlm::Message::authenticate) return Code::sasl;
    return Code::by_ntlm + static_cast<std::uint32_t>(seen.log_on);
  }

  // version, name, authentication: [0] simple, [3] SASL { mechanism, credentials }
  void on_bind(Bytes fields, const Emit& emit) {
    der::take(fields, der::kInteger);
    const auto name = der::take(fields, der::kOctetString);
    const auto authentication = der::next(fields);
    forget();
    if (!name || !authentication) return;
    constexpr std::uint8_t kSimple = 0x80, kSasl = 0xA3;
    if (authentication->tag == kSimple) {
      const std::string_view secret = as_text(authentication->value);
      asked_ = secret.empty() ? Code::anonymous : Code::simple;  // RFC 4513 §5.1
      if (!secret.empty()) {
        user_.assign(as_text(*name));
        secret_.assign(secret);
        emit(Credential{"ldap", user_.view(), secret_.view(), CredentialOutcome::attempted});
      }
    } else if (authentication->tag == kSasl) {
      asked_ = way_of(ntlm::observe(authentication->value, emit));
    } else {
      // Sicily (MS-ADTS §5.1.1.1.3): discovery, NTLM's first message, and its last
      const ntlm::Seen seen = ntlm::observe(authentication->value, emit);
      constexpr std::uint8_t kLast = 0x8B;
      if (authentication->tag != kLast) return;
      asked_ = way_of(seen);
    }
    emit(Operation{.cls = OperationClass::auth, .function_code = asked_});
  }

  // resultCode, matchedDN, diagnosticMessage, …, [7] serverSaslCreds
  Interest on_bound(Bytes fields, const Emit& emit) {
    constexpr std::uint32_t kSuccess = 0, kSaslInProgress = 14, kInvalidCredentials = 49;
    const auto code = der::take(fields, der::kEnumerated);
    ntlm::observe(fields, emit);
    if (!code || der::number(*code) == kSaslInProgress || asked_ == 0) return Interest::more;
    const std::uint32_t result = der::number(*code);
    emit(Operation{.cls = OperationClass::auth,
                   .function_code = asked_,
                   .outcome = result == kSuccess ? Outcome::accepted : Outcome::refused,
                   .is_message = false});
    if (asked_ == Code::simple && (result == kSuccess || result == kInvalidCredentials))
      emit(Credential{"ldap", user_.view(), secret_.view(),
                      result == kSuccess ? CredentialOutcome::accepted : CredentialOutcome::rejected});
    // What follows may be wrapped.
    const bool over = (asked_ == Code::sasl || asked_ >= Code::by_ntlm) && result == kSuccess;
    forget();
    return over ? Interest::done : Interest::more;
  }

  // objectName, SEQUENCE OF { type, SET OF value }: of the root entry alone, whose name is empty.
  static void on_entry(Bytes fields, const Emit& emit) {
    const auto name = der::take(fields, der::kOctetString);
    if (!name || !name->empty()) return;
    Bytes attributes = der::inside(fields, der::kSequence);
    while (const auto attribute = der::next(attributes)) {
      Bytes parts = attribute->value;
      const auto type = der::take(parts, der::kOctetString);
      if (!type) return;
      const Bytes value = der::inside(der::inside(parts, der::kSet), der::kOctetString);
      if (!value.empty()) on_attribute(as_text(*type), value, emit);
    }
  }

  static void on_attribute(std::string_view type, Bytes value, const Emit& emit) {
    const auto state = [&](Trait trait, std::uint8_t confidence) {
      emit(Identity{trait, as_text(value), "ldap root entry", confidence, {}});
    };
    if (text::equals(type, "dnshostname")) return state(Trait::name, 80);
    if (text::equals(type, "defaultnamingcontext")) return state(Trait::domain, 70);
    if (text::equals(type, "vendorname")) return state(Trait::description, 60);
    if (text::equals(type, "vendorversion")) return state(Trait::software, 75);
    if (text::equals(type, "netlogon")) return on_netlogon(value, emit);
  }

  // MS-ADTS §6.3.1.9, NETLOGON_SAM_LOGON_RESPONSE_EX: opcode le16, 0 ×2, flags le32, GUID ×16, then names: forest,
  // domain, host, NetBIOS domain, NetBIOS host, user, site.
  static void on_netlogon(Bytes value, const Emit& emit) {
    ByteReader r(value);
    const std::uint16_t opcode = r.le16();
    if (opcode < 23 || opcode > 25) return;
    constexpr std::string_view kMethod = "cldap netlogon";
    Names names(value, 24);
    names.next();
    const auto state = [&](Trait trait, std::uint8_t confidence) {
      std::string_view name = names.next();
      while (name.starts_with('\\')) name.remove_prefix(1);
      if (!name.empty()) emit(Identity{trait, name, kMethod, confidence, {}});
    };
    state(Trait::domain, 80);
    state(Trait::name, 75);
    state(Trait::domain, 70);
    state(Trait::name, 80);
  }

  std::uint32_t asked_ = 0;
  bool tls_asked_ = false;
  text::Held<255> user_;
  text::Held<255> secret_;
  unsigned messages_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Ldap>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "ldap",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::it,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::ldap
