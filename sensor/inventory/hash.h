// SHA-256 for content ids and fingerprints.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "dissectors/core/bytes.h"

struct evp_md_ctx_st;

namespace kakoi {

using Digest = std::array<std::uint8_t, 32>;

std::string to_hex(Bytes bytes);  // lower case

inline Bytes as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// One digest after another without setting OpenSSL up anew. Throws std::bad_alloc if OpenSSL fails.
class Sha256 {
 public:
  Sha256();
  Sha256& add(Bytes bytes);
  Digest finish();  // and ready for the next
  Digest of(Bytes bytes) { return add(bytes).finish(); }

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace kakoi
