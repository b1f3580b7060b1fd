// WS-Discovery over UDP (OASIS WS-Discovery 1.1 §4–§6; April 2005 draft), with the scopes of ONVIF cameras (ONVIF Core
// Specification §7.3). Not here: metadata over HTTP (DPWS), discovery proxies' own protocol.
//
//   <e:Envelope …><e:Header>… Action: …/discovery/ProbeMatches …</e:Header><e:Body>
//     <d:ProbeMatch> EndpointReference | Types | Scopes | XAddrs | MetadataVersion </d:ProbeMatch> …
#include "dissectors/wsd/wsd.h"

#include <algorithm>
#include <array>
#include <optional>

#include "dissectors/core/text.h"

namespace kakoi::wsd {

namespace {

constexpr std::uint16_t kPorts[] = {3702};
constexpr std::size_t kWithin = 2048;  // octets in which the namespace stands: on the envelope, or on the first element
constexpr std::size_t kMaxTag = 512;   // of an element that is looked for, with its namespaces
constexpr std::size_t kMostMatches = 8, kMostScopes = 32;
constexpr std::string_view kMark = "\xEF\xBB\xBF";  // byte order mark

std::string_view body_of(Bytes bytes) noexcept {
  std::string_view document = as_text(bytes);
  if (document.starts_with(kMark)) document.remove_prefix(kMark.size());
  const std::size_t first = document.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : document.substr(first);
}

Frame frame(Bytes bytes, Role) {
  const std::string_view document = body_of(bytes);
  if (!document.starts_with('<')) return Frame::foreign();
  const std::string_view head = document.substr(0, kWithin);
  const bool fits = head.find("/ws/2005/04/discovery") != std::string_view::npos ||
                    head.find("/ws-dd/ns/discovery/2009/01") != std::string_view::npos;
  return fits ? Frame::whole(bytes.size()) : Frame::foreign();
}

// The content of the next element of that name, whatever its prefix; `rest` goes on behind it.
std::optional<std::string_view> next_element(std::string_view& rest, std::string_view name) noexcept {
  for (std::size_t at = rest.find('<'); at != std::string_view::npos; at = rest.find('<', at + 1)) {
    const std::size_t length = rest.substr(at, kMaxTag).find('>');
    if (length == std::string_view::npos) continue;
    const std::size_t close = at + length;
    std::string_view tag = rest.substr(at + 1, close - at - 1);
    if (tag.ends_with('/')) continue;
    tag = tag.substr(0, tag.find_first_of(" \t\r\n"));
    const std::size_t colon = tag.find(':');
    const std::string_view prefix = colon == std::string_view::npos ? std::string_view() : tag.substr(0, colon + 1);
    if (tag.substr(prefix.size()) != name) continue;
    // its end has the same prefix; elements of one name do not nest here
    const std::string_view content = rest.substr(close + 1);
    for (std::size_t end = content.find("</"); end != std::string_view::npos; end = content.find("</", end + 2)) {
      const std::string_view closing = content.substr(end + 2);
      if (!closing.starts_with(tag) || closing.size() == tag.size()) continue;
      const char after = closing[tag.size()];
      if (after != '>' && after != ' ' && after != '\r' && after != '\n' && after != '\t') continue;
      rest = closing;
      return content.substr(0, end);
    }
    return {};  // cut: what is there may be half a word
  }
  return {};
}
std::string_view element(std::string_view document, std::string_view name) noexcept {
  return next_element(document, name).value_or(std::string_view());
}

// The next word of a list that blanks part.
std::string_view next_word(std::string_view& list) noexcept {
  list = list.substr(std::min(list.find_first_not_of(" \t\r\n"), list.size()));
  const std::string_view word = list.substr(0, list.find_first_of(" \t\r\n"));
  list.remove_prefix(word.size());
  return word;
}

// "http://192.0.2.7:80/onvif/device_service": the address, if the host is one.
Address host_of(std::string_view uri) noexcept {
  const std::size_t slashes = uri.find("//");
  if (slashes == std::string_view::npos) return {};
  std::string_view host = uri.substr(slashes + 2);
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') - 1);
    host = host.substr(0, host.find('%'));
  } else {
    host = host.substr(0, host.find_first_of(":/"));
  }
  if (host.empty() || host.size() > 45) return {};
  const auto address = parse_address(host);
  return address && address->is_ip() ? *address : Address{};
}

// RFC 3986 §2.1; ONVIF's scopes have names with blanks that way.
class Decoded {
 public:
  explicit Decoded(std::string_view text) noexcept {
    const auto digit = [](char c) {
      return text::is_digit(c)                                ? c - '0'
             : text::lower(c) >= 'a' && text::lower(c) <= 'f' ? text::lower(c) - 'a' + 10
                                                              : -1;
    };
    for (std::size_t i = 0; i < text.size() && size_ < text_.size(); ++i) {
      const int high = text[i] == '%' && i + 2 < text.size() ? digit(text[i + 1]) : -1;
      const int low = high >= 0 ? digit(text[i + 2]) : -1;
      text_[size_++] = low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
      if (low >= 0) i += 2;
    }
  }
  std::string_view text() const noexcept { return text::trim({text_.data(), size_}); }

 private:
  std::array<char, 128> text_{};
  std::size_t size_ = 0;
};

class Wsd final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const std::string_view document = body_of(pdu.bytes);
    // a message that was cut behind a whole match still tells of it, so that the body need not end
    const std::size_t start = document.find("Body");
    const std::string_view body = start == std::string_view::npos ? std::string_view() : document.substr(start);
    if (const std::string_view hello = element(body, "Hello"); !hello.empty()) state(hello, emit);
    for (const std::string_view kind : {"ProbeMatch", "ResolveMatch"}) {
      std::string_view rest = body;
      for (std::size_t i = 0; i < kMostMatches; ++i) {
        const auto match = next_element(rest, kind);
        if (!match) break;
        state(*match, emit);
      }
    }
    return Interest::more;
  }

 private:
  // Whose device it is: the speaker's, unless all the addresses that it gives are others' (a proxy tells of others).
  static Subject subject_of(std::string_view addresses, const Address& speaker) noexcept {
    Address other;
    for (std::string_view uri = next_word(addresses); !uri.empty(); uri = next_word(addresses)) {
      const Address host = host_of(uri);
      if (host.is_none() || host == speaker || host.is_loopback()) return {};
      if (other.is_none()) other = host;
    }
    return other.is_none() ? Subject{} : Subject{Who::address, other};
  }

  static void state(std::string_view device, const Emit& emit) noexcept {
    const Subject subject = subject_of(element(device, "XAddrs"), emit.context().speaker_address());
    std::string_view types = element(device, "Types");
    for (std::string_view type = next_word(types); !type.empty(); type = next_word(types)) {
      const std::string_view local = type.substr(type.find(':') == std::string_view::npos ? 0 : type.find(':') + 1);
      if (local == "Device") continue;  // says nothing: each is one
      emit(Identity{Trait::description, local, "wsd types", 50, subject});
      if (local == "NetworkVideoTransmitter") emit(Identity{Trait::role, "camera", "wsd types", 70, subject});
      if (local == "PrintDeviceType") emit(Identity{Trait::role, "printer", "wsd types", 60, subject});
    }
    std::string_view scopes = element(device, "Scopes");
    for (std::size_t i = 0; i < kMostScopes; ++i) {
      const std::string_view scope = next_word(scopes);
      if (scope.empty()) break;
      state_scope(scope, subject, emit);
    }
    std::string_view endpoint = text::trim(element(element(device, "EndpointReference"), "Address"));
    if (text::starts_with(endpoint, "urn:")) endpoint.remove_prefix(4);
    if (text::starts_with(endpoint, "uuid:")) endpoint.remove_prefix(5);
    if (endpoint.size() >= 32 && endpoint.size() <= 64)
      emit(Identity{Trait::fingerprint, endpoint, "wsd endpoint", 60, subject});
  }

  // ONVIF Core §7.3.2.2: onvif://www.onvif.org/name/…, /hardware/…, /location/…; makers add /manufacturer/.
  static void state_scope(std::string_view scope, const Subject& subject, const Emit& emit) noexcept {
    constexpr std::string_view kOnvif = "onvif://www.onvif.org/", kMethod = "onvif scope";
    if (!text::starts_with(scope, kOnvif)) return;
    scope.remove_prefix(kOnvif.size());
    const std::size_t slash = scope.find('/');
    if (slash == std::string_view::npos) return;
    const std::string_view kind = scope.substr(0, slash);
    const Decoded value(scope.substr(slash + 1));
    if (value.text().empty()) return;
    if (text::equals(kind, "name")) emit(Identity{Trait::name, value.text(), kMethod, 55, subject});
    if (text::equals(kind, "hardware")) emit(Identity{Trait::model, value.text(), kMethod, 65, subject});
    if (text::equals(kind, "location")) emit(Identity{Trait::location, value.text(), kMethod, 50, subject});
    if (text::equals(kind, "manufacturer")) emit(Identity{Trait::vendor, value.text(), kMethod, 60, subject});
  }
};

// A match answers; Hello, Bye, Probe and Resolve go to everybody.
Protocol::Speaker speaker(Bytes pdu) {
  const std::string_view head = as_text(pdu);
  const bool answers =
      head.find("ProbeMatches") != std::string_view::npos || head.find("ResolveMatches") != std::string_view::npos;
  return {answers ? Role::server : Role::client, true};
}

std::unique_ptr<Dissector> open() { return std::make_unique<Wsd>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "wsd",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .open = open,
};

}  // namespace kakoi::wsd
