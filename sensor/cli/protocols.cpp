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
    "Lists the protocols that are understood, by the names that links and policies have; ports are hints only.\n"
    "Those behind which stands what they are go by the headers of a packet, the others by content.\n",
    "識別できるプロトコルの一覧です。名称は、通信の一覧やポリシーと同じです（ポート番号は手掛かりにすぎません）。説明の"
    "付いたものはパケットのヘッダから、ほかは内容から識別します。\n",
    ""};

// Those that are no flow's content.
struct Plain {
  const Protocol* protocol;
  const char *over, *what;
};
constexpr Plain kPlain[] = {{&arp_protocol, "ethernet", "Address Resolution Protocol"},
                            {&icmp_protocol, "ip", "ICMP for IPv4"},
                            {&icmpv6_protocol, "ip", "ICMPv6, with neighbour and router discovery"},
                            {&ftp_data_protocol, "tcp", "data connections that FTP named the port of"},
                            {&tcp_protocol, "tcp", "what answers by TCP alone"},
                            {&lldp_protocol, "ethernet", "Link Layer Discovery Protocol"},
                            {&cdp_protocol, "ethernet", "Cisco Discovery Protocol"},
                            {&stp_protocol, "ethernet", "Spanning Tree Protocol"},
                            {&lacp_protocol, "ethernet", "Link Aggregation Control Protocol"},
                            {&ospf_protocol, "ip", "OSPF, routing"},
                            {&rip_protocol, "udp", "RIP, routing"},
                            {&eigrp_protocol, "ip", "EIGRP, routing"},
                            {&vrrp_protocol, "ip", "VRRP, virtual routers"},
                            {&hsrp_protocol, "udp", "HSRP, virtual routers"}};
constexpr const Protocol* kFrames[] = {&profinet_dcp_protocol, &profinet_rt_protocol, &goose_protocol, &sv_protocol,
                                       &ethercat_protocol};
}  // namespace

int protocol_list(const Arguments& arguments) {
  const auto values = parse(arguments, po::options_description("Options"), kHelp);
  if (!values) return kDone;
  if (!inputs(*values).empty()) throw UsageError("protocols: takes no argument");
  const auto print = [](const Protocol& p, const char* over, const std::string& rest) {
    const char* domain = p.domain == Domain::ot ? "OT" : p.domain == Domain::it ? "IT" : "shared";
    std::cout << std::left << std::setw(15) << p.name << std::setw(8) << domain << std::setw(9) << over << rest << "\n";
  };
  const auto print_flow = [&](const Protocol& p) {
    std::string ports;
    for (const std::uint16_t port : p.ports) ports += (ports.empty() ? "" : ",") + std::to_string(port);
    print(p, p.over_tcp && p.over_udp ? "tcp,udp" : p.over_tcp ? "tcp" : p.over_udp ? "udp" : "ethernet", ports);
  };
  for (const Protocol* p : protocols()) print_flow(*p);
  for (const Protocol* p : control_protocols()) print_flow(*p);
  for (const Protocol* p : kFrames) print_flow(*p);
  for (const Plain& p : kPlain) print(*p.protocol, p.over, p.what);
  return kDone;
}

std::vector<std::string_view> protocol_names() {
  std::vector<std::string_view> names;
  for (const Protocol* p : protocols()) names.push_back(p->name);
  for (const Protocol* p : control_protocols()) names.push_back(p->name);
  for (const Protocol* p : kFrames) names.push_back(p->name);
  for (const Plain& p : kPlain) names.push_back(p.protocol->name);
  std::sort(names.begin(), names.end());
  return names;
}

const Protocol* find_any_protocol(std::string_view name) noexcept {
  const Protocol* found = find_protocol(name);
  return found ? found : find_control_protocol(name);
}

}  // namespace kakoi::cli
