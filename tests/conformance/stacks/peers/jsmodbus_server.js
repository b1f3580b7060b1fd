// A server on jsmodbus, any unit: logs what it was asked for when it has done it.
//   jsmodbus_server.js HOST PORT tcp|rtu
"use strict";
const net = require("net");
const {server: Server} = require("jsmodbus");
const {log} = require("./lines");

const [host, port, transport] = process.argv.slice(2);
const POINTS = 100;
const tables = {
  coils: Buffer.alloc(Math.ceil(POINTS / 8)),
  discrete: Buffer.alloc(Math.ceil(POINTS / 8)),
  holding: Buffer.alloc(2 * POINTS),
  input: Buffer.alloc(2 * POINTS),
};

const watch = (server) => {
  const on = (event, entry) => server.on(event, (request) => {
    if (!request?.body) return;  // these events come with the table, too
    log({
      unit: transport === "rtu" ? request.address : request.unitId,
      address: request.body.address ?? request.body.start,
      ...entry(request.body)
    });
  });
  on("postReadCoils", (body) => ({access: "read", kind: "coil", count: body.count}));
  on("postReadDiscreteInputs", (body) => ({access: "read", kind: "discrete input", count: body.count}));
  on("postReadHoldingRegisters", (body) => ({access: "read", kind: "holding register", count: body.count}));
  on("postReadInputRegisters", (body) => ({access: "read", kind: "input register", count: body.count}));
  on("postWriteSingleCoil",
     (body) => ({access: "write", kind: "coil", count: 1, values: [body.value === 0xFF00 ? 1 : 0]}));
  on("postWriteSingleRegister",
     (body) => ({access: "write", kind: "holding register", count: 1, values: [body.value]}));
  on("postWriteMultipleCoils",
     (body) => ({
       access: "write",
       kind: "coil",
       count: body.quantity,
       values: Array.from({length: body.quantity}, (_, i) => body.valuesAsBuffer[i >> 3] >> (i & 7) & 1),
     }));
  on("postWriteMultipleRegisters",
     (body) => ({
       access: "write",
       kind: "holding register",
       count: body.quantity,
       values: Array.from({length: body.quantity}, (_, i) => body.valuesAsBuffer.readUInt16BE(2 * i)),
     }));
};

const listener = net.createServer((socket) => socket.on("error", () => {}));
if (transport === "rtu")
  listener.on("connection", (socket) => watch(new Server.RTU(socket, tables)));
else
  watch(new Server.TCP(listener, tables));
listener.listen(Number(port), host);
