"""How a run ended, in one line: which stage failed and why, which gate said no, or what was pushed."""

import json
import logging
import os
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from tfx.dsl.io import fileio

from components.bless.gate_text import gate_line
from components.common.artifacts import GATES_FILE, REPORT_FILE
from components.common.stage_state import StageState
from components.exit_handler import run_notes
from components.exit_handler.run_notes import Note
from components.pushed.publish import PUSH_FILE

TIMEOUT: Final = 10.0
"""Seconds that the webhook has to answer."""
BLESS: Final = "Bless"
PUSH: Final = "Push"
_SUCCEEDED: Final = ("SUCCEEDED", "COMPLETE", "CACHED", "SKIPPED")  # Vertex's and Kubeflow's words

_LOG = logging.getLogger("upnext")


@dataclass(frozen=True)
class Report:
    """What is told of a run."""

    run: str
    ended: str
    """`failed`, `refused` (a gate said no), `pushed`, or `done` where nothing says more."""
    stage: str
    """That failed or refused, "" for none."""
    line: str


def report(final_status: Any, out_uri: str, stage: str, webhook_variable: str = "") -> Report:
    """Tells how the run ended: a line in the log, `report.json`, and a message to the webhook.

    Args:
        final_status: Kubeflow's `PipelineTaskFinalStatus` of everything else, as JSON.
        out_uri: folder to write; it also says where the run's notes are.
        stage: name of the exit handler.
        webhook_variable: environment variable with the URL that the report is posted to, "" for none.
    """
    status = json.loads(final_status) if isinstance(final_status, str) else dict(final_status)
    notes = _notes(run_notes.run_folder(stage, out_uri))
    notes.pop(stage, None)  # its own: it has begun too
    told = ended(status, notes)
    (_LOG.error if told.ended == "failed" else _LOG.warning)("upnext: %s", told.line)
    _write(out_uri, told)
    url = os.environ.get(webhook_variable, "") if webhook_variable else ""
    if url:
        post(url, told)
    return told


def ended(status: Mapping[str, Any], notes: Mapping[str, Note]) -> Report:
    """Judges Kubeflow's word, {} where it gives none, and the stages' notes."""
    run = str(status.get("pipelineJobResourceName", ""))
    for note in sorted(notes.values(), key=lambda note: (note.state != StageState.FAILED, note.stage)):
        if note.state == StageState.FAILED:
            return Report(run, "failed", note.stage, f"stage {note.stage} failed: {note.line}")
        if note.state == StageState.START:
            line = f"stage {note.stage} was killed: out of memory, out of time or evicted"
            return Report(run, "failed", note.stage, line)
    state = status.get("state")
    failed = Report(run, "failed", "", f"the run failed: {_message(status)}")
    if state and state not in _SUCCEEDED:
        return failed
    refused = [gate for gate in _read(notes, BLESS, GATES_FILE).get("gates", []) if not gate["passed"]]
    if refused:
        return Report(run, "refused", BLESS, "; ".join(map(gate_line, refused)))
    pushed = _read(notes, PUSH, PUSH_FILE)
    if pushed:
        line = f"pushed version {pushed['version']} to {pushed['destination']}"
        return Report(run, "pushed", "", line)
    return Report(run, "done", "", "the run is done; nothing was pushed") if state else failed


def post(url: str, told: Report) -> None:
    """Posts a report as JSON; a webhook that fails is told in the log and fails nothing."""
    try:
        request = urllib.request.Request(
            url, json.dumps(asdict(told)).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT):
            pass
    except Exception as error:  # the URL is a secret: not even the error's text is told
        _LOG.warning("upnext: the webhook could not be told: %s", type(error).__name__)


def _message(status: Mapping[str, Any]) -> str:
    error = status.get("error") or {}
    message = error.get("message") if isinstance(error, Mapping) else error
    return str(message) if message else "no stage left a word; see the tasks' logs"


def _notes(folder: str | None) -> dict[str, Note]:
    try:
        return run_notes.read(folder) if folder else {}
    except Exception:
        _LOG.warning("cannot read the notes of the run in %s", folder, exc_info=True)
        return {}


def _read(notes: Mapping[str, Note], stage: str, name: str) -> dict[str, Any]:
    """A JSON file of a stage's one output, {} where there is none."""
    for folder in notes[stage].outputs.values() if stage in notes else ():
        try:
            with fileio.open(f"{folder}/{name}", "r") as file:
                found: dict[str, Any] = json.loads(file.read())
                return found
        except Exception:
            _LOG.warning("cannot read %s of %s", name, stage, exc_info=True)
    return {}


def _write(uri: str, told: Report) -> None:
    try:
        fileio.makedirs(uri)
        with fileio.open(f"{uri}/{REPORT_FILE}", "w") as file:
            file.write(json.dumps(asdict(told), indent=2))
    except Exception:
        _LOG.warning("cannot write %s", uri, exc_info=True)
