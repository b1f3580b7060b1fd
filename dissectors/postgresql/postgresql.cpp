// PostgreSQL, Frontend/Backend Protocol 3.0 (manual, chapter "Frontend/Backend Protocol"), up to the end of the log-in.
// Not here: queries, replication, and passwords that are not sent in clear.
//
//   length ×4 | 0003 0000  | name 00 value 00 … 00      StartupMessage; 04D2 162F: SSLRequest, answered by one octet
//   type | length ×4 | …                                all others; the length counts itself
#include "dissectors/postgresql/postgresql.h"

#include "dissectors/core/text.h"

namespace kakoi::postgresql {

namespace {

constexpr std::uint16_t kPorts[] = {5432};
constexpr std::size_t kMaxMessage = 8192;
constexpr std::uint32_t kMostStartup = 10'000;  // MAX_STARTUP_PACKET_LENGTH of the server
constexpr std::uint32_t kMostMessage = 1u << 30;
constexpr std::uint32_t kVersion3 = 0x0003'0000, kCancel = 80877102, kTls = 80877103, kGss = 80877104;

bool is_startup_code(std::uint32_t code) noexcept {
  return (code >> 16 == 3 && (code & 0xFFFF) < 16) || code == kCancel || code == kTls || code == kGss;
}

Frame frame_startup(Bytes bytes) noexcept {
  if (bytes.size() < 8) return Frame::more(8);
  ByteReader r(bytes);
  const std::uint32_t length = r.be32(), code = r.be32();
  return length >= 8 && length <= kMostStartup && is_startup_code(code) ? Frame::whole(length) : Frame::foreign();
}

Frame frame(Bytes bytes, Role speaker) {
  if (bytes.empty()) return Frame::more(8);
  if (speaker == Role::client && bytes[0] == 0) return frame_startup(bytes);
  // whether TLS (or GSSAPI) is accepted
  if (speaker == Role::server && bytes.size() == 1 && (bytes[0] == 'S' || bytes[0] == 'N')) return Frame::whole(1);
  constexpr std::string_view kClient = "pQPBEDCHSXdcfF", kServer = "RSKZTDCENA123nstVIWGHdcv";
  const std::string_view types = speaker == Role::client ? kClient : kServer;
  if (types.find(static_cast<char>(bytes[0])) == std::string_view::npos) return Frame::foreign();
  if (bytes.size() < 5) return Frame::more(5);
  ByteReader r(bytes.subspan(1));
  const std::uint32_t length = r.be32();
  return length >= 4 && length <= kMostMessage ? Frame::whole(length + 1u) : Frame::foreign();
}

// What begins a conversation; later messages look like many a protocol's.
bool probe(Bytes bytes, Role speaker) {
  if (speaker == Role::client)
    return bytes.size() >= 8 && bytes[0] == 0 && frame_startup(bytes).kind == Frame::Kind::whole;
  if (bytes.size() < 9 || bytes[0] != 'R') return false;  // AuthenticationRequest: ok, or how to log in
  ByteReader r(bytes.subspan(1));
  const std::uint32_t length = r.be32(), method = r.be32();
  return length >= 8 && length < 256 && method <= 12;
}

Protocol::Speaker speaker(Bytes pdu) { return {!pdu.empty() && pdu[0] == 0 ? Role::client : Role::server, true}; }

std::string_view take_text(ByteReader& r) noexcept {
  const std::string_view rest = as_text(ByteReader(r).rest());
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) return {};
  r.skip(end + 1);
  return rest.substr(0, end);
}

class Postgresql final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (pdu.bytes.size() == 1) return pdu.bytes[0] == 'S' && asked_for_tls_ ? Interest::tls : Interest::more;
    if (pdu.bytes.size() < 5) return Interest::more;
    if (pdu.speaker == Role::client) return on_client(pdu.bytes, emit), Interest::more;
    return on_server(pdu.bytes, emit);
  }
  void on_gap(Role) override { forget(); }

 private:
  void on_client(Bytes message, const Emit& emit) {
    if (message[0] == 0) return on_startup(message, emit);
    if (message[0] != 'p' || !wants_password_) return;
    ByteReader r(message.subspan(5));
    secret_.assign(take_text(r).substr(0, 128));
    has_secret_ = true;
    emit(Credential{"postgresql", user_.view(), secret_.view(), CredentialOutcome::attempted});
  }

  void on_startup(Bytes message, const Emit& emit) {
    ByteReader r(message.subspan(4));
    const std::uint32_t code = r.be32();
    asked_for_tls_ = code == kTls;
    if (code >> 16 != kVersion3 >> 16) return;
    for (;;) {
      const std::string_view name = take_text(r), value = take_text(r);
      if (name.empty() || !r.ok()) return;
      if (name != "user") continue;
      user_.assign(value.substr(0, 64));
      emit(Identity{Trait::account, user_.view(), "postgresql startup", 60, {}});
    }
  }

  Interest on_server(Bytes message, const Emit& emit) {
    ByteReader r(message.subspan(5));
    switch (message[0]) {
      case 'R': {
        constexpr std::uint32_t kOk = 0, kCleartext = 3;
        const std::uint32_t method = r.be32();
        wants_password_ = method == kCleartext;
        if (method == kOk) judge(CredentialOutcome::accepted, emit);
        return Interest::more;
      }
      case 'E':
        judge(CredentialOutcome::rejected, emit);
        return Interest::more;
      case 'S':
        if (const std::string_view name = take_text(r), value = take_text(r);
            name == "server_version" && !value.empty()) {
          text::Line<80> line;
          line << "PostgreSQL " << value.substr(0, 64);
          emit(Identity{Trait::software, line.view(), "postgresql server version", 88, {}});
        }
        return Interest::more;
      case 'Z':  // ready for queries
        return Interest::done;
      default:
        return Interest::more;
    }
  }

  void judge(CredentialOutcome outcome, const Emit& emit) {
    if (has_secret_) emit(Credential{"postgresql", user_.view(), secret_.view(), outcome});
    has_secret_ = false;
    secret_.clear();
  }
  void forget() noexcept {
    has_secret_ = wants_password_ = asked_for_tls_ = false;
    secret_.clear();
  }

  bool asked_for_tls_ = false, wants_password_ = false, has_secret_ = false;
  text::Held<64> user_;
  text::Held<128> secret_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Postgresql>(); }

}  // namespace

// Framed as text: an octet on its own cannot be told from the start of a message that is cut there.
constinit const Protocol protocol = {
    .name = "postgresql",
    .ports = kPorts,
    .max_pdu = kMaxMessage,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .open = open,
};

}  // namespace kakoi::postgresql
