// Fills the inventory database from what was observed: the last step of the sensor.
#pragma once

#include <filesystem>
#include <string>

#include "sensor/inventory/database.h"
#include "sensor/inventory/observed.h"
#include "sensor/inventory/oui.h"
#include "sensor/inventory/state.h"

namespace kakoi {

inline constexpr int kSchemaVersion = 1;  // in table meta; counts up when a reader of before would misread the tables

struct InventoryOptions {
  std::string site;
  std::string kakoi_version;
  std::filesystem::path ieee_data = kIeeeData;  // registries of MAC prefixes, see oui.h
  unsigned threads = 1;                         // more: the state is made beside the tables
};

// Creates the tables of schema.sql in `db`, which must be empty, and fills those that traffic tells
// of, in one transaction. Policy, findings and verdicts stay empty, and so do asset.zone_id and the
// packets' bytes. Equal content gives a byte-identical database, in whatever order the rows come.
// Throws DatabaseError; nothing is written then.
// `parts`: what `observed` was put together from; none: it is a part of its own.
void write_inventory(const Observed& observed, const InventoryOptions& options, Database& db,
                     const std::vector<Part>& parts = {});

// Gives an inventory that an earlier version wrote what the schema has had since: rules read it.
void complete_schema(Database& db);

}  // namespace kakoi
