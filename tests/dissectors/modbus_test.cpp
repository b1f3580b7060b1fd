// Vectors: the examples of the Application Protocol Specification V1.1b3 (by clause), and PDUs of public
// captures, named where they stand; their expected values are what tshark 4.0 shows.
#include "dissectors/modbus/modbus.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::Recorder;
using test::server;
using enum OperationClass;

const Protocol& modbus = kakoi::modbus::protocol;

Recorder ask(std::string_view pdu) { return observe(modbus, {client(pdu)}); }
Recorder answer(std::string_view pdu) { return observe(modbus, {server(pdu)}); }
Operation operation(OperationClass cls, std::uint32_t function, std::uint32_t unit, Outcome outcome = Outcome::none,
                    std::uint32_t qualifier = kNoValue) {
  return {.cls = cls, .function_code = function, .unit = unit, .qualifier = qualifier, .outcome = outcome};
}
// The one operation of one PDU that has nothing odd.
Operation only(const Recorder& seen) {
  EXPECT_TRUE(seen.all<Anomaly>().empty());
  const auto operations = seen.all<Operation>();
  EXPECT_EQ(operations.size(), 1u);
  return operations.empty() ? Operation{} : operations[0];
}
Fault fault(const Recorder& seen) {
  const auto anomalies = seen.all<Anomaly>();
  EXPECT_EQ(anomalies.size(), 1u);
  return anomalies.empty() ? Fault::lost_sync : anomalies[0].fault;
}
bool probe(std::string_view bytes) { return modbus.probe(hex(bytes), Role::client); }
Frame frame(std::string_view bytes) { return modbus.frame(hex(bytes), Role::client); }

TEST(ModbusFrame, EndsWhereMbapLengthSays) {
  const Frame f = frame("0001 0000 0006 11 03 006B 0003");
  EXPECT_EQ(f.kind, Frame::Kind::whole);
  EXPECT_EQ(f.size, 12u);
}
TEST(ModbusFrame, AsksForTheLengthField) {
  EXPECT_EQ(frame("").kind, Frame::Kind::more);
  const Frame f = frame("0001 0000 00");
  EXPECT_EQ(f.kind, Frame::Kind::more);
  EXPECT_EQ(f.size, 6u);
}
TEST(ModbusFrame, OtherProtocolIdsAreForeign) {
  EXPECT_EQ(frame("1603 0100 8501 00").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("0001 0100").kind, Frame::Kind::foreign);
}
TEST(ModbusFrame, KeepsTheBoundaryOfOddPdus) {
  EXPECT_EQ(frame("0001 0000 0007 11 00 0000000000").size, 13u);  // function 0
  EXPECT_EQ(frame("0001 0000 0104 11 03").size, 266u);            // counts the whole ADU of 260 octets
}
TEST(ModbusFrame, ImpossibleLengthsAreForeign) {
  EXPECT_EQ(frame("0001 0000 0000").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("0001 0000 0001 11").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("0001 0000 0105 11 03").kind, Frame::Kind::foreign);
  EXPECT_EQ(frame("0001 0000 0500").kind, Frame::Kind::foreign);
}
TEST(ModbusFrame, UmasMayBeLonger) {
  EXPECT_EQ(frame("0001 0000 03FF 00 5A 00 21").size, 1029u);
  EXPECT_EQ(frame("0001 0000 03FF").kind, Frame::Kind::more);
}

TEST(ModbusProbe, TakesRequestsAndAnswers) {
  EXPECT_TRUE(probe("0001 0000 0006 11 03 006B 0003"));
  EXPECT_TRUE(probe("0001 0000 0009 11 03 06 022B 0000 0064"));
  EXPECT_TRUE(probe("0001 0000 0003 11 83 02"));
}
TEST(ModbusProbe, TakesSeveralPdusInOneSegment) {
  EXPECT_TRUE(probe("0001 0000 0006 11 03 006B 0003  0002 0000 0006 11 03 006B 0003"));
}
TEST(ModbusProbe, WantsSizeAndFunctionToAgreeWhenMoreFollows) {
  EXPECT_FALSE(probe("0001 0000 0007 11 03 006B 0003 00  0002 0000 0006 11 03"));
  EXPECT_FALSE(probe("0001 0000 0006 11 63 006B 0003  0002 0000"));
  EXPECT_FALSE(probe("0001 0000 0006 11 03 006B 0003  FFFF FFFF"));
}
TEST(ModbusProbe, TakesPaddedRequestsAndUnknownFunctionsThatEndTheSegment) {
  EXPECT_TRUE(probe("0001 0000 0006 0a 2b 0e030100"));  // ITI modbus_test_data_part1.pcap, frame 32
  EXPECT_TRUE(probe("0001 0000 0004 0a 81 0600"));      // frame 91
  EXPECT_TRUE(probe("0000 0000 0006 01 00 00000000"));  // ITI modbus_test_data_part2.pcap
  EXPECT_TRUE(probe("0000 0000 0006 01 34 00000000"));  // zeek btest fuzz-72.pcap, frame 22
}
TEST(ModbusProbe, ProtocolsWithSimilarHeadersAreNotModbus) {
  // LDAP, an unbind request and a longer message of the same BER header (RFC 4511 §5.1).
  EXPECT_FALSE(probe("3084 0000 0005 02 01 0C 42 00"));
  EXPECT_FALSE(probe("3084 0000 0010 02 01 07 61 84 00000007 0A0100 0400 0400"));
  // HART-IP, session initiation (version, type, id, status, sequence, byte count, payload).
  EXPECT_FALSE(probe("0101 0000 0002 000d 01 0000ea60"));
}
// zeek btest modbus-and-non-modbus-p502.pcap: what scanners send to port 502.
TEST(ModbusProbe, OtherTrafficOnPort502IsNotModbus) {
  EXPECT_FALSE(probe("05000b03100000004800000001000000b810b81000000000"));   // DCE/RPC bind
  EXPECT_FALSE(probe("800000287e86ab4a0000000000000002000186a300000003"));   // Sun RPC
  EXPECT_FALSE(probe("16030100850100008103 03736ff818542129f78f492d9b15"));  // TLS
  EXPECT_FALSE(probe("474554202f20485454502f312e310d0a"));                   // HTTP
  EXPECT_FALSE(probe("0300002b26e00000000000436f6f6b69653a206d73747368"));   // RDP
}

struct Example {
  std::string_view clause, request, response;
  OperationClass cls;
  std::uint32_t function;
  std::uint32_t qualifier = kNoValue;
};
class ModbusExample : public testing::TestWithParam<Example> {};

TEST_P(ModbusExample, IsOneOperationEachWay) {
  const Example& e = GetParam();
  EXPECT_EQ(only(ask(e.request)), operation(e.cls, e.function, 0x11, Outcome::none, e.qualifier)) << e.clause;
  EXPECT_EQ(only(answer(e.response)), operation(e.cls, e.function, 0x11, Outcome::accepted, e.qualifier)) << e.clause;
}
INSTANTIATE_TEST_SUITE_P(
    Specification, ModbusExample,
    testing::Values(
        Example{"6.1", "0001 0000 0006 11 01 0013 0013", "0001 0000 0006 11 01 03 CD6B05", read, 1},
        Example{"6.2", "0001 0000 0006 11 02 00C4 0016", "0001 0000 0006 11 02 03 ACDB35", read, 2},
        Example{"6.3", "0001 0000 0006 11 03 006B 0003", "0001 0000 0009 11 03 06 022B00000064", read, 3},
        Example{"6.4", "0001 0000 0006 11 04 0008 0001", "0001 0000 0005 11 04 02 000A", read, 4},
        Example{"6.5", "0001 0000 0006 11 05 00AC FF00", "0001 0000 0006 11 05 00AC FF00", write, 5},
        Example{"6.6", "0001 0000 0006 11 06 0001 0003", "0001 0000 0006 11 06 0001 0003", write, 6},
        Example{"6.7", "0001 0000 0002 11 07", "0001 0000 0003 11 07 6D", read, 7},
        Example{"6.8", "0001 0000 0006 11 08 0000 A537", "0001 0000 0006 11 08 0000 A537", diagnostic, 8, 0},
        Example{"6.9", "0001 0000 0002 11 0B", "0001 0000 0006 11 0B FFFF 0108", diagnostic, 11},
        Example{"6.10", "0001 0000 0002 11 0C", "0001 0000 000B 11 0C 08 0000 0108 0121 2000", diagnostic, 12},
        Example{"6.11", "0001 0000 0009 11 0F 0013 000A 02 CD01", "0001 0000 0006 11 0F 0013 000A", write, 15},
        Example{"6.12", "0001 0000 000B 11 10 0001 0002 04 000A0102", "0001 0000 0006 11 10 0001 0002", write, 16},
        Example{"6.14", "0001 0000 0011 11 14 0E 06 0004 0001 0002 06 0003 0009 0002",
                "0001 0000 000F 11 14 0C 05 06 0DFE0020 05 06 33CD0040", file, 20},
        Example{"6.15", "0001 0000 0010 11 15 0D 06 0004 0007 0003 06AF04BE100D",
                "0001 0000 0010 11 15 0D 06 0004 0007 0003 06AF04BE100D", file, 21},
        Example{"6.16", "0001 0000 0008 11 16 0004 00F2 0025", "0001 0000 0008 11 16 0004 00F2 0025", write, 22},
        Example{"6.17", "0001 0000 0011 11 17 0003 0006 000E 0003 06 00FF00FF00FF",
                "0001 0000 000F 11 17 0C 00FE0ACD00010003000D00FF", write, 23},
        Example{"6.18", "0001 0000 0004 11 18 04DE", "0001 0000 000A 11 18 0006 0002 01B81284", read, 24},
        Example{"6.19", "0001 0000 0005 11 2B 0D 0000", "0001 0000 0005 11 2B 0D 0000", other, 43},
        Example{"6.21", "0001 0000 0005 11 2B 0E 01 00",
                "0001 0000 0036 11 2B 0E 01 01 00 00 03 00 16 436F6D70616E79206964656E74696669636174696F6E"
                "01 0D 50726F6475637420636F6465 58 02 05 56322E3131",
                identify, 43}));

TEST(Modbus, ExceptionIsRefusedOfTheSameFunction) {
  EXPECT_EQ(only(answer("0001 0000 0003 11 81 02")), operation(read, 1, 0x11, Outcome::refused));
  EXPECT_EQ(only(answer("0001 0000 0003 11 AB 01")), operation(identify, 43, 0x11, Outcome::refused));
}
TEST(Modbus, UnknownFunctionsKeepTheirNumber) {
  EXPECT_EQ(only(ask("0001 0000 0003 11 64 00")), operation(other, 100, 0x11));
  EXPECT_EQ(only(ask("0001 0000 0003 11 2E 00")), operation(other, 46, 0x11));
}
TEST(Modbus, RestartAndListenOnlyChangeTheMode) {
  EXPECT_EQ(only(ask("0001 0000 0006 11 08 0001 0000")).cls, mode);
  EXPECT_EQ(only(ask("0001 0000 0006 11 08 0004 0000")).cls, mode);
}
TEST(Modbus, OddPduDoesNotSilenceTheConnection) {
  const auto seen = observe(modbus, {client("0001 0000 0007 11 03 006B 0003 00"  // padded by one octet
                                            "0002 0000 0003 11 00 00"            // function 0
                                            "0003 0000 0006 11 06 0001 0003")});
  EXPECT_EQ(seen.all<Operation>().size(), 3u);
  EXPECT_EQ(seen.all<Operation>().back(), operation(write, 6, 0x11));
  EXPECT_EQ(seen.all<Anomaly>().size(), 2u);
}
TEST(Modbus, LengthThatDisagreesWithTheFunctionIsReported) {
  EXPECT_EQ(fault(ask("0001 0000 0007 11 03 006B 0003 00")), Fault::bad_length);
  EXPECT_EQ(fault(answer("0001 0000 0008 11 03 06 022B 0000 00")), Fault::bad_length);
  // ITI modbus_test_data_part1.pcap, frame 91: an exception with one octet too many.
  EXPECT_EQ(fault(answer("0001 0000 0004 0a 81 0600")), Fault::bad_length);
}
TEST(Modbus, ValuesBeyondTheStandardAreReported) {
  EXPECT_EQ(fault(ask("0001 0000 0006 11 03 0000 007E")), Fault::bad_value);             // 126 registers
  EXPECT_EQ(fault(ask("0001 0000 0006 11 01 0000 0000")), Fault::bad_value);             // no coil
  EXPECT_EQ(fault(ask("0001 0000 0006 11 05 00AC 0001")), Fault::bad_value);             // neither on nor off
  EXPECT_EQ(fault(ask("0001 0000 0009 11 10 0001 0002 02 000A")), Fault::bad_value);     // 2 registers in 2 octets
  EXPECT_EQ(fault(ask("0001 0000 000A 11 14 07 05 0004 0001 0002")), Fault::bad_value);  // reference type 5
  EXPECT_EQ(fault(ask("0001 0000 000A 11 14 07 06 0004 2710 0002")), Fault::bad_value);  // record 10000
  EXPECT_EQ(fault(ask("0001 0000 0005 11 2B 0E 05 00")), Fault::bad_value);              // ReadDevId code 5
  EXPECT_EQ(fault(answer("0001 0000 0008 11 2B 0E 01 04 00 00 00")), Fault::bad_value);  // conformity level 4
  EXPECT_EQ(fault(answer("0001 0000 0008 11 2B 0E 01 01 01 00 00")), Fault::bad_value);  // more follows: 01
  EXPECT_EQ(fault(answer("0001 0000 0003 11 83 0C")), Fault::bad_value);                 // no such exception
  EXPECT_EQ(fault(answer("0001 0000 0003 11 83 09")), Fault::bad_value);
  EXPECT_EQ(fault(ask("0001 0000 0003 11 83 02")), Fault::bad_value);  // a client's exception
}
TEST(Modbus, CutPduIsCountedAndCalledTruncated) {
  Recorder recorder;
  const Conversation conversation;
  const Context context{&modbus, &conversation, {1, 0, 1}, Role::server, {}};
  const auto bytes = hex("0001 0000 0009 11 03 06 022B");
  modbus.open()->on_pdu({Role::server, bytes, 15}, Emit{context, recorder});
  EXPECT_EQ(recorder.all<Operation>(), std::vector{operation(read, 3, 0x11, Outcome::accepted)});
  EXPECT_EQ(fault(recorder), Fault::truncated);
}

// icsnpp-modbus modbus_example.pcap, frame 94.
TEST(ModbusIdentity, ReadDeviceIdentification) {
  const auto seen = answer(
      "0017 0000 003d 01 2b 0e 01 83 00 00 03 00 10 5a65656b204d6f646275732054657374"
      "01 18 50726f746f636f6c2050617273696e672069732066756e21 02 07 312e322e332e36");
  EXPECT_EQ(only(seen), operation(identify, 43, 1, Outcome::accepted));
  EXPECT_EQ(seen.identity(Trait::vendor), "Zeek Modbus Test");
  EXPECT_EQ(seen.identity(Trait::product), "Protocol Parsing is fun!");
  EXPECT_EQ(seen.identity(Trait::firmware), "1.2.3.6");
  EXPECT_EQ(seen.all<Identity>()[0].method, "modbus 43/14");
}
TEST(ModbusIdentity, ObjectsSpreadOverSeveralAnswersAreAllStated) {
  const auto seen = observe(
      modbus, {client("0001 0000 0005 01 2B 0E 02 00"), server("0001 0000 000C 01 2B 0E 02 82 FF 04 01 00 02 4142"),
               client("0002 0000 0005 01 2B 0E 02 04"), server("0002 0000 000C 01 2B 0E 02 82 00 00 01 05 02 4344")});
  EXPECT_TRUE(seen.all<Anomaly>().empty());
  EXPECT_EQ(seen.identity(Trait::vendor), "AB");
  EXPECT_EQ(seen.identity(Trait::model), "CD");
}
TEST(ModbusIdentity, EveryConformityLevelIsTaken) {
  for (const std::string_view level : {"01", "02", "03", "81", "82", "83"}) {
    const auto seen = answer("0001 0000 000C 01 2B 0E 04 " + std::string(level) + "00 00 01 06 02 4142");
    EXPECT_TRUE(seen.all<Anomaly>().empty()) << level;
    EXPECT_EQ(seen.identity(Trait::name), "AB") << level;
  }
}
// zeek btest modbus-eit.pcap, frame 2: an answer without objects, four octets too long.
TEST(ModbusIdentity, AnswerWithoutObjectsTellsNothing) {
  const auto seen = answer("0000 0000 000c 00 2b 0e 01 00 4d b7 00 00000000");
  EXPECT_TRUE(seen.all<Identity>().empty());
  EXPECT_EQ(fault(seen), Fault::bad_length);
}
TEST(ModbusIdentity, StopsAtAnObjectThatDoesNotFit) {
  const auto seen = answer("0017 0000 000F 01 2b 0e 01 83 00 00 02 00 02 4142 01 09 43");
  EXPECT_EQ(seen.all<Identity>().size(), 1u);
  EXPECT_EQ(seen.identity(Trait::vendor), "AB");
}
TEST(ModbusIdentity, SerialUnitBehindAGatewayIsLessCertain) {
  const auto confidence = [](std::string_view unit) {
    const auto pdu = "0017 0000 000C " + std::string(unit) + "2b 0e 01 83 00 00 01 00 02 4142";
    return answer(pdu).all<Identity>().at(0).confidence;
  };
  EXPECT_LT(confidence("0B"), confidence("FF"));
}
// ITI modbus_test_data_part1.pcap, frame 41.
TEST(ModbusIdentity, ReportServerIdText) {
  const auto seen = answer("0000 0000 0015 0a 11 12 00 ff 57696e6770617468204c696d69746564");
  EXPECT_EQ(only(seen), operation(identify, 17, 10, Outcome::accepted));
  EXPECT_EQ(seen.identity(Trait::product), "Wingpath Limited");
}
TEST(ModbusIdentity, BinaryServerIdIsNoText) {
  EXPECT_TRUE(answer("0000 0000 0006 0a 11 03 41 FF 42").all<Identity>().empty());
}
TEST(ModbusIdentity, RequestsTellNothing) { EXPECT_TRUE(ask("0017 0000 0005 01 2b 0e 01 00").all<Identity>().empty()); }

TEST(Modbus, FirstAcceptedRequestShowsThatAnybodyIsLetIn) {
  EXPECT_TRUE(ask("0001 0000 0006 11 03 006B 0003").all<OpenAccess>().empty());
  EXPECT_TRUE(answer("0001 0000 0003 11 83 02").all<OpenAccess>().empty());
  const auto seen = answer("0001 0000 0006 11 06 0001 0003  0002 0000 0006 11 06 0001 0003");
  EXPECT_EQ(seen.all<OpenAccess>().size(), 1u);
}

void expect_speaker(Role role, std::string_view pdu) {
  const auto speaker = modbus.speaker(hex(pdu));
  EXPECT_TRUE(speaker.certain) << pdu;
  EXPECT_EQ(speaker.role, role) << pdu;
}
TEST(ModbusSpeaker, CertainWhereOnlyOneSideCouldHaveSpoken) {
  expect_speaker(Role::client, "0001 0000 0006 11 03 006B 0003");
  expect_speaker(Role::server, "0001 0000 0009 11 03 06 022B 0000 0064");
  expect_speaker(Role::server, "0001 0000 0003 11 83 02");
  expect_speaker(Role::client, "0001 0000 000B 11 10 0001 0002 04 000A0102");
  expect_speaker(Role::server, "0001 0000 0006 11 10 0001 0002");
  expect_speaker(Role::client, "0017 0000 0005 01 2b 0e 01 00");
  expect_speaker(Role::server, "0017 0000 000C 01 2b 0e 01 83 00 00 01 00 02 4142");
}
TEST(ModbusSpeaker, EchoesAreAmbiguous) {
  EXPECT_FALSE(modbus.speaker(hex("0001 0000 0006 11 06 0001 0003")).certain);
  EXPECT_FALSE(modbus.speaker(hex("0001 0000 0006 11 08 0000 A537")).certain);
  // 3 octets of coils, or the request for coils from address 0x03CD.
  EXPECT_FALSE(modbus.speaker(hex("0001 0000 0006 11 01 03CD 6B05")).certain);
}

TEST(ModbusNames, AreTheStandards) {
  EXPECT_EQ(modbus.function_name(3), "Read Holding Registers");
  EXPECT_EQ(modbus.function_name(23), "Read/Write Multiple Registers");
  EXPECT_EQ(modbus.function_name(43), "Encapsulated Interface Transport");
  EXPECT_EQ(modbus.function_name(100), "User-defined Function");
  EXPECT_EQ(modbus.function_name(99), "Reserved Function");
}

}  // namespace
}  // namespace kakoi
