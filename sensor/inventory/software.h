// Banners of server software, cut into product and version.
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

}  // namespace kakoi
