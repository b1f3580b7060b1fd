// Transfers on ports that another conversation agreed on: FTP's data connections, TFTP's transfers. Their ports are
// nobody's services.
#pragma once

#include <vector>

#include "sensor/inventory/observed.h"

namespace kakoi {

// Known by what the control connection says, not by bytes of its own, so it is no dissector's.
extern const Protocol ftp_data_protocol;

// Links that an FTP control connection named the port of become ftp_data, whatever their bytes look like. For
// Observed::settle(): depends on nothing but the rows, and doing it twice is doing it once.
void mark_data_connections(Observed& observed);

enum class TransferPart : std::uint8_t {
  none,
  transfer,            // and it was seen to be agreed on
  answered_elsewhere,  // a TFTP request: the server's answer comes from another port
};
// In the order of observed.links.
std::vector<TransferPart> transfer_parts(const Observed& observed);

// Points that only serve the above.
bool is_agreement(const PointKey& key) noexcept;

}  // namespace kakoi
