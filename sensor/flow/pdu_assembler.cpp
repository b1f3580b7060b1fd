#include "sensor/flow/pdu_assembler.h"

#include <algorithm>

namespace kakoi::flow {

void PduAssembler::keep(Bytes bytes, std::size_t wanted, bool whole) {
  partial_.assign(bytes.begin(), bytes.end());
  wanted_ = wanted;
  wanted_is_whole_ = whole;
}

// Adds to partial_ what it needs and hands it over when it is whole. Returns the bytes consumed.
std::size_t PduAssembler::continue_partial(const Protocol& protocol, Role speaker, Bytes bytes, const Carrier& carrier,
                                           Output& out) {
  std::size_t used = 0;
  while (!partial_.empty()) {
    const std::size_t enough = std::min(wanted_, protocol.max_pdu);
    if (partial_.size() < enough) {
      const std::size_t step = std::min(enough - partial_.size(), bytes.size() - used);
      partial_.insert(partial_.end(), bytes.begin() + static_cast<std::ptrdiff_t>(used),
                      bytes.begin() + static_cast<std::ptrdiff_t>(used + step));
      used += step;
      if (partial_.size() < enough) return used;
    }
    if (!wanted_is_whole_) {
      const Frame frame = protocol.frame(partial_, speaker);
      if (frame.kind == Frame::Kind::more && frame.size > partial_.size() && partial_.size() < protocol.max_pdu) {
        wanted_ = frame.size;
        continue;
      }
      if (frame.kind != Frame::Kind::whole) {
        partial_.clear();
        if (!lost_ && protocol.framing == Framing::binary) out.on_lost_sync(speaker, carrier);
        out.on_gap(speaker);
        lost_ = true;
        return bytes.size();  // the rest of this run follows something unknown
      }
      wanted_ = frame.size;
      wanted_is_whole_ = true;
      // A framer may find that less than what it asked for is a PDU: the rest is looked at again.
      if (wanted_ < partial_.size()) {
        const std::size_t back = partial_.size() - wanted_;
        if (back > used) {  // those bytes lie in earlier runs: they start the next PDU
          std::vector<std::uint8_t> tail(partial_.begin() + static_cast<std::ptrdiff_t>(wanted_), partial_.end());
          partial_.resize(wanted_);
          lost_ = false;
          out.on_pdu({speaker, partial_, wanted_}, carrier);
          partial_ = std::move(tail);
          wanted_ = partial_.size();
          wanted_is_whole_ = false;
          continue;
        }
        used -= back;
        partial_.resize(wanted_);
      }
      continue;
    }
    lost_ = false;
    out.on_pdu({speaker, partial_, wanted_}, carrier);
    skip_ = wanted_ - partial_.size();
    partial_.clear();
  }
  return used;
}

// One step at the head of `rest`; false when the run is used up.
bool PduAssembler::start_pdu(const Protocol& protocol, Role speaker, Bytes& rest, const Carrier& carrier, Output& out) {
  const Frame frame = protocol.frame(rest, speaker);
  switch (frame.kind) {
    case Frame::Kind::whole: {
      if (frame.size <= rest.size()) {
        lost_ = false;
        out.on_pdu({speaker, rest.first(std::min(frame.size, protocol.max_pdu)), frame.size}, carrier);
        rest = rest.subspan(std::max<std::size_t>(frame.size, 1));
        return true;
      }
      if (rest.size() >= protocol.max_pdu) {
        lost_ = false;
        out.on_pdu({speaker, rest.first(protocol.max_pdu), frame.size}, carrier);
        skip_ = frame.size - rest.size();
        return false;
      }
      keep(rest, frame.size, true);
      return false;
    }
    case Frame::Kind::more:
      if (rest.size() < protocol.max_pdu && frame.size > rest.size()) {
        keep(rest, frame.size, false);
        return false;
      }
      [[fallthrough]];
    case Frame::Kind::foreign: break;
  }
  if (!lost_) {
    if (protocol.framing == Framing::binary) out.on_lost_sync(speaker, carrier);
    out.on_gap(speaker);
    lost_ = true;
  }
  return false;
}

void PduAssembler::run(const Protocol& protocol, Role speaker, Bytes bytes, const Carrier& carrier, Output& out) {
  const std::size_t passed = std::min(skip_, bytes.size());
  skip_ -= passed;
  Bytes rest = bytes.subspan(passed);
  while (!rest.empty()) {
    if (!partial_.empty()) {
      rest = rest.subspan(continue_partial(protocol, speaker, rest, carrier, out));
      const std::size_t more = std::min(skip_, rest.size());
      skip_ -= more;
      rest = rest.subspan(more);
      continue;
    }
    if (!start_pdu(protocol, speaker, rest, carrier, out)) return;
  }
}

void PduAssembler::missing(std::uint32_t lost, Role speaker, Output& out) {
  out.on_gap(speaker);
  std::size_t rest_of_pdu = skip_;
  if (!partial_.empty() && wanted_is_whole_) rest_of_pdu = wanted_ - partial_.size();
  partial_.clear();
  if (rest_of_pdu > 0 && lost <= rest_of_pdu) {
    skip_ = rest_of_pdu - lost;
    return;
  }
  skip_ = 0;
  lost_ = true;
}

}  // namespace kakoi::flow
