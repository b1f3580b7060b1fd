// The protocols behind observe_ethernet; each takes the bytes above its own EtherType or SNAP header.
#pragma once

#include "sensor/control/control.h"

namespace kakoi {

// What is read from frames and datagrams one by one, and not out of a stream.
constexpr Protocol framed_protocol(std::string_view name, Domain domain = Domain::shared,
                                   std::string_view (*function_name)(std::uint32_t) = nullptr) noexcept {
  Protocol protocol{};
  protocol.name = name;
  protocol.over_tcp = false;
  protocol.domain = domain;
  protocol.function_name = function_name;
  return protocol;
}

void observe_lldp(const Decoded& packet, Bytes payload, const Emit& emit) noexcept;
void observe_cdp(const Decoded& packet, Bytes payload, const Emit& emit) noexcept;
void observe_stp(const Decoded& packet, Bytes bpdu, const Emit& emit) noexcept;
void observe_lacp(const Decoded& packet, Bytes payload, const Emit& emit) noexcept;
void observe_profinet_dcp(const Decoded& packet, Bytes payload, DcpRequests& requests, const Emit& emit) noexcept;
void observe_goose(const Decoded& packet, Bytes payload, const Emit& emit) noexcept;
void observe_sampled_values(const Decoded& packet, Bytes payload, const Emit& emit) noexcept;

}  // namespace kakoi
