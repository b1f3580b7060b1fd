// Connection-oriented DCE/RPC, version 5 (C706 §12.6, MS-RPCE §2.2.2). Not here: calls, interfaces, endpoint mapper,
// datagrams (version 4; for PROFINET see profinet_cm), RPC over SMB and HTTP.
//
//   05 | minor | type | flags | data representation ×4 | fragment length ×2 | authentication length ×2 | call id ×4 | …
//   … | authentication: type, level, pad, 0, context ×4 | token
#include "dissectors/dcerpc/dcerpc.h"

#include <algorithm>

#include "dissectors/core/ntlmssp.h"

namespace kakoi::dcerpc {

namespace {

constexpr std::uint16_t kPorts[] = {135};
constexpr std::size_t kMaxPdu = 8192, kHeader = 16, kTrailer = 8;
constexpr unsigned kEnoughMessages = 32;

enum Type : std::uint8_t {
  request = 0,
  response = 2,
  fault = 3,
  bind = 11,
  bind_ack = 12,
  bind_nak = 13,
  alter = 14,
  alter_ack = 15,
  auth3 = 16,
  last = 19
};

struct Header {
  std::uint8_t type = 0;
  std::size_t length = 0, authentication = 0;
};
bool read_header(Bytes b, Header& h) noexcept {
  if (b.size() < kHeader || b[0] != 5 || b[1] > 1 || b[2] > Type::last || (b[4] != 0x10 && b[4] != 0) || b[5] > 3 ||
      b[6] != 0 || b[7] != 0)
    return false;
  ByteReader r(b.subspan(8));
  const bool little = b[4] == 0x10;  // C706 §14.2.5
  h.type = b[2];
  h.length = little ? r.le16() : r.be16();
  h.authentication = little ? r.le16() : r.be16();
  return h.length >= kHeader && h.authentication + kHeader <= h.length;
}

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::more(1);
  if (bytes[0] != 5 || (bytes.size() > 1 && bytes[1] > 1)) return Frame::foreign();
  if (bytes.size() < kHeader) return Frame::more(kHeader);
  Header h;
  return read_header(bytes, h) ? Frame::whole(h.length) : Frame::foreign();
}

Protocol::Speaker speaker(Bytes pdu) {
  if (pdu.size() < 3) return {Role::client, false};
  switch (pdu[2]) {
    case Type::response:
    case Type::fault:
    case Type::bind_ack:
    case Type::bind_nak:
    case Type::alter_ack:
      return {Role::server, true};
    default:
      return {Role::client, pdu[2] == Type::request || pdu[2] == Type::bind || pdu[2] == Type::auth3};
  }
}

// Log-ins as ntlm::LogOn counts them; 0x100 + the authentication level of a bind (MS-RPCE §2.2.1.1.8).
constexpr std::uint32_t kLevel = 0x100;
std::string_view function_name(std::uint32_t code) {
  constexpr std::string_view kLevels[] = {"bind",
                                          "bind without authentication",
                                          "bind, authenticated once",
                                          "bind, authenticated by call",
                                          "bind, authenticated by packet",
                                          "bind with integrity",
                                          "bind with privacy"};
  if (code < kLevel) return ntlm::log_on_name(code);
  return code - kLevel < std::size(kLevels) ? kLevels[code - kLevel] : std::string_view();
}

class DceRpc final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    Header h;
    if (!read_header(pdu.bytes, h)) return Interest::more;
    const bool binds = h.type == Type::bind || h.type == Type::alter;
    if (h.authentication == 0) {
      if (h.type == Type::bind) emit(Operation{.cls = OperationClass::session, .function_code = kLevel + 1});
    } else if (pdu.complete() && h.authentication + kTrailer <= h.length) {
      const Bytes trailer = pdu.bytes.subspan(h.length - h.authentication - kTrailer);
      if (binds && trailer[1] <= 6)
        emit(Operation{.cls = OperationClass::session, .function_code = kLevel + trailer[1]});
      if (binds || h.type == Type::bind_ack || h.type == Type::alter_ack || h.type == Type::auth3)
        on_token(trailer.subspan(kTrailer), emit);
    }
    return ++messages_ > kEnoughMessages ? Interest::done : Interest::more;
  }

 private:
  static void on_token(Bytes token, const Emit& emit) {
    const ntlm::Seen seen = ntlm::observe(token, emit);
    if (seen.message == ntlm::Message::authenticate)
      emit(Operation{.cls = OperationClass::auth, .function_code = static_cast<std::uint32_t>(seen.log_on)});
  }

  unsigned messages_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<DceRpc>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "dcerpc",
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = kakoi::Header::strong,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::dcerpc
