#include <algorithm>
#include <iomanip>
#include <iostream>

#include "dissectors/core/dissector.h"
#include "sensor/cli/arguments.h"
#include "sensor/cli/names.h"
#include "sensor/control/control.h"
#include "sensor/inventory/transfers.h"

namespace kakoi::cli {
namespace {
constexpr Help kHelp{
    "kakoi protocols",
    "Lists the protocols that are understood by content; ports are hints only. Beside these, ARP, ICMP,\n"
    "router and neighbour discovery, LLDP, CDP, spanning tree and routing protocols are read.\n",
    "内容から識別できるプロトコルの一覧です（ポート番号は手掛かりにすぎません）。このほか、ARP、ICMP、ルータ・近隣探索"
    "、LLDP、CDP、スパニングツリー、経路制御プロトコルを読み取ります。\n",
    ""};
}

int protocol_list(const Arguments& arguments) {
  const auto values = parse(arguments, po::options_description("Options"), kHelp);
  if (!values) return kDone;
  if (!inputs(*values).empty()) throw UsageError("protocols: takes no argument");
  const auto print = [](const Protocol& p) {
    std::string ports;
    for (const std::uint16_t port : p.ports) ports += (ports.empty() ? "" : ",") + std::to_string(port);
    const char* domain = p.domain == Domain::ot ? "OT" : p.domain == Domain::it ? "IT" : "shared";
    std::cout << std::left << std::setw(15) << p.name << std::setw(8) << domain << std::setw(9)
              << (p.over_tcp && p.over_udp ? "tcp,udp"
                  : p.over_tcp             ? "tcp"
                  : p.over_udp             ? "udp"
                                           : "ethernet")
              << ports << "\n";
  };
  for (const Protocol* p : protocols()) print(*p);
  for (const Protocol* p : control_protocols()) print(*p);
  for (const Protocol* p :
       {&profinet_dcp_protocol, &profinet_rt_protocol, &goose_protocol, &sv_protocol, &ethercat_protocol})
    print(*p);
  return kDone;
}

std::vector<std::string_view> protocol_names() {
  std::vector<std::string_view> names = {ftp_data_protocol.name};
  for (const Protocol* p : protocols()) names.push_back(p->name);
  for (const Protocol* p : control_protocols()) names.push_back(p->name);
  for (const Protocol* p :
       {&arp_protocol, &icmp_protocol, &icmpv6_protocol, &lldp_protocol, &cdp_protocol, &profinet_dcp_protocol,
        &stp_protocol, &lacp_protocol, &tcp_protocol, &vrrp_protocol, &hsrp_protocol, &ospf_protocol, &eigrp_protocol,
        &rip_protocol, &profinet_rt_protocol, &goose_protocol, &sv_protocol, &ethercat_protocol})
    names.push_back(p->name);
  std::sort(names.begin(), names.end());
  return names;
}

const Protocol* find_any_protocol(std::string_view name) noexcept {
  const Protocol* found = find_protocol(name);
  return found ? found : find_control_protocol(name);
}

}  // namespace kakoi::cli
