#include "sensor/cli/inventory_file.h"

#include <string_view>

#include "sensor/cli/arguments.h"
#include "sensor/inventory/write.h"

namespace kakoi::cli {

namespace fs = std::filesystem;

fs::path inventory_at(const std::string& named) {
  std::error_code error;
  return fs::is_directory(named, error) ? fs::path(named) / "inventory.db" : fs::path(named);
}

std::string problem_of(const fs::path& path, std::string_view what) {
  std::error_code error;
  for (const fs::path& full : {fs::weakly_canonical(path, error), fs::absolute(path, error)})
    if (const std::string prefix = full.string() + ": "; what.starts_with(prefix)) {
      what.remove_prefix(prefix.size());
      break;
    }
  return path.string() + ": " + std::string(what);
}

Database open_inventory(const std::string& named) {
  const fs::path path = inventory_at(named);
  std::error_code error;
  if (!fs::exists(path, error))
    throw InputError(path.string() + ": no such file; name the inventory.db that a scan has written, or its folder");
  std::int64_t version = 0;
  bool has_triggers = false;
  try {
    Database db = Database::open_read_only(path);
    db.prepare("select asset_id from asset limit 1").step();
    version = db.integer("select cast(value as integer) from meta where key = 'schema_version'");
    // They would change findings while these are written.
    has_triggers = db.integer("select count(*) from sqlite_master where type = 'trigger'") != 0;
    if (version <= kSchemaVersion && !has_triggers) return db;
  } catch (const DatabaseError& problem) {
    const std::string_view why = problem.what();
    const bool is_other = why.find("is not a database") != why.npos || why.find("no such ") != why.npos;
    throw InputError(problem_of(
        path, is_other ? "not an inventory of kakoi; name the inventory.db that a scan has written" : problem.what()));
  }
  if (has_triggers) throw InputError(path.string() + ": altered: it holds triggers, and kakoi writes none");
  throw InputError(path.string() + ": written by a later kakoi (schema " + std::to_string(version) +
                   ", this one reads up to " + std::to_string(kSchemaVersion) + "); use that one");
}

}  // namespace kakoi::cli
