#include "dissectors/dlms/association.h"

#include "dissectors/core/der.h"
#include "dissectors/dlms/apdu.h"

namespace kakoi::dlms {

namespace {

// Fields by their tags; those from A2 on differ between the two.
enum Field : std::uint8_t {
  context_name = 0xA1,
  result = 0xA2,
  diagnostic = 0xA3,
  responding_title = 0xA4,
  calling_title = 0xA6,
  responding_mechanism = 0x89,
  calling_mechanism = 0x8B,
  calling_secret = 0xAC,
};
constexpr std::uint8_t kAuthenticationRequired = 14;  // acse-service-user, clause 7.2.4

}  // namespace

std::optional<Association> read_association(Bytes apdu) noexcept {
  const auto whole = der::peek(apdu);
  if (!whole || (whole->tag != aarq && whole->tag != aare)) return {};
  const bool asks = whole->tag == aarq;
  Association a;
  a.is_complete = whole->complete();
  for (Bytes fields = whole->value; !fields.empty();) {
    const auto e = der::next(fields);
    if (!e || !e->complete()) {
      a.is_complete = false;
      break;
    }
    const std::uint8_t last = e->value.empty() ? std::uint8_t{0} : e->value.back();
    switch (e->tag) {
      case context_name:  // 1 logical names, 2 short names, 3 and 4 the same ciphered
        a.is_ciphered = last == 3 || last == 4;
        break;
      case result:
        if (!asks) a.result = last;
        break;
      case diagnostic:
        if (!asks) a.goes_on = !e->value.empty() && e->value[0] == 0xA1 && last == kAuthenticationRequired;
        break;
      case responding_title:
        if (!asks) a.title = der::inside(e->value, der::kOctetString);
        break;
      case calling_title:
        if (asks) a.title = der::inside(e->value, der::kOctetString);
        break;
      case calling_mechanism:
        if (asks) a.mechanism = last;
        break;
      case responding_mechanism:
        if (!asks) a.mechanism = last;
        break;
      case calling_secret:
        if (asks) a.secret = der::inside(e->value, 0x80);
        break;
      default:
        break;
    }
  }
  return a;
}

}  // namespace kakoi::dlms
