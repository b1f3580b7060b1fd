#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const Talk kFtp = {.protocol = "ftp", .domain = "it", .port = 21};
const Talk kSnmp = {.protocol = "snmp", .domain = "shared", .port = 161, .transport = "udp", .state = "datagram"};

Site plant() {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true, .vendor = "Mitsubishi Electric Corporation"});
  site.host("box", {.ip = "192.168.10.21"}).host("hmi", {.ip = "192.168.10.30", .ot = true});
  return site;
}

TEST(DefaultCredential, OfTheDevicesVendorIsCritical) {
  Site site = plant();
  site.credential(site.link("hmi", "plc", kFtp), "ftp", "MELSEC", "MELSEC", "accepted");
  EXPECT_THAT(site.findings(), ElementsAre("credential-cleartext plc", "credential-default plc"));
  EXPECT_EQ(site.of("credential-default", "severity"), "critical");
  EXPECT_EQ(site.of("credential-default", "title_en"), "Vendor's default password in use");
  EXPECT_THAT(site.of("credential-default", "detail_en"), HasSubstr("mitsubishi-qnudv-ftp"));
}

TEST(DefaultCredential, OnAnotherDeviceIsWeakRatherThanVendorDefault) {
  Site site = plant();
  site.credential(site.link("hmi", "box", kFtp), "ftp", "MELSEC", "MELSEC", "accepted");
  site.subjects("credential-default");
  EXPECT_EQ(site.of("credential-default", "severity"), "high");
  EXPECT_EQ(site.of("credential-default", "title_en"), "Well-known password in use");
}

TEST(DefaultCredential, WithoutAnAnswerIsLessSure) {
  Site site = plant();
  site.credential(site.link("hmi", "box", kFtp), "ftp", "admin", "admin", "attempted");
  EXPECT_THAT(site.subjects("credential-default"), ElementsAre("box"));
  EXPECT_EQ(site.of("credential-default", "severity"), "medium");
}

TEST(DefaultCredential, IsNotARejectedLoginNorAnotherUserOrSecret) {
  Site site = plant();
  const auto link = site.link("hmi", "plc", kFtp);
  site.credential(link, "ftp", "MELSEC", "MELSEC", "rejected");
  site.credential(link, "ftp", "engineer", "MELSEC", "accepted");
  site.credential(link, "ftp", "MELSEC", "melsec-2024", "accepted");
  EXPECT_THAT(site.subjects("credential-default"), IsEmpty());
}

TEST(DefaultCredential, MayBeAnEmptyPassword) {
  Site site = plant();
  site.credential(site.link("hmi", "box", kFtp), "telnet", "admin", "", "accepted");
  EXPECT_THAT(site.subjects("credential-default"), ElementsAre("box"));
}

TEST(DefaultCredential, KeepsTheSecretToItself) {
  Site site = plant();
  site.credential(site.link("hmi", "plc", kFtp), "ftp", "sysdiag", "factorycast@schneider", "accepted");
  EXPECT_THAT(site.subjects("credential-default"), ElementsAre("plc"));
  EXPECT_THAT(site.dump(), Not(HasSubstr("factorycast@schneider")));
}

TEST(CleartextCredential, IsOneFindingPerServerAndScheme) {
  Site site = plant();
  const auto link = site.link("hmi", "box", kFtp);
  site.credential(link, "ftp", "engineer", "x1", "accepted").credential(link, "ftp", "boss", "x2", "rejected");
  site.credential(link, "telnet", "engineer", "x1", "accepted");
  EXPECT_THAT(site.findings(), ElementsAre("credential-cleartext box", "credential-cleartext box"));
}

TEST(CleartextCredential, IsNotAnonymousFtpNorACommunityString) {
  Site site = plant();
  site.credential(site.link("hmi", "box", kFtp), "ftp", "anonymous", "me@plant", "accepted");
  site.credential(site.link("hmi", "box", kSnmp), "snmp-v2c", "", "k8-u1-own", "accepted");
  EXPECT_THAT(site.findings(), ElementsAre("snmp-cleartext-version box"));
}

TEST(SnmpCommunity, IsReportedWhereTheAgentAnswers) {
  Site site = plant();
  site.credential(site.link("hmi", "box", kSnmp), "snmp-v2c", "", "public", "accepted");
  EXPECT_THAT(site.findings(), ElementsAre("snmp-default-community box"));
  EXPECT_EQ(site.of("snmp-default-community", "severity"), "high");
}

TEST(SnmpCommunity, WithoutAnAnswerIsMedium) {
  Site site = plant();
  site.credential(site.link("hmi", "box", kSnmp), "snmp-v1", "", "private", "attempted");
  EXPECT_THAT(site.findings(), ElementsAre("snmp-default-community box"));
  EXPECT_EQ(site.of("snmp-default-community", "severity"), "medium");
}

TEST(SnmpCommunity, OfNotificationsIsLow) {
  Site site = plant();
  Talk trap = kSnmp;
  trap.port = 162;
  site.credential(site.link("box", "hmi", trap), "snmp-v2c", "", "public", "attempted");
  EXPECT_THAT(site.findings(), ElementsAre("snmp-default-community hmi"));
  EXPECT_EQ(site.of("snmp-default-community", "severity"), "low");
}

TEST(OpenAccess, IsReportedForServicesThatCouldAsk) {
  Site site = plant();
  site.open_access(site.link("hmi", "box", kFtp), "ftp-anonymous");
  site.open_access(site.link("hmi", "plc", {.protocol = "modbus", .domain = "ot", .port = 502}), "modbus");
  EXPECT_THAT(site.findings(), ElementsAre("service-without-authentication box"));
}

}  // namespace
}  // namespace kakoi
