// A server on modbus-stream, any unit: logs what it answered.
//   modbus_stream_server.js HOST PORT
"use strict";
const modbus = require("modbus-stream");
const {log} = require("./lines");

const [host, port] = process.argv.slice(2);
const POINTS = 100;
const word = (value) => {
  const b = Buffer.alloc(2);
  b.writeUInt16BE(value);
  return b;
};
const number = (b) => b.readUInt16BE(0);
const tables = new Map();
const table = (kind, unit) => {
  if (!tables.has(`${kind} ${unit}`)) tables.set(`${kind} ${unit}`, new Array(POINTS).fill(0));
  return tables.get(`${kind} ${unit}`);
};

modbus.tcp
    .server(
        {debug: null},
        (connection) => {
          // `answer` gives the arguments of the reply.
          const on = (event, answer) => connection.on(event, ({unitId, request}, reply) => {
            try {
              reply(null, ...answer(request, unitId));
            } catch (error) {
              if (typeof error !== "string") throw error;
              reply(error);
            }
          });
          const read = (kind, unit, address, count) => {
            if (address + count > POINTS) throw "IllegalDataAddress";
            log({access: "read", kind, unit, address, count});
            return table(kind, unit).slice(address, address + count);
          };
          const write = (kind, unit, address, values, masked = false) => {
            if (address + values.length > POINTS) throw "IllegalDataAddress";
            log({access: "write", kind, unit, address, count: values.length, values, masked});
            table(kind, unit).splice(address, values.length, ...values);
          };
          on("read-coils", (r, unit) => [read("coil", unit, r.address, r.quantity)]);
          on("read-discrete-inputs", (r, unit) => [read("discrete input", unit, r.address, r.quantity)]);
          on("read-holding-registers", (r, unit) => [read("holding register", unit, r.address, r.quantity).map(word)]);
          on("read-input-registers", (r, unit) => [read("input register", unit, r.address, r.quantity).map(word)]);
          on("write-single-coil", (r, unit) => {
            write("coil", unit, r.address, [r.value]);
            return [r.address, r.value];
          });
          on("write-single-register", (r, unit) => {
            write("holding register", unit, r.address, [number(r.value)]);
            return [r.address, r.value];
          });
          on("write-multiple-coils", (r, unit) => {
            write("coil", unit, r.address, r.values.slice(0, r.quantity));
            return [r.address, r.quantity];
          });
          on("write-multiple-registers", (r, unit) => {
            write("holding register", unit, r.address, r.values.map(number));
            return [r.address, r.quantity];
          });
          on("mask-write-register", (r, unit) => {
            const [and, or] = [number(r.andmask), number(r.ormask)];
            const value = (table("holding register", unit)[r.address] & and) | (or & ~and);
            write("holding register", unit, r.address, [value], true);
            return [r.address, r.andmask, r.ormask];
          });
          on("read-write-multiple-registers", (r, unit) => {
            write("holding register", unit, r.write_address, r.values.map(number));
            return [read("holding register", unit, r.read_address, r.read_quantity).map(word)];
          });
          on("read-file-record", ({data}) => [data.map(({length}) => new Array(length).fill(word(7)))]);
          on("write-file-record", ({data}) => [data]);
          on("read-fifo-queue", () => [[word(1), word(2)]]);
          on("read-exception-status", () => [0x21]);
          on("get-comm-event-log", () => {
            throw "IllegalFunction";
          });
          on("read-device-identification", () => [1, 1, false, [
                                             "modbus-stream", "server", "0.46"
                                           ].map((text, id) => ({id, value: Buffer.from(text)}))]);
        })
    .listen(Number(port), host);
