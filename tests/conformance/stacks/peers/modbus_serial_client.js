// A client on modbus-serial: carries out the plan and logs what modbus-serial said of each request.
//   modbus_serial_client.js HOST PORT tcp|pipelined|buffered|rtu|udp <plan
// "TcpRTUBuffered" speaks Modbus/TCP for all its name; RTU over TCP is what it calls Telnet.
"use strict";
const ModbusRTU = require("modbus-serial");
const {carryOut, plan} = require("./lines");

const [host, port, transport] = process.argv.slice(2);
const connect = {
  tcp: "connectTCP",
  pipelined: "connectTCP",
  buffered: "connectTcpRTUBuffered",
  rtu: "connectTelnet",
  udp: "connectUDP"
};

// Its other ports send nothing that is as short as Report Server ID.
const call = (client) => (r) => {
  client.setID(r.unit);
  switch (r.do) {
    case "read_coils":
      return client.readCoils(r.address, r.count);
    case "read_discrete_inputs":
      return client.readDiscreteInputs(r.address, r.count);
    case "read_holding_registers":
      return client.readHoldingRegisters(r.address, r.count);
    case "read_input_registers":
      return client.readInputRegisters(r.address, r.count);
    case "write_coil":
      return client.writeCoil(r.address, Boolean(r.values[0]));
    case "write_register":
      return client.writeRegister(r.address, r.values[0]);
    case "write_coils":
      return client.writeCoils(r.address, r.values.map(Boolean));
    case "write_registers":
      return client.writeRegisters(r.address, r.values);
    case "mask_write_register":
      return client.maskWriteRegister(r.address, r.and, r.or);
    case "report_server_id":
      return ["tcp", "pipelined"].includes(transport) ? client.reportServerID(0, 0) : undefined;
    case "read_device_identification":
      return client.readDeviceIdentification(1, 0);
    default:
      return undefined;
  }
};

const judge = (error) => {
  if (error.modbusCode !== undefined) return {outcome: "exception", code: error.modbusCode};
  if (error.name === "TransactionTimedOutError") return {outcome: "timeout"};
  return {outcome: `error: ${error.message}`};
};

(async () => {
  const client = new ModbusRTU();
  await client[connect[transport]](host, {port: Number(port)});
  client.setTimeout(1000);
  await carryOut(plan(), call(client), judge, transport === "pipelined");
  process.exit(0);
})();
