#include "dissectors/synchrophasor/synchrophasor.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::Chunk;
using test::client;
using test::hex;
using test::observe;
using test::server;

constexpr std::uint32_t kCommand = 0x10000;  // function codes of commands begin there

// cisagov/icsnpp-synchrophasor, C37.118_1PMU_TCP.pcap, packets 4, 6, 8, 10, 11 and 413.
constexpr std::string_view kSendCfg2 = "aa41 0012 00f1 00000000 00000000 0005 d7d0";
constexpr std::string_view kCfg2 =
    "aa31 0086 00f1 4893344a 0019999a 00ffffff 0001 426c756520504d552020202020202020 00f1 0006 0004 0000 0000"
    "56314c504d2020202020202020202020 56414c504d2020202020202020202020 56424c504d2020202020202020202020"
    "56434c504d2020202020202020202020 00000001 00000001 00000001 00000001 0001 0059 0032 c1e2";
constexpr std::string_view kTurnOn = "aa41 0012 00f1 00000000 00000000 0002 a737";
constexpr std::string_view kData =
    "aa01 0036 00f1 4893344a 001eb852 0800 42f68f24 c7c36623 430188cb c7c36332 c7a95676 4742fe4b 47a91cdd 4743d144"
    "0000 0000 47ef";
constexpr std::string_view kNextData =
    "aa01 0036 00f1 4893344a 0023d70a 0800 42f5a56b c7c36647 43011701 c7c3635b c7a95675 4742ff86 47a91ccb 4743d15a"
    "0000 0000 9f01";
constexpr std::string_view kTurnOff = "aa41 0012 00f1 00000000 00000000 0001 9754";
// c37_1100_clean_tcp.pcap of the same, packets 4, 6 and 8: the PMU's header is an empty text.
constexpr std::string_view kSendHeader = "aa41 0012 0001 5975894f 000dc48d 0003 4812";
constexpr std::string_view kEmptyHeader = "aa11 0010 0001 59758933 0f04611f 5105";
constexpr std::string_view kSendCfg2To1 = "aa41 0012 0001 5975894f 000dda8d 0005 9129";
// C37.118_1PMU_UDP_minimal.pcap of the same, packets 1, 2 and 4.
constexpr std::string_view kUdpSendCfg2 = "aa41 0012 003c 4899909a 00902e12 0005 168a";
constexpr std::string_view kUdpCfg2 =
    "aa31 0176 003c 48933743 0007ef40 000f4240 0001 504d5531202020202020202020202020 003d 0007 0003 0000 0001"
    "56412020202020202020202020202020 56422020202020202020202020202020 56432020202020202020202020202020"
    "446967204368616e6e656c2031202020 446967204368616e6e656c2032202020 446967204368616e6e656c2033202020"
    "446967204368616e6e656c2034202020 446967204368616e6e656c2035202020 446967204368616e6e656c2036202020"
    "446967204368616e6e656c2037202020 446967204368616e6e656c2038202020 446967204368616e6e656c2039202020"
    "446967204368616e6e656c2031302020 446967204368616e6e656c2031312020 446967204368616e6e656c2031322020"
    "446967204368616e6e656c2031332020 446967204368616e6e656c2031342020 446967204368616e6e656c2031352020"
    "446967204368616e6e656c2031362020 000004c4 000004c4 000004c4 00000000 0001 0001 0032 81d2";
constexpr std::string_view kUdpData =
    "aa01 0030 003c 48933743 0008d9a0 0000 42c827b9 bfc89ec2 42c7e479 4027ad27 42c80511 3f06beb0 0000 0000 0000 1a9c";

// Put together by C37.118.2-2011, clauses 6.3 to 6.6; what tshark (Wireshark 4.0) reads in them is expected.
constexpr std::string_view kHeader =
    "aa11 0027 0007 59758933 0f046120 504d55206f662062617920332c20435420313230302f35 1c49";
constexpr std::string_view kCfg1 =
    "aa21 005e 0007 59758933 0f046120 000f4240 0001 4e4f5254482020202020202020202020 0007 000f 0001 0001 0000"
    "56412020202020202020202020202020 57202020202020202020202020202020 00000000 00000001 0000 0001 001e 7a1f";
constexpr std::string_view kTwoPmus =
    "aa32 00a4 0009 59758933 0f046120 000f4240 0002"
    "4e4f5254482020202020202020202020 0007 000f 0001 0000 0000 56412020202020202020202020202020 00000000 0000 0001"
    "534f5554482020202020202020202020 0008 000f 0002 0001 0000 56412020202020202020202020202020"
    "49412020202020202020202020202020 57202020202020202020202020202020 00000000 00000000 00000001 0001 0001 fff1 8fbe";
constexpr std::string_view kCfg3 =
    "aa52 00b0 0007 59758933 0f046120 0000 000f4240 0001 0f 4e6f726473746174696f6e204f7374 0007"
    "000102030405060708090a0b0c0d0e0f 000f 0001 0001 0001 025641 0157 024430 024431 024432 024433 024434 024435 024436"
    "024437 024438 024439 03443130 03443131 03443132 03443133 03443134 03443135 0000 01 00 3f800000 00000000"
    "3f800000 00000000 0000ffff 4240d532 4182fd8b 41480000 4d 00000064 00000032 0001 0001 0032 6762";
constexpr std::string_view kCfg3First =
    "aa52 0063 0009 59758933 0f046120 0001 000f4240 0002 01 41 0007 00000000000000000000000000000000 000f 0001 0000 "
    "0000"
    "025641 0000 01 00 3f800000 00000000 7f800000 7f800000 41480000 4d 00000064 00000032 0001 0001 06 426568696e64 "
    "bc67";
constexpr std::string_view kCfg3Last = "aa52 001e 0009 59758933 0f046120 ffff 72657374206f66206974 0032 c125";
constexpr std::string_view kExtended = "aa42 001a 0007 59758933 0f046120 0008 0102030405060708 1b2a";
constexpr std::string_view kUsersOwn = "aa42 0012 0007 59758933 0f046120 0123 5f1b";
constexpr std::string_view kReserved = "aa42 0012 0007 59758933 0f046120 0007 08cc";
constexpr std::string_view kTooLong = "aa42 0014 0007 59758933 0f046120 0002 0000 acf2";
constexpr std::string_view kSendCfg3 = "aa42 0012 0007 59758933 0f046120 0006 18ed";

Frame framed(std::string_view bytes) { return synchrophasor::protocol.frame(hex(bytes), Role::server); }
bool proves(std::string_view bytes) { return synchrophasor::protocol.probe(hex(bytes), Role::server); }
std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all += part;
  return all;
}
std::vector<std::string> texts(const test::Recorder& seen, Trait trait) {
  std::vector<std::string> found;
  for (const Identity& i : seen.all<Identity>())
    if (i.trait == trait) found.emplace_back(i.text);
  return found;
}
std::vector<Fault> faults(const test::Recorder& seen) {
  std::vector<Fault> found;
  for (const Anomaly& a : seen.all<Anomaly>()) found.push_back(a.fault);
  return found;
}

TEST(Synchrophasor, ASessionAsksStartsReportsAndStops) {
  const auto seen = observe(synchrophasor::protocol, {client(kSendCfg2), server(kCfg2), client(kTurnOn),
                                                      server(joined({kData, kNextData})), client(kTurnOff)});
  const std::vector<Operation> expected = {
      {.cls = OperationClass::identify, .function_code = kCommand + 5, .unit = 241},
      {.cls = OperationClass::identify, .function_code = 3, .unit = 241},
      {.cls = OperationClass::identify,
       .function_code = kCommand + 5,
       .unit = 241,
       .outcome = Outcome::accepted,
       .is_message = false},
      {.cls = OperationClass::session, .function_code = kCommand + 2, .unit = 241},
      {.cls = OperationClass::report, .function_code = 0, .unit = 241},
      {.cls = OperationClass::report, .function_code = 0, .unit = 241},
      {.cls = OperationClass::session, .function_code = kCommand + 1, .unit = 241}};
  EXPECT_EQ(seen.all<Operation>(), expected);
  EXPECT_EQ(seen.identity(Trait::name), "Blue PMU");
  EXPECT_EQ(
      texts(seen, Trait::description),
      (std::vector<std::string>{"IEEE C37.118-2005 stream 241, 1 PMU, 50 frames/s",
                                "PMU 241 (Blue PMU), 50 Hz, phasors 4, analog values 0, digital status words 0"}));
  for (const test::Stated& s : seen.stated)
    EXPECT_TRUE(!std::holds_alternative<Identity>(s.fact) || s.speaker == Role::server);
  ASSERT_EQ(seen.all<OpenAccess>().size(), 1u);
  EXPECT_EQ(seen.all<OpenAccess>()[0].scheme, "synchrophasor");
  EXPECT_TRUE(faults(seen).empty());
}

TEST(Synchrophasor, TurningDataOnAndOffIsAnActionWithoutAnswer) {
  const auto actions =
      observe(synchrophasor::protocol, {client(kTurnOn), server(kData), client(kTurnOff)}).all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].cls, OperationClass::session);
  EXPECT_EQ(actions[0].step, "start");
  EXPECT_EQ(actions[0].unit, 241u);
  EXPECT_EQ(actions[0].asked.number(), 1u);
  EXPECT_EQ(actions[0].outcome, Outcome::none);
  EXPECT_EQ(actions[1].step, "stop");
  EXPECT_EQ(actions[1].asked.number(), 3u);
}

// A stream has an id of its own, which need not be the PMU's.
TEST(Synchrophasor, OverUdpAPmuOfAnotherIdIsProbablyTheSpeaker) {
  const auto seen =
      observe(synchrophasor::protocol, {client(kUdpSendCfg2), server(kUdpCfg2), server(kUdpData)}, Transport::udp);
  EXPECT_EQ(texts(seen, Trait::description),
            (std::vector<std::string>{"IEEE C37.118-2005 stream 60, 1 PMU, 50 frames/s",
                                      "PMU 61 (PMU1), 50 Hz, phasors 3, analog values 0, digital status words 1"}));
  EXPECT_EQ(seen.identity(Trait::name), "PMU1");
  for (const Identity& i : seen.all<Identity>()) EXPECT_EQ(i.confidence, i.trait == Trait::name ? 60 : 80);
}

TEST(Synchrophasor, AConcentratorIsNotNamedAfterAnyOfItsPmus) {
  const auto seen = observe(synchrophasor::protocol, {server(kTwoPmus)});
  EXPECT_EQ(texts(seen, Trait::description),
            (std::vector<std::string>{"IEEE C37.118.2-2011 stream 9, 2 PMUs, a frame in 15 s",
                                      "PMU 7 (NORTH), 60 Hz, phasors 1, analog values 0, digital status words 0",
                                      "PMU 8 (SOUTH), 50 Hz, phasors 2, analog values 1, digital status words 0"}));
  EXPECT_TRUE(texts(seen, Trait::name).empty());
  EXPECT_TRUE(seen.all<OpenAccess>().empty());  // nobody was seen asking
}

TEST(Synchrophasor, Configuration1TellsTheSameWithItsOwnMethod) {
  const auto seen = observe(synchrophasor::protocol, {server(kCfg1)});
  EXPECT_EQ(seen.identity(Trait::name), "NORTH");
  EXPECT_EQ(seen.all<Identity>().at(0).method, "synchrophasor CFG-1");
  EXPECT_EQ(seen.all<Operation>().at(0).function_code, 2u);
}

TEST(Synchrophasor, Configuration3HasLongNamesAndAPlace) {
  const auto seen = observe(synchrophasor::protocol, {client(kSendCfg3), server(kCfg3)});
  EXPECT_EQ(seen.identity(Trait::name), "Nordstation Ost");
  EXPECT_EQ(seen.identity(Trait::location), "48.2082, 16.3738");
  EXPECT_EQ(texts(seen, Trait::description),
            (std::vector<std::string>{"IEEE C37.118.2-2011 stream 7, 1 PMU, 50 frames/s",
                                      "PMU 7 (Nordstation Ost), 50 Hz, phasors 1, analog values 1, digital status "
                                      "words 1, global id 000102030405060708090A0B0C0D0E0F"}));
  EXPECT_EQ(seen.all<Operation>().at(2).outcome, Outcome::accepted);
}

// Its rest cannot be read without it: what is whole in the first part is stated.
TEST(Synchrophasor, Configuration3InPartsTellsWhatItsFirstPartHolds) {
  const auto seen = observe(synchrophasor::protocol, {server(kCfg3First), server(kCfg3Last)});
  EXPECT_EQ(texts(seen, Trait::description),
            (std::vector<std::string>{"IEEE C37.118.2-2011 stream 9, 2 PMUs",
                                      "PMU 7 (A), 50 Hz, phasors 1, analog values 0, digital status words 0"}));
  EXPECT_EQ(seen.all<Operation>().size(), 2u);
  EXPECT_TRUE(faults(seen).empty());
}

TEST(Synchrophasor, AHeaderIsTextForPeople) {
  const auto seen = observe(synchrophasor::protocol, {server(kHeader)});
  EXPECT_EQ(seen.identity(Trait::description), "PMU of bay 3, CT 1200/5");
  EXPECT_EQ(seen.all<Operation>().at(0), (Operation{.cls = OperationClass::identify, .function_code = 1, .unit = 7}));
}

TEST(Synchrophasor, AnEmptyHeaderAnswersToo) {
  const auto seen = observe(synchrophasor::protocol, {client(kSendHeader), server(kEmptyHeader)});
  EXPECT_TRUE(seen.all<Identity>().empty());
  ASSERT_EQ(seen.all<Operation>().size(), 3u);
  EXPECT_EQ(seen.all<Operation>()[2].function_code, kCommand + 3);
  EXPECT_EQ(seen.all<Operation>()[2].outcome, Outcome::accepted);
}

// Data passes, the header is asked for, the configuration too, and that alone comes.
TEST(Synchrophasor, WhatIsPassedOverIsUnanswered) {
  const auto ask = [](std::string_view header, std::string_view cfg, std::vector<Chunk> before) {
    before.insert(before.end(), {client(header), client(cfg), server(kCfg2)});
    Outcome found = Outcome::none;
    for (const Operation& o : observe(synchrophasor::protocol, before).all<Operation>())
      if (o.function_code == kCommand + 3 && !o.is_message) found = o.outcome;
    return found;
  };
  EXPECT_EQ(ask(kSendHeader, kSendCfg2, {server(kData)}), Outcome::unanswered);
  EXPECT_EQ(ask(kSendHeader, kSendCfg2, {}), Outcome::none);  // its beginning may be missing
}

TEST(Synchrophasor, TheAnswerOfAnotherStreamIsNone) {
  for (const Operation& o : observe(synchrophasor::protocol, {client(kSendCfg2To1), server(kCfg2)}).all<Operation>())
    EXPECT_NE(o.outcome, Outcome::accepted);
}

TEST(Synchrophasor, CommandsOfNoLaidDownMeaningAreControl) {
  const auto seen = observe(synchrophasor::protocol, {client(kExtended), client(kUsersOwn)});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].cls, OperationClass::control);
  EXPECT_EQ(actions[0].step, "extended frame");
  EXPECT_EQ(actions[0].value, "8 octets");
  EXPECT_EQ(actions[1].step, "user command");
  EXPECT_EQ(synchrophasor::protocol.function_name(actions[0].function_code), "Extended frame");
  EXPECT_EQ(synchrophasor::protocol.function_name(actions[1].function_code), "User-designated command");
  EXPECT_TRUE(faults(seen).empty());
}

TEST(Synchrophasor, CommandsThatTheStandardDoesNotKnowAreAnomalies) {
  const auto seen = observe(synchrophasor::protocol, {client(kReserved), client(kTooLong)});
  EXPECT_EQ(faults(seen), (std::vector<Fault>{Fault::unknown_type, Fault::bad_length}));
  EXPECT_EQ(seen.all<Operation>().at(0).cls, OperationClass::other);
  EXPECT_EQ(synchrophasor::protocol.function_name(kCommand + 7), "");
}

TEST(Synchrophasor, ADamagedFrameIsThrownAwayAndTheNextIsRead) {
  std::string damaged(kData);
  damaged[damaged.size() - 1] = 'e';
  EXPECT_FALSE(proves(damaged));
  for (const auto& chunks : {std::vector<Chunk>{server(damaged), server(kNextData)},
                             std::vector<Chunk>{server(joined({damaged, kNextData}))}}) {
    const auto seen = observe(synchrophasor::protocol, chunks);
    EXPECT_EQ(faults(seen), std::vector<Fault>{Fault::bad_checksum});
    EXPECT_EQ(seen.all<Operation>().size(), 1u);
  }
}

TEST(Synchrophasor, CountsThatDoNotFillTheFrameStateNothing) {
  // kCfg2 with five phasors; its check word made to fit.
  const auto seen = observe(
      synchrophasor::protocol,
      {server("aa31 0086 00f1 4893344a 0019999a 00ffffff 0001 426c756520504d552020202020202020 00f1 0006 0005 0000 0000"
              "56314c504d2020202020202020202020 56414c504d2020202020202020202020 56424c504d2020202020202020202020"
              "56434c504d2020202020202020202020 00000001 00000001 00000001 00000001 0001 0059 0032 ea58")});
  EXPECT_EQ(faults(seen), std::vector<Fault>{Fault::bad_length});
  EXPECT_TRUE(seen.all<Identity>().empty());
}

TEST(Synchrophasor, AFrameMayComeInPieces) {
  const auto bytes = hex(kCfg2);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(cut);
    const auto seen = observe(synchrophasor::protocol, {Chunk{Role::server, {bytes.begin(), middle}},
                                                        Chunk{Role::server, {middle, bytes.end()}}});
    EXPECT_EQ(seen.all<Operation>().size(), 1u) << cut;
    EXPECT_TRUE(faults(seen).empty()) << cut;
  }
}

// A snap length cuts datagrams: what is left tells the stream, and the names as far as they are there.
TEST(Synchrophasor, ACutFrameTellsWhatIsLeft) {
  const auto whole = hex(kTwoPmus);
  const auto reader = synchrophasor::protocol.open();
  test::Recorder seen;
  const Conversation conversation;
  const Context context{&synchrophasor::protocol, &conversation, {1, 0, 1}, Role::server, {}};
  for (std::size_t size = 0; size < whole.size(); ++size)
    reader->on_pdu({Role::server, Bytes(whole).first(size), whole.size()}, Emit(context, seen));
  EXPECT_EQ(seen.all<Anomaly>().size(), whole.size());
  EXPECT_EQ(seen.all<Anomaly>().at(0).fault, Fault::truncated);
  EXPECT_EQ(seen.all<Operation>().size(), whole.size() - 14);
  EXPECT_EQ(seen.all<Identity>().back().text,
            "PMU 8 (SOUTH), 50 Hz, phasors 2, analog values 1, digital status words 0");
}

TEST(Synchrophasor, OnlyItsOwnFramesAreTaken) {
  EXPECT_TRUE(proves(kSendCfg2));
  EXPECT_TRUE(proves(kEmptyHeader));
  EXPECT_TRUE(proves(kCfg3));
  EXPECT_EQ(framed("aa").kind, Frame::Kind::more);
  EXPECT_EQ(framed("").kind, Frame::Kind::more);
  EXPECT_EQ(framed(kData.substr(0, 19)).size, 0x36u);
  EXPECT_FALSE(proves(kData.substr(0, 19)));
  EXPECT_EQ(framed("ab41").kind, Frame::Kind::foreign);
  EXPECT_EQ(framed("aa61").kind, Frame::Kind::foreign);       // no such type
  EXPECT_EQ(framed("aac1").kind, Frame::Kind::foreign);       // the reserved bit
  EXPECT_EQ(framed("aa40").kind, Frame::Kind::foreign);       // no version
  EXPECT_EQ(framed("aa41 0011").kind, Frame::Kind::foreign);  // too short for a command
  EXPECT_EQ(framed("aa31 0017").kind, Frame::Kind::foreign);
  EXPECT_EQ(framed("1603 0100 c801 0000").kind, Frame::Kind::foreign);  // TLS
  EXPECT_EQ(framed("aaaa 0300 0000 0800").kind, Frame::Kind::foreign);  // LLC/SNAP
}

TEST(Synchrophasor, WhoSendsCommandsIsTheClient) {
  const auto role = [](std::string_view bytes) { return synchrophasor::protocol.speaker(hex(bytes)).role; };
  EXPECT_EQ(role(kSendCfg2), Role::client);
  EXPECT_EQ(role(kData), Role::server);
  EXPECT_EQ(role(kCfg2), Role::server);
  EXPECT_FALSE(synchrophasor::protocol.speaker(hex("aa")).certain);
}

}  // namespace
}  // namespace kakoi
