// The flow protocols of this folder, for control.cpp to list and for tests to name.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi {

extern const Protocol dns_udp_protocol, dns_tcp_protocol, mdns_protocol, llmnr_protocol, dhcp_protocol, dhcpv6_protocol,
    nbns_protocol, nbdgm_protocol, ethercat_ip_protocol;

}  // namespace kakoi
