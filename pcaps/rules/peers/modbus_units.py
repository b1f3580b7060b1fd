"""A gateway on pymodbus: modbus_units.py [broadcast]. With the word, unit 0 means every unit, and is not answered."""
import asyncio
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartAsyncTcpServer


def unit():
    return ModbusSlaveContext(hr=ModbusSequentialDataBlock(0, [0] * 100), zero_mode=True)


asyncio.run(StartAsyncTcpServer(context=ModbusServerContext({n: unit() for n in (0, 1, 2)}, single=False),
                                address=("0.0.0.0", 502), broadcast_enable="broadcast" in sys.argv))
