"""Single requests on pymodbus: modbus_ask.py HOST [UNIT] WHAT…   read, write, beyond (a write to no register), file, broadcast"""
import sys

from pymodbus.client import ModbusTcpClient
from pymodbus.file_message import WriteFileRecordRequest, FileRecord

host, words = sys.argv[1], sys.argv[2:]
unit = int(words.pop(0)) if words[0].isdigit() else 1
client = ModbusTcpClient(host, timeout=1, retries=0)
client.connect()
for word in words:
    if word == "read":
        print(client.read_holding_registers(10, 4, slave=unit))
    elif word == "read-beyond":
        print(client.read_holding_registers(40000, 4, slave=unit))
    elif word == "write":
        print(client.write_register(12, 345, slave=unit))
    elif word == "beyond":
        print(client.write_register(40000, 345, slave=unit))
    elif word == "file":
        record = FileRecord(reference_type=6, file_number=4, record_number=7, record_data=b"\x06\xaf\x04\xbe\x10\x0d")
        print(client.execute(WriteFileRecordRequest(records=[record], unit=unit)))
client.close()
