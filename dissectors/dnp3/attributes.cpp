#include "dissectors/dnp3/attributes.h"

namespace kakoi::dnp3 {

namespace {

struct AttributeTrait {
  std::uint8_t variation;
  Trait trait;
};
constexpr AttributeTrait kTraits[] = {
    {242, Trait::firmware},     // device manufacturer's software version
    {243, Trait::hardware},     // device manufacturer's hardware version
    {245, Trait::location},     // user-assigned location name
    {246, Trait::description},  // user-assigned ID code or number
    {247, Trait::name},         // user-assigned device name
    {248, Trait::serial},       // device serial number
    {250, Trait::product},      // device manufacturer's product name and model
    {252, Trait::vendor},       // device manufacturer's name
};

}  // namespace

// Sets other than that of index 0 are the user's own and mean something else.
void tell_identity(const ObjectHeader& header, const Emit& emit) {
  constexpr std::uint8_t kVisibleString = 1;
  if (header.start != 0 || header.count == 0) return;
  for (const AttributeTrait& known : kTraits) {
    if (known.variation != header.variation) continue;
    ByteReader r(header.objects);
    r.skip((header.qualifier & 0x70) >= 0x40 ? header.prefix_size : 0u);
    const bool is_text = r.u8() == kVisibleString;
    const Bytes text = r.take(r.u8());
    if (r.ok() && is_text && !text.empty()) emit(Identity{known.trait, as_text(text), "dnp3 g0", 85, {}});
  }
}

}  // namespace kakoi::dnp3
