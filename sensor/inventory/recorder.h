// Turns what the packet path finds into rows of Observed. One per shard.
//
// The frequent facts (operations) cost a hash and a few additions; the rare ones (names, banners,
// credentials) build their key once and are recognised by a hash of their raw bytes afterwards.
// Secrets stop here: only mask and keyed fingerprint go on.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sensor/inventory/certificate.h"
#include "sensor/inventory/observed.h"
#include "sensor/inventory/secret.h"

namespace kakoi {

class Recorder final : public Sink {
 public:
  // `room`: bytes that all rows together may take, about.
  explicit Recorder(const SecretKeeper& secrets, std::size_t room = kNoBound)
      : secrets_(secrets),
        room_(room),
        most_known_(std::min(kMostRows, room / 4 / kKnownBytes)),
        operation_index_(1 << 10),
        point_index_(1 << 8) {}

  // A copy for counting on, links and addresses only: it takes no observation.
  Recorder(const Recorder& other)
      : secrets_(other.secrets_),
        room_(other.room_),
        most_known_(0),
        observed_(other.observed_),
        link_index_(other.link_index_) {}

  // The row of that key, made if need be; kNoValue if there is no room for it, which is counted.
  std::uint32_t link(const LinkKey& key);
  LinkRow& row(std::uint32_t link) { return observed_.links[link]; }  // valid until the next call
  // Operations wait in a short queue while their rows come into the cache: this empties it.
  void settle();

  void mac(const Address& source, const Address& destination, std::uint32_t vlan, const Seen& seen);
  void source_binding(const BindingKey& key, const Seen& seen, const TtlRange& ttl);
  void destination_binding(const BindingKey& key, const Seen& seen);
  void asked(const AskedKey& key, const PacketRef& packet);
  void vlan_named(const NamedVlanKey& key, const PacketRef& packet);
  // ICMP told that a datagram or SYN did not arrive.
  void unreachable(const LinkKey& key, const PacketRef& packet);

  void on_observation(const Context& context, const Observation& fact) override;

  Observed take() {
    settle();
    return std::move(observed_);
  }

  void count_released(std::uint64_t flows) { observed_.waiting_released += flows; }
  void count_evicted(std::uint64_t flows) { observed_.flows_evicted += flows; }

  static constexpr std::size_t kNoBound = ~std::size_t{0};
  // Rows of one table; what does not fit is counted in Observed::facts_dropped.
  static constexpr std::size_t kMostRows = 200'000, kMostOperations = 1'000'000, kMostCertificates = 1000;
  static constexpr std::size_t kMostCertificateBytes = 1 << 20;  // of those that are remembered
  static constexpr std::size_t kMostValue = 200;                 // octets of a ControlAction's value
  // What a row takes beside itself: nodes and indices of tables, and texts in it.
  static constexpr std::size_t kRowOverhead = 96;

 private:
  void record(const Context& context, const Observation& fact);
  // What a client says whom nobody can have asked: no answer, whatever it looks like.
  void record_unasked(const Context& context, const Observation& fact);
  void operation(const Context& context, const Operation& fact);
  void points(const Context& context, const Points& fact);
  void action(const Context& context, const ControlAction& fact);
  struct Pending {  // an operation on its way to its row
    std::uint64_t hash;
    const Protocol* protocol;
    std::uint32_t link;
    Role speaker;
    Operation fact;
    PacketRef packet;
  };
  struct Slot {
    std::uint32_t at = 0;    // 1 + position in observed_.operations; 0: empty
    std::uint32_t mark = 0;  // upper half of the row's hash
  };
  // All that tells the point rows of one link apart; the texts of a kind are static, so its address will do.
  struct PointPlace {
    const Protocol* protocol = nullptr;
    const char* kind = nullptr;
    std::uint32_t link = 0, unit = kNoValue, peer_unit = kNoValue;
    OperationClass access = OperationClass::read;
    bool operator==(const PointPlace&) const = default;
  };
  // Runs of points that the row has, the newest first, so that what is stated again and again is known without looking
  // at the row: a master asks for a handful of ranges in turn.
  class KnownPoints {
   public:
    bool cover(std::uint32_t first, std::uint32_t count) const noexcept;
    // The run from `first` to `last`, in which `asked` lies; of a very long one what follows that.
    void add(std::uint32_t first, std::uint32_t last, std::uint32_t asked) noexcept;

   private:
    static constexpr std::size_t kRuns = 4;
    std::array<std::uint32_t, kRuns> first_{};
    std::array<std::uint16_t, kRuns> count_{};  // 0: none
  };
  struct alignas(64) PointSlot {  // a cache line
    PointPlace place;
    PointRow* row = nullptr;  // null: empty
    KnownPoints known;
  };
  static std::uint64_t hash_of(const PointPlace& place) noexcept;
  // Null if there is no room for it.
  PointSlot* point_slot(const Context& context, const Points& fact);
  void grow_points();
  ActionLog* action_log(const Conversation& conversation);  // null if there is no room for it
  void apply(const Pending& pending);
  // Index of the row, made if need be; kNoValue if there are too many.
  std::uint32_t find_operation(const Pending& pending);
  void grow_operations();
  bool take_room(std::size_t bytes);  // false: there is none, which is counted
  // The row of that key, made if need be; null if there is no room for it.
  template <typename Map>
  typename Map::mapped_type* slot(Map& map, const typename Map::key_type& key);
  // The Seen for a fact that came before in the same words, null if it is new.
  void rare(const Context& context, const Observation& fact);
  // Addresses that the certificate of a session gives to who showed it.
  void own_word(const Context& context, const SecureSession& session);
  const std::optional<Certificate>& certificate(Bytes der);  // valid until the next call

  void take_fact(const Context&, const Operation&) {}
  void take_fact(const Context&, const Points&) {}
  void take_fact(const Context&, const ControlAction&) {}
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
  std::size_t room_;  // bytes left
  const std::size_t most_known_;
  Observed observed_;
  std::unordered_map<LinkKey, std::uint32_t, LinkKeyHash> link_index_;
  std::vector<Slot> operation_index_;
  static constexpr std::size_t kQueue = 16;
  std::array<Pending, kQueue> queue_{};
  std::uint64_t queued_ = 0, applied_ = 0;  // ever

  std::vector<PointSlot> point_index_;              // open addressing; rows of observed_.points never move
  std::size_t point_rows_ = 0;                      // in point_index_
  PointSlot* latest_points_ = nullptr;              // in point_index_
  std::vector<ActionLog*> action_logs_;             // by link; null: none yet
  std::unordered_map<std::uint64_t, Seen*> known_;  // by hash of link, fact and its text
  static constexpr std::size_t kKnownBytes = 48;    // an entry of known_, about
  std::unordered_map<std::string, std::optional<Certificate>> certificates_;  // by their DER
  std::size_t certificate_bytes_ = 0;                                         // in certificates_
  Seen* last_ = nullptr;  // the Seen that the newest rare fact went to
};

template <typename Map>
typename Map::mapped_type* Recorder::slot(Map& map, const typename Map::key_type& key) {
  const auto at = map.find(key);
  if (at != map.end()) return &at->second;
  if (map.size() >= kMostRows) {
    ++observed_.facts_dropped;
    return nullptr;
  }
  return take_room(sizeof(typename Map::value_type) + kRowOverhead) ? &map[key] : nullptr;
}

}  // namespace kakoi
