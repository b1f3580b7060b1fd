// Fuzz target: a capture file as it is read, packed or not: pcap, pcapng, snoop. What packets hold is others' matter.
//
// Input: the file.
#include <string>
#include <vector>

#include "sensor/capture/capture_file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_file.h"

namespace {

using namespace kakoi;
using fuzz::demand;
using fuzz::file_of;

// Every octet of a packet counts, so that a view of memory that is not the packet's shows.
std::uint64_t sum_of(const RawPacket& packet) {
  std::uint64_t sum = packet.original_length + packet.link_type + static_cast<std::uint64_t>(packet.ref.ts);
  for (const std::uint8_t octet : packet.data) sum = steady_mix(sum, octet);
  return sum;
}

// The last packet is the same for a reader that goes from landmark to landmark, as long as bytes tell where a packet is.
void demand_short_cut(const std::string& file, const std::vector<capture::Landmark>& landmarks, std::uint32_t number,
                      std::uint64_t sum) {
  capture::CaptureFile again(file, capture::Hashing::no);
  const RawPacket* packet = again.peek();
  while (packet && packet->ref.number() < number) {
    again.pop();
    again.skip_towards(number, landmarks);
    packet = again.peek();
  }
  demand(packet && packet->ref.number() == number && sum_of(*packet) == sum, "another packet behind a landmark");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::string name = file_of({data, size});
    capture::CaptureFile file(name, capture::Hashing::no);
    constexpr std::uint64_t kNear = 50;
    file.mark_every(kNear);
    std::uint64_t packets = 0, last = 0;
    while (const RawPacket* const packet = file.peek()) {
      demand(packet->ref.number() == ++packets, "packets are not numbered in a row");
      demand(packet->data.size() <= packet->original_length, "more octets than the packet had");
      demand(packet == file.peek(), "another packet before the last is done with");
      last = sum_of(*packet);
      file.pop();
    }
    demand(file.peek() == nullptr, "a packet behind the end");
    const CaptureInfo& info = file.info();
    demand(info.packets == packets, "packets that were not handed out");
    demand(info.first_ts <= info.last_ts, "the last packet comes before the first");
    if (packets > 0) demand_short_cut(name, std::move(file).landmarks(), static_cast<std::uint32_t>(packets), last);
  } catch (const capture::CaptureError&) {
    // not a capture, or the file ends where it must not: told in one line
  }
  return 0;
}
