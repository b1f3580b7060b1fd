#include "dissectors/echonet_lite/makers.h"

#include "dissectors/core/code_table.h"

namespace kakoi::echonet_lite {

namespace {

struct Maker {
  std::uint32_t code;
  std::string_view name;
};

constexpr Maker kMakers[] = {
    {0x000001, "Hitachi"},
    {0x000005, "Sharp"},
    {0x000006, "Mitsubishi Electric"},
    {0x000008, "Daikin Industries"},
    {0x000009, "NEC"},
    {0x00000B, "Panasonic"},
    {0x000016, "Toshiba"},
    {0x000017, "Toshiba Carrier"},
    {0x00001B, "Toshiba Lighting & Technology"},
    {0x000022, "Hitachi Appliances"},
    {0x000025, "LIXIL"},
    {0x00002F, "Aiphone"},
    {0x000034, "Mitsubishi Electric Engineering"},
    {0x000035, "Toshiba Toko Meter Systems"},
    {0x00003B, "Kyocera"},
    {0x00003C, "Denso"},
    {0x00003D, "Sumitomo Electric Industries"},
    {0x000041, "Enegate"},
    {0x000048, "Oki Electric Industry"},
    {0x00004E, "Fujitsu"},
    {0x000050, "TOTO"},
    {0x000052, "Osaki Electric"},
    {0x000054, "Noritz"},
    {0x000057, "Eliiy Power"},
    {0x000059, "Rinnai"},
    {0x000063, "Kawamura Electric"},
    {0x000064, "Omron"},
    {0x000067, "Corona"},
    {0x000068, "Aisin"},
    {0x000069, "Toshiba Lifestyle"},
    {0x00006C, "Nichicon"},
    {0x00006F, "Buffalo"},
    {0x000077, "Kanagawa Institute of Technology"},
    {0x00007E, "SMK"},
    {0x000085, "Takaoka Toko"},
    {0x000087, "I-O Data"},
    {0x00008A, "Fujitsu General"},
    {0x00008F, "Glamo"},
    {0x000096, "Azbil"},
    {0x00009C, "Diamond Electric"},
    {0x00009E, "Yaskawa Electric"},
    {0x00009F, "GS Yuasa"},
    {0x0000AC, "IDEC"},
    {0x0000AD, "Delta Electronics"},
    {0x0000B7, "Nitto Kogyo"},
    {0x0000CB, "Fuji Electric"},
    {0x0000CE, "Shindengen Electric"},
    {0x0000D4, "Murata Manufacturing"},
    {0x0000E2, "NextDrive"},
    {0x0000EB, "Nichicon Kameoka"},
};
static_assert(is_ascending(kMakers));

}  // namespace

std::string_view maker_name(std::uint32_t code) noexcept {
  const Maker* const known = find_code(kMakers, code);
  return known ? known->name : std::string_view{};
}

}  // namespace kakoi::echonet_lite
