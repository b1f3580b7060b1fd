#include "dissectors/dlms/apdu.h"

#include "dissectors/core/code_table.h"
#include "dissectors/core/der.h"

namespace kakoi::dlms {

namespace {

using enum OperationClass;

// What a ciphered ACTION does cannot be seen: it is how clients prove who they are, too (reply_to_HLS_authentication).
constexpr Kind kKinds[] = {
    {read_request, read, Way::asks, false, "Read request"},
    {write_request, write, Way::asks, false, "Write request"},
    {read_response, read, Way::answers, false, "Read response"},
    {write_response, write, Way::answers, false, "Write response"},
    {confirmed_service_error, other, Way::answers, false, "Confirmed service error"},
    {data_notification, report, Way::reports, false, "Data notification"},
    {unconfirmed_write, write, Way::asks, false, "Unconfirmed write request"},
    {information_report, report, Way::reports, false, "Information report"},
    {0x25, read, Way::asks, true, "glo Read request"},
    {0x26, write, Way::asks, true, "glo Write request"},
    {0x2C, read, Way::answers, true, "glo Read response"},
    {0x2D, write, Way::answers, true, "glo Write response"},
    {0x2E, other, Way::answers, true, "glo Confirmed service error"},
    {0x36, write, Way::asks, true, "glo Unconfirmed write request"},
    {0x38, report, Way::reports, true, "glo Information report"},
    {0x45, read, Way::asks, true, "ded Read request"},
    {0x46, write, Way::asks, true, "ded Write request"},
    {0x4C, read, Way::answers, true, "ded Read response"},
    {0x4D, write, Way::answers, true, "ded Write response"},
    {0x4E, other, Way::answers, true, "ded Confirmed service error"},
    {0x56, write, Way::asks, true, "ded Unconfirmed write request"},
    {0x58, report, Way::reports, true, "ded Information report"},
    {aarq, session, Way::asks, false, "Association request, no security"},
    {aare, session, Way::answers, false, "Association response"},
    {rlrq, session, Way::asks, false, "Release request"},
    {rlre, session, Way::answers, false, "Release response"},
    {get_request, read, Way::asks, false, "GET request"},
    {set_request, write, Way::asks, false, "SET request"},
    {event_notification, report, Way::reports, false, "Event notification"},
    {action_request, control, Way::asks, false, "ACTION request"},
    {get_response, read, Way::answers, false, "GET response"},
    {set_response, write, Way::answers, false, "SET response"},
    {action_response, control, Way::answers, false, "ACTION response"},
    {0xC8, read, Way::asks, true, "glo GET request"},
    {0xC9, write, Way::asks, true, "glo SET request"},
    {0xCA, report, Way::reports, true, "glo Event notification"},
    {0xCB, other, Way::asks, true, "glo ACTION request"},
    {0xCC, read, Way::answers, true, "glo GET response"},
    {0xCD, write, Way::answers, true, "glo SET response"},
    {0xCF, other, Way::answers, true, "glo ACTION response"},
    {0xD0, read, Way::asks, true, "ded GET request"},
    {0xD1, write, Way::asks, true, "ded SET request"},
    {0xD2, report, Way::reports, true, "ded Event notification"},
    {0xD3, other, Way::asks, true, "ded ACTION request"},
    {0xD4, read, Way::answers, true, "ded GET response"},
    {0xD5, write, Way::answers, true, "ded SET response"},
    {0xD7, other, Way::answers, true, "ded ACTION response"},
    {exception_response, other, Way::answers, false, "Exception response"},
    {access_request, other, Way::asks, false, "ACCESS request"},
    {access_response, other, Way::answers, false, "ACCESS response"},
    {general_glo_ciphering, other, Way::either, true, "General glo ciphering"},
    {general_ded_ciphering, other, Way::either, true, "General ded ciphering"},
    {general_ciphering, other, Way::either, true, "General ciphering"},
    {general_signing, other, Way::either, true, "General signing"},
    {general_block_transfer, other, Way::either, false, "General block transfer"},
};
static_assert(is_ascending(kKinds));

// The last choice of those whose second octet is one (clause 8.3: get-request-normal is 1, …); 0: it is none.
constexpr std::uint8_t last_choice(std::uint8_t tag) noexcept {
  switch (tag) {
    case get_request:
    case get_response:
      return 3;
    case set_request:
    case set_response:
      return 5;
    case action_request:
      return 6;
    case action_response:
      return 4;
    default:
      return 0;
  }
}

// The ciphered content is the rest: security control | invocation counter ×4 | …
bool holds_ciphered(ByteReader& r) noexcept {
  const std::size_t size = read_length(r);
  return r.ok() && size == r.remaining() && size > 5;
}

// A count or a length of what is to follow.
constexpr bool may_count(std::uint8_t octet) noexcept {
  return (octet != 0 && octet < 0x80) || octet == 0x81 || octet == 0x82;
}

}  // namespace

const Kind* find_kind(std::uint8_t tag) noexcept { return find_code(kKinds, tag); }

std::size_t read_length(ByteReader& r) noexcept {
  const std::uint8_t first = r.u8();
  switch (first) {
    case 0x81:
      return r.u8();
    case 0x82:
      return r.be16();
    case 0x84:
      return r.be32();
    default:
      if (first >= 0x80) r.skip(r.remaining() + 1);  // no such length
      return first;
  }
}

bool may_begin(Bytes head, std::size_t length) noexcept {
  const Kind* const kind = head.size() == 2 ? find_kind(head[0]) : nullptr;
  if (!kind || length < 2) return false;
  const std::uint8_t second = head[1];
  if (const std::uint8_t last = last_choice(head[0])) return length >= 4 && second != 0 && second <= last;
  switch (head[0]) {
    case aarq:
    case aare:
      return length > 10 && may_count(second);
    case rlrq:
    case rlre:
      return second < 0x80 && second + 2u == length;
    case confirmed_service_error:
      return length == 4 && second != 0 && second <= 22;
    case exception_response:
      return length <= 7 && (second == 1 || second == 2);
    case data_notification:
      return length > 6;
    case access_request:
    case access_response:
      return length > 10;
    case event_notification:
      return length > 10 && second <= 1;
    case information_report:
      return length > 4 && (second == 0 || second == 12);
    case general_glo_ciphering:
    case general_ded_ciphering:
      return length > 8 && second <= 8;
    case general_ciphering:
    case general_signing:
    case general_block_transfer:
      return length > 6;
    default:
      return length > 2 && may_count(second);
  }
}

bool holds_together(Bytes apdu) noexcept {
  if (apdu.size() < 2 || !may_begin(apdu.first(2), apdu.size())) return false;
  ByteReader r{apdu.subspan(1)};
  // Invoke-id and priority (clause 8.2): bits 4 and 5 are of the long form only.
  if (last_choice(apdu[0]) != 0) return (apdu[2] & 0x30) == 0;
  switch (apdu[0]) {
    case aarq:
    case aare: {
      const auto e = der::peek(apdu);
      return e && e->complete() && e->header + e->length == apdu.size() && (e->value[0] == 0xA1 || e->value[0] == 0x80);
    }
    case data_notification: {
      r.skip(4);
      const std::size_t time = read_length(r);
      return r.ok() && (time == 0 || time == 12) && r.remaining() > time;
    }
    case access_request:
    case access_response: {
      r.skip(4);
      const std::size_t time = read_length(r);
      r.skip(time);
      // How many requests and what the first is; or whether these are repeated.
      const bool fits = apdu[0] == access_request ? read_length(r) != 0 && r.u8() - 1u < 5 : r.u8() <= 1;
      return fits && r.ok() && (time == 0 || time == 12);
    }
    case general_glo_ciphering:
    case general_ded_ciphering:
      r.skip(r.u8());
      return holds_ciphered(r);
    case general_block_transfer:
      r.skip(5);
      return read_length(r) == r.remaining() && r.ok();
    case general_ciphering:
    case general_signing:
      return true;
    default:
      return !find_kind(apdu[0])->is_ciphered || holds_ciphered(r);
  }
}

}  // namespace kakoi::dlms
