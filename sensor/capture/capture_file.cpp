#include "sensor/capture/capture_file.h"

#include <algorithm>
#include <utility>

namespace kakoi::capture {

CaptureFile::CaptureFile(const std::filesystem::path& path, Hashing hashing) : source_(path, hashing) {
  info_.source = path == "-" ? "standard input" : path.filename().string();
  if (source_.peek(4).empty())
    throw CaptureError(path.string() + (!source_.is_packed()      ? ": the file is empty"
                                        : source_.fault().empty() ? ": nothing to unpack, the file ends too early"
                                                                  : ": nothing to unpack, " + source_.fault()));
  format_ = open_pcap(source_, info_);
  if (!format_) format_ = open_pcapng(source_, info_);
  if (!format_) format_ = open_snoop(source_, info_);
  if (format_ && !info_.error.empty())
    throw CaptureError(path.string() + ": " + info_.error +
                       "; nothing can be read of it, copy it again or leave it out");
  if (format_) return;
  const std::string_view packed = unread_packing(source_.peek(kPackingMagic));
  if (!packed.empty())
    throw CaptureError(path.string() + ": not a capture but " + std::string(packed) + "; unpack it first");
  throw CaptureError(path.string() + ": not a capture (neither pcap, pcapng nor snoop" +
                     (source_.is_packed() ? " when unpacked); " : "); ") +
                     "convert it with a capture tool or leave it out");
}

const RawPacket* CaptureFile::peek() {
  if (ready_) return &packet_;
  if (info_.packets == PacketRef::kMostNumber) {
    info_.error = "more than " + std::to_string(PacketRef::kMostNumber) +
                  " packets; split the file, everything up to there counts";
    return nullptr;
  }
  if (!format_->next(source_, info_, packet_)) return nullptr;
  packet_.ref = {packet_.ref.ts, index_, ++info_.packets};
  info_.bytes += packet_.original_length;
  info_.note_time(packet_.ref.ts);
  if (info_.packets == 1 || packet_.link_type != link_type_) info_.link_types.insert(link_type_ = packet_.link_type);
  ready_ = true;
  if (source_.offset() >= mark_at_) mark();
  return &packet_;
}

void CaptureFile::mark_every(std::uint64_t octets) noexcept {
  if (source_.is_packed()) return;
  mark_every_ = octets;
  mark_at_ = source_.offset() + octets;
}

void CaptureFile::mark() {
  const auto state = format_->state();
  if (!state) return;  // behind one of the next packets
  landmarks_.push_back({source_.offset(), *state, packet_.ref.number()});
  mark_at_ = source_.offset() + mark_every_;
}

void CaptureFile::skip_towards(std::uint64_t number, std::span<const Landmark> landmarks) {
  const auto behind = std::partition_point(landmarks.begin(), landmarks.end(),
                                           [&](const Landmark& landmark) { return landmark.packets < number; });
  if (behind == landmarks.begin()) return;
  const Landmark& last = *std::prev(behind);
  if (last.packets <= info_.packets || !format_->resume(last.state)) return;
  source_.seek(last.offset);
  info_.packets = last.packets;
  ready_ = false;
}

CaptureInfo CaptureFile::finish() {
  info_.sha256 = source_.sha256();
  info_.file_bytes = source_.bytes_read();
  for (const std::string& part : {info_.damage.text(), std::exchange(info_.error, {}), source_.fault()})
    if (!part.empty()) info_.error += (info_.error.empty() ? "" : "; ") + part;
  return info_;
}

}  // namespace kakoi::capture
