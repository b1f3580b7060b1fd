// EtherCAT (ETG.1000.4 §5; mailboxes: ETG.1000.6 §5). Process data and the registers of slaves are not read, but for what
// changes a slave: its state, its EEPROM, and services in its mailbox; and for who it is, by EEPROM or object 1018h.
//
//   frame     length ×11 bits | 0 | type ×4 bits | …                                                     little-endian
//   type 1    { command | index | address ×4 | length ×11 bits | 0 ×3 | circulated | more | interrupts ×2 | data |
//               working counter ×2 } …
//   type 5    mailbox, of a gateway (ETG.8200)
#include "sensor/control/ethercat.h"

#include <algorithm>
#include <optional>

#include "dissectors/core/open_commands.h"
#include "sensor/control/ethercat_function.h"
#include "sensor/control/ethercat_mailbox.h"
#include "sensor/control/ethercat_slave.h"
#include "sensor/control/ethernet_frames.h"
#include "sensor/control/protocols.h"

namespace kakoi {

namespace {

using namespace ethercat;

constexpr std::size_t kFrameHeader = 2;
enum FrameType : std::uint8_t { datagrams = 1, mailbox_gateway = 5 };

struct Datagram {
  std::uint8_t command = nop;
  std::uint16_t station = 0, offset = 0;  // ADP and ADO; of logical commands one address
  Bytes data;
  std::uint16_t working_counter = 0;
  bool has_next = false;
};

// The next one; none: it is not whole.
std::optional<Datagram> next_datagram(ByteReader& r) noexcept {
  Datagram d;
  d.command = r.u8();
  r.skip(1);
  d.station = r.le16();
  d.offset = r.le16();
  const std::uint16_t length = r.le16();
  r.skip(2);
  d.data = r.take(length & 0x7FF);
  d.working_counter = r.le16();
  d.has_next = (length & 0x8000) != 0;
  if (!r.ok() || d.command > frmw || (length & 0x3800) != 0) return {};
  return d;
}

// Length and type of a frame.
struct Head {
  std::size_t length = 0;
  std::uint8_t type = 0;
};
std::optional<Head> head_of(Bytes payload) noexcept {
  ByteReader r{payload};
  const std::uint16_t word = r.le16();
  if (!r.ok() || (word & 0x800) != 0) return {};
  return Head{static_cast<std::size_t>(word & 0x7FF), static_cast<std::uint8_t>(word >> 12)};
}

// Has any slave worked on it? Masters send counters of 0.
bool is_worked_on(Bytes payload) noexcept {
  const auto head = head_of(payload);
  if (!head || head->type != datagrams) return false;
  ByteReader r{payload.subspan(kFrameHeader)};
  for (;;) {
    const auto d = next_datagram(r);
    if (!d) return false;
    if (d->working_counter != 0) return true;
    if (!d->has_next) return false;
  }
}

// The registers that matter, if the datagram writes them (ETG.1000.4 §6): AL control 0120h, EEPROM control 0502h with bit
// 9, "write".
Content written_register(const Datagram& d) noexcept {
  constexpr std::uint16_t kAlControl = 0x0120, kEepromControl = 0x0502;
  const auto word_at = [&](std::uint16_t address) -> std::uint32_t {
    if (d.offset > address || d.data.size() < address - d.offset + 2u) return 0;
    const std::size_t at = address - d.offset;
    return static_cast<std::uint32_t>(d.data[at] | d.data[at + 1] << 8);
  };
  const std::uint32_t state = word_at(kAlControl) & 0xF;
  if ((state >= init && state <= safe_operational) || state == operational) return static_cast<Content>(state);
  return (word_at(kEepromControl) & 0x200) != 0 ? eeprom_write : plain;
}

// One frame's facts.
class Facts {
 public:
  Facts(bool is_returned, DcpRequests& requests, const Emit& emit) noexcept
      : is_returned_(is_returned), requests_(requests), emit_(emit) {}

  void datagram(const Datagram& d) noexcept {
    const std::uint32_t station = names_station(d.command) ? d.station : kNoValue;
    constexpr std::uint16_t kMemory = 0x1000;
    const bool in_memory = d.offset >= kMemory && d.data.size() > kMailboxHeader;
    if (is_returned_) {  // what its slaves have put in
      if (in_memory && is_read(d.command) && d.working_counter != 0) answered(parse_mailbox(d.data), station);
      if (!in_memory && d.command == fprd && d.working_counter != 0) read_eeprom(station, d.offset, d.data, emit_);
      return;
    }
    if (is_write(d.command)) {
      if (in_memory) return asked(parse_mailbox(d.data), d.command, station);
      const Content content = written_register(d);
      state(content, d.command, station);
      if (content != plain) {
        ControlAction action = action_of(content, d.command, station);
        action.asked = emit_.context().packet;
        emit_(action);  // nothing answers: the state is read again and again
      }
      return;
    }
    state(plain, d.command, station);
  }

  // Through a gateway: the mailbox tells the station.
  void mailbox(Bytes bytes) noexcept {
    const Mailbox m = parse_mailbox(bytes);
    const std::uint32_t station = bytes.size() >= 4 ? ByteReader(bytes.subspan(2)).le16() : kNoValue;
    if (m.content == plain) return;
    if (is_returned_ || m.answers) return answered(m, station);
    asked(m, nop, station);
  }

 private:
  void state(std::uint8_t content, std::uint8_t command, std::uint32_t station) const noexcept {
    emit_(Operation{.cls = class_of(content, command), .function_code = code_of(content, command), .unit = station});
  }

  static ControlAction action_of(std::uint8_t content, std::uint8_t command, std::uint32_t station) noexcept {
    const std::uint32_t code = code_of(content, command);
    return kakoi::command(class_of(content, command), code, function_name(code), {}, station);
  }

  void asked(const Mailbox& m, std::uint8_t command, std::uint32_t station) noexcept {
    state(!m.answers ? m.content : m.content == foe_write ? foe : coe, command, station);
    if (m.answers || (m.content != sdo_download && m.content != foe_write && m.content != soe_write)) return;
    ControlAction action = action_of(m.content, command, station);
    action.value = m.value.view();
    if (m.point != kNoValue) {
      action.point_kind = m.content == soe_write ? "IDN" : "object";
      action.point = m.point;
    }
    requests_.ask(transaction_of(m, station), block_of(m), action, emit_);
  }

  void answered(const Mailbox& m, std::uint32_t station) noexcept {
    if (m.content == sdo_upload && m.answers && m.point >> 8 == kIdentityObject)
      state_identity(station, m.point & 0xFF, m.number, emit_);
    if (!m.answers || (m.content != sdo_download && m.content != soe_write && m.content != foe_write)) return;
    requests_.answer(transaction_of(m, station), block_of(m), m.refuses ? Outcome::refused : Outcome::accepted,
                     m.refuses ? "aborted by the slave" : "", emit_);
  }

  static std::uint32_t transaction_of(const Mailbox& m, std::uint32_t station) noexcept {
    const std::uint32_t of = m.content == foe_write ? 0 : m.content == soe_write ? m.point : m.point >> 8;
    return (station & 0xFFFF) << 16 | (of & 0xFFFF);
  }
  static std::uint16_t block_of(const Mailbox& m) noexcept {
    return static_cast<std::uint16_t>(code_of(m.content, 0) | (m.content == sdo_download ? m.point & 0xFF : 0));
  }

  bool is_returned_;
  DcpRequests& requests_;
  const Emit& emit_;
};

// In UDP. A datagram with no slave's mark may be one that comes back all the same.
constexpr std::size_t kMostSize = kFrameHeader + 0x7FF;

Frame frame_ip(Bytes bytes, Role) {
  const auto head = head_of(bytes);
  if (!head || (head->type != datagrams && head->type != mailbox_gateway) || head->length < kMailboxHeader)
    return Frame::foreign();
  return Frame::whole(kFrameHeader + head->length);
}

bool probe_ip(Bytes bytes, Role) {
  const auto head = head_of(bytes);
  if (!head || bytes.size() < kFrameHeader + head->length) return false;
  const Bytes body = bytes.subspan(kFrameHeader, head->length);
  if (head->type == mailbox_gateway) return parse_mailbox(body).content != plain;
  ByteReader r{body};
  for (;;) {
    const auto d = next_datagram(r);
    if (!d) return false;
    if (!d->has_next) return r.remaining() == 0;
  }
}

Protocol::Speaker speaker_ip(Bytes bytes) {
  const auto head = head_of(bytes);
  const bool is_gateway = head && head->type == mailbox_gateway;
  return {is_gateway && parse_mailbox(bytes.subspan(kFrameHeader)).answers ? Role::server : Role::client, is_gateway};
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const auto head = head_of(pdu.bytes);
    const bool is_gateway = head && head->type == mailbox_gateway;
    const bool is_returned = is_gateway ? pdu.speaker == Role::server : is_worked_on(pdu.bytes);
    if (!is_gateway && is_returned && pdu.speaker == Role::client) {  // the answer to who sends it
      Context context = emit.context();
      context.speaker = Role::server;
      observe_ethercat(pdu.bytes, true, requests_, Emit(context, emit.sink()));
    } else {
      observe_ethercat(pdu.bytes, is_returned, requests_, emit);
    }
    return Interest::more;
  }
  void on_end(const Emit& emit) override { requests_.finish(emit.sink()); }

 private:
  DcpRequests requests_;
};

constexpr std::uint16_t kPorts[] = {34980};

constexpr std::uint64_t kLocalBit = 0x0200'0000'0000;

}  // namespace

constinit const Protocol ethercat_protocol = framed_protocol("ethercat", Domain::ot, &function_name);

constinit const Protocol ethercat_ip_protocol = {
    .name = "ethercat",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMostSize,
    .header = Header::weak,
    .domain = Domain::ot,
    .frame = frame_ip,
    .probe = probe_ip,
    .speaker = speaker_ip,
    .function_name = function_name,
    .open = [] { return std::unique_ptr<Dissector>(std::make_unique<Reader>()); },
};

bool EtherCatReturns::Macs::contain(std::uint64_t address) const noexcept {
  return std::find(mac.begin(), mac.end(), address) != mac.end();
}
void EtherCatReturns::Macs::add(std::uint64_t address) noexcept {
  if (!contain(address)) mac[next++ % kMost] = address;
}

void EtherCatReturns::recognise(Decoded& packet) noexcept {
  if (packet.ethertype != kEtherCat || packet.is_llc || !packet.source_mac.is_mac()) return;
  const std::uint64_t mac = packet.source_mac.lo, own = mac & ~kLocalBit;
  if (mac == own) return masters_.add(mac);
  const bool is_known = masters_.contain(own);
  if (!is_known && !is_worked_on(packet.payload)) return masters_.add(mac);
  packet.is_returned = true;
  if (is_known || !masters_.contain(mac)) packet.source_mac.lo = own;
}

void observe_ethercat(Bytes payload, bool is_returned, DcpRequests& requests, const Emit& emit) noexcept {
  const auto head = head_of(payload);
  if (!head) return emit(Anomaly{Fault::bad_length, 0});
  ByteReader r{payload.subspan(kFrameHeader)};
  Facts facts(is_returned, requests, emit);
  if (head->type == mailbox_gateway) return facts.mailbox(r.take(std::min(head->length, r.remaining())));
  if (head->type != datagrams) return;  // network variables, of masters among themselves
  ByteReader body = r.sub(std::min(head->length, r.remaining()));
  for (;;) {
    const std::size_t at = body.offset();
    const auto d = next_datagram(body);
    if (!d) return emit(Anomaly{Fault::bad_length, static_cast<std::uint32_t>(kFrameHeader + at)});
    facts.datagram(*d);
    if (!d->has_next) return;
  }
}

}  // namespace kakoi
