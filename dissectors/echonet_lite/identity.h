// What nodes and their devices say of themselves.
#pragma once

#include "dissectors/echonet_lite/message.h"

namespace kakoi::echonet_lite {

// A property that the speaker told of its object.
void state_identity(const Object& object, const Property& property, const Emit& emit);
// Does it list a device, and not only controllers? Of an instance list (D5h, D6h).
bool lists_device(Bytes instances) noexcept;

inline constexpr std::uint8_t kInstanceListNotified = 0xD5, kInstanceList = 0xD6;

}  // namespace kakoi::echonet_lite
