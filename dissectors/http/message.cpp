#include "dissectors/http/message.h"

#include <algorithm>
#include <charconv>

#include "dissectors/core/address.h"
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

// Also of an IPv4 address.
bool is_name_or_number(std::string_view host) noexcept {
  return std::all_of(host.begin(), host.end(), [](char c) {
    return text::is_letter(c) || text::is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}
bool is_ipv6(std::string_view host) noexcept {
  const auto address = parse_address(host);
  return address && !address->is_ipv4();
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

Target proxied_target(const Request& request) noexcept {
  std::string_view authority = request.target;
  Target target;
  if (request.method == "CONNECT") {
    target.port = 443;
  } else if (text::starts_with(authority, "http://")) {
    authority.remove_prefix(7);
    target.port = 80;
  } else {
    return {};
  }
  authority = authority.substr(0, authority.find_first_of("/?# "));
  if (const std::size_t at = authority.find('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  const bool in_brackets = authority.starts_with('[');  // RFC 3986 §3.2.2: an IPv6 address
  if (in_brackets && authority.find(']') == std::string_view::npos) return {};
  if (in_brackets) authority.remove_prefix(1);
  const std::size_t end = std::min(authority.find(in_brackets ? ']' : ':'), authority.size());
  target.host = authority.substr(0, end);
  authority.remove_prefix(std::min(end + (in_brackets ? 1 : 0), authority.size()));
  if (authority.starts_with(':')) {
    const auto [last, error] = std::from_chars(authority.data() + 1, authority.data() + authority.size(), target.port);
    if (error != std::errc() || last != authority.data() + authority.size()) return {};
  }
  const bool is_sound = in_brackets ? is_ipv6(target.host) : is_name_or_number(target.host);
  return is_sound && target.host.size() <= 253 ? target : Target{};
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

std::size_t page_length(std::string_view bytes, std::size_t header) noexcept {
  const std::string_view behind = bytes.substr(header, kMaxMessage - header);
  if (!bytes.starts_with("HTTP/1.") || behind.empty() || behind.starts_with("HTTP/")) return 0;
  if (parse_status(bytes) != 200) return 0;
  bool page = false;
  std::size_t length = behind.size();
  std::string_view lines = fields_of(bytes.substr(0, header));
  for (Field field; next_field(lines, field);) {
    if (text::equals(field.name, "content-type")) {
      page = text::starts_with(field.value, "text/html") || text::starts_with(field.value, "text/xml") ||
             text::starts_with(field.value, "application/xml");
    } else if (text::equals(field.name, "content-length")) {
      std::size_t told = 0;
      for (const char c : field.value.substr(0, 9))
        if (text::is_digit(c)) told = told * 10 + static_cast<std::size_t>(c - '0');
      length = told < length ? told : length;
    }
  }
  return page ? length : 0;
}

std::string_view first_element(std::string_view document, std::string_view name) noexcept {
  for (std::size_t at = document.find('<'); at != std::string_view::npos; at = document.find('<', at + 1)) {
    const std::string_view tag = document.substr(at + 1);
    if (!text::starts_with(tag, name) || tag.size() == name.size()) continue;
    if (tag[name.size()] != '>' && tag[name.size()] != ' ') continue;
    const std::size_t start = tag.find('>');
    const std::size_t end = start == std::string_view::npos ? start : tag.find('<', start);
    return end == std::string_view::npos ? std::string_view{} : tag.substr(start + 1, end - start - 1);
  }
  return {};
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
  const bool has_letter = std::any_of(host.begin(), host.end(), [](char c) { return text::is_letter(c); });
  return has_letter && is_name_or_number(host) && host.size() <= 253 ? host : std::string_view{};
}

}  // namespace kakoi::http
