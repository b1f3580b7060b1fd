#!/usr/bin/env python3
"""End-to-end tests: the program as people call it, on the captures of pcaps/. Usage: run.py KAKOI [JOBS]
Ends with the line "N passed, N failed"; needs python3-yaml, python3-jsonschema, python3-scapy and tshark."""
import os
import sys

import harness
import check_watch  # noqa: F401  each registers its tests; this one first, for it waits most
import check_advisories  # noqa: F401
import check_commands  # noqa: F401
import check_confinement  # noqa: F401
import check_diff  # noqa: F401
import check_evidence  # noqa: F401
import check_coverage  # noqa: F401
import check_exports  # noqa: F401
import check_identity  # noqa: F401
import check_injection  # noqa: F401
import check_inputs  # noqa: F401
import check_large_inventory  # noqa: F401
import check_memory  # noqa: F401
import check_merge  # noqa: F401
import check_outputs  # noqa: F401
import check_packs  # noqa: F401
import check_planted_secrets  # noqa: F401
import check_postgresql  # noqa: F401
import check_register  # noqa: F401
import check_risk  # noqa: F401
import check_rule_pairs  # noqa: F401
import check_sameness  # noqa: F401
import check_secrets  # noqa: F401
import check_verdicts  # noqa: F401

if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or not os.access(sys.argv[1], os.X_OK):
        sys.exit("usage: run.py KAKOI [JOBS]")
    sys.exit(harness.main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 1))
