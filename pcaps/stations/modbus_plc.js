// A Modbus TCP slave on npm's modbus-serial that answers Read Device Identification (43/14).
//   node modbus_plc.js BIND VENDOR PRODUCT_CODE REVISION
"use strict";
const { ServerTCP } = require("modbus-serial");

const [bind, vendor, product, revision] = process.argv.slice(2);
const registers = new Map();

new ServerTCP({
  getHoldingRegister: (address) => registers.get(address) ?? 1000 + address,
  getInputRegister: (address) => 300 + address,
  getCoil: (address) => address % 3 === 0,
  getDiscreteInput: (address) => address % 2 === 0,
  setRegister: (address, value) => { registers.set(address, value); },
  setCoil: () => {},
  readDeviceIdentification: () => ({ 0: vendor, 1: product, 2: revision }),
}, { host: bind, port: 502, unitID: 1 });
