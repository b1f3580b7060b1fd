// Which protocol a flow speaks, by its bytes. A port is a hint: it decides only which of several
// weak headers is believed at first sight.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dissectors/core/dissector.h"

namespace kakoi::flow {

// The two ends of a flow before anybody knows who serves: side 0 and side 1.
struct Ends {
  std::array<Address, 2> address;
  std::array<std::uint16_t, 2> port{};
  Transport transport = Transport::tcp;
  std::uint32_t vlan = 0;
  int client = -1;  // the side that opened the connection; -1 unknown
};

struct Serving {
  int side;
  bool known;  // false: a guess that only makes two captures of one conversation agree
};
// The side that serves by its port alone, independent of who spoke first: multicast and broadcast receivers serve; else
// a port that `hint` (may be null) or any protocol registers; else a system port (below 1024, RFC 6335 §6) that stands
// against one that is none. Guessed: the lower port; else the lower address.
Serving serving_side(const Ends& ends, const Protocol* hint) noexcept;

// Whether a datagram is made of whole PDUs and nothing else; DNP3 puts several frames into one.
bool fills(const Protocol& protocol, Bytes datagram, Role speaker) noexcept;

class Identifier {
 public:
  struct Verdict {
    const Protocol* protocol = nullptr;
    int client = 0;  // side
    bool client_known = false;  // not a mere guess by ports or addresses
    bool more = false;  // undecided, and the next bytes of this side may continue this PDU
    bool foreign = false;  // nobody's PDU starts like this
  };
  // `bytes`: where a PDU may start. One protocol answers at once with a strong header, or a weak
  // one on its registered port; a weak header elsewhere must fit twice running.
  Verdict look(std::span<const Protocol* const> candidates, const Ends& ends, int side, Bytes bytes);

 private:
  std::vector<std::uint8_t> fits_;  // by candidate: weak headers that fitted running
};

}  // namespace kakoi::flow
