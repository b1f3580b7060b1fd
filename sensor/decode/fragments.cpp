#include "sensor/decode/fragments.h"

#include <algorithm>

#include "sensor/decode/layers.h"

namespace kakoi::decode {

void FragmentTable::erase(std::map<Key, Datagram>::iterator at) {
  bytes_ -= at->second.bytes;
  by_age_.erase(at->second.age);
  datagrams_.erase(at);
}

// The oldest go first.
void FragmentTable::make_room(std::size_t bytes, std::int64_t now) {
  while (!by_age_.empty()) {
    const auto oldest = datagrams_.find(by_age_.front());
    if (bytes_ + bytes <= most_bytes_ && now - oldest->second.first.ts <= kTimeout) return;
    give_up(oldest);
  }
}

std::vector<std::uint32_t> FragmentTable::open() const {
  std::vector<std::uint32_t> captures;
  for (const auto& [key, datagram] : datagrams_) captures.push_back(datagram.first.capture());
  return captures;
}

std::shared_ptr<const std::vector<std::uint8_t>> FragmentTable::offer(Decoded& piece, const PacketRef& ref) {
  if (piece.payload.empty() || piece.payload.size() < piece.payload_length) return nullptr;  // cut by the snap length
  make_room(piece.payload.size(), ref.ts);
  const Key key{piece.source, piece.destination, piece.fragment_id, piece.vlan, piece.protocol};
  const bool doubted = piece.header_checksum == Checksum::wrong;
  auto at = datagrams_.find(key);
  if (at != datagrams_.end() && at->second.doubted != doubted) {
    if (doubted) return nullptr;
    erase(at);  // what was there is no datagram
    at = datagrams_.end();
  }
  if (at == datagrams_.end()) {
    if (datagrams_.size() >= kMostDatagrams) give_up(datagrams_.find(by_age_.front()));
    by_age_.push_back(key);
    at = datagrams_.emplace(key, Datagram{ref, 0, {}, std::prev(by_age_.end()), 0, doubted}).first;
  }
  Datagram& d = at->second;
  const std::uint32_t begin = piece.fragment_offset;
  const auto end = static_cast<std::uint32_t>(begin + piece.payload.size());
  const bool contradiction =
      (!piece.more_fragments && d.total != 0 && d.total != end) || (d.total != 0 && end > d.total);
  if (end > 65535 || d.pieces.size() >= kMostPieces || contradiction) {
    give_up(at);
    return nullptr;
  }
  if (!piece.more_fragments) d.total = end;
  // Neighbours that reach into [begin, end): an exact copy is a retransmission, anything else an
  // overlap (RFC 5722 forbids them), and the first copy wins.
  auto next = d.pieces.lower_bound(begin);
  const bool inside_previous =
      next != d.pieces.begin() && std::prev(next)->first + std::prev(next)->second.size() > begin;
  const bool over_next = next != d.pieces.end() && next->first < end;
  if (inside_previous || over_next) {
    const bool copy = over_next && next->first == begin && std::ranges::equal(next->second, piece.payload);
    if (!copy) ++overlaps_;
    return nullptr;
  }
  d.pieces.emplace_hint(next, begin, std::vector<std::uint8_t>(piece.payload.begin(), piece.payload.end()));
  d.bytes += piece.payload.size();
  bytes_ += piece.payload.size();
  if (d.total == 0) return nullptr;
  std::size_t have = 0;
  for (const auto& [offset, bytes] : d.pieces) {
    if (offset != have) return nullptr;
    have += bytes.size();
  }
  if (have != d.total) return nullptr;
  auto whole = std::make_shared<std::vector<std::uint8_t>>();
  whole->reserve(d.total);
  for (const auto& [offset, bytes] : d.pieces) whole->insert(whole->end(), bytes.begin(), bytes.end());
  erase(at);
  piece.is_fragment = piece.more_fragments = false;
  piece.fragment_offset = 0;
  decode_transport(*whole, static_cast<std::uint32_t>(whole->size()), piece);
  // Headers before the fragment header may have put another address into the pseudo-header (RFC 8200 §8.1).
  if (piece.network == NetworkLayer::ipv6 && (piece.datagram.size() < 40 || piece.datagram[6] != 44))
    piece.transport_header = Decoded::kUnchecked;
  return whole;
}

}  // namespace kakoi::decode
