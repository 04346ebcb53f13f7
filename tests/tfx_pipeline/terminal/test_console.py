import os
import subprocess
import sys
from pathlib import Path

from tfx_pipeline.terminal.console import Console

NOISY = """
import logging, os, subprocess, sys, warnings
from pathlib import Path
from tfx_pipeline.terminal.console import Console

console = Console()
console.redirect(Path(sys.argv[1]))
print("python print")
os.write(1, b"from C, out\\n")
os.write(2, b"from C, err\\n")
warnings.warn("a warning")
logging.getLogger("absl").info("a log line")
subprocess.run(["sh", "-c", "echo from a child"])
print("an answer", file=console.out)
print("a message", file=console.err)
"""


def test_only_our_lines_reach_the_terminal_and_the_rest_the_log(tmp_path: Path):
    log = tmp_path / "run.log"
    done = subprocess.run([sys.executable, "-c", NOISY, str(log)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("an answer\n", "a message\n")
    content = log.read_text()
    for line in (
        "python print",
        "from C, out",
        "from C, err",
        "a warning",
        "INFO absl: a log line",
        "from a child",
    ):
        assert line in content


def test_restore_gives_the_terminal_back(tmp_path: Path, capfd):
    console = Console()
    console.redirect(tmp_path / "log")
    os.write(1, b"hidden\n")
    console.restore()
    os.write(1, b"shown\n")
    assert capfd.readouterr().out == "shown\n"
    assert "hidden" in (tmp_path / "log").read_text()


def test_a_traceback_goes_to_the_log(tmp_path: Path):
    console = Console()
    console.log = tmp_path / "log"
    assert console.record(ValueError("broken")) == tmp_path / "log"
    assert "ValueError: broken" in (tmp_path / "log").read_text()


def test_without_a_log_a_traceback_gets_a_file_of_its_own(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = Console().record(ValueError("broken"))
    assert path is not None
    assert path.parent == tmp_path
    assert "ValueError: broken" in path.read_text()
