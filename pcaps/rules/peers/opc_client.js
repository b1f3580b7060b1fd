// An OPC Data Access client on npm's node-opc-da: opc_client.js ADDRESS   logs in, adds two items and writes both
"use strict";
const { OPCServer, dcom } = require("node-opc-da");
const { Variant } = require("node-dcom/dcom/core/variant");
const { CallBuilder, Clsid, ComArray, ComServer, ComValue, Flags, Session, Types } = dcom;

const array = (values, type) => new ComArray(new ComValue(values.map((v) => new ComValue(v, type)), type), true);

(async () => {
  const session = new Session().createSession("PLANT", "hmi", "Haguruma-07");
  session.setGlobalSocketTimeout(7000);
  const activation = new ComServer(new Clsid("F8582CF2-88FB-11D0-B850-00C0F0104305"), process.argv[2], session);
  await activation.init();
  const server = new OPCServer();
  await server.init(await activation.createInstance());
  const group = await server.addGroup("hmi", {});
  await (await group.getItemManager()).add([{ itemID: "PLC01.Pump3.Start", clientHandle: 1 }, { itemID: "PLC01.Tank1.SP", clientHandle: 2 }]);
  const io = await group.getSyncIO();
  const write = new CallBuilder(true);  // the module's own calls Read
  write.setOpnum(1);
  write.addInParamAsInt(2, Flags.FLAG_NULL);
  write.addInParamAsArray(array([1001, 1002], Types.INTEGER), Flags.FLAG_NULL);
  write.addInParamAsArray(array([1, 45].map((v) => new Variant(new ComValue(v, Types.INTEGER), false)), Types.VARIANT), Flags.FLAG_NULL);
  await io._comObj.call(write);
  setTimeout(() => process.exit(0), 300);
})();
