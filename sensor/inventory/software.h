// Banners of server software, cut into product and version; what browsers say of where they run.
#pragma once

#include <string>
#include <string_view>

namespace kakoi {

struct Software {
  std::string product, version;
};

// "nginx/1.22.1" → nginx, 1.22.1; "OpenSSH_9.2p1 Debian-2" → OpenSSH, 9.2p1; "vsFTPd 3.0.3" → vsFTPd, 3.0.3;
// where no version can be told apart, the whole text is the product.
Software split_software(std::string_view banner);

// The operating system that a browser names: "Mozilla/5.0 (X11; Linux i686; rv:5.0) …" → Linux i686; "" none.
std::string_view system_in(std::string_view user_agent) noexcept;

// The operating system in a device's description of itself (sysDescr, LLDP), where it is one as uname, /etc/os-release
// or Windows word it: "Linux ups1 6.1.0-18-amd64 #1 SMP …" → Linux 6.1.0-18-amd64, "Debian GNU/Linux 12 (bookworm) …" →
// Debian GNU/Linux 12, "Hardware: … - Software: Windows Version 6.3 (…" → Windows Version 6.3; "" none.
std::string system_described(std::string_view description);

// The operating system that an SSH server's comment names: "OpenSSH_9.2p1 Debian-2+deb12u3" → Debian; "" none.
std::string_view system_of_ssh(std::string_view banner) noexcept;

}  // namespace kakoi
