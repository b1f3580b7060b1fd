#include "sensor/evidence/secrets_in_text.h"

#include <array>
#include <string_view>

namespace kakoi::evidence {
namespace {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool same(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}
template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) noexcept {
  return std::any_of(words.begin(), words.end(), [&](std::string_view w) { return same(word, w); });
}
std::string_view text_of(Octets octets) noexcept { return as_text(octets); }

// A line without its end, and what follows it.
struct Line {
  Octets text, rest;
  bool ended;  // by LF
};
Line next_line(Octets octets) noexcept {
  const std::size_t end = text_of(octets).find('\n');
  if (end == std::string_view::npos) return {octets, {}, false};
  const std::size_t text = end > 0 && octets[end - 1] == '\r' ? end - 1 : end;
  return {octets.first(text), octets.subspan(end + 1), true};
}

// RFC 3986: user information in front of the host, and parameters and the query with all behind them.
void blank_in_uri(Octets uri) noexcept {
  const std::string_view text = text_of(uri);
  if (const std::size_t authority = text.find("//"); authority != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of("/?#", authority + 2), text.size());
    const std::size_t at = text.substr(0, end).rfind('@');
    if (at != std::string_view::npos && at > authority) blank_at(uri, authority + 2, at - authority - 2);
  }
  if (const std::size_t query = text.find_first_of("?;#"); query != std::string_view::npos) blank_from(uri, query + 1);
}

constexpr std::array<std::string_view, 25> kMethods = {
    "GET",      "POST",     "PUT",           "DELETE",        "HEAD",     "PATCH",       "OPTIONS",  "TRACE", "CONNECT",
    "PROPFIND", "NOTIFY",   "SUBSCRIBE",     "SEARCH",        "M-SEARCH", "UNSUBSCRIBE", "DESCRIBE", "SETUP", "PLAY",
    "PAUSE",    "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER", "ANNOUNCE", "RECORD",      "REDIRECT"};
constexpr std::array<std::string_view, 32> kHarmlessFields = {"host",
                                                              "user-agent",
                                                              "server",
                                                              "accept",
                                                              "accept-language",
                                                              "accept-encoding",
                                                              "accept-charset",
                                                              "accept-ranges",
                                                              "content-type",
                                                              "content-length",
                                                              "content-encoding",
                                                              "content-language",
                                                              "transfer-encoding",
                                                              "connection",
                                                              "proxy-connection",
                                                              "keep-alive",
                                                              "date",
                                                              "last-modified",
                                                              "expires",
                                                              "cache-control",
                                                              "pragma",
                                                              "upgrade",
                                                              "via",
                                                              "vary",
                                                              "www-authenticate",
                                                              "proxy-authenticate",
                                                              "allow",
                                                              "soapaction",
                                                              "x-powered-by",
                                                              "cseq",
                                                              "public",
                                                              "transport"};
constexpr std::array<std::string_view, 4> kUriFields = {"referer", "location", "content-location", "content-base"};

// False: no message begins here.
bool blank_first_line(Octets line) noexcept {
  const std::string_view text = text_of(line);
  if (text.starts_with("HTTP/1.") || text.starts_with("RTSP/")) return true;
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos || !is_one_of(text.substr(0, space), kMethods)) return false;
  Octets target = line.subspan(space + 1);
  for (const std::string_view name : {" HTTP/1.", " RTSP/"})
    if (const std::size_t version = text.rfind(name); version != std::string_view::npos && version > space)
      target = line.subspan(space + 1, version - space - 1);
  blank_in_uri(target);
  return true;
}

void blank_field(Octets line) noexcept {
  const std::string_view text = text_of(line);
  const std::size_t colon = text.find(':');
  if (text.starts_with(' ') || text.starts_with('\t') || colon == std::string_view::npos) return blank(line);
  const std::string_view name = text.substr(0, colon);
  if (is_one_of(name, kHarmlessFields)) return;
  if (is_one_of(name, kUriFields)) return blank_in_uri(line.subspan(colon + 1));
  const std::size_t value = text.find_first_not_of(" \t", colon + 1);
  if (value != std::string_view::npos) blank_from(line, value);
}

constexpr std::array<std::string_view, 42> kFtpCommands = {
    "USER", "PASV", "EPSV", "PORT", "EPRT", "TYPE", "MODE", "STRU", "RETR", "STOR", "STOU", "APPE", "LIST", "NLST",
    "MLSD", "MLST", "CWD",  "CDUP", "XCWD", "PWD",  "XPWD", "SYST", "FEAT", "OPTS", "QUIT", "NOOP", "ABOR", "REST",
    "RNFR", "RNTO", "DELE", "MKD",  "RMD",  "XMKD", "XRMD", "SIZE", "MDTM", "STAT", "HELP", "AUTH", "PBSZ", "PROT"};
constexpr std::array<std::string_view, 4> kFtpSecrets = {"PASS", "ACCT", "SITE", "ADAT"};  // the argument is one

void blank_ftp_command(Octets line) noexcept {
  const std::string_view text = text_of(line);
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view verb = text.substr(0, end);
  if (is_one_of(verb, kFtpCommands)) return;
  blank_from(line, is_one_of(verb, kFtpSecrets) && end < text.size() ? end + 1 : 0);
}

bool is_ftp_reply(std::string_view line) noexcept {
  const auto digit = [&](std::size_t i) { return line[i] >= '0' && line[i] <= '9'; };
  return line.size() >= 4 && digit(0) && digit(1) && digit(2) && (line[3] == ' ' || line[3] == '-');
}

constexpr std::array<std::string_view, 16> kTelnetWords = {
    "login:",  "username:", "user name:", "user:",  "password:", "passwd:", "login incorrect", "incorrect",
    "invalid", "failed",    "failure",    "denied", "wrong",     "welcome", "last login",      "account:"};

// All of `text` but line ends and the words above.
void blank_telnet_text(Octets octets, Role speaker) noexcept {
  for (std::size_t at = 0; at < octets.size();) {
    const std::string_view rest = text_of(octets.subspan(at));
    std::size_t kept = rest[0] == '\r' || rest[0] == '\n' || rest[0] == '\0' ? 1 : 0;
    if (speaker == Role::server)
      for (const std::string_view word : kTelnetWords)
        if (same(rest.substr(0, word.size()), word)) kept = std::max(kept, word.size());
    if (kept == 0) octets[at++] = kBlank;
    at += kept;
  }
}

}  // namespace

void blank_http(Octets payload) noexcept {
  Line line = next_line(payload);
  if (!blank_first_line(line.text)) return blank(payload);
  while (line.ended) {
    line = next_line(line.rest);
    if (line.text.empty()) return blank(line.rest);
    blank_field(line.text);
  }
}

void blank_ftp(Octets payload, Role speaker) noexcept {
  for (Line line = next_line(payload);; line = next_line(line.rest)) {
    if (speaker == Role::client)
      blank_ftp_command(line.text);
    else if (!is_ftp_reply(text_of(line.text)))
      blank(line.text);
    if (!line.ended) return;
  }
}

void blank_telnet(Octets payload, Role speaker) noexcept {
  constexpr std::uint8_t kIac = 255, kSb = 250, kSe = 240;
  std::size_t text = 0, at = 0;  // payload[text, at) is text
  const auto end_text = [&] { blank_telnet_text(payload.subspan(text, at - text), speaker); };
  while (at < payload.size()) {
    if (payload[at] != kIac || (at + 1 < payload.size() && payload[at + 1] == kIac)) {
      at += payload[at] == kIac ? 2 : 1;  // a doubled IAC is a character
      continue;
    }
    end_text();
    const std::uint8_t command = at + 1 < payload.size() ? payload[at + 1] : 0;
    if (command == kSb) {  // RFC 855: what an option tells of itself, environment and terminal among it
      std::size_t end = at + 3;
      while (end + 1 < payload.size() && !(payload[end] == kIac && payload[end + 1] == kSe)) ++end;
      const bool ended = end + 1 < payload.size();
      blank_at(payload, at + 3, ended ? end - at - 3 : payload.size());
      at = ended ? end + 2 : payload.size();
    } else {
      at += command >= 251 ? 3 : 2;
    }
    at = std::min(at, payload.size());
    text = at;
  }
  end_text();
}

}  // namespace kakoi::evidence
