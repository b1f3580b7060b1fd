"""A controlling and a controlled station (IEC 60870-5-104) whose APDUs scapy's iec104 layers build and read; what is
theirs alone is the order of messages. Each logs every ASDU that it sent or got.

    scapy_iec104.py controlling HOST PORT <plan
    scapy_iec104.py controlled HOST PORT
"""
import json
import socket
import sys

from scapy.contrib.scada import iec104 as layers

COMMON_ADDRESS = 17
POINTS = {  # what the controlled station has: type of the report, its fields, addresses
    "M_SP_NA_1": ({"spi_value": 1}, [100, 101, 102, 110]),
    "M_DP_NA_1": ({"dpi_value": 2}, [200, 201]),
    "M_ME_NB_1": ({"scaled_value": -7}, [300]),
    "M_ME_NC_1": ({"scaled_value": 21.5}, [400, 401, 402, 403, 404]),
    "M_IT_NA_1": ({"counter_value": 99}, [500]),
}
COMMANDED = {"C_SC_NA_1": 5000, "C_DC_NA_1": 5100, "C_SE_NA_1": 5200, "C_SE_NB_1": 5300, "C_SE_NC_1": 5400}
ACTIVATION, CONFIRMATION, DEACTIVATION, DEACTIVATED, TERMINATION, SPONTANEOUS, REQUESTED = 6, 7, 8, 9, 10, 3, 5
INTERROGATED, UNKNOWN_TYPE, UNKNOWN_COMMON_ADDRESS, UNKNOWN_OBJECT = 20, 44, 46, 47


def type_name(number):
    return layers.IEC104_IO_NAMES[number]


class Station:
    def __init__(self, stream, is_controlling):
        self.stream, self.is_controlling = stream, is_controlling
        self.sent = self.received = 0
        self.buffer = b""

    def log(self, is_own, apdu, ioas, fields=None):
        line = {"from": "client" if is_own == self.is_controlling else "server", "type": apdu.type_id, "cause": apdu.cot,
                "negative": bool(apdu.ack), "common_address": apdu.common_asdu_address, "ioas": ioas, "fields": fields}
        print(json.dumps(line), flush=True)

    def supervise(self, **function):
        self.stream.sendall(bytes(layers.IEC104_U_Message(**function)))

    def acknowledge(self):
        self.stream.sendall(bytes(layers.IEC104_S_Message(rx_seq_num=self.received)))

    def send(self, name, cause, ioas, fields, common_address=COMMON_ADDRESS, negative=False, sequence=False):
        head = {"tx_seq_num": self.sent, "rx_seq_num": self.received, "cot": cause, "ack": int(negative),
                "common_asdu_address": common_address}
        if sequence:
            kind = getattr(layers, f"IEC104_IO_{name}")
            apdu = layers.IEC104_I_Message_SeqIOA(information_object_address=ioas[0], io=[kind(**fields) for _ in ioas], **head)
        else:
            kind = getattr(layers, f"IEC104_IO_{name}_IOA")
            apdu = layers.IEC104_I_Message_SingleIOA(io=[kind(information_object_address=ioa, **fields) for ioa in ioas], **head)
        self.stream.sendall(bytes(apdu))
        self.sent += 1
        self.log(True, apdu, ioas, fields)

    def receive(self):
        """The next APDU as scapy reads it, None at the end."""
        while len(self.buffer) < 2 or len(self.buffer) < 2 + self.buffer[1]:
            more = self.stream.recv(4096)
            if not more:
                return None
            self.buffer += more
        size = 2 + self.buffer[1]
        apdu = layers.IEC104_APDU(self.buffer[:size])
        self.buffer = self.buffer[size:]
        if hasattr(apdu, "type_id"):
            self.received += 1
            self.log(False, apdu, self.addresses(apdu))
        return apdu

    @staticmethod
    def addresses(apdu):
        if apdu.sq:
            return [apdu.information_object_address + i for i in range(len(apdu.io))]
        return [io.information_object_address for io in apdu.io]


def controlled(stream):
    station = Station(stream, False)
    while (apdu := station.receive()) is not None:
        if isinstance(apdu, layers.IEC104_U_Message):
            station.supervise(**{f"{name}_con": 1 for name in ("startdt", "stopdt", "testfr") if getattr(apdu, f"{name}_act")})
        elif hasattr(apdu, "type_id"):
            answer(station, apdu)


def answer(station, apdu):
    name, io = type_name(apdu.type_id), apdu.io[0]
    ioa = io.information_object_address
    fields = {key: value for key, value in io.fields.items() if key != "information_object_address"}

    def mirror(cause, negative=False):
        station.send(name, cause, [ioa], fields, apdu.common_asdu_address, negative)

    if apdu.common_asdu_address not in (COMMON_ADDRESS, 65535):
        mirror(UNKNOWN_COMMON_ADDRESS, True)
    elif name in ("C_IC_NA_1", "C_CI_NA_1"):
        station.send(name, CONFIRMATION, [0], fields)
        for report, (values, ioas) in POINTS.items():
            if (report == "M_IT_NA_1") == (name == "C_CI_NA_1"):
                runs = ioas == list(range(ioas[0], ioas[0] + len(ioas))) and len(ioas) > 1
                station.send(report, INTERROGATED if name == "C_IC_NA_1" else 37, ioas, values, sequence=runs)
        station.send(name, TERMINATION, [0], fields)
    elif name == "C_RD_NA_1":
        report = next((r for r, (_, ioas) in POINTS.items() if ioa in ioas), None)
        if report:
            station.send(report, REQUESTED, [ioa], POINTS[report][0])
        else:
            mirror(UNKNOWN_OBJECT, True)
    elif name == "C_CS_NA_1":
        mirror(CONFIRMATION)
    elif name not in COMMANDED:
        mirror(UNKNOWN_TYPE, True)
    elif ioa != COMMANDED[name]:
        mirror(UNKNOWN_OBJECT, True)
    elif apdu.cot == DEACTIVATION:
        mirror(DEACTIVATED)
    else:
        mirror(CONFIRMATION, fields.get("scaled_value") == 666)  # it refuses this one
        if not (fields.get("s_or_e") or fields.get("action")) and fields.get("scaled_value") != 666:
            mirror(TERMINATION)
            station.send("M_SP_NA_1", SPONTANEOUS, [POINTS["M_SP_NA_1"][1][0]], {"spi_value": 1})


def controlling(stream, plan):
    station = Station(stream, True)
    station.supervise(startdt_act=1)
    station.receive()
    for request in plan:
        station.send(request["do"], request.get("cause", ACTIVATION), [request.get("ioa", 0)], request.get("fields", {}),
                     request.get("common_address", COMMON_ADDRESS))
        for _ in range(request["answers"]):
            if station.receive() is None:
                sys.exit("the controlled station has gone")
        station.acknowledge()
    station.supervise(testfr_act=1)
    station.receive()
    station.supervise(stopdt_act=1)
    station.receive()


def main():
    role, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if role == "controlling":
        plan = [json.loads(line) for line in sys.stdin]
        with socket.create_connection((host, port), timeout=10) as stream:
            controlling(stream, plan)
        return
    with socket.create_server((host, port)) as listener:
        while True:
            stream, _ = listener.accept()
            with stream:
                try:
                    controlled(stream)
                except OSError:
                    pass


main()
