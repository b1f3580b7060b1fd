// MQTT: CONNECT and CONNACK (MQTT 3.1.1 §3.1, §3.2; MQTT 5.0 §3.1, §3.2). Topics and messages are not read.
//
//   10 | remaining length 1–4 | 00 04 "MQTT" level flags keep-alive ×2 | [properties] client id [will] [user] [password]
//   20 | remaining length | flags | return code | [properties]
#include "dissectors/mqtt/mqtt.h"

#include <algorithm>

#include "dissectors/core/text.h"

namespace kakoi::mqtt {

namespace {

constexpr std::uint16_t kPorts[] = {1883};
constexpr std::size_t kMaxPdu = 4096;
constexpr std::uint8_t kConnect = 0x10, kConnack = 0x20;

// §2.2.3: seven bits an octet, the least first; 0 octets read: not there yet, or no length at all.
struct Remaining {
  std::size_t value = 0, octets = 0;
  bool bad = false;
};
Remaining remaining_length(Bytes bytes) noexcept {
  Remaining r;
  std::size_t value = 0;
  for (std::size_t i = 1; i < std::min<std::size_t>(bytes.size(), 5); ++i) {
    value |= static_cast<std::size_t>(bytes[i] & 0x7F) << 7 * (i - 1);
    if ((bytes[i] & 0x80) == 0) return {value, i, false};
  }
  r.bad = bytes.size() >= 5;
  return r;
}

// §2.2.2: of the flags only those of PUBLISH vary.
bool is_head(std::uint8_t first) noexcept {
  const unsigned type = first >> 4, flags = first & 15u;
  if (type == 0) return false;
  if (type == 3) return (flags & 6) != 6;
  return flags == (type == 6 || type == 8 || type == 10 ? 2u : 0u);
}

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(1);
  if (!is_head(bytes[0])) return Frame::foreign();
  const Remaining length = remaining_length(bytes);
  if (length.bad) return Frame::foreign();
  // What opens a connection names the protocol; the rest has little to go by.
  const std::size_t name = 1 + length.octets + 2;
  if (bytes[0] == kConnect && length.octets != 0 && bytes.size() > name && bytes[name] != 'M') return Frame::foreign();
  return length.octets == 0 ? Frame::more(bytes.size() + 1) : Frame::whole(1 + length.octets + length.value);
}

Bytes field(ByteReader& r) noexcept { return r.take(r.be16()); }

bool is_connect(Bytes bytes) noexcept {
  const Remaining length = remaining_length(bytes);
  if (bytes.empty() || bytes[0] != kConnect || length.octets == 0) return false;
  ByteReader r(bytes.subspan(1 + length.octets));
  const std::string_view name = as_text(field(r));
  return r.ok() && (name == "MQTT" || name == "MQIsdp");
}

bool probe(Bytes bytes, Role speaker) { return frame(bytes, speaker).kind == Frame::Kind::whole && is_connect(bytes); }

Protocol::Speaker speaker(Bytes pdu) {
  if (pdu.empty()) return {Role::client, false};
  return {pdu[0] == kConnack ? Role::server : Role::client, pdu[0] == kConnect || pdu[0] == kConnack};
}

std::string_view function_name(std::uint32_t code) { return code == 1 ? "connect" : std::string_view(); }

class Mqtt final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (pdu.bytes.empty()) return Interest::more;
    const Remaining length = remaining_length(pdu.bytes);
    ByteReader r(pdu.bytes.subspan(std::min(1 + length.octets, pdu.bytes.size())));
    if (pdu.bytes[0] == kConnect) {
      if (pdu.complete() && is_connect(pdu.bytes)) on_connect(r, emit);
      return Interest::more;
    }
    if (pdu.bytes[0] != kConnack) return ++others_ > 8 ? Interest::done : Interest::more;
    r.skip(1);
    const std::uint8_t reason = r.u8();
    if (r.ok() && asked_) on_answer(reason, emit);
    return Interest::done;
  }

  void on_gap(Role) override { asked_ = false; }

 private:
  void on_connect(ByteReader r, const Emit& emit) {
    constexpr std::uint8_t kUser = 0x80, kPassword = 0x40, kWill = 0x04;
    field(r);
    const std::uint8_t level = r.u8(), flags = r.u8();
    r.skip(2);
    if (level >= 5) properties(r);
    const std::string_view id = as_text(field(r));
    if ((flags & kWill) != 0) {
      if (level >= 5) properties(r);
      field(r);
      field(r);
    }
    const std::string_view user = (flags & kUser) != 0 ? as_text(field(r)) : std::string_view();
    const std::string_view secret = (flags & kPassword) != 0 ? as_text(field(r)) : std::string_view();
    if (!r.ok()) return;
    emit(Operation{.cls = OperationClass::auth, .function_code = 1});
    if (!id.empty()) emit(Identity{Trait::description, id, "mqtt client id", 40, {}});
    asked_ = true;
    named_ = (flags & kPassword) != 0;  // a name alone proves nothing
    user_.assign(user);
    secret_.assign(secret);
    if (named_) state(CredentialOutcome::attempted, emit);
  }

  // MQTT 5.0 §2.2.2: a length like the packet's.
  static void properties(ByteReader& r) noexcept {
    std::size_t size = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint8_t octet = r.u8();
      size |= static_cast<std::size_t>(octet & 0x7F) << 7 * i;
      if ((octet & 0x80) == 0) break;
    }
    r.skip(size);
  }

  // 3.1.1 §3.2.2.3: 4 bad user name or password, 5 not authorized; 5.0 §3.2.2.2: 0x86, 0x87, 0x8C bad method.
  void on_answer(std::uint8_t reason, const Emit& emit) {
    const bool accepted = reason == 0;
    const bool refused = reason == 4 || reason == 5 || reason == 0x86 || reason == 0x87 || reason == 0x8C;
    asked_ = false;
    if (!accepted && !refused) return;
    emit(Operation{.cls = OperationClass::auth,
                   .function_code = 1,
                   .outcome = accepted ? Outcome::accepted : Outcome::refused,
                   .is_message = false});
    if (named_)
      state(accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected, emit);
    else if (accepted)
      emit(OpenAccess{"mqtt-anonymous"});
  }

  void state(CredentialOutcome outcome, const Emit& emit) const {
    emit(Credential{"mqtt", user_.view(), secret_.view(), outcome});
  }

  text::Held<128> user_;
  text::Held<255> secret_;
  bool asked_ = false, named_ = false;
  unsigned others_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Mqtt>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "mqtt",
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::mqtt
