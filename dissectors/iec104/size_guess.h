// Some gateways put -101 ASDUs with -101's narrower fields on the network, against -104 §7.1. The widths can't be
// told from one ASDU; several running that fit one choice of widths to the octet, and not the present one, prove it.
#pragma once

#include <cstdint>

#include "dissectors/iec104/asdu.h"

namespace kakoi::iec104 {

class SizeGuess {
 public:
  // An ASDU fits `sizes`: nothing to guess.
  void fits() noexcept { running_ = 0; }
  // The type has counted objects, which fill `size` octets of ASDU not with `sizes`. `bytes` are those octets, maybe
  // cut. True: the ASDUs since the last that fitted prove other widths, now in `sizes`.
  bool misfits(const AsduType& type, Bytes bytes, std::size_t size, FieldSizes& sizes) noexcept;

 private:
  // One bit per choice of widths, over all misfits running.
  std::uint16_t fitting_ = 0;  // to the octet, in all of them
  std::uint16_t odd_ = 0;      // fits, but with values that are seldom meant
  std::uint8_t running_ = 0;
};

}  // namespace kakoi::iec104
