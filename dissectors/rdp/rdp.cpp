// RDP connection requests and their answers; GCC blocks where nothing is encrypted.
// Not here: CredSSP (inside TLS), everything after the connection sequence, UDP transport, RDSTLS.
//
//   03 00 length ×2 | LI E0 00 00 00 00 00 | "Cookie: mstshash=" user CR LF | 01 flags 08 00 protocols ×4
//   03 00 length ×2 | LI D0 00 00 xx xx 00 | 02 flags 08 00 protocol ×4      (03: failure)
//   03 00 length ×2 | 02 F0 80 | 7F 65 …  MCS Connect-Initial (T.125) with the client's blocks
#include "dissectors/rdp/rdp.h"

#include <algorithm>

#include "dissectors/core/text.h"
#include "dissectors/core/utf16.h"

namespace kakoi::rdp {

namespace {

constexpr std::uint16_t kPorts[] = {3389};
constexpr std::size_t kMaxPdu = 4096;
constexpr std::size_t kTpkt = 4, kX224 = 7;
constexpr std::uint8_t kConnectionRequest = 0xE0, kConnectionConfirm = 0xD0, kData = 0xF0;
constexpr std::string_view kCookie = "Cookie: mstshash=", kToken = "Cookie: msts=";

// MS-RDPBCGR §2.2.1.1.1, §2.2.1.2.1, §2.2.1.2.2
enum Negotiation : std::uint8_t { request = 1, response = 2, failure = 3 };
struct Offer {
  std::uint8_t type = 0;
  std::uint32_t value = 0;  // protocols asked for, the one chosen, or why it failed
};
// The last eight octets of the PDU; a client may add an RDP_NEG_CORRELATION_INFO behind them (§2.2.1.1.2).
Offer read_offer(Bytes parameters) noexcept {
  for (const std::size_t behind : {std::size_t{0}, std::size_t{36}}) {
    if (parameters.size() < 8 + behind) continue;
    ByteReader r(parameters.subspan(parameters.size() - 8 - behind));
    Offer offer;
    offer.type = r.u8();
    r.skip(1);
    const std::uint16_t length = r.le16();
    offer.value = r.le32();
    if (length == 8 && offer.type >= Negotiation::request && offer.type <= Negotiation::failure) return offer;
  }
  return {};
}

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(1);
  if (bytes[0] != 3 || (bytes.size() > 1 && bytes[1] != 0)) return Frame::foreign();
  if (bytes.size() < kTpkt) return Frame::more(kTpkt);
  const std::size_t length = static_cast<std::size_t>(bytes[2]) << 8 | bytes[3];
  return length >= kTpkt + 3 ? Frame::whole(length) : Frame::foreign();
}

// S7, MMS, H.323 and others share TPKT and X.224.
bool probe(Bytes bytes, Role speaker) {
  const Frame f = frame(bytes, speaker);
  if (f.kind != Frame::Kind::whole || f.size > bytes.size()) return false;
  const Bytes pdu = bytes.subspan(kTpkt, f.size - kTpkt);
  const std::uint8_t code = pdu[1];
  if (code == kData)
    return pdu.size() > 5 && pdu[0] == 2 && pdu[2] == 0x80 && pdu[3] == 0x7F && (pdu[4] == 0x65 || pdu[4] == 0x66);
  if (pdu.size() < kX224 || pdu[0] + 1u != pdu.size()) return false;
  const Bytes parameters = pdu.subspan(kX224);
  const std::string_view text = as_text(parameters);
  const Offer offer = read_offer(parameters);
  if (code == kConnectionRequest)
    return offer.type == Negotiation::request || text.starts_with(kCookie) || text.starts_with(kToken);
  return code == kConnectionConfirm && parameters.size() == 8 &&
         (offer.type == Negotiation::response || offer.type == Negotiation::failure);
}

Protocol::Speaker speaker(Bytes pdu) {
  if (pdu.size() < kTpkt + 5) return {Role::client, false};
  switch (pdu[5]) {
    case kConnectionRequest:
      return {Role::client, true};
    case kConnectionConfirm:
      return {Role::server, true};
    default:
      return {pdu[8] == 0x66 ? Role::server : Role::client, pdu[7] == 0x7F};
  }
}

// The protocol that the server chose, or 0x100 + why it refused.
enum Code : std::uint32_t {
  standard = 0,
  tls = 1,
  credssp = 2,
  rdstls = 4,
  credssp_ex = 8,
  aad = 16,
  refused = 0x100,
  unencrypted = 0x200
};

std::string_view function_name(std::uint32_t code) {
  switch (code) {
    case Code::standard:
      return "standard RDP security, no NLA";
    case Code::tls:
      return "TLS, no NLA";
    case Code::credssp:
    case Code::credssp_ex:
      return "network level authentication";
    case Code::rdstls:
      return "RDSTLS";
    case Code::aad:
      return "Entra ID authentication";
    case Code::refused + 1:
      return "refused: TLS required";
    case Code::refused + 2:
      return "refused: TLS not allowed";
    case Code::refused + 3:
      return "refused: no certificate";
    case Code::refused + 4:
      return "refused: inconsistent flags";
    case Code::refused + 5:
      return "refused: network level authentication required";
    case Code::refused + 6:
      return "refused: TLS with user authentication required";
    case Code::unencrypted:
      return "session without encryption";
    default:
      return {};
  }
}

class Rdp final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    ByteReader r(pdu.bytes);
    r.skip(kTpkt);
    const std::size_t header = r.u8();
    const std::uint8_t code = r.u8();
    if (!r.ok()) return Interest::more;
    if (code == kData) return on_data(pdu.bytes.subspan(kTpkt), emit);
    if (header < kX224 - 1) return Interest::more;
    r.skip(kX224 - 2);
    const Bytes parameters = r.take(std::min(header + 1 - kX224, r.remaining()));
    if (code == kConnectionRequest) {
      on_request(parameters, emit);
      return Interest::more;
    }
    return code == kConnectionConfirm ? on_confirm(parameters, emit) : Interest::more;
  }

 private:
  // The cookie's user is cut to nine characters by Microsoft's client.
  void on_request(Bytes parameters, const Emit& emit) {
    asked_ = true;
    const std::string_view text = as_text(parameters);
    if (!text.starts_with(kCookie)) return;
    const std::size_t end = text.find("\r\n");
    const std::string_view user = text::trim(text.substr(0, end)).substr(kCookie.size());
    if (end != std::string_view::npos && !user.empty()) emit(Identity{Trait::account, user, "rdp cookie", 50, {}});
  }

  Interest on_confirm(Bytes parameters, const Emit& emit) {
    const Offer offer = read_offer(parameters);
    if (offer.type == Negotiation::failure) {
      if (offer.value > 0 && offer.value <= 6)
        emit(Operation{
            .cls = OperationClass::auth, .function_code = Code::refused + offer.value, .outcome = Outcome::refused});
      return Interest::done;
    }
    // A server that does not know the negotiation speaks the oldest security (§5.3).
    const std::uint32_t chosen = offer.type == Negotiation::response ? offer.value : Code::standard;
    if (offer.type != Negotiation::response && !asked_) return Interest::more;
    if (!function_name(chosen).empty())
      emit(Operation{.cls = OperationClass::auth, .function_code = chosen, .outcome = Outcome::accepted});
    return chosen == Code::standard ? Interest::more : Interest::tls;
  }

  // T.124 §8.7: the blocks follow the key "Duca" of the client or "McDn" of the server, and a length of one octet
  // or two. MS-RDPBCGR §2.2.1.3.1: type le16 | length le16 | data.
  Interest on_data(Bytes data, const Emit& emit) {
    if (data.size() < 5 || data[3] != 0x7F) return Interest::done;
    const bool client = data[4] == 0x65;
    const std::size_t at = as_text(data).find(client ? "Duca" : "McDn");
    if (at == std::string_view::npos) return client ? Interest::more : Interest::done;
    ByteReader r(data.subspan(at + 4));
    if ((r.u8() & 0x80) != 0) r.skip(1);
    while (r.remaining() >= 4) {
      const std::uint16_t type = r.le16(), length = r.le16();
      if (length < 4) break;
      ByteReader block(r.take(std::min<std::size_t>(length - 4u, r.remaining())));
      if (client && type == 0xC001) on_client_core(block, emit);
      if (!client && type == 0x0C02 && block.remaining() >= 8 && block.le32() == 0 && block.le32() == 0)
        emit(Operation{.cls = OperationClass::session, .function_code = Code::unencrypted});
    }
    return client ? Interest::more : Interest::done;
  }

  // §2.2.1.3.2: version ×4, width, height, depth, sequence, keyboard ×4, build ×4, name of 15 characters and NUL
  static void on_client_core(ByteReader r, const Emit& emit) {
    r.skip(4 + 8 + 4 + 4);
    const text::Utf8<64> name(r.take(32));
    if (r.ok() && !name.view().empty()) emit(Identity{Trait::name, name.view(), "rdp client name", 75, {}});
  }

  bool asked_ = false;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Rdp>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "rdp",
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::it,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::rdp
