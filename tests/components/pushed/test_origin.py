"""A version that was pushed again says of which it is, and counts once among those that stay."""

from pathlib import Path

import pytest

from components.pushed.origin import ORIGIN_FILE, Origin, newest_of_each, origin_of
from listening_log.errors import UserError
from models import names


def version(serving: Path, number: int, origin: Origin | None = None) -> Path:
    folder = serving / names.SCANN / names.UPNEXT / str(number)
    folder.mkdir(parents=True)
    if origin:
        origin.write(folder)
    return folder


def test_a_version_that_a_run_pushed_is_its_own_origin(tmp_path: Path) -> None:
    version(tmp_path, 7)
    assert origin_of(tmp_path, 7) == Origin(models_of=7, instead_of=7)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    version(tmp_path, 9, Origin(models_of=7, instead_of=8))
    assert origin_of(tmp_path, 9) == Origin(models_of=7, instead_of=8)


def test_models_that_were_pushed_again_count_once(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        version(tmp_path, number)
    version(tmp_path, 4, Origin(models_of=2, instead_of=3))
    assert newest_of_each(tmp_path, [1, 2, 3, 4], keep=3) == {1, 3, 4}
    assert newest_of_each(tmp_path, [1, 2, 3, 4], keep=2) == {3, 4}


def test_a_broken_record_is_told_by_its_path(tmp_path: Path) -> None:
    folder = version(tmp_path, 1, Origin(1, 1))
    (folder / "assets.extra" / ORIGIN_FILE).write_text("{}")
    with pytest.raises(UserError, match=ORIGIN_FILE):
        origin_of(tmp_path, 1)
