#include "sensor/flow/pdu_assembler.h"

#include <algorithm>

namespace kakoi::flow {

void PduAssembler::keep(Bytes bytes, std::size_t wanted, bool whole) {
  if (!partial_) partial_ = std::make_unique<Partial>();
  partial_->bytes.assign(bytes.begin(), bytes.end());
  partial_->wanted = wanted;
  partial_->wanted_is_whole = whole;
}

// May a PDU end in what came behind the first `searched` octets?
bool PduAssembler::has_end(const Protocol& protocol, Bytes held, std::size_t searched) noexcept {
  const std::string_view end = protocol.pdu_end;
  if (end.empty() || searched < end.size()) return true;
  return as_text(held.subspan(searched - (end.size() - 1))).find(end) != std::string_view::npos;
}

// Adds to partial_ what it needs and hands it over when it is whole. Returns the bytes consumed.
std::size_t PduAssembler::continue_partial(const Protocol& protocol, Role speaker, Bytes bytes, const Carrier& carrier,
                                           Output& out) {
  std::size_t used = 0;
  Partial& p = *partial_;
  std::vector<std::uint8_t>& held = p.bytes;
  while (!held.empty()) {
    const std::size_t enough = std::min(p.wanted, protocol.max_pdu);
    if (held.size() < enough) {
      // A framer that asks for one octet more does not know how many it needs. It gets all there are: one after the other,
      // what is held would be read again for each.
      const bool unknown = !p.wanted_is_whole && p.wanted == held.size() + 1;
      const std::size_t step = std::min((unknown ? protocol.max_pdu : enough) - held.size(), bytes.size() - used);
      held.insert(held.end(), bytes.begin() + static_cast<std::ptrdiff_t>(used),
                  bytes.begin() + static_cast<std::ptrdiff_t>(used + step));
      used += step;
      if (held.size() < enough) return used;
      if (unknown && held.size() < protocol.max_pdu && !has_end(protocol, held, held.size() - step)) {
        p.wanted = held.size() + 1;
        continue;
      }
    }
    if (!p.wanted_is_whole) {
      const Frame frame = protocol.frame(held, speaker);
      if (frame.kind == Frame::Kind::more && frame.size > held.size() && held.size() < protocol.max_pdu) {
        p.wanted = frame.size;
        continue;
      }
      if (frame.kind != Frame::Kind::whole) {
        held.clear();
        if (!is_lost()) out.on_lost_sync(speaker, carrier);
        out.on_gap(speaker);
        skip_ = kLost;
        return bytes.size();  // the rest of this run follows something unknown
      }
      p.wanted = frame.size;
      p.wanted_is_whole = true;
      // A framer may find that less than what it asked for is a PDU: the rest is looked at again.
      if (p.wanted < held.size()) {
        const std::size_t back = held.size() - p.wanted;
        if (back > used) {  // those bytes lie in earlier runs: they start the next PDU
          std::vector<std::uint8_t> tail(held.begin() + static_cast<std::ptrdiff_t>(p.wanted), held.end());
          held.resize(p.wanted);
          found();
          out.on_pdu({speaker, held, p.wanted}, carrier);
          held = std::move(tail);
          p.wanted = held.size();
          p.wanted_is_whole = false;
          continue;
        }
        used -= back;
        held.resize(p.wanted);
      }
      continue;
    }
    found();
    out.on_pdu({speaker, held, p.wanted}, carrier);
    skip_ = p.wanted - held.size();
    held.clear();
  }
  return used;
}

// One step at the head of `rest`, which looks like `frame`; false when the run is used up.
bool PduAssembler::start_pdu(const Frame& frame, const Protocol& protocol, Role speaker, Bytes& rest,
                             const Carrier& carrier, Output& out) {
  switch (frame.kind) {
    case Frame::Kind::whole: {
      if (frame.size <= rest.size()) {
        found();
        out.on_pdu({speaker, rest.first(std::min(frame.size, protocol.max_pdu)), frame.size}, carrier);
        rest = rest.subspan(std::max<std::size_t>(frame.size, 1));
        return true;
      }
      if (rest.size() >= protocol.max_pdu) {
        found();
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
    case Frame::Kind::foreign:
      break;
  }
  if (!is_lost()) {
    out.on_lost_sync(speaker, carrier);
    out.on_gap(speaker);
    skip_ = kLost;
  }
  return false;
}

std::size_t PduAssembler::pass_over(std::size_t at_most) {
  const std::size_t passed = is_lost() ? 0 : std::min<std::size_t>(skip_, at_most);
  if (passed > 0) skip_ -= passed;
  return passed;
}

void PduAssembler::go_on(const Protocol& protocol, Role speaker, Bytes bytes, const Carrier& carrier, Output& out) {
  Bytes rest = bytes.subspan(pass_over(bytes.size()));
  while (!rest.empty()) {
    if (has_partial()) {
      rest = rest.subspan(continue_partial(protocol, speaker, rest, carrier, out));
      rest = rest.subspan(pass_over(rest.size()));
      continue;
    }
    if (!start_pdu(protocol.frame(rest, speaker), protocol, speaker, rest, carrier, out)) return;
  }
}

void PduAssembler::missing(std::uint32_t lost, Role speaker, Output& out) {
  out.on_gap(speaker);
  std::size_t rest_of_pdu = is_lost() ? 0 : skip_;
  if (has_partial() && partial_->wanted_is_whole) rest_of_pdu = partial_->wanted - partial_->bytes.size();
  if (partial_) partial_->bytes.clear();
  if (rest_of_pdu > 0 && lost <= rest_of_pdu) {
    skip_ = rest_of_pdu - lost;
    return;
  }
  skip_ = kLost;
}

void PduAssembler::release(Role speaker, Output& out) {
  if (has_partial()) missing(0, speaker, out);
  partial_.reset();
}

}  // namespace kakoi::flow
