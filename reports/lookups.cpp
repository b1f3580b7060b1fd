#include "reports/lookups.h"

#include <algorithm>
#include <tuple>

namespace kakoi {

Assets::Assets(Database& db) {
  for (Statement s = db.prepare("select asset_id, name, role, scope, zone_id, is_ot from asset order by asset_id");
       s.step();) {
    const Cell zone = s[4];
    assets_.push_back({std::string(s[0].view()), std::string(s[1].view()), std::string(s[2].view()),
                       std::string(s[3].view()),
                       zone.is_null() ? std::nullopt : std::optional<std::string>(zone.view()), s[5].integer() != 0});
  }
  positions_.reserve(assets_.size());
  for (const Asset& asset : assets_) positions_.emplace(asset.id, position(asset));
}

const Assets::Asset* Assets::find(std::string_view id) const {
  const auto found = positions_.find(id);
  return found == positions_.end() ? nullptr : &assets_[found->second];
}

FindingLists::FindingLists(Database& db, const Assets& assets) {
  // rows mostly come in order already; else they are put into it
  using Place = std::tuple<std::int64_t, std::int64_t>;  // position, asset or packet
  std::unordered_map<std::string_view, std::vector<Place>> places;
  for (Statement s = db.prepare("select finding_id from finding"); s.step();) lists_.emplace(s.text(0), Lists{});
  const auto sort = [](std::vector<Place>& list) {
    if (!std::is_sorted(list.begin(), list.end())) std::sort(list.begin(), list.end());
  };
  for (Statement s = db.prepare("select finding_id, position, asset_id from finding_asset"); s.step();) {
    const auto finding = lists_.find(s[0].view());
    const Assets::Asset* const asset = assets.find(s[2].view());
    if (finding != lists_.end() && asset) places[finding->first].emplace_back(s[1].integer(), assets.position(*asset));
  }
  for (auto& [finding, list] : places) {
    sort(list);
    auto& into = lists_.find(finding)->second.assets;
    for (const auto& [position, asset] : list) into.push_back(static_cast<std::uint32_t>(asset));
  }
  places.clear();
  for (Statement s = db.prepare("select finding_id, position, packet_id from finding_packet"); s.step();)
    if (const auto finding = lists_.find(s[0].view()); finding != lists_.end())
      places[finding->first].emplace_back(s[1].integer(), s[2].integer());
  Statement packet = db.prepare("select ts from packet where packet_id = ?1");
  for (auto& [finding, list] : places) {
    sort(list);
    auto& into = lists_.find(finding)->second.packets;
    for (const auto& [position, id] : list) {
      if (packet.bind(1, id).step()) into.push_back({id, packet[0].integer()});
      packet.reset();
    }
  }
}

std::span<const std::uint32_t> FindingLists::assets(std::string_view finding_id) const {
  const auto found = lists_.find(finding_id);
  return found == lists_.end() ? std::span<const std::uint32_t>() : found->second.assets;
}

std::span<const FindingLists::Packet> FindingLists::packets(std::string_view finding_id) const {
  const auto found = lists_.find(finding_id);
  return found == lists_.end() ? std::span<const Packet>() : found->second.packets;
}

}  // namespace kakoi
