#include "sensor/inventory/ids.h"

#include <algorithm>
#include <charconv>

namespace kakoi {

namespace {

constexpr std::size_t kIdDigits = 16;

// The output function of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
constexpr std::uint64_t split_mix(std::uint64_t z) noexcept {
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15;  // 2^64/φ, odd

// Of an odd number, modulo 2^64: each round of Newton's doubles the digits that are right.
constexpr std::uint64_t inverse(std::uint64_t odd) noexcept {
  std::uint64_t x = odd;
  for (int i = 0; i < 5; ++i) x *= 2 - odd * x;
  return x;
}

// z from z ^ z >> n, for n of 22 and more.
constexpr std::uint64_t unshift(std::uint64_t z, unsigned n) noexcept { return z ^ z >> n ^ z >> 2 * n; }

constexpr std::uint64_t unmix(std::uint64_t z) noexcept {
  constexpr std::uint64_t kSecond = inverse(0x94D049BB133111EB), kFirst = inverse(0xBF58476D1CE4E5B9);
  return unshift(unshift(unshift(z, 31) * kSecond, 27) * kFirst, 30);
}
constexpr std::uint64_t kUnstep = inverse(kStep);
static_assert(unmix(split_mix(0x0123456789ABCDEF)) == 0x0123456789ABCDEF && kUnstep * kStep == 1);

std::uint64_t seed_of(std::string_view capture_id) noexcept {
  std::uint64_t seed = 0;
  std::from_chars(capture_id.data(), capture_id.data() + capture_id.size(), seed, 16);
  return seed;
}

}  // namespace

std::string capture_id(const CaptureInfo& capture) {
  if (capture.sha256.size() >= kIdDigits) return capture.sha256.substr(0, kIdDigits);
  // An interface is recorded more than once, each time from another packet on.
  const std::string recording = capture.source + ":" + std::to_string(capture.begun);
  return to_hex(Sha256().of(as_bytes("interface:" + recording))).substr(0, kIdDigits);
}

std::int64_t packet_id(const std::string& capture_id, std::uint64_t number) {
  return static_cast<std::int64_t>(split_mix(seed_of(capture_id) + number * kStep) >> 1);
}

PacketNumbers::PacketNumbers(std::string_view capture_id, std::uint64_t packets)
    : seed_(seed_of(capture_id)), packets_(packets) {}

std::uint64_t PacketNumbers::of(std::int64_t packet_id) const noexcept {
  // the lowest bit is lost; the wrong one gives a number far beyond any capture's
  for (const std::uint64_t lowest : {0u, 1u}) {
    const std::uint64_t number = (unmix(static_cast<std::uint64_t>(packet_id) << 1 | lowest) - seed_) * kUnstep;
    if (number - 1 < packets_) return number;
  }
  return 0;
}

Citations::Citations(const std::vector<CaptureInfo>& captures) {
  for (const CaptureInfo& capture : captures) captures_.push_back(capture_id(capture));
}

std::int64_t Citations::operator()(const PacketRef& packet) {
  if (packet.capture() >= captures_.size()) throw DatabaseError("a row cites a capture that is not there");
  const std::int64_t id = packet_id(captures_[packet.capture()], packet.number());
  if (cited_.empty() || cited_.back().id != id) cited_.push_back({id, packet});
  if (cited_.size() >= compact_at_) {
    compact();
    compact_at_ = std::max(compact_at_, cited_.size() * 2);
  }
  return id;
}

void Citations::compact() {
  std::sort(cited_.begin(), cited_.end(),
            [&](const Cited& a, const Cited& b) { return a.id != b.id ? a.id < b.id : a.packet < b.packet; });
  const auto same = [&](const Cited& a, const Cited& b) {
    if (a.id != b.id) return false;
    if (a.packet.number() != b.packet.number() || captures_[a.packet.capture()] != captures_[b.packet.capture()])
      throw DatabaseError("two packets of one id");
    return true;
  };
  cited_.erase(std::unique(cited_.begin(), cited_.end(), same), cited_.end());
}

void Citations::write(Database& db) {
  compact();  // in the order of ids: the primary key grows at its end
  Statement row = db.prepare("insert into packet (packet_id, capture_id, number, ts) values (?1, ?2, ?3, ?4)");
  for (const Cited& c : cited_)
    row.bind(1, c.id)
        .bind_static(2, captures_[c.packet.capture()])
        .bind(3, c.packet.number())
        .bind(4, c.packet.ts)
        .run_again();
}

std::int64_t LinkIds::operator()(const LinkKey& key) {
  std::array<std::uint8_t, 4 * 8 + 2 + 1 + 4> bytes;
  auto at = bytes.begin();
  const auto put = [&](std::uint64_t value, unsigned octets) {
    while (octets-- > 0) *at++ = static_cast<std::uint8_t>(value >> 8 * octets);
  };
  for (const Address* address : {&key.client, &key.server}) {
    put(address->hi, 8);
    put(address->lo, 8);
  }
  put(key.server_port, 2);
  put(static_cast<std::uint8_t>(key.transport), 1);
  put(key.vlan, 4);
  return static_cast<std::int64_t>(ByteReader(hash_.of(bytes)).be64() >> 1);
}

}  // namespace kakoi
