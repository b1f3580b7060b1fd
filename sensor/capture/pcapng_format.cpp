// pcapng (draft-ietf-opsawg-pcapng): blocks of
//
//   type ×4 | total length ×4 | body, padded to 4 | total length ×4
//
// Section header, interface descriptions, enhanced, simple and (obsolete) packet blocks, and
// interface statistics are read; every other block (names, secrets, custom …) is passed over by its
// length. Where a block's two lengths differ, the next block is searched for octet by octet; of a
// block that has lost one of them, the other serves.
#include <array>
#include <cstring>
#include <vector>

#include "sensor/capture/capture_file.h"

namespace kakoi::capture {
namespace {

constexpr std::uint32_t kSection = 0x0A0D0D0A, kInterface = 1, kObsoletePacket = 2, kSimple = 3, kStatistics = 5,
                        kEnhanced = 6, kCustom = 0xBAD, kCustomNoCopy = 0x4000'0BAD;
constexpr std::uint32_t kByteOrder = 0x1A2B3C4D;
constexpr std::size_t kMostInterfaces = 4096;  // per section; packets of further ones are passed over

struct Interface {
  std::uint32_t link_type = 0, snaplen = 0, fcs_length = 0;
  std::uint8_t resolution = 6;      // if_tsresol: 10^-n s, or 2^-n with the top bit set; 6 is the default
  std::int64_t offset_seconds = 0;  // if_tsoffset
};

// Units since the epoch to nanoseconds; clamped, for hostile files name any time, to what can be subtracted from each
// other: to the year 2116, beyond all that the other formats can name.
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
  constexpr Wide kMost = (Wide{1} << 62) - 1;
  return static_cast<std::int64_t>(ns > kMost ? kMost : ns < -kMost ? -kMost : ns);
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
      if (word(head, 0) == kSection) start_section(head, info, source);
      std::uint32_t total = word(head, 4);
      Bytes block = source.peek(std::size_t{total} + 12);
      if (!may_be_length(total) || block.size() < total || word(block, total - 4) != total ||
          (block.size() >= total + 12 && !may_be_length(word(block, total + 4)))) [[unlikely]] {
        total = recover(source, info);
        if (total == 0) {
          if (!info.error.empty() || source.peek(1).empty()) return false;
          continue;
        }
        block = source.peek(total);
      }
      const std::uint32_t type = word(block, 0);
      const Bytes body = block.subspan(8, total - 12);
      bool is_packet = false;
      switch (type) {
        case kSection:
          section(body, info);
          break;
        case kInterface:
          interface(body, info);
          break;
        case kStatistics:
          statistics(body, info);
          break;
        case kEnhanced:
          is_packet = enhanced(body, info, packet);
          break;
        case kSimple:
          is_packet = simple(body, packet);
          break;
        case kObsoletePacket:
          is_packet = obsolete(body, packet);
          break;
        default:
          break;
      }
      // A packet that its block can't hold, or of an interface that no block describes
      if (!is_packet && is_packet_block(type)) info.damage.note(source.offset(), total, info.packets);
      source.consume(total);
      if (is_packet) return true;
    }
  }

  // How many blocks came before that packets are read by: who has read as many has read the same.
  std::optional<std::uint64_t> state() const override { return descriptions_; }
  bool resume(std::uint64_t state) override { return state == descriptions_; }

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
  static constexpr bool is_packet_block(std::uint32_t type) noexcept {
    return type == kEnhanced || type == kSimple || type == kObsoletePacket;
  }

  // The type reads the same in both byte orders, so that the magic can tell which it is.
  void start_section(Bytes head, CaptureInfo& info, const ByteSource& source) {
    interfaces_.clear();
    ++descriptions_;
    std::uint32_t magic;
    std::memcpy(&magic, head.data() + 8, 4);
    if (magic == kByteOrder || __builtin_bswap32(magic) == kByteOrder)
      swapped_ = magic != kByteOrder;
    else
      info.damage.note(source.offset() + 8, 0, info.packets);  // the order of the section before
  }

  // What the search takes for a block: of a known type, whole, with both lengths and what it must hold.
  bool is_block(Bytes window, std::size_t at) const noexcept {
    if (window.size() - at < 12) return false;
    const Bytes b = window.subspan(at);
    const std::uint32_t type = word(b, 0), total = word(b, 4);
    if (type == kSection) {
      const std::uint32_t magic = word(b, 8);
      if (magic != kByteOrder && __builtin_bswap32(magic) != kByteOrder) return false;
      const std::uint32_t size = magic == kByteOrder ? total : __builtin_bswap32(total);
      return size >= 28 && size % 4 == 0 && size <= b.size() && word(b, size - 4) == total;
    }
    const bool known = (type >= 1 && type <= 10) || type == kCustom || type == kCustomNoCopy;
    if (!known || total < 12 || total % 4 != 0 || total > b.size() || word(b, total - 4) != total) return false;
    // The block at fault may be the description of one more interface.
    if (type == kEnhanced) return total >= 32 && word(b, 8) <= interfaces_.size() && word(b, 20) <= total - 32;
    return true;
  }

  static constexpr bool may_be_length(std::uint32_t total) noexcept {
    return (total - 12 <= ByteSource::kLargestRecord - 24) & (total % 4 == 0);
  }

  // The block at hand has two lengths that differ, or does not end, or something odd follows it. Its
  // true length, if that can be told; 0 if it was passed over, or if the file ends (all is consumed,
  // or info.error says so).
  std::uint32_t recover(ByteSource& source, CaptureInfo& info) {
    const std::uint64_t start = source.offset();
    Bytes window = source.peek(ByteSource::kLargestRecord);
    const std::uint32_t total = word(window, 4);
    const bool fits = may_be_length(total) && total <= window.size();
    const bool agree = fits && word(window, total - 4) == total;
    for (;;) {
      const bool at_end = window.size() < ByteSource::kLargestRecord;
      // Away from the end, half of the window is kept for the block that may begin there. A block
      // whose lengths agree is doubted only if another begins inside it.
      const std::size_t end = agree ? total : at_end ? window.size() : window.size() / 2;
      std::size_t at = 4;
      while (at < end && !is_block(window, at)) ++at;
      if (agree && at == end) return total;
      const bool found = at < end;
      const std::uint64_t passed = source.offset() + at - start;
      if (fits && found ? passed == total : fits && at_end && window.size() - total < 12) {
        info.damage.note(start + total - 4, 0, info.packets);  // only the copy at the end is wrong
        return total;
      }
      if (found && passed >= 12 && word(window, at - 4) == passed) {
        if (passed == at) {  // only the copy at the start is wrong
          info.damage.note(start + 4, 0, info.packets);
          return static_cast<std::uint32_t>(at);
        }
        if (passed == total) {  // sound, but larger than what is held at once
          source.consume(at);
          return 0;
        }
      }
      if (!found && at_end && total > passed && total % 4 == 0) {
        info.error = cut(info, source);
        return 0;
      }
      source.consume(at);
      if (found || at_end) {
        info.damage.note(start, passed, info.packets);
        return 0;
      }
      window = source.peek(ByteSource::kLargestRecord);
    }
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
  // Of several interfaces each filter once.
  static void note_filter(std::string_view filter, CaptureInfo& info) {
    constexpr std::size_t kMost = 1024;
    filter = filter.substr(0, filter.find('\0'));
    if (filter.empty() || info.filter.size() + filter.size() > kMost || info.filter.find(filter) != std::string::npos)
      return;
    info.filter += (info.filter.empty() ? "" : "; ") + std::string(filter);
  }
  void interface(Bytes body, CaptureInfo& info) {
    if (interfaces_.size() >= kMostInterfaces) return;
    Interface itf;
    if (body.size() >= 8) {
      itf.link_type = half(body, 0);
      itf.snaplen = word(body, 4);
    }
    options(body, 8, [&](std::uint16_t code, Bytes value) {
      if (code == 9 && value.size() == 1) itf.resolution = value[0];
      // if_filter: 0 | the text that libpcap took. Other octets before it stand for what is no text.
      if (code == 11 && value.size() > 1 && value[0] == 0) note_filter(as_text(value.subspan(1)), info);
      if (code == 13 && value.size() == 1) itf.fcs_length = value[0] <= 8 ? value[0] : 0;
      if (code == 14 && value.size() == 8) itf.offset_seconds = static_cast<std::int64_t>(wide(value, 0));
    });
    info.snaplen = std::max(info.snaplen, itf.snaplen);
    interfaces_.push_back(itf);
    ++descriptions_;
  }
  void statistics(Bytes body, CaptureInfo& info) const {
    options(body, 12, [&](std::uint16_t code, Bytes value) {
      if (value.size() != 8) return;
      if (code == 5) info.drops_known = true, info.interface_drops += wide(value, 0);  // isb_ifdrop
      if (code == 7) info.drops_known = true, info.kernel_drops += wide(value, 0);     // isb_osdrop
    });
  }

  bool fill(RawPacket& packet, std::uint32_t interface_id, std::uint64_t units, Bytes data,
            std::uint32_t original) const {
    if (interface_id >= interfaces_.size()) return false;
    const Interface& itf = interfaces_[interface_id];
    packet.data = data;
    packet.original_length = std::max(original, static_cast<std::uint32_t>(data.size()));
    packet.link_type = itf.link_type;
    packet.fcs_length = itf.fcs_length;
    packet.ref.ts = to_nanoseconds(units, itf);
    return true;
  }
  bool enhanced(Bytes body, CaptureInfo& info, RawPacket& packet) const {
    if (body.size() < 20) return false;
    const std::uint32_t captured = word(body, 12);
    if (captured > body.size() - 20) return false;
    if (const std::size_t behind = 20 + (captured + std::size_t{3}) / 4 * 4; behind < body.size()) [[unlikely]] {
      bool commented = false;
      options(body, behind, [&](std::uint16_t code, Bytes) { commented |= code == 1; });
      info.commented += commented;
    }
    return fill(packet, word(body, 0), std::uint64_t{word(body, 4)} << 32 | word(body, 8), body.subspan(20, captured),
                word(body, 16));
  }
  bool obsolete(Bytes body, RawPacket& packet) const {
    if (body.size() < 20) return false;
    const std::uint32_t captured = word(body, 12);
    if (captured > body.size() - 20) return false;
    return fill(packet, half(body, 0), std::uint64_t{word(body, 4)} << 32 | word(body, 8), body.subspan(20, captured),
                word(body, 16));
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

  static std::string cut(const CaptureInfo& info, const ByteSource& source) {
    return "cut short in the block at byte " + std::to_string(source.offset()) + ", after packet " +
           std::to_string(info.packets) + "; everything before it counts";
  }

  bool swapped_ = false;
  std::vector<Interface> interfaces_;
  std::uint64_t descriptions_ = 0;  // sections and interfaces
};

}  // namespace

std::unique_ptr<Format> open_pcapng(ByteSource& source, CaptureInfo& info) {
  const Bytes head = source.peek(12);
  std::uint32_t type = 0, magic = 0;
  if (head.size() >= 4) std::memcpy(&type, head.data(), 4);
  if (head.size() >= 12) std::memcpy(&magic, head.data() + 8, 4);
  if (type != kSection || (head.size() >= 12 && magic != kByteOrder && __builtin_bswap32(magic) != kByteOrder))
    return nullptr;
  info.format = "pcapng";
  constexpr std::size_t kLeast = 28;  // §4.1
  if (const std::size_t there = source.peek(kLeast).size(); there < kLeast)
    info.error = "cut short in the section header (28 bytes at least needed, " + std::to_string(there) + " there)";
  return std::make_unique<PcapngFormat>();
}

}  // namespace kakoi::capture
