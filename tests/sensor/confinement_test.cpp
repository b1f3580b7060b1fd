// In a child process, because what is given up can't be had back.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>

#include "sensor/cli/confinement.h"

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

}  // namespace
}  // namespace kakoi
