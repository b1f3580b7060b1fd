// SSH identification lines (RFC 4253 §4.2), and of the key exchange what is in clear: the algorithms that both sides
// offer (§7.1) and the server's host key (§8, RFC 5656 §4, RFC 4419 §3).
// Not here: lines that a server may send before its own; version 1 beyond its line; everything encrypted.
//
//   SSH-protoversion-softwareversion SP comments CR LF      255 octets at most
//   length ×4 | padding length | 20 | cookie ×16 | ten name-lists …                    KEXINIT
//   length ×4 | padding length | 31 or 33 | host key: length ×4 … | …                  key exchange reply
#include "dissectors/ssh/ssh.h"

#include <algorithm>
#include <array>

#include "dissectors/core/digest.h"
#include "dissectors/core/text.h"

namespace kakoi::ssh {

namespace {

constexpr std::uint16_t kPorts[] = {22};
constexpr std::size_t kMaxLine = 255;  // octets, with CR LF
constexpr std::size_t kMaxPdu = 8192;
constexpr std::string_view kPattern = "SSH-d.d";
enum Message : std::uint8_t { key_init = 20, new_keys = 21, reply = 31, group_reply = 33 };

Frame frame_line(Bytes bytes) noexcept {
  const std::string_view line = as_text(bytes.first(std::min(bytes.size(), kMaxLine)));
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\n') return i > kPattern.size() ? Frame::whole(i + 1) : Frame::foreign();
    if (i < kPattern.size()) {
      if (kPattern[i] == 'd' ? !text::is_digit(line[i]) : line[i] != kPattern[i]) return Frame::foreign();
    } else if (static_cast<unsigned char>(line[i]) < 0x20 && line[i] != '\r') {
      return Frame::foreign();
    }
  }
  return line.size() < kMaxLine ? Frame::more(line.size() + 1) : Frame::foreign();
}

// RFC 4253 §6: at most 35000 octets, four of padding at least, a multiple of eight in all; messages of the transport
// layer are numbered below 50. What is encrypted hardly ever looks like that.
Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(1);
  if (bytes[0] != 0) return frame_line(bytes);
  if (bytes.size() < 6) return Frame::more(6);
  ByteReader r(bytes);
  const std::size_t length = r.be32();
  const std::uint8_t padding = r.u8(), message = r.u8();
  const bool fits = length >= 12 && length <= 35000 && (length + 4) % 8 == 0 && padding >= 4 && padding < length - 1 &&
                    message > 0 && message < 50;
  return fits ? Frame::whole(4 + length) : Frame::foreign();
}

bool probe(Bytes bytes, Role) {
  return !bytes.empty() && bytes[0] != 0 && frame_line(bytes).kind == Frame::Kind::whole;
}

std::string_view name_list(ByteReader& r) noexcept { return as_text(r.take(r.be32())); }

// "SHA256:…" in base64 without padding, as ssh-keygen -l writes it.
class KeyText {
 public:
  explicit KeyText(Bytes key) noexcept {
    constexpr std::string_view kHead = "SHA256:";
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Sha256 sha;
    sha.add(key);
    const auto digest = sha.finish();
    char* at = std::copy(kHead.begin(), kHead.end(), text_.begin());
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const std::uint8_t octet : digest) {
      bits = bits << 8 | octet;
      for (held += 8; held >= 6; held -= 6) *at++ = kAlphabet[bits >> (held - 6) & 63];
    }
    *at++ = kAlphabet[bits << (6 - held) & 63];
    size_ = static_cast<std::size_t>(at - text_.data());
  }
  std::string_view view() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 52> text_{};
  std::size_t size_ = 0;
};

class Ssh final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (pdu.bytes.empty()) return Interest::more;
    if (pdu.bytes[0] == 0) return on_packet(pdu, emit);
    const std::string_view line = text::trim(as_text(pdu.bytes));
    // The versions before 2 are a finding in themselves, so they stay in the text: "SSH-1.99-…" speaks
    // both (§5.1). Otherwise the software alone is named.
    constexpr std::string_view kV2 = "SSH-2.0-";
    const std::string_view software = line.starts_with(kV2) ? line.substr(kV2.size()) : line;
    if (!software.empty()) emit(Identity{Trait::software, software, "ssh banner", 80, {}});
    return Interest::more;
  }

 private:
  static constexpr unsigned kEnough = 12;

  Interest on_packet(const Pdu& pdu, const Emit& emit) {
    ByteReader r(pdu.bytes);
    r.skip(5);
    switch (r.u8()) {
      case Message::key_init:
        if (pdu.complete()) on_key_init(r, pdu.speaker, emit);
        break;
      // 31 is the group in the exchange where 33 is the reply, so the key's own shape decides.
      case Message::reply:
      case Message::group_reply:
        if (pdu.speaker == Role::server) on_reply(r.take(r.be32()), emit);
        break;
      case Message::new_keys:
        return ++new_keys_ == 2 ? Interest::done : Interest::more;
      default:
        break;
    }
    return ++packets_ > kEnough ? Interest::done : Interest::more;
  }

  // HASSH (Salesforce): MD5 over key exchange, encryption, MAC and compression in the speaker's direction.
  static void on_key_init(ByteReader r, Role speaker, const Emit& emit) {
    r.skip(16);
    const std::string_view exchange = name_list(r);
    name_list(r);
    std::array<std::string_view, 6> lists;  // encryption, MAC, compression: to the server, to the client
    for (std::string_view& list : lists) list = name_list(r);
    if (!r.ok()) return;
    const std::size_t way = speaker == Role::client ? 0 : 1;
    Md5 md5;
    md5.add(exchange);
    for (const std::size_t i : {0u, 2u, 4u}) {
      md5.add(std::string_view(";"));
      md5.add(lists[i + way]);
    }
    emit(Identity{Trait::fingerprint, HexText<16>(md5.finish()).view(), way == 0 ? "hassh" : "hassh server", 50, {}});
  }

  // The key begins with its own type's name: "ssh-ed25519", "ecdsa-sha2-nistp256" …
  static void on_reply(Bytes key, const Emit& emit) {
    ByteReader r(key);
    const std::string_view type = name_list(r);
    if (!r.ok() || (!type.starts_with("ssh-") && !type.starts_with("ecdsa-") && !type.starts_with("rsa-") &&
                    !type.starts_with("sk-")))
      return;
    emit(Identity{Trait::fingerprint, KeyText(key).view(), "ssh host key", 80, {}});
  }

  unsigned new_keys_ = 0, packets_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Ssh>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "ssh",
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .probe = probe,
    .open = open,
};

}  // namespace kakoi::ssh
