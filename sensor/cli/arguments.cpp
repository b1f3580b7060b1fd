#include "sensor/cli/arguments.h"

#include <iostream>

namespace kakoi::cli {

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
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
  if (values.contains("help")) {
    std::cout << "Usage: " << help.synopsis << "\n\n" << help.description << "\n" << visible;
    if (!help.examples.empty()) std::cout << "\nExamples:\n" << help.examples;
    return std::nullopt;
  }
  return values;
}

std::vector<std::string> inputs(const po::variables_map& values) {
  return values.contains("input") ? values["input"].as<std::vector<std::string>>() : std::vector<std::string>();
}

}  // namespace kakoi::cli
