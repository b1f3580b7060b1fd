// SSDP: announcements, searches and their answers (UPnP Device Architecture 2.0 §1.2, §1.3).
// Not here: device descriptions (HTTP), eventing, control.
//
//   NOTIFY * HTTP/1.1 CRLF   M-SEARCH * HTTP/1.1 CRLF   HTTP/1.1 200 OK CRLF      then header fields
#include "dissectors/ssdp/ssdp.h"

#include "dissectors/core/text.h"

namespace kakoi::ssdp {

namespace {

constexpr std::uint16_t kPorts[] = {1900};

constexpr std::string_view kNotify = "NOTIFY * HTTP/1.", kSearch = "M-SEARCH * HTTP/1.", kAnswer = "HTTP/1.1 200 OK";

Frame frame(Bytes bytes, Role) {
  const std::string_view text = as_text(bytes);
  const bool fits = text.starts_with(kNotify) || text.starts_with(kSearch) || text.starts_with(kAnswer);
  return fits ? Frame::whole(bytes.size()) : Frame::foreign();
}

Protocol::Speaker speaker(Bytes pdu) { return {as_text(pdu).starts_with(kAnswer) ? Role::server : Role::client, true}; }

std::string_view function_name(std::uint32_t code) {
  constexpr std::string_view kNames[] = {"", "NOTIFY", "M-SEARCH", "answer"};
  return code < 4 ? kNames[code] : std::string_view();
}

class Ssdp final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    std::string_view lines = as_text(pdu.bytes);
    const bool searches = lines.starts_with(kSearch);
    for (std::size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
      const std::string_view line = lines.substr(0, end);
      lines.remove_prefix(end + 1);
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      const std::string_view name = line.substr(0, colon), value = text::trim(line.substr(colon + 1));
      if (value.empty()) continue;
      if (searches) {
        if (text::equals(name, "user-agent")) emit(Identity{Trait::user_agent, value, "ssdp user-agent", 40, {}});
      } else if (text::equals(name, "server")) {
        on_server(value, emit);
      } else if (text::equals(name, "usn")) {
        on_name(value, emit);
      }
    }
    return Interest::more;
  }

 private:
  // "OS/version UPnP/1.1 product/version" (§1.2.2); the first is often made up, so only known words count.
  static void on_server(std::string_view value, const Emit& emit) {
    emit(Identity{Trait::description, value, "ssdp server", 60, {}});
    const std::string_view os = value.substr(0, value.find_first_of(" ,"));
    for (const std::string_view known : {"linux/", "microsoft-windows", "windows", "darwin/", "freebsd/", "vxworks/"})
      if (text::starts_with(os, known)) emit(Identity{Trait::os, os, "ssdp server", 50, {}});
    // "ipos/7.0 UPnP/1.0 TL-WDR3600/1.0": where it is not the name of a library, the product is the device's.
    const std::size_t upnp = value.find("UPnP/");
    const std::size_t blank = upnp == std::string_view::npos ? upnp : value.find(' ', upnp);
    if (blank == std::string_view::npos) return;
    const std::string_view last = text::trim(value.substr(blank));
    const std::string_view product = last.substr(0, last.find('/'));
    for (const std::string_view library :
         {"miniupnp", "portable", "intel", "cling", "jupnp", "gupnp", "upnp", "microsoft"})
      if (text::starts_with(product, library)) return;
    if (product.size() >= 3) emit(Identity{Trait::product, product, "ssdp server", 45, {}});
  }

  // "uuid:device-UUID::urn:schemas-upnp-org:device:deviceType:ver" (§1.1.4)
  static void on_name(std::string_view value, const Emit& emit) {
    constexpr std::string_view kUuid = "uuid:", kDevice = ":device:";
    if (text::starts_with(value, kUuid)) {
      const std::string_view uuid = value.substr(kUuid.size()).substr(0, value.substr(kUuid.size()).find("::"));
      if (uuid.size() >= 32) emit(Identity{Trait::fingerprint, uuid, "upnp uuid", 60, {}});
    }
    if (const std::size_t at = value.find(kDevice); at != std::string_view::npos) {
      const std::string_view type = value.substr(at + kDevice.size());
      emit(Identity{Trait::description, type, "upnp device type", 50, {}});
      if (type.starts_with("InternetGatewayDevice")) emit(Identity{Trait::role, "router", "upnp device type", 60, {}});
    }
  }
};

std::unique_ptr<Dissector> open() { return std::make_unique<Ssdp>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "ssdp",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::it,
    .frame = frame,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::ssdp
