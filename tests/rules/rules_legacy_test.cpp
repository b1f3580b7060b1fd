#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Talk kTls = {.protocol = "tls", .domain = "it", .port = 443};
const Talk kSnmp = {.protocol = "snmp", .domain = "shared", .port = 161, .transport = "udp", .state = "datagram"};

Site plant() {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true}).host("hmi", {.ip = "192.168.10.30", .ot = true});
  site.host("box", {.ip = "192.168.10.40"}).host("cloud", {.ip = "8.8.4.4", .scope = "internet"});
  return site;
}

TEST(LegacyOs, IsJudgedByTheCapturesTime) {
  Site site = plant();  // November 2023
  site.attribute("hmi", "user_agent", "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36");
  site.attribute("box", "user_agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36");
  EXPECT_THAT(site.findings(), ElementsAre("legacy-os hmi"));
  EXPECT_THAT(site.of("legacy-os", "detail_en"), HasSubstr("Windows 7 / Server 2008 R2"));
  site.set("packet", "ts", "1546300800000000000", "1");  // 2019, when it still had support
  EXPECT_THAT(site.findings(), IsEmpty());
}

// Zeek, scripts/policy/frameworks/software/windows-version-detection.zeek, has the same versions.
TEST(LegacyOs, IsToldByWhatFetchesRevocationLists) {
  Site site = plant();
  site.attribute("box", "user_agent", "Microsoft-CryptoAPI/10.0");
  EXPECT_THAT(site.findings(), IsEmpty());
  site.attribute("hmi", "user_agent", "Microsoft-CryptoAPI/5.131.2600.5512");
  EXPECT_THAT(site.findings(), ElementsAre("legacy-os hmi"));
  EXPECT_THAT(site.of("legacy-os", "detail_en"), HasSubstr("Windows XP"));
  site.attribute("plc", "user_agent", "Microsoft-CryptoAPI/6.1");
  EXPECT_THAT(site.findings(), ElementsAre("legacy-os hmi", "legacy-os plc"));
}

TEST(LegacyOs, IsDoubtedWhereOtherClaimsContradict) {
  const auto doubted = [](Site& site, const char* other) {
    EXPECT_THAT(site.subjects("legacy-os"), ElementsAre("box"));
    EXPECT_EQ(site.of("legacy-os", "confidence"), "30");
    EXPECT_THAT(site.of("legacy-os", "detail_en"), HasSubstr(other));
  };
  Site mac = plant();
  mac.attribute("box", "os", "Windows NT 6.1", "browser announcement");
  EXPECT_THAT(mac.subjects("legacy-os"), ElementsAre("box"));
  EXPECT_EQ(mac.of("legacy-os", "confidence"), "75");
  mac.attribute("box", "software", "RFB 003.008", "rfb version");
  mac.findings();
  EXPECT_EQ(mac.of("legacy-os", "confidence"), "75");
  mac.attribute("box", "software", "RFB 003.889", "rfb version");
  doubted(mac, "but also to macOS (RFB 003.889).");
  Site prober = plant();
  prober.attribute("box", "os", "Windows XP 5.1", "fox hello").attribute("box", "os", "Linux", "tcp syn");
  doubted(prober, "but also to Linux (tcp syn).");
  Site newer = plant();
  newer.attribute("box", "user_agent", "Mozilla/5.0 (Windows NT 6.1)", "http user-agent");
  newer.attribute("box", "os", "Windows", "tcp syn");  // says the same, less exactly
  newer.findings();
  EXPECT_EQ(newer.of("legacy-os", "confidence"), "75");
  newer.attribute("box", "os", "Windows NT 10.0", "http user-agent");
  doubted(newer, "but also to Windows NT 10.0");
}

TEST(LegacyOs, IsLessSureByTheGreetingOfAClient) {
  Site site = plant();
  site.attribute("box", "os", "Windows XP 5.1", "fox hello");
  site.findings();
  EXPECT_EQ(site.of("legacy-os", "confidence"), "40");
  site.attribute("box", "software", "Niagara Station/3.5.41.1", "fox hello");
  site.findings();
  EXPECT_EQ(site.of("legacy-os", "confidence"), "75");
}

TEST(TlsOutdated, IsTheNegotiatedVersion) {
  Site site = plant();
  site.tls(site.link("hmi", "plc", kTls), 769, "");
  site.tls(site.link("hmi", "box", kTls), 771, "");
  site.tls(site.link("hmi", "cloud", kTls), 769, "");
  EXPECT_THAT(site.subjects("tls-outdated"), ElementsAre("hmi", "plc"));
}

// And not until the session ends, nor when it was seen first.
TEST(Findings, TellUntilWhenASessionAServiceOrAGatewayWasSeen) {
  Site site = plant();
  site.tls(site.link("hmi", "plc", kTls), 769, "", true).set("tls_session", "cipher", "4", "1");
  site.open_access(site.link("hmi", "box", {.protocol = "ftp", .domain = "it", .port = 21}), "ftp-anonymous");
  for (const char* kind : {"dhcp_router", "forwarding", "routing_protocol"}) site.gateway(kind, "192.168.10.1", "", "");
  for (const char* table : {"tls_session", "open_access", "gateway"})
    site.set(table, "last_ts", "first_ts + 3600000000000", "1");
  site.findings();
  for (const char* rule :
       {"tls-outdated", "tls-weak-cipher", "certificate-not-trustworthy", "service-without-authentication",
        "default-gateway-announced", "router-by-forwarding", "routing-protocol-heard"}) {
    Statement s = site.db.prepare("select last_ts - first_ts from finding where rule_id = ?1");
    ASSERT_TRUE(s.bind(1, rule).step()) << rule;
    EXPECT_EQ(s.integer(0), 3600000000000) << rule;
  }
}

TEST(TlsOutdated, OfAServerOutsideIsOneFindingOfTheClient) {
  Site site = plant();
  site.host("cdn", {.ip = "1.1.1.1", .scope = "internet"}).host("away", {.ip = "9.9.9.9", .scope = "internet"});
  site.tls(site.link("hmi", "cloud", kTls), 769, "").tls(site.link("hmi", "cdn", kTls), 769, "");
  site.tls(site.link("hmi", "away", kTls), 771, "").tls(site.link("cloud", "away", kTls), 769, "");
  EXPECT_THAT(site.subjects("tls-outdated"), ElementsAre("hmi"));
  EXPECT_EQ(site.of("tls-outdated", "title_en"), "Outdated version of TLS across the internet");
  EXPECT_THAT(site.of("tls-outdated", "detail_en"),
              HasSubstr("hmi (192.168.10.30) agreed with 2 outside server(s) on TLS 1.0"));
}

TEST(TlsWeakCipher, OfAServerOutsideIsOneFindingOfTheClient) {
  Site site = plant();
  site.tls(site.link("hmi", "cloud", kTls), 771, "").tls(site.link("plc", "cloud", kTls), 771, "");
  site.set("tls_session", "cipher", "4", "link_id = 1").set("tls_session", "cipher", "49199", "link_id = 2");
  EXPECT_THAT(site.subjects("tls-weak-cipher"), ElementsAre("hmi"));
  EXPECT_EQ(site.of("tls-weak-cipher", "severity"), "medium");
  site.set("tls_session", "cipher", "2", "link_id = 1");
  EXPECT_THAT(site.subjects("tls-weak-cipher"), ElementsAre("hmi"));
  EXPECT_EQ(site.of("tls-weak-cipher", "severity"), "high");
}

TEST(SshVersion1, IsOfferedOrSpoken) {
  Site site = plant();
  site.attribute("box", "software", "OpenSSH_9.2p1", "ssh banner");
  EXPECT_THAT(site.findings(), IsEmpty());
  site.attribute("plc", "software", "SSH-1.99-Cisco-1.25", "ssh banner");
  EXPECT_THAT(site.findings(), ElementsAre("ssh-version-1 plc"));
  EXPECT_EQ(site.of("ssh-version-1", "severity"), "low");
}

TEST(Certificate, IsExpiredEarlyOrSelfSigned) {
  Site site = plant();  // November 2023
  site.tls(site.link("hmi", "box", kTls), 771, "");
  EXPECT_THAT(site.findings(), IsEmpty());
  site.tls(site.link("hmi", "plc", kTls), 771, "", true);
  EXPECT_THAT(site.findings(), ElementsAre("certificate-not-trustworthy plc"));
  EXPECT_EQ(site.of("certificate-not-trustworthy", "severity"), "low");
  site.set("tls_session", "not_after_ts", "1672531200000000000", "self_signed = 1");
  site.findings();
  EXPECT_EQ(site.of("certificate-not-trustworthy", "severity"), "medium");
}

TEST(SnmpVersion, IsNotAWellKnownCommunityToo) {
  Site site = plant();
  site.credential(site.link("hmi", "plc", kSnmp), "snmp-v1", "", "k8-u1-own", "accepted");
  site.credential(site.link("hmi", "box", kSnmp), "snmp-v2c", "", "public", "accepted");
  EXPECT_THAT(site.findings(), ElementsAre("snmp-cleartext-version plc", "snmp-default-community box"));
}

TEST(SnmpWrite, IsASetByACommunity) {
  Site site = plant();
  const auto link = site.link("hmi", "box", kSnmp);
  site.operation(link, "read", 0, 5, 5).credential(link, "snmp-v2c", "", "k8-u1-own", "accepted");
  EXPECT_THAT(site.subjects("snmp-write"), IsEmpty());
  site.operation(link, "write", 3, 1, 1);
  EXPECT_THAT(site.subjects("snmp-write"), ElementsAre("box"));
}

TEST(CleartextManagement, IsTelnetAnywhereAndFtpOfDevices) {
  Site site = plant();
  site.link("hmi", "box", {.protocol = "ftp", .domain = "shared", .port = 21});
  site.link("hmi", "box", {.protocol = "ssh", .domain = "shared", .port = 22});
  EXPECT_THAT(site.findings(), IsEmpty());
  site.link("hmi", "plc", {.protocol = "modbus", .domain = "ot", .port = 502});
  site.link("hmi", "plc", {.protocol = "ftp", .domain = "shared", .port = 21});
  EXPECT_THAT(site.findings(), ElementsAre("cleartext-management plc"));
  site.link("hmi", "box", {.protocol = "telnet", .domain = "shared", .port = 23});
  EXPECT_THAT(site.findings(), ElementsAre("cleartext-management box", "cleartext-management plc"));
}

TEST(SameSecret, IsOfTwoDevicesAndNotOfTwoLegs) {
  const Talk ftp = {.protocol = "ftp", .domain = "shared", .port = 21};
  Site site = plant();
  site.credential(site.link("hmi", "plc", ftp), "ftp", "eng", "k8-u1", "accepted");
  site.credential(site.link("hmi", "box", ftp), "ftp", "eng", "k8-u2", "accepted");
  EXPECT_THAT(site.subjects("same-secret-on-several-devices"), IsEmpty());
  site.credential(site.link("hmi", "box", ftp), "ftp", "eng", "k8-u1", "attempted");
  EXPECT_THAT(site.subjects("same-secret-on-several-devices"), ElementsAre("box"));
  site.set("asset", "name", "'HIST01'", "asset_id in ('plc', 'box')");
  EXPECT_THAT(site.subjects("same-secret-on-several-devices"), IsEmpty());
}

}  // namespace
}  // namespace kakoi
