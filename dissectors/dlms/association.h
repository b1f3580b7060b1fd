// AARQ and AARE (IEC 62056-5-3, clause 7.2; ISO/IEC 15954): how a client logs in, and what becomes of it.
#pragma once

#include <optional>

#include "dissectors/core/bytes.h"

namespace kakoi::dlms {

// Authentication mechanisms (clause 5.3.2.2 and the arc 2.16.756.5.8.2).
enum Mechanism : std::uint8_t { lowest = 0, low = 1 };

struct Association {
  std::uint8_t mechanism = lowest;
  bool is_ciphered = false;  // by the application context
  Bytes secret;              // AARQ: calling-authentication-value; in clear with the mechanism `low`
  Bytes title;               // the speaker's system title
  std::uint8_t result = 0;   // AARE: 0 accepted, 1 rejected, 2 rejected for now
  bool goes_on = false;      // AARE: accepted as far as it goes, a response to the challenge is awaited
  bool is_complete = false;
};

std::optional<Association> read_association(Bytes apdu) noexcept;

}  // namespace kakoi::dlms
