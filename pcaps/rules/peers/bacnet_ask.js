// A BACnet/IP client on npm's node-bacnet: bacnet_ask.js OWN DEVICE BROADCAST name|restart|who
"use strict";
const Bacnet = require("node-bacnet");

const [own, address, broadcast, what] = process.argv.slice(2);
const client = new Bacnet({ port: 47808, interface: own, broadcastAddress: broadcast, apduTimeout: 2000 });
const done = (error, value) => { console.log(error ?? value); setTimeout(() => process.exit(error ? 1 : 0), 200); };
setTimeout(() => {
  if (what === "who") { client.whoIs(); return setTimeout(done, 1000); }
  if (what === "restart") client.reinitializeDevice({ address }, Bacnet.enum.ReinitializedState.WARMSTART, {}, done);
  else client.readProperty({ address }, { type: Bacnet.enum.ObjectType.DEVICE, instance: 7 },
    Bacnet.enum.PropertyIdentifier.OBJECT_NAME, {}, done);
}, 300);
