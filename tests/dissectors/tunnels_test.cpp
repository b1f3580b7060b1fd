#include "dissectors/ike/ike.h"
#include "dissectors/l2tp/l2tp.h"
#include "dissectors/openvpn/openvpn.h"
#include "dissectors/pptp/pptp.h"
#include "dissectors/softether/softether.h"
#include "dissectors/tailscale/tailscale.h"
#include "dissectors/wireguard/wireguard.h"
#include "dissectors/zerotier/zerotier.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/told.h"

namespace kakoi {
namespace {

using namespace test;

std::vector<std::uint8_t> with(std::vector<std::uint8_t> bytes, std::size_t at, std::uint8_t octet) {
  bytes.at(at) = octet;
  return bytes;
}
std::vector<std::uint8_t> first(const std::vector<std::uint8_t>& bytes, std::size_t n) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)};
}
bool whole(const Protocol& protocol, const std::vector<std::uint8_t>& bytes) {
  const Frame frame = protocol.frame(bytes, Role::client);
  return frame.kind == Frame::Kind::whole && frame.size == bytes.size();
}
bool foreign(const Protocol& protocol, const std::vector<std::uint8_t>& bytes) {
  return protocol.frame(bytes, Role::client).kind == Frame::Kind::foreign;
}
Role sender(const Protocol& protocol, const std::vector<std::uint8_t>& bytes) { return protocol.speaker(bytes).role; }

// nDPI, wireguard.pcap, frames 1, 2 and 9
const auto kInitiation =
    hex("01000000d837d0305fcec7c8e5c8e2e3f7989eef60c228d82329d602b6b1e2bb9d068f89cf9d4d4532780f6d27264f7b9870"
        "1fdc27a4ec00aeb6becdbef2332f1b4084cadb93823935c012ae255e7b25eff13940c321fa6bd66a2a87b061db1430173e93"
        "7f569349de2856dc5f2616763eeeafc0533b01dd965e7ec76976e28f683d671200000000000000000000000000000000");
const auto kResponse =
    hex("0200000006f47dabd837d030b18d5550bd4042a37a46823ac08db1ec66839bc0ca2d64bc15cd80232b66232faec24af8918d"
        "e1060ff5c98e865d5f35f272214c5260110dc4c61e32cdd8542100000000000000000000000000000000");
const auto kKeepalive = hex("0400000006f47dab03000000000000001956e2b6651dd4f59cb23092a0d09671");

TEST(WireGuard, IsProvedByItsHandshake) {
  EXPECT_TRUE(whole(wireguard::protocol, kInitiation));
  EXPECT_TRUE(whole(wireguard::protocol, kResponse));
  EXPECT_EQ(sender(wireguard::protocol, kInitiation), Role::client);
  EXPECT_EQ(sender(wireguard::protocol, kResponse), Role::server);
  EXPECT_TRUE(observe(wireguard::protocol, {{Role::client, kInitiation}}, Transport::udp).stated.empty());
}

TEST(WireGuard, IsNotADatagramOfThatLength) {
  EXPECT_TRUE(foreign(wireguard::protocol, {}));
  EXPECT_TRUE(foreign(wireguard::protocol, kKeepalive));  // too little to go by
  EXPECT_TRUE(foreign(wireguard::protocol, first(kInitiation, 147)));
  EXPECT_TRUE(foreign(wireguard::protocol, with(kInitiation, 0, 2)));  // a response is shorter
  EXPECT_TRUE(foreign(wireguard::protocol, with(kInitiation, 1, 1)));
  EXPECT_TRUE(foreign(wireguard::protocol, with(kInitiation, 147, 1)));
  EXPECT_TRUE(foreign(wireguard::protocol, with(std::vector<std::uint8_t>(148), 0, 1)));
}

// nDPI, openvpn_nohmac.pcapng, frames 1 to 3
const auto kClientReset = hex("3839fded2daa10a4370000000000");
const auto kServerReset = hex("409421917de7267729010000000039fded2daa10a43700000000");
const auto kAcknowledgement = hex("2839fded2daa10a43701000000009421917de7267729");
// nDPI, 443-opvn.pcap, frames 4 and 6: TCP, tls-auth with SHA-1
const auto kSignedClientReset =
    hex("002a38d67be45be5c201eb016435fcb1d6f60e1ac88b329546dc3c7abf0b9e000000015e3e7b980000000000");
const auto kSignedServerReset =
    hex("00364019082e80f9ca5280215a4e44156e16067a54fe8ae743758cd691d0d6000000015e3e7b980100000000d67be45be5c2"
        "01eb00000000");
// nDPI, openvpn-tlscrypt.pcap, frames 1 and 2: tls-crypt v2
const auto kWrappedClientReset =
    hex("50aae06512392a3d710a010001625a9e9785ead7700d5d18dac8f1eb9b317b46a2fc3519cab585d134a9251798df506f1883"
        "1d1778e9aece89e8c67f5743d0c3e4e22b9c779d05805b1a327a5d2afca997b7dc48bea88594971a6eead55058f2f29ef6e4"
        "39da74f848d1316ca7989f309d71701fc24fc5a86802fed6efa0171cef869f910a4aee47457f8f664db7a9e539e62c63f358"
        "78e72cf94f89bf97bcdb2fcf49ed9de6aa4847a3dc89680a520e7c202b526577b9c2fb4cc651147ab81811e87ddb4f35c872"
        "c9214929b05d940f2d90ec0c8f053c013674b613c7c55cc58fa3707be8f03445616a57dd96ea5394b299fc4b2e4cf66fae1c"
        "79caaf73552bc215433cb04e7cd0509d5be75d05c2b820b77b82913f3919f5d32840854ffd7e12b6643164a99a4870055d9d"
        "8ad22f24d4c6b9d58c80d26681e99ee759027e3d85e90a522b3bd7a2d777b886fa438043ca69a9c2f7563bfa7ff4bdfeca21"
        "f4012b");
const auto kWrappedServerReset =
    hex("4053c96dd083724fd200000001625a9e9721ea783a859f9c2d8edd04f1e1c9f78f4493a69dfacd5cf0b0c1873cf1aa7d4000"
        "649f91fd227cf02fe525f9af94a91332159bb09c8c26");

TEST(OpenVpn, FitsTheResetsOfBothSides) {
  for (const auto& each : {kClientReset, kSignedClientReset, kWrappedClientReset}) {
    EXPECT_TRUE(whole(openvpn::protocol, each));
    EXPECT_EQ(sender(openvpn::protocol, each), Role::client);
  }
  for (const auto& each : {kServerReset, kSignedServerReset, kWrappedServerReset}) {
    EXPECT_TRUE(whole(openvpn::protocol, each));
    EXPECT_EQ(sender(openvpn::protocol, each), Role::server);
  }
  // nDPI, openvpn.pcap, frames 25 and 27: TCP without tls-auth
  EXPECT_TRUE(whole(openvpn::protocol, hex("000e38507a28a78275788d0000000000")));
  EXPECT_TRUE(whole(openvpn::protocol, hex("001a409ad747beb24d8a1b0100000000507a28a78275788d00000000")));
}

// Without tls-crypt's later version: the same lengths, an opcode of version 2, no client key behind.
TEST(OpenVpn, FitsTheFirstTlsCrypt) {
  EXPECT_TRUE(whole(openvpn::protocol, with(first(kWrappedClientReset, 54), 0, 0x38)));
  EXPECT_TRUE(whole(openvpn::protocol, first(kWrappedServerReset, 66)));
  EXPECT_TRUE(foreign(openvpn::protocol, first(kWrappedServerReset, 67)));
}

TEST(OpenVpn, IsNothingLess) {
  EXPECT_TRUE(foreign(openvpn::protocol, {}));
  EXPECT_TRUE(foreign(openvpn::protocol, kAcknowledgement));
  EXPECT_TRUE(foreign(openvpn::protocol, first(kClientReset, 13)));
  EXPECT_TRUE(foreign(openvpn::protocol, with(kClientReset, 9, 1)));           // acknowledges what nobody sent
  EXPECT_TRUE(foreign(openvpn::protocol, with(kClientReset, 13, 1)));          // is not the first packet
  EXPECT_TRUE(foreign(openvpn::protocol, with(kSignedClientReset, 33, 9)));    // of the replay id
  EXPECT_TRUE(foreign(openvpn::protocol, with(kWrappedClientReset, 352, 0)));  // the length of the client's key
  EXPECT_TRUE(foreign(openvpn::protocol, hex("16030100ba010000b60303")));
  EXPECT_EQ(openvpn::protocol.frame(hex("000e38507a28"), Role::client).size, 16u);
  EXPECT_EQ(openvpn::protocol.header, Header::weak);
}

// nDPI, ah.pcapng, frames 1 and 2: IKE_SA_INIT
const auto kInit =
    hex("1c1869f6d29ba0cc0000000000000000212022080000000000000166220000300000002c010100040300000c0100000c800e"
        "01000300000802000006030000080300000d00000008040000142800006800140000a29f74cb78c798d31654621b3517ab39"
        "517330fe49a112e52154feb8671a1dc50301f67d6a0b9be2fde27d286af620232ad77f5d9a085fbe9ed1248f5de731497ce0"
        "4b51c93a9b09b737d783de9d14b04592f0695cf1e251bd53dbd8b6057cdd2b0000246cbde3730e815c3ed7b4d31374469cd4"
        "9e1f506bdd9cedb49c58cd96da7b628c2b000017434953434f2d44454c4554452d524541534f4e2b000013434953434f5650"
        "4e2d5245562d30322b000017434953434f2d44594e414d49432d524f55544529000015464c455856504e2d535550504f5254"
        "45442900001c00004004236fb80b00e123217aba0d0c8b34b1ed5cd911090000001c000040051203d641f084b9af5e205e1c"
        "9d854da14e7583db");
const auto kInitAnswer =
    hex("1c1869f6d29ba0cc572a8ae7557ad9ec212022200000000000000166220000300000002c010100040300000c0100000c800e"
        "01000300000802000006030000080300000d00000008040000142800006800140000dff35d487b63b2e57d970bbbaf73c6ef"
        "633b3d3b3def0ed6ed75ab8e22b2f371aeb10c47ce9aa8ed2c94c3a09d2f266523a1a5bd15c5159437ec36b338010e5e4d25"
        "1bcb7a8c14501565920f4b46840d7e13d8c2ef728f26ee0c1d042ba747652b000024cb12ce9ec530198b2f08cd7ab42dddf0"
        "c9c25e0c2d0ef9aca6a606e0a853d2452b000017434953434f2d44454c4554452d524541534f4e2b000013434953434f5650"
        "4e2d5245562d30322b000017434953434f2d44594e414d49432d524f55544529000015464c455856504e2d535550504f5254"
        "45442900001c00004004b49b2901e0efab13bc0dacfa2aad1ced7bccdfb50000001c00004005c4174006b4118249a9ac629c"
        "a64904cd2cf11e9e");
// tcpdump, isakmp4500.pcap, frames 3, 4 and 11: main mode, then quick mode behind the marker of port 4500
const auto kMainMode =
    hex("9e89f2388f90bc1e00000000000000000110020000000000000001240d000094000000010000000100000088000100040300"
        "002000010000800b0001800c0e10800100058002000180030003800400050300002001010000800b0001800c0e1080010005"
        "8002000280030003800400050300002002010000800b0001800c0e1080010005800200028003000380040002000000200301"
        "0000800b0001800c0e10800100058002000180030003800400020d0000104f456b5262475852766d50450d000014afcad713"
        "68a1f1c96b8696fc775701000d0000144a131c81070358455c5728f20e95452f0d0000147d9419a65310ca6f2c179d921552"
        "9d560d000014cd60464335df21f87cfdb2fc68b6a448000000144485152d18b6bbcd0be8a8469579ddcc");
const auto kMainModeAnswer =
    hex("9e89f2388f90bc1e0a74357ce3d1a4bf0110020000000000000000880d000034000000010000000100000028000100010000"
        "002000010000800b0001800c0e10800100058002000180030003800400050d0000104f456b5262475852766d50450d000014"
        "afcad71368a1f1c96b8696fc77570100000000144a131c81070358455c5728f20e95452f");
const auto kQuickMode =
    hex("000000009e89f2388f90bc1e0a74357ce3d1a4bf081020018b7e894700000034253b31860e68ec8415a4735ab3f8725a3de7"
        "aa093924a402");

TEST(Ike, FitsBothVersions) {
  for (const auto& each : {kInit, kInitAnswer, kMainMode, kMainModeAnswer, kQuickMode})
    EXPECT_TRUE(whole(ike::protocol, each));
  EXPECT_EQ(sender(ike::protocol, kInit), Role::client);
  EXPECT_EQ(sender(ike::protocol, kInitAnswer), Role::server);
  EXPECT_TRUE(ike::protocol.speaker(kMainMode).certain);
  EXPECT_FALSE(ike::protocol.speaker(kMainModeAnswer).certain);
}

TEST(Ike, IsNothingLess) {
  EXPECT_TRUE(foreign(ike::protocol, {}));
  EXPECT_TRUE(foreign(ike::protocol, first(kInit, 27)));
  EXPECT_TRUE(foreign(ike::protocol, first(kInit, kInit.size() - 1)));
  EXPECT_TRUE(foreign(ike::protocol, with(kInit, 17, 0x30)));      // version
  EXPECT_TRUE(foreign(ike::protocol, with(kInit, 18, 2)));         // an exchange of version 1
  EXPECT_TRUE(foreign(ike::protocol, with(kInit, 19, 0x80)));      // flags
  EXPECT_TRUE(foreign(ike::protocol, with(kMainMode, 16, 0x21)));  // a payload of version 2
  EXPECT_TRUE(foreign(ike::protocol, with(kQuickMode, 0, 0x8b)));  // ESP: an SPI, no marker
  EXPECT_TRUE(foreign(ike::protocol, hex("ff")));                  // keeps a NAT's entry
}

// pcaps/rules/l2tp.pcapng: xl2tpd
const auto kStartTunnel =
    hex("c8020066000000000000000080080000000000018008000000020100800a0000000300000003800a00000004000000000008"
        "000000060690800b00000007454e47303100130000000878656c6572616e63652e636f6d8008000000097c5280080000000a"
        "0004");
const auto kStartedTunnel =
    hex("c80200697c5200000000000180080000000000028008000000020100800a0000000300000003800a00000004000000000008"
        "000000060690800e00000007494e5445524e455400130000000878656c6572616e63652e636f6d8008000000096a57800800"
        "00000a0004");
const auto kConnected = hex("c80200146a570000000100018008000000000003");
const auto kZeroLength = hex("c802000c7c52000000010002");

TEST(L2tp, IsProvedByItsControlMessages) {
  for (const auto& each : {kStartTunnel, kStartedTunnel, kConnected}) EXPECT_TRUE(whole(l2tp::protocol, each));
  EXPECT_EQ(sender(l2tp::protocol, kStartTunnel), Role::client);
  EXPECT_EQ(sender(l2tp::protocol, kStartedTunnel), Role::server);
  EXPECT_EQ(sender(l2tp::protocol, kConnected), Role::client);
}

TEST(L2tp, IsNothingLess) {
  EXPECT_TRUE(foreign(l2tp::protocol, {}));
  EXPECT_TRUE(foreign(l2tp::protocol, kZeroLength));  // too little to go by
  EXPECT_TRUE(foreign(l2tp::protocol, first(kStartTunnel, kStartTunnel.size() - 1)));
  EXPECT_TRUE(foreign(l2tp::protocol, with(kStartTunnel, 1, 3)));  // version 3 has other fields
  EXPECT_TRUE(foreign(l2tp::protocol, with(kStartTunnel, 5, 1)));  // asks for what it already has
  EXPECT_TRUE(foreign(l2tp::protocol, with(kConnected, 17, 1)));   // another attribute comes first
  EXPECT_TRUE(foreign(l2tp::protocol, with(kConnected, 19, 17)));  // no such message
}

// pcaps/rules/pptp.pcapng: pptp-linux and pptpd
const auto kStartControl =
    hex("009c00011a2b3c4d00010000010000000000000300000003ffff00016c6f63616c0000000000000000000000000000000000"
        "00000000000000000000000000000000000000000000000000000000000000000000000000000000000063616e616e69616e"
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "000000000000");
const auto kStartedControl =
    hex("009c00011a2b3c4d00020000010001000000000000000000000100016c6f63616c0000000000000000000000000000000000"
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000000006c696e7578000000"
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "000000000000");
const auto kCallReply = hex("002000011a2b3c4d000800000000c1c701000000009896800003000000000000");
const auto kCallClear = hex("001000011a2b3c4d000c0000c1c70000");

TEST(Pptp, IsProvedByItsCookie) {
  for (const auto& each : {kStartControl, kStartedControl, kCallReply, kCallClear})
    EXPECT_TRUE(whole(pptp::protocol, each));
  EXPECT_EQ(sender(pptp::protocol, kStartControl), Role::client);
  EXPECT_EQ(sender(pptp::protocol, kStartedControl), Role::server);
  EXPECT_FALSE(pptp::protocol.speaker(kCallClear).certain);
}

TEST(Pptp, IsNothingLess) {
  EXPECT_TRUE(foreign(pptp::protocol, {}));
  for (std::size_t n = 1; n < 12; ++n)
    EXPECT_EQ(pptp::protocol.frame(first(kStartControl, n), Role::client).kind,
              n < 10 ? Frame::Kind::more : Frame::Kind::whole)
        << n;
  EXPECT_EQ(pptp::protocol.frame(first(kStartControl, 12), Role::client).size, 156u);
  EXPECT_TRUE(foreign(pptp::protocol, with(kStartControl, 4, 0x1B)));
  EXPECT_TRUE(foreign(pptp::protocol, with(first(kStartControl, 8), 7, 0)));
  EXPECT_TRUE(foreign(pptp::protocol, with(kStartControl, 3, 2)));  // a management message: there is none
  EXPECT_TRUE(foreign(pptp::protocol, with(kStartControl, 9, 7)));  // a length of another message
  EXPECT_TRUE(foreign(pptp::protocol, with(kCallClear, 9, 16)));    // no such message
  EXPECT_TRUE(foreign(pptp::protocol, hex("16030100ba010000b60303")));
}

// Made by golang.org/x/crypto/nacl/box and package disco of tailscale.com 1.104.0 under fixed keys, as the tests of another
// implementation (tdongle) publish them: a ping, a pong, and the smallest message.
const auto kPing =
    hex("5453f09f92ac07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c00050a0f14191e23282d3237"
        "3c41464b50555a5f64696e73e96896fcef451fd148d5c282da721cde306cec8c292b00660449b672b55133a7a89f974aa9bf"
        "7fa4e7e054956a05983551e7a5569268d30ebd950efe1619");
const auto kPong =
    hex("5453f09f92ac07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c00050a0f14191e23282d3237"
        "3c41464b50555a5f64696e73f3fe94945a642728128fa9ca07e93892336cec8c292b00660449b672b55133a6aa9f974aa9bf"
        "7fa4181f56966e009ce7");
const auto kNoEndpoints =
    hex("5453f09f92ac07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c00050a0f14191e23282d3237"
        "3c41464b50555a5f64696e73c1e486d90d2a5d3d7e3c7828efc9c1e7326c");

TEST(Tailscale, IsProvedByItsMagic) {
  for (const auto& each : {kPing, kPong, kNoEndpoints}) EXPECT_TRUE(whole(tailscale::protocol, each));
}

TEST(Tailscale, IsNothingLess) {
  EXPECT_TRUE(foreign(tailscale::protocol, {}));
  EXPECT_TRUE(foreign(tailscale::protocol, first(kNoEndpoints, kNoEndpoints.size() - 1)));
  EXPECT_TRUE(foreign(tailscale::protocol, with(kPing, 5, 0xAD)));
  auto keyless = kPing;
  std::fill_n(keyless.begin() + 6, 32, std::uint8_t{0});
  EXPECT_TRUE(foreign(tailscale::protocol, keyless));
  EXPECT_TRUE(foreign(tailscale::protocol, kInitiation));
}

// pcaps/rules/softether.pcapng: SoftEther VPN 5.01
const auto kDisguised =
    hex("e8f201000001000000000001086238346666356561000030000100002910000000800000278d4e36bc6d2d941aefad234068"
        "9b4bf4fbb488611cacbb3318a9d05426e77a02e3c281e5764a88");

TEST(SoftEther, IsADatagramInTheShapeOfAQuestion) {
  EXPECT_TRUE(whole(softether::protocol, kDisguised));
  EXPECT_TRUE(foreign(softether::protocol, {}));
  EXPECT_TRUE(whole(softether::protocol, first(kDisguised, 37)));  // the snap length left its headers
  EXPECT_TRUE(foreign(softether::protocol, first(kDisguised, 36)));
  EXPECT_TRUE(foreign(softether::protocol, with(kDisguised, 2, 0x81)));  // an answer
  EXPECT_TRUE(foreign(softether::protocol, with(kDisguised, 13, 'z')));  // a word
  EXPECT_TRUE(foreign(softether::protocol, with(kDisguised, 23, 1)));    // asks for an address
  // RFC 6891 §6.1.2: an option of 35 octets fills the record
  auto option = kDisguised;
  const auto head = hex("000A 0023");
  std::copy(head.begin(), head.end(), option.begin() + 37);
  EXPECT_TRUE(foreign(softether::protocol, option));
}

// Of sneurlax/ManyTier (MIT, commit 64e12c08), tests/shadow/artifacts/hello-diff-1775936401.txt: a HELLO that this
// implementation sent to one of ZeroTier's roots, and the beginning of a message that another root sent to it.
// The address follows from the key by Identity's memory-hard hash.
const auto kHello =
    hex("0000019d7e0ae06bcafefd671739c7e39971003a8890b3bc3ceae1010c010e00020000019d7e0ae06b39c7e3997100528042"
        "5c16d4824c26ddf10c2bd69b77a530c3672a74a8c968ad888304cac12bd5dd965f9c18b83690822d6350918ffd74074390fb"
        "d7adf755afb333aa0f5f1100044f7f9fbb27090000000008eac90a00000194db795b4ed2e60000");
const auto kFromRoot =
    hex("67e81447a461064eed8080693acafe04eba9086b279be9e57068af61d1791b0ed9b7fd9f83522eb29fd8ebfc098ada885421"
        "1797a2dda321f3879138b586ecac2b94266022be1a07dc4683247d3480d33a4f7c0266692bfe47afa0e07f7df5e0c5765e31"
        "aa7f9201e80dad5753d88ebaebd4a8c8742aba59af724194e761a700323fea6252c22b6610e12755");
// Of someara/ZeroTierOne (commit 4275d158), REAL_NETWORK_TEST_RESULTS.md: the first 64 of the 137 octets of another's HELLO.
const auto kBeginning =
    hex("a0cd5e56336775d562f865d7c1b731ee0ea8007833e32e27daf0ee010d020000000000019d53965b50b731ee0ea800fa7fbf"
        "4662720fd9870278 99bf6a9a3e2a");

// As ZeroTierOne's Peer::sendHELLO puts it together (1.14, with no moons). The sender is the identity of its selftest.cpp,
// the receivers are the roots of node/Topology.cpp's ZT_DEFAULT_WORLD; packet id, MAC and the encrypted end may be any.
std::vector<std::uint8_t> hello(std::string_view root, std::string_view sent_to) {
  std::vector<std::uint8_t> bytes;
  const auto append = [&](std::string_view field) {
    const auto octets = hex(field);
    bytes.insert(bytes.end(), octets.begin(), octets.end());
  };
  append("1badc0de5eed0001");    // packet id
  append(root);                  // destination
  append("8e4df28b72");          // source
  append("00");                  // no flags, C25519_POLY1305_NONE, no hops
  append("0123456789abcdef");    // MAC
  append("01");                  // VERB_HELLO
  append("0c 01 0e 0002");       // ZT_PROTO_VERSION, version 1.14.2
  append("0000019a ab6d a400");  // 2025-11-22, in ms
  append("8e4df28b72 00");       // Identity::serialize: address, C25519
  append("ac3d46abe0c21f3cfe7a6c8d6a85cfcffcb82fbd55af6a4d6350657c68200843");
  append("fa2e16f9418bbd9702cae365f2af5fb4c420908b803a681d4daef6114d78a2d7");
  append("00");                // no private key
  append(sent_to);             // InetAddress::serialize
  append("0000000008eac90a");  // ZT_DEFAULT_WORLD: id
  append("0000017ee95760cd");  // and timestamp
  append("5a5a");              // how many moons
  return bytes;
}
const auto kToIpv4 = hello("62f865ae71", "04 3207fc8a 2709");
const auto kToIpv6 = hello("cafe04eba9", "06 2a026ea0d40500000000000000009993 2709");
const auto kByWayOfAnother = hello("778cde7190", "00");

TEST(ZeroTier, IsProvedByItsHello) {
  for (const auto& each : {kHello, kToIpv4, kToIpv6, kByWayOfAnother}) EXPECT_TRUE(whole(zerotier::protocol, each));
  EXPECT_EQ(kToIpv4.size(), 137u);  // the lengths that both other implementations give
  EXPECT_EQ(kToIpv6.size(), 149u);
  EXPECT_EQ(kHello.size(), 137u + 2u);  // and a certificate of representation of no octets, as 1.2 has it
  auto completed = kToIpv4;
  std::copy(kBeginning.begin(), kBeginning.end(), completed.begin());
  EXPECT_TRUE(whole(zerotier::protocol, completed));
  EXPECT_TRUE(whole(zerotier::protocol, first(kToIpv4, 135)));  // 1.1: nothing after the planet
  EXPECT_TRUE(whole(zerotier::protocol, first(kByWayOfAnother, 129)));
}

TEST(ZeroTier, TellsVersionAndAddressOfItsSender) {
  const auto seen = observe(zerotier::protocol, {{Role::client, kHello}}, Transport::udp);
  EXPECT_EQ(identities(seen, Role::client),
            (Texts{"user_agent ZeroTier 1.14.2 by zerotier hello", "fingerprint 39c7e39971 by zerotier address"}));
  EXPECT_EQ(observe(zerotier::protocol, {{Role::server, kToIpv4}}, Transport::udp).identity(Trait::software),
            "ZeroTier 1.14.2");
  EXPECT_EQ(sender(zerotier::protocol, kHello), Role::client);
  EXPECT_TRUE(zerotier::protocol.speaker(kHello).certain);
  const auto passed_on = with(kToIpv4, 18, 1);
  EXPECT_TRUE(whole(zerotier::protocol, passed_on));
  EXPECT_FALSE(zerotier::protocol.speaker(passed_on).certain);
  EXPECT_TRUE(observe(zerotier::protocol, {{Role::client, passed_on}}, Transport::udp).stated.empty());
}

TEST(ZeroTier, IsNothingLess) {
  EXPECT_TRUE(foreign(zerotier::protocol, {}));
  EXPECT_TRUE(foreign(zerotier::protocol, kFromRoot));  // encrypted
  EXPECT_TRUE(foreign(zerotier::protocol, kBeginning));
  for (std::size_t n = 0; n < 135; ++n) EXPECT_TRUE(foreign(zerotier::protocol, first(kToIpv4, n))) << n;
  EXPECT_TRUE(foreign(zerotier::protocol, first(kToIpv4, 136)));  // half a count of moons
  EXPECT_TRUE(foreign(zerotier::protocol, first(kToIpv6, 146)));
  EXPECT_TRUE(foreign(zerotier::protocol, first(kByWayOfAnother, 128)));
  auto larger = kToIpv4;
  larger.resize(1501);
  EXPECT_TRUE(foreign(zerotier::protocol, larger));
  struct Wrong {
    std::size_t at;
    std::uint8_t octet;
  };
  for (const auto [at, octet] : {
           Wrong{13, 0xFF},                                    // a fragment
           Wrong{8, 0xFF},                                     // to an address that no node has
           Wrong{17, 0x73}, Wrong{45, 0x73},                   // the two addresses of the sender differ
           Wrong{18, 0x08}, Wrong{18, 0x10}, Wrong{18, 0x18},  // encrypted, on a trusted path, AES-GMAC-SIV
           Wrong{18, 0x40}, Wrong{18, 0x80},                   // in fragments, HELLO encrypted
           Wrong{27, 0x00}, Wrong{27, 0x03}, Wrong{27, 0x81},  // NOP, OK, compressed
           Wrong{28, 4},    Wrong{28, 32},                     // protocol
           Wrong{29, 3},    Wrong{30, 100},  Wrong{31, 0x80},  // version
           Wrong{33, 1},    Wrong{36, 0},    Wrong{35, 4},     // far in the future, 2004, 2130
           Wrong{46, 1},                                       // an identity of another type
           Wrong{111, 64},                                     // with its private key
           Wrong{112, 1},   Wrong{112, 6},                     // an Ethernet address, IPv6 that is too short
       })
    EXPECT_TRUE(foreign(zerotier::protocol, with(kToIpv4, at, octet))) << at << ' ' << int{octet};
  EXPECT_TRUE(foreign(zerotier::protocol, with(kToIpv6, 112, 5)));  // no kind of address
  const auto fields = [](std::size_t at, std::size_t n) {
    auto bytes = kToIpv4;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), n, std::uint8_t{0});
    return bytes;
  };
  const auto at_time = [](std::uint64_t ms) {
    auto bytes = kToIpv4;
    for (std::size_t i = 0; i < 8; ++i) bytes[40 - i] = static_cast<std::uint8_t>(ms >> 8 * i);
    return bytes;
  };
  EXPECT_TRUE(foreign(zerotier::protocol, at_time(1'293'839'999'999)));  // 2010-12-31 23:59:59.999
  EXPECT_TRUE(whole(zerotier::protocol, at_time(1'293'840'000'000)));
  EXPECT_TRUE(whole(zerotier::protocol, at_time(4'102'444'799'999)));  // 2099-12-31 23:59:59.999
  EXPECT_TRUE(foreign(zerotier::protocol, at_time(4'102'444'800'000)));
  EXPECT_TRUE(foreign(zerotier::protocol, fields(8, 5)));    // to nobody
  EXPECT_TRUE(foreign(zerotier::protocol, fields(113, 4)));  // to no address
  EXPECT_TRUE(foreign(zerotier::protocol, fields(117, 2)));  // to no port
  EXPECT_TRUE(foreign(zerotier::protocol, fields(119, 8)));  // of no planet
  auto from_nobody = fields(13, 5);
  std::fill_n(from_nobody.begin() + 41, 5, std::uint8_t{0});
  EXPECT_TRUE(foreign(zerotier::protocol, from_nobody));
  EXPECT_TRUE(foreign(zerotier::protocol, hello("8e4df28b72", "04 3207fc8a 2709")));  // to itself
  EXPECT_TRUE(foreign(zerotier::protocol, std::vector<std::uint8_t>(137, 0x01)));
  EXPECT_TRUE(foreign(zerotier::protocol, kInitiation));
  EXPECT_TRUE(foreign(zerotier::protocol, kInit));
}

}  // namespace
}  // namespace kakoi
