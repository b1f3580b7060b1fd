#include "sensor/cli/arguments.h"

#include <algorithm>
#include <charconv>
#include <iostream>

#include "rules/yaml_reader.h"
#include "sensor/inventory/text.h"
#include "sensor/pipeline/limits.h"

namespace kakoi::cli {

namespace {

// " (did you mean '--policy'?)", or "".
std::string nearest_option(const std::string& wrong, const po::options_description& known) {
  std::vector<std::string_view> names;
  for (const auto& option : known.options()) names.push_back(option->long_name());
  // the dashes are no letters: they would make all short words near
  const std::string best =
      nearest(std::string_view(wrong).substr(std::min(wrong.find_first_not_of('-'), wrong.size())), names);
  return best.empty() ? "" : " (did you mean '--" + best + "'?)";
}

}  // namespace

std::optional<po::variables_map> parse(const Arguments& arguments, po::options_description visible, const Help& help) {
  visible.add_options()("help,h", "print this help");
  po::options_description all;
  all.add(visible).add_options()("input", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("input", -1);
  po::variables_map values;
  try {
    po::store(po::command_line_parser(arguments).options(all).positional(positional).run(), values);
    po::notify(values);
  } catch (const po::unknown_option& error) {
    throw UsageError(error.what() + nearest_option(error.get_option_name(), visible));
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
  if (values.contains("help")) {
    print_help(std::cout, help, visible);
    return std::nullopt;
  }
  return values;
}

std::string parse_language(const po::variables_map& values) {
  const std::string language = values["lang"].as<std::string>();
  if (language != "ja" && language != "en") throw UsageError("--lang takes ja or en, not '" + language + "'");
  return language;
}

std::string printable(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  return plain ? std::string(text) : to_utf8(text, 8 << 10);
}

std::string printable_lines(std::string_view text) {
  std::string lines;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines += (at > 0 ? "\n" : "") + printable(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::vector<std::string> inputs(const po::variables_map& values) {
  return values.contains("input") ? values["input"].as<std::vector<std::string>>() : std::vector<std::string>();
}

namespace {

// A number and the unit behind it.
std::pair<std::uint64_t, std::string> split(const std::string& text, const char* example) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number == 0 || number > 1'000'000'000)
    throw UsageError("'" + text + "' is no amount like " + example);
  return {number, std::string(end, text.data() + text.size())};
}

}  // namespace

std::uint64_t parse_memory(const std::string& text) {
  const std::uint64_t bytes = parse_size(text);
  if (bytes < pipeline::Limits::kLeast) throw UsageError("--max-memory takes 64MiB or more, not " + text);
  return bytes;
}

std::chrono::seconds parse_duration(const std::string& text) {
  const auto [number, unit] = split(text, "30s, 5m or 1h");
  for (const auto& [name, seconds] : {std::pair("", 1), {"s", 1}, {"m", 60}, {"h", 3600}})
    if (unit == name) return std::chrono::seconds(number) * seconds;
  throw UsageError("'" + text + "': the unit is s, m or h");
}

std::uint64_t parse_size(const std::string& text) {
  const auto [number, unit] = split(text, "512MB, 10GB or 64MiB");
  constexpr std::uint64_t k = 1000, ki = 1024;
  for (const auto& [name, factor] : {std::pair("MB", k * k),
                                     {"GB", k * k * k},
                                     {"TB", k * k * k * k},
                                     {"MiB", ki * ki},
                                     {"GiB", ki * ki * ki},
                                     {"TiB", ki * ki * ki * ki}})
    if (unit == name && number <= ~std::uint64_t{0} / factor) return number * factor;
  throw UsageError("'" + text + "': the unit is MB, GB, TB, MiB, GiB or TiB");
}

}  // namespace kakoi::cli
