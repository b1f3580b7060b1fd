#include "sensor/cli/help.h"

#include <algorithm>
#include <cstdlib>
#include <ostream>

namespace kakoi::cli {
namespace {

namespace po = boost::program_options;

constexpr std::size_t kWidth = 80, kNames = 28;  // columns: of a line, of an option's names

struct Character {
  std::string_view bytes;
  bool wide;
};

// The first one of `text`, which is not empty and ours: valid UTF-8.
Character first_of(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // from U+2E80 on: CJK, kana, full-width forms (Unicode UAX #11)
  return {text.substr(0, size), lead >= 0xE3 || (lead == 0xE2 && static_cast<unsigned char>(text[1]) >= 0xBA)};
}

bool is_one_of(std::string_view character, std::string_view all) noexcept {
  return all.find(character) != std::string_view::npos;
}
bool may_begin_line(std::string_view c) noexcept {
  return !is_one_of(c, "、。，．・：；？！）」』】〉》〕ーぁぃぅぇぉっゃゅょァィゥェォッャュョ");
}
bool may_end_line(std::string_view c) noexcept { return !is_one_of(c, "（「『【〈《〔"); }

// What stays together at the beginning of `text`: a word of single-width characters, or a wide one with the punctuation
// that belongs to it.
std::string_view next_piece(std::string_view text) noexcept {
  Character last = first_of(text);
  std::size_t size = last.bytes.size();
  while (size < text.size() && text[size] != ' ') {
    const Character next = first_of(text.substr(size));
    const bool together = last.wide || next.wide ? !may_begin_line(next.bytes) || !may_end_line(last.bytes) : true;
    if (!together) break;
    size += next.bytes.size();
    last = next;
  }
  return text.substr(0, size);
}

// A paragraph of the source, whose lines end anywhere, in one line.
std::string joined(std::string_view paragraph) {
  std::string out;
  for (const char c : paragraph) {
    const bool after_wide = !out.empty() && static_cast<unsigned char>(out.back()) >= 0x80;
    if (c != '\n')
      out += c;
    else if (!after_wide)
      out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

void print_paragraphs(std::ostream& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t line_end = std::min(text.find('\n'), text.size());
    if (line_end == 0 || text[0] == ' ') {
      out << text.substr(0, line_end) << "\n";
      text.remove_prefix(std::min(line_end + 1, text.size()));
      continue;
    }
    std::size_t end = line_end;  // of the paragraph: before an empty line, or one that stands as it is
    while (end + 1 < text.size() && text[end + 1] != '\n' && text[end + 1] != ' ')
      end = std::min(text.find('\n', end + 1), text.size());
    out << filled(joined(text.substr(0, end)), kWidth) << "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// "-o, --out OUT"
std::string names_of(const po::option_description& option, std::string_view value) {
  const std::string brief = option.canonical_display_name(po::command_line_style::allow_dash_for_short);
  std::string names = brief.starts_with("--") || brief == option.long_name() ? "    " : brief + ", ";
  names += "--" + option.long_name();
  if (!value.empty()) names += " " + std::string(value);
  return names;
}

void print_option(std::ostream& out, const po::option_description& option, bool ja) {
  // Boost's "OUT (=kakoi-out)"
  const std::string parameter = option.semantic()->max_tokens() == 0 ? "" : option.format_parameter();
  const std::size_t open = parameter.find(" (=");
  std::string text(ja ? option_in_japanese(option.description()) : option.description());
  if (open != std::string::npos)
    if (const std::string value = parameter.substr(open + 3, parameter.size() - open - 4); !value.empty())
      text += ja ? "（既定値: " + value + "）" : " (default: " + value + ")";
  const std::string names = "  " + names_of(option, std::string_view(parameter).substr(0, open));
  out << names << (names.size() < kNames ? std::string(kNames - names.size(), ' ') : "\n" + std::string(kNames, ' '))
      << filled(text, kWidth - kNames, kNames) << "\n";
}

}  // namespace

bool reads_japanese() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const value = std::getenv(name);
    if (!value || !*value) continue;
    std::string locale(value);
    std::transform(locale.begin(), locale.end(), locale.begin(), [](unsigned char c) { return std::tolower(c); });
    return locale.starts_with("ja") && (locale.find("utf-8") != locale.npos || locale.find("utf8") != locale.npos);
  }
  return false;
}

std::size_t columns_of(std::string_view text) noexcept {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character c = first_of(text);
    columns += c.wide ? 2 : 1;
    text.remove_prefix(c.bytes.size());
  }
  return columns;
}

std::string filled(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t at = 0;  // columns of the line
  while (!text.empty()) {
    const bool space = text[0] == ' ';
    if (space) {
      text.remove_prefix(1);
      if (text.empty() || text[0] == ' ') continue;
    }
    const std::string_view piece = next_piece(text);
    const std::size_t columns = columns_of(piece);
    if (at > 0 && at + (space ? 1 : 0) + columns > width) {
      out += "\n" + std::string(indent, ' ');
      at = 0;
    } else if (space && at > 0) {
      out += ' ', ++at;
    }
    out += piece;
    at += columns;
    text.remove_prefix(piece.size());
  }
  return out;
}

void print_help(std::ostream& out, const Help& help, const po::options_description& options) {
  const bool ja = reads_japanese();
  out << (ja ? "使い方: " : "Usage: ") << help.synopsis << "\n\n";
  print_paragraphs(out, ja ? help.japanese : help.description);
  out << (ja ? "\nオプション:\n" : "\nOptions:\n");
  for (const auto& option : options.options()) print_option(out, *option, ja);
  if (!help.examples.empty()) out << (ja ? "\n例:\n" : "\nExamples:\n") << help.examples;
}

}  // namespace kakoi::cli
