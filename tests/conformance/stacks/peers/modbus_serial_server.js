// A server on modbus-serial: logs what its vector was asked for. It answers every unit, or the one given.
//   modbus_serial_server.js HOST PORT [UNIT]
"use strict";
const {ServerTCP} = require("modbus-serial");
const {log} = require("./lines");

const [host, port, unitID] = process.argv.slice(2);
const POINTS = 100;
const tables = {};

const at = (kind, unit, address) => {
  if (address >= POINTS) throw {modbusErrorCode: 2};
  const table = (tables[`${kind} ${unit}`] ??= new Array(POINTS).fill(0));
  return table;
};
const get = (kind) => (address, unit) => {
  const value = at(kind, unit, address)[address];
  log({access: "read", kind, unit, address, count: 1});
  return value;
};
const set = (kind) => (address, value, unit) => {
  at(kind, unit, address)[address] = value;
  log({access: "write", kind, unit, address, count: 1, values: [Number(value)]});
};

new ServerTCP(
    {
      getCoil: get("coil"),
      getDiscreteInput: get("discrete input"),
      getHoldingRegister: get("holding register"),
      getInputRegister: get("input register"),
      setCoil: set("coil"),
      setRegister: set("holding register"),
      readDeviceIdentification: () => ({0: "modbus-serial", 1: "server", 2: "8"}),
    },
    {host, port: Number(port), unitID: unitID ? Number(unitID) : 255});
