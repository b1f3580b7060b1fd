// What a database says when something goes wrong with it.
#include "sensor/inventory/database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace kakoi {
namespace {

std::string complaint(Database& db, const char* sql) {
  try {
    db.execute(sql);
  } catch (const DatabaseError& error) {
    return error.what();
  }
  return "";
}

TEST(Database, FullDeviceIsTheFilesFaultAndNotTheStatements) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "kakoi-full.db";
  std::filesystem::remove(file);
  Database db = Database::open(file);
  db.execute("create table t (x); pragma max_page_count = 3");
  const std::string said = complaint(db, "insert into t values (zeroblob(100000))");
  EXPECT_TRUE(said.starts_with(file.string() + ": no room left")) << said;
  EXPECT_EQ(said.find("insert"), std::string::npos) << said;
  std::filesystem::remove(file);
}

TEST(Database, MistakeInAStatementIsShownWithIt) {
  Database db = Database::open(":memory:");
  EXPECT_EQ(complaint(db, "select 1 from nowhere"), "no such table: nowhere in: select 1 from nowhere");
}

TEST(Database, BlobIsFilledPieceByPiece) {
  Database db = Database::open(":memory:");
  db.execute("create table t (x)");
  std::vector<std::uint8_t> bytes((3u << 20) + 7);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  db.prepare("insert into t values (zeroblob(?1))").bind(1, bytes.size()).run();
  db.fill_blob("t", "x", bytes);
  Statement row = db.prepare("select x from t");
  ASSERT_TRUE(row.step());
  const auto stored = row.blob(0);
  EXPECT_TRUE(std::equal(stored.begin(), stored.end(), bytes.begin(), bytes.end()));
  EXPECT_THROW(db.fill_blob("t", "y", bytes), DatabaseError);
}

}  // namespace
}  // namespace kakoi
