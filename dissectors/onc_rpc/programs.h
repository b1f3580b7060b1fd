// Programs of ONC RPC by number (IANA, "rpc-program-numbers") and the names of their procedures.
#pragma once

#include <cstdint>
#include <string_view>

namespace kakoi::onc_rpc {

enum Program : std::uint32_t {
  portmap = 100000,
  nfs = 100003,
  mount = 100005,
  wdb = 0x55555555  // the debugger's agent of VxWorks
};

// "NFS"; "" for a program that is not known.
std::string_view program_name(std::uint32_t program) noexcept;
// "READ"; "" for one that is not known. Numbers differ from version to version.
std::string_view procedure_name(std::uint32_t program, std::uint32_t version, std::uint32_t procedure) noexcept;

}  // namespace kakoi::onc_rpc
