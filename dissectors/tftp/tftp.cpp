// TFTP requests (RFC 1350 §5, options RFC 2347), and the head of the transfer, which goes on between the port that
// asked and another one of the server (§4).
//
//   00 01 | file NUL mode NUL [option NUL value NUL]…     read request
//   00 02 | file NUL mode NUL [option NUL value NUL]…     write request
//   00 03 | block | data           00 04 | block           00 06 | option NUL value NUL…
#include "dissectors/tftp/tftp.h"

#include "dissectors/core/text.h"

namespace kakoi::tftp {

namespace {

constexpr std::uint16_t kPorts[] = {69};

enum Opcode : std::uint8_t { read = 1, write = 2, data = 3, ack = 4, error = 5, oack = 6 };

struct Request {
  std::string_view file;
  bool valid = false;
};

Request parse(Bytes datagram) noexcept {
  if (datagram.size() < 9 || datagram.size() > 1024 || datagram[0] != 0 ||
      (datagram[1] != Opcode::read && datagram[1] != Opcode::write))
    return {};
  const std::string_view text = as_text(datagram.subspan(2));
  const std::size_t end = text.find('\0');
  if (end == 0 || end == std::string_view::npos) return {};
  const std::string_view rest = text.substr(end + 1);
  const std::string_view mode = rest.substr(0, rest.find('\0'));
  const bool known = text::equals(mode, "octet") || text::equals(mode, "netascii") || text::equals(mode, "mail");
  return {text.substr(0, end), known && text.back() == '\0'};
}

Frame frame(Bytes bytes, Role speaker) {
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] < Opcode::read || bytes[1] > Opcode::oack) return Frame::foreign();
  if (bytes[1] <= Opcode::write) return parse(bytes).valid ? Frame::whole(bytes.size()) : Frame::foreign();
  // Some servers answer from the port that was asked.
  const bool fits = bytes[1] == Opcode::ack ? bytes.size() == 4 : bytes[1] != Opcode::error || bytes.back() == 0;
  return fits && (speaker == Role::server || bytes[1] != Opcode::oack) ? Frame::whole(bytes.size()) : Frame::foreign();
}

bool probe(Bytes bytes, Role) { return parse(bytes).valid; }

Protocol::Speaker speaker(Bytes pdu) { return {Role::client, parse(pdu).valid}; }

std::string_view function_name(std::uint32_t code) {
  constexpr std::string_view kNames[] = {"", "read request", "write request"};
  return code < 3 ? kNames[code] : std::string_view();
}

class Tftp final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const Request request = parse(pdu.bytes);
    if (!request.valid) return Interest::more;
    const bool writes = pdu.bytes[1] == Opcode::write;
    emit(Operation{.cls = OperationClass::file, .function_code = pdu.bytes[1]});
    emit(Identity{Trait::description, request.file, writes ? "tftp write request" : "tftp read request", 40, {}});
    return Interest::more;
  }
};

std::unique_ptr<Dissector> open() { return std::make_unique<Tftp>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "tftp",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::tftp

namespace kakoi::tftp_data {

namespace {

// Texts, each with its NUL: names and values by turns (RFC 2347).
bool is_options(std::string_view text) noexcept {
  std::size_t texts = 0;
  for (std::size_t begin = 0; begin < text.size(); ++texts) {
    const std::size_t end = text.find('\0', begin);
    if (end == std::string_view::npos || end == begin) return false;
    for (std::size_t i = begin; i < end; ++i)
      if (!text::is_printable(text[i])) return false;
    begin = end + 1;
  }
  return texts != 0 && texts % 2 == 0;
}

// Only what a transfer begins with: its later blocks look like anything.
Frame frame(Bytes bytes, Role) {
  if (bytes.size() < 4 || bytes[0] != 0) return Frame::foreign();
  const unsigned block = static_cast<unsigned>(bytes[2]) << 8 | bytes[3];
  const bool fits = (bytes[1] == tftp::Opcode::data && block == 1) ||
                    (bytes[1] == tftp::Opcode::ack && block <= 1 && bytes.size() == 4) ||
                    (bytes[1] == tftp::Opcode::oack && is_options(as_text(bytes.subspan(2))));
  return fits ? Frame::whole(bytes.size()) : Frame::foreign();
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu&, const Emit&) override { return Interest::done; }
};

}  // namespace

constinit const Protocol protocol = {
    .name = "tftp_data",
    .over_tcp = false,
    .over_udp = true,
    .ports = {},
    .max_pdu = 65535,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .open = []() -> std::unique_ptr<Dissector> { return std::make_unique<Reader>(); },
};

}  // namespace kakoi::tftp_data
