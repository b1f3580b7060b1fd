#include "dissectors/dlms/function.h"

#include "dissectors/dlms/apdu.h"
#include "dissectors/dlms/association.h"
#include "dissectors/dlms/frame.h"

namespace kakoi::dlms {

std::string_view function_name(std::uint32_t code) {
  switch (code) {
    case kMechanism* low + aarq:
      return "Association request, low level security";
    case kMechanism * 2 + aarq:
      return "Association request, high level security";
    case kMechanism * 3 + aarq:
      return "Association request, high level, MD5";
    case kMechanism * 4 + aarq:
      return "Association request, high level, SHA-1";
    case kMechanism * 5 + aarq:
      return "Association request, high level, GMAC";
    case kMechanism * 6 + aarq:
      return "Association request, high level, SHA-256";
    case kMechanism * 7 + aarq:
      return "Association request, high level, ECDSA";
    case kMechanism* kCipheredContext + aarq:
      return "Association request, ciphered";
    case kHdlc + snrm:
      return "HDLC SNRM";
    case kHdlc + disc:
      return "HDLC DISC";
    case kHdlc + ua:
      return "HDLC UA";
    case kHdlc + dm:
      return "HDLC DM";
    case kHdlc + frmr:
      return "HDLC FRMR";
    case kCiphered:
      return "Ciphered by the association's key";
    default:
      break;
  }
  const Kind* const known = code <= 0xFF ? find_kind(static_cast<std::uint8_t>(code)) : nullptr;
  return known ? known->name : std::string_view{};
}

}  // namespace kakoi::dlms
