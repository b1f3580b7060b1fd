#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Talk kModbus = {.protocol = "modbus", .domain = "ot", .port = 502};

constexpr const char* kZones =
    "zones:\n"
    "  - {id: cell, kind: ot, level: 1, members: [{cidr: 192.168.10.0/24}]}\n"
    "  - {id: scada, kind: ot, level: 2, members: [{cidr: 192.168.20.0/24}]}\n";

Site plant() {
  Site site;
  site.host("plc1", {.ip = "192.168.10.21", .ot = true}).host("plc2", {.ip = "192.168.10.22", .ot = true});
  site.host("hmi", {.ip = "192.168.10.30", .ot = true}).host("scada", {.ip = "192.168.20.5", .ot = true});
  return site;
}

TEST(ProtocolLeavesZone, IsOneFindingPerClientZoneAndProtocol) {
  Site site = plant();
  site.link("scada", "plc1", kModbus);
  site.link("scada", "plc2", kModbus);
  site.link("hmi", "plc1", kModbus);
  EXPECT_THAT(site.findings(kZones), ElementsAre("ot-protocol-leaves-zone scada"));
  EXPECT_THAT(site.of("ot-protocol-leaves-zone", "detail_en"), HasSubstr("modbus to 2 host(s) in zone cell"));
}

TEST(ProtocolLeavesZone, IsCoveredByAConduitForTheClassesThatItNames) {
  Site site = plant();
  const auto link = site.link("scada", "plc1", kModbus);
  site.operation(link, "read", 3, 10, 10);
  const std::string policy =
      std::string(kZones) + "conduits: [{from: scada, to: cell, protocols: [modbus], classes: [read]}]\n";
  EXPECT_THAT(site.findings(policy), IsEmpty());
  site.operation(link, "write", 6, 1, 1);
  EXPECT_THAT(site.findings(policy), ElementsAre("ot-protocol-leaves-zone scada", "ot-unauthenticated-command plc1"));
}

TEST(ProtocolLeavesZone, IsNotAnOfficeProtocolNorAnAttempt) {
  Site site = plant();
  site.link("scada", "plc1", {.protocol = "tls", .domain = "it", .port = 443});
  site.link("scada", "plc2", unanswered(502));
  EXPECT_THAT(site.subjects("ot-protocol-leaves-zone", kZones), IsEmpty());
}

TEST(UnencryptedOverWan, ToTheInternetIsCritical) {
  Site site = plant();
  site.host("outside", {.ip = "8.8.4.4", .scope = "internet"});
  site.link("outside", "plc1", kModbus);
  EXPECT_THAT(site.findings(), ElementsAre("external-inbound plc1", "unencrypted-ot-over-wan plc1"));
  EXPECT_EQ(site.of("unencrypted-ot-over-wan", "severity"), "critical");
  EXPECT_EQ(site.of("unencrypted-ot-over-wan", "confidence"), "95");  // no zone is needed to tell
  EXPECT_THAT(site.findings("allowed_external: [{name: remote, cidr: 8.8.4.4, protocol: modbus}]\n"), IsEmpty());
}

TEST(MultipleMasters, AreTwoClientsWhoseWritesWereAccepted) {
  Site site = plant();
  site.operation(site.link("hmi", "plc1", kModbus), "write", 6, 4, 4);
  site.operation(site.link("scada", "plc1", kModbus), "write", 16, 2, 2);
  EXPECT_THAT(site.findings(), ElementsAre("ot-writes-multiple-masters plc1"));
  EXPECT_THAT(site.of("ot-writes-multiple-masters", "detail_en"),
              HasSubstr("2 hosts (hmi (192.168.10.30), scada (192.168.20.5))"));
  EXPECT_EQ(site.db.integer("select count(*) from finding_packet"), 2);
}

TEST(MultipleMasters, AreNotCountedByReadsOrRefusedWrites) {
  Site site = plant();
  site.operation(site.link("hmi", "plc1", kModbus), "write", 6, 4, 4);
  const auto second = site.link("scada", "plc1", kModbus);
  site.operation(second, "read", 3, 9, 9).operation(second, "write", 6, 2, 2, 2);
  EXPECT_THAT(site.findings(), IsEmpty());
}

TEST(MultipleMasters, AreNotCountedByWritesThatNobodyAnswered) {
  Site site = plant();
  site.operation(site.link("hmi", "plc1", kModbus), "write", 6, 4, 4);
  Talk silent = kModbus;
  silent.to_client = silent.payload_to_client = 0;
  silent.state = "one_way";
  site.operation(site.link("scada", "plc1", silent), "write", 6, 2, 0);
  EXPECT_THAT(site.findings(), IsEmpty());
}

TEST(MultipleMasters, CountWhereAnswersCarryAnotherCode) {
  // DNP3: every answer is RESPONSE (129), so DIRECT_OPERATE (5) itself is never seen from the outstation
  const Talk dnp3 = {.protocol = "dnp3", .domain = "ot", .port = 20000};
  Site site = plant();
  site.operation(site.link("hmi", "plc1", dnp3), "control", 5, 1, 0);
  site.operation(site.link("scada", "plc1", dnp3), "control", 5, 1, 0);
  EXPECT_THAT(site.findings(), ElementsAre("ot-writes-multiple-masters plc1"));
}

TEST(MultipleMasters, MayBeDeclared) {
  Site site = plant();
  site.operation(site.link("hmi", "plc1", kModbus), "write", 6, 4, 4);
  site.operation(site.link("scada", "plc1", kModbus), "control", 5, 2, 2);
  EXPECT_THAT(site.findings("masters: [hmi, 192.168.20.5]\n"), IsEmpty());
  EXPECT_THAT(site.findings("masters: [hmi]\n"), ElementsAre("ot-command-undeclared-master scada"));
}

}  // namespace
}  // namespace kakoi
