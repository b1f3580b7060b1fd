#include "reports/csv/csv.h"
#include "reports/csv/tables.h"
#include "reports/rows.h"

namespace kakoi {

void write_verdicts_csv(const ReportInput& input, std::ostream& out) {
  const bool japanese = input.language == "ja";
  CsvWriter csv(out);
  for (const auto& [en, ja] :
       {std::pair("framework", "枠組み"), std::pair("version", "版"), std::pair("control", "管理策"),
        std::pair("title", "名称"), std::pair("topic", "主題"), std::pair("verdict", "判定"),
        std::pair("reason", "理由"), std::pair("observable", "通信から分かる範囲"),
        std::pair("open_findings", "所見数"), std::pair("id_status", "番号の確認状況")})
    csv.text(japanese ? ja : en);
  csv.end_row();
  Rows rows(input, Rows::Form::document);
  Statement row = rows.database().prepare(
      japanese
          ? R"(select f.name_ja, f.version, v.control, v.title, v.topic_ja, v.verdict, v.reason_ja, v.observable_ja,
  (select coalesce(sum(n), 0) from (select max(c.findings) as n from verdict_check c where c.framework = v.framework
     and c.control = v.control and c.direction = 'against' and c.state <> 'undetermined' group by c.exposure_class)), v.status
  from verdict v join framework f on f.framework = v.framework order by v.framework, v.position)"
          : R"(select f.name_en, f.version, v.control, v.title, v.topic_en, v.verdict, v.reason, v.observable_en,
  (select coalesce(sum(n), 0) from (select max(c.findings) as n from verdict_check c where c.framework = v.framework
     and c.control = v.control and c.direction = 'against' and c.state <> 'undetermined' group by c.exposure_class)), v.status
  from verdict v join framework f on f.framework = v.framework order by v.framework, v.position)");
  while (row.step()) {
    for (const int column : {0, 1, 2, 3, 4, 5, 6, 7}) csv.text(row.view(column));
    csv.number(row.integer(8));
    csv.text(row.view(9));
    csv.end_row();
  }
}

}  // namespace kakoi
