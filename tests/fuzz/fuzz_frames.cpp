// Fuzz target: from frames to headers, through tunnels and fragments.
//
// Input: records: link type | variation | length ×2 (little-endian) | bytes. Link types are an index into
// those that are read, else the number itself; `variation` cuts the frame as a snap length does, sets the
// length of a frame check sequence, and lets time pass.
#include <array>

#include "sensor/decode/checksums.h"
#include "sensor/decode/decode.h"
#include "sensor/decode/fragments.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace kakoi;
using fuzz::demand;

// LINKTYPE_ numbers: Ethernet, raw IP, Linux cooked 1 and 2, null, loop, PPP, HDLC, 802.11 bare, Radiotap, PPI, IPv4, IPv6
constexpr std::array<std::uint32_t, 13> kLinkTypes = {1, 101, 113, 276, 0, 108, 9, 104, 105, 127, 192, 228, 229};

bool within(Bytes part, Bytes whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check(const Decoded& d, Bytes memory) {
  demand(within(d.payload, memory), "the payload lies outside of the frame");
  demand(d.payload_length >= d.payload.size(), "more payload than the headers say");
  demand(d.depth <= decode::kDeepest, "tunnels nested too deep");
  demand(!d.has_ports || d.protocol == 6 || d.protocol == 17, "ports without TCP or UDP");
  demand(!(d.is_fragment && d.has_ports), "a fragment with ports");
  demand(d.source_mac.is_none() || d.source_mac.is_mac(), "a MAC that is none");
  const bool ip = d.network == NetworkLayer::ipv4 || d.network == NetworkLayer::ipv6;
  demand(!ip || (d.source.is_ip() && d.destination.is_ip()), "an IP packet without addresses");
  const std::size_t header = d.transport_header == Decoded::kUnchecked ? 0 : d.transport_header;
  demand(header == 0 || within({d.payload.data() - header, d.payload.size() + header}, memory),
         "a header outside of the frame");
  (void)decode::checksum_of_transport(d);
  unsigned sum = 0;
  for (const std::uint8_t b : d.payload) sum += b;  // readable to the end
  demand(sum <= 255 * d.payload.size(), "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader r(Bytes(data, size));
  decode::FragmentTable fragments;
  std::int64_t ts = 0;
  while (r.remaining() > 4) {
    const std::uint8_t type = r.u8();
    const unsigned variation = r.u8();
    const std::size_t length = r.le16();
    const auto frame = fuzz::own(r.take(std::min(length, r.remaining())));

    RawPacket raw;
    raw.data = frame;
    raw.original_length = static_cast<std::uint32_t>(frame.size()) + (variation & 7) * 50;
    raw.link_type = type < kLinkTypes.size() ? kLinkTypes[type] : type;
    raw.fcs_length = variation >> 3 & 7;
    ts += std::int64_t{variation >> 6} * 30'000'000'000;
    Decoded d;
    decode::decode(raw, d);
    check(d, frame);
    // Bytes in which the packet lies: kept, since tunnels lie in them.
    std::vector<std::shared_ptr<const std::vector<std::uint8_t>>> wholes;
    Bytes memory = frame;
    for (unsigned layers = 0;; ++layers) {
      demand(layers <= decode::kDeepest, "tunnels without an end");
      if (d.is_fragment) {
        if (auto whole = fragments.offer(d, PacketRef(ts, 0, 0))) {
          demand(!d.is_fragment, "a whole datagram is still a fragment");
          demand(whole->size() <= 65535, "a datagram beyond 64 KiB");
          memory = *wholes.emplace_back(std::move(whole));
          check(d, memory);
        }
      }
      Decoded inner;
      if (!decode::decapsulate(d, inner)) break;
      check(inner, memory);
      demand(inner.depth == d.depth + 1, "a tunnel that does not count");
      d = inner;
    }
  }
  return 0;
}
