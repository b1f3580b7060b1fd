#include "dissectors/http/http.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::ascii;
using test::client_text;
using test::observe;
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
