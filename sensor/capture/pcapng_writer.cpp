#include "sensor/capture/pcapng_writer.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace kakoi::capture {
namespace {

enum Option : std::uint16_t {
  kEnd = 0,
  kComment = 1,
  kInterfaceName = 2,
  kUserApplication = 4,
  kTimeResolution = 9,
  kFcsLength = 13
};

// type, length, body padded to 32 bits, length again
class Block {
 public:
  explicit Block(std::uint32_t type) { u32(type), u32(0); }
  void u16(std::uint16_t n) { raw(&n, 2); }
  void u32(std::uint32_t n) { raw(&n, 4); }
  void padded(Bytes bytes) {
    raw(bytes.data(), bytes.size());
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
  }
  void option(Option code, Bytes value) { u16(code), u16(static_cast<std::uint16_t>(value.size())), padded(value); }
  void option(Option code, std::string_view text) {
    std::size_t size = std::min(text.size(), PcapngWriter::kMostComment);
    // not within a character of UTF-8
    while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    option(code, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), size));
  }
  const std::vector<std::uint8_t>& finish() {
    const auto length = static_cast<std::uint32_t>(bytes_.size() + 4);
    u32(length);
    std::memcpy(bytes_.data() + 4, &length, 4);
    return bytes_;
  }

 private:
  void raw(const void* data, std::size_t size) {
    const auto* from = static_cast<const std::uint8_t*>(data);
    bytes_.insert(bytes_.end(), from, from + size);
  }
  std::vector<std::uint8_t> bytes_;  // in this machine's byte order, which the section header tells
};

}  // namespace

PcapngWriter::PcapngWriter(Put put, const About& about) : put_(std::move(put)) {
  Block header(0x0A0D0D0A);
  header.u32(0x1A2B3C4D), header.u16(1), header.u16(0);
  header.u32(0xFFFFFFFF), header.u32(0xFFFFFFFF);  // length of the section: not known
  if (!about.comment.empty()) header.option(kComment, about.comment);
  if (!about.application.empty()) header.option(kUserApplication, about.application);
  if (!about.comment.empty() || !about.application.empty()) header.option(kEnd, Bytes());
  put_(header.finish());
}

std::uint32_t PcapngWriter::interface_of(const RawPacket& packet, const CaptureInfo& info) {
  const Described wanted{packet.ref.capture(), packet.link_type, packet.fcs_length};
  const auto known = std::find(described_.begin(), described_.end(), wanted);
  if (known != described_.end()) return static_cast<std::uint32_t>(known - described_.begin());
  Block description(1);
  description.u16(static_cast<std::uint16_t>(packet.link_type)), description.u16(0), description.u32(info.snaplen);
  description.option(kInterfaceName, std::string_view(info.source).substr(0, 200));
  constexpr std::uint8_t kNanoseconds[] = {9};
  description.option(kTimeResolution, Bytes(kNanoseconds));
  if (packet.fcs_length != 0) {
    const std::uint8_t length[] = {static_cast<std::uint8_t>(packet.fcs_length)};
    description.option(kFcsLength, Bytes(length));
  }
  description.option(kEnd, Bytes());
  put_(description.finish());
  described_.push_back(wanted);
  return static_cast<std::uint32_t>(described_.size() - 1);
}

void PcapngWriter::add(const RawPacket& packet, const CaptureInfo& info, std::span<const std::string> comments) {
  const std::uint32_t interface = interface_of(packet, info);
  const auto ts = static_cast<std::uint64_t>(packet.ref.ts);
  Block block(6);
  block.u32(interface), block.u32(static_cast<std::uint32_t>(ts >> 32)), block.u32(static_cast<std::uint32_t>(ts));
  block.u32(static_cast<std::uint32_t>(packet.data.size())), block.u32(packet.original_length);
  block.padded(packet.data);
  for (const std::string& comment : comments) block.option(kComment, comment);
  if (!comments.empty()) block.option(kEnd, Bytes());
  put_(block.finish());
}

}  // namespace kakoi::capture
