// Feeds messages of the control protocols to their dissectors and observers, and looks at what they state.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "sensor/control/control.h"
#include "sensor/control/protocols.h"
#include "tests/support/observe.h"

namespace kakoi::test {

inline Address ip(std::string_view text) { return parse_address(text).value(); }

inline Recorder over_udp(const Protocol& protocol, const std::vector<test::Chunk>& chunks,
                         std::string_view server = "192.0.2.2") {
  return test::observe(protocol, chunks, Transport::udp, ip(server));
}

// A frame as the decoder would hand it over, and what the observe_… functions state about it.
struct Observer {
  Decoded packet;
  std::vector<std::uint8_t> bytes;
  Recorder recorder;

  Observer(std::string_view payload, std::string_view source, std::string_view destination) : bytes(hex(payload)) {
    packet.payload = bytes;
    packet.payload_length = static_cast<std::uint32_t>(bytes.size());
    const Address from = ip(source), to = ip(destination);
    packet.source_mac = from.is_mac() ? from : ip("00:00:5e:00:53:01");
    packet.destination_mac = to.is_mac() ? to : ip("00:00:5e:00:53:02");
    if (from.is_ip()) packet.source = from, packet.destination = to;
    packet.network = !from.is_ip() ? NetworkLayer::other : from.is_ipv4() ? NetworkLayer::ipv4 : NetworkLayer::ipv6;
    packet.ttl = 255;
  }
  template <typename Observe>
  auto run(Observe observe) {
    Conversation conversation;
    conversation.client = packet.source.is_ip() ? packet.source : packet.source_mac;
    conversation.server = packet.destination.is_ip() ? packet.destination : packet.destination_mac;
    const Context context{&arp_protocol, &conversation, {1, 0, 1}, Role::client, packet.source_mac};
    const Emit emit(context, recorder);
    return observe(packet, Bytes(bytes), emit);
  }
};

inline const Identity* find(const std::vector<Identity>& all, Trait trait, std::string_view text) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Identity& i) { return i.trait == trait && i.text == text; });
  return found == all.end() ? nullptr : &*found;
}

inline Frame::Kind frame_of(const Protocol& protocol, std::string_view message) {
  return protocol.frame(hex(message), Role::client).kind;
}

// Cut at every length: nothing may be read beyond the end (run under AddressSanitizer) nor blamed on the sender.
inline void expect_safe_truncation(const Protocol& protocol, std::string_view message) {
  const auto bytes = hex(message);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const std::vector<std::uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    Conversation conversation;
    const Context context{&protocol, &conversation, {1, 0, 1}, Role::server, {}};
    Recorder recorder;
    protocol.frame(cut, Role::server);
    protocol.open()->on_pdu({Role::server, cut, bytes.size()}, Emit(context, recorder));
    EXPECT_TRUE(recorder.all<Anomaly>().empty()) << protocol.name << " cut at " << n;
  }
}

}  // namespace kakoi::test
