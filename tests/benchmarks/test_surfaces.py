import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

STARTED = """
import contextlib, pathlib, subprocess, sys, time
from benchmarks import surfaces

@contextlib.contextmanager
def child():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        yield process
    finally:
        process.terminate()
        process.wait()

def measure(*_):
    with child() as process:
        pathlib.Path(sys.argv[1]).write_text(str(process.pid))
        time.sleep(600)

surfaces.measure = measure
sys.exit(surfaces.main(["--home", "anywhere", "--folder", "."]))
"""


def test_a_signal_ends_what_it_has_started_too(tmp_path: Path) -> None:
    note = tmp_path / "child"
    benchmark = subprocess.Popen(
        [sys.executable, "-c", STARTED, str(note)], stderr=subprocess.PIPE, text=True
    )
    while not note.exists() or not note.read_text():
        assert benchmark.poll() is None
        time.sleep(0.1)
    child = psutil.Process(int(note.read_text()))
    os.kill(benchmark.pid, signal.SIGTERM)
    assert benchmark.wait(60) == 1
    assert benchmark.stderr is not None
    assert benchmark.stderr.read().endswith("stopped\n")
    assert not child.is_running()
