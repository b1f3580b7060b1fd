#include "reports/csv/csv.h"

#include <gtest/gtest.h>

#include <sstream>

namespace kakoi {
namespace {

TEST(CsvCell, QuotesAsRfc4180Says) {  // §2.5 to §2.7
  EXPECT_EQ(csv_cell("PLC-11"), "PLC-11");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_cell("two\r\nlines"), "\"two\r\nlines\"");
  EXPECT_EQ(csv_cell(""), "");
  EXPECT_EQ(csv_cell("浄水場"), "浄水場");
}

TEST(CsvCell, DisarmsFormulas) {  // OWASP, CSV Injection
  EXPECT_EQ(csv_cell("=cmd|' /C calc'!A1"), "'=cmd|' /C calc'!A1");
  EXPECT_EQ(csv_cell("+81-3"), "'+81-3");
  EXPECT_EQ(csv_cell("-2+3"), "'-2+3");
  EXPECT_EQ(csv_cell("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_cell("\t=1"), "'\t=1");
  EXPECT_EQ(csv_cell("\r=1"), "\"'\r=1\"");
  EXPECT_EQ(csv_cell("  =1"), "'  =1");
  EXPECT_EQ(csv_cell("＝1"), "'＝1");
  EXPECT_EQ(csv_cell("=HYPERLINK(\"http://x\",\"y\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
  EXPECT_EQ(csv_cell("a=1"), "a=1");
}

TEST(CsvWriter, StartsWithAByteOrderMarkAndEndsRowsWithCrlf) {
  std::ostringstream out;
  {
    CsvWriter csv(out);
    csv.text("a").number(-5).empty().text("b").end_row();
    csv.text("c").end_row();
  }  // rows may wait in the writer until it goes
  EXPECT_EQ(out.str(),
            "\xEF\xBB\xBF"
            "a,-5,,b\r\nc\r\n");
}

}  // namespace
}  // namespace kakoi
