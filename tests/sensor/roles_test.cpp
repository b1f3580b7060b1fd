// What a device is for, by what it does and says (docs/inventory.md, Roles).
#include <gtest/gtest.h>

#include "inventory_rows.h"

namespace kakoi {
namespace {

using test::at;
using test::host;
using test::Host;
using test::kHmi;
using test::kPlc;
using test::rows;
using test::Traffic;
using test::write;

TEST(Roles, ByWhoAsksWhom) {
  Traffic t;
  const Host scada = host("00:00:bc:00:00:30", "192.168.1.30"), rtu = host("00:00:bc:00:00:40", "192.168.1.40");
  const Host office = host("00:00:bc:00:00:50", "192.168.1.50"), web = host("00:00:bc:00:00:60", "192.168.1.60");
  t.talk(kHmi, kPlc, 502, &test::kModbus);
  t.talk(scada, rtu, 2404, &test::kIec104);
  for (int i = 0; i < 4; ++i)
    t.talk(scada, host("00:00:bc:00:01:0" + std::to_string(i), "192.168.1.10" + std::to_string(i)), 20000,
           &test::kDnp3);
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{80, 8080, 8000})
    t.talk(office, web, port, &test::kHttp);
  Database db = write(t.observed);
  const auto role = [&](const Host& h) {
    return rows(db, "select role from asset join address using (asset_id) where value = '" + to_string(h.ip) + "'");
  };
  EXPECT_EQ(role(kPlc), "plc");
  EXPECT_EQ(role(kHmi), "hmi");
  EXPECT_EQ(role(rtu), "rtu");
  EXPECT_EQ(role(scada), "scada_server");
  EXPECT_EQ(role(office), "workstation");
  EXPECT_EQ(role(web), "");
  EXPECT_EQ(rows(db, "select count(*) from asset where is_it and not is_ot"), "2");
}

// Frames without IP. Of PROFINET neither end serves: cyclic data has none that asks, and all look for each other by DCP.
TEST(Roles, OfWhoSpeaksByEthernetAlone) {
  static const Protocol goose = test::make_protocol("goose", Domain::ot), sv = test::make_protocol("sv", Domain::ot),
                        rt = test::make_protocol("profinet_rt", Domain::ot),
                        dcp = test::make_protocol("profinet_dcp", Domain::ot);
  Traffic t;
  const Host relay = host("00:30:a7:00:00:01", "192.168.1.11"), unit = host("00:30:a7:00:00:02", "192.168.1.12"),
             plc = host("00:1b:1b:00:00:01", "192.168.1.13"), drive = host("00:1b:1b:00:00:02", "192.168.1.14"),
             tool = host("00:1b:1b:00:00:03", "192.168.1.15"), silent = host("00:1b:1b:00:00:04", "192.168.1.16");
  for (const Host& h : {relay, unit, plc, drive, tool, silent}) t.arp(kHmi, h);
  const auto frames = [&](const Address& from, const Address& to, const Protocol& protocol, std::uint64_t back) {
    LinkRow& row = t.link({from, to, 0x88B8, Transport::ethernet, 0});
    row.protocol = &protocol;
    row.packets = {5, back};
    row.seen.add(t.packet());
  };
  frames(relay.mac, at("01:0c:cd:01:00:01"), goose, 0);
  frames(unit.mac, at("01:0c:cd:04:00:01"), sv, 0);
  frames(plc.mac, drive.mac, rt, 5);
  frames(tool.mac, drive.mac, dcp, 1);
  frames(tool.mac, silent.mac, dcp, 0);
  Database db = write(t.observed);
  EXPECT_EQ(rows(db,
                 "select value, role, role_reason, purdue_level, is_ot from asset join address using (asset_id) "
                 "where kind = 'ipv4' and value like '192.168.1.1_' order by value"),
            "192.168.1.11|ied|publishes GOOSE|1.0|1\n192.168.1.12|ied|publishes sampled values|1.0|1\n"
            "192.168.1.13|||NULL|1\n192.168.1.14|||NULL|1\n192.168.1.15|||NULL|1\n192.168.1.16|||NULL|0");
}

// What several hosts use of a general-purpose computer is a server; pages, SSH and FTP of devices are not.
TEST(Roles, OfServersAndPrinters) {
  static const Protocol ftp = test::make_protocol("ftp", Domain::shared), smb = test::make_protocol("smb", Domain::it);
  Traffic t;
  const auto numbered = [](int n) {
    return host("02:00:bc:00:00:" + std::to_string(n), "192.168.1." + std::to_string(n));
  };
  const Host web = numbered(10), jump = numbered(11), files = numbered(12), device = numbered(13), lone = numbered(14),
             old = numbered(15), printer = numbered(16), queue = numbered(17), shares = numbered(18),
             nas = numbered(19), plc = numbered(20), busy = numbered(21);
  const auto software = [&](const Host& of, std::string_view protocol, std::string_view text, std::uint16_t port) {
    IdentityKey key{of.ip,          0,   Trait::software, std::string(text), "banner", std::string(protocol), 80,
                    Transport::tcp, port};
    t.observed.identities[key].add(t.packet());
  };
  for (const int n : {70, 71, 72}) {
    const Host client = numbered(n);
    t.talk(client, web, 80, &test::kHttp);
    t.talk(client, jump, 22, &test::kSsh);
    t.talk(client, files, 21, &ftp);
    t.talk(client, device, 80, &test::kHttp), t.talk(client, device, 22, &test::kSsh), t.talk(client, device, 21, &ftp);
    t.talk(client, old, 21, &ftp), t.talk(client, old, 80, &test::kHttp);
    t.talk(client, nas, 445, &smb);
    t.talk(client, plc, 22, &test::kSsh);
  }
  t.talk(numbered(70), web, 22, &test::kSsh);
  t.talk(numbered(70), lone, 22, &test::kSsh);
  software(web, "ssh", "OpenSSH_9.2p1 Debian-2+deb12u3", 22);
  software(jump, "ssh", "OpenSSH_for_Windows_8.1", 22);
  software(lone, "ssh", "OpenSSH_9.2p1 Debian-2+deb12u3", 22);
  software(plc, "ssh", "OpenSSH_9.2p1 Debian-2+deb12u3", 22);
  software(device, "ssh", "dropbear_2019.78", 22);
  software(device, "ftp", "VxWorks FTP server (VxWorks 5.4.2) ready.", 21);
  software(files, "ftp", "(vsFTPd 3.0.3)", 21);
  software(old, "ftp", "(vsFTPd 2.0.5)", 21);  // with pages of its own: a device may run it
  t.talk(kHmi, plc, 502, &test::kModbus);
  for (const Host& of : {printer, queue}) t.talk(numbered(70), of, 631, &test::kHttp);
  software(queue, "http", "CUPS/2.4 IPP/2.1", 631);
  t.talk(numbered(70), shares, 445, &smb), t.talk(numbered(70), busy, 445, &smb);
  for (const std::uint16_t port : {std::uint16_t{80}, std::uint16_t{8080}, std::uint16_t{8000}})
    t.talk(busy, numbered(90), port, &test::kHttp);
  for (LinkRow& link : t.observed.links) link.payload = {100, 100};
  Database db = write(t.observed);
  const auto role = [&](const Host& h) {
    return rows(db, "select role, role_reason from asset join address using (asset_id) where value = '" +
                        to_string(h.ip) + "'");
  };
  EXPECT_EQ(role(web), "server|answers http and ssh to several hosts");
  EXPECT_EQ(role(jump), "server|answers ssh to several hosts");
  EXPECT_EQ(role(files), "server|answers ftp to several hosts");
  EXPECT_EQ(role(device), "|");
  EXPECT_EQ(role(lone), "|");
  EXPECT_EQ(role(old), "|");
  EXPECT_EQ(role(printer), "printer|takes pages to print");
  EXPECT_EQ(role(queue), "|");
  EXPECT_EQ(role(shares), "server|shares files");
  EXPECT_EQ(role(nas), "server|shares files with several hosts");
  EXPECT_EQ(role(busy), "workstation|uses office services");  // that shares a folder
  EXPECT_EQ(role(plc), "plc|answers modbus");
}

// cip_stop_plc.pcap (ITI/ICS-Security-Tools): one frame of a connection, to the controller.
TEST(Roles, WhoWasNotHeardIsAskedAndDoesNotAnswer) {
  const Protocol enip = test::make_protocol("enip", Domain::ot), opcua = test::make_protocol("opcua", Domain::ot);
  const auto numbered = [](int n) {
    return host("00:00:bc:00:00:" + std::to_string(n), "192.168.1." + std::to_string(n));
  };
  const Host silent = numbered(41), other = numbered(42), heard = numbered(43);
  Traffic t;
  t.talk(kHmi, silent, 44818, &enip, LinkState::one_way).payload = {52, 0};
  t.talk(kHmi, other, 4840, &opcua, LinkState::one_way).payload = {52, 0};
  t.talk(kHmi, heard, 44818, &enip, LinkState::one_way).payload = {52, 0};
  t.talk(numbered(50), heard, 44818, &enip);
  Database db = write(t.observed);
  const auto role = [&](const Host& h) {
    return rows(db, "select role, role_reason from asset join address using (asset_id) where value = '" +
                        to_string(h.ip) + "'");
  };
  EXPECT_EQ(role(silent), "ot_device|is asked by EtherNet/IP");
  EXPECT_EQ(role(other), "ot_device|is asked by an OT protocol");
  EXPECT_EQ(role(heard), "ot_device|answers EtherNet/IP");
}

TEST(Roles, ByControlProtocol) {
  const auto protocol = [](std::string_view name) { return test::make_protocol(name, Domain::ot); };
  const Protocol s7 = protocol("s7comm"), mms = protocol("mms"), bacnet = protocol("bacnet"), opcua = protocol("opcua");
  const Protocol enip = protocol("enip"), io = protocol("enip_io");
  const auto numbered = [](int n) {
    return host("00:00:bc:00:00:" + std::to_string(n), "192.168.1." + std::to_string(n));
  };
  const Host plc = numbered(31), ied = numbered(32), scada = numbered(33), viewer = numbered(34), logix = numbered(35);
  const Host adapter = numbered(36), room = numbered(37), floor = numbered(38), drive = numbered(39);
  const Host block = numbered(40);
  Traffic t;
  t.talk(scada, plc, 102, &s7);
  t.talk(scada, ied, 102, &mms);
  t.talk(viewer, scada, 4840, &opcua);
  t.talk(viewer, logix, 44818, &enip);
  t.identity(logix.ip, Trait::role, "plc", "enip list identity", 85);
  t.talk(viewer, drive, 44818, &enip);
  t.talk(logix, adapter, 2222, &io, LinkState::datagram, 0, Transport::udp);
  t.talk(block, logix, 2222, &io, LinkState::datagram, 0, Transport::udp);
  t.talk(room, floor, 47808, &bacnet, LinkState::established, 0, Transport::udp);
  t.talk(floor, room, 47808, &bacnet, LinkState::established, 0, Transport::udp);
  Database db = write(t.observed);
  const auto role = [&](const Host& h) {
    return rows(db, "select role from asset join address using (asset_id) where value = '" + to_string(h.ip) + "'");
  };
  EXPECT_EQ(role(plc), "plc");
  EXPECT_EQ(role(ied), "ied");
  EXPECT_EQ(role(scada), "scada_server");  // asks controllers and answers OPC UA
  EXPECT_EQ(role(viewer), "hmi");
  EXPECT_EQ(role(logix), "plc");  // its identity object says so
  EXPECT_EQ(role(drive), "ot_device");
  EXPECT_EQ(role(adapter), "");         // to whom data is sent that it never answers
  EXPECT_EQ(role(block), "ot_device");  // neither asks
  EXPECT_EQ(role(room), "ot_device");   // peers that ask each other
  EXPECT_EQ(role(floor), "ot_device");
}

// icsnpp, melsoft_UDP_unclean_1.pcap: the controller answers broadcasts with broadcasts.
TEST(Roles, OfWhoCommandsByBroadcast) {
  const Protocol melsoft = test::make_protocol("melsoft", Domain::ot), ntp = test::make_protocol("ntp", Domain::shared);
  const Host tool = host("00:00:bc:00:00:31", "192.168.1.31"), clock = host("00:00:bc:00:00:32", "192.168.1.32");
  const Host all = host("ff:ff:ff:ff:ff:ff", "255.255.255.255");
  Traffic t;
  const auto command = [&](const Protocol& protocol, OperationClass cls) {
    OperationRow o;
    o.link = static_cast<std::uint32_t>(t.observed.links.size() - 1);
    o.protocol = &protocol;
    o.key.cls = cls;
    o.key.actor = Role::client;
    o.from_client = 3;
    o.seen.add(t.packet());
    t.observed.operations.push_back(o);
  };
  t.talk(tool, all, 5560, &melsoft, LinkState::datagram, 0, Transport::udp);
  command(melsoft, OperationClass::write);
  t.talk(clock, all, 123, &ntp, LinkState::datagram, 0, Transport::udp);
  command(ntp, OperationClass::time);
  Database db = write(t.observed);
  EXPECT_EQ(rows(db, "select role, role_reason from asset where scope = 'local' order by asset_id"),
            "hmi|commands OT devices\n|");
}

// A phasor data concentrator answers like a PMU, but has its phasors from others: asked for, or sent unasked.
TEST(Roles, OfPhasorMeasurementAndItsConcentrators) {
  const Protocol phasors = test::make_protocol("synchrophasor", Domain::ot);
  const auto numbered = [](int n) {
    return host("00:00:bc:00:00:" + std::to_string(n), "192.168.1." + std::to_string(n));
  };
  const Host pmu = numbered(31), concentrator = numbered(32), centre = numbered(33), listener = numbered(34);
  const Host group = host("01:00:5e:05:06:07", "234.5.6.7");
  Traffic t;
  t.talk(concentrator, pmu, 4712, &phasors);
  t.talk(centre, concentrator, 4712, &phasors);
  t.talk(pmu, group, 8910, &phasors, LinkState::datagram, 0, Transport::udp).payload = {100, 0};
  t.talk(listener, pmu, 4713, &phasors, LinkState::datagram, 0, Transport::udp).payload = {0, 100};
  t.talk(centre, listener, 4712, &phasors);
  Database db = write(t.observed);
  const auto role = [&](const Host& h) {
    return rows(db, "select role, role_reason from asset join address using (asset_id) where value = '" +
                        to_string(h.ip) + "'");
  };
  EXPECT_EQ(role(pmu), "ied|serves C37.118");
  EXPECT_EQ(role(concentrator), "scada_server|asks OT devices and answers an OT protocol");
  EXPECT_EQ(role(centre), "hmi|asks OT devices");
  EXPECT_EQ(role(listener), "ot_device|answers an OT protocol");
}

// A meter behind a modem connects to its head-end, and is asked over that connection.
TEST(Roles, OfMetersThatConnectToWhoAsksThem) {
  static const Protocol dlms = test::make_protocol("dlms", Domain::ot);
  const auto numbered = [](int n) {
    return host("00:00:bc:00:00:" + std::to_string(n), "192.168.1." + std::to_string(n));
  };
  const Host meter = numbered(31), head_end = numbered(32), other_meter = numbered(33), tool = numbered(34);
  Traffic t;
  const auto ask = [&](const Host& client, const Host& server, Role actor) {
    t.talk(client, server, 4059, &dlms);
    OperationRow o;
    o.link = static_cast<std::uint32_t>(t.observed.links.size() - 1);
    o.protocol = &dlms;
    o.key.cls = OperationClass::read;
    o.key.actor = actor;
    o.from_client = o.from_server = 1;
    o.seen.add(t.packet());
    t.observed.operations.push_back(o);
  };
  ask(meter, head_end, Role::server);
  ask(tool, other_meter, Role::client);
  Database db = write(t.observed);
  const auto role = [&](const Host& h) {
    return rows(db, "select role, role_reason from asset join address using (asset_id) where value = '" +
                        to_string(h.ip) + "'");
  };
  EXPECT_EQ(role(meter), "ot_device|answers DLMS/COSEM");
  EXPECT_EQ(role(head_end), "hmi|asks OT devices");
  EXPECT_EQ(role(other_meter), "ot_device|answers DLMS/COSEM");
  EXPECT_EQ(role(tool), "hmi|asks OT devices");
}

// Devices of BACnet that read each other: whoever began, each answers.
TEST(Roles, OfDevicesThatAskEachOther) {
  static const Protocol bacnet = test::make_protocol("bacnet", Domain::ot);
  const auto numbered = [](int n) {
    return host("00:00:bc:00:00:" + std::to_string(n), "192.168.1." + std::to_string(n));
  };
  const Host first = numbered(31), second = numbered(32), tool = numbered(33), told = numbered(34);
  Traffic t;
  const auto ask = [&](Role actor, OperationClass cls) {
    OperationRow o;
    o.link = static_cast<std::uint32_t>(t.observed.links.size() - 1);
    o.protocol = &bacnet;
    o.key.cls = cls;
    o.key.actor = actor;
    o.from_client = o.from_server = o.accepted = 1;
    o.seen.add(t.packet());
    t.observed.operations.push_back(o);
  };
  t.talk(first, second, 47808, &bacnet);
  ask(Role::client, OperationClass::read);
  ask(Role::server, OperationClass::read);
  t.talk(tool, told, 47808, &bacnet);
  ask(Role::client, OperationClass::read);
  ask(Role::server, OperationClass::report);  // what changes is brought to the tool: nobody asks it
  Database db = write(t.observed);
  const auto role = [&](const Host& h) {
    return rows(db, "select role from asset join address using (asset_id) where value = '" + to_string(h.ip) + "'");
  };
  EXPECT_EQ(role(first), "ot_device");
  EXPECT_EQ(role(second), "ot_device");
  EXPECT_EQ(role(tool), "hmi");
  EXPECT_EQ(role(told), "ot_device");
}

// What tells a gateway from a controller, a historian from a SCADA server, a firewall from a router, a phone from a PC.
TEST(Roles, OfGatewaysHistoriansFirewallsAndPhones) {
  static const Protocol mysql = test::make_protocol("mysql", Domain::it);
  const auto numbered = [](int n) {
    return host("00:00:bc:00:00:" + std::to_string(n), "192.168.1." + std::to_string(n));
  };
  const Host gateway = numbered(31), plc = numbered(32), historian = numbered(33), scada = numbered(34),
             reader = numbered(35), firewall = numbered(36), phone = numbered(37), scanned = numbered(38);
  Traffic t;
  const auto ask = [&](const Host& client, const Host& server, std::uint32_t unit, OperationClass cls,
                       std::uint64_t times = 3) {
    t.talk(client, server, 502, &test::kModbus);
    OperationRow o;
    o.link = static_cast<std::uint32_t>(t.observed.links.size() - 1);
    o.protocol = &test::kModbus;
    o.key.cls = cls;
    o.key.function_code = cls == OperationClass::write ? 6 : 3;
    o.key.unit = unit;
    o.from_client = o.from_server = o.accepted = times;
    o.seen.add(t.packet());
    t.observed.operations.push_back(o);
  };
  for (const std::uint32_t unit : {1u, 2u, 3u, 4u}) ask(historian, gateway, unit, OperationClass::read);
  for (const std::uint32_t unit : {1u, 2u, 3u}) ask(historian, plc, unit, OperationClass::read);
  for (std::uint32_t unit = 1; unit < 20; ++unit) ask(numbered(91), scanned, unit, OperationClass::read, 1);
  for (const Host& server : {gateway, plc}) {
    ask(scada, server, 1, OperationClass::write);
    ask(reader, server, 1, OperationClass::read);
  }
  for (const Host& server : {historian, scada}) t.talk(numbered(90), server, 3306, &mysql);
  t.identity(firewall.ip, Trait::description, "FortiGate-60F v7.2.8", "snmp sysDescr", 80);
  t.identity(phone.ip, Trait::user_agent, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)", "http user-agent",
             60);
  for (const Host& of : {firewall, phone}) t.talk(numbered(90), of, 80, &test::kHttp);
  Database db = write(t.observed);
  const auto role = [&](const Host& h) {
    return rows(db, "select role from asset join address using (asset_id) where value = '" + to_string(h.ip) + "'");
  };
  EXPECT_EQ(role(gateway), "gateway");
  EXPECT_EQ(role(plc), "plc");
  EXPECT_EQ(role(historian), "historian");
  EXPECT_EQ(role(scada), "hmi");   // it commands
  EXPECT_EQ(role(reader), "hmi");  // nobody asks it for what it read
  EXPECT_EQ(role(firewall), "firewall");
  EXPECT_EQ(role(phone), "mobile");
  EXPECT_EQ(role(scanned), "plc");
}

// Who says that it is one, or serves live video: but not a program on a computer, nor sound.
TEST(Roles, OfCameras) {
  static const Protocol rtsp = test::make_protocol("rtsp", Domain::it);
  const auto numbered = [](int n) {
    return host("00:00:bc:00:00:" + std::to_string(n), "192.168.1." + std::to_string(n));
  };
  const Host told = numbered(31), serves = numbered(32), player = numbered(33), sound = numbered(34),
             plc = numbered(35);
  Traffic t;
  for (const Host& h : {told, serves, player, sound, plc}) t.talk(kHmi, h, 554, &rtsp);
  t.talk(kHmi, plc, 502, &test::kModbus);
  t.identity(told.ip, Trait::role, "camera", "wsd types", 70);
  for (const Host& h : {serves, player, plc}) t.identity(h.ip, Trait::description, "video H264", "rtsp sdp", 60);
  const auto software = [&](const Host& of, std::string_view text) {
    IdentityKey key{of.ip, 0, Trait::software, std::string(text), "rtsp server", "rtsp", 80, Transport::tcp, 554};
    t.observed.identities[key].add(t.packet());
  };
  software(serves, "GStreamer RTSP server");  // as Axis cameras answer, too
  software(player, "VLC/3.0.12");
  Database db = write(t.observed);
  const auto role = [&](const Host& h) {
    return rows(db, "select role, role_reason from asset join address using (asset_id) where value = '" +
                        to_string(h.ip) + "'");
  };
  EXPECT_EQ(role(told), "camera|says so itself");
  EXPECT_EQ(role(serves), "camera|serves live video");
  EXPECT_EQ(role(player), "|");
  EXPECT_EQ(role(sound), "|");
  EXPECT_EQ(role(plc), "plc|answers modbus");
}

}  // namespace
}  // namespace kakoi
