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

}  // namespace kakoi
