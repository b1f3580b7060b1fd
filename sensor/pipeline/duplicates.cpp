#include "sensor/pipeline/duplicates.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace kakoi::pipeline {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kFirst = 0xA076'1D64'78BD'642Full, kSecond = 0xE703'7ED1'A0B4'28DBull;

// Both halves of the product: every bit of the input reaches every bit of the result.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}
std::uint64_t word(const std::uint8_t* at) noexcept {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::uint64_t add_16(std::uint64_t h, const std::uint8_t* at) noexcept {
  return fold(word(at) ^ kFirst, word(at + 8) ^ h);
}
std::uint64_t add_bytes(std::uint64_t h, Bytes bytes) noexcept {
  std::size_t at = 0;
  for (; at + 16 <= bytes.size(); at += 16) h = add_16(h, bytes.data() + at);
  if (at == bytes.size()) return h;
  std::array<std::uint8_t, 16> rest{};
  std::memcpy(rest.data(), bytes.data() + at, bytes.size() - at);
  return add_16(h, rest.data());
}

// The head, where the packet lies in the cache anyway: a whole TCP header with its checksum, or a UDP header and the
// sequence number of what it carries. `tail`: of longer packets without such a header the last octets, too.
std::uint64_t add_content(std::uint64_t h, Bytes bytes, bool tail) noexcept {
  constexpr std::size_t kHead = 32, kTail = 16;
  h ^= bytes.size();
  if (bytes.size() < kHead) return add_bytes(h, bytes);
  h = add_16(add_16(h, bytes.data()), bytes.data() + 16);
  return tail && bytes.size() > kHead ? add_bytes(h, bytes.last(std::min(kTail, bytes.size() - kHead))) : h;
}

// RFC 791 §3.1: version, header length | DSCP | total length | identification | fragment | TTL | protocol | checksum
// | addresses | options
std::uint64_t mark_of_ipv4(std::uint64_t h, Bytes packet, bool tail, Bytes& content) noexcept {
  std::array<std::uint8_t, 8> head;
  std::memcpy(head.data(), packet.data(), head.size());
  head[1] = 0;
  const std::size_t total = std::size_t{head[2]} << 8 | head[3];
  if (total >= 20) packet = packet.first(std::min(packet.size(), total));
  h = fold(word(head.data()) ^ h, word(packet.data() + 12) ^ kSecond ^ packet[9]);
  content = packet.subspan(20);
  return add_content(h, content, tail);
}

// RFC 8200 §3: version, class, flow label | payload length | next header | hop limit | addresses
std::uint64_t mark_of_ipv6(std::uint64_t h, Bytes packet, Bytes& content) noexcept {
  const std::size_t length = std::size_t{packet[4]} << 8 | packet[5];
  if (length != 0) packet = packet.first(std::min(packet.size(), length + 40));
  h = fold(length << 8 | packet[6], h ^ kFirst);
  h = add_16(add_16(h, packet.data() + 8), packet.data() + 24);
  content = packet.subspan(40);
  return add_content(h, content, true);
}

// Nobody sends this twice within a millisecond: the sender numbered it, or waits for an answer before it repeats.
bool leaves_no_doubt(const Decoded& p) noexcept {
  constexpr std::uint8_t kFin = 1, kSyn = 2;
  if (p.network == NetworkLayer::arp) return true;
  if (p.is_tcp() && (p.payload_length != 0 || (p.tcp_flags & (kFin | kSyn)) != 0)) return true;
  if (p.network == NetworkLayer::ipv4) return (p.datagram[4] | p.datagram[5]) != 0;
  return p.is_fragment;
}

}  // namespace

// The piece that the content lies in; a new one takes the place of the one that was new longest ago.
const DuplicateTable::Piece& DuplicateTable::find_piece(const std::uint8_t* origin,
                                                        const std::shared_ptr<const void>& memory) {
  static const Piece kNowhere;
  if (!memory) return kNowhere;
  for (std::size_t i = 0; i < kPieces; ++i)
    if (pieces_[i].memory == memory) return pieces_[piece_ = i];
  if (++numbers_ == 0) {  // all numbers were given away: what bears them is forgotten
    for (Bucket& bucket : buckets_)
      for (Entry& entry : bucket.entries) entry.piece = 0;
    for (Piece& piece : pieces_) piece = {};
    numbers_ = 1;
  }
  piece_ = numbers_ % kPieces;
  return pieces_[piece_] = {memory, origin, numbers_};
}

inline void DuplicateTable::note_place(Entry& entry, Bytes content, const std::shared_ptr<const void>& memory) {
  const Piece* piece = &pieces_[piece_];
  if (piece->memory.get() != memory.get()) [[unlikely]]
    piece = &find_piece(content.data(), memory);
  const std::ptrdiff_t offset = content.data() - piece->origin;
  entry.offset = static_cast<std::int32_t>(offset);
  entry.length = static_cast<std::uint16_t>(content.size());
  entry.piece = entry.offset == offset && entry.length == content.size() ? piece->number : std::uint16_t{0};
}

bool DuplicateTable::same_content(const Entry& entry, Bytes content) const noexcept {
  const Piece& piece = pieces_[entry.piece % kPieces];
  if (entry.piece == 0 || piece.number != entry.piece) return true;
  return entry.length == content.size() &&
         std::memcmp(piece.origin + entry.offset, content.data(), content.size()) == 0;
}

Sighting DuplicateTable::look_up(const Decoded& p, const PacketRef& ref, const std::shared_ptr<const void>& memory) {
  std::uint64_t mark = kFirst ^ std::uint64_t{p.header_checksum == Checksum::wrong} << 32;
  std::int64_t window = kWindow;
  Bytes content;
  if (p.network == NetworkLayer::ipv4 && p.datagram.size() >= 20) {
    mark = mark_of_ipv4(mark, p.datagram, !p.is_tcp(), content);
  } else if (p.network == NetworkLayer::ipv6 && p.datagram.size() >= 40) {
    mark = mark_of_ipv6(mark, p.datagram, content);
  } else if (!p.payload.empty() && !p.source_mac.is_none() &&
             (p.network == NetworkLayer::arp || p.network == NetworkLayer::other)) {
    content = p.payload;
    mark = fold(mark ^ p.source_mac.lo, p.destination_mac.lo ^ std::uint64_t{p.ethertype} << 48);
    mark = add_content(mark, content, true);
    if (p.network == NetworkLayer::other) window = kCyclicWindow;
  } else {
    return {};
  }
  if (ref.capture() >= mirrors_.size()) mirrors_.resize(ref.capture() + 1);
  Sighting seen = look_within(p, ref, memory, content, fold(mark, kSecond ^ ref.capture()), window);
  if (others_.empty()) return seen;
  const Across across = look_across(p, ref, mark);
  if (across == Across::recorded) return {Copy::recorded};
  seen.near_other = across == Across::near && leaves_no_doubt(p) && seen.copy == Copy::none;
  return seen;
}

DuplicateTable::Across DuplicateTable::look_across(const Decoded& p, const PacketRef& ref,
                                                   std::uint64_t content_mark) noexcept {
  const auto frame = static_cast<std::uint32_t>(fold(p.source_mac.lo ^ kFirst ^ std::uint64_t{p.vlan} << 32,
                                                     p.destination_mac.lo ^ kSecond ^ std::uint64_t{p.ttl} << 56));
  std::array<Other, 2>& e = others_[content_mark >> 20 & (kBuckets - 1)];
  for (Other& other : e) {
    if (other.mark != content_mark) continue;
    const std::int64_t apart = ref.ts > other.ts ? ref.ts - other.ts : other.ts - ref.ts;
    if (apart > kWindow) break;
    if (other.capture == ref.capture()) return Across::none;  // a copy within the capture, if at all
    return apart < kInstant && other.frame == frame ? Across::recorded : Across::near;
  }
  Other& place = e[0].mark == content_mark ? e[0] : e[1].mark == content_mark ? e[1] : e[0].ts <= e[1].ts ? e[0] : e[1];
  place = {content_mark, ref.ts, ref.capture(), frame};
  return Across::none;
}

// What it is to those of its own capture.
Sighting DuplicateTable::look_within(const Decoded& p, const PacketRef& ref, const std::shared_ptr<const void>& memory,
                                     Bytes content, std::uint64_t mark, std::int64_t window) {
  const bool has_macs = !p.source_mac.is_none() || !p.destination_mac.is_none();
  const std::uint64_t both_macs = fold(p.source_mac.lo ^ kFirst, p.destination_mac.lo ^ kSecond);
  const std::uint32_t macs = has_macs ? static_cast<std::uint32_t>(both_macs) | 1 : 0;
  const bool certain = leaves_no_doubt(p);
  const auto soon = [&](const Entry& e) { return ref.ts - e.ts <= window && e.ts - ref.ts <= window; };
  Entry now;
  now.mark = mark, now.ts = ref.ts, now.vlan = p.vlan & 0xFFFFFF, now.ttl = p.ttl, now.macs = macs;
  const auto repeated = [&]() -> Sighting {
    if (!certain && !delivers_copies(ref)) return {};
    if (certain) mirrors_[ref.capture()] = {0, ref.ts};
    return {Copy::exact};
  };
  Entry& first = at(mark);
  if (first.mark != mark || !soon(first) || !same_content(first, content)) {
    note_place(now, content, memory);
    first = now;
    if (certain && mirrors_[ref.capture()].singles < kRemembered) ++mirrors_[ref.capture()].singles;
    return {};
  }
  const std::uint32_t first_vlan = first.vlan;
  const bool same_vlan = first_vlan == p.vlan;
  if (first.macs == macs && first.ttl == p.ttl) return same_vlan ? repeated() : Sighting{Copy::vlan, true, first_vlan};
  // Seen by another interface, whose link layer has no MACs.
  if ((first.macs == 0 || macs == 0) && first.ttl == p.ttl && same_vlan) return repeated();
  // Two machine cells that are copies of each other may send the same at the same time, each in its VLAN.
  if (first.ttl == p.ttl && !same_vlan) return {};
  // The forwarded packet may be delivered twice, too.
  const std::uint64_t form = fold(mark ^ macs, kFirst ^ (std::uint64_t{p.vlan} << 8 | p.ttl));
  Entry& second = at(form);
  if (second.mark == form && soon(second) && same_content(second, content)) return repeated();
  note_place(now, content, memory);
  second = now;
  second.mark = form;
  return {Copy::routed, !same_vlan, first_vlan};
}

}  // namespace kakoi::pipeline
