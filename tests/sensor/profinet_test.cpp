// PROFINET DCP: who asks, what is set, and what becomes of it. Frames are cut from public captures (named above each),
// or were written by scapy 2.5.0 (contrib.pnio_dcp) where no capture has them; expected values were read with tshark 4.0.
#include <gtest/gtest.h>

#include "observe_control.h"

namespace kakoi {
namespace {

using test::find;
using test::ip;

// One shard's frames of a station (client) and a device (server), in their order.
class Segment {
 public:
  Segment& asks(std::string_view payload) { return frame(payload, Role::client); }
  Segment& answers(std::string_view payload) { return frame(payload, Role::server); }
  test::Recorder& end() {
    requests_.finish(recorder_);
    return recorder_;
  }

 private:
  Segment& frame(std::string_view payload, Role speaker) {
    const bool asks = speaker == Role::client;
    test::Observer one(payload, asks ? kStation : kDevice, asks ? kDevice : kStation);
    one.packet.ethertype = 0x8892;
    const Conversation c{ip(kStation), ip(kDevice), 0, 0x8892, Transport::ethernet, 0, 7};
    EXPECT_EQ(control_protocol_of(one.packet), &profinet_dcp_protocol);
    EXPECT_EQ(is_dcp_answer(one.packet.payload), !asks);
    const Context context{&profinet_dcp_protocol, &c, {number_, 0, number_}, speaker, one.packet.source_mac};
    ++number_;
    observe_ethernet(one.packet, requests_, Emit(context, recorder_));
    return *this;
  }
  static constexpr const char *kStation = "00:80:c8:38:a4:8b", *kDevice = "00:02:e3:17:c7:50";
  DcpRequests requests_;
  test::Recorder recorder_;
  std::uint32_t number_ = 1;
};

std::string_view function(const auto& stated) { return profinet_dcp_protocol.function_name(stated.function_code); }

// ICS-Security-Tools profinet/profinet-wireshark-bug.pcap, frames 3 and 4. The station is named "%n%n%n ".
constexpr std::string_view kSetName = "fefd0400 01000001 0000 0014 0202 0009 0001 256e256e256e20 00 0502 0002 0000";
constexpr std::string_view kSetNameDone =
    "fefd0401 01000001 0000 0010 0504 0003 020200 00 0504 0003 050200 00 00000000";

TEST(ProfinetDcp, SetAndItsAnswerAreOneAction) {
  Segment segment;
  const test::Recorder& seen = segment.asks(kSetName).answers(kSetNameDone).end();
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);  // the end of the transaction sets nothing
  for (const Operation& o : operations) {
    EXPECT_EQ(o.cls, OperationClass::parameter);
    EXPECT_EQ(function(o), "Set name of station");
  }
  EXPECT_EQ(operations[0].outcome, Outcome::none);
  EXPECT_EQ(operations[1].outcome, Outcome::accepted);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].cls, OperationClass::parameter);
  EXPECT_EQ(function(actions[0]), "Set name of station");
  EXPECT_EQ(actions[0].actor, Role::client);
  EXPECT_EQ(actions[0].step, "set permanently");
  EXPECT_EQ(actions[0].value, "%n%n%n");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[0].asked.number(), 1u);
  EXPECT_EQ(actions[0].answered.number(), 2u);
  EXPECT_TRUE(seen.all<Identity>().empty());  // what one is told to be called is not one's own word
  EXPECT_TRUE(seen.all<Anomaly>().empty());
}

// scapy: DCPIPBlock's fields in a request, DCPControlBlock with error 6 in the answer
constexpr std::string_view kSetAddress =
    "fefd0400 00000011 0000 0012 0102 000e 0001 c0a80128 ffffff00 c0a80101 000000000000";
constexpr std::string_view kSetAddressRefused = "fefd0401 00000011 0000 0008 0504 0003 010206 00";

TEST(ProfinetDcp, RefusalNamesItsReason) {
  Segment segment;
  const test::Recorder& seen = segment.asks(kSetAddress).answers(kSetAddressRefused).end();
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(function(operations[0]), "Set IP parameter");
  EXPECT_EQ(operations[1].outcome, Outcome::refused);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].value, "192.168.1.40/255.255.255.0, gateway 192.168.1.1");
  EXPECT_EQ(actions[0].outcome, Outcome::refused);
  EXPECT_EQ(actions[0].status, "in operation, set not possible");
  EXPECT_TRUE(seen.all<Binding>().empty());  // the device has not got it yet
}

TEST(ProfinetDcp, AnswerOfAnotherTransactionOrOfTheAskerItselfSettlesNothing) {
  Segment segment;
  // the transaction id counts; so does who speaks
  segment.asks(kSetAddress).answers("fefd0401 00000012 0000 0008 0504 0003 010200 00");
  const auto actions = segment.end().all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].outcome, Outcome::none);
  EXPECT_EQ(actions[0].answered.number(), 0u);
}

TEST(ProfinetDcp, RepeatedRequestIsAnActionOfItsOwn) {
  Segment segment;
  const auto actions =
      segment.asks(kSetAddress).asks(kSetAddress).answers(kSetAddressRefused).end().all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].outcome, Outcome::none);
  EXPECT_EQ(actions[1].outcome, Outcome::refused);
  EXPECT_EQ(actions[1].asked.number(), 2u);
}

TEST(ProfinetDcp, ServiceThatIsNotSupportedRefusesAll) {
  Segment segment;  // IEC 61158-6-10 §4.3: kind 5, as tshark names it
  const test::Recorder& seen = segment.asks(kSetName).answers("fefd0405 01000001 0000 0000").end();
  ASSERT_EQ(seen.all<Operation>().size(), 2u);
  EXPECT_EQ(function(seen.all<Operation>()[1]), "Set");
  EXPECT_EQ(seen.all<Operation>()[1].outcome, Outcome::refused);
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].status, "request not supported");
}

TEST(ProfinetDcp, SignalIsControlAndResetIsNot) {
  Segment segment;  // composed: blocks 5/3 with 0x0100, and 5/6 with mode 8 in the qualifier, 5/5
  const test::Recorder& seen = segment.asks("fefd0400 00000021 0000 0008 0503 0004 0000 0100")
                                   .asks("fefd0400 00000022 0000 0006 0506 0002 0008")
                                   .asks("fefd0400 00000023 0000 0006 0505 0002 0000")
                                   .end();
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 3u);
  EXPECT_EQ(actions[0].cls, OperationClass::control);
  EXPECT_EQ(actions[0].value, "flash once");
  EXPECT_EQ(function(actions[0]), "Signal");
  EXPECT_EQ(actions[1].cls, OperationClass::parameter);
  EXPECT_EQ(actions[1].value, "mode 8");
  EXPECT_EQ(actions[1].step, "reset");
  EXPECT_EQ(function(actions[1]), "Reset to factory");
  EXPECT_EQ(function(actions[2]), "Reset factory settings");
}

TEST(ProfinetDcp, GetReadsAndItsAnswerIsTheDevicesWord) {
  Segment segment;  // the request by scapy, the answer composed: name of station, type of station that it has not got
  const test::Recorder& seen =
      segment.asks("fefd0300 00000014 0000 0002 0202")
          .answers("fefd0301 00000014 0000 0016 0202 000c 0000 636f6e7665796f722d32 0504 0003 020102 00")
          .end();
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0].cls, OperationClass::read);
  EXPECT_EQ(function(operations[0]), "Get");
  EXPECT_EQ(operations[1].outcome, Outcome::accepted);
  const auto claims = seen.all<Identity>();
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_EQ(claims[0].text, "conveyor-2");
  EXPECT_EQ(claims[0].subject, (Subject{Who::address, ip("00:02:e3:17:c7:50")}));
}

// icsnpp-profinet-io-cm profinet_io_cm_mixed_1 #464: asks for versamax-pns11
TEST(ProfinetDcp, WhoIsLookedForIsNobodysWord) {
  Segment segment;
  const test::Recorder& seen =
      segment.asks("fefe0500 00000001 0001 0014 0202 000e 7665 7273616d61782d706e733131 0000").end();
  ASSERT_EQ(seen.stated.size(), 1u);
  EXPECT_EQ(seen.all<Operation>()[0].cls, OperationClass::identify);
  EXPECT_EQ(function(seen.all<Operation>()[0]), "Identify");
}

// scapy: ProfinetDCP with a DCPIPBlock; then its fields changed
TEST(ProfinetDcp, DeviceSaysItsMaskAndGateway) {
  const auto identified = [](const std::string& values) {
    Segment segment;
    return std::move(segment.answers("feff0501 00000013 0000 0012 0102 000e 0001 " + values).end());
  };
  const test::Recorder seen = identified("c0a80128 fffffc00 c0a80101");
  ASSERT_EQ(seen.all<Binding>().size(), 1u);
  EXPECT_EQ(seen.all<Binding>()[0].ip, ip("192.168.1.40"));
  EXPECT_EQ(seen.all<Binding>()[0].prefix_length, 22);
  ASSERT_EQ(seen.all<Route>().size(), 1u);
  EXPECT_EQ(seen.all<Route>()[0].kind, RouteKind::configured);
  EXPECT_EQ(seen.all<Route>()[0].gateway, ip("192.168.1.1"));
  EXPECT_TRUE(seen.all<Route>()[0].destination.is_none());

  EXPECT_EQ(identified("c0a80128 ff00ff00 00000000").all<Binding>()[0].prefix_length, 0);  // no mask
  for (const char* none : {"00000000", "c0a80128", "e0000001", "ffffffff"})
    EXPECT_TRUE(identified(std::string("c0a80128 ffffff00 ") + none).all<Route>().empty()) << none;
  const test::Recorder unset = identified("00000000 00000000 c0a80101");  // has no address yet
  EXPECT_TRUE(unset.all<Binding>().empty());
  EXPECT_TRUE(unset.all<Route>().empty());
}

TEST(ProfinetDcp, CutFramesAreNotBlamedOnTheSender) {
  for (const std::string_view message : {kSetName, kSetNameDone, kSetAddress}) {
    const std::vector<std::uint8_t> whole = test::hex(message);
    for (std::size_t n = 0; n < whole.size(); ++n) {
      test::Observer cut(message, "00:80:c8:38:a4:8b", "00:02:e3:17:c7:50");
      cut.packet.ethertype = 0x8892;
      cut.packet.payload = Bytes(whole).first(n);
      cut.run([](const Decoded& packet, Bytes, const Emit& emit) {
        DcpRequests requests;
        observe_ethernet(packet, requests, emit);
        requests.finish(emit.sink());
      });
      EXPECT_TRUE(cut.recorder.all<Anomaly>().empty()) << n;
    }
  }
}

TEST(ProfinetDcp, LengthsBeyondTheFrameAreAnAnomaly) {
  Segment segment;  // the blocks' length; a block's own length
  const test::Recorder& seen = segment.asks("fefd0400 00000031 0000 0040 0202 0004 0001 6161")
                                   .asks("fefd0400 00000032 0000 0008 0202 0044 0001 6161")
                                   .end();
  EXPECT_EQ(seen.all<Anomaly>().size(), 2u);
  EXPECT_TRUE(seen.all<ControlAction>().empty());
}

// Blocks of a forged message, and messages that nobody answers, are bounded.
TEST(ProfinetDcp, FloodOfRequestsIsTold) {
  Segment segment;
  constexpr unsigned kMessages = 100;
  for (unsigned i = 0; i < kMessages; ++i) {
    char message[80];
    std::snprintf(message, sizeof message, "fefd0400 %08x 0000 0008 0202 0004 0001 6161", i);
    segment.asks(message);
  }
  EXPECT_EQ(segment.end().all<ControlAction>().size(), kMessages);
  std::string many = "fefd0400 00000001 0000 00c8";
  for (unsigned i = 0; i < 25; ++i) many += " 0202 0004 0001 6161";
  Segment forged;
  EXPECT_LE(forged.asks(many).end().all<ControlAction>().size(), 16u);
}

}  // namespace
}  // namespace kakoi
