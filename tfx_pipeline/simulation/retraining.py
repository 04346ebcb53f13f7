"""The pipeline takes a simulated span and pushes, in a process of its own: `upnext run`."""

import json
import subprocess
import sys
from typing import Final

from listening_log.errors import UserError
from listening_log.storage import atomic
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run
from tfx_pipeline.terminal.exit_codes import DONE, REFUSED

LENIENT: Final = {
    "min_size": 0.0,
    "max_drift": 1.0,
    "max_skew": 1.0,
    "max_divergence": 1.0,
    "max_new_values": 1.0,
    "min_filled": 0.0,
    "may_lack": ["ms_played", "device"],
}
"""Settings of `spans` by which a span of some simulated listeners passes: it is smaller than the log that it follows,
and those who live in it listen by the simulator's law."""


def retrain(home: Home) -> str:
    """Runs the pipeline on a life's log up to its newest span, by the last run's other settings.

    Returns:
        What came of it, as a line.

    Raises:
        UserError: the run failed; its last line says why.
    """
    record = last_run(home)
    checks = record.config.get("spans")
    spans = {**(checks if isinstance(checks, dict) else {}), **LENIENT}
    settings = home.path / "settings.yaml"
    atomic.write_text(settings, json.dumps({**record.config, "spans": spans}))  # JSON is YAML
    words = ["run", "--data", record.data_dir, "--home", str(home), "--span", record.spans]
    command = [sys.executable, "-m", "tfx_pipeline.cli.main", *words, "--config", str(settings)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if done.returncode not in (DONE, REFUSED):
        reason = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise UserError(f"the run of span {record.spans} failed: {reason[0]} (details: {home.logs})")
    came = "pushed" if done.returncode == DONE else "refused by a gate, the models before it stay"
    return f"span {record.spans}: {came}"
