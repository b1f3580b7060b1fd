#include "sensor/inventory/software.h"

namespace kakoi {

Software split_software(std::string_view banner) {
  if (banner.starts_with('(')) banner.remove_prefix(1);  // "(vsFTPd 3.0.3)"
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 1; i + 1 < banner.size(); ++i) {
    if (banner[i] != '/' && banner[i] != '_' && banner[i] != ' ') continue;
    std::size_t at = i + 1;
    if ((banner[at] == 'v' || banner[at] == 'V') && at + 1 < banner.size()) ++at;
    if (!is_digit(banner[at])) continue;
    const std::size_t end = banner.find_first_of(" ;,()", at);
    return {std::string(banner.substr(0, i)),
            std::string(banner.substr(at, end == std::string_view::npos ? end : end - at))};
  }
  return {std::string(banner), {}};
}

}  // namespace kakoi
