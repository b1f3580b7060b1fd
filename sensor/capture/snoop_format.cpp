// Snoop (RFC 1761), the format of Solaris. All numbers are big-endian.
//
//   "snoop" 0 0 0 | version ×4 | datalink type ×4
//   original length ×4 | included length ×4 | record length ×4 | drops ×4 | seconds ×4 | µs ×4 | data, padded
#include <algorithm>

#include "sensor/capture/capture_file.h"

namespace kakoi::capture {
namespace {

class SnoopFormat final : public Format {
 public:
  explicit SnoopFormat(std::uint32_t link_type) : link_type_(link_type) {}

  bool next(ByteSource& source, CaptureInfo& info, RawPacket& packet) override {
    const Bytes header = source.peek(24);
    if (header.empty()) return false;
    ByteReader r(header);
    const std::uint32_t original = r.be32(), included = r.be32(), length = r.be32(), drops = r.be32(), seconds = r.be32(), micro = r.be32();
    const bool sound = r.ok() && length >= 24 && included <= length - 24 && length <= ByteSource::kLargestRecord;
    const Bytes record = sound ? source.peek(length) : Bytes{};
    if (record.size() < 24 + std::size_t{included}) {
      info.error = std::string(!r.ok() || sound ? "cut short" : "damaged") + " in packet " + std::to_string(info.packets + 1) + " at byte " +
                   std::to_string(source.offset()) + "; everything before it counts";
      return false;
    }
    info.drops_known = true;
    info.kernel_drops = std::max<std::uint64_t>(info.kernel_drops, drops);  // cumulative (RFC 1761)
    packet.data = record.subspan(24, included);
    packet.original_length = std::max(original, included);
    packet.link_type = link_type_;
    packet.fcs_length = 0;
    packet.ref.ts = std::int64_t{seconds} * 1'000'000'000 + std::int64_t{micro} * 1000;
    source.consume(record.size());  // the last record may lack its padding
    return true;
  }

  std::optional<std::uint64_t> state() const override { return 0; }
  bool resume(std::uint64_t) override { return true; }

 private:
  std::uint32_t link_type_;
};

}  // namespace

std::unique_ptr<Format> open_snoop(ByteSource& source, CaptureInfo& info) {
  const Bytes head = source.peek(16);
  if (head.size() < 16 || as_text(head.first(8)) != std::string_view("snoop\0\0\0", 8)) return nullptr;
  const std::uint32_t datalink = ByteReader(head.subspan(12)).be32();
  source.consume(16);
  info.format = "snoop";
  // RFC 1761's datalink 4 is Ethernet (LINKTYPE 1); others get a number that nothing decodes
  return std::make_unique<SnoopFormat>(datalink == 4 ? 1 : 0xFFFF'0000 | (datalink & 0xFFFF));
}

}  // namespace kakoi::capture
