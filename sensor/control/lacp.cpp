// LACP (IEEE 802.1AX-2020 §6.4.2): the ports that a device bundles into one link say whose they are. Not here: markers,
// version 2's further TLVs, and what the collector wants.
//
//   01 | version | 01 14 actor: priority ×2 system ×6 key ×2 port priority ×2 port ×2 state ×1 0 ×3 | 02 14 partner: the same …
#include <array>
#include <charconv>
#include <initializer_list>

#include "sensor/control/ethernet_frames.h"
#include "sensor/control/text.h"

namespace kakoi {

namespace {

constexpr std::uint8_t kSubtype = 1, kActor = 1, kPartner = 2, kInformationLength = 20;

struct PortInformation {
  Bytes system;
  std::uint16_t key = 0, port = 0;
};

PortInformation read_information(ByteReader& r, std::uint8_t type) noexcept {
  PortInformation p;
  const std::uint16_t head = r.be16();
  r.skip(2);
  p.system = r.take(6);
  p.key = r.be16();
  r.skip(2);
  p.port = r.be16();
  r.skip(4);
  if (head != (std::uint16_t{type} << 8 | kInformationLength)) p.system = {};
  return p;
}

// "aggregated port 1, key 9", "partner 00:1b:1b:00:00:11 port 2, key 9"
class PortText {
 public:
  PortText(std::initializer_list<std::string_view> what, const PortInformation& p) noexcept {
    for (const std::string_view word : what) add(word);
    add(" port "), add(p.port), add(", key "), add(p.key);
  }
  std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  void add(std::string_view text) noexcept {
    for (const char c : text)
      if (size_ < text_.size()) text_[size_++] = c;
  }
  void add(std::uint16_t number) noexcept {
    std::array<char, 5> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc()) add({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  std::array<char, 64> text_{};
  std::size_t size_ = 0;
};

}  // namespace

void observe_lacp(const Decoded& packet, Bytes payload, const Emit& emit) noexcept {
  ByteReader r(payload);
  const std::uint8_t subtype = r.u8();
  r.skip(1);
  const PortInformation actor = read_information(r, kActor), partner = read_information(r, kPartner);
  if (!r.ok() || subtype != kSubtype || actor.system.empty()) return;
  const MacText system(actor.system);
  if (system.text().empty()) return;
  const Subject port{Who::address, packet.source_mac};
  emit(Identity{Trait::fingerprint, system.text(), "lacp system", 80, port});
  emit(Identity{Trait::description, PortText({"aggregated"}, actor).text(), "lacp", 40, port});
  // All zero as long as nobody has answered.
  if (const MacText other(partner.system); !other.text().empty())
    emit(Identity{Trait::description, PortText({"partner ", other.text()}, partner).text(), "lacp", 40, port});
}

}  // namespace kakoi
