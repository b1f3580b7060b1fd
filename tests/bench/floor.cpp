// What any program that reads captures has to do, and no more. Usage: floor count|flows FILE
//   count   libpcap alone: packets and octets
//   flows   libpcap, headers up to TCP and UDP, and a table of conversations with packets, octets and times of each
//           direction: the yardstick for everything that kakoi does beyond
#include <pcap/pcap.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

struct Key {
  std::array<std::uint8_t, 16> a{}, b{};
  std::uint16_t port_a = 0, port_b = 0, vlan = 0;
  std::uint8_t protocol = 0, used = 0;
  bool operator==(const Key&) const = default;
  std::uint64_t hash() const {
    std::uint64_t words[5], h = 0x9E3779B97F4A7C15;
    std::memcpy(words, this, sizeof words);
    for (const std::uint64_t w : words) h = (h ^ w) * 0x9FB21C651E98DF25, h ^= h >> 32;
    return h;
  }
};
static_assert(sizeof(Key) == 40);

struct Flow {
  Key key;
  std::uint64_t packets[2]{}, octets[2]{};
  std::int64_t first = 0, last = 0;
};

// Open addressing; never forgets.
class Flows {
 public:
  Flow& at(const Key& key) {
    if (used_ * 2 >= slots_.size()) grow();
    std::size_t i = key.hash() & (slots_.size() - 1);
    while (slots_[i].key.used && !(slots_[i].key == key)) i = (i + 1) & (slots_.size() - 1);
    if (!slots_[i].key.used) slots_[i].key = key, ++used_;
    return slots_[i];
  }
  std::size_t size() const { return used_; }

 private:
  void grow() {
    std::vector<Flow> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Flow& flow : old) {
      if (!flow.key.used) continue;
      std::size_t i = flow.key.hash() & (slots_.size() - 1);
      while (slots_[i].key.used) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = flow;
    }
  }
  std::vector<Flow> slots_ = std::vector<Flow>(1 << 14);
  std::size_t used_ = 0;
};

unsigned be16(const std::uint8_t* p) { return static_cast<unsigned>(p[0] << 8 | p[1]); }

// Ethernet with tags, IPv4 or IPv6, ports. Side 1: the packet goes from b to a; -1: no IP.
int decode(const std::uint8_t* p, std::size_t size, Key& key) {
  std::size_t at = 12;
  while (at + 4 <= size && (be16(p + at) == 0x8100 || be16(p + at) == 0x88A8))
    key.vlan = be16(p + at + 2) & 0xFFF, at += 4;
  if (at + 2 > size) return -1;
  const unsigned type = be16(p + at);
  at += 2;
  const std::uint8_t *from, *to;
  std::size_t length;
  if (type == 0x0800 && at + 20 <= size) {
    from = p + at + 12, to = p + at + 16, length = 4;
    key.protocol = p[at + 9];
    const bool later = (be16(p + at + 6) & 0x1FFF) != 0;
    at += (p[at] & 15u) * 4;
    if (later) at = size;
  } else if (type == 0x86DD && at + 40 <= size) {
    from = p + at + 8, to = p + at + 24, length = 16;
    key.protocol = p[at + 6];
    at += 40;
  } else {
    return -1;
  }
  unsigned from_port = 0, to_port = 0;
  if ((key.protocol == 6 || key.protocol == 17) && at + 4 <= size) from_port = be16(p + at), to_port = be16(p + at + 2);
  const int order = std::memcmp(from, to, length);
  const int side = order > 0 || (order == 0 && from_port > to_port) ? 1 : 0;
  std::memcpy(key.a.data(), side ? to : from, length);
  std::memcpy(key.b.data(), side ? from : to, length);
  key.port_a = static_cast<std::uint16_t>(side ? to_port : from_port);
  key.port_b = static_cast<std::uint16_t>(side ? from_port : to_port);
  key.used = 1;
  return side;
}

}  // namespace

int main(int count, char** values) {
  if (count != 3) return std::fputs("usage: floor count|flows FILE\n", stderr), 2;
  char error[PCAP_ERRBUF_SIZE];
  pcap_t* pcap = pcap_open_offline(values[2], error);
  if (!pcap) return std::fprintf(stderr, "floor: %s\n", error), 1;
  const bool with_flows = std::string_view(values[1]) == "flows";
  Flows flows;
  std::uint64_t packets = 0, octets = 0;
  pcap_pkthdr* head = nullptr;
  const std::uint8_t* data = nullptr;
  while (pcap_next_ex(pcap, &head, &data) == 1) {
    ++packets, octets += head->len;
    if (!with_flows) continue;
    Key key;
    const int side = decode(data, head->caplen, key);
    if (side < 0) continue;
    Flow& flow = flows.at(key);
    const std::int64_t now = std::int64_t{head->ts.tv_sec} * 1'000'000 + head->ts.tv_usec;
    if (flow.first == 0) flow.first = now;
    flow.last = now, ++flow.packets[side], flow.octets[side] += head->len;
  }
  std::printf("%llu packets, %llu octets, %zu conversations\n", static_cast<unsigned long long>(packets),
              static_cast<unsigned long long>(octets), flows.size());
  pcap_close(pcap);
}
