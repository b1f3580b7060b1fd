#include "sensor/cli/confinement.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <cap-ng.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace kakoi::cli {
namespace {

// LeakSanitizer stops the program's threads with ptrace().
#ifdef KAKOI_ADDRESS_SANITIZER
constexpr bool kTraced = true;
#else
constexpr bool kTraced = false;
#endif

bool drop_capabilities(Capabilities keep) {
  std::vector<unsigned> kept;
  if (keep == Capabilities::of_files && capng_get_caps_process() == 0)
    for (const unsigned capability : std::initializer_list<unsigned>{CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER})
      if (capng_have_capability(CAPNG_EFFECTIVE, capability)) kept.push_back(capability);
  capng_clear(CAPNG_SELECT_BOTH);
  for (const unsigned capability : kept)
    capng_update(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED), capability);
  // The bounding set can be emptied with CAP_SETPCAP only; without it no program gains anything either,
  // because of no_new_privs.
  return capng_apply(CAPNG_SELECT_BOTH) == 0 || capng_apply(CAPNG_SELECT_CAPS) == 0;
}

struct Release {
  void operator()(void* filter) const noexcept { seccomp_release(filter); }
};

// The kernel looks at 32 bits of the arguments that are descriptors and commands; so does the filter.
constexpr scmp_arg_cmp argument_is(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, 0xFFFFFFFFu, value};
}

// System calls of another architecture end the program (libseccomp's SCMP_ACT_KILL for these).
bool forbid_sending(const std::vector<int>& sockets) {
  const std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) return false;
  const auto refuse = SCMP_ACT_ERRNO(EPERM);
  bool done = true;
  for (const int call :
       {// the network
        SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept),
        SCMP_SYS(accept4), SCMP_SYS(setsockopt), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg),
        SCMP_SYS(io_uring_setup),
        // other programs and processes
        SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
        SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp),
        // what parsers never need of the kernel
        SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(add_key), SCMP_SYS(request_key),
        SCMP_SYS(keyctl), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(unshare),
        SCMP_SYS(setns), SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(kexec_load),
        SCMP_SYS(open_by_handle_at), SCMP_SYS(personality)})
    done &= seccomp_rule_add(filter.get(), refuse, call, 0) == 0;
  if (!kTraced) done &= seccomp_rule_add(filter.get(), refuse, SCMP_SYS(ptrace), 0) == 0;
  // keystrokes for the shell that it was started from
  for (const scmp_datum_t command : {scmp_datum_t{TIOCSTI}, scmp_datum_t{TIOCLINUX}})
    done &= seccomp_rule_add(filter.get(), refuse, SCMP_SYS(ioctl), 1, argument_is(1, command)) == 0;
  for (const int fd : sockets) {
    const auto socket = static_cast<scmp_datum_t>(fd);
    for (const int call : {SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(pwritev2),
                           SCMP_SYS(sendfile), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3)})
      done &= seccomp_rule_add(filter.get(), refuse, call, 1, argument_is(0, socket)) == 0;
    done &= seccomp_rule_add(filter.get(), refuse, SCMP_SYS(splice), 1, argument_is(2, socket)) == 0;
    for (const scmp_datum_t command : {0u /* F_DUPFD */, 1030u /* F_DUPFD_CLOEXEC */})
      done &= seccomp_rule_add(filter.get(), refuse, SCMP_SYS(fcntl), 2, argument_is(0, socket),
                               argument_is(1, command)) == 0;
  }
  return seccomp_load(filter.get()) == 0 && done;
}

}  // namespace

std::vector<std::string> confine(const std::vector<int>& sockets, Capabilities keep) {
  std::vector<std::string> missing;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    missing.push_back(std::string("no_new_privs can't be set: ") + std::strerror(errno));
  if (!drop_capabilities(keep)) missing.push_back("capabilities can't be dropped");
  if (!forbid_sending(sockets))
    missing.push_back("this kernel takes no seccomp filter; that nothing is sent rests on the program alone");
  return missing;
}

}  // namespace kakoi::cli
