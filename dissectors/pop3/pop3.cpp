// POP3. A PDU is a line. Not here: mailboxes and mail.
//
//   server: +OK text CRLF   -ERR text CRLF
//   client: USER name CRLF   PASS secret CRLF   APOP name digest CRLF   AUTH mechanism CRLF   STLS CRLF
#include "dissectors/pop3/pop3.h"

#include <algorithm>

#include "dissectors/core/log_in.h"

namespace kakoi::pop3 {

namespace {

constexpr std::uint16_t kPorts[] = {110};
constexpr std::size_t kMaxLine = 1024;

Frame frame(Bytes bytes, Role) { return text::line_frame(bytes, kMaxLine); }

bool is_reply(std::string_view line) noexcept {
  const std::string_view rest = line.substr(std::min<std::size_t>(line.starts_with("+OK") ? 3 : 4, line.size()));
  return (line.starts_with("+OK") || line.starts_with("-ERR")) && !rest.empty() &&
         (rest[0] == ' ' || rest[0] == '\r' || rest[0] == '\n');
}

// Redis, too, answers "+OK": only with words behind it this is a greeting.
bool probe(Bytes bytes, Role) {
  const std::size_t length = text::line_length(as_text(bytes), kMaxLine);
  std::string_view line = as_text(bytes).substr(0, length);
  if (length == 0) return false;
  if (is_reply(line)) return line.size() > 6;
  const std::string_view verb = text::next_word(line);
  return text::equals(verb, "apop") || text::equals(verb, "capa") || text::equals(verb, "stls") ||
         text::equals(verb, "user");
}

Protocol::Speaker speaker(Bytes pdu) { return {is_reply(as_text(pdu)) ? Role::server : Role::client, true}; }

class Pop3 final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const std::string_view line = as_text(pdu.bytes);
    return pdu.speaker == Role::server ? on_reply(line, emit) : on_command(line, emit);
  }

  void on_gap(Role) override {
    log_in_.forget();
    tls_asked_ = false;
  }

 private:
  Interest on_command(std::string_view line, const Emit& emit) {
    if (log_in_.responding()) {
      log_in_.response(line, emit);
      return Interest::more;
    }
    const std::string_view verb = text::next_word(line);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    if (text::equals(verb, "user")) {
      log_in_.user(line);
    } else if (text::equals(verb, "pass")) {
      log_in_.password(line, emit);
    } else if (text::equals(verb, "auth")) {
      const std::string_view mechanism = text::next_word(line);
      if (!mechanism.empty()) log_in_.mechanism(mechanism, line, emit);
    } else if (text::equals(verb, "stls")) {
      tls_asked_ = true;
    } else if (text::equals(verb, "retr") || text::equals(verb, "top")) {
      return Interest::done;
    }
    return Interest::more;
  }

  Interest on_reply(std::string_view line, const Emit& emit) {
    if (line.starts_with("+ ")) log_in_.challenge(line.substr(2), emit);
    if (!is_reply(line)) return Interest::more;  // a line of a longer answer
    const bool accepted = line[0] == '+';
    if (tls_asked_ && accepted) return Interest::tls;
    tls_asked_ = false;
    if (!greeted_ && accepted) {
      const std::string_view text = text::software_of(line.substr(3));
      // Where the capture begins later, the first reply is another.
      if (text::contains(line, "pop") || text::contains(line, "ready"))
        if (!text.empty()) emit(Identity{Trait::software, text, "pop3 banner", 55, {}});
    }
    greeted_ = true;
    if (log_in_.pending())
      log_in_.answer(accepted, emit);
    else if (!accepted)
      log_in_.forget();
    return Interest::more;
  }

  text::LogIn log_in_{"pop3"};
  bool greeted_ = false, tls_asked_ = false;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Pop3>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "pop3",
    .ports = kPorts,
    .max_pdu = kMaxLine,
    .header = Header::weak,
    .framing = Framing::text,
    .domain = Domain::it,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = ntlm::log_on_name,
    .open = open,
};

}  // namespace kakoi::pop3
