// The classic capture file (draft-ietf-opsawg-pcap):
//
//   magic ×4 | major ×2 | minor ×2 | reserved ×8 | snaplen ×4 | fcs, linktype ×4     24 octets
//   seconds ×4 | µs or ns ×4 | captured length ×4 | original length ×4 | data …      each record
#include <array>
#include <bit>
#include <cstring>

#include "sensor/capture/capture_file.h"

namespace kakoi::capture {
namespace {

constexpr std::uint32_t kMicro = 0xA1B2C3D4, kNano = 0xA1B23C4D;
constexpr std::uint32_t kModified = 0xA1B2CD34;  // Kuznetzov's: 8 more octets in each record header

class PcapFormat final : public Format {
 public:
  PcapFormat(bool swapped, std::uint32_t magic, std::uint32_t network)
      : swapped_(swapped),
        record_header_(magic == kModified ? 24 : 16),
        scale_(magic == kNano ? 1 : 1000),
        link_type_(network & 0xFFFF),
        // §4: bit 26 set means that the top four bits give the length of the FCS in 16-bit words
        fcs_length_((network >> 26 & 1) != 0 ? (network >> 28) * 2 : 0) {}

  bool next(ByteSource& source, CaptureInfo& info, RawPacket& packet) override {
    const Bytes header = source.peek(record_header_);
    if (header.size() < record_header_) {
      if (!header.empty()) info.error = cut(info, source, record_header_, header.size());
      return false;
    }
    const std::uint32_t seconds = field(header, 0), fraction = field(header, 4);
    const std::uint32_t captured = field(header, 8), original = field(header, 12);
    if (captured > ByteSource::kLargestRecord - 64) {
      info.error = "packet " + std::to_string(info.packets + 1) + " at byte " + std::to_string(source.offset()) +
                   " claims " + std::to_string(captured) + " bytes: the file is damaged from there on";
      return false;
    }
    const std::size_t whole = record_header_ + captured;
    const Bytes record = source.peek(whole);
    if (record.size() < whole) {
      info.error = cut(info, source, whole, record.size());
      return false;
    }
    packet.data = record.subspan(record_header_);
    packet.original_length = std::max(original, captured);
    packet.link_type = link_type_;
    packet.fcs_length = fcs_length_;
    packet.ref.ts = std::int64_t{seconds} * 1'000'000'000 + std::int64_t{fraction} * scale_;
    source.consume(whole);
    return true;
  }

 private:
  std::uint32_t field(Bytes b, std::size_t at) const noexcept {
    std::uint32_t value;
    std::memcpy(&value, b.data() + at, 4);
    return swapped_ ? __builtin_bswap32(value) : value;
  }
  static std::string cut(const CaptureInfo& info, const ByteSource& source, std::size_t need, std::size_t have) {
    return "cut short in packet " + std::to_string(info.packets + 1) + " at byte " + std::to_string(source.offset()) +
           " (" + std::to_string(need) + " bytes needed, " + std::to_string(have) + " there); everything before it counts";
  }

  bool swapped_;
  std::size_t record_header_;
  std::int64_t scale_;
  std::uint32_t link_type_, fcs_length_;
};

}  // namespace

std::unique_ptr<Format> open_pcap(ByteSource& source, CaptureInfo& info) {
  const Bytes head = source.peek(24);
  if (head.size() < 4) return nullptr;
  std::array<std::uint32_t, 6> words{};
  std::memcpy(words.data(), head.data(), head.size() < 24 ? 4 : 24);
  std::uint32_t magic = words[0];
  bool swapped = false;
  const auto known = [](std::uint32_t m) { return m == kMicro || m == kNano || m == kModified; };
  if (!known(magic)) {
    magic = __builtin_bswap32(magic);
    swapped = true;
    if (!known(magic)) return nullptr;
  }
  info.format = magic == kNano ? "pcap-ns" : magic == kModified ? "pcap-modified" : "pcap";
  if (head.size() < 24) {
    info.error = "cut short in the file header (24 bytes needed, " + std::to_string(head.size()) + " there)";
    source.consume(head.size());
    return std::make_unique<PcapFormat>(swapped, magic, 0);
  }
  if (swapped)
    for (std::uint32_t& w : words) w = __builtin_bswap32(w);
  info.snaplen = words[4];
  source.consume(24);
  return std::make_unique<PcapFormat>(swapped, magic, words[5]);
}

}  // namespace kakoi::capture
