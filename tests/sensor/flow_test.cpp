#include <gtest/gtest.h>

#include <map>
#include <set>
#include <span>

#include "sensor/flow/flow_table.h"
#include "tests/support/packets.h"

namespace kakoi::flow {
namespace {

using test::ascii;
using test::ByteVector;

// Collects a window's output as text; "[n]" is a gap of n bytes.
struct Collected final : SegmentWindow::Output {
  std::string text;
  void on_run(Bytes run, const Carrier&) override { text += as_text(run); }
  void on_missing(std::uint32_t lost, const Carrier&) override { text += "[" + std::to_string(lost) + "]"; }
};

class Window : public testing::Test {
 protected:
  void segment(std::uint32_t sequence, std::string_view text, std::int64_t ts = 0) {
    const ByteVector bytes = ascii(text);
    Carrier carrier;
    carrier.packet.ts = ts;
    window.segment(sequence, bytes, static_cast<std::uint32_t>(bytes.size()), carrier, out, counters);
  }
  SegmentWindow window;
  Collected out;
  SegmentWindow::Counters counters;
};

TEST_F(Window, PutsSegmentsInOrder) {
  window.start(100);
  segment(103, "def");
  segment(106, "ghi");
  segment(100, "abc");
  EXPECT_EQ(out.text, "abcdefghi");
  EXPECT_EQ(counters.gaps, 0u);
}
TEST_F(Window, PassesOverTheEndOfSequenceSpace) {
  window.start(0xFFFFFFFE);
  segment(0xFFFFFFFE, "abc");
  segment(4, "gh");
  segment(1, "def");
  EXPECT_EQ(out.text, "abcdefgh");
}
TEST_F(Window, StartsMidStream) {
  segment(5000, "abc");
  segment(5003, "def");
  EXPECT_EQ(out.text, "abcdef");
}
TEST_F(Window, FirstCopyWins) {
  window.start(0);
  segment(0, "abcd");
  segment(0, "abcd");
  EXPECT_EQ(counters.conflicts, 0u);
  EXPECT_EQ(counters.retransmissions, 1u);
  segment(0, "aXcd");
  EXPECT_EQ(counters.conflicts, 1u);
  segment(2, "cdef");
  EXPECT_EQ(out.text, "abcdef");
}
TEST_F(Window, KeepAliveIsNoRetransmission) {
  window.start(0);
  segment(0, "abcd");
  segment(3, "d");
  EXPECT_EQ(counters.retransmissions, 0u);
}
TEST_F(Window, DeclaresAGapAfterSomeTime) {
  window.start(0);
  segment(0, "abc");
  segment(6, "ghi", 1);
  EXPECT_EQ(out.text, "abc");
  segment(9, "jkl", SegmentWindow::kLongest + 2);
  EXPECT_EQ(out.text, "abc[3]ghijkl");
  EXPECT_EQ(counters.gaps, 1u);
  segment(3, "def", SegmentWindow::kLongest + 3);  // too late
  EXPECT_EQ(out.text, "abc[3]ghijkl");
}
TEST_F(Window, DeclaresAGapAfterSomeSegmentsOrBytes) {
  window.start(0);
  for (std::uint32_t i = 0; i <= SegmentWindow::kMostWaiting; ++i) segment(10 + i, "x");
  EXPECT_EQ(out.text.substr(0, 4), "[10]");
  const std::string large(SegmentWindow::kMostBytes, 'y');
  segment(100, large);
  segment(100 + static_cast<std::uint32_t>(large.size()), "z");
  EXPECT_EQ(out.text.back(), 'z');
}
TEST_F(Window, FlushHandsOverWhatWaits) {
  window.start(0);
  segment(4, "efg");
  window.flush(out, counters);
  EXPECT_EQ(out.text, "[4]efg");
}
TEST_F(Window, MissingTailOfACutPacketIsAGap) {
  window.start(0);
  const ByteVector bytes = ascii("ab");
  window.segment(0, bytes, 5, {}, out, counters);
  segment(5, "fg");
  EXPECT_EQ(out.text, "ab[3]fg");
}
TEST_F(Window, AFarJumpIsANewStart) {
  window.start(0);
  segment(0, "abc");
  segment(0x40000000, "new");
  segment(0x40000003, "er");
  EXPECT_EQ(out.text, "abc[1073741821]newer");
}

// A toy protocol: '#', one digit of length, that many octets. max_pdu 6.
Frame toy_frame(Bytes b, Role) {
  if (b[0] != '#') return Frame::foreign();
  if (b.size() < 2) return Frame::more(2);
  return b[1] >= '0' && b[1] <= '9' ? Frame::whole(2u + static_cast<std::size_t>(b[1] - '0')) : Frame::foreign();
}
struct ToyDissector final : Dissector {
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    emit(Identity{Trait::name, as_text(pdu.bytes), "toy", 80, {}});
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.wire_size)});
    if (as_text(pdu.bytes) == "#1T") return Interest::tls;
    if (as_text(pdu.bytes) == "#1P") return Interest::tunnel;
    return as_text(pdu.bytes) == "#0" ? Interest::done : Interest::more;
  }
};
constexpr std::uint16_t kToyPorts[] = {777};
constexpr Protocol kToy{.name = "toy",
                        .ports = kToyPorts,
                        .max_pdu = 6,
                        .header = Header::weak,
                        .frame = toy_frame,
                        .open = []() -> std::unique_ptr<Dissector> { return std::make_unique<ToyDissector>(); }};
const Protocol* const kToys[] = {&kToy};

// The same, where what is said tells who serves: letters are a server's.
constexpr Protocol make_telling() {
  Protocol telling = kToy;
  telling.header = Header::strong;
  telling.over_udp = true;
  telling.speaker = [](Bytes b) -> Protocol::Speaker {
    const bool told = b.size() > 2;
    return {told && b[2] >= 'a' ? Role::server : Role::client, told};
  };
  return telling;
}
constexpr Protocol make_speaker_first() {
  Protocol telling = make_telling();
  telling.speaker_first = true;
  return telling;
}
constexpr Protocol kTelling = make_telling(), kSpeakerFirst = make_speaker_first();

// Another: '>', and what follows up to ";\n". How often its framer was asked is counted.
unsigned times_asked = 0;
Frame words_frame(Bytes b, Role) {
  ++times_asked;
  if (b[0] != '>' || (b.size() > 1 && b[1] == '?')) return Frame::foreign();
  const std::size_t end = as_text(b).find(";\n");
  return end == std::string_view::npos ? Frame::more(b.size() + 1) : Frame::whole(end + 2);
}
constexpr Protocol make_words() {
  Protocol words = kToy;
  words.max_pdu = 1000;
  words.header = Header::strong;
  words.frame = words_frame;
  return words;
}
constexpr Protocol kWords = make_words();
const Protocol* const kAllWords[] = {&kWords};

struct Host final : SessionHost {
  test::Recorder recorder;
  Conversation conversation;
  std::uint32_t on_identified(const Conversation& c, const Protocol&) override {
    conversation = c;
    return 0;
  }
  Sink& sink() noexcept override { return recorder; }
  std::string said() const {
    std::string text;
    for (const auto& s : recorder.stated) {
      if (const auto* i = std::get_if<Identity>(&s.fact)) text += std::string(i->text) + " ";
      if (const auto* a = std::get_if<Anomaly>(&s.fact)) text += "!" + std::string(to_string(a->fault)) + " ";
    }
    return text;
  }
};

struct Play {
  explicit Play(std::uint16_t port, Transport transport = Transport::tcp,
                std::span<const Protocol* const> candidates = kToys)
      : session({{Address::ipv4(1), Address::ipv4(2)}, {40000, port}, transport, 0, -1}, candidates) {}
  Session::State client(std::string_view text) { return send(0, text); }
  Session::State server(std::string_view text) { return send(1, text); }
  Session::State send(int side, std::string_view text) {
    auto& at = next[static_cast<std::size_t>(side)];
    const ByteVector bytes = ascii(text);
    const auto state = session.segment(side, at, bytes, static_cast<std::uint32_t>(bytes.size()), {}, host);
    at += static_cast<std::uint32_t>(bytes.size());
    return state;
  }
  void lose(int side, std::uint32_t bytes) { next[static_cast<std::size_t>(side)] += bytes; }
  Session session;
  Host host;
  std::array<std::uint32_t, 2> next{};
};

TEST(Session, RegisteredPortNeedsOneFit) {
  Play play(777);
  play.client("#2ab");
  EXPECT_EQ(play.host.said(), "#2ab ");
  EXPECT_EQ(play.host.conversation.server_port, 777);
}
// C37.118 over UDP: data goes to port 4713 of the client.
TEST(Session, WhatIsSaidMayCountForMoreThanAPort) {
  const auto serving = [](const Protocol& protocol, std::string_view said) {
    const Protocol* const candidates[] = {&protocol};
    Play play(777, Transport::udp, candidates);  // side 1 has the registered port
    play.session.datagram(0, ascii(said), static_cast<std::uint32_t>(said.size()), {}, play.host);
    return play.host.conversation.server_port;
  };
  EXPECT_EQ(serving(kTelling, "#1x"), 777);
  EXPECT_EQ(serving(kSpeakerFirst, "#1x"), 40000);
  EXPECT_EQ(serving(kSpeakerFirst, "#1X"), 777);
  EXPECT_EQ(serving(kSpeakerFirst, "#0"), 777);  // it does not tell
}
// MELSOFT: controllers answer a broadcast by a broadcast to the port that asked.
TEST(Session, WhoIsAskedByABroadcastMayAnswerByOne) {
  const auto client = [](std::uint16_t to, std::uint16_t from, std::string_view said) {
    const Protocol* const candidates[] = {&kTelling};
    const Address everybody = Address::ipv4(0xFFFFFFFF);
    Host host;
    Session session({{Address::ipv4(1), everybody}, {from, to}, Transport::udp, 0, -1}, candidates);
    session.datagram(0, ascii(said), static_cast<std::uint32_t>(said.size()), {}, host);
    return host.conversation.client == everybody;
  };
  EXPECT_FALSE(client(777, 40000, "#1X"));  // a question
  EXPECT_TRUE(client(40000, 777, "#1x"));   // its answer
  EXPECT_FALSE(client(40000, 777, "#1X"));  // a question from the service port
  EXPECT_FALSE(client(777, 777, "#1x"));    // unasked, to all that listen
}
TEST(Session, OtherPortsNeedTwoRunningAndLoseNothing) {
  Play play(9);
  play.client("#2ab");
  EXPECT_EQ(play.host.said(), "");
  play.server("#1x");
  EXPECT_EQ(play.host.said(), "#2ab #1x ");
}
TEST(Session, TwoInOneSegmentAreTwiceRunning) {
  Play play(9);
  play.client("#2ab#1c");
  EXPECT_EQ(play.host.said(), "#2ab #1c ");
}
TEST(Session, ForeignBytesBetweenBreakTheRow) {
  Play play(9);
  play.client("#2ab");
  play.client("other");
  play.client("#1c");
  EXPECT_EQ(play.session.protocol(), nullptr);
}
// A ClientHello of TLS 1.2 (RFC 5246 §7.4.1.2) with one cipher suite.
TEST(Session, TurnsToTlsAndKeepsItsProtocol) {
  Play play(777);
  play.client("#1a#1T#1b");
  EXPECT_EQ(play.host.said(), "#1a #1T ");  // what follows in the same run belongs to nobody
  const std::string hello = std::string("\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03", 11) + std::string(32, 'r') +
                            std::string("\x00\x00\x02\x00\x2f\x01\x00", 7);
  play.client(hello.substr(0, 20));
  play.client(hello.substr(20));
  ASSERT_EQ(play.host.recorder.all<SecureSession>().size(), 1u);
  EXPECT_EQ(play.host.recorder.all<SecureSession>()[0].offered, 0x0303);
  EXPECT_EQ(play.session.protocol(), &kToy);
  EXPECT_FALSE(play.session.conversation().relayed);

  Play proxied(777);
  proxied.client("#1a#1P");
  EXPECT_FALSE(proxied.session.conversation().relayed);  // so far it is the proxy that is spoken to
  proxied.client(hello);
  EXPECT_EQ(proxied.host.recorder.all<SecureSession>().size(), 1u);
  EXPECT_TRUE(proxied.session.conversation().relayed);
}
TEST(Session, GivesUpAfterSomeForeignRuns) {
  Play play(9);
  Session::State state = Session::State::open;
  for (unsigned i = 0; i < Session::kForeignRuns; ++i) state = play.client("other");
  EXPECT_EQ(state, Session::State::finished);
}
TEST(Session, AnySegmentationGivesTheSame) {
  const std::string stream = "#2ab#0#3cde#1f#2gh";  // #0 ends the dissector's interest
  for (const bool ends_early : {false, true}) {
    std::string text = stream;
    if (!ends_early) text.erase(4, 2);
    Play whole(777);
    whole.client(text);
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      Play play(777);
      play.client(text.substr(0, cut));
      play.client(text.substr(cut));
      EXPECT_EQ(play.host.said(), whole.host.said()) << cut;
    }
    Play bytes(777);
    for (const char c : text) bytes.client(std::string(1, c));
    EXPECT_EQ(bytes.host.said(), whole.host.said());
  }
}
// A framer that can't tell how many octets it needs is asked once a segment, not once an octet.
TEST(Session, AFramerThatSearchesIsAskedOnceASegment) {
  const std::string text = ">" + std::string(900, '.') + ";\n";
  const std::string stream = ">a;\n" + text + ">b;\n>c;\n";
  Play play(777, Transport::tcp, kAllWords);
  times_asked = 0;
  for (std::size_t at = 0; at < stream.size(); at += 100) play.client(stream.substr(at, 100));
  EXPECT_EQ(play.host.said(), ">a;\n " + text + " >b;\n >c;\n ");
  EXPECT_LE(times_asked, 20u);
}
// … and where the protocol says by which octets a PDU ends, once they have come, wherever they are cut.
TEST(Session, AFramerThatSearchesIsAskedWhenTheEndHasCome) {
  static constexpr Protocol kEnded = [] {
    Protocol ended = kWords;
    ended.pdu_end = ";\n";
    return ended;
  }();
  static const Protocol* const kAllEnded[] = {&kEnded};
  const std::string stream = ">a;\n>" + std::string(450, ';') + "\n>b;;\n>" + std::string(450, '\n') + ";\n>c;\n";
  const std::string said = ">a;\n >" + std::string(450, ';') + "\n >b;;\n >" + std::string(450, '\n') + ";\n >c;\n ";
  Play octets(777, Transport::tcp, kAllEnded);
  times_asked = 0;
  for (const char c : stream) octets.client(std::string(1, c));
  EXPECT_EQ(octets.host.said(), said);
  EXPECT_LE(times_asked, 20u);
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    Play play(777, Transport::tcp, kAllEnded);
    play.client(stream.substr(0, cut));
    play.client(stream.substr(cut));
    ASSERT_EQ(play.host.said(), said) << cut;
  }
  Play other(777, Transport::tcp, kAllEnded);  // how a PDU begins is seen at once
  for (const std::string_view text : {">a;\n", ">", "?", ">b;\n"}) other.client(text);
  EXPECT_EQ(other.host.said(), ">a;\n !lost_sync >b;\n ");
  Play endless(777, Transport::tcp, kAllEnded);
  endless.client(">a;\n");
  for (std::size_t i = 0; i < 1100; ++i) endless.client(i == 0 ? ">" : ".");
  endless.client(">b;\n");
  EXPECT_EQ(endless.host.said(), ">a;\n !lost_sync >b;\n ");
}
TEST(Session, OversizedPdusArriveCutAndTheNextOneIsFound) {
  Play play(777);
  play.client("#9abcd");
  play.client("efghi#1x");
  EXPECT_EQ(play.host.said(), "#9abcd !truncated #1x ");
  Play one(777);
  one.client("#9abcdefghi#1x");
  EXPECT_EQ(one.host.said(), "#9abcd !truncated #1x ");
}
TEST(Session, LossInsideAPduKeepsTheFraming) {
  Play play(777);
  play.client("#1a#8bc");
  play.lose(0, 3);
  play.client("ghi#1x");
  play.session.finish(play.host);
  EXPECT_EQ(play.host.said(), "#1a #1x ");
}
TEST(Session, LossBeyondAPduWaitsForTheNextStart) {
  Play play(777);
  play.client("#1a#2b");
  play.lose(0, 5);
  play.client("rest");
  play.client("#1x");
  play.session.finish(play.host);
  EXPECT_EQ(play.host.said(), "#1a #1x ");  // the link counts the gap; it is no fault of the speaker
}
TEST(Session, OnePduThatIsNoneIsAnAnomalyNotTheEnd) {
  Play play(777);
  play.client("#1a");
  play.client("rubbish");
  play.client("more rubbish");
  play.client("#1b");
  EXPECT_EQ(play.host.said(), "#1a !lost_sync #1b ");
}

TEST(FlowTable, FindsBothDirectionsAndSurvivesGrowthAndErasure) {
  FlowTable table;
  std::map<std::uint32_t, bool> expected;
  const auto key = [](std::uint32_t i) {
    Decoded d;
    d.network = NetworkLayer::ipv4;
    d.source = Address::ipv4(i);
    d.destination = Address::ipv4(0x0A000001);
    d.protocol = 6;
    d.has_ports = true;
    d.source_port = static_cast<std::uint16_t>(i);
    d.destination_port = 502;
    Decoded back = d;
    std::swap(back.source, back.destination);
    std::swap(back.source_port, back.destination_port);
    EXPECT_EQ(key_of(d).key, key_of(back).key);
    EXPECT_NE(key_of(d).side, key_of(back).side);
    return key_of(d).key;
  };
  bool created = false;
  for (std::uint32_t i = 0; i < 20000; ++i) {
    const FlowKey k = key(i);
    table.find(k, k.hash(), created);
    EXPECT_TRUE(created);
    expected[i] = true;
    if (i % 3 == 0) {
      const FlowKey gone = key(i / 2);
      if (expected[i / 2]) table.erase(table.find(gone, gone.hash(), created));
      expected[i / 2] = false;
    }
  }
  for (const auto& [i, there] : expected) {
    const FlowKey k = key(i);
    table.find(k, k.hash(), created);
    EXPECT_EQ(created, !there) << i;
  }
}
// What is left of z when the multiplication and the shift of steady_mix() are undone.
std::uint64_t unmixed(std::uint64_t z) {
  std::uint64_t inverse = 1;
  for (int i = 0; i < 6; ++i) inverse *= 2 - 0x9E37'79B9'7F4A'7C15ull * inverse;  // Newton, modulo 2^64
  return (z ^ z >> 29 ^ z >> 58) * inverse;
}
TEST(FlowTable, NobodyCanMakeKeysThatShareTheirPlace) {
  FlowKey key;
  key.a = {0x2001'0DB8'0000'0000, 1};
  const std::uint64_t start = steady_mix(steady_mix(0x243F6A8885A308D3ull, key.a.hi), key.a.lo);
  constexpr std::uint64_t kKeys = 4096, kPlaces = 1 << 16;
  std::set<std::uint64_t> places, devices;
  for (std::uint64_t i = 0; i < kKeys; ++i) {
    key.b.hi = 0x2001'0DB8'8000'0000 + i;
    key.b.lo = unmixed(12345) ^ steady_mix(start, key.b.hi);
    ASSERT_EQ(key.pair_hash(), 12345u);
    places.insert(key.hash() % kPlaces);
    devices.insert(AddressHash{}(key.b) % kPlaces);
  }
  // of 4096 balls in 65536 boxes 124 meet another; the standard deviation is 11
  EXPECT_GT(places.size(), kKeys - 300);
  EXPECT_GT(devices.size(), kKeys - 300);
}
TEST(FlowTable, LoopbackToItselfKeepsItsSides) {
  Decoded d;
  d.network = NetworkLayer::ipv4;
  d.source = d.destination = Address::ipv4(0x7F000001);
  d.protocol = 6;
  d.has_ports = true;
  d.source_port = 20000;
  d.destination_port = 1653;
  EXPECT_EQ(key_of(d).side, 1);
  std::swap(d.source_port, d.destination_port);
  EXPECT_EQ(key_of(d).side, 0);
}

// Cisco's protocols share a group address: CDP (2000) and UDLD (0111) behind SNAP, spanning tree behind its own SAP.
TEST(FlowTable, FramesBehindSnapAreToldApartByTheNumberThere) {
  const auto number = [](std::uint16_t sap, const std::vector<std::uint8_t>& payload) {
    Decoded d;
    d.is_llc = true;
    d.ethertype = sap;
    d.payload = payload;
    return key_of(d).key.number;
  };
  EXPECT_EQ(number(0xAA, {0xAA, 0xAA, 3, 0, 0, 0x0C, 0x20, 0x00}), 0x2000);
  EXPECT_EQ(number(0xAA, {0xAA, 0xAA, 3, 0, 0, 0x0C, 0x01, 0x11}), 0x0111);
  EXPECT_EQ(number(0xAA, {0xAA, 0xAA, 3, 0, 0, 0x0C, 0x20}), 0xAA);  // cut
  EXPECT_EQ(number(0x42, {0x42, 0x42, 3, 0, 0, 0x0C, 0x01, 0x11}), 0x42);
}

}  // namespace
}  // namespace kakoi::flow
