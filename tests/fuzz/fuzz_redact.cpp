// Fuzz target: packets without the secrets in them.
//
// Input: protocol | link type | variation | the frame. `protocol` is what the inventory holds all links of
// 10.0.0.1 and 10.0.0.2 to speak; `variation` cuts the frame as a snap length does, and sets the length of a
// frame check sequence.
#include <algorithm>
#include <array>
#include <map>

#include "sensor/evidence/redact.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace kakoi;
using fuzz::demand;

constexpr std::array kProtocols = {"",     "http", "ftp",    "telnet", "snmp", "dnp3", "iec104", "modbus", "modbus_rtu",
                                   "dhcp", "ntp",  "dhcpv6", "hsrp",   "rip",  "dns",  "tls",    "ssh"};

const evidence::LinkProtocols& links_of(const char* protocol) {
  static std::map<std::string, evidence::LinkProtocols> known;
  const auto found = known.find(protocol);
  if (found != known.end()) return found->second;
  Database db = Database::open(":memory:");
  db.execute("create table link (client_address, server_address, transport, server_port, protocol)");
  for (const char* transport : {"tcp", "udp"})
    for (const int port : {20, 21, 23, 53, 67, 80, 123, 161, 502, 520, 547, 1234, 2404, 20000})
      db.prepare("insert into link values ('10.0.0.1', '10.0.0.2', ?1, ?2, ?3)")
          .bind(1, transport)
          .bind(2, port)
          .bind(3, protocol)
          .run();
  return known.emplace(protocol, evidence::LinkProtocols(db)).first->second;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const unsigned variation = data[2];
  const auto frame = fuzz::own({data + 3, size - 3});
  RawPacket raw;
  raw.data = frame;
  raw.original_length = static_cast<std::uint32_t>(frame.size()) + (variation & 1) * 50;
  raw.link_type = data[1];
  raw.fcs_length = variation >> 1 & 4;
  const evidence::Redactor redactor(links_of(kProtocols[data[0] % kProtocols.size()]));
  const auto once = redactor(raw);
  demand(once.data.size() == frame.size(), "another length");
  demand(once.altered == !std::ranges::equal(once.data, raw.data), "what was altered is not told");
  return 0;
}
