// Turns what the packet path finds into rows of Observed. One per shard.
//
// The frequent facts (operations) cost a hash and a few additions; the rare ones (names, banners,
// credentials) build their key once and are recognised by a hash of their raw bytes afterwards.
// Secrets stop here: only mask and keyed fingerprint go on.
#pragma once

#include <optional>
#include <unordered_map>

#include "sensor/inventory/certificate.h"
#include "sensor/inventory/observed.h"
#include "sensor/inventory/secret.h"

namespace kakoi {

class Recorder final : public Sink {
 public:
  explicit Recorder(const SecretKeeper& secrets) : secrets_(secrets), operation_index_(1 << 10) {}

  // The row of that key, made if need be. References are valid until the next call.
  std::uint32_t link(const LinkKey& key);
  LinkRow& row(std::uint32_t link) { return observed_.links[link]; }
  // Brings the rows that a conversation will probably touch next into the cache.
  void prefetch(const Conversation& conversation) const noexcept {
    for (const Conversation::Recent& recent : conversation.recent) {
      if (recent.row == kNoValue) continue;
      const auto* row = reinterpret_cast<const char*>(&observed_.operations[recent.row]);
      __builtin_prefetch(row, 1);
      __builtin_prefetch(row + 64, 1);
    }
  }

  void mac(const Address& source, const Address& destination, std::uint32_t vlan, const Seen& seen);
  void source_binding(const BindingKey& key, const Seen& seen, const TtlRange& ttl);
  void destination_binding(const BindingKey& key, const Seen& seen);
  void asked(const AskedKey& key, const PacketRef& packet);
  // ICMP told that a datagram or SYN did not arrive.
  void unreachable(const LinkKey& key, const PacketRef& packet);

  void on_observation(const Context& context, const Observation& fact) override;

  Observed take() { return std::move(observed_); }

  // Rows of one table; what does not fit is counted in Observed::facts_dropped.
  static constexpr std::size_t kMostRows = 200'000, kMostOperations = 1'000'000, kMostCertificates = 1000;

 private:
  void operation(const Context& context, const Operation& fact);
  // Index of the row, made if need be; kNoValue if there are too many.
  std::uint32_t find_operation(std::uint32_t link, const Protocol* protocol, const Operation& fact, std::uint64_t hash);
  void grow_operations();
  template <typename Map>
  typename Map::mapped_type* slot(Map& map, const typename Map::key_type& key);
  // The Seen for a fact that came before in the same words, null if it is new.
  void rare(const Context& context, const Observation& fact);

  void take_fact(const Context&, const Operation&) {}
  void take_fact(const Context&, const Identity&);
  void take_fact(const Context&, const NameLookup&);
  void take_fact(const Context&, const Credential&);
  void take_fact(const Context&, const OpenAccess&);
  void take_fact(const Context&, const SecureSession&);
  void take_fact(const Context&, const Lease&);
  void take_fact(const Context&, const Binding&);
  void take_fact(const Context&, const Route&);
  void take_fact(const Context&, const Anomaly&);

  const SecretKeeper& secrets_;
  Observed observed_;
  std::unordered_map<LinkKey, std::uint32_t, LinkKeyHash> link_index_;
  std::vector<std::uint32_t> operation_index_;  // 1 + position in observed_.operations
  std::unordered_map<std::uint64_t, Seen*> known_;  // by hash of link, fact and its text
  std::unordered_map<std::string, std::optional<Certificate>> certificates_;  // by their DER
  Seen* last_ = nullptr;  // the Seen that the newest rare fact went to
};

}  // namespace kakoi
