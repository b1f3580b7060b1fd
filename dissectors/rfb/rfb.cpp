// RFB 3.3, 3.7 and 3.8 up to the server's first word after the log-in (RFC 6143 §7.1–7.3).
// Not here: what security types of makers' own exchange (Tight, RA2, Apple), screens, keys, files.
//
//   server "RFB 003.008\n"   client "RFB 003.008\n"
//   3.7, 3.8: server count types…  client type         3.3: server type ×4
//   VNC: server challenge ×16  client response ×16      3.8, or after a challenge: server result ×4
//   client shared-flag   server width ×2 height ×2 format ×16 length ×4 name
#include "dissectors/rfb/rfb.h"

#include <algorithm>
#include <array>

#include "dissectors/core/text.h"

namespace kakoi::rfb {

namespace {

constexpr std::uint16_t kPorts[] = {5900, 5901, 5902, 5903};
constexpr std::size_t kVersion = 12, kMaxPdu = 256;

bool is_version(Bytes b) noexcept {
  constexpr std::string_view kPattern = "RFB ddd.ddd\n";
  for (std::size_t i = 0; i < std::min(b.size(), kVersion); ++i)
    if (kPattern[i] == 'd' ? !text::is_digit(static_cast<char>(b[i])) : static_cast<char>(b[i]) != kPattern[i])
      return false;
  return true;
}

// Nothing after the version has a length of its own, so bytes come as they are and are counted below.
Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(1);
  if (bytes[0] == 'R' && is_version(bytes))
    return bytes.size() < kVersion ? Frame::more(kVersion) : Frame::whole(kVersion);
  return Frame::whole(std::min(bytes.size(), kMaxPdu));
}

bool probe(Bytes bytes, Role) { return bytes.size() >= kVersion && is_version(bytes); }

enum Type : std::uint8_t { invalid = 0, none = 1, vnc = 2 };

std::string_view function_name(std::uint32_t code) {
  switch (code) {
    case 1:
      return "security type None";
    case 2:
      return "VNC authentication";
    case 5:
    case 6:
    case 13:
    case 129:
    case 130:
    case 133:
      return "RA2 authentication";
    case 16:
      return "Tight security";
    case 17:
      return "Ultra security";
    case 18:
      return "TLS security";
    case 19:
      return "VeNCrypt";
    case 20:
      return "SASL";
    case 30:
      return "Apple Remote Desktop";
    default:
      return "security type of a maker's own";
  }
}

class Rfb final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (pdu.bytes.empty()) return Interest::more;
    const auto s = static_cast<std::size_t>(pdu.speaker);
    if (!versions_[s]) {
      versions_[s] = true;
      if (pdu.bytes.size() != kVersion || !is_version(pdu.bytes)) return Interest::done;
      const std::string_view version = as_text(pdu.bytes).substr(0, kVersion - 1);
      const auto minor = static_cast<unsigned>((version[9] - '0') * 10 + (version[10] - '0'));
      minor_ = std::min(minor_, minor);  // the lower one is spoken; Apple's 3.889 is 3.8
      if (pdu.speaker == Role::server) emit(Identity{Trait::software, version, "rfb version", 40, {}});
      return Interest::more;
    }
    if (!versions_[0] || !versions_[1]) return Interest::done;
    for (const std::uint8_t octet : pdu.bytes)
      if (take(pdu.speaker, octet, emit) == Interest::done) return Interest::done;
    return Interest::more;
  }

  void on_gap(Role) override { step_ = Step::lost; }

 private:
  enum class Step : std::uint8_t { types, chosen, challenge, response, result, shared, init, name, lost };

  Interest take(Role speaker, std::uint8_t octet, const Emit& emit) {
    const bool by_client = step_ == Step::chosen || step_ == Step::response || step_ == Step::shared;
    if (step_ == Step::lost || by_client != (speaker == Role::client)) return Interest::done;
    ++count_;
    value_ = value_ << 8 | octet;
    switch (step_) {
      case Step::types:
        if (minor_ < 7) return count_ < 4 ? Interest::more : choose(value_, emit);
        if (count_ == 1) types_ = octet;
        if (types_ == 0) return Interest::done;  // refused, for a reason in words
        if (count_ == types_ + 1u) go(Step::chosen);
        return Interest::more;
      case Step::chosen:
        return choose(octet, emit);
      case Step::challenge:
      case Step::response:
        if (count_ == 16) go(step_ == Step::challenge ? Step::response : Step::result);
        return Interest::more;
      case Step::result:
        return count_ < 4 ? Interest::more : end(value_ == 0, emit);
      case Step::shared:
        go(Step::init);
        return Interest::more;
      case Step::init:
        if (count_ < 24) return Interest::more;
        left_ = value_;
        go(Step::name);
        return left_ == 0 ? Interest::done : Interest::more;
      case Step::name:
        name_.push(static_cast<char>(octet));
        if (count_ < std::min<std::uint32_t>(left_, 128)) return Interest::more;
        emit(Identity{Trait::description, name_.view(), "rfb desktop name", 60, {}});
        return Interest::done;
      default:
        return Interest::done;
    }
  }

  Interest choose(std::uint32_t type, const Emit& emit) {
    type_ = type;
    if (type == Type::invalid) return Interest::done;
    emit(Operation{.cls = OperationClass::auth, .function_code = type});
    if (type == Type::vnc) {
      go(Step::challenge);
      return Interest::more;
    }
    if (type != Type::none) return Interest::done;
    if (minor_ < 8) return end(true, emit);  // no result is sent for None before 3.8 (§7.1.3)
    go(Step::result);
    return Interest::more;
  }

  Interest end(bool accepted, const Emit& emit) {
    emit(Operation{.cls = OperationClass::auth,
                   .function_code = type_,
                   .outcome = accepted ? Outcome::accepted : Outcome::refused,
                   .is_message = false});
    if (!accepted) return Interest::done;
    if (type_ == Type::none) emit(OpenAccess{"vnc-none"});
    go(Step::shared);
    return Interest::more;
  }

  void go(Step step) noexcept {
    step_ = step;
    count_ = 0;
    value_ = 0;
  }

  std::array<bool, 2> versions_{};
  unsigned minor_ = 8;
  Step step_ = Step::types;
  std::uint32_t count_ = 0, value_ = 0, type_ = 0, left_ = 0;
  std::uint8_t types_ = 0;
  text::Held<128> name_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Rfb>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "rfb",
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::it,
    .frame = frame,
    .probe = probe,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::rfb
