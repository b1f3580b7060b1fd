#include "reports/rows.h"

#include <algorithm>
#include <utility>

namespace kakoi {

void append_vlan(std::string& out, std::int64_t vlan) {
  if (vlan >= 4096) {
    append_number(out, vlan / 4096);
    out += '.';
    vlan %= 4096;
  }
  append_number(out, vlan);
}

void append_packet(std::string& out, const std::optional<Packets::Packet>& packet) {
  if (!packet) {
    out += "null";
    return;
  }
  out += '[';
  append_number(out, packet->capture);
  out += ',';
  append_number(out, static_cast<std::int64_t>(packet->number));
  out += ']';
}

Rows::Rows(const ReportInput& input, Form form)
    : db_(input.db), form_(form), lookups_(input.lookups ? input.lookups : std::make_shared<Lookups>(input.db)) {
  zone_ = time_zone(meta("timezone"));
  time_text_ = TimeText(zone_);
}

void Rows::show_assets(const std::vector<std::string>& ids) {
  assets_.reserve(ids.size());
  for (const std::string& id : ids) assets_.emplace(id, assets_.size());
}

void Rows::show_links(std::vector<std::int64_t> ids) { links_ = std::move(ids); }

std::optional<std::size_t> Rows::asset(std::string_view id) const {
  const auto found = assets_.find(id);
  return found == assets_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> Rows::link(std::int64_t id) {
  if (last_link_ < links_.size() && links_[last_link_] == id) return last_link_;
  const auto found = std::lower_bound(links_.begin(), links_.end(), id);
  if (found == links_.end() || *found != id) return std::nullopt;
  return last_link_ = static_cast<std::size_t>(found - links_.begin());
}

std::string Rows::order_by(std::string_view table, std::string_view column) {
  const std::string name(column);
  Statement s = db_.prepare("select " + name + " from " + std::string(table) + " order by rowid");
  bool rising = true;
  std::string last;
  std::int64_t last_number = 0;
  for (bool first = true; rising && s.step(); first = false) {
    const Cell cell = s[0];
    if (cell.is_integer()) {
      rising = first || (last.empty() && last_number <= cell.integer());
      last_number = cell.integer();
    } else if (const std::string_view text = cell.view(); text != last || first) {
      rising = !text.empty() && (first || (!last.empty() && last < text));
      last = text;
    }
  }
  return " order by " + (rising ? "rowid" : name);
}

std::string Rows::meta(std::string_view key) {
  Statement s = db_.prepare("select value from meta where key = ?1");
  s.bind(1, key);
  return s.step() ? s.text(0) : std::string();
}

Cursor::Cursor(Rows& rows, std::string_view sql) : rows_(rows), statement_(rows.db_.prepare(sql)) {
  static constexpr std::pair<std::string_view, Kind> kKinds[] = {
      {"n", Kind::number},  {"count", Kind::count},       {"real", Kind::real},       {"id", Kind::id},
      {"time", Kind::time}, {"bool", Kind::boolean},      {"vlan", Kind::vlan},       {"list", Kind::list},
      {"hex", Kind::hex},   {"packet", Kind::packet},     {"asset", Kind::asset},     {"link", Kind::link},
      {"pair", Kind::pair}, {"of_asset", Kind::of_asset}, {"of_link", Kind::of_link}, {"key", Kind::key},
      {"when", Kind::when},
  };
  for (int i = 0; i < statement_.columns(); ++i) {
    const std::string_view alias = statement_.column_name(i);
    const std::size_t colon = alias.find(':');
    Column column{std::string(alias.substr(0, colon)), "", Kind::text};
    for (const auto& [word, kind] : kKinds)
      if (colon != std::string_view::npos && alias.substr(colon + 1) == word) column.kind = kind;
    if (!columns_.empty() && columns_.back().kind == Kind::pair) column.kind = Kind::second;
    if (column.kind != Kind::second && !column.name.empty()) {
      column.before = ",";
      if (rows.form_ != Rows::Form::page) {
        append_string(column.before, column.name, Place::file);
        column.before += ':';
      }
    }
    columns_.push_back(std::move(column));
  }
}

bool Cursor::step() {
  state_ = statement_.step() ? State::on_row : State::done;
  return state_ == State::on_row;
}

std::string_view Cursor::key() const { return statement_[0].view(); }

std::vector<std::string> Cursor::names() const {
  std::vector<std::string> names;
  for (const Column& column : columns_)
    if (!column.before.empty()) names.push_back(column.name);
  return names;
}

bool Cursor::is_of_left_out() const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Kind kind = columns_[i].kind;
    if (kind != Kind::of_asset && kind != Kind::of_link) continue;
    const Cell cell = statement_[static_cast<int>(i)];
    if (cell.is_null()) continue;
    if (kind == Kind::of_asset ? !rows_.asset(cell.view()) : !rows_.link(cell.integer())) return true;
  }
  return false;
}

void Cursor::append(std::string& out) {
  const bool page = rows_.form_ == Rows::Form::page, sparse = rows_.form_ == Rows::Form::sparse;
  const std::size_t start = out.size();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    if (column.before.empty()) continue;
    const Cell cell = statement_[static_cast<int>(i)];
    if (sparse && says_nothing(cell, column.kind)) continue;
    out += column.before;
    append_cell(out, static_cast<int>(i), cell, column.kind);
  }
  if (out.size() == start) out += ',';
  out[start] = page ? '[' : '{';  // in the place of the first comma
  out += page ? ']' : '}';
}

void Cursor::append_group(std::string& out, std::string_view before, std::string_view key) {
  if (state_ == State::fresh) step();
  while (state_ == State::on_row && this->key() < key) step();  // rows of nothing that is listed
  std::size_t n = 0;
  for (; state_ == State::on_row && this->key() == key; step()) {
    if (group_.size() == n) group_.emplace_back();
    group_[n].clear();
    append(group_[n++]);
  }
  if (n == 0) return;
  if (n > 1) std::sort(group_.begin(), group_.begin() + static_cast<std::ptrdiff_t>(n));
  out += before;
  for (std::size_t i = 0; i < n; ++i) {
    out += i == 0 ? '[' : ',';
    out += group_[i];
  }
  out += ']';
}

void Cursor::each_in_order(const std::function<void(std::string_view)>& row) {
  std::string key;
  std::size_t n = 0;
  const auto end_group = [&] {
    if (n > 1) std::sort(group_.begin(), group_.begin() + static_cast<std::ptrdiff_t>(n));
    for (std::size_t i = 0; i < n; ++i) row(group_[i]);
    n = 0;
  };
  std::int64_t number = 0;
  while (step()) {
    const Cell its_key = statement_[0];
    const bool is_number = its_key.is_integer();
    if (n == 0 || (is_number ? number != its_key.integer() : key != its_key.view())) {
      end_group();
      if (is_number)
        number = its_key.integer();
      else
        key = its_key.view();
    }
    if (is_of_left_out()) continue;
    if (group_.size() == n) group_.emplace_back();
    group_[n].clear();
    append(group_[n++]);
  }
  end_group();
}

bool Cursor::says_nothing(const Cell& cell, Kind kind) const {
  if (cell.is_null()) return true;
  switch (kind) {
    case Kind::boolean:
    case Kind::count:
      return cell.integer() == 0;
    case Kind::text:
    case Kind::list:
    case Kind::asset:
      return cell.view().empty();
    default:
      return false;
  }
}

void Cursor::append_cell(std::string& out, int column, Cell cell, Kind kind) {
  const bool page = rows_.form_ == Rows::Form::page;
  const Place place = page ? Place::script : Place::file;
  const auto append_position = [&](std::optional<std::size_t> position) {
    if (position)
      append_number(out, static_cast<std::int64_t>(*position));
    else
      out += "null";
  };
  if (kind == Kind::pair) {
    out += "{\"en\":";
    append_cell(out, column, cell, Kind::text);
    out += ",\"ja\":";
    append_cell(out, column, statement_[column + 1], Kind::text);
    out += '}';
    return;
  }
  if (cell.is_null()) {
    out += "null";
    return;
  }
  switch (kind) {
    case Kind::boolean:
      out += cell.integer() != 0 ? "true" : "false";
      return;
    case Kind::time:
      return append_time(out, cell.integer());
    case Kind::when:
      if (const auto ts = rows_.lookups().packets.time(cell.integer())) return append_time(out, *ts);
      out += "null";
      return;
    case Kind::vlan:
      out += '"';
      append_vlan(out, cell.integer());
      out += '"';
      return;
    case Kind::list: {
      out += '[';
      bool first = true;
      for (std::string_view text = cell.view(); !text.empty();) {
        const std::size_t comma = std::min(text.find(','), text.size());
        if (comma > 0) {  // empty parts are left out
          if (!std::exchange(first, false)) out += ',';
          append_string(out, text.substr(0, comma), place);
        }
        text.remove_prefix(std::min(comma + 1, text.size()));
      }
      out += ']';
      return;
    }
    case Kind::packet:
      return append_packet(out, rows_.lookups().packets.find(cell.integer()));
    case Kind::asset:
    case Kind::of_asset:
      if (page) return append_position(rows_.asset(cell.view()));
      break;
    case Kind::link:
    case Kind::of_link:
      if (page) return append_position(rows_.link(cell.integer()));
      break;
    case Kind::hex:
      out += '"';
      append_hex(out, cell.blob());
      out += '"';
      return;
    case Kind::number:
    case Kind::count:
      return append_number(out, cell.integer());
    case Kind::real:
      return append_real(out, cell.real());
    case Kind::id:
      out += '"';
      append_number(out, cell.integer());
      out += '"';
      return;
    case Kind::text:
    case Kind::key:
    case Kind::pair:
    case Kind::second:
      break;
  }
  append_string(out, cell.view(), place);
}

void Cursor::append_time(std::string& out, std::int64_t nanoseconds) {
  if (rows_.form_ == Rows::Form::page) return append_number(out, nanoseconds / 1000);
  out += '"';
  rows_.time_text_.append(out, nanoseconds);
  out += '"';
}

}  // namespace kakoi
