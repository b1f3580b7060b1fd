#include "dissectors/opcua/opcua.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::Recorder;
using test::server;

// cisagov/icsnpp-opcua-binary, open62541_client-server_minimal.pcap, the first connection.
constexpr std::string_view kHello =
    "48454c46 38000000 00000000 ffff0000 ffff0000 00000000 00000000 18000000 "
    "6f70632e7463703a2f2f6c6f63616c686f73743a34383430";
constexpr std::string_view kOpened =
    "4f504e46 87000000 05000000 2f000000 "
    "687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f5365637572697479506f6c69"
    "6379234e6f6e65 ffffffff ffffffff 01000000 01000000 0100c101 36ea9df275cad501 00000000 00000000 00 ffffffff 000000 "
    "00000000 05000000 05000000 22ea9df275cad501 c0270900 ffffffff";
constexpr std::string_view kEndpoints =
    "4d5347 "
    "46dc010000050000000500000002000000020000000100af016289a5f275cad501010000000000000000ffffffff0000000100000018"
    "0000006f70632e7463703a2f2f6c6f63616c686f73743a343834302000000075726e3a6f70656e36323534312e7365727665722e6170706c69"
    "63"
    "6174696f6e14000000687474703a2f2f6f70656e36323534312e6f72670302000000656e220000006f70656e36323534312d6261736564204f"
    "50"
    "43205541204170706c69636174696f6e00000000ffffffffffffffffffffffffffffffff010000002f000000687474703a2f2f6f7063666f75"
    "6e"
    "646174696f6e2e6f72672f55412f5365637572697479506f6c696379234e6f6e65020000001a0000006f70656e36323534312d616e6f6e796d"
    "6f"
    "75732d706f6c69637900000000ffffffffffffffffffffffff190000006f70656e36323534312d757365726e616d652d706f6c696379010000"
    "00"
    "ffffffffffffffff2f000000687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f5365637572697479506f6c696379234e6f"
    "6e"
    "6541000000687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412d50726f66696c652f5472616e73706f72742f75617463702d"
    "75"
    "6173632d756162696e61727901";
// The second connection: CreateSession.
constexpr std::string_view kCreateSession =
    "4d534746 a6000000 06000000 06000000 03000000 03000000 0100cd01 0000 d02ec4f275cad501 03000000 00000000 ffffffff "
    "10270000 000000 1c000000 75726e3a756e636f6e666967757265643a6170706c69636174696f6e ffffffff 00 01000000 "
    "ffffffff ffffffff ffffffff ffffffff 18000000 6f70632e7463703a2f2f6c6f63616c686f73743a34383430 ffffffff ffffffff "
    "ffffffff 00000000804f3241 ffffff7f";

TEST(Opcua, EndpointsTellTheApplication) {
  const auto seen = observe(opcua::protocol, {client(kHello), server(kOpened), server(kEndpoints)});
  EXPECT_EQ(seen.identity(Trait::software), "open62541-based OPC UA Application");
  const auto all = seen.all<Identity>();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].text, "OPC UA security policy None");
  EXPECT_EQ(all[2].text, "OPC UA application urn:open62541.server.application, product http://open62541.org");
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 3u);
  EXPECT_EQ(operations[2].cls, OperationClass::identify);
  EXPECT_EQ(operations[2].outcome, Outcome::accepted);
  EXPECT_EQ(opcua::protocol.function_name(operations[2].function_code), "GetEndpointsResponse");
}

TEST(Opcua, AClientTellsItsName) {
  EXPECT_EQ(observe(opcua::protocol, {client(kCreateSession)}).identity(Trait::user_agent),
            "urn:unconfigured:application");
}

// OPC 10000-4, 5.6.3: ActivateSession with a token of type 321 (anonymous) or 324 (name and password in clear), built on
// the session's header above; and its answers.
constexpr std::string_view kActivate =
    "4d534746 %s 06000000 06000000 04000000 04000000 0100d301 0000 d02ec4f275cad501 "
    "04000000 00000000 ffffffff 10270000 000000 ffffffff ffffffff ffffffff ffffffff ";
std::string with_size(std::string_view body) {
  const std::string blank(8, '0');
  std::string text(kActivate);
  const std::size_t at = text.find("%s");
  text.replace(at, 2, blank);
  text += body;
  const std::size_t size = hex(text).size();
  constexpr char kDigits[] = "0123456789abcdef";
  text[at] = kDigits[size >> 4 & 15];
  text[at + 1] = kDigits[size & 15];
  return text;
}
constexpr std::string_view kActivated =
    "4d534746 38000000 06000000 06000000 04000000 04000000 0100d601 eebed99b5595d701 04000000 00000000 00 ffffffff "
    "000000 "
    "ffffffff ";

TEST(Opcua, AnybodyIsLetIn) {
  const auto ask = client(with_size("01004101 01 0d000000 09000000 616e6f6e796d6f7573"));
  EXPECT_EQ(observe(opcua::protocol, {ask, server(kActivated)}).all<OpenAccess>().at(0).scheme, "opcua-anonymous");
  EXPECT_TRUE(observe(opcua::protocol, {ask}).all<OpenAccess>().empty());
}

// OPC 10000-4, 5.11.2: the service may be good and each method bad; 801F0000h is BadUserAccessDenied.
TEST(Opcua, ACallIsAcceptedOrRefusedByItsResults) {
  const auto ask = client(
      "4d534746 49000000 01000000 01000000 01000000 01000000 0100c802 0000 0000000000000000 01000000 00000000 ffffffff "
      "e8030000 000000 01000000 01005500 01004d00 00000000");
  const auto outcome = [&](std::string_view answer) {
    return observe(opcua::protocol, {ask, server(answer)}).all<ControlAction>().at(0).outcome;
  };
  EXPECT_EQ(outcome("4d534746 48000000 01000000 01000000 01000000 01000000 0100cb02 0000000000000000 01000000 00000000 "
                    "00 ffffffff 000000 01000000 00000000 00000000 00000000 ffffffff"),
            Outcome::accepted);
  EXPECT_EQ(outcome("4d534746 48000000 01000000 01000000 01000000 01000000 0100cb02 0000000000000000 01000000 00000000 "
                    "00 ffffffff 000000 01000000 00001f80 00000000 00000000 ffffffff"),
            Outcome::refused);
  // The second of two, behind the status of an argument
  EXPECT_EQ(outcome("4d534746 5c000000 01000000 01000000 01000000 01000000 0100cb02 0000000000000000 01000000 00000000 "
                    "00 ffffffff 000000 02000000 00000000 01000000 00000000 00000000 ffffffff "
                    "00001f80 00000000 00000000 ffffffff"),
            Outcome::refused);
  // More results than octets
  EXPECT_EQ(outcome("4d534746 48000000 01000000 01000000 01000000 01000000 0100cb02 0000000000000000 01000000 00000000 "
                    "00 ffffffff 000000 feffffff 00000000 feffffff 00000000 ffffffff"),
            Outcome::accepted);
}

TEST(Opcua, APasswordInClearIsACredential) {
  const auto ask =
      client(with_size("01004401 01 1b000000 01000000 70 05000000 7573657231 05000000 7077313233 ffffffff"));
  const auto record = observe(opcua::protocol, {ask, server(kActivated)});
  const auto seen = record.all<Credential>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].user, "user1");
  EXPECT_EQ(seen[0].secret, "pw123");
  EXPECT_EQ(seen[1].outcome, CredentialOutcome::accepted);
}

TEST(Opcua, WhatIsSecuredIsNotRead) {
  const auto opened = server(
      "4f504e46 9b000000 05000000 38000000 "
      "687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f5365637572697479506f6c69"
      "6379234261736963323536536861323536 00000000 ffffffff "
      "00112233445566778899aabbccddeeff00112233445566778899aabbccddee"
      "ff00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899");
  const auto seen = observe(opcua::protocol, {client(kHello), opened, server(kEndpoints)});
  EXPECT_EQ(seen.identity(Trait::software), "");
  EXPECT_EQ(opcua::protocol.function_name(seen.all<Operation>().back().function_code), "secured message");
}

// opcua_with-gap_with-handshake.pcap (cisagov/icsnpp-opcua-binary), frames 390 and 392: an object is added to the address
// space, which programs nothing.
TEST(Opcua, AddingNodesIsNoProgramTransfer) {
  const auto seen = observe(
      opcua::protocol,
      {client("4d534746d00000000a0000000a0000001a0000001a0000000100e80104010070f93e4d380fc4986a4624f2ff6fa68ad45ac4eede"
              "0cd6011b00000000000000ffffffff0000000000000001000000003a002d0101662f01000d0000004e65774f626a6563745479"
              "70650800000001006b010158000000000000000305000000656e2d5553100000005468654e65774f626a656374547970650305"
              "000000656e2d55531f00000050757420696e6e6f766174697665206465736372697074696f6e206865726500000000000000"
              "00000000"),
       server("4d534746420000000a0000000a0000001a0000001a0000000100eb015c0ccceede0cd6011b0000000000000000ffffffff000000"
              "0100000000005e800000ffffffff")});
  EXPECT_EQ(seen.all<Operation>(), (std::vector{Operation{.cls = OperationClass::parameter, .function_code = 488},
                                                Operation{.cls = OperationClass::parameter, .function_code = 491},
                                                Operation{.cls = OperationClass::parameter,
                                                          .function_code = 488,
                                                          .outcome = Outcome::accepted,
                                                          .is_message = false}}));
}
TEST(Opcua, RefusesOtherLetters) {
  EXPECT_EQ(opcua::protocol.frame(hex("48454c43 38000000"), Role::client).kind, Frame::Kind::foreign);  // no chunk
  EXPECT_EQ(opcua::protocol.frame(hex("48454c46 04000000"), Role::client).kind, Frame::Kind::foreign);  // too short
  EXPECT_EQ(opcua::protocol.frame(hex("48545450"), Role::client).kind, Frame::Kind::foreign);           // HTTP
}

// node-opcua 2.182 (npm) on both sides; the server was given this BuildInfo. Whole ServerStatus is read.
constexpr std::string_view kStatus =
    "4d534746c00000000100000001000000050000000500000001007a02e0f1bd391e7add01050000000000000000000000000000000100"
    "00003d1601006003016500000010ad71361e7add01d0cabd391e7add01000000001000000075726e3a6578616d706c653a6c696e650d"
    "0000004578616d706c6520576f726b730a0000004c696e6553657276657205000000332e342e35040000003736353800c0c1c36a55da"
    "0100000000006ae9bd391e7add016c076ae9bd391e7add016c0700000000";
// … and fields: State, ProductUri, ManufacturerName, ProductName, SoftwareVersion, BuildNumber.
constexpr std::string_view kReadFields =
    "4d534746ca0000000300000001000000050000000500000001007702050000100000002afa6252acfa143c6e82b3e33c7aeee0806c20"
    "3f1e7add01050000000000000000000000983a0000000000000000000000000002000000060000000100d3080d000000ffffffff0000"
    "ffffffff0100d6080d000000ffffffff0000ffffffff0100d7080d000000ffffffff0000ffffffff0100d5080d000000ffffffff0000"
    "ffffffff0100d8080d000000ffffffff0000ffffffff0100d9080d000000ffffffff0000ffffffff";
constexpr std::string_view kFields =
    "4d534746080100000300000001000000050000000500000001007a02d02f213f1e7add01050000000000000000000000000000000600"
    "00003d060000000030771b381e7add01d00726f3203f1e7add01b8243d0c1000000075726e3a6578616d706c653a6c696e65c8761638"
    "1e7add01f81126f3203f1e7add01b8243d0c0d0000004578616d706c6520576f726b73c87616381e7add01f81126f3203f1e7add01b8"
    "243d0c0a0000004c696e65536572766572c87616381e7add01f81126f3203f1e7add01b8243d0c05000000332e342e35c87616381e7a"
    "dd01f81126f3203f1e7add01b8243d0c0400000037363538c87616381e7add01f81126f3203f1e7add01b82400000000";

void expect_build_info(const Recorder& seen) {
  const auto all = seen.all<Identity>();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].trait, Trait::software);
  EXPECT_EQ(all[0].text, "LineServer 3.4.5");
  EXPECT_EQ(all[1].text, "OPC UA server by Example Works, build 7658");
  EXPECT_EQ(all[1].method, "opcua build info");
}

TEST(Opcua, ServerStatusTellsTheServersBuild) { expect_build_info(observe(opcua::protocol, {server(kStatus)})); }

TEST(Opcua, FieldsOfTheBuildAreTakenForWhatWasAsked) {
  expect_build_info(observe(opcua::protocol, {client(kReadFields), server(kFields)}));
  EXPECT_TRUE(observe(opcua::protocol, {server(kFields)}).all<Identity>().empty());  // texts of whatever
  std::string other(kFields);
  other.replace(32 + 8, 2, "06");  // the answer to another request
  EXPECT_TRUE(observe(opcua::protocol, {client(kReadFields), server(other)}).all<Identity>().empty());
}

TEST(Opcua, CutAnswersTellNothingWrong) {
  for (const std::string_view whole : {kStatus, kFields}) {
    for (std::size_t n = 16; n < whole.size(); n += 2) {
      const auto seen = observe(opcua::protocol, {client(kReadFields), server(whole.substr(0, n))});
      for (const Identity& i : seen.all<Identity>())
        EXPECT_TRUE(i.text.starts_with("LineServer") || i.text.starts_with("OPC UA server")) << n;
    }
  }
}

}  // namespace
}  // namespace kakoi
