// MACs of one device beside or after each other, and those that must stay apart.
#include "sensor/inventory/succession.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "inventory_rows.h"
#include "sensor/inventory/local_mac.h"
#include "sensor/inventory/oui.h"
#include "sensor/inventory/resolve.h"

namespace kakoi {
namespace {

using test::at;
using test::host;
using test::Host;
using test::kHmi;
using test::rows;
using test::Traffic;
using test::write;

constexpr std::string_view kKey = "SHA256:IIH+ov6OJEqCLsTaUIWNJ+o+OFoM7Wgk1U/zyx2ZtTg";
const Host kFirst = host("00:1b:1b:00:00:01", "192.168.1.10"), kSecond = host("00:1b:1b:00:00:02", "192.168.1.10");
const Host kPhone = host("de:5a:91:0c:77:13", "192.168.1.61"), kLater = host("a6:0e:44:b1:92:38", "192.168.1.62");

std::string asset_of(const Observed& observed, const Host& h) {
  const Resolution r = Resolution::of(observed);
  const std::uint32_t i = r.find(h.mac, 0);
  return i == Resolution::kNone ? "none" : r.assets()[i].id;
}

TEST(LocalMac, KnowsSchemesAndWhatIsMadeUp) {
  EXPECT_EQ(local_mac_kind(at("00:1b:1b:00:00:01")), "");  // assigned by the IEEE
  EXPECT_EQ(local_mac_kind(at("03:5a:91:0c:77:13")), "");  // a group
  EXPECT_EQ(local_mac_kind(at("192.168.1.1")), "");
  EXPECT_EQ(local_mac_kind(at("52:54:00:9a:11:d0")), "QEMU");
  EXPECT_EQ(local_mac_kind(at("02:42:ac:11:00:02")), "Docker");  // of its IPv4 address 172.17.0.2
  EXPECT_EQ(local_mac_kind(at("02:00:00:00:00:07")), "assigned");
  EXPECT_EQ(local_mac_kind(at("02:11:22:33:44:55")), "assigned");
  EXPECT_EQ(local_mac_kind(at("0a:0a:0a:0a:0a:0a")), "assigned");
  EXPECT_EQ(local_mac_kind(kPhone.mac), "random");
  EXPECT_EQ(local_mac_kind(at("02:5a:91:00:77:13")), "random");  // one zero is chance
}

// An address that moves, with the host key behind it.
Traffic failover(std::string_view key_after) {
  Traffic t;
  t.arp(kHmi, kFirst);
  t.talk(kHmi, kFirst, 22, &test::kSsh);
  t.identity(kFirst.ip, Trait::fingerprint, kKey, "ssh host key", 90, 22);
  t.arp(kHmi, kSecond);
  t.talk(kHmi, kSecond, 22, &test::kSsh);
  t.identity(kFirst.ip, Trait::fingerprint, key_after, "ssh host key", 90, 22);
  return t;
}

TEST(Succession, ABondFailsOverAndKeepsItsKey) {
  Traffic t = failover(kKey);
  EXPECT_EQ(asset_of(t.observed, kSecond), "mac-001b1b000001");
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select asset_id, value, method from attribute where name = 'also_mac'"),
            "mac-001b1b000001|00:1b:1b:00:00:02|bond failover");
  EXPECT_EQ(rows(db, "select count(*) from anomaly"), "0");
}

TEST(Succession, AnotherKeyBehindTheAddressIsAnotherDevice) {
  Traffic t = failover("SHA256:another");
  EXPECT_EQ(asset_of(t.observed, kSecond), "mac-001b1b000002");
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select count(*) from anomaly where kind = 'duplicate_ip'"), "2");
}

TEST(Succession, WithoutAKeyTheMovedAddressProvesNothing) {
  Traffic t;
  t.arp(kHmi, kFirst);
  t.talk(kHmi, kFirst, 80, &test::kHttp);
  t.arp(kHmi, kSecond);
  t.talk(kHmi, kSecond, 80, &test::kHttp);
  EXPECT_EQ(asset_of(t.observed, kSecond), "mac-001b1b000002");
}

// Whoever took the address over by ARP and passes on what is for its owner sends with a lower TTL.
TEST(Succession, AForwarderThatTookTheAddressIsNotItsOwner) {
  Traffic t = failover(kKey);
  t.observed.bindings[{kSecond.mac, kSecond.ip, 0}].ttl = {63, 63};
  EXPECT_EQ(asset_of(t.observed, kSecond), "mac-001b1b000002");
}

// A cluster's service address moves; each node has an address of its own.
TEST(Succession, NodesOfAClusterStayApart) {
  Traffic t = failover(kKey);
  t.arp(kHmi, host("00:1b:1b:00:00:02", "192.168.1.12"));
  EXPECT_EQ(asset_of(t.observed, kSecond), "mac-001b1b000002");
}

TEST(Succession, ClaimsAtTheSameTimeAreNoFailover) {
  Traffic t = failover(kKey);
  t.arp(kHmi, kFirst);
  EXPECT_EQ(asset_of(t.observed, kSecond), "mac-001b1b000002");
}

// Linux' adaptive load balancing answers each peer from another MAC, and sends learning frames from each.
TEST(Succession, ABondThatBalancesAnswersFromSeveralMacs) {
  Traffic t;
  const Host other = host("00:00:bc:00:00:21", "192.168.1.21");
  const auto learn = [&](const Host& h) {
    t.link({h.mac, h.mac, 0x9000, Transport::ethernet, 0}).seen.add(t.packet());
  };
  for (int i = 0; i < 2; ++i) t.arp(kHmi, kFirst), t.arp(other, kSecond);
  learn(kFirst);
  EXPECT_EQ(asset_of(t.observed, kSecond), "mac-001b1b000002");  // as a forged claim would look
  learn(kSecond);
  EXPECT_EQ(asset_of(t.observed, kSecond), "mac-001b1b000001");
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select count(*) from anomaly"), "0");
  EXPECT_EQ(rows(db, "select method from attribute where name = 'also_mac'"), "bond load balancing");
}

TEST(Succession, PortsOfOneLacpSystem) {
  Traffic t;
  t.arp(kHmi, kFirst);
  t.frame(host("00:1b:1b:00:00:02", "0.0.0.0"), kHmi);
  for (const Host& h : {kFirst, kSecond}) t.identity(h.mac, Trait::fingerprint, to_string(kFirst.mac), "lacp system");
  EXPECT_EQ(asset_of(t.observed, kSecond), "mac-001b1b000001");
}

// Two switches that aggregate as one name the same system; by LLDP each is itself.
TEST(Succession, MultiChassisAggregationIsTwoSwitches) {
  Traffic t;
  t.arp(kHmi, kFirst);
  t.frame(host("00:1b:1b:00:00:02", "0.0.0.0"), kHmi);
  for (const Host& h : {kFirst, kSecond}) {
    t.identity(h.mac, Trait::fingerprint, "00:23:04:ee:be:01", "lacp system");
    t.identity(h.mac, Trait::fingerprint, to_string(h.mac), "lldp chassis");
  }
  EXPECT_EQ(asset_of(t.observed, kSecond), "mac-001b1b000002");
}

// ── Random MACs ──
void join(Traffic& t, const Host& h, std::string_view name, std::string_view method = "dhcp option 12") {
  t.frame(host(to_string(h.mac), "0.0.0.0"), host("ff:ff:ff:ff:ff:ff", "255.255.255.255"));
  t.identity(h.mac, Trait::name, name, method);
  t.arp(h, kHmi);
  t.talk(h, kHmi, 80, &test::kHttp);
}

TEST(Succession, RandomMacsUnderOneNameAreOneDeviceWhoseAddressesChange) {
  Traffic t;
  join(t, kPhone, "Tanaka-no-Pixel-7");
  join(t, kLater, "Tanaka-no-Pixel-7");
  EXPECT_EQ(asset_of(t.observed, kLater), "mac-de5a910c7713");  // the one that came first
  Database db = write(t.observed);
  EXPECT_EQ(rows(db,
                 "select d.value from asset join address d using (asset_id) where name like 'Tanaka%' order by "
                 "d.first_ts, kind"),
            "de:5a:91:0c:77:13\n192.168.1.61\na6:0e:44:b1:92:38\n192.168.1.62");
  EXPECT_EQ(rows(db, "select value, method from attribute where name = 'also_mac'"),
            "a6:0e:44:b1:92:38|dhcp host name");
  EXPECT_EQ(rows(db,
                 "select a.value, a.method, p.number from attribute a join packet p using (packet_id) where a.name = "
                 "'local_mac'"),
            "random|locally administered bit|1");
  EXPECT_EQ(rows(db, "select value, level, detail from coverage where metric = 'random_macs'"),
            "1.0|info|1 of 2 local devices are known by random MACs alone");
}

TEST(Succession, RandomMacsAtTheSameTimeAreTwoDevices) {
  Traffic t;
  join(t, kPhone, "reader");
  join(t, kLater, "reader");
  t.arp(kPhone, kHmi);  // still there
  EXPECT_EQ(asset_of(t.observed, kLater), "mac-a60e44b19238");
}

TEST(Succession, NamesThatManyHaveTieNothing) {
  for (const std::string_view name : {"iPhone", "android", "localhost.localdomain", "raspberrypi.local"}) {
    Traffic t;
    join(t, kPhone, name);
    join(t, kLater, name);
    EXPECT_EQ(asset_of(t.observed, kLater), "mac-a60e44b19238") << name;
  }
}

TEST(Succession, AssignedAndGlobalMacsAreNotTiedByAName) {
  for (const char* mac : {"00:1b:1b:10:20:30", "52:54:00:9a:11:d0", "02:00:00:00:00:07"}) {
    Traffic t;
    const Host other = host(mac, "192.168.1.62");
    join(t, kPhone, "line-3");
    join(t, other, "line-3");
    EXPECT_NE(asset_of(t.observed, other), asset_of(t.observed, kPhone)) << mac;
  }
}

TEST(Succession, ClientIdTiesAndOtherClientsContradict) {
  Traffic t;
  join(t, kPhone, "ff:not-a-name", "dhcp option 61");
  join(t, kLater, "ff:not-a-name", "dhcp option 61");
  EXPECT_EQ(asset_of(t.observed, kLater), "mac-de5a910c7713");
  Traffic u;
  join(u, kPhone, "line-3");
  join(u, kLater, "line-3");
  u.identity(kPhone.mac, Trait::fingerprint, "1,3,6,15", "dhcp option 55");
  u.identity(kLater.mac, Trait::fingerprint, "1,121,3,6", "dhcp option 55");
  EXPECT_EQ(asset_of(u.observed, kLater), "mac-a60e44b19238");  // another kind of client
}

// Two that go through the same names, hundreds of them, are a flood.
TEST(Succession, MacsWithNamesWithoutEndAreNoDevice) {
  const auto come = [](unsigned names) {
    Traffic t;
    for (const Host& h : {kPhone, kLater})
      for (unsigned i = 0; i < names; ++i) join(t, h, "line-" + std::to_string(i));
    return t;
  };
  const auto same = find_same_devices(come(64).observed);
  ASSERT_EQ(same.size(), 1u);  // whatever number of names says so
  EXPECT_EQ(same[0].other, kLater.mac);
  EXPECT_TRUE(find_same_devices(come(65).observed).empty());
}

TEST(Succession, MdnsNameOfTheAddressTies) {
  Traffic t;
  for (const Host& h : {kPhone, kLater}) {
    t.arp(h, kHmi);
    t.identity(h.ip, Trait::name, "Tablet-4", "mdns");
    t.talk(h, kHmi, 80, &test::kHttp);
  }
  EXPECT_EQ(asset_of(t.observed, kLater), "mac-de5a910c7713");
}

// Guests come and go, and one address is given to all of them in turn: the name is that of those who had it then.
TEST(Succession, AnAddressThatHundredsHadTellsWhoHeldANameWhen) {
  const auto guest = [](unsigned i) {
    char mac[32];
    std::snprintf(mac, sizeof mac, "a6:4e:%02x:b1:92:%02x", i / 200 + 17, i % 200 + 17);
    return host(mac, "192.168.1.61");
  };
  constexpr unsigned kGuests = 300, kNamed = 137;
  const auto come = [&](unsigned first_named, unsigned last_named) {
    Traffic t;
    for (unsigned i = 0; i < kGuests; ++i) {
      t.arp(guest(i), kHmi);
      if (first_named <= i && i <= last_named) t.identity(guest(i).ip, Trait::name, "Tablet-4", "mdns");
      t.talk(guest(i), kHmi, 80, &test::kHttp);
    }
    return t;
  };
  const Traffic t = come(kNamed, kNamed + 1);
  const auto same = find_same_devices(t.observed);
  ASSERT_EQ(same.size(), 1u);
  EXPECT_EQ(same[0].first, guest(kNamed).mac);
  EXPECT_EQ(same[0].other, guest(kNamed + 1).mac);
  EXPECT_EQ(find_same_devices(come(kNamed, kNamed + 63).observed).size(), 63u);
  EXPECT_TRUE(find_same_devices(come(kNamed, kNamed + 64).observed).empty());  // no device
  EXPECT_TRUE(find_same_devices(come(0, kGuests).observed).empty());
}

// Two cells, surveyed apart, hold hosts of one name: nothing says that they are one.
TEST(Succession, CapturesOfSeveralPlacesTieOnlyByOneServer) {
  const auto two_captures = [](bool leased, bool second_server) {
    Traffic t;
    join(t, kPhone, "line-3");
    const Host server = host("00:1b:1b:00:00:fe", "192.168.1.1");
    const auto lease = [&](const Host& h) {
      LeaseKey key;
      key.client_mac = h.mac;
      key.client = h.ip;
      key.server = server.ip;
      key.granted = true;
      t.observed.leases[key].add(t.packet());
      t.arp(kHmi, server);
    };
    if (leased) lease(kPhone);
    Traffic u;
    u.observed.captures[0].sha256[0] = 'a';
    u.skip_to(1000);
    join(u, kLater, "line-3");
    if (leased) {
      LeaseKey key;
      key.client_mac = kLater.mac;
      key.client = kLater.ip;
      key.server = server.ip;
      key.granted = true;
      u.observed.leases[key].add(u.packet());
      u.arp(kHmi, second_server ? host("00:1b:1b:00:00:fd", "192.168.1.1") : server);
    }
    const auto move = [](Seen& seen) { seen.first.set_capture(1), seen.last.set_capture(1); };
    for (auto& [key, row] : u.observed.bindings) {
      move(row.as_source), move(row.as_destination);
      for (Seen& claim : row.claims) move(claim);
    }
    for (auto* table : {&u.observed.identities})
      for (auto& [key, seen] : *table) move(seen);
    for (auto& [key, seen] : u.observed.asked) move(seen);
    for (auto& [key, row] : u.observed.macs) move(row.seen);
    t.observed.captures.push_back(u.observed.captures[0]);
    t.observed.merge(std::move(u.observed));
    return asset_of(t.observed, kLater) == asset_of(t.observed, kPhone);
  };
  EXPECT_FALSE(two_captures(false, false));
  EXPECT_TRUE(two_captures(true, false));
  EXPECT_FALSE(two_captures(true, true));
}

TEST(Succession, RandomMacsHaveNoMaker) {
  const std::vector<Address> macs = {at("de:5a:91:0c:77:13"), at("00:1b:1b:00:00:01")};
  const Vendors vendors = find_vendors(macs);  // none at all where the registries are not installed
  EXPECT_FALSE(vendors.contains(macs[0]));
}

}  // namespace
}  // namespace kakoi
