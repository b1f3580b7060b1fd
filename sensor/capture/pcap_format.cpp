// The classic capture file (draft-ietf-opsawg-pcap):
//
//   magic ×4 | major ×2 | minor ×2 | reserved ×8 | snaplen ×4 | fcs, linktype ×4     24 octets
//   seconds ×4 | µs or ns ×4 | captured length ×4 | original length ×4 | data …      each record
//
// Nothing marks the start of a record, so one wrong length loses all that follow. Each record is
// therefore handed out only after a look at the header behind it. Where that one can't be right, the
// next record is searched for octet by octet: a header whose time and lengths agree with its
// neighbours, and which is followed by another.
#include <array>
#include <cstring>

#include "sensor/capture/capture_file.h"

namespace kakoi::capture {
namespace {

constexpr std::uint32_t kMicro = 0xA1B2C3D4, kNano = 0xA1B23C4D;
constexpr std::uint32_t kModified = 0xA1B2CD34;  // Kuznetzov's: 8 more octets in each record header

constexpr std::uint32_t kMostCaptured = ByteSource::kLargestRecord - 64;
constexpr std::uint32_t kDay = 86'400;       // seconds: neighbours that are further apart get a second look
constexpr std::uint32_t kMonth = 31 * kDay;  // a record found again is not further from the last good one

// kSwapped: the fields have the byte order of another machine. kHeader: octets of a record header.
template <bool kSwapped, std::size_t kHeader>
class PcapFormat final : public Format {
 public:
  PcapFormat(std::uint32_t magic, std::uint32_t network)
      : scale_(magic == kNano ? 1 : 1000),
        units_(magic == kNano ? 1'000'000'000 : 1'000'000),
        link_type_(network & 0xFFFF),
        // §4: bit 26 set means that the top four bits give the length of the FCS in 16-bit words
        fcs_length_((network >> 26 & 1) != 0 ? (network >> 28) * 2 : 0) {}

  bool next(ByteSource& source, CaptureInfo& info, RawPacket& packet) override {
    for (;;) {
      if (suspect_ && !recover(source, info)) return false;
      Bytes record = source.here();
      if (record.size() < kHeader) {
        record = source.peek(kHeader);
        if (record.empty()) return false;
        if (record.size() < kHeader) {
          info.error = cut(info, source, kHeader, record.size());
          return false;
        }
      }
      const std::uint32_t seconds = field(record, 0), fraction = field(record, 4);
      const std::uint32_t captured = field(record, 8), original = field(record, 12);
      const std::size_t whole = kHeader + captured;
      if (record.size() < whole + kHeader) record = source.peek(whole + kHeader);
      if (record.size() < whole + kHeader || captured > original || !may_follow(record, whole, seconds)) [[unlikely]] {
        const Verdict verdict = judge(source, info, whole);
        if (verdict == Verdict::end) return false;
        if (verdict == Verdict::again) continue;
        record = source.peek(whole);
      } else {
        last_seconds_ = seconds;
      }
      packet.data = record.subspan(kHeader, captured);
      packet.original_length = std::max(original, captured);
      packet.link_type = link_type_;
      packet.fcs_length = fcs_length_;
      packet.ref.ts = std::int64_t{seconds} * 1'000'000'000 + std::int64_t{fraction} * scale_;
      source.consume(whole);
      return true;
    }
  }

  // The time that a record found again must be near to.
  std::optional<std::uint64_t> state() const override {
    if (suspect_) return std::nullopt;
    return static_cast<std::uint64_t>(last_seconds_);
  }
  bool resume(std::uint64_t state) override {
    last_seconds_ = static_cast<std::int64_t>(state);
    suspect_ = false;
    return true;
  }

 private:
  static std::uint32_t field(Bytes b, std::size_t at) noexcept {
    std::uint32_t value;
    std::memcpy(&value, b.data() + at, 4);
    return kSwapped ? __builtin_bswap32(value) : value;
  }
  static bool near(std::uint32_t a, std::uint32_t b, std::uint32_t distance) noexcept {
    return a - b + distance <= 2 * distance;
  }

  // A glance at the header at `at`; what fails here is looked at closely before it counts as wrong.
  bool may_follow(Bytes b, std::size_t at, std::uint32_t seconds) const noexcept {
    // All three at once: a branch each would cost more.
    const int day = near(field(b, at), seconds, kDay), fraction = field(b, at + 4) < units_;
    return (day & fraction & static_cast<int>(field(b, at + 8) - 1 < kMostCaptured)) != 0;
  }
  bool fits(Bytes b, std::size_t at) const noexcept {
    const std::uint32_t captured = field(b, at + 8), original = field(b, at + 12);
    return captured <= kMostCaptured && captured <= original && original < 1 << 24 &&
           (original | field(b, at)) != 0;  // zeros: a hole in the file
  }

  // By the lengths alone: records follow from `at` on, or the file ends with one. Some programs
  // write odd times and fractions, and captures pause.
  bool lengths_agree(Bytes window, std::size_t at) const noexcept {
    std::uint32_t seconds = 0;
    for (int records = 0; records < 4; ++records) {
      if (window.size() - at < kHeader) return records > 0;
      if (!fits(window, at)) return false;
      const std::size_t size = kHeader + field(window, at + 8);
      if (size > window.size() - at)  // cut, or beyond what is in view
        return records > 0 ? may_follow(window, at, seconds) : field(window, at + 4) < units_;
      seconds = field(window, at);
      at += size;
    }
    return true;
  }
  // What the search takes for a record: all of it is plausible, and so is what comes behind.
  bool is_record(Bytes window, std::size_t at) const noexcept {
    if (window.size() - at < kHeader) return false;
    const std::uint32_t seconds = field(window, at), captured = field(window, at + 8),
                        original = field(window, at + 12);
    if (captured - 1 >= kMostCaptured || captured > original || original > kMostCaptured ||
        field(window, at + 4) >= units_)
      return false;
    if (last_seconds_ >= 0 && !near(seconds, static_cast<std::uint32_t>(last_seconds_), kMonth)) return false;
    const std::size_t behind = at + kHeader + captured;
    return behind == window.size() || (behind + kHeader <= window.size() && may_follow(window, behind, seconds));
  }

  enum class Verdict { deliver, again, end };
  // The record at hand is followed by no plausible header, or by nothing, or is longer than its packet.
  [[gnu::noinline, gnu::cold]] Verdict judge(ByteSource& source, CaptureInfo& info, std::size_t whole) {
    const Bytes window = source.peek(ByteSource::kLargestRecord);
    if (whole == window.size()) return Verdict::deliver;
    // A record that begins inside this one shows that its length is wrong, one that begins inside
    // the header behind it that some bytes are lost or too many.
    std::size_t at = kHeader;
    while (at < std::min(whole + kHeader, window.size()) && (at == whole || !is_record(window, at))) ++at;
    if (at < std::min(whole, window.size())) {
      info.damage.note(source.offset(), at, info.packets);
      source.consume(at);
      return Verdict::again;
    }
    if (at >= whole + kHeader && (may_follow(window, whole, field(window, 0)) || lengths_agree(window, whole)))
      return Verdict::deliver;
    if (whole > window.size()) {
      info.error = cut(info, source, whole, window.size());
      return Verdict::end;
    }
    suspect_ = window.size() - whole >= kHeader;
    return Verdict::deliver;
  }

  // Goes on to the next record from here; false if there is none.
  [[gnu::noinline, gnu::cold]] bool recover(ByteSource& source, CaptureInfo& info) {
    Bytes window = source.peek(ByteSource::kLargestRecord);
    suspect_ = false;
    if (window.size() < kHeader) return true;
    // The first record of the file: nothing speaks against it yet, and next() looks behind it.
    const bool first = info.packets == 0 && info.damage.places == 0;
    if (first && (lengths_agree(window, 0) || (fits(window, 0) && field(window, 4) < units_))) return true;
    const std::uint64_t start = source.offset();
    for (;;) {
      const bool at_end = window.size() < ByteSource::kLargestRecord;
      // Away from the end, half of the window is kept to see what follows.
      const std::size_t end = at_end ? window.size() : window.size() / 2;
      std::size_t at = 1;
      while (at < end && !is_record(window, at)) ++at;
      source.consume(at);
      if (at < end || at_end) {
        info.damage.note(start, source.offset() - start, info.packets);
        return at < end;
      }
      window = source.peek(ByteSource::kLargestRecord);
    }
  }

  static std::string cut(const CaptureInfo& info, const ByteSource& source, std::size_t need, std::size_t have) {
    return "cut short in packet " + std::to_string(info.packets + 1) + " at byte " + std::to_string(source.offset()) +
           " (" + std::to_string(need) + " bytes needed, " + std::to_string(have) +
           " there); everything before it counts";
  }

  std::int64_t scale_;
  std::uint32_t units_;  // of the fraction, in a second
  std::uint32_t link_type_, fcs_length_;
  std::int64_t last_seconds_ = -1;  // of the last record whose neighbour agrees; −1: none yet
  bool suspect_ = true;             // nothing vouches for what comes next
};

std::unique_ptr<Format> make(bool swapped, std::uint32_t magic, std::uint32_t network) {
  if (magic == kModified) {
    if (swapped) return std::make_unique<PcapFormat<true, 24>>(magic, network);
    return std::make_unique<PcapFormat<false, 24>>(magic, network);
  }
  if (swapped) return std::make_unique<PcapFormat<true, 16>>(magic, network);
  return std::make_unique<PcapFormat<false, 16>>(magic, network);
}

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
    return make(swapped, magic, 0);
  }
  if (swapped)
    for (std::uint32_t& w : words) w = __builtin_bswap32(w);
  info.snaplen = words[4];
  source.consume(24);
  return make(swapped, magic, words[5]);
}

}  // namespace kakoi::capture
