#include "dissectors/dlms/dlms.h"

#include <array>
#include <utility>

#include "dissectors/core/open_commands.h"
#include "dissectors/dlms/apdu.h"
#include "dissectors/dlms/association.h"
#include "dissectors/dlms/cosem.h"
#include "dissectors/dlms/frame.h"

namespace kakoi::dlms {

namespace {

// Function codes: tags of APDUs. An association request has its mechanism × 256 with it, and beyond are HDLC's frames.
constexpr std::uint32_t kMechanism = 0x100, kCipheredContext = 0x10, kHdlc = 0x1'0000, kCiphered = 0x2'0000;
constexpr std::uint8_t kSuccess = 0, kData = 0;
constexpr std::size_t kMostListed = 8;  // objects of one request that are told of one by one

std::string_view function_name(std::uint32_t code) {
  switch (code) {
    case kMechanism* low + aarq:
      return "Association request, low level security";
    case kMechanism * 2 + aarq:
      return "Association request, high level security";
    case kMechanism * 3 + aarq:
      return "Association request, high level, MD5";
    case kMechanism * 4 + aarq:
      return "Association request, high level, SHA-1";
    case kMechanism * 5 + aarq:
      return "Association request, high level, GMAC";
    case kMechanism * 6 + aarq:
      return "Association request, high level, SHA-256";
    case kMechanism * 7 + aarq:
      return "Association request, high level, ECDSA";
    case kMechanism* kCipheredContext + aarq:
      return "Association request, ciphered";
    case kHdlc + snrm:
      return "HDLC SNRM";
    case kHdlc + disc:
      return "HDLC DISC";
    case kHdlc + ua:
      return "HDLC UA";
    case kHdlc + dm:
      return "HDLC DM";
    case kHdlc + frmr:
      return "HDLC FRMR";
    case kCiphered:
      return "Ciphered by the association's key";
    default:
      break;
  }
  const Kind* const known = code <= 0xFF ? find_kind(static_cast<std::uint8_t>(code)) : nullptr;
  return known ? known->name : std::string_view{};
}

// A meter answers and reports; over TCP it may be the one that connects.
Protocol::Speaker speaker(Bytes pdu) {
  const auto m = parse({Role::client, pdu, pdu.size()});
  if (!m) return {Role::client, false};
  Bytes apdu = m->content;
  if (m->is_hdlc) {
    const Control kind = kind_of(m->control);
    if (kind == snrm || kind == disc) return {Role::client, true};
    if (kind == ua || kind == dm || kind == frmr) return {Role::server, true};
    if (!has_llc(apdu)) return {Role::client, false};
    return {apdu[1] == 0xE6 ? Role::client : Role::server, true};
  }
  const Kind* const known = apdu.empty() ? nullptr : find_kind(apdu[0]);
  if (!known || known->way == Way::either) return {Role::client, false};
  return {known->way == Way::asks ? Role::client : Role::server, true};
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    const auto m = parse(pdu);
    if (!m) return Interest::more;
    if (!m->checks) {
      emit(Anomaly{Fault::bad_checksum, static_cast<std::uint32_t>(pdu.bytes.size() - 1)});
      return Interest::more;
    }
    is_cut_ = !pdu.complete();
    is_whole_ = !is_cut_ && !m->is_segment;
    if (!m->is_hdlc) {
      on_apdu(*m, m->content, emit);
      return Interest::more;
    }
    const Control kind = kind_of(m->control);
    if (kind != information && kind != unnumbered) {
      if (kind != supervisory) on_link(*m, kind, emit);
      return Interest::more;
    }
    bool& inside = inside_[static_cast<std::size_t>(pdu.speaker)];
    const bool continues = inside;
    inside = m->is_segment;
    if (continues || m->content.empty()) return Interest::more;
    if (has_llc(m->content))
      on_apdu(*m, m->content.subspan(kLlc), emit);
    else if (pdu.complete())
      emit(Anomaly{Fault::bad_value, 0});
    return Interest::more;
  }
  void on_gap(Role speaker) override {
    commands_.on_gap();
    inside_[static_cast<std::size_t>(speaker)] = false;
    // What is missing may have been a request under the same invoke-id, or a log-in.
    asked_ = {};
    association_ = short_ = latest_ = {};
    access_ = {};
    link_asked_ = 0;
    secret_.clear();
    is_anonymous_ = false;
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  // Who asks is the client, whoever has opened the connection.
  struct Said {
    Role actor;
    std::uint32_t unit, peer;
  };
  struct Asked {
    bool is_known = false, may_anybody = false;
    std::uint8_t tag = 0, invoke = 0;
    Role actor = Role::client;
    OperationClass cls = OperationClass::other;
    std::uint32_t unit = 0, peer = 0;
    Object object;  // class 0: not told
    std::uint32_t qualifier() const noexcept { return is_known && object.class_id != 0 ? object.class_id : kNoValue; }
  };
  using Key = std::uint64_t;

  static Said said(const Message& m, bool asks, const Emit& emit) noexcept {
    const Role speaker = emit.context().speaker;
    return asks ? Said{speaker, m.destination, m.source} : Said{other(speaker), m.source, m.destination};
  }

  static void state(const Said& s, OperationClass cls, std::uint32_t code, const Emit& emit,
                    std::uint32_t qualifier = kNoValue, Outcome outcome = Outcome::none, bool is_message = true) {
    emit(Operation{.cls = cls,
                   .function_code = code,
                   .unit = s.unit,
                   .peer_unit = s.peer,
                   .qualifier = qualifier,
                   .outcome = outcome,
                   .is_message = is_message,
                   .actor = s.actor});
  }

  // SNRM and DISC, and what UA or DM make of them.
  void on_link(const Message& m, Control kind, const Emit& emit) {
    const bool asks = kind == snrm || kind == disc;
    const Said s = said(m, asks, emit);
    state(s, OperationClass::session, kHdlc + kind, emit);
    if (asks) {
      link_asked_ = kind;
      link_actor_ = s.actor;
      inside_ = {};
    } else if (link_asked_ != 0 && link_actor_ == s.actor) {
      state(s, OperationClass::session, kHdlc + link_asked_, emit, kNoValue,
            kind == ua ? Outcome::accepted : Outcome::refused, false);
      link_asked_ = 0;
    }
  }

  void on_apdu(const Message& m, Bytes apdu, const Emit& emit) {
    const Kind* const kind = apdu.empty() ? nullptr : find_kind(apdu[0]);
    if (!kind) return emit(Anomaly{Fault::unknown_type, 0});
    const auto tag = static_cast<std::uint8_t>(kind->code);
    const bool asks = kind->way == Way::asks || (kind->way == Way::either && emit.context().speaker == Role::client);
    const Said s = said(m, asks, emit);
    if (kind->is_ciphered) return on_ciphered(s, *kind, asks, emit);
    ByteReader r{apdu.subspan(1)};
    switch (tag) {
      case aarq:
        return on_association_request(s, apdu, emit);
      case aare:
        return on_association_response(s, apdu, emit);
      case get_request:
        return on_get(s, r, emit);
      case set_request:
      case action_request:
        return on_change(s, tag, r, emit);
      case get_response:
        return on_got(s, r, emit);
      case set_response:
      case action_response:
        return on_changed(s, tag, r, emit);
      case access_request:
        return on_access(s, r, emit);
      case access_response:
        return on_accessed(s, apdu, emit);
      case read_request:
      case write_request:
      case unconfirmed_write:
        return on_short_names(s, *kind, r, emit);
      case read_response:
      case write_response:
        return on_short_answer(s, tag, r, emit);
      case exception_response:
      case confirmed_service_error:
        state(s, kind->cls, tag, emit);
        return refuse_latest(s, emit);
      default:
        return state(s, kind->cls, tag, emit);
    }
  }

  void on_ciphered(const Said& s, const Kind& kind, bool asks, const Emit& emit) {
    state(s, kind.cls, kind.code, emit);
    // Only who has the association's keys can cipher: that is how this client proves who it is.
    if (asks && !ciphered_stated_) {
      state(s, OperationClass::auth, kCiphered, emit, kNoValue, Outcome::none, false);
      ciphered_stated_ = true;
    }
    if (asks) latest_ = {true, false, static_cast<std::uint8_t>(kind.code), 0, s.actor, kind.cls, s.unit, s.peer, {}};
  }

  void on_association_request(const Said& s, Bytes apdu, const Emit& emit) {
    const auto a = read_association(apdu);
    association_ = {};
    secret_.clear();
    is_anonymous_ = false;
    if (!a || !a->is_complete) return;
    std::uint32_t code = aarq + kMechanism * a->mechanism;
    if (a->mechanism == lowest && a->is_ciphered) code += kMechanism * kCipheredContext;
    is_anonymous_ = code == aarq;
    association_ = {true,   false,  aarq, 0, s.actor, code == aarq ? OperationClass::session : OperationClass::auth,
                    s.unit, s.peer, {}};
    association_code_ = code;
    state(s, association_.cls, code, emit);
    state_title(a->title, emit);
    if (a->mechanism == low && !a->secret.empty()) {
      secret_.assign(as_text(a->secret));
      emit(Credential{"dlms", "", secret_.view(), CredentialOutcome::attempted, s.actor});
    }
  }

  void on_association_response(const Said& s, Bytes apdu, const Emit& emit) {
    const auto a = read_association(apdu);
    if (!a || !a->is_complete) return;
    state(s, OperationClass::session, aare, emit);
    state_title(a->title, emit);
    if (a->result == kSuccess && a->goes_on) return;
    conclude_association(s, a->result == kSuccess ? Outcome::accepted : Outcome::refused, emit);
  }
  bool conclude_association(const Said& s, Outcome outcome, const Emit& emit) {
    if (!association_.is_known || association_.actor != s.actor) return false;
    association_.is_known = false;
    state(s, association_.cls, association_code_, emit, kNoValue, outcome, false);
    if (!secret_.empty())
      emit(Credential{"dlms", "", secret_.view(),
                      outcome == Outcome::accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected,
                      s.actor});
    secret_.clear();
    return true;
  }

  // choice | invoke-id and priority | object … (62056-5-3, clause 8.3); lists: count | objects
  void on_get(const Said& s, ByteReader r, const Emit& emit) {
    constexpr std::uint8_t kNext = 2, kList = 3;
    const std::uint8_t choice = r.u8(), invoke = r.u8();
    if (choice == kList) read_length(r);
    const Object object = choice == kNext ? asked_of(s, invoke).object : read_object(r);
    if (!r.ok()) return;
    Object told = object;
    if (choice == kList) told.number = 0;  // of several, the values are not told apart
    ask(s, get_request, invoke, OperationClass::read, told, emit);
  }

  void on_change(const Said& s, std::uint8_t tag, ByteReader r, const Emit& emit) {
    constexpr std::uint8_t kNormal = 1;
    const bool is_action = tag == action_request;
    const std::uint8_t choice = r.u8(), invoke = r.u8();
    // SET: 1 normal, 2 with first block, 3 with block, 4 and 5 lists. ACTION: 1, 2 next block of the answer, 3 list, 4 with
    // first block, 5 list, 6 with block.
    const bool is_list = is_action ? choice == 3 || choice == 5 : choice == 4 || choice == 5;
    const bool continues = is_action ? choice == 2 || choice == 6 : choice == 3;
    if (!r.ok()) return;
    if (continues) {
      const Asked& asked = asked_of(s, invoke);
      const bool known = asked.is_known && asked.tag == tag;
      return state(s, known ? asked.cls : find_kind(tag)->cls, tag, emit, known ? asked.qualifier() : kNoValue);
    }
    const std::size_t count = is_list ? read_length(r) : 1;
    for (std::size_t i = 0; i < count && i < kMostListed && r.ok(); ++i) {
      const Object o = read_object(r);
      if (!r.ok()) return;
      const OperationClass cls = is_action ? class_of_action(o) : class_of_set(o);
      const bool has_selection = !is_action && r.u8() != 0;
      if (i == 0) ask(s, tag, invoke, cls, o, emit);
      const Bytes value = choice == kNormal && !has_selection ? value_of(is_action, r) : Bytes{};
      command(s, is_action, tag, invoke, i, cls, o, value, emit);
      if (has_selection) return;  // what it holds is not read, and the next object is behind it
    }
  }
  static Bytes value_of(bool is_action, ByteReader r) noexcept {
    if (is_action && r.u8() == 0) return {};  // no parameter
    return r.rest();
  }

  void command(const Said& s, bool is_action, std::uint8_t tag, std::uint8_t invoke, std::size_t index,
               OperationClass cls, const Object& o, Bytes value, const Emit& emit) {
    if (o.class_id == association_class && is_action && o.number == reply_to_hls) return;  // a log-in
    if (is_cut_) return;                                                                   // its value may be missing
    if (o.class_id == association_class && !is_action && o.number == secret) state_secret(s, value, emit);
    ObjectLine line;
    put_object(o, is_action, line);
    put_number(value, line);
    ControlAction action;
    action.cls = cls;
    action.function_code = tag;
    action.unit = s.unit;
    action.peer_unit = s.peer;
    const std::string_view kind = class_name(o.class_id);
    action.point_kind = kind.empty() ? "object" : kind;
    action.step = is_action ? method_name(o) : "write";
    action.value = line.view();
    commands_.ask(key(s, tag, invoke, index), action, emit);
  }
  // The password that this association shall have from now on.
  static void state_secret(const Said& s, Bytes value, const Emit& emit) {
    constexpr std::uint8_t kOctetString = 0x09;
    ByteReader r{value};
    const bool is_text = r.u8() == kOctetString;
    const Bytes octets = r.take(read_length(r));
    if (is_text && r.ok() && !octets.empty())
      emit(Credential{"dlms", "", as_text(octets), CredentialOutcome::attempted, s.actor});
  }

  // GET response: 1 normal: 0 data or 1 result; 2 with block: last | number ×4 | 0 octets or 1 result; 3 list: count | …
  void on_got(const Said& s, ByteReader r, const Emit& emit) {
    constexpr std::uint8_t kNormal = 1, kBlock = 2;
    const std::uint8_t choice = r.u8(), invoke = r.u8();
    const Asked asked = take_asked(s, invoke, get_request);
    bool goes_on = false;
    if (choice == kBlock) {
      goes_on = r.u8() == 0;
      r.skip(4);
    } else if (choice != kNormal) {
      read_length(r);
    }
    const bool is_data = r.u8() == kData;
    if (!r.ok()) return;
    state(s, OperationClass::read, get_response, emit, asked.qualifier());
    if (!asked.is_known) return;
    conclude(s, asked, is_data ? Outcome::accepted : Outcome::refused, emit);
    if (!is_data) return;
    if (goes_on) asked_of(s, invoke) = asked;  // the next request does not say of what
    if (choice == kNormal && is_whole_) state_identity(asked.object, r.rest(), emit);
  }

  // SET response: 1 normal: result; 2 block taken; 3 last block: result; 4 last block: results; 5 results.
  // ACTION response: 1 normal: result | …; 2 with block; 3 list: results, each with a value; 4 next block.
  void on_changed(const Said& s, std::uint8_t tag, ByteReader r, const Emit& emit) {
    const bool is_action = tag == action_response;
    const auto request = static_cast<std::uint8_t>(is_action ? action_request : set_request);
    const std::uint8_t choice = r.u8(), invoke = r.u8();
    if (!r.ok()) return;
    const Asked& waiting = asked_of(s, invoke);
    const bool known = waiting.is_known && waiting.tag == request;
    state(s, known ? waiting.cls : find_kind(tag)->cls, tag, emit, known ? waiting.qualifier() : kNoValue);
    const bool is_list = is_action ? choice == 3 : choice == 4 || choice == 5;
    if (!is_list && choice != 1 && (is_action || choice != 3)) return;  // nothing is decided yet
    const std::size_t count = is_list ? read_length(r) : 1;
    bool any = false;
    std::size_t told = 0;
    for (std::size_t i = 0; i < count && r.ok(); ++i) {
      const std::uint8_t result = r.u8();
      if (!r.ok()) break;
      ++told;
      any = any || result == kSuccess;
      const Outcome outcome = result == kSuccess ? Outcome::accepted : Outcome::refused;
      if (i < kMostListed)
        commands_.answer(key(s, request, invoke, i), outcome,
                         outcome == Outcome::refused ? result_name(result) : std::string_view{}, emit);
      if (is_action && is_list && r.u8() != 0) break;  // a value, behind which the others are
    }
    // Of several, some of which were done: accepted.
    const Asked asked = take_asked(s, invoke, request);
    if (asked.is_known && told != 0) conclude(s, asked, any ? Outcome::accepted : Outcome::refused, emit);
  }

  // long invoke-id and priority ×4 | date and time | count | { 1 GET, 2 SET, 3 ACTION | object; 4, 5 the first two with
  // a selection | … } … | count | values (62056-5-3, clause 8.3)
  void on_access(const Said& s, ByteReader r, const Emit& emit) {
    enum { get = 1, set, action, get_selected, set_selected };
    access_ = {};
    access_.id = r.be32();
    r.skip(read_length(r));
    access_.count = read_length(r);
    Asked& asked = access_.asked;
    asked = {true, true, access_request, 0, s.actor, OperationClass::read, s.unit, s.peer, {}};
    for (std::size_t i = 0; i < access_.count && i < kMostListed; ++i) {
      const std::uint8_t choice = r.u8();
      const Object o = read_object(r);
      if (!r.ok() || choice < get || choice > set_selected) break;
      if (i == 0) asked.object = o;
      asked.may_anybody = asked.may_anybody && is_public(o);
      const bool is_action = choice == action;
      if (is_action || choice == set || choice == set_selected) {
        const OperationClass cls = is_action ? class_of_action(o) : class_of_set(o);
        if (!is_command(asked.cls)) asked.cls = cls;  // the first that commands
        command(s, is_action, access_request, static_cast<std::uint8_t>(access_.id), i, cls, o, {}, emit);
      }
      if (choice > action) break;  // by what it selects, is not read, and the next object is behind it
    }
    latest_ = asked;
    latest_.invoke = static_cast<std::uint8_t>(access_.id);
    state(s, asked.cls, access_request, emit, asked.qualifier());
  }

  // long invoke-id and priority ×4 | date and time | [requests] | values | count | { 1 GET, 2 SET, 3 ACTION | result } …
  void on_accessed(const Said& s, Bytes apdu, const Emit& emit) {
    const bool known = access_.asked.is_known && access_.asked.actor == s.actor && access_.asked.unit == s.unit &&
                       access_.asked.peer == s.peer && access_.id == ByteReader(apdu.subspan(1)).be32();
    const Asked asked = known ? std::exchange(access_.asked, {}) : Asked{};
    state(s, asked.cls, access_response, emit, asked.qualifier());
    const std::size_t count = access_.count, size = 1 + 2 * count;
    constexpr std::size_t kMost = 0x7F, kHead = 7;
    if (!known || !is_whole_ || count == 0 || count > kMost || apdu.size() < kHead + size) return;
    const Bytes results = apdu.last(size);  // behind values whose lengths need not be known
    bool fits = results[0] == count, any = false;
    for (std::size_t i = 1; i < size; i += 2) fits = fits && results[i] - 1u < 3;
    if (!fits) return;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint8_t result = results[2 + 2 * i];
      any = any || result == kSuccess;
      if (i < kMostListed)
        commands_.answer(key(s, access_request, static_cast<std::uint8_t>(access_.id), i),
                         result == kSuccess ? Outcome::accepted : Outcome::refused,
                         result == kSuccess ? std::string_view{} : result_name(result), emit);
    }
    conclude(s, asked, any ? Outcome::accepted : Outcome::refused, emit);
  }

  // count | { 2: name ×2, 4: name ×2, selector | … } … (62056-5-3, clause 8.3, variable access specification)
  void on_short_names(const Said& s, const Kind& kind, ByteReader r, const Emit& emit) {
    constexpr std::uint8_t kName = 2, kParameterized = 4;
    const auto tag = static_cast<std::uint8_t>(kind.code);
    state(s, kind.cls, tag, emit);
    const std::size_t count = read_length(r);
    Asked asked{true, false, tag, 0, s.actor, kind.cls, s.unit, s.peer, {}};
    if (tag != unconfirmed_write) short_ = asked;
    latest_ = asked;
    for (std::size_t i = 0; i < count && i < kMostListed; ++i) {
      const std::uint8_t choice = r.u8();
      if (choice != kName && choice != kParameterized) return;
      const std::uint16_t name = r.be16();
      if (!r.ok()) return;
      emit(Points{kind.cls, s.unit, s.peer, "short name", name, 1});
      if (kind.cls == OperationClass::write) {
        ControlAction action;
        action.cls = OperationClass::write;
        action.function_code = tag;
        action.unit = s.unit;
        action.peer_unit = s.peer;
        action.point_kind = "short name";
        action.point = name;
        action.step = "write";
        if (tag == write_request) {
          commands_.ask(key(s, tag, 0, i), action, emit);
        } else {  // nobody answers it
          action.actor = s.actor;
          action.asked = emit.context().packet;
          emit(action);
        }
      }
      if (choice == kParameterized) return;  // its parameter is not read
    }
  }

  // count | { read: 0 data, 1 result, 2 block; write: 0 done, 1 result } …
  void on_short_answer(const Said& s, std::uint8_t tag, ByteReader r, const Emit& emit) {
    const bool is_write = tag == write_response;
    const auto request = static_cast<std::uint8_t>(is_write ? write_request : read_request);
    state(s, find_kind(tag)->cls, tag, emit);
    const std::size_t count = read_length(r);
    bool any = false, told = false;
    for (std::size_t i = 0; i < count; ++i) {
      const bool done = r.u8() != 1;
      const std::uint8_t result = done ? kSuccess : r.u8();
      if (!r.ok()) break;
      told = true;
      any = any || done;
      if (!is_write) break;  // a value, behind which the others are
      if (i < kMostListed)
        commands_.answer(key(s, request, 0, i), done ? Outcome::accepted : Outcome::refused,
                         done ? std::string_view{} : result_name(result), emit);
    }
    const Asked asked = std::exchange(short_, {});
    if (told && asked.is_known && asked.tag == request && asked.actor == s.actor)
      conclude(s, asked, any ? Outcome::accepted : Outcome::refused, emit);
  }

  void ask(const Said& s, std::uint8_t tag, std::uint8_t invoke, OperationClass cls, const Object& object,
           const Emit& emit) {
    Asked& asked = asked_of(s, invoke);
    asked = {true, is_public(object), tag, invoke, s.actor, cls, s.unit, s.peer, object};
    latest_ = asked;
    state(s, cls, tag, emit, asked.qualifier());
  }
  // By the lower half of invoke-id and priority, which the answer repeats.
  Asked& asked_of(const Said& s, std::uint8_t invoke) noexcept {
    return asked_[static_cast<std::size_t>(s.actor)][invoke & 0x0F];
  }
  Asked take_asked(const Said& s, std::uint8_t invoke, std::uint8_t tag) noexcept {
    Asked& waiting = asked_of(s, invoke);
    if (!waiting.is_known || waiting.tag != tag || waiting.unit != s.unit || waiting.peer != s.peer) return {};
    return std::exchange(waiting, {});
  }
  void conclude(const Said& s, const Asked& asked, Outcome outcome, const Emit& emit) {
    state(s, asked.cls, asked.tag, emit, asked.qualifier(), outcome, false);
    // Without a log-in, something was read or changed that is not there for everybody.
    if (outcome != Outcome::accepted || !is_anonymous_ || asked.may_anybody || open_stated_ || s.actor != Role::client)
      return;
    emit(OpenAccess{"dlms"});
    open_stated_ = true;
  }
  // These answers do not say what they answer: it is what was asked last.
  void refuse_latest(const Said& s, const Emit& emit) {
    if (conclude_association(s, Outcome::refused, emit)) return;
    const Asked asked = std::exchange(latest_, {});
    if (!asked.is_known || asked.actor != s.actor) return;
    take_asked(s, asked.invoke, asked.tag);
    short_ = access_.asked = {};
    for (std::size_t i = 0; i < kMostListed; ++i)
      commands_.answer(key(s, asked.tag, asked.invoke, i), Outcome::refused, "refused", emit);
    state(s, asked.cls, asked.tag, emit, asked.qualifier(), Outcome::refused, false);
  }

  static Key key(const Said& s, std::uint8_t tag, std::uint8_t invoke, std::size_t index) noexcept {
    return Key{s.unit & 0xFFFF} << 32 | Key{s.peer & 0xFF} << 24 | Key{tag} << 16 | Key{invoke & 0x0Fu} << 8 | index;
  }

  bool is_whole_ = true, is_cut_ = false;  // the APDU in hand: by segments; by the snap length
  bool is_anonymous_ = false, open_stated_ = false, ciphered_stated_ = false;
  std::array<bool, 2> inside_{};  // a segmented APDU, by speaker
  std::uint8_t link_asked_ = 0;
  Role link_actor_ = Role::client;
  Asked association_, short_, latest_;
  struct {
    std::uint32_t id = 0;
    std::size_t count = 0;  // of requests in it
    Asked asked;
  } access_;
  std::uint32_t association_code_ = aarq;
  text::Held<64> secret_;
  std::array<std::array<Asked, 16>, 2> asked_{};
  OpenCommands<16> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {4059};

}  // namespace

constinit const Protocol protocol{
    .name = "dlms",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMostRead,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::dlms
