// A client on modbus-stream: carries out the plan and logs what modbus-stream said of each request.
//   modbus_stream_client.js HOST PORT tcp|pipelined|udp <plan
"use strict";
const modbus = require("modbus-stream");
const {carryOut, plan} = require("./lines");

const [host, port, transport] = process.argv.slice(2);
const word = (value) => {
  const b = Buffer.alloc(2);
  b.writeUInt16BE(value);
  return b;
};

const call = (connection) => (r) => {
  const options = {address: r.address, quantity: r.count, extra: {unitId: r.unit}};
  const send = (method, more) => new Promise((resolve, reject) => {
    connection[method]({...options, ...more}, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  switch (r.do) {
    case "read_coils":
      return send("readCoils");
    case "read_discrete_inputs":
      return send("readDiscreteInputs");
    case "read_holding_registers":
      return send("readHoldingRegisters");
    case "read_input_registers":
      return send("readInputRegisters");
    case "write_coil":
      return send("writeSingleCoil", {value: r.values[0]});
    case "write_register":
      return send("writeSingleRegister", {value: word(r.values[0])});
    case "write_coils":
      return send("writeMultipleCoils", {values: r.values});
    case "write_registers":
      return send("writeMultipleRegisters", {values: r.values.map(word)});
    case "mask_write_register":
      return send("maskWriteRegister", {andmask: r.and, ormask: r.or});
    case "read_write_registers":
      return send("readWriteMultipleRegisters", {
        read_address: r.address,
        read_quantity: r.count,
        write_address: r.write_address,
        values: r.values.map(word)
      });
    case "read_file":
      return send("readFileRecord", {requests: [{file: r.file, address: r.address, length: r.count}]});
    case "write_file":
      return send("writeFileRecord", {requests: [{file: r.file, address: r.address, values: r.values.map(word)}]});
    case "read_fifo":
      return send("readFifoQueue");
    case "read_exception_status":
      return send("readExceptionStatus");
    case "event_counter":
      return send("getCommEventCounter");
    case "event_log":
      return send("getCommEventLog");
    case "read_device_identification":
      return send("readDeviceIdentification", {type: 1, id: 0});
    default:
      return undefined;
  }
};

// It speaks of a time-out by the exception for it, with a code; of an answer's exception by its name alone.
const judge = (error) => {
  if (error.code === 11) return {outcome: "timeout"};
  const code = modbus.pdu.Exception[error.message] ?? Number(error.message);
  return code > 0 ? {outcome: "exception", code} : {outcome: `error: ${error.message}`};
};

modbus[transport === "udp" ? "udp" : "tcp"].connect(
    Number(port), host, {debug: null, retry: 1000}, async (error, connection) => {
      if (error) throw error;
      await carryOut(plan(), call(connection), judge, transport === "pipelined");
      process.exit(0);
    });
