// What SMB states as operations. The codes are ours (SMB has commands for none of this); README.md lists them.
#pragma once

#include "dissectors/core/dissector.h"
#include "dissectors/core/ntlmssp.h"

namespace kakoi::smb {

// A negotiated version is its dialect revision (MS-SMB2 §2.2.4), SMB 1 is 0x0100.
enum Code : std::uint32_t {
  smb1 = 0x0100,
  anonymous = 0x1000,
  lm,
  ntlm_v1,
  ntlm_v2,
  kerberos,
  clear_text,
  guest,
  unknown,
  signing_not_required = 0x2000,
  session_encrypted
};
std::string_view code_name(std::uint32_t code) noexcept;

// One log-in: stated when asked for, and once more when its outcome is known.
class LogOn {
 public:
  // `token`: SPNEGO with NTLMSSP or Kerberos in it, or either bare.
  void on_token(Bytes token, const Emit& emit);
  void ask(Code code, const Emit& emit);
  // What the server's status tells; true when somebody is logged in.
  bool answer(std::uint32_t status, bool as_guest, const Emit& emit);
  void forget() noexcept { asked_ = Code{}; }

 private:
  Code asked_{};
};

}  // namespace kakoi::smb
