#include "reports/diff/words.h"

#include <algorithm>

namespace kakoi::diff_words {

namespace {

struct Words {
  std::string_view key, ja, en;
};
constexpr Words kWords[] = {
    {"title", "前回調査との比較", "Comparison with the earlier survey"},
    {"before", "前回", "before"},
    {"after", "今回", "now"},
    {"survey", "調査", "Survey"},
    {"period", "観測", "Observed"},
    {"hours", "観測時間（時:分:秒）", "Time observed (h:min:s)"},
    {"zones", "ゾーンの根拠", "Zones"},
    {"version", "バージョン", "version"},
    {"kakoi", "kakoiのバージョン", "kakoi"},
    {"inventory_hash", "inventory.db のSHA-256", "SHA-256 of inventory.db"},
    {"manifest_hash", "manifest.json のSHA-256", "SHA-256 of manifest.json"},
    {"declared_zones", "ポリシーで申告", "declared"},
    {"inferred_zones", "通信から推定", "inferred"},
    {"captures", "キャプチャ", "captures"},
    {"contents", "目次", "Contents"},
    {"assets", "資産", "Assets"},
    {"outside_peers", "外部の通信先", "Outside peers"},
    {"services", "サービス", "Services"},
    {"links", "通信", "Links"},
    {"operations", "制御操作", "Operations"},
    {"findings", "所見", "Findings"},
    {"controls", "管理策の判定", "Verdicts on controls"},
    {"new", "新規", "new"},
    {"fixed", "是正を確認", "fixed"},
    {"declared", "申告により対象外", "declared since"},
    {"not_observable", "今回は観測不能", "no longer observable"},
    {"unchanged", "継続", "unchanged"},
    {"same_rows", "変化なし", "unchanged"},
    {"gone", "今回は確認されず", "not seen again"},
    {"changed", "変更", "changed"},
    {"none", "変化はありません。", "Nothing changed."},
    {"no_findings", "所見はありません。", "There are no findings."},
    {"kind", "区分", "Change"},
    {"subject", "対象", "Subject"},
    {"finding", "所見", "Finding"},
    {"detail", "内容", "Details"},
    {"reason", "根拠", "Because"},
    {"packets", "証跡", "Evidence"},
    {"framework", "枠組み", "Framework"},
    {"control", "管理策", "Control"},
    {"more", "ほかの行は JSON にあります。", "More rows are in the JSON file."},
    {"all_controls", "すべての管理策の判定（前回と今回）", "Every control, then and now"},
    {"verdict_changes", "判定が変わった管理策", "Controls whose verdict changed"},
    {"not_met", "不適合（証拠あり）", "not met (evidence)"},
    {"partly", "一部（要確認）", "partly"},
    {"supported", "支持（反証なし）", "supported"},
    {"verdict_not_observable", "観測不能", "not observable"},
    {"verdict_", "–", "–"},
    {"same", "変化なし", "same"},
    {"better", "改善", "better"},
    {"worse", "悪化", "worse"},
    {"by_observation", "観測範囲の違いによる変化", "by what was observed"},
    {"by_declaration", "受容・申告による変化", "by acceptance or declaration"},
    {"reweighed", "評価方法の違いによる変化", "by other weights"},
    {"no_longer_observable", "今回は観測不能", "no longer observable"},
    {"now_observable", "今回は判定可能", "observable now"},
    {"added", "追加された管理策", "control added"},
    {"removed", "なくなった管理策", "control removed"},
    {"how",
     "「是正を確認」とするのは、同じルールで、対象機器が観測され、観測時間が前回と同程度以上で、その種類の所見に必要な"
     "観"
     "測条"
     "件がすべて満たされた場合だけです。一つでも欠ければ「今回は観測不能」とし、欠けた条件を示します。ポリシーの申告が"
     "増えて"
     "ルールの対象外となったものは「申告により対象外」とし、是正とは区別します。判定の「改善」も、前回の判定を決めた所"
     "見がすべて是正を確認された場合だけです。",
     "A finding is called fixed only if the same rule was run, its device was in view, the capture was about as long "
     "as "
     "before or longer, and all that such a finding needs was in view. If one of these is missing it is no longer "
     "observable, and what is missing is named. What a rule no longer applies to because the policy declares more than "
     "before is told apart from what was fixed. A verdict is called better only if all findings that decided the "
     "earlier one are fixed."},
    {"note",
     "資産・通信などの「今回は確認されず」は、なくなったことの証明ではありません。キャプチャに写らなかっただけの可能性"
     "があ"
     "ります。",
     "\"Not seen again\" of assets, links and the like does not prove that they are gone: the captures may just not "
     "have shown them."},
    {"name", "名称", "name"},
    {"scope", "所在", "scope"},
    {"role", "役割", "role"},
    {"zone", "ゾーン", "zone"},
    {"vendor", "製造者", "vendor"},
    {"product", "製品", "product"},
    {"firmware", "ファームウェア", "firmware"},
    {"serial", "製造番号", "serial"},
    {"os", "OS", "OS"},
    {"addresses", "アドレス", "addresses"},
    {"protocol", "プロトコル", "protocol"},
    {"state", "状態", "state"},
    {"refused", "拒否", "refused"},
    {"severity", "重大度", "severity"},
    {"confidence", "確度", "confidence"},
    {"accepted", "受容", "accepted"},
    {"accepted=0", "なし", "no"},
    {"accepted=1", "あり", "yes"},
    {"zone=OT (inferred)", "制御系（推定）", "OT (inferred)"},
    {"zone=IT (inferred)", "情報系（推定）", "IT (inferred)"},
    {"critical", "緊急", "critical"},
    {"high", "高", "high"},
    {"medium", "中", "medium"},
    {"low", "低", "low"},
    {"info", "参考", "info"},
};

constexpr FindingChange kOrder[] = {FindingChange::fixed, FindingChange::appeared, FindingChange::unchanged,
                                    FindingChange::declared, FindingChange::not_observable};

void count(Text& text, std::string_view key, std::size_t n) {
  const Text name = both(key);
  text.en += (text.en.empty() ? "" : ", ") + name.en + " " + std::to_string(n);
  text.ja += (text.ja.empty() ? "" : "、") + name.ja + " " + std::to_string(n);
}

}  // namespace

Text both(std::string_view key) {
  for (const Words& w : kWords)
    if (w.key == key) return {std::string(w.en), std::string(w.ja)};
  return {std::string(key), std::string(key)};
}

std::string_view word(std::string_view key, std::string_view language) {
  for (const Words& w : kWords)
    if (w.key == key) return language == "ja" ? w.ja : w.en;
  return key;
}

Text span_of(const Diff::Survey& s) {
  Text text;
  const std::string head = s.site.empty() ? "" : s.site + ", ";
  const std::string time = s.first_time.empty() ? "" : ", " + s.first_time + " – " + s.last_time;
  text.en = head + std::to_string(s.captures) + (s.captures == 1 ? " capture" : " captures") + time;
  text.ja = head + std::string(word("captures", "ja")) + " " + std::to_string(s.captures) + "件" + time;
  return text;
}

Text details(const std::vector<ChangedField>& fields) {
  Text text;
  for (const ChangedField& f : fields)
    for (const auto& [language, out] : {std::pair("en", &text.en), std::pair("ja", &text.ja)}) {
      const auto value = [&, language = language](const std::string& v) {
        if (v.empty()) return std::string("–");
        if (f.name == "severity") return std::string(word(v, language));
        const std::string key = f.name + '=' + v;
        const std::string_view known = word(key, language);
        return known == key ? v : std::string(known);
      };
      *out += (out->empty() ? "" : "; ") + std::string(word(f.name, language)) + ": " + value(f.before) + " → " +
              value(f.after);
    }
  return text;
}

Text summary(const Diff& diff) {
  Text text;
  for (const FindingChange change : kOrder) count(text, to_string(change), diff.count(change));
  return text;
}

Text summary(const ChangedSection& section) {
  Text text;
  for (const Change c : {Change::appeared, Change::gone, Change::changed})
    count(text, to_string(c),
          static_cast<std::size_t>(std::count_if(section.rows.begin(), section.rows.end(),
                                                 [&](const ChangedRow& row) { return row.change == c; })));
  count(text, "same_rows", section.unchanged);
  return text;
}

}  // namespace kakoi::diff_words
