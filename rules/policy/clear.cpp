// What an assessment wrote is taken out of the database again.
#include <string>

#include "rules/policy/policy.h"
#include "sensor/inventory/coverage.h"

namespace kakoi {

void clear_assessment(Database& db) {
  db.execute(
      "delete from meta where key in (select subject from policy_change where field = 'meta');"
      "insert into meta (key, value)"
      "  select subject, observed from policy_change where field = 'meta' and observed is not null;"
      "delete from meta where key in ('policy', 'timezone');"
      "update asset set zone_id = null where zone_id is not null;"
      "update asset set scope = (select observed from policy_change c where c.subject = asset_id and c.field = "
      "'asset.scope')"
      "  where asset_id in (select subject from policy_change where field = 'asset.scope');"
      "update asset set purdue_level = (select cast(observed as real) from policy_change c"
      "    where c.subject = asset_id and c.field = 'asset.purdue_level')"
      "  where asset_id in (select subject from policy_change where field = 'asset.purdue_level');"
      "update address set is_squatted = 1 where asset_id || ' ' || value in (select subject from policy_change where "
      "field = 'address.is_squatted');");
  for (const char* table : {"risk",
                            "reach",
                            "evaluated_rule",
                            "finding_packet",
                            "finding_asset",
                            "finding",
                            "verdict_check",
                            "verdict",
                            "contract",
                            "requirement",
                            "framework_source",
                            "framework",
                            "declared_criticality",
                            "zone_member",
                            "conduit_time",
                            "conduit",
                            "zone",
                            "register_difference",
                            "register_device",
                            "register_match",
                            "declared_address",
                            "declared_asset",
                            "allowed_external_member",
                            "allowed_external",
                            "allowed_role",
                            "allowed_address",
                            "address_range",
                            "acceptance",
                            "policy_change",
                            "advisory_match",
                            "advisory"})
    db.execute(std::string("delete from ") + table);
  db.prepare("delete from coverage where metric = ?1").bind(1, kDeclaredVlansUnseen).run();
}

}  // namespace kakoi
