#include "dissectors/dnp3/objects.h"

#include "dissectors/dnp3/application.h"
#include "dissectors/dnp3/digest.h"

namespace kakoi::dnp3 {

namespace {

constexpr std::uint8_t kTimeAndDate = 50;
constexpr std::uint8_t kAuthentication = 120;

// A request to read, freeze or assign names objects; the others bring them along. Objects with a size
// prefix (file blocks in a READ) and those of Secure Authentication are there in any message.
bool brings_objects(std::uint8_t function_code, std::uint8_t group) noexcept {
  switch (Function{function_code}) {
    case Function::write:
    case Function::select:
    case Function::operate:
    case Function::direct_operate:
    case Function::direct_operate_nr:
    case Function::activate_config:
    case Function::authenticate_req:
    case Function::auth_req_no_ack:
    case Function::response:
    case Function::unsolicited_response:
    case Function::authenticate_resp:
      return true;
    case Function::freeze_at_time:
    case Function::freeze_at_time_nr:
      return group == kTimeAndDate || group == kAuthentication;
    default:
      return group == kAuthentication;
  }
}

// Octets of `count` attributes of group 0: data type, length, value. Type 255 (a list of more than
// 255 octets) adds 256 to its length.
std::uint64_t size_of_attributes(Bytes bytes, std::uint64_t count) noexcept {
  constexpr std::uint8_t kExtendedList = 255;
  ByteReader r(bytes);
  for (std::uint64_t i = 0; i < count && r.ok(); ++i) {
    const bool extended = r.u8() == kExtendedList;
    r.skip(r.u8() + (extended ? 256u : 0u));
  }
  return r.ok() ? r.offset() : bytes.size() + 1;
}

// Octets of `count` objects that tell their own size.
std::uint64_t size_of_prefixed(Bytes bytes, std::uint64_t count, std::uint8_t prefix_size) noexcept {
  ByteReader r(bytes);
  for (std::uint64_t i = 0; i < count && r.ok(); ++i)
    r.skip(prefix_size == 1 ? r.u8() : prefix_size == 2 ? r.le16() : r.le32());
  return r.ok() ? r.offset() : bytes.size() + 1;
}

}  // namespace

std::optional<ObjectHeader> ObjectReader::stop(const ObjectHeader& header, Fault fault) noexcept {
  done_ = true;
  fault_ = fault;
  return header;
}

bool ObjectReader::read_range(ObjectHeader& header) noexcept {
  const auto start_stop = [&](std::uint32_t start, std::uint32_t stop) {
    header.start = start;
    header.count = std::uint64_t{stop} - start + 1;
    return stop >= start;
  };
  std::uint32_t start = 0;
  switch (header.qualifier & 0x0F) {
    case 0x0:  // indexes
    case 0x3:  // virtual addresses, of older editions
      start = reader_.u8();
      return start_stop(start, reader_.u8()) || !reader_.ok();
    case 0x1:
    case 0x4:
      start = reader_.le16();
      return start_stop(start, reader_.le16()) || !reader_.ok();
    case 0x2:
    case 0x5:
      start = reader_.le32();
      return start_stop(start, reader_.le32()) || !reader_.ok();
    case 0x6:
      return true;  // all
    case 0x7:
    case 0xB:
      header.count = reader_.u8();
      return true;
    case 0x8:
      header.count = reader_.le16();
      return true;
    case 0x9:
      header.count = reader_.le32();
      return true;
    default:
      return false;
  }
}

std::optional<std::uint64_t> ObjectReader::size_of_objects(const ObjectHeader& header, bool sized) noexcept {
  ByteReader ahead = reader_;
  const Bytes left = ahead.rest();
  if (sized) return size_of_prefixed(left, header.count, header.prefix_size);
  if (!brings_objects(function_code_, header.group)) return header.count * header.prefix_size;
  if (header.type == nullptr || header.type->layout == Layout::prefixed) return {};
  switch (header.type->layout) {
    case Layout::attribute:
      if (header.prefix_size != 0) return {};
      return size_of_attributes(left, header.count);
    case Layout::bits:
    case Layout::double_bits: {
      if (header.prefix_size != 0) return {};  // an index for less than an octet: no such thing
      const std::uint64_t width = header.type->layout == Layout::bits ? 1 : 2;
      return (header.count * width + 7) / 8;
    }
    case Layout::octets:
      return header.count * (header.prefix_size + std::uint64_t{header.variation});
    default:
      return header.count * (std::uint64_t{header.prefix_size} + header.type->size);
  }
}

std::optional<ObjectHeader> ObjectReader::next() noexcept {
  fault_.reset();
  if (done_ || reader_.remaining() == 0) return {};
  ObjectHeader header;
  header.group = reader_.u8();
  header.variation = reader_.u8();
  header.qualifier = reader_.u8();
  if (!reader_.ok()) {
    done_ = true;
    fault_ = Fault::truncated;
    return {};
  }
  header.type = find_object_type(header.group, header.variation);

  // Bits 4–6: 0 no prefix, 1–3 an index and 4–6 a size of one, two or four octets.
  static constexpr std::uint8_t kPrefixSizes[] = {0, 1, 2, 4, 1, 2, 4};
  const unsigned prefix_code = header.qualifier >> 4;
  if (prefix_code >= std::size(kPrefixSizes)) return stop(header, Fault::bad_value);
  header.prefix_size = kPrefixSizes[prefix_code];
  const bool sized = prefix_code >= 4;

  if (!read_range(header)) return stop(header, Fault::bad_value);
  if (!reader_.ok()) return stop(header, Fault::truncated);
  const auto size = size_of_objects(header, sized);
  const bool known = header.type != nullptr || may_be_asked_for(header.group, header.variation);
  if (!size) return stop(header, header.type == nullptr ? Fault::unknown_type : Fault::bad_value);
  if (*size > reader_.remaining()) return stop(header, known ? Fault::truncated : Fault::unknown_type);
  header.objects = reader_.take(static_cast<std::size_t>(*size));
  if (!known) fault_ = Fault::unknown_type;
  return header;
}

std::uint32_t echo_digest(std::uint8_t function_code, Bytes objects) noexcept {
  std::uint32_t digest = 0;
  ObjectReader reader(function_code, objects);
  while (const auto header = reader.next()) {
    if ((header->group != 12 && header->group != 41) || header->type == nullptr) continue;
    const std::size_t stride = std::size_t{header->prefix_size} + header->type->size;
    if (digest == 0) digest = kDigestOfNothing;
    if (header->type->layout == Layout::fixed)
      for (std::size_t at = 0; at + stride <= header->objects.size(); at += stride)
        digest = digest_of(header->objects.subspan(at, stride - 1), digest);  // the status comes last
  }
  return digest;
}

}  // namespace kakoi::dnp3
