// Observed as bytes, so that inventories can be merged, and a sensor can go on where it stopped.
//
// Table `part` of an inventory holds one state per scan (or live capture): merging inventories unites
// their parts, and the tables are made anew from them. Only this program reads a state; its form may
// change with the schema's version, the tables are the documented output.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "dissectors/core/bytes.h"
#include "sensor/inventory/database.h"
#include "sensor/inventory/observed.h"

namespace kakoi {

struct StateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Of a part that can't be read.
struct PartError : StateError {
  PartError(std::string which, const std::string& why) : StateError(why), part(std::move(which)) {}
  std::string part;  // its id
};

// Captures that two parts share while neither holds all of the other's.
struct SharedCaptures : StateError {
  explicit SharedCaptures(std::vector<std::string> shared)
      : StateError("captures were scanned together with different others"), ids(std::move(shared)) {}
  std::vector<std::string> ids;
};

// Finds a protocol by its name in the database; null if there is none of that name.
using ProtocolFinder = std::function<const Protocol*(std::string_view)>;

std::vector<std::uint8_t> save_state(const Observed& observed);

// One scan, or one live capture.
struct Part {
  std::string id;                     // the first 16 hex digits of the state's SHA-256
  std::vector<std::string> captures;  // their ids, sorted
  std::int64_t last_ts = 0;           // of its packets
  std::vector<std::uint8_t> state;
};
Part make_part(const Observed& observed);
std::vector<Part> read_parts(Database& db);  // by id; throws StateError if the inventory has none

// The parts that are to count, by id. The same part given twice counts once; of two parts over the
// same captures (snapshots of one live capture) the later counts, and one whose captures are all in
// another part does not. Throws SharedCaptures where two parts share some captures only: their packets
// would count twice.
std::vector<Part> unite(std::vector<Part> parts);
// What all parts saw, settled and sorted. Throws PartError for bytes that save_state did not write, or
// for a protocol that this program does not know.
Observed observed_in(const std::vector<Part>& parts, const ProtocolFinder& protocol);

}  // namespace kakoi
