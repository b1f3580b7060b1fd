//   fox | kind | number | reply to | channel | command LF
//   { LF
//   key=type:value LF …
//   };; LF
#include "dissectors/fox/fox.h"

#include <algorithm>

#include "dissectors/core/text.h"

namespace kakoi::fox {

namespace {

constexpr std::size_t kMostMessage = 16384;
constexpr std::string_view kStart = "fox ", kEnd = "};;\n";

Frame frame(Bytes bytes, Role) {
  const std::string_view words = as_text(bytes);
  const std::size_t known = std::min(words.size(), kStart.size());
  if (words.substr(0, known) != kStart.substr(0, known)) return Frame::foreign();
  const std::size_t end = words.find(kEnd);
  if (end != std::string_view::npos) return Frame::whole(end + kEnd.size());
  return words.size() < kMostMessage ? Frame::more(words.size() + 1) : Frame::foreign();
}

// "fox a 1 -1 fox hello": kind, number, number, channel, command.
struct Message {
  std::string_view channel, command, body;
};
std::optional<Message> parse(Bytes bytes) noexcept {
  std::string_view words = as_text(bytes);
  const std::size_t line_end = words.find('\n');
  if (line_end == std::string_view::npos) return {};
  std::string_view head = words.substr(0, line_end);
  std::array<std::string_view, 6> parts;
  for (std::string_view& part : parts) {
    const std::size_t blank = head.find(' ');
    part = head.substr(0, blank);
    head = blank == std::string_view::npos ? std::string_view{} : head.substr(blank + 1);
  }
  if (parts[0] != "fox" || parts[1].size() != 1 || parts[4].empty()) return {};
  return Message{parts[4], text::trim(parts[5]), words.substr(line_end + 1)};
}

bool probe(Bytes bytes, Role) { return parse(bytes).has_value(); }

enum Command : std::uint32_t { other = 0, hello = 1, challenge = 2, login = 3, rejected = 4, keep_alive = 5 };
constexpr std::string_view kNames[] = {"message", "hello", "challenge", "login", "rejected", "keepAlive"};

std::string_view function_name(std::uint32_t code) {
  return code < std::size(kNames) ? kNames[code] : std::string_view{};
}

std::uint32_t code_of(const Message& m) noexcept {
  if (m.channel != "fox") return other;
  const auto at = std::find(std::begin(kNames), std::end(kNames), m.command);
  return at == std::end(kNames) ? std::uint32_t{other} : static_cast<std::uint32_t>(at - std::begin(kNames));
}

constexpr OperationClass class_of(std::uint32_t code) noexcept {
  switch (code) {
    case hello:
      return OperationClass::identify;
    case challenge:
    case login:
    case rejected:
      return OperationClass::auth;
    case keep_alive:
      return OperationClass::session;
    default:
      return OperationClass::other;
  }
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const auto m = parse(pdu.bytes);
    if (!m) return Interest::more;
    const std::uint32_t code = code_of(*m);
    emit(Operation{
        .cls = class_of(code), .function_code = code, .outcome = code == rejected ? Outcome::refused : Outcome::none});
    if (code == hello && !is_anothers(m->body, emit.context())) state_hello(m->body, pdu.speaker, emit);
    return Interest::more;
  }

 private:
  // A scanner greets with the words of a workbench that it is not, address and all. A station may state what a translator of
  // addresses hides: what it says is the answer of what was asked.
  static bool is_anothers(std::string_view body, const Context& context) {
    constexpr std::string_view kKey = "\nhostAddress=s:";
    const std::size_t at = body.find(kKey);
    if (context.speaker == Role::server || at == std::string_view::npos) return false;
    const std::string_view value = body.substr(at + kKey.size());
    const auto stated = parse_address(text::trim(value.substr(0, value.find('\n'))));
    return stated && *stated != context.speaker_address();
  }

  // Values of type s are texts.
  static void state_hello(std::string_view body, Role speaker, const Emit& emit) {
    constexpr std::string_view kMethod = "fox hello";
    std::string_view application, version, os, os_version, brand, machine, machine_version;
    for (std::size_t end = body.find('\n'); end != std::string_view::npos; end = body.find('\n')) {
      const std::string_view line = body.substr(0, end);
      body.remove_prefix(end + 1);
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos || line.substr(equals + 1, 2) != "s:") continue;
      const std::string_view key = line.substr(0, equals), value = text::trim(line.substr(equals + 3));
      if (value.empty()) continue;
      if (key == "hostName") emit(Identity{Trait::name, value, kMethod, 80, {}});
      if (key == "station.name")
        emit(Identity{Trait::description, (text::Line<120>{} << "Niagara station " << value).view(), kMethod, 85, {}});
      if (key == "hostId") emit(Identity{Trait::serial, value, kMethod, 60, {}});
      if (key == "app.name") application = value;
      if (key == "app.version") version = value;
      if (key == "os.name") os = value;
      if (key == "os.version") os_version = value;
      if (key == "brandId") brand = value;
      if (key == "vm.name") machine = value;
      if (key == "vm.version") machine_version = value;
    }
    if (!application.empty()) {
      text::Line<120> line;
      line << "Niagara " << application;
      if (!version.empty()) line << "/" << version;
      emit(Identity{speaker == Role::server ? Trait::software : Trait::user_agent, line.view(), kMethod, 90, {}});
    }
    if (!os.empty()) {
      text::Line<120> line;
      line << os;
      if (!os_version.empty()) line << " " << os_version;
      emit(Identity{Trait::os, line.view(), kMethod, 85, {}});
    }
    if (!brand.empty())
      emit(Identity{Trait::product, (text::Line<80>{} << "Niagara (" << brand << ")").view(), kMethod, 70, {}});
    if (!machine.empty())
      emit(Identity{
          Trait::description, (text::Line<120>{} << machine << " " << machine_version).view(), kMethod, 70, {}});
  }
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {1911};

}  // namespace

constinit const Protocol protocol{
    .name = "fox",
    .over_tcp = true,
    .over_udp = false,
    .ports = kPorts,
    .max_pdu = kMostMessage,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::ot,
    .frame = frame,
    .pdu_end = kEnd,
    .probe = probe,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::fox
