// A sink that writes every fact down in full, one line each, so that runs can be compared and every
// text and span is read: a view of dead memory shows under AddressSanitizer.
#pragma once

#include <string>
#include <vector>

#include "dissectors/core/dissector.h"

namespace kakoi::test {

class Notes final : public Sink {
 public:
  // hide_users: credentials are written as if their user was not known.
  Notes() = default;
  explicit Notes(bool hide_users) : hide_users_(hide_users) {}

  void on_observation(const Context& context, const Observation& fact) override {
    line_.clear();
    add(static_cast<std::uint64_t>(context.speaker)), add(fact.index());
    function_name_ = context.protocol->function_name;
    std::visit([this](const auto& f) { note(f); }, fact);
    lines.push_back(line_);
    anomaly.push_back(std::holds_alternative<Anomaly>(fact));
  }

  std::vector<std::string> lines;
  std::vector<bool> anomaly;  // of each line
  bool lost_sync = false;
  bool sound = true;  // every number is within the range that observation.h states

 private:
  void add(std::uint64_t n) { line_ += std::to_string(n) + ' '; }
  void add(std::string_view s) { (line_ += s) += ' '; }
  void add(Bytes b) { add(as_text(b)); }
  void add(const Address& a) { add(a.hi), add(a.lo); }
  void add(std::span<const Address> list) {
    for (const Address& a : list) add(a);
  }

  void note(const Operation& f) {
    add(to_string(f.cls)), add(f.function_code), add(f.unit), add(f.peer_unit), add(f.qualifier), add(f.refused);
    if (function_name_ != nullptr) add(function_name_(f.function_code));
  }
  void note(const Identity& f) {
    add(to_string(f.trait)), add(f.text), add(f.method), add(f.confidence), add(f.subject.address);
    add(static_cast<std::uint64_t>(f.subject.who));
    sound = sound && f.confidence <= 100;
  }
  void note(const NameLookup& f) { add(f.name), add(f.type), add(to_string(f.outcome)), add(f.addresses); }
  void note(const Credential& f) {
    add(f.scheme), add(hide_users_ ? "" : f.user), add(f.secret), add(to_string(f.outcome));
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

  bool hide_users_ = false;
  std::string line_;
  std::string_view (*function_name_)(std::uint32_t) = nullptr;
};

}  // namespace kakoi::test
