#include "reports/packets.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>

namespace kakoi {

namespace {

bool by_id(const Packets::Packet& a, const Packets::Packet& b) noexcept {
  return static_cast<std::uint64_t>(a.id) < static_cast<std::uint64_t>(b.id);
}

}  // namespace

Packets::Packets(Database& db) {
  for (Statement s = db.prepare("select capture_id, source from capture " + std::string(kCaptureOrder)); s.step();)
    captures_.push_back({s.text(0), s.text(1), true});
  std::map<std::string, std::uint32_t, std::less<>> indices;
  for (const Capture& c : captures_) indices.emplace(c.id, static_cast<std::uint32_t>(indices.size()));
  const auto index = [&](std::string_view id) {
    if (const auto found = indices.find(id); found != indices.end()) return found->second;
    captures_.push_back({std::string(id), "", false});
    return indices.emplace(id, static_cast<std::uint32_t>(indices.size())).first->second;
  };
  std::uint32_t last = 0;
  for (Statement s = db.prepare("select packet_id, number, ts, capture_id from packet"); s.step();) {
    const std::string_view capture = s.view(3);
    if (last >= captures_.size() || captures_[last].id != capture) last = index(capture);
    packets_.push_back({s.integer(0), s.integer(1), s.integer(2), last});
  }
  if (!std::is_sorted(packets_.begin(), packets_.end(), by_id)) std::sort(packets_.begin(), packets_.end(), by_id);
  const auto bits = static_cast<unsigned>(std::bit_width(packets_.size() / 2));
  shift_ = 63 - bits;
  starts_.resize((std::size_t{1} << (bits + 1)) + 1);  // bit 63 too, should a foreign database use it
  for (const Packet& packet : packets_) ++starts_[bucket(packet.id) + 1];
  for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
}

const Packets::Packet* Packets::find(std::int64_t id) const noexcept {
  const std::size_t at = bucket(id);
  const auto first = packets_.begin() + starts_[at], last = packets_.begin() + starts_[at + 1];
  const auto found = std::lower_bound(first, last, Packet{id, 0, 0, 0}, by_id);
  return found != last && found->id == id ? &*found : nullptr;
}

}  // namespace kakoi
