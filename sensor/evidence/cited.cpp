#include "sensor/evidence/cited.h"

#include <algorithm>

namespace kakoi::evidence {

std::vector<CitedCapture> cited_packets(Database& inventory, std::span<const std::string> findings) {
  std::vector<CitedCapture> captures;
  std::map<std::string, std::size_t> positions;
  Statement all = inventory.prepare(
      "select capture_id, source, sha256, file_bytes from capture order by first_ts, source, capture_id");
  while (all.step()) {
    positions.emplace(all.text(0), captures.size());
    captures.push_back({all.text(1), all.text(2), static_cast<std::uint64_t>(all.integer(3)), {}});
  }
  std::vector<std::string> ids(findings.begin(), findings.end());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  Statement cited = inventory.prepare(
      "select distinct p.capture_id, p.number, p.ts, f.rule_id, f.title_en from finding f "
      "join finding_packet c on c.finding_id = f.finding_id join packet p on p.packet_id = c.packet_id "
      "where f.finding_id = ?1 order by p.capture_id, p.number");
  for (const std::string& id : ids) {
    for (cited.bind(1, id); cited.step();) {
      const auto capture = positions.find(cited.text(0));
      if (capture == positions.end()) continue;
      CitedPacket& packet = captures[capture->second].packets[static_cast<std::uint64_t>(cited.integer(1))];
      packet.ts = cited.integer(2);
      packet.by.push_back({id, cited.text(3), cited.text(4)});
    }
    cited.reset();
  }
  return captures;
}

namespace {

std::vector<std::string> ids_of(Statement findings) {
  std::vector<std::string> ids;
  while (findings.step()) ids.push_back(findings.text(0));
  return ids;
}

}  // namespace

std::vector<std::string> all_findings(Database& inventory) {
  return ids_of(inventory.prepare("select finding_id from finding order by finding_id"));
}
std::vector<std::string> open_findings(Database& inventory) {
  return ids_of(inventory.prepare("select finding_id from finding where accepted = 0 order by finding_id"));
}

}  // namespace kakoi::evidence
