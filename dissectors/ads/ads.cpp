// All little-endian:
//
//   00 00 | size ×4 | target: net id ×6, port ×2 | source: the same | command ×2 | flags ×2 | data's size ×4 | error ×4 |
//   invoke id ×4 | data                              the first size counts from the target on: data's size + 32
#include "dissectors/ads/ads.h"

#include "dissectors/core/open_commands.h"

namespace kakoi::ads {

namespace {

constexpr std::size_t kTcp = 6, kAms = 32;
constexpr std::uint32_t kMostData = 1u << 20;
enum Command : std::uint16_t {
  read_device_info = 1,
  read = 2,
  write = 3,
  read_state = 4,
  write_control = 5,
  add_notification = 6,
  delete_notification = 7,
  notification = 8,
  read_write = 9,
};
constexpr std::uint16_t kResponse = 0x0001, kAdsCommand = 0x0004;

struct Message {
  std::uint16_t source_port = 0, target_port = 0, command = 0, flags = 0;
  Bytes source_net;
  std::uint32_t size = 0, error = 0, invoke = 0;
  Bytes data;
  bool is_response() const noexcept { return (flags & kResponse) != 0; }
};

std::optional<Message> parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  r.skip(kTcp + 6);
  Message m;
  m.target_port = r.le16();
  m.source_net = r.take(6);
  m.source_port = r.le16();
  m.command = r.le16();
  m.flags = r.le16();
  m.size = r.le32();
  m.error = r.le32();
  m.invoke = r.le32();
  if (!r.ok()) return {};
  m.data = r.rest();
  return m;
}

Frame frame(Bytes bytes, Role) {
  ByteReader r{bytes};
  if ((bytes.size() > 0 && bytes[0] != 0) || (bytes.size() > 1 && bytes[1] != 0)) return Frame::foreign();
  if (bytes.size() < kTcp) return Frame::more(kTcp);
  r.skip(2);
  const std::uint32_t size = r.le32();
  if (size < kAms || size > kAms + kMostData) return Frame::foreign();
  if (bytes.size() < kTcp + kAms) return Frame::more(kTcp + kAms);
  const auto m = parse(bytes);
  if (m->size + kAms != size || m->command > read_write || (m->flags & kAdsCommand) == 0 || m->flags > 0x01FF)
    return Frame::foreign();
  return Frame::whole(kTcp + size);
}

Protocol::Speaker speaker(Bytes bytes) {
  const auto m = parse(bytes);
  if (!m) return {Role::client, false};
  const bool from_server = m->is_response() != (m->command == notification);
  return {from_server ? Role::server : Role::client, true};
}

constexpr std::string_view kNames[] = {"",
                                       "ReadDeviceInfo",
                                       "Read",
                                       "Write",
                                       "ReadState",
                                       "WriteControl",
                                       "AddDeviceNotification",
                                       "DeleteDeviceNotification",
                                       "DeviceNotification",
                                       "ReadWrite"};
std::string_view function_name(std::uint32_t code) {
  return code < std::size(kNames) ? kNames[code] : std::string_view{};
}

constexpr OperationClass class_of(std::uint16_t command) noexcept {
  switch (command) {
    case read_device_info:
      return OperationClass::identify;
    case read:
    case read_write:  // by the value's name, as a rule to look it up or to read it
      return OperationClass::read;
    case write:
      return OperationClass::write;
    case read_state:
      return OperationClass::diagnostic;
    case write_control:
      return OperationClass::mode;
    case add_notification:
    case delete_notification:
      return OperationClass::session;
    case notification:
      return OperationClass::report;
    default:
      return OperationClass::other;
  }
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    const auto m = parse(pdu.bytes);
    if (!m) return Interest::more;
    state_net(*m, emit);
    if (m->is_response())
      on_response(*m, emit);
    else
      on_request(*m, emit);
    return Interest::more;
  }
  void on_gap(Role) override { commands_.on_gap(); }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  void on_request(const Message& m, const Emit& emit) {
    emit(Operation{.cls = class_of(m.command),
                   .function_code = m.command,
                   .unit = m.target_port,
                   .actor = emit.context().speaker});
    ByteReader r{m.data};
    text::Line<48> line;
    if (m.command == write) {
      const std::uint32_t group = r.le32(), offset = r.le32();
      if (!r.ok()) return;
      (line << "group 0x").hex(group, 4) << ", offset 0x";
      line.hex(offset, 4);
    } else if (m.command == write_control) {
      const std::uint16_t state = r.le16();
      if (!r.ok()) return;
      line << "state " << state;  // 5 run, 6 stop, 16 reconfigure
    } else {
      return;
    }
    commands_.ask(m.invoke, command(class_of(m.command), m.command, kNames[m.command], line.view(), m.target_port),
                  emit);
  }

  void on_response(const Message& m, const Emit& emit) {
    ByteReader r{m.data};
    const std::uint32_t result = r.le32();
    if (m.error == 0 && !r.ok()) return;
    const Outcome outcome = m.error == 0 && result == 0 ? Outcome::accepted : Outcome::refused;
    emit(Operation{.cls = class_of(m.command),
                   .function_code = m.command,
                   .unit = m.source_port,
                   .outcome = outcome,
                   .actor = other(emit.context().speaker)});
    commands_.answer(m.invoke, outcome, outcome == Outcome::refused ? "error" : "", emit);
    if (outcome != Outcome::accepted) return;
    if (!open_stated_) emit(OpenAccess{"ads"});
    open_stated_ = true;
    if (m.command == read_device_info) state_device(r, m, emit);
  }

  // result ×4 | major | minor | build ×2 | name ×16: of the ADS device at that port, as of the PLC's run time.
  static void state_device(ByteReader& r, const Message& m, const Emit& emit) {
    constexpr std::string_view kMethod = "ads device info";
    constexpr std::uint16_t kSystemService = 10000;
    const std::uint8_t major = r.u8(), minor = r.u8();
    const std::uint16_t build = r.le16();
    const std::string_view name = text::field(as_text(r.take(16)));
    if (!r.ok() || name.empty()) return;
    text::Line<64> line;
    line << name << "/" << major << "." << minor << "." << build;
    emit(Identity{Trait::software,
                  line.view(),
                  kMethod,
                  m.source_port == kSystemService ? std::uint8_t{85} : std::uint8_t{75},
                  {}});
    emit(Identity{Trait::vendor, "Beckhoff", kMethod, 70, {}});
  }

  // By what routes know the speaker; once for each side.
  void state_net(const Message& m, const Emit& emit) {
    bool& stated = net_stated_[static_cast<std::size_t>(emit.context().speaker)];
    if (stated) return;
    stated = true;
    text::Line<64> net;
    net << "AMS net id ";
    for (std::size_t i = 0; i < m.source_net.size(); ++i) net << (i == 0 ? "" : ".") << m.source_net[i];
    emit(Identity{Trait::description, net.view(), "ads header", 80, {}});
  }

  bool open_stated_ = false, net_stated_[2] = {};
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {48898};

}  // namespace

constinit const Protocol protocol{
    .name = "ads",
    .over_tcp = true,
    .over_udp = false,
    .ports = kPorts,
    .max_pdu = 4096,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::ads
