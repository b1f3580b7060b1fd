// Options of a subcommand over Boost.Program_options.
#pragma once

#include <boost/program_options.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sensor/cli/commands.h"
#include "sensor/cli/help.h"

namespace kakoi::cli {

namespace po = boost::program_options;

// Parses; positional arguments go to the option "input". With --help the text is printed and
// nothing returned. Throws UsageError.
std::optional<po::variables_map> parse(const Arguments& arguments, po::options_description visible, const Help& help);

// "30s", "5m", "1h", "90" (seconds), at least a second. Throws UsageError.
std::chrono::seconds parse_duration(const std::string& text);
// "512MB", "10GB", "1TB" (powers of 1000), "64MiB" (of 1024), in bytes. Throws UsageError.
std::uint64_t parse_size(const std::string& text);
std::uint64_t parse_memory(const std::string& text);  // a size that the program can work with

// Of --lang: "ja" or "en". Throws UsageError.
std::string parse_language(const po::variables_map& values);

// One line for a terminal, whatever stands in a file or database: no control character.
std::string printable(std::string_view text);
std::string printable_lines(std::string_view text);  // its line ends stay

// The positional arguments.
std::vector<std::string> inputs(const po::variables_map& values);

}  // namespace kakoi::cli
