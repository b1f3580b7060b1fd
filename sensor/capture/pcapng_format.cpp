// pcapng (draft-ietf-opsawg-pcapng): blocks of
//
//   type ×4 | total length ×4 | body, padded to 4 | total length ×4
//
// Section header, interface descriptions, enhanced, simple and (obsolete) packet blocks, and
// interface statistics are read; every other block is passed over by its length.
#include <array>
#include <cstring>

#include "sensor/capture/capture_file.h"

namespace kakoi::capture {
namespace {

constexpr std::uint32_t kSection = 0x0A0D0D0A, kInterface = 1, kObsoletePacket = 2, kSimple = 3, kStatistics = 5,
                        kEnhanced = 6;
constexpr std::uint32_t kByteOrder = 0x1A2B3C4D;
constexpr std::size_t kMostInterfaces = 4096;  // per section; a file with more is damaged

struct Interface {
  std::uint32_t link_type = 0, snaplen = 0, fcs_length = 0;
  std::uint8_t resolution = 6;     // if_tsresol: 10^-n s, or 2^-n with the top bit set; 6 is the default
  std::int64_t offset_seconds = 0;  // if_tsoffset
};

// Units since the epoch to nanoseconds; clamped, for hostile files name any time.
std::int64_t to_nanoseconds(std::uint64_t units, const Interface& itf) noexcept {
  __extension__ using Wide = __int128;
  const unsigned n = itf.resolution & 0x7F;
  Wide ns = static_cast<Wide>(units);
  if ((itf.resolution & 0x80) != 0) {
    ns = n < 64 ? ns * 1'000'000'000 >> n : 0;
  } else {
    for (unsigned i = n; i < 9; ++i) ns *= 10;
    for (unsigned i = 9; i < n && ns != 0; ++i) ns /= 10;
  }
  ns += static_cast<Wide>(itf.offset_seconds) * 1'000'000'000;
  constexpr Wide kMost = INT64_MAX, kLeast = INT64_MIN;
  return static_cast<std::int64_t>(ns > kMost ? kMost : ns < kLeast ? kLeast : ns);
}

class PcapngFormat final : public Format {
 public:
  bool next(ByteSource& source, CaptureInfo& info, RawPacket& packet) override {
    for (;;) {
      const Bytes head = source.peek(12);
      if (head.size() < 12) {
        if (!head.empty()) info.error = cut(info, source);
        return false;
      }
      std::uint32_t type;
      std::memcpy(&type, head.data(), 4);
      if (type == kSection && !set_byte_order(head)) return damaged(info, source, "has no byte-order magic");
      if (swapped_) type = __builtin_bswap32(type);
      const std::uint32_t total = word(head, 4);
      if (total < 12 || total % 4 != 0) return damaged(info, source, "has an impossible length");
      if (total > ByteSource::kLargestRecord) {
        if (type == kEnhanced || type == kSimple || type == kObsoletePacket) return damaged(info, source, "has an impossible length");
        if (!source.skip(total)) {
          info.error = cut(info, source);
          return false;
        }
        continue;
      }
      const Bytes block = source.peek(total);
      if (block.size() < total) {
        info.error = cut(info, source);
        return false;
      }
      const Bytes body = block.subspan(8, total - 12);
      bool is_packet = false;
      switch (type) {
        case kSection: interfaces_.clear(); section(body, info); break;
        case kInterface:
          if (interfaces_.size() >= kMostInterfaces) return damaged(info, source, "is one interface too many");
          interface(body, info);
          break;
        case kStatistics: statistics(body, info); break;
        case kEnhanced: is_packet = enhanced(body, packet); break;
        case kSimple: is_packet = simple(body, packet); break;
        case kObsoletePacket: is_packet = obsolete(body, packet); break;
        default: break;
      }
      if (!is_packet && (type == kEnhanced || type == kSimple || type == kObsoletePacket))
        return damaged(info, source, "does not hold the packet that it claims, or names an unknown interface");
      source.consume(total);
      if (is_packet) return true;
    }
  }

 private:
  std::uint16_t half(Bytes b, std::size_t at) const noexcept {
    std::uint16_t v;
    std::memcpy(&v, b.data() + at, 2);
    return swapped_ ? __builtin_bswap16(v) : v;
  }
  std::uint32_t word(Bytes b, std::size_t at) const noexcept {
    std::uint32_t v;
    std::memcpy(&v, b.data() + at, 4);
    return swapped_ ? __builtin_bswap32(v) : v;
  }
  std::uint64_t wide(Bytes b, std::size_t at) const noexcept {
    std::uint64_t v;
    std::memcpy(&v, b.data() + at, 8);
    return swapped_ ? __builtin_bswap64(v) : v;
  }
  bool set_byte_order(Bytes head) noexcept {
    std::uint32_t magic;
    std::memcpy(&magic, head.data() + 8, 4);
    swapped_ = magic != kByteOrder;
    return !swapped_ || __builtin_bswap32(magic) == kByteOrder;
  }

  // Calls use(code, value) for each option; stops where the list no longer fits.
  template <typename Use>
  void options(Bytes body, std::size_t at, Use use) const {
    while (body.size() >= at + 4) {
      const std::uint16_t code = half(body, at), length = half(body, at + 2);
      if (code == 0 || body.size() - at - 4 < length) return;
      use(code, body.subspan(at + 4, length));
      at += 4 + (length + std::size_t{3}) / 4 * 4;
    }
  }

  void section(Bytes body, CaptureInfo& info) const {
    options(body, 16, [&](std::uint16_t code, Bytes value) {
      if (code == 1 && info.comment.empty()) info.comment = as_text(value);
    });
  }
  void interface(Bytes body, CaptureInfo& info) {
    Interface itf;
    if (body.size() >= 8) {
      itf.link_type = half(body, 0);
      itf.snaplen = word(body, 4);
    }
    options(body, 8, [&](std::uint16_t code, Bytes value) {
      if (code == 9 && value.size() == 1) itf.resolution = value[0];
      if (code == 13 && value.size() == 1) itf.fcs_length = value[0] <= 8 ? value[0] : 0;
      if (code == 14 && value.size() == 8) itf.offset_seconds = static_cast<std::int64_t>(wide(value, 0));
    });
    info.snaplen = std::max(info.snaplen, itf.snaplen);
    interfaces_.push_back(itf);
  }
  void statistics(Bytes body, CaptureInfo& info) const {
    options(body, 12, [&](std::uint16_t code, Bytes value) {
      if (value.size() != 8) return;
      if (code == 5) info.drops_known = true, info.interface_drops += wide(value, 0);  // isb_ifdrop
      if (code == 7) info.drops_known = true, info.kernel_drops += wide(value, 0);     // isb_osdrop
    });
  }

  bool fill(RawPacket& packet, std::uint32_t interface_id, std::uint64_t units, Bytes data, std::uint32_t original) const {
    if (interface_id >= interfaces_.size()) return false;
    const Interface& itf = interfaces_[interface_id];
    packet.data = data;
    packet.original_length = std::max(original, static_cast<std::uint32_t>(data.size()));
    packet.link_type = itf.link_type;
    packet.fcs_length = itf.fcs_length;
    packet.ref.ts = to_nanoseconds(units, itf);
    return true;
  }
  bool enhanced(Bytes body, RawPacket& packet) const {
    if (body.size() < 20) return false;
    const std::uint32_t captured = word(body, 12);
    if (captured > body.size() - 20) return false;
    return fill(packet, word(body, 0), std::uint64_t{word(body, 4)} << 32 | word(body, 8), body.subspan(20, captured), word(body, 16));
  }
  bool obsolete(Bytes body, RawPacket& packet) const {
    if (body.size() < 20) return false;
    const std::uint32_t captured = word(body, 12);
    if (captured > body.size() - 20) return false;
    return fill(packet, half(body, 0), std::uint64_t{word(body, 4)} << 32 | word(body, 8), body.subspan(20, captured), word(body, 16));
  }
  // No time stamp: §4.4. Such packets bear the epoch.
  bool simple(Bytes body, RawPacket& packet) const {
    if (body.size() < 4 || interfaces_.empty()) return false;
    const std::uint32_t original = word(body, 0), snaplen = interfaces_[0].snaplen;
    std::size_t captured = std::min<std::size_t>(original, body.size() - 4);
    if (snaplen != 0) captured = std::min<std::size_t>(captured, snaplen);
    if (!fill(packet, 0, 0, body.subspan(4, captured), original)) return false;
    packet.ref.ts = 0;
    return true;
  }

  static std::string where(const CaptureInfo& info, const ByteSource& source) {
    return " at byte " + std::to_string(source.offset()) + ", after packet " + std::to_string(info.packets);
  }
  static std::string cut(const CaptureInfo& info, const ByteSource& source) {
    return "cut short in the block" + where(info, source) + "; everything before it counts";
  }
  static bool damaged(CaptureInfo& info, const ByteSource& source, const char* what) {
    info.error = "the block" + where(info, source) + " " + what + ": the file is damaged from there on";
    return false;
  }

  bool swapped_ = false;
  std::vector<Interface> interfaces_;
};

}  // namespace

std::unique_ptr<Format> open_pcapng(ByteSource& source, CaptureInfo& info) {
  const Bytes head = source.peek(12);
  std::uint32_t type = 0, magic = 0;
  if (head.size() >= 4) std::memcpy(&type, head.data(), 4);
  if (head.size() >= 12) std::memcpy(&magic, head.data() + 8, 4);
  if (type != kSection || (head.size() >= 12 && magic != kByteOrder && __builtin_bswap32(magic) != kByteOrder)) return nullptr;
  info.format = "pcapng";
  return std::make_unique<PcapngFormat>();
}

}  // namespace kakoi::capture
