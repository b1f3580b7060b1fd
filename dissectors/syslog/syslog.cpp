// Syslog over UDP. Not here: messages' texts and structured data (they may hold anything), TCP and TLS transport.
//
//   <PRI>Mmm dd hh:mm:ss HOST TAG: text                     RFC 3164 §4.1
//   <PRI>TIMESTAMP HOST TAG: text                           rsyslog
//   <PRI>1 TIMESTAMP HOST APP PROCID MSGID [data] text      RFC 5424 §6
#include "dissectors/syslog/syslog.h"

#include <array>

#include "dissectors/core/text.h"

namespace kakoi::syslog {

namespace {

constexpr std::uint16_t kPorts[] = {514};
constexpr unsigned kMostApplications = 8;  // named per flow

// Octets of "<PRI>", 0 if there is none (RFC 5424 §6.2.1: 0 to 191).
std::size_t priority_length(std::string_view text) noexcept {
  if (text.size() < 4 || text[0] != '<') return 0;
  unsigned priority = 0;
  for (std::size_t i = 1; i < 5 && i < text.size(); ++i) {
    if (text[i] == '>') return i > 1 && priority <= 191 ? i + 1 : 0;
    if (!text::is_digit(text[i])) return 0;
    priority = priority * 10 + static_cast<unsigned>(text[i] - '0');
  }
  return 0;
}

Frame frame(Bytes bytes, Role) {
  return priority_length(as_text(bytes)) != 0 ? Frame::whole(bytes.size()) : Frame::foreign();
}

Protocol::Speaker speaker(Bytes) { return {Role::client, true}; }

// Takes a word off `text`.
std::string_view word(std::string_view& text) noexcept {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const std::string_view found = text.substr(0, text.find(' '));
  text.remove_prefix(found.size());
  return found;
}

bool is_name(std::string_view text, std::string_view more) noexcept {
  if (text.empty() || text.size() > 63 || !text::is_letter(text[0])) return false;
  for (const char c : text)
    if (!text::is_letter(c) && !text::is_digit(c) && more.find(c) == std::string_view::npos) return false;
  return true;
}

bool is_month(std::string_view text) noexcept {
  constexpr std::string_view kMonths = "jan feb mar apr may jun jul aug sep oct nov dec";
  if (text.size() != 3) return false;
  for (std::size_t i = 0; i < kMonths.size(); i += 4)
    if (text::equals(text, kMonths.substr(i, 3))) return true;
  return false;
}

struct Origin {
  std::string_view host, application;
};
Origin origin_of(std::string_view text) noexcept {
  Origin origin;
  if (text.starts_with("1 ")) {
    word(text);
    const std::string_view time = word(text);
    if (time != "-" && (time.empty() || !text::is_digit(time[0]))) return {};
    origin.host = word(text);
    origin.application = word(text);
  } else {
    const std::string_view first = word(text);
    // rsyslog forwards with the other standard's time, and no version.
    const bool iso = first.size() >= 19 && text::is_digit(first[0]) && first[10] == 'T';
    if (!iso && (!is_month(first) || word(text).empty() || word(text).size() != 8)) return {};
    const std::string_view host = word(text);
    // A relay may leave the host out: then this is the tag.
    if (!host.empty() && host.back() != ':') origin.host = host;
    std::string_view tag = origin.host.empty() ? host : word(text);
    tag = tag.substr(0, tag.find_first_of(":["));
    origin.application = tag;
  }
  if (!is_name(origin.host, "-._") || text::equals(origin.host, "localhost")) origin.host = {};
  if (!is_name(origin.application, "-._/")) origin.application = {};
  return origin;
}

class Syslog final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    // Of a message that the capture cut the last word may be the half of one, and nothing tells: names are never last.
    std::string_view text = as_text(pdu.bytes);
    text = text.substr(0, text.find_last_of(' ') + 1);
    const Origin origin = origin_of(text.substr(priority_length(text)));
    // A relay hands on what others said, with their names.
    if (!origin.host.empty()) emit(Identity{Trait::name, origin.host, "syslog", 55, {}});
    if (!origin.application.empty() && is_new(origin.application))
      emit(Identity{Trait::software, origin.application, "syslog", 30, {}});
    return Interest::more;
  }

 private:
  bool is_new(std::string_view name) noexcept {
    std::uint64_t hash = 0xCBF2'9CE4'8422'2325ull;  // FNV-1a
    for (const char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100'0000'01B3ull;
    for (std::size_t i = 0; i < known_; ++i)
      if (applications_[i] == hash) return false;
    if (known_ == applications_.size()) return false;
    applications_[known_++] = hash;
    return true;
  }

  std::array<std::uint64_t, kMostApplications> applications_{};
  std::size_t known_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Syslog>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "syslog",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = Header::weak,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .open = open,
};

}  // namespace kakoi::syslog
