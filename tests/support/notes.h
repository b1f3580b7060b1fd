// A sink that writes every fact down in full, one line each, so that runs can be compared and every
// text and span is read: a view of dead memory shows under AddressSanitizer.
#pragma once

#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dissectors/core/dissector.h"

namespace kakoi::test {

class Notes final : public Sink {
 public:
  // What is written down as if less was known.
  struct Known {
    bool users = true;     // false: a credential's user was not seen
    bool requests = true;  // false: an answer was seen alone, so neither its class and sub-function nor whom it refused
    bool values = true;    // false: what a control action wrote, or the name of the file that it concerns
    std::optional<Outcome> outcomes;  // every control action, and what became of a request, ended like this
  };
  Notes() = default;
  explicit Notes(const Known& known) : known_(known) {}
  // Keeps nothing but `count` and `digest`, which takes a third of the time.
  static Notes digest_only() {
    Notes notes;
    notes.keeps_ = false;
    return notes;
  }

  void on_observation(const Context& context, const Observation& fact) override {
    line_.clear();
    // What became of a request may come to light while either side speaks.
    const auto* operation = std::get_if<Operation>(&fact);
    const bool told_later = std::holds_alternative<ControlAction>(fact) || (operation && !operation->is_message);
    if (!told_later) add(static_cast<std::uint64_t>(context.speaker));
    add(fact.index());
    if (keeps_ && operation && operation->is_message)
      messages.push_back(std::to_string(static_cast<int>(context.speaker)) + ' ' +
                         std::to_string(operation->function_code) + ' ' + std::to_string(operation->unit) + ' ' +
                         std::to_string(operation->peer_unit));
    function_name_ = context.protocol->function_name;
    std::visit([this](const auto& f) { note(f); }, fact);
    ++count;
    digest = steady_mix(digest, std::hash<std::string>()(line_));
    if (!keeps_) return;
    lines.push_back(line_);
    anomaly.push_back(std::holds_alternative<Anomaly>(fact));
  }

  std::uint64_t count = 0, digest = 0;  // of all lines, in their order
  std::vector<std::string> lines;
  std::vector<bool> anomaly;          // of each line
  std::vector<std::string> messages;  // who sent which function to which unit, of each Operation that is one
  bool lost_sync = false;
  bool sound = true;  // every number is within the range that observation.h states

 private:
  void add(std::uint64_t n) {
    char digits[21];
    char* const end = std::to_chars(digits, digits + 20, n).ptr;
    *end = ' ';
    line_.append(digits, end + 1);
  }
  void add(std::string_view s) { (line_ += s) += ' '; }
  void add(Bytes b) { add(as_text(b)); }
  void add(const Address& a) { add(a.hi), add(a.lo); }
  void add(std::span<const Address> list) {
    for (const Address& a : list) add(a);
  }

  void note(const Operation& f) {
    const Outcome outcome = f.is_message && known_.requests ? f.outcome : known_.outcomes.value_or(f.outcome);
    add(known_.requests ? to_string(f.cls) : "?"), add(f.function_code), add(f.unit), add(f.peer_unit);
    add(known_.requests ? f.qualifier : kNoValue), add(to_string(outcome)), add(f.is_message);
    if (function_name_ != nullptr) add(function_name_(f.function_code));
  }
  void note(const Points& f) {
    add(to_string(f.access)), add(f.unit), add(f.peer_unit), add(f.kind), add(f.first), add(f.count);
  }
  void note(const ControlAction& f) {
    add(to_string(f.cls)), add(static_cast<std::uint64_t>(f.actor)), add(f.function_code), add(f.unit),
        add(f.peer_unit);
    add(f.point_kind), add(f.point), add(f.points), add(f.step), add(known_.values ? f.value : std::string_view());
    add(to_string(known_.outcomes.value_or(f.outcome))), add(known_.outcomes ? "" : f.status);
    sound = sound && f.points != 0;
  }
  void note(const Identity& f) {
    add(to_string(f.trait)), add(f.text), add(f.method), add(f.confidence), add(f.subject.address);
    add(static_cast<std::uint64_t>(f.subject.who));
    sound = sound && f.confidence <= 100;
  }
  void note(const NameLookup& f) { add(f.name), add(f.type), add(to_string(f.outcome)), add(f.addresses); }
  void note(const Credential& f) {
    add(f.scheme), add(known_.users ? f.user : ""), add(f.secret), add(to_string(f.outcome));
  }
  void note(const OpenAccess& f) { add(f.scheme); }
  void note(const SecureSession& f) {
    add(f.version), add(f.offered), add(f.cipher), add(f.server_name), add(f.alpn), add(f.certificate);
  }
  void note(const Lease& f) {
    add(f.client_mac), add(f.client), add(f.server), add(f.routers), add(f.resolvers), add(f.prefix_length);
    add(f.host_name), add(f.vendor_class), add(f.domain), add(f.granted);
    sound = sound && f.prefix_length <= 32;
  }
  void note(const Binding& f) { add(f.mac), add(f.ip), add(to_string(f.kind)); }
  void note(const Route& f) {
    add(static_cast<std::uint64_t>(f.kind)), add(f.gateway), add(f.destination), add(f.detail);
  }
  void note(const Anomaly& f) {
    add(to_string(f.fault)), add(f.offset);
    lost_sync |= f.fault == Fault::lost_sync;
  }

  Known known_;
  bool keeps_ = true;
  std::string line_;
  std::string_view (*function_name_)(std::uint32_t) = nullptr;
};

}  // namespace kakoi::test
