// What write_inventory() makes of traffic, as rows of a query.
#pragma once

#include <string>
#include <string_view>

#include "sensor/inventory/write.h"
#include "traffic.h"

namespace kakoi::test {

inline const Host kPlc = host("00:00:bc:00:00:10", "192.168.1.10");
inline const Host kHmi = host("00:00:bc:00:00:20", "192.168.1.20", 128);
inline const Host kRouter = host("00:00:0c:00:00:01", "192.168.1.1");
inline const InventoryOptions kOptions{"Works 1", "0.1.0", "/nonexistent"};

inline Database write(const Observed& observed, const InventoryOptions& options = kOptions) {
  Database db = Database::open(":memory:");
  write_inventory(observed, options, db);
  return db;
}

// Rows of a query, columns separated by '|', rows by line breaks.
inline std::string rows(Database& db, std::string_view sql) {
  std::string text;
  for (Statement s = db.prepare(sql); s.step();) {
    if (!text.empty()) text += '\n';
    for (int c = 0; c < s.columns(); ++c) text += (c ? "|" : "") + (s.is_null(c) ? "NULL" : s.text(c));
  }
  return text;
}

}  // namespace kakoi::test
