// The subcommands of kakoi: one file each. This folder wires sensor, rules and reports together;
// nothing else includes it.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kakoi::cli {

enum ExitStatus : int {
  kDone = 0,
  kFindings = 1,  // at or above --fail-on
  kBadInput = 2,  // bad usage, or input that can't be read (the rest was still processed)
  kInternal = 3,
};

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct InputError : UsageError {  // the command line is right, a file that it names is not
  using UsageError::UsageError;
};

using Arguments = std::vector<std::string>;  // without the program's and the command's name

struct Command {
  std::string_view name, synopsis, summary, japanese;
  int (*run)(const Arguments&);
};
std::span<const Command> commands();

int scan(const Arguments&);
int assess_inventory(const Arguments&);
int diff(const Arguments&);
int merge(const Arguments&);
int watch(const Arguments&);
int query(const Arguments&);
int slice(const Arguments&);
int verify(const Arguments&);
int rules(const Arguments&);
int policy(const Arguments&);
int protocol_list(const Arguments&);

}  // namespace kakoi::cli
