"""Asks a DCOM host for its addresses, and its OPC server for its status, without a log-in, on impacket: opc_ask.py ADDRESS PORT"""
import sys

from impacket.dcerpc.v5 import dcomrt, transport
from impacket.uuid import uuidtup_to_bin


def connect(port, interface):
    rpc = transport.DCERPCTransportFactory(f"ncacn_ip_tcp:{sys.argv[1]}[{port}]").get_dce_rpc()
    rpc.connect()
    rpc.bind(interface)
    return rpc


for binding in dcomrt.IObjectExporter(connect(135, dcomrt.IID_IObjectExporter)).ServerAlive2():
    print(binding["wTowerId"], binding["aNetworkAddr"])
server = connect(sys.argv[2], uuidtup_to_bin(("39c13a4d-011e-11d0-9675-0020afd8adb3", "0.0")))
server.call(6, bytes.fromhex("05000700" + "00" * 28))  # GetStatus: ORPCTHIS alone
print(server.recv())
