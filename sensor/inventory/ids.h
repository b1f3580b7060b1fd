// Ids that are derived from content, so that runs, merges and machines agree.
//
//   capture_id   the first 16 hex digits of the capture's SHA-256; of an interface: of SHA-256("interface:" + its name)
//   packet_id    63 bits: SplitMix64's output function over (capture_id as a number + packet number · 2^64/φ), less the
//                lowest bit. A bijection of 64 bits per capture, so packets of one capture practically never meet.
//   link_id      63 bits of SHA-256 over the link's key: addresses can be chosen by whoever sends
//
// Two different things of one id are a DatabaseError: no row is ever silently another's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/inventory/database.h"
#include "sensor/inventory/hash.h"
#include "sensor/inventory/observed.h"

namespace kakoi {

std::string capture_id(const CaptureInfo& capture);
std::int64_t packet_id(const std::string& capture_id, std::uint64_t number);

// The way back, so that whoever reads many rows need not look each packet up: of the ids of one capture's packets.
class PacketNumbers {
 public:
  PacketNumbers(std::string_view capture_id, std::uint64_t packets);
  // The number of the packet, from 1; 0 if the id is none of this capture's.
  std::uint64_t of(std::int64_t packet_id) const noexcept;

 private:
  std::uint64_t seed_, packets_;
};

// The packets that rows cite: gives out their ids, and writes table `packet` at the end.
class Citations {
 public:
  explicit Citations(const std::vector<CaptureInfo>& captures);
  std::int64_t operator()(const PacketRef& packet);
  void write(Database& db);

 private:
  struct Cited {
    std::int64_t id;
    PacketRef packet;
  };
  void compact();

  std::vector<std::string> captures_;  // ids
  std::vector<Cited> cited_;
  std::size_t compact_at_ = 1 << 16;
};

class LinkIds {
 public:
  std::int64_t operator()(const LinkKey& key);

 private:
  Sha256 hash_;
};

}  // namespace kakoi
