// Rows of a query as JSON text. An alias names the field and, after a colon, how its value is written:
//   select link_id as "id:id", first_ts as "first_seen:time", first_packet_id as "first_packet:packet" …
//
//   kind     document                                        page (short, for the HTML report)
//   (none)   text or null                                    the same
//   n        integer or null                                 the same
//   count    integer                                         the same
//   real     number or null                                  the same
//   id       64-bit number as a string                       the same
//   bool     true, false                                     the same
//   time     ISO 8601 in the site's time zone                microseconds since the epoch
//   when     the same, of the packet with this id            the same
//   vlan     "20", stacked "100.20"                          the same
//   list     array of a comma-separated text                 the same
//   packet   [index of the capture, number]                  the same
//   asset    id                                              index in the asset table, null if it has none
//   link     id as a string                                  index in the link table, null if it has none
//   of_asset, of_link                                        the same; a row of something left out is left out
//   hex      lower-case hex digits of a blob                 the same
//   pair     {"en": this, "ja": the next column}             the same
//   key      (the first column) what rows of several queries are put together by; a name of "" leaves it out
//
// A row is an object (document), an object without what says nothing – null, "", false, a count of 0, [] – (sparse),
// or an array (page).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reports/json_text.h"
#include "reports/lookups.h"
#include "reports/report.h"
#include "reports/time_text.h"

namespace kakoi {

void append_vlan(std::string& out, std::int64_t vlan);
void append_packet(std::string& out, const std::optional<Packets::Packet>& packet);  // [capture, number] or null

// A text that goes to a stream in large pieces.
class Pieces {
 public:
  explicit Pieces(std::ostream& out) : out_(out) { text_.reserve(kPiece + kPiece / 4); }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;
  ~Pieces() { flush(); }
  std::string& text() noexcept { return text_; }  // to append to
  void pass_on() {                                // after each row
    if (text_.size() >= kPiece) flush();
  }

 private:
  static constexpr std::size_t kPiece = std::size_t{128} << 10;
  void flush() {
    out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
  }
  std::ostream& out_;
  std::string text_;
};

class Rows;

// The rows of one query, one after the other.
class Cursor {
 public:
  bool step();                             // to the next row
  std::string_view key() const;            // valid until the next step
  void append(std::string& out);           // the row
  std::vector<std::string> names() const;  // of the columns

  // Appends `before` and an array of all rows of this key, sorted as text; nothing if there are none. For queries that
  // are ordered by their key, asked for in order of keys.
  void append_group(std::string& out, std::string_view before, std::string_view key);
  // Calls `row` with the text of each row. Those that are equal in the first column, by which the query is ordered,
  // come sorted as text: far cheaper than a sort of whole tables that lie in order already.
  void each_in_order(const std::function<void(std::string_view)>& row);
  bool is_of_left_out() const;  // page: the row names something as its own that the page leaves out

 private:
  friend class Rows;
  enum class Kind {
    text,
    number,
    count,
    real,
    id,
    boolean,
    time,
    when,
    vlan,
    list,
    packet,
    asset,
    link,
    of_asset,
    of_link,
    hex,
    pair,
    second,
    key
  };
  struct Column {
    std::string name;
    std::string before;  // what stands in front of the value: a comma, the name of the field
    Kind kind;
  };
  enum class State { fresh, on_row, done };

  Cursor(Rows& rows, std::string_view sql);
  bool says_nothing(const Cell& cell, Kind kind) const;
  void append_cell(std::string& out, int column, Cell cell, Kind kind);
  void append_time(std::string& out, std::int64_t nanoseconds);

  Rows& rows_;
  Statement statement_;
  std::vector<Column> columns_;
  State state_ = State::fresh;
  std::vector<std::string> group_;  // kept for its memory
};

class Rows {
 public:
  enum class Form { document, sparse, page };

  Rows(const ReportInput& input, Form form);

  Cursor query(std::string_view sql) { return Cursor(*this, sql); }
  Database& database() noexcept { return db_; }
  // Rows of a table by the values of a column: " order by …", where possible the order in which they lie.
  std::string order_by(std::string_view table, std::string_view column);
  std::string meta(std::string_view key);  // "" if the database does not tell
  TimeZone zone() const noexcept { return zone_; }
  Lookups& lookups() noexcept { return *lookups_; }
  TimeText& time_text() noexcept { return time_text_; }

  // Page: the assets and links that it shows, in the order of its tables.
  void show_assets(const std::vector<std::string>& ids);
  void show_links(std::vector<std::int64_t> ids);
  std::optional<std::size_t> asset(std::string_view id) const;  // its place among them
  std::optional<std::size_t> link(std::int64_t id);

 private:
  friend class Cursor;
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  Database& db_;
  Form form_;
  TimeZone zone_;
  TimeText time_text_{{}};
  std::shared_ptr<Lookups> lookups_;
  std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> assets_;  // page: position by id
  std::vector<std::int64_t> links_;                                                 // page: ids by position, ascending
  std::size_t last_link_ = 0;                                                       // rows often name the same link
};

// The order of these tables wherever they are listed, so that positions agree; captures: packets.h.
inline constexpr std::string_view kAssetOrder = "order by asset_id";
inline constexpr std::string_view kLinkOrder = "order by link_id";

}  // namespace kakoi
