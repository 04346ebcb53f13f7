"""A run that is told to stop ends as stopped, whatever a library makes of the interrupt."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

RUN = """
import sys, time
from tfx_pipeline.cli import main
from tfx_pipeline.local import runner

def stage(*arguments):
    terminal = arguments[5]
    try:
        print("under way", file=terminal, flush=True)
        time.sleep(100)
    except KeyboardInterrupt:
        {answer}

runner._run = stage
sys.exit(main.main())
"""


@pytest.mark.parametrize(
    "answer",
    [
        "raise RuntimeError('the pipeline was cancelled') from None",
        "raise runner.UserError('stage First failed: CancelledError') from None",
        "raise MemoryError",
        "sys.exit(7)",
        "raise",
    ],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_that_became_another_exception_is_a_stop(
    tiny_log: Path, tmp_path: Path, answer: str, number: signal.Signals
):
    home = tmp_path / "home"
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)" + RUN.format(answer=answer)
    words = ["run", "--data", str(tiny_log), "--home", str(home)]
    with subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("upnext: ")
        assert process.stdout.readline() == "under way\n"
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "upnext: stopped\n")
    record = json.loads((home / "run.json").read_text())
    assert (record["exit_code"], record["ended"]) == (1, "stopped")
