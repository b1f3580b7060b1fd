// An IEC 60870-5-104 controlled and controlling station over the kernel's TCP, for sample captures: neither
// Debian nor npm has a stack. Addresses have the sizes that 104 fixes (§7): COT 2, CA 2, IOA 3 octets.
//
//   iec104_station controlled BIND COMMON_ADDRESS
//   iec104_station controlling HOST COMMON_ADDRESS SECONDS [command]
//
//   68 | length | control ×4 | type | VSQ | COT ×2 | CA ×2 | (IOA ×3 | element) …
#include <array>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <thread>

#include "tcp.h"

using station::Octets;
using station::Socket;

namespace {

constexpr std::uint16_t kPort = 2404;
constexpr unsigned kW = 8;  // acknowledge at the latest after w I-frames (§5.5)

enum class Type : std::uint8_t {
  M_SP_NA_1 = 1,
  M_ME_NC_1 = 13,
  C_SC_NA_1 = 45,
  C_SE_NC_1 = 50,
  C_IC_NA_1 = 100,
  C_CS_NA_1 = 103,
};
enum Cause : std::uint8_t {
  spontaneous = 3,
  activation = 6,
  activation_con = 7,
  activation_term = 10,
  interrogated = 20
};
enum Control : std::uint8_t {
  startdt_act = 0x07,
  startdt_con = 0x0B,
  stopdt_act = 0x13,
  stopdt_con = 0x23,
  testfr_act = 0x43,
  testfr_con = 0x83,
};

// One connection: counts I-frames both ways and answers what both roles answer alike.
class Link {
 public:
  Link(Socket peer, unsigned common_address) : peer_(std::move(peer)), common_address_(common_address) {}

  void u_frame(Control function) { peer_.write({0x68, 4, function, 0, 0, 0}); }
  void acknowledge() {
    Octets frame{0x68, 4, 0x01, 0x00};
    station::le16(frame, (received_ << 1) & 0xFFFF);
    peer_.write(frame);
    unacknowledged_ = 0;
  }
  // `objects`: IOA and element of each information object, one after another.
  void send(Type type, unsigned count, Cause cause, const Octets& objects) {
    Octets frame{0x68, static_cast<std::uint8_t>(10 + objects.size())};
    station::le16(frame, (sent_++ << 1) & 0xFFFF);
    station::le16(frame, (received_ << 1) & 0xFFFF);
    station::append(frame, {static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(count), cause, 0});
    station::le16(frame, common_address_);
    station::append(frame, objects);
    peer_.write(frame);
    unacknowledged_ = 0;
  }

  // Next APDU from the control field on; empty when none comes in time. Throws at the end of the stream.
  Octets receive(int milliseconds) {
    if (!peer_.readable(milliseconds)) return {};
    std::array<std::uint8_t, 2> head{};
    if (!peer_.read(head) || head[0] != 0x68) throw std::runtime_error("peer has gone");
    Octets body(head[1]);
    if (body.size() < 4 || !peer_.read(body)) throw std::runtime_error("peer has gone");
    if ((body[0] & 1U) == 0) {
      ++received_;
      if (++unacknowledged_ >= kW) acknowledge();
    }
    if (body[0] == testfr_act) u_frame(testfr_con);
    return body;
  }

 private:
  Socket peer_;
  unsigned common_address_, sent_ = 0, received_ = 0, unacknowledged_ = 0;
};

void ioa(Octets& to, unsigned address) {
  station::append(to, {static_cast<std::uint8_t>(address), static_cast<std::uint8_t>(address >> 8), 0});
}

Octets measured(unsigned address, float value) {
  Octets object;
  ioa(object, address);
  station::le32(object, std::bit_cast<std::uint32_t>(value));
  object.push_back(0);  // QDS: good
  return object;
}

// ─── controlled station ──────────────────────────────────────────────────────

void interrogation(Link& link, const Octets& command) {
  link.send(Type::C_IC_NA_1, 1, activation_con, command);
  Octets points;
  for (unsigned i = 0; i < 6; ++i) {
    ioa(points, 100 + i);
    points.push_back(i % 2 == 0 ? 1 : 0);  // SIQ
  }
  link.send(Type::M_SP_NA_1, 6, interrogated, points);
  Octets values;
  for (unsigned i = 0; i < 4; ++i) station::append(values, measured(700 + i, 66.0F + static_cast<float>(i) * 0.5F));
  link.send(Type::M_ME_NC_1, 4, interrogated, values);
  link.send(Type::C_IC_NA_1, 1, activation_term, command);
}

void serve(Link& link) {
  bool started = false;
  for (unsigned tick = 0;;) {
    const auto apdu = link.receive(900);
    if (apdu.empty()) {
      if (started)
        link.send(Type::M_ME_NC_1, 1, spontaneous,
                  measured(700 + tick % 4, 65.5F + static_cast<float>(tick % 9) * 0.1F));
      ++tick;
      continue;
    }
    if (apdu[0] == startdt_act) {
      started = true;
      link.u_frame(startdt_con);
    }
    if (apdu[0] == stopdt_act) {
      started = false;
      link.u_frame(stopdt_con);
    }
    if ((apdu[0] & 1U) != 0 || apdu.size() < 10) continue;
    const Type type{apdu[4]};
    const Octets objects(apdu.begin() + 10, apdu.end());
    if (type == Type::C_IC_NA_1) {
      interrogation(link, objects);
      continue;
    }
    link.send(type, 1, activation_con, objects);
    if (type != Type::C_CS_NA_1) link.send(type, 1, activation_term, objects);
  }
}

// ─── controlling station ─────────────────────────────────────────────────────

Octets clock_now() {  // CP56Time2a (IEC 60870-5-4 §6.8), UTC
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  Octets time{0, 0, 0};  // IOA 0
  station::le16(time, static_cast<unsigned>(utc.tm_sec * 1000 + static_cast<int>(ms)));
  station::append(time, {static_cast<std::uint8_t>(utc.tm_min), static_cast<std::uint8_t>(utc.tm_hour),
                         static_cast<std::uint8_t>(utc.tm_mday), static_cast<std::uint8_t>(utc.tm_mon + 1),
                         static_cast<std::uint8_t>(utc.tm_year % 100)});
  return time;
}

void control(Link& link, unsigned seconds, bool command) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  link.u_frame(startdt_act);
  link.receive(2000);
  link.send(Type::C_CS_NA_1, 1, activation, clock_now());
  link.send(Type::C_IC_NA_1, 1, activation, {0, 0, 0, 20});  // QOI: station interrogation
  for (unsigned tick = 1; std::chrono::steady_clock::now() < end; ++tick) {
    for (int quiet = 0; quiet < 4;)
      if (link.receive(250).empty()) ++quiet;
    if (tick % 10 == 9) link.u_frame(testfr_act);
    if (command && tick % 8 == 3)
      link.send(Type::C_SC_NA_1, 1, activation, {0x88, 0x13, 0, 0x01});  // IOA 5000: ON, execute
    if (command && tick % 8 == 6) link.send(Type::C_SE_NC_1, 1, activation, measured(5100, 66.0F));
  }
  link.acknowledge();
  link.u_frame(stopdt_act);
  link.receive(1000);
}

unsigned number(const char* text) { return static_cast<unsigned>(std::strtoul(text, nullptr, 10)); }

}  // namespace

int main(int argc, char** argv) try {
  const std::string role = argc > 1 ? argv[1] : "";
  if (role == "controlled" && argc == 4) {
    for (const auto listener = Socket::listening(argv[2], kPort);;)
      std::thread([link = Link(listener.accepted(), number(argv[3]))]() mutable {
        try {
          serve(link);
        } catch (const std::exception& error) {
          std::cerr << error.what() << '\n';
        }
      }).detach();
  }
  if (role == "controlling" && argc >= 5) {
    Link link(Socket::connected(argv[2], kPort), number(argv[3]));
    control(link, number(argv[4]), argc > 5);
    return 0;
  }
  std::cerr << "usage: see the head of iec104_station.cpp\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << "iec104_station: " << error.what() << '\n';
  return 1;
}
