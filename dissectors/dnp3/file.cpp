#include "dissectors/dnp3/file.h"

namespace kakoi::dnp3 {

namespace {

// A text that an object points at by offset and size, both counted from the object's start.
std::string_view text_at(Bytes object, std::size_t offset, std::size_t size) noexcept {
  if (offset > object.size() || size > object.size() - offset) return {};
  return as_text(object.subspan(offset, size));
}

}  // namespace

Bytes first_sized_object(const ObjectHeader& header) noexcept {
  if (header.qualifier >> 4 < 4 || header.count == 0) return {};
  ByteReader r(header.objects);
  const std::size_t size = header.prefix_size == 1 ? r.u8() : header.prefix_size == 2 ? r.le16() : r.le32();
  return r.take(size);
}

FileCommand read_file_command(Bytes object) noexcept {
  ByteReader r(object);
  const std::size_t offset = r.le16();
  const std::size_t size = r.le16();
  r.skip(6 + 2 + 4 + 4);  // time of creation, permissions, authentication key, file size
  const std::uint16_t mode = r.le16();
  if (!r.ok()) return {};
  return {text_at(object, offset, size), FileCommand::Mode{mode}};
}

FileLogin read_file_login(Bytes object) noexcept {
  ByteReader r(object);
  const std::size_t user_offset = r.le16();
  const std::size_t user_size = r.le16();
  const std::size_t secret_offset = r.le16();
  const std::size_t secret_size = r.le16();
  const std::uint32_t key = r.le32();
  if (!r.ok()) return {};
  return {text_at(object, user_offset, user_size), text_at(object, secret_offset, secret_size), key};
}

FileBlock read_file_block(Bytes object) noexcept {
  constexpr std::uint32_t kLast = 0x8000'0000;
  ByteReader r(object);
  FileBlock block;
  block.handle = r.le32();
  const std::uint32_t number = r.le32();
  block.number = number & ~kLast;
  block.last = (number & kLast) != 0;
  return r.ok() ? block : FileBlock{};
}

}  // namespace kakoi::dnp3
