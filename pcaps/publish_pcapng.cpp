// Writes a pcapng file again without what tells of the machine that captured it: the section header keeps no
// hardware, operating system or comment, an interface keeps its name, resolution and snap length.
// Interface statistics go through as they are; packets are put in order of time, and get an 802.1Q tag
// where their interface is called vlanN, as the mirror of a trunk would carry them. Any other block is left out.
//
//   publish_pcapng IN OUT
//
// Reads files of this machine's byte order, as dumpcap writes them (draft-ietf-opsawg-pcapng §3, §4).
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Octets = std::vector<char>;
enum Block : std::uint32_t {
  interface_description = 1,
  interface_statistics = 5,
  enhanced_packet = 6,
  section_header = 0x0A0D0D0A
};
constexpr std::uint32_t kByteOrder = 0x1A2B3C4D;
constexpr std::uint16_t kEnd = 0, kIfName = 2, kIfResolution = 9, kUserApplication = 4;

template <typename T>
T load(std::span<const char> from, std::size_t at) {
  T value{};
  std::memcpy(&value, from.subspan(at, sizeof value).data(), sizeof value);
  return value;
}

template <typename T>
void put(Octets& to, T value) {
  const auto* raw = reinterpret_cast<const char*>(&value);
  to.insert(to.end(), raw, raw + sizeof value);
}

void put_option(Octets& to, std::uint16_t code, std::span<const char> value) {
  put(to, code);
  put(to, static_cast<std::uint16_t>(value.size()));
  to.insert(to.end(), value.begin(), value.end());
  to.resize((to.size() + 3) / 4 * 4);
}

Octets section() {
  Octets body;
  put(body, kByteOrder);
  put(body, std::uint16_t{1});
  put(body, std::uint16_t{0});
  put(body, std::int64_t{-1});  // length not given
  constexpr std::string_view application = "kakoi pcaps/make.sh";
  put_option(body, kUserApplication, application);
  put_option(body, kEnd, {});
  return body;
}

Octets interface(std::span<const char> body) {
  Octets result(body.begin(), body.begin() + 8);  // link type, reserved, snap length
  for (std::size_t at = 8; at + 4 <= body.size();) {
    const auto code = load<std::uint16_t>(body, at);
    const auto size = load<std::uint16_t>(body, at + 2);
    if (code == kEnd) break;
    if (code == kIfName || code == kIfResolution) put_option(result, code, body.subspan(at + 4, size));
    at += 4 + (size + 3U) / 4 * 4;
  }
  put_option(result, kEnd, {});
  return result;
}

// 0: untagged.
std::uint16_t vlan_of(std::span<const char> body) {
  for (std::size_t at = 8; at + 4 <= body.size();) {
    const auto code = load<std::uint16_t>(body, at);
    const auto size = load<std::uint16_t>(body, at + 2);
    const std::string name(body.data() + at + 4, size);
    if (code == kIfName && name.starts_with("vlan")) return static_cast<std::uint16_t>(std::stoi(name.substr(4)));
    if (code == kEnd) break;
    at += 4 + (size + 3U) / 4 * 4;
  }
  return 0;
}

struct Packet {
  std::uint64_t time;  // in units of its interface, which are equal throughout dumpcap's files
  Octets body;
};

// interface ×4 | time high ×4 | time low ×4 | captured ×4 | original ×4 | data, padded | options
Packet packet(std::span<const char> body, const std::vector<std::uint16_t>& vlans) {
  const auto interface = load<std::uint32_t>(body, 0);
  const auto captured = load<std::uint32_t>(body, 12);
  const auto frame = body.subspan(20, captured);
  const unsigned vlan = vlans.at(interface);
  const unsigned tag_size = vlan == 0 ? 0 : 4;
  Packet result{std::uint64_t{load<std::uint32_t>(body, 4)} << 32 | load<std::uint32_t>(body, 8), {}};
  result.body.assign(body.begin(), body.begin() + 12);
  put(result.body, captured + tag_size);
  put(result.body, load<std::uint32_t>(body, 16) + tag_size);
  result.body.insert(result.body.end(), frame.begin(), frame.begin() + 12);
  if (vlan != 0)
    for (const unsigned octet : {0x81U, 0x00U, vlan >> 8U, vlan & 0xFFU})
      result.body.push_back(static_cast<char>(octet));
  result.body.insert(result.body.end(), frame.begin() + 12, frame.end());
  result.body.resize((result.body.size() + 3) / 4 * 4);
  return result;
}

void write(std::ostream& out, std::uint32_t type, const Octets& body) {
  Octets block;
  const auto size = static_cast<std::uint32_t>(body.size() + 12);
  put(block, type);
  put(block, size);
  block.insert(block.end(), body.begin(), body.end());
  put(block, size);
  out.write(block.data(), static_cast<std::streamsize>(block.size()));
}

bool publish(std::span<const char> in, std::ostream& out) {
  std::vector<std::uint16_t> vlans;
  std::vector<Packet> packets;
  std::vector<Octets> statistics;
  while (in.size() >= 12) {
    const auto type = load<std::uint32_t>(in, 0);
    const auto size = load<std::uint32_t>(in, 4);
    if (size < 12 || size > in.size()) return false;
    const auto body = in.subspan(8, size - 12);
    if (type == section_header) {
      if (body.size() < 16 || load<std::uint32_t>(body, 0) != kByteOrder) return false;
      write(out, type, section());
    } else if (type == interface_description && body.size() >= 8) {
      write(out, type, interface(body));
      vlans.push_back(vlan_of(body));
    } else if (type == enhanced_packet && body.size() >= 20 + 12) {
      packets.push_back(packet(body, vlans));
    } else if (type == interface_statistics) {
      statistics.emplace_back(body.begin(), body.end());
    }
    in = in.subspan(size);
  }
  std::stable_sort(packets.begin(), packets.end(), [](const Packet& a, const Packet& b) { return a.time < b.time; });
  for (const auto& each : packets) write(out, enhanced_packet, each.body);
  for (const auto& each : statistics) write(out, interface_statistics, each);
  return in.empty();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: publish_pcapng IN OUT\n";
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  const Octets bytes{std::istreambuf_iterator<char>(in), {}};
  std::ofstream out(argv[2], std::ios::binary | std::ios::trunc);
  if (bytes.empty() || !publish(bytes, out) || !out.flush()) {
    std::cerr << "publish_pcapng: " << argv[1] << ": not a whole pcapng file of this byte order\n";
    return 1;
  }
}
