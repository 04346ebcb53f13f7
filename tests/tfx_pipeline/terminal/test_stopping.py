"""A process that is told to stop ends soon, and what it has started ends with it."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

RUNNING = """
import os, signal, subprocess, sys, time
from tfx_pipeline.terminal.stopping import end_children, stopped_by_signals

def at_last():
    end_children()
    print("at last", flush=True)
    os._exit(1)

for number in (signal.SIGINT, signal.SIGHUP):  # a shell's background jobs ignore them
    signal.signal(number, signal.SIG_DFL)
with stopped_by_signals(at_last, grace=float(sys.argv[1])):
    child = subprocess.Popen(["sleep", "100"], stdout=subprocess.DEVNULL)
    while True:
        try:
            print(child.pid, flush=True)
            time.sleep(100)
        except KeyboardInterrupt:
            print("unwinding", flush=True)
            if sys.argv[2] == "deaf":
                continue
            at_last()
"""


def start(grace: float, kind: str) -> tuple[subprocess.Popen[str], int]:
    """The process, and its child's id."""
    command = [sys.executable, "-c", RUNNING, str(grace), kind]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def gone(process: int) -> bool:
    for _ in range(100):
        with suppress(ProcessLookupError):
            os.kill(process, 0)
            with open(f"/proc/{process}/stat") as stat:
                if stat.read().split()[2] == "Z":  # ended; nobody here collects it
                    return True
            time.sleep(0.05)
            continue
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_unwinds_and_ends_the_children(number: signal.Signals) -> None:
    process, child = start(60, "hears")
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    assert out == "unwinding\nat last\n"
    assert process.returncode == 1
    assert gone(child)


def test_one_that_does_not_unwind_in_time_is_ended(tmp_path) -> None:
    process, child = start(0.5, "deaf")
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=20)[0].split("\n")[-2] == "at last"
    assert gone(child)


def test_a_second_signal_ends_at_once() -> None:
    process, child = start(60, "deaf")
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.readline() == "unwinding\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[0].endswith("at last\n")
    assert process.returncode == 1
    assert gone(child)
