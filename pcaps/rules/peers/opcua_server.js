// An OPC UA server on npm's node-opcua, security None: opcua_server.js FOLDER anonymous|password [ADDRESS...]
// ADDRESS: that it is to list beside its name.
"use strict";
const { OPCUAServer } = require("node-opcua-server");
const { MessageSecurityMode, SecurityPolicy } = require("node-opcua-secure-channel");
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");

(async () => {
  const [folder, access, ...addresses] = process.argv.slice(2);
  const server = new OPCUAServer({
    port: 4840, hostname: "srv01", alternateHostname: addresses, serverCertificateManager: new OPCUACertificateManager({ rootFolder: `${folder}/pki` }),
    securityModes: [MessageSecurityMode.None], securityPolicies: [SecurityPolicy.None], allowAnonymous: access === "anonymous",
    userManager: { isValidUser: (user, password) => user === "hmi" && password === "Fuji-3776" },
    serverInfo: { applicationUri: "urn:srv01:line1", productUri: "line1", applicationName: { text: "line1" } },
  });
  await server.start();
})();
