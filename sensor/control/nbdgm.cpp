// NetBIOS datagrams (RFC 1002 §4.4) and the browser announcements in them (MS-BRWS §2.2).
// Not here: elections, requests for backup lists, netlogon mailslots.
//
//   type | flags | id ×2 | source IP ×4 | source port ×2 | length ×2 | offset ×2 | source name ×34 | destination ×34 |
//   FF "SMB" 25 … "\MAILSLOT\BROWSE" | command | count | period ×4 | name ×16 | version ×2 | type le32 | … | comment
#include "dissectors/core/ntlmssp.h"
#include "sensor/control/protocols.h"
#include "sensor/control/text.h"

#include <algorithm>
#include <array>

namespace kakoi {

namespace {

constexpr std::size_t kHeader = 14, kName = 34;
constexpr std::uint16_t kGroupSuffixes[] = {0x1D, 0x1E};

bool is_encoded_name(Bytes b) noexcept {
  if (b.size() < kName || b[0] != 0x20) return false;
  return std::all_of(b.begin() + 1, b.begin() + 33, [](std::uint8_t c) { return c >= 'A' && c <= 'P'; });
}

// Direct unique, direct group and broadcast datagrams.
Frame frame_nbdgm(Bytes b, Role) {
  if (b.size() < kHeader + kName || b[0] < 0x10 || b[0] > 0x12) return Frame::foreign();
  return is_encoded_name(b.subspan(kHeader)) ? Frame::whole(b.size()) : Frame::foreign();
}

struct Decoded16 {
  std::array<char, 16> raw{};
  std::string_view text() const noexcept { return trimmed(std::string_view(raw.data(), 15)); }
};
Decoded16 decode_name(Bytes encoded) noexcept {
  Decoded16 name;
  for (std::size_t i = 0; i < 16; ++i)
    name.raw[i] = static_cast<char>(((encoded[1 + 2 * i] - 'A') & 15) << 4 | ((encoded[2 + 2 * i] - 'A') & 15));
  return name;
}

// MS-BRWS §2.2.1 (host), §2.2.10 (local master), §2.2.6 (domain).
enum Command : std::uint8_t { host = 1, domain = 12, local_master = 15 };

void on_announcement(Bytes data, const Subject& subject, const Emit& emit) noexcept {
  constexpr std::string_view kMethod = "browser announcement";
  ByteReader r(data);
  const std::uint8_t command = r.u8();
  r.skip(1 + 4);
  const std::string_view name = as_text(r.take(16));
  const unsigned major = r.u8(), minor = r.u8();
  const std::uint32_t type = r.le32();
  r.skip(4);
  if (!r.ok()) return;
  const std::string_view own = trimmed(name.substr(0, name.find('\0')));
  if (command == Command::domain) {
    if (!own.empty()) emit(Identity{Trait::domain, own, kMethod, 75, subject});
    return;
  }
  if (command != Command::host && command != Command::local_master) return;
  if (!own.empty()) emit(Identity{Trait::name, own, kMethod, 80, subject});
  // Bit 11 is Samba's and other Unix servers': what version they announce is made up.
  constexpr std::uint32_t kUnix = 0x800, kNt = 0x1000 | 0x8000;
  std::array<char, 40> buffer;
  if ((type & kUnix) != 0)
    emit(Identity{Trait::os, "Unix", kMethod, 55, subject});
  else if ((type & kNt) != 0 && major >= 4 && major <= 10)
    emit(Identity{Trait::os, ntlm::windows_version(major, minor, 0, buffer), kMethod, 60, subject});
  const Bytes rest = r.rest();
  const std::string_view comment = as_text(rest);
  const std::size_t end = comment.find('\0');  // without it the rest was cut
  const std::string_view said = end == std::string_view::npos ? std::string_view() : trimmed(comment.substr(0, end));
  if (!said.empty()) emit(Identity{Trait::description, said, kMethod, 70, subject});
}

class Nbdgm final : public Dissector {
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    ByteReader r(pdu.bytes);
    r.skip(4);
    const Address source = Address::ipv4(r.be32());
    r.skip(6);
    const Bytes encoded = r.take(kName);
    if (!r.ok() || !is_encoded_name(encoded)) return Interest::more;
    // The sender's own address, which differs behind a router that relays broadcasts.
    const Subject subject = source == emit.context().speaker_address() || source.is_unspecified()
                                ? Subject{}
                                : Subject{Who::address, source};
    const Decoded16 name = decode_name(encoded);
    const auto suffix = static_cast<std::uint8_t>(name.raw[15]);
    const bool group =
        std::find(std::begin(kGroupSuffixes), std::end(kGroupSuffixes), suffix) != std::end(kGroupSuffixes);
    if (!group && (suffix == 0x00 || suffix == 0x20) && !name.text().empty())
      emit(Identity{Trait::name, name.text(), "netbios datagram", 70, subject});
    if (const Bytes data = mailslot_data(r.rest()); !data.empty()) on_announcement(data, subject, emit);
    return Interest::more;
  }

  // The transaction's data (MS-CIFS §2.2.4.33.1): data count and offset are the 12th and 13th word.
  static Bytes mailslot_data(Bytes datagram) noexcept {
    constexpr std::string_view kMagic("\xFFSMB\x25", 5), kSlot("\\MAILSLOT\\BROWSE");
    const std::string_view text = as_text(datagram);
    const std::size_t smb = text.find(kMagic);
    if (smb == std::string_view::npos || text.find(kSlot, smb) == std::string_view::npos) return {};
    const Bytes message = datagram.subspan(smb);
    ByteReader r(message);
    r.skip(32);
    const std::size_t words = r.u8();
    r.skip(22);
    const std::size_t count = r.le16(), offset = r.le16();
    if (!r.ok() || words < 14 || offset >= message.size()) return {};
    return message.subspan(offset, std::min(count, message.size() - offset));
  }
};

constexpr std::uint16_t kPorts[] = {138};

}  // namespace

constinit const Protocol nbdgm_protocol = {
    .name = "nbdgm",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = kakoi::Header::strong,
    .domain = Domain::it,
    .frame = frame_nbdgm,
    .open = [] { return std::unique_ptr<Dissector>(std::make_unique<Nbdgm>()); },
};

}  // namespace kakoi
