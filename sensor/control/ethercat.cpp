// EtherCAT (ETG.1000.4 §5; mailboxes: ETG.1000.6 §5). Process data and the registers of slaves are not read, but for what
// changes a slave: its state, its EEPROM, and services in its mailbox; and for who it is, by EEPROM or object 1018h.
//
//   frame     length ×11 bits | 0 | type ×4 bits | …                                                     little-endian
//   type 1    { command | index | address ×4 | length ×11 bits | 0 ×3 | circulated | more | interrupts ×2 | data |
//               working counter ×2 } …
//   type 5    mailbox, of a gateway (ETG.8200)
//   mailbox   length ×2 | station ×2 | channel, priority | type ×4 bits, counter | …
//   CoE       number ×9 bits, 0 ×3, service ×4 bits | command | index ×2 | subindex | data …            service 2, 3: SDO
//   FoE       code | 0 | password ×4, packet number ×4 or error ×4 | file name, data or text
//   SoE       code ×3 bits, incomplete, error, drive ×3 bits | elements | IDN ×2 | data …
#include "sensor/control/ethercat.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "dissectors/core/open_commands.h"
#include "dissectors/core/text.h"
#include "sensor/control/ethernet_frames.h"
#include "sensor/control/protocols.h"
#include "sensor/control/text.h"

namespace kakoi {

namespace {

constexpr std::size_t kFrameHeader = 2, kMailboxHeader = 6;
enum FrameType : std::uint8_t { datagrams = 1, mailbox_gateway = 5 };

enum Command : std::uint8_t { nop, aprd, apwr, aprw, fprd, fpwr, fprw, brd, bwr, brw, lrd, lwr, lrw, armw, frmw };

// What a datagram carries. Function codes: this times 256, and the command.
enum Content : std::uint8_t {
  plain = 0x00,
  init = 0x01,  // AL control: as the states are numbered
  pre_operational = 0x02,
  bootstrap = 0x03,
  safe_operational = 0x04,
  operational = 0x08,
  eeprom_write = 0x10,
  mailbox_error = 0x20,
  aoe = 0x21,
  eoe = 0x22,
  coe = 0x23,
  foe = 0x24,
  soe = 0x25,
  voe = 0x2F,
  sdo_download = 0x30,
  sdo_upload = 0x31,
  foe_read = 0x32,
  foe_write = 0x33,
  soe_read = 0x34,
  soe_write = 0x35,
};

constexpr std::uint32_t code_of(std::uint8_t content, std::uint8_t command) noexcept {
  return std::uint32_t{content} << 8 | command;
}

std::string_view command_name(std::uint8_t command) noexcept {
  constexpr std::string_view kNames[] = {"NOP", "APRD", "APWR", "APRW", "FPRD", "FPWR", "FPRW", "BRD",
                                         "BWR", "BRW",  "LRD",  "LWR",  "LRW",  "ARMW", "FRMW"};
  return command < std::size(kNames) ? kNames[command] : std::string_view{};
}

std::string_view name_of_function(std::uint32_t code) noexcept {
  switch (code >> 8) {
    case Content::plain:
      return command_name(static_cast<std::uint8_t>(code));
    case Content::init:
      return "AL control: Init";
    case Content::pre_operational:
      return "AL control: Pre-Operational";
    case Content::bootstrap:
      return "AL control: Bootstrap";
    case Content::safe_operational:
      return "AL control: Safe-Operational";
    case Content::operational:
      return "AL control: Operational";
    case Content::eeprom_write:
      return "SII EEPROM write";
    case Content::mailbox_error:
      return "mailbox error";
    case Content::aoe:
      return "AoE";
    case Content::eoe:
      return "EoE";
    case Content::coe:
      return "CoE";
    case Content::foe:
      return "FoE";
    case Content::soe:
      return "SoE";
    case Content::voe:
      return "VoE";
    case Content::sdo_download:
      return "CoE SDO download";
    case Content::sdo_upload:
      return "CoE SDO upload";
    case Content::foe_read:
      return "FoE read";
    case Content::foe_write:
      return "FoE write";
    case Content::soe_read:
      return "SoE read";
    case Content::soe_write:
      return "SoE write";
    default:
      return {};
  }
}

constexpr bool is_read(std::uint8_t command) noexcept { return command == aprd || command == fprd || command == brd; }
constexpr bool is_write(std::uint8_t command) noexcept { return command == apwr || command == fpwr || command == bwr; }
constexpr bool is_logical(std::uint8_t command) noexcept { return command >= lrd && command <= lrw; }
constexpr bool names_station(std::uint8_t command) noexcept {
  return (command >= fprd && command <= fprw) || command == frmw;
}

OperationClass class_of(std::uint8_t content, std::uint8_t command) noexcept {
  switch (content) {
    case Content::plain:
      if (is_logical(command)) return OperationClass::report;  // cyclic process data, in both directions
      return is_read(command) ? OperationClass::read : OperationClass::other;
    case Content::init:
    case Content::pre_operational:
    case Content::bootstrap:
    case Content::safe_operational:
    case Content::operational:
      return OperationClass::mode;
    case Content::eeprom_write:
    case Content::sdo_download:
    case Content::soe_write:
      return OperationClass::parameter;
    case Content::sdo_upload:
    case Content::soe_read:
      return OperationClass::read;
    case Content::foe_read:
    case Content::foe:
      return OperationClass::file;
    case Content::foe_write:
      return OperationClass::program;
    case Content::coe:
      return OperationClass::diagnostic;
    default:
      return OperationClass::other;
  }
}

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

// Who a slave is: object 1018h has it as subindex 1 to 4 (ETG.1000.6 §5.6.7), the EEPROM at words 8, 10, 12 and 14 (ETG.1000.6
// §5.4, slave information interface).
enum Fact : std::uint8_t { vendor = 1, product_code, revision, serial_number };
constexpr std::uint32_t kFirstWord = 8, kIdentityObject = 0x1018;

// Of some of the ids that the EtherCAT Technology Group gave to makers.
std::string_view maker_name(std::uint32_t id) noexcept {
  constexpr std::pair<std::uint32_t, std::string_view> kMakers[] = {
      {0x002, "Beckhoff Automation"}, {0x01D, "Festo"}, {0x021, "WAGO"},
      {0x024, "Bosch Rexroth"},       {0x03B, "Lenze"}, {0x059, "SEW-EURODRIVE"},
      {0x06A, "Kollmorgen"},          {0x083, "Omron"}, {0x084, "Phoenix Contact"},
      {0x1DD, "Delta Electronics"},
  };
  for (const auto& [known, name] : kMakers)
    if (known == id) return name;
  return {};
}

// Slaves have no address that a host could be known by: it is told of the master.
void state_slave(std::uint32_t station, unsigned fact, std::uint32_t value, std::string_view method,
                 const Emit& emit) noexcept {
  constexpr std::string_view kNames[] = {"vendor", "product code", "revision", "serial number"};
  if (station == kNoValue || fact < vendor || fact > serial_number || (fact != revision && value == 0)) return;
  text::Line<96> line;
  line << "EtherCAT slave " << std::uint64_t{station} << ": " << kNames[fact - vendor] << " ";
  line.hex(value, 8) << "h";
  if (const auto maker = maker_name(value); fact == vendor && !maker.empty()) line << ", " << maker;
  emit(Identity{Trait::description, line.view(), method, 80, {Who::listener, {}}});
}

// Control and status ×2, word address ×4, data ×4 or ×8 of the EEPROM, from 0502h on (ETG.1000.4 §6.4.3), where a master reads
// them at once.
void read_eeprom(const Datagram& d, const Emit& emit) noexcept {
  constexpr std::uint16_t kEepromControl = 0x0502;
  constexpr std::uint16_t kBusyOrFailed = 0xF800;
  if (d.command != fprd || d.working_counter == 0 || d.offset > kEepromControl) return;
  ByteReader r{d.data};
  r.skip(kEepromControl - d.offset);
  const std::uint16_t control = r.le16();
  const std::uint32_t word = r.le32();
  if (!r.ok() || (control & kBusyOrFailed) != 0 || word < kFirstWord || word % 2 != 0) return;
  const bool has_eight = (control & 0x40) != 0;
  for (unsigned i = 0; i < (has_eight ? 2u : 1u) && r.remaining() >= 4; ++i)
    state_slave(d.station, (word - kFirstWord) / 2 + i + vendor, r.le32(), "ethercat eeprom", emit);
}

// A mailbox lies in a slave's memory, from 1000h on (ETG.1000.6 §5.6).
struct Mailbox {
  Content content = plain;
  bool answers = false, refuses = false;
  std::uint32_t point = kNoValue;  // object index and subindex, or IDN
  std::uint32_t number = 0;        // of an object that was read, where it stands in the answer itself
  text::Line<48> value;
};

Mailbox parse_coe(ByteReader r) noexcept {
  Mailbox m;
  const std::uint16_t head = r.le16();
  const unsigned service = head >> 12;
  constexpr unsigned kSdoRequest = 2, kSdoResponse = 3, kMostServices = 8;
  if (!r.ok() || (head & 0x0E00) != 0 || service == 0 || service > kMostServices) return m;
  m.content = coe;
  if (service != kSdoRequest && service != kSdoResponse) return m;
  const std::uint8_t command = r.u8();
  const std::uint16_t index = r.le16();
  const std::uint8_t subindex = r.u8();
  if (!r.ok()) return m;
  const Bytes data = r.take(std::min<std::size_t>(r.remaining(), 4));  // slaves leave it away from what they accept
  enum { segment_down, down, up, segment_up, abort };                  // of a request; answers: 3 to down, 2 to up
  const unsigned specifier = command >> 5;
  m.point = std::uint32_t{index} << 8 | subindex;
  m.answers = service == kSdoResponse;
  if (specifier == abort) {
    m.content = sdo_download;  // or of an upload: who waits for it tells
    m.answers = m.refuses = true;
  } else if (m.answers ? specifier == 3 : specifier == down) {
    m.content = sdo_download;
  } else if (specifier == up) {
    m.content = sdo_upload;
  }
  const bool is_expedited = (command & 2) != 0, tells_size = (command & 1) != 0;
  if (m.content == sdo_download && !m.answers && is_expedited && data.size() == 4) {
    const std::size_t size = tells_size ? 4u - (command >> 2 & 3) : 4u;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{data[i]} << 8 * i;
    m.value << value;
  }
  if (m.content == sdo_upload && m.answers && is_expedited && data.size() == 4) m.number = ByteReader(data).le32();
  return m;
}

Mailbox parse_foe(ByteReader r) noexcept {
  Mailbox m;
  const std::uint8_t code = r.u8(), reserved = r.u8();
  r.skip(4);
  enum { read = 1, write = 2, error = 5, busy = 6 };
  if (!r.ok() || reserved != 0 || code < read || code > busy) return m;
  m.content = code == read ? foe_read : code == write || code == error ? foe_write : foe;
  m.answers = m.refuses = code == error;  // or of a read: who waits for it tells
  if (code == read || code == write) m.value << trimmed(r.rest());
  return m;
}

Mailbox parse_soe(ByteReader r) noexcept {
  Mailbox m;
  const std::uint8_t head = r.u8();
  r.skip(1);
  const std::uint16_t idn = r.le16();
  if (!r.ok()) return m;
  enum { read_request = 1, read_response, write_request, write_response };
  const unsigned code = head & 7;
  m.content = code == read_request || code == read_response     ? soe_read
              : code == write_request || code == write_response ? soe_write
                                                                : soe;
  m.answers = code == read_response || code == write_response;
  m.refuses = m.answers && (head & 0x10) != 0;
  m.point = idn;
  return m;
}

// `plain`: it is none.
Mailbox parse_mailbox(Bytes bytes) noexcept {
  ByteReader r{bytes};
  const std::size_t length = r.le16();
  r.skip(3);
  const std::uint8_t type = r.u8();
  const ByteReader content = r.sub(length);
  if (!r.ok() || length == 0 || (type & 0x80) != 0) return {};
  Mailbox m;
  switch (type & 0xF) {
    case 0:
      if (length == 4) m.content = mailbox_error;
      return m;
    case 1:
      m.content = aoe;
      return m;
    case 2:
      m.content = eoe;
      return m;
    case 3:
      return parse_coe(content);
    case 4:
      return parse_foe(content);
    case 5:
      return parse_soe(content);
    case 15:
      m.content = voe;
      return m;
    default:
      return {};
  }
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
      if (!in_memory) read_eeprom(d, emit_);
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
    return kakoi::command(class_of(content, command), code, name_of_function(code), {}, station);
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
      state_slave(station, m.point & 0xFF, m.number, "ethercat object 1018h", emit_);
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

constinit const Protocol ethercat_protocol = framed_protocol("ethercat", Domain::ot, &name_of_function);

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
    .function_name = name_of_function,
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
