// What is said of the options, in Japanese.
#include "sensor/cli/help.h"

namespace kakoi::cli {
namespace {

struct Text {
  std::string_view english, japanese;
};
constexpr Text kTexts[] = {
    // inputs of a judgement
    {"the site policy; without one, zones are inferred", "サイトポリシー。省略時はゾーンを通信から推定"},
    {"the asset register, as CSV or YAML, to be compared with what is seen; may be repeated",
     "資産台帳（CSV又はYAML）。観測した機器と照合する。複数回指定可"},
    {"rules from this folder instead of the built-in ones", "内蔵ルールの代わりに、このフォルダのルールを使う"},
    {"a rule pack, or a folder of packs, besides those built in; may be repeated",
     "内蔵分に加えて使うルールパック、又はパックを入れたフォルダ。複数回指定可"},
    {"check the packs' signatures with this Ed25519 key", "パックの署名をこのEd25519公開鍵で検証する"},
    {"security advisories in CSAF 2.0 (*.json), to be compared with the devices",
     "CSAF 2.0形式の脆弱性アドバイザリ（*.json）。観測した機器と照合する"},
    {"verdicts on the controls of this catalogue, too (format: rules/frameworks/README.md)",
     "このカタログの管理策についても判定する（形式: rules/frameworks/README.md）"},
    {"key for the fingerprints of seen secrets (default: a public one)",
     "観測した秘密情報の指紋を計算する鍵（既定値: 公開の鍵）"},
    // outputs
    {"folder for all outputs", "全ての出力を書き込むフォルダ"},
    {"first language of the report", "報告書を最初に表示する言語"},
    {"files for other programs, too: oscal, ocsf, ciso, cset, netbox, navv, notification, or all",
     "他のプログラム向けのファイルも書き出す: oscal、ocsf、ciso、cset、netbox、navv、notification、又はall（全て）"},
    {"exit with 1 if there is a finding of this severity or worse", "この重大度以上の所見があれば終了コード1で終わる"},
    {"sign manifest.json with this Ed25519 key, into manifest.json.sig",
     "manifest.jsonにこのEd25519秘密鍵で署名し、manifest.json.sigに書く"},
    {"name of the site, if the policy gives none", "サイト名（ポリシーに記載がない場合）"},
    {"name of the whole, if the policy gives none", "統合後の全体の名称（ポリシーに記載がない場合）"},
    {"evidence.pcapng: redacted, raw (secrets readable) or none",
     "evidence.pcapngの内容: redacted（秘密情報を消去）、raw（秘密情報が読める）、none（作成しない）"},
    // running
    {"of the program; the longest idle conversations go first",
     "プログラムが使うメモリの上限。超える場合は、最も長く動きのない通信から手放す"},
    {"threads to use", "使用するスレッド数"},
    {"no progress line", "進捗を表示しない"},
    {"print this help", "このヘルプを表示する"},
    // watch
    {"interface to listen to; several: merged in time", "監視するインタフェース。複数指定した場合は時刻順に統合する"},
    {"what to look at, as tcpdump takes it", "対象を絞り込む式（tcpdumpと同じ書式）"},
    {"how often the outputs are renewed (30s, 5m, 1h)", "出力を更新する間隔（30s、5m、1hなど）"},
    {"the kernel's buffer per interface, out of --max-memory (default: a sixteenth of it for all, at most 64 each)",
     "インタフェースごとのカーネルのバッファ。--max-memoryの内数（既定値: 全体でその16分の1、各64以下）"},
    {"threads per interface that take packets from the kernel, each its part; more where one is not enough",
     "インタフェースごとに、カーネルからパケットを分担して受け取るスレッド数。1では間に合わない場合に増やす"},
    {"keep the packets, too, as a ring of pcapng files", "パケットもpcapngファイルのリングとして保存する"},
    {"of the ring", "リングの大きさ"},
    // the others
    {"language of the table, and the page's first", "表の言語。ページでは最初に表示する言語"},
    {"write it as JSON, too", "JSONでも書き出す"},
    {"write it as a page, too", "HTMLページとしても書き出す"},
    {"language of the texts", "文章の言語"},
    {"inventory to test a rule with", "ルールを試すインベントリ"},
    {"what to write (default: FINDING.pcapng)", "書き出すファイル（既定値: FINDING.pcapng）"},
    {"as captured: secrets stay readable", "取得したまま書き出す（秘密情報が読める状態で残る）"},
    {"check manifest.json.sig with this Ed25519 key", "manifest.json.sigをこのEd25519公開鍵で検証する"},
};

}  // namespace

std::string_view option_in_japanese(std::string_view english) noexcept {
  for (const Text& text : kTexts)
    if (text.english == english) return text.japanese;
  return english;
}

}  // namespace kakoi::cli
