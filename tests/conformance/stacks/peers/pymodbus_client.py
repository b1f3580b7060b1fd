"""A client on pymodbus: carries out the plan and logs what pymodbus said of each request.

    pymodbus_client.py HOST PORT tcp|rtu|udp <plan
"""
import asyncio
import json
import sys

from pymodbus import diag_message, file_message, mei_message, other_message
from pymodbus.client import AsyncModbusTcpClient, ModbusTcpClient, ModbusUdpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ExceptionResponse, ModbusRequest
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer


class Custom(ModbusRequest):
    """Any function code, with any data."""

    def __init__(self, function, data, unit):
        super().__init__(unit=unit)
        self.function_code, self.data = function, bytes(data)

    def encode(self):
        return self.data


def records(request, **more):
    return [file_message.FileRecord(file_number=request["file"], record_number=request["address"], **more)]


def call(client, r):
    """A pymodbus call, or None where it has none."""
    unit, address, count, values = r["unit"], r.get("address"), r.get("count"), r.get("values")
    calls = {
        "read_coils": lambda: client.read_coils(address, count, unit),
        "read_discrete_inputs": lambda: client.read_discrete_inputs(address, count, unit),
        "read_holding_registers": lambda: client.read_holding_registers(address, count, unit),
        "read_input_registers": lambda: client.read_input_registers(address, count, unit),
        "write_coil": lambda: client.write_coil(address, bool(values[0]), unit),
        "write_register": lambda: client.write_register(address, values[0], unit),
        "write_coils": lambda: client.write_coils(address, [bool(v) for v in values], unit),
        "write_registers": lambda: client.write_registers(address, values, unit),
        "mask_write_register": lambda: client.mask_write_register(address=address, and_mask=r["and"], or_mask=r["or"], unit=unit),
        "read_write_registers": lambda: client.readwrite_registers(
            read_address=address, read_count=count, write_address=r["write_address"], write_registers=values, unit=unit),
        "read_exception_status": lambda: client.read_exception_status(unit),
        "report_server_id": lambda: client.execute(other_message.ReportSlaveIdRequest(unit=unit)),
        "event_counter": lambda: client.execute(other_message.GetCommEventCounterRequest(unit=unit)),
        "event_log": lambda: client.execute(other_message.GetCommEventLogRequest(unit=unit)),
        "read_device_identification": lambda: client.execute(
            mei_message.ReadDeviceInformationRequest(read_code=1, object_id=0, unit=unit)),
        "read_fifo": lambda: client.execute(file_message.ReadFifoQueueRequest(address=address, unit=unit)),
        "read_file": lambda: client.execute(file_message.ReadFileRecordRequest(
            records=records(r, record_length=count), unit=unit)),
        "write_file": lambda: client.execute(file_message.WriteFileRecordRequest(
            records=records(r, record_data=b"".join(v.to_bytes(2, "big") for v in values)), unit=unit)),
        "query_data": lambda: client.execute(diag_message.ReturnQueryDataRequest(message=[values[0]], unit=unit)),
        "clear_counters": lambda: client.execute(diag_message.ClearCountersRequest(data=0, unit=unit)),
        "bus_message_count": lambda: client.execute(diag_message.ReturnBusMessageCountRequest(data=0, unit=unit)),
        "custom": lambda: client.execute(Custom(r["function"], r["data"], unit)),
    }
    return calls.get(r["do"])


def log(request, answer):
    if isinstance(answer, ExceptionResponse):
        request.update(outcome="exception", code=answer.exception_code)
    elif isinstance(answer, (ModbusException, asyncio.TimeoutError)):
        silent = isinstance(answer, asyncio.TimeoutError) or "no response" in str(answer).lower()
        request["outcome"] = "timeout" if silent else f"error: {answer}"
    else:
        request["outcome"] = "ok"
    print(json.dumps(request), flush=True)


def one_by_one(client, plan):
    if not client.connect():
        sys.exit("pymodbus_client: cannot connect")
    for request in plan:
        make = call(client, request)
        if make is None:
            continue
        if client.socket is None:
            client.connect()
        request["connection"] = client.socket.getsockname()[1]  # it closes a connection on which it waited in vain
        try:
            answer = make()
        except ModbusException as error:
            answer = error
        log(request, answer)
    client.close()


async def at_once(host, port, plan):
    """All requests before the first answer."""
    client = AsyncModbusTcpClient(host, port=port, framer=ModbusSocketFramer, timeout=1)
    await client.connect()
    pending = []
    for request in plan:
        make = call(client if not hasattr(client, "protocol") or client.protocol is None else client.protocol, request)
        if make is not None:
            pending.append((request, asyncio.ensure_future(make())))
    answers = await asyncio.gather(*(asyncio.wait_for(future, 3) for _, future in pending), return_exceptions=True)
    for (request, _), answer in zip(pending, answers):
        log(request, answer)
    await client.close()


def main():
    host, port, transport = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    plan = [json.loads(line) for line in sys.stdin]
    more = {"port": port, "timeout": 1, "retries": 0, "retry_on_empty": False}
    if transport == "pipelined":
        asyncio.run(at_once(host, port, plan))
    elif transport == "udp":
        one_by_one(ModbusUdpClient(host, framer=ModbusSocketFramer, **more), plan)
    else:
        one_by_one(ModbusTcpClient(host, framer=ModbusRtuFramer if transport == "rtu" else ModbusSocketFramer, **more), plan)


main()
