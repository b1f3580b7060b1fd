// UMAS, function 90. No public capture is known: the PDUs are built after the layouts in which the sources
// named in dissectors/modbus/README.md agree.
#include <gtest/gtest.h>

#include "dissectors/modbus/modbus.h"
#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::observe;
using test::server;
using enum OperationClass;

const Protocol& modbus = kakoi::modbus::protocol;

Operation operation(OperationClass cls, std::uint32_t sub, Outcome outcome = Outcome::none) {
  return {.cls = cls, .function_code = 90, .unit = 0, .qualifier = sub, .outcome = outcome};
}

TEST(ModbusUmas, AnswerTakesClassAndSubFunctionOfItsRequest) {
  const auto seen = observe(modbus, {client("0007 0000 0004 00 5A 25 40"), server("0007 0000 0004 00 5A 25 FE"),
                                     client("0008 0000 0004 00 5A 25 41"), server("0008 0000 0004 00 5A 25 FD")});
  EXPECT_EQ(seen.all<Operation>(), (std::vector{operation(mode, 0x40), operation(mode, 0x40, Outcome::accepted),
                                                operation(mode, 0x41), operation(mode, 0x41, Outcome::refused)}));
  const auto actions = seen.all<ControlAction>();
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].step, "start");
  EXPECT_EQ(actions[0].outcome, Outcome::accepted);
  EXPECT_EQ(actions[1].step, "stop");
  EXPECT_EQ(actions[1].outcome, Outcome::refused);
  EXPECT_EQ(actions[1].status, "UMAS error");
  EXPECT_EQ(actions[1].point_kind, "");
}
TEST(ModbusUmas, AnswerWithoutItsRequestIsOfNoClass) {
  const auto seen = observe(modbus, {server("0007 0000 0004 00 5A 25 FE")});
  EXPECT_EQ(seen.all<Operation>(), (std::vector{operation(other, kNoValue, Outcome::accepted)}));
}
TEST(ModbusUmas, ModbusExceptionRefusesToo) {
  const auto seen = observe(modbus, {client("0007 0000 0004 00 5A 00 10"), server("0007 0000 0003 00 DA 01")});
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].step, "take reservation");
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, Outcome::refused);
  EXPECT_EQ(seen.all<ControlAction>()[0].status, "Illegal Function");
}
TEST(ModbusUmas, ProgramTransferToThePlcIsACommandFromItIsAFileRead) {
  const auto to = observe(modbus, {client("0001 0000 0006 00 5A 01 30 0001"), server("0001 0000 0004 00 5A 01 FE"),
                                   client("0002 0000 0007 00 5A 01 31 000100"), server("0002 0000 0004 00 5A 01 FE"),
                                   client("0003 0000 0006 00 5A 01 32 0001"), server("0003 0000 0004 00 5A 01 FE")});
  ASSERT_EQ(to.all<ControlAction>().size(), 2u);
  EXPECT_EQ(to.all<ControlAction>()[0].step, "begin program download");
  EXPECT_EQ(to.all<ControlAction>()[1].step, "end program download");
  EXPECT_EQ(to.all<Operation>()[2], operation(program, 0x31));
  const auto from = observe(modbus, {client("0001 0000 0006 00 5A 01 33 0001")});
  EXPECT_TRUE(from.all<ControlAction>().empty());
  EXPECT_EQ(from.all<Operation>()[0], operation(file, 0x33));
}
TEST(ModbusUmas, SignedRequestIsWhatItWraps) {
  const std::string signature(64, '0');
  const auto seen = observe(modbus, {client("0001 0000 0028 00 5A 01 38 01" + signature + "5A 01 41"),
                                     server("0001 0000 0028 00 5A 01 FE 01" + signature + "5A 01 FD")});
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].step, "stop");
  EXPECT_EQ(seen.all<ControlAction>()[0].outcome, Outcome::refused);
}
TEST(ModbusUmas, WritesAreCommandsWithoutValues) {
  const auto seen = observe(modbus, {client("0001 0000 000B 00 5A 01 23 01 02 03 04 05 06 07")});
  ASSERT_EQ(seen.all<ControlAction>().size(), 1u);
  EXPECT_EQ(seen.all<ControlAction>()[0].point_kind, "variable");
  EXPECT_EQ(seen.all<ControlAction>()[0].point, kNoValue);
  EXPECT_EQ(seen.all<ControlAction>()[0].value, "");
}
TEST(ModbusUmas, ReadIdNamesTheCpu) {
  const auto seen =
      observe(modbus, {client("0001 0000 0004 00 5A 00 02"),
                       server("0001 0000 0027 00 5A 00 FE 0000 00000000 0000 0000 0000 0000 0000 00000000 0000"
                              "0C 424D58205033342032303230")});  // "BMX P34 2020"
  EXPECT_EQ(seen.identity(Trait::model), "BMX P34 2020");
  EXPECT_EQ(seen.identity(Trait::vendor), "Schneider Electric");
}
TEST(ModbusUmas, ReadIdWhoseTextIsCutOrNoTextTellsNothing) {
  for (const std::string_view text : {"0C 424D", "02 0102"}) {
    const auto seen = observe(modbus, {client("0001 0000 0004 00 5A 00 02"),
                                       server("0001 0000 001D 00 5A 00 FE 0000 00000000 0000 0000 0000 0000 0000"
                                              "00000000 0000" +
                                              std::string(text))});
    EXPECT_EQ(seen.all<Operation>().size(), 2u);
    EXPECT_TRUE(seen.all<Identity>().empty());
  }
}

}  // namespace
}  // namespace kakoi
