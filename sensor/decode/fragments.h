// IPv4 and IPv6 fragments put together again, within bounds.
//
// First copy wins; a part that contradicts an earlier one, a datagram beyond 64 KiB or too many
// pieces is given up and counted. The oldest datagrams go when there are too many, or too many bytes in them.
// A piece whose header checksum is wrong gives way to pieces whose is right: the receiver drops it.
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
  // `most_bytes`: of all pieces that wait.
  explicit FragmentTable(std::size_t most_bytes = kUsualBytes) : most_bytes_(most_bytes) {}

  // `piece` is a Decoded with is_fragment. If it completes its datagram, returns the datagram's
  // bytes and turns `piece` into the whole packet, payload in those bytes.
  std::shared_ptr<const std::vector<std::uint8_t>> offer(Decoded& piece, const PacketRef& ref);

  std::uint64_t overlaps() const noexcept { return overlaps_; }
  std::uint64_t given_up() const noexcept { return given_up_; }
  // Of each datagram that waits for pieces, the capture that its first one is in.
  std::vector<std::uint32_t> open() const;

  static constexpr std::size_t kMostDatagrams = 1024;
  static constexpr std::size_t kMostPieces = 128;
  static constexpr std::size_t kUsualBytes = std::size_t{16} << 20;
  static constexpr std::int64_t kTimeout = 60'000'000'000;  // RFC 8200 §4.5: 60 s

 private:
  struct Key {
    Address source, destination;
    std::uint32_t id = 0, vlan = 0;
    std::uint8_t protocol = 0;
    auto operator<=>(const Key&) const = default;
  };
  struct Datagram {
    PacketRef first;
    std::size_t total = 0;                                      // 0: the last piece has not come
    std::map<std::uint32_t, std::vector<std::uint8_t>> pieces;  // by offset, not overlapping
    std::list<Key>::iterator age;
    std::size_t bytes = 0;  // in pieces
    bool doubted = false;   // the header checksums of all its pieces are wrong
  };
  void erase(std::map<Key, Datagram>::iterator at);
  void give_up(std::map<Key, Datagram>::iterator at) {
    ++given_up_;
    erase(at);
  }
  void make_room(std::size_t bytes, std::int64_t now);

  std::map<Key, Datagram> datagrams_;
  std::list<Key> by_age_;
  std::size_t most_bytes_, bytes_ = 0;
  std::uint64_t overlaps_ = 0, given_up_ = 0;
};

}  // namespace kakoi::decode
