// A client on jsmodbus: carries out the plan and logs what jsmodbus said of each request.
//   jsmodbus_client.js HOST PORT tcp|rtu <plan
"use strict";
const net = require("net");
const {client: Client} = require("jsmodbus");
const {carryOut, plan} = require("./lines");

const [host, port, transport] = process.argv.slice(2);

const judge = ({err, response, message}) => {
  if (err === "ModbusException") return {outcome: "exception", code: response.body.code};
  if (err === "Timeout") return {outcome: "timeout"};
  return {outcome: `error: ${err} ${message}`};
};

const socket = net.connect({host, port: Number(port)});
const units = new Map();  // a client of this stack speaks to one unit; all of them share the connection
const client = (unit) => {
  if (!units.has(unit)) units.set(unit, new Client[transport === "rtu" ? "RTU" : "TCP"](socket, unit, 1000));
  return units.get(unit);
};
const call = (r) => {
  const c = client(r.unit);
  switch (r.do) {
    case "read_coils":
      return c.readCoils(r.address, r.count);
    case "read_discrete_inputs":
      return c.readDiscreteInputs(r.address, r.count);
    case "read_holding_registers":
      return c.readHoldingRegisters(r.address, r.count);
    case "read_input_registers":
      return c.readInputRegisters(r.address, r.count);
    case "write_coil":
      return c.writeSingleCoil(r.address, Boolean(r.values[0]));
    case "write_register":
      return c.writeSingleRegister(r.address, r.values[0]);
    case "write_coils":
      return c.writeMultipleCoils(r.address, r.values.map(Boolean));
    case "write_registers":
      return c.writeMultipleRegisters(r.address, r.values);
    case "read_device_identification":
      return c.readDeviceIdentification(1, 0);
    default:
      return undefined;
  }
};
const requests = plan();
for (const {unit} of requests) client(unit);  // before the socket connects: they wait for its event
socket.on("connect", async () => {
  if (transport === "rtu") socket.emit("open");  // what its RTU client waits for is a serial port's event
  await carryOut(requests, call, judge);
  socket.end();
});
