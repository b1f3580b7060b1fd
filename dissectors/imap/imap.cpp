// IMAP4rev1 and rev2. A PDU is a line. Not here: literals (RFC 9051 §4.3), mailboxes and mail.
//
//   server: * OK text CRLF   tag OK|NO|BAD text CRLF   * ID ("name" "…" "version" "…") CRLF   + text CRLF
//   client: tag LOGIN user secret CRLF   tag AUTHENTICATE mechanism [initial] CRLF   tag STARTTLS CRLF
#include "dissectors/imap/imap.h"

#include <algorithm>

#include "dissectors/core/log_in.h"

namespace kakoi::imap {

namespace {

constexpr std::uint16_t kPorts[] = {143};
constexpr std::size_t kMaxLine = 2048;

Frame frame(Bytes bytes, Role) { return text::line_frame(bytes, kMaxLine); }

bool is_tag(std::string_view word) noexcept {  // §2.2.1; short and alphanumeric with every client
  return !word.empty() && word.size() <= 16 && std::all_of(word.begin(), word.end(), [](char c) {
    return text::is_letter(c) || text::is_digit(c) || c == '.';
  });
}

bool probe(Bytes bytes, Role) {
  const std::size_t length = text::line_length(as_text(bytes), kMaxLine);
  if (length == 0) return false;
  std::string_view line = as_text(bytes).substr(0, length);
  if (text::starts_with(line, "* ok ") || text::starts_with(line, "* preauth ")) return true;
  if (!is_tag(text::next_word(line))) return false;
  const std::string_view verb = text::next_word(line);
  for (const std::string_view known : {"capability", "login", "authenticate", "starttls"})
    if (text::equals(verb, known)) return true;
  return false;
}

Protocol::Speaker speaker(Bytes pdu) {
  std::string_view line = as_text(pdu);
  if (line.starts_with("* ") || line.starts_with("+ ")) return {Role::server, true};
  text::next_word(line);
  const std::string_view word = text::next_word(line);
  const bool status = text::equals(word, "ok") || text::equals(word, "no") || text::equals(word, "bad");
  return {status ? Role::server : Role::client, true};
}

// A word, or what stands between quotation marks (no escapes but \" and \\ exist, which are kept as they are).
std::string_view next_string(std::string_view& line) noexcept {
  if (!line.starts_with('"')) return text::next_word(line);
  std::size_t end = 1;
  while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
  end = std::min(end, line.size());
  const std::string_view found = line.substr(1, end - 1);
  line.remove_prefix(std::min(end + 1, line.size()));
  while (line.starts_with(' ')) line.remove_prefix(1);
  return found;
}

class Imap final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const std::string_view line = as_text(pdu.bytes);
    return pdu.speaker == Role::server ? on_answer(line, emit) : on_command(line, emit);
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
    tag_.assign(text::next_word(line));
    const std::string_view verb = text::next_word(line);
    if (text::equals(verb, "login")) {
      const std::string_view user = next_string(line), secret = next_string(line);
      if (user.starts_with('{')) return Interest::more;  // a literal: on the next line
      log_in_.user(user);
      if (!secret.empty() && !secret.starts_with('{')) log_in_.password(secret, emit);
    } else if (text::equals(verb, "authenticate")) {
      const std::string_view mechanism = text::next_word(line);
      log_in_.mechanism(mechanism, text::trim(line), emit);
    } else if (text::equals(verb, "starttls")) {
      tls_asked_ = true;
    } else if (text::equals(verb, "fetch") || text::equals(verb, "append") || text::equals(verb, "uid")) {
      return Interest::done;
    }
    return Interest::more;
  }

  Interest on_answer(std::string_view line, const Emit& emit) {
    const std::string_view tag = text::next_word(line);
    if (tag == "+") {
      log_in_.challenge(line, emit);
      return Interest::more;
    }
    const std::string_view word = text::next_word(line);
    if (tag == "*") {
      if (!greeted_ && text::equals(word, "ok")) on_greeting(text::trim(line), emit);
      greeted_ = true;
      if (text::equals(word, "id")) on_identification(line, emit);
      return Interest::more;
    }
    if (tag.empty() || tag != tag_.view()) return Interest::more;
    const bool accepted = text::equals(word, "ok");
    if (tls_asked_ && accepted) return Interest::tls;
    tls_asked_ = false;
    if (log_in_.pending())
      log_in_.answer(accepted, emit);
    else
      log_in_.forget();
    return Interest::more;
  }

  // "[CAPABILITY …] Dovecot ready."
  static void on_greeting(std::string_view text, const Emit& emit) {
    if (!text::contains(text, "imap") && !text::contains(text, "ready")) return;  // a later answer
    if (text.starts_with('[')) text = text::trim(text.substr(std::min(text.find(']'), text.size() - 1) + 1));
    text = text::software_of(text);
    if (!text.empty()) emit(Identity{Trait::software, text, "imap banner", 55, {}});
  }

  // RFC 2971 §3.2: a list of fields and values in quotation marks.
  static void on_identification(std::string_view line, const Emit& emit) {
    if (!line.starts_with('(')) return;
    line.remove_prefix(1);
    std::array<char, 96> buffer;
    std::size_t size = 0;
    for (unsigned pairs = 0; pairs < 30 && line.starts_with('"'); ++pairs) {
      const std::string_view field = next_string(line), value = next_string(line);
      const bool name = text::equals(field, "name"), version = text::equals(field, "version");
      if (text::equals(field, "os") && !value.empty()) emit(Identity{Trait::os, value, "imap id", 70, {}});
      if ((!name && !(version && size != 0)) || size + value.size() + 1 > buffer.size()) continue;
      if (version) buffer[size++] = '/';
      size += value.copy(buffer.data() + size, buffer.size() - size);
    }
    if (size != 0) emit(Identity{Trait::software, {buffer.data(), size}, "imap id", 75, {}});
  }

  text::LogIn log_in_{"imap"};
  text::Held<16> tag_;
  bool greeted_ = false, tls_asked_ = false;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Imap>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "imap",
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

}  // namespace kakoi::imap
