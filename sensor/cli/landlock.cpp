#include "sensor/cli/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace kakoi::cli {
namespace {

namespace fs = std::filesystem;

// Debian 12's header ends at version 2 of the interface; later kernels have more to refuse.
constexpr std::uint64_t kTruncate = 1u << 14, kIoctlDevice = 1u << 15;  // versions 3 and 5
struct Ruleset {
  std::uint64_t files = 0, net = 0, scoped = 0;  // struct landlock_ruleset_attr of version 6
};
constexpr std::uint64_t kBindAndConnectTcp = 3, kAbstractSocketsAndSignals = 3;  // versions 4 and 6

constexpr std::uint64_t kOfFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                   LANDLOCK_ACCESS_FS_READ_FILE | kTruncate | kIoctlDevice;
constexpr std::uint64_t kReading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWriting = kReading | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                   LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                   LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER | kTruncate;

// The sanitizers read /proc and the program's debug information to make their reports.
#if defined(KAKOI_ADDRESS_SANITIZER) || defined(KAKOI_THREAD_SANITIZER)
constexpr const char* kAlwaysRead[] = {"/"};
#else
constexpr const char* kAlwaysRead[] = {"/usr/lib", "/usr/lib64", "/lib", "/lib64"};
#endif

class Rules {
 public:
  explicit Rules(long version) {
    asked_.files = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // version 1: all up to here
    if (version >= 2) asked_.files |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3) asked_.files |= kTruncate;
    if (version >= 4) asked_.net = kBindAndConnectTcp;
    if (version >= 5) asked_.files |= kIoctlDevice;
    if (version >= 6) asked_.scoped = kAbstractSocketsAndSignals;
    const std::size_t size = version >= 6 ? sizeof asked_ : version >= 4 ? 16 : 8;
    fd_ = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &asked_, size, 0));
  }
  ~Rules() {
    if (fd_ >= 0) ::close(fd_);
  }
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  void allow(const fs::path& path, std::uint64_t access) {
    const int fd = ::open(path.c_str(), O_PATH | O_CLOEXEC);
    if (fd < 0) return;
    struct stat status {};
    if (::fstat(fd, &status) == 0) {
      if (!S_ISDIR(status.st_mode)) access &= kOfFiles;
      landlock_path_beneath_attr rule{};
      rule.allowed_access = access & asked_.files;
      rule.parent_fd = fd;
      // fails for pipes behind /dev/fd, which Landlock leaves open anyway
      ::syscall(SYS_landlock_add_rule, fd_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    ::close(fd);
  }
  bool enforce() const { return fd_ >= 0 && ::syscall(SYS_landlock_restrict_self, fd_, 0) == 0; }

 private:
  Ruleset asked_;
  int fd_ = -1;
};

// Rules are of what a path leads to: links in a folder need their own.
void allow_links(Rules& rules, const fs::path& folder) {
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error))
    if (it->is_symlink(error)) rules.allow(it->path(), kReading);
}

// The folder itself, or the nearest one above it that is there.
fs::path existing(const fs::path& folder) {
  std::error_code error;
  fs::path there = fs::absolute(folder, error);
  while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  return there;
}

}  // namespace

std::vector<std::string> confine_files(const Reach& reach) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1)
    return {std::string("files are guarded by their permissions alone: this kernel has no Landlock (") +
            std::strerror(errno) + ")"};
  Rules rules(version);
  for (const char* path : kAlwaysRead) rules.allow(path, kReading);
  for (const fs::path& path : reach.read) {
    rules.allow(path, kReading);
    allow_links(rules, path);
    if (reach.renewed) rules.allow(fs::absolute(path).parent_path(), kReading);
  }
  for (const fs::path& path : reach.write) rules.allow(existing(path), kWriting);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !rules.enforce())
    return {std::string("files are guarded by their permissions alone: Landlock refused: ") + std::strerror(errno)};
  return {};
}

}  // namespace kakoi::cli
