// Where else a server is, by its own list of addresses.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dissectors/opcua/opcua.h"
#include "dissectors/opcua/own_addresses.h"
#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::Chunk;
using test::client;
using test::hex;
using test::server;

// node-opcua 2.182 (npm) on both sides. The server has network cards at 192.168.7.2 and 192.168.8.2, and was told to list both;
// its certificate was cut out. The client calls it "line1", a name that the server does not know.
constexpr std::string_view kHelloByName =
    "48454c46340000000000000000000a0000000a000000000000000000140000006f70632e7463703a2f2f6c696e65313a3438"
    "3430";
constexpr std::string_view kEndpointsByName =
    "4d53474659000000010000000100000002000000020000000100ac01000030169884517bdd010200000000000000ffffffff"
    "983a0000000000140000006f70632e7463703a2f2f6c696e65313a343834300000000000000000";
constexpr std::string_view kEndpoints =
    "4d5347462a030000010000000100000002000000020000000100af0190009984517bdd010200000000000000000000000000"
    "000003000000140000006f70632e7463703a2f2f73727630313a343834300f00000075726e3a73727630313a6c696e653105"
    "0000006c696e65310302000000656e050000006c696e653100000000000000000000000000000000ffffffff010000002f00"
    "0000687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f5365637572697479506f6c696379234e6f6e6501"
    "00000009000000616e6f6e796d6f757300000000ffffffffffffffffffffffff41000000687474703a2f2f6f7063666f756e"
    "646174696f6e2e6f72672f55412d50726f66696c652f5472616e73706f72742f75617463702d756173632d756162696e6172"
    "79011a0000006f70632e7463703a2f2f3139322e3136382e372e323a343834300f00000075726e3a73727630313a6c696e65"
    "31050000006c696e65310302000000656e050000006c696e653100000000000000000000000000000000ffffffff01000000"
    "2f000000687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f5365637572697479506f6c696379234e6f6e"
    "65010000000b000000616e6f6e796d6f75735f3000000000ffffffffffffffffffffffff41000000687474703a2f2f6f7063"
    "666f756e646174696f6e2e6f72672f55412d50726f66696c652f5472616e73706f72742f75617463702d756173632d756162"
    "696e617279011a0000006f70632e7463703a2f2f3139322e3136382e382e323a343834300f00000075726e3a73727630313a"
    "6c696e6531050000006c696e65310302000000656e050000006c696e653100000000000000000000000000000000ffffffff"
    "010000002f000000687474703a2f2f6f7063666f756e646174696f6e2e6f72672f55412f5365637572697479506f6c696379"
    "234e6f6e65010000000b000000616e6f6e796d6f75735f3100000000ffffffffffffffffffffffff41000000687474703a2f"
    "2f6f7063666f756e646174696f6e2e6f72672f55412d50726f66696c652f5472616e73706f72742f75617463702d75617363"
    "2d756162696e61727901";
// The same, called by its address.
constexpr std::string_view kHelloByAddress =
    "48454c463a0000000000000000000a0000000a0000000000000000001a0000006f70632e7463703a2f2f3139322e3136382e"
    "372e323a34383430";
constexpr std::string_view kFindServers =
    "4d5347465f000000030000000100000003000000030000000100a6010000f075d388517bdd01030000000000000000000000"
    "983a00000000001a0000006f70632e7463703a2f2f3139322e3136382e372e323a343834300000000000000000";
constexpr std::string_view kServers =
    "4d534746c8000000030000000100000003000000030000000100a901d0afe688517bdd010300000000000000000000000000"
    "0000010000000f00000075726e3a73727630313a6c696e6531050000006c696e65310302000000656e050000006c696e6531"
    "00000000000000000000000003000000140000006f70632e7463703a2f2f73727630313a343834301a0000006f70632e7463"
    "703a2f2f3139322e3136382e372e323a343834301a0000006f70632e7463703a2f2f3139322e3136382e382e323a34383430";
// A session, to which the server tells the one endpoint that it was called by. Its answer as far as the list of those.
constexpr std::string_view kCreateSession =
    "4d534746ed000000020000000100000004000000040000000100cd010000d0378986517bdd01040000000000000000000000"
    "983a00000000000d00000075726e3a484d4930313a686d69100000004e6f64654f504355412d436c69656e74020300000068"
    "6d69010000000000000000000000000000000f00000075726e3a73727630313a6c696e65311a0000006f70632e7463703a2f"
    "2f3139322e3136382e372e323a343834300e000000436c69656e7453657373696f6e3120000000f58ab837a3b458145733a0"
    "533f4818194f6b837d437cb5fe3be4673033fdc29dffffffff00000000004ced4000350c00";
constexpr std::string_view kSessionHead =
    "4d53474691010000020000000100000004000000040000000100d00110279186517bdd010400000000000000000000000000"
    "00000401006f9462b5e2ea2615edad30fdb771093c05000010000000c14b7a97f84c665ffb5ebce3d298bbc800000000004c"
    "ed40200000009ec805ce616f3672568ba116dcdeaf9e06a102d475929d5fd5f14b08e4088a7fffffffff";

// Digits of an address or of a URL's port in the messages, which leave the sizes of texts as they are.
std::string replaced(std::string_view message, std::string_view from, std::string_view to) {
  const auto digits = [](std::string_view text) {
    std::string result;
    for (const char c : text) result += "0123456789abcdef"[c >> 4 & 15], result += "0123456789abcdef"[c & 15];
    return result;
  };
  EXPECT_EQ(from.size(), to.size());
  std::string result(message);
  for (std::size_t at = result.find(digits(from)); at != std::string::npos; at = result.find(digits(from)))
    result.replace(at, 2 * to.size(), digits(to));
  return result;
}
// With the size that the message has now.
std::string sized(std::string message) {
  const std::size_t size = message.size() / 2;
  for (std::size_t octet = 0; octet < 4; ++octet)
    for (std::size_t digit = 0; digit < 2; ++digit)
      message[8 + 2 * octet + digit] = "0123456789abcdef"[size >> (8 * octet + 4 * (1 - digit)) & 15];
  return message;
}
std::string endpoints_alone() { return std::string(kEndpoints.substr(kEndpoints.find("03000000140000006f70"))); }

using Texts = std::vector<std::string>;
Texts own_addresses(const std::vector<Chunk>& chunks, std::string_view server_address = "192.168.7.2") {
  Texts found;
  const auto seen = test::observe(opcua::protocol, chunks, Transport::tcp, parse_address(server_address).value());
  for (const test::Stated& s : seen.stated) {
    const auto* const i = std::get_if<Identity>(&s.fact);
    if (!i || i->trait != Trait::own_address) continue;
    EXPECT_EQ(s.speaker, Role::server);
    EXPECT_EQ(i->subject, Subject{});
    found.push_back(std::string(i->text) + " by " + std::string(i->method));
  }
  return found;
}
Texts found_servers(std::string_view hello, std::string_view ask, std::string_view answer) {
  return own_addresses({client(hello), client(ask), server(answer)});
}

TEST(OpcuaAddresses, OfAllEndpointsAreTheServers) {
  EXPECT_EQ(own_addresses({client(kHelloByName), client(kEndpointsByName), server(kEndpoints)}),
            Texts{"192.168.8.2 by opcua endpoints"});
}

TEST(OpcuaAddresses, OfItsDiscoveryEndpointsAreTheServers) {
  EXPECT_EQ(found_servers(kHelloByAddress, kFindServers, kServers), Texts{"192.168.8.2 by opcua find servers"});
}

TEST(OpcuaAddresses, AreToldToASession) {
  const std::string answer = sized(std::string(kSessionHead) + endpoints_alone());
  EXPECT_EQ(own_addresses({client(kHelloByAddress), client(kCreateSession), server(answer)}),
            Texts{"192.168.8.2 by opcua endpoints"});
  const std::string ask = replaced(kCreateSession, "192.168.7.2", "192.168.8.2");
  EXPECT_EQ(own_addresses({client(kHelloByAddress), client(ask), server(answer)}), Texts{});
}

// Behind an address translator the client calls the server by the translator's address, and servers repeat it.
TEST(OpcuaAddresses, ThatTheClientNamedAreNotTaken) {
  const std::string hello = replaced(kHelloByAddress, "192.168.7.2", "192.168.8.2");
  const std::string ask = replaced(kFindServers, "192.168.7.2", "192.168.8.2");
  EXPECT_EQ(found_servers(hello, ask, kServers), Texts{});
  EXPECT_EQ(found_servers(hello, kFindServers, kServers), Texts{});
  EXPECT_EQ(found_servers(kHelloByAddress, ask, kServers), Texts{});
}

TEST(OpcuaAddresses, CountOnlyIfTheServersOwnIsAmongThem) {
  EXPECT_EQ(own_addresses({client(kHelloByAddress), client(kFindServers), server(kServers)}, "192.168.7.5"), Texts{});
  // another server of that host
  EXPECT_EQ(found_servers(kHelloByAddress, kFindServers, replaced(kServers, "192.168.7.2:4840", "192.168.7.2:4841")),
            Texts{});
}

TEST(OpcuaAddresses, OfOthersThatADiscoveryServerKnowsAreNotTaken) {
  const std::size_t entry = kServers.find("0f00000075726e3a");
  std::string other(kServers.substr(entry));
  other = replaced(replaced(other, "192.168.7.2", "192.168.7.3"), "192.168.8.2", "192.168.9.2");
  std::string both(kServers.substr(0, entry - 8));
  both += "02000000" + other + std::string(kServers.substr(entry));
  EXPECT_EQ(found_servers(kHelloByAddress, kFindServers, sized(both)), Texts{"192.168.8.2 by opcua find servers"});
}

TEST(OpcuaAddresses, OfAGatewayAreNotTaken) {
  std::string answer(kServers);  // name | type | gateway, discovery profile
  const std::size_t at = answer.find(
                             "6c696e6531"
                             "00000000"
                             "00000000"
                             "00000000") +
                         10 + 8;
  answer.replace(at, 8,
                 "02000000"
                 "6777");
  EXPECT_EQ(found_servers(kHelloByAddress, kFindServers, sized(answer)), Texts{});
}

TEST(OpcuaAddresses, AreTakenFromAnswersAlone) {
  EXPECT_EQ(own_addresses({server(kServers)}), Texts{});
  EXPECT_EQ(own_addresses({client(kFindServers), server(kServers)}), Texts{});  // what Hello named was not seen
  EXPECT_EQ(own_addresses({client(kHelloByAddress), server(kServers)}), Texts{});
  std::string other(kServers);
  other.replace(2 * 20, 2, "04");  // the answer to another request
  EXPECT_EQ(found_servers(kHelloByAddress, kFindServers, other), Texts{});
  EXPECT_EQ(own_addresses({client(kHelloByAddress), client(kFindServers), {Role::client, {0}}, server(kServers)}),
            Texts{});  // octets were lost, maybe another request
}

TEST(OpcuaAddresses, ThatNoHostHasAloneAreLeftOut) {
  for (const std::string_view address : {"169.254.0.1", "224.0.0.251", "localhost42", "192.168.7.2"})
    EXPECT_EQ(found_servers(kHelloByAddress, kFindServers, replaced(kServers, "192.168.8.2", address)), Texts{})
        << address;
}

TEST(OpcuaAddresses, OfCutAnswersAreWhole) {
  for (std::size_t n = 16; n <= kEndpoints.size(); n += 2)
    for (const std::string& told : own_addresses(
             {client(kHelloByName), client(kEndpointsByName), server(sized(std::string(kEndpoints.substr(0, n))))}))
      EXPECT_EQ(told, "192.168.8.2 by opcua endpoints") << n;
}

TEST(OpcuaAddresses, OfUrls) {
  const auto place = [](std::string_view url) {
    const opcua::Place p = opcua::place_of(url);
    return to_string(p.address) + " " + std::to_string(p.port);
  };
  EXPECT_EQ(place("opc.tcp://192.168.8.2:48010/UA/Server"), "192.168.8.2 48010");
  EXPECT_EQ(place("OPC.TCP://192.168.8.2"), "192.168.8.2 4840");
  EXPECT_EQ(place("https://192.168.8.2/x"), "192.168.8.2 0");
  EXPECT_EQ(place("opc.tcp://[2001:db8::2]:4841"), "2001:db8::2 4841");
  EXPECT_EQ(place("opc.tcp://[fd00::2]/"), "fd00::2 4840");
  for (const std::string_view none :
       {"", "opc.tcp", "opc.tcp://", "opc.tcp://srv01:4840", "opc.tcp://[2001:db8::2", "opc.tcp://[192.168.8.2]:4840",
        "opc.tcp://2001:db8::2", "opc.tcp://192.168.8:4840", "opc.tcp://192.168.8.2.example:4840", "192.168.8.2:4840",
        "opc.tcp://192.168.8.2:99999", "opc.tcp://192.168.8.2:48x", "opc.tcp://[fd00::2]4840",
        "opc.tcp://00:1d:9c:c8:13:a1"})
    EXPECT_TRUE(opcua::place_of(none).address.is_none()) << none;
}

}  // namespace
}  // namespace kakoi
