// SSH identification lines (RFC 4253 §4.2).
// Not here: lines that a server may send before its own, key exchange, host keys.
//
//   SSH-protoversion-softwareversion SP comments CR LF      255 octets at most
#include "dissectors/ssh/ssh.h"

#include <algorithm>
#include <array>

#include "dissectors/core/text.h"

namespace kakoi::ssh {

namespace {

constexpr std::uint16_t kPorts[] = {22};
constexpr std::size_t kMaxLine = 255;  // octets, with CR LF
constexpr std::string_view kPattern = "SSH-d.d";

Frame frame(Bytes bytes, Role) {
  const std::string_view line = as_text(bytes.first(std::min(bytes.size(), kMaxLine)));
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\n') return i > kPattern.size() ? Frame::whole(i + 1) : Frame::foreign();
    if (i < kPattern.size()) {
      if (kPattern[i] == 'd' ? !text::is_digit(line[i]) : line[i] != kPattern[i]) return Frame::foreign();
    } else if (static_cast<unsigned char>(line[i]) < 0x20 && line[i] != '\r') {
      return Frame::foreign();
    }
  }
  return line.size() < kMaxLine ? Frame::more(line.size() + 1) : Frame::foreign();
}

class Ssh final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const std::string_view line = text::trim(as_text(pdu.bytes));
    // The versions before 2 are a finding in themselves, so they stay in the text: "SSH-1.99-…" speaks
    // both (§5.1). Otherwise the software alone is named.
    constexpr std::string_view kV2 = "SSH-2.0-";
    const std::string_view software = line.starts_with(kV2) ? line.substr(kV2.size()) : line;
    if (!software.empty()) emit(Identity{Trait::software, software, "ssh banner", 80, {}});
    seen_[static_cast<std::size_t>(pdu.speaker)] = true;
    return seen_[0] && seen_[1] ? Interest::done : Interest::more;
  }

 private:
  std::array<bool, 2> seen_{};
};

std::unique_ptr<Dissector> open() { return std::make_unique<Ssh>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "ssh",
    .ports = kPorts,
    .max_pdu = kMaxLine,
    .header = Header::strong,
    .framing = Framing::text,
    .domain = Domain::shared,
    .frame = frame,
    .open = open,
};

}  // namespace kakoi::ssh
