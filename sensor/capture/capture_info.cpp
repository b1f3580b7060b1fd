#include "sensor/capture/capture_info.h"

namespace kakoi {

std::string Damage::text() const {
  if (places == 0) return {};
  const std::string where = "byte " + std::to_string(first_offset) + ", after packet " + std::to_string(first_packet);
  const std::string skipped = std::to_string(bytes) + " bytes skipped";
  if (places == 1) return "damaged at " + where + ": " + skipped + ", the rest counts";
  return "damaged in " + std::to_string(places) + " places, the first at " + where + ": " + skipped +
         " in all, the rest counts";
}

}  // namespace kakoi
