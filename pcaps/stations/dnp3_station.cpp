// A DNP3 outstation and a master (IEEE 1815) over the kernel's TCP, for sample captures: neither Debian nor
// npm has a stack. Level 1 in spirit: one fragment, one link frame a message, no events, no retries.
//
//   dnp3_station outstation BIND LINK_ADDRESS VENDOR PRODUCT VERSION
//   dnp3_station master OUTSTATION_HOST OUTSTATION MASTER CYCLES PERIOD_MS [operate]
//
//   0564 | length | control | destination ×2 | source ×2 | CRC | (16 octets | CRC) …     IEEE 1815 §9.2
#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <thread>

#include "tcp.h"

using station::Octets;
using station::Socket;

namespace {

constexpr std::uint16_t kPort = 20000;

// Link control octets, unconfirmed user data and link status (§9.2.4.1).
constexpr std::uint8_t kFromMaster = 0xC4, kFromOutstation = 0x44, kStatusReply = 0x0B;
constexpr std::uint8_t kRequestLinkStatus = 0xC9;

enum class Function : std::uint8_t {
  read = 1,
  write = 2,
  select = 3,
  operate = 4,
  direct_operate = 5,
  delay_measure = 23,
  disable_unsolicited = 21,
  response = 129,
};

std::uint16_t crc(std::span<const std::uint8_t> bytes) {  // §9.2.5: x16+x13+x12+x11+x10+x8+x6+x5+x2+1, reflected
  unsigned value = 0;
  for (const auto byte : bytes) {
    value ^= byte;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? (value >> 1) ^ 0xA6BCU : value >> 1;
  }
  return static_cast<std::uint16_t>(~value);
}

Octets link_frame(std::uint8_t control, unsigned destination, unsigned source, const Octets& user) {
  Octets frame{0x05, 0x64, static_cast<std::uint8_t>(5 + user.size()), control};
  station::le16(frame, destination);
  station::le16(frame, source);
  station::le16(frame, crc(frame));
  for (std::size_t at = 0; at < user.size(); at += 16) {
    const auto block = std::span(user).subspan(at, std::min<std::size_t>(16, user.size() - at));
    frame.insert(frame.end(), block.begin(), block.end());
    station::le16(frame, crc(block));
  }
  return frame;
}

struct Frame {
  std::uint8_t control = 0;
  unsigned destination = 0, source = 0;
  Octets user;  // transport octet and fragment
};

std::optional<Frame> read_frame(const Socket& peer) {
  std::array<std::uint8_t, 10> head{};
  if (!peer.read(head) || head[0] != 0x05 || head[1] != 0x64 || head[2] < 5) return std::nullopt;
  Frame frame{head[3], head[4] + head[5] * 256U, head[6] + head[7] * 256U, {}};
  for (std::size_t left = head[2] - 5U; left > 0;) {
    const auto size = std::min<std::size_t>(16, left);
    Octets block(size + 2);
    if (!peer.read(block)) return std::nullopt;
    frame.user.insert(frame.user.end(), block.begin(), block.end() - 2);
    left -= size;
  }
  return frame;
}

// ─── outstation ──────────────────────────────────────────────────────────────

struct Outstation {
  unsigned address;
  std::string vendor, product, version;
};

void device_attribute(Octets& to, std::uint8_t variation, const std::string& text) {  // group 0, VSTR (§A.1)
  station::append(to, {0x00, variation, 0x00, 0x00, 0x00, 0x01, static_cast<std::uint8_t>(text.size())});
  to.insert(to.end(), text.begin(), text.end());
}

Octets static_data(unsigned tick) {
  Octets objects{0x01, 0x02, 0x00, 0, 7};  // g1v2 binary inputs with flags 0..7
  for (unsigned i = 0; i < 8; ++i) objects.push_back(static_cast<std::uint8_t>(0x01U | ((tick >> i) & 1U) << 7));
  station::append(objects, {0x1E, 0x01, 0x00, 0, 3});  // g30v1 analogue inputs, 32 bit with flag 0..3
  for (unsigned i = 0; i < 4; ++i) {
    objects.push_back(0x01);
    station::le32(objects, 1200 + 37 * i + tick % 11);
  }
  station::append(objects, {0x14, 0x01, 0x00, 0, 0, 0x01});  // g20v1 counter
  station::le32(objects, 80'000 + tick);
  return objects;
}

bool asks_for(const Octets& objects, std::uint8_t group, std::uint8_t variation) {
  for (std::size_t i = 0; i + 1 < objects.size(); ++i)
    if (objects[i] == group && objects[i + 1] == variation) return true;
  return false;
}

Octets answer(const Outstation& self, Function function, Octets objects, unsigned tick) {
  switch (function) {
    case Function::read: {
      Octets data;
      if (asks_for(objects, 0x3C, 0x01)) data = static_data(tick);
      if (asks_for(objects, 0x00, 0xFE)) {
        device_attribute(data, 252, self.vendor);
        device_attribute(data, 250, self.product);
        device_attribute(data, 242, self.version);
      }
      return data;  // class 1 to 3 alone: no events waiting
    }
    case Function::select:
    case Function::operate:
    case Function::direct_operate:
      return objects;  // echoed with status 0, accepted
    case Function::delay_measure:
      return {0x34, 0x02, 0x07, 0x01, 0x02, 0x00};  // g52v2, 2 ms
    default:
      return {};
  }
}

void serve(const Socket& peer, const Outstation& self) {
  for (unsigned tick = 0; auto frame = read_frame(peer); ++tick) {
    if (frame->control == kRequestLinkStatus) {
      peer.write(link_frame(kStatusReply, frame->source, self.address, {}));
      continue;
    }
    if (frame->user.size() < 3 || frame->destination != self.address) continue;
    const auto application = frame->user[1];
    const Function function{frame->user[2]};
    Octets user{static_cast<std::uint8_t>(0xC0U | (tick & 0x3FU)),
                static_cast<std::uint8_t>(0xC0U | (application & 0x0FU)), static_cast<std::uint8_t>(Function::response),
                0x00, 0x00};
    station::append(user, answer(self, function, Octets(frame->user.begin() + 3, frame->user.end()), tick));
    peer.write(link_frame(kFromOutstation, frame->source, self.address, user));
  }
}

// ─── master ──────────────────────────────────────────────────────────────────

class Master {
 public:
  Master(const std::string& host, unsigned outstation, unsigned self)
      : peer_(Socket::connected(host, kPort)), outstation_(outstation), self_(self) {}

  void ask(Function function, const Octets& objects) {
    Octets user{static_cast<std::uint8_t>(0xC0U | (sequence_ & 0x3FU)),
                static_cast<std::uint8_t>(0xC0U | (sequence_ & 0x0FU)), static_cast<std::uint8_t>(function)};
    ++sequence_;
    station::append(user, objects);
    peer_.write(link_frame(kFromMaster, outstation_, self_, user));
    if (!read_frame(peer_)) throw std::runtime_error("outstation has gone");
  }
  void ask_link_status() {
    peer_.write(link_frame(kRequestLinkStatus, outstation_, self_, {}));
    if (!read_frame(peer_)) throw std::runtime_error("outstation has gone");
  }

 private:
  Socket peer_;
  unsigned outstation_, self_, sequence_ = 0;
};

void poll(Master& master, unsigned cycles, std::chrono::milliseconds period, bool operate) {
  const Octets events{0x3C, 0x02, 0x06, 0x3C, 0x03, 0x06, 0x3C, 0x04, 0x06};
  Octets integrity = events;
  station::append(integrity, {0x3C, 0x01, 0x06});
  // g12v1 control relay output block, index 1: LATCH_ON, once, 100 ms on, 100 ms off, status 0
  const Octets latch{0x0C, 0x01, 0x28, 1, 0, 1, 0, 0x03, 1, 100, 0, 0, 0, 100, 0, 0, 0, 0};
  master.ask_link_status();
  master.ask(Function::disable_unsolicited, events);
  master.ask(Function::read, {0x00, 0xFE, 0x00, 0x00, 0x00});  // g0v254: all device attributes
  for (unsigned cycle = 0; cycle < cycles; ++cycle) {
    master.ask(Function::read, cycle % 5 == 0 ? integrity : events);
    if (operate && cycle % 12 == 6) {
      master.ask(Function::select, latch);
      master.ask(Function::operate, latch);
    }
    std::this_thread::sleep_for(period);
  }
}

unsigned number(const char* text) { return static_cast<unsigned>(std::strtoul(text, nullptr, 10)); }

}  // namespace

int main(int argc, char** argv) try {
  const std::string role = argc > 1 ? argv[1] : "";
  if (role == "outstation" && argc == 7) {
    const Outstation self{number(argv[3]), argv[4], argv[5], argv[6]};
    for (const auto listener = Socket::listening(argv[2], kPort);;)
      std::thread([&self, peer = listener.accepted()] {
        try {
          serve(peer, self);
        } catch (const std::exception& error) {
          std::cerr << error.what() << '\n';
        }
      }).detach();
  }
  if (role == "master" && argc >= 7) {
    Master master(argv[2], number(argv[3]), number(argv[4]));
    poll(master, number(argv[5]), std::chrono::milliseconds(number(argv[6])), argc > 7);
    return 0;
  }
  std::cerr << "usage: see the head of dnp3_station.cpp\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << "dnp3_station: " << error.what() << '\n';
  return 1;
}
