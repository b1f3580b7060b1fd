#include "dissectors/http/message.h"

#include "dissectors/core/text.h"

namespace kakoi::http {

namespace {

constexpr std::size_t kMaxMethod = 20;  // characters; the longest registered is UPDATEREDIRECTREF (17)

constexpr bool is_method_character(char c) noexcept { return (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; }

std::string_view without_cr(std::string_view line) noexcept {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// "HTTP/1.1" and "HTTP/1.0"; HTTP/2 is binary and shares no framing with this.
bool is_version(std::string_view text) noexcept {
  return text.size() == 8 && text.starts_with("HTTP/1.") && text::is_digit(text[7]);
}

Start judge_response(std::string_view bytes) noexcept {
  constexpr std::string_view kPattern = "HTTP/1.d ddd";
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    if (i == bytes.size()) return Start::partial;
    if (kPattern[i] == 'd' ? !text::is_digit(bytes[i]) : bytes[i] != kPattern[i]) return Start::none;
  }
  if (bytes[9] == '0') return Start::none;
  if (bytes.size() == kPattern.size()) return Start::partial;
  const char after = bytes[kPattern.size()];
  return after == ' ' || after == '\r' || after == '\n' ? Start::response : Start::none;
}

}  // namespace

Start judge_start(std::string_view bytes) noexcept {
  if (bytes.empty()) return Start::partial;
  if (bytes.starts_with("HTTP/") || std::string_view("HTTP/").starts_with(bytes)) return judge_response(bytes);

  std::size_t at = 0;
  while (at < bytes.size() && at <= kMaxMethod && is_method_character(bytes[at])) ++at;
  if (at > kMaxMethod) return Start::none;
  if (at == bytes.size()) return Start::partial;
  if (at < 3 || bytes[at] != ' ') return Start::none;

  const std::size_t end = bytes.find('\n');
  const std::string_view line = without_cr(bytes.substr(0, end));
  // Bytes above 0x7F do occur in targets, against RFC 3986; control characters do not.
  for (const char c : line)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\r') || c == 0x7F) return Start::none;
  if (end == std::string_view::npos) return bytes.size() < kMaxMessage ? Start::partial : Start::none;
  const std::size_t last = line.rfind(' ');
  return last > at && is_version(line.substr(last + 1)) ? Start::request : Start::none;
}

std::size_t header_length(std::string_view bytes) noexcept {
  // A line end is CRLF, and a bare LF is accepted (RFC 9112 §2.2).
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (at + 1 < bytes.size() && bytes[at + 1] == '\n') return at + 2;
    if (at + 2 < bytes.size() && bytes[at + 1] == '\r' && bytes[at + 2] == '\n') return at + 3;
  }
  return 0;
}

Request parse_request(std::string_view message) noexcept {
  const std::string_view line = without_cr(message.substr(0, message.find('\n')));
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos) return {};
  return {line.substr(0, first), last > first ? text::trim(line.substr(first, last - first)) : std::string_view{}};
}

unsigned parse_status(std::string_view message) noexcept {
  if (message.size() < 12) return 0;
  unsigned status = 0;
  for (const char c : message.substr(9, 3)) status = status * 10 + static_cast<unsigned>(c - '0');
  return status;
}

std::string_view fields_of(std::string_view message) noexcept {
  const std::size_t end = message.find('\n');
  return end == std::string_view::npos ? std::string_view{} : message.substr(end + 1);
}

bool next_field(std::string_view& lines, Field& field) noexcept {
  for (;;) {
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos) return false;  // a line that was cut says nothing certain
    const std::string_view line = without_cr(lines.substr(0, end));
    lines.remove_prefix(end + 1);
    if (line.empty()) return false;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || line[0] == ' ' || line[0] == '\t') continue;
    field = {line.substr(0, colon), text::trim(line.substr(colon + 1))};
    return true;
  }
}

std::string_view realm_of(std::string_view challenge) noexcept {
  constexpr std::string_view kName = "realm=";
  for (std::size_t at = 0; at + kName.size() < challenge.size(); ++at) {
    if (!text::starts_with(challenge.substr(at), kName)) continue;
    std::string_view value = challenge.substr(at + kName.size());
    if (!value.starts_with('"')) return value.substr(0, value.find_first_of(", "));
    value.remove_prefix(1);
    return value.substr(0, value.find('"'));
  }
  return {};
}

std::string_view name_of_host(std::string_view host) noexcept {
  host = host.substr(0, host.find(':'));
  bool has_letter = false;
  for (const char c : host) {
    if (!text::is_letter(c) && !text::is_digit(c) && c != '-' && c != '.' && c != '_') return {};
    has_letter = has_letter || text::is_letter(c);
  }
  return has_letter && host.size() <= 253 ? host : std::string_view{};
}

std::size_t decode_base64(std::string_view text, char* out, std::size_t capacity) noexcept {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t size = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<std::uint32_t>(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
      value = static_cast<std::uint32_t>(c - '0') + 52;
    else if (c == '+')
      value = 62;
    else if (c == '/')
      value = 63;
    else
      return 0;
    bits = (bits << 6 | value) & 0xFFFF;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (size == capacity) return 0;
    out[size++] = static_cast<char>(bits >> held & 0xFF);
  }
  return size;
}

}  // namespace kakoi::http
