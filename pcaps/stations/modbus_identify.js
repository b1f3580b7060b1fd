// Asks Modbus TCP slaves who they are (43/14, basic) and reads a few registers.
//   node modbus_identify.js HOST… [--from ADDRESS]
"use strict";
const Modbus = require("modbus-serial");

(async () => {
  const hosts = process.argv.slice(2);
  const from = hosts.indexOf("--from") < 0 ? undefined : hosts.splice(hosts.indexOf("--from"))[1];
  for (const host of hosts) {
    const client = new Modbus();
    await client.connectTCP(host, { port: 502, localAddress: from });
    client.setID(1);
    client.setTimeout(2000);
    await client.readDeviceIdentification(1, 0).catch((error) => console.error(`${host}: ${error.message}`));
    await client.readHoldingRegisters(0, 2);
    await new Promise((done) => client.close(done));
  }
})();
