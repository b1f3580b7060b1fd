#include "dissectors/sbus/command.h"

#include <algorithm>

#include "dissectors/core/code_table.h"

namespace kakoi::sbus {

namespace {

using enum OperationClass;

constexpr Command kCommands[] = {
    {0x00, read, "Read counter"},
    {0x01, read, "Read display register"},
    {0x02, read, "Read flag"},
    {0x03, read, "Read input"},
    {0x04, time, "Read real time clock"},
    {0x05, read, "Read output"},
    {0x06, read, "Read register"},
    {0x07, read, "Read timer"},
    {0x0A, write, "Write counter"},
    {0x0B, write, "Write flag"},
    {0x0C, time, "Write real time clock"},
    {0x0D, write, "Write output"},
    {0x0E, write, "Write register"},
    {0x0F, write, "Write timer"},
    {0x13, read, "Read/write multi-medias"},  // write, if one of its parts is
    {0x14, diagnostic, "Read PCD status, CPU 0"},
    {0x15, diagnostic, "Read PCD status, CPU 1"},
    {0x16, diagnostic, "Read PCD status, CPU 2"},
    {0x17, diagnostic, "Read PCD status, CPU 3"},
    {0x18, diagnostic, "Read PCD status, CPU 4"},
    {0x19, diagnostic, "Read PCD status, CPU 5"},
    {0x1A, diagnostic, "Read PCD status, CPU 6"},
    {0x1B, diagnostic, "Read PCD status, own CPU"},
    {0x1D, identify, "Read S-Bus station number"},
    {0x1E, read, "Read user memory"},
    {0x1F, read, "Read program line"},
    {0x20, identify, "Read firmware version"},
    {0x21, read, "Read text"},
    {0x22, diagnostic, "Read active transition"},
    {0x23, program, "Write user memory"},
    {0x24, program, "Write program line"},
    {0x25, write, "Write text"},
    {0x28, mode, "Run procedure, CPU 0"},
    {0x29, mode, "Run procedure, CPU 1"},
    {0x2A, mode, "Run procedure, CPU 2"},
    {0x2B, mode, "Run procedure, CPU 3"},
    {0x2C, mode, "Run procedure, CPU 4"},
    {0x2D, mode, "Run procedure, CPU 5"},
    {0x2E, mode, "Run procedure, CPU 6"},
    {0x2F, mode, "Run procedure, own CPU"},
    {0x30, mode, "Run procedure, all CPUs"},
    {0x32, mode, "Restart cold, CPU 1"},
    {0x33, mode, "Restart cold, CPU 2"},
    {0x34, mode, "Restart cold, CPU 3"},
    {0x35, mode, "Restart cold, CPU 4"},
    {0x36, mode, "Restart cold, CPU 5"},
    {0x37, mode, "Restart cold, CPU 6"},
    {0x38, mode, "Restart cold, own CPU"},
    {0x39, mode, "Restart cold, all CPUs"},
    {0x3C, mode, "Stop procedure, CPU 0"},
    {0x3D, mode, "Stop procedure, CPU 1"},
    {0x3E, mode, "Stop procedure, CPU 2"},
    {0x3F, mode, "Stop procedure, CPU 3"},
    {0x40, mode, "Stop procedure, CPU 4"},
    {0x41, mode, "Stop procedure, CPU 5"},
    {0x42, mode, "Stop procedure, CPU 6"},
    {0x43, mode, "Stop procedure, own CPU"},
    {0x44, mode, "Stop procedure, all CPUs"},
    {0x46, diagnostic, "Read arithmetic status and ACCU"},
    {0x47, read, "Read byte"},
    {0x48, diagnostic, "Read halt failure register"},
    {0x49, diagnostic, "Read index register"},
    {0x4A, diagnostic, "Read instruction pointer"},
    {0x4B, diagnostic, "Find history"},
    {0x50, control, "Write arithmetic status and ACCU"},
    {0x51, write, "Write byte"},
    {0x52, control, "Write index register"},
    {0x53, control, "Write instruction pointer"},
    {0x5A, write, "Clear all"},
    {0x5B, write, "Clear flags"},
    {0x5C, write, "Clear outputs"},
    {0x5D, write, "Clear registers"},
    {0x5E, write, "Clear timers"},
    {0x64, mode, "Restart warm, CPU 1"},
    {0x65, mode, "Restart warm, CPU 2"},
    {0x66, mode, "Restart warm, CPU 3"},
    {0x67, mode, "Restart warm, CPU 4"},
    {0x68, mode, "Restart warm, CPU 5"},
    {0x69, mode, "Restart warm, CPU 6"},
    {0x6A, mode, "Restart warm, own CPU"},
    {0x6B, mode, "Restart warm, all CPUs"},
    {0x6E, program, "Change block"},
    {0x6F, diagnostic, "Clear history failure"},
    {0x70, program, "Delete program line"},
    {0x71, mode, "Go conditional"},
    {0x72, program, "Insert program line"},
    {0x73, mode, "Local cycles"},
    {0x74, mode, "All cycles"},
    {0x75, program, "Make text"},
    {0x76, mode, "Execute single instruction"},
    {0x77, mode, "Single step"},
    {0x82, control, "XOB 17 interrupt"},
    {0x83, control, "XOB 18 interrupt"},
    {0x84, control, "XOB 19 interrupt"},
    {0x91, read, "Read hangup timeout"},
    {0x96, read, "Read data block"},
    {0x97, write, "Write data block"},
    {0x98, program, "Make data block"},
    {0x99, program, "Clear data block"},
    {0x9A, program, "Clear text"},
    {0x9B, diagnostic, "Read block address"},
    {0x9C, diagnostic, "Read block sizes"},
    {0x9D, diagnostic, "Read current block"},
    {0x9E, diagnostic, "Read call stack"},
    {0x9F, read, "Read DBX"},
    {0xA1, read, "Read user EEPROM register"},
    {0xA3, parameter, "Write user EEPROM register"},
    {0xA5, program, "Erase flash"},
    {0xA6, mode, "Restart cold flag"},
    {0xA7, parameter, "Write system buffer"},
    {0xA8, read, "Read system buffer"},
    {0xA9, file, "Read/write block data"},
    {0xAA, diagnostic, "Get diagnostic"},
    {0xAB, identify, "Read system information"},
    {0xAC, program, "Change blocks on run"},
    {0xAD, file, "Flashcard telegram"},
    {0xAE, program, "Download firmware"},
    {0xAF, other, "Web server serial communication"},
    {0xA900, program, "Write block start of stream"},
    {0xA901, program, "Write block data stream"},
    {0xA902, program, "Write block end of stream"},
    {0xA907, program, "Abort block write stream"},
    {0xA908, program, "Write block data"},
    {0xA910, file, "Read block start of stream"},
    {0xA911, file, "Read block data stream"},
    {0xA917, file, "Abort block read stream"},
    {0xA918, file, "Read block data"},
    {0xA920, program, "Delete block"},
    {0xA921, diagnostic, "Get block size"},
    {0xA922, diagnostic, "Get program block list"},
};
static_assert(is_ascending(kCommands));

// How many values are told of a write, so that the last of them is whole.
constexpr std::uint32_t kMostNumbers = 4, kMostBits = 20;
constexpr std::size_t kMostOctets = 16;
constexpr std::string_view kMore = " …";

// Multi-medias: length | { length | command | data } …
bool writes_any(Bytes data) noexcept {
  ByteReader r{data};
  r.skip(1);
  while (r.remaining() != 0) {
    const std::size_t size = r.u8();
    const Command* const part = find_command(r.u8());
    r.skip(size);
    if (part && part->cls == write) return true;
  }
  return false;
}

std::string_view kind_of(std::uint32_t code) noexcept {
  switch (code) {
    case 0x00:
    case 0x0A:
      return "counter";
    case 0x02:
    case 0x0B:
      return "flag";
    case 0x03:
      return "input";
    case 0x05:
    case 0x0D:
      return "output";
    case 0x06:
    case 0x0E:
      return "register";
    case 0x07:
    case 0x0F:
      return "timer";
    case 0x1E:
    case 0x23:
      return "user memory";
    case 0x1F:
      return "program line";
    case 0x47:
    case 0x51:
      return "byte";
    default:
      return {};
  }
}

}  // namespace

const Command* find_command(std::uint32_t function_code) noexcept { return find_code(kCommands, function_code); }

std::string_view function_name(std::uint32_t function_code) {
  const Command* const known = find_command(function_code);
  return known ? known->name : std::string_view{};
}

Request parse_request(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Request request;
  request.station = r.u8();
  request.code = r.u8();
  request.data = r.rest();
  if (request.code == kBlock && request.data.size() >= 2) {  // length | telegram type | …
    const std::uint32_t telegram = kBlockTelegram | request.data[1];
    if (find_command(telegram)) request.code = telegram;
  }
  if (const Command* const known = find_command(request.code)) request.cls = known->cls;
  if (request.code == kMultiMedias && writes_any(request.data)) request.cls = write;
  return request;
}

// Reads:                          R-count (less 1) | address
// Writes of 32 bits an element:   W-count (octets behind it, less 1) | address | value ×4 …
// Writes of flags and outputs:    W-count | address | number (less 1) | bits, the first lowest …
// Addresses of user memory, program lines and bytes have three octets, others two.
Elements elements_of(const Request& request) noexcept {
  Elements e;
  const std::string_view kind = kind_of(request.code);
  if (kind.empty()) return e;
  const bool is_wide = request.code == 0x1E || request.code == 0x1F || request.code == 0x23 || request.code == 0x47 ||
                       request.code == 0x51;
  ByteReader r{request.data};
  const std::uint32_t count = r.u8();
  e.first = is_wide ? r.be24() : r.be16();
  if (!r.ok()) return e;
  switch (request.code) {
    case 0x0A:
    case 0x0E:
    case 0x0F:
    case 0x23: {
      ByteReader values = r.sub(std::min(r.remaining(), (count + 1 - (is_wide ? 3 : 2)) & ~std::size_t{3}));
      for (; values.remaining() >= 4; ++e.count) {
        const std::uint32_t value = values.be32();
        if (e.count < kMostNumbers) e.value << (e.count == 0 ? "" : " ") << std::uint64_t{value};
        if (e.count == kMostNumbers) e.value << kMore;
      }
      break;
    }
    case 0x0B:
    case 0x0D: {
      e.count = r.u8() + 1u;
      const Bytes bits = r.rest();
      for (std::uint32_t i = 0; i < std::min(e.count, kMostBits) && i / 8 < bits.size(); ++i)
        e.value << (i == 0 ? "" : " ") << ((bits[i / 8] >> i % 8 & 1) != 0 ? "1" : "0");
      if (e.count > kMostBits) e.value << kMore;
      break;
    }
    case 0x51: {
      const Bytes values = r.take(std::min<std::size_t>(r.remaining(), count - std::min(count, 2u)));
      e.count = static_cast<std::uint32_t>(values.size());
      for (const std::uint8_t b : values.first(std::min(values.size(), kMostOctets))) e.value.hex(b, 2);
      if (values.size() > kMostOctets) e.value << kMore;
      break;
    }
    default:
      e.count = count + 1;
      break;
  }
  if (r.ok() && e.count != 0) e.kind = kind;
  return e;
}

}  // namespace kakoi::sbus
