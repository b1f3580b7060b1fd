// Telnet (RFC 854, RFC 855). There are no messages: what a segment brings is a PDU. The log-in is
// found as a person would find it, by prompts and by what follows them.
// Not here: log-in by options (RFC 1408, RFC 2941), rlogin, encryption (RFC 2946), other languages.
//
//   IAC WILL|WONT|DO|DONT option  |  IAC SB option … IAC SE  |  IAC command  |  text
//   255 251 |252 |253|254         |  255 250        255 240
#include "dissectors/telnet/telnet.h"

#include <algorithm>

#include "dissectors/core/text.h"
#include "dissectors/telnet/nvt.h"

namespace kakoi::telnet {

namespace {

constexpr std::uint16_t kPorts[] = {23};
constexpr std::size_t kMaxPdu = 4096;     // bytes handed over at once
constexpr std::size_t kMaxLine = 128;     // characters kept of a line
constexpr std::size_t kMaxAnswer = 8192;  // characters after a password in which its outcome is looked for
constexpr std::size_t kMaxPrompt = 80;    // characters of a line that may be a shell's prompt

Frame frame(Bytes bytes, Role) {
  return bytes.empty() ? Frame::more(1) : Frame::whole(std::min(bytes.size(), kMaxPdu));
}

enum class Prompt : std::uint8_t { none, user, password };

// `line` ends in a colon.
Prompt prompt_of(std::string_view line) noexcept {
  line = text::trim(line);
  constexpr std::string_view kUser[] = {
      "login:", "username:", "user name:", "user:", "userid:", "user id:", "login name:", "account:"};
  constexpr std::string_view kPassword[] = {"password:", "passwd:", "passcode:", "pass:"};
  const auto ends_with = [line](std::string_view end) {
    return line.size() >= end.size() && text::equals(line.substr(line.size() - end.size()), end);
  };
  if (std::any_of(std::begin(kPassword), std::end(kPassword), ends_with)) return Prompt::password;
  // "Last login: Mon …" tells of the log-in before, "Last failed login:" too.
  if (std::none_of(std::begin(kUser), std::end(kUser), ends_with) || text::starts_with(line, "last "))
    return Prompt::none;
  return Prompt::user;
}

bool says_no(std::string_view line) noexcept {
  constexpr std::string_view kWords[] = {"incorrect", "invalid",      "failed",         "failure",
                                         "denied",    "bad password", "not authorized", "wrong"};
  return std::any_of(std::begin(kWords), std::end(kWords), [line](auto word) { return text::contains(line, word); });
}

bool says_yes(std::string_view line) noexcept {
  return text::contains(line, "last login") || text::contains(line, "last failed login") ||
         text::contains(line, "welcome");
}

// "Router>", "root@plc:~# ", "$ ", "C:\>"; not a rule drawn of such characters.
bool is_shell_prompt(std::string_view line) noexcept {
  line = text::trim(line);
  if (line.empty() || line.size() > kMaxPrompt) return false;
  if (line.back() != '$' && line.back() != '#' && line.back() != '>') return false;
  line.remove_suffix(1);
  return line.empty() || std::any_of(line.begin(), line.end(),
                                     [](char c) { return text::is_letter(c) || text::is_digit(c) || c == '~'; });
}

// The kernel of the flow: what the server shows decides what the next line of the client means.
// Everything is decided octet by octet, so that segment boundaries do not matter.
class Telnet final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    for (const std::uint8_t octet : pdu.bytes) {
      Side& side = pdu.speaker == Role::client ? client_ : server_;
      if (!side.nvt.is_text(octet)) continue;
      if (pdu.speaker == Role::client)
        on_client(static_cast<char>(octet), emit);
      else
        on_server(static_cast<char>(octet), emit);
    }
    return Interest::more;
  }

  void on_gap(Role role) override {
    Side& side = role == Role::client ? client_ : server_;
    side.nvt.reset();
    side.line.clear();
    expected_ = Prompt::none;
    end_login();
  }

 private:
  struct Side {
    Nvt nvt;
    text::Held<kMaxLine> line;
  };

  void on_client(char c, const Emit& emit) {
    // Line ends are CR LF, CR NUL or, against RFC 854, a lone CR or LF; the second octet is skipped.
    const bool second = after_cr_ && (c == '\n' || c == '\0');
    after_cr_ = c == '\r';
    if (second) return;
    // A prompt of a shell is one only if the server then waits for the client.
    if (awaiting_outcome_ && is_shell_prompt(server_.line.view())) conclude(CredentialOutcome::accepted, emit);
    switch (c) {
      case '\r':
      case '\n':
        return on_client_line(emit);
      case '\b':
      case 0x7F:
        return client_.line.pop();
      case 0x15:
        return client_.line.clear();  // ^U kills the line
      case 0x03:
        return client_.line.clear();  // ^C gives it up
      default:
        if (static_cast<unsigned char>(c) >= 0x20) client_.line.push(c);
    }
  }

  void on_client_line(const Emit& emit) {
    const Prompt answered = expected_;
    expected_ = Prompt::none;
    if (answered == Prompt::user) {
      user_.assign(client_.line.view());
    } else if (answered == Prompt::password) {
      secret_.assign(client_.line.view());
      emit(Credential{"telnet", user_.view(), secret_.view(), CredentialOutcome::attempted});
      awaiting_outcome_ = true;
      answer_size_ = 0;
    }
    client_.line.clear();
  }

  void on_server(char c, const Emit& emit) {
    if (awaiting_outcome_ && ++answer_size_ > kMaxAnswer) end_login();
    if (c == '\n' || c == '\r') return on_server_line(emit);
    if (static_cast<unsigned char>(c) < 0x20) return;
    server_.line.push(c);
    if (c != ':') return;
    const Prompt prompt = prompt_of(server_.line.view());
    if (prompt == Prompt::none) return;
    // Asked again: whatever was given did not do.
    if (awaiting_outcome_) conclude(CredentialOutcome::rejected, emit);
    if (prompt == Prompt::user) state_banner(emit);
    expected_ = prompt;
    client_.line.clear();
  }

  void on_server_line(const Emit& emit) {
    const std::string_view line = server_.line.view();
    if (awaiting_outcome_) {
      if (says_yes(line))
        conclude(CredentialOutcome::accepted, emit);
      else if (says_no(line))
        conclude(CredentialOutcome::rejected, emit);
    }
    // A prompt that scrolls away before anything was typed was none.
    if (client_.line.empty()) expected_ = Prompt::none;
    if (!banner_stated_ && banner_.empty()) banner_.assign(text::trim(line));
    server_.line.clear();
  }

  // Devices name themselves above the first prompt: "Debian GNU/Linux 11", "NPort 5110".
  void state_banner(const Emit& emit) {
    if (!banner_stated_ && !banner_.empty())
      emit(Identity{Trait::description, banner_.view(), "telnet banner", 40, {}});
    banner_stated_ = true;
  }

  void conclude(CredentialOutcome outcome, const Emit& emit) {
    emit(Credential{"telnet", user_.view(), secret_.view(), outcome});
    end_login();
  }

  void end_login() noexcept {
    awaiting_outcome_ = false;
    secret_.clear();
  }

  Side client_, server_;
  text::Held<kMaxLine> user_, secret_, banner_;
  Prompt expected_ = Prompt::none;
  bool after_cr_ = false;
  bool awaiting_outcome_ = false;
  bool banner_stated_ = false;
  std::size_t answer_size_ = 0;
};

bool probe(Bytes bytes, Role) { return starts_with_negotiation(bytes); }

std::unique_ptr<Dissector> open() { return std::make_unique<Telnet>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "telnet",
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::weak,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .probe = probe,
    .open = open,
};

}  // namespace kakoi::telnet
