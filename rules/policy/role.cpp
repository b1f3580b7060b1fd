#include "rules/policy/role.h"

#include <algorithm>
#include <iterator>

namespace kakoi {

namespace {

struct Role {
  std::string_view id;
  std::string_view words;  // that mean it, too, as folded_word() folds them; a blank around each
};
// Those of docs/inventory.md, then some that traffic does not tell.
constexpr Role kRoles[] = {
    {"plc", " シーケンサ シーケンサー コントローラ コントローラー 制御装置 controller "},
    {"rtu", " テレメータ テレメーター 子局 "},
    {"ied", " 保護リレー 保護継電器 protectionrelay "},
    {"hmi", " 表示器 タッチパネル 操作パネル プログラマブル表示器 operatorpanel touchpanel "},
    {"engineering_station",
     " エンジニアリング端末 エンジニアリングステーション 保守端末 保守用pc ews engineeringworkstation "},
    {"scada_server", " 監視制御サーバ 監視制御サーバー 監視サーバ 監視サーバー scada scadaサーバ scadaサーバー "},
    {"historian", " ヒストリアン データ収集サーバ データ収集サーバー "},
    {"ot_device",
     " 制御機器 リモートio インバータ インバーター サーボ ロボット センサ センサー remoteio io drive inverter servo "
     "robot sensor "},
    {"gateway", " ゲートウェイ ゲートウエイ ゲートウェー gw "},
    {"router", " ルータ ルーター l3スイッチ l3sw l3switch layer3switch "},
    {"switch", " スイッチ スイッチングハブ ハブ l2スイッチ l2sw l2switch hub switchinghub "},
    {"firewall", " ファイアウォール ファイアーウォール ファイヤウォール ファイヤーウォール ファイアウオール fw utm "},
    {"server", " サーバ サーバー nas ファイルサーバ ファイルサーバー fileserver "},
    {"workstation", " 端末 パソコン pc クライアント クライアントpc ワークステーション computer desktop laptop "},
    {"printer", " プリンタ プリンター 複合機 "},
    {"camera", " カメラ ネットワークカメラ ipカメラ 監視カメラ ipcamera "},
    {"mobile", " 携帯端末 スマートフォン スマホ タブレット smartphone tablet mobiledevice "},
    {"safety_controller", " 安全コントローラ 安全コントローラー 安全plc safetyplc "},
    {"access_point", " 無線ap アクセスポイント 無線アクセスポイント ap wirelessap "},
    {"phone", " 電話 電話機 ip電話 ip電話機 ipphone "},
};

void remove_all(std::string& text, std::string_view part) {
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos;) text.erase(at, part.size());
}

// Three octets of UTF-8.
void append(std::string& out, unsigned code) {
  for (const unsigned byte : {0xE0u | code >> 12, 0x80u | (code >> 6 & 0x3Fu), 0x80u | (code & 0x3Fu)})
    out += static_cast<char>(byte);
}

unsigned code_at(std::string_view text, std::size_t at) {
  const auto octet = [&](std::size_t n) { return static_cast<unsigned char>(text[at + n]); };
  return (octet(0) & 0x0Fu) << 12 | (octet(1) & 0x3Fu) << 6 | (octet(2) & 0x3Fu);
}

// Half-width katakana, U+FF65 to U+FF9F, in which old ledgers save room: "ﾙｰﾀ". Marks of voiced sounds are signs of
// their own there.
void append_katakana(std::string& out, unsigned code) {
  constexpr std::u16string_view kFull =
      u"ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
      u"ン";
  constexpr std::u16string_view kVoiced = u"カキクケコサシスセソタチツテトハヒフヘホ", kPlosive = u"ハヒフヘホ";
  if (code == 0xFF65) return;  // the middle dot
  if (code <= 0xFF9D) return append(out, kFull[code - 0xFF66]);
  if (out.size() < 3) return;
  const auto last = static_cast<char16_t>(code_at(out, out.size() - 3));
  const bool voiced = code == 0xFF9E;
  if ((voiced ? kVoiced : kPlosive).find(last) == std::u16string_view::npos) return;
  out.resize(out.size() - 3);
  append(out, last + (voiced ? 1u : 2u));
}

}  // namespace

std::string folded_word(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = [&](std::size_t n) { return static_cast<unsigned char>(text[i + n]); };
    if (c == 0xEF && i + 2 < text.size() && next(1) >= 0xBC && next(1) <= 0xBE) {  // forms of another width, U+FF01 on
      const unsigned code = code_at(text, i);
      if (code >= 0xFF01 && code <= 0xFF5E) {
        const auto ascii = static_cast<char>(code - 0xFEE0);
        if ((ascii >= 'A' && ascii <= 'Z') || (ascii >= 'a' && ascii <= 'z') || (ascii >= '0' && ascii <= '9'))
          out += static_cast<char>(ascii | (ascii >= 'A' && ascii <= 'Z' ? 0x20 : 0));
        i += 2;
        continue;
      }
      if (code >= 0xFF65 && code <= 0xFF9F) {
        append_katakana(out, code);
        i += 2;
        continue;
      }
    }
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c | 0x20);
    else if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      out += static_cast<char>(c);
  }
  for (const std::string_view part : {"\xE3\x80\x80", "・", "（", "）"}) remove_all(out, part);
  return out;
}

std::optional<std::string_view> find_role(std::string_view word) {
  const std::string wanted = folded_word(word);
  const auto found = std::find_if(std::begin(kRoles), std::end(kRoles), [&](const Role& role) {
    return folded_word(role.id) == wanted || role.words.find(' ' + wanted + ' ') != std::string_view::npos;
  });
  if (wanted.empty() || found == std::end(kRoles)) return std::nullopt;
  return found->id;
}

std::string role_list() {
  std::string out;
  for (const Role& role : kRoles) (out += out.empty() ? "" : ", ") += role.id;
  return out;
}

}  // namespace kakoi
