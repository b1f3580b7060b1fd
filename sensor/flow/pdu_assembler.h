// Cuts one direction's ordered bytes into PDUs with Protocol::frame.
//
// A PDU within one run is handed over as a view; only one that straddles runs is copied, up to
// Protocol::max_pdu. A larger one arrives cut and its rest is passed over by count. After lost
// bytes the framing is kept where the PDU's length tells where the next one begins; else the next
// run whose head `frame` accepts is where reading goes on.
#pragma once

#include <cstdint>
#include <vector>

#include "sensor/flow/segment_window.h"

namespace kakoi::flow {

class PduAssembler {
 public:
  class Output {
   public:
    virtual void on_pdu(const Pdu& pdu, const Carrier& carrier) = 0;
    virtual void on_gap(Role speaker) = 0;
    virtual void on_lost_sync(Role speaker, const Carrier& carrier) = 0;

   protected:
    ~Output() = default;
  };

  void run(const Protocol& protocol, Role speaker, Bytes bytes, const Carrier& carrier, Output& out);
  void missing(std::uint32_t lost, Role speaker, Output& out);

 private:
  std::size_t continue_partial(const Protocol& protocol, Role speaker, Bytes bytes, const Carrier& carrier, Output& out);
  bool start_pdu(const Protocol& protocol, Role speaker, Bytes& rest, const Carrier& carrier, Output& out);
  void keep(Bytes bytes, std::size_t wanted, bool whole);

  std::vector<std::uint8_t> partial_;
  std::size_t wanted_ = 0;        // bytes in all that partial_ needs before it is looked at again
  bool wanted_is_whole_ = false;  // … and that this is the PDU's length
  std::size_t skip_ = 0;          // bytes to pass over: the rest of a PDU that was cut or lost
  bool lost_ = false;             // framing is lost: wait for a run that starts a PDU
};

}  // namespace kakoi::flow
