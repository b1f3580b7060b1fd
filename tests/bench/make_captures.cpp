// The bulk captures that ./bench.sh measures with. Usage:
//   make_captures modbus|dnp3|iec104 OUT PACKETS      polling masters, about so many packets
//   make_captures it OUT COPIES SEED...               the captures named, so often, each time with other addresses and
//                                                     times, and downloads beside them
//   make_captures mix OUT FILE[:PERCENT]...           merged in time, of each so many percent of its host pairs
#include <pcap/pcap.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <queue>

#include "wire.h"

namespace bench {
namespace {

constexpr std::uint64_t kStart = 1'700'000'000'000'000;

// Modbus Messaging on TCP/IP Implementation Guide V1.0b §3.1: 20 masters that poll 200 controllers.
class Modbus {
 public:
  static constexpr std::uint16_t kPort = 502;
  static constexpr unsigned kConnections = 400;
  void exchange(Connection& c, std::uint64_t now, Dice& dice) {
    constexpr std::uint8_t kFunctions[] = {3, 3, 3, 3, 1, 4, 4, 16};
    const std::uint8_t function = kFunctions[dice.below(8)];
    const unsigned start = dice.below(64) * 16, count = function == 1 ? 64 : 8 + dice.below(24);
    Octets ask, answer;
    put16(ask, ++number_), put16(ask, 0), put16(ask, function == 16 ? 7 + count * 2 : 6);
    ask.push_back(1), ask.push_back(function), put16(ask, start), put16(ask, count);
    if (function == 16) {
      ask.push_back(static_cast<std::uint8_t>(count * 2));
      for (unsigned i = 0; i < count; ++i) put16(ask, dice.below(65536));
    }
    const bool refused = dice.one_in(200);
    const unsigned octets = function == 1 ? count / 8 : count * 2;
    put16(answer, number_), put16(answer, 0);
    put16(answer, refused ? 3 : function == 16 ? 6 : 3 + octets);
    answer.push_back(1), answer.push_back(static_cast<std::uint8_t>(function | (refused ? 0x80 : 0)));
    if (refused) {
      answer.push_back(2);
    } else if (function == 16) {
      put16(answer, start), put16(answer, count);
    } else {
      answer.push_back(static_cast<std::uint8_t>(octets));
      for (unsigned i = 0; i < octets; ++i) answer.push_back(static_cast<std::uint8_t>(dice()));
    }
    // the two transactions of a retransmission have different identifications
    c.say(now, 0, ask, dice.one_in(1000));
    c.say(now + 1500, 1, answer);
  }

 private:
  std::uint16_t number_ = 0;
};

// IEEE 1815-2012: link frames with a CRC for each 16 octets (clause 9), class polls and what they bring.
class Dnp3 {
 public:
  static constexpr std::uint16_t kPort = 20000;
  static constexpr unsigned kConnections = 1000;
  void exchange(Connection& c, std::uint64_t now, Dice& dice) {
    const std::uint8_t number = ++number_ & 15;
    if (dice.one_in(50)) {  // direct operate of a relay output, and its echo
      Octets command = {
          static_cast<std::uint8_t>(0xC0 | number), 5, 12, 1, 0x28, 1, 0, 3, 0, 3, 1, 100, 0, 0, 0, 100, 0, 0, 0, 0};
      c.say(now, 0, frames(0xC4, 10, 1, command));
      Octets echo = {static_cast<std::uint8_t>(0xC0 | number), 0x81, 0, 0};
      echo.insert(echo.end(), command.begin() + 2, command.end());
      return c.say(now + 2000, 1, frames(0x44, 1, 10, echo));
    }
    const bool integrity = dice.one_in(4);
    Octets poll = {static_cast<std::uint8_t>(0xC0 | number), 1};
    for (const int variation : {2, 3, 4, 1})
      if (variation != 1 || integrity) poll.insert(poll.end(), {60, static_cast<std::uint8_t>(variation), 6});
    c.say(now, 0, frames(0xC4, 10, 1, poll));
    Octets response = {static_cast<std::uint8_t>(0xC0 | number), 0x81, 0, 0};
    const unsigned points = integrity ? 120 : 1 + dice.below(12);
    response.insert(response.end(), {30, 1, 1}), put16_little(response, 0), put16_little(response, points - 1);
    for (unsigned i = 0; i < points; ++i) {
      response.push_back(1);
      put16_little(response, dice.below(65536)), put16_little(response, 0);
    }
    c.say(now + 2500, 1, frames(0x44, 1, 10, response));
    if (dice.one_in(10)) c.acknowledge(now + 4000, 0);
  }

 private:
  static std::uint16_t crc(const std::uint8_t* at, std::size_t size) {  // x^16+x^13+x^12+x^11+x^10+x^8+x^6+x^5+x^2+1
    std::uint16_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = static_cast<std::uint16_t>(value ^ at[i]);
      for (int bit = 0; bit < 8; ++bit)
        value = static_cast<std::uint16_t>(value & 1 ? value >> 1 ^ 0xA6BC : value >> 1);
    }
    return static_cast<std::uint16_t>(~value);
  }
  // One link frame for each 249 octets of the fragment, each with its transport octet.
  Octets frames(std::uint8_t control, unsigned to, unsigned from, const Octets& fragment) {
    Octets out;
    for (std::size_t at = 0; at < fragment.size(); at += 249) {
      const std::size_t size = std::min<std::size_t>(249, fragment.size() - at);
      Octets data = {static_cast<std::uint8_t>((at == 0 ? 0x40 : 0) | (at + size == fragment.size() ? 0x80 : 0) |
                                               (transport_++ & 63))};
      data.insert(data.end(), fragment.begin() + static_cast<std::ptrdiff_t>(at),
                  fragment.begin() + static_cast<std::ptrdiff_t>(at + size));
      const std::size_t head = out.size();
      out.insert(out.end(), {0x05, 0x64, static_cast<std::uint8_t>(5 + data.size()), control});
      put16_little(out, to), put16_little(out, from), put16_little(out, crc(&out[head], 8));
      for (std::size_t block = 0; block < data.size(); block += 16) {
        const std::size_t length = std::min<std::size_t>(16, data.size() - block);
        out.insert(out.end(), data.begin() + static_cast<std::ptrdiff_t>(block),
                   data.begin() + static_cast<std::ptrdiff_t>(block + length));
        put16_little(out, crc(&data[block], length));
      }
    }
    return out;
  }
  std::uint8_t number_ = 0, transport_ = 0;
};

// IEC 60870-5-104:2006: measured values in I frames, several in a segment, S frames in return, TESTFR now and then.
class Iec104 {
 public:
  static constexpr std::uint16_t kPort = 2404;
  static constexpr unsigned kConnections = 1000;
  void exchange(Connection& c, std::uint64_t now, Dice& dice) {
    if (!started_) {
      started_ = true;
      c.say(now, 0, {0x68, 4, 0x07, 0, 0, 0}), c.say(now + 800, 1, {0x68, 4, 0x0B, 0, 0, 0});
    }
    if (dice.one_in(30)) {
      c.say(now + 1000, 0, {0x68, 4, 0x43, 0, 0, 0});
      return c.say(now + 1800, 1, {0x68, 4, 0x83, 0, 0, 0});
    }
    Octets out;
    for (unsigned frames = 1 + dice.below(6); frames > 0; --frames) {
      const unsigned points = 1 + dice.below(8);
      out.insert(out.end(), {0x68, static_cast<std::uint8_t>(10 + points * 8)});
      put16_little(out, sent_++ * 2u & 0xFFFF), put16_little(out, 0);
      out.insert(out.end(), {13, static_cast<std::uint8_t>(points), 3, 0}),
          put16_little(out, 1);  // M_ME_NC_1, spontaneous
      for (unsigned i = 0; i < points; ++i) {
        put16_little(out, 1000 + dice.below(64)), out.push_back(0);
        put32(out, static_cast<std::uint32_t>(dice())), out.push_back(0);
      }
    }
    c.say(now + 1000, 1, out);
    Octets supervision = {0x68, 4, 1, 0};
    put16_little(supervision, sent_ * 2u & 0xFFFF);
    c.say(now + 2500, 0, supervision);
  }

 private:
  bool started_ = false;
  std::uint16_t sent_ = 0;
};

// Two connections to each field device, from two of twenty masters.
template <typename Protocol>
void poll(const std::string& path, const std::vector<std::string>& wanted) {
  const std::size_t packets = std::stoul(wanted[0]);
  const unsigned count = wanted.size() > 1 ? static_cast<unsigned>(std::stoul(wanted[1])) : Protocol::kConnections;
  Capture out(path);
  Dice dice(Protocol::kPort);
  std::vector<Connection> connections;
  std::vector<Protocol> speakers(count);
  for (unsigned i = 0; i < count; ++i) {
    const std::uint32_t master = 0x0A000000 + Protocol::kPort % 200 * 65536u + i % 20 + 1,
                        field = (master & 0xFFFF0000) + 0x0100 + i / 2;
    connections.emplace_back(out, master, field, static_cast<std::uint16_t>(30000 + i), Protocol::kPort);
    connections.back().open(kStart + i * 200);
  }
  std::uint64_t now = kStart + 1'000'000;
  for (std::size_t made = std::size_t{count} * 3; made < packets; made += 2, now += 1'000) {
    const std::size_t i = made / 2 % connections.size();
    speakers[i].exchange(connections[i], now, dice);
  }
}

struct Packet {
  std::uint64_t time;  // µs
  Octets frame;
};

class Input {
 public:
  explicit Input(const std::string& path) : path_(path) {
    char error[PCAP_ERRBUF_SIZE];
    pcap_.reset(pcap_open_offline(path.c_str(), error));
    if (!pcap_) throw std::runtime_error(path + ": " + error);
  }
  bool next(Packet& packet) {
    pcap_pkthdr* head = nullptr;
    const std::uint8_t* data = nullptr;
    if (pcap_next_ex(pcap_.get(), &head, &data) != 1) return false;
    packet.time =
        static_cast<std::uint64_t>(head->ts.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(head->ts.tv_usec);
    packet.frame.assign(data, data + head->caplen);
    return true;
  }
  bool is_ethernet() const { return pcap_datalink(pcap_.get()) == DLT_EN10MB; }

 private:
  struct Close {
    void operator()(pcap_t* pcap) const { pcap_close(pcap); }
  };
  std::string path_;
  std::unique_ptr<pcap_t, Close> pcap_;
};

// Where the IPv4 header begins, behind at most two tags; 0: there is none.
std::size_t ipv4_at(const Octets& f) {
  std::size_t at = 12;
  while (at + 4 < f.size() && ((f[at] == 0x81 && f[at + 1] == 0) || (f[at] == 0x88 && f[at + 1] == 0xA8))) at += 4;
  return at + 22 <= f.size() && f[at] == 8 && f[at + 1] == 0 && f[at + 2] >> 4 == 4 ? at + 2 : 0;
}

// Gives the hosts of the n-th copy addresses of their own: the third octet of private addresses and the last but one of
// MACs count up. Checksums follow (RFC 1624).
void move(Octets& f, unsigned copy) {
  for (const std::size_t mac : {0, 6})
    if (f.size() >= 14 && (f[mac] & 1) == 0) f[mac + 4] = static_cast<std::uint8_t>(f[mac + 4] + copy);
  const std::size_t ip = ipv4_at(f);
  if (ip == 0) return;
  const std::size_t transport = ip + (f[ip] & 15u) * 4;
  const bool first = (f[ip + 6] & 0x1F) == 0 && f[ip + 7] == 0;
  const std::size_t places[] = {ip + 10, !first            ? 0
                                         : f[ip + 9] == 6  ? transport + 16
                                         : f[ip + 9] == 17 ? transport + 6
                                                           : 0};
  for (const std::size_t at : {ip + 12, ip + 16}) {
    if (f[at] != 10 && !(f[at] == 192 && f[at + 1] == 168)) continue;
    const unsigned before = f[at + 2];
    f[at + 2] = static_cast<std::uint8_t>(f[at + 2] + copy);
    for (const std::size_t place : places) {
      if (place == 0 || place + 2 > f.size() || (f[place] == 0 && f[place + 1] == 0)) continue;
      const std::uint32_t old = static_cast<std::uint32_t>(f[place] << 8 | f[place + 1]) ^ 0xFFFF;
      const std::uint16_t fresh = folded(old + (before << 8 ^ 0xFFFF) + static_cast<std::uint32_t>(f[at + 2] << 8));
      f[place] = static_cast<std::uint8_t>(fresh >> 8), f[place + 1] = static_cast<std::uint8_t>(fresh);
    }
  }
}

void download(Capture& out, std::uint64_t now, unsigned n, Dice& dice) {
  Connection c(out, 0x0AC80001 + n % 200, 0x0AC90001 + n % 17, static_cast<std::uint16_t>(40000 + n % 20000), 80);
  c.open(now);
  const std::string ask =
      "GET /packages/" + std::to_string(n) + " HTTP/1.1\r\nHost: mirror.example\r\nUser-Agent: fetch/1.0\r\n\r\n";
  constexpr unsigned kSegments = 700;
  const std::string head =
      "HTTP/1.1 200 OK\r\nServer: files\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
      std::to_string(kSegments * 1400) + "\r\n\r\n";
  c.say(now + 300, 0, {ask.begin(), ask.end()});
  c.say(now + 900, 1, {head.begin(), head.end()});
  Octets data(1400);
  for (unsigned i = 0; i < kSegments; ++i) {
    for (std::size_t at = 0; at < data.size(); at += 8) {
      const std::uint64_t word = dice();
      std::memcpy(&data[at], &word, 8);
    }
    c.say(now + 1000 + i * 120, 1, data);
    if (i % 2 == 1) c.acknowledge(now + 1050 + i * 120, 0);
  }
}

void office(const std::string& path, unsigned copies, const std::vector<std::string>& seeds) {
  Capture out(path);
  Dice dice(7);
  std::vector<Packet> all;
  Packet packet;
  for (const std::string& seed : seeds) {
    Input input(seed);
    std::uint64_t first = 0;
    while (input.is_ethernet() && input.next(packet)) {
      if (first == 0) first = packet.time;
      packet.time -= std::min(first, packet.time);
      all.push_back(packet);
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Packet& a, const Packet& b) { return a.time < b.time; });
  const std::uint64_t length = all.empty() ? 0 : all.back().time + 1'000'000;
  for (unsigned copy = 0; copy < copies; ++copy) {
    for (const Packet& p : all) {
      packet = p;
      move(packet.frame, copy);
      out.frame(kStart + copy * length + p.time, packet.frame.data(), packet.frame.size());
    }
    for (unsigned i = 0; i < 8; ++i)
      download(out, kStart + (copy + 1) * length - 900'000 + i * 90'000, copy * 8 + i, dice);
  }
}

// Whether the packet's pair of hosts is among so many percent.
bool kept(const Octets& f, unsigned percent) {
  const std::size_t ip = ipv4_at(f);
  if (percent >= 100 || ip == 0) return true;
  std::uint32_t pair = 0;
  for (std::size_t i = 0; i < 4; ++i) pair = pair * 257 + f[ip + 12 + i] + f[ip + 16 + i];  // the same both ways
  return pair * 2654435761u >> 16 < percent * 655u;
}

void mix(const std::string& path, const std::vector<std::string>& named) {
  struct Source {
    Input input;
    unsigned percent;
    Packet packet{};
    bool advance() {
      while (input.next(packet))
        if (kept(packet.frame, percent)) return true;
      return false;
    }
  };
  Capture out(path);
  std::vector<std::unique_ptr<Source>> sources;
  const auto later = [&](std::size_t a, std::size_t b) {
    return std::pair(sources[a]->packet.time, a) > std::pair(sources[b]->packet.time, b);
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> waiting(later);
  for (const std::string& name : named) {
    const std::size_t colon = name.rfind(':');
    const unsigned percent = colon == std::string::npos ? 100 : static_cast<unsigned>(std::atoi(&name[colon + 1]));
    sources.push_back(std::make_unique<Source>(Source{Input(name.substr(0, colon)), percent}));
    if (sources.back()->advance()) waiting.push(sources.size() - 1);
  }
  while (!waiting.empty()) {
    const std::size_t i = waiting.top();
    waiting.pop();
    const Packet& p = sources[i]->packet;
    out.frame(p.time, p.frame.data(), p.frame.size());
    if (sources[i]->advance()) waiting.push(i);
  }
}

int run(const std::vector<std::string>& words) {
  if (words.size() < 3) {
    std::cerr << "usage: make_captures modbus|dnp3|iec104 OUT PACKETS [CONNECTIONS] | it OUT COPIES SEED... | mix OUT "
                 "FILE[:PERCENT]...\n";
    return 2;
  }
  const std::vector<std::string> rest(words.begin() + 2, words.end());
  if (words[0] == "modbus") poll<Modbus>(words[1], rest);
  if (words[0] == "dnp3") poll<Dnp3>(words[1], rest);
  if (words[0] == "iec104") poll<Iec104>(words[1], rest);
  if (words[0] == "it") office(words[1], static_cast<unsigned>(std::stoul(rest[0])), {rest.begin() + 1, rest.end()});
  if (words[0] == "mix") mix(words[1], rest);
  return 0;
}

}  // namespace
}  // namespace bench

int main(int count, char** values) {
  try {
    return bench::run({values + 1, values + count});
  } catch (const std::exception& error) {
    std::cerr << "make_captures: " << error.what() << "\n";
    return 1;
  }
}
