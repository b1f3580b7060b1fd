#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "sensor/inventory/hash.h"
#include "sensor/inventory/ids.h"
#include "sensor/inventory/state.h"

namespace kakoi {

namespace {

std::vector<std::string> capture_ids(const Observed& observed) {
  std::set<std::string> ids;
  for (const CaptureInfo& c : observed.captures)
    if (!c.format.empty()) ids.insert(capture_id(c));  // what could not be read is no part of two inventories
  return {ids.begin(), ids.end()};
}

}  // namespace

Part make_part(const Observed& observed) {
  Part part;
  part.captures = capture_ids(observed);
  for (const CaptureInfo& c : observed.captures) part.last_ts = std::max(part.last_ts, c.last_ts);
  part.state = save_state(observed);
  part.id = to_hex(Sha256().of(part.state)).substr(0, 16);
  return part;
}

std::vector<Part> read_parts(Database& db) {
  std::vector<Part> parts;
  Statement rows = db.prepare("select part_id, captures, last_ts, state from part order by part_id");
  while (rows.step()) {
    Part part;
    part.id = rows.text(0);
    const std::string captures = rows.text(1);
    for (std::size_t at = 0; at < captures.size();) {
      const std::size_t end = std::min(captures.find(',', at), captures.size());
      part.captures.push_back(captures.substr(at, end - at));
      at = end + 1;
    }
    part.last_ts = rows.integer(2);
    const std::span<const std::uint8_t> state = rows.blob(3);
    part.state.assign(state.begin(), state.end());
    parts.push_back(std::move(part));
  }
  if (parts.empty()) throw StateError("the inventory holds no state to merge");
  return parts;
}

std::vector<Part> unite(std::vector<Part> parts) {
  // The most captures first, of equal ones the latest: what is covered by an earlier one of this order goes.
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    return std::tuple(b.captures.size(), b.last_ts, b.id) < std::tuple(a.captures.size(), a.last_ts, a.id);
  });
  std::vector<Part> kept;
  for (Part& part : parts) {
    bool covered = false;
    for (const Part& other : kept) {
      std::vector<std::string> shared;
      std::set_intersection(part.captures.begin(), part.captures.end(), other.captures.begin(), other.captures.end(),
                            std::back_inserter(shared));
      covered |= shared.size() == part.captures.size();
      if (!shared.empty() && shared.size() != part.captures.size()) throw SharedCaptures(std::move(shared));
    }
    if (!covered) kept.push_back(std::move(part));
  }
  std::sort(kept.begin(), kept.end(), [](const Part& a, const Part& b) { return a.id < b.id; });
  return kept;
}

}  // namespace kakoi
