// Rows of a query as JSON text. An alias names the field and, after a colon, how its value is written:
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
//   pair     {"en": this, "ja": the next column}             the same
//   key      (the first column) what rows of several queries are put together by; a name of "" leaves it out
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reports/json_text.h"
#include "reports/packets.h"
#include "reports/report.h"
#include "reports/time_text.h"

namespace kakoi {

using Json = nlohmann::ordered_json;

// One line, valid UTF-8 whatever the database holds.
std::string dump(const Json& value);

void append_vlan(std::string& out, std::int64_t vlan);

class Rows;

// The rows of one query, one after the other.
class Cursor {
 public:
  bool step();                             // to the next row
  std::string_view key() const;            // valid until the next step
  void append(std::string& out);           // the row: an object (document) or an array (page)
  std::vector<std::string> names() const;  // of the columns

  // Appends an array of all rows of this key. For queries that are ordered by their key, asked for in order of keys.
  void append_group(std::string& out, std::string_view key);
  // The same for a query with one parameter, ?1, asked for in any order.
  void append_rows(std::string& out, std::string_view parameter);

 private:
  friend class Rows;
  enum class Kind { text, number, real, id, boolean, time, vlan, list, packet, asset, link, hex, pair, second, key };
  struct Column {
    std::string name;
    std::string before;  // what stands in front of the value: a brace or a comma, the name of the field
    Kind kind;
  };
  enum class State { fresh, on_row, done };

  Cursor(Rows& rows, std::string_view sql);
  void append_cell(std::string& out, int column, Kind kind);
  void append_packet(std::string& out, std::int64_t packet_id);

  Rows& rows_;
  Statement statement_;
  std::vector<Column> columns_;
  State state_ = State::fresh;
};

class Rows {
 public:
  enum class Form { document, page };

  Rows(const ReportInput& input, Form form);

  Cursor query(std::string_view sql) { return Cursor(*this, sql); }
  // Calls `row` with the text of each row.
  void each(std::string_view sql, const std::function<void(std::string_view)>& row);

  std::string meta(std::string_view key);  // "" if the database does not tell
  TimeZone zone() const noexcept { return zone_; }
  const Packets& packets();

 private:
  friend class Cursor;
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  void load_positions();

  Database& db_;
  Form form_;
  TimeZone zone_;
  std::shared_ptr<const Packets> packets_;
  std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> assets_;  // page: position by id
  std::unordered_map<std::int64_t, std::int64_t> links_;
};

// The order of these tables wherever they are listed, so that positions agree; captures: packets.h.
inline constexpr std::string_view kAssetOrder = "order by asset_id";
inline constexpr std::string_view kLinkOrder = "order by link_id";

}  // namespace kakoi
