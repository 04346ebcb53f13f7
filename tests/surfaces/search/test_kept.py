from pathlib import Path

import pytest

from surfaces.search.kept import kept


def read(folder: Path) -> str:
    return (folder / "text").read_text()


def write(folder: Path) -> None:
    (folder / "text").write_text("written")


def unable(*_: object) -> str:
    raise AssertionError("this is kept")


def make() -> str:
    return "in memory"


def test_what_is_kept_is_read_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "words-1-abc"
    assert kept(path, read, write, unable) == "written"
    assert kept(path, read, unable, unable) == "written"


def test_others_of_the_kind_are_removed_and_what_else_lies_there_stays(tmp_path: Path) -> None:
    (tmp_path / "words-0-old.npy").touch()
    (tmp_path / "meaning-1-abc").mkdir()
    kept(tmp_path / "words-1-abc", read, write, unable)
    kept(tmp_path / "words-1-def", read, write, unable)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["meaning-1-abc", "words-1-def"]


def test_a_broken_folder_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "words-1-abc"
    path.mkdir()
    assert kept(path, read, write, unable) == "written"
    assert kept(path, read, unable, unable) == "written"


def test_where_nothing_can_be_written_it_is_made_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert kept(tmp_path / "file" / "words-1-abc", read, write, make) == "in memory"
    assert kept(None, unable, unable, make) == "in memory"


@pytest.mark.parametrize("fault", [OSError("no space"), ValueError("no space")], ids=["system", "tantivy"])
def test_a_disk_that_fills_up_leaves_no_half_folder(tmp_path: Path, fault: Exception) -> None:
    def fill(folder: Path) -> None:
        write(folder)
        raise fault

    assert kept(tmp_path / "words-1-abc", read, fill, make) == "in memory"
    assert list(tmp_path.iterdir()) == []
