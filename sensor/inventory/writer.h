// What the parts of write_inventory() share. Not for use outside this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sensor/inventory/describe.h"
#include "sensor/inventory/ids.h"
#include "sensor/inventory/resolve.h"

namespace kakoi {

// One row after the other into a table, a value for each of its columns:
//   Insert row(db, "open_access");
//   row(link_id, scheme, count, packet_id);
// std::nullopt and nullptr are NULL.
class Insert {
 public:
  Insert(Database& db, std::string_view table) : db_(db), table_(table) {}

  template <typename... Values>
  void operator()(const Values&... values) {
    if (!statement_) statement_ = db_.prepare(sql(sizeof...(values)));
    int column = 0;
    (bind(++column, values), ...);
    statement_->run_again();
  }

 private:
  template <typename Value>
  void bind(int column, const Value& value) {
    if constexpr (std::is_convertible_v<const Value&, std::string_view> && !std::is_null_pointer_v<Value>)
      statement_->bind_static(column, value);
    else
      statement_->bind(column, value);
  }
  void bind(int column, const std::optional<std::string_view>& value) {
    value ? statement_->bind_static(column, *value) : statement_->bind(column, nullptr);
  }
  std::string sql(std::size_t columns) const {
    std::string text = "insert into " + std::string(table_) + " values (?1";
    for (std::size_t i = 2; i <= columns; ++i) text += ", ?" + std::to_string(i);
    return text + ')';
  }
  Database& db_;
  std::string_view table_;
  std::optional<Statement> statement_;
};

struct Writer {
  const Observed& observed;
  const Resolution& resolution;
  const Description& description;
  Database& db;
  Citations packet;  // packet id of a PacketRef
  LinkIds link_id_of{};
  std::vector<std::int64_t> link_ids{};  // of table `link`, sorted
  std::uint64_t unplaced = 0;            // facts about links that were not kept

  using Id = std::optional<std::string_view>;
  Id asset(std::uint32_t index) const {
    if (index == Resolution::kNone) return std::nullopt;
    return resolution.assets()[index].id;
  }
  // Nothing, and counted, if the link was not kept.
  std::optional<std::int64_t> link(const LinkKey& key);

  void write_captures();
  void write_assets();
  void write_links();       // and operations
  void write_control();     // point ranges and control actions
  void write_link_facts();  // names, sessions, credentials, open accesses, anomalies
  void write_network();     // gateways, leases, duplicate addresses, who was asked for
  void write_services();
  void write_subnets();
  void write_coverage();
};

inline std::optional<std::int64_t> known(std::uint32_t value) {
  return value == kNoValue ? std::nullopt : std::optional<std::int64_t>(value);
}
inline std::optional<std::int64_t> vlan_or_null(std::uint32_t vlan) {
  return vlan == 0 ? std::nullopt : std::optional<std::int64_t>(vlan);
}

}  // namespace kakoi
