#include "sensor/inventory/software.h"

#include <algorithm>

namespace kakoi {

Software split_software(std::string_view banner) {
  if (banner == "Windows 2000 LAN Manager")
    return {"Windows", {}};                              // so do later versions (MS-SMB, native LAN manager)
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

std::string system_described(std::string_view text) {
  if (const std::size_t at = text.find(" Software: Windows"); text.starts_with("Hardware:") && at != text.npos) {
    const std::string_view system = text.substr(at + 11);
    return std::string(system.substr(0, system.find(" (")));
  }
  const auto word = [&] {
    const std::string_view one = text.substr(0, text.find_first_of(" ,;"));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    return one;
  };
  const auto is_number = [](std::string_view w) { return !w.empty() && w.front() >= '0' && w.front() <= '9'; };
  for (const std::string_view known : {"Debian GNU/Linux", "Ubuntu", "Linux", "FreeBSD", "NetBSD", "OpenBSD", "SunOS",
                                       "Darwin", "AIX", "HP-UX", "QNX", "VxWorks"}) {
    if (!text.starts_with(known) || (text.size() > known.size() && text[known.size()] != ' ')) continue;
    text.remove_prefix(std::min(text.size(), known.size() + 1));
    std::string_view version = word();
    if (!is_number(version)) version = word();  // uname names the host first
    return std::string(known) + (is_number(version) ? ' ' + std::string(version) : "");
  }
  return {};
}

std::string_view system_of_ssh(std::string_view banner) noexcept {
  if (banner.starts_with("OpenSSH_for_Windows")) return "Windows";
  const std::size_t comment = banner.find(' ');
  if (comment == std::string_view::npos) return {};
  if (banner.find("ubuntu") != std::string_view::npos) return "Ubuntu";  // "Debian-1ubuntu3": whose packages it takes
  for (const std::string_view known : {"Debian", "Ubuntu", "Raspbian", "FreeBSD", "NetBSD"})
    if (banner.substr(comment + 1).starts_with(known)) return known;
  return {};
}

}  // namespace kakoi
