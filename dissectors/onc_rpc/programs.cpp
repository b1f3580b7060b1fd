#include "dissectors/onc_rpc/programs.h"

#include <iterator>
#include <span>

namespace kakoi::onc_rpc {

namespace {

constexpr std::string_view kPortmap2[] = {"NULL", "SET", "UNSET", "GETPORT", "DUMP", "CALLIT"};  // RFC 1833 §3.2
constexpr std::string_view kPortmap[] = {"NULL",     "SET",         "UNSET",       "GETADDR",     "DUMP",
                                         "CALLIT",   "GETTIME",     "UADDR2TADDR", "TADDR2UADDR", "GETVERSADDR",
                                         "INDIRECT", "GETADDRLIST", "GETSTAT"};              // §2.1
constexpr std::string_view kMount[] = {"NULL", "MNT", "DUMP", "UMNT", "UMNTALL", "EXPORT"};  // RFC 1813 §5.2
constexpr std::string_view kNfs2[] = {"NULL", "GETATTR",    "SETATTR", "ROOT",   "LOOKUP",  "READLINK",
                                      "READ", "WRITECACHE", "WRITE",   "CREATE", "REMOVE",  "RENAME",
                                      "LINK", "SYMLINK",    "MKDIR",   "RMDIR",  "READDIR", "STATFS"};  // RFC 1094 §2.2
constexpr std::string_view kNfs3[] = {"NULL",   "GETATTR", "SETATTR",  "LOOKUP", "ACCESS",  "READLINK",
                                      "READ",   "WRITE",   "CREATE",   "MKDIR",  "SYMLINK", "MKNOD",
                                      "REMOVE", "RMDIR",   "RENAME",   "LINK",   "READDIR", "READDIRPLUS",
                                      "FSSTAT", "FSINFO",  "PATHCONF", "COMMIT"};  // RFC 1813 §3.3
constexpr std::string_view kNfs4[] = {"NULL", "COMPOUND"};                         // RFC 7530 §15

}  // namespace

std::string_view program_name(std::uint32_t program) noexcept {
  switch (program) {
    case Program::portmap:
      return "port mapper";
    case 100001:
      return "rstat";
    case 100002:
      return "rusers";
    case Program::nfs:
      return "NFS";
    case 100004:
      return "NIS";
    case Program::mount:
      return "NFS mount";
    case 100011:
      return "rquota";
    case 100021:
      return "NFS lock";
    case 100024:
      return "NFS status";
    case 100227:
      return "NFS ACL";
    case 395183:
      return "VXI-11";
    case Program::wdb:
      return "VxWorks debugger (WDB)";
    default:
      return {};
  }
}

std::string_view procedure_name(std::uint32_t program, std::uint32_t version, std::uint32_t procedure) noexcept {
  std::span<const std::string_view> names;
  if (program == Program::portmap) names = version == 2 ? std::span<const std::string_view>(kPortmap2) : kPortmap;
  if (program == Program::mount) names = kMount;
  if (program == Program::nfs)
    names = version == 2   ? std::span<const std::string_view>(kNfs2)
            : version == 3 ? std::span<const std::string_view>(kNfs3)
                           : kNfs4;
  return procedure < names.size() ? names[procedure] : std::string_view();
}

}  // namespace kakoi::onc_rpc
