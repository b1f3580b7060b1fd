// The protocols behind observe_ethernet; each takes the bytes above its own EtherType or SNAP header.
#pragma once

#include "sensor/control/control.h"

namespace kakoi {

void observe_lldp(const Decoded& packet, Bytes payload, const Emit& emit) noexcept;
void observe_cdp(const Decoded& packet, Bytes payload, const Emit& emit) noexcept;
void observe_stp(const Decoded& packet, Bytes bpdu, const Emit& emit) noexcept;
void observe_lacp(const Decoded& packet, Bytes payload, const Emit& emit) noexcept;
void observe_profinet_dcp(const Decoded& packet, Bytes payload, DcpRequests& requests, const Emit& emit) noexcept;
void observe_goose(const Decoded& packet, Bytes payload, const Emit& emit) noexcept;
void observe_sampled_values(const Decoded& packet, Bytes payload, const Emit& emit) noexcept;

}  // namespace kakoi
