// What write_inventory() puts into the tables.
#include <gtest/gtest.h>

#include "inventory_rows.h"

namespace kakoi {
namespace {

using test::at;
using test::host;
using test::Host;
using test::kHmi;
using test::kOptions;
using test::kPlc;
using test::kRouter;
using test::rows;
using test::Traffic;
using test::write;

TEST(Inventory, AssetsAndAddresses) {
  Traffic t;
  t.arp(kHmi, kPlc);
  t.talk(kHmi, kPlc, 502, &test::kModbus);
  Database db = write(t.observed);
  EXPECT_EQ(
      rows(
          db,
          "select asset_id, name, scope, role, role_reason, purdue_level, zone_id, is_router, is_ot, is_it from asset"),
      "mac-0000bc000010|192.168.1.10|local|plc|answers modbus|1.0|NULL|0|1|0\n"
      "mac-0000bc000020|192.168.1.20|local|hmi|asks OT devices|2.0|NULL|0|1|0\n"
      "mac-ffffffffffff|ff:ff:ff:ff:ff:ff|broadcast|||NULL|NULL|0|0|0");
}

TEST(Inventory, NoRowCitesAMissingRow) {
  Traffic t;
  t.arp(kHmi, kPlc);
  t.talk(kHmi, kPlc, 502, &test::kModbus);
  t.talk(kPlc, {kRouter.mac, at("8.8.8.8"), 50}, 443);
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "pragma foreign_key_check"), "");
  EXPECT_EQ(rows(db, "pragma integrity_check"), "ok");
}

TEST(Inventory, LinksAndOperations) {
  Traffic t;
  t.talk(kHmi, kPlc, 502, &test::kModbus, LinkState::established, 20);
  OperationRow o;
  o.protocol = &test::kModbus;
  o.key.cls = OperationClass::write;
  o.key.function_code = 16;
  o.key.unit = 1;
  o.from_client = 2;
  o.from_server = 2;
  o.refused = 1;
  o.accepted = 1;
  o.seen.add(t.packet());
  t.observed.operations.push_back(o);
  Database db = write(t.observed);
  EXPECT_EQ(rows(db,
                 "select client_id, server_id, client_address, server_address, transport, server_port, protocol, "
                 "protocol_domain, vlan, state, connections, packets_to_server, bytes_to_server, packets_to_client, "
                 "payload_to_client, ttl_to_server_min, ttl_to_client_max from link"),
            "mac-0000bc000020|mac-0000bc000010|192.168.1.20|192.168.1.10|tcp|502|modbus|ot|20|established|1|1|100|1|12|"
            "128|64");
  EXPECT_EQ(rows(db,
                 "select o.protocol, unit, peer_unit, function_code, qualifier, class, from_client, from_server, "
                 "accepted, refused, unanswered, "
                 "p.number from operation o join link l on l.link_id = o.link_id join packet p on p.packet_id = "
                 "o.first_packet_id"),
            "modbus|1|NULL|16|NULL|write|2|2|1|1|0|3");
}

TEST(Inventory, WhatEachSideAskedHasARowAndAnEarlierVersionsIsCompleted) {
  Traffic t;
  t.arp(kHmi, kPlc);
  t.talk(kHmi, kPlc, 502, &test::kModbus);
  OperationRow o;
  o.protocol = &test::kModbus;
  o.key.cls = OperationClass::write;
  o.key.function_code = 16;
  o.from_client = 3;
  o.from_server = 2;
  o.seen.add(t.packet());
  t.observed.operations = {o, o};
  t.observed.operations[1].key.actor = Role::server;
  LookupRow& lookup = t.observed.lookups[{t.observed.links[0].key, "update.example.com", 1}];
  lookup.asked.add(t.packet());
  lookup.answered.add(t.packet());
  Database db = write(t.observed);
  constexpr const char* kAsked =
      "select asker_id, asked_id, requests, answers, by_client from request order by by_client";
  EXPECT_EQ(rows(db, kAsked),
            "mac-0000bc000010|mac-0000bc000020|2|3|0\n"
            "mac-0000bc000020|mac-0000bc000010|3|2|1");
  db.execute(
      "drop view request; alter table operation drop column asked_by_server;"
      "alter table credential drop column sent_by_server;"
      "alter table link drop column client_known; drop table asked_for;"
      "alter table name_lookup drop column first_ts; alter table name_lookup drop column last_ts");
  complete_schema(db);
  complete_schema(db);
  EXPECT_EQ(rows(db, "select min(client_known), (select count(*) from asked_for) from link"), "1|0");
  EXPECT_EQ(rows(db,
                 "select p.ts = n.first_ts, a.ts = n.last_ts, p.ts < a.ts from name_lookup n join packet p on "
                 "p.packet_id = n.packet_id join packet a on a.packet_id = n.answer_packet_id"),
            "1|1|1");
  EXPECT_EQ(rows(db, kAsked),
            "mac-0000bc000020|mac-0000bc000010|3|2|1\n"
            "mac-0000bc000020|mac-0000bc000010|3|2|1");
}

TEST(Inventory, PacketsAreCitedAsWiresharkCounts) {
  Traffic t;
  t.skip_to(41);
  t.talk(kHmi, kPlc, 502, &test::kModbus);
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select p.capture_id, p.number, p.ts from link join packet p on p.packet_id = first_packet_id"),
            "9f86d081884c7d65|42|1704067241000000000");
  EXPECT_EQ(rows(db, "select source, kernel_drops, link_types from capture"), "plant.pcap|NULL|1");
}

// A sensor listens for years.
TEST(Inventory, PacketsAreCitedBeyondWhatWiresharkCounts) {
  Traffic t;
  const PacketRef early = t.packet();
  t.skip_to((std::uint64_t{1} << 32) + early.number() - 1);
  t.talk(kHmi, kPlc, 502, &test::kModbus);
  const Observed after = observed_in({make_part(t.observed)}, [](std::string_view) { return &test::kModbus; });
  EXPECT_EQ(after.links[0].seen.first.number(), (std::uint64_t{1} << 32) + early.number());
  Database db = write(after);
  EXPECT_EQ(rows(db, "select p.number from link join packet p on p.packet_id = first_packet_id"), "4294967297");
}

TEST(Inventory, UnansweredProbeDoesNotMakeAnOtDevice) {
  Traffic t;
  t.talk(kHmi, kPlc, 502, nullptr, LinkState::attempted);
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select sum(is_ot), group_concat(role, '') from asset"), "0|");
  EXPECT_EQ(rows(db, "select count(*) from service"), "0");
}

TEST(Inventory, DatagramIntoTheBlueTellsOfItsSenderAlone) {
  Traffic t;
  t.talk(kHmi, kPlc, 20000, &test::kDnp3, LinkState::datagram, 0, Transport::udp);
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select asset_id from asset where is_ot"), "mac-0000bc000020");
}

// A resolver's word names a host of the network: not a service, not somebody else's site, not a device that says its own.
TEST(Inventory, NamesThatAResolverGives) {
  Traffic t;
  const auto numbered = [](int n) {
    return host("02:00:bc:00:00:" + std::to_string(n), "192.168.1." + std::to_string(n));
  };
  for (int n = 10; n < 22; ++n) t.talk(kHmi, numbered(n), 80, &test::kHttp);
  const auto answer = [&](int n, std::string_view name, std::string_view method = "dns answer") {
    t.identity(at("192.168.1." + std::to_string(n)), Trait::name, name, method, 40);
  };
  answer(10, "plc1.plant.example");
  answer(11, "hmi.works.co.jp");                                       // of the domain that a lease states
  answer(12, "cache.cdn.com");                                         // somebody's site behind a proxy
  answer(13, "pool.plant.example"), answer(14, "pool.plant.example");  // several hosts
  answer(15, "www.plant.example"), answer(15, "_ldap._tcp.plant.example"), answer(15, "works.co.jp");
  answer(16, "a.plant.example"), answer(16, "b.plant.example");  // one may be a service's
  answer(17, "a1.plant.example"), answer(17, "b1.plant.example"), answer(17, "Real.plant.example", "dns ptr");
  answer(18, "press"), answer(18, "press.plant.example");
  answer(19, "told.plant.example");
  t.identity(at("192.168.1.19"), Trait::name, "OWN", "dhcp option 12", 80);
  t.identity(at("192.168.1.20"), Trait::name, "mill.corp.de", "lldp", 80);
  answer(21, "saw.corp.de");  // as another device of that domain
  LeaseKey lease;
  lease.client_mac = kHmi.mac;
  lease.domain = "works.co.jp";
  lease.granted = true;
  t.observed.leases[lease].add(t.packet());
  Database db = write(t.observed);
  const auto name = [&](int n) {
    return rows(
        db, "select name from asset join address using (asset_id) where value = '192.168.1." + std::to_string(n) + "'");
  };
  EXPECT_EQ(name(10), "plc1.plant.example");
  EXPECT_EQ(name(11), "hmi.works.co.jp");
  for (const int n : {12, 13, 14, 15, 16}) EXPECT_EQ(name(n), "192.168.1." + std::to_string(n));
  EXPECT_EQ(name(17), "Real.plant.example");
  EXPECT_EQ(name(18), "press");
  EXPECT_EQ(name(19), "OWN");
  EXPECT_EQ(name(21), "saw.corp.de");
  EXPECT_EQ(rows(db, "select distinct confidence from attribute where method like 'dns %'"), "40");
  EXPECT_EQ(
      rows(db, "select count(*) from attribute where value in ('cache.cdn.com', 'pool.plant.example', 'works.co.jp')"),
      "0");
}

TEST(Inventory, TlsBetweenOtDevicesIsNoOfficeTraffic) {
  Traffic t;
  t.talk(kHmi, kPlc, 502, &test::kModbus);
  t.talk(kHmi, kPlc, 802, &test::kTls);
  t.talk(host("00:00:bc:00:00:50", "192.168.1.50"), host("00:00:bc:00:00:60", "192.168.1.60"), 443, &test::kTls);
  t.talk(kHmi, host("00:00:bc:00:00:70", "192.168.1.70"), 22, &test::kSsh);
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select name from asset where is_it order by name"), "192.168.1.50\n192.168.1.60");
}

TEST(Inventory, DevicesOwnWordComesFirst) {
  Traffic t;
  t.arp(kHmi, kPlc);
  t.identity(kPlc.ip, Trait::name, "192.168.1.10:80", "http host", 30);
  t.identity(kPlc.ip, Trait::name, "press-07.works.example", "dns answer", 90);
  t.identity(kPlc.ip, Trait::name, "PRESS07", "nbns", 75);
  t.identity(kPlc.ip, Trait::name, "press-seven", "dhcp option 12", 80);
  t.identity(kHmi.ip, Trait::name, "192.168.1.20:80", "http host", 30);
  t.identity(kPlc.mac, Trait::vendor, "Acme", "modbus 43/14", 50);
  t.identity(kPlc.ip, Trait::model, "M-1", "modbus 43/14", 90);
  Database db = write(t.observed, {"", "", "/usr/share/ieee-data"});
  EXPECT_EQ(rows(db, "select name, vendor, product from asset where asset_id = 'mac-0000bc000010'"),
            "press-seven|Acme|M-1");
  EXPECT_EQ(rows(db, "select name from asset where asset_id = 'mac-0000bc000020'"), "192.168.1.20");
  EXPECT_EQ(rows(db, "select count(*) from attribute where name = 'name' and asset_id = 'mac-0000bc000010'"), "4");
}

TEST(Inventory, VendorOfARoutersMacIsNotThatOfTheHostsBehind) {
  if (!std::filesystem::exists("/usr/share/ieee-data/oui.csv")) GTEST_SKIP() << "ieee-data is not installed";
  Traffic t;
  t.arp(kPlc, kRouter);
  t.talk(kPlc, {kRouter.mac, at("10.1.0.5"), 63}, 502);
  t.talk(kPlc, {kRouter.mac, at("10.1.0.6"), 63}, 502);
  Database db = write(t.observed, {"", "", "/usr/share/ieee-data"});
  // 00000C is CISCO SYSTEMS, INC; 0000BC Rockwell's (formerly Allen-Bradley) in the IEEE registry
  EXPECT_EQ(rows(db, "select asset_id, substr(upper(vendor), 1, 5) from asset where vendor <> '' order by asset_id"),
            "mac-00000c000001|CISCO\nmac-0000bc000010|ROCKW");
  EXPECT_EQ(rows(db, "select vendor from asset where asset_id = 'ip-10.1.0.5'"), "");
  EXPECT_EQ(rows(db, "select distinct method, confidence from attribute where name = 'vendor'"), "oui|60");
}

TEST(Inventory, Gateways) {
  Traffic t;
  t.arp(kPlc, kRouter);
  t.talk(kPlc, {kRouter.mac, at("10.1.0.5"), 63}, 502);
  t.talk(kPlc, {kRouter.mac, at("8.8.8.8"), 50}, 443);
  RouteKey route;
  route.gateway = kRouter.ip;
  route.speaker = kHmi.ip;
  route.speaker_mac = kHmi.mac;
  route.detail = "router option";
  t.observed.routes[route].add(t.frame(kHmi, kPlc));
  Database db = write(t.observed);
  EXPECT_EQ(rows(db,
                 "select asset_id, address, kind, detail, announced_by, count, number from gateway join packet using "
                 "(packet_id) order by kind"),
            "mac-00000c000001|192.168.1.1|dhcp_router|router option|mac-0000bc000020|1|7\n"
            "mac-00000c000001|192.168.1.1|forwarding||NULL|2|4");
}

TEST(Inventory, DuplicateAddressIsAnAnomalyOfBoth) {
  Traffic t;
  t.arp(kHmi, kPlc);
  t.arp(kHmi, host("00:00:bc:00:00:66", "192.168.1.10"));
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select asset_id, link_id, protocol, kind, detail from anomaly order by asset_id"),
            "mac-0000bc000010|NULL|arp|duplicate_ip|192.168.1.10 is also claimed by 00:00:bc:00:00:66\n"
            "mac-0000bc000066|NULL|arp|duplicate_ip|192.168.1.10 is also claimed by 00:00:bc:00:00:10");
}

TEST(Inventory, WhoClaimsAnAddressAndPassesItsPacketsOnIsTold) {
  Traffic t;
  t.arp(kHmi, kPlc);
  const Host between = host("00:00:bc:00:00:66", "192.168.1.66");
  t.arp(between, kPlc);
  t.arp({between.mac, kPlc.ip}, kHmi);
  t.talk(kHmi, kPlc, 502);
  t.frame({between.mac, kPlc.ip, 63}, kHmi);
  t.frame({between.mac, kPlc.ip, 63}, kHmi);
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select asset_id, protocol, detail, count from anomaly where kind = 'relayed_ip'"),
            "mac-0000bc000066|ip|192.168.1.10|2");
}

// Frames without a server, such as LLDP and ARP: what is wrong with them is told of who sent them.
TEST(Inventory, AnAnomalyOfNoLinkIsItsSenders) {
  Traffic t;
  t.arp(kHmi, kPlc);
  for (const char* group : {"01:80:c2:00:00:0e", "01:80:c2:00:00:03"}) {
    const LinkKey frames{kPlc.mac, at(group), 0, Transport::ethernet, 0};
    t.observed.anomalies[{frames, "lldp", Fault::bad_length}].add(t.packet());
  }
  t.observed.anomalies[{{at("00:00:bc:00:00:99"), kPlc.mac, 0, Transport::ethernet, 0}, "arp", Fault::bad_value}].add(
      t.packet());
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select asset_id, link_id, protocol, kind, count from anomaly"),
            "mac-0000bc000010|NULL|lldp|bad_length|2");
}

TEST(Inventory, SquattedAddress) {
  Traffic t;
  t.arp(host("00:00:bc:00:00:20", "25.1.1.20"), host("00:00:bc:00:00:10", "25.1.1.10"));
  Database db = write(t.observed);
  EXPECT_EQ(
      rows(db,
           "select value, is_public, is_squatted, scope from address join asset using (asset_id) where kind = 'ipv4'"),
      "25.1.1.10|1|1|local\n25.1.1.20|1|1|local");
}

// A device answers a question to its group from a port of its own, which nobody asked.
TEST(Inventory, AnAnswerToAGroupIsNoService) {
  Traffic t;
  t.arp(kHmi, kPlc);
  LinkRow& answer = t.link({kHmi.ip, kPlc.ip, 38616, Transport::udp, 0});
  answer.protocol = &test::kHttp;
  answer.packets[1] = answer.payload[1] = 1;
  answer.client_known = true;  // by what it says
  answer.seen.add(t.packet());
  const auto ports = [&] {
    Database db = write(t.observed);
    return rows(db, "select port from service");
  };
  EXPECT_EQ(ports(), "38616");
  t.talk(kHmi, host("01:00:5e:7f:ff:fa", "239.255.255.250"), 1900, &test::kHttp, LinkState::datagram, 0,
         Transport::udp);
  EXPECT_EQ(ports(), "");
}

TEST(Inventory, Services) {
  Traffic t;
  const Host other = host("00:00:bc:00:00:50", "192.168.1.50");
  t.talk(kHmi, kPlc, 80, &test::kHttp);
  t.talk(other, kPlc, 80);                          // not recognised: more of the same
  t.talk(other, kPlc, 33000).client_known = false;  // who serves is a guess
  t.talk(other, kPlc, 443, nullptr, LinkState::refused);
  t.identity(kPlc.ip, Trait::software, "nginx/1.22", "http server", 80, 80);
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select asset_id, address, transport, port, protocol, product, version, clients from service"),
            "mac-0000bc000010|192.168.1.10|tcp|80|http|nginx|1.22|2");
}

TEST(Inventory, CredentialsAreMaskedAndTellTheStrongestOutcome) {
  Traffic t;
  const LinkKey link = t.talk(kHmi, kPlc, 80, &test::kHttp).key;
  CredentialKey key{link, "http", "http-basic", "admin", "********", "0123456789abcdef"};
  CredentialRow& row = t.observed.credentials[key];
  row.attempted.add(t.packet());
  row.rejected.add(t.packet());
  row.attempted.add(t.packet());
  row.accepted.add(t.packet());
  key.fingerprint = key.mask = "";
  t.observed.credentials[key].attempted.add(t.packet());
  Database db = write(t.observed);
  EXPECT_EQ(
      rows(db,
           "select scheme, username, mask, fingerprint, is_empty, outcome, count, p.number, a.number from credential c "
           "join packet p using (packet_id) left join packet a on a.packet_id = outcome_packet_id order by is_empty"),
      "http-basic|admin|********|0123456789abcdef|0|accepted|2|3|6\n"
      "http-basic|admin|||1|attempted|1|7|NULL");
  constexpr const char* kTimes =
      "select (c.first_ts - p.ts) / 1000000000, (c.last_ts - p.ts) / 1000000000 from credential c "
      "join packet p using (packet_id) order by is_empty";
  EXPECT_EQ(rows(db, kTimes), "0|3\n0|0");
  db.execute("alter table credential drop column first_ts; alter table credential drop column last_ts");
  complete_schema(db);  // as far as packets are cited
  EXPECT_EQ(rows(db, kTimes), "0|3\n0|0");
}

// Each has the times of its own, not those of the link nor of its first packet alone.
TEST(Inventory, SessionsOpenServicesAndGatewaysTellFirstAndLastTime) {
  Traffic t;
  const LinkKey link = t.talk(kHmi, kPlc, 443, nullptr).key;
  const auto seen_over = [&](Seen& seen, int times) {
    for (int i = 0; i < times; ++i) seen.add(t.packet());
  };
  SessionKey session;
  session.link = link;
  session.version = 0x0301;
  seen_over(t.observed.sessions[session], 3);
  seen_over(t.observed.open_accesses[{link, "mqtt-anonymous"}], 2);
  RouteKey route;
  route.gateway = kPlc.ip;
  seen_over(t.observed.routes[route], 4);
  Database db = write(t.observed);
  const auto times = [&](const std::string& table) {
    return rows(db, "select (g.first_ts - p.ts) / 1000000000, (g.last_ts - p.ts) / 1000000000 from " + table +
                        " g join packet p using (packet_id)");
  };
  const char* tables[] = {"tls_session", "open_access", "gateway"};
  EXPECT_EQ(times("tls_session"), "0|2");
  EXPECT_EQ(times("open_access"), "0|1");
  EXPECT_EQ(times("gateway"), "0|3");
  for (const std::string table : tables)
    db.execute("alter table " + table + " drop column first_ts; alter table " + table + " drop column last_ts");
  complete_schema(db);  // of an earlier inventory the packet that is cited
  for (const std::string table : tables) EXPECT_EQ(times(table), "0|0") << table;
}

TEST(Inventory, NamesSessionsLeasesAndQuestions) {
  Traffic t;
  const LinkKey link = t.talk(kHmi, kPlc, 53, nullptr, LinkState::datagram, 0, Transport::udp).key;
  LookupRow& lookup = t.observed.lookups[{link, "update.example.com", 1}];
  lookup.asked.add(t.packet());
  lookup.no_such_name.add(t.packet());
  lookup.addresses = {at("93.184.216.34"), at("8.8.8.8")};
  SessionKey session;
  session.link = link;
  session.version = 0x0301;
  session.not_after = 253402300799;  // 9999-12-31T23:59:59Z, as in certificates without an end (RFC 5280 §4.1.2.5)
  t.observed.sessions[session].add(t.packet());
  LeaseKey lease;
  lease.client_mac = kHmi.mac;
  lease.client = kHmi.ip;
  lease.server = kPlc.ip;
  lease.routers = {at("192.168.1.1")};
  lease.resolvers = {at("192.168.1.2"), at("8.8.8.8")};
  lease.prefix_length = 24;
  lease.granted = true;
  t.observed.leases[lease].add(t.packet());
  t.arp_request(kHmi, "192.168.1.99");
  t.arp_request(kHmi, "192.168.1.10");
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select name, type, is_public, asked, answered, no_such_name, failed, addresses from name_lookup"),
            "update.example.com|1|1|1|0|1|0|8.8.8.8,93.184.216.34");
  EXPECT_EQ(rows(db,
                 "select n.first_ts - q.ts, n.last_ts - a.ts, n.last_ts > n.first_ts from name_lookup n "
                 "join packet q on q.packet_id = n.packet_id join packet a on a.packet_id = n.answer_packet_id"),
            "0|0|1");
  EXPECT_EQ(rows(db, "select version, offered, not_before_ts, not_after_ts from tls_session"),
            "769|NULL|NULL|9223372036854775807");
  EXPECT_EQ(
      rows(db, "select asset_id, server_id, client_mac, routers, resolvers, prefix_length, granted from dhcp_lease"),
      "mac-0000bc000020|mac-0000bc000010|00:00:bc:00:00:20|192.168.1.1|192.168.1.2,8.8.8.8|24|1");
  EXPECT_EQ(rows(db, "select target, target_id, count from asked_for order by target"),
            "192.168.1.10|mac-0000bc000010|1\n192.168.1.99|NULL|1");
  EXPECT_EQ(rows(db, "select cidr, source, hosts, ot_hosts, it_hosts from subnet"), "192.168.1.0/24|dhcp|2|0|0");
}

// What a device answers of its own settings (PROFINET DCP): its range, and a way out that makes it no router.
TEST(Inventory, SettingsThatADeviceTells) {
  Traffic t;
  t.arp(kHmi, kPlc);
  t.observed.bindings[{kPlc.mac, kPlc.ip, 0}].prefixes = std::uint64_t{1} << 22;
  t.observed.routes[{RouteKind::configured, kPlc.mac, kPlc.mac, at("192.168.1.1"), {}, "PROFINET DCP", 0}].add(
      t.packet());
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select cidr, source, hosts from subnet"), "192.168.0.0/22|device|2");
  EXPECT_EQ(rows(db, "select asset_id, address, kind, detail, announced_by from gateway"),
            "NULL|192.168.1.1|configured|PROFINET DCP|mac-0000bc000010");
  EXPECT_EQ(rows(db, "select count(*) from asset where role = 'router'"), "0");
}

// An EtherCAT master may send all to everybody: that tells nothing of the port.
TEST(Inventory, FramesThatGoToAllByDesignSayNothingOfTheMirror) {
  const Protocol ethercat = test::make_protocol("ethercat", Domain::ot);
  const Host master = host("00:00:bc:00:00:01", "192.168.1.1"), all = host("ff:ff:ff:ff:ff:ff", "255.255.255.255");
  Traffic t;
  for (int i = 0; i < 20; ++i) t.frame(master, all);
  LinkRow& link = t.link({master.mac, all.mac, 0x88A4, Transport::ethernet, 0});
  link.protocol = &ethercat;
  link.packets = {20, 0};
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select value from coverage where metric = 'unicast_share'"), "NULL");
}

TEST(Inventory, Coverage) {
  Traffic t;
  t.talk(kHmi, kPlc, 502, &test::kModbus);
  t.talk(kPlc, kHmi, 80, nullptr, LinkState::one_way);
  t.talk(kHmi, kPlc, 81, nullptr, LinkState::attempted);
  t.observed.captures[0].truncated = 1;
  Database db = write(t.observed);
  EXPECT_EQ(rows(db,
                 "select metric, value from coverage where metric in ('packets', 'duration_s', 'one_way_share', "
                 "'truncated_share', 'kernel_drops', 'unicast_share', 'vlans') order by metric"),
            "duration_s|3.0\nkernel_drops|NULL\none_way_share|0.5\npackets|4.0\ntruncated_share|0.25\nunicast_share|1."
            "0\nvlans|1.0");
}

// Thresholds as in docs/coverage.md.
TEST(Inventory, LevelsOfCoverage) {
  Traffic t;
  t.talk(kHmi, kPlc, 502, &test::kModbus);
  t.observed.links[0].unseen = 3 * (t.observed.links[0].payload[0] + t.observed.links[0].payload[1]) + 3;
  CaptureInfo& c = t.observed.captures[0];
  c.packets = 100;
  c.duplicates = 60, c.duplicates_routed = 4, c.duplicates_vlan = 5, c.duplicates_redundant = 1;
  c.truncated = 51, c.cut_at = 96;
  c.drops_known = true, c.kernel_drops = 7;
  c.clock_steps = 1;
  c.filter = "not port 502";
  c.near_others = 3, c.duplicates_recorded = 9, c.duplicates += 9;
  c.runs.all() = {{c.first_ts, c.first_ts + 250'000'000}, {c.first_ts + 750'000'000, c.last_ts}};
  CaptureInfo unread;
  unread.source = "broken.pcap", unread.error = "the file is empty";
  t.observed.captures.push_back(unread);
  Database db = write(t.observed);
  const auto row = [&](const char* metric) {
    return rows(
        db, (std::string("select value, level, meaning_ja <> '' and advice_en <> '' from coverage where metric = '") +
             metric + "'")
                .c_str());
  };
  EXPECT_EQ(row("duplicate_share"), "0.5|limited|1");
  EXPECT_EQ(row("vlan_copy_share"), "0.05|limited|1");
  EXPECT_EQ(row("routed_copy_share"), "0.04|info|0");
  EXPECT_EQ(row("redundant_share"), "0.01|info|0");
  EXPECT_EQ(row("truncated_share"), "0.51|blind|1");
  EXPECT_EQ(row("kernel_drops"), "7.0|limited|1");
  EXPECT_EQ(row("clock_steps"), "1.0|limited|1");
  EXPECT_EQ(row("captures"), "1.0|info|0");
  EXPECT_EQ(row("damaged_captures"), "1.0|limited|1");
  EXPECT_EQ(row("filtered_captures"), "1.0|limited|1");
  EXPECT_EQ(rows(db, "select detail from coverage where metric = 'filtered_captures'"),
            "1 of 1 captures: not port 502");
  EXPECT_EQ(row("overlap_share"), "0.03|limited|1");
  EXPECT_EQ(rows(db, "select value, detail from coverage where metric = 'duration_s'"),
            "0.5|in which at least one capture ran; left out: 0 s without a recording");
  EXPECT_EQ(rows(db, "select level, value >= 0.75 from coverage where metric = 'unseen_share'"), "blind|1");
  EXPECT_EQ(rows(db, "select level from coverage where metric = 'one_way_share'"), "ok");
  EXPECT_EQ(row("missing_tags"), "2.0|limited|1");  // both sides of a router, and no tag
}

TEST(Inventory, FailureLeavesNothing) {
  Traffic t;
  t.talk(kHmi, kPlc, 502);
  t.observed.captures.clear();  // a packet of no capture
  Database db = Database::open(":memory:");
  EXPECT_THROW(write_inventory(t.observed, kOptions, db), DatabaseError);
  EXPECT_EQ(db.integer("select count(*) from sqlite_master"), 0);
}

}  // namespace
}  // namespace kakoi
