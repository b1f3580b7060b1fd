// Cuts one direction's ordered bytes into PDUs with Protocol::frame.
//
// A PDU within one run is handed over as a view; only one that straddles runs is copied, up to
// Protocol::max_pdu. A larger one arrives cut and its rest is passed over by count. After lost
// bytes the framing is kept where the PDU's length tells where the next one begins; else the next
// run whose head `frame` accepts is where reading goes on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
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

  template <typename Out>  // an Output; of a known class its on_pdu() is no virtual call
  void run(const Protocol& protocol, Role speaker, Bytes bytes, const Carrier& carrier, Out& out) {
    if (skip_ != 0 || has_partial()) return go_on(protocol, speaker, bytes, carrier, out);
    while (!bytes.empty()) {
      const Frame frame = protocol.frame(bytes, speaker);
      if (frame.kind != Frame::Kind::whole || frame.size - 1 >= std::min(bytes.size(), protocol.max_pdu)) {
        if (start_pdu(frame, protocol, speaker, bytes, carrier, out)) go_on(protocol, speaker, bytes, carrier, out);
        return;
      }
      out.on_pdu({speaker, bytes.first(frame.size), frame.size}, carrier);
      bytes = bytes.subspan(frame.size);
    }
  }
  void missing(std::uint32_t lost, Role speaker, Output& out);
  // Gives up the beginning of a PDU whose rest has not come, and its memory.
  void release(Role speaker, Output& out);
  bool has_partial() const noexcept { return partial_ && !partial_->bytes.empty(); }  // a PDU began and goes on
  std::size_t held() const noexcept { return partial_ ? sizeof(Partial) + partial_->bytes.capacity() : 0; }

 private:
  std::size_t continue_partial(const Protocol& protocol, Role speaker, Bytes bytes, const Carrier& carrier,
                               Output& out);
  void go_on(const Protocol& protocol, Role speaker, Bytes bytes, const Carrier& carrier, Output& out);
  bool start_pdu(const Frame& frame, const Protocol& protocol, Role speaker, Bytes& rest, const Carrier& carrier,
                 Output& out);
  static bool has_end(const Protocol& protocol, Bytes held, std::size_t searched) noexcept;
  std::size_t pass_over(std::size_t at_most);
  void keep(Bytes bytes, std::size_t wanted, bool whole);

  struct Partial {
    std::vector<std::uint8_t> bytes;  // of a PDU that straddles runs; empty: none
    std::size_t wanted = 0;           // bytes in all that are needed before it is looked at again
    bool wanted_is_whole = false;     // … and that this is the PDU's length
  };
  static constexpr std::uint64_t kLost = ~std::uint64_t{0};
  bool is_lost() const noexcept { return skip_ == kLost; }
  void found() noexcept {
    if (is_lost()) skip_ = 0;
  }

  std::unique_ptr<Partial> partial_;  // made when first needed
  // Bytes to pass over: the rest of a PDU that was cut or lost. kLost: framing is lost, wait for a run that
  // starts a PDU.
  std::uint64_t skip_ = 0;
};

}  // namespace kakoi::flow
