#include "dissectors/iec104/asdu_type.h"

#include <array>
#include <iterator>

namespace kakoi::iec104 {

namespace {

using enum OperationClass;
using enum Direction;

// Times: CP24Time2a 3 octets, CP56Time2a 7, CP16Time2a 2. Measured: NVA, SVA 2, R32 4; quality 1.
constexpr AsduType kTypes[] = {
    {1, "M_SP_NA_1", "single-point information", 1, report, monitoring},
    {2, "M_SP_TA_1", "single-point information", 1 + 3, report, monitoring},
    {3, "M_DP_NA_1", "double-point information", 1, report, monitoring},
    {4, "M_DP_TA_1", "double-point information", 1 + 3, report, monitoring},
    {5, "M_ST_NA_1", "step position information", 2, report, monitoring},
    {6, "M_ST_TA_1", "step position information", 2 + 3, report, monitoring},
    {7, "M_BO_NA_1", "bitstring of 32 bits", 5, report, monitoring},
    {8, "M_BO_TA_1", "bitstring of 32 bits", 5 + 3, report, monitoring},
    {9, "M_ME_NA_1", "measured value, normalized", 3, report, monitoring},
    {10, "M_ME_TA_1", "measured value, normalized", 3 + 3, report, monitoring},
    {11, "M_ME_NB_1", "measured value, scaled", 3, report, monitoring},
    {12, "M_ME_TB_1", "measured value, scaled", 3 + 3, report, monitoring},
    {13, "M_ME_NC_1", "measured value, short float", 5, report, monitoring},
    {14, "M_ME_TC_1", "measured value, short float", 5 + 3, report, monitoring},
    {15, "M_IT_NA_1", "integrated totals", 5, report, monitoring},
    {16, "M_IT_TA_1", "integrated totals", 5 + 3, report, monitoring},
    {17, "M_EP_TA_1", "event of protection equipment", 1 + 2 + 3, report, monitoring},
    {18, "M_EP_TB_1", "packed start events of protection equipment", 2 + 2 + 3, report, monitoring},
    {19, "M_EP_TC_1", "packed output circuit information of protection equipment", 2 + 2 + 3, report, monitoring},
    {20, "M_PS_NA_1", "packed single-point information", 5, report, monitoring},
    {21, "M_ME_ND_1", "measured value, normalized", 2, report, monitoring},
    {30, "M_SP_TB_1", "single-point information", 1 + 7, report, monitoring},
    {31, "M_DP_TB_1", "double-point information", 1 + 7, report, monitoring},
    {32, "M_ST_TB_1", "step position information", 2 + 7, report, monitoring},
    {33, "M_BO_TB_1", "bitstring of 32 bits", 5 + 7, report, monitoring},
    {34, "M_ME_TD_1", "measured value, normalized", 3 + 7, report, monitoring},
    {35, "M_ME_TE_1", "measured value, scaled", 3 + 7, report, monitoring},
    {36, "M_ME_TF_1", "measured value, short float", 5 + 7, report, monitoring},
    {37, "M_IT_TB_1", "integrated totals", 5 + 7, report, monitoring},
    {38, "M_EP_TD_1", "event of protection equipment", 1 + 2 + 7, report, monitoring},
    {39, "M_EP_TE_1", "packed start events of protection equipment", 2 + 2 + 7, report, monitoring},
    {40, "M_EP_TF_1", "packed output circuit information of protection equipment", 2 + 2 + 7, report, monitoring},
    {41, "S_IT_TC_1", "security statistics", 2 + 5 + 7, report, monitoring},
    {45, "C_SC_NA_1", "single command", 1, control, controlling},
    {46, "C_DC_NA_1", "double command", 1, control, controlling},
    {47, "C_RC_NA_1", "regulating step command", 1, control, controlling},
    {48, "C_SE_NA_1", "set point, normalized", 3, control, controlling},
    {49, "C_SE_NB_1", "set point, scaled", 3, control, controlling},
    {50, "C_SE_NC_1", "set point, short float", 5, control, controlling},
    {51, "C_BO_NA_1", "bitstring command", 4, control, controlling},
    {58, "C_SC_TA_1", "single command", 1 + 7, control, controlling},
    {59, "C_DC_TA_1", "double command", 1 + 7, control, controlling},
    {60, "C_RC_TA_1", "regulating step command", 1 + 7, control, controlling},
    {61, "C_SE_TA_1", "set point, normalized", 3 + 7, control, controlling},
    {62, "C_SE_TB_1", "set point, scaled", 3 + 7, control, controlling},
    {63, "C_SE_TC_1", "set point, short float", 5 + 7, control, controlling},
    {64, "C_BO_TA_1", "bitstring command", 4 + 7, control, controlling},
    {70, "M_EI_NA_1", "", 1, report, monitoring},
    {81, "S_CH_NA_1", "", 0, auth, both, Objects::opaque},
    {82, "S_RP_NA_1", "", 0, auth, both, Objects::opaque},
    {83, "S_AR_NA_1", "", 0, auth, both, Objects::opaque},
    {84, "S_KR_NA_1", "", 0, auth, both, Objects::opaque},
    {85, "S_KS_NA_1", "", 0, auth, both, Objects::opaque},
    {86, "S_KC_NA_1", "", 0, auth, both, Objects::opaque},
    {87, "S_ER_NA_1", "", 0, auth, both, Objects::opaque},
    {90, "S_US_NA_1", "", 0, auth, both, Objects::opaque},
    {91, "S_UQ_NA_1", "", 0, auth, both, Objects::opaque},
    {92, "S_UR_NA_1", "", 0, auth, both, Objects::opaque},
    {93, "S_UK_NA_1", "", 0, auth, both, Objects::opaque},
    {94, "S_UA_NA_1", "", 0, auth, both, Objects::opaque},
    {95, "S_UC_NA_1", "", 0, auth, both, Objects::opaque},
    {100, "C_IC_NA_1", "", 1, read, controlling},
    {101, "C_CI_NA_1", "", 1, read, controlling},
    {102, "C_RD_NA_1", "information object", 0, read, controlling},
    {103, "C_CS_NA_1", "", 7, time, controlling},
    {104, "C_TS_NA_1", "", 2, diagnostic, controlling},
    {105, "C_RP_NA_1", "", 1, mode, controlling},
    {106, "C_CD_NA_1", "", 2, time, controlling},
    {107, "C_TS_TA_1", "", 2 + 7, diagnostic, controlling},
    {110, "P_ME_NA_1", "parameter of measured value, normalized", 3, parameter, controlling},
    {111, "P_ME_NB_1", "parameter of measured value, scaled", 3, parameter, controlling},
    {112, "P_ME_NC_1", "parameter of measured value, short float", 5, parameter, controlling},
    {113, "P_AC_NA_1", "parameter activation", 1, parameter, controlling},
    {120, "F_FR_NA_1", "file", 2 + 3 + 1, file, both},
    {121, "F_SR_NA_1", "file", 2 + 1 + 3 + 1, file, both},
    {122, "F_SC_NA_1", "file", 2 + 1 + 1, file, both},
    {123, "F_LS_NA_1", "file", 2 + 1 + 1 + 1, file, both},
    {124, "F_AF_NA_1", "file", 2 + 1 + 1, file, both},
    {125, "F_SG_NA_1", "file", 2 + 1 + 1, file, both, Objects::segment},
    {126, "F_DR_TA_1", "file", 2 + 3 + 1 + 7, file, monitoring},
    {127, "F_SC_NB_1", "file", 2 + 7 + 7, file, controlling},
};

// Asked for every ASDU, so by one look: row + 1 in kTypes, 0 if none.
constexpr auto kIndex = [] {
  std::array<std::uint8_t, 128> index{};
  for (std::size_t i = 0; i < std::size(kTypes); ++i) index[kTypes[i].id] = static_cast<std::uint8_t>(i + 1);
  return index;
}();

}  // namespace

const AsduType* find_type(std::uint32_t id) noexcept {
  const std::uint8_t at = id < kIndex.size() ? kIndex[id] : std::uint8_t{0};
  return at == 0 ? nullptr : &kTypes[at - 1];
}

std::string_view type_name(std::uint32_t id) noexcept {
  if (const AsduType* type = find_type(id)) return type->name;
  switch (id) {
    case kStartData:
      return "STARTDT";
    case kStopData:
      return "STOPDT";
    case kTestFrame:
      return "TESTFR";
    default:
      return id >= 128 && id <= 255 ? "Private Type" : "Reserved Type";
  }
}

std::string_view refusal(std::uint8_t cause) noexcept {
  switch (cause) {
    case kUnknownType:
      return "unknown type identification";
    case kUnknownCause:
      return "unknown cause of transmission";
    case kUnknownCommonAddress:
      return "unknown common address of ASDU";
    case kUnknownObject:
      return "unknown information object address";
    default:
      return "negative confirmation";
  }
}

bool is_assigned_cause(std::uint8_t cause) noexcept {
  // 14–16 are those of IEC 60870-5-7; 48–63 are free for special use.
  return (cause >= 1 && cause <= 16) || (cause >= 20 && cause <= 41) || (cause >= 44 && cause <= 63);
}

}  // namespace kakoi::iec104
