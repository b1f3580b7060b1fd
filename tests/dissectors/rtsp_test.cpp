#include "dissectors/rtsp/rtsp.h"

#include <gtest/gtest.h>

#include "tests/support/told.h"

namespace kakoi {
namespace {

using namespace test;

// nDPI, tests/cfgs/default/pcap/rtsp.pcap: VLC asks VLC; frames 25, 33, 37, 49 and 53.
constexpr std::string_view kOptions =
    "OPTIONS rtsp://10.2.2.2:8554/ RTSP/1.0\r\nCSeq: 2\r\n"
    "User-Agent: LibVLC/3.0.16 (LIVE555 Streaming Media v2016.11.28)\r\n\r\n";
constexpr std::string_view kOptionsAnswer =
    "RTSP/1.0 200 OK\r\nServer: VLC/3.0.12\r\nContent-Length: 0\r\nCseq: 2\r\n"
    "Public: DESCRIBE,SETUP,TEARDOWN,PLAY,PAUSE,GET_PARAMETER\r\n\r\n";
constexpr std::string_view kDescribe =
    "DESCRIBE rtsp://10.2.2.2:8554/ RTSP/1.0\r\nCSeq: 3\r\n"
    "User-Agent: LibVLC/3.0.16 (LIVE555 Streaming Media v2016.11.28)\r\nAccept: application/sdp\r\n\r\n";
// Of the description's 695 octets the lines about the media; the length is theirs.
constexpr std::string_view kSession =
    "v=0\r\no=- 16477882915028377644 16477882915028377644 IN IP4 kali\r\ns=Unnamed\r\n";
constexpr std::string_view kVideo = "m=video 0 RTP/AVP 96\r\nb=RR:0\r\na=rtpmap:96 H264/90000\r\n";
constexpr std::string_view kSound = "m=audio 0 RTP/AVP 96\r\nb=RR:0\r\na=rtpmap:96 mpeg4-generic/44100/2\r\n";

std::string described(const std::string& sdp) {
  return "RTSP/1.0 200 OK\r\nServer: VLC/3.0.12\r\nDate: Thu, 29 Jul 2021 14:01:25 GMT\r\nContent-type: "
         "application/sdp\r\n"
         "Content-Base: rtsp://10.2.2.2:8554/\r\nContent-length: " +
         std::to_string(sdp.size()) + "\r\nCache-Control: no-cache\r\nCseq: 3\r\n\r\n" + sdp;
}

TEST(Rtsp, NamesBothSidesAndWhatIsServed) {
  const std::string video = described(std::string(kSession) + std::string(kVideo) + std::string(kSound));
  const auto seen = observe(
      rtsp::protocol, {client_text(kOptions), server_text(kOptionsAnswer), client_text(kDescribe), server_text(video)});
  EXPECT_EQ(identities(seen, Role::client),
            (Texts(2, "user_agent LibVLC/3.0.16 (LIVE555 Streaming Media v2016.11.28) by rtsp user-agent")));
  EXPECT_EQ(identities(seen, Role::server),
            (Texts{"software VLC/3.0.12 by rtsp server", "software VLC/3.0.12 by rtsp server",
                   "description video H264 by rtsp sdp"}));
}

TEST(Rtsp, SoundAloneIsNoCamera) {
  const std::string sound = described(std::string(kSession) + std::string(kSound));
  const auto seen = observe(rtsp::protocol, {client_text(kDescribe), server_text(sound)});
  EXPECT_EQ(identities(seen, Role::server), (Texts{"software VLC/3.0.12 by rtsp server"}));
}

// GStreamer 1.22's server (Debian): the challenge; the log-in after RFC 7617 §2, its user-id and password.
TEST(Rtsp, ALogInIsAttemptedAndJudged) {
  constexpr std::string_view kWithLogIn =
      "DESCRIBE rtsp://10.6.0.11:554/live RTSP/1.0\r\nCSeq: 3\r\nAuthorization: Basic "
      "QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n";
  constexpr std::string_view kRefused =
      "RTSP/1.0 401 Unauthorized\r\nCSeq: 3\r\nWWW-Authenticate: Basic realm=\"GStreamer RTSP Server\"\r\n"
      "Server: GStreamer RTSP server\r\n\r\n";
  const auto refused = observe(rtsp::protocol, {client_text(kWithLogIn), server_text(kRefused)});
  EXPECT_EQ(credentials(refused),
            (Texts{"rtsp-basic Aladdin:open sesame attempted", "rtsp-basic Aladdin:open sesame rejected"}));
  EXPECT_EQ(refused.identity(Trait::description), "GStreamer RTSP Server");
  const auto accepted = observe(
      rtsp::protocol, {client_text(kWithLogIn), server_text(described(std::string(kSession) + std::string(kVideo)))});
  EXPECT_EQ(credentials(accepted)[1], "rtsp-basic Aladdin:open sesame accepted");
}

TEST(Rtsp, AnswersAfterAGapJudgeNothing) {
  auto dissector = rtsp::protocol.open();
  Recorder recorder;
  Conversation conversation;
  const auto say = [&](Role role, std::string_view text) {
    const Context context{&rtsp::protocol, &conversation, {1, 0, 1}, role, {}};
    const Bytes bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    return dissector->on_pdu({role, bytes, bytes.size()}, Emit(context, recorder));
  };
  say(Role::client, "SETUP rtsp://c/ RTSP/1.0\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
  dissector->on_gap(Role::server);
  say(Role::server, kOptionsAnswer);
  EXPECT_EQ(recorder.all<Credential>().size(), 1u);
  // after an accepted PLAY come pictures
  EXPECT_EQ(say(Role::client, "PLAY rtsp://c/ RTSP/1.0\r\nCSeq: 6\r\n\r\n"), Interest::more);
  EXPECT_EQ(say(Role::server, "RTSP/1.0 200 OK\r\nCSeq: 6\r\n\r\n"), Interest::done);
}

TEST(Rtsp, FramesHeaderAndBody) {
  const auto kind = [](std::string_view text) { return rtsp::protocol.frame(ascii(text), Role::client).kind; };
  const std::string video = described(std::string(kSession) + std::string(kVideo));
  EXPECT_EQ(rtsp::protocol.frame(ascii(video), Role::server).size, video.size());
  // the header alone tells how long the body is, which came in a segment of its own (frame 53)
  const std::string header = video.substr(0, video.find("\r\n\r\n") + 4);
  EXPECT_EQ(rtsp::protocol.frame(ascii(header), Role::server).size, video.size());
  for (const std::string_view begun : {"", "R", "RTSP/1.0 200", "DESC", "DESCRIBE rtsp://10", "PLAY"})
    EXPECT_EQ(kind(begun), Frame::Kind::more) << begun;
  for (const std::string_view other :
       {"OPTIONS / HTTP/1.1\r\nHost: plc\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "RTSP/3.0 200 OK\r\n", "RTSP/1.0 OK\r\n",
        "OPTIONS sip:plant.example SIP/2.0\r\n", "DESCRIBED rtsp://c/ RTSP/1.0\r\n", "$\x01\x02\x03", "\r\n"})
    EXPECT_EQ(kind(other), Frame::Kind::foreign) << other;
  EXPECT_EQ(kind("PLAY " + std::string(2000, 'a')), Frame::Kind::foreign);
  // lengths that cannot be
  for (const std::string_view length : {"99999999999999999999999", "-1", "8192"})
    EXPECT_EQ(rtsp::protocol
                  .frame(ascii("RTSP/1.0 200 OK\r\nContent-Length: " + std::string(length) + "\r\n\r\n"), Role::server)
                  .size,
              37u + length.size());
}

}  // namespace
}  // namespace kakoi
