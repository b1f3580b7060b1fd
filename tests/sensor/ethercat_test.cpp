// EtherCAT: what a master sends round its segment and what comes back. Frames are cut from ControlThings-io/ct-samples,
// EtherCAT.pcap (the number stands before each), or were put together where it has none; expected values were read with
// tshark 4.0.
#include "sensor/control/ethercat.h"

#include <gtest/gtest.h>

#include "observe_control.h"

namespace kakoi {
namespace {

using test::hex;
using test::ip;

constexpr std::string_view kMaster = "00:14:4f:23:98:cf", kReturned = "02:14:4f:23:98:cf", kAll = "ff:ff:ff:ff:ff:ff";

// Of two, the number of slaves (BRD of register 0130h).
constexpr std::string_view k1Read = "0e10 07 02 0000 3001 0200 0000 0000 0000";
constexpr std::string_view k2Read = "0e10 07 02 0500 3001 0200 0400 0800 0500";
constexpr std::string_view k3AlControl =
    "6210 08 03 0000 2001 0280 0000 0110 0000 0704 0000 3001 0280 0000 0000 0000 0105 0000 3001 0280 0000 0000 0000"
    "0106 ffff 3001 0280 0000 0000 0000 0107 feff 3001 0280 0000 0000 0000 0108 fdff 3001 0280 0000 0000 0000"
    "0109 fcff 3001 0200 0000 0000 0000";
// A download of 1600h to object 1C12h, 1 of slave 1004h; and that it is done.
constexpr std::string_view k781Download =
    "7d10050104100018108000000a000410000300202b121c0100160000000005020410f5180180000000000007030000300102"
    "8000000000000001040000300102800000000000000105ffff300102800000000000000106feff3001028000000000000001"
    "07fdff300102800000000000000108fcff30010200000000000000";
constexpr std::string_view k786Downloaded =
    "791004100410f6180c800400060004100003003060121c01010004110410eb1901800400000100071205003001028004000a"
    "0005000113050030010280040008000100011404003001028004000200010001150300300102800400020001000116020030"
    "0102800400020001000117010030010200040002000100";

// What words 10 and 12 of slaves' EEPROMs hold; the first is asked for only.
constexpr std::string_view k48ProductCodes =
    "a01005b0001002050480040000010a00010004b1041002050a80040000000a00000052302410010004b2021002050a80040000000a000000"
    "5230d407010005b3031002050480040000010a00010007b405003001028004001100050001b505003001028004001100010001b604003001"
    "028004001100010001b703003001028004001100010001b802003001028004000100010001b9010030010200040001000100";
constexpr std::string_view k56Revisions =
    "b61005d4011002050480040000010c00010004d5021002050a80040000000c00000000000000010004d6031002050a80040000000c000000"
    "00000000010005d7041002050480040000010e00010004d8001002050a80040000000c00000000000100010007d905003001028004001100"
    "050001da05003001028004001100010001db04003001028004001100010001dc03003001028004001100010001dd02003001028004000100"
    "010001de010030010200040001000100";

// Put together.
constexpr std::string_view kVendorAndProduct = "1e10 04 01 0310 0205 0e00 0000 4000 08000000 02000000 52301e0c 0100";
constexpr std::string_view kEepromBusy = "1a10 04 01 0310 0205 0a00 0000 0081 08000000 ffff fc08 0100";
constexpr std::string_view kSerialNumber =
    "1c10 04 03 e903 0014 1000 0000 0a00 0000 00 13 0030 43 1810 04 15cd5b07 0100";
constexpr std::string_view kFoeWrite =
    "2110 05 01 e903 0010 1500 0000 0f00 0000 00 14 02 00 78563412 64726976652e656677 0000";
constexpr std::string_view kSdoDownload =
    "1c10 05 02 e903 0010 1000 0000 0a00 0000 00 13 0020 2b 4060 00 06000000 0000";
constexpr std::string_view kSdoAbort = "1c10 04 03 e903 0014 1000 0000 0a00 0000 00 13 0020 80 4060 00 02000106 0100";
constexpr std::string_view kSdoUpload = "1c10 05 04 e903 0010 1000 0000 0a00 0000 00 13 0020 40 0810 00 00000000 0000";
constexpr std::string_view kSoeWrite = "1810 05 05 ea03 0010 0c00 0000 0600 0000 00 15 03 40 2000 0b00 0000";
constexpr std::string_view kSoeAnswer = "1610 04 06 ea03 0014 0a00 0000 0400 0000 00 15 04 40 2000 0100";
constexpr std::string_view kCyclic =
    "2210 0c 07 0000 0100 0880 0000 0000000000000000 0000 07 08 0000 3001 0200 0000 0000 0000";
constexpr std::string_view kBootstrap = "0e10 05 09 e903 2001 0200 0000 0300 0000";
constexpr std::string_view kEepromWrite = "1210 05 0a e903 0205 0600 0000 010204000000 0000";

// One shard's frames of one segment, in their order.
class Ring {
 public:
  Ring& frame(std::string_view payload, std::string_view source = kMaster) {
    test::Observer one(payload, source, kAll);
    one.packet.ethertype = kEtherCat;
    returns_.recognise(one.packet);
    sources.push_back(one.packet.source_mac);
    EXPECT_EQ(control_protocol_of(one.packet), &ethercat_protocol);
    const Conversation c{one.packet.source_mac, ip(kAll), 0, kEtherCat, Transport::ethernet, 0, 7};
    const Role speaker = one.packet.is_returned ? Role::server : Role::client;
    const Context context{&ethercat_protocol, &c, {number_, 0, number_}, speaker, one.packet.source_mac};
    ++number_;
    observe_ethernet(one.packet, requests_, Emit(context, recorder_));
    return *this;
  }
  Ring& returned(std::string_view payload) { return frame(payload, kReturned); }
  test::Recorder end() {
    requests_.finish(recorder_);
    return std::move(recorder_);
  }
  std::vector<Address> sources;

 private:
  EtherCatReturns returns_;
  DcpRequests requests_;
  test::Recorder recorder_;
  std::uint32_t number_ = 1;
};

std::string_view function(const auto& stated) { return ethercat_protocol.function_name(stated.function_code); }
bool told_nothing_wrong(const test::Recorder& seen) { return seen.all<Anomaly>().empty(); }

TEST(EtherCat, WhatComesBackIsTheMastersAndCountsOnce) {
  Ring ring;
  const auto operations = ring.frame(k1Read).returned(k2Read).end().all<Operation>();
  EXPECT_EQ(ring.sources, (std::vector<Address>{ip(kMaster), ip(kMaster)}));
  ASSERT_EQ(operations.size(), 1u);
  EXPECT_EQ(function(operations[0]), "BRD");
  EXPECT_EQ(operations[0].cls, OperationClass::read);
}

TEST(EtherCat, AMirrorBehindTheFirstSlaveShowsReturnsAlone) {
  Ring ring;
  ring.returned(k2Read).returned(k2Read);
  EXPECT_EQ(ring.sources, (std::vector<Address>{ip(kMaster), ip(kMaster)}));
}

TEST(EtherCat, AMasterMayHaveALocalMac) {
  Ring ring;
  ring.returned(k1Read).returned(k2Read).returned(k1Read);
  EXPECT_EQ(ring.sources, (std::vector<Address>{ip(kReturned), ip(kReturned), ip(kReturned)}));
  EXPECT_EQ(ring.end().all<Operation>().size(), 2u);
}

TEST(EtherCat, OtherFramesKeepTheirMacs) {
  EtherCatReturns returns;
  test::Observer one(k2Read, kReturned, kAll);
  one.packet.ethertype = 0x88CC;
  returns.recognise(one.packet);
  EXPECT_EQ(one.packet.source_mac, ip(kReturned));
  EXPECT_FALSE(one.packet.is_returned);
}

TEST(EtherCat, AlControlAsksForAState) {
  Ring ring;
  const test::Recorder& seen = ring.frame(k3AlControl).frame(kBootstrap).end();
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].cls, OperationClass::mode);
  EXPECT_EQ(actions[0].step, "AL control: Init");
  EXPECT_EQ(actions[0].unit, kNoValue);  // all slaves
  EXPECT_EQ(actions[1].step, "AL control: Bootstrap");
  EXPECT_EQ(actions[1].unit, 1001u);
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 8u);
  EXPECT_EQ(operations[0].function_code & 0xFF, 8u);  // BWR
  EXPECT_EQ(function(operations[1]), "BRD");
  EXPECT_EQ(function(operations[6]), "APRD");
  EXPECT_TRUE(told_nothing_wrong(seen));
}

TEST(EtherCat, ADownloadIsAcceptedByItsAnswer) {
  const test::Recorder seen = Ring().frame(k781Download).returned(k786Downloaded).end();
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::parameter);
  EXPECT_EQ(actions[0].step, "CoE SDO download");
  EXPECT_EQ(actions[0].unit, 0x1004u);
  EXPECT_EQ(actions[0].point_kind, "object");
  EXPECT_EQ(actions[0].point, 0x1C1201u);
  EXPECT_EQ(actions[0].value, "5632");  // 1600h
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[0].asked.number(), 1u);
  EXPECT_EQ(actions[0].answered.number(), 2u);
  EXPECT_TRUE(told_nothing_wrong(seen));
}

TEST(EtherCat, AnAbortRefuses) {
  const auto seen = Ring().frame(kSdoDownload, "00:00:5e:00:53:01").frame(kSdoAbort, "02:00:5e:00:53:01").end();
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].point, 0x604000u);
  EXPECT_EQ(actions[0].value, "6");
  EXPECT_EQ(actions[0].outcome, Outcome::refused);
  EXPECT_EQ(actions[0].status, "aborted by the slave");
}

TEST(EtherCat, ReadingAnObjectChangesNothing) {
  const auto seen = Ring().frame(kSdoUpload).end();
  EXPECT_TRUE(seen.all<ControlAction>().empty());
  ASSERT_EQ(seen.all<Operation>().size(), 1u);
  EXPECT_EQ(function(seen.all<Operation>()[0]), "CoE SDO upload");
}

// tshark reads the same codes; ESI files have 07D43052h for Beckhoff's EL2004.
TEST(EtherCat, SlavesAreKnownByTheirEeprom) {
  const auto told = [](std::string_view payload) {
    std::vector<std::string> texts;
    const test::Recorder seen = Ring().returned(payload).end();
    for (const Identity& i : seen.all<Identity>()) {
      EXPECT_EQ(i.trait, Trait::description);
      EXPECT_EQ(i.subject.who, Who::listener);  // the master
      texts.emplace_back(i.text);
    }
    return texts;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(told(k48ProductCodes),
            (Texts{"EtherCAT slave 4100: product code 10243052h", "EtherCAT slave 4098: product code 07D43052h"}));
  EXPECT_EQ(told(k56Revisions),
            (Texts{"EtherCAT slave 4098: revision 00000000h", "EtherCAT slave 4099: revision 00000000h",
                   "EtherCAT slave 4096: revision 00010000h"}));
  EXPECT_EQ(told(kVendorAndProduct), (Texts{"EtherCAT slave 4099: vendor 00000002h, Beckhoff Automation",
                                            "EtherCAT slave 4099: product code 0C1E3052h"}));
  EXPECT_EQ(told(kSerialNumber), Texts{"EtherCAT slave 1001: serial number 075BCD15h"});
  EXPECT_EQ(told(kEepromBusy), Texts{});
}

TEST(EtherCat, AFileIsAProgram) {
  const auto seen = Ring().frame(kFoeWrite).end();
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::program);
  EXPECT_EQ(actions[0].step, "FoE write");
  EXPECT_EQ(actions[0].value, "drive.efw");
  EXPECT_EQ(actions[0].outcome, Outcome::none);
}

TEST(EtherCat, AFileMayBeRefused) {
  constexpr std::string_view kError = "1810 04 07 e903 0014 0c00 0000 0600 0000 00 14 05 00 02800000 0100";
  constexpr std::string_view kOthersError = "1810 04 07 ea03 0014 0c00 0000 0600 0000 00 14 05 00 02800000 0100";
  const auto outcome = [](std::string_view answer) {
    return Ring().frame(kFoeWrite).returned(answer).end().all<ControlAction>().at(0).outcome;
  };
  EXPECT_EQ(outcome(kError), Outcome::refused);
  EXPECT_EQ(outcome(kOthersError), Outcome::none);
}

TEST(EtherCat, ServoParametersAndTheEepromAreParameters) {
  const auto seen = Ring()
                        .frame(kSoeWrite, "00:00:5e:00:53:01")
                        .frame(kSoeAnswer, "02:00:5e:00:53:01")
                        .frame(kEepromWrite, "00:00:5e:00:53:01")
                        .end();
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].step, "SoE write");
  EXPECT_EQ(actions[0].point_kind, "IDN");
  EXPECT_EQ(actions[0].point, 32u);
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[1].step, "SII EEPROM write");
  EXPECT_EQ(actions[1].cls, OperationClass::parameter);
}

TEST(EtherCat, ProcessDataIsNoCommand) {
  const auto seen = Ring().frame(kCyclic).end();
  EXPECT_TRUE(seen.all<ControlAction>().empty());
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0].cls, OperationClass::report);
  EXPECT_EQ(function(operations[0]), "LRW");
}

TEST(EtherCat, WhatIsCutOrWrongIsAnAnomalyAndNothingElse) {
  const auto whole = hex(k781Download);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    DcpRequests requests;
    test::Recorder seen;
    const Conversation c;
    const Context context{&ethercat_protocol, &c, {1, 0, 1}, Role::client, ip(kMaster)};
    observe_ethercat(Bytes(whole).first(size), false, requests, Emit(context, seen));
    EXPECT_EQ(seen.all<Anomaly>().size(), 1u) << size;
  }
  EXPECT_EQ(Ring().frame("0e10 0f 02 0000 3001 0200 0000 0000 0000").end().all<Anomaly>().size(), 1u);  // no command 15
  EXPECT_TRUE(Ring().frame("0440 01020304").end().stated.empty());  // network variables
}

TEST(EtherCat, InUdpTheChainOfDatagramsProvesIt) {
  const auto proves = [](std::string_view bytes) {
    return ethercat_ip_protocol.frame(hex(bytes), Role::client).kind == Frame::Kind::whole &&
           ethercat_ip_protocol.probe(hex(bytes), Role::client);
  };
  EXPECT_TRUE(proves(k1Read));
  EXPECT_TRUE(proves(k781Download));
  EXPECT_FALSE(proves("0e10 07 02 0000 3001 0280 0000 0000 0000"));       // one more that is not there
  EXPECT_FALSE(proves("1010 07 02 0000 3001 0200 0000 0000 0000 0000"));  // octets behind
  EXPECT_FALSE(proves("0e20 07 02 0000 3001 0200 0000 0000 0000"));       // another type
  const auto seen =
      test::observe(ethercat_ip_protocol, {test::client(kSdoDownload), test::client(kSdoAbort)}, Transport::udp);
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, Outcome::refused);
}

}  // namespace
}  // namespace kakoi
