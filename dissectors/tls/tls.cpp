// TLS 1.0–1.3 and SSL 3 (RFC 8446, RFC 5246, RFC 6101). A PDU is a record.
// Not here: DTLS, QUIC, SSL 2.0 beyond its hello, X.509 (the inventory reads the certificate), client
// certificates, everything that is encrypted.
//
//   22 | 03 0x | length ×2 | 01 | length ×3 | ClientHello …
//   '------ record -------' '-- handshake -'   a message may span records, a record hold several
#include "dissectors/tls/tls.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "dissectors/tls/fingerprint.h"
#include "dissectors/tls/handshake.h"

namespace kakoi::tls {

namespace {

// HTTPS, its alternative, Modbus Security, FTPS, IMAPS, POP3S, OPC UA, MQTT over TLS.
constexpr std::uint16_t kPorts[] = {443, 8443, 802, 990, 993, 995, 4843, 8883};
constexpr std::size_t kMaxMessage = 16384;  // bytes of a handshake message that spans records; more is not read
constexpr unsigned kEnoughRecords = 8;      // encrypted records of one side alone after which nothing is hoped for

bool is_record_header(Bytes b) noexcept {
  const std::size_t length = static_cast<std::size_t>(b[3]) << 8 | b[4];
  const bool may_be_empty = b[0] == static_cast<std::uint8_t>(Content::application_data);  // RFC 8446 §5.1
  return b[0] >= 20 && b[0] <= 24 && b[1] == 3 && b[2] <= 4 && length <= kMaxFragment && (length > 0 || may_be_empty);
}

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(1);
  if ((bytes[0] & 0x80) != 0) {
    if (bytes.size() < 11) return Frame::more(11);
    const std::size_t length = ssl2_hello_length(bytes);
    return length > 0 ? Frame::whole(length) : Frame::foreign();
  }
  if (bytes[0] < 20 || bytes[0] > 24 || (bytes.size() > 1 && bytes[1] != 3)) return Frame::foreign();
  if (bytes.size() < kRecordHeader) return Frame::more(kRecordHeader);
  if (!is_record_header(bytes)) return Frame::foreign();
  return Frame::whole(kRecordHeader + (static_cast<std::size_t>(bytes[3]) << 8 | bytes[4]));
}

// What a record that opens a connection, or is met first, must look like beyond its header.
bool is_plausible(Bytes record) noexcept {
  ByteReader r(record);
  const auto type = static_cast<Content>(r.u8());
  r.skip(1);
  const std::uint8_t minor = r.u8();
  const std::size_t length = r.be16();
  switch (type) {
    case Content::handshake: {
      const auto message = static_cast<Handshake>(r.u8());
      const std::size_t size = r.be24();
      const std::uint8_t major = r.u8();
      if (!r.ok()) return false;
      if (message == Handshake::client_hello || message == Handshake::server_hello)
        return major == 3 && size >= 38 && (size + kHandshakeHeader <= length || length >= 64);
      return message == Handshake::certificate && size + kHandshakeHeader >= 10 && size <= 0xFFFF;
    }
    // Encrypted: at least a tag or a block, under a version that is still in use.
    case Content::application_data:
      return minor >= 1 && minor <= 3 && length >= 17;
    case Content::alert: {
      const std::uint8_t level = r.u8();
      return length == 2 && r.ok() && (level == 1 || level == 2) && r.remaining() > 0;
    }
    case Content::change_cipher_spec:
      return length == 1 && r.u8() == 1;
    default:
      return false;
  }
}

bool probe(Bytes bytes, Role) {
  const Frame f = frame(bytes, Role::client);
  if (f.kind != Frame::Kind::whole) return false;
  if ((bytes[0] & 0x80) != 0) return true;
  const std::size_t here = std::min(f.size, bytes.size());
  if (!is_plausible(bytes.first(here))) return false;
  const Bytes next = bytes.subspan(here);
  return next.size() < kRecordHeader || is_record_header(next);
}

Protocol::Speaker speaker(Bytes pdu) {
  if (!pdu.empty() && (pdu[0] & 0x80) != 0) return {Role::client, true};
  if (pdu.size() > kRecordHeader && pdu[0] == static_cast<std::uint8_t>(Content::handshake)) {
    const auto message = static_cast<Handshake>(pdu[kRecordHeader]);
    if (message == Handshake::client_hello) return {Role::client, true};
    if (message == Handshake::server_hello) return {Role::server, true};
  }
  return {Role::client, false};
}

class Tls final : public Dissector {
 public:
  Interest on_pdu(const Pdu& record, const Emit& emit) override {
    if (!record.bytes.empty() && (record.bytes[0] & 0x80) != 0) {
      on_client_hello({.version = ssl2_hello_version(record.bytes), .cipher = 0, .server_name = {}, .alpn = {}}, emit);
      return Interest::more;
    }
    if (record.bytes.size() < kRecordHeader) return Interest::more;
    Side& side = sides_[static_cast<std::size_t>(record.speaker)];
    switch (static_cast<Content>(record.bytes[0])) {
      case Content::handshake:
        return side.encrypted ? Interest::more : on_handshake(side, record, emit);
      case Content::change_cipher_spec:
      case Content::application_data:
        side.encrypted = true;
        // Of a 1.3 client this proves nothing: early data precede the server's hello (RFC 8446 §2.3).
        if (session_pending_ && record.speaker == server_) return state_session(emit);
        return ++encrypted_records_ > kEnoughRecords || (sides_[0].encrypted && sides_[1].encrypted) ? Interest::done
                                                                                                     : Interest::more;
      case Content::alert:
        return state_session(emit);
      default:
        return Interest::more;
    }
  }

  void on_gap(Role role) override {
    sides_[static_cast<std::size_t>(role)].forget();
    note_held();
  }

 private:
  struct Side {
    std::vector<std::uint8_t> partial;  // of a message that spans records, below kMaxMessage
    std::size_t to_skip = 0;            // octets left of a message that is too long, or known already
    bool encrypted = false;
    bool lost = false;  // the next record may begin within a message

    void forget() noexcept {
      partial = std::vector<std::uint8_t>();  // = {} would keep its memory
      to_skip = 0;
      lost = true;
    }
  };

  Interest on_handshake(Side& side, const Pdu& record, const Emit& emit) {
    if (side.lost && !is_plausible(record.bytes)) return state_session(emit);
    side.lost = false;
    Bytes data = record.bytes.subspan(kRecordHeader);
    const std::size_t skipped = std::min(side.to_skip, data.size());
    side.to_skip -= skipped;
    data = data.subspan(skipped);

    const bool continues = !side.partial.empty();
    if (continues) {
      side.partial.insert(side.partial.end(), data.begin(), data.end());
      data = side.partial;
    }
    const std::size_t before = data.size();
    if (on_messages(side, record.speaker, data, emit) == Interest::done) {
      side.partial = std::vector<std::uint8_t>();
      return Interest::done;
    }
    if (!record.complete())
      side.forget();
    else if (!continues)
      side.partial.assign(data.begin(), data.end());
    else
      side.partial.erase(side.partial.begin(),
                         side.partial.begin() + static_cast<std::ptrdiff_t>(before - data.size()));
    note_held();
    return Interest::more;
  }
  void note_held() noexcept { held_ = sides_[0].partial.capacity() + sides_[1].partial.capacity(); }

  // Takes the messages that can be read off `data`.
  Interest on_messages(Side& side, Role speaker, Bytes& data, const Emit& emit) {
    while (data.size() >= kHandshakeHeader) {
      ByteReader r(data);
      const auto type = static_cast<Handshake>(r.u8());
      const std::size_t size = r.be24();
      const Bytes body = r.take(std::min(size, r.remaining()));
      // The leaf comes first, so that a long chain need not be waited for.
      const bool enough = body.size() == size || (type == Handshake::certificate && !leaf_certificate(body).empty());
      if (!enough && size + kHandshakeHeader <= kMaxMessage) break;
      side.to_skip = size - body.size();
      if (enough && on_message(type, speaker, body, emit) == Interest::done) return Interest::done;
      data = r.rest();
    }
    return Interest::more;
  }

  Interest on_message(Handshake type, Role speaker, Bytes body, const Emit& emit) {
    switch (type) {
      case Handshake::client_hello:
        if (const auto hello = parse_client_hello(body)) {
          on_client_hello(*hello, emit);
          Ja4 buffer;
          const std::string_view fingerprint = ja4(body, buffer);
          if (!fingerprint.empty()) emit(Identity{Trait::fingerprint, fingerprint, "ja4", 50, {}});
        }
        return Interest::more;
      case Handshake::server_hello:
        if (const auto hello = parse_server_hello(body)) {
          server_ = speaker;
          hello_ = emit.context().packet;
          version_ = hello->version;
          cipher_ = hello->cipher;
          // Up to 1.2 the server names its choice here; in 1.3 that is encrypted, so the offer stays.
          if (version_ <= 0x0303) alpn_ = hello->alpn;
          session_pending_ = true;
          if (version_ > 0x0303) return state_session(emit);  // its certificate is encrypted
        }
        return Interest::more;
      case Handshake::certificate:
        if (speaker != server_) return Interest::more;
        session_pending_ = true;
        return state_session(emit, leaf_certificate(body));
      default:
        return state_session(emit);  // the handshake goes on without a certificate
    }
  }

  void on_client_hello(const Hello& hello, const Emit& emit) {
    offered_ = hello.version;
    server_name_ = hello.server_name.substr(0, 255);  // the longest DNS name (RFC 1035 §2.3.4)
    alpn_ = hello.alpn;
    emit(SecureSession{.version = 0,
                       .offered = offered_,
                       .cipher = 0,
                       .server_name = server_name_,
                       .alpn = alpn_,
                       .certificate = {},
                       .hello = {}});
  }

  // States what the two hellos agreed on, once.
  Interest state_session(const Emit& emit, Bytes certificate = {}) {
    if (!session_pending_) return Interest::more;
    session_pending_ = false;
    emit(SecureSession{.version = version_,
                       .offered = offered_,
                       .cipher = cipher_,
                       .server_name = server_name_,
                       .alpn = alpn_,
                       .certificate = certificate,
                       .hello = hello_ == emit.context().packet ? PacketRef{} : hello_});
    return Interest::done;
  }

  std::array<Side, 2> sides_;
  Role server_ = Role::server;  // who sent the ServerHello; the flow's direction may have been guessed
  PacketRef hello_{};           // of the ServerHello
  std::uint16_t offered_ = 0, version_ = 0, cipher_ = 0;
  std::string server_name_, alpn_;  // of the hellos, at most 255 octets each; allocated once a flow
  bool session_pending_ = false;
  unsigned encrypted_records_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Tls>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "tls",
    .ports = kPorts,
    .max_pdu = kRecordHeader + kMaxFragment,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .open = open,
};

}  // namespace kakoi::tls
