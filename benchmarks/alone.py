"""Runs Python in a process of its own, and writes what it took.

    python -m benchmarks.alone FIGURES WORD …

A process of its own too, and a small one: the kernel's peak of a process begins with that of the one that
started it.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

_KIB_A_MIB = 1024

if __name__ == "__main__":
    start = time.monotonic()
    process = subprocess.Popen([sys.executable, *sys.argv[2:]])
    _, status, usage = os.wait4(process.pid, 0)
    figures = {
        "wall": round(time.monotonic() - start, 1),
        "cpu": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mib": usage.ru_maxrss // _KIB_A_MIB,
    }
    Path(sys.argv[1]).write_text(json.dumps(figures))
    sys.exit(os.waitstatus_to_exitcode(status))
