from pathlib import Path

import pytest

from components.common.stage_state import StageState
from components.exit_handler import run_notes
from components.exit_handler.run_notes import Note


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("gs://bucket/artifacts/upnext/run-1/Bless/blessing", "gs://bucket/artifacts/upnext/run-1"),
        ("gs://bucket/upnext/run-1/Bless/6f1c/blessing", "gs://bucket/upnext/run-1"),
        ("/mnt/Bless/upnext/run-1/Bless/blessing", "/mnt/Bless/upnext/run-1"),
        ("gs://bucket/upnext/run-1/Composer/models", None),
        ("/Bless/blessing", None),
    ],
)
def test_the_folder_of_the_run_is_what_stands_before_the_stage(uri: str, folder: str | None):
    assert run_notes.run_folder("Bless", uri) == folder


def test_a_later_note_of_a_stage_stands_in_place_of_an_earlier_one(tmp_path: Path):
    run_notes.write(str(tmp_path), Note("Bless", StageState.START))
    run_notes.write(str(tmp_path), Note("Push", StageState.START))
    run_notes.write(str(tmp_path), Note("Bless", StageState.DONE, outputs={"blessing": "gs://bucket/b"}))
    assert run_notes.read(str(tmp_path)) == {
        "Bless": Note("Bless", StageState.DONE, outputs={"blessing": "gs://bucket/b"}),
        "Push": Note("Push", StageState.START),
    }


def test_half_a_note_is_passed_over(tmp_path: Path):
    run_notes.write(str(tmp_path), Note("Push", StageState.START))
    (tmp_path / "notes/Bless.json").write_text('{"stage": "Bl')
    assert set(run_notes.read(str(tmp_path))) == {"Push"}


def test_a_run_without_notes_has_none(tmp_path: Path):
    assert run_notes.read(str(tmp_path)) == {}
