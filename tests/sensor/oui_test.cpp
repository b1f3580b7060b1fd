#include "sensor/inventory/oui.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "traffic.h"

namespace kakoi {
namespace {

using test::at;

// A folder of small registries, of the same form as Debian's ieee-data.
class Oui : public testing::Test {
 protected:
  Oui() : folder_(std::filesystem::temp_directory_path() / ("kakoi-oui-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    write("oui.csv",
          "MA-L,000C29,\"VMware, Inc.\",\"3401 Hillview\nPalo Alto\"\r\n"
          "MA-L,AABBCC,\"The \"\"Best\"\" PLCs\",Street\r\n"
          "MA-L,70B3D5,IEEE Registration Authority,445 Hoes Lane\r\n"
          "MA-L,20858F,Private,\r\n"
          "MA-L,0050C2,IEEE Registration Authority,\r\n"
          "MA-L,001122,Whole Block,\r\n");
    write("mam.csv", "MA-M,208593B,IOG Products LLC,9737 LURLINE\r\nMA-M,0011223,Part of It,\r\n");
    write("oui36.csv", "MA-S,70B3D5F2F,TELEPLATFORMS,\"Polbina st., 3/1\"\r\n");
    write("iab.csv", "IAB,0050C27D5,DEUTA-WERKE GmbH,Bergisch-Gladbach\r\n");
  }
  ~Oui() override { std::filesystem::remove_all(folder_); }

  void write(const char* name, std::string_view rows) {
    std::ofstream(folder_ / name, std::ios::binary) << "Registry,Assignment,Organization Name,Organization Address\r\n"
                                                    << rows;
  }
  std::string vendor(std::string_view mac) {
    const Vendors found = find_vendors(std::vector<Address>{at(mac)}, folder_);
    const auto entry = found.find(at(mac));
    return entry == found.end() ? "" : entry->second;
  }

  std::filesystem::path folder_;
};

TEST_F(Oui, NamesWithCommasQuotesAndLineBreaks) {
  EXPECT_EQ(vendor("00:0c:29:01:02:03"), "VMware, Inc.");
  EXPECT_EQ(vendor("a8:bb:cc:00:00:01"), "");
  EXPECT_EQ(vendor("00:11:22:f0:00:00"), "Whole Block");  // the record after all those
}

TEST_F(Oui, LongestPrefixWins) {
  EXPECT_EQ(vendor("00:11:22:30:00:01"), "Part of It");
  EXPECT_EQ(vendor("20:85:93:b0:00:01"), "IOG Products LLC");
  EXPECT_EQ(vendor("70:b3:d5:f2:f0:01"), "TELEPLATFORMS");
  EXPECT_EQ(vendor("00:50:c2:7d:50:01"), "DEUTA-WERKE GmbH");
}

TEST_F(Oui, OwnersWhoDoNotTell) {
  EXPECT_EQ(vendor("70:b3:d5:00:00:01"), "");
  EXPECT_EQ(vendor("20:85:8f:00:00:01"), "");
}

TEST_F(Oui, OnlyAssignedUnicastAddresses) {
  EXPECT_EQ(vendor("aa:bb:cc:00:00:01"), "");  // locally administered: bit 1 of the first octet
  EXPECT_EQ(vendor("01:0c:29:00:00:01"), "");  // a group
  EXPECT_EQ(vendor("ff:ff:ff:ff:ff:ff"), "");
}

TEST_F(Oui, MissingFilesNameNobody) {
  folder_ /= "nowhere";
  EXPECT_EQ(vendor("00:0c:29:01:02:03"), "");
  folder_ = folder_.parent_path();
}

TEST_F(Oui, BrokenFilesDoNoHarm) {
  write("oui.csv", "MA-L,000C29,\"never ends");
  EXPECT_EQ(vendor("00:0c:29:01:02:03"), "never ends");
  write("oui.csv", "MA-L\n,,,\nMA-L,ZZZZZZ,X,Y\n\"\n");
  EXPECT_EQ(vendor("00:0c:29:01:02:03"), "");
}

}  // namespace
}  // namespace kakoi
