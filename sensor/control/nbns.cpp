// NetBIOS name service (RFC 1001, RFC 1002 §4.2): names asked for, answered and registered.
//
//   id ×2 | R opcode×4 flags×7 rcode×4 | counts ×8 | question name … | resource record …
//   NB record data: { G ONT ×2 … | IPv4 ×4 } …
#include <algorithm>

#include "sensor/control/dns_message.h"
#include "sensor/control/protocols.h"
#include "sensor/control/text.h"

namespace kakoi {

namespace {

constexpr std::uint16_t kGroupName = 0x8000;  // G bit of NB_FLAGS (RFC 1002 §4.2.1.3)

// Opcodes (RFC 1002 §4.2.1.1); 9 is a common misreading of refresh, 15 multi-homed registration (MS-NBTE §2.2.1).
bool is_opcode(unsigned opcode) noexcept { return opcode == 0 || (opcode >= 5 && opcode <= 9) || opcode == 15; }
bool registers(unsigned opcode) noexcept { return opcode == 5 || opcode == 8 || opcode == 9 || opcode == 15; }

Frame frame_nbns(Bytes bytes, Role) {
  const auto h = dns::read_header(bytes);
  if (!h || !is_opcode(h->opcode()) || (h->flags & 0x0060) != 0) return Frame::foreign();
  if (h->questions > 1 || h->answers > 1 || h->authorities > 1 || h->additionals > 1) return Frame::foreign();
  if (h->questions + h->answers == 0 || !dns::is_netbios_name(bytes, 12)) return Frame::foreign();
  const std::size_t at = dns::skip_plain_name(bytes, 12);  // the label and the scope
  if (at == 0 || bytes.size() - at < 4) return Frame::foreign();
  const unsigned type = static_cast<unsigned>(bytes[at]) << 8 | bytes[at + 1];
  const unsigned cls = static_cast<unsigned>(bytes[at + 2]) << 8 | bytes[at + 3];
  const bool known = type == dns::kNb || type == dns::kNbstat || type == 0x0A;  // NULL in negative answers
  return known && cls == 1 ? Frame::whole(bytes.size()) : Frame::foreign();
}

Protocol::Speaker speaker_nbns(Bytes pdu) {
  if (pdu.size() < 12) return {Role::client, false};
  return {(pdu[2] & 0x80) != 0 ? Role::server : Role::client, true};
}

// First-level encoding: a nibble a letter from 'A' on; 15 characters and the suffix that tells the service.
struct NetbiosName {
  std::array<char, 16> raw{};
  std::string_view text() const noexcept { return trimmed(std::string_view(raw.data(), 15)); }
  std::uint8_t suffix() const noexcept { return static_cast<std::uint8_t>(raw[15]); }
};
NetbiosName decode(const dns::Name& name) noexcept {
  NetbiosName out;
  const std::string_view text = name.text();
  if (text.size() < 32) return out;
  for (std::size_t i = 0; i < 16; ++i)
    out.raw[i] = static_cast<char>(((text[2 * i] - 'A') & 15) << 4 | ((text[2 * i + 1] - 'A') & 15));
  return out;
}

// Suffixes 00 (workstation) and 20 (server) carry the computer's name when unique, and 00 as a group the
// workgroup or domain; others name users and roles.
constexpr std::uint8_t kWorkstation = 0x00, kServer = 0x20;
bool is_of_computer(const NetbiosName& name) noexcept {
  return !name.text().empty() && name.text()[0] != '*' && (name.suffix() == kWorkstation || name.suffix() == kServer);
}
void state_name(const NetbiosName& name, bool group, Subject subject, std::uint8_t confidence,
                const Emit& emit) noexcept {
  if (!is_of_computer(name)) return;
  if (group && name.suffix() == kServer) return;
  emit(Identity{group ? Trait::domain : Trait::name, name.text(), "nbns", confidence, subject});
}

// Addresses of an NB record. `group`: of one of them at least the name is no host's own.
std::size_t read_addresses(const dns::Record& record, std::span<Address> out, bool& group) noexcept {
  std::size_t count = 0;
  ByteReader r(record.data);
  while (count < out.size() && r.remaining() >= 6) {
    group |= (r.be16() & kGroupName) != 0;
    out[count++] = Address::ipv4(r.be32());
  }
  return count;
}

Subject about(const Address& address, const Emit& emit) noexcept {
  return address == emit.context().speaker_address() ? Subject{} : Subject{Who::address, address};
}

// A host with several network cards lists them all where it is asked for its name (RFC 1002 §4.2.13). A name server's
// list is of the name's owner, and at times out of date: it lacks the speaker's address, unless the name is the server's.
void state_own_addresses(const NetbiosName& name, std::span<const Address> addresses, const Emit& emit) noexcept {
  if (!is_of_computer(name)) return;
  const Address& speaker = emit.context().speaker_address();
  if (std::find(addresses.begin(), addresses.end(), speaker) == addresses.end()) return;
  for (const Address& address : addresses)
    if (address != speaker && address.may_be_of_host())
      emit(Identity{Trait::own_address, to_string(address), "nbns name answer", 75, {}});
}

// Node status (RFC 1002 §4.2.18): the host lists its own names, 18 octets each.
void state_node_status(const dns::Record& record, const Emit& emit) noexcept {
  ByteReader r(record.data);
  for (unsigned left = r.u8(); left > 0; --left) {
    const Bytes raw = r.take(16);
    const std::uint16_t flags = r.be16();
    if (!r.ok()) return;
    NetbiosName name;
    for (std::size_t i = 0; i < 16; ++i) name.raw[i] = static_cast<char>(raw[i]);
    state_name(name, (flags & kGroupName) != 0, {}, 80, emit);
  }
}

void state_answer(const dns::Header& h, const dns::Record& record, const Emit& emit) noexcept {
  const NetbiosName name = decode(record.name);
  if (record.type == dns::kNbstat) return state_node_status(record, emit);
  std::array<Address, dns::kMaxAddresses> addresses;
  bool group = false;
  const std::size_t count = h.rcode() == 0 ? read_addresses(record, addresses, group) : 0;
  if (h.rcode() == 0)
    for (const Address& address : std::span(addresses).first(count))
      if (!address.is_unspecified()) state_name(name, group, about(address, emit), 75, emit);
  if (h.opcode() != 0) return;  // answers to registrations and releases look nothing up
  if (!group) state_own_addresses(name, std::span(addresses).first(count), emit);
  const auto outcome = h.rcode() == 0   ? LookupOutcome::answered
                       : h.rcode() == 3 ? LookupOutcome::no_such_name  // NAM_ERR (RFC 1002 §4.2.14)
                                        : LookupOutcome::failed;
  emit(NameLookup{name.text(), dns::kNb, outcome, std::span(addresses).first(count)});
}

class Nbns final : public Dissector {
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const auto h = dns::read_header(pdu.bytes);
    if (!h) return Interest::more;
    dns::Walker walk(pdu.bytes);
    dns::Question asked;
    dns::Record record;
    // A node status request asks a host for its names, and so looks none up.
    if (h->questions != 0 && walk.next(asked) && !h->is_response() && h->opcode() == 0 && asked.type != dns::kNbstat)
      emit(NameLookup{decode(asked.name).text(), asked.type, LookupOutcome::asked, {}});
    if (h->is_response()) {
      if (h->answers != 0 && walk.next(record)) state_answer(*h, record, emit);
    } else if (registers(h->opcode()) && h->additionals != 0 && walk.next(record) && record.type == dns::kNb) {
      std::array<Address, 1> address;
      bool group = false;
      if (read_addresses(record, address, group) == 1 && !address[0].is_unspecified())
        state_name(decode(record.name), group, about(address[0], emit), 75, emit);
    }
    if (pdu.complete() && walk.fault()) emit(*walk.fault());
    return Interest::more;
  }
};

constexpr std::uint16_t kPorts[] = {137};

}  // namespace

constinit const Protocol nbns_protocol = {
    .name = "nbns",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = kakoi::Header::strong,
    .domain = Domain::it,
    .frame = frame_nbns,
    .speaker = speaker_nbns,
    .open = [] { return std::unique_ptr<Dissector>(std::make_unique<Nbns>()); },
};

}  // namespace kakoi
