// DNS over UDP and TCP (RFC 1035) and LLMNR (RFC 4795): who asked for which name, and what was answered.
// Not here: zone transfers, dynamic updates, DNS over TLS or HTTPS.
#include <algorithm>
#include <array>
#include <charconv>

#include "sensor/control/dns_message.h"
#include "sensor/control/protocols.h"

namespace kakoi {

namespace {

// RFC 1035 §4.1.1 and RFC 6895 §2: bit 0x0040 is reserved, opcodes 1 and 3 are obsolete or unassigned.
bool is_header(Bytes head, bool over_tcp) noexcept {
  const auto h = dns::read_header(head);
  if (!h || (h->flags & 0x0040) != 0) return false;
  const unsigned opcode = h->opcode();
  if (opcode == 1 || opcode == 3 || opcode > 5) return false;
  if (h->is_response()) {
    // Without its question comes an error (RFC 9619 §3), or a later part of a zone transfer (RFC 5936 §2.2.2).
    if (h->questions > 1) return false;
    if (h->questions == 0 && h->rcode() == 0 && (!over_tcp || h->answers == 0)) return false;
  } else {
    if (h->questions != 1 || h->rcode() != 0) return false;
    if (opcode == 0 && (h->answers != 0 || h->authorities > 1)) return false;  // one SOA in IXFR (RFC 1995 §3)
  }
  return true;
}

Frame frame_udp(Bytes bytes, Role) {
  const bool fits = is_header(bytes, false) && dns::looks_like_message(bytes, bytes.size());
  return fits ? Frame::whole(bytes.size()) : Frame::foreign();
}

// A 2-octet length precedes the message (RFC 1035 §4.2.2).
Frame frame_tcp(Bytes bytes, Role) {
  constexpr std::size_t kHeader = 12, kLargestItemHead = 255 + 10;  // of a record: name and 10 octets
  if (bytes.size() < 2) return Frame::more(2 + kHeader);
  const std::size_t size = static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
  if (size < kHeader) return Frame::foreign();
  const Bytes head = bytes.subspan(2, std::min(size, bytes.size() - 2));
  if (head.size() < kHeader) return Frame::more(2 + kHeader);
  if (!is_header(head, true)) return Frame::foreign();
  if (dns::looks_like_message(head, size)) return Frame::whole(2 + size);
  const std::size_t enough = std::min(size, kHeader + kLargestItemHead);
  return head.size() < enough ? Frame::more(2 + enough) : Frame::foreign();
}

// Bits 0x00F0 are reserved and sent as zero; one question, no other (RFC 4795 §2.1.1).
Frame frame_llmnr(Bytes bytes, Role) {
  const auto h = dns::read_header(bytes);
  const bool fits = h && h->opcode() == 0 && (h->flags & 0x00F0) == 0 && h->questions == 1 &&
                    (h->is_response() || (h->rcode() == 0 && h->answers == 0 && h->authorities == 0));
  return fits && dns::looks_like_message(bytes, bytes.size()) ? Frame::whole(bytes.size()) : Frame::foreign();
}

Protocol::Speaker by_qr_bit(Bytes message) noexcept {
  if (message.size() < 12) return {Role::client, false};
  return {(message[2] & 0x80) != 0 ? Role::server : Role::client, true};
}
Protocol::Speaker speaker_udp(Bytes pdu) { return by_qr_bit(pdu); }
Protocol::Speaker speaker_tcp(Bytes pdu) { return by_qr_bit(pdu.size() < 2 ? pdu : pdu.subspan(2)); }

// NOERROR without an address is an answer too: the name exists, only not with that type (RFC 2308 §2.2).
LookupOutcome outcome_of(unsigned rcode) noexcept {
  return rcode == 0 ? LookupOutcome::answered : rcode == 3 ? LookupOutcome::no_such_name : LookupOutcome::failed;
}

// What a resolver says of an address of this network; the inventory judges whose name it is. Addresses of the internet
// are left out: their names are others' and many.
void state_name(const Address& address, std::string_view name, std::string_view method, std::uint8_t confidence,
                const Emit& emit) noexcept {
  if (address.is_global() || address.is_loopback() || address.is_unspecified() || address.is_multicast() ||
      address.is_broadcast())
    return;
  emit(Identity{Trait::name, name, method, confidence, {Who::address, address}});
}

// "2.20.77.10.in-addr.arpa" is 10.77.20.2 (RFC 1035 §3.5), 32 nibbles under ip6.arpa an IPv6 address (RFC 3596 §2.5).
Address reversed_address(std::string_view name) noexcept {
  const auto ends_with = [name](std::string_view lower) {
    return name.size() > lower.size() &&
           std::equal(lower.begin(), lower.end(), name.end() - static_cast<std::ptrdiff_t>(lower.size()),
                      [](char l, char c) { return l == (c >= 'A' && c <= 'Z' ? c + 32 : c); });
  };
  constexpr std::string_view kFour = ".in-addr.arpa", kSix = ".ip6.arpa";
  const bool four = ends_with(kFour);
  if (!four && !ends_with(kSix)) return {};
  std::string_view labels = name.substr(0, name.size() - (four ? kFour : kSix).size());
  const int base = four ? 10 : 16;
  const unsigned wanted = four ? 4 : 32, most = four ? 255 : 15;
  Address six{0, 0};
  std::uint32_t ip = 0;
  for (unsigned i = 0; i < wanted; ++i) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(labels.data(), labels.data() + labels.size(), value, base);
    if (error != std::errc() || value > most) return {};
    labels.remove_prefix(static_cast<std::size_t>(end - labels.data()));
    if (labels.empty() != (i + 1 == wanted) || (!labels.empty() && labels.front() != '.')) return {};
    if (!labels.empty()) labels.remove_prefix(1);
    ip |= value << 8 * (i & 3);  // the last octet, or nibble, comes first
    (i < 16 ? six.lo : six.hi) |= std::uint64_t{value} << 4 * (i & 15);
  }
  return four ? Address::ipv4(ip) : six;
}

void state_answer(const dns::Header& h, dns::Walker& walk, bool names_its_sender, const Emit& emit) noexcept {
  dns::Question asked;
  if (h.questions == 0 || !walk.next(asked)) return;
  std::array<Address, dns::kMaxAddresses> addresses;
  std::size_t count = 0;
  dns::Record record;
  dns::Name target;
  for (unsigned i = 0; i < h.answers && i < dns::kMaxRecords && walk.next(record); ++i) {
    const Address address = record.address();
    if (!names_its_sender && record.type == dns::kPtr && walk.data_name(record, target))
      if (const Address reversed = reversed_address(record.name.text()); !reversed.is_none())
        state_name(reversed, target.text(), "dns ptr", 45, emit);
    if (address.is_none() || count == addresses.size()) continue;
    addresses[count++] = address;
    if (names_its_sender && address == emit.context().speaker_address())
      emit(Identity{Trait::name, record.name.text(), "llmnr", 75, {}});
    // Under the record's own name: what was asked for may be an alias (CNAME). In small letters, for resolvers vary the
    // case of their questions to tell forged answers.
    if (!names_its_sender) {
      const std::string_view name = record.name.text();
      std::array<char, 256> lower;
      std::transform(name.begin(), name.end(), lower.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      state_name(address, {lower.data(), name.size()}, "dns answer", 40, emit);
    }
  }
  emit(NameLookup{asked.name.text(), asked.type, outcome_of(h.rcode()), std::span(addresses).first(count)});
}

void state_message(Bytes message, bool complete, bool names_its_sender, const Emit& emit) noexcept {
  const auto h = dns::read_header(message);
  if (!h || h->opcode() != 0) return;
  dns::Walker walk(message);
  if (h->is_response()) {
    state_answer(*h, walk, names_its_sender, emit);
  } else {
    dns::Question asked;
    for (unsigned i = 0; i < h->questions && i < dns::kMaxQuestions && walk.next(asked); ++i)
      emit(NameLookup{asked.name.text(), asked.type, LookupOutcome::asked, {}});
  }
  if (complete && walk.fault()) emit(*walk.fault());
}

class DnsUdp final : public Dissector {
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    state_message(pdu.bytes, pdu.complete(), false, emit);
    return Interest::more;
  }
};
class DnsTcp final : public Dissector {
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (pdu.bytes.size() > 2) state_message(pdu.bytes.subspan(2), pdu.complete(), false, emit);
    return Interest::more;
  }
};
// Who answers an LLMNR query is authoritative for the name and speaks of itself (RFC 4795 §2.3).
class Llmnr final : public Dissector {
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    state_message(pdu.bytes, pdu.complete(), true, emit);
    return Interest::more;
  }
};

constexpr std::uint16_t kDnsPorts[] = {53};
constexpr std::uint16_t kLlmnrPorts[] = {5355};

}  // namespace

constinit const Protocol dns_udp_protocol = {
    .name = "dns",
    .over_tcp = false,
    .over_udp = true,
    .ports = kDnsPorts,
    .max_pdu = 65535,
    .header = kakoi::Header::weak,
    .domain = Domain::shared,
    .frame = frame_udp,
    .speaker = speaker_udp,
    .open = [] { return std::unique_ptr<Dissector>(std::make_unique<DnsUdp>()); },
};
// Answers beyond 16 KiB are zone transfers and the like: their question is enough.
constinit const Protocol dns_tcp_protocol = {
    .name = "dns",
    .over_tcp = true,
    .over_udp = false,
    .ports = kDnsPorts,
    .max_pdu = 16384,
    .header = kakoi::Header::weak,
    .domain = Domain::shared,
    .frame = frame_tcp,
    .speaker = speaker_tcp,
    .open = [] { return std::unique_ptr<Dissector>(std::make_unique<DnsTcp>()); },
};
constinit const Protocol llmnr_protocol = {
    .name = "llmnr",
    .over_tcp = false,
    .over_udp = true,
    .ports = kLlmnrPorts,
    .max_pdu = 65535,
    .header = kakoi::Header::weak,
    .domain = Domain::it,
    .frame = frame_llmnr,
    .speaker = speaker_udp,
    .open = [] { return std::unique_ptr<Dissector>(std::make_unique<Llmnr>()); },
};

}  // namespace kakoi
