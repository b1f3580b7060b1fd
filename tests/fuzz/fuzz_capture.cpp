// Fuzz target: the input is a capture file; it goes the whole way to the inventory database.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "sensor/inventory/database.h"
#include "sensor/inventory/write.h"
#include "sensor/pipeline/pipeline.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace kakoi;
using fuzz::demand;

class MemoryFile {
 public:
  explicit MemoryFile(Bytes bytes) : fd_(::memfd_create("capture", MFD_CLOEXEC)) {
    demand(fd_ >= 0 && ::write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
           "no memory file");
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(Bytes(data, size));
  capture::CaptureSet captures({file.path()});
  if (captures.size() == 0) {
    demand(captures.problems().size() == 1, "a file that is not read is a problem");
    return 0;
  }
  const Observed observed = pipeline::run(captures, SecretKeeper(), {.threads = 1, .on_progress = {}});
  demand(observed.captures.size() == 1, "one file is one capture");
  const CaptureInfo& info = observed.captures[0];
  demand(info.first_ts <= info.last_ts, "the last packet comes before the first");
  demand(info.packets <= size, "more packets than bytes");

  Database db = Database::open(":memory:");
  write_inventory(observed, {.site = "", .kakoi_version = "fuzz", .ieee_data = ""}, db);
  Statement broken = db.prepare("PRAGMA foreign_key_check");
  demand(!broken.step(), "a reference without its row");
  demand(db.integer("select count(*) from packet where number < 1 or number > " + std::to_string(info.packets)) == 0,
         "a cited packet that is not in the capture");
  demand(db.integer("select count(*) from link where first_ts > last_ts") == 0, "a link that ends before it starts");
  return 0;
}
