#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Talk kModbus = {.protocol = "modbus", .domain = "ot", .port = 502};
const Talk kDnp3 = {.protocol = "dnp3", .domain = "ot", .port = 20000};

Site plant() {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true}).host("hmi", {.ip = "192.168.10.30", .ot = true});
  site.host("pc", {.ip = "192.168.20.9", .ot = true});
  site.host("cloud", {.ip = "8.8.4.4", .scope = "internet"});
  return site;
}

constexpr const char* kZones =
    "zones:\n"
    "  - {id: cell, kind: ot, members: [{cidr: 192.168.10.0/24}]}\n"
    "  - {id: scada, kind: ot, members: [{cidr: 192.168.20.0/24}]}\n";

TEST(ProgramTransfer, IsGradedByTheSource) {
  Site site = plant();
  site.operation(site.link("hmi", "plc", kModbus), "program", 90, 4, 4);
  EXPECT_THAT(site.findings(), ElementsAre("ot-program-or-file-transfer plc"));
  EXPECT_EQ(site.of("ot-program-or-file-transfer", "severity"), "high");
  EXPECT_THAT(site.subjects("ot-program-or-file-transfer", "masters: [hmi]\n"), ElementsAre("plc"));
  EXPECT_EQ(site.of("ot-program-or-file-transfer", "severity"), "low");
  Site other = plant();
  other.operation(other.link("pc", "plc", kModbus), "program", 90, 4, 4);
  EXPECT_THAT(other.subjects("ot-program-or-file-transfer", kZones), ElementsAre("plc"));
  EXPECT_EQ(other.of("ot-program-or-file-transfer", "severity"), "critical");
}

TEST(ProgramTransfer, SaysThatZonesAreInferred) {
  Site site = plant();
  site.host("desk", {.ip = "192.168.30.9", .it = true});
  site.operation(site.link("desk", "plc", kModbus), "program", 90, 4, 4);
  site.db.execute("update operation set accepted = 4");
  EXPECT_THAT(site.subjects("ot-program-or-file-transfer"), ElementsAre("plc"));
  EXPECT_EQ(site.of("ot-program-or-file-transfer", "severity"), "critical");
  EXPECT_EQ(site.of("ot-program-or-file-transfer", "confidence"), "70");
  EXPECT_EQ(site.of("ot-program-or-file-transfer", "zones_inferred"), "1");
}

TEST(ProgramTransfer, IsNotAWriteNorADeclaredStationsFile) {
  Site site = plant();
  const auto link = site.link("hmi", "plc", kModbus);
  site.operation(link, "write", 6, 4, 4).operation(link, "file", 20, 4, 4);
  EXPECT_THAT(site.findings("masters: [hmi]\n"), IsEmpty());
  EXPECT_THAT(site.findings(), ElementsAre("ot-program-or-file-transfer plc"));
  EXPECT_EQ(site.of("ot-program-or-file-transfer", "severity"), "medium");
}

// Peers: both ask over one link, and the server's requests are the client's to obey.
TEST(ModeChange, IsOfWhoWasAsked) {
  const Talk kBacnet = {.protocol = "bacnet", .domain = "ot", .port = 47808, .transport = "udp", .state = "datagram"};
  Site site = plant();
  const auto link = site.link("hmi", "plc", kBacnet);
  site.operation(link, "mode", 20, 2, 1);
  site.db.execute("update operation set asked_by_server = 1, accepted = 1, from_server = 1");
  EXPECT_THAT(site.findings(), ElementsAre("ot-mode-change hmi"));
  EXPECT_THAT(site.of("ot-mode-change", "detail_en"), testing::HasSubstr("1 time(s)"));
  EXPECT_THAT(site.findings("masters: [plc]\n"), IsEmpty());
  site.db.execute("update operation set from_server = 0");  // answers alone
  EXPECT_THAT(site.findings(), IsEmpty());
}

TEST(ProgramTransfer, IsToldAsDoneWhereItWasAccepted) {
  Site site = plant();
  site.operation(site.link("hmi", "plc", kModbus), "file", 20, 4, 4);
  const auto title = [&](const std::string& outcomes) {
    site.db.execute("update operation set " + outcomes);
    EXPECT_THAT(site.findings(), ElementsAre("ot-program-or-file-transfer plc"));
    return site.of("ot-program-or-file-transfer", "title_en");
  };
  EXPECT_EQ(title("accepted = 0"), "File operations on a controller are asked for");
  EXPECT_EQ(title("refused = 4"), "Operations on a controller's programs or files are tried");
  EXPECT_EQ(title("refused = 3, accepted = 1"), "File operations on a controller");
}

TEST(ModeChange, IsARestartByNoDeclaredMaster) {
  Site site = plant();
  const auto link = site.link("hmi", "plc", kDnp3);
  site.operation(link, "write", 2, 4, 0);
  EXPECT_THAT(site.findings(), IsEmpty());
  site.operation(link, "mode", 13, 1, 0);
  EXPECT_THAT(site.findings(), ElementsAre("ot-mode-change plc"));
  EXPECT_THAT(site.findings("masters: [hmi]\n"), IsEmpty());
}

TEST(UndeclaredMaster, NeedsAListOrTheInternet) {
  Site site = plant();
  site.operation(site.link("hmi", "plc", kModbus), "write", 6, 4, 4);
  EXPECT_THAT(site.findings(), IsEmpty());
  EXPECT_THAT(site.findings("masters: [hmi]\n"), IsEmpty());
  EXPECT_THAT(site.findings("masters: [192.168.10.31]\n"), ElementsAre("ot-command-undeclared-master hmi"));
  site.operation(site.link("cloud", "plc", kModbus), "write", 6, 1, 1);
  EXPECT_THAT(site.subjects("ot-command-undeclared-master"), ElementsAre("cloud"));
  EXPECT_EQ(site.of("ot-command-undeclared-master", "severity"), "critical");
}

TEST(UndeclaredMaster, IsNotAReader) {
  Site site = plant();
  site.operation(site.link("hmi", "plc", kModbus), "read", 3, 40, 40);
  EXPECT_THAT(site.findings("masters: [192.168.10.31]\n"), IsEmpty());
}

TEST(BroadcastCommand, IsDnp3sReservedAddresses) {
  Site site = plant();
  site.operation(site.link("hmi", "plc", kDnp3), "control", 6, 2, 0);
  EXPECT_THAT(site.findings(), IsEmpty());
  site.set("operation", "unit", "65532", "1");  // the self-address, IEEE 1815 clause 9.2.5.5
  EXPECT_THAT(site.findings(), IsEmpty());
  site.set("operation", "unit", "65535", "1");
  EXPECT_THAT(site.findings(), ElementsAre("ot-broadcast-command hmi"));
  site.set("operation", "class", "'time'", "1");  // which is meant for all
  EXPECT_THAT(site.findings(), IsEmpty());
}

TEST(BroadcastCommand, IsModbusUnitZeroOnlyWithoutAnAnswer) {
  Site site = plant();
  site.operation(site.link("hmi", "plc", kModbus), "write", 6, 2, 2).set("operation", "unit", "0", "1");
  EXPECT_THAT(site.findings(), IsEmpty());
  site.set("operation", "from_server", "0", "1");
  EXPECT_THAT(site.findings(), ElementsAre("ot-broadcast-command hmi"));
}

TEST(UnauthenticatedCommand, CrossesAZoneBorder) {
  const std::string reads = std::string(kZones) + "conduits: [{from: scada, to: cell, classes: [read]}]\n";
  const std::string all = std::string(kZones) + "conduits: [{from: scada, to: cell}]\n";
  Site site = plant();
  site.operation(site.link("hmi", "plc", kDnp3), "control", 5, 2, 0);
  EXPECT_THAT(site.findings(reads), IsEmpty());
  const auto across = site.link("pc", "plc", kDnp3);
  site.operation(across, "control", 5, 2, 0);
  EXPECT_THAT(site.subjects("ot-unauthenticated-command", reads), ElementsAre("plc"));
  EXPECT_THAT(site.subjects("ot-unauthenticated-command", all), IsEmpty());
  site.operation(across, "auth", 32, 1, 0);
  EXPECT_THAT(site.subjects("ot-unauthenticated-command", reads), IsEmpty());
}

TEST(CommandsRefused, AreThreeOrMore) {
  Site site = plant();
  const auto link = site.link("hmi", "plc", kModbus);
  site.operation(link, "read", 3, 9, 9, 9).operation(link, "write", 6, 2, 2, 2);
  EXPECT_THAT(site.findings(), IsEmpty());
  site.operation(link, "write", 16, 1, 1, 1);
  EXPECT_THAT(site.findings(), ElementsAre("ot-commands-refused plc"));
  EXPECT_EQ(site.of("ot-commands-refused", "severity"), "low");
  for (const int code : {7, 8, 20}) site.operation(link, "diagnostic", code, 1, 1, 1);
  site.findings();
  EXPECT_EQ(site.of("ot-commands-refused", "severity"), "medium");
}

TEST(NetworkScan, CountsAddressesPortsAndUnitsInVain) {
  Site site = plant();
  for (int i = 1; i <= 15; ++i) {
    site.host("h" + std::to_string(i), {.ip = "192.168.10." + std::to_string(100 + i)});
    site.link("hmi", "h" + std::to_string(i), unanswered(502));
    site.link("pc", "plc", refused(1000 + i));
    const auto unit = site.link("pc", "hmi", kModbus);
    site.operation(unit, "read", 3, 1, 0)
        .set("operation", "unit", std::to_string(i), "link_id = " + std::to_string(unit));
  }
  EXPECT_THAT(site.subjects("network-scan"), IsEmpty());
  site.link("hmi", "plc", refused(502));
  EXPECT_THAT(site.subjects("network-scan"), ElementsAre("hmi"));
  site.link("pc", "plc", refused(2000));
  EXPECT_THAT(site.subjects("network-scan"), ElementsAre("hmi", "pc"));
  const auto unit = site.link("pc", "hmi", kModbus);
  site.operation(unit, "read", 3, 1, 0).set("operation", "unit", "99", "link_id = " + std::to_string(unit));
  EXPECT_THAT(site.subjects("network-scan"), ElementsAre("hmi", "pc", "pc"));
}

TEST(NetworkScan, IsNotABrowserOnTheInternet) {
  Site site = plant();
  for (int i = 1; i <= 30; ++i) {
    site.host("o" + std::to_string(i), {.ip = "8.8.9." + std::to_string(i), .scope = "internet"});
    site.link("hmi", "o" + std::to_string(i), unanswered(443));
  }
  EXPECT_THAT(site.subjects("network-scan"), IsEmpty());
}

}  // namespace
}  // namespace kakoi
