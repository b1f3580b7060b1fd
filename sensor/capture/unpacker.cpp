#include "sensor/capture/unpacker.h"

#include <algorithm>
#include <array>
#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/bzip2.hpp>
#include <boost/iostreams/filter/lzma.hpp>
#include <boost/iostreams/filter/zlib.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <cstring>

namespace kakoi::capture {
namespace {

namespace io = boost::iostreams;

constexpr std::streamsize kInput = 1 << 16;  // packed bytes read at a time
// A filter that meets a fault forgets what it had delivered in that call, so it delivers little at
// a time: what comes before the fault counts.
constexpr std::size_t kOutput = 1 << 10;

struct Magic {
  std::string_view bytes;
  std::string_view name;
  Packing packing;
};
constexpr std::array kMagics = {
    Magic{{"\x1F\x8B\x08", 3}, "gzip", Packing::gzip},
    Magic{{"BZh", 3}, "bzip2", Packing::bzip2},
    Magic{{"\xFD"
           "7zXZ\0",
           6},
          "xz",
          Packing::xz},
    Magic{{"\x28\xB5\x2F\xFD", 4}, "zstd", Packing::zstd},
    Magic{{"PK\x03\x04", 4}, "a ZIP archive", Packing::none},
    Magic{{"7z\xBC\xAF\x27\x1C", 6}, "a 7z archive", Packing::none},
    Magic{{"Rar!\x1A\x07", 6}, "a RAR archive", Packing::none},
    Magic{{"\x04\x22\x4D\x18", 4}, "packed by lz4", Packing::none},
    Magic{{"\x1F\x9D", 2}, "packed by compress", Packing::none},
};
const Magic* magic_of(Bytes head) noexcept {
  for (const Magic& m : kMagics)
    if (as_text(head).starts_with(m.bytes)) return &m;
  return nullptr;
}

}  // namespace

Packing packing_of(Bytes head) noexcept {
  const Magic* magic = magic_of(head);
  return magic ? magic->packing : Packing::none;
}
std::string_view unread_packing(Bytes head) noexcept {
  const Magic* magic = magic_of(head);
  return magic && magic->packing == Packing::none ? magic->name : std::string_view();
}

// The packed bytes: first what was read ahead, then the file.
struct Unpacker::Input {
  RawFile& file;
  std::string ahead;
  bool ended = false, end_told = false;

  std::streamsize read(char* to, std::streamsize n) {
    if (!ahead.empty()) {
      const std::size_t size = std::min(ahead.size(), static_cast<std::size_t>(n));
      std::memcpy(to, ahead.data(), size);
      ahead.erase(0, size);
      return static_cast<std::streamsize>(size);
    }
    if (!ended) {
      const std::size_t got = file.read(reinterpret_cast<std::uint8_t*>(to), static_cast<std::size_t>(n));
      if (got > 0) return static_cast<std::streamsize>(got);
      ended = true;
    }
    // "Nothing right now" once before the end: the filter hands out all it has before it learns
    // that its data are cut short.
    if (!end_told) {
      end_told = true;
      return 0;
    }
    return -1;
  }
  // The first bytes of the next member; shorter at the end.
  Bytes peek(std::size_t n) {
    while (ahead.size() < n && !ended) {
      std::array<std::uint8_t, kPackingMagic> more;
      const std::size_t got = file.read(more.data(), std::min(more.size(), n - ahead.size()));
      if (got == 0) ended = true;
      ahead.append(as_text({more.data(), got}));
    }
    return {reinterpret_cast<const std::uint8_t*>(ahead.data()), std::min(n, ahead.size())};
  }
};

// The input as a device of Boost.Iostreams.
struct Unpacker::Source {
  using char_type = char;
  using category = io::source_tag;
  Input* input;
  std::streamsize read(char* to, std::streamsize n) { return input->read(to, n); }
};

// One gzip member, zstd frame …; or several, where the filter itself goes on.
class Unpacker::Member {
 public:
  virtual ~Member() = default;
  virtual std::streamsize read(Input& input, char* to, std::size_t n) = 0;  // −1 at its end
  virtual std::string unused() const = 0;                                   // read from the input, and not the member's
};

template <typename Filter>
class Unpacker::MemberOf final : public Member {
 public:
  explicit MemberOf(Filter filter) : filter_(std::move(filter)) {}
  std::streamsize read(Input& input, char* to, std::size_t n) override {
    Source source{&input};
    return filter_.read(source, to, static_cast<std::streamsize>(n));
  }
  std::string unused() const override { return filter_.unconsumed_input(); }

 private:
  Filter filter_;
};

Unpacker::Unpacker(RawFile& file, Bytes head) : input_(new Input{file, std::string(as_text(head))}) {}
Unpacker::~Unpacker() = default;

std::size_t Unpacker::read(std::uint8_t* to, std::size_t n) {
  // zlib knows gzip's header and checksum itself, with 16 added to the size of its window
  constexpr int kGzipWindow = 15 + 16;
  while (!ended_) {
    try {
      if (!member_) {
        switch (packing_of(input_->peek(kPackingMagic))) {
          case Packing::gzip:
            member_ = std::make_unique<MemberOf<io::zlib_decompressor>>(io::zlib_decompressor(kGzipWindow, kInput));
            break;
          case Packing::bzip2:
            member_ = std::make_unique<MemberOf<io::bzip2_decompressor>>(io::bzip2_decompressor(false, kInput));
            break;
          case Packing::xz:
            member_ = std::make_unique<MemberOf<io::lzma_decompressor>>(io::lzma_decompressor(kInput));
            break;
          case Packing::zstd:
            member_ = std::make_unique<MemberOf<io::zstd_decompressor>>(io::zstd_decompressor(kInput));
            break;
          case Packing::none:
            ended_ = true;
            continue;  // padding behind the last member, as tapes leave it
        }
      }
      const std::streamsize got = member_->read(*input_, reinterpret_cast<char*>(to), std::min(n, kOutput));
      if (got > 0) {
        unpacked_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (got == 0) continue;
      input_->ahead.insert(0, member_->unused());
      member_.reset();
    } catch (const CaptureError&) {
      throw;
    } catch (const std::exception& error) {  // a filter refuses its data
      ended_ = true;
      fault_ = std::string(input_->end_told ? "the compressed data are cut short" : "the compressed data are damaged") +
               " behind byte " + std::to_string(unpacked_) + " of what they hold";
    }
  }
  return 0;
}

}  // namespace kakoi::capture
