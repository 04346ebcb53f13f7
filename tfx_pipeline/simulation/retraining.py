"""The pipeline takes a simulated span and pushes, in a process of its own: `upnext run`."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from listening_log.errors import UserError
from listening_log.storage import atomic
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run
from tfx_pipeline.terminal.exit_codes import DONE, REFUSED

_LENIENT: Final = {
    "min_size": 0.0,
    "max_drift": 1.0,
    "max_skew": 1.0,
    "max_divergence": 1.0,
    "max_new_values": 1.0,
    "min_filled": 0.0,
}
_NEVER_LIVED: Final = ("ms_played", "device")
"""Columns of a made world's events that no life has."""


def lenient(config: Mapping[str, object]) -> dict[str, object]:
    """Settings by which a span of some simulated listeners passes `SpanValidator`.

    It is smaller than the log that it follows, and those who live in it listen by the simulator's law.

    Args:
        config: all settings of a run, which stay but for those of `spans`.
    """
    before = config.get("spans")
    spans = before if isinstance(before, Mapping) else {}
    may_lack = sorted({*spans.get("may_lack", ()), *_NEVER_LIVED})
    return {**config, "spans": {**spans, **_LENIENT, "may_lack": may_lack}}


def retrain(home: Home) -> str:
    """Runs the pipeline on a life's log up to its newest span, by the last run's other settings.

    Returns:
        What came of it, as a line.

    Raises:
        UserError: the run failed; its last line says why.
    """
    record = last_run(home)
    settings = home.path / "settings.yaml"
    atomic.write_text(settings, json.dumps(lenient(record.config)))  # JSON is YAML
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
