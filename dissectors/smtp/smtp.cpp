// SMTP and message submission. A PDU is a line. Not here: envelopes and mail.
//
//   server: 220 host text CRLF   250-text CRLF … 250 text CRLF
//   client: EHLO host CRLF   AUTH mechanism [initial] CRLF   STARTTLS CRLF
#include "dissectors/smtp/smtp.h"

#include <algorithm>

#include "dissectors/core/log_in.h"

namespace kakoi::smtp {

namespace {

constexpr std::uint16_t kPorts[] = {25, 587};
constexpr std::size_t kMaxLine = 1024;
// RFC 5321 §4.1.1, RFC 3207, RFC 4954
constexpr std::string_view kVerbs[] = {"ehlo", "helo", "mail", "rcpt", "data", "rset",     "noop",
                                       "quit", "vrfy", "expn", "help", "auth", "starttls", "bdat"};

// Commands, replies, and the base64 of a log-in in between; the rest of a mail is passed over in the same way.
Frame frame(Bytes bytes, Role) { return text::line_frame(bytes, kMaxLine); }

unsigned reply_code(std::string_view line) noexcept {
  if (line.size() < 4 || (line[3] != ' ' && line[3] != '-' && line[3] != '\r')) return 0;
  unsigned code = 0;
  for (const char c : line.substr(0, 3)) {
    if (!text::is_digit(c)) return 0;
    code = code * 10 + static_cast<unsigned>(c - '0');
  }
  return code >= 200 && code < 600 ? code : 0;
}

bool probe(Bytes bytes, Role) {
  const std::size_t length = text::line_length(as_text(bytes), kMaxLine);
  if (length == 0) return false;
  std::string_view line = as_text(bytes).substr(0, length);
  if (reply_code(line) == 220) return text::contains(line, "smtp");
  const std::string_view verb = text::next_word(line);
  return (text::equals(verb, "ehlo") || text::equals(verb, "helo")) && !text::trim(line).empty();
}

Protocol::Speaker speaker(Bytes pdu) {
  std::string_view line = as_text(pdu);
  if (reply_code(line) != 0) return {Role::server, true};
  const std::string_view verb = text::next_word(line);
  return {Role::client,
          std::any_of(std::begin(kVerbs), std::end(kVerbs), [&](auto v) { return text::equals(verb, v); })};
}

class Smtp final : public Dissector {
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
    if (text::equals(verb, "ehlo") || text::equals(verb, "helo")) {
      const std::string_view host = text::trim(line);
      if (host.find('.') != std::string_view::npos && text::is_host_name(host))
        emit(Identity{Trait::name, host, "smtp helo", 55, {}});
    } else if (text::equals(verb, "auth")) {
      const std::string_view mechanism = text::next_word(line);
      log_in_.mechanism(mechanism, text::trim(line), emit);
    } else if (text::equals(verb, "starttls")) {
      tls_asked_ = true;
    } else if (text::equals(verb, "mail")) {
      return Interest::done;  // from here on it is mail
    }
    return Interest::more;
  }

  Interest on_reply(std::string_view line, const Emit& emit) {
    const unsigned code = reply_code(line);
    if (code == 0) return Interest::more;
    if (code == 220 && tls_asked_) return Interest::tls;
    tls_asked_ = false;
    if (code == 220 && !greeted_) on_greeting(text::trim(line.substr(4)), emit);
    greeted_ = true;
    if (code == 334) log_in_.challenge(line.substr(4), emit);
    if (code == 235)
      log_in_.answer(true, emit);
    else if (code == 535 || code == 534)
      log_in_.answer(false, emit);
    else if (code >= 500)
      log_in_.forget();
    return Interest::more;
  }

  // RFC 5321 §4.2: the host, then what the server likes to say: "ESMTP Postfix (Debian/GNU)".
  static void on_greeting(std::string_view text, const Emit& emit) {
    const std::string_view host = text::next_word(text);
    if (host.find('.') != std::string_view::npos && text::is_host_name(host))
      emit(Identity{Trait::name, host, "smtp banner", 65, {}});
    for (const std::string_view word : {"esmtp", "smtp"})
      if (text::starts_with(text, word)) text = text::trim(text.substr(word.size()));
    text = text::software_of(text);
    if (!text.empty() && text::is_letter(text[0])) emit(Identity{Trait::software, text, "smtp banner", 70, {}});
  }

  text::LogIn log_in_{"smtp"};
  bool greeted_ = false, tls_asked_ = false;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Smtp>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "smtp",
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

}  // namespace kakoi::smtp
