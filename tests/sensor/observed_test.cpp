#include "sensor/inventory/observed.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "dissectors/ftp/ftp.h"
#include "dissectors/tftp/tftp.h"
#include "sensor/inventory/transfers.h"
#include "traffic.h"

namespace kakoi {
namespace {

using test::host;
using test::Host;
using test::Traffic;

const Host kA = host("00:00:bc:00:00:10", "192.168.1.10"), kB = host("00:00:bc:00:00:20", "192.168.1.20"),
           kC = host("00:00:bc:00:00:30", "192.168.1.30");

OperationRow operation(std::uint32_t link, std::uint32_t code, const PacketRef& packet) {
  OperationRow o;
  o.link = link;
  o.protocol = &test::kModbus;
  o.key.function_code = code;
  o.from_client = 1;
  o.seen.add(packet);
  return o;
}

TEST(Observed, MergedLinksAddUp) {
  Traffic one, two;
  two.skip_to(100);
  one.talk(kA, kB, 502, nullptr, LinkState::attempted).ttl[0] = {60, 64};
  two.talk(kA, kB, 502, &test::kModbus);
  one.observed.merge(std::move(two.observed));
  ASSERT_EQ(one.observed.links.size(), 1u);
  const LinkRow& link = one.observed.links[0];
  EXPECT_EQ(link.state, LinkState::established);
  EXPECT_EQ(link.protocol, &test::kModbus);
  EXPECT_EQ(link.connections, 2u);
  EXPECT_EQ(link.packets[0], 2u);
  EXPECT_EQ(link.packets[1], 1u);
  EXPECT_EQ(link.ttl[0].min, 60);
  EXPECT_EQ(link.ttl[0].max, 64);
  EXPECT_EQ(link.seen.first.number(), 1u);
  EXPECT_EQ(link.seen.last.number(), 102u);
}

TEST(Observed, OperationsFollowTheirLinks) {
  Traffic one, two;
  one.talk(kA, kB, 502);
  one.observed.operations = {operation(0, 3, one.packet())};
  two.skip_to(100);
  two.talk(kA, kC, 502);
  two.talk(kA, kB, 502);
  two.observed.operations = {operation(0, 3, two.packet()), operation(1, 3, two.packet()),
                             operation(1, 16, two.packet())};
  one.observed.merge(std::move(two.observed));
  one.observed.sort();

  ASSERT_EQ(one.observed.links.size(), 2u);
  EXPECT_EQ(one.observed.links[0].key.server, kB.ip);
  EXPECT_EQ(one.observed.links[1].key.server, kC.ip);
  const auto& rows = one.observed.operations;
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(std::tuple(rows[0].link, rows[0].key.function_code, rows[0].from_client), std::tuple(0u, 3u, 2u));
  EXPECT_EQ(std::tuple(rows[1].link, rows[1].key.function_code, rows[1].from_client), std::tuple(0u, 16u, 1u));
  EXPECT_EQ(std::tuple(rows[2].link, rows[2].key.function_code, rows[2].from_client), std::tuple(1u, 3u, 1u));
}

TEST(Observed, WhatEachSideAsksIsCountedApart) {
  const auto part = [](std::uint32_t first_packet) {
    Traffic t;
    t.skip_to(first_packet);
    t.talk(kA, kB, 502);
    t.observed.operations = {operation(0, 3, t.packet()), operation(0, 3, t.packet())};
    t.observed.operations[1].key.actor = Role::server;
    return std::move(t.observed);
  };
  Observed one = part(1);
  one.merge(part(100));
  one.sort();
  ASSERT_EQ(one.operations.size(), 2u);
  for (const Role actor : {Role::client, Role::server}) {
    EXPECT_EQ(one.operations[actor == Role::server].key.actor, actor);
    EXPECT_EQ(one.operations[actor == Role::server].from_client, 2u);
  }
}

TEST(Observed, ProtocolsOfOneLinkDoNotDependOnTheOrder) {
  const auto merged = [](const Protocol* first, const Protocol* second) {
    Traffic one, two;
    one.talk(kA, kB, 502, first);
    two.talk(kA, kB, 502, second);
    one.observed.merge(std::move(two.observed));
    return one.observed.links[0].protocol;
  };
  EXPECT_EQ(merged(&test::kModbus, &test::kHttp), &test::kModbus);  // control protocols matter more
  EXPECT_EQ(merged(&test::kHttp, &test::kModbus), &test::kModbus);
  EXPECT_EQ(merged(&test::kTls, &test::kHttp), &test::kHttp);  // else the first by name
  EXPECT_EQ(merged(&test::kHttp, &test::kTls), &test::kHttp);
  EXPECT_EQ(merged(nullptr, &test::kTls), &test::kTls);
  EXPECT_EQ(merged(&test::kTls, nullptr), &test::kTls);
}

TEST(Observed, UnreachableLinksAreRefusedUnlessTheServerAnswers) {
  Traffic t;
  for (const auto& [port, state] : {std::pair(1, LinkState::attempted), std::pair(2, LinkState::established)}) {
    const LinkRow& link = t.talk(kA, kB, static_cast<std::uint16_t>(port), nullptr, state);
    t.observed.unreachable[link.key].add(t.packet());
  }
  t.observed.settle();
  EXPECT_EQ(t.observed.links[0].state, LinkState::refused);
  EXPECT_EQ(t.observed.links[1].state, LinkState::established);
}

// Client kA speaks FTP to kB, which names port 41151; kA names port 5282.
Traffic control_connection() {
  Traffic t;
  const LinkKey control = t.talk(kA, kB, 21, &ftp::protocol).key;
  t.observed.points[{control, "ftp", ftp::kServerDataPort, OperationClass::session}].points.add(41151, 1);
  t.observed.points[{control, "ftp", ftp::kClientDataPort, OperationClass::session}].points.add(5282, 1);
  return t;
}

TEST(Transfers, AreThoseOfTheNamedPortsInWhateverPartTheyWereNamed) {
  const auto data = [] {
    Traffic t;
    t.skip_to(100);
    t.talk(kA, kB, 41151);
    t.talk(kC, kB, 41151);  // of no control connection
    t.talk(kA, kB, 41152);
    t.talk(kB, kA, 5282, &test::kHttp);  // what is transferred looks like HTTP
    t.talk(kA, kB, 20);
    t.talk(kC, kB, 20);
    return t.observed;
  };
  for (const bool named_first : {true, false}) {
    Observed one = named_first ? control_connection().observed : data();
    Observed two = named_first ? data() : control_connection().observed;
    one.settle(), two.settle();
    one.merge(std::move(two));
    one.settle();
    one.sort();
    std::vector<std::string> links;
    for (const LinkRow& l : one.links)
      links.push_back(to_string(l.key.client).substr(10) + " > " + to_string(l.key.server).substr(10) + ' ' +
                      std::to_string(l.key.server_port) + ' ' + std::string(l.protocol ? l.protocol->name : "-"));
    EXPECT_EQ(links, (std::vector<std::string>{"10 > 20 20 ftp_data", "10 > 20 21 ftp", "10 > 20 41151 ftp_data",
                                               "10 > 20 41152 -", "20 > 10 5282 ftp_data", "30 > 20 20 -",
                                               "30 > 20 41151 -"}));
    const std::vector<TransferPart> parts = transfer_parts(one);
    EXPECT_EQ(std::count(parts.begin(), parts.end(), TransferPart::transfer), 3);
  }
}

TEST(Transfers, OfTftpAnswerTheRequest) {
  Traffic t;
  const auto datagrams = [&](const Host& from, const Host& to, std::uint16_t port, const Protocol* protocol,
                             LinkState state) { t.talk(from, to, port, protocol, state, 0, Transport::udp); };
  datagrams(kA, kB, 69, &tftp::protocol, LinkState::attempted);           // 0
  datagrams(kB, kA, 2000, &tftp_data::protocol, LinkState::established);  // 1: the client's port is the lower one
  datagrams(kA, kC, 69, &tftp::protocol, LinkState::attempted);           // 2: no answer
  datagrams(kC, kB, 3000, &tftp_data::protocol, LinkState::established);  // 3: nobody asked
  const auto parts = transfer_parts(t.observed);
  EXPECT_EQ(parts, (std::vector{TransferPart::answered_elsewhere, TransferPart::transfer, TransferPart::none,
                                TransferPart::none}));
}

}  // namespace
}  // namespace kakoi
