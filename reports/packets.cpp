#include "reports/packets.h"

#include <algorithm>

namespace kakoi {

namespace {

constexpr std::size_t kFewCaptures = 64;  // to try an id with each of them; of more, the table is faster

}  // namespace

Packets::Packets(Database& db)
    : look_up_(db.prepare("select capture_id, number, ts from packet where packet_id = ?1")) {
  for (Statement s = db.prepare("select capture_id, source, packets from capture " + std::string(kCaptureOrder));
       s.step();)
    captures_.push_back({s.text(0), s.text(1), PacketNumbers(s.view(0), static_cast<std::uint64_t>(s.integer(2)))});
}

std::optional<Packets::Packet> Packets::find(std::int64_t id) {
  if (captures_.size() <= kFewCaptures) {
    for (std::uint32_t i = 0; i < captures_.size(); ++i)
      if (const std::uint64_t number = captures_[i].numbers.of(id)) return Packet{i, number};
  }
  std::optional<Packet> found;
  if (look_up_.bind(1, id).step()) {
    const auto at = std::find_if(captures_.begin(), captures_.end(),
                                 [&](const Capture& capture) { return capture.id == look_up_.view(0); });
    if (at != captures_.end())
      found = {static_cast<std::uint32_t>(at - captures_.begin()), static_cast<std::uint64_t>(look_up_.integer(1))};
  }
  look_up_.reset();
  return found;
}

std::optional<std::int64_t> Packets::time(std::int64_t id) {
  const auto ts = look_up_.bind(1, id).step() ? std::optional(look_up_.integer(2)) : std::nullopt;
  look_up_.reset();
  return ts;
}

}  // namespace kakoi
