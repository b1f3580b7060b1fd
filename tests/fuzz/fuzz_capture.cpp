// Fuzz target: the input is a capture file; it goes the whole way to what was observed, and now and then to the database.
#include <string>

#include "sensor/capture/unpacker.h"
#include "sensor/inventory/database.h"
#include "sensor/inventory/write.h"
#include "sensor/pipeline/pipeline.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_file.h"

namespace {

using namespace kakoi;
using fuzz::demand;
using fuzz::file_of;

// To make the tables takes fifty times as long as all that leads to them: they are for one input in so many.
constexpr std::uint64_t kOneInTables = 256;
bool is_for_tables(Bytes input) {
  std::uint64_t digest = 0;
  for (const std::uint8_t octet : input) digest = steady_mix(digest, octet);
  return digest % kOneInTables == 0;
}

void demand_sound_tables(const Observed& observed) {
  Database db = Database::open(":memory:");
  write_inventory(observed, {.site = "", .kakoi_version = "fuzz", .ieee_data = ""}, db);
  Statement broken = db.prepare("PRAGMA foreign_key_check");
  demand(!broken.step(), "a reference without its row");
  demand(db.integer("select count(*) from packet where number < 1 or number > " +
                    std::to_string(observed.captures[0].packets)) == 0,
         "a cited packet that is not in the capture");
  demand(db.integer("select count(*) from link where first_ts > last_ts") == 0, "a link that ends before it starts");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  capture::CaptureSet captures({file_of({data, size})});
  if (captures.size() == 0) {
    demand(captures.problems().size() == 1, "a file that is not read is a problem");
    return 0;
  }
  const Observed observed = pipeline::run(captures, SecretKeeper(), {.threads = 1, .on_progress = {}});
  demand(observed.captures.size() == 1, "one file is one capture");
  const CaptureInfo& info = observed.captures[0];
  demand(info.first_ts <= info.last_ts, "the last packet comes before the first");
  const bool is_packed = capture::packing_of({data, size}) != capture::Packing::none;
  demand(is_packed || info.packets <= size, "more packets than bytes");
  if (is_for_tables({data, size})) demand_sound_tables(observed);
  return 0;
}
