// From capture files to Observed: what a link, its state and its operations look like.
#include <map>

#include "script.h"
#include "sensor/pipeline/tunnel_table.h"

namespace kakoi::pipeline {
namespace {

using namespace test;

TEST(Pipeline, ModbusOverAHandshake) {
  const Observed o = observed({Script().handshake().client(kAck, kRequest).server(kAck, kAnswer).file()});
  const LinkRow& link = only_tcp(o);
  EXPECT_EQ(to_string(link.key.client), "10.0.0.1");
  EXPECT_EQ(link.key.server_port, 502);
  EXPECT_EQ(link.protocol->name, "modbus");
  EXPECT_EQ(link.state, LinkState::established);
  EXPECT_EQ(link.connections, 1u);
  EXPECT_EQ(link.packets, (std::array<std::uint64_t, 2>{3, 2}));
  EXPECT_EQ(link.bytes, (std::array<std::uint64_t, 2>{3 * 54 + 12, 2 * 54 + 11}));
  EXPECT_EQ(link.payload, (std::array<std::uint64_t, 2>{12, 11}));
  EXPECT_EQ(link.seen.first.number(), 1u);
  EXPECT_EQ(link.seen.last.number(), 5u);
  ASSERT_EQ(o.operations.size(), 1u);
  const OperationRow& op = o.operations[0];
  EXPECT_EQ(op.key.function_code, 3u);
  EXPECT_EQ(op.key.unit, 17u);
  EXPECT_EQ(op.from_client, 1u);
  EXPECT_EQ(op.from_server, 1u);
  EXPECT_EQ(op.seen.first.number(), 4u);
  EXPECT_EQ(o.macs.size(), 2u);
  const auto& binding = o.bindings.at({Address::mac(hex("020000000001")), Address::ipv4(0x0A000001), 0});
  EXPECT_EQ(binding.as_source.count, 3u);
  EXPECT_EQ(binding.as_destination.count, 2u);
}
// arkime, bacnet-stack-services.pcap, frames 34, 35 (of .13, refused by .5), 88, 89, 100 and 101 (of .5, obeyed by .13).
TEST(Pipeline, OutcomesBelongToWhoAsked) {
  const auto datagram = [](bool is_client, std::string_view payload) {
    const std::uint8_t from = is_client ? 13 : 5, to = is_client ? 5 : 13;
    return test::ethernet(from, to, 0x0800, test::ipv4(from, to, 17, test::udp(47808, 47808, hex(payload))));
  };
  Script peers;
  peers.frame(datagram(true, "810a001d0124000d013dff0003011409001d0a0077697265736861726b"));
  peers.frame(datagram(false, "810a00110108000d013d5001149105911a"));
  peers.frame(datagram(false, "810a001b010c000d013d0203331119012d090066696c6973746572"));
  peers.frame(datagram(true, "810a000e0120000d013dff203311"));
  peers.frame(datagram(false, "810a0018010c000d013d0203351409001d06004a65737573"));
  peers.frame(datagram(true, "810a000e0120000d013dff203514"));
  const Observed o = observed({peers.file()});
  std::map<std::pair<Address, std::uint32_t>, const OperationRow*> rows;  // by who asked, and what
  for (const OperationRow& row : o.operations) {
    const LinkKey& link = o.links.at(row.link).key;
    rows[{row.key.actor == Role::client ? link.client : link.server, row.key.function_code}] = &row;
  }
  ASSERT_EQ(o.operations.size(), 3u);
  ASSERT_EQ(rows.size(), 3u);
  constexpr std::uint32_t kControl = 17, kReinitialize = 20;
  const Address thirteen = Address::ipv4(0x0A00000D), five = Address::ipv4(0x0A000005);
  const auto outcomes = [&](const Address& asker, std::uint32_t code) {
    const OperationRow& row = *rows.at({asker, code});
    return std::array<std::uint64_t, 4>{row.from_client, row.from_server, row.accepted, row.refused};
  };
  EXPECT_EQ(outcomes(thirteen, kReinitialize), (std::array<std::uint64_t, 4>{1, 1, 0, 1}));
  EXPECT_EQ(outcomes(five, kReinitialize), (std::array<std::uint64_t, 4>{1, 1, 1, 0}));
  EXPECT_EQ(outcomes(five, kControl), (std::array<std::uint64_t, 4>{1, 1, 1, 0}));
  std::size_t by_thirteen = 0;
  for (const auto& [key, row] : o.credentials)
    by_thirteen += (key.sender == Role::client ? key.link.client : key.link.server) == thirteen;
  EXPECT_EQ(o.credentials.size(), 3u);
  EXPECT_EQ(by_thirteen, 1u);
}

// omron.pcap (piercema/icsnpp-omron-fins), frames 42, 43, 190 and 191: RUN and STOP, and answers to them, all from one side.
TEST(Pipeline, WhomNobodyAskedAnswersNothing) {
  const auto datagram = [](bool is_client, const ByteVector& payload) {
    const std::uint8_t from = is_client ? 1 : 2, to = is_client ? 2 : 1;
    return test::ethernet(from, to, 0x0800, test::ipv4(from, to, 17, test::udp(9600, 9600, payload)));
  };
  const ByteVector run = hex("8000020000000000007a 0401 0000"), stop = hex("8000020000000000007a 0402"),
                   ran = hex("c100020000000000007a 0401 0000"), stopped = hex("c100020000000000007a 0402 0000");
  Script one_side;
  for (const ByteVector& message : {run, stop, ran, stopped}) one_side.frame(datagram(true, message));
  const Observed o = observed({one_side.file()});
  ASSERT_EQ(o.operations.size(), 4u);  // its own, and what it answers
  for (const OperationRow& row : o.operations) {
    EXPECT_EQ(row.from_client, 1u);
    EXPECT_EQ(row.accepted, 0u);
  }
  EXPECT_TRUE(o.open_accesses.empty());
  ASSERT_EQ(o.actions.size(), 1u);
  for (const ActionRow& row : o.actions.begin()->second.rows) EXPECT_EQ(row.outcome, Outcome::none);

  // Composed of the same: the one who was called gives a command, too, and has its answer.
  Script both;
  both.frame(datagram(true, run)).frame(datagram(false, stop)).frame(datagram(true, stopped));
  const Observed peers = observed({both.file()});
  ASSERT_EQ(peers.operations.size(), 2u);
  for (const OperationRow& row : peers.operations) EXPECT_EQ(row.accepted, row.key.function_code == 0x0402 ? 1u : 0u);
  EXPECT_EQ(peers.open_accesses.size(), 1u);
}
// snmpv3_synthetic.pcap (arkime/arkime), frame 4: a response that was sent to port 161.
TEST(Pipeline, AnAnswerToNobodyAsksForNothing) {
  const ByteVector response = hex("3025020101040770726976617465a217020101020102020100300d06092b0601020101010005 00");
  Script script;
  script.frame(test::ethernet(1, 2, 0x0800, test::ipv4(1, 2, 17, test::udp(6037, 161, response))));
  const Observed o = observed({script.file()});
  ASSERT_EQ(o.operations.size(), 1u);
  EXPECT_EQ(o.operations[0].refused, 0u);
  EXPECT_TRUE(o.credentials.empty());
}
// icsnpp-opcua-binary's opcua_with-gap_with-handshake.pcap: its MACs were all written to one, 00:1d:09:99:b2:2c, of
// 192.168.11.33, .34 (packets 1 to 259) and of 192.168.224.102, which talks to itself (from 260 on).
TEST(Pipeline, AMacThatSendsToItselfIsNobodys) {
  const auto syn = [](std::uint8_t from, std::uint8_t to) {
    return test::ethernet(1, 1, 0x0800, test::ipv4(from, to, 6, test::tcp(40000, 4840, 1000, 0, kSyn)));
  };
  const Observed o = observed({Script().frame(syn(33, 34)).frame(syn(34, 33)).frame(syn(102, 102)).file()});
  EXPECT_EQ(o.macs.size(), 1u);
  ASSERT_EQ(o.bindings.size(), 1u);
  EXPECT_EQ(to_string(o.bindings.begin()->first.ip), "10.0.0.102");
}
TEST(Pipeline, MidStreamDirectionByPort) {
  const LinkRow link = only_tcp(observed({Script().server(kAck, kAnswer).client(kAck, kRequest).file()}));
  EXPECT_EQ(to_string(link.key.server), "10.0.0.2");
  EXPECT_EQ(link.state, LinkState::established);
}
TEST(Pipeline, HandshakeBeatsThePort) {
  // the side on port 502 opens: it is the client
  const LinkRow link = only_tcp(observed({Script().server(kSyn).client(kSyn | kAck).server(kAck).file()}));
  EXPECT_EQ(link.key.server_port, 40000);
}
TEST(Pipeline, ASynThatEndsTooOpensNothing) {
  // zeek, fuzz-72.pcap: 502 sends FIN and SYN at once; the other side asks
  const LinkRow link = only_tcp(observed({Script().server(kFin | kSyn).client(kAck, kRequest).file()}));
  EXPECT_EQ(link.key.server_port, 502);
  EXPECT_EQ(only_tcp(observed({Script().server(kRst | kSyn).client(kAck, kRequest).file()})).key.server_port, 502);
}
TEST(Pipeline, LadderOfStates) {
  EXPECT_EQ(state(Script().client(kSyn)), LinkState::attempted);
  EXPECT_EQ(state(Script().client(kSyn).client(kSyn)), LinkState::attempted);
  EXPECT_EQ(state(Script().client(kSyn).server(kRst | kAck)), LinkState::refused);
  EXPECT_EQ(state(Script().client(kSyn).server(kSyn | kAck)), LinkState::established);
  EXPECT_EQ(state(Script().client(kAck, kRequest)), LinkState::one_way);
  EXPECT_EQ(state(Script().server(kAck, kAnswer)), LinkState::one_way);
  // kept alive from both sides, without data, until one gives up
  EXPECT_EQ(state(Script().client(kAck).server(kAck).client(kAck).server(kRst | kAck)), LinkState::established);
  EXPECT_EQ(state(Script().client(kAck).server(kAck).client(kRst | kAck)), LinkState::established);
  // to a host that knows of no connection (RFC 9293 §3.10.7.1; some stacks add the ACK)
  EXPECT_EQ(state(Script().client(kAck).server(kRst)), LinkState::one_way);
  EXPECT_EQ(state(Script().client(kAck).server(kRst | kAck)), LinkState::one_way);
}
TEST(Pipeline, UnreachableMakesAnAttemptRefused) {
  Script s;
  s.client(kSyn);
  const ByteVector quoted(s.records()[0].bytes.begin() + 14, s.records()[0].bytes.begin() + 14 + 28);
  s.frame(test::ethernet(2, 1, 0x0800, test::ipv4(9, 1, 1, hex("0301 0000 00000000") + quoted)));
  EXPECT_EQ(state(s), LinkState::refused);
}
TEST(Pipeline, PortReuseIsASecondConnection) {
  Script s;
  s.handshake().client(kAck, kRequest).client(kFin | kAck).server(kFin | kAck).handshake().client(kAck, kRequest);
  const Observed o = observed({s.file()});
  EXPECT_EQ(only_tcp(o).connections, 2u);
  EXPECT_EQ(o.operations.at(0).from_client, 2u);
}
TEST(Pipeline, SynRetransmissionIsNot) {
  const ByteVector syn = Script().client(kSyn).records()[0].bytes;
  Script s;
  s.client(kSyn).frame(syn).server(kSyn | kAck).client(kAck);
  EXPECT_EQ(only_tcp(observed({s.file()})).connections, 1u);
}
TEST(Pipeline, TellsWhetherTheClientIsKnown) {
  const auto known = [](std::uint16_t from, std::uint16_t to) {
    const auto datagram = test::ipv4(1, 2, 17, test::udp(from, to, {0x80, 0x01}));
    const Observed o = observed({Script().frame(test::ethernet(1, 2, 0x0800, datagram)).file()});
    for (const LinkRow& l : o.links)
      if (l.key.transport == Transport::udp) return l.client_known;
    ADD_FAILURE() << "no link";
    return false;
  };
  EXPECT_TRUE(known(40000, 502));
  EXPECT_TRUE(known(40000, 500));
  EXPECT_FALSE(known(40000, 1000));  // NFS clients call from there
  EXPECT_FALSE(known(40000, 30001));
  EXPECT_FALSE(known(30001, 30001));
  EXPECT_TRUE(only_tcp(observed({Script(30001).handshake().file()})).client_known);
}

// zeek's modbus-and-non-modbus-p502.pcap, packets 77–86: a controller answers a probe for RDP with an exception of its own
// protocol, which is no whole TPKT.
TEST(Pipeline, AServerThatSaysSomethingElseDeniesTheProtocol) {
  const auto probed = [](const ByteVector& answer, bool ends) {
    Script s;
    s.handshake().client(kAck,
                         hex("0300002b26e00000000000436f6f6b69653a206d737473686173683d61646d696e0d0a0100080001000000"));
    s.server(kAck, answer);
    if (ends) s.client(kFin | kAck).server(kFin | kAck);
    return only_tcp(observed({s.file()})).protocol;
  };
  const ByteVector exception = hex("0300002b0003008001");
  EXPECT_EQ(probed(exception, true), nullptr);
  EXPECT_EQ(probed(exception, false), find_protocol("rdp"));  // the rest may come
  EXPECT_EQ(probed(hex("16030000020000"), false), nullptr);
  EXPECT_EQ(probed(hex("0300 0013 0ed00000123400 0200080002000000"), true), find_protocol("rdp"));
}

TEST(Pipeline, TunnelledConversationsCountBeside) {
  Script inner, outer;
  inner.handshake().client(kAck, kRequest).server(kAck, kAnswer);
  for (const Record& r : inner.records()) {  // one way alone would be a mirror
    const bool answer = r.bytes[11] != inner.records()[0].bytes[11];
    const std::uint8_t from = answer ? 8 : 7, to = answer ? 7 : 8;
    outer.frame(test::ethernet(from, to, 0x0800, test::ipv4(from, to, 47, hex("0000 6558") + r.bytes)));
  }
  const Observed o = observed({outer.file()});
  EXPECT_EQ(only_tcp(o).protocol->name, "modbus");
  EXPECT_EQ(o.macs.size(), 4u);
  bool tunnel = false;
  for (const LinkRow& l : o.links) tunnel = tunnel || (l.key.transport == Transport::ip && l.key.server_port == 47);
  EXPECT_TRUE(tunnel);
  EXPECT_TRUE(o.tunnelled.empty());  // its frames have MACs of their own
}

TEST(Pipeline, BehindWhichEndOfATunnelAnAddressIs) {
  const ByteVector inner = test::ipv4(21, 22, 253, hex("00"));
  const ByteVector around = test::ipv4(7, 8, 4, inner);
  const Observed o = observed({Script().frame(test::ethernet(7, 8, 0x0800, around)).file()});
  const auto ip = [](const char* text) { return parse_address(text).value(); };
  ASSERT_EQ(o.tunnelled.size(), 2u);
  const TunnelledRow& source = o.tunnelled.at({ip("10.0.0.21"), ip("10.0.0.7"), ip("10.0.0.8"), 0});
  EXPECT_EQ(source.sent.count, 1u);
  EXPECT_EQ(source.received.count, 0u);
  EXPECT_NE(source.ttl.max, 0);
  const TunnelledRow& destination = o.tunnelled.at({ip("10.0.0.22"), ip("10.0.0.8"), ip("10.0.0.7"), 0});
  EXPECT_EQ(destination.sent.count, 0u);
  EXPECT_EQ(destination.received.first.number(), 1u);
}

TEST(Pipeline, WhoAsksForAnEchoIsTheClient) {
  const auto echo = [](std::uint8_t from, std::uint8_t to, std::uint8_t type) {
    return test::ethernet(from, to, 0x0800, test::ipv4(from, to, 1, ByteVector{type, 0, 0, 0, 0, 1, 0, 1}));
  };
  const auto ends = [](const Observed& o) {
    std::string text;
    for (const LinkRow& l : o.links)
      text += to_string(l.key.client) + " " + to_string(l.key.server) + " " + std::to_string(l.client_known) + " " +
              std::to_string(l.packets[0]) + "/" + std::to_string(l.packets[1]) + "; ";
    return text;
  };
  EXPECT_EQ(ends(observed({Script().frame(echo(9, 8, 8)).frame(echo(8, 9, 0)).file()})), "10.0.0.9 10.0.0.8 1 1/1; ");
  EXPECT_EQ(ends(observed({Script().frame(echo(8, 9, 8)).frame(echo(9, 8, 0)).file()})), "10.0.0.8 10.0.0.9 1 1/1; ");
  // Both ask in turn, as if each of them had been captured apart.
  Script both;
  both.frame(echo(8, 9, 8)).frame(echo(9, 8, 0)).frame(echo(9, 8, 8)).frame(echo(8, 9, 0));
  EXPECT_EQ(ends(observed({both.file()})), "10.0.0.8 10.0.0.9 1 1/1; 10.0.0.9 10.0.0.8 1 1/1; ");
  EXPECT_EQ(ends(observed({Script().frame(echo(9, 8, 3)).file()})), "10.0.0.9 10.0.0.8 0 1/0; ");
}

TEST(TunnelTable, WhatFindsNoRoomIsCounted) {
  TunnelTable table(1);
  Decoded outer, inner;
  inner.source = parse_address("10.0.0.1").value();
  inner.destination = parse_address("10.0.0.2").value();
  for (int i = 0; i < 3; ++i) table.note(outer, inner, {0, 0, 1});
  EXPECT_EQ(table.rows().tunnelled.size(), 1u);
  EXPECT_EQ(table.rows().facts_dropped, 3u);
}

TEST(Pipeline, ArpTellsWhoIsAskedFor) {
  const Observed o =
      observed({Script()
                    .frame(test::ethernet(1, 0xFF, 0x0806,
                                          hex("0001 0800 06 04 0001 020000000001 0A000001 000000000000 0A000009")))
                    .file()});
  EXPECT_EQ(o.asked.count({Address::mac(hex("020000000001")), Address::ipv4(0x0A000009), 0}), 1u);
  EXPECT_EQ(o.bindings.at({Address::mac(hex("020000000001")), Address::ipv4(0x0A000001), 0}).claims[0].count, 1u);
}

// The laws: neither threads nor the order nor the cutting of files shows.
bool same(const Observed& a, const Observed& b) {
  if (a.links.size() != b.links.size() || a.operations.size() != b.operations.size()) return false;
  for (std::size_t i = 0; i < a.links.size(); ++i)
    if (a.links[i].key != b.links[i].key || a.links[i].packets != b.links[i].packets ||
        a.links[i].state != b.links[i].state || a.links[i].seen.first.ts != b.links[i].seen.first.ts ||
        a.links[i].protocol != b.links[i].protocol)
      return false;
  for (std::size_t i = 0; i < a.operations.size(); ++i)
    if (a.operations[i].key != b.operations[i].key || a.operations[i].link != b.operations[i].link ||
        a.operations[i].from_client != b.operations[i].from_client ||
        a.operations[i].from_server != b.operations[i].from_server)
      return false;
  const auto keys = [](const auto& map) {
    std::vector<typename std::decay_t<decltype(map)>::key_type> list;
    for (const auto& [key, row] : map) list.push_back(key);
    return list;
  };
  return keys(a.bindings) == keys(b.bindings) && keys(a.macs) == keys(b.macs) &&
         keys(a.identities) == keys(b.identities);
}
std::vector<Record> many_hosts() {
  std::vector<Record> all;
  for (std::uint8_t host = 10; host < 60; ++host) {
    Script s(host % 3 == 0 ? 502 : 2000);
    s.handshake().client(kAck, kRequest).server(kAck, kAnswer).client(kAck, kRequest).server(kAck, kAnswer);
    for (Record r : s.records()) {
      r.bytes[r.bytes[29] == 1 ? 29 : 33] = host;  // the client's address
      all.push_back(std::move(r));
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Record& a, const Record& b) { return a.ts < b.ts; });
  return all;
}
// An insertion (Ptacek and Newsham 1998, §4.1): the receiver drops what the first copy says, and so must a reader.
TEST(Pipeline, WhatTheReceiverDropsIsNotRead) {
  const ByteVector write = hex("0001 0000 0006 11 06 006B 0001");
  Script script;
  script.with_checksums().handshake().client(kAck, kRequest).forged_before(write).server(kAck, kAnswer);
  const Observed o = observed({script.file()});
  const LinkRow& link = only_tcp(o);
  EXPECT_EQ(link.checksum_right, (std::array<std::uint64_t, 2>{3, 2}));
  EXPECT_EQ(link.checksum_wrong, (std::array<std::uint64_t, 2>{1, 0}));
  EXPECT_EQ(link.packets[0], 4u);
  ASSERT_EQ(o.operations.size(), 1u);
  EXPECT_EQ(o.operations[0].key.function_code, 3);
  EXPECT_EQ(o.operations[0].accepted, 1u);
}
// Nor may it take the true packet's place as its copy: both begin alike, and only the values written differ.
TEST(Pipeline, WhatTheReceiverDropsHidesNothing) {
  const ByteVector write = hex("0001 0000 000B 11 10 006B 0002 04 0001 0002"), forged = hex("0007 0008");
  Script script;
  script.with_checksums().handshake().client(kAck, write).forged_before(forged);
  script.server(kAck, hex("0001 0000 0006 11 10 006B 0002"));
  const Observed o = observed({script.file()});
  EXPECT_EQ(only_tcp(o).checksum_wrong, (std::array<std::uint64_t, 2>{1, 0}));
  EXPECT_EQ(o.captures[0].duplicates, 0u);
  ASSERT_EQ(o.operations.size(), 1u);
  EXPECT_EQ(o.operations[0].from_client, 1u);
  EXPECT_EQ(o.operations[0].accepted, 1u);
}
// A tool that counts the frame check sequence (IEEE 802.3 §3.2.9, 4 octets) but does not keep it cuts nothing.
TEST(Pipeline, AMissingFrameCheckSequenceIsNoCut) {
  const auto truncated = [](std::uint32_t missing, const ByteVector& frame) {
    const Observed o = observed({test::pcap({{1, frame, static_cast<std::uint32_t>(frame.size()) + missing}})});
    return o.captures[0].truncated;
  };
  const ByteVector whole = Script().client(kAck, kRequest).records()[0].bytes;
  const ByteVector cut(whole.begin(), whole.end() - 4);
  const ByteVector other = test::ethernet(1, 2, 0x8892, ByteVector(46, 0x11));
  EXPECT_EQ(truncated(4, whole), 0u);
  EXPECT_EQ(truncated(5, whole), 1u);
  EXPECT_EQ(truncated(4, cut), 1u);
  EXPECT_EQ(truncated(4, other), 0u);
  EXPECT_EQ(truncated(3, other), 1u);
  // as long as the file's snap length (65535): it may well be the rest of a longer frame
  EXPECT_EQ(truncated(4, ByteVector(65535, 0x11)), 1u);
}
TEST(Pipeline, ChecksumsThatAreNotFilledInAreNoDamage) {
  const Observed o = observed({Script().handshake().client(kAck, kRequest).server(kAck, kAnswer).file()});
  EXPECT_EQ(only_tcp(o).checksum_deferred, (std::array<std::uint64_t, 2>{3, 2}));
  EXPECT_EQ(o.operations.size(), 1u);
}
// Every conversation waits for a segment that does not come, with 60 KiB behind it.
TEST(Pipeline, WhatWaitsIsBoundedInAll) {
  std::vector<Record> records;
  constexpr std::uint16_t kFlows = 1200;
  std::int64_t ts = 1'700'000'000'000'000'000;
  for (std::uint16_t flow = 0; flow < kFlows; ++flow) {
    const auto add = [&](std::uint32_t sequence, std::uint8_t flags, const ByteVector& payload) {
      records.push_back({++ts, test::ethernet(1, 2, 0x0800,
                                              test::ipv4(1, 2, 6,
                                                         test::tcp(static_cast<std::uint16_t>(2000 + flow), 502,
                                                                   sequence, 0, flags, payload)))});
    };
    add(99, kSyn, {});
    for (std::uint32_t i = 0; i < 20; ++i) add(200 + i * 3000, kAck, ByteVector(3000, 0xAB));
  }
  const test::TemporaryFolder folder;
  capture::CaptureSet set({folder.write("waiting.pcap", test::pcap(records))});
  const SecretKeeper secrets;
  const Observed o = run(set, secrets, {.max_memory = Limits::kLeast});
  // All flows are of one pair of hosts, and so of one shard.
  constexpr std::size_t kAll = std::size_t{kFlows} * 60000;
  EXPECT_GE(o.waiting_released, (kAll - Limits::of(Limits::kLeast, 4, Limits::Use::whole).waiting_bytes) / 70000);
  EXPECT_LE(o.waiting_released, std::uint64_t{kFlows});
}
TEST(Pipeline, DatagramsWithoutTheirEndAreGivenUp) {
  ByteVector piece = test::ipv4(1, 2, 17, ByteVector(16, 1));
  piece[6] = 0x20;  // more fragments
  const Observed o = observed({Script().frame(test::ethernet(1, 2, 0x0800, piece)).file()});
  EXPECT_EQ(o.captures[0].fragments_given_up, 1u);
}
// A station sets a device's name and gets its answer, beside cyclic data of both; another frame of the pair is neither.
TEST(Pipeline, FramesWithoutIpAreConversations) {
  Script script;
  const auto profinet = [&](std::uint8_t from, std::uint8_t to, const char* payload) {
    script.frame(test::ethernet(from, to, 0x8892, hex(payload)));
  };
  // ICS-Security-Tools profinet/profinet-wireshark-bug.pcap, frames 3 and 4; the device has the lower MAC
  profinet(2, 1, "fefd0400 01000001 0000 0014 0202 0009 0001 256e256e256e20 00 0502 0002 0000");
  profinet(1, 2, "fefd0401 01000001 0000 0010 0504 0003 020200 00 0504 0003 050200 00");
  const Observed set = observed({script.file()});
  ASSERT_EQ(set.links.size(), 1u);
  EXPECT_EQ(set.links[0].protocol->name, "profinet_dcp");
  EXPECT_TRUE(set.links[0].client_known);
  EXPECT_EQ(set.links[0].key.server_port, 0x8892);
  EXPECT_EQ(set.links[0].packets, (std::array<std::uint64_t, 2>{1, 1}));
  ASSERT_EQ(set.operations.size(), 1u);
  EXPECT_EQ(set.operations[0].from_client, 1u);
  EXPECT_EQ(set.operations[0].accepted, 1u);
  ASSERT_EQ(set.actions.size(), 1u);
  EXPECT_EQ(set.actions.begin()->first, set.links[0].key);
  ASSERT_EQ(set.actions.begin()->second.rows.size(), 1u);
  EXPECT_EQ(set.actions.begin()->second.rows[0].outcome, Outcome::accepted);

  for (int i = 0; i < 3; ++i) profinet(1, 2, "c002 8000 0000 80 3500"), profinet(2, 1, "c000 8000 0000 80 3500");
  profinet(2, 1, "fefd0300 01000002 0000 0002 0202");
  const Observed cyclic = observed({script.file()});
  ASSERT_EQ(cyclic.links.size(), 1u);
  EXPECT_EQ(cyclic.links[0].protocol->name, "profinet_rt");
  EXPECT_EQ(cyclic.links[0].key, set.links[0].key);
}

// Whoever answers what nobody asked is no server by it: what it sets later are its commands.
TEST(Pipeline, AnAnswerToNobodyHidesNoCommand) {
  Script script;
  const auto set_name = [&](const char* transaction) {
    script.frame(
        test::ethernet(2, 1, 0x8892, hex(std::string("fefd0400 ") + transaction + " 0000 0008 0202 0004 0001 6161")));
  };
  script.frame(test::ethernet(2, 1, 0x8892, hex("fefd0401 00000001 0000 0008 0504 0003 020200 00")));
  set_name("00000002"), set_name("00000003");
  script.frame(test::ethernet(1, 2, 0x8892, hex("fefd0401 00000003 0000 0008 0504 0003 020200 00")));
  const Observed o = observed({script.file()});
  ASSERT_EQ(o.links.size(), 2u);  // of who seemed to be asked, too
  const LinkRow& link = o.links[o.links[0].packets[1] == 1 && o.links[0].packets[0] == 2 ? 0 : 1];
  EXPECT_EQ(link.packets, (std::array<std::uint64_t, 2>{2, 1}));
  std::uint64_t from_client = 0, accepted = 0;
  for (const OperationRow& op : o.operations)
    if (&o.links[op.link] == &link) from_client += op.from_client, accepted += op.accepted;
  EXPECT_EQ(from_client, 2u);
  EXPECT_EQ(accepted, 1u);
  EXPECT_EQ(o.actions.at(link.key).rows.size(), 2u);
}

// Sampled values are counted all, and few of them are read.
TEST(Pipeline, NotEachFrameOfSampledValuesIsRead) {
  Script script;
  for (unsigned i = 0; i < 600; ++i) {
    ByteVector frame =
        hex("4001 0027 8000 0000 601d 800101 a218 3016 8004 34303031 8202 0000 8304 00000001 850102 8701 ff");
    frame[25] = static_cast<std::uint8_t>(i >> 8), frame[26] = static_cast<std::uint8_t>(i);  // counts samples
    script.frame(test::ethernet(1, 2, 0x88BA, frame));
  }
  const Observed o = observed({script.file()});
  ASSERT_EQ(o.links.size(), 1u);
  EXPECT_EQ(o.links[0].protocol->name, "sv");
  EXPECT_EQ(o.links[0].packets[0] + o.links[0].packets[1], 600u);
  EXPECT_EQ(o.identities.size(), 1u);
  ASSERT_EQ(o.operations.size(), 1u);
  EXPECT_LT(o.operations[0].from_client, 10u);
}

TEST(Pipeline, SwitchesNameTheirVlans) {
  // Port VLAN ID 20 (IEEE 802.1Q-2018 §D.2.1), behind chassis, port and time to live
  const ByteVector lldp = hex("0207 04 020000000001 0403 05 3031 0602 0078 FE06 0080C2 01 0014 0000");
  const Observed o = observed({Script().frame(test::ethernet(1, 2, 0x88CC, lldp)).file()});
  ASSERT_EQ(o.named_vlans.size(), 1u);
  EXPECT_EQ(o.named_vlans.begin()->first.vlan, 20u);
  EXPECT_EQ(o.named_vlans.begin()->first.protocol, "lldp");
}

TEST(Pipeline, ThreadsDoNotShow) {
  const ByteVector file = test::pcap(many_hosts());
  const Observed one = observed({file}, 1);
  EXPECT_EQ(one.operations.size(), 50u);
  for (const unsigned threads : {2u, 3u, 8u}) EXPECT_TRUE(same(one, observed({file}, threads))) << threads;
}
TEST(Pipeline, OrderAndCuttingOfFilesDoNotShow) {
  const std::vector<Record> all = many_hosts();
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  const ByteVector first = test::pcap({all.begin(), middle}), second = test::pcap({middle, all.end()});
  const Observed whole = observed({test::pcap(all)});
  EXPECT_TRUE(same(whole, observed({first, second})));
  EXPECT_TRUE(same(whole, observed({second, first}, 2)));
}

}  // namespace
}  // namespace kakoi::pipeline
