// SOCKS 5 (RFC 1928) with user name and password (RFC 1929), SOCKS 4 and 4A (Ying-Da Lee), up to the proxy's answer.
// Not here: GSS-API (RFC 1961), datagrams behind UDP ASSOCIATE, what passes through the proxy unless it is TLS.
//
//   5  client 5 count method…    server 5 method
//      client 1 length user length password    server 1 status (0: accepted)
//      client 5 command 0 address port ×2      server 5 reply 0 address port ×2
//      address: 1 IPv4 ×4 | 3 length name | 4 IPv6 ×16
//   4  client 4 command port ×2 IPv4 ×4 user… 0 [4A, address 0.0.0.x: name… 0]
//      server 0 code (90: granted) port ×2 IPv4 ×4
#include "dissectors/socks/socks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "dissectors/core/text.h"

namespace kakoi::socks {

namespace {

constexpr std::uint16_t kPorts[] = {1080, 9050, 9150};  // 9050 and 9150: Tor
constexpr std::size_t kMaxPdu = 1024;
constexpr std::uint8_t kNoAuthentication = 0, kPassword = 2, kNoneAcceptable = 0xFF;

enum Command : std::uint8_t { connect = 1, bind = 2, udp_associate = 3 };

// Nothing tells the length of a message before the state of the conversation is known, so bytes come as they are and
// are counted below.
Frame frame(Bytes bytes, Role) {
  return bytes.empty() ? Frame::more(1) : Frame::whole(std::min(bytes.size(), kMaxPdu));
}

// IANA, SOCKS methods; 0x80 to 0xFE are private.
bool is_method(std::uint8_t method) noexcept { return method != 4 && (method <= 9 || method >= 0x80); }

bool is_greeting(Bytes b) noexcept {
  return b.size() >= 3 && b[0] == 5 && b.size() == 2u + b[1] &&
         std::all_of(b.begin() + 2, b.end(), [](std::uint8_t m) { return is_method(m) && m != kNoneAcceptable; });
}

// An address and a port, to the end.
bool ends_with_address(Bytes b) noexcept {
  if (b.empty()) return false;
  switch (b[0]) {
    case 1:
      return b.size() == 1 + 4 + 2;
    case 3:
      return b.size() >= 2 && b[1] != 0 && b.size() == 2u + b[1] + 2;
    case 4:
      return b.size() == 1 + 16 + 2;
    default:
      return false;
  }
}

bool is_request5(Bytes b) noexcept {
  return b.size() > 3 && b[0] == 5 && b[1] >= connect && b[1] <= udp_associate && b[2] == 0 &&
         ends_with_address(b.subspan(3));
}
bool is_reply5(Bytes b) noexcept {
  return b.size() > 3 && b[0] == 5 && b[1] <= 8 && b[2] == 0 && ends_with_address(b.subspan(3));
}

bool is_request4(Bytes b) noexcept {
  if (b.size() < 9 || b.back() != 0 || b[0] != 4 || (b[1] != connect && b[1] != bind) || (b[2] | b[3]) == 0)
    return false;
  const bool by_name = (b[4] | b[5] | b[6]) == 0 && b[7] != 0;
  std::size_t texts = 1;
  for (const std::uint8_t octet : b.subspan(8)) {
    if (octet == 0)
      ++texts;
    else if (octet < 0x20 || octet == 0x7F)
      return false;
  }
  return texts == (by_name ? 3 : 2);
}
bool is_reply4(Bytes b) noexcept { return b.size() == 8 && b[0] == 0 && b[1] >= 90 && b[1] <= 93; }

bool is_choice(Bytes b) noexcept { return b.size() == 2 && b[0] == 5 && is_method(b[1]); }

bool probe(Bytes bytes, Role speaker) {
  return speaker == Role::client ? is_greeting(bytes) || is_request5(bytes) || is_request4(bytes)
                                 : is_choice(bytes) || is_reply5(bytes) || is_reply4(bytes);
}

Protocol::Speaker speaker(Bytes pdu) {
  if (is_greeting(pdu) || is_request4(pdu)) return {Role::client, true};
  if (is_choice(pdu) || is_reply4(pdu)) return {Role::server, true};
  return {Role::client, false};
}

std::string_view function_name(std::uint32_t code) {
  switch (code) {
    case connect:
      return "CONNECT";
    case bind:
      return "BIND";
    case udp_associate:
      return "UDP ASSOCIATE";
    default:
      return "";
  }
}

// An address of the request or the reply, octet by octet.
class Target {
 public:
  // Whether it is whole.
  bool take(std::uint8_t octet) noexcept {
    const std::size_t at = count_++;
    if (at == 0) {
      type_ = octet;
      size_ = type_ == 1 ? 4 : type_ == 4 ? 16 : 0;
      return false;
    }
    if (type_ == 3 && at == 1) {
      size_ = octet;
      return false;
    }
    const std::size_t begin = type_ == 3 ? 2 : 1;
    if (at < begin + size_) {
      text_.push(static_cast<char>(octet));
      return false;
    }
    port_ = static_cast<std::uint16_t>(port_ << 8 | octet);
    return at + 1 == begin + size_ + 2;
  }
  // SOCKS 4: a port, an IPv4 address, and a name where that is 0.0.0.x.
  void assign(std::uint16_t port, std::uint32_t ip, std::string_view name) noexcept {
    const bool by_name = ip != 0 && ip >> 8 == 0;
    type_ = by_name ? 3 : 1;
    port_ = port;
    text_.clear();
    for (const char c : by_name ? name : std::string_view{}) text_.push(c);
    for (int shift = 24; !by_name && shift >= 0; shift -= 8) text_.push(static_cast<char>(ip >> shift));
  }
  bool is_known_type() const noexcept { return type_ == 1 || type_ == 3 || type_ == 4; }
  std::uint16_t port() const noexcept { return port_; }
  std::string_view name() const noexcept { return type_ == 3 ? text_.view() : std::string_view{}; }
  Address address() const noexcept {
    ByteReader r(Bytes(reinterpret_cast<const std::uint8_t*>(text_.view().data()), text_.view().size()));
    if (type_ == 1) return Address::ipv4(r.be32());
    if (type_ != 4) return {};
    const std::uint64_t hi = std::uint64_t{r.be32()} << 32 | r.be32();
    const std::uint64_t lo = std::uint64_t{r.be32()} << 32 | r.be32();
    return {hi, lo};
  }

 private:
  text::Held<255> text_;  // the name, or the octets of the address
  std::size_t count_ = 0, size_ = 0;
  std::uint16_t port_ = 0;
  std::uint8_t type_ = 0;
};

class Socks final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    for (const std::uint8_t octet : pdu.bytes) {
      const Interest interest = pdu.speaker == Role::client ? take_of_client(octet, emit) : take_of_server(octet, emit);
      if (interest != Interest::more) return interest;
    }
    return pdu.complete() ? Interest::more : Interest::done;
  }

  // Where a message of one side ends is known from its beginning alone.
  void on_gap(Role) override { asks_ = Asks::lost; }

 private:
  enum class Asks : std::uint8_t { version, methods, next, password, command, target, request4, asked, lost };
  enum class Answers : std::uint8_t { version, choice, next, status, reply, bound, reply4 };

  Interest take_of_client(std::uint8_t octet, const Emit& emit) {
    const std::size_t at = count_++;
    switch (asks_) {
      case Asks::version:
        if (octet != 4 && octet != 5) return Interest::done;
        return go(octet == 5 ? Asks::methods : Asks::request4);
      case Asks::methods:
        if (at == 0) return left_ = octet, octet == 0 ? Interest::done : Interest::more;
        offers_password_ = offers_password_ || octet == kPassword;
        return at < left_ ? Interest::more : go(Asks::next);
      case Asks::next:
        if (octet == 5) return go(Asks::command);
        // GSS-API begins alike; if the choice was not captured, the offer tells
        if (octet != 1 || !(chosen_ ? *chosen_ == kPassword : offers_password_)) return Interest::done;
        return go(Asks::password);
      case Asks::password:
        return take_password(at, octet, emit);
      case Asks::command:
        if (at == 0) command_ = octet;
        if (at == 0) return function_name(octet).empty() ? Interest::done : Interest::more;
        return go(Asks::target);
      case Asks::target: {
        const bool whole = target_.take(octet);
        if (!target_.is_known_type()) return Interest::done;
        if (!whole) return Interest::more;
        ask(emit);
        return go(Asks::asked);
      }
      case Asks::request4:
        return take_request4(at, octet, emit);
      case Asks::asked:  // sent ahead of the answer
        return at < kMaxPdu ? Interest::more : Interest::done;
      case Asks::lost:
        break;
    }
    return Interest::done;
  }

  Interest take_password(std::size_t at, std::uint8_t octet, const Emit& emit) {
    if (at == 0) {
      left_ = octet;
    } else if (at <= left_) {
      user_.push(static_cast<char>(octet));
    } else if (at == left_ + 1u) {
      secret_left_ = octet;
    } else {
      secret_.push(static_cast<char>(octet));
    }
    if (at < left_ + 1u || at < left_ + 1u + secret_left_) return Interest::more;
    emit(Credential{kScheme, user_.view(), secret_.view(), CredentialOutcome::attempted});
    has_password_ = true;
    return go(Asks::next);
  }

  Interest take_request4(std::size_t at, std::uint8_t octet, const Emit& emit) {
    if (at == 0) {
      command_ = octet;
      return octet == connect || octet == bind ? Interest::more : Interest::done;
    }
    if (at < 3) return port4_ = static_cast<std::uint16_t>(port4_ << 8 | octet), Interest::more;
    if (at < 7) return ip4_ = ip4_ << 8 | octet, Interest::more;
    if (octet != 0) return (texts_ == 0 ? user_ : secret_).push(static_cast<char>(octet)), Interest::more;
    const bool by_name = ip4_ != 0 && ip4_ >> 8 == 0;
    if (texts_++ == 0 && by_name) return Interest::more;
    target_.assign(port4_, ip4_, secret_.view());
    if (!user_.empty()) emit(Identity{Trait::account, user_.view(), "socks 4 user", 40, {}});
    ask(emit);
    return go(Asks::asked);
  }

  Interest take_of_server(std::uint8_t octet, const Emit& emit) {
    const std::size_t at = answered_++;
    switch (answers_) {
      case Answers::version:
        if (octet != 0 && octet != 5) return Interest::done;
        return on(octet == 5 ? Answers::choice : Answers::reply4);
      case Answers::choice:
        chosen_ = octet;
        return octet == kNoAuthentication || octet == kPassword ? on(Answers::next) : Interest::done;
      case Answers::next:
        if (octet == 5) return on(Answers::reply);
        return octet == 1 && chosen_ == kPassword ? on(Answers::status) : Interest::done;
      case Answers::status:
        if (has_password_)
          emit(Credential{kScheme, user_.view(), secret_.view(),
                          octet == 0 ? CredentialOutcome::accepted : CredentialOutcome::rejected});
        return octet == 0 ? on(Answers::next) : Interest::done;
      case Answers::reply:
        if (at == 0) reply_ = octet;
        return at == 0 ? Interest::more : on(Answers::bound);
      case Answers::bound: {
        const bool whole = bound_.take(octet);
        if (!bound_.is_known_type()) return Interest::done;
        return whole ? end(reply_ == 0, reply_ == 4, emit) : Interest::more;
      }
      case Answers::reply4:
        if (at == 0) reply_ = octet;
        return at < 6 ? Interest::more : end(reply_ == 90, false, emit);
    }
    return Interest::done;
  }

  // The proxy is asked to find what has the name, and to go there. A number stands for itself.
  void look_up(LookupOutcome outcome, const Emit& emit) {
    const Address address = target_.address();
    if (!target_.name().empty()) {
      emit(NameLookup{target_.name(), 0, outcome, {}});
    } else if (!address.is_none() && !address.is_unspecified()) {
      const std::string number = to_string(address);
      emit(NameLookup{number, 0, outcome, {}});
    }
  }

  void ask(const Emit& emit) {
    emit(Operation{.cls = OperationClass::session, .function_code = command_, .qualifier = target_.port()});
    look_up(LookupOutcome::asked, emit);
  }

  Interest end(bool accepted, bool unknown_host, const Emit& emit) {
    if (asks_ != Asks::asked) return Interest::done;
    asks_ = Asks::lost;  // it is answered once
    emit(Operation{.cls = OperationClass::session,
                   .function_code = command_,
                   .qualifier = target_.port(),
                   .outcome = accepted ? Outcome::accepted : Outcome::refused,
                   .is_message = false});
    look_up(accepted       ? LookupOutcome::answered
            : unknown_host ? LookupOutcome::no_such_name
                           : LookupOutcome::failed,
            emit);
    return accepted && command_ == connect ? Interest::tunnel : Interest::done;
  }

  Interest go(Asks asks) noexcept {
    asks_ = asks;
    count_ = 0;
    return Interest::more;
  }
  Interest on(Answers answers) noexcept {
    answers_ = answers;
    answered_ = 0;
    return Interest::more;
  }

  static constexpr std::string_view kScheme = "socks";

  Asks asks_ = Asks::version;
  Answers answers_ = Answers::version;
  std::uint8_t command_ = 0, reply_ = 0, left_ = 0, secret_left_ = 0, texts_ = 0;
  bool offers_password_ = false, has_password_ = false;
  std::optional<std::uint8_t> chosen_;
  std::uint16_t port4_ = 0;
  std::uint32_t ip4_ = 0;
  std::size_t count_ = 0, answered_ = 0;  // octets of the step
  text::Held<255> user_, secret_;         // SOCKS 4A: the name of the target is the second text
  Target target_, bound_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Socks>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "socks",
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::weak,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::socks
