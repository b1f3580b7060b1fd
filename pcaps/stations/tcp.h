// Blocking TCP for the stations that play in sample captures: the kernel's stack does the rest.
// Errors throw std::runtime_error; a station that can't talk has nothing left to do.
#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace station {

using Octets = std::vector<std::uint8_t>;

inline sockaddr_in endpoint(const std::string& address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &result.sin_addr) != 1) throw std::runtime_error("bad address " + address);
  return result;
}

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {
    if (fd_ < 0) throw std::runtime_error(std::string("socket: ") + std::strerror(errno));
    const int on = 1;  // PDUs are small and answered at once: one PDU, one segment
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }

  static Socket connected(const std::string& address, std::uint16_t port) {
    Socket result(socket(AF_INET, SOCK_STREAM, 0));
    const auto to = endpoint(address, port);
    if (connect(result.fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("connect " + address + ": " + std::strerror(errno));
    return result;
  }

  static Socket listening(const std::string& address, std::uint16_t port) {
    Socket result(socket(AF_INET, SOCK_STREAM, 0));
    const int on = 1;
    setsockopt(result.fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto at = endpoint(address, port);
    if (bind(result.fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || listen(result.fd_, 8) != 0)
      throw std::runtime_error("listen " + address + ": " + std::strerror(errno));
    return result;
  }

  Socket accepted() const { return Socket(accept(fd_, nullptr, nullptr)); }

  // True when bytes (or the end) can be read within the time.
  bool readable(int milliseconds) const {
    pollfd wait{fd_, POLLIN, 0};
    return poll(&wait, 1, milliseconds) > 0;
  }

  // False at the end of the stream.
  bool read(std::span<std::uint8_t> into) const {
    while (!into.empty()) {
      const auto got = recv(fd_, into.data(), into.size(), 0);
      if (got <= 0) return false;
      into = into.subspan(static_cast<std::size_t>(got));
    }
    return true;
  }

  void write(const Octets& bytes) const {
    std::span<const std::uint8_t> rest(bytes);
    while (!rest.empty()) {
      const auto sent = send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error("peer has gone");
      rest = rest.subspan(static_cast<std::size_t>(sent));
    }
  }

 private:
  int fd_;
};

inline void append(Octets& to, const Octets& more) { to.insert(to.end(), more.begin(), more.end()); }
inline void le16(Octets& to, unsigned value) {
  to.push_back(static_cast<std::uint8_t>(value));
  to.push_back(static_cast<std::uint8_t>(value >> 8));
}
inline void le32(Octets& to, std::uint32_t value) {
  le16(to, value & 0xFFFF);
  le16(to, value >> 16);
}

}  // namespace station
