// Fuzz target: one conversation among all protocols: identification, reassembly and dissection.
//
// Input: transport | port ×2 | records: variation | length ×2 | bytes         (little-endian; top bit of length: side 1)
//
// `transport`: 0x80 UDP, 0x40 a handshake was seen; `port` is side 1's.
// `variation` moves a segment, repeats it, cuts it as a snap length does, or lets it be lost.
#include <algorithm>
#include <array>
#include <string>

#include "sensor/control/control.h"
#include "sensor/flow/session.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/notes.h"

namespace {

using namespace kakoi;
using fuzz::demand;

class Host final : public flow::SessionHost, public Sink {
 public:
  std::uint32_t on_identified(const Conversation&, const Protocol& p) override {
    demand(protocol == nullptr, "identified twice");
    protocol = &p;
    return 7;
  }
  Sink& sink() noexcept override { return *this; }
  void on_observation(const Context& context, const Observation& fact) override {
    demand(context.protocol == protocol, "a fact of another protocol");
    demand(context.conversation->handle == 7, "a fact without its link");
    demand(context.packet.number() >= 1 && context.packet.number() <= packet, "a fact that cites no packet");
    notes.on_observation(context, fact);
  }
  const Protocol* protocol = nullptr;
  std::uint32_t packet = 0;
  test::Notes notes = test::Notes::digest_only();
};

std::vector<const Protocol*> all_protocols() {
  std::vector<const Protocol*> all;
  for (const Protocol* p : protocols()) all.push_back(p);
  for (const Protocol* p : control_protocols()) all.push_back(p);
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<const Protocol*> candidates = all_protocols();
  ByteReader r(Bytes(data, size));
  const std::uint8_t first = r.u8();
  const std::uint16_t port = r.le16();
  const bool udp = (first & 0x80) != 0;
  const flow::Ends ends{{Address::ipv4(0x0A000001), Address::ipv4(0x0A000002)},
                        {49152, port},
                        udp ? Transport::udp : Transport::tcp,
                        0,
                        (first & 0x40) != 0 ? 0 : -1};
  flow::Session session(ends, candidates);
  Host host;
  std::array<std::uint32_t, 2> next{1000, 0xFFFFFF00};
  if ((first & 0x40) != 0)
    for (const int side : {0, 1}) session.start(side, next[static_cast<std::size_t>(side)]);

  auto state = flow::Session::State::open;
  flow::Carrier carrier;
  while (r.remaining() > 3) {
    const std::uint8_t variation = r.u8();
    const std::uint16_t head = r.le16();
    const int side = head >> 15;
    const auto bytes = fuzz::own(r.take(std::min<std::size_t>(head & 0x7FFF, r.remaining())));
    if (bytes.size() == 0) continue;
    const Bytes here = Bytes(bytes).first(bytes.size() - std::min<std::size_t>(variation >> 4, bytes.size()));
    const auto length = static_cast<std::uint32_t>(bytes.size());
    std::uint32_t& sequence = next[static_cast<std::size_t>(side)];
    carrier.packet = {carrier.packet.ts + 1'000'000'000, 0, ++host.packet};
    const auto last = state;
    if (udp) {
      if (!here.empty()) state = session.datagram(side, here, length, carrier, host);
    } else {
      switch (variation & 7) {
        case 1:
          sequence += length;
          continue;  // lost
        case 2:
          state = session.segment(side, sequence, here, length, carrier, host);
          break;  // repeated by the next
        case 3:
          sequence -= length / 2;
          [[fallthrough]];  // overlaps
        case 4:
          if ((variation & 7) == 4) sequence += length / 2;
          [[fallthrough]];  // comes early
        default:
          state = session.segment(side, sequence, here, length, carrier, host);
          sequence += length;
      }
    }
    demand(last == flow::Session::State::open || state == flow::Session::State::finished,
           "a session that comes back to life");
  }
  session.finish(host, carrier);  // as the shard does: with the last packet, which facts about what is left may cite
  demand(session.protocol() == host.protocol, "the host was not told of the protocol");
  demand(host.notes.sound, "a stated number is out of range");
  return 0;
}
