import os
import subprocess
import sys

from tests.conftest import ROOT

CODE = """
from serving.reporter import Reporter
from serving.stderr import divert_noise

with divert_noise(None) as terminal:
    input()
    Reporter(terminal).report("version 2 is broken")
    print("still here")
"""


def test_a_reader_of_stderr_that_goes_ends_nothing() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stderr.close()
    process.stdin.write(b"\n")
    process.stdin.close()
    assert process.stdout.read() == b"still here\n"
    assert process.wait(60) == 0
