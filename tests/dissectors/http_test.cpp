#include "dissectors/http/http.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::ascii;
using test::client;
using test::client_text;
using test::observe;
using test::server;
using test::server_text;

// RFC 7617 §2: user-id "Aladdin", password "open sesame".
constexpr std::string_view kWithCredentials =
    "GET /private HTTP/1.1\r\nHost: plc.example\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
constexpr std::string_view kUnauthorized =
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"WallyWorld\"\r\n\r\n";

// suricata-verify, tests/mqtt-events-missing-connect/input.pcap: RabbitMQ's management page, shortened.
TEST(Http, NamesBothSidesAndTheListener) {
  const auto seen = observe(
      http::protocol,
      {client_text(
           "GET /api/queues?page=1 HTTP/1.1\r\nHost: bln01sm0001.mgmt.sentralnet.de:15672\r\nUser-Agent: Mozilla/5.0 "
           "(X11; Linux x86_64)\r\nauthorization: Basic c2F0dGE6Sm9sZWU5ZmFpcjln\r\n\r\n"),
       server_text("HTTP/1.1 200 OK\r\nserver: Cowboy\r\n\r\n")});
  EXPECT_EQ(seen.identity(Trait::software), "Cowboy");
  EXPECT_EQ(seen.identity(Trait::user_agent), "Mozilla/5.0 (X11; Linux x86_64)");
  EXPECT_EQ(seen.identity(Trait::name), "bln01sm0001.mgmt.sentralnet.de");
  EXPECT_EQ(seen.all<Identity>()[0].subject.who, Who::listener);
  ASSERT_EQ(seen.all<Credential>().size(), 2u);
  EXPECT_EQ(seen.all<Credential>()[0].user, "satta");
}

// RFC 9112 §3.2.2 and §3.2.3; the CONNECT as of zeek, http/connect-with-smtp.pcap.
TEST(Http, WhatAProxyIsAskedFor) {
  const auto told = [](std::string_view line, std::string_view answer) {
    const auto seen = observe(http::protocol, {client_text(std::string(line) + " HTTP/1.1\r\nHost: a.example\r\n\r\n"),
                                               server_text("HTTP/1.1 " + std::string(answer) + "\r\n\r\n")});
    std::string all;
    for (const Operation& o : seen.all<Operation>())
      all += std::string(http::protocol.function_name(o.function_code)) + " " + std::to_string(o.qualifier) + " " +
             std::string(to_string(o.outcome)) + "; ";
    for (const NameLookup& n : seen.all<NameLookup>())
      all += std::string(n.name) + (n.outcome == LookupOutcome::asked      ? "? "
                                    : n.outcome == LookupOutcome::answered ? "+ "
                                                                           : "- ");
    return all;
  };
  const std::string connect = "CONNECT 25 ", forward = "request through a proxy ";
  EXPECT_EQ(told("CONNECT mailin03.sul.t-online.de:25 /", "200 Connection established"),
            connect + "; " + connect + "accepted; mailin03.sul.t-online.de? mailin03.sul.t-online.de+ ");
  EXPECT_EQ(told("CONNECT 192.0.2.7:25", "407 Proxy Authentication Required"),
            connect + "; " + connect + "refused; 192.0.2.7? 192.0.2.7- ");
  EXPECT_EQ(told("CONNECT [2001:db8::7]:25", "404 Not Found"),
            connect + "; " + connect + "refused; 2001:db8::7? 2001:db8::7- ");
  EXPECT_EQ(told("GET http://www.example.com/a?b=http://c", "404 Not Found"),  // it is the target that says so
            forward + "80 ; " + forward + "80 accepted; www.example.com? www.example.com+ ");
  EXPECT_EQ(told("POST HTTP://user@www.example.com:8081", "502 Bad Gateway"),
            forward + "8081 ; " + forward + "8081 refused; www.example.com? www.example.com- ");
  for (const char* other : {"GET /http://a.example/", "OPTIONS *", "CONNECT :25", "CONNECT a:b", "CONNECT a:99999",
                            "CONNECT [a]:25", "CONNECT [::1", "GET http://"})
    EXPECT_EQ(told(other, "200 OK"), "") << other;
}

TEST(Http, TheNewestRequestIsWhatTheLastAnswerTellsOf) {
  const auto recorder =
      observe(http::protocol, {client_text("GET http://a.example/ HTTP/1.1\r\n\r\n"),
                               client_text("GET http://a.example/b HTTP/1.1\r\n\r\n"),
                               client_text("GET http://b.example/ HTTP/1.1\r\n\r\n"), server_text(kOk),
                               server_text(kOk), server_text(kOk), server_text(kOk)});
  const auto seen = recorder.all<NameLookup>();
  ASSERT_EQ(seen.size(), 4u);  // three questions and one answer
  EXPECT_EQ(seen[1].name, "a.example");
  EXPECT_EQ(seen[2].name, "b.example");
  EXPECT_EQ(seen[2].outcome, LookupOutcome::asked);
  EXPECT_EQ(seen[3].name, "b.example");
  EXPECT_EQ(seen[3].outcome, LookupOutcome::answered);
}

TEST(Http, ACredentialIsAttemptedThenAccepted) {
  const auto recorder = observe(http::protocol, {client_text(kWithCredentials), server_text(kOk)});
  const auto seen = recorder.all<Credential>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].scheme, "http-basic");
  EXPECT_EQ(seen[0].user, "Aladdin");
  EXPECT_EQ(seen[0].secret, "open sesame");
  EXPECT_EQ(seen[0].outcome, CredentialOutcome::attempted);
  EXPECT_EQ(seen[1].secret, "open sesame");
  EXPECT_EQ(seen[1].outcome, CredentialOutcome::accepted);
}

TEST(Http, ARefusedCredentialIsRejected) {
  const auto seen = observe(http::protocol, {client_text(kWithCredentials), server_text(kUnauthorized)});
  ASSERT_EQ(seen.all<Credential>().size(), 2u);
  EXPECT_EQ(seen.all<Credential>()[1].outcome, CredentialOutcome::rejected);
  EXPECT_EQ(seen.identity(Trait::description), "WallyWorld");
}

TEST(Http, PipelinedAnswersKeepTheirOrder) {
  const auto recorder = observe(
      http::protocol, {client_text("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kWithCredentials)),
                       server_text(kUnauthorized), server_text("HTTP/1.1 100 Continue\r\n\r\n"), server_text(kOk)});
  const auto seen = recorder.all<Credential>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].outcome, CredentialOutcome::accepted);
}

TEST(Http, ALostAnswerProvesNothing) {
  const auto seen =
      observe(http::protocol, {client_text(kWithCredentials), server_text("\x01 lost"), server_text(kOk)});
  ASSERT_EQ(seen.all<Credential>().size(), 1u);
  EXPECT_EQ(seen.all<Credential>()[0].outcome, CredentialOutcome::attempted);
}

TEST(Http, BodiesArePassedOver) {
  const auto seen = observe(http::protocol, {server_text(std::string(kOk) + "hi"), server_text("more of the body"),
                                             server_text("HTTP/1.0 404 Not Found\r\nServer: GoAhead-Webs\r\n\r\n")});
  EXPECT_EQ(seen.identity(Trait::software), "GoAhead-Webs");
}

TEST(Http, AHeaderMayArriveInPieces) {
  std::vector<test::Chunk> chunks;
  for (const char c : kWithCredentials) chunks.push_back(client_text(std::string_view(&c, 1)));
  EXPECT_EQ(observe(http::protocol, chunks).all<Credential>().size(), 1u);
}

TEST(Http, AnAddressOrAProxysTargetIsNoName) {
  EXPECT_EQ(
      observe(http::protocol, {client_text("GET / HTTP/1.1\r\nHost: 192.0.2.7:8080\r\n\r\n")}).identity(Trait::name),
      "");
  EXPECT_EQ(
      observe(http::protocol, {client_text("GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n\r\n")}).identity(Trait::name),
      "");
  EXPECT_EQ(observe(http::protocol, {client_text("GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n")})
                .identity(Trait::name),
            "");
}

TEST(Http, BrokenBase64IsNoCredential) {
  const auto seen =
      observe(http::protocol, {client_text("GET / HTTP/1.1\r\nAuthorization: Basic !!!\r\n\r\n"),
                               client_text("GET / HTTP/1.1\r\nAuthorization: Basic QWxhZGRpbg==\r\n\r\n")});
  EXPECT_TRUE(seen.all<Credential>().empty());
}

// UPnP Device Architecture 2.0 §2.3, and the home page of a device.
TEST(Http, ReadsWhatADevicesPagesSay) {
  const std::string page = "<html><head><TITLE class=x> AXIS P3245 </TITLE></head>";
  const std::string answer =
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + std::to_string(page.size()) + "\r\n\r\n" +
      page;
  EXPECT_EQ(observe(http::protocol, {client_text("GET / HTTP/1.1\r\n\r\n"), server_text(answer)})
                .identity(Trait::description),
            "AXIS P3245");
  EXPECT_EQ(observe(http::protocol, {client_text("GET /news?id=3 HTTP/1.1\r\n\r\n"), server_text(answer)})
                .identity(Trait::description),
            "");
  const auto described = observe(
      http::protocol, {client_text("GET /igd.xml HTTP/1.1\r\n\r\n"),
                       server_text("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<?xml version=\"1.0\"?><root "
                                   "xmlns=\"urn:schemas-upnp-org:device-1-0\">"
                                   "<device><friendlyName>Hall camera</friendlyName><manufacturer>Works</manufacturer>"
                                   "<modelName>C-1</modelName><serialNumber>0042</serialNumber>")});
  EXPECT_EQ(described.identity(Trait::name), "Hall camera");
  EXPECT_EQ(described.identity(Trait::vendor), "Works");
  EXPECT_EQ(described.identity(Trait::model), "C-1");
  EXPECT_EQ(described.identity(Trait::serial), "0042");
}

// arkime, ntlm_synthetic.pcap, frames 44, 46 and 48.
TEST(Http, ReadsNtlm) {
  const auto seen = observe(
      http::protocol,
      {
          // frame 44
          client("474554202f70726f7465637465642f696e6465782e68746d6c20485454502f312e310d0a486f73743a207372762e6578616d"
                 "706c652e636f6d0d0a557365722d4167656e743a204d6f7a696c6c612f352e300d0a417574686f72697a6174696f6e3a204e"
                 "544c4d20546c524d54564e54554141424141414142774941416763414277416f4141414143414149414338414141414b4147"
                 "464b41414141443068555646424554303149564652515345395456413d3d0d0a0d0a"),
          // frame 46
          server("485454502f312e312034303120556e617574686f72697a65640d0a5757572d41757468656e7469636174653a204e544c4d20"
                 "546c524d54564e5455414143414141414467414f41446741414141464167414341534e465a346d727a653841414141414141"
                 "414141415141424142474141414143674268536741414141394941465141564142514146514152774255414141414141413d"
                 "0d0a436f6e6e656374696f6e3a206b6565702d616c6976650d0a436f6e74656e742d4c656e6774683a20300d0a0d0a"),
          // frame 48
          client("474554202f70726f7465637465642f696e6465782e68746d6c20485454502f312e310d0a486f73743a207372762e6578616d"
                 "706c652e636f6d0d0a557365722d4167656e743a204d6f7a696c6c612f352e300d0a417574686f72697a6174696f6e3a204e"
                 "544c4d20546c524d54564e545541414441414141474141594146674141414159414267416341414141413441446743494141"
                 "414143414149414a594141414151414241416e6741414142414145414375414141414251494141676f4159556f4141414150"
                 "41414141414141414141414141414141414141414145784d5445784d5445784d5445784d5445784d5445784d5445784d5445"
                 "784d5445354f546b354f546b354f546b354f546b354f546b354f546b354f546b354f546b6741564142554146414152414250"
                 "414530415a414268414859415a51424941465141564142514145674154774254414651415330744c5330744c5330744c5330"
                 "744c5330744c53773d3d0d0a0d0a"),
      });
  EXPECT_EQ(seen.identity(Trait::account), "dave");
  ASSERT_FALSE(seen.all<Operation>().empty());
  EXPECT_EQ(http::protocol.function_name(seen.all<Operation>().back().function_code), "log-in by NTLMv1");
  EXPECT_TRUE(seen.all<Credential>().empty());
}

TEST(Http, FramesTheHeadersAlone) {
  const auto frame = [](std::string_view text) { return http::protocol.frame(ascii(text), Role::client); };
  EXPECT_EQ(frame("GET / HTTP/1.1\r\nHost: a\r\n\r\nbody").size, 27u);
  EXPECT_EQ(frame("GET / HTTP/1.1\r\nHost: a\r\n").kind, Frame::Kind::more);
  EXPECT_EQ(frame("HTT").kind, Frame::Kind::more);
  EXPECT_EQ(frame("HTTP/1.1 200\r\n\r\n").kind, Frame::Kind::whole);
  EXPECT_EQ(frame("OPTIONS rtsp://a/ RTSP/1.0\r\n\r\n").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("PRI * HTTP/2.0\r\n\r\n").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("EHLO a.example\r\n").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("USER anonymous\r\n").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame(std::string("GET / HTTP/1.1\r\nA: ") + std::string(9000, 'x')).size, 8192u);
  EXPECT_EQ(frame(std::string("GET /") + std::string(9000, 'x')).kind, Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
