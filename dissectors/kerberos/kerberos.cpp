// Kerberos 5 over UDP and TCP (RFC 4120 §5, §7.2).
// Not here: what is encrypted, PA-DATA, AP messages (they travel in other protocols), password changes.
//
//   TCP: length ×4, then the message
//   [APPLICATION 10] AS-REQ  11 AS-REP  12 TGS-REQ  13 TGS-REP  30 KRB-ERROR { SEQUENCE { [0]… } }
#include "dissectors/kerberos/kerberos.h"

#include <algorithm>
#include <array>

#include "dissectors/core/der.h"
#include "dissectors/core/text.h"

namespace kakoi::kerberos {

namespace {

constexpr std::uint16_t kPorts[] = {88};
constexpr std::size_t kMaxPdu = 16 << 10;  // bytes; a ticket with many groups in it arrives cut
enum Type : std::uint8_t { as_request = 10, as_reply, tgs_request, tgs_reply, error = 30 };
// Encryption types (RFC 3961 §8; RFC 6649 and RFC 8429 deprecate 1–3, 23 and 24): operations of their own.
// A ticket is encrypted with the service's key, the reply's own part with the client's.
constexpr std::uint32_t kTicketWith = 0x100, kReplyWith = 0x200;
struct Encryption {
  std::uint32_t type;
  std::string_view ticket, reply;
};
constexpr std::array<Encryption, 10> kEncryptions = {{
    {1, "ticket with des-cbc-crc", "reply with des-cbc-crc"},
    {2, "ticket with des-cbc-md4", "reply with des-cbc-md4"},
    {3, "ticket with des-cbc-md5", "reply with des-cbc-md5"},
    {16, "ticket with des3-cbc-sha1", "reply with des3-cbc-sha1"},
    {17, "ticket with aes128-cts-hmac-sha1-96", "reply with aes128-cts-hmac-sha1-96"},
    {18, "ticket with aes256-cts-hmac-sha1-96", "reply with aes256-cts-hmac-sha1-96"},
    {19, "ticket with aes128-cts-hmac-sha256-128", "reply with aes128-cts-hmac-sha256-128"},
    {20, "ticket with aes256-cts-hmac-sha384-192", "reply with aes256-cts-hmac-sha384-192"},
    {23, "ticket with rc4-hmac", "reply with rc4-hmac"},
    {24, "ticket with rc4-hmac-exp", "reply with rc4-hmac-exp"},
}};

bool is_type(unsigned type) noexcept {
  return (type >= Type::as_request && type <= Type::tgs_reply) || type == Type::error;
}
bool from_client(unsigned type) noexcept { return type == Type::as_request || type == Type::tgs_request; }

// The message without the length that TCP puts in front.
Bytes message_of(Bytes pdu) noexcept { return pdu.size() > 4 && pdu[0] == 0 ? pdu.subspan(4) : pdu; }

// The outer tag, SEQUENCE, and its first field: a KDC request has no [0].
bool is_message(Bytes bytes, bool whole) noexcept {
  const auto outer = der::peek(bytes);
  if (!outer || (outer->tag & 0xE0) != 0x60 || !is_type(outer->tag & 0x1F)) return false;
  if (whole && outer->header + outer->length != bytes.size()) return false;
  const auto sequence = der::peek(outer->value);
  if (!sequence || sequence->tag != der::kSequence || sequence->header + sequence->length != outer->length)
    return false;
  const bool request = from_client(outer->tag & 0x1F);
  Bytes fields = sequence->value;
  const auto version = der::take(fields, der::context(request ? 1 : 0));
  const auto type = der::take(fields, der::context(request ? 2 : 1));
  return version && type && der::number(der::inside(*version, der::kInteger)) == 5 &&
         der::number(der::inside(*type, der::kInteger)) == (outer->tag & 0x1Fu);
}

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(1);
  if (bytes[0] != 0) return is_message(bytes, true) ? Frame::whole(bytes.size()) : Frame::foreign();
  // 24 octets hold all that is_message() reads.
  constexpr std::size_t kHead = 4 + 24;
  if (bytes.size() < 4) return Frame::more(4);
  const std::size_t length = ByteReader(bytes).be32();
  if (length < 24 || length > 0xFF'FFFF) return Frame::foreign();
  if (bytes.size() < kHead)
    return bytes.size() < 5 || (bytes[4] & 0xE0) == 0x60 ? Frame::more(kHead) : Frame::foreign();
  const auto outer = der::peek(bytes.subspan(4));
  if (!outer || outer->header + outer->length != length || !is_message(bytes.subspan(4), false))
    return Frame::foreign();
  return Frame::whole(4 + length);
}

Protocol::Speaker speaker(Bytes pdu) {
  const Bytes message = message_of(pdu);
  if (message.empty()) return {Role::client, false};
  return {from_client(message[0] & 0x1F) ? Role::client : Role::server, true};
}

std::string_view function_name(std::uint32_t code) {
  switch (code) {
    case Type::as_request:
      return "AS-REQ";
    case Type::as_reply:
      return "AS-REP";
    case Type::tgs_request:
      return "TGS-REQ";
    case Type::tgs_reply:
      return "TGS-REP";
    case Type::error:
      return "KRB-ERROR";
    default:
      for (const Encryption& e : kEncryptions) {
        if (code == kTicketWith + e.type) return e.ticket;
        if (code == kReplyWith + e.type) return e.reply;
      }
      return {};
  }
}

// §5.2.2: PrincipalName ::= SEQUENCE { name-type [0], name-string [1] SEQUENCE OF KerberosString }; the first string.
std::string_view first_name(Bytes principal) noexcept {
  Bytes fields = der::inside(principal, der::kSequence);
  der::take(fields, der::context(0));
  const Bytes strings = der::inside(der::inside(fields, der::context(1)), der::kSequence);
  return as_text(der::inside(strings, 0x1B));
}
std::string_view general_string(Bytes field) noexcept { return as_text(der::inside(field, 0x1B)); }

class Kerberos final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const Bytes message = message_of(pdu.bytes);
    const auto outer = der::peek(message);
    if (!outer || !pdu.complete()) return Interest::more;
    const unsigned type = outer->tag & 0x1F;
    Bytes fields = der::inside(outer->value, der::kSequence);
    switch (type) {
      case Type::as_request:
      case Type::tgs_request:
        emit(Operation{.cls = OperationClass::auth, .function_code = type});
        on_request(fields, emit);
        break;
      case Type::as_reply:
      case Type::tgs_reply:
        emit(Operation{.cls = OperationClass::auth, .function_code = type, .outcome = Outcome::accepted});
        on_reply(fields, type == Type::as_reply, emit);
        break;
      case Type::error:
        emit(Operation{.cls = OperationClass::auth, .function_code = type, .outcome = Outcome::refused});
        on_error(fields, emit);
        break;
      default:
        break;
    }
    return ++messages_ > kEnough ? Interest::done : Interest::more;
  }

 private:
  static constexpr unsigned kEnough = 256;

  // A machine's account is its name and '$' (MS-KILE §3.3.5.6); "krbtgt" and others are services.
  static void state_client(std::string_view name, Subject subject, const Emit& emit) {
    if (name.size() > 1 && name.back() == '$') {
      emit(Identity{Trait::name, name.substr(0, name.size() - 1), "kerberos machine account", 70, subject});
    } else if (name.starts_with("host/") && name.size() > 5) {  // an enterprise name, one string
      emit(Identity{Trait::name, name.substr(5), "kerberos host principal", 70, subject});
    } else if (!name.empty()) {
      emit(Identity{Trait::account, name, "kerberos", 80, subject});
    }
  }
  static void state_realm(std::string_view realm, const Emit& emit) {
    if (realm.empty()) return;
    const bool server = emit.context().speaker == Role::server;
    emit(Identity{Trait::domain, realm, "kerberos realm", static_cast<std::uint8_t>(server ? 80 : 60), {}});
  }

  // KDC-REQ-BODY: options [0], cname [1], realm [2], sname [3], from, till, rtime, nonce [7], etype [8], addresses [9]
  static void on_request(Bytes fields, const Emit& emit) {
    for (const unsigned n : {1u, 2u, 3u}) der::take(fields, der::context(n));
    Bytes body = der::inside(der::inside(fields, der::context(4)), der::kSequence);
    der::take(body, der::context(0));
    const auto client = der::take(body, der::context(1));
    const auto realm = der::take(body, der::context(2));
    if (client) state_client(first_name(*client), {}, emit);
    if (realm) state_realm(general_string(*realm), emit);
    for (const unsigned n : {3u, 4u, 5u, 6u, 7u, 8u}) der::take(body, der::context(n));
    // §7.5.3: type 20 is a NetBIOS name, 15 characters and the suffix.
    Bytes addresses = der::inside(der::inside(body, der::context(9)), der::kSequence);
    while (const auto address = der::next(addresses)) {
      Bytes parts = address->value;
      const auto kind = der::take(parts, der::context(0));
      const auto value = der::take(parts, der::context(1));
      if (!kind || !value || der::number(der::inside(*kind, der::kInteger)) != 20) continue;
      const std::string_view name = text::trim(as_text(der::inside(*value, der::kOctetString)).substr(0, 15));
      if (!name.empty()) emit(Identity{Trait::name, name, "kerberos host address", 75, {}});
    }
  }

  // KDC-REP: pvno [0], type [1], padata [2], crealm [3], cname [4], ticket [5], enc-part [6]
  static void on_reply(Bytes fields, bool is_as, const Emit& emit) {
    for (const unsigned n : {0u, 1u, 2u}) der::take(fields, der::context(n));
    const auto realm = der::take(fields, der::context(3));
    const auto client = der::take(fields, der::context(4));
    const auto ticket = der::take(fields, der::context(5));
    if (realm) state_realm(general_string(*realm), emit);
    if (client) state_client(first_name(*client), {Who::listener, {}}, emit);
    if (!ticket) return;
    // Ticket: tkt-vno [0], realm [1], sname [2], enc-part [3] { etype [0] … }
    Bytes parts = der::inside(der::inside(*ticket, der::application(1)), der::kSequence);
    for (const unsigned n : {0u, 1u, 2u}) der::take(parts, der::context(n));
    state_encryption(kTicketWith, der::inside(parts, der::context(3)), emit);
    if (is_as) state_encryption(kReplyWith, der::inside(fields, der::context(6)), emit);
  }

  // EncryptedData: etype [0], kvno [1], cipher [2]
  static void state_encryption(std::uint32_t base, Bytes data, const Emit& emit) {
    const Bytes type = der::inside(der::inside(der::inside(data, der::kSequence), der::context(0)), der::kInteger);
    const std::uint32_t code = base + der::number(type);
    if (type.size() == 1 && !function_name(code).empty())
      emit(Operation{.cls = OperationClass::auth, .function_code = code});
  }

  // KRB-ERROR: pvno [0] … error-code [6], crealm [7], cname [8], realm [9], sname [10]
  static void on_error(Bytes fields, const Emit& emit) {
    for (unsigned n = 0; n <= 8; ++n) der::take(fields, der::context(n));
    if (const auto realm = der::take(fields, der::context(9))) state_realm(general_string(*realm), emit);
  }

  unsigned messages_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Kerberos>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "kerberos",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::it,
    .frame = frame,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::kerberos
