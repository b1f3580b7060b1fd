"""A server on pymodbus, units 1, 2 and 255: logs what its data store was asked for.

    pymodbus_server.py HOST PORT tcp|rtu|udp
"""
import asyncio
import json
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.server import StartAsyncTcpServer, StartAsyncUdpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

KINDS = {"c": "coil", "d": "discrete input", "h": "holding register", "i": "input register"}
MASK_WRITE = 22


class Unit(ModbusSlaveContext):
    def __init__(self, number):
        super().__init__(**{table: ModbusSequentialDataBlock(0, [0] * 100) for table in ("di", "co", "hr", "ir")}, zero_mode=True)
        self.number = number

    def log(self, access, code, address, **more):
        print(json.dumps({"access": access, "kind": KINDS[self.decode(code)], "unit": self.number, "address": address, **more}),
              flush=True)

    def getValues(self, fc_as_hex, address, count=1):
        self.log("read", fc_as_hex, address, count=count)
        return super().getValues(fc_as_hex, address, count)

    def setValues(self, fc_as_hex, address, values):
        self.log("write", fc_as_hex, address, count=len(values), values=[int(v) for v in values], masked=fc_as_hex == MASK_WRITE)
        super().setValues(fc_as_hex, address, values)


async def main():
    host, port, transport = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    identity = ModbusDeviceIdentification(info_name={
        "VendorName": "Pymodbus", "ProductCode": "PM", "MajorMinorRevision": "3.0", "ProductName": "Pymodbus Server"})
    start = StartAsyncUdpServer if transport == "udp" else StartAsyncTcpServer
    await start(context=ModbusServerContext({number: Unit(number) for number in (1, 2, 255)}, single=False), identity=identity,
                address=(host, port), framer=ModbusRtuFramer if transport == "rtu" else ModbusSocketFramer,
                ignore_missing_slaves=False)


asyncio.run(main())
