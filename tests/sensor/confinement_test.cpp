// In a child process, because what is given up can't be had back.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

#include "sensor/cli/confinement.h"
#include "tests/reports/folder.h"

namespace kakoi {
namespace {

// A UDP socket that could send at once: connected to a port of this host.
int connected_socket() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(9);
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0 ? fd : -1;
}

// 0: `act` was refused with EPERM in a confined process; 1: it was not; 2: this kernel can't confine; 3: no socket.
int refused(const std::function<long(int)>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int fd = connected_socket();
    if (fd < 0) ::_exit(3);
    if (!cli::confine({fd}).empty()) ::_exit(2);
    errno = 0;
    ::_exit(act(fd) == -1 && errno == EPERM ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}

struct Way {
  const char* name;
  std::function<long(int)> act;
};

TEST(Confinement, RefusesEveryWayToSend) {
  static char octets[] = "packet";
  static iovec piece{octets, 6};
  static msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  const Way kWays[] = {
      {"write", [](int fd) { return ::write(fd, octets, 6); }},
      {"writev", [](int fd) { return ::writev(fd, &piece, 1); }},
      {"send", [](int fd) { return ::send(fd, octets, 6, 0); }},
      {"sendmsg", [](int fd) { return ::sendmsg(fd, &message, 0); }},
      {"dup", [](int fd) -> long { return ::dup(fd); }},
      {"dup2", [](int fd) -> long { return ::dup2(fd, 1); }},
      {"fcntl F_DUPFD", [](int fd) -> long { return ::fcntl(fd, F_DUPFD, 0); }},
      {"a place in a fanout group",
       [](int fd) -> long {
         const int group = PACKET_FANOUT_HASH << 16 | 1;
         return ::setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &group, sizeof group);
       }},
      {"another socket", [](int) -> long { return ::socket(AF_INET, SOCK_DGRAM, 0); }},
      {"a packet socket", [](int) -> long { return ::socket(AF_PACKET, SOCK_RAW, 0); }},
      {"another program", [](int) -> long { return ::execl("/bin/true", "true", nullptr); }},
      {"another's memory",
       [](int) -> long { return ::syscall(SYS_process_vm_readv, ::getppid(), &piece, 1, &piece, 1, 0); }},
      {"a keystroke for the shell", [](int) -> long { return ::ioctl(0, TIOCSTI, octets); }},
      {"a namespace", [](int) -> long { return ::syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */); }},
  };
  for (const Way& way : kWays) {
    const int result = refused(way.act);
    if (result == 2) GTEST_SKIP() << "this kernel takes no seccomp filter";
    EXPECT_EQ(result, 0) << way.name;
  }
}

TEST(Confinement, LeavesReadingAndFilesAlone) {
  const int result = refused([](int) -> long {
    std::FILE* file = std::tmpfile();
    const bool good = file && std::fputs("text", file) >= 0 && std::fclose(file) == 0;
    errno = EPERM;
    return good ? -1 : 0;  // as refused() wants it
  });
  if (result == 2) GTEST_SKIP() << "this kernel takes no seccomp filter";
  EXPECT_EQ(result, 0);
}

// What the folder holds: "inside/file" may be read, "out" written, "outside" is nobody's business.
struct Place {
  Folder folder;
  Place() {
    for (const char* name : {"inside", "out", "outside"}) std::filesystem::create_directory(path(name));
    for (const char* name : {"inside/file", "outside/file", "outside/linked"}) std::ofstream(path(name)) << "text";
    std::filesystem::create_symlink(path("outside/linked"), path("inside/link"));
  }
  std::filesystem::path path(const std::string& name) const { return folder.path() / name; }
  cli::Reach reach() const { return {{path("inside"), path("missing")}, {path("out")}}; }
};

int flags_of(bool write) { return write ? O_WRONLY | O_CREAT : O_RDONLY; }

// errno of opening the file in a process with this reach, 0 if it went well; -1: no Landlock.
int opened(const cli::Reach& reach, const std::filesystem::path& file, bool write) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!cli::confine_files(reach).empty()) ::_exit(255);
    ::_exit(::open(file.c_str(), flags_of(write), 0600) < 0 ? errno : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  const int result = WIFEXITED(status) ? WEXITSTATUS(status) : 254;
  return result == 255 ? -1 : result;
}

bool has_landlock() { return opened({{"/dev/null"}, {}}, "/dev/null", false) == 0; }
#if defined(KAKOI_ADDRESS_SANITIZER) || defined(KAKOI_THREAD_SANITIZER)
constexpr int kUnread = 0;  // sanitizers read what they like
#else
constexpr int kUnread = EACCES;
#endif

TEST(ConfineFiles, LeavesNothingElseInReach) {
  if (!has_landlock()) GTEST_SKIP() << "this kernel has no Landlock";
  const Place place;
  const struct {
    const char* file;
    bool write;
    int error;
  } kCases[] = {{"inside/file", false, 0},
                {"inside/link", false, 0},
                {"inside/file", true, EACCES},
                {"inside/new", true, EACCES},
                {"outside/file", false, kUnread},
                {"outside/file", true, EACCES},
                {"outside/new", true, EACCES},
                {"out/new", true, 0},
                {"out/new", false, 0},
                {"out/../inside/new", true, EACCES},
                {"inside/missing", false, ENOENT}};
  for (const auto& c : kCases) EXPECT_EQ(opened(place.reach(), place.path(c.file), c.write), c.error) << c.file;
}

TEST(ConfineFiles, OfAFolderYetToBeMadeOpensTheOneThatWillHoldIt) {
  if (!has_landlock()) GTEST_SKIP() << "this kernel has no Landlock";
  const Place place;
  const cli::Reach reach{{}, {place.path("out/later/still")}};
  EXPECT_EQ(opened(reach, place.path("out/new"), true), 0);
  EXPECT_EQ(opened(reach, place.path("inside/new"), true), EACCES);
}

TEST(ConfineFiles, ReadsWhatTookAFilesPlaceIfAsked) {
  if (!has_landlock()) GTEST_SKIP() << "this kernel has no Landlock";
  const Place place;
  cli::Reach reach{{place.path("inside/file")}, {}};
  EXPECT_EQ(opened(reach, place.path("inside"), false), kUnread);
  reach.renewed = true;
  EXPECT_EQ(opened(reach, place.path("inside"), false), 0);
  EXPECT_EQ(opened(reach, place.path("outside/file"), false), kUnread);
}

TEST(ConfineFiles, CanOnlyNarrow) {
  if (!has_landlock()) GTEST_SKIP() << "this kernel has no Landlock";
  const Place place;
  const pid_t child = ::fork();
  if (child == 0) {
    cli::confine_files({{}, {place.path("out")}});
    cli::confine_files({{}, {place.path("")}});
    const bool narrow = ::open(place.path("outside/new").c_str(), O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES;
    ::_exit(narrow && ::open(place.path("out/new").c_str(), O_WRONLY | O_CREAT, 0600) >= 0 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace kakoi
