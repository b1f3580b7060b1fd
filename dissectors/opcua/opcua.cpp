// Messages, all little-endian:
//
//   HEL, ACK, ERR, RHE   letters ×3 | F | size ×4 | …
//   OPN                  letters ×3 | F | size ×4 | channel ×4 | security policy | certificate | thumbprint | sequence …
//   MSG, CLO             letters ×3 | F, C or A | size ×4 | channel ×4 | token ×4 | sequence ×4 | request ×4 | type | body
#include "dissectors/opcua/opcua.h"

#include "dissectors/core/open_commands.h"
#include "dissectors/core/open_requests.h"
#include "dissectors/opcua/encoding.h"
#include "dissectors/opcua/identity.h"
#include "dissectors/opcua/service.h"

namespace kakoi::opcua {

namespace {

constexpr std::size_t kHeader = 8;
constexpr std::uint32_t kMostSize = 16u << 20;
constexpr std::string_view kNoSecurity = "http://opcfoundation.org/UA/SecurityPolicy#None";

enum class Type : std::uint8_t { hello, acknowledge, error, reverse_hello, open, message, close, none };

Type type_of(std::string_view letters) noexcept {
  if (letters == "HEL") return Type::hello;
  if (letters == "ACK") return Type::acknowledge;
  if (letters == "ERR") return Type::error;
  if (letters == "RHE") return Type::reverse_hello;
  if (letters == "OPN") return Type::open;
  if (letters == "MSG") return Type::message;
  if (letters == "CLO") return Type::close;
  return Type::none;
}

constexpr bool may_begin(std::uint8_t c) noexcept {
  return c == 'H' || c == 'A' || c == 'E' || c == 'R' || c == 'O' || c == 'M' || c == 'C';
}

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(kHeader);
  if (!may_begin(bytes[0])) return Frame::foreign();
  if (bytes.size() < 4) return Frame::more(kHeader);
  const Type type = type_of(as_text(bytes.first(3)));
  if (type == Type::none) return Frame::foreign();
  const bool is_chunk = bytes[3] == 'F' || (type == Type::message && (bytes[3] == 'C' || bytes[3] == 'A'));
  if (!is_chunk) return Frame::foreign();
  if (bytes.size() < kHeader) return Frame::more(kHeader);
  ByteReader r{bytes};
  r.skip(4);
  const std::uint32_t size = r.le32();
  return size >= kHeader + 4 && size <= kMostSize ? Frame::whole(size) : Frame::foreign();
}

Protocol::Speaker speaker(Bytes bytes) {
  if (bytes.size() < kHeader) return {Role::client, false};
  ByteReader r{bytes};
  switch (type_of(as_text(bytes.first(3)))) {
    case Type::hello:
    case Type::close:
      return {Role::client, true};
    case Type::acknowledge:
    case Type::error:
    case Type::reverse_hello:
      return {Role::server, true};
    case Type::message: {
      r.skip(kHeader + 16);
      const NodeId id = take_node_id(r);
      if (!r.ok() || !id.is_number || id.name_space != 0) return {Role::client, false};
      const Side side = side_of(id.number);
      return {side == Side::response ? Role::server : Role::client, side != Side::unknown};
    }
    default:
      return {Role::client, false};
  }
}

void put(const NodeId& id, text::Line<48>& line) noexcept {
  if (!id.is_number && id.text.empty()) return;
  if (id.name_space != 0) line << "ns=" << id.name_space << ";";
  if (id.is_number)
    line << "i=" << id.number;
  else
    line << "s=" << id.text;
}

// OPC 10000-4, 5.11.2: of each call a status | status of each argument | diagnostics | output arguments. Those behind a
// call with diagnostics or output are not looked for. None: the first status is not there.
std::optional<bool> any_call_failed(ByteReader& r) noexcept {
  constexpr std::uint32_t kNull = 0xFFFF'FFFF;
  const std::uint32_t results = r.le32();
  if (!r.ok()) return {};
  for (std::uint32_t i = 0; results != kNull && i < results; ++i) {
    const std::uint32_t status = r.le32();
    if (!r.ok()) return i == 0 ? std::nullopt : std::optional(false);
    if (is_bad(status)) return true;
    const std::uint32_t arguments = r.le32();
    if (arguments != kNull) r.skip(std::size_t{arguments} * 4);
    const std::uint32_t diagnostics = r.le32();
    const std::uint32_t outputs = r.le32();
    if (!r.ok() || (diagnostics != 0 && diagnostics != kNull) || (outputs != 0 && outputs != kNull)) break;
  }
  return false;
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    if (pdu.bytes.size() < kHeader) return Interest::more;
    switch (type_of(as_text(pdu.bytes.first(3)))) {
      case Type::hello:
        state(kHello, Outcome::none, emit);
        on_hello(pdu);
        break;
      case Type::acknowledge:
        state(kAcknowledge, Outcome::none, emit);
        break;
      case Type::error:
        state(kError, Outcome::refused, emit);
        break;
      case Type::reverse_hello:
        state(kReverseHello, Outcome::none, emit);
        break;
      case Type::open:
        on_open(pdu, emit);
        break;
      case Type::close:
        state(kCloseChannel, Outcome::none, emit);
        break;
      case Type::message:
        on_message(pdu, emit);
        break;
      case Type::none:
        break;
    }
    return Interest::more;
  }
  void on_gap(Role speaker) override {
    inside_[static_cast<std::size_t>(speaker)] = false;
    forget_token();
    build_info_.on_gap();
    called_by_.on_gap();
    commands_.on_gap();
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  static void state(std::uint32_t code, Outcome outcome, const Emit& emit) {
    emit(Operation{.cls = class_of(code), .function_code = code, .outcome = outcome});
  }

  // OPC 10000-6, 7.1.2.3: version, sizes and limits, then the URL that the client asks for.
  void on_hello(const Pdu& pdu) noexcept {
    ByteReader r{pdu.bytes};
    r.skip(kHeader + 5 * 4);
    const std::string_view url = take_string(r);
    if (r.ok()) called_by_.hello(url);
  }

  void on_open(const Pdu& pdu, const Emit& emit) {
    state(kOpenChannel, Outcome::none, emit);
    ByteReader r{pdu.bytes};
    r.skip(kHeader + 4);
    const std::string_view policy = take_string(r);
    const Bytes certificate = take_bytes(r);
    if (!r.ok()) return secured_ = false, void();
    secured_ = policy != kNoSecurity && !policy.empty();
    if (pdu.speaker == Role::server && !certificate.empty()) emit(SecureSession{0, 0, 0, {}, {}, certificate});
    const std::size_t hash = policy.find('#');
    if (pdu.speaker != Role::server || hash == std::string_view::npos) return;
    text::Line<80> line;
    line << "OPC UA security policy " << policy.substr(hash + 1, 48);
    emit(Identity{Trait::description, line.view(), "opcua secure channel", 90, {}});
  }

  void on_message(const Pdu& pdu, const Emit& emit) {
    // Of a message in several chunks the first tells enough.
    bool& inside = inside_[static_cast<std::size_t>(pdu.speaker)];
    const bool continues = inside;
    inside = pdu.bytes[3] == 'C';
    if (continues || pdu.bytes[3] == 'A') return;
    if (secured_) return state(kSecured, Outcome::none, emit);
    ByteReader r{pdu.bytes};
    r.skip(kHeader + 12);
    const std::uint32_t request = r.le32();
    const NodeId id = take_node_id(r);
    if (!r.ok()) return;
    if (!id.is_number || id.name_space != 0 || (side_of(id.number) == Side::unknown)) {
      // Behind a channel whose opening was not seen, this is encrypted.
      return state(kSecured, Outcome::none, emit);
    }
    if (side_of(id.number) == Side::request)
      on_request(id.number, request, r, emit);
    else
      on_response(id.number, request, r, emit);
  }

  void on_request(std::uint32_t code, std::uint32_t request, ByteReader& r, const Emit& emit) {
    state(code, Outcome::none, emit);
    open_.ask(request, emit.context().speaker, class_of(code), code);
    if (code != create_session_request && code != activate_session_request && code != read_request &&
        code != write_request && code != call_request && code != find_servers_request && code != get_endpoints_request)
      return;
    skip_request_header(r);
    if (code == read_request) return build_info_.ask(request, r);
    if (code == find_servers_request || code == get_endpoints_request) return on_named(request, take_string(r), r);
    if (code == create_session_request) {
      state_client(r, emit);
      take_bytes(r);  // server's URI
      return on_named(request, take_string(r), r);
    }
    if (code == activate_session_request) return on_activate(request, r, emit);
    const std::uint32_t nodes = r.le32();
    const NodeId node = take_node_id(r);
    const NodeId method = code == call_request ? take_node_id(r) : node;
    if (!r.ok()) return;
    text::Line<48> line;
    put(method, line);
    if (nodes > 1) line << ", " << nodes << " nodes";
    commands_.ask(request, command(class_of(code), code, code == write_request ? "write" : "call", line.view()), emit);
  }

  // The URL by which a client asks for a list of addresses.
  void on_named(std::uint32_t request, std::string_view url, const ByteReader& r) noexcept {
    if (r.ok()) called_by_.ask(request, url);
  }

  void on_response(std::uint32_t code, std::uint32_t request, ByteReader& r, const Emit& emit) {
    const std::uint32_t result = take_response_header(r);
    if (!r.ok()) return;
    Outcome outcome = is_bad(result) ? Outcome::refused : Outcome::accepted;
    if (code == write_response && outcome == Outcome::accepted) {
      const std::uint32_t results = r.le32();
      for (std::uint32_t i = 0; results != 0xFFFF'FFFF && i < results && r.ok(); ++i)
        if (is_bad(r.le32())) outcome = Outcome::refused;
      if (!r.ok()) return;
    }
    if (code == call_response && outcome == Outcome::accepted) {
      const std::optional<bool> failed = any_call_failed(r);
      if (!failed) return;
      if (*failed) outcome = Outcome::refused;
    }
    // Where the request was not seen, its outcome stands with the response.
    const OpenRequest asked = open_.answer(request, emit.context().speaker);
    state(code, asked.is_known ? Outcome::none : outcome, emit);
    if (asked.is_known)
      emit(Operation{.cls = asked.cls, .function_code = asked.function_code, .outcome = outcome, .is_message = false});
    commands_.answer(request, outcome, outcome == Outcome::refused ? "bad status" : "", emit);
    if (has_token_ && request == token_request_ && (code == activate_session_response || code == service_fault))
      on_activated(outcome, emit);
    if (outcome != Outcome::accepted) return;
    if (code == read_response) return build_info_.answer(request, r, emit);
    const CalledBy* const called_by = called_by_.answers(request) ? &called_by_ : nullptr;
    if (code == get_endpoints_response) return state_endpoints(r, called_by, emit);
    if (code == find_servers_response) return state_servers(r, called_by, emit);
    if (code == create_session_response) {
      take_node_id(r);
      take_node_id(r);
      r.skip(8);
      take_bytes(r);  // nonce, certificate
      take_bytes(r);
      state_endpoints(r, called_by, emit);
    }
  }

  // OPC 10000-4, 5.6.3 and 7.41: who logs in, and how.
  void on_activate(std::uint32_t request, ByteReader& r, const Emit& emit) {
    constexpr std::uint32_t kAnonymous = 321, kUserName = 324;
    forget_token();
    take_bytes(r);  // client's signature: algorithm, signature
    take_bytes(r);
    const std::uint32_t certificates = r.le32();
    for (std::uint32_t i = 0; certificates != 0xFFFF'FFFF && i < certificates && r.ok(); ++i) {
      take_bytes(r);
      take_bytes(r);
    }
    const std::uint32_t locales = r.le32();
    for (std::uint32_t i = 0; locales != 0xFFFF'FFFF && i < locales && r.ok(); ++i) take_bytes(r);
    const NodeId type = take_node_id(r);
    ByteReader body{r.u8() == 1 ? take_bytes(r) : Bytes{}};
    if (!r.ok() || !type.is_number || type.name_space != 0) return;
    if (type.number == kAnonymous || type.number == 0) {
      is_anonymous_ = has_token_ = true;
    } else if (type.number == kUserName) {
      take_bytes(body);  // policy
      const std::string_view user = take_string(body), password = take_string(body), algorithm = take_string(body);
      if (!body.ok() || !algorithm.empty() || user.size() > kMostText || password.size() > kMostText) return;
      user_.assign(user);
      password_.assign(password);
      is_anonymous_ = false;
      has_token_ = true;
      emit(Credential{"opcua", user_.view(), password_.view(), CredentialOutcome::attempted});
    }
    token_request_ = request;
  }

  void on_activated(Outcome outcome, const Emit& emit) {
    if (is_anonymous_ && outcome == Outcome::accepted && !open_stated_) {
      emit(OpenAccess{"opcua-anonymous"});
      open_stated_ = true;
    } else if (!is_anonymous_) {
      emit(Credential{"opcua", user_.view(), password_.view(),
                      outcome == Outcome::accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected});
    }
    forget_token();
  }

  void forget_token() noexcept {
    has_token_ = false;
    user_.clear();
    password_.clear();
  }

  static constexpr std::size_t kMostText = 64;
  std::array<bool, 2> inside_{};
  bool secured_ = false, has_token_ = false, is_anonymous_ = false, open_stated_ = false;
  std::uint32_t token_request_ = 0;
  text::Held<kMostText> user_, password_;
  BuildInfoReader build_info_;
  OpenRequests<32> open_;
  CalledBy called_by_;
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {4840};

}  // namespace

constinit const Protocol protocol{
    .name = "opcua",
    .over_tcp = true,
    .over_udp = false,
    .ports = kPorts,
    .max_pdu = 65536,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::opcua
