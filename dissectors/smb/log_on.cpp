#include "dissectors/smb/log_on.h"

#include "dissectors/core/gssapi.h"

namespace kakoi::smb {

namespace {

// MS-ERREF §2.3.1
constexpr std::uint32_t kSuccess = 0, kMoreProcessing = 0xC000'0016, kPending = 0x0000'0103;

Code code_of(ntlm::LogOn log_on) noexcept {
  switch (log_on) {
    case ntlm::LogOn::anonymous:
      return Code::anonymous;
    case ntlm::LogOn::lm:
      return Code::lm;
    case ntlm::LogOn::ntlm_v1:
      return Code::ntlm_v1;
    case ntlm::LogOn::ntlm_v2:
      return Code::ntlm_v2;
    case ntlm::LogOn::unknown:
      break;
  }
  return Code::unknown;
}

}  // namespace

std::string_view code_name(std::uint32_t code) noexcept {
  switch (code) {
    case Code::smb1:
      return "negotiated SMB 1";
    case 0x0202:
      return "negotiated SMB 2.0.2";
    case 0x0210:
      return "negotiated SMB 2.1";
    case 0x0300:
      return "negotiated SMB 3.0";
    case 0x0302:
      return "negotiated SMB 3.0.2";
    case 0x0311:
      return "negotiated SMB 3.1.1";
    case Code::anonymous:
      return "log-in without account";
    case Code::lm:
      return "log-in by LM";
    case Code::ntlm_v1:
      return "log-in by NTLMv1";
    case Code::ntlm_v2:
      return "log-in by NTLMv2";
    case Code::kerberos:
      return "log-in by Kerberos";
    case Code::clear_text:
      return "log-in in clear text";
    case Code::guest:
      return "let in as guest";
    case Code::unknown:
      return "log-in";
    case Code::signing_not_required:
      return "signing not required";
    case Code::session_encrypted:
      return "session encrypted";
    default:
      return {};
  }
}

void LogOn::on_token(Bytes token, const Emit& emit) {
  const ntlm::Seen seen = ntlm::observe(token, emit);
  if (seen.message == ntlm::Message::authenticate) return ask(code_of(seen.log_on), emit);
  if (emit.context().speaker == Role::client && gssapi::holds_kerberos_request(token)) ask(Code::kerberos, emit);
}

void LogOn::ask(Code code, const Emit& emit) {
  asked_ = code;
  emit(Operation{.cls = OperationClass::auth, .function_code = code});
}

bool LogOn::answer(std::uint32_t status, bool as_guest, const Emit& emit) {
  if (status == kMoreProcessing || status == kPending) return false;
  const Outcome outcome = status == kSuccess ? Outcome::accepted : Outcome::refused;
  if (asked_ != Code{})
    emit(Operation{.cls = OperationClass::auth, .function_code = asked_, .outcome = outcome, .is_message = false});
  const bool asked = asked_ != Code{};
  asked_ = Code{};
  if (status != kSuccess) return false;
  if (as_guest) {
    emit(Operation{.cls = OperationClass::auth, .function_code = Code::guest, .outcome = Outcome::accepted});
    emit(OpenAccess{"smb-guest"});
  }
  return asked || as_guest;
}

}  // namespace kakoi::smb
