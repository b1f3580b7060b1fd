// Asks an OPC UA server for the servers that it knows of, by npm's node-opcua: opcua_servers.js URL
"use strict";
const { findServers } = require("node-opcua-client");

(async () => {
  for (const server of (await findServers(process.argv[2])).servers) console.log(server.applicationUri, server.discoveryUrls);
  process.exit(0);
})();
