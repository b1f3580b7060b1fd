// GOOSE and sampled values. Frames are cut from public captures (named above each); expected values were read with
// tshark 4.0.
#include <gtest/gtest.h>

#include "observe_control.h"

namespace kakoi {
namespace {

using test::find;
using test::ip;
using test::Observer;

void ethernet(const Decoded& packet, Bytes, const Emit& emit) {
  DcpRequests requests;
  observe_ethernet(packet, requests, emit);
}

Observer goose(std::string_view payload) {
  Observer frame(payload, "00:00:23:06:30:fe", "01:0c:cd:01:00:00");
  frame.packet.ethertype = 0x88B8;
  frame.run(ethernet);
  return frame;
}

// ICS-Security-Tools IEC61850/Sample_File_MMS_and_GOOSE.pcap: frame 119, state 5867, sequence number 0; the values cut
// to the first, and the lengths with them
std::string interlocking(std::string_view reserved, std::string_view sequence, std::string_view simulation) {
  return "3001 007e " + std::string(reserved) +
         " 0000 6174 801b 4141314331513031 41314c44302f4c4c 4e3024474f246763 625f41 81022af8 8220 4141314331513031"
         " 41314c44302f4c4c 4e3024496e746572 6c6f636b696e6741 830d 496e7465726c6f636b696e6741 8408 48808dd42624de0a"
         " 850216eb 8601" +
         std::string(sequence) + " 8701" + std::string(simulation) + " 880101 890100 8a0119 ab03 830101";
}

TEST(Goose, StateChangeAndWhoPublishesIt) {
  const Observer frame = goose(interlocking("0000", "00", "00"));
  EXPECT_EQ(control_protocol_of(frame.packet), &goose_protocol);
  const auto operations = frame.recorder.all<Operation>();
  ASSERT_EQ(operations.size(), 1u);
  EXPECT_EQ(operations[0].cls, OperationClass::report);
  EXPECT_EQ(goose_protocol.function_name(operations[0].function_code), "state change");
  const auto claims = frame.recorder.all<Identity>();
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_NE(find(claims, Trait::description, "AA1C1Q01A1LD0/LLN0$GO$gcb_A"), nullptr);
  ASSERT_NE(find(claims, Trait::name, "AA1C1Q01A1LD0"), nullptr);
  EXPECT_LT(find(claims, Trait::name, "AA1C1Q01A1LD0")->confidence, 50);  // the IED's name is a part of it
  EXPECT_EQ(claims[0].subject, (Subject{Who::address, ip("00:00:23:06:30:fe")}));
  EXPECT_TRUE(frame.recorder.all<Anomaly>().empty());
}

TEST(Goose, RepetitionAndSimulation) {
  const auto function = [](std::string_view reserved, std::string_view sequence, std::string_view simulation) {
    const auto all = goose(interlocking(reserved, sequence, simulation)).recorder.all<Operation>();
    return all.size() == 1 ? goose_protocol.function_name(all[0].function_code) : std::string_view("?");
  };
  EXPECT_EQ(function("0000", "05", "00"), "repeated");
  EXPECT_EQ(function("0000", "05", "01"), "repeated, simulation");      // IEC 61850-8-1 §18.2: the message's own flag
  EXPECT_EQ(function("8000", "00", "00"), "state change, simulation");  // annex C: the header's
}

// icsnpp-iec61850-goose testing/Traces: GOOSE_missing_gocb_ref, _malformed_asn1 and _truncated, their first octets
TEST(Goose, WhatIsMalformedIsTold) {
  const Observer nobody = goose("0001 0019 0000 0000 610f 8103009c40 8208 47454465766963 65");
  ASSERT_EQ(nobody.recorder.stated.size(), 1u);
  EXPECT_EQ(nobody.recorder.all<Anomaly>()[0].fault, Fault::bad_value);
  const Observer tag = goose("0001 0019 0000 0000 610f 1f1a 47454465766963654636353031");
  ASSERT_EQ(tag.recorder.stated.size(), 1u);
  EXPECT_EQ(tag.recorder.all<Anomaly>()[0].fault, Fault::bad_value);
  const Observer cut =
      goose("0001 0091 0000 0000 618186 801a 4745446576696365463635302f4c4c4e3024474f2467636230 31 8103009c40");
  ASSERT_EQ(cut.recorder.all<Anomaly>().size(), 1u);
  EXPECT_EQ(cut.recorder.all<Anomaly>()[0].fault, Fault::truncated);
  EXPECT_NE(find(cut.recorder.all<Identity>(), Trait::description, "GEDeviceF650/LLN0$GO$gcb01"), nullptr);
  EXPECT_EQ(goose("0001 0007 0000 0000 6100").recorder.all<Anomaly>()[0].fault, Fault::bad_length);
}

TEST(Goose, CutFramesAreNotBlamedOnTheSender) {
  const std::vector<std::uint8_t> whole = test::hex(interlocking("0000", "00", "00"));
  for (std::size_t n = 0; n < whole.size(); ++n) {
    Observer frame(interlocking("0000", "00", "00"), "00:00:23:06:30:fe", "01:0c:cd:01:00:00");
    frame.packet.ethertype = 0x88B8;
    const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    frame.packet.payload = cut;
    frame.run(ethernet);
    EXPECT_TRUE(frame.recorder.all<Anomaly>().empty()) << n;
  }
}

// icsnpp-iec61850-sv SV_Normal_Traffic.pcap, frame 1; the samples cut to the first, and the lengths with them
constexpr std::string_view kSamples =
    "4001 0027 0000 0000 601d 800101 a218 3016 8004 34303031 8202 0118 8304 00000001 850102 8701 ff";

TEST(SampledValues, NameOfTheStream) {
  Observer frame(kSamples, "ca:fe:c0:ff:ee:69", "01:0c:cd:04:00:02");
  frame.packet.ethertype = 0x88BA;
  EXPECT_EQ(control_protocol_of(frame.packet), &sv_protocol);
  frame.run(ethernet);
  ASSERT_EQ(frame.recorder.stated.size(), 1u);
  EXPECT_EQ(frame.recorder.all<Identity>()[0].text, "sampled values 4001");
  frame.recorder.stated.clear();
  frame.bytes[4] = 0x80;  // IEC 61850-9-2 §5.3.3: the simulation bit of the header
  frame.run(ethernet);
  ASSERT_EQ(frame.recorder.all<Operation>().size(), 1u);
  EXPECT_EQ(sv_protocol.function_name(frame.recorder.all<Operation>()[0].function_code), "simulation");
}

TEST(SampledValues, MalformedAndCut) {
  const std::vector<std::uint8_t> whole = test::hex(kSamples);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    Observer frame(kSamples, "ca:fe:c0:ff:ee:69", "01:0c:cd:04:00:02");
    frame.packet.ethertype = 0x88BA;
    const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    frame.packet.payload = cut;
    frame.run(ethernet);
    EXPECT_TRUE(frame.recorder.all<Anomaly>().empty()) << n;
    frame.packet.payload_length = static_cast<std::uint32_t>(n);  // sent like that
    frame.run(ethernet);
    EXPECT_EQ(frame.recorder.all<Anomaly>().size(), 1u) << n;
  }
  Observer other("4001 000a 0000 0000 6100", "ca:fe:c0:ff:ee:69", "01:0c:cd:04:00:02");
  other.packet.ethertype = 0x88BA;
  other.run(ethernet);
  EXPECT_EQ(other.recorder.all<Anomaly>()[0].fault, Fault::bad_value);
}

}  // namespace
}  // namespace kakoi
