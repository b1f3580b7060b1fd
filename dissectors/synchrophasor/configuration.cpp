#include "dissectors/synchrophasor/configuration.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

namespace kakoi::synchrophasor {

namespace {

constexpr std::size_t kFixedName = 16;          // octets of STN and CHNAM in CFG-1 and CFG-2
constexpr unsigned kLabelsOfDigital = 16;       // one for each bit of a digital status word
constexpr std::uint32_t kMostStated = 64;       // PMUs that are told of one by one
constexpr std::uint16_t kOnly = 0, kFirst = 1;  // CONT_IDX: in one frame, or the first of several

struct Pmu {
  std::string_view name;
  std::uint16_t id = 0, phasors = 0, analogs = 0, digitals = 0;
  bool is_50_hz = false;
  Bytes global_id;                    // CFG-3
  float latitude = 0, longitude = 0;  // CFG-3; infinite: not told
};

// STN ×16 | IDCODE ×2 | FORMAT ×2 | PHNMR ×2 | ANNMR ×2 | DGNMR ×2 | CHNAM, 16 each | PHUNIT ×4 each | ANUNIT ×4 each |
// DIGUNIT ×4 each | FNOM ×2 | CFGCNT ×2                                                                        (table 8)
Pmu read_pmu(ByteReader& r) noexcept {
  Pmu p;
  p.name = text::field(as_text(r.take(kFixedName)));
  p.id = r.be16();
  r.skip(2);
  p.phasors = r.be16();
  p.analogs = r.be16();
  p.digitals = r.be16();
  r.skip(kFixedName * (std::size_t{p.phasors} + p.analogs + kLabelsOfDigital * std::size_t{p.digitals}));
  r.skip(4 * (std::size_t{p.phasors} + p.analogs + p.digitals));
  p.is_50_hz = (r.be16() & 1) != 0;
  r.skip(2);
  return p;
}

// STN | IDCODE ×2 | G_PMU_ID ×16 | FORMAT ×2 | PHNMR ×2 | ANNMR ×2 | DGNMR ×2 | CHNAM … | PHSCALE ×12 each | ANSCALE ×8
// each | DIGUNIT ×4 each | PMU_LAT ×4 | PMU_LON ×4 | PMU_ELEV ×4 | SVC_CLASS | WINDOW ×4 | GRP_DLY ×4 | FNOM ×2 |
// CFGCNT ×2; a name is its length and so many octets                                                          (table 10)
Pmu read_pmu_3(ByteReader& r) noexcept {
  Pmu p;
  p.name = text::field(as_text(r.take(r.u8())));
  p.id = r.be16();
  p.global_id = r.take(16);
  r.skip(2);
  p.phasors = r.be16();
  p.analogs = r.be16();
  p.digitals = r.be16();
  const std::size_t names = std::size_t{p.phasors} + p.analogs + kLabelsOfDigital * std::size_t{p.digitals};
  for (std::size_t i = 0; i < names && r.ok(); ++i) r.skip(r.u8());
  r.skip(12 * std::size_t{p.phasors} + 8 * std::size_t{p.analogs} + 4 * std::size_t{p.digitals});
  p.latitude = std::bit_cast<float>(r.be32());
  p.longitude = std::bit_cast<float>(r.be32());
  r.skip(4 + 1 + 4 + 4);
  p.is_50_hz = (r.be16() & 1) != 0;
  r.skip(2);
  return p;
}

// All PMUs in order, as far as they are there. Ends behind the last one that is.
template <typename Take>
void walk(ByteReader& r, Type type, std::uint16_t count, const Take& take) {
  for (std::uint32_t i = 0; i < count && r.ok(); ++i) {
    const Pmu pmu = type == Type::configuration_3 ? read_pmu_3(r) : read_pmu(r);
    if (r.ok()) take(i, pmu);
  }
}

std::string_view method_of(Type type) noexcept {
  return type == Type::configuration_1   ? "synchrophasor CFG-1"
         : type == Type::configuration_2 ? "synchrophasor CFG-2"
                                         : "synchrophasor CFG-3";
}

void state_location(const Pmu& p, std::string_view method, const Emit& emit) {
  constexpr float kMostLatitude = 90, kMostLongitude = 180;
  if (!(std::fabs(p.latitude) <= kMostLatitude) || !(std::fabs(p.longitude) <= kMostLongitude)) return;
  if (p.latitude == 0 && p.longitude == 0) return;  // not set
  text::Line<40> line;
  for (const float degrees : {p.latitude, p.longitude}) {
    std::array<char, 16> digits{};
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), degrees, std::chars_format::fixed, 4);
    if (error != std::errc()) return;
    line << (line.view().empty() ? "" : ", ") << std::string_view(digits.data(), end);
  }
  emit(Identity{Trait::location, line.view(), method, 80, {}});
}

void state_pmu(const Configuration& c, const Pmu& p, const Emit& emit) {
  text::Line<400> line;  // a name of CFG-3 has up to 255 octets
  line << "PMU " << p.id;
  if (!p.name.empty()) line << " (" << p.name << ")";
  line << ", " << (p.is_50_hz ? 50u : 60u) << " Hz, phasors " << p.phasors << ", analog values " << p.analogs
       << ", digital status words " << p.digitals;
  if (std::any_of(p.global_id.begin(), p.global_id.end(), [](std::uint8_t b) { return b != 0; })) {
    line << ", global id ";
    for (const std::uint8_t b : p.global_id) line.hex(b, 2);
  }
  emit(Identity{Trait::description, line.view(), method_of(c.type), 80, {}});
}

// DATA_RATE (table 9): frames a second, or, below zero, seconds a frame.
void state_stream(const Configuration& c, std::uint16_t count, std::int16_t rate, const Emit& emit) {
  text::Line<120> line;
  line << "IEEE C37.118";
  if (c.version == 1)
    line << "-2005";
  else if (c.version == 2)
    line << ".2-2011";
  line << " stream " << c.stream << ", " << count << (count == 1 ? " PMU" : " PMUs");
  if (rate > 0) line << ", " << static_cast<unsigned>(rate) << " frames/s";
  if (rate < 0) line << ", a frame in " << static_cast<unsigned>(-rate) << " s";
  emit(Identity{Trait::description, line.view(), method_of(c.type), 80, {}});
}

}  // namespace

bool state_configuration(const Configuration& c, const Emit& emit) {
  ByteReader r{c.content};
  const std::uint16_t part = c.type == Type::configuration_3 ? r.be16() : kOnly;
  if (part > kFirst) return r.ok();  // the middle of what began in another frame
  r.skip(4);                         // TIME_BASE
  const std::uint16_t count = r.be16();
  const ByteReader pmus = r;
  if (!r.ok()) return c.cut;
  const bool is_whole = !c.cut && part == kOnly;

  walk(r, c.type, count, [](std::uint32_t, const Pmu&) {});
  const auto rate = static_cast<std::int16_t>(r.be16());
  if (is_whole && (!r.ok() || r.remaining() != 0)) return false;

  if (r.ok())
    state_stream(c, count, rate, emit);
  else if (!c.cut)
    state_stream(c, count, 0, emit);  // it comes with the last part
  ByteReader again = pmus;
  walk(again, c.type, count, [&](std::uint32_t i, const Pmu& p) {
    if (i >= kMostStated) return;
    state_pmu(c, p, emit);
    if (count != 1) return;
    // One PMU in the stream is the speaker. With an id of its own, it may be one that a data concentrator passes on.
    const std::uint8_t confidence = p.id == c.stream ? 80 : 60;
    if (!p.name.empty()) emit(Identity{Trait::name, p.name, method_of(c.type), confidence, {}});
    if (c.type == Type::configuration_3 && p.id == c.stream) state_location(p, method_of(c.type), emit);
  });
  return true;
}

}  // namespace kakoi::synchrophasor
