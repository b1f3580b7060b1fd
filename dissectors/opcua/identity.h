// What applications say of themselves (OPC 10000-4, 7.2 ApplicationDescription, 7.14 EndpointDescription).
#pragma once

#include <array>

#include "dissectors/core/dissector.h"
#include "dissectors/opcua/encoding.h"
#include "dissectors/opcua/own_addresses.h"

namespace kakoi::opcua {

// A server's endpoints, from their number on: who it is, its certificate, and where else it is (null: the request was not
// seen).
void state_endpoints(ByteReader& r, const CalledBy* called_by, const Emit& emit);
// The applications that a server knows of, from their number on: itself, where there is one only; of several the one that
// is where the server answers tells where else it is.
void state_servers(ByteReader& r, const CalledBy* called_by, const Emit& emit);
// A client's description in CreateSession.
void state_client(ByteReader& r, const Emit& emit);

// What a Read request asks of the server's BuildInfo (OPC 10000-5, 12.4), and what its answer says of it.
class BuildInfoReader {
 public:
  // From the request's parameters on. Requests of many nodes are polling and are passed over.
  void ask(std::uint32_t request, ByteReader& r) noexcept;
  // From the answer's results on. A whole ServerStatus or BuildInfo says what it is; single fields only the request tells.
  void answer(std::uint32_t request, ByteReader& r, const Emit& emit);
  void on_gap() noexcept { asked_ = 0; }

 private:
  static constexpr std::size_t kMostNodes = 12;
  std::uint32_t request_ = 0, asked_ = 0;  // asked_: bits of the results that are of interest
  std::array<std::uint8_t, kMostNodes> field_{};
};

}  // namespace kakoi::opcua
