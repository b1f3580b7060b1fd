// Fuzz target: control protocols that are no flows, from a frame's bytes.
//
// Input: which | frame. `which` 0: Ethernet frame, handed to the function that the pipeline would choose;
// 1–12: the bytes above the header go straight to one of the observers.
#include "sensor/control/control.h"
#include "sensor/control/ethernet_frames.h"
#include "sensor/decode/decode.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/notes.h"

namespace {

using namespace kakoi;
using fuzz::demand;

void check(const IcmpSeen& seen) {
  if (!seen.unreachable) return;
  demand(seen.original_source.is_ip() && seen.original_destination.is_ip(), "a quoted packet without addresses");
}
void check(const ArpSeen& seen) {
  if (!seen.valid) return;
  demand(seen.sender_ip.is_none() || seen.sender_ip.is_ip(), "a sender with a MAC for its IP address");
  demand(seen.sender_mac.is_none() || seen.sender_mac.is_mac(), "a sender with an IP address for its MAC");
}

// As sensor/pipeline/shard.cpp chooses.
void observe(const Decoded& p, DcpRequests& requests, const Emit& emit) {
  if (p.network == NetworkLayer::arp) return check(observe_arp(p, p.payload, emit));
  if (!p.source.is_ip()) return observe_ethernet(p, requests, emit);
  if (p.protocol == 1) return check(observe_icmp(p, p.payload, emit));
  if (p.protocol != 58) return observe_routing(p, emit);
  const Icmpv6Seen seen = observe_icmpv6(p, p.payload, emit);
  check(seen.error);
  check(seen.neighbour);
}

void observe_as(unsigned which, const Decoded& p, DcpRequests& requests, const Emit& emit) {
  switch (which) {
    case 1:
      return check(observe_arp(p, p.payload, emit));
    case 2:
      return check(observe_icmp(p, p.payload, emit));
    case 3: {
      const Icmpv6Seen seen = observe_icmpv6(p, p.payload, emit);
      check(seen.error);
      return check(seen.neighbour);
    }
    case 4:
      return observe_routing(p, emit);
    case 5:
      return observe_lldp(p, p.payload, emit);
    case 6:
      return observe_cdp(p, p.payload, emit);
    case 7:
      return observe_profinet_dcp(p, p.payload, requests, emit);
    case 8:
      return observe_stp(p, p.payload, emit);
    case 9:
      return observe_syn(p, p.payload, emit);
    case 10:
      return observe_lacp(p, p.payload, emit);
    case 11:
      return observe_goose(p, p.payload, emit);
    case 12:
      return observe_sampled_values(p, p.payload, emit);
    default:
      return observe(p, requests, emit);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto frame = fuzz::own(Bytes(data + 1, size - 1));
  RawPacket raw;
  raw.data = frame;
  raw.original_length = static_cast<std::uint32_t>(frame.size());
  raw.link_type = 1;
  Decoded p;
  decode::decode(raw, p);
  const Protocol* protocol = control_protocol_of(p);
  const unsigned which = data[0];
  if (which == 0 && protocol == nullptr) return 0;
  if (protocol == nullptr) protocol = &arp_protocol;  // only the facts' name

  const bool ip = p.source.is_ip();
  const Conversation c{ip ? p.source : p.source_mac, ip ? p.destination : p.destination_mac};
  const Context context{protocol, &c, {1, 0, 1}, Role::client, p.source_mac};
  test::Notes notes = test::Notes::digest_only(), again = notes;
  for (test::Notes* const run : {&notes, &again}) {
    DcpRequests requests;
    observe_as(which, p, requests, Emit(context, *run));
    // the answer of the other side
    const Context other{protocol, &c, {2, 0, 2}, Role::server, p.destination_mac};
    observe_as(which, p, requests, Emit(other, *run));
    requests.finish(*run);
  }
  demand(notes.sound, "a stated number is out of range");
  demand(notes.count == again.count && notes.digest == again.digest,
         "the same frame states something else the second time");
  return 0;
}
