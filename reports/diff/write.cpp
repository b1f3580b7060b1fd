#include <array>
#include <nlohmann/json.hpp>

#include "reports/diff/diff.h"

namespace kakoi {

namespace {

struct Words {
  std::string_view key, ja, en;
};
constexpr Words kWords[] = {
    {"title", "前回からの変化", "What changed"},
    {"before", "前回", "before"},
    {"after", "今回", "now"},
    {"captures", "キャプチャ", "captures"},
    {"assets", "資産", "Assets"},
    {"services", "サービス", "Services"},
    {"links", "通信", "Links"},
    {"operations", "制御操作", "Operations"},
    {"findings", "所見", "Findings"},
    {"new", "新規", "new"},
    {"gone", "今回は確認されず", "not seen again"},
    {"not_observable", "今回は観測できず（判断不可）", "not observable this time"},
    {"changed", "変更", "changed"},
    {"unchanged", "変化なし", "unchanged"},
    {"none", "変化はありません。", "Nothing changed."},
    {"kind", "区分", "Change"},
    {"subject", "対象", "Subject"},
    {"detail", "内容", "Details"},
    {"note",
     "「今回は確認されず」は、なくなったことの証明ではありません。キャプチャに映らなかっただけの可能性があります。",
     "\"Not seen again\" does not prove that it is gone: the captures may just not have shown it."},
    {"name", "名称", "name"},
    {"scope", "範囲", "scope"},
    {"role", "役割", "role"},
    {"zone", "ゾーン", "zone"},
    {"vendor", "製造者", "vendor"},
    {"product", "製品", "product"},
    {"firmware", "ファームウェア", "firmware"},
    {"serial", "シリアル番号", "serial"},
    {"os", "OS", "OS"},
    {"addresses", "アドレス", "addresses"},
    {"protocol", "プロトコル", "protocol"},
    {"version", "バージョン", "version"},
    {"state", "状態", "state"},
    {"refused", "拒否", "refused"},
    {"severity", "重大度", "severity"},
    {"confidence", "確信度", "confidence"},
    {"accepted", "受容", "accepted"},
};

std::string_view word(std::string_view key, std::string_view language) {
  for (const Words& w : kWords)
    if (w.key == key) return language == "ja" ? w.ja : w.en;
  return key;
}

std::string span_of(const Diff::Survey& s, std::string_view language) {
  std::string text = std::to_string(s.captures) + " " + std::string(word("captures", language));
  if (!s.first_time.empty()) text += ", " + s.first_time + " – " + s.last_time;
  return s.site.empty() ? text : s.site + ", " + text;
}

std::string details(const ChangedRow& row, std::string_view language) {
  std::string text;
  for (const ChangedField& f : row.fields) {
    if (!text.empty()) text += "; ";
    text += std::string(word(f.name, language)) + ": " + (f.before.empty() ? "–" : f.before) + " → " +
            (f.after.empty() ? "–" : f.after);
  }
  return text;
}

std::array<std::size_t, 4> counts(const ChangedSection& section) {
  std::array<std::size_t, 4> n{};
  for (const ChangedRow& row : section.rows) ++n[static_cast<std::size_t>(row.change)];
  return n;
}

std::string summary(const ChangedSection& section, std::string_view language) {
  const auto n = counts(section);
  std::string text;
  for (const Change c : {Change::appeared, Change::gone, Change::not_observable, Change::changed}) {
    if (c == Change::not_observable && section.name != "findings") continue;
    text += std::string(word(to_string(c), language)) + " " + std::to_string(n[static_cast<std::size_t>(c)]) + ", ";
  }
  return text + std::string(word("unchanged", language)) + " " + std::to_string(section.unchanged);
}

// Names seen on the wire may hold anything.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return text;
}

constexpr std::string_view kStyle =
    "body{font:15px/1.55 system-ui,'Noto Sans CJK JP',sans-serif;margin:2rem auto;max-width:70rem;padding:0 "
    "1rem;color:#1c2430}"
    "table{border-collapse:collapse;width:100%;margin:.6rem 0 1.6rem}th,td{text-align:left;padding:.35rem .6rem;"
    "border-bottom:1px solid #d8dee6;vertical-align:top;overflow-wrap:anywhere}th{background:#f3f5f8}"
    ".new{color:#9a3412}.gone{color:#1d5c3a}.not_observable{color:#4a5566}.changed{color:#1e4e8c}.k{white-space:nowrap;"
    "font-weight:600}"
    "p.note{background:#f3f5f8;padding:.6rem .8rem}@media(max-width:40rem){.k{white-space:normal}}";

}  // namespace

void write_text(const Diff& diff, std::string_view language, std::ostream& out) {
  out << word("before", language) << ": " << printable(span_of(diff.before, language)) << "\n"
      << word("after", language) << ": " << printable(span_of(diff.after, language)) << "\n";
  for (const ChangedSection& section : diff.sections) {
    out << "\n" << word(section.name, language) << ": " << summary(section, language) << "\n";
    for (const ChangedRow& row : section.rows) {
      out << "  " << word(to_string(row.change), language) << "  " << printable(row.label);
      if (!row.fields.empty()) out << "  [" << printable(details(row, language)) << "]";
      out << "\n";
    }
  }
  out << "\n" << word("note", language) << "\n";
}

void write_json(const Diff& diff, std::ostream& out) {
  using nlohmann::ordered_json;
  const auto survey = [](const Diff::Survey& s) {
    ordered_json o{{"site", s.site}, {"policy", s.policy}, {"captures", s.captures}, {"covered_s", s.covered_s}};
    if (!s.first_time.empty()) o["first_time"] = s.first_time, o["last_time"] = s.last_time;
    return o;
  };
  ordered_json document{
      {"format", "kakoi diff"}, {"version", 1}, {"before", survey(diff.before)}, {"after", survey(diff.after)}};
  for (const ChangedSection& section : diff.sections) {
    ordered_json rows = ordered_json::array();
    for (const ChangedRow& row : section.rows) {
      ordered_json r{{"change", to_string(row.change)}, {"key", row.key}, {"label", row.label}};
      for (const ChangedField& f : row.fields) r["fields"][f.name] = {{"before", f.before}, {"after", f.after}};
      rows.push_back(std::move(r));
    }
    document[std::string(section.name)] = {{"before", section.before},
                                           {"after", section.after},
                                           {"unchanged", section.unchanged},
                                           {"rows", std::move(rows)}};
  }
  out << document.dump(1, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

void write_html(const Diff& diff, std::string_view language, std::ostream& out) {
  const auto w = [&](std::string_view key) { return escaped(word(key, language)); };
  out << "<!doctype html>\n<html lang=\"" << language << "\"><head><meta charset=\"utf-8\">"
      << "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
      << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" << w("title")
      << "</title><style>" << kStyle << "</style></head><body><h1>" << w("title") << "</h1>\n<table><tr><th>"
      << w("before") << "</th><td>" << escaped(span_of(diff.before, language)) << "</td></tr><tr><th>" << w("after")
      << "</th><td>" << escaped(span_of(diff.after, language)) << "</td></tr></table>\n<p class=\"note\">" << w("note")
      << "</p>\n";
  for (const ChangedSection& section : diff.sections) {
    out << "<h2 id=\"" << section.name << "\">" << w(section.name) << "</h2>\n<p>"
        << escaped(summary(section, language)) << "</p>\n";
    if (section.rows.empty()) {
      out << "<p>" << w("none") << "</p>\n";
      continue;
    }
    out << "<table><thead><tr><th>" << w("kind") << "</th><th>" << w("subject") << "</th><th>" << w("detail")
        << "</th></tr></thead><tbody>\n";
    for (const ChangedRow& row : section.rows)
      out << "<tr><td class=\"k " << to_string(row.change) << "\">" << w(to_string(row.change)) << "</td><td>"
          << escaped(row.label) << "</td><td>" << escaped(details(row, language)) << "</td></tr>\n";
    out << "</tbody></table>\n";
  }
  out << "</body></html>\n";
}

}  // namespace kakoi
