// The log-ins that mail protocols share: SASL PLAIN and LOGIN (RFC 4616), XOAUTH2 and OAUTHBEARER (RFC 7628) with what
// became of them, and NTLM (MS-SMTPNTLM, MS-POP3, MS-OXIMAP), which is an operation with a number of ntlm::LogOn.
#pragma once

#include <algorithm>
#include <array>

#include "dissectors/core/base64.h"
#include "dissectors/core/dissector.h"
#include "dissectors/core/ntlmssp.h"
#include "dissectors/core/text.h"

namespace kakoi::text {

class LogIn {
 public:
  explicit LogIn(std::string_view scheme) noexcept : scheme_(scheme) {}

  void user(std::string_view name) noexcept {
    forget();
    user_.assign(name);
  }
  void password(std::string_view secret, const Emit& emit) {
    secret_.assign(secret);
    pending_ = true;
    emit(Credential{scheme_, user_.view(), secret_.view(), CredentialOutcome::attempted});
  }
  bool pending() const noexcept { return pending_; }
  void answer(bool accepted, const Emit& emit) {
    if (!pending_) return;
    emit(Credential{scheme_, user_.view(), secret_.view(),
                    accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected});
    forget();
  }
  void forget() noexcept {
    secret_.clear();
    pending_ = false;
    mechanism_ = Mechanism::none;
    step_ = 0;
  }

  // The client's "AUTH PLAIN" or "AUTHENTICATE LOGIN", with or without an initial response in base64.
  void mechanism(std::string_view name, std::string_view initial, const Emit& emit) {
    forget();
    mechanism_ = equals(name, "plain")                                    ? Mechanism::plain
                 : equals(name, "login")                                  ? Mechanism::login
                 : equals(name, "ntlm")                                   ? Mechanism::ntlm
                 : equals(name, "xoauth2") || equals(name, "oauthbearer") ? Mechanism::bearer
                                                                          : Mechanism::other;
    if (!initial.empty()) response(initial, emit);
  }
  bool responding() const noexcept { return mechanism_ != Mechanism::none && !pending_; }
  // What the client sends on a challenge.
  void response(std::string_view base64, const Emit& emit) {
    std::array<char, 1024> clear;
    const std::string_view decoded{clear.data(), decode_base64(trim(base64), clear.data(), clear.size())};
    if (mechanism_ == Mechanism::plain) {  // [authzid] NUL authcid NUL passwd
      const std::size_t first = decoded.find('\0');
      const std::size_t second = first == std::string_view::npos ? first : decoded.find('\0', first + 1);
      mechanism_ = Mechanism::none;
      if (second != std::string_view::npos) {
        user_.assign(decoded.substr(first + 1, second - first - 1));
        password(decoded.substr(second + 1), emit);
      }
    } else if (mechanism_ == Mechanism::login) {
      if (step_++ == 0) {
        user_.assign(decoded);
      } else {
        mechanism_ = Mechanism::none;
        password(decoded, emit);
      }
    } else if (mechanism_ == Mechanism::bearer) {
      mechanism_ = Mechanism::none;
      bearer(decoded, emit);
    } else if (mechanism_ == Mechanism::ntlm) {
      const ntlm::Seen seen =
          ntlm::observe(Bytes(reinterpret_cast<const std::uint8_t*>(decoded.data()), decoded.size()), emit);
      if (seen.message == ntlm::Message::authenticate)
        emit(Operation{.cls = OperationClass::auth, .function_code = static_cast<std::uint32_t>(seen.log_on)});
    }
    wipe(clear.data(), clear.size());
  }
  // What the server asks: of NTLM its challenge.
  void challenge(std::string_view base64, const Emit& emit) {
    if (mechanism_ == Mechanism::ntlm) response(base64, emit);
  }

 private:
  // "user=" name, or "n,a=" name ",", then 01, and among what follows "auth=Bearer " token, each up to the next 01: who has
  // the token needs no password.
  void bearer(std::string_view fields, const Emit& emit) {
    constexpr char kEnd = '\x01';
    constexpr std::string_view kAuth = "auth=bearer ";
    std::string_view token;
    user_.clear();
    while (!fields.empty()) {
      const std::string_view field = fields.substr(0, fields.find(kEnd));
      fields.remove_prefix(std::min(field.size() + 1, fields.size()));
      if (starts_with(field, "user=")) user_.assign(field.substr(5));
      if (starts_with(field, "n,a=")) user_.assign(field.substr(4, field.find(',', 4) - 4));
      if (starts_with(field, kAuth)) token = field.substr(kAuth.size());
    }
    if (!token.empty()) password(token, emit);
  }

  enum class Mechanism : std::uint8_t { none, plain, login, bearer, ntlm, other };
  std::string_view scheme_;  // static
  Held<128> user_;
  Held<255> secret_;
  Mechanism mechanism_ = Mechanism::none;
  unsigned step_ = 0;
  bool pending_ = false;
};

// A line at the head of `bytes`, LF included, of at most `limit` octets; 0: no end yet.
inline std::size_t line_length(std::string_view bytes, std::size_t limit) noexcept {
  const std::size_t end = bytes.substr(0, limit).find('\n');
  return end == std::string_view::npos ? 0 : end + 1;
}

// The same as a frame. A line holds no control characters; most binary protocols show one at once.
inline Frame line_frame(Bytes bytes, std::size_t limit) noexcept {
  if (bytes.empty()) return Frame::more(1);
  const Bytes head = bytes.first(bytes.size() < limit ? bytes.size() : limit);
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\n') return Frame::whole(i + 1);
    if (head[i] < 0x20 && head[i] != '\r' && head[i] != '\t') return Frame::foreign();
  }
  return bytes.size() < limit ? Frame::more(bytes.size() + 1) : Frame::foreign();
}

// Takes a word off `line`, and the blanks behind it.
inline std::string_view next_word(std::string_view& line) noexcept {
  const std::string_view word = line.substr(0, line.find_first_of(" \r\n"));
  line.remove_prefix(word.size());
  while (line.starts_with(' ')) line.remove_prefix(1);
  return word;
}

// A number of the session, which some servers greet with, and words in another character set name no software.
inline bool is_no_name(std::string_view word) noexcept {
  std::size_t digits = 0, letters = 0;
  for (const char c : word) {
    if (!is_printable(c)) return true;
    digits += is_digit(c);
    letters += is_letter(c);
  }
  return letters == 0 || (digits >= 5 && letters >= 3);
}

// Of a greeting the words that name the software: up to a time, a number of the session, "ready" or remarks.
inline std::string_view software_of(std::string_view greeting) noexcept {
  std::size_t end = 0;
  std::string_view rest = trim(greeting);
  for (std::string_view look = rest; !look.empty(); greeting = rest = look) {
    const std::string_view word = next_word(look);
    if (word.empty() || !is_no_name(word)) break;
  }
  while (!rest.empty()) {
    const std::string_view word = next_word(rest);
    const bool remark = word.empty() || std::string_view("#<[;").find(word[0]) != std::string_view::npos ||
                        (word[0] == '(' && word.find('/') == std::string_view::npos);
    if (remark || starts_with(word, "ready") || equals(word, "at")) break;
    bool weekday = false;
    for (const std::string_view day : {"mon,", "tue,", "wed,", "thu,", "fri,", "sat,", "sun,"})
      weekday |= equals(word, day);
    if (weekday) break;
    end = static_cast<std::size_t>(word.data() + word.size() - greeting.data());
    if (word.back() == ';' || word.back() == ',') {
      --end;
      break;
    }
  }
  return trim(greeting.substr(0, end));
}

// A dotted or single-label name, not an address literal.
inline bool is_host_name(std::string_view name) noexcept {
  bool letter = false;
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c) && c != '-' && c != '.' && c != '_') return false;
    letter = letter || is_letter(c);
  }
  return letter && name.size() <= 253;
}

}  // namespace kakoi::text
