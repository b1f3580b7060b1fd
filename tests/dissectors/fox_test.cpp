#include "dissectors/fox/fox.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client_text;
using test::observe;
using test::server_text;

// ITI/ICS-Security-Tools, fox/fox_info.pcap, packet 6.
TEST(Fox, AStationTellsItsSystem) {
  const auto seen = observe(
      fox::protocol,
      {server_text("fox a 0 -1 fox hello\n{\nfox.version=s:1.0\nid=i:2\nhostName=s:192.168.2.15\n"
                   "hostAddress=s:192.168.2.15\napp.name=s:Station\napp.version=s:3.5.41.1\nvm.name=s:J9\n"
                   "vm.version=s:2.3\nos.name=s:QNX\nos.version=s:6.3.2\nstation.name=s:Legion_HQ_V4\nlang=s:en\n"
                   "hostId=s:Qnx-NPM6-0000-1490-C30C\nbrandId=s:vykon\n};;\n")});
  EXPECT_EQ(seen.identity(Trait::software), "Niagara Station/3.5.41.1");
  EXPECT_EQ(seen.identity(Trait::os), "QNX 6.3.2");
  EXPECT_EQ(seen.identity(Trait::product), "Niagara (vykon)");
  EXPECT_EQ(seen.identity(Trait::description), "Niagara station Legion_HQ_V4");
  EXPECT_EQ(seen.identity(Trait::serial), "Qnx-NPM6-0000-1490-C30C");
  EXPECT_EQ(seen.all<Operation>().at(0).cls, OperationClass::identify);
}

TEST(Fox, AWorkbenchIsAClientsSoftware) {
  const auto seen = observe(fox::protocol, {client_text("fox a 1 -1 fox hello\n{\nhostName=s:xpvm-0omdc01xmy\n"
                                                        "app.name=s:Workbench\napp.version=s:3.7.44\n};;\n")});
  EXPECT_EQ(seen.identity(Trait::user_agent), "Niagara Workbench/3.7.44");
  EXPECT_EQ(seen.identity(Trait::name), "xpvm-0omdc01xmy");
  EXPECT_EQ(fox::protocol.frame(test::ascii("foxes"), Role::client).kind, Frame::Kind::foreign);
}

// ITI/ICS-Security-Tools, fox/fox_info.pcap, packet 4, from 10.1.3.4: the script's words are another host's.
TEST(Fox, AScannersHelloIsNotItsOwn) {
  const auto from = [](std::string_view address) {
    return observe(fox::protocol, {client_text("fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n"
                                               "hostName=s:xpvm-0omdc01xmy\nhostAddress=s:" +
                                               std::string(address) +
                                               "\napp.name=s:Workbench\napp.version=s:3.7.44\n"
                                               "vm.name=s:Java HotSpot(TM) Server VM\nvm.version=s:20.4-b02\n"
                                               "os.name=s:Windows XP\nos.version=s:5.1\nlang=s:en\n"
                                               "hostId=s:Win-99CB-D49D-5442-07BB\nbrandId=s:vykon\n};;\n")});
  };
  const auto seen = from("192.168.1.125");
  EXPECT_TRUE(seen.all<Identity>().empty());
  EXPECT_EQ(seen.all<Operation>().size(), 1u);
  EXPECT_EQ(from("192.0.2.1").identity(Trait::os), "Windows XP 5.1");  // the speaker's address
}

}  // namespace
}  // namespace kakoi
