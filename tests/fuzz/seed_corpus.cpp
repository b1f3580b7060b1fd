// Cuts the seeds of the fuzz targets from the project's own captures: a few small inputs for each target,
// chosen so that each shows something that those before it do not.
//   seed_corpus SOURCE_FOLDER
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "sensor/control/control.h"
#include "sensor/control/protocols.h"
#include "sensor/decode/decode.h"
#include "tests/support/dialogues.h"
#include "tests/support/notes.h"

namespace {

using namespace kakoi;
using namespace kakoi::test;
namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 10, kMostBytes = 2000;  // of one target; of one seed

class Corpus {
 public:
  explicit Corpus(fs::path folder) : folder_(std::move(folder)) {}
  std::size_t count(const std::string& target) const { return at(target); }
  void write(const std::string& target, const ByteVector& bytes) {
    const std::size_t n = ++files_[target];
    fs::create_directories(folder_ / target);
    char name[16];
    std::snprintf(name, sizeof name, "seed-%02zu", n);
    std::ofstream(folder_ / target / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::size_t at(const std::string& target) const {
    const auto found = files_.find(target);
    return found == files_.end() ? 0 : found->second;
  }
  fs::path folder_;
  std::map<std::string, std::size_t> files_;
};

ByteVector le16(std::size_t n) { return {static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8)}; }

std::string target_of(const Protocol& p) {
  if (&p == &dns_udp_protocol) return "dns_udp";
  if (&p == &dns_tcp_protocol) return "dns_tcp";
  return std::string(p.name);
}

// The first turns of a dialogue, up to kMostBytes.
std::vector<Turn> beginning(const Dialogue& d) {
  std::vector<Turn> turns;
  std::size_t size = 0;
  for (const Turn& t : d.turns) {
    if (!turns.empty() && size + t.bytes.size() > kMostBytes) break;
    size += t.bytes.size();
    turns.push_back(t);
  }
  return turns;
}

std::vector<std::string> facts(const Dialogue& d, const std::vector<Turn>& turns) {
  Notes notes;
  Listener listener(notes);
  flow::Session session(d.ends, all_candidates());
  std::array<std::uint32_t, 2> next{};
  for (const Turn& t : turns) {
    const auto size = static_cast<std::uint32_t>(t.bytes.size());
    std::uint32_t& sequence = next[static_cast<std::size_t>(t.side)];
    if (d.ends.transport == Transport::tcp)
      session.segment(t.side, sequence, t.bytes, size, {}, listener);
    else
      session.datagram(t.side, t.bytes, size, {}, listener);
    sequence += size;
  }
  session.finish(listener);
  return notes.lines;
}

bool any_new(std::set<std::string>& known, const std::vector<std::string>& lines) {
  bool news = false;
  for (const std::string& line : lines) news = known.insert(line).second || news;
  return news;
}

// segment size | variation | records, see fuzz_dissector.cpp
ByteVector dissector_seed(const Dialogue& d, const std::vector<Turn>& turns, std::size_t n) {
  ByteVector seed{static_cast<std::uint8_t>(n * 7), static_cast<std::uint8_t>(n * 37)};
  for (const Turn& t : turns) {
    const std::size_t speaker = d.role_of(t.side) == Role::server ? 0x8000 : 0;
    seed = seed + le16(std::min<std::size_t>(t.bytes.size(), 0x7FFF) | speaker) + t.bytes;
  }
  return seed;
}

// transport | port | records, see fuzz_session.cpp
ByteVector session_seed(const Dialogue& d, const std::vector<Turn>& turns) {
  const bool udp = d.ends.transport == Transport::udp;
  const std::uint16_t port = d.ends.port[static_cast<std::size_t>(1 - d.client)];
  ByteVector seed{static_cast<std::uint8_t>((udp ? 0x80 : 0) | (d.ends.client >= 0 ? 0x40 : 0))};
  seed = seed + le16(port);
  for (const Turn& t : turns) {
    const std::size_t side = d.role_of(t.side) == Role::server ? 0x8000 : 0;
    seed = seed + ByteVector{0} + le16(std::min<std::size_t>(t.bytes.size(), 0x7FFF) | side) + t.bytes;
  }
  return seed;
}

void from_dialogues(const std::vector<Dialogue>& dialogues, Corpus& corpus) {
  std::map<std::string, std::set<std::string>> known;
  for (const Dialogue& d : dialogues) {
    const std::string target = target_of(*d.protocol);
    if (corpus.count(target) >= kMostFiles) continue;
    const std::vector<Turn> turns = beginning(d);
    if (!any_new(known[target], facts(d, turns))) continue;
    const bool first = corpus.count(target) == 0;
    corpus.write(target, dissector_seed(d, turns, corpus.count(target)));
    if (!first) continue;
    corpus.write("session", session_seed(d, turns));
    std::vector<Record> records;
    std::size_t size = 0;
    for (const Record& r : d.frames)
      if ((size += r.bytes.size()) < 2 * kMostBytes) records.push_back(r);
    corpus.write("capture", pcap(records, records.size() % 2 == 0, records.size() % 3 == 0));
    if (const std::size_t n = corpus.count("formats"); n < 4) {  // either order of octets, µs and ns
      records.resize(std::min<std::size_t>(records.size(), 3));
      corpus.write("formats", pcap(records, n % 2 != 0, n / 2 != 0));
    }

    // DNS over TCP and LLMNR share DNS's message; no capture of ours holds them.
    if (target != "dns_udp") continue;
    Dialogue dressed = d;
    for (Turn& t : dressed.turns)
      t.bytes[2] &= 0x80, t.bytes[3] = 0;  // LLMNR has none of these flags (RFC 4795 §2.1.1)
    corpus.write("llmnr", dissector_seed(d, beginning(dressed), 1));
    for (Turn& t : dressed.turns) {
      const ByteVector length{static_cast<std::uint8_t>(t.bytes.size() >> 8),
                              static_cast<std::uint8_t>(t.bytes.size())};
      t.bytes = length + t.bytes;
    }
    corpus.write("dns_tcp", dissector_seed(d, beginning(dressed), 1));
  }
}

// What our captures do not hold, written from the standards.
void by_hand(Corpus& corpus) {
  const auto datagram = [&](const char* target, const ByteVector& bytes) {
    corpus.write(target, ByteVector{0, 1} + le16(bytes.size()) + bytes);
  };
  // NetBIOS name service: node status request for "*" (RFC 1002 §4.2.17)
  datagram("nbns", hex("80F0 0010 0001 0000 0000 0000") + ByteVector{32} + ascii("CK" + std::string(30, 'A')) +
                       hex("00 0021 0001"));
  // DHCPv6 SOLICIT: client id (DUID-LLT), option request, elapsed time, IA_NA (RFC 8415 §8, §21)
  datagram("dhcpv6", hex("01 100874 0001 000E 0001 0001 1C39CF88 020000FE8F95 0006 0004 0017 0018 0008 0002 0000"
                         "0003 000C 27FE8F95 00000E10 00001518"));
  const auto frame = [&](const char* bytes) { corpus.write("observe", ByteVector{0} + hex(bytes)); };
  // LLDP: chassis id (MAC), port id (name), TTL, system name, management address (IEEE 802.1AB §8)
  frame(
      "0180C200000E 020000000001 88CC 0207 04 020000000001 0405 05 67653031 0602 0078 0A04 53573031"
      "100C 05 01 C0000201 02 00000001 00 0000");
  // CDP: SNAP, version 2, device id, platform
  frame(
      "01000CCCCCCC 020000000001 0022 AAAA03 00000C 2000 02 B4 0000 0001 0008 53573031 0006 000A 574341544345 "
      "00000000");
  // PROFINET DCP: identify response with name of station and device id (IEC 61158-6-10 §4.3)
  frame(
      "020000000002 020000000001 8892 FEFF 05 01 00000001 0000 0014 0202 0006 0000 706C6331 0203 0006 0000 002A 0105");
  // VRRPv2 advertisement (RFC 3768 §5) and a HSRP hello (RFC 2281 §5)
  frame(
      "01005E000012 00005E000101 0800 45C00020 0000 0000 FF70 0000 C0000201 E0000012 21 01 64 01 00 01 0000 C00002FE");
  frame(
      "01005E000002 00000C07AC01 0800 45C00030 0000 0000 0111 0000 C0000202 E0000002 07C1 07C1 001C 0000"
      "00 00 10 03 0A 64 01 00 636973636F000000 C00002FE");
}

// Frames that state something new, and one of each kind of header.
void from_frames(const std::vector<Record>& frames, Corpus& corpus) {
  std::set<std::string> known;
  std::set<std::array<unsigned, 4>> kinds;
  ByteVector plain, wrapped;
  for (const Record& r : frames) {
    RawPacket raw;
    raw.data = r.bytes;
    raw.original_length = static_cast<std::uint32_t>(r.bytes.size());
    raw.link_type = 1;
    Decoded p;
    decode::decode(raw, p);
    if (const Protocol* protocol = control_protocol_of(p);
        protocol != nullptr && corpus.count("observe") < kMostFiles) {
      const kakoi::Conversation c{p.source.is_ip() ? p.source : p.source_mac,
                                  p.source.is_ip() ? p.destination : p.destination_mac};
      const Context context{protocol, &c, {1, 0, 1}, Role::client, p.source_mac};
      Notes notes;
      const Emit emit(context, notes);
      DcpRequests requests;
      if (p.network == NetworkLayer::arp)
        observe_arp(p, p.payload, emit);
      else if (!p.source.is_ip())
        observe_ethernet(p, requests, emit);
      else if (p.protocol == 1)
        observe_icmp(p, p.payload, emit);
      else if (p.protocol == 58)
        observe_icmpv6(p, p.payload, emit);
      else
        observe_routing(p, emit);
      const bool first_of_kind =
          known.insert(std::string(protocol->name) + (p.payload.empty() ? '0' : static_cast<char>(p.payload[0])))
              .second;
      if ((any_new(known, notes.lines) && p.protocol == 58) || first_of_kind)
        corpus.write("observe", ByteVector{0} + r.bytes);
    }
    if (r.bytes.size() > 300 || !kinds.insert({p.ethertype, p.protocol, p.vlan != 0, p.tcp_flags}).second) continue;
    plain = plain + ByteVector{0, 0} + le16(r.bytes.size()) + r.bytes;
    // VXLAN (RFC 7348), then GRE with an Ethernet frame inside (RFC 2784), then two fragments of an IP packet
    const ByteVector vxlan = udp(50000, 4789, ByteVector{8, 0, 0, 0, 0, 0, 1, 0} + r.bytes);
    const ByteVector gre = ByteVector{0, 0, 0x65, 0x58} + r.bytes;
    for (const auto& [protocol, payload] : {std::pair<std::uint8_t, ByteVector>{17, vxlan}, {47, gre}}) {
      const ByteVector outer = ethernet(1, 2, 0x0800, ipv4(1, 2, protocol, payload));
      wrapped = wrapped + ByteVector{0, 0} + le16(outer.size()) + outer;
    }
    const auto half = static_cast<std::ptrdiff_t>(vxlan.size() / 16 * 8);
    ByteVector head = ipv4(1, 2, 17, {vxlan.begin(), vxlan.begin() + half}),
               tail = ipv4(1, 2, 17, {vxlan.begin() + half, vxlan.end()});
    head[5] = tail[5] = static_cast<std::uint8_t>(kinds.size());  // identification
    head[6] = 0x20;                                               // more fragments
    tail[7] = static_cast<std::uint8_t>(half / 8);
    for (const ByteVector& part : {head, tail})
      wrapped = wrapped + ByteVector{1, 0} + le16(part.size()) + part;  // raw IP
    for (ByteVector* list : {&plain, &wrapped})
      if (list->size() > kMostBytes && corpus.count("frames") < kMostFiles)
        corpus.write("frames", *list), list->clear();
  }
}

// Steps of fuzz_window.cpp: what, distance, length, time.
void windows(Corpus& corpus) {
  const auto step = [](std::uint8_t what, int distance, std::size_t length, std::uint8_t time) {
    return ByteVector{what} + le16(static_cast<std::size_t>(distance) & 0xFFFF) + le16(length) + ByteVector{time};
  };
  const ByteVector start{0xF0, 0xFF, 0xFF, 0xFF, 1};  // near the end of sequence space
  ByteVector in_order = start, early = start, overlapping = start, lost = start, far = start;
  for (int i = 0; i < 12; ++i) {
    in_order = in_order + step(4, 0, 100, 1);
    early = early + step(0, 100, 100, 1) + step(4, 0, 200, 1);
    overlapping = overlapping + step(4, 0, 100, 1) + step(0, -50, 100, 1) + step(2, -100, 100, 1);
    lost = lost + step(5, 100, 100, 60);
    far = far + step(4, 0, 100, 1) + step(0xF4, 30000, 1000, 1) + step(0, 2000, 100, 1);
  }
  for (const ByteVector& seed : {in_order, early, overlapping, lost, far}) corpus.write("window", seed);
}

ByteVector contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return {text.begin(), text.end()};
}

// The heads of the captures as they are (pcapng), and a snoop file (RFC 1761).
void capture_files(const fs::path& source, const std::vector<Record>& frames, Corpus& corpus) {
  for (const char* name : {"sample-plant.pcapng", "closed-plant.pcapng"}) {
    ByteVector head = contents(source / "pcaps" / name);
    head.resize(std::min(head.size(), 3 * kMostBytes));
    corpus.write("capture", head);
    head.resize(std::min<std::size_t>(head.size(), 700));
    corpus.write("formats", head);
  }
  const auto be32 = [](std::size_t n) {
    return ByteVector{static_cast<std::uint8_t>(n >> 24), static_cast<std::uint8_t>(n >> 16),
                      static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
  };
  ByteVector snoop = ByteVector{'s', 'n', 'o', 'o', 'p', 0, 0, 0} + be32(2) + be32(4);
  for (std::size_t i = 0; i < 8; ++i) {
    const ByteVector& frame = frames[i].bytes;
    const std::size_t padding = (4 - frame.size() % 4) % 4;
    snoop = snoop + be32(frame.size()) + be32(frame.size()) + be32(24 + frame.size() + padding) + be32(0) + be32(i) +
            be32(0) + frame + ByteVector(padding);
  }
  corpus.write("capture", snoop);
  snoop.resize(std::min<std::size_t>(snoop.size(), 400));
  corpus.write("formats", snoop);
}

void operator_files(const fs::path& source, Corpus& corpus) {
  corpus.write("policy", contents(source / "pcaps/closed-plant.site.yaml"));
  std::vector<fs::path> files;
  for (const char* folder : {"rules/baseline", "rules/credentials"})
    for (const auto& entry : fs::directory_iterator(source / folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files)
    if (fs::file_size(file) < 2 * kMostBytes && corpus.count("policy") < kMostFiles)
      corpus.write("policy", contents(file));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: seed_corpus SOURCE_FOLDER\n", stderr), 2;
  const fs::path source = argv[1];
  Corpus corpus(source / "tests/fuzz/corpus");
  std::vector<Record> frames;
  const auto dialogues =
      read_dialogues({source / "pcaps/sample-plant.pcapng", source / "pcaps/closed-plant.pcapng"}, &frames);
  from_dialogues(dialogues, corpus);
  from_frames(frames, corpus);
  by_hand(corpus);
  windows(corpus);
  capture_files(source, frames, corpus);
  operator_files(source, corpus);
  return 0;
}
