#include "dissectors/ads/ads.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::kind_of;
using test::observe;
using test::server;

// ITI/ICS-Security-Tools, beckoff/beckofflink.pcapng: device info of the PLC's run time.
TEST(Ads, TheDeviceTellsNameAndVersion) {
  const auto seen =
      observe(ads::protocol,
              {client("0000 20000000 050d75600101 2003 c0a801630101 9f83 0100 0400 00000000 00000000 90000000"),
               server("0000 38000000 c0a801630101 9f83 050d75600101 2003 0100 0500 18000000 00000000 90000000 00000000 "
                      "02 0b 3708 504c4320536572766572000000000000")});
  EXPECT_EQ(seen.identity(Trait::software), "PLC Server/2.11.2103");
  EXPECT_EQ(seen.identity(Trait::vendor), "Beckhoff");
  EXPECT_EQ(
      seen.all<Operation>().at(1),
      (Operation{.cls = OperationClass::identify, .function_code = 1, .unit = 800, .outcome = Outcome::accepted}));
}

// …/beckoff/addroute1.pcapng, packets 19, 30 and 61.
TEST(Ads, EachSideIsKnownByItsNetId) {
  const std::string_view question =
      "0000 20000000 050d75600101 1027 c0a801c70101 0380 0400 0400 00000000 00000000 0c000000";
  const auto seen = observe(
      ads::protocol, {client(question),
                      server("0000 28000000 c0a801c70101 0380 050d75600101 1027 0400 0500 08000000 00000000 0c000000 "
                             "00000000 0500 0200"),
                      client(question)});
  const auto claims = seen.all<Identity>();
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_EQ(claims[0].text, "AMS net id 192.168.1.199.1.1");
  EXPECT_EQ(claims[1].text, "AMS net id 5.13.117.96.1.1");
}

// …/beckoff/addroute.pcapng, packets 128 (shortened: of the structure on the system its first fields), 187 and 188.
TEST(Ads, DiscoveryTellsHostSystemAndVersion) {
  const auto seen =
      observe(ads_udp::protocol,
              {client("03661471 00000000 01000000 c0a801c70101 1027 00000000"),
               server("03661471 00000000 01000080 050d75600101 1027 03000000 0500 0a00 43585f30443735363000 "
                      "0400 1400 14010000 06000000 00000000 00000000 03000000 0300 0400 020bb408")},
              Transport::udp);
  EXPECT_EQ(seen.identity(Trait::name), "CX_0D7560");
  EXPECT_EQ(seen.identity(Trait::software), "TwinCAT/2.11.2228");
  EXPECT_EQ(seen.identity(Trait::os), "Windows CE 6.0");
}

TEST(Ads, ARouteIsEnteredWithAPasswordInClear) {
  const auto seen =
      observe(ads_udp::protocol,
              {client("03661471 00000000 06000000 c0a801c70101 1027 05000000 0c00 0d00 5348454e4855414a362d504300 0700 "
                      "0600 c0a801c70101 "
                      "0d00 0e00 41646d696e6973747261746f7200 0200 0200 3100 0500 0d00 3139322e3136382e312e393900"),
               server("03661471 00000000 06000080 050d75600101 1027 01000000 0100 0400 00000000")},
              Transport::udp);
  const auto credentials = seen.all<Credential>();
  ASSERT_EQ(credentials.size(), 2u);
  EXPECT_EQ(credentials[0].user, "Administrator");
  EXPECT_EQ(credentials[0].secret, "1");
  EXPECT_EQ(credentials[1].outcome, CredentialOutcome::accepted);
  EXPECT_EQ(seen.all<ControlAction>().at(0).value, "192.168.1.99");
  EXPECT_EQ(seen.all<ControlAction>().at(0).outcome, Outcome::accepted);
}

TEST(Ads, BothSizesAgree) {
  EXPECT_EQ(
      kind_of(ads::protocol, "0000 20000000 050d75600101 2003 c0a801630101 9f83 0100 0400 00000000 00000000 90000000"),
      Frame::Kind::whole);
  EXPECT_EQ(
      kind_of(ads::protocol, "0000 21000000 050d75600101 2003 c0a801630101 9f83 0100 0400 00000000 00000000 90000000"),
      Frame::Kind::foreign);
}

}  // namespace
}  // namespace kakoi
