#include "dissectors/bacnet/makers.h"

#include <algorithm>

namespace kakoi::bacnet {

namespace {

struct Maker {
  std::uint32_t id;
  std::string_view name;
};

constexpr Maker kMakers[] = {
    {2, "Trane"},
    {3, "Daikin Applied Americas"},
    {5, "Johnson Controls"},
    {7, "Siemens"},
    {8, "Delta Controls"},
    {9, "Siemens"},
    {10, "Schneider Electric"},
    {14, "Cimetrics Technology"},
    {17, "Honeywell"},
    {18, "Alerton / Honeywell"},
    {24, "Automated Logic Corporation"},
    {26, "Phoenix Controls Corporation"},
    {28, "KMC Controls, Inc."},
    {35, "Reliable Controls Corporation"},
    {36, "Tridium"},
    {39, "Kieback & Peter GmbH & Co KG"},
    {53, "DAIKIN Industries Ltd."},
    {82, "Mitsubishi Electric"},
    {83, "Mitsubishi Heavy Industries, Ltd."},
    {85, "Azbil (Yamatake Building Systems)"},
    {89, "Saia-Burgess Controls, Ltd."},
    {90, "Hitachi, Ltd."},
    {98, "Toshiba Corporation"},
    {99, "Mitsubishi Electric"},
    {105, "PRIVA BV"},
    {112, "Fujitsu Limited"},
    {123, "Scada Engine"},
    {127, "ABB, Inc."},
    {129, "Toshiba Carrier Corporation"},
    {142, "DEOS control systems GmbH"},
    {150, "Advantech Corporation"},
    {160, "Rockwell Automation"},
    {173, "Mitsubishi Electric Building Techno-Service"},
    {178, "LOYTEC Electronics GmbH"},
    {191, "Eaton Corporation"},
    {196, "Yokogawa Electric Corporation"},
    {200, "Kandenko Co., Ltd."},
    {210, "NTT Facilities, Inc."},
    {222, "WAGO Kontakttechnik GmbH & Co. KG"},
    {226, "Phoenix Contact GmbH & Co. KG"},
    {233, "Red Lion Controls"},
    {245, "Contemporary Control Systems, Inc."},
    {246, "HMS Industrial Networks SLU"},
    {332, "Distech Controls SAS"},
    {335, "Schneider Electric"},
    {364, "Distech Controls Inc."},
    {366, "ICONICS, Inc."},
    {389, "Chipkin Automation Systems"},
    {415, "Beckhoff"},
    {423, "BELIMO Automation AG"},
    {434, "Mitsubishi Electric"},
    {435, "Delta Electronics, Inc."},
    {450, "Hitachi Ltd."},
    {458, "ICP DAS Co., Ltd."},
    {486, "HMS Industrial Networks AB"},
    {502, "EasyIO"},
    {539, "NEC Corporation"},
    {562, "Crestron Electronics, Inc."},
    {700, "Fuji Electric Co., Ltd"},
    {947, "OMRON SOCIAL SOLUTIONS CO., LTD."},
    {1053, "Weintek Labs, Inc."},
    {1096, "Moxa Inc."},
};

}  // namespace

std::string_view maker_name(std::uint32_t vendor_id) noexcept {
  const auto at = std::lower_bound(std::begin(kMakers), std::end(kMakers), vendor_id,
                                   [](const Maker& m, std::uint32_t id) { return m.id < id; });
  return at != std::end(kMakers) && at->id == vendor_id ? at->name : std::string_view{};
}

}  // namespace kakoi::bacnet
