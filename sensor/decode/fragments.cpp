#include "sensor/decode/fragments.h"

#include <algorithm>

#include "sensor/decode/layers.h"

namespace kakoi::decode {

void FragmentTable::erase(std::map<Key, Datagram>::iterator at) {
  by_age_.erase(at->second.age);
  datagrams_.erase(at);
}

std::shared_ptr<const std::vector<std::uint8_t>> FragmentTable::offer(Decoded& piece, std::int64_t ts) {
  if (piece.payload.empty() || piece.payload.size() < piece.payload_length) return nullptr;  // cut by the snap length
  const Key key{piece.source, piece.destination, piece.fragment_id, piece.vlan, piece.protocol};
  auto at = datagrams_.find(key);
  if (at != datagrams_.end() && ts - at->second.first_ts > kTimeout) {
    ++given_up_;
    erase(at);
    at = datagrams_.end();
  }
  if (at == datagrams_.end()) {
    if (datagrams_.size() >= kMostDatagrams) {
      ++given_up_;
      erase(datagrams_.find(by_age_.front()));
    }
    by_age_.push_back(key);
    at = datagrams_.emplace(key, Datagram{ts, 0, {}, std::prev(by_age_.end())}).first;
  }
  Datagram& d = at->second;
  const std::uint32_t begin = piece.fragment_offset;
  const auto end = static_cast<std::uint32_t>(begin + piece.payload.size());
  const bool contradiction =
      (!piece.more_fragments && d.total != 0 && d.total != end) || (d.total != 0 && end > d.total);
  if (end > 65535 || d.pieces.size() >= kMostPieces || contradiction) {
    ++given_up_;
    erase(at);
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
  return whole;
}

}  // namespace kakoi::decode
