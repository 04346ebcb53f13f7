import json
from pathlib import Path

import pytest

from components.common.stage_state import StageState
from components.exit_handler import run_notes
from components.exit_handler.entry_point import INVOCATION, line_of, main, outputs, run_with_notes
from components.exit_handler.run_notes import Note
from listening_log.errors import UserError


def words(uri: Path, config: dict[str, object]) -> list[str]:
    """What Kubeflow gives the container of a toy stage, with the executor input in place."""
    executor_input = {
        "inputs": {"parameterValues": {"config": json.dumps(config), "code_digest": "1"}},
        "outputs": {
            "artifacts": {
                "summary": {
                    "artifacts": [
                        {
                            "uri": str(uri),
                            "type": {"instanceSchema": "title: components.LogSummary\ntype: object\n"},
                        }
                    ]
                }
            },
            "outputFile": str(uri.parent / "output.json"),
        },
    }
    strings = {name: {"parameterType": "STRING"} for name in ("config", "code_digest")}
    return [
        *("--executor_class_path", "tests.support.toy_stages.FirstExecutor"),
        *(INVOCATION, json.dumps(executor_input)),
        *("--json_serialized_inputs_spec_args", json.dumps({"parameters": strings})),
    ]


@pytest.fixture
def uri(tmp_path: Path) -> Path:
    folder = tmp_path / "upnext/run-1/First/summary"
    folder.mkdir(parents=True)
    return folder


def notes(uri: Path) -> dict[str, Note]:
    return run_notes.read(str(uri.parents[1]))


def test_a_stage_does_its_work_through_tfx_and_notes_that_it_is_done(uri: Path):
    with pytest.raises(SystemExit) as end:  # absl ends the process
        main(["First", *words(uri, {"text": "{}"})])
    assert not end.value.code
    assert (uri / "summary.json").read_text() == "{}"
    assert json.loads((uri.parent / "output.json").read_text())["artifacts"]["summary"]
    assert notes(uri) == {"First": Note("First", StageState.DONE, outputs={"summary": str(uri)})}


def test_a_stage_that_fails_notes_its_line_and_still_fails(uri: Path):
    with pytest.raises(UserError):
        main(["First", *words(uri, {"fail": "user"})])
    assert notes(uri)["First"] == Note(
        "First", StageState.FAILED, "the log has no events", {"summary": str(uri)}
    )


def test_a_retry_that_works_takes_the_failure_back(uri: Path):
    def fail() -> None:
        raise ValueError("first line\nlast line")

    with pytest.raises(ValueError, match="last line"):
        run_with_notes("First", {"summary": str(uri)}, fail)
    assert notes(uri)["First"].line == "ValueError: last line"
    run_with_notes("First", {"summary": str(uri)}, lambda: None)
    assert notes(uri)["First"].state == StageState.DONE


def test_an_end_with_a_code_is_a_failure(uri: Path):
    with pytest.raises(SystemExit):
        run_with_notes("First", {"summary": str(uri)}, lambda: exit(3))
    assert notes(uri)["First"] == Note("First", StageState.FAILED, "ended with 3", {"summary": str(uri)})


def test_a_note_that_cannot_be_left_stops_nothing(tmp_path: Path):
    (tmp_path / "notes").write_text("in the way")
    done = []
    run_with_notes("First", {"summary": f"{tmp_path}/First/summary"}, lambda: done.append(1))
    assert done == [1]


@pytest.mark.parametrize("arguments", [[], [INVOCATION], [INVOCATION, "{"], [INVOCATION, "{}"]])
def test_without_an_executor_input_there_are_no_outputs(arguments: list[str]):
    assert outputs(arguments) == {}


def test_the_users_own_error_is_told_as_it_is():
    error = RuntimeError("Beam says a lot")
    error.__cause__ = UserError("events.csv, row 3: no timestamp")
    assert line_of(error) == "events.csv, row 3: no timestamp"


def test_an_error_without_a_word_is_told_by_its_name():
    assert line_of(MemoryError()) == "MemoryError"
