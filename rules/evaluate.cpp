#include "rules/evaluate.h"

#include <openssl/sha.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "rules/template.h"
#include "rules/yaml_reader.h"

namespace kakoi {

namespace {

// Digits compare as numbers, so that 10.0.0.9 stands before 10.0.0.10.
struct NaturalLess {
  bool operator()(std::string_view a, std::string_view b) const noexcept {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
      if (digit(a[i]) && digit(b[j])) {
        const std::size_t start_i = i, start_j = j;
        while (i < a.size() && digit(a[i])) ++i;
        while (j < b.size() && digit(b[j])) ++j;
        const auto number = [](std::string_view s) { return s.substr(std::min(s.find_first_not_of('0'), s.size())); };
        const std::string_view x = number(a.substr(start_i, i - start_i)), y = number(b.substr(start_j, j - start_j));
        if (x.size() != y.size()) return x.size() < y.size();
        if (x != y) return x < y;
      } else {
        if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
        ++i, ++j;
      }
    }
    if (a.size() - i != b.size() - j) return a.size() - i < b.size() - j;
    return a < b;  // equal but for leading zeros
  }
};

using Values = std::set<std::string, NaturalLess>;

bool names_asset(std::string_view column) { return column.ends_with("_id"); }

// The column behind "bytes.sum", and what is asked of it.
std::pair<std::string_view, std::string_view> split(std::string_view placeholder) {
  const std::size_t dot = placeholder.find('.');
  if (dot == std::string_view::npos) return {placeholder, ""};
  return {placeholder.substr(0, dot), placeholder.substr(dot + 1)};
}

bool is_engine_column(std::string_view name) {
  return std::find(kEngineColumns.begin(), kEngineColumns.end(), name) != kEngineColumns.end();
}

std::set<std::string> used_columns(const Rule& rule) {
  std::set<std::string> out;
  const auto take = [&](const Text& text) {
    for (const std::string& side : {text.en, text.ja})
      for (const std::string& name : placeholders(side).value_or(std::vector<std::string>{}))
        out.emplace(split(name).first);
  };
  take(rule.detail);
  for (const Variant& v : rule.variants)
    if (v.detail) take(*v.detail);
  return out;
}

// What the rows of one finding add up to.
struct Group {
  std::size_t variant = 0;  // rank; rows of a weaker variant are left out
  std::string subject;      // the least, should rows differ
  std::set<std::string> peers;
  std::map<std::string, Values> values;  // by column
  std::map<std::string, std::uint64_t> sums;
  std::optional<std::int64_t> first_ts, last_ts;
  // (column, time of the row, packet): packet_1 of the earliest rows comes first
  std::set<std::tuple<int, std::int64_t, std::int64_t>> packets;
};

struct Column {
  enum class Kind { subject, peer, key, variant, first_ts, last_ts, packet, value } kind;
  std::string name;
  int packet = 0;
  bool used = false;  // in a sentence
};

std::vector<Column> columns_of(const Rule& rule, const Statement& statement) {
  const std::set<std::string> used = used_columns(rule);
  std::vector<Column> out;
  for (int i = 0; i < statement.columns(); ++i) {
    const std::string name(statement.column_name(i));
    using Kind = Column::Kind;
    Column column{Kind::value, name, 0, used.contains(name)};
    if (name == "subject_id") column.kind = Kind::subject;
    if (name == "peer_id") column.kind = Kind::peer;
    if (name == "key") column.kind = Kind::key;
    if (name == "variant") column.kind = Kind::variant;
    if (name == "first_ts") column.kind = Kind::first_ts;
    if (name == "last_ts") column.kind = Kind::last_ts;
    if (name.starts_with("packet_") && is_engine_column(name)) {
      column.kind = Kind::packet;
      column.packet = name.back() - '0';
    }
    out.push_back(std::move(column));
  }
  return out;
}

class Evaluator {
 public:
  Evaluator(const Rule& rule, Database& db, const AssetLabels& labels, bool zones_inferred)
      : rule_(rule),
        zones_inferred_(zones_inferred),
        labels_(labels),
        packet_(db.prepare("select ts, number from packet where packet_id = ?1")),
        rows_(db.prepare(rule.query)) {}

  std::vector<Finding> run() {
    const std::vector<Column> columns = columns_of(rule_, rows_);
    while (rows_.step()) add_row(columns);
    look_up_packets();
    std::vector<Finding> out;
    for (const auto& [key, group] : groups_) out.push_back(finding(key, group));
    return out;
  }

 private:
  std::size_t rank(const std::string& variant) const {
    for (std::size_t i = 0; i < rule_.variants.size(); ++i)
      if (rule_.variants[i].id == variant) return i;
    return rule_.variants.size();  // the rule itself
  }

  void add_row(const std::vector<Column>& columns) {
    std::string key, variant;
    std::optional<std::int64_t> first;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const int c = static_cast<int>(i);
      if (columns[i].kind == Column::Kind::key) key = rows_.text(c);
      if (columns[i].kind == Column::Kind::variant) variant = rows_.text(c);
      if (columns[i].kind == Column::Kind::first_ts && !rows_.is_null(c)) first = rows_.integer(c);
    }
    const std::size_t its_rank = rank(variant);
    const auto [at, fresh] = groups_.try_emplace(key);
    Group& group = at->second;
    if (fresh || its_rank < group.variant) {
      group = Group{};
      group.variant = its_rank;
    } else if (its_rank > group.variant) {
      return;
    }
    for (std::size_t i = 0; i < columns.size(); ++i)
      add_cell(group, columns[i], static_cast<int>(i), first.value_or(0));
  }

  void add_cell(Group& group, const Column& column, int c, std::int64_t row_ts) {
    if (rows_.is_null(c)) return;
    switch (column.kind) {
      case Column::Kind::key:
      case Column::Kind::variant:
        return;
      case Column::Kind::subject:
        if (const std::string id = rows_.text(c); group.subject.empty() || id < group.subject) group.subject = id;
        return;
      case Column::Kind::peer:
        if (std::string id = rows_.text(c); !id.empty()) group.peers.insert(std::move(id));
        return;
      case Column::Kind::first_ts:
        group.first_ts = std::min(group.first_ts.value_or(rows_.integer(c)), rows_.integer(c));
        return;
      case Column::Kind::last_ts:
        group.last_ts = std::max(group.last_ts.value_or(rows_.integer(c)), rows_.integer(c));
        return;
      case Column::Kind::packet:
        group.packets.insert({column.packet, row_ts, rows_.integer(c)});
        if (group.packets.size() > 4 * kPacketsPerFinding) group.packets.erase(std::prev(group.packets.end()));
        return;
      case Column::Kind::value:
        if (!column.used && !names_asset(column.name)) return;
        if (std::string text = rows_.text(c); !text.empty()) group.values[column.name].insert(std::move(text));
        group.sums[column.name] += static_cast<std::uint64_t>(rows_.integer(c));
        return;
    }
  }

  // A subject that is no asset stands for itself.
  const std::string& label(const std::string& id) const {
    const std::string* const found = labels_.find(id);
    return found ? *found : id;
  }

  // What stands in a Japanese sentence for a value: the program's own names of inferred zones are English.
  std::string_view in_japanese(std::string_view value) const {
    if (!zones_inferred_) return value;
    return value == "OT (inferred)" ? "制御系（推定）" : value == "IT (inferred)" ? "情報系（推定）" : value;
  }

  std::string spelt(const Values& values, bool ja, bool assets) {
    std::string out;
    std::size_t n = 0;
    for (const std::string& value : values) {
      if (n == kValuesSpeltOut) break;
      out += n == 0 ? "" : ja ? "、" : ", ";
      out += assets ? label(value) : ja ? in_japanese(value) : value;
      ++n;
    }
    if (values.size() > n)
      out += ja ? " ほか" + std::to_string(values.size() - n) + "件"
                : " and " + std::to_string(values.size() - n) + " more";
    return out;
  }

  std::string value(const Group& group, const std::string& peer, std::string_view placeholder, bool ja) {
    const auto [column, question] = split(placeholder);
    if (column == "subject") return label(group.subject);
    if (column == "peer") return label(peer);
    const auto values = group.values.find(std::string(column));
    if (question == "count") return std::to_string(values == group.values.end() ? 0 : values->second.size());
    if (question == "sum") {
      const auto sum = group.sums.find(std::string(column));
      return std::to_string(sum == group.sums.end() ? 0 : sum->second);
    }
    return values == group.values.end() ? "–" : spelt(values->second, ja, names_asset(column));
  }

  Finding finding(const std::string& key, const Group& group) {
    const Variant* variant = group.variant < rule_.variants.size() ? &rule_.variants[group.variant] : nullptr;
    Finding f;
    f.id = finding_id(rule_.id, key);
    f.rule_id = rule_.id;
    f.family = rule_.family;
    f.severity = variant && variant->severity ? *variant->severity : rule_.severity;
    f.confidence = variant && variant->confidence ? *variant->confidence : rule_.confidence;
    f.subject_id = group.subject;
    if (group.peers.size() == 1) f.peer_id = *group.peers.begin();
    f.title = variant && variant->title ? *variant->title : rule_.title;
    const Text& detail = variant && variant->detail ? *variant->detail : rule_.detail;
    f.detail.en = fill(detail.en, [&](std::string_view name) { return value(group, f.peer_id, name, false); });
    f.detail.ja = fill(detail.ja, [&](std::string_view name) { return value(group, f.peer_id, name, true); });
    if (zones_inferred_ && (variant && variant->uses_zones ? *variant->uses_zones : rule_.uses_zones)) {
      f.zones_inferred = true;
      f.confidence = std::max(std::min(f.confidence, kLeastConfidence), f.confidence - kInferredZonesCost);
      f.detail.en += " Zones are inferred from what hosts do, because the site declares none.";
      f.detail.ja += "ゾーンは申告がないため、通信の内容から推定しています。";
    }
    f.first_ts = group.first_ts;
    f.last_ts = group.last_ts;
    cite(group, f);
    list_assets(f, group);
    return f;
  }

  // Those that will most likely be cited, in the order in which the table holds them: neighbours share pages.
  void look_up_packets() {
    std::vector<std::int64_t> wanted;
    for (const auto& [key, group] : groups_) {
      std::size_t n = 0;
      for (const auto& [column, ts, id] : group.packets)
        if (n++ < kPacketsPerFinding) wanted.push_back(id);
    }
    std::sort(wanted.begin(), wanted.end());
    for (const std::int64_t id : wanted) place_of(id);
  }

  // Time and number of a packet; nothing if there is no such packet.
  const std::optional<std::pair<std::int64_t, std::int64_t>>& place_of(std::int64_t id) {
    const auto [at, fresh] = places_.try_emplace(id);
    if (!fresh) return at->second;
    if (packet_.bind(1, id).step()) at->second.emplace(packet_.integer(0), packet_.integer(1));
    packet_.reset();
    return at->second;
  }

  // What is cited is of the finding's time, too: an answer may come after the last request.
  void cite(const Group& group, Finding& f) {
    std::set<std::tuple<std::int64_t, std::int64_t, std::int64_t>> chosen;  // time, number, id
    std::set<std::int64_t> seen;
    for (const auto& [column, ts, id] : group.packets) {
      if (seen.size() == kPacketsPerFinding) break;
      if (const auto& place = place_of(id); place && seen.insert(id).second)
        chosen.insert({place->first, place->second, id});
    }
    for (const auto& [ts, number, id] : chosen) {
      f.packets.push_back(id);
      if (f.first_ts) f.first_ts = std::min(*f.first_ts, ts);
      if (f.last_ts) f.last_ts = std::max(*f.last_ts, ts);
    }
  }

  void list_assets(Finding& f, const Group& group) {
    std::set<std::string> done;
    const auto add = [&](const std::string& id) {
      if (labels_.find(id) && done.insert(id).second) f.assets.push_back(id);
    };
    add(f.subject_id);
    add(f.peer_id);
    for (const std::string& peer : group.peers) add(peer);
    for (const auto& [column, values] : group.values)
      if (names_asset(column))
        for (const std::string& id : values) add(id);
  }

  const Rule& rule_;
  const bool zones_inferred_;
  const AssetLabels& labels_;
  Statement packet_, rows_;
  std::map<std::string, Group> groups_;                                                            // by key
  std::unordered_map<std::int64_t, std::optional<std::pair<std::int64_t, std::int64_t>>> places_;  // by packet id
};

std::string place(const Rule& rule, int line, int column) {
  return rule.origin + ':' + std::to_string(line) + ':' + std::to_string(column) + ": rule " + rule.id + ": ";
}

// Where byte `offset` of the query stands in the file; block scalars are indented by two.
std::string place_in_query(const Rule& rule, std::size_t offset) {
  const std::string_view before = std::string_view(rule.query).substr(0, offset);
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const auto line = rule.query_line + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  return place(rule, line, static_cast<int>(before.size() - line_start) + 3);
}

void check_placeholders(const Rule& rule, const Text& text, const std::vector<std::string>& columns,
                        std::vector<std::string>& problems) {
  std::vector<std::string_view> known = {"subject", "peer"};
  for (const std::string& column : columns)
    if (!is_engine_column(column)) known.push_back(column);
  for (const auto& [side, language] : {std::pair(&text.en, "en"), std::pair(&text.ja, "ja")})
    for (const std::string& name : placeholders(*side).value_or(std::vector<std::string>{})) {
      const auto [column, question] = split(name);
      if (std::find(known.begin(), known.end(), column) == known.end())
        problems.push_back(place(rule, rule.query_line, 3) + "no column fills {" + name + "} of 'detail' (" + language +
                           ")" + did_you_mean(column, known) + "; add it to the query");
      if (!question.empty() && question != "count" && question != "sum")
        problems.push_back(place(rule, rule.query_line, 3) + "{" + name + "} asks for '" + std::string(question) +
                           "'; only .count and .sum are known");
    }
}

}  // namespace

std::string finding_id(std::string_view rule_id, std::string_view key) {
  const std::string text = std::string(rule_id) + '\n' + std::string(key);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    out += kHex[digest[i] >> 4];
    out += kHex[digest[i] & 15];
  }
  return out;
}

std::vector<std::string> check_rule(const Rule& rule, Database& db) {
  std::vector<std::string> problems;
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v2(db.handle(), rule.query.data(), static_cast<int>(rule.query.size()), &raw, &tail);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, sqlite3_finalize);
  if (code != SQLITE_OK) {
    const int offset = sqlite3_error_offset(db.handle());
    return {place_in_query(rule, static_cast<std::size_t>(std::max(offset, 0))) +
            "SQL: " + sqlite3_errmsg(db.handle())};
  }
  const auto rest = static_cast<std::size_t>(tail - rule.query.data());
  if (!raw || rule.query.find_first_not_of(" \t\r\n;", rest) != std::string::npos)
    return {place_in_query(rule, raw ? rest : 0) + "a query is one select statement; remove the rest"};
  if (!sqlite3_stmt_readonly(raw))
    return {place_in_query(rule, 0) + "a query must not change the database; use select"};
  if (sqlite3_bind_parameter_count(raw) > 0)
    return {place_in_query(rule, 0) + "a query has no parameters; write the value"};
  std::vector<std::string> columns;
  for (int i = 0; i < sqlite3_column_count(raw); ++i) columns.emplace_back(sqlite3_column_name(raw, i));
  for (const char* needed : {"subject_id", "key", "packet_1", "first_ts", "last_ts"})
    if (std::find(columns.begin(), columns.end(), needed) == columns.end())
      problems.push_back(place_in_query(rule, 0) + "the query has no column '" + needed + "'; add one of that name");
  check_placeholders(rule, rule.detail, columns, problems);
  for (const Variant& v : rule.variants)
    if (v.detail) check_placeholders(rule, *v.detail, columns, problems);
  if (!rule.variants.empty() && std::find(columns.begin(), columns.end(), "variant") == columns.end())
    problems.push_back(place_in_query(rule, 0) + "the rule has variants, but the query has no column 'variant'");
  return problems;
}

AssetLabels::AssetLabels(Database& db) {
  struct Addresses {
    std::string kind;
    std::vector<std::string> listed;
    std::size_t more = 0;
  };
  constexpr std::size_t kListed = 2;               // the packets of a finding may show any of them
  std::unordered_map<std::string, Addresses> all;  // IPv4, else IPv6, else the least MAC
  for (Statement s = db.prepare("select distinct a.asset_id, a.kind, a.value, a.value = x.name from address a"
                                " join asset x on x.asset_id = a.asset_id"
                                " order by a.kind, a.value like '169.254.%' or a.value like 'fe80:%', a.value");
       s.step();) {
    Addresses& its = all.try_emplace(s.text(0), Addresses{s.text(1), {}}).first->second;
    if (its.kind != s.view(1) || s.integer(3) != 0 || (its.kind == "mac" && !its.listed.empty())) continue;
    if (its.listed.size() < kListed)
      its.listed.push_back(s.text(2));
    else
      ++its.more;
  }
  for (Statement s = db.prepare("select asset_id, name from asset"); s.step();) {
    const auto [at, fresh] = labels_.emplace(s.text(0), s.text(1));
    const auto found = all.find(at->first);
    if (!fresh || found == all.end() || found->second.listed.empty()) continue;
    std::string addresses;
    for (const std::string& address : found->second.listed) addresses += (addresses.empty() ? "" : ", ") + address;
    if (found->second.more != 0) addresses += " +" + std::to_string(found->second.more);
    at->second += " (" + addresses + ")";
  }
}

const std::string* AssetLabels::find(const std::string& asset_id) const {
  const auto found = labels_.find(asset_id);
  return found == labels_.end() ? nullptr : &found->second;
}

std::vector<Finding> evaluate(const Rule& rule, Database& db, const AssetLabels& labels, bool zones_inferred) {
  return Evaluator(rule, db, labels, zones_inferred).run();
}

}  // namespace kakoi
