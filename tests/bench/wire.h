// Frames for the bulk captures: pcap records of Ethernet, IPv4 and TCP with right checksums, and connections that keep
// their sequence numbers.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

using Octets = std::vector<std::uint8_t>;

inline void put16(Octets& out, unsigned v) {
  out.push_back(static_cast<std::uint8_t>(v >> 8));
  out.push_back(static_cast<std::uint8_t>(v));
}
inline void put32(Octets& out, std::uint32_t v) { put16(out, v >> 16), put16(out, v & 0xFFFF); }
inline void put16_little(Octets& out, unsigned v) {
  out.push_back(static_cast<std::uint8_t>(v));
  out.push_back(static_cast<std::uint8_t>(v >> 8));
}

// RFC 1071, over what two or more pieces hold together; each but the last of even length.
inline std::uint32_t sum(const std::uint8_t* at, std::size_t size, std::uint32_t so_far = 0) {
  for (std::size_t i = 0; i + 1 < size; i += 2) so_far += static_cast<std::uint32_t>(at[i] << 8 | at[i + 1]);
  return size % 2 ? so_far + static_cast<std::uint32_t>(at[size - 1] << 8) : so_far;
}
inline std::uint16_t folded(std::uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

// The same numbers in every run (xorshift64*).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {
    state_ ^= state_ >> 12, state_ ^= state_ << 25, state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1Dull;
  }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((*this)() >> 32) * n >> 32); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

// pcap, microseconds, little-endian.
class Capture {
 public:
  explicit Capture(const std::string& path) : file_(std::fopen(path.c_str(), "wb")) {
    if (!file_) throw std::runtime_error(path + ": can't be written");
    std::setvbuf(file_.get(), nullptr, _IOFBF, 1 << 20);
    const std::uint32_t head[] = {0xA1B2C3D4, 4u << 16 | 2, 0, 0, 262144, 1};
    std::fwrite(head, sizeof head, 1, file_.get());
  }
  void frame(std::uint64_t microseconds, const std::uint8_t* data, std::size_t size) {
    const auto length = static_cast<std::uint32_t>(size);
    const std::uint32_t head[] = {static_cast<std::uint32_t>(microseconds / 1'000'000),
                                  static_cast<std::uint32_t>(microseconds % 1'000'000), length, length};
    std::fwrite(head, sizeof head, 1, file_.get());
    std::fwrite(data, size, 1, file_.get());
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
};

// A TCP connection between two hosts of 10/8, whose MACs follow from their addresses.
class Connection {
 public:
  Connection(Capture& out, std::uint32_t client, std::uint32_t server, std::uint16_t from, std::uint16_t to)
      : out_(out), ends_{{client, from, client * 2654435761u}, {server, to, server * 2246822519u}} {}

  void open(std::uint64_t now) {
    segment(now, 0, 2, nullptr, 0), ends_[0].next += 1;
    segment(now + 90, 1, 0x12, nullptr, 0), ends_[1].next += 1;
    segment(now + 160, 0, 0x10, nullptr, 0);
  }
  void say(std::uint64_t now, int side, const Octets& data, bool again = false) {
    segment(now, side, 0x18, data.data(), data.size());
    if (again) segment(now + 200'000, side, 0x18, data.data(), data.size());
    ends_[side].next += static_cast<std::uint32_t>(data.size());
  }
  void acknowledge(std::uint64_t now, int side) { segment(now, side, 0x10, nullptr, 0); }

 private:
  struct End {
    std::uint32_t address;
    std::uint16_t port;
    std::uint32_t next;  // sequence number
  };
  void segment(std::uint64_t now, int side, std::uint8_t flags, const std::uint8_t* data, std::size_t size) {
    const End &from = ends_[side], &to = ends_[1 - side];
    Octets& f = frame_;
    f.clear();
    for (const End* end : {&to, &from}) put16(f, 0x0200), put32(f, end->address);
    put16(f, 0x0800);
    put16(f, 0x4500), put16(f, static_cast<unsigned>(40 + size)), put16(f, number_++), put16(f, 0x4000);
    put16(f, 0x4006), put16(f, 0), put32(f, from.address), put32(f, to.address);
    put16(f, from.port), put16(f, to.port), put32(f, from.next), put32(f, flags == 2 ? 0 : to.next);
    put16(f, 0x5000u | flags), put16(f, 64240), put16(f, 0), put16(f, 0);
    f.insert(f.end(), data, data + size);
    fill(24, folded(sum(&f[14], 20)));
    fill(50, folded(sum(&f[34], 20 + size, sum(&f[26], 8, static_cast<std::uint32_t>(6 + 20 + size)))));
    while (f.size() < 60) f.push_back(0);
    out_.frame(now, f.data(), f.size());
  }
  void fill(std::size_t at, std::uint16_t v) {
    frame_[at] = static_cast<std::uint8_t>(v >> 8), frame_[at + 1] = static_cast<std::uint8_t>(v);
  }

  Capture& out_;
  End ends_[2];
  std::uint16_t number_ = 1;
  Octets frame_;
};

}  // namespace bench
