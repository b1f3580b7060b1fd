// HELLO of ZeroTier's protocol 5 and later (ZeroTierOne: node/Packet.hpp, Peer::sendHELLO, Identity::serialize,
// InetAddress::serialize), by which a node tells another its public key, so it goes in clear.
// Not here: everything else, which is encrypted; HELLO encrypted (since 1.16, off by default), or in fragments.
//
//   packet id ×8 | destination ×5 | source ×5 | flags·2 cipher·3 hops·3 | MAC ×8 | flags·3 verb·5
//   protocol | major | minor | revision ×2 | ms since 1970 ×8
//   identity: source ×5 | type 0 | public key ×64 | private key 0
//   where it was sent to: 04 IPv4 ×4 port ×2, 06 IPv6 ×16 port ×2, or 00
//   planet id ×8 | its time ×8 | encrypted: moons
#include "dissectors/zerotier/zerotier.h"

#include <algorithm>
#include <array>

#include "dissectors/core/digest.h"
#include "dissectors/core/text.h"

namespace kakoi::zerotier {

namespace {

constexpr std::size_t kSource = 13, kFlags = 18, kVerb = 27, kKey = 64;
constexpr std::size_t kSmallest = 129, kLargest = 1500;  // to nowhere, with no moons; what is larger goes in fragments
constexpr std::uint8_t kHops = 0x07, kHello = 0x01;
constexpr std::uint64_t kReserved = 0xFF;                         // first octet of an address that no node has
constexpr std::uint8_t kFirstWithPlanet = 5, kLastProtocol = 31;  // 13 is the youngest known
constexpr std::uint64_t k2011 = 1'293'840'000'000, k2100 = 4'102'444'800'000;

struct Hello {
  std::uint64_t source = 0;
  std::uint8_t hops = 0, major = 0, minor = 0;
  std::uint16_t revision = 0;
};

std::uint64_t be40(ByteReader& r) noexcept {
  const std::uint64_t high = r.u8();
  return high << 32 | r.be32();
}

bool is_node(std::uint64_t address) noexcept { return address != 0 && address >> 32 != kReserved; }

bool is_endpoint(ByteReader& r) noexcept {
  const std::uint8_t type = r.u8();
  if (type == 0) return true;  // by way of another node
  if (type != 4 && type != 6) return false;
  const Bytes address = r.take(type == 4 ? 4 : 16);
  const bool is_some = std::any_of(address.begin(), address.end(), [](std::uint8_t octet) { return octet != 0; });
  return r.be16() != 0 && is_some;
}

bool read(Bytes bytes, Hello& hello) noexcept {
  if (bytes.size() < kSmallest || bytes.size() > kLargest) return false;
  if (bytes[kVerb] != kHello || (bytes[kFlags] & ~kHops) != 0) return false;  // authenticated, whole, not compressed
  ByteReader r(bytes);
  r.skip(8);
  const std::uint64_t destination = be40(r);
  hello.source = be40(r);
  hello.hops = r.u8();
  r.skip(8 + 1);
  const std::uint8_t version = r.u8();
  hello.major = r.u8(), hello.minor = r.u8(), hello.revision = r.be16();
  const std::uint64_t time = r.be64();
  bool fits = is_node(hello.source) && is_node(destination) && hello.source != destination;
  fits = fits && version >= kFirstWithPlanet && version <= kLastProtocol;
  fits = fits && hello.major <= 2 && hello.minor < 100 && hello.revision < 1000 && time >= k2011 && time < k2100;
  fits = fits && be40(r) == hello.source && r.u8() == 0;
  r.skip(kKey);
  fits = fits && r.u8() == 0 && is_endpoint(r) && r.be64() != 0;
  r.skip(8);
  return fits && r.ok() && r.remaining() != 1;
}

Frame frame(Bytes bytes, Role) {
  Hello hello;
  return read(bytes, hello) ? Frame::whole(bytes.size()) : Frame::foreign();
}

// A node greets whom it needs; what was passed on is another's greeting.
Protocol::Speaker speaker(Bytes pdu) {
  Hello hello;
  return {Role::client, read(pdu, hello) && hello.hops == 0};
}

class ZeroTier final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    Hello hello;
    if (!read(pdu.bytes, hello) || hello.hops != 0) return Interest::done;
    text::Line<32> software;
    software << "ZeroTier " << hello.major << "." << hello.minor << "." << hello.revision;
    std::array<std::uint8_t, 5> address{};
    std::copy_n(pdu.bytes.begin() + kSource, address.size(), address.begin());
    emit(Identity{
        pdu.speaker == Role::server ? Trait::software : Trait::user_agent, software.view(), "zerotier hello", 70, {}});
    emit(Identity{Trait::fingerprint, dissection::HexText<5>(address).view(), "zerotier address", 70, {}});
    return Interest::done;
  }
};

std::unique_ptr<Dissector> open() { return std::make_unique<ZeroTier>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "zerotier",
    .over_tcp = false,
    .over_udp = true,
    .ports = {},  // 9993 is on either side, or on none: the greeting tells the direction
    .max_pdu = kLargest,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .open = open,
};

}  // namespace kakoi::zerotier
