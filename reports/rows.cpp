#include "reports/rows.h"

#include <algorithm>
#include <utility>

namespace kakoi {

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

void append_vlan(std::string& out, std::int64_t vlan) {
  if (vlan >= 4096) {
    append_number(out, vlan / 4096);
    out += '.';
    vlan %= 4096;
  }
  append_number(out, vlan);
}

Rows::Rows(const ReportInput& input, Form form) : db_(input.db), form_(form), packets_(input.packets) {
  zone_ = time_zone(meta("timezone"));
  if (form_ == Form::page) load_positions();
}

void Rows::load_positions() {
  for (Statement s = db_.prepare("select asset_id from asset " + std::string(kAssetOrder)); s.step();)
    assets_.emplace(s.view(0), static_cast<std::int64_t>(assets_.size()));
  for (Statement s = db_.prepare("select link_id from link " + std::string(kLinkOrder)); s.step();)
    links_.emplace(s.integer(0), static_cast<std::int64_t>(links_.size()));
}

void Rows::each(std::string_view sql, const std::function<void(std::string_view)>& on_row) {
  std::string text;
  for (Cursor cursor = query(sql); cursor.step();) {
    text.clear();
    cursor.append(text);
    on_row(text);
  }
}

std::string Rows::meta(std::string_view key) {
  Statement s = db_.prepare("select value from meta where key = ?1");
  s.bind(1, key);
  return s.step() ? s.text(0) : std::string();
}

const Packets& Rows::packets() {
  if (!packets_) packets_ = std::make_shared<const Packets>(db_);
  return *packets_;
}

Cursor::Cursor(Rows& rows, std::string_view sql) : rows_(rows), statement_(rows.db_.prepare(sql)) {
  static constexpr std::pair<std::string_view, Kind> kKinds[] = {
      {"n", Kind::number},    {"real", Kind::real}, {"id", Kind::id},     {"bool", Kind::boolean},
      {"time", Kind::time},   {"vlan", Kind::vlan}, {"list", Kind::list}, {"packet", Kind::packet},
      {"asset", Kind::asset}, {"link", Kind::link}, {"hex", Kind::hex},   {"pair", Kind::pair},
      {"key", Kind::key},
  };
  bool first = true;
  for (int i = 0; i < statement_.columns(); ++i) {
    const std::string_view alias = statement_.column_name(i);
    const std::size_t colon = alias.find(':');
    Column column{std::string(alias.substr(0, colon)), "", Kind::text};
    for (const auto& [word, kind] : kKinds)
      if (colon != std::string_view::npos && alias.substr(colon + 1) == word) column.kind = kind;
    if (!columns_.empty() && columns_.back().kind == Kind::pair) column.kind = Kind::second;
    if (column.kind != Kind::second && !column.name.empty()) {
      const bool page = rows.form_ == Rows::Form::page;
      column.before = !first ? "," : page ? "[" : "{";
      if (!page) column.before += dump(column.name) + ':';
      first = false;
    }
    columns_.push_back(std::move(column));
  }
}

bool Cursor::step() {
  state_ = statement_.step() ? State::on_row : State::done;
  return state_ == State::on_row;
}

std::string_view Cursor::key() const { return statement_.view(0); }

std::vector<std::string> Cursor::names() const {
  std::vector<std::string> names;
  for (const Column& column : columns_)
    if (!column.before.empty()) names.push_back(column.name);
  return names;
}

void Cursor::append(std::string& out) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    if (column.before.empty()) continue;
    out += column.before;
    append_cell(out, static_cast<int>(i), column.kind);
  }
  out += rows_.form_ == Rows::Form::page ? ']' : '}';
}

void Cursor::append_group(std::string& out, std::string_view key) {
  if (state_ == State::fresh) step();
  while (state_ == State::on_row && this->key() < key) step();  // rows of nothing that is listed
  char before = '[';
  for (; state_ == State::on_row && this->key() == key; step()) {
    out += std::exchange(before, ',');
    append(out);
  }
  out += before == '[' ? "[]" : "]";
}

void Cursor::append_rows(std::string& out, std::string_view parameter) {
  statement_.reset();
  statement_.bind(1, parameter);
  char before = '[';
  while (statement_.step()) {
    out += std::exchange(before, ',');
    append(out);
  }
  out += before == '[' ? "[]" : "]";
}

void Cursor::append_cell(std::string& out, int column, Kind kind) {
  const bool page = rows_.form_ == Rows::Form::page;
  const Place place = page ? Place::script : Place::file;
  if (kind == Kind::pair) {
    out += "{\"en\":";
    append_cell(out, column, Kind::text);
    out += ",\"ja\":";
    append_cell(out, column + 1, Kind::text);
    out += '}';
    return;
  }
  if (statement_.is_null(column)) {
    out += "null";
    return;
  }
  switch (kind) {
    case Kind::boolean:
      out += statement_.integer(column) != 0 ? "true" : "false";
      return;
    case Kind::time:
      if (page) return append_number(out, statement_.integer(column) / 1000);
      out += '"';
      append_iso8601(out, statement_.integer(column), rows_.zone_);
      out += '"';
      return;
    case Kind::vlan:
      out += '"';
      append_vlan(out, statement_.integer(column));
      out += '"';
      return;
    case Kind::list: {
      out += '[';
      bool first = true;
      for (std::string_view text = statement_.view(column); !text.empty();) {
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
      return append_packet(out, statement_.integer(column));
    case Kind::asset:
      if (page) {
        const auto found = rows_.assets_.find(statement_.view(column));
        if (found == rows_.assets_.end())
          out += "null";
        else
          append_number(out, found->second);
        return;
      }
      break;
    case Kind::link:
      if (page) {
        const auto found = rows_.links_.find(statement_.integer(column));
        if (found == rows_.links_.end())
          out += "null";
        else
          append_number(out, found->second);
        return;
      }
      break;
    case Kind::hex:
      out += '"';
      append_hex(out, statement_.blob(column));
      out += '"';
      return;
    case Kind::number:
      return append_number(out, statement_.integer(column));
    case Kind::real:
      return append_real(out, statement_.real(column));
    case Kind::id:
    case Kind::text:
    case Kind::key:
    case Kind::pair:
    case Kind::second:
      break;
  }
  append_string(out, statement_.view(column), place);
}

void Cursor::append_packet(std::string& out, std::int64_t packet_id) {
  const Packets::Packet* const packet = rows_.packets().find(packet_id);
  if (!packet) {
    out += "null";
    return;
  }
  const Packets::Capture& capture = rows_.packets_->capture(*packet);
  if (rows_.form_ == Rows::Form::page) {
    out += '[';
    if (capture.is_listed)
      append_number(out, packet->capture);
    else
      out += "null";
    out += ',';
    append_number(out, packet->number);
    out += ']';
    return;
  }
  out += "{\"capture\":";
  append_string(out, capture.id, Place::file);
  out += ",\"number\":";
  append_number(out, packet->number);
  out += ",\"time\":\"";
  append_iso8601(out, packet->ts, rows_.zone_);
  out += "\"}";
}

}  // namespace kakoi
