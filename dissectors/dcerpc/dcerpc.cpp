#include "dissectors/dcerpc/dcerpc.h"

#include <algorithm>
#include <array>

#include "dissectors/core/gssapi.h"
#include "dissectors/core/log_in.h"
#include "dissectors/core/ntlmssp.h"
#include "dissectors/core/open_commands.h"
#include "dissectors/core/open_requests.h"
#include "dissectors/core/utf16.h"
#include "dissectors/dcerpc/interfaces.h"
#include "dissectors/dcerpc/ndr.h"
#include "dissectors/dcerpc/opc_classic.h"
#include "dissectors/dcerpc/opc_items.h"
#include "dissectors/dcerpc/pdu.h"
#include "dissectors/dcerpc/string_bindings.h"

namespace kakoi::dcerpc {

namespace {

constexpr std::uint16_t kPorts[] = {135};
constexpr std::size_t kMaxPdu = 8192;

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(1);
  if (bytes[0] != 5 || (bytes.size() > 1 && bytes[1] > 1)) return Frame::foreign();
  if (bytes.size() < kHeader) return Frame::more(kHeader);
  const auto pdu = read_header(bytes);
  return pdu ? Frame::whole(pdu->length) : Frame::foreign();
}

Protocol::Speaker speaker(Bytes pdu) {
  if (pdu.size() < 3) return {Role::client, false};
  switch (pdu[2]) {
    case Type::response:
    case Type::fault:
    case Type::bind_ack:
    case Type::bind_nak:
    case Type::alter_ack:
      return {Role::server, true};
    default:
      return {Role::client, pdu[2] == Type::request || pdu[2] == Type::bind || pdu[2] == Type::auth3};
  }
}

// Of operations that are no calls, beyond what an opnum can be: kLogIn + ntlm::LogOn; kLevel + the level of a bind.
constexpr std::uint32_t kLogIn = 0x1'0000, kKerberos = 0x1'0080, kLevel = 0x1'0100;
std::string_view function_name(std::uint32_t code) {
  constexpr std::string_view kLevels[] = {"bind",
                                          "bind without authentication",
                                          "bind, authenticated once",
                                          "bind, authenticated by call",
                                          "bind, authenticated by packet",
                                          "bind with integrity",
                                          "bind with privacy"};
  if (code == kKerberos) return "log-in by Kerberos";
  if (code < kLogIn) return {};  // an opnum alone has no name
  if (code < kLevel) return ntlm::log_on_name(code - kLogIn);
  return code - kLevel < std::size(kLevels) ? kLevels[code - kLevel] : std::string_view();
}

FunctionName qualified_name(const Operation& o) {
  if (o.qualifier != kNoValue) return call_name(o.qualifier, o.function_code);
  FunctionName name;
  return name << function_name(o.function_code), name;
}

// Why an OPC server refuses: MS-ERREF §2.1.1, OPC Data Access 3.0 §4.
std::string_view status_name(std::uint32_t status) noexcept {
  switch (status) {
    case 5:
    case 0x8007'0005:
      return "access denied";
    case 0x8000'4005:
      return "unspecified failure";
    case 0x8000'4001:
      return "not implemented";
    case 0xC004'0001:
      return "invalid handle";
    case 0xC004'0004:
      return "bad type";
    case 0xC004'0006:
      return "bad rights";
    default:
      return {};
  }
}

// Before arguments and results, where they have no extension: MS-DCOM §2.2.13.3, §2.2.13.4
constexpr std::size_t kOrpcThis = 32, kOrpcThat = 8;

class DceRpc final : public Dissector {
 public:
  Interest on_pdu(const kakoi::Pdu& whole, const Emit& emit) override {
    const auto pdu = read_header(whole.bytes);
    if (!pdu) return Interest::more;
    const bool was_opc = is_opc_;
    const Bytes body = body_of(*pdu, whole.bytes);
    const auto verifier = verifier_of(*pdu, whole.bytes);
    switch (pdu->type) {
      case Type::bind:
      case Type::alter:
        on_bind(*pdu, body, verifier, emit);
        break;
      case Type::bind_ack:
      case Type::alter_ack:
        on_results(*pdu, body);
        [[fallthrough]];
      case Type::auth3:
        if (verifier) on_token(verifier->token, pdu->type, emit);
        break;
      case Type::request:
        on_request(*pdu, body, verifier, emit);
        break;
      case Type::response:
      case Type::fault:
        on_answer(*pdu, body, verifier, whole.complete(), emit);
        break;
      default:
        break;
    }
    return is_opc_ && !was_opc ? Interest::named : Interest::more;
  }
  void on_gap(Role) override {
    open_.forget();
    items_.reset();
    held_ = 0;
    commands_.on_gap();
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }
  const Protocol* known_as() const noexcept override { return is_opc_ ? &opc_classic::protocol : nullptr; }

 private:
  // What one side calls by a number, which it chose when it bound.
  struct Presented {
    std::uint16_t context = 0;
    std::uint32_t group = 0;  // of the UUID, the first
    const Interface* interface = nullptr;
  };

  // C706 §12.6.4.3: sizes ×2, association ×4, number of contexts, 0 ×3; context ×2, number of transfer syntaxes, 0,
  // UUID ×16, version ×4, those syntaxes ×20
  void on_bind(const Pdu& pdu, Bytes body, const std::optional<Verifier>& verifier, const Emit& emit) {
    has_logged_in_ |= verifier ? verifier->level > kNone : pdu.authentication != 0;  // of a cut one: it may have
    if (verifier) {
      if (verifier->level <= kPrivacy)
        emit(Operation{.cls = OperationClass::session, .function_code = kLevel + verifier->level});
      on_token(verifier->token, pdu.type, emit);
    } else if (pdu.type == Type::bind && pdu.authentication == 0) {
      emit(Operation{.cls = OperationClass::session, .function_code = kLevel + kNone});
    }
    ByteReader r(body);
    r.skip(8);
    proposed_ = 0;
    const unsigned contexts = r.u8();
    r.skip(3);
    for (unsigned i = 0; i < contexts; ++i) {
      const std::uint16_t context = pdu.u16(r);
      const std::size_t syntaxes = r.u8();
      r.skip(1);
      const Bytes uuid = r.take(16);
      r.skip(4 + 20 * syntaxes);
      if (!r.ok()) return;
      present({context, first_group(uuid, pdu.little), find_interface(uuid, pdu.little)});
    }
  }
  void present(const Presented& what) noexcept {
    const auto end = presented_.begin() + static_cast<std::ptrdiff_t>(presented_count_);
    auto at = std::find_if(presented_.begin(), end, [&](const Presented& p) { return p.context == what.context; });
    if (at == end) {
      if (presented_count_ == presented_.size())  // the oldest goes
        std::rotate(presented_.begin(), presented_.begin() + 1, presented_.end()), at = presented_.end() - 1;
      else
        ++presented_count_;
    }
    *at = what;
    if (proposed_ < proposals_.size()) proposals_[proposed_++] = what.context;
  }
  // C706 §12.6.4.4: sizes ×2, association ×4, length ×2 and text of an address, padding to 4, number of results, 0 ×3;
  // result ×2, reason ×2, syntax ×20
  void on_results(const Pdu& pdu, Bytes body) noexcept {
    ByteReader r(body);
    r.skip(8);
    r.skip(pdu.u16(r));
    r.skip((4 - r.offset() % 4) % 4);  // as the header's 16 octets are
    const unsigned results = r.u8();
    r.skip(3);
    for (unsigned i = 0; i < results && i < proposed_; ++i) {
      const bool accepted = pdu.u16(r) == 0;
      r.skip(2 + 20);
      if (!r.ok()) return;
      const Presented* const p = find(proposals_[i]);
      if (accepted && p) note(*p);
    }
  }
  const Presented* find(std::uint16_t context) const noexcept {
    for (std::size_t i = 0; i < presented_count_; ++i)
      if (presented_[i].context == context) return &presented_[i];
    return nullptr;
  }
  void note(const Presented& p) noexcept {
    if (!p.interface) return;
    is_opc_ |= p.interface->family == Family::opc || p.interface->family == Family::opc_callback;
    serves_ |= p.interface->family == Family::opc;
    calls_back_ |= p.interface->family == Family::opc_callback;
  }
  // An OPC server connects to its client to bring what that asked for.
  Role asker() const noexcept { return calls_back_ && !serves_ ? Role::server : Role::client; }

  void on_token(Bytes token, std::uint8_t type, const Emit& emit) {
    const ntlm::Seen seen = ntlm::observe(token, emit);
    // With a further interface of a session that has been opened, an empty message is sent for form's sake.
    if (type == Type::alter && seen.log_on == ntlm::LogOn::anonymous) return;
    if (seen.message == ntlm::Message::authenticate) {
      emit(Operation{.cls = OperationClass::auth, .function_code = kLogIn + static_cast<std::uint32_t>(seen.log_on)});
      has_logged_in_ = seen.log_on != ntlm::LogOn::anonymous;
    } else if (emit.context().speaker == Role::client && gssapi::holds_kerberos_request(token)) {
      emit(Operation{.cls = OperationClass::auth, .function_code = kKerberos});
    }
  }

  // C706 §12.6.4.9: size ×4, context ×2, operation ×2, object ×16 where flagged, arguments
  void on_request(const Pdu& pdu, Bytes body, const std::optional<Verifier>& verifier, const Emit& emit) {
    if ((pdu.flags & Flag::first_fragment) == 0) return;
    ByteReader r(body);
    r.skip(4);
    const Presented* const called = find(pdu.u16(r));
    const std::uint16_t opnum = pdu.u16(r);
    if ((pdu.flags & Flag::object) != 0) r.skip(16);
    if (!r.ok() || !called) return;
    note(*called);
    const Method* const method = find_method(called->interface, opnum);
    const OperationClass cls = method ? method->cls : OperationClass::other;
    emit(Operation{.cls = cls, .function_code = opnum, .qualifier = called->group, .actor = asker()});
    open_.ask(pdu.call, emit.context().speaker, cls, opnum, called->group);
    const Bytes arguments = is_readable(pdu, verifier) ? arguments_of(r.rest()) : Bytes();
    if (method && method->takes == Method::Takes::items) ask_for_items(pdu.call, arguments);
    if (method && method->takes == Method::Takes::log_in) on_log_in(pdu.call, arguments, emit);
    if (!is_command(cls)) return;
    ControlAction action = command(cls, opnum, method->name);
    text::Line<48> names;
    if (method->takes == Method::Takes::handles) read_handles(arguments, action, names);
    commands_.ask(pdu.call, action, emit);
  }
  // Behind ORPCTHIS; nothing where that has extensions, for they take more room.
  static Bytes arguments_of(Bytes stub) noexcept {
    ByteReader r(stub);
    r.skip(kOrpcThis - 4);
    return r.le32() == 0 ? r.rest() : Bytes();
  }
  void ask_for_items(std::uint32_t call, Bytes arguments) {
    if (!items_) items_ = std::make_unique<OpcItems>();
    held_ = sizeof(OpcItems);
    items_->ask(call, arguments);
  }
  // OPC Security 1.00 §4.4: user, password
  void on_log_in(std::uint32_t call, Bytes arguments, const Emit& emit) {
    ByteReader r(arguments);
    const text::Utf8<128> user(take_string(r));
    text::Utf8<255> secret(take_string(r));
    if (r.ok() && !user.view().empty()) {
      log_in_.user(user.view());
      log_in_.password(secret.view(), emit);
      log_in_call_ = call;
    }
    secret.clear();
  }
  // count ×4, and the array: its size ×4, handles ×4, as the server numbers the items of a group
  void read_handles(Bytes arguments, ControlAction& action, text::Line<48>& names) const noexcept {
    ByteReader r(arguments);
    const std::uint32_t count = r.le32();
    if (r.le32() != count || count == 0) return;
    const std::uint32_t first = r.le32();
    bool is_run = true;
    names << (items_ ? items_->name_of(first) : std::string_view());
    bool all_named = !names.view().empty();
    for (std::uint32_t i = 1; i < count && r.ok(); ++i) {
      const std::uint32_t handle = r.le32();
      is_run &= handle == first + i;
      const std::string_view name = all_named ? items_->name_of(handle) : std::string_view();
      all_named &= !name.empty();
      if (all_named) names << ", " << name;
    }
    if (!r.ok()) return;
    action.point_kind = "OPC item handle";
    action.point = first;
    action.points = is_run ? count : 1;
    if (names.view().empty() && !is_run) names << count << " items";
    action.value = names.view();
  }

  // C706 §12.6.4.10, §12.6.4.7: size ×4, context ×2, cancels, 0; then results, or the status ×4 of a fault
  void on_answer(const Pdu& pdu, Bytes body, const std::optional<Verifier>& verifier, bool complete, const Emit& emit) {
    if ((pdu.flags & Flag::last_fragment) == 0) return;
    const OpenRequest asked = open_.answer(pdu.call, emit.context().speaker);
    if (!asked.is_known) return;
    ByteReader r(body);
    r.skip(4);
    const Presented* const called = find(pdu.u16(r));
    r.skip(2);
    const Bytes stub = r.rest();
    const bool readable = r.ok() && complete && is_readable(pdu, verifier);
    Outcome outcome = Outcome::none;
    std::string_view status;
    if (pdu.type == Type::fault) {
      outcome = Outcome::refused;
      ByteReader s(stub);
      status = status_name(pdu.u32(s));
    } else if (readable && called && called->interface && !called->interface->methods.empty() && stub.size() >= 4) {
      ByteReader s(stub.last(4));  // the HRESULT, or an error of the resolver
      const std::uint32_t result = s.le32();
      const bool is_resolver = called->interface->family == Family::resolver;
      const bool refused = is_resolver ? result != 0 : result >> 31 != 0;
      outcome = refused ? Outcome::refused : Outcome::accepted;
      if (refused) status = status_name(result);
      if (is_resolver && !refused) state_string_bindings(stub, emit);
      if (items_ && !refused && stub.size() > kOrpcThat) items_->answer(pdu.call, stub.subspan(kOrpcThat));
    }
    if (log_in_.pending() && pdu.call == log_in_call_ && outcome != Outcome::none)
      log_in_.answer(outcome == Outcome::accepted, emit);
    emit(Operation{.cls = asked.cls,
                   .function_code = asked.function_code,
                   .qualifier = asked.qualifier,
                   .outcome = outcome,
                   .actor = asker()});
    commands_.answer(pdu.call, outcome, status, emit);
    const bool is_opc = called && called->interface && called->interface->family == Family::opc;
    if (is_opc && outcome == Outcome::accepted && !has_logged_in_) emit(OpenAccess{"opc-anonymous"});
  }

  std::array<Presented, 16> presented_;
  std::size_t presented_count_ = 0;
  std::array<std::uint16_t, 16> proposals_{};  // contexts of the latest bind, in its order
  std::size_t proposed_ = 0;
  bool is_opc_ = false, serves_ = false, calls_back_ = false;
  bool has_logged_in_ = false;
  OpenRequests<16> open_;
  OpenCommands<4> commands_;
  std::unique_ptr<OpcItems> items_;  // once some were added
  text::LogIn log_in_{"opc"};
  std::uint32_t log_in_call_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<DceRpc>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "dcerpc",
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .function_name = function_name,
    .qualified_name = qualified_name,
    .open = open,
};

}  // namespace kakoi::dcerpc

namespace kakoi::opc_classic {

constinit const Protocol protocol = {
    .name = "opc_classic",
    .ports = {},
    .max_pdu = dcerpc::kMaxPdu,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::ot,
    .frame = dcerpc::frame,
    .probe = [](Bytes, Role) { return false; },  // its octets are DCE/RPC's
    .speaker = dcerpc::speaker,
    .function_name = dcerpc::function_name,
    .qualified_name = dcerpc::qualified_name,
    .open = dcerpc::open,
};

}  // namespace kakoi::opc_classic
