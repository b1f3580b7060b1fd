// Multicast DNS (RFC 6762): queries as lookups; in responses, which host has which name and address,
// and what DNS service discovery tells about the device (RFC 6763).
#include <algorithm>
#include <array>
#include <cstdio>

#include "sensor/control/dns_message.h"
#include "sensor/control/protocols.h"
#include "sensor/control/text.h"

namespace kakoi {

namespace {

// Opcode and rcode must be zero (RFC 6762 §18.3, §18.11), and so is the id but in legacy unicast (§18.1).
Frame frame_mdns(Bytes bytes, Role) {
  const auto h = dns::read_header(bytes);
  if (!h || h->opcode() != 0 || h->rcode() != 0 || (h->flags & 0x0040) != 0) return Frame::foreign();
  if (h->questions == 0 && h->answers == 0) return Frame::foreign();
  if (h->questions == 0 && !h->is_response()) return Frame::foreign();
  return dns::looks_like_message(bytes, bytes.size()) ? Frame::whole(bytes.size()) : Frame::foreign();
}

constexpr std::string_view kLocal = ".local";

bool ends_with_no_case(std::string_view text, std::string_view lower) noexcept {
  if (text.size() < lower.size()) return false;
  text.remove_prefix(text.size() - lower.size());
  return std::equal(text.begin(), text.end(), lower.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

// A responder speaks of its own host; only a sleep proxy speaks for others, and then the address differs.
void state_host(const dns::Record& record, const Emit& emit) noexcept {
  const Address address = record.address();
  std::string_view name = record.name.text();
  if (address.is_none() || address.is_loopback()) return;
  if (ends_with_no_case(name, kLocal)) name.remove_suffix(kLocal.size());
  // open62541 names its host without a domain, and gives the host's addresses to the service instance as well.
  const auto service = name.find("._");
  name = name.substr(0, service);
  if (name.empty() || name.find('.') != std::string_view::npos) return;
  const bool own = address == emit.context().speaker_address();
  const int confidence = (own ? 80 : 65) - (service == std::string_view::npos ? 0 : 20);
  emit(Identity{Trait::name, name, "mdns", static_cast<std::uint8_t>(confidence),
                own ? Subject{} : Subject{Who::address, address}});
}

// The name of the speaker's own address, asked for the reverse way (RFC 6762 §4).
void state_reverse(const dns::Walker& walk, const dns::Record& record, const Emit& emit) noexcept {
  const Address own = emit.context().speaker_address();
  if (record.type != dns::kPtr || !own.is_ipv4()) return;
  const std::uint32_t ip = own.v4();
  std::array<char, 32> reverse;
  const int size = std::snprintf(reverse.data(), reverse.size(), "%u.%u.%u.%u.in-addr.arpa", ip & 255, ip >> 8 & 255,
                                 ip >> 16 & 255, ip >> 24);
  dns::Name target;
  if (record.name.text() != std::string_view(reverse.data(), static_cast<std::size_t>(size)) ||
      !walk.data_name(record, target))
    return;
  std::string_view name = target.text();
  if (!ends_with_no_case(name, kLocal)) return;
  name.remove_suffix(kLocal.size());
  if (!name.empty()) emit(Identity{Trait::name, name, "mdns", 80, {}});
}

// key=value strings of a TXT record (RFC 6763 §6).
void state_text(const dns::Record& record, const Emit& emit) noexcept {
  const bool about_device = ends_with_no_case(record.name.text(), "._device-info._tcp.local");
  const bool about_printer = ends_with_no_case(record.name.text(), "._ipp._tcp.local") ||
                             ends_with_no_case(record.name.text(), "._ipps._tcp.local") ||
                             ends_with_no_case(record.name.text(), "._printer._tcp.local") ||
                             ends_with_no_case(record.name.text(), "._pdl-datastream._tcp.local");
  if (!about_device && !about_printer) return;
  // "model" is Apple's device-info key; "ty" the printer's make and model (Bonjour Printing §9.2).
  const std::string_view key = about_device ? "model=" : "ty=";
  ByteReader r(record.data);
  bool is_queue = false;  // of a computer that prints for others: CUPS has them under /printers (§9.2.2, "rp")
  while (r.remaining() > 0) {
    const std::string_view entry = as_text(r.take(r.u8()));
    if (!r.ok()) break;
    is_queue = is_queue || entry.starts_with("rp=printers/");
    if (!entry.starts_with(key)) continue;
    const std::string_view value = trimmed(entry.substr(key.size()));
    if (!value.empty()) emit(Identity{Trait::model, value, "mdns txt", 70, {}});
  }
  if (about_printer && !is_queue) emit(Identity{Trait::role, "printer", "mdns service", 60, {}});
}

// CPU and operating system as character strings (RFC 1035 §3.3.2); avahi publishes it.
void state_host_info(const dns::Record& record, const Emit& emit) noexcept {
  ByteReader r(record.data);
  r.skip(r.u8());
  const std::string_view os = trimmed(r.take(r.u8()));
  if (r.ok() && !os.empty()) emit(Identity{Trait::os, os, "mdns hinfo", 70, {}});
}

class Mdns final : public Dissector {
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const auto h = dns::read_header(pdu.bytes);
    if (!h) return Interest::more;
    dns::Walker walk(pdu.bytes);
    dns::Question asked;
    for (unsigned i = 0; i < h->questions && i < dns::kMaxQuestions && walk.next(asked); ++i)
      if (!h->is_response()) emit(NameLookup{asked.name.text(), asked.type, LookupOutcome::asked, {}});
    // Announcements answer no question, so they are claims about the speaker and no lookups.
    if (h->is_response() && h->questions <= dns::kMaxQuestions) {
      const unsigned records = h->answers + 0u + h->authorities + h->additionals;
      dns::Record record;
      for (unsigned i = 0; i < records && i < dns::kMaxRecords && walk.next(record); ++i) {
        if (record.type == dns::kTxt) state_text(record, emit);
        if (record.type == dns::kHinfo) state_host_info(record, emit);
        state_host(record, emit);
        state_reverse(walk, record, emit);
      }
    }
    if (pdu.complete() && walk.fault()) emit(*walk.fault());
    return Interest::more;
  }
};

constexpr std::uint16_t kPorts[] = {5353};

}  // namespace

// No `speaker`: client and server both use port 5353, and a response to the group is no reply to one host.
constinit const Protocol mdns_protocol = {
    .name = "mdns",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = kakoi::Header::weak,
    .domain = Domain::it,
    .frame = frame_mdns,
    .open = [] { return std::unique_ptr<Dissector>(std::make_unique<Mdns>()); },
};

}  // namespace kakoi
