"""How a run ended, in one line: which stage failed and why, which gate said no, or what was pushed."""

import json
import logging
import os
import urllib.request
from collections.abc import Mapping
from typing import Final, TypeVar

from components.common.record import Record
from components.common.records import Gates, Push, RunReport
from components.common.stage_state import StageState
from components.exit_handler import run_notes
from components.exit_handler.run_notes import Note

TIMEOUT: Final = 10.0
"""Seconds that the webhook has to answer."""
BLESS: Final = "Bless"
PUSH: Final = "Push"
_SUCCEEDED: Final = ("SUCCEEDED", "COMPLETE", "CACHED", "SKIPPED")  # Vertex's and Kubeflow's words

_LOG = logging.getLogger("upnext")
_Record = TypeVar("_Record", bound=Record)


def write_report(
    final_status: str | Mapping[str, object], out_uri: str, stage: str, webhook_variable: str = ""
) -> RunReport:
    """Reports how the run ended: a line in the log, `report.json`, and a message to the webhook.

    Args:
        final_status: Kubeflow's `PipelineTaskFinalStatus` of everything else, as JSON.
        out_uri: folder to write; it also says where the run's notes are.
        stage: name of the exit handler.
        webhook_variable: environment variable with the URL that the report is posted to, "" for none.
    """
    status = json.loads(final_status) if isinstance(final_status, str) else final_status
    notes = _notes(run_notes.run_folder(stage, out_uri))
    notes.pop(stage, None)  # its own: it has begun too
    result = judge_run(status, notes)
    (_LOG.error if result.ended == "failed" else _LOG.warning)("upnext: %s", result.line)
    try:
        result.write(out_uri)
    except Exception:
        _LOG.warning("cannot write %s", out_uri, exc_info=True)
    url = os.environ.get(webhook_variable, "") if webhook_variable else ""
    if url:
        post(url, result)
    return result


def judge_run(status: Mapping[str, object], notes: Mapping[str, Note]) -> RunReport:
    """Judges Kubeflow's word, {} where it gives none, and the stages' notes."""
    run = str(status.get("pipelineJobResourceName", ""))

    def report(ended: str, line: str, stage: str = "") -> RunReport:
        return RunReport(run=run, ended=ended, stage=stage, line=line)

    for note in sorted(notes.values(), key=lambda note: (note.state != StageState.FAILED, note.stage)):
        if note.state == StageState.FAILED:
            return report("failed", f"stage {note.stage} failed: {note.line}", note.stage)
        if note.state == StageState.START:
            line = f"stage {note.stage} was killed: out of memory, out of time or evicted"
            return report("failed", line, note.stage)
    state = status.get("state")
    failed = report("failed", f"the run failed: {_message(status)}")
    if state and state not in _SUCCEEDED:
        return failed
    gates, push = _find(Gates, notes, BLESS), _find(Push, notes, PUSH)
    if gates and gates.refusals:
        return report("refused", "; ".join(gates.refusals), BLESS)
    if push:
        return report("pushed", f"pushed version {push.version} to {push.destination}")
    return report("done", "the run is done; nothing was pushed") if state else failed


def post(url: str, result: RunReport) -> None:
    """Posts a report as JSON; a webhook that fails is named in the log and fails nothing."""
    try:
        request = urllib.request.Request(
            url, json.dumps(result.as_json()).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT):
            pass
    except Exception as error:  # the URL is a secret: not even the error's text is logged
        _LOG.warning("upnext: the webhook could not be told: %s", type(error).__name__)


def _message(status: Mapping[str, object]) -> str:
    error = status.get("error") or {}
    message = error.get("message") if isinstance(error, Mapping) else error
    return str(message) if message else "no stage left a word; see the tasks' logs"


def _notes(folder: str | None) -> dict[str, Note]:
    try:
        return run_notes.read(folder) if folder else {}
    except Exception:
        _LOG.warning("cannot read the notes of the run in %s", folder, exc_info=True)
        return {}


def _find(record: type[_Record], notes: Mapping[str, Note], stage: str) -> _Record | None:
    """The record that a stage left in its one output; None where it can't be read."""
    for folder in notes[stage].outputs.values() if stage in notes else ():
        try:
            return record.read(folder)
        except Exception:
            _LOG.warning("cannot read %s of %s", record.FILE, stage, exc_info=True)
    return None
