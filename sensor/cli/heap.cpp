#include "sensor/cli/heap.h"

#ifdef KAKOI_MIMALLOC
#include <mimalloc.h>
#endif

namespace kakoi::cli {

void expect_large_tables([[maybe_unused]] std::uint64_t max_memory) {
#ifdef KAKOI_MIMALLOC
  if (max_memory >= kRoomy) mi_option_set_enabled_default(mi_option_large_os_pages, true);
#endif
}

void give_back_free_memory() {
#ifdef KAKOI_MIMALLOC
  mi_collect(true);
#endif
}

}  // namespace kakoi::cli
