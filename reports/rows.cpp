#include "reports/rows.h"

#include <utility>

namespace kakoi {

namespace {

std::string with_order(std::string_view select, std::string_view order) {
  return std::string(select) + " " + std::string(order);
}

}  // namespace

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string vlan_text(std::int64_t vlan) {
  return vlan < 4096 ? std::to_string(vlan) : std::to_string(vlan / 4096) + "." + std::to_string(vlan % 4096);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

Rows::Rows(Database& db, Form form) : db_(db), form_(form) {
  zone_ = time_zone(meta("timezone"));
  if (form_ == Form::document) return;
  load_index(with_order("select capture_id from capture", kCaptureOrder), captures_);
  load_index(with_order("select asset_id from asset", kAssetOrder), assets_);
  load_index(with_order("select link_id from link", kLinkOrder), links_);
}

std::size_t Rows::load_index(std::string_view sql, std::unordered_map<std::string, std::size_t>& index) {
  for (Statement s = db_.prepare(sql); s.step();) index.emplace(s.text(0), index.size());
  return index.size();
}

void Rows::each(std::string_view sql, const std::function<void(Json&&)>& on_row) {
  Statement statement = db_.prepare(sql);
  const auto named = columns(statement);
  while (statement.step()) on_row(row(statement, named));
}

Json Rows::all(const std::string& sql, std::string_view parameter) {
  auto found = prepared_.find(sql);
  if (found == prepared_.end()) found = prepared_.emplace(sql, db_.prepare(sql)).first;
  Statement& statement = found->second;
  statement.reset();
  statement.bind(1, parameter);
  const auto named = columns(statement);
  Json rows = Json::array();
  while (statement.step()) rows.push_back(row(statement, named));
  return rows;
}

std::vector<std::string> Rows::names(std::string_view sql) {
  const Statement statement = db_.prepare(sql);
  std::vector<std::string> names;
  for (Column& column : columns(statement)) names.push_back(std::move(column.name));
  return names;
}

std::string Rows::meta(std::string_view key) {
  Statement s = db_.prepare("select value from meta where key = ?1");
  s.bind(1, key);
  return s.step() ? s.text(0) : std::string();
}

std::vector<Rows::Column> Rows::columns(const Statement& statement) const {
  static constexpr std::pair<std::string_view, Kind> kKinds[] = {
      {"n", Kind::number},    {"real", Kind::real}, {"id", Kind::id},     {"bool", Kind::boolean},
      {"time", Kind::time},   {"vlan", Kind::vlan}, {"list", Kind::list}, {"packet", Kind::packet},
      {"asset", Kind::asset}, {"link", Kind::link}, {"hex", Kind::hex},
  };
  std::vector<Column> result;
  for (int i = 0; i < statement.columns(); ++i) {
    const std::string_view alias = statement.column_name(i);
    const std::size_t colon = alias.find(':');
    Column column{std::string(alias.substr(0, colon)), Kind::text};
    for (const auto& [word, kind] : kKinds) {
      if (colon != std::string_view::npos && alias.substr(colon + 1) == word) column.kind = kind;
    }
    result.push_back(std::move(column));
  }
  return result;
}

Json Rows::row(Statement& statement, const std::vector<Column>& named) {
  Json result = form_ == Form::document ? Json::object() : Json::array();
  for (std::size_t i = 0; i < named.size(); ++i) {
    Json value = cell(statement, static_cast<int>(i), named[i].kind);
    if (form_ == Form::document) {
      result[named[i].name] = std::move(value);
    } else {
      result.push_back(std::move(value));
    }
  }
  return result;
}

Json Rows::cell(Statement& statement, int column, Kind kind) {
  if (statement.is_null(column)) return nullptr;
  const bool page = form_ == Form::page;
  switch (kind) {
    case Kind::id:
      return statement.text(column);
    case Kind::boolean:
      return statement.integer(column) != 0;
    case Kind::time:
      return page ? Json(statement.integer(column) / 1000) : Json(iso8601(statement.integer(column), zone_));
    case Kind::vlan:
      return vlan_text(statement.integer(column));
    case Kind::list:
      return split_list(statement.text(column));
    case Kind::packet:
      return packet(statement.integer(column));
    case Kind::asset:
    case Kind::link: {
      if (!page) return statement.text(column);
      const auto& index = kind == Kind::asset ? assets_ : links_;
      const auto found = index.find(statement.text(column));
      return found == index.end() ? Json(nullptr) : Json(found->second);
    }
    case Kind::hex: {
      constexpr std::string_view kDigits = "0123456789abcdef";
      std::string text;
      for (const std::uint8_t byte : statement.blob(column)) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
      }
      return text;
    }
    case Kind::number:
      return statement.integer(column);
    case Kind::real:
      return statement.real(column);
    case Kind::text:
      break;
  }
  return statement.text(column);
}

Json Rows::packet(std::int64_t packet_id) {
  if (!packet_) packet_ = db_.prepare("select capture_id, number, ts from packet where packet_id = ?1");
  packet_->reset();
  packet_->bind(1, packet_id);
  if (!packet_->step()) return nullptr;
  if (form_ == Form::document) {
    return {
        {"capture", packet_->text(0)}, {"number", packet_->integer(1)}, {"time", iso8601(packet_->integer(2), zone_)}};
  }
  const auto found = captures_.find(packet_->text(0));
  return Json::array({found == captures_.end() ? Json(nullptr) : Json(found->second), packet_->integer(1)});
}

}  // namespace kakoi
