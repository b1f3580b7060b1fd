// What was commanded, and which points were touched.
#include <algorithm>
#include <string_view>

#include "sensor/control/control.h"
#include "sensor/inventory/transfers.h"
#include "sensor/inventory/writer.h"

namespace kakoi {

namespace {

// Listed actions in all. Each link's first ones come before any link's later ones.
constexpr std::size_t kMostActions = 10'000;

std::string_view function_of(std::string_view protocol, std::uint32_t code) {
  const Protocol* p = find_protocol(protocol);
  if (!p) p = find_control_protocol(protocol);
  return p && p->function_name ? p->function_name(code) : std::string_view();
}

// How many of each log may be listed, so that all together are within the bound.
std::size_t depth(const std::map<LinkKey, ActionLog>& logs) {
  std::size_t listed = 0;
  for (std::size_t rank = 0; rank < ActionLog::kListed; ++rank) {
    for (const auto& [link, log] : logs) listed += log.rows.size() > rank;
    if (listed > kMostActions) return std::max<std::size_t>(rank, 1);
  }
  return ActionLog::kListed;
}

}  // namespace

void Writer::write_control() {
  Insert range_row(db, "point_range");
  for (const auto& [key, row] : observed.points) {
    if (is_agreement(key)) continue;
    const auto id = link(key.link);
    if (!id) continue;
    for (const auto& [first, last] : row.points.ranges())
      range_row(*id, key.protocol, known(key.unit), known(key.peer_unit), key.kind, to_string(key.access), first, last,
                packet(row.first));
  }

  Insert action_row(db, "control_action"), total_row(db, "link_actions");
  const std::size_t most = depth(observed.actions);
  for (const auto& [key, log] : observed.actions) {
    const auto id = link(key);
    if (!id) continue;
    const std::size_t listed = std::min(most, log.rows.size());
    total_row(*id, log.total, listed);
    for (std::size_t i = 0; i < listed; ++i) {
      const ActionRow& a = log.rows[i];
      action_row(*id, a.protocol, a.actor == Role::client, known(a.unit), known(a.peer_unit), a.function_code,
                 function_of(a.protocol, a.function_code), to_string(a.cls), a.point_kind, known(a.point), a.points,
                 a.step, a.value, to_string(a.outcome), a.status, a.asked.ts, packet(a.asked),
                 a.answered.number() != 0 ? std::optional(packet(a.answered)) : std::nullopt);
    }
  }
}

}  // namespace kakoi
