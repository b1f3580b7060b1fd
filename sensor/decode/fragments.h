// IPv4 and IPv6 fragments put together again, within bounds.
//
// First copy wins; a part that contradicts an earlier one, a datagram beyond 64 KiB or too many
// pieces is given up and counted. The oldest datagrams go when there are too many.
#pragma once

#include <compare>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <vector>

#include "sensor/decode/packet.h"

namespace kakoi::decode {

class FragmentTable {
 public:
  // `piece` is a Decoded with is_fragment. If it completes its datagram, returns the datagram's
  // bytes and turns `piece` into the whole packet, payload in those bytes.
  std::shared_ptr<const std::vector<std::uint8_t>> offer(Decoded& piece, std::int64_t ts);

  std::uint64_t overlaps() const noexcept { return overlaps_; }
  std::uint64_t given_up() const noexcept { return given_up_; }

  static constexpr std::size_t kMostDatagrams = 1024;
  static constexpr std::size_t kMostPieces = 128;
  static constexpr std::int64_t kTimeout = 60'000'000'000;  // RFC 8200 §4.5: 60 s

 private:
  struct Key {
    Address source, destination;
    std::uint32_t id = 0, vlan = 0;
    std::uint8_t protocol = 0;
    auto operator<=>(const Key&) const = default;
  };
  struct Datagram {
    std::int64_t first_ts = 0;
    std::size_t total = 0;                                      // 0: the last piece has not come
    std::map<std::uint32_t, std::vector<std::uint8_t>> pieces;  // by offset, not overlapping
    std::list<Key>::iterator age;
  };
  void erase(std::map<Key, Datagram>::iterator at);

  std::map<Key, Datagram> datagrams_;
  std::list<Key> by_age_;
  std::uint64_t overlaps_ = 0, given_up_ = 0;
};

}  // namespace kakoi::decode
