// NTP versions 1 to 4 and SNTP (RFC 5905, RFC 1305, RFC 4330). Control messages (mode 6, RFC 9327) and
// ntpd's private ones (mode 7) are recognised.
// Not here: the values of clocks, authentication, NTS, the variables of mode 6.
//
//   LI·2 VN·3 mode·3 | stratum | poll | precision | root delay ×4 | root dispersion ×4 | reference id ×4 |
//   reference ×8 | origin ×8 | receive ×8 | transmit ×8 | extension fields … | MAC
#include "dissectors/ntp/ntp.h"

#include <array>

#include "dissectors/core/text.h"

namespace kakoi::ntp {

namespace {

constexpr std::uint16_t kPorts[] = {123};
constexpr std::size_t kMaxPdu = 65535;  // bytes; a datagram
constexpr std::size_t kHeader = 48;
// Extension fields (RFC 7822), of which NTS cookies make the longest, and a MAC; a bound of ours.
constexpr std::size_t kMaxMessage = 2048;

enum Mode : std::uint8_t { symmetric_active = 1, symmetric_passive, client, server, broadcast, control, private_use };

constexpr unsigned version_of(std::uint8_t first) noexcept { return first >> 3 & 7; }
constexpr unsigned mode_of(std::uint8_t first) noexcept { return first & 7; }

// RFC 5905 §7.3. Simple clients leave everything but the first octet 0.
bool is_time_message(Bytes bytes) noexcept {
  if (bytes.size() < kHeader || bytes.size() > kMaxMessage || bytes.size() % 4 != 0) return false;
  ByteReader r(bytes);
  const unsigned mode = mode_of(r.u8());
  const std::uint8_t stratum = r.u8();
  const auto poll = static_cast<std::int8_t>(r.u8());
  const auto precision = static_cast<std::int8_t>(r.u8());
  const std::uint32_t root_delay = r.be32(), root_dispersion = r.be32();
  r.skip(4 + 3 * 8);
  const std::uint64_t transmitted = r.be64();
  if (stratum > 16 || poll < -6 || poll > 17) return false;  // MAXSTRAT, MAXPOLL; RFC 1305's least is 6
  // 2^-40 s is a picosecond. chrony asks with 32, so as not to tell how exact its own clock is.
  const bool hides = precision == 32 && mode == Mode::client && stratum == 0 && root_delay == 0 && root_dispersion == 0;
  if ((precision > 0 && !hides) || precision < -40) return false;
  // MAXDISP is 16 s; clocks that never were set show a little more, delays may be negative.
  const auto delay = static_cast<std::int32_t>(root_delay);
  if (delay > 0x20'0000 || delay < -0x20'0000 || root_dispersion > 0x10'0000) return false;
  return transmitted != 0 || mode == Mode::client || stratum == 0;
}

constexpr std::size_t padded(std::size_t octets) noexcept { return (octets + 3) / 4 * 4; }
// Nothing, or a key id with a digest of 16 or 20 octets (RFC 5905 §7.3).
constexpr bool is_mac_length(std::size_t octets) noexcept { return octets == 0 || octets == 20 || octets == 24; }

// RFC 9327 §2: LI is 0; response, error and more bits with the opcode; data of `count` octets, padded.
//   LI VN 6 | R E M op·5 | sequence ×2 | status ×2 | association ×2 | offset ×2 | count ×2 | data …
bool is_control_message(Bytes bytes) noexcept {
  ByteReader r(bytes);
  const std::uint8_t first = r.u8();
  const std::uint8_t bits = r.u8();
  r.skip(2);
  const std::uint16_t status = r.be16();
  r.skip(2);
  const std::uint16_t offset = r.be16();
  const std::size_t count = r.be16();
  const std::uint8_t opcode = bits & 0x1F;
  const bool is_response = (bits & 0x80) != 0;
  if (!r.ok() || first >> 6 != 0 || version_of(first) < 2 || (opcode > 12 && opcode != 31)) return false;
  if (count > 468 || count > r.remaining()) return false;
  const bool fits =
      r.remaining() == count || (r.remaining() >= padded(count) && is_mac_length(r.remaining() - padded(count)));
  // A header alone is little to go by, so that every field of it has to be what it must be.
  return fits && (is_response ? count > 0 || (bits & 0x40) != 0 : (bits & 0x60) == 0 && status == 0 && offset == 0);
}

// ntpd's ntp_request.h, for implementations 2 and 3 (XNTPD_OLD, XNTPD):
//   R M VN 7 | A sequence·7 | implementation | request | error·4 items·12 | 0·4 size·12 | data …
bool is_private_message(Bytes bytes) noexcept {
  ByteReader r(bytes);
  const std::uint8_t first = r.u8();
  r.skip(1);
  const std::uint8_t implementation = r.u8();
  const std::uint8_t request = r.u8();
  const std::uint16_t items = r.be16();
  const std::uint16_t size = r.be16();
  const bool is_response = (first & 0x80) != 0;
  if (!r.ok() || version_of(first) < 2 || (implementation != 2 && implementation != 3) || request > 63) return false;
  const std::size_t data = static_cast<std::size_t>(items & 0x0FFF) * (size & 0x0FFF);
  if (size >> 12 != 0 || data > 500) return false;
  return is_response ? items >> 12 <= 7 && data == r.remaining() : items >> 12 == 0;
}

Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::foreign();
  const unsigned version = version_of(bytes[0]);
  const unsigned mode = mode_of(bytes[0]);
  if (version < 1 || version > 4 || mode == 0) return Frame::foreign();
  const bool fits = mode == Mode::control       ? is_control_message(bytes)
                    : mode == Mode::private_use ? is_private_message(bytes)
                                                : is_time_message(bytes);
  return fits ? Frame::whole(bytes.size()) : Frame::foreign();
}

Protocol::Speaker speaker(Bytes pdu) {
  if (pdu.size() < 2) return {Role::client, false};
  switch (mode_of(pdu[0])) {
    case Mode::client:
    case Mode::symmetric_active:  // asks to be a peer (RFC 5905 §3); where both do, either may count as who began
      return {Role::client, true};
    case Mode::server:
    case Mode::symmetric_passive:
      return {Role::server, true};
    case Mode::control:
      return {(pdu[1] & 0x80) != 0 ? Role::server : Role::client, true};
    case Mode::private_use:
      return {(pdu[0] & 0x80) != 0 ? Role::server : Role::client, true};
    default:
      return {Role::client, false};
  }
}

std::string_view function_name(std::uint32_t code) {
  constexpr std::array<std::string_view, 8> kNames = {"",       "symmetric active", "symmetric passive", "client",
                                                      "server", "broadcast",        "control",           "private"};
  return code < kNames.size() ? kNames[code] : std::string_view{};
}

class Ntp final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (pdu.bytes.empty()) return Interest::more;
    const unsigned mode = mode_of(pdu.bytes[0]);
    const bool is_time = mode < Mode::control;
    emit(Operation{.cls = is_time ? OperationClass::time : OperationClass::diagnostic, .function_code = mode});
    if (mode == Mode::server || mode == Mode::broadcast) state_source(pdu.bytes, emit);
    return Interest::more;
  }

 private:
  // RFC 5905 §7.3: of stratum 1 the reference id names the clock ("GPS", "PPS"), of others the server's own server, by
  // its IPv4 address (or a digest of its IPv6 address, which looks alike). Once per flow and source.
  void state_source(Bytes message, const Emit& emit) {
    ByteReader r(message);
    r.skip(1);
    const std::uint8_t stratum = r.u8();
    r.skip(10);
    const Bytes reference = r.take(4);
    if (!r.ok() || stratum == 0 || stratum > 15) return;
    const std::uint32_t id = ByteReader(reference).be32();
    if (id == source_) return;
    source_ = id;
    text::Held<40> text;
    text.assign("stratum ");
    put_number(stratum, text);
    text.push(' ');
    for (std::size_t i = 0; i < 4; ++i) {
      const auto c = static_cast<char>(reference[i]);
      if (stratum > 1 && i > 0) text.push('.');
      if (stratum > 1)
        put_number(reference[i], text);
      else if (text::is_printable(c))
        text.push(c);
    }
    emit(Identity{Trait::description, text.view(), "ntp source", 40, {}});
  }

  static void put_number(unsigned n, text::Held<40>& text) noexcept {
    if (n >= 100) text.push(static_cast<char>('0' + n / 100));
    if (n >= 10) text.push(static_cast<char>('0' + n / 10 % 10));
    text.push(static_cast<char>('0' + n % 10));
  }

  std::uint32_t source_ = 0;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Ntp>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "ntp",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::ntp
