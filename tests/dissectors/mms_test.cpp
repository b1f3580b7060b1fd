#include "dissectors/mms/mms.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::server;

// ntop/nDPI, iso9506-1-mms.pcap, packet 7 and 13 on; the identify answer is built after ISO 9506-2.
TEST(Mms, AServerIdentifiesItself) {
  const auto seen =
      observe(mms::protocol, {client("0300001b 02f080 0100 0100 61 0e 30 0c 020103 a0 07 a0 05 0201 07 82 00"),
                              server("0300002c 02f080 0100 0100 61 1f 30 1d 020103 a0 18 a1 16 0201 07 a2 11 "
                                     "80 03 414242 81 05 5245443637 82 03 312e30")});
  EXPECT_EQ(seen.identity(Trait::vendor), "ABB");
  EXPECT_EQ(seen.identity(Trait::model), "RED67");
  EXPECT_EQ(seen.identity(Trait::firmware), "1.0");
}

TEST(Mms, IsKnownByItsNameInTheConnection) {
  constexpr std::string_view kInitiate =
      "030000a7 02f080 "
      "0d9e0506130100160102140200023302000134020001c188318185a003800101a27e810400000001820400000001a423300f"
      "0201010604520100013004060251013010020103060528ca2202013004060251018802060061473045020101a040603e80020780a1070605"
      "28"
      "ca220203be2f282d020103a028a826800300fa0081010a82010a830105a416800101810305e100820c03a00000000000000000e110";
  EXPECT_TRUE(mms::protocol.probe(hex(kInitiate), Role::client));
  EXPECT_FALSE(mms::protocol.probe(hex("03000016 11 e0 0000 0778 00 c1020001 c2020001 c0010d"), Role::client));
  const auto seen = observe(mms::protocol, {client(kInitiate)}).all<Operation>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(mms::protocol.function_name(seen[0].function_code), "initiate");
}

// ITI/ICS-Security-Tools, IEC61850/MMS - Specific Commands/iec61850_write.pcap, the last two messages.
TEST(Mms, AWriteHasAnOutcome) {
  const auto seen =
      observe(mms::protocol, {client("0300002a 02f080 01000100 61 1d 30 1b 020103 a0 16 a0 14 0201 00 a5 0f a0 08 3006 "
                                     "a004 80026d75 a003 850100"),
                              server("0300001b 02f080 01000100 61 0e 30 0c 020103 a0 07 a1 05 0201 00 3000")});
  EXPECT_EQ(seen.all<Operation>().at(0), (Operation{.cls = OperationClass::write, .function_code = 5}));
  EXPECT_EQ(seen.all<ControlAction>().at(0).step, "write");
}

// ISO 9506-2: results of a write are [0] failure or [1] success, those of a read [0] failure or a value. 3 is object access
// denied, 10 object nonexistent.
constexpr std::string_view kMmsWritten = "0300001d 02f080 01000100 61 10 30 0e 020103 a0 09 a1 07 0201 00 a5 02 8100";
constexpr std::string_view kMmsNotWritten =
    "0300001e 02f080 01000100 61 11 30 0f 020103 a0 0a a1 08 0201 00 a5 03 800103";
constexpr std::string_view kMmsRead =
    "03000027 02f080 01000100 61 1a 30 18 020103 a0 13 a1 11 0201 00 a4 0c a005 a103 800178 a1 03 830101";
constexpr std::string_view kMmsNotRead =
    "03000020 02f080 01000100 61 13 30 11 020103 a0 0c a1 0a 0201 00 a4 05 a1 03 800103";
constexpr std::string_view kMmsReadInPart =
    "03000023 02f080 01000100 61 16 30 14 020103 a0 0f a1 0d 0201 00 a4 08 a1 06 80010a 830101";

TEST(Mms, IsOpenWhereAnItemWasReadOrWritten) {
  const auto check = [](std::string_view answer, Outcome outcome, bool open) {
    const auto seen = observe(mms::protocol, {server(answer)});
    EXPECT_EQ(seen.all<Operation>().at(0).outcome, outcome) << answer;
    EXPECT_EQ(!seen.all<OpenAccess>().empty(), open) << answer;
  };
  check(kMmsWritten, Outcome::accepted, true);
  check(kMmsNotWritten, Outcome::refused, false);
  check(kMmsRead, Outcome::accepted, true);
  check(kMmsNotRead, Outcome::refused, false);
  check(kMmsReadInPart, Outcome::refused, true);
}

// X.227: a connect with mechanism and value of an authentication, and one without.
TEST(Mms, IsNotOpenToWhomAPasswordLetIn) {
  constexpr std::string_view kWithPassword =
      "0300003c 02f080 0d33c131 60 2f a107060528ca220203 8a020780 8b03520301 ac088006736563726574 "
      "be11 a80f 80040000fde8 810105 820105 830105";
  constexpr std::string_view kWithout =
      "03000029 02f080 0d20c11e 60 1c a107060528ca220203 be11 a80f 80040000fde8 810105 820105 830105";
  EXPECT_TRUE(observe(mms::protocol, {client(kWithPassword), server(kMmsRead)}).all<OpenAccess>().empty());
  EXPECT_EQ(observe(mms::protocol, {client(kWithout), server(kMmsRead)}).all<OpenAccess>().size(), 1u);
}

}  // namespace
}  // namespace kakoi
