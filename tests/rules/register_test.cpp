#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/register/csv_reader.h"
#include "rules/register/encoding.h"
#include "rules/register/register.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ReadCsv, FollowsRfc4180) {
  // RFC 4180 §2: quoted cells, with separators, line breaks and doubled quotes in them; the last line may lack its break.
  const auto rows = read_csv("\"aaa\",\"b \r\nbb\",\"c\"\"cc\"\r\nzzz,,xxx");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[0].cells, ElementsAre("aaa", "b \r\nbb", "c\"cc"));
  EXPECT_THAT(rows[1].cells, ElementsAre("zzz", "", "xxx"));
  EXPECT_EQ(rows[1].line, 3u);
  EXPECT_TRUE(read_csv("").empty());
}

TEST(ReadCsv, TakesTheSeparatorOfTheFirstRow) {
  EXPECT_THAT(read_csv("a;b;c,d\n")[0].cells, ElementsAre("a", "b", "c,d"));
  EXPECT_THAT(read_csv("\n\na\tb\n1,2\t3\n")[3].cells, ElementsAre("1,2", "3"));
  EXPECT_THAT(read_csv("a, b ,\xE3\x80\x80"
                       "c\n")[0]
                  .cells,
              ElementsAre("a", "b", "c"));
}

TEST(ReadCsv, TellsAQuoteThatIsNeverClosed) { EXPECT_TRUE(read_csv("a,\"b\nc,d\n").front().unended); }

TEST(DecodeText, KnowsTheEncodingsOfASpreadsheet) {
  const std::string name = "機器名";
  EXPECT_EQ(decode_text(name), name);
  EXPECT_EQ(decode_text("\xEF\xBB\xBF" + name), name);
  EXPECT_EQ(decode_text("\x8B\x40\x8A\xED\x96\xBC"), name);                          // CP932
  EXPECT_EQ(decode_text(std::string("\xFF\xFE\x5F\x6A\x68\x56\x0D\x54", 8)), name);  // UTF-16, little endian
  EXPECT_EQ(decode_text("\x87\x40"), "①");                                           // CP932 alone has it
  EXPECT_FALSE(decode_text("\xEF\xBB\xBF\x8B\x40").has_value());                     // marked as UTF-8, and is not
}

TEST(Register, UnderstandsHeadingsAndAddressesAsPeopleWriteThem) {
  Policy policy;
  const auto notes = add_register(policy,
                                  "No.,機器名称,ＩＰアドレス,MAC アドレス,メーカー名,型式,重要度\n"
                                  "1,炉-PLC,192.0.2.7/24、192.0.2.8,001D.9CC8.13A1,三菱電機,Q03UDV,高\n",
                                  "list.csv");
  EXPECT_THAT(notes, ElementsAre(HasSubstr("list.csv:1: columns not used: No.")));
  ASSERT_EQ(policy.assets.size(), 1u);
  const DeclaredAsset& a = policy.assets[0];
  EXPECT_EQ(a.name, "炉-PLC");
  EXPECT_EQ(to_string(a.address), "192.0.2.7");
  ASSERT_EQ(a.others.size(), 2u);
  EXPECT_EQ(to_string(a.others[0]), "192.0.2.8");
  EXPECT_EQ(to_string(a.others[1]), "00:1d:9c:c8:13:a1");
  EXPECT_EQ(a.vendor, "三菱電機");
  EXPECT_EQ(a.product, "Q03UDV");
  EXPECT_EQ(a.criticality, "high");
  EXPECT_EQ(a.source, "list.csv:2");
}

TEST(Register, TellsCellsThatNoColumnIsFor) {
  Policy policy;
  const auto notes = add_register(policy,
                                  "機器名,IPアドレス,設置場所\n"
                                  "炉-PLC,192.0.2.7,第2機械室,,\n"
                                  "窯-PLC,192.0.2.8,第2機械室, 制御盤3\n"
                                  "槽-PLC,192.0.2.9,\"第2機械室, 制御盤3\"\n",
                                  "list.csv");
  EXPECT_THAT(notes, ElementsAre(HasSubstr("list.csv:3: more cells than the list has columns, from '制御盤3' on")));
  EXPECT_EQ(policy.assets.size(), 3u);
}

TEST(Register, AWorkbookIsToldAsSuch) {
  Policy policy;
  try {
    add_register(policy, "PK\x03\x04 the rest of a workbook", "list.xlsx");
    ADD_FAILURE();
  } catch (const PolicyError& error) {
    EXPECT_THAT(error.problems, ElementsAre(HasSubstr("a workbook (.xlsx) must be saved as CSV first")));
  }
}

TEST(Register, AnAddressIsNotMadeOfWhatIsNone) {
  Policy policy;
  const auto notes = add_register(policy,
                                  "Name,Address\n"
                                  "padded,192.168.010.011\n"
                                  "bare,001d9cc813a1\n"
                                  "range,192.168.10.11-20\n"
                                  "mixed,00-1d:9c-c8:13-a1\n"
                                  "uneven,001.d9cc8.13a1\n"
                                  "high,192.168.300.011\n",
                                  "list.csv");
  ASSERT_EQ(policy.assets.size(), 6u);
  EXPECT_EQ(to_string(policy.assets[0].address), "192.168.10.11");
  EXPECT_EQ(to_string(policy.assets[1].address), "00:1d:9c:c8:13:a1");
  for (std::size_t i = 2; i < 6; ++i) EXPECT_TRUE(policy.assets[i].address.is_none()) << policy.assets[i].name;
  EXPECT_EQ(notes.size(), 4u);
}

TEST(Register, TakesYamlAsTheSitePolicyHasIt) {
  Policy policy;
  EXPECT_THAT(add_register(policy, "assets:\n  - {name: PLC, address: 192.0.2.7, firmware: V2.1}\n", "more.yaml"),
              IsEmpty());
  ASSERT_EQ(policy.assets.size(), 1u);
  EXPECT_EQ(policy.assets[0].firmware, "V2.1");
  EXPECT_THROW(add_register(policy, "assets:\n  - {name: PLC, address: 192.0.2.7}\n", "again.yaml"), PolicyError);
}

}  // namespace
}  // namespace kakoi
