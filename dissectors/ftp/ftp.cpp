// FTP control connections. A PDU is a command line or a whole reply, of several lines if need be.
// Not here: what data connections carry, transfers by name, GSSAPI; after AUTH TLS nothing can be read.
//
//   USER name CRLF                                  (RFC 959 §5.3)
//   331 text CRLF    or   220-text CRLF … CRLF 220 text CRLF   (§4.2)
//   227 text (h1,h2,h3,h4,p1,p2) CRLF, PORT h1,h2,h3,h4,p1,p2 CRLF          (§4.1.2)
//   229 text (|||port|) CRLF,          EPRT |family|address|port| CRLF      (RFC 2428 §2, §3)
#include "dissectors/ftp/ftp.h"

#include <algorithm>
#include <array>

#include "dissectors/core/text.h"

namespace kakoi::ftp {

namespace {

constexpr std::uint16_t kPorts[] = {21};
constexpr std::size_t kMaxPdu = 4096;   // bytes; a longer reply (a long notice to users) arrives cut
constexpr std::size_t kMaxLine = 1024;  // bytes of a command

// RFC 959 §4.1, RFC 2228, RFC 2389, RFC 2428, RFC 3659, and the X… verbs of RFC 775.
constexpr std::array<std::string_view, 57> kVerbs = {
    "abor", "acct", "adat", "allo", "appe", "auth", "ccc",  "cdup", "clnt", "conf", "cwd",  "dele",
    "enc",  "epsv", "eprt", "feat", "help", "host", "lang", "list", "lpsv", "lprt", "mdtm", "mfmt",
    "mic",  "mkd",  "mlsd", "mlst", "mode", "nlst", "noop", "opts", "pass", "pasv", "pbsz", "port",
    "prot", "pwd",  "quit", "rein", "rest", "retr", "rmd",  "rnfr", "rnto", "site", "size", "smnt",
    "stat", "stor", "stou", "stru", "syst", "type", "user", "xpwd", "xcwd"};

// Verbs that no other protocol of lines has. USER is POP3's and IRC's too: see is_ftp_user().
constexpr std::array<std::string_view, 14> kOwnVerbs = {"pasv", "epsv", "eprt", "port", "syst", "stor", "nlst",
                                                        "mlsd", "mdtm", "xpwd", "cdup", "pbsz", "cwd",  "pwd"};

struct Command {
  std::string_view verb, argument;
};

// The verb is as typed; the argument keeps its blanks, they may belong to a password.
Command parse_command(std::string_view line) noexcept {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  const std::size_t end = line.find(' ');
  if (end == std::string_view::npos) return {line, {}};
  return {line.substr(0, end), line.substr(end + 1)};
}

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& verbs, std::string_view verb) noexcept {
  return std::any_of(verbs.begin(), verbs.end(), [verb](std::string_view v) { return text::equals(verb, v); });
}

// ddd followed by a blank or a hyphen; some servers send a bare code.
unsigned reply_code(std::string_view bytes) noexcept {
  if (bytes.size() < 4 || bytes[0] < '1' || bytes[0] > '6' || !text::is_digit(bytes[1]) || !text::is_digit(bytes[2]))
    return 0;
  if (bytes[3] != ' ' && bytes[3] != '-' && bytes[3] != '\r' && bytes[3] != '\n') return 0;
  return static_cast<unsigned>((bytes[0] - '0') * 100 + (bytes[1] - '0') * 10 + (bytes[2] - '0'));
}

// A reply "ddd-" goes on until a line that starts with the same code and a blank (§4.2).
std::size_t reply_length(std::string_view bytes) noexcept {
  std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return 0;
  if (bytes[3] != '-') return end + 1;
  for (std::size_t line = end + 1; line < bytes.size(); line = end + 1) {
    end = bytes.find('\n', line);
    if (end == std::string_view::npos) return 0;
    const std::string_view rest = bytes.substr(line, end - line);
    if (rest.size() >= 3 && rest.substr(0, 3) == bytes.substr(0, 3) && (rest.size() == 3 || rest[3] != '-'))
      return end + 1;
  }
  return 0;
}

Frame more_within(std::size_t have, std::size_t limit) noexcept {
  return have < limit ? Frame::more(have + 1) : Frame::whole(have);
}

Frame frame(Bytes bytes, Role) {
  const std::string_view head = as_text(bytes.first(std::min(bytes.size(), kMaxPdu)));
  if (head.empty()) return Frame::more(1);
  if (text::is_digit(head[0])) {
    if (head.size() < 4) return Frame::more(4);
    if (reply_code(head) == 0) return Frame::foreign();
    const std::size_t length = reply_length(head);
    return length > 0 ? Frame::whole(length) : more_within(head.size(), kMaxPdu);
  }
  const std::string_view line = head.substr(0, std::min(head.find('\n'), kMaxLine));
  const Command command = parse_command(line);
  const bool verb_ended = command.verb.size() < line.size() || line.size() < head.size();
  if (!verb_ended) {
    const bool may_be = std::any_of(kVerbs.begin(), kVerbs.end(), [&](std::string_view v) {
      return text::equals(command.verb, v.substr(0, command.verb.size()));
    });
    return may_be ? Frame::more(head.size() + 1) : Frame::foreign();
  }
  if (!is_one_of(kVerbs, command.verb)) return Frame::foreign();
  if (line.size() < head.size() && head[line.size()] == '\n') return Frame::whole(line.size() + 1);
  return more_within(std::min(head.size(), kMaxLine), kMaxLine);
}

bool is_text(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return text::is_printable(c) || static_cast<unsigned char>(c) >= 0x80 || c == '\r' || c == '\n' || c == '\t';
  });
}

// IRC's USER has four parameters, the last after a colon (RFC 2812 §3.1.3).
bool is_ftp_user(std::string_view name) noexcept {
  return !name.empty() && std::count(name.begin(), name.end(), ' ') < 2;
}

// SMTP shares the code of the greeting, NNTP the codes 215 and 220, so that a 220 proves FTP only
// together with what follows it (Header::weak). 3yz and these 2yz replies to a log-in, to PASV and
// to transfers belong to FTP alone.
bool is_ftp_reply(unsigned code, std::string_view text) noexcept {
  switch (code) {
    case 220:
      return !text::contains(text, "smtp") && !text::contains(text, "article");
    case 150:
    case 226:
    case 227:
    case 229:
    case 230:
    case 234:
    case 257:
    case 331:
    case 332:
    case 425:
      return true;
    default:
      return false;
  }
}

struct Number {
  std::uint32_t value = 0;
  std::size_t digits = 0;
};
Number number_at(std::string_view text) noexcept {
  Number n;
  while (n.digits < text.size() && n.digits < 6 && text::is_digit(text[n.digits]))
    n.value = n.value * 10 + static_cast<std::uint32_t>(text[n.digits++] - '0');
  return n;
}
std::uint16_t port_of(const Number& n) noexcept {
  return n.digits != 0 && n.value <= 0xFFFF ? static_cast<std::uint16_t>(n.value) : 0;
}

// h1,h2,h3,h4,p1,p2; in a reply at the first digit behind the code (RFC 1123 §4.1.2.6). 0: none.
std::uint16_t port_of_six(std::string_view text) noexcept {
  while (!text.empty() && !text::is_digit(text[0])) text.remove_prefix(1);
  std::uint32_t octets[6];
  for (std::size_t i = 0; i < 6; ++i) {
    const Number n = number_at(text);
    if (n.digits == 0 || n.value > 0xFF) return 0;
    octets[i] = n.value;
    text.remove_prefix(n.digits);
    if (i == 5) break;
    if (text.empty() || text[0] != ',') return 0;
    text.remove_prefix(1);
  }
  return static_cast<std::uint16_t>(octets[4] << 8 | octets[5]);
}

// |family|address|port| with whatever delimiter comes first; family and address may be empty. 0: none.
std::uint16_t port_of_extended(std::string_view text) noexcept {
  if (text.empty() || text::is_digit(text[0])) return 0;
  const char delimiter = text[0];
  std::size_t at = 0;
  for (int fields = 0; fields < 2; ++fields) {
    at = text.find(delimiter, at + 1);
    if (at == std::string_view::npos) return 0;
  }
  const Number n = number_at(text.substr(at + 1));
  const std::size_t end = at + 1 + n.digits;
  return end < text.size() && text[end] == delimiter ? port_of(n) : 0;
}

// "(vsFTPd 3.0.3)", "VxWorks FTP server (VxWorks 5.4.2) ready."; not "Welcome to files.example."
bool names_software(std::string_view line) noexcept {
  if (text::contains(line, "ftp")) return true;
  for (std::size_t i = 1; i + 1 < line.size(); ++i)
    if (line[i] == '.' && text::is_digit(line[i - 1]) && text::is_digit(line[i + 1])) return true;
  return false;
}

bool probe(Bytes bytes, Role speaker) {
  const Frame f = frame(bytes, speaker);
  if (f.kind != Frame::Kind::whole) return false;
  const std::string_view pdu = as_text(bytes.first(std::min(f.size, bytes.size())));
  if (!is_text(pdu)) return false;
  if (const unsigned code = reply_code(pdu); code != 0) return is_ftp_reply(code, pdu);
  const Command command = parse_command(pdu);
  if (text::equals(command.verb, "user")) return is_ftp_user(command.argument);
  if (text::equals(command.verb, "auth"))
    return text::starts_with(command.argument, "tls") || text::starts_with(command.argument, "ssl");
  return is_one_of(kOwnVerbs, command.verb);
}

Protocol::Speaker speaker(Bytes pdu) {
  return {!pdu.empty() && text::is_digit(static_cast<char>(pdu[0])) ? Role::server : Role::client, true};
}

class Ftp final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const std::string_view text = as_text(pdu.bytes);
    if (const unsigned code = reply_code(text); code != 0) return on_reply(code, text, emit);
    on_command(parse_command(text), emit);
    return Interest::more;
  }

  // An answer, or the question to one, is missing: the pairing of the two is lost.
  void on_gap(Role speaker) override {
    forget();
    if (speaker == Role::client) user_.clear();  // another may have been named
  }

 private:
  enum class Awaited : std::uint8_t { nothing, user, password, syst, auth };

  bool is_anonymous() const noexcept {  // RFC 1635 §2
    return text::equals(user_.view(), "anonymous") || text::equals(user_.view(), "ftp");
  }

  // By convention the password of anonymous is a mail address, not a secret. Who was named may be lost.
  bool is_secret() const noexcept { return !is_anonymous() && !(user_.empty() && text::contains(secret_.view(), "@")); }

  void on_command(const Command& command, const Emit& emit) {
    greeted_ = true;
    if (text::equals(command.verb, "user")) {
      user_.assign(command.argument);
      secret_.clear();
      awaited_ = Awaited::user;
    } else if (text::equals(command.verb, "pass")) {
      secret_.assign(command.argument);
      awaited_ = Awaited::password;
      if (is_secret()) state(CredentialOutcome::attempted, emit);
    } else {
      awaited_ = text::equals(command.verb, "syst")   ? Awaited::syst
                 : text::equals(command.verb, "auth") ? Awaited::auth
                                                      : Awaited::nothing;
      if (text::equals(command.verb, "port"))
        state_port(kClientDataPort, port_of_six(command.argument), emit);
      else if (text::equals(command.verb, "eprt"))
        state_port(kClientDataPort, port_of_extended(text::trim(command.argument)), emit);
    }
  }

  Interest on_reply(unsigned code, std::string_view reply, const Emit& emit) {
    const bool first = !greeted_;
    greeted_ = true;
    if (first && code == 220) {
      state_greeting(reply, emit);
      return Interest::more;
    }
    if (code < 200) return Interest::more;  // preliminary (§4.2): the final reply follows
    if (code == 227) state_port(kServerDataPort, port_of_six(reply.substr(4)), emit);
    if (code == 229)
      if (const std::size_t open = reply.find('('); open != std::string_view::npos)
        state_port(kServerDataPort, port_of_extended(reply.substr(open + 1)), emit);
    const Awaited answered = awaited_;
    awaited_ = Awaited::nothing;
    if (answered == Awaited::user && code == 230) {
      login_accepted(emit);  // no password was asked for
    } else if (answered == Awaited::password) {
      if (code == 230 || code == 202)
        login_accepted(emit);
      else if ((code == 530 || code == 430) && is_secret())
        state(CredentialOutcome::rejected, emit);
      secret_.clear();
    } else if (answered == Awaited::syst && code == 215) {
      // Many servers claim "UNIX Type: L8" whatever they run on, for the sake of old clients.
      if (const std::string_view system = text::trim(reply.substr(4)); !system.empty())
        emit(Identity{Trait::os, system, "ftp syst", 30, {}});
    } else if (answered == Awaited::auth && (code == 234 || code == 334)) {
      return code == 234 ? Interest::tls : Interest::done;  // encrypted from here on (RFC 4217 §4; RFC 2228 §3)
    }
    return Interest::more;
  }

  // The first line of the greeting that says anything: Pure-FTPd and others draw lines around it.
  void state_greeting(std::string_view reply, const Emit& emit) const {
    while (!reply.empty()) {
      const std::size_t end = std::min(reply.find('\n'), reply.size() - 1);
      std::string_view line = reply.substr(0, end + 1);
      reply.remove_prefix(end + 1);
      if (reply_code(line) != 0) line.remove_prefix(4);
      const auto is_frame = [](char c) { return c == '-' || c == '*' || c == '=' || c == '#' || c == ' '; };
      line = text::trim(line);
      while (!line.empty() && is_frame(line.front())) line.remove_prefix(1);
      while (!line.empty() && is_frame(line.back())) line.remove_suffix(1);
      if (line.empty()) continue;
      emit(Identity{names_software(line) ? Trait::software : Trait::description, line, "ftp banner", 60, {}});
      return;
    }
  }

  void login_accepted(const Emit& emit) const {
    if (is_anonymous())
      emit(OpenAccess{"ftp-anonymous"});
    else if (is_secret())
      state(CredentialOutcome::accepted, emit);
  }

  static void state_port(std::string_view kind, std::uint16_t port, const Emit& emit) {
    if (port != 0) emit(Points{.access = OperationClass::session, .kind = kind, .first = port});
  }

  void state(CredentialOutcome outcome, const Emit& emit) const {
    emit(Credential{"ftp", user_.view(), secret_.view(), outcome});
  }

  void forget() noexcept {
    secret_.clear();
    awaited_ = Awaited::nothing;
  }

  text::Held<128> user_;
  text::Held<255> secret_;
  Awaited awaited_ = Awaited::nothing;
  bool greeted_ = false;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Ftp>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "ftp",
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::weak,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .open = open,
};

}  // namespace kakoi::ftp
