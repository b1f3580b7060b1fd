#include "dissectors/wsd/wsd.h"

#include <gtest/gtest.h>

#include "tests/support/told.h"

namespace kakoi {
namespace {

using namespace test;

// Debian's wsdd 0.7 (4 datagrams alike at its start); namespaces that it does not use left out.
constexpr std::string_view kHello =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\""
    " xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\""
    " xmlns:wsd=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><soap:Header>"
    "<wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>"
    "<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Hello</wsa:Action>"
    "<wsd:AppSequence InstanceId=\"1795309309\" MessageNumber=\"0\" /></soap:Header><soap:Body><wsd:Hello>"
    "<wsa:EndpointReference><wsa:Address>urn:uuid:e5e61fb5-d685-5b50-9ba7-acb6e6962ef3</wsa:Address></"
    "wsa:EndpointReference>"
    "<wsd:XAddrs>http://10.6.0.13:5357/e5e61fb5-d685-5b50-9ba7-acb6e6962ef3</wsd:XAddrs>"
    "<wsd:MetadataVersion>1</wsd:MetadataVersion></wsd:Hello></soap:Body></soap:Envelope>";

// WS-Discovery §5.3 (April 2005) and ONVIF Core §7.3: a match with the prefixes, types and scopes that cameras of three
// makers send; `addresses` for XAddrs.
std::string match(std::string_view addresses, std::string_view types = "dn:NetworkVideoTransmitter tds:Device") {
  return "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\""
         " xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" "
         "xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\">"
         "<e:Body><d:ProbeMatches>\n<d:ProbeMatch><a:EndpointReference><a:Address>uuid:00112233-4455-6677-8899-"
         "aabbccddeeff"
         "</a:Address></a:EndpointReference><d:Types>" +
         std::string(types) +
         "</d:Types><d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/Profile/Streaming\n"
         "onvif://www.onvif.org/hardware/Q-12%20Dome onvif://www.onvif.org/name/Gate%2D3 "
         "onvif://www.onvif.org/location/"
         " onvif://www.onvif.org/location/hall/2 ldap:///ou=engineering,o=example,c=us</d:Scopes><d:XAddrs>" +
         std::string(addresses) +
         "</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>";
}

Recorder heard(std::string_view message, Role role) {
  return observe(wsd::protocol, {role == Role::client ? client_text(message) : server_text(message)}, Transport::udp);
}

TEST(Wsd, AComputerAnnouncesItself) {
  const auto seen = heard(kHello, Role::client);
  ASSERT_EQ(wsd::protocol.frame(ascii(kHello), Role::client).kind, Frame::Kind::whole);
  EXPECT_EQ(wsd::protocol.speaker(ascii(kHello)).role, Role::client);
  EXPECT_EQ(identities(seen, Role::client),
            (Texts{"fingerprint e5e61fb5-d685-5b50-9ba7-acb6e6962ef3 by wsd endpoint"}));
}

TEST(Wsd, ACameraAnswersTheProbe) {
  const std::string message = match("http://camera.local/onvif/device_service");
  EXPECT_EQ(wsd::protocol.speaker(ascii(message)).role, Role::server);
  const auto seen = heard(message, Role::server);
  EXPECT_EQ(identities(seen, Role::server),
            (Texts{"description NetworkVideoTransmitter by wsd types", "role camera by wsd types",
                   "model Q-12 Dome by onvif scope", "name Gate-3 by onvif scope", "location hall/2 by onvif scope",
                   "fingerprint 00112233-4455-6677-8899-aabbccddeeff by wsd endpoint"}));
  for (const Identity& i : seen.all<Identity>()) EXPECT_EQ(i.subject.who, Who::speaker);
}

// A discovery proxy tells of others: by all the addresses that they have.
TEST(Wsd, AMatchIsAboutTheDeviceWhoseAddressesItGives) {
  const auto others =
      heard(match("http://10.9.0.7:80/onvif/device_service http://[fe80::7%25eth0]/onvif"), Role::server);
  for (const Identity& i : others.all<Identity>()) {
    EXPECT_EQ(i.subject.who, Who::address);
    EXPECT_EQ(i.subject.address, parse_address("10.9.0.7"));
  }
  EXPECT_EQ(others.all<Identity>().size(), 6u);
}

TEST(Wsd, RecordersAndQuestionsAreNoCameras) {
  const auto role = [](std::string_view message) { return heard(message, Role::server).identity(Trait::role); };
  EXPECT_EQ(role(match("", "dn:NetworkVideoStorage tds:Device")), "");
  EXPECT_EQ(role(match("", "wprt:PrintDeviceType wsdp:Device")), "printer");
  // of npm's onvif 0.6.9, shortened
  const auto probe = heard(
      "<Envelope xmlns=\"http://www.w3.org/2003/05/soap-envelope\" "
      "xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\"><Body>"
      "<Probe "
      "xmlns=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><Types>dn:NetworkVideoTransmitter</Types><Scopes />"
      "</Probe></Body></Envelope>",
      Role::client);
  EXPECT_TRUE(probe.stated.empty());
}

TEST(Wsd, OtherDocumentsAreForeignAndCutOnesSafe) {
  for (const std::string_view other :
       {"", "<?xml version=\"1.0\"?><rss/>", "NOTIFY * HTTP/1.1\r\n", "<", "\xEF\xBB\xBF"})
    EXPECT_EQ(wsd::protocol.frame(ascii(other), Role::client).kind, Frame::Kind::foreign) << other;
  const std::string message = match("http://10.9.0.7/x");
  for (std::size_t n = 0; n < message.size(); ++n) heard(message.substr(0, n), Role::server);
  // elements that never end, and a percent sign that stands for nothing
  heard("<d:Body xmlns=\"/ws/2005/04/discovery\">" + std::string(20000, '<') + "ProbeMatch>", Role::server);
  EXPECT_EQ(heard("<e "
                  "xmlns=\"/ws/2005/04/discovery\"><Body><Hello><Scopes>onvif://www.onvif.org/name/50%</Scopes></"
                  "Hello></Body></e>",
                  Role::client)
                .identity(Trait::name),
            "50%");
}

}  // namespace
}  // namespace kakoi
