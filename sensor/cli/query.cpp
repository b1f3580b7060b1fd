#include <iostream>

#include "sensor/cli/arguments.h"
#include "sensor/cli/inventory_file.h"
#include "sensor/inventory/database.h"

namespace kakoi::cli {
namespace {
constexpr Help kHelp{
    "kakoi query inventory.db \"select …\"",
    "Runs a query over an inventory (read-only) and prints its rows, tab-separated, with a head line.\n"
    "The tables are described in sensor/inventory/schema.sql.\n",
    "インベントリに対して問合せを（読取り専用で）実行し、見出し行に続けて、結果の各行をタブ区切りで表示します。表の説明"
    "は sensor/inventory/schema.sql にあります。\n",
    "  kakoi query out/inventory.db \"select name, vendor, role from asset where is_ot = 1\"\n"};

}  // namespace

int query(const Arguments& arguments) {
  const auto values = parse(arguments, po::options_description("Options"), kHelp);
  if (!values) return kDone;
  const std::vector<std::string> named = inputs(*values);
  if (named.size() != 2) throw UsageError("query: name an inventory.db and one SQL statement");
  try {
    Database db = open_inventory(named[0]);
    Statement statement = db.prepare(named[1]);
    bool has_row = statement.step();  // a statement that is refused prints no head
    for (int i = 0; i < statement.columns(); ++i) std::cout << (i ? "\t" : "") << statement.column_name(i);
    std::cout << "\n";
    for (; has_row; has_row = statement.step()) {
      for (int i = 0; i < statement.columns(); ++i) std::cout << (i ? "\t" : "") << printable(statement.text(i));
      std::cout << "\n";
    }
  } catch (const DatabaseError& error) {
    throw InputError(error.what());
  }
  return kDone;
}

}  // namespace kakoi::cli
