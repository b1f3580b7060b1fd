// HTTP/1.x (RFC 9110, RFC 9112). A PDU is a start line with its headers; body bytes are foreign, so
// the sensor passes over them until a segment starts the next message.
// Not here: bodies, HTTP/2, form and cookie log-ins, Digest (its answer is no secret), what passes through a proxy's
// tunnel unless it is TLS.
//
//   GET /path HTTP/1.1 CRLF | Name: value CRLF … | CRLF | body …
//   HTTP/1.1 401 Reason CRLF| Name: value CRLF … | CRLF | body …
//   '------------------- PDU -------------------------'
#include "dissectors/http/http.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dissectors/core/base64.h"
#include "dissectors/core/ntlmssp.h"
#include "dissectors/core/text.h"
#include "dissectors/http/message.h"

namespace kakoi::http {

namespace {

constexpr std::uint16_t kPorts[] = {80, 8080, 8000, 8008, 8888, 3128};
// Function codes beside those of log-ins: what a proxy is asked for.
constexpr std::uint32_t kConnect = 16, kForward = 17;
constexpr std::size_t kMaxPending = 4;  // requests with credentials whose answer is awaited; more stay "attempted"

Frame frame(Bytes bytes, Role) {
  const std::string_view text = as_text(bytes);
  switch (judge_start(text)) {
    case Start::none:
      return Frame::foreign();
    case Start::partial:
      return Frame::more(bytes.size() + 1);
    case Start::request:
    case Start::response:
      break;
  }
  if (const std::size_t length = header_length(text); length > 0 && length <= kMaxMessage)
    return Frame::whole(length + page_length(text, length));
  // Longer headers are cut here: their rest is foreign, like a body.
  return bytes.size() < kMaxMessage ? Frame::more(bytes.size() + 1) : Frame::whole(kMaxMessage);
}

Protocol::Speaker speaker(Bytes pdu) { return {as_text(pdu).starts_with("HTTP/") ? Role::server : Role::client, true}; }

// Tells whether a text was stated last time too, without keeping it.
class Last {
 public:
  bool is_new(std::string_view text) noexcept {
    std::uint64_t hash = 0xCBF2'9CE4'8422'2325ull;  // FNV-1a
    for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100'0000'01B3ull;
    const bool differs = hash != hash_;
    hash_ = hash;
    return differs;
  }

 private:
  std::uint64_t hash_ = 0;
};

// Credentials whose answers are outstanding. Requests may be pipelined (RFC 9112 §9.3.2), answers
// keep their order, so both are counted.
class Pending {
 public:
  void add(std::uint64_t request, std::string_view user, std::string_view secret) noexcept {
    for (Entry& e : entries_) {
      if (e.request != 0) continue;
      e.request = request;
      e.user.assign(user);
      e.secret.assign(secret);
      return;
    }
  }
  // States the outcome of that request, if it carried credentials.
  void answer(std::uint64_t request, unsigned status, const Emit& emit) noexcept {
    for (Entry& e : entries_) {
      if (e.request != request) continue;
      if (status / 100 == 2 || status / 100 == 3)
        emit(Credential{"http-basic", e.user.view(), e.secret.view(), CredentialOutcome::accepted});
      else if (status == 401 || status == 403 || status == 407)
        emit(Credential{"http-basic", e.user.view(), e.secret.view(), CredentialOutcome::rejected});
      forget(e);
      return;
    }
  }
  void clear() noexcept {
    for (Entry& e : entries_) forget(e);
  }

 private:
  struct Entry {
    std::uint64_t request = 0;  // counted from 1; 0: free
    text::Held<255> user, secret;
  };
  static void forget(Entry& e) noexcept {
    e.request = 0;
    e.user.clear();
    e.secret.clear();
  }
  std::array<Entry, kMaxPending> entries_;
};

class Http final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const std::string_view message = as_text(pdu.bytes);
    return message.starts_with("HTTP/") ? on_response(message, emit) : on_request(message, emit);
  }

  // A body looks like a gap too. One in a request hides no answer; after lost bytes of the server
  // nobody can tell which answer belongs to which request.
  void on_gap(Role role) override {
    if (role != Role::server) return;
    if (pending_) pending_->clear();
    responses_ = requests_;
    asks_for_home_page_ = false;
  }

 private:
  Interest on_request(std::string_view message, const Emit& emit) {
    const Request request = parse_request(message);
    const std::string_view page = request.target.substr(0, request.target.find_first_of("?#"));
    asks_for_home_page_ = request.method == "GET" &&
                          (page == "/" || text::starts_with(page, "/index") || text::starts_with(page, "/login"));
    ++requests_;
    connect_ = request.method == "CONNECT";
    ask_proxy(proxied_target(request), emit);
    // To a proxy, the target is a whole URI and Host names the origin, not the listener.
    const bool to_origin = request.target.starts_with('/') || request.target == "*";
    std::string_view lines = fields_of(message);
    for (Field field; next_field(lines, field);) {
      if (text::equals(field.name, "user-agent")) {
        if (!field.value.empty() && agent_.is_new(field.value))
          emit(Identity{Trait::user_agent, field.value, "http user-agent", 40, {}});
      } else if (text::equals(field.name, "host")) {
        const std::string_view name = to_origin ? name_of_host(field.value) : std::string_view{};
        if (!name.empty() && host_.is_new(name))
          emit(Identity{Trait::name, name, "http host", 30, {Who::listener, {}}});
      } else if (text::equals(field.name, "authorization") || text::equals(field.name, "proxy-authorization")) {
        on_authorization(field.value, emit);
      }
    }
    return Interest::more;
  }

  // Of requests that wait for answers together, the last answer tells what became of the last.
  void ask_proxy(const Target& target, const Emit& emit) {
    asks_proxy_ = !target.host.empty();
    if (!asks_proxy_) return;
    if (!proxied_) proxied_ = std::make_unique<Proxied>();
    emit(Operation{.cls = OperationClass::session, .function_code = proxy_function(), .qualifier = target.port});
    proxied_->port = target.port;
    proxied_->host.assign(target.host);
    emit(NameLookup{target.host, 0, LookupOutcome::asked, {}});
  }
  void answer_proxied(unsigned status, const Emit& emit) {
    if (!asks_proxy_ || responses_ != requests_) return;
    asks_proxy_ = false;
    // A proxy says that it can't by 5xx, that it won't by 403, 405 and 407; the rest is the target's word.
    const bool refused = status == 403 || status == 405 || status == 407 || status / 100 == 5;
    const bool accepted = connect_ ? status / 100 == 2 : !refused;
    emit(Operation{.cls = OperationClass::session,
                   .function_code = proxy_function(),
                   .qualifier = proxied_->port,
                   .outcome = accepted ? Outcome::accepted : Outcome::refused,
                   .is_message = false});
    emit(NameLookup{proxied_->host.view(), 0, accepted ? LookupOutcome::answered : LookupOutcome::failed, {}});
  }
  std::uint32_t proxy_function() const noexcept { return connect_ ? kConnect : kForward; }

  // RFC 7617 §2: base64 of user-id ":" password; the user-id has no colon.
  void on_authorization(std::string_view value, const Emit& emit) {
    on_ntlm(value, emit);
    if (!text::starts_with(value, "basic ")) return;
    std::array<char, 512> clear;
    const std::size_t size = text::decode_base64(text::trim(value.substr(6)), clear.data(), clear.size());
    const std::string_view pair{clear.data(), size};
    if (const std::size_t colon = pair.find(':'); colon != std::string_view::npos) {
      const std::string_view user = pair.substr(0, colon).substr(0, 255);
      const std::string_view secret = pair.substr(colon + 1).substr(0, 255);
      emit(Credential{"http-basic", user, secret, CredentialOutcome::attempted});
      if (!pending_) pending_ = std::make_unique<Pending>();
      pending_->add(requests_, user, secret);
    }
    text::wipe(clear.data(), clear.size());
  }

  // What a page or a UPnP description (UPnP Device Architecture 2.0 §2.3) says of the device it comes from: as much
  // of it as came with the header. Public sites are not devices.
  void on_page(std::string_view body, bool is_home_page, const Emit& emit) {
    if (body.empty() || emit.context().speaker_address().is_global()) return;
    const auto state = [&](Trait trait, std::string_view element, std::string_view method, std::uint8_t confidence) {
      const std::string_view value = text::trim(first_element(body, element)).substr(0, 128);
      if (!value.empty()) emit(Identity{trait, value, method, confidence, {}});
    };
    if (body.find("urn:schemas-upnp-org:device-1-0") != std::string_view::npos) {
      constexpr std::string_view kMethod = "upnp description";
      state(Trait::name, "friendlyname", kMethod, 55);
      state(Trait::vendor, "manufacturer", kMethod, 65);
      state(Trait::model, "modelname", kMethod, 65);
      state(Trait::serial, "serialnumber", kMethod, 65);
    } else if (is_home_page) {
      state(Trait::description, "title", "http title", 45);
    }
  }

  // MS-NTHT §2.1, RFC 4559 §4: base64 of an NTLMSSP message, or of SPNEGO around one.
  static void on_ntlm(std::string_view value, const Emit& emit) {
    const bool bare = text::starts_with(value, "ntlm ");
    if (!bare && !text::starts_with(value, "negotiate ")) return;
    const std::string_view token = text::trim(value.substr(bare ? 5 : 10));
    std::array<char, 2048> clear;
    const std::size_t size = text::decode_base64(token, clear.data(), clear.size());
    const ntlm::Seen seen = ntlm::observe(Bytes(reinterpret_cast<const std::uint8_t*>(clear.data()), size), emit);
    if (seen.message != ntlm::Message::authenticate) return;
    emit(Operation{.cls = OperationClass::auth, .function_code = static_cast<std::uint32_t>(seen.log_on)});
  }

  Interest on_response(std::string_view message, const Emit& emit) {
    const unsigned status = parse_status(message);
    std::string_view lines = fields_of(message);
    for (Field field; next_field(lines, field);) {
      if (text::equals(field.name, "server")) {
        if (!field.value.empty() && server_.is_new(field.value))
          emit(Identity{Trait::software, field.value, "http server", 80, {}});
      } else if (text::equals(field.name, "x-influxdb-version")) {
        text::Line<64> line;
        line << "InfluxDB " << field.value.substr(0, 48);
        if (!field.value.empty() && server_.is_new(line.view()))
          emit(Identity{Trait::software, line.view(), "http x-influxdb-version", 85, {}});
      } else if (text::equals(field.name, "www-authenticate")) {
        on_ntlm(field.value, emit);
        const std::string_view realm = realm_of(field.value);
        if (!realm.empty() && realm_.is_new(realm)) emit(Identity{Trait::description, realm, "http realm", 50, {}});
      }
    }
    if (status == 101) return Interest::done;  // the connection speaks another protocol now
    if (status < 200) return Interest::more;   // an interim answer; the final one follows
    if (responses_ < requests_) ++responses_;
    const bool is_home_page = std::exchange(asks_for_home_page_, false);
    if (status == 200) on_page(message.substr(std::min(header_length(message), message.size())), is_home_page, emit);
    if (pending_) pending_->answer(responses_, status, emit);
    answer_proxied(status, emit);
    return connect_ && status / 100 == 2 ? Interest::tunnel : Interest::more;
  }

  std::uint64_t requests_ = 0, responses_ = 0;
  struct Proxied {
    text::Held<253> host;
    std::uint16_t port = 0;
  };
  bool connect_ = false, asks_for_home_page_ = false, asks_proxy_ = false;  // the latest request
  std::unique_ptr<Proxied> proxied_;
  Last agent_, host_, server_, realm_;
  std::unique_ptr<Pending> pending_;  // most flows never need it
};

// Log-ins by NTLM, and what a proxy is asked for; other requests are no operations.
std::string_view function_name(std::uint32_t code) {
  if (code == kConnect) return "CONNECT";
  if (code == kForward) return "request through a proxy";
  return ntlm::log_on_name(code);
}

std::unique_ptr<Dissector> open() { return std::make_unique<Http>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "http",
    .ports = kPorts,
    .max_pdu = kMaxMessage,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::it,
    .frame = frame,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::http
