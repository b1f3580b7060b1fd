// What the writers of several reports look up row by row, read once for all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reports/packets.h"
#include "sensor/inventory/database.h"

namespace kakoi {

// Names and places of all assets, in the order of their ids.
class Assets {
 public:
  struct Asset {
    std::string id, name, role, scope;
    std::optional<std::string> zone;  // id
    bool is_ot;
  };
  explicit Assets(Database& db);
  std::span<const Asset> all() const noexcept { return assets_; }
  const Asset* find(std::string_view id) const;  // nullptr if there is none
  std::uint32_t position(const Asset& asset) const { return static_cast<std::uint32_t>(&asset - assets_.data()); }

 private:
  std::vector<Asset> assets_;
  std::unordered_map<std::string_view, std::uint32_t> positions_;
};

// What findings speak of and cite, each in the finding's own order.
class FindingLists {
 public:
  struct Packet {
    std::int64_t id, ts;
  };
  FindingLists(Database& db, const Assets& assets);
  std::span<const std::uint32_t> assets(std::string_view finding_id) const;  // positions in Assets
  std::span<const Packet> packets(std::string_view finding_id) const;

 private:
  struct Lists {
    std::vector<std::uint32_t> assets;
    std::vector<Packet> packets;
  };
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, Lists, TextHash, std::equal_to<>> lists_;
};

class Lookups {
 public:
  explicit Lookups(Database& db) : packets(db), db_(db) {}
  Packets packets;
  const Assets& assets() { return assets_ ? *assets_ : assets_.emplace(db_); }
  const FindingLists& findings() { return findings_ ? *findings_ : findings_.emplace(db_, assets()); }

 private:
  Database& db_;
  std::optional<Assets> assets_;
  std::optional<FindingLists> findings_;
};

}  // namespace kakoi
