// Name services. Messages are cut from public captures (named above each) and expected values read with tshark 4.0,
// or, where a test says so, written after the standard.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "observe_control.h"

namespace kakoi {
namespace {

using test::client;
using test::expect_safe_truncation;
using test::find;
using test::frame_of;
using test::hex;
using test::ip;
using test::over_udp;
using test::Recorder;
using test::server;

// ── DNS ── suricata-verify smb2-07 #3, #4
constexpr std::string_view kWpadQuery =
    "6c67 0100 0001 0000 0000 0000 04777061 6407636f 6e746f73 6f056c6f 63616c00 0001 0001";
constexpr std::string_view kWpadNoSuchName =
    "6c67 8583 0001 0000 0001 0000 04777061 6407636f 6e746f73 6f056c6f 63616c00 0001 0001"
    "07636f6e 746f736f 056c6f63 616c0000 06000100 000e1000 27036463 31c0240a 686f7374 6d617374 6572c024"
    "0000001b 00000384 00000258 00015180 00000e10";
// suricata-verify output-eve-ftp-data #99, without its authority and additional sections
constexpr std::string_view kMsftncsiAnswer =
    "b789 8180 0001 0001 0000 0000 03646e73 086d7366 746e6373 6903636f 6d000001 0001"
    "c00c 0001 0001 0000001e 0004 836bffff";

TEST(Dns, StatesQuestionAndNoSuchName) {
  const Recorder recorder = over_udp(dns_udp_protocol, {client(kWpadQuery), server(kWpadNoSuchName)});
  const auto seen = recorder.all<NameLookup>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].name, "wpad.contoso.local");
  EXPECT_EQ(seen[0].type, 1);
  EXPECT_EQ(seen[0].outcome, LookupOutcome::asked);
  EXPECT_EQ(seen[1].name, "wpad.contoso.local");
  EXPECT_EQ(seen[1].outcome, LookupOutcome::no_such_name);
  EXPECT_TRUE(seen[1].addresses.empty());
}

TEST(Dns, StatesAddressesOfTheAnswer) {
  const Recorder recorder = over_udp(dns_udp_protocol, {server(kMsftncsiAnswer)});
  const auto seen = recorder.all<NameLookup>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].name, "dns.msftncsi.com");
  EXPECT_EQ(seen[0].outcome, LookupOutcome::answered);
  ASSERT_EQ(seen[0].addresses.size(), 1u);
  EXPECT_EQ(seen[0].addresses[0], ip("131.107.255.255"));
}

// RFC 1035 §4.1.1: rcode 5 is REFUSED.
TEST(Dns, RefusedIsFailed) {
  const Recorder recorder = over_udp(dns_udp_protocol, {server("6c67 8105 0001 0000 0000 0000 0161 00 0001 0001")});
  const auto seen = recorder.all<NameLookup>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].outcome, LookupOutcome::failed);
}

TEST(Dns, OverTcpAMessageHasALengthBeforeIt) {
  const std::string query = "0024" + std::string(kWpadQuery);
  const auto bytes = hex(query);
  EXPECT_EQ(dns_tcp_protocol.frame(Bytes(bytes).first(1), Role::client).kind, Frame::Kind::more);
  EXPECT_EQ(dns_tcp_protocol.frame(Bytes(bytes).first(20), Role::client).kind, Frame::Kind::more);
  EXPECT_EQ(dns_tcp_protocol.frame(bytes, Role::client).size, 38u);
  const Recorder recorder = test::observe(dns_tcp_protocol, {client(query)});
  const auto seen = recorder.all<NameLookup>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].name, "wpad.contoso.local");
}

TEST(Dns, FrameRefusesWhatIsNotDns) {
  EXPECT_EQ(frame_of(dns_udp_protocol, kWpadQuery), Frame::Kind::whole);
  EXPECT_EQ(frame_of(dns_udp_protocol, std::string(kWpadQuery) + "0041"), Frame::Kind::foreign);  // bytes left over
  EXPECT_EQ(frame_of(dns_udp_protocol, std::string(kWpadQuery) + "0000"),
            Frame::Kind::whole);  // zeek Teredo #61 pads so
  // reserved bit, class 0x5555, answer count in a query, label beyond the end, compressed first name
  EXPECT_EQ(frame_of(dns_udp_protocol, "6c67 0140 0001 0000 0000 0000 0161 00 0001 0001"), Frame::Kind::foreign);
  EXPECT_EQ(frame_of(dns_udp_protocol, "6c67 0100 0001 0000 0000 0000 0161 00 0001 5555"), Frame::Kind::foreign);
  EXPECT_EQ(frame_of(dns_udp_protocol, "6c67 0100 0001 0001 0000 0000 0161 00 0001 0001"), Frame::Kind::foreign);
  EXPECT_EQ(frame_of(dns_udp_protocol, "6c67 0100 0001 0000 0000 0000 3f61 00 0001 0001"), Frame::Kind::foreign);
  EXPECT_EQ(frame_of(dns_udp_protocol, "6c67 0100 0001 0000 0000 0000 c00c 0001 0001"), Frame::Kind::foreign);
}

// RFC 1035 §4.1.4: a pointer refers to a prior occurrence. One to itself must neither hang nor name anything.
TEST(Dns, PointerLoopIsBadValue) {
  const Recorder recorder =
      over_udp(dns_udp_protocol,
               {server("6c67 8180 0001 0001 0000 0000 0161 00 0001 0001 c013 0001 0001 00000000 0004 01020304")});
  const auto anomalies = recorder.all<Anomaly>();
  ASSERT_EQ(anomalies.size(), 1u);
  EXPECT_EQ(anomalies[0].fault, Fault::bad_value);
  ASSERT_EQ(recorder.all<NameLookup>().size(), 1u);
  EXPECT_TRUE(recorder.all<NameLookup>()[0].addresses.empty());
}

// A name has at most 127 labels (RFC 1035 §2.3.4), so that many pointers lead to one each; a longer chain, which leads to
// none of them, is only there to be followed. It lies in a text record and ends at the question's name.
TEST(Dns, ALongChainOfPointersIsBadValue) {
  const auto observed = [](unsigned pointers) {
    const auto hex_of = [](unsigned value) {
      std::array<char, 8> digits;
      std::snprintf(digits.data(), digits.size(), "%04x", value);
      return std::string(digits.data());
    };
    constexpr unsigned kQuestion = 12, kChain = 30;
    const unsigned in_text = pointers - 1;
    std::string message = "6c67 8180 0001 0002 0000 0000 0161 00 0001 0001 00 0010 0001 00000000" + hex_of(2 * in_text);
    for (unsigned i = 0; i < in_text; ++i) message += hex_of(0xC000 + (i == 0 ? kQuestion : kChain + 2 * (i - 1)));
    message += hex_of(0xC000 + kChain + 2 * (in_text - 1)) + "0001 0001 00000000 0004 01020304";
    return over_udp(dns_udp_protocol, {server(message)});
  };
  const Recorder allowed = observed(127), longer = observed(128);
  EXPECT_TRUE(allowed.all<Anomaly>().empty());
  ASSERT_EQ(allowed.all<NameLookup>().size(), 1u);
  EXPECT_EQ(allowed.all<NameLookup>()[0].addresses.size(), 1u);
  ASSERT_EQ(longer.all<Anomaly>().size(), 1u);
  EXPECT_EQ(longer.all<Anomaly>()[0].fault, Fault::bad_value);
  EXPECT_TRUE(longer.all<NameLookup>().empty() || longer.all<NameLookup>()[0].addresses.empty());
}

// What the snap length cut is no fault of the sender.
TEST(Dns, CutMessageKeepsQuestionAndBlamesNobody) {
  const auto bytes = hex(kMsftncsiAnswer);
  const auto dissector = dns_udp_protocol.open();
  Conversation conversation;
  const Context context{&dns_udp_protocol, &conversation, {1, 0, 1}, Role::server, {}};
  Recorder recorder;
  dissector->on_pdu({Role::server, Bytes(bytes).first(40), bytes.size()}, Emit(context, recorder));
  ASSERT_EQ(recorder.all<NameLookup>().size(), 1u);
  EXPECT_EQ(recorder.all<NameLookup>()[0].name, "dns.msftncsi.com");
  EXPECT_TRUE(recorder.all<Anomaly>().empty());
}

// A resolver's word about addresses of the network: LightPcapNg many_interfaces #7 and #17, suricata-verify
// vxlan-decoder-03 #25.
constexpr std::string_view kReverseAnswer =
    "f303 8580 0001 0001 0000 0000 0331333901310331363803313932 07696e2d61646472046172706100 000c0001"
    "c00c 000c 0001 0000000e 000e 0c4861647269656c732d4d425000";
constexpr std::string_view kReverseAnswerOfTheInternet =
    "6fad 8180 0001 0002 0000 0000 0332353302313203323533023137 07696e2d61646472046172706100 000c0001"
    "c00c 000c 0001 00000a8c 001c 0e75736d6961312d6e74702d303032076161706c696d6703636f6d00"
    "c00c 000c 0001 00000a8c 000d 0474696d65056170706c65c04f";
constexpr std::string_view kPrivateAnswer =
    "786c 8180 0001 0001 0000 0000 126563322d31382d3139362d3134352d323234 0c65752d63656e7472616c2d31 07636f6d70757465"
    "09616d617a6f6e617773 03636f6d00 0001 0001 c00c 0001 0001 00000014 0004 ac1f11bc";

TEST(Dns, ClaimsNamesOfAddressesThatAreNotTheInternets) {
  const auto claims = [](std::string_view message) {
    std::vector<std::string> list;
    const Recorder recorder = over_udp(dns_udp_protocol, {server(message)});
    for (const Identity& i : recorder.all<Identity>()) {
      EXPECT_EQ(i.trait, Trait::name);
      EXPECT_EQ(i.subject.who, Who::address);
      EXPECT_LT(i.confidence, 50);
      list.push_back(to_string(i.subject.address) + ' ' + std::string(i.text) + " by " + std::string(i.method));
    }
    return list;
  };
  using Claims = std::vector<std::string>;
  EXPECT_EQ(claims(kReverseAnswer), (Claims{"192.168.1.139 Hadriels-MBP by dns ptr"}));
  EXPECT_EQ(claims(kReverseAnswerOfTheInternet), Claims{});
  EXPECT_EQ(claims(kMsftncsiAnswer), Claims{});
  EXPECT_EQ(claims(kPrivateAnswer),
            (Claims{"172.31.17.188 ec2-18-196-145-224.eu-central-1.compute.amazonaws.com by dns answer"}));
  // RFC 1034 §3.6.2: the address is the canonical name's, not the alias's (www → WEB1 → 10.0.0.4)
  EXPECT_EQ(claims("0001 8180 0001 0002 0000 0000 0377777705706c616e7400 0001 0001"
                   "c00c 0005 0001 0000000e 0007 0457454231c010"
                   "c027 0001 0001 0000000e 0004 0a000004"),
            (Claims{"10.0.0.4 web1.plant by dns answer"}));
  // RFC 3596 §2.5; and reverse names that are none
  EXPECT_EQ(claims("0001 8180 0001 0001 0000 0000"
                   "0131013001300130013001300130013001300130013001300130013001300130"
                   "0130013001300130013001300130013001300130013001300130013001640166 03697036046172706100 000c0001"
                   "c00c 000c 0001 0000000e 0004 02703100"),
            (Claims{"fd00::1 p1 by dns ptr"}));
  EXPECT_EQ(claims("0001 8180 0001 0001 0000 0000 033331390131033136380331393207696e2d61646472046172706100 000c0001"
                   "c00c 000c 0001 0000000e 0004 02703100"),
            Claims{});
  EXPECT_EQ(claims("0001 8180 0001 0001 0000 0000 01310331363803313932 07696e2d61646472046172706100 000c0001"
                   "c00c 000c 0001 0000000e 0004 02703100"),
            Claims{});
}

// ── mDNS ── icsnpp-opcua-binary open62541_discover_getendpoints_discover_urls #1, from 192.168.224.105
constexpr std::string_view kOpcuaAnnouncement =
    "00008400 0000000c 00000000 0a4d6175 692d3136 37313400 00010001 00000258 00040a01 60250e4c"
    "44532d4d 6175692d 31363731 340a5f6f 70637561 2d746370 045f7463 70056c6f 63616c00 00010001"
    "00000258 00040a01 6025c00c 00010001 00000258 0004c0a8 6b01c026 00010001 00000258 0004c0a8"
    "6b01c00c 00010001 00000258 0004ac10 6101c026 00010001 00000258 0004ac10 6101c00c 00010001"
    "00000258 0004c0a8 e069c026 00010001 00000258 0004c0a8 e069c00c 00010001 00000258 00047f00"
    "0001c026 00010001 00000258 00047f00 0001c035 000c0001 00000258 0002c026 095f7365 72766963"
    "6573075f 646e732d 7364045f 756470c0 45000c00 01000002 580002c0 35";

TEST(Mdns, NamesTheSpeakerAndItsOtherAddresses) {
  ASSERT_EQ(frame_of(mdns_protocol, kOpcuaAnnouncement), Frame::Kind::whole);
  const auto bytes = hex(kOpcuaAnnouncement);
  Conversation conversation;
  conversation.client = ip("192.168.224.105");
  conversation.server = ip("224.0.0.251");
  const Context context{&mdns_protocol, &conversation, {1, 0, 1}, Role::client, {}};
  Recorder recorder;
  mdns_protocol.open()->on_pdu({Role::client, bytes, bytes.size()}, Emit(context, recorder));
  bool speaker = false, other = false;
  for (const Identity& i : recorder.all<Identity>()) {
    EXPECT_EQ(i.trait, Trait::name);
    EXPECT_EQ(i.method, "mdns");
    EXPECT_TRUE(i.text == "Maui-16714" || i.text == "LDS-Maui-16714") << i.text;
    speaker = speaker || i.subject == Subject{};
    other = other || i.subject == Subject{Who::address, ip("192.168.107.1")};
    EXPECT_NE(i.subject.address, ip("127.0.0.1"));
  }
  EXPECT_TRUE(speaker);
  EXPECT_TRUE(other);
  EXPECT_TRUE(recorder.all<NameLookup>().empty());
}

// zeek var-services-std-ports #32
TEST(Mdns, ItsOwnReverseNameNamesTheSpeaker) {
  const auto bytes =
      hex("0000 8400 0000 0001 0000 0001 0131 03323338 023136 03313732 07696e2d61646472 0461727061 00"
          "000c 8001 00000078 000f 0774616e67656e74 056c6f63616c 00"
          "c00c 002f 8001 00000078 0006 c00c 00020008");
  for (const bool own : {true, false}) {
    Conversation conversation;
    conversation.client = ip(own ? "172.16.238.1" : "172.16.238.2");
    conversation.server = ip("224.0.0.251");
    const Context context{&mdns_protocol, &conversation, {1, 0, 1}, Role::client, {}};
    Recorder recorder;
    mdns_protocol.open()->on_pdu({Role::client, bytes, bytes.size()}, Emit(context, recorder));
    EXPECT_EQ(recorder.identity(Trait::name), own ? "tangent" : "");
    EXPECT_TRUE(recorder.all<Anomaly>().empty());
  }
}

// Records after RFC 1035 §3.3.2 (HINFO) and RFC 6763 §6 (TXT).
TEST(Mdns, StatesModelAndOperatingSystem) {
  const Recorder recorder =
      over_udp(mdns_protocol, {client("0000 8400 0000 0002 0000 0000"
                                      "01 61 0c 5f6465766963652d696e666f 04 5f746370 05 6c6f63616c 00"
                                      "0010 8001 00001194 0010 0f 6d6f64656c3d694d616331312c33 20"
                                      "c020 000d 8001 00000078 000d 06 783836 5f36 34 05 4c494e5558")});
  EXPECT_EQ(recorder.identity(Trait::model), "iMac11,3");
  EXPECT_EQ(recorder.identity(Trait::os), "LINUX");
  EXPECT_TRUE(recorder.all<Anomaly>().empty());
}

// Bonjour Printing §9.2: a printer's queue, and one of a computer that prints for others (CUPS).
TEST(Mdns, APrinterIsOneUnlessItIsAQueueOfAComputer) {
  const auto role = [](std::string_view text) {
    return over_udp(mdns_protocol, {client("0000 8400 0000 0001 0000 0000 0161 045f697070 045f746370 056c6f63616c 00"
                                           "0010 8001 00001194 " +
                                           std::string(text))})
        .identity(Trait::role);
  };
  EXPECT_EQ(role("000d 0c 72703d6970702f7072696e74"), "printer");            // rp=ipp/print
  EXPECT_EQ(role("0012 11 72703d7072696e746572732f6c6162656c"), "");         // rp=printers/label
  EXPECT_EQ(role("0012 11 74793d4c6162656c207072696e74657231"), "printer");  // ty=… alone
}

// ── LLMNR ── suricata-verify smb2-07 #6
TEST(Llmnr, StatesQuestion) {
  const std::string_view query = "3852 0000 0001 0000 0000 0000 0477706164 00 0001 0001";
  EXPECT_EQ(frame_of(llmnr_protocol, query), Frame::Kind::whole);
  const Recorder recorder = over_udp(llmnr_protocol, {client(query)});
  const auto seen = recorder.all<NameLookup>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].name, "wpad");
}

// ── NetBIOS name service ── icsnpp-profinet-io-cm profinet_io_cm_mixed_1 #120
TEST(Nbns, RegistrationNamesTheHost) {
  const std::string_view registration =
      "92f9 2910 0001 0000 0000 0001 20454c46 48434e46 47454d45 4a464145 44434143 41434143 41434143 41434141 41000020 "
      "0001"
      "c00c 0020 0001 000493e0 0006 6000 c0a80101";
  EXPECT_EQ(frame_of(nbns_protocol, registration), Frame::Kind::whole);
  EXPECT_EQ(frame_of(dns_udp_protocol, registration), Frame::Kind::foreign);
  EXPECT_EQ(frame_of(mdns_protocol, registration), Frame::Kind::foreign);
  const Recorder recorder = over_udp(nbns_protocol, {client(registration)});
  const auto seen = recorder.all<Identity>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].trait, Trait::name);
  EXPECT_EQ(seen[0].text, "KW-VLIPC");
  EXPECT_EQ(seen[0].method, "nbns");
  EXPECT_EQ(seen[0].subject, (Subject{Who::address, ip("192.168.1.1")}));
}

// suricata-verify output-eve-ftp-data #16
TEST(Nbns, StatesQuery) {
  const Recorder recorder =
      over_udp(nbns_protocol, {client("9c2f 0110 0001 0000 0000 0000 20454a46 44454246 45454246 41434143"
                                      "41434143 41434143 41434143 41434141 41000020 0001")});
  const auto seen = recorder.all<NameLookup>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].name, "ISATAP");
  EXPECT_EQ(seen[0].outcome, LookupOutcome::asked);
}

// ICS-Security-Tools beckoff/addroute1 #29
TEST(Nbns, NodeStatusListsNameAndWorkgroup) {
  const Recorder recorder = over_udp(
      nbns_protocol,
      {server("0a34 8400 0000 0001 0000 0000 20434b41 41414141 41414141 41414141 41414141 41414141 41414141 41414141 "
              "41000021"
              "0001 00000000 0065 03 5348454e4855414a362d504320202000 0400 574f524b47524f555020202020202000 8400"
              "5348454e4855414a362d504320202020 0400 b8aeed7e1b4c 00000000 00000000 00000000 00000000 00000000 00000000"
              "00000000 00000000 00000000 00000000")});
  EXPECT_EQ(recorder.identity(Trait::name), "SHENHUAJ6-PC");
  EXPECT_EQ(recorder.identity(Trait::domain), "WORKGROUP");
  EXPECT_TRUE(recorder.all<Anomaly>().empty());
}

std::vector<std::string> own_addresses(std::string_view answer, std::string_view speaker) {
  const Recorder recorder = over_udp(nbns_protocol, {server(answer)}, speaker);
  std::vector<std::string> found;
  for (const Identity& i : recorder.all<Identity>()) {
    if (i.trait != Trait::own_address) continue;
    EXPECT_EQ(i.subject, Subject{});
    EXPECT_EQ(i.method, "nbns name answer");
    found.emplace_back(i.text);
  }
  return found;
}

// nmbd (Samba 4.17) with two network cards is asked for its name, SRV01<20>.
constexpr std::string_view kTwoCards =
    "50cd 8580 0000 0001 0000 0000 20464446434647444144424341434143414341434143414341434143414341434100 0020 0001 "
    "0003f480 000c 6000 c0a80702 6000 c0a80802";
TEST(Nbns, AHostListsItsNetworkCards) {
  EXPECT_EQ(own_addresses(kTwoCards, "192.168.7.2"), std::vector<std::string>{"192.168.8.2"});
  // Windows: suricata-verify smb2-ntlmssp-negotiateflags #180
  EXPECT_EQ(own_addresses("a792 8500 0000 0001 0000 0000 20464445444647434143414341434143414341434143414341434143414341"
                          "434100 0020 0001 000493e0 000c 6000 c0a8c701 6000 c0a80a01",
                          "192.168.199.1"),
            std::vector<std::string>{"192.168.10.1"});
}
TEST(Nbns, WhatOthersHaveIsNotTheSpeakers) {
  // The same from nmbd as a name server (192.168.7.9), which another host registered with.
  const std::string server_says = "1198" + std::string(kTwoCards.substr(4));
  EXPECT_EQ(own_addresses(server_says, "192.168.7.9"), std::vector<std::string>{});
  const auto with = [](std::string_view from, std::string_view to) {
    std::string answer(kTwoCards);
    answer.replace(answer.rfind(from), from.size(), to);
    return own_addresses(answer, "192.168.7.2");
  };
  EXPECT_EQ(with("6000 c0a80802", "e000 c0a80802"), std::vector<std::string>{});  // members of a group
  EXPECT_EQ(with("6000 c0a80702", "e000 c0a80702"), std::vector<std::string>{});
  EXPECT_EQ(with("434100 0020", "424d00 0020"), std::vector<std::string>{});  // SRV01<1C>: domain controllers
  EXPECT_EQ(with("c0a80802", "a9fe0001"), std::vector<std::string>{});        // link-local
  EXPECT_EQ(with("8580", "ad80"), std::vector<std::string>{});                // answers a registration
  EXPECT_EQ(with("000c 6000 c0a80702 6000 c0a80802", "0006 6000 c0a80702"), std::vector<std::string>{});
}

// ICS-Security-Tools, beckoff/invokeid12.pcapng, frame 20: Samba's announcement, its version made up.
constexpr std::string_view kAnnouncement =
    "110a0e11c0a801a8008a00d70000204645454a434e4647454e43414341434143414341434143414341434143414141002046"
    "4845504643454c45484643455046464641434143414341434143414341424f00ff534d422500000000000000000000000000"
    "00000000000000000000000000001100003d000000000000000000000000000000000000003d00560003000100010002004e"
    "005c4d41494c534c4f545c42524f575345000f25407e050054492d564d00000000000000000000000409039a84000f0155aa"
    "54492d564d20736572766572202853616d62612c205562756e74752900";
TEST(Nbdgm, ReadsTheAnnouncementOfASambaServer) {
  const auto seen = over_udp(nbdgm_protocol, {client(kAnnouncement)});
  const auto all = seen.all<Identity>();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_TRUE(find(all, Trait::name, "TI-VM"));
  EXPECT_EQ(all[0].method, "netbios datagram");
  EXPECT_EQ(all[0].subject.address, ip("192.168.1.168"));
  EXPECT_EQ(all[1].method, "browser announcement");
  EXPECT_TRUE(find(all, Trait::os, "Unix"));
  EXPECT_TRUE(find(all, Trait::description, "TI-VM server (Samba, Ubuntu)"));
}

// MS-BRWS §2.2.1: the same frame from a workstation of Windows NT 6.1.
TEST(Nbdgm, ReadsTheVersionOfAWindowsHost) {
  std::string announcement(kAnnouncement);
  announcement.replace(announcement.find("0f25407e05"), 2, "01");
  announcement.replace(announcement.find("0409039a8400"), 12, "060103100000");
  const auto seen = over_udp(nbdgm_protocol, {client(announcement)});
  EXPECT_EQ(seen.identity(Trait::os), "Windows NT 6.1");
  EXPECT_EQ(nbdgm_protocol.frame(hex("110a0e11c0a801a8008a00d70000"), Role::client).kind, Frame::Kind::foreign);
}

TEST(ControlProtocols, TruncatedNamesAreSafe) {
  expect_safe_truncation(dns_udp_protocol, kMsftncsiAnswer);
  expect_safe_truncation(mdns_protocol, kOpcuaAnnouncement);
}

}  // namespace
}  // namespace kakoi
