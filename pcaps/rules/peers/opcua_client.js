// An OPC UA client on npm's node-opcua: opcua_client.js FOLDER URL [USER PASSWORD]
"use strict";
const { OPCUAClient, UserTokenType } = require("node-opcua-client");
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");

(async () => {
  const [folder, url, userName, password] = process.argv.slice(2);
  const client = OPCUAClient.create({
    applicationName: "hmi", endpointMustExist: false, connectionStrategy: { maxRetry: 0 },
    clientCertificateManager: new OPCUACertificateManager({ rootFolder: `${folder}/pki` }),
  });
  await client.connect(url);
  const session = await client.createSession(userName ? { type: UserTokenType.UserName, userName, password } : undefined);
  console.log(await session.read({ nodeId: "i=2258" }));
  await session.close();
  await client.disconnect();
  process.exit(0);
})();
