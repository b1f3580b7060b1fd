// Redis: commands and replies in RESP 2 and 3 (redis.io, "Redis serialization protocol specification").
// Not here: inline commands, keys and values, subscriptions, cluster bus.
//
//   client: *n CR LF ( $length CR LF octets CR LF )×n
//   server: +text CR LF | -error CR LF | :number CR LF | $length CR LF octets CR LF | *n …
#include "dissectors/redis/redis.h"

#include <algorithm>

#include "dissectors/core/text.h"

namespace kakoi::redis {

namespace {

constexpr std::uint16_t kPorts[] = {6379};
constexpr std::size_t kMaxPdu = 8192;
constexpr std::size_t kMaxHead = 1024;  // octets of one line
constexpr unsigned kMaxParts = 64;      // of a command that is read; longer ones (MSET …) arrive cut

// A line from `at` on, without CR LF; `next` 0: no end in sight.
struct Line {
  std::string_view text;
  std::size_t next = 0;
};
Line line_at(std::string_view bytes, std::size_t at) noexcept {
  const std::size_t end = bytes.substr(0, at + kMaxHead).find("\r\n", at);
  if (end == std::string_view::npos) return {};
  return {bytes.substr(at, end - at), end + 2};
}

// Digits behind the first character; -1 for "-1" (null) and for what is no number.
long number_of(std::string_view line) noexcept {
  if (line.size() < 2 || line.size() > 10) return -1;
  long n = 0;
  for (const char c : line.substr(1)) {
    if (!text::is_digit(c)) return -1;
    n = n * 10 + (c - '0');
  }
  return n;
}

// End of a command: an array of bulk strings. 0: not all is here; `bad`: it is none.
struct Walk {
  std::size_t end = 0;
  bool bad = false;
};
Walk walk_command(std::string_view bytes) noexcept {
  Line head = line_at(bytes, 0);
  if (head.next == 0) return {0, bytes.size() > 12};
  const long parts = number_of(head.text);
  if (parts < 1) return {0, true};
  std::size_t at = head.next;
  for (long i = 0; i < std::min<long>(parts, kMaxParts); ++i) {
    if (at >= bytes.size()) return {};
    if (bytes[at] != '$') return {0, true};
    const Line size = line_at(bytes, at);
    if (size.next == 0) return {0, bytes.size() - at > 12};
    const long octets = number_of(size.text);
    if (octets < 0) return {0, true};
    at = size.next + static_cast<std::size_t>(octets) + 2;
    if (at >= kMaxPdu) return {at, false};
  }
  return {at, false};
}

Frame frame(Bytes bytes, Role speaker) {
  if (bytes.empty()) return Frame::more(1);
  const std::string_view text = as_text(bytes);
  const auto wait = [&] { return bytes.size() < kMaxPdu ? Frame::more(bytes.size() + 1) : Frame::foreign(); };
  if (speaker == Role::client) {
    if (text[0] != '*') return Frame::foreign();
    const Walk walk = walk_command(text);
    if (walk.bad) return Frame::foreign();
    return walk.end != 0 ? Frame::whole(walk.end) : wait();
  }
  if (std::string_view("+-:$*_#,(%~>=!").find(text[0]) == std::string_view::npos) return Frame::foreign();
  const Line line = line_at(text, 0);
  if (line.next == 0) return text.size() < kMaxHead ? wait() : Frame::foreign();
  const long size = text[0] == '$' || text[0] == '=' ? number_of(line.text) : -1;
  return Frame::whole(size < 0 ? line.next : line.next + static_cast<std::size_t>(size) + 2);
}

struct Command {
  std::string_view word, first, second;
  unsigned parts = 0;
};
Command parse(std::string_view bytes) noexcept {
  Command c;
  const Line head = line_at(bytes, 0);
  if (head.next == 0) return c;
  c.parts = static_cast<unsigned>(std::max(number_of(head.text), 0L));
  std::size_t at = head.next;
  for (std::string_view* into : {&c.word, &c.first, &c.second}) {
    const Line size = line_at(bytes, at);
    const long octets = size.next == 0 || size.text.empty() || size.text[0] != '$' ? -1 : number_of(size.text);
    if (octets < 0 || size.next + static_cast<std::size_t>(octets) > bytes.size()) break;
    *into = bytes.substr(size.next, static_cast<std::size_t>(octets));
    at = size.next + static_cast<std::size_t>(octets) + 2;
    if (at > bytes.size()) break;
  }
  return c;
}

// The first command's word: letters alone.
bool probe(Bytes bytes, Role speaker) {
  const std::string_view text = as_text(bytes);
  if (speaker == Role::server) return text.starts_with("-NOAUTH ");
  if (frame(bytes, speaker).kind != Frame::Kind::whole) return false;
  const std::string_view word = parse(text).word;
  return word.size() >= 3 && word.size() <= 20 &&
         std::all_of(word.begin(), word.end(), [](char c) { return text::is_letter(c) || c == '.' || c == '_'; });
}

std::string_view function_name(std::uint32_t code) {
  return code == 1 ? "log-in" : code == 2 ? "command without log-in" : std::string_view();
}

class Redis final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const std::string_view text = as_text(pdu.bytes);
    if (text.empty()) return Interest::more;
    if (++messages_ > kEnough) return Interest::done;
    if (pdu.speaker == Role::client) {
      on_command(parse(text), emit);
      return Interest::more;
    }
    on_reply(text, emit);
    return Interest::more;
  }

  // A log-in may have been lost.
  void on_gap(Role) override {
    asked_ = Asked::nothing;
    logged_in_ = true;
  }

 private:
  static constexpr unsigned kEnough = 64;
  enum class Asked : std::uint8_t { nothing, log_in, info, data };

  void on_command(const Command& c, const Emit& emit) {
    if (text::equals(c.word, "auth")) {
      const bool named = c.parts == 3;
      user_.assign(named ? c.first : std::string_view());
      secret_.assign(named ? c.second : c.first);
      asked_ = Asked::log_in;
      logged_in_ = true;
      emit(Operation{.cls = OperationClass::auth, .function_code = 1});
      emit(Credential{"redis", user_.view(), secret_.view(), CredentialOutcome::attempted});
      return;
    }
    if (text::equals(c.word, "hello")) logged_in_ = logged_in_ || c.parts > 2;  // may carry AUTH
    const bool harmless =
        text::equals(c.word, "hello") || text::equals(c.word, "quit") || text::equals(c.word, "reset");
    asked_ = harmless ? Asked::nothing : text::equals(c.word, "info") ? Asked::info : Asked::data;
  }

  void on_reply(std::string_view reply, const Emit& emit) {
    const Asked asked = asked_;
    asked_ = Asked::nothing;
    const bool error = reply[0] == '-';
    if (asked == Asked::log_in) {
      const bool accepted = reply.starts_with("+OK");
      // "-ERR Client sent AUTH, but no password is set": nobody needs one
      const bool needless = error && text::contains(reply, "no password is set");
      if (accepted || error) {
        emit(Operation{.cls = OperationClass::auth,
                       .function_code = 1,
                       .outcome = accepted ? Outcome::accepted : Outcome::refused,
                       .is_message = false});
        emit(Credential{"redis", user_.view(), secret_.view(),
                        accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected});
      }
      if (needless) open(emit);
      if (!accepted) logged_in_ = false;
      secret_.clear();
      return;
    }
    if (asked == Asked::nothing || error) return;  // an error says nothing: NOAUTH, DENIED, or a wrong command
    if (!logged_in_) open(emit);
    if (asked == Asked::info) on_info(reply, emit);
  }

  void open(const Emit& emit) {
    if (!open_) emit(OpenAccess{"redis-no-password"});
    open_ = true;
  }

  static void on_info(std::string_view reply, const Emit& emit) {
    const auto value = [&](std::string_view key) {
      const std::size_t at = reply.find(key);
      if (at == std::string_view::npos) return std::string_view();
      const std::string_view rest = reply.substr(at + key.size());
      const std::size_t end = rest.find('\r');
      return end == std::string_view::npos ? std::string_view() : text::trim(rest.substr(0, end));
    };
    std::array<char, 64> buffer;
    constexpr std::string_view kName = "redis/";
    const std::string_view version = value("\nredis_version:").substr(0, buffer.size() - kName.size());
    if (!version.empty()) {
      std::copy(kName.begin(), kName.end(), buffer.begin());
      std::copy(version.begin(), version.end(), buffer.begin() + kName.size());
      emit(Identity{Trait::software, {buffer.data(), kName.size() + version.size()}, "redis info", 85, {}});
    }
    if (const std::string_view os = value("\nos:"); !os.empty()) emit(Identity{Trait::os, os, "redis info", 80, {}});
  }

  text::Held<128> user_;
  text::Held<255> secret_;
  Asked asked_ = Asked::nothing;
  bool logged_in_ = false, open_ = false;
  unsigned messages_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Redis>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "redis",
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::weak,
    .framing = Framing::text,
    .domain = Domain::it,
    .frame = frame,
    .probe = probe,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::redis
