// RTSP/1.0 and 2.0 (RFC 2326, RFC 7826) with the session description that answers DESCRIBE (SDP, RFC 8866).
// Not here: the pictures (RTP), also not where they share the connection; RTSP in HTTP; Digest (its answer is no secret).
//
//   DESCRIBE rtsp://host/path RTSP/1.0 CRLF | Name: value CRLF … | CRLF
//   RTSP/1.0 200 OK CRLF                    | Name: value CRLF … | CRLF | v=0 CRLF … m=video 0 RTP/AVP 96 CRLF …
//   '---------------------------------- PDU ------------------------------------------------------------------'
#include "dissectors/rtsp/rtsp.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "dissectors/core/base64.h"
#include "dissectors/core/text.h"

namespace kakoi::rtsp {

namespace {

constexpr std::uint16_t kPorts[] = {554, 8554};
constexpr std::size_t kMaxMessage = 8192, kMaxLine = 1024;
constexpr std::string_view kVersion = "RTSP/";
constexpr std::array<std::string_view, 12> kMethods = {"DESCRIBE", "OPTIONS",  "SETUP",         "PLAY",
                                                       "PAUSE",    "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER",
                                                       "ANNOUNCE", "RECORD",   "REDIRECT",      "PLAY_NOTIFY"};

bool is_version(std::string_view text) noexcept {
  return text.size() == 8 && (text == "RTSP/1.0" || text == "RTSP/2.0");
}
std::string_view without_cr(std::string_view line) noexcept {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// RFC 2326 §6.1, §7.1: "METHOD uri RTSP/1.0" or "RTSP/1.0 200 reason". Wants more as long as it may become one.
Frame::Kind judge_start(std::string_view bytes) noexcept {
  const std::size_t end = bytes.find('\n');
  const bool ended = end != std::string_view::npos;
  const std::string_view line = bytes.substr(0, end);
  if (!ended && line.size() > kMaxLine) return Frame::Kind::foreign;
  if (line.starts_with(kVersion) || kVersion.starts_with(line)) {
    if (!ended) return Frame::Kind::more;
    return line.size() >= 12 && is_version(line.substr(0, 8)) && line[8] == ' ' && text::is_digit(line[9]) &&
                   text::is_digit(line[10]) && text::is_digit(line[11])
               ? Frame::Kind::whole
               : Frame::Kind::foreign;
  }
  const std::size_t space = line.find(' ');
  const std::string_view method = line.substr(0, space);
  const bool known = std::any_of(kMethods.begin(), kMethods.end(), [&](std::string_view m) {
    return space == std::string_view::npos && !ended ? m.starts_with(method) : m == method;
  });
  if (!known) return Frame::Kind::foreign;
  if (!ended) return Frame::Kind::more;
  const std::string_view request = without_cr(line);
  const std::size_t last = request.rfind(' ');
  return last > space && is_version(request.substr(last + 1)) ? Frame::Kind::whole : Frame::Kind::foreign;
}

// Of start line and header with the empty line; 0 where that is not in sight.
std::size_t header_length(std::string_view bytes) noexcept {
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (bytes.substr(at + 1, 1) == "\n") return at + 2;
    if (bytes.substr(at + 1, 2) == "\r\n") return at + 3;
  }
  return 0;
}

struct Field {
  std::string_view name, value;
};
// Takes the next line off `lines`; false at their end. A line without a colon has no name.
bool next_field(std::string_view& lines, Field& field) noexcept {
  const std::size_t end = lines.find('\n');
  if (end == std::string_view::npos) return false;
  const std::string_view line = lines.substr(0, end);
  lines.remove_prefix(end + 1);
  const std::size_t colon = std::min(line.find(':'), line.size());
  field = {colon == line.size() ? std::string_view() : line.substr(0, colon),
           text::trim(line.substr(std::min(colon + 1, line.size())))};
  return true;
}
std::string_view fields_of(std::string_view header) noexcept {
  const std::size_t end = header.find('\n');
  return end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
}

std::size_t body_length(std::string_view header) noexcept {
  std::string_view lines = fields_of(header);
  for (Field field; next_field(lines, field);) {
    if (!text::equals(field.name, "content-length")) continue;
    std::size_t length = 0;
    for (const char c : field.value) {
      if (!text::is_digit(c) || length > kMaxMessage) return 0;
      length = length * 10 + static_cast<std::size_t>(c - '0');
    }
    return length;
  }
  return 0;
}

Frame frame(Bytes bytes, Role) {
  const std::string_view text = as_text(bytes);
  switch (judge_start(text)) {
    case Frame::Kind::foreign:
      return Frame::foreign();
    case Frame::Kind::more:
      return Frame::more(bytes.size() + 1);
    case Frame::Kind::whole:
      break;
  }
  const std::size_t header = header_length(text.substr(0, kMaxMessage));
  if (header == 0) return bytes.size() < kMaxMessage ? Frame::more(bytes.size() + 1) : Frame::whole(kMaxMessage);
  // a longer body is foreign, like pictures
  const std::size_t body = body_length(text.substr(0, header));
  return Frame::whole(header + body <= kMaxMessage ? header + body : header);
}

Protocol::Speaker speaker(Bytes pdu) {
  const std::string_view text = as_text(pdu);
  if (text.starts_with(kVersion)) return {Role::server, true};
  // servers may ask, too, but not for this
  return {Role::client, text.starts_with("DESCRIBE") || text.starts_with("SETUP") || text.starts_with("PLAY ")};
}

// The realm of a challenge, without quotation marks (RFC 9110 §11.5).
std::string_view realm_of(std::string_view challenge) noexcept {
  constexpr std::string_view kRealm = "realm=\"";
  for (std::size_t at = 0; at + kRealm.size() <= challenge.size(); ++at) {
    if (!text::starts_with(challenge.substr(at), kRealm)) continue;
    const std::string_view rest = challenge.substr(at + kRealm.size());
    return rest.substr(0, rest.find('"'));
  }
  return {};
}

class Rtsp final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const std::string_view message = as_text(pdu.bytes);
    return message.starts_with(kVersion) ? on_answer(message, emit) : on_request(message, emit);
  }
  // Nobody can tell which answer belongs to which request now.
  void on_gap(Role) override { forget(); }

 private:
  Interest on_request(std::string_view message, const Emit& emit) {
    method_ = message.substr(0, message.find(' ')) == "PLAY" ? Method::play : Method::other;
    std::string_view lines = fields_of(message);
    for (Field field; next_field(lines, field);) {
      if (text::equals(field.name, "user-agent")) {
        if (!field.value.empty()) emit(Identity{Trait::user_agent, field.value, "rtsp user-agent", 40, {}});
      } else if (text::equals(field.name, "authorization")) {
        on_authorization(field.value, emit);
      }
    }
    return Interest::more;
  }

  // RFC 7617 §2: base64 of user-id ":" password.
  void on_authorization(std::string_view value, const Emit& emit) {
    if (!text::starts_with(value, "basic ")) return;
    std::array<char, 512> clear;
    const std::size_t size = text::decode_base64(text::trim(value.substr(6)), clear.data(), clear.size());
    const std::string_view pair{clear.data(), size};
    if (const std::size_t colon = pair.find(':'); colon != std::string_view::npos) {
      user_.assign(pair.substr(0, colon));
      secret_.assign(pair.substr(colon + 1));
      has_credential_ = true;
      emit(Credential{"rtsp-basic", user_.view(), secret_.view(), CredentialOutcome::attempted});
    }
    text::wipe(clear.data(), clear.size());
  }

  Interest on_answer(std::string_view message, const Emit& emit) {
    const std::string_view status = message.substr(std::min<std::size_t>(9, message.size()), 3);
    const std::size_t header = header_length(message);
    bool is_sdp = false;
    std::string_view lines = fields_of(message.substr(0, header));
    for (Field field; next_field(lines, field);) {
      if (text::equals(field.name, "server")) {
        if (!field.value.empty()) emit(Identity{Trait::software, field.value, "rtsp server", 80, {}});
      } else if (text::equals(field.name, "www-authenticate")) {
        const std::string_view realm = realm_of(field.value);
        if (!realm.empty()) emit(Identity{Trait::description, realm, "rtsp realm", 50, {}});
      } else if (text::equals(field.name, "content-type")) {
        is_sdp = text::starts_with(field.value, "application/sdp");
      }
    }
    if (status.starts_with('1')) return Interest::more;  // the final answer follows
    if (has_credential_) {
      const bool refused = status == "401" || status == "403";
      if (refused || status.starts_with('2'))
        emit(Credential{"rtsp-basic", user_.view(), secret_.view(),
                        refused ? CredentialOutcome::rejected : CredentialOutcome::accepted});
    }
    const bool plays = method_ == Method::play && status == "200";
    forget();
    if (status == "200" && is_sdp) on_description(message.substr(header), emit);
    return plays ? Interest::done : Interest::more;  // what follows is pictures, and that they are still wanted
  }

  // RFC 8866 §5.14, §6.6: "m=video 0 RTP/AVP 96" and, below it, "a=rtpmap:96 H264/90000".
  static void on_description(std::string_view lines, const Emit& emit) {
    bool in_video = false, has_video = false;
    std::string_view encoding;
    while (!lines.empty()) {
      const std::size_t end = std::min(lines.find('\n'), lines.size());
      const std::string_view line = text::trim(lines.substr(0, end));
      lines.remove_prefix(std::min(end + 1, lines.size()));
      if (line.starts_with("m=")) in_video = line.starts_with("m=video ");
      has_video = has_video || in_video;
      if (!in_video || !encoding.empty() || !line.starts_with("a=rtpmap:")) continue;
      const std::size_t blank = line.find(' ');
      if (blank != std::string_view::npos) encoding = text::trim(line.substr(blank)).substr(0, 32);
      encoding = encoding.substr(0, encoding.find('/'));
    }
    if (!has_video) return;
    text::Line<48> description;
    description << "video " << encoding;
    emit(Identity{Trait::description, text::trim(description.view()), "rtsp sdp", 60, {}});
  }

  void forget() noexcept {
    method_ = Method::other;
    has_credential_ = false;
    user_.clear();
    secret_.clear();
  }

  enum class Method : std::uint8_t { other, play };
  Method method_ = Method::other;  // of the last request: clients wait for its answer
  bool has_credential_ = false;
  text::Held<64> user_, secret_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Rtsp>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "rtsp",
    .ports = kPorts,
    .max_pdu = kMaxMessage,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::it,
    .frame = frame,
    .speaker = speaker,
    .open = open,
};

}  // namespace kakoi::rtsp
