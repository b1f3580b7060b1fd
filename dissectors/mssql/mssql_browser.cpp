// SQL Server Resolution Protocol [MC-SQLR]: a host tells which database servers it runs, to whoever asks.
//
//   02 | 03 | 04 name 00 | 0F 01 name 00          asked: all of the network, all of this host, one, its emergency port
//   05 | length le16 | "ServerName;HOST;InstanceName;NAME;IsClustered;No;Version;15.0.2000.5;tcp;1433;;" …
#include <charconv>

#include "dissectors/core/text.h"
#include "dissectors/mssql/mssql.h"
#include "dissectors/mssql/release.h"

namespace kakoi::mssql_browser {

namespace {

constexpr std::uint16_t kPorts[] = {1434};
constexpr std::uint8_t kAnswer = 5;
constexpr std::string_view kFirst = "ServerName;";
constexpr std::size_t kMostName = 32;  // §2.2.3, of an instance

bool is_name(Bytes bytes) noexcept {
  const std::string_view name = as_text(bytes);
  return name.size() >= 2 && name.size() <= kMostName + 1 && name.find('\0') == name.size() - 1;
}

bool is_answer(Bytes bytes) noexcept {
  if (bytes.size() < 6 || bytes[0] != kAnswer) return false;
  ByteReader r(bytes.subspan(1));
  const std::size_t length = r.le16();
  if (length + 3 != bytes.size()) return false;
  return as_text(r.rest()).starts_with(kFirst) || (length == 6 && r.u8() == 1) || length == 3;
}

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::foreign();
  const bool asks = ((bytes[0] == 2 || bytes[0] == 3) && bytes.size() == 1) ||
                    (bytes[0] == 4 && is_name(bytes.subspan(1))) ||
                    (bytes[0] == 15 && bytes.size() > 2 && bytes[1] == 1 && is_name(bytes.subspan(2)));
  return asks || is_answer(bytes) ? Frame::whole(bytes.size()) : Frame::foreign();
}

bool probe(Bytes bytes, Role) { return is_answer(bytes) && as_text(bytes).substr(3).starts_with(kFirst); }

Protocol::Speaker speaker(Bytes pdu) { return {!pdu.empty() && pdu[0] == kAnswer ? Role::server : Role::client, true}; }

// Takes a word and the semicolon behind it.
std::string_view next(std::string_view& text) noexcept {
  const std::size_t end = text.find(';');
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

// "9.00.1399.06"
mssql::Release release_of(std::string_view version) noexcept {
  unsigned numbers[3] = {};
  for (unsigned& number : numbers) {
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), number);
    if (error != std::errc()) break;
    version.remove_prefix(static_cast<std::size_t>(end - version.data()));
    if (version.starts_with('.')) version.remove_prefix(1);
  }
  return mssql::release(numbers[0], numbers[1], numbers[2]);
}

class Browser final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (pdu.bytes.size() < 3 || pdu.bytes[0] != kAnswer) return Interest::more;
    std::string_view rest = as_text(pdu.bytes).substr(3);
    if (!rest.starts_with(kFirst)) return Interest::more;
    constexpr unsigned kMostWords = 512;
    for (unsigned words = 0; !rest.empty() && words < kMostWords; ++words) {
      const std::string_view name = next(rest);
      if (name.empty()) continue;  // between two servers
      const std::string_view value = next(rest);
      if (name == "ServerName" && !value.empty()) emit(Identity{Trait::name, value, "mssql browser", 75, {}});
      if (name == "Version" && !value.empty() && text::is_digit(value[0]))
        emit(Identity{Trait::software, release_of(value).view(), "mssql browser", 80, {}});
    }
    return Interest::more;
  }
};

std::unique_ptr<Dissector> open() { return std::make_unique<Browser>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "mssql_browser",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .open = open,
};

}  // namespace kakoi::mssql_browser
