// Rows of a query as JSON. An alias names the field and, after a colon, how its value is written:
//   select link_id as "id:id", first_ts as "first_seen:time", first_packet_id as "first_packet:packet" …
//
//   kind     document                                        page (short, for the HTML report)
//   (none)   text or null                                    the same
//   n        integer or null                                 the same
//   real     number or null                                  the same
//   id       64-bit number as a string                       the same
//   bool     true, false                                     the same
//   time     ISO 8601 in the site's time zone                microseconds since the epoch
//   vlan     "20", stacked "100.20"                          the same
//   list     array of a comma-separated text                 the same
//   packet   {"capture": id, "number": n, "time": …}         [index of the capture, number]
//   asset    id                                              index in the asset table, null if there is none
//   link     id as a string                                  index in the link table
//   hex      lower-case hex digits of a blob                 the same
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reports/time_text.h"
#include "sensor/inventory/database.h"

namespace kakoi {

using Json = nlohmann::ordered_json;

// One line, valid UTF-8 whatever the database holds.
std::string dump(const Json& value);

std::string vlan_text(std::int64_t vlan);
std::vector<std::string> split_list(std::string_view text);  // at commas; empty parts are left out

class Rows {
 public:
  enum class Form { document, page };

  Rows(Database& db, Form form);

  // Calls `row` with an object (document) or an array (page) for each row.
  void each(std::string_view sql, const std::function<void(Json&&)>& row);
  // The same for a query with one parameter, ?1; the statement is kept for the next call.
  Json all(const std::string& sql, std::string_view parameter);
  std::vector<std::string> names(std::string_view sql);  // of the columns, without their kinds

  std::string meta(std::string_view key);  // "" if the database does not tell
  TimeZone zone() const noexcept { return zone_; }

 private:
  enum class Kind { text, number, real, id, boolean, time, vlan, list, packet, asset, link, hex };
  struct Column {
    std::string name;
    Kind kind;
  };

  std::vector<Column> columns(const Statement& statement) const;
  Json row(Statement& statement, const std::vector<Column>& columns);
  Json cell(Statement& statement, int column, Kind kind);
  Json packet(std::int64_t packet_id);
  std::size_t load_index(std::string_view sql, std::unordered_map<std::string, std::size_t>& index);

  Database& db_;
  Form form_;
  TimeZone zone_;
  std::optional<Statement> packet_;
  std::unordered_map<std::string, Statement> prepared_;
  std::unordered_map<std::string, std::size_t> captures_, assets_, links_;  // page: position by id
};

// The order of these tables wherever they are listed, so that positions agree.
inline constexpr std::string_view kCaptureOrder = "order by first_ts, source, capture_id";
inline constexpr std::string_view kAssetOrder = "order by asset_id";
inline constexpr std::string_view kLinkOrder = "order by link_id";

}  // namespace kakoi
