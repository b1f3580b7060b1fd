// Discovery and routes, all little-endian:
//
//   03 66 14 71 | 00000000 | service ×4, of an answer with its top bit | net id ×6, port ×2 | tags ×4 | { type ×2 | size ×2 | … } …
#include "dissectors/ads/ads.h"
#include "dissectors/core/open_commands.h"

namespace kakoi::ads_udp {

namespace {

constexpr std::uint32_t kAnswer = 0x8000'0000, kDiscover = 1, kAddRoute = 6;
enum Tag : std::uint16_t { status = 1, password = 2, version = 3, system = 4, host = 5, user = 13 };

struct Message {
  std::uint32_t service = 0;
  bool is_answer = false;
  Bytes net;
  Bytes tags;
};

std::optional<Message> parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  const std::uint32_t magic = r.le32(), zero = r.le32(), service = r.le32();
  Message m;
  m.service = service & ~kAnswer;
  m.is_answer = (service & kAnswer) != 0;
  m.net = r.take(6);
  r.skip(2);
  const std::uint32_t tags = r.le32();
  if (!r.ok() || magic != 0x7114'6603 || zero != 0 || m.service > 0xFF || tags > 0xFF) return {};
  m.tags = r.rest();
  return m;
}

Bytes find(Bytes tags, std::uint16_t type) noexcept {
  ByteReader r{tags};
  while (r.remaining() >= 4) {
    const std::uint16_t at = r.le16(), size = r.le16();
    const Bytes value = r.take(size);
    if (r.ok() && at == type) return value;
  }
  return {};
}
std::string_view text_of(Bytes tags, std::uint16_t type) noexcept { return text::field(as_text(find(tags, type))); }

Frame frame(Bytes bytes, Role) { return parse(bytes) ? Frame::whole(bytes.size()) : Frame::foreign(); }

Protocol::Speaker speaker(Bytes bytes) {
  const auto m = parse(bytes);
  return {m && m->is_answer ? Role::server : Role::client, m.has_value()};
}

std::string_view function_name(std::uint32_t code) {
  return code == kDiscover ? "Discover" : code == kAddRoute ? "AddRoute" : std::string_view{};
}

OperationClass class_of(std::uint32_t service) noexcept {
  return service == kDiscover   ? OperationClass::identify
         : service == kAddRoute ? OperationClass::parameter
                                : OperationClass::other;
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const auto m = parse(pdu.bytes);
    if (!m) return Interest::more;
    if (!m->is_answer) {
      emit(Operation{.cls = class_of(m->service), .function_code = m->service});
      if (m->service == kAddRoute) on_route(*m, emit);
      return Interest::more;
    }
    const Bytes code = find(m->tags, status);
    if (m->service == kAddRoute && code.size() != 4) return Interest::more;
    const bool refused = !code.empty() && ByteReader(code).le32() != 0;
    const Outcome outcome = refused ? Outcome::refused : Outcome::accepted;
    emit(Operation{.cls = class_of(m->service), .function_code = m->service, .outcome = outcome});
    if (m->service == kAddRoute) on_routed(outcome, emit);
    if (m->service == kDiscover) state_device(*m, emit);
    return Interest::more;
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  void on_route(const Message& m, const Emit& emit) {
    user_.clear();
    password_.clear();
    if (!find(m.tags, password).empty() && !text_of(m.tags, user).empty()) {
      user_.assign(text_of(m.tags, user));
      password_.assign(text_of(m.tags, password));
      emit(Credential{"ads", user_.view(), password_.view(), CredentialOutcome::attempted});
    }
    const std::string_view name = text_of(m.tags, host);
    if (!name.empty()) commands_.ask(kAddRoute, command(OperationClass::parameter, kAddRoute, "add route", name), emit);
  }

  void on_routed(Outcome outcome, const Emit& emit) {
    commands_.answer(kAddRoute, outcome, outcome == Outcome::refused ? "error" : "", emit);
    if (user_.empty()) return;
    emit(Credential{"ads", user_.view(), password_.view(),
                    outcome == Outcome::accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected});
    user_.clear();
    password_.clear();
  }

  static void state_device(const Message& m, const Emit& emit) {
    constexpr std::string_view kMethod = "ads discovery";
    if (const auto name = text_of(m.tags, host); !name.empty()) emit(Identity{Trait::name, name, kMethod, 85, {}});
    ByteReader v{find(m.tags, version)};
    const std::uint8_t major = v.u8(), minor = v.u8();
    const std::uint16_t build = v.le16();
    if (v.ok()) {
      text::Line<32> line;
      line << "TwinCAT/" << major << "." << minor << "." << build;
      emit(Identity{Trait::software, line.view(), kMethod, 90, {}});
      emit(Identity{Trait::vendor, "Beckhoff", kMethod, 75, {}});
    }
    // OSVERSIONINFO of the Windows API: size, major, minor, build, platform (2 NT, 3 CE)
    ByteReader s{find(m.tags, system)};
    s.skip(4);
    const std::uint32_t os_major = s.le32(), os_minor = s.le32();
    s.skip(4);
    const std::uint32_t platform = s.le32();
    if (s.ok() && (platform == 2 || platform == 3) && os_major != 0) {
      text::Line<48> line;
      line << (platform == 3 ? "Windows CE " : "Windows NT ") << os_major << "." << os_minor;
      emit(Identity{Trait::os, line.view(), kMethod, 85, {}});
    }
    text::Line<64> net;
    net << "AMS net id ";
    for (std::size_t i = 0; i < m.net.size(); ++i) net << (i == 0 ? "" : ".") << m.net[i];
    emit(Identity{Trait::description, net.view(), kMethod, 80, {}});
  }

  text::Held<64> user_, password_;
  OpenCommands<2> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {48899};

}  // namespace

constinit const Protocol protocol{
    .name = "ads_udp",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 2048,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::ads_udp
