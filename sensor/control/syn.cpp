// What the first packet of a TCP connection tells of the stack that sent it: initial TTL, window, and the options with
// their order (RFC 9293 §3.2). A guess at best: proxies, tuned stacks and middle boxes look like others.
#include <array>
#include <charconv>

#include "sensor/control/control.h"

namespace kakoi {

namespace {

// RFC 9293 §3.2, RFC 7323 §2, §3, RFC 2018 §2
enum Option : std::uint8_t { end = 0, nop = 1, mss = 2, scale = 3, sack = 4, timestamps = 8 };

// "64:MSTNW7:1460:29200": TTL, options, segment size, window.
struct Signature {
  std::array<char, 64> text{};
  std::size_t size = 0;
  void put(char c) noexcept {
    if (size < text.size()) text[size++] = c;
  }
  void put(unsigned n) noexcept {
    const auto [at, error] = std::to_chars(text.data() + size, text.data() + text.size(), n);
    if (error == std::errc()) size = static_cast<std::size_t>(at - text.data());
  }
  std::string_view view() const noexcept { return {text.data(), size}; }
};

unsigned initial_ttl(std::uint8_t ttl) noexcept { return ttl <= 32 ? 32u : ttl <= 64 ? 64u : ttl <= 128 ? 128u : 255u; }

// Letters as p0f orders them; the scale's value is left out of what is compared.
std::string_view system_of(unsigned ttl, std::string_view options) noexcept {
  struct Known {
    unsigned ttl;
    std::string_view options, system;
  };
  static constexpr Known known[] = {
      {64, "MSTNW", "Linux"},
      {128, "MNWNNS", "Windows"},
      {128, "MNNS", "Windows"},
      {128, "MNWNNTNNS", "Windows"},
      {64, "MNWNNTSE", "Apple (macOS or iOS)"},
      {64, "MNWST", "FreeBSD"},
      {64, "MNNSNWNNT", "OpenBSD"},
      {64, "MNWNNTNNS", "VxWorks"},
  };
  for (const Known& k : known)
    if (k.ttl == ttl && k.options == options) return k.system;
  return {};
}

}  // namespace

void observe_syn(const Decoded& packet, Bytes options, const Emit& emit) noexcept {
  Signature s;
  std::array<char, 24> letters;
  std::size_t count = 0;
  const auto letter = [&](char c) {
    if (count < letters.size()) letters[count++] = c;
  };
  unsigned segment = 0, scaling = 0;
  ByteReader r(options);
  while (r.remaining() > 0 && count < letters.size()) {
    const std::uint8_t kind = r.u8();
    if (kind == Option::end) {
      letter('E');
      break;
    }
    if (kind == Option::nop) {
      letter('N');
      continue;
    }
    const std::uint8_t length = r.u8();
    if (length < 2) break;
    ByteReader value(r.take(length - 2u));
    if (!r.ok()) break;
    if (kind == Option::mss) segment = value.be16();
    if (kind == Option::scale) scaling = value.u8();
    letter(kind == Option::mss          ? 'M'
           : kind == Option::scale      ? 'W'
           : kind == Option::sack       ? 'S'
           : kind == Option::timestamps ? 'T'
                                        : '?');
  }
  const unsigned ttl = initial_ttl(packet.ttl);
  s.put(ttl);
  s.put(':');
  for (std::size_t i = 0; i < count; ++i) {
    s.put(letters[i]);
    if (letters[i] == 'W') s.put(scaling);
  }
  s.put(':');
  s.put(segment);
  s.put(':');
  s.put(unsigned{packet.window});
  emit(Identity{Trait::fingerprint, s.view(), "tcp syn", 30, {}});
  if (const std::string_view system = system_of(ttl, {letters.data(), count}); !system.empty())
    emit(Identity{Trait::os, system, "tcp syn", 30, {}});
}

}  // namespace kakoi
