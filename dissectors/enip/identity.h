// What a device says of itself by EtherNet/IP: the identity object (volume 1, 5-2) in ListIdentity and CIP answers.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::enip {

// One ListIdentity item (volume 2, 2-4.3.3), from the encapsulation version on.
void state_listed_identity(Bytes item, const Emit& emit);
// The data of a Get_Attributes_All answer of class 1, instance 1; `slot` of a module behind the speaker, or kNoValue.
void state_identity_object(Bytes data, std::uint32_t slot, const Emit& emit);
// The data of a Get_Attribute_Single answer of the same object of the speaker itself.
void state_identity_attribute(std::uint32_t attribute, Bytes data, const Emit& emit);

}  // namespace kakoi::enip
