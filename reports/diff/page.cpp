// The comparison as one page. Both languages are in it; two radio buttons choose, so that no script is needed.
#include <array>
#include <map>

#include "reports/diff/diff.h"
#include "reports/diff/words.h"

namespace kakoi {

namespace {

using diff_words::both;

constexpr std::size_t kMostRows = 2'000;  // of a section; the JSON has all

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
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    }
  }
  return out;
}

std::string spoken(const Text& text) {
  if (text.en == text.ja) return escaped(text.en);
  return "<span lang=\"ja\">" + escaped(text.ja) + "</span><span lang=\"en\">" + escaped(text.en) + "</span>";
}
std::string w(std::string_view key) { return spoken(both(key)); }
std::string verdict(const std::string& v) {
  return "<span class=\"v " + v + "\">" + w(v == "not_observable" || v.empty() ? "verdict_" + v : v) + "</span>";
}
std::string data(const std::string& text) { return "<bdi>" + escaped(text) + "</bdi>"; }

constexpr std::string_view kStyle =
    "body{font:15px/1.6 'Noto Sans','Noto Sans CJK JP','Hiragino Sans','Yu Gothic',sans-serif;margin:0;color:#1a242e;"
    "background:#f5f7f8}main{max-width:76rem;margin:0 auto;padding:1rem 1.2rem 4rem;background:#fff}"
    "h1{font-size:1.7rem;margin:.6rem 0}h2{font-size:1.25rem;margin:2.2rem 0 .4rem;border-bottom:2px solid #1a242e;"
    "padding-bottom:.2rem}h3{font-size:1.05rem}.scroll{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%;margin:.6rem 0 1.4rem;font-size:.92em}"
    "th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #d8dee4;vertical-align:top;"
    "overflow-wrap:anywhere;min-width:4.5em}th{background:#eef1f4}thead th{white-space:nowrap}"
    ".k{white-space:nowrap;font-weight:600}.new,.worse{color:#9c1420}.fixed,.better{color:#1d5c3a}"
    ".not_observable,.no_longer_observable,.by_observation,.gone{color:#53606c}.declared,.changed,.now_observable,.by_"
    "declaration,.reweighed{color:#12526b}"
    ".v,.n{white-space:nowrap}.v.not_met{color:#9c1420;font-weight:600}.v.partly{color:#7a5a00}.v.supported{color:#"
    "1d5c3a}"
    ".v.not_observable{color:#53606c}"
    "ul.tiles{display:flex;flex-wrap:wrap;gap:.6rem;list-style:none;padding:0}"
    "ul.tiles li{flex:1 1 9rem;border:1px solid #d8dee4;border-top:4px solid currentColor;padding:.5rem .8rem}"
    "ul.tiles b{display:block;font-size:1.7rem}p.note{background:#eef1f4;padding:.7rem .9rem}"
    "code{font-size:.85em;overflow-wrap:anywhere}small{color:#53606c}"
    ".language{max-width:76rem;margin:0 auto;padding:.5rem 1.2rem;text-align:right}"
    "#ja:checked~main [lang=en],#en:checked~main [lang=ja]{display:none}"
    "body>input{margin:.6rem .2rem .6rem 1.2rem}"
    "@page{size:A4;margin:14mm}@media print{body{background:none;font-size:10pt}body>input,body>label{display:none}"
    "main{max-width:none;padding:0}tr,ul.tiles li{break-inside:avoid}h2,h3{break-after:avoid}thead{display:"
    "table-header-group}.scroll{overflow:visible}}"
    "@media(max-width:40rem){.k,.v{white-space:normal}main{padding:1rem .7rem 3rem}}";

class Page {
 public:
  Page(const Diff& diff, std::ostream& out) : diff_(diff), out_(out) {}

  void write(std::string_view language) {
    const auto radio = [&](const char* id, const char* name) {
      out_ << "<input type=\"radio\" name=\"language\" id=\"" << id << "\"" << (language == id ? " checked" : "")
           << "><label for=\"" << id << "\" lang=\"" << id << "\">" << name << "</label>\n";
    };
    out_ << "<!doctype html>\n<html lang=\"" << language << "\"><head><meta charset=\"utf-8\">"
         << "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
         << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>"
         << escaped(diff_words::in(both("title"), language)) << "</title><style>" << kStyle
         << "</style></head><body>\n";
    radio("ja", "日本語");
    radio("en", "English");
    out_ << "<main><h1>" << w("title") << "</h1>\n";
    surveys();
    tiles();
    out_ << "<p class=\"note\">" << w("how") << "</p>\n";
    for (const FindingChange change : {FindingChange::fixed, FindingChange::appeared, FindingChange::not_observable,
                                       FindingChange::declared, FindingChange::unchanged})
      findings(change);
    controls();
    out_ << "<p class=\"note\">" << w("note") << "</p>\n";
    for (const ChangedSection& s : diff_.sections) section(s);
    out_ << "</main></body></html>\n";
  }

 private:
  void begin_table(std::initializer_list<std::string> heads) {
    out_ << "<div class=\"scroll\"><table><thead><tr>";
    for (const std::string& head : heads) out_ << "<th scope=\"col\">" << head << "</th>";
    out_ << "</tr></thead><tbody>\n";
  }
  void end_table(bool cut = false) {
    out_ << "</tbody></table></div>\n";
    if (cut) out_ << "<p>" << w("more") << "</p>\n";
  }

  void surveys() {
    begin_table({w("survey"), w("before"), w("after")});
    const auto row = [&](std::string_view key, const std::string& then, const std::string& now) {
      if (then.empty() && now.empty()) return;
      out_ << "<tr><th scope=\"row\">" << w(key) << "</th><td>" << then << "</td><td>" << now << "</td></tr>\n";
    };
    const Diff::Survey &a = diff_.before, &b = diff_.after;
    const auto hours = [](const Diff::Survey& s) {  // 1:02:03, in either language
      const auto seconds = static_cast<std::int64_t>(s.covered_s);
      const auto two = [](std::int64_t n) { return (n < 10 ? ":0" : ":") + std::to_string(n); };
      return std::to_string(seconds / 3600) + two(seconds / 60 % 60) + two(seconds % 60);
    };
    const auto zones = [](const Diff::Survey& s) {
      return w(s.policy == "declared" ? "declared_zones" : "inferred_zones");
    };
    const auto hash = [](const std::string& h) { return h.empty() ? "" : "<code>" + escaped(h) + "</code>"; };
    row("period", spoken(diff_words::span_of(a)), spoken(diff_words::span_of(b)));
    row("hours", hours(a), hours(b));
    row("zones", zones(a), zones(b));
    row("kakoi", escaped(a.kakoi_version), escaped(b.kakoi_version));
    row("inventory_hash", hash(a.inventory_sha256), hash(b.inventory_sha256));
    row("manifest_hash", hash(a.manifest_sha256), hash(b.manifest_sha256));
    end_table();
  }

  void tiles() {
    out_ << "<ul class=\"tiles\">";
    for (const FindingChange change : {FindingChange::fixed, FindingChange::appeared, FindingChange::unchanged,
                                       FindingChange::declared, FindingChange::not_observable})
      out_ << "<li class=\"" << to_string(change) << "\">" << w(to_string(change)) << "<b>" << diff_.count(change)
           << "</b></li>";
    out_ << "</ul>\n";
  }

  void findings(FindingChange change) {
    if (diff_.count(change) == 0) return;
    out_ << "<h2 id=\"" << to_string(change) << "\">" << w("findings") << ": " << w(to_string(change)) << " ("
         << diff_.count(change) << ")</h2>\n";
    begin_table({w("severity"), w("finding"), w("subject"), w("reason"), w("packets")});
    std::size_t rows = 0;
    for (const ComparedFinding& f : diff_.findings) {
      if (f.change != change || ++rows > kMostRows) continue;
      out_ << "<tr id=\"finding-" << escaped(f.id) << "\"><td class=\"k\">" << w(f.severity) << "</td><td><b>"
           << spoken(f.title) << "</b><br>" << spoken(f.detail) << "<br><small><code>" << escaped(f.id) << " "
           << escaped(f.rule) << "</code></small></td><td>" << data(f.subject.en) << "</td><td>" << spoken(f.reason)
           << spoken(diff_words::details(f.fields)) << "</td><td>";
      for (const std::string& packet : f.packets) {
        const std::size_t number = packet.rfind(':');
        out_ << "<div><bdi>" << escaped(packet.substr(0, number)) << "<span class=\"n\">"
             << escaped(packet.substr(number)) << "</span></bdi></div>";
      }
      out_ << "</td></tr>\n";
    }
    end_table(rows > kMostRows);
  }

  void controls() {
    static constexpr std::array<std::string_view, 4> kVerdicts = {"not_met", "partly", "supported", "not_observable"};
    if (diff_.controls.empty()) return;
    std::map<std::string_view, std::map<std::string_view, std::array<std::size_t, 2>>> counts;
    std::map<std::string_view, const ComparedControl*> names;
    for (const ComparedControl& c : diff_.controls) {
      names.emplace(c.framework, &c);
      ++counts[c.framework][c.before][0];
      ++counts[c.framework][c.after][1];
    }
    out_ << "<h2 id=\"controls\">" << w("controls") << "</h2>\n";
    begin_table(
        {w("framework"), verdict("not_met"), verdict("partly"), verdict("supported"), verdict("not_observable")});
    for (auto& [framework, by_verdict] : counts) {
      out_ << "<tr><td>" << spoken(names[framework]->framework_name) << "</td>";
      for (const std::string_view v : kVerdicts)
        out_ << "<td>" << by_verdict[v][0] << " → " << by_verdict[v][1] << "</td>";
      out_ << "</tr>\n";
    }
    end_table();
    out_ << "<h3>" << w("verdict_changes") << "</h3>\n";
    list([](const ComparedControl& c) { return c.change != "same"; });
    out_ << "<details><summary>" << w("all_controls") << "</summary>\n";
    list([](const ComparedControl&) { return true; });
    out_ << "</details>\n";
  }

  template <typename Wanted>
  void list(Wanted wanted) {
    bool any = false;
    for (const ComparedControl& c : diff_.controls) {
      if (!wanted(c)) continue;
      if (!any) begin_table({w("framework"), w("control"), w("before"), w("after"), w("kind"), w("reason")});
      any = true;
      out_ << "<tr><td>" << spoken(c.framework_name) << "</td><td><b>" << data(c.control) << "</b><br>"
           << (c.framework.starts_with("jp-") ? data(c.title) : spoken({c.title, c.topic.ja})) << "</td><td>"
           << verdict(c.before) << "</td><td>" << verdict(c.after) << "</td><td class=\"k " << c.change << "\">"
           << w(c.change) << "</td><td>" << spoken(c.reason_after) << "</td></tr>\n";
    }
    if (any)
      end_table();
    else
      out_ << "<p>" << w("none") << "</p>\n";
  }

  void section(const ChangedSection& s) {
    out_ << "<h2 id=\"" << s.name << "\">" << w(s.name) << "</h2>\n<p>" << spoken(diff_words::summary(s)) << "</p>\n";
    if (s.rows.empty()) {
      out_ << "<p>" << w("none") << "</p>\n";
      return;
    }
    begin_table({w("kind"), w("subject"), w("detail")});
    std::size_t rows = 0;
    for (const ChangedRow& row : s.rows) {
      if (++rows > kMostRows) break;
      out_ << "<tr><td class=\"k " << to_string(row.change) << "\">" << w(to_string(row.change)) << "</td><td>"
           << data(row.label) << "</td><td>" << spoken(diff_words::details(row.fields)) << "</td></tr>\n";
    }
    end_table(rows > kMostRows);
  }

  const Diff& diff_;
  std::ostream& out_;
};

}  // namespace

void write_html(const Diff& diff, std::string_view language, std::ostream& out) { Page(diff, out).write(language); }

}  // namespace kakoi
