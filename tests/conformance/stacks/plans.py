"""What Modbus clients ask. Servers have 100 points of each kind; each client does those that its stack has a call for,
and a server may refuse, or pass over, what it likes: the logs tell."""


def full(units=(1, 2)):
    plan = []
    for unit in units:
        base = 10 * (unit % 4)
        plan += [
            {"do": "read_coils", "unit": unit, "address": base, "count": 19},
            {"do": "read_discrete_inputs", "unit": unit, "address": base + 5, "count": 8},
            {"do": "read_holding_registers", "unit": unit, "address": base, "count": 25},
            {"do": "read_input_registers", "unit": unit, "address": base + 60, "count": 3},
            {"do": "read_input_registers", "unit": unit, "address": base + 2, "count": 1},
            {"do": "write_coil", "unit": unit, "address": base + 1, "values": [1]},
            {"do": "write_coil", "unit": unit, "address": base + 1, "values": [0]},
            {"do": "write_register", "unit": unit, "address": base + 40, "values": [12345 + unit]},
            {"do": "write_coils", "unit": unit, "address": base + 7, "values": [1, 0, 1]},
            {"do": "write_coils", "unit": unit, "address": base + 30, "values": [1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1]},
            {"do": "write_registers", "unit": unit, "address": base + 50, "values": [65535, 0, 258]},
            {"do": "write_registers", "unit": unit, "address": base + 20, "values": list(range(500, 512))},
        ]
    return plan + REFUSED + [{**request, "unit": unit} for unit in units for request in COMBINED] + rest(units[0])


COMBINED = [
    {"do": "mask_write_register", "address": 51, "and": 0x00F2, "or": 0x0025},
    {"do": "read_write_registers", "address": 3, "count": 6, "write_address": 14, "values": [255, 254, 253]},
]
REFUSED = [
    {"do": "read_device_identification", "unit": 1},
    {"do": "read_holding_registers", "unit": 1, "address": 60000, "count": 10},
    {"do": "read_coils", "unit": 1, "address": 50000, "count": 1},
    {"do": "write_registers", "unit": 1, "address": 60002, "values": [8, 9]},
]


def few(units=(1, 2)):
    """For a server that goes deaf at the first function that it does not know."""
    return [request for request in full(units) if "unit" in request and request["do"] in (
        "read_coils", "read_discrete_inputs", "read_holding_registers", "read_input_registers", "write_coil", "write_register",
        "write_coils", "write_registers", "read_device_identification") and request.get("values") != [7]] + [
            {**COMBINED[0], "unit": 1}, {"do": "read_coils", "unit": 1, "address": 0, "count": 1}]


def rest(unit):
    """What is asked of one unit only: identification, diagnostics, files."""
    return [
        {"do": "report_server_id", "unit": unit},
        {"do": "read_exception_status", "unit": unit},
        {"do": "event_counter", "unit": unit},
        {"do": "event_log", "unit": unit},
        {"do": "query_data", "unit": unit, "values": [4660]},
        {"do": "bus_message_count", "unit": unit},
        {"do": "clear_counters", "unit": unit},
        {"do": "read_file", "unit": unit, "file": 4, "address": 7, "count": 2},
        {"do": "write_file", "unit": unit, "file": 4, "address": 9, "values": [1711, 1190]},
        {"do": "read_fifo", "unit": unit, "address": 1246},
        {"do": "write_register", "unit": unit, "address": 60001, "values": [7]},
        {"do": "custom", "unit": unit, "function": 65, "data": [1, 2, 3]},
        {"do": "read_holding_registers", "unit": unit, "address": 0, "count": 1},
    ]


# To be sent before the first answer; what a server passes over would only be known by what follows.
PIPELINE = [
    {"do": action, "unit": unit, "address": 4 * turn, "count": 3 + turn}
    for turn in range(3) for unit in (1, 2)
    for action in ("read_coils", "read_holding_registers")
] + [{"do": "write_register", "unit": 1, "address": 90, "values": [1]},
     {"do": "write_registers", "unit": 2, "address": 91, "values": [2, 3]},
     {"do": "read_holding_registers", "unit": 1, "address": 60000, "count": 2}]

# For a server that answers unit 1 alone. The last request is answered, so that the silence before it is known.
SILENT = [
    {"do": "read_holding_registers", "unit": 1, "address": 0, "count": 2},
    {"do": "read_holding_registers", "unit": 9, "address": 0, "count": 2},
    {"do": "write_register", "unit": 9, "address": 5, "values": [77]},
    {"do": "write_coils", "unit": 9, "address": 6, "values": [1, 0]},
    {"do": "read_holding_registers", "unit": 1, "address": 2, "count": 2},
]

# To scapy's controlled station; `answers` is how many ASDUs it sends back.
IEC104 = [
    {"do": "C_IC_NA_1", "fields": {"qoi": 20}, "answers": 6},
    {"do": "C_CI_NA_1", "fields": {"rqt": 5}, "answers": 3},
    {"do": "C_RD_NA_1", "ioa": 401, "cause": 5, "answers": 1},
    {"do": "C_RD_NA_1", "ioa": 9999, "cause": 5, "answers": 1},
    {"do": "C_SC_NA_1", "ioa": 5000, "fields": {"s_or_e": 1, "scs": 1}, "answers": 1},
    {"do": "C_SC_NA_1", "ioa": 5000, "fields": {"s_or_e": 0, "scs": 1}, "answers": 3},
    {"do": "C_SC_NA_1", "ioa": 5000, "fields": {"s_or_e": 1, "scs": 0}, "answers": 1},
    {"do": "C_SC_NA_1", "ioa": 5000, "fields": {"s_or_e": 1, "scs": 0}, "cause": 8, "answers": 1},
    {"do": "C_SC_NA_1", "ioa": 5999, "fields": {"s_or_e": 0, "scs": 0}, "answers": 1},
    {"do": "C_DC_NA_1", "ioa": 5100, "fields": {"s_or_e": 0, "dcs": 2}, "answers": 3},
    {"do": "C_DC_NA_1", "ioa": 5100, "fields": {"s_or_e": 0, "dcs": 1}, "common_address": 18, "answers": 1},
    {"do": "C_SE_NB_1", "ioa": 5300, "fields": {"scaled_value": -1234}, "answers": 3},
    {"do": "C_SE_NB_1", "ioa": 5300, "fields": {"scaled_value": 666}, "answers": 1},
    {"do": "C_SE_NC_1", "ioa": 5400, "fields": {"scaled_value": 12.5}, "answers": 3},
    {"do": "C_RC_NA_1", "ioa": 5500, "fields": {"rcs": 2}, "answers": 1},
]
