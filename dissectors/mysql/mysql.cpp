// The greeting of a MySQL or MariaDB server (MySQL manual, "Protocol::HandshakeV10"), and whether the client answers it
// by going over to TLS ("Protocol::SSLRequest"). Not here: all that follows.
//
//   length ×3 (little-endian) | 00 | 0A | version … 00 | thread ×4 | challenge ×8 | 00 | capabilities ×2 …
//   length ×3                 | 01 | capabilities ×4 | largest packet ×4 | character set | 00 ×19 | … ×4 [| user …]
#include "dissectors/mysql/mysql.h"

#include "dissectors/core/text.h"

namespace kakoi::mysql {

namespace {

constexpr std::uint16_t kPorts[] = {3306};
constexpr std::size_t kMaxMessage = 512, kMaxVersion = 64;
constexpr std::size_t kBehindVersion = 1 + 4 + 8 + 1 + 2;
constexpr std::size_t kRequest = 32, kMostAnswer = 8192;  // without the head; a log-in begins like a request for TLS
constexpr std::uint32_t kTls = 0x0800, kProtocol41 = 0x0200;

// The version in a greeting; empty if it is none.
std::string_view version_of(Bytes bytes) noexcept {
  const std::string_view text = as_text(bytes.subspan(5));
  const std::string_view version = text.substr(0, text.substr(0, kMaxVersion + 1).find('\0'));
  if (version.size() == text.size() || version.size() > kMaxVersion || version.size() < 3 ||
      !text::is_digit(version[0]))
    return {};
  for (const char c : version)
    if (!text::is_printable(c)) return {};
  return version;
}

Frame frame_answer(Bytes bytes) noexcept {
  if ((bytes.size() > 2 && bytes[2] != 0) || (bytes.size() > 3 && bytes[3] != 1)) return Frame::foreign();
  if (bytes.size() < 4 + kRequest) return Frame::more(4 + kRequest);
  ByteReader r(bytes);
  const std::uint32_t length = r.le24();
  r.skip(1);
  const std::uint32_t capabilities = r.le32();
  r.skip(4 + 1);
  for (const std::uint8_t filler : r.take(19))
    if (filler != 0) return Frame::foreign();
  return (capabilities & kProtocol41) != 0 && length >= kRequest && length <= kMostAnswer ? Frame::whole(length + 4)
                                                                                          : Frame::foreign();
}

Frame frame(Bytes bytes, Role speaker) {
  constexpr std::size_t kHead = 5;
  if (speaker == Role::client) return frame_answer(bytes);
  if (bytes.size() < kHead) return Frame::more(kHead);
  ByteReader r(bytes);
  const std::uint32_t length = r.le24();
  if (r.u8() != 0 || r.u8() != 10 || length < kBehindVersion || length > kMaxMessage - 4) return Frame::foreign();
  if (bytes.size() < length + 4) return Frame::more(length + 4);
  const std::string_view version = version_of(bytes);
  const std::size_t zero = kHead + version.size() + 1 + 4 + 8;  // a filler behind the challenge's first half
  return !version.empty() && kHead + version.size() + kBehindVersion <= length + 4 && bytes[zero] == 0
             ? Frame::whole(length + 4)
             : Frame::foreign();
}

// The answer alone looks like many a protocol's message.
bool probe(Bytes bytes, Role speaker) {
  return speaker == Role::server && frame(bytes, speaker).kind == Frame::Kind::whole;
}

Protocol::Speaker speaker(Bytes) { return {Role::server, true}; }

class Mysql final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (pdu.bytes.size() < 6) return Interest::done;
    if (pdu.speaker == Role::client) {
      ByteReader r(pdu.bytes.subspan(4));
      return pdu.wire_size == 4 + kRequest && (r.le32() & kTls) != 0 ? Interest::tls : Interest::done;
    }
    const bool knows_tls = state_greeting(pdu.bytes, emit);
    return knows_tls ? Interest::more : Interest::done;
  }

 private:
  // Does the server offer TLS?
  static bool state_greeting(Bytes bytes, const Emit& emit) {
    std::string_view version = version_of(bytes);
    ByteReader r(bytes);
    r.skip(5 + version.size() + 1 + 4 + 8 + 1);
    const std::uint32_t capabilities = r.le16();
    const bool is_maria = text::contains(version, "mariadb");
    if (is_maria && version.starts_with("5.5.5-")) version.remove_prefix(6);  // for clients that know no 10
    if (version.empty()) return false;
    text::Line<96> line;
    line << (is_maria ? "MariaDB " : "MySQL ") << version;
    emit(Identity{Trait::software, line.view(), "mysql greeting", 85, {}});
    return r.ok() && (capabilities & kTls) != 0;
  }
};

std::unique_ptr<Dissector> open() { return std::make_unique<Mysql>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "mysql",
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

}  // namespace kakoi::mysql
