"""Carries out the plan with mbpoll, a process a request, and logs what mbpoll printed of each.

    mbpoll_client.py HOST PORT <plan
"""
import json
import re
import subprocess
import sys

TYPES = {"read_coils": "0", "read_discrete_inputs": "1", "read_input_registers": "3", "read_holding_registers": "4",
         "write_coil": "0", "write_coils": "0", "write_register": "4", "write_registers": "4"}
EXCEPTIONS = {"Illegal function": 1, "Illegal data address": 2, "Illegal data value": 3, "Slave device or server failure": 4}


def main():
    host, port = sys.argv[1], sys.argv[2]
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] not in TYPES:
            continue
        values = [str(value) for value in request.get("values", [])]
        done = subprocess.run(
            ["mbpoll", "-m", "tcp", "-0", "-1", "-o", "1", "-p", port, "-a", str(request["unit"]), "-t", TYPES[request["do"]],
             "-r", str(request["address"]), *([] if values else ["-c", str(request["count"])]), host, *values],
            capture_output=True, text=True, check=False)
        failed = re.search(r"failed: (.*)", done.stdout + done.stderr)
        if failed is None:
            worked = "Written" if values else r"\[\d+\]:"
            request["outcome"] = "ok" if re.search(worked, done.stdout) else f"error: {done.stdout}{done.stderr}"
        elif failed[1] in EXCEPTIONS:
            request.update(outcome="exception", code=EXCEPTIONS[failed[1]])
        else:
            request["outcome"] = "timeout" if "timed out" in failed[1] else f"error: {failed[1]}"
        request["connection"] = id(done)
        print(json.dumps(request), flush=True)


main()
