#include "dissectors/dlms/dlms.h"

#include <array>
#include <utility>

#include "dissectors/dlms/access.h"
#include "dissectors/dlms/apdu.h"
#include "dissectors/dlms/association.h"
#include "dissectors/dlms/frame.h"
#include "dissectors/dlms/function.h"
#include "dissectors/dlms/logical_names.h"
#include "dissectors/dlms/requests.h"
#include "dissectors/dlms/short_names.h"

namespace kakoi::dlms {

namespace {

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
    requests_.on_gap();
    inside_[static_cast<std::size_t>(speaker)] = false;
    association_ = {};
    secret_.clear();
    short_names_ = {};
    access_ = {};
    link_asked_ = 0;
  }
  void on_end(const Emit& emit) override { requests_.on_end(emit); }

 private:
  static Said said(const Message& m, bool asks, const Emit& emit) noexcept {
    const Role speaker = emit.context().speaker;
    return asks ? Said{speaker, m.destination, m.source} : Said{other(speaker), m.source, m.destination};
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
        return on_get(s, r, requests_, emit);
      case set_request:
      case action_request:
        return on_change(s, tag, r, is_cut_, requests_, emit);
      case get_response:
        return on_got(s, r, is_whole_, requests_, emit);
      case set_response:
      case action_response:
        return on_changed(s, tag, r, requests_, emit);
      case access_request:
        return access_.on_request(s, r, is_cut_, requests_, emit);
      case access_response:
        return access_.on_response(s, apdu, is_whole_, requests_, emit);
      case read_request:
      case write_request:
      case unconfirmed_write:
        return short_names_.on_request(s, *kind, r, requests_, emit);
      case read_response:
      case write_response:
        return short_names_.on_response(s, tag, r, requests_, emit);
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
    if (asks)
      requests_.set_latest({.is_known = true, .tag = static_cast<std::uint8_t>(kind.code), .by = s, .cls = kind.cls});
  }

  void on_association_request(const Said& s, Bytes apdu, const Emit& emit) {
    const auto a = read_association(apdu);
    association_ = {};
    secret_.clear();
    requests_.set_anonymous(false);
    if (!a || !a->is_complete) return;
    std::uint32_t code = aarq + kMechanism * a->mechanism;
    if (a->mechanism == lowest && a->is_ciphered) code += kMechanism * kCipheredContext;
    const bool is_anonymous = code == aarq;
    requests_.set_anonymous(is_anonymous);
    association_ = {true, s.actor, is_anonymous ? OperationClass::session : OperationClass::auth, code};
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
    state(s, association_.cls, association_.code, emit, kNoValue, outcome, false);
    if (!secret_.empty())
      emit(Credential{"dlms", "", secret_.view(),
                      outcome == Outcome::accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected,
                      s.actor});
    secret_.clear();
    return true;
  }

  void refuse_latest(const Said& s, const Emit& emit) {
    if (conclude_association(s, Outcome::refused, emit) || !requests_.refuse_latest(s, emit)) return;
    short_names_ = {};
    access_ = {};
  }

  bool is_whole_ = true, is_cut_ = false;  // the APDU in hand: neither cut nor in segments; cut by the snap length
  bool ciphered_stated_ = false;
  std::array<bool, 2> inside_{};  // a segmented APDU, by speaker
  std::uint8_t link_asked_ = 0;
  Role link_actor_ = Role::client;
  struct {  // that was asked for
    bool is_known = false;
    Role actor = Role::client;
    OperationClass cls = OperationClass::other;
    std::uint32_t code = aarq;
  } association_;
  text::Held<64> secret_;
  Requests requests_;
  Access access_;
  ShortNames short_names_;
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
