"""The exit handler tells which stage failed and why, which gate said no, or what was pushed."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from components.common.records import RunReport
from components.common.stage_state import StageState
from components.exit_handler import run_notes
from components.exit_handler.report import judge_run, write_report
from components.exit_handler.run_notes import Note

SUCCEEDED = {"state": "SUCCEEDED", "pipelineJobResourceName": "run-1"}
BROKE = {"state": "FAILED", "pipelineJobResourceName": "run-1", "error": {}}
GATE = {
    "name": "index recall@200, first fit",
    "figure": 0.91,
    "floor": 0.95,
    "strict": False,
    "passed": False,
}
PASSED = GATE | {"figure": 0.96, "passed": True}
REFUSAL = "gate 'index recall@200, first fit' said no: 0.9100, must be at least 0.9500"


class Hook(BaseHTTPRequestHandler):
    """A webhook that keeps the messages it gets."""

    messages: ClassVar[list[Any]] = []
    answer = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.messages.append(json.loads(body))
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hook]]:
    monkeypatch.setattr(Hook, "messages", [])
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("ALERTS_URL", f"http://127.0.0.1:{server.server_port}/secret")
        yield Hook
        server.shutdown()
        thread.join()


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return tmp_path / "upnext/run-1"


def bless(run: Path, *gates: dict[str, Any]) -> Note:
    folder = run / "Bless/blessing"
    folder.mkdir(parents=True)
    (folder / "gates.json").write_text(json.dumps({"blessed": False, "gates": gates}))
    return Note("Bless", StageState.DONE, outputs={"blessing": str(folder)})


def push(run: Path) -> Note:
    folder = run / "Push/pushed_model"
    folder.mkdir(parents=True)
    (folder / "push.json").write_text(json.dumps({"version": 7, "destination": "/mnt/serving"}))
    return Note("Push", StageState.DONE, outputs={"pushed_model": str(folder)})


def judged(status: dict[str, Any], *notes: Note) -> RunReport:
    return judge_run(status, {note.stage: note for note in notes})


def test_a_failed_stage_is_told_with_its_line():
    done = Note("LogStatistics", StageState.DONE)
    failed = Note("RankerTrainer", StageState.FAILED, "ResourceExhaustedError: OOM")
    assert judged(BROKE, done, failed) == RunReport(
        run="run-1",
        ended="failed",
        stage="RankerTrainer",
        line="stage RankerTrainer failed: ResourceExhaustedError: OOM",
    )


def test_a_stage_that_began_and_said_nothing_more_was_killed():
    result = judged(BROKE, Note("LogStatistics", StageState.DONE), Note("RankerTrainer", StageState.START))
    assert (result.ended, result.stage) == ("failed", "RankerTrainer")
    assert result.line == "stage RankerTrainer was killed: out of memory, out of time or evicted"


def test_a_failure_that_was_told_comes_before_one_that_was_not():
    assert judged(BROKE, Note("A", StageState.START), Note("B", StageState.FAILED, "why")).stage == "B"


def test_without_a_note_kubeflows_own_word_is_told():
    result = judged(BROKE | {"error": {"message": "cannot pull the image"}})
    assert result.line == "the run failed: cannot pull the image"
    assert judged(BROKE).line == "the run failed: no stage left a word; see the tasks' logs"


def test_a_gate_that_said_no_is_told_and_is_no_failure(run: Path):
    assert judged(SUCCEEDED, bless(run, PASSED, GATE)) == RunReport(
        run="run-1", ended="refused", stage="Bless", line=REFUSAL
    )


def test_a_push_is_told_with_its_version(run: Path):
    result = judged(SUCCEEDED, bless(run, PASSED), push(run))
    assert (result.ended, result.line) == ("pushed", "pushed version 7 to /mnt/serving")


def test_without_kubeflows_word_the_notes_decide(run: Path):
    blessed = bless(run, PASSED)
    assert judged({}, blessed, push(run)).ended == "pushed"
    assert judged({}, blessed).ended == "failed"
    assert judged({}).line == "the run failed: no stage left a word; see the tasks' logs"


def test_the_open_source_backends_word_for_success_is_one_too():
    assert judged({"state": "COMPLETE"}).ended == "done"


def test_it_leaves_a_line_in_the_log_a_file_and_a_message(
    run: Path, hook: type[Hook], caplog: pytest.LogCaptureFixture
):
    run_notes.write(str(run), bless(run, GATE))
    run_notes.write(str(run), Note("ExitHandler", StageState.START))
    out = run / "ExitHandler/report"
    write_report(json.dumps(SUCCEEDED), str(out), "ExitHandler", "ALERTS_URL")
    expected = {"run": "run-1", "ended": "refused", "stage": "Bless", "line": REFUSAL}
    assert f"upnext: {REFUSAL}" in caplog.text
    assert json.loads((out / "report.json").read_text()) == expected
    assert hook.messages == [expected]


def test_a_webhook_that_fails_fails_nothing_and_keeps_its_url_secret(
    run: Path, hook: type[Hook], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(hook, "answer", 500)
    assert write_report(BROKE, str(run / "ExitHandler/report"), "ExitHandler", "ALERTS_URL").ended == "failed"
    monkeypatch.setenv("ALERTS_URL", "no url: secret")
    write_report(BROKE, str(run / "ExitHandler/report"), "ExitHandler", "ALERTS_URL")
    assert caplog.text.count("the webhook could not be told") == 2
    assert "secret" not in caplog.text


def test_without_a_webhook_nobody_is_told(run: Path, hook: type[Hook]):
    write_report(SUCCEEDED, str(run / "ExitHandler/report"), "ExitHandler")
    assert hook.messages == []
