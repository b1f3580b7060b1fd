#include "reports/html/page.h"

#include <map>

#include "embedded/kakoi_reports.h"
#include "reports/output.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

std::string escape_html(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace

void write_page(const ReportInput& input, std::ostream& out) {
  std::string_view page_template;
  std::string style, script = "\"use strict\";\n(() => {\n";
  for (const auto& file : reports::embedded_files()) {
    if (file.path.ends_with("template.html")) page_template = file.text;
    if (file.path.ends_with(".css")) style += file.text;
    if (file.path.ends_with(".js")) script += file.text;
  }
  script += "})();\n";

  const std::string site = Rows(input, Rows::Form::document).meta("site");
  const bool japanese = input.language != "en";
  const std::map<std::string_view, std::string> values{
      {"language", japanese ? "ja" : "en"},
      {"title", escape_html((japanese ? "閉域ネットワーク露出調査報告" : "Closed-network exposure report") +
                            (site.empty() ? std::string() : " – " + site))},
      {"style_hash", "sha256-" + sha256_base64(style)},
      {"script_hash", "sha256-" + sha256_base64(script)},
      {"style", style},
      {"script", script},
  };
  // one pass, so that a value which looks like a marker stays text
  while (!page_template.empty()) {
    const std::size_t open = std::min(page_template.find("{{"), page_template.size());
    out << page_template.substr(0, open);
    page_template.remove_prefix(open);
    if (page_template.empty()) break;
    const std::size_t close = page_template.find("}}");
    const std::string_view name = page_template.substr(2, close - 2);
    page_template.remove_prefix(close + 2);
    if (name == "data") {
      write_page_data(input, out);
    } else {
      out << values.at(name);
    }
  }
}

}  // namespace kakoi
