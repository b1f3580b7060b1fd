#include "dissectors/c1222/c1222.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::Chunk;
using test::client;
using test::hex;
using test::observe;
using test::server;

// Captures of parsitects/icsnpp-c1222 (c1222_…), packets 4 and 5 of each, and of ntop/nDPI. What is expected is what tshark shows.
constexpr std::string_view kIdentify =
    "6030 a211060f2b060104018285638e7f85f1c24e00 a60a06082b06010401828563 a806020413e81421 be0728058103 80 01 20";
constexpr std::string_view kIdentified =
    "6059 a20a06082b06010401828563 a611060f2b060104018285638e7f85f1c24e00 a806020413e81421 be30282e812c 80 2a 00 030100"
    "0406082b0601040182856305080606082b06010401828563070b01000102030a040d05060700";
constexpr std::string_view kNotNow =  // c1222_service_error_tcp.pcap
    "6030 a20a06082b06010401828563 a611060f2b060104018285638e7f85f1c24e00 a806020413e81421 be0728058103 80 01 0a";
constexpr std::string_view kLogon =
    "603e a211060f2b060104018285638e7f85f1c24e00 a60a06082b06010401828563 a806020413e81421 be1528138111 80 0f 50 1234"
    "68656c6c6f776f726c64 0000";
constexpr std::string_view kLoggedOn =
    "6032 a20a06082b06010401828563 a611060f2b060104018285638e7f85f1c24e00 a806020413e81421 be0928078105 80 03 00 0000";
constexpr std::string_view kSecurity =
    "6044 a211060f2b060104018285638e7f85f1c24e00 a60a06082b06010401828563 a806020413e81421 be1b28198117 80 15 51"
    "000000000000000070617373776f726431323334";
constexpr std::string_view kOk =
    "6030 a20a06082b06010401828563 a611060f2b060104018285638e7f85f1c24e00 a806020413e81421 be0728058103 80 01 00";
constexpr std::string_view kRead =
    "6036 a211060f2b060104018285638e7f85f1c24e00 a60a06082b06010401828563 a806020413e81421 be0d280b8109 80 07 31 0000 "
    "0000 0001";
constexpr std::string_view kData =
    "603b a20a06082b06010401828563 a611060f2b060104018285638e7f85f1c24e00 a806020413e81421 be1228108 10e 80 0c 00 0008"
    "746573746461746100";
// c1222overIPv4.cap, packets 1 and 2; c1222_std_example8.pcap, packet 1: ciphered.
constexpr std::string_view kCiphered =
    "6047a211060f2b060104018285638e7f85f1c24e00a60a06082b06010401828563a806020413e81421ac0fa20da00ba10980010081044c97f4"
    "89be0d280b81098865f1e271a71f7f27";
constexpr std::string_view kCipheredAnswer =
    "606da20a06082b06010401828563a406020413e81421a611060f2b060104018285638e7f85f1c24e00a80302012cac0fa20da00ba109800100"
    "81044c97f489be2e282c812a88e6976be9206159ccea0cd39941f3f24409e294a1f98463865e8b96c5e576039a90e4e70fa138a2d998";
constexpr std::string_view kRelative =
    "604fa20580037bc175a60480027b04a803020103ac0fa20da00ba109800102810448f3d061be2a282881268841d10cda76206811b36f781489"
    "a11997773e117cb07aa3aa40374a7107c50da7f799c5d4e8";
// c1222.pcapng, packet 2: four procedures, and table 8 to see what became of them.
constexpr std::string_view kProcedures =
    "6077a211060f607c86f7540116000101400000876da60e060c607c86f75401160001014021a80402020f8abe4c284a814880 "
    "0b40000700053408"
    "003e087e 0f40000700090f0000024954524efeb4 0b40000700053e080001823 7 1a4000070014250800243605072900 "
    "00033c033cef330c00"
    "58023e 03300008";

bool proves(std::string_view bytes) { return c1222::protocol.probe(hex(bytes), Role::client); }
Frame framed(std::string_view bytes) { return c1222::protocol.frame(hex(bytes), Role::client); }
std::vector<Fault> faults(const test::Recorder& seen) {
  std::vector<Fault> found;
  for (const Anomaly& a : seen.all<Anomaly>()) found.push_back(a.fault);
  return found;
}
std::string name_of(const Operation& o) { return std::string(c1222::protocol.qualified_name(o).view()); }

TEST(C1222, AMeterSaysWhatItIs) {
  const auto seen = observe(c1222::protocol, {client(kIdentify), server(kIdentified)});
  const std::vector<Operation> expected = {
      {.cls = OperationClass::identify, .function_code = 0x20},
      {.function_code = 0x100},
      {.cls = OperationClass::identify, .function_code = 0x20, .outcome = Outcome::accepted, .is_message = false}};
  EXPECT_EQ(seen.all<Operation>(), expected);
  std::vector<std::string> said;
  for (const test::Stated& s : seen.stated)
    if (const auto* i = std::get_if<Identity>(&s.fact))
      said.push_back((s.speaker == Role::client ? "c " : "s ") + std::string(i->text));
  EXPECT_EQ(said, (std::vector<std::string>{"c C12.22 application title 1.3.6.1.4.1.33507",
                                            "s C12.22 application title 1.3.6.1.4.1.33507.1919.12345678.0",
                                            "s ANSI C12.22 version 1.0, device class 1.3.6.1.4.1.33507"}));
  EXPECT_TRUE(faults(seen).empty());
  EXPECT_TRUE(seen.all<OpenAccess>().empty());  // that much it tells everybody
}

TEST(C1222, ARefusalIsTheRequests) {
  const auto seen = observe(c1222::protocol, {client(kIdentify), server(kNotNow)});
  ASSERT_EQ(seen.all<Operation>().size(), 3u);
  EXPECT_EQ(c1222::protocol.function_name(seen.all<Operation>()[1].function_code), "invalid service sequence state");
  EXPECT_EQ(seen.all<Operation>()[2].function_code, 0x20u);
  EXPECT_EQ(seen.all<Operation>()[2].outcome, Outcome::refused);
}

TEST(C1222, SecurityBringsThePasswordInClear) {
  const auto seen = observe(c1222::protocol, {client(kLogon), server(kLoggedOn), client(kSecurity), server(kOk)});
  const auto credentials = seen.all<Credential>();
  ASSERT_EQ(credentials.size(), 2u);
  for (const Credential& c : credentials) {
    EXPECT_EQ(c.scheme, "c1222");
    EXPECT_EQ(c.user, "helloworld");
    EXPECT_EQ(c.secret, "password1234");
  }
  EXPECT_EQ(credentials[0].outcome, CredentialOutcome::attempted);
  EXPECT_EQ(credentials[1].outcome, CredentialOutcome::accepted);
  EXPECT_EQ(seen.all<Operation>()[0].cls, OperationClass::session);
  EXPECT_EQ(seen.all<Operation>()[3].cls, OperationClass::auth);
}

TEST(C1222, APasswordMayBeRefused) {
  const auto seen =
      observe(c1222::protocol,
              {client(kSecurity), server("6030 a20a06082b06010401828563 a611060f2b060104018285638e7f85f1c24e00 "
                                         "a806020413e81421 be0728058103 80 01 03")});
  ASSERT_EQ(seen.all<Credential>().size(), 2u);
  EXPECT_EQ(seen.all<Credential>()[1].outcome, CredentialOutcome::rejected);
  for (const Identity& i : seen.all<Identity>()) EXPECT_EQ(i.text.find("password"), std::string_view::npos);
}

TEST(C1222, WhoLogsOnAndReadsWithoutPasswordHasOpenAccess) {
  const auto seen = observe(c1222::protocol, {client(kLogon), server(kLoggedOn), client(kRead), server(kData)});
  ASSERT_EQ(seen.all<OpenAccess>().size(), 1u);
  EXPECT_EQ(seen.all<OpenAccess>()[0].scheme, "c1222");
  EXPECT_EQ(seen.all<Operation>().back(), (Operation{.cls = OperationClass::read,
                                                     .function_code = 0x31,
                                                     .qualifier = 0,
                                                     .outcome = Outcome::accepted,
                                                     .is_message = false}));
  EXPECT_EQ(name_of(seen.all<Operation>().back()), "Partial Read, 1 index");
  ASSERT_EQ(seen.all<Points>().size(), 1u);
  EXPECT_EQ(seen.all<Points>()[0].kind, "standard table");
  const auto access = [](const std::vector<Chunk>& chunks) {
    return observe(c1222::protocol, chunks).all<OpenAccess>().size();
  };
  EXPECT_EQ(access({client(kLogon), server(kLoggedOn), client(kSecurity), server(kOk), client(kRead), server(kData)}),
            0u);
  EXPECT_EQ(access({client(kRead), server(kData)}), 0u);  // how the session began was not seen
}

TEST(C1222, ProceduresAreInitiatedByWritesOfTable7) {
  const auto seen = observe(c1222::protocol, {client(kProcedures)}, Transport::udp);
  const auto operations = seen.all<Operation>();
  ASSERT_EQ(operations.size(), 5u);
  EXPECT_EQ(name_of(operations[0]), "Full Write (MF-52)");
  EXPECT_EQ(name_of(operations[1]), "Full Write (SF-15 clear specific pending table)");
  EXPECT_EQ(name_of(operations[2]), "Full Write (MF-62)");
  EXPECT_EQ(name_of(operations[3]), "Full Write (MF-37)");
  EXPECT_EQ(name_of(operations[4]), "Full Read");
  EXPECT_EQ(operations[0].cls, OperationClass::control);
  EXPECT_EQ(operations[1].cls, OperationClass::parameter);
  EXPECT_EQ(operations[4].qualifier, 8u);
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 4u);
  EXPECT_EQ(actions[0].point_kind, "manufacturer procedure");
  EXPECT_EQ(actions[0].point, 52u);
  EXPECT_EQ(actions[0].step, "initiate");
  EXPECT_EQ(actions[1].point_kind, "standard procedure");
  EXPECT_EQ(actions[1].point, 15u);
  EXPECT_EQ(actions[1].step, "clear specific pending table");
  EXPECT_EQ(actions[1].value, "9 octets");
  for (const ControlAction& a : actions) EXPECT_EQ(a.outcome, Outcome::none);
}

// Put together: responses in one message stand in the order of the requests; the called invocation id is the requests' (0F8A).
TEST(C1222, EachServiceHasItsResponse) {
  const auto seen =
      observe(c1222::protocol,
              {client(kProcedures),
               server("6024 a203060160 a40402020f8a a803020105 be122810810e 80 01 00 01 00 01 03 01 00 03 00 0000 00")},
              Transport::udp);
  std::vector<Outcome> outcomes;
  for (const ControlAction& a : seen.all<ControlAction>()) outcomes.push_back(a.outcome);
  EXPECT_EQ(outcomes,
            (std::vector<Outcome>{Outcome::accepted, Outcome::accepted, Outcome::refused, Outcome::accepted}));
  EXPECT_EQ(seen.all<ControlAction>()[2].status, "insufficient security clearance");
  EXPECT_EQ(seen.all<Operation>().back().function_code, 0x30u);
  EXPECT_EQ(seen.all<Operation>().size(), 15u);
}

std::string asked(std::string_view service, std::string_view flags = "80") {
  const std::size_t size = hex(service).size();
  const auto octet = [](std::size_t n) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    return std::string{kDigits[n >> 4], kDigits[n & 15]};
  };
  return "60" + octet(5 + 5 + 8 + size) + "a203060160a803020107be" + octet(6 + size) + "28" + octet(4 + size) + "81" +
         octet(2 + size) + std::string(flags) + octet(size) + std::string(service);
}

// EPSEM's response control (clause 5.3.3): who is told not to answer, or only if it fails, owes no answer.
TEST(C1222, SilenceMayHaveBeenAskedFor) {
  const auto outcome = [](std::string_view flags) {
    const auto seen =
        observe(c1222::protocol, {client(asked("40 0803 0001 05 fb", flags)), client(kRead), server(kData)});
    return seen.all<ControlAction>().at(0).outcome;
  };
  EXPECT_EQ(outcome("80"), Outcome::unanswered);
  EXPECT_EQ(outcome("81"), Outcome::none);
  EXPECT_EQ(outcome("82"), Outcome::none);
}

TEST(C1222, WhatIsWrittenDecidesTheClass) {
  const auto cls = [](std::string_view service) {
    return observe(c1222::protocol, {client(asked(service))}).all<Operation>().at(0).cls;
  };
  EXPECT_EQ(cls("40 0803 0001 05 fb"), OperationClass::write);             // MT-3
  EXPECT_EQ(cls("4f 002a 000000 0001 05 fb"), OperationClass::parameter);  // ST-42, security
  EXPECT_EQ(cls("40 0007 0003 0a00 01 f5"), OperationClass::time);         // SF-10
  EXPECT_EQ(cls("40 0007 0003 0000 01 ff"), OperationClass::mode);         // SF-0
  EXPECT_EQ(cls("40 0007 0003 1500 01 ea"), OperationClass::control);      // SF-21
  EXPECT_EQ(cls("40 0807 0003 0000 01 ff"), OperationClass::write);        // MT-7 is no procedure
  EXPECT_EQ(observe(c1222::protocol, {client(asked("40 2003 0001 05 fb"))}).all<ControlAction>().at(0).point_kind,
            "user-defined table");
  const auto seen = observe(c1222::protocol, {client(asked("4f 002a 000010 0001 05 fb"))});
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].point, 42u);
  EXPECT_EQ(actions[0].value, "offset 16, 1 octets");
}

TEST(C1222, CipheredMessagesAreCountedAndProveAKey) {
  const auto seen = observe(c1222::protocol, {client(kCiphered), server(kCipheredAnswer), client(kCiphered)});
  const std::vector<Operation> expected = {{.function_code = 0x200},
                                           {.cls = OperationClass::auth, .function_code = 0x202, .is_message = false},
                                           {.function_code = 0x201},
                                           {.function_code = 0x200}};
  EXPECT_EQ(seen.all<Operation>(), expected);
  EXPECT_EQ(c1222::protocol.function_name(0x201), "Ciphered response");
  EXPECT_TRUE(seen.all<OpenAccess>().empty());
  EXPECT_TRUE(faults(seen).empty());
}

TEST(C1222, TitlesMayBeRelative) {
  const auto seen = observe(c1222::protocol, {client(kRelative)}, Transport::udp);
  EXPECT_EQ(seen.identity(Trait::description), "C12.22 application title .123.4");
}

// Bit 2 of the calling AE qualifier: a meter writes to who is to be told.
TEST(C1222, NotificationsAreReports) {
  const auto seen =
      observe(c1222::protocol, {server("601e a203060160 a703020104 a803020107 be0d280b8109 80 07 40 0803 0001 05 fb")});
  ASSERT_EQ(seen.all<Operation>().size(), 1u);
  EXPECT_EQ(seen.all<Operation>()[0].cls, OperationClass::report);
  EXPECT_EQ(seen.all<Operation>()[0].actor, Role::client);
  EXPECT_TRUE(seen.all<ControlAction>().empty());
}

TEST(C1222, WhatIsCutTellsWhatIsLeft) {
  const auto whole = hex(kProcedures);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto reader = c1222::protocol.open();
    test::Recorder seen;
    const Conversation conversation;
    const Context context{&c1222::protocol, &conversation, {1, 0, 1}, Role::client, {}};
    const Emit emit(context, seen);
    reader->on_pdu({Role::client, Bytes(whole).first(size), whole.size()}, emit);
    reader->on_end(emit);
    EXPECT_EQ(faults(seen), std::vector<Fault>{Fault::truncated}) << size;
    EXPECT_LE(seen.all<Operation>().size(), 4u) << size;  // what is cut is not counted
  }
}

TEST(C1222, AMessageMayComeInPieces) {
  const auto bytes = hex(kSecurity);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(cut);
    const auto seen = observe(
        c1222::protocol, {Chunk{Role::client, {bytes.begin(), middle}}, Chunk{Role::client, {middle, bytes.end()}}});
    EXPECT_EQ(seen.all<Credential>().size(), 1u) << cut;
    EXPECT_TRUE(faults(seen).empty()) << cut;
  }
}

TEST(C1222, OnlyItsOwnMessagesAreTaken) {
  for (const std::string_view own : {kIdentify, kIdentified, kNotNow, kLogon, kSecurity, kRead, kData, kCiphered,
                                     kCipheredAnswer, kRelative, kProcedures})
    EXPECT_TRUE(proves(own)) << own;
  EXPECT_EQ(framed("").kind, Frame::Kind::more);
  EXPECT_EQ(framed("60").kind, Frame::Kind::more);
  EXPECT_EQ(framed(kIdentify.substr(0, 25)).size, 0x32u);
  EXPECT_EQ(framed("3030 a211 060f 2b06").kind, Frame::Kind::foreign);
  EXPECT_EQ(framed("6030 3011 060f 2b06").kind, Frame::Kind::foreign);
  EXPECT_EQ(framed("6003 a203 060f 2b06").kind, Frame::Kind::foreign);
  // DLMS/COSEM's association without a wrapper, and GSS-API (RFC 2743, clause 3.1).
  EXPECT_FALSE(proves("601da109060760857405080101be10040e01000000065f1f0400007016ffff"));
  EXPECT_FALSE(proves("601c06062b0601050502a0123010a00e300c060a2b06010401823702020a"));
  EXPECT_FALSE(proves(
      "6030 a211060f2b060104018285638e7f85f1c24e00 a60a06082b06010401828563 a806020413e81421 be0728058103 00 01 20"));
  EXPECT_FALSE(proves(
      "6030 a211060f2b060104018285638e7f85f1c24e00 a60a06082b06010401828563 a806020413e81421 be0728058103 80 05 20"));
}

TEST(C1222, WhoAsksIsTheClient) {
  const auto role = [](std::string_view bytes) { return c1222::protocol.speaker(hex(bytes)).role; };
  EXPECT_EQ(role(kIdentify), Role::client);
  EXPECT_EQ(role(kIdentified), Role::server);
  EXPECT_EQ(role(kCiphered), Role::client);
  EXPECT_EQ(role(kCipheredAnswer), Role::server);
  EXPECT_EQ(role(kProcedures), Role::client);
}

}  // namespace
}  // namespace kakoi
