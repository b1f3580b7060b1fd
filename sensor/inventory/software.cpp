#include "sensor/inventory/software.h"

#include <algorithm>

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

std::string_view system_in(std::string_view user_agent) noexcept {
  if (!user_agent.starts_with("Mozilla/")) return {};
  const std::size_t open = user_agent.find('(');
  if (open == std::string_view::npos) return {};
  const std::string_view comment = user_agent.substr(open + 1, user_agent.find(')', open) - open - 1);
  // the more exact first: Android calls itself Linux, too, and an iPhone "like Mac OS X"
  for (const std::string_view known : {"Windows NT", "Android", "iPhone OS", "Mac OS X", "CrOS", "FreeBSD", "Linux"}) {
    const std::size_t at = comment.find(known);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = comment.substr(at);
    return rest.substr(0, std::min(rest.find(';'), rest.find(" like ")));
  }
  return {};
}

}  // namespace kakoi
