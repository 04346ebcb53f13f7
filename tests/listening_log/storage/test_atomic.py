"""The one writer of files and folders: whole or not at all, whatever stops it."""

import os
from pathlib import Path

import pytest

from listening_log.storage import atomic


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _write_half_a_file(place: Path, stop: type[BaseException]) -> None:
    with atomic.replace_file(place) as file:
        file.write("half of the n")
        raise stop


def _write_half_a_folder(place: Path, stop: type[BaseException]) -> None:
    with atomic.replace_folder(place) as staged:
        (staged / "half").touch()
        raise stop


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    atomic.write_text(tmp_path / "note", "Mañana\r\n")
    assert (tmp_path / "note").read_bytes() == "Mañana\r\n".encode()
    assert _names(tmp_path) == ["note"]


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    with atomic.replace_file(tmp_path / "state", "wb") as file:
        file.write(b"\x00\xff")
    assert (tmp_path / "state").read_bytes() == b"\x00\xff"


def test_the_old_content_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "note"
    place.write_text("old")
    with atomic.replace_file(place) as file:
        file.write("new")
        file.flush()
        assert place.read_text() == "old"
        assert all(name == "note" or name.startswith(".note.") for name in _names(tmp_path))
    assert place.read_text() == "new"


@pytest.mark.parametrize("stop", [ValueError, OSError, KeyboardInterrupt])
def test_what_stops_a_write_leaves_the_old_file_alone(tmp_path: Path, stop: type[BaseException]) -> None:
    place = tmp_path / "note"
    place.write_text("old")
    with pytest.raises(stop):
        _write_half_a_file(place, stop)
    assert place.read_text() == "old"
    assert _names(tmp_path) == ["note"]


def test_a_rename_that_fails_leaves_nothing_staged(tmp_path: Path) -> None:
    (tmp_path / "note").mkdir()
    (tmp_path / "note" / "inside").touch()
    with pytest.raises(OSError, match="note"):
        atomic.write_text(tmp_path / "note", "new")
    assert _names(tmp_path) == ["note"]


def test_an_error_names_the_place_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        atomic.write_text(tmp_path / "absent" / "note", "new")
    assert caught.value.filename == str(tmp_path / "absent" / "note")


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "note").write_text("old")
    (tmp_path / "note").symlink_to("real/note")
    atomic.write_text(tmp_path / "note", "new")
    assert (tmp_path / "note").is_symlink()
    assert (tmp_path / "real" / "note").read_text() == "new"


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    place = tmp_path / "made" / "world"
    with atomic.replace_folder(place) as staged:
        (staged / "deep").mkdir()
        (staged / "deep" / "part").write_text("1")
        assert not place.exists()
    assert (place / "deep" / "part").read_text() == "1"
    assert _names(place.parent) == ["world"]


def test_a_folder_is_replaced_with_all_in_it(tmp_path: Path) -> None:
    place = tmp_path / "world"
    place.mkdir()
    (place / "old").touch()
    with atomic.replace_folder(place) as staged:
        (staged / "new").touch()
        assert _names(place) == ["old"]
    assert _names(place) == ["new"]
    assert _names(tmp_path) == ["world"]


@pytest.mark.parametrize("stop", [ValueError, OSError, KeyboardInterrupt])
def test_what_stops_a_folder_leaves_the_old_one_alone(tmp_path: Path, stop: type[BaseException]) -> None:
    place = tmp_path / "world"
    place.mkdir()
    (place / "old").touch()
    with pytest.raises(stop):
        _write_half_a_folder(place, stop)
    assert _names(place) == ["old"]
    assert _names(tmp_path) == ["world"]


def test_a_folder_that_cannot_take_its_name_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "world"
    place.mkdir()
    (place / "old").touch()
    rename = Path.rename

    def fail_for_the_new(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise PermissionError(13, "no", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_for_the_new)
    with pytest.raises(PermissionError), atomic.replace_folder(place) as staged:
        (staged / "new").touch()
    assert _names(place) == ["old"]
    assert _names(tmp_path) == ["world"]


def test_a_file_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_sync(descriptor: int) -> None:
        steps.append("sync " + Path(f"/proc/self/fd/{descriptor}").resolve().name)
        fsync(descriptor)

    def note_rename(self: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_rename)
    atomic.write_text(tmp_path / "note", "new")
    assert steps == [f"sync .note.{os.getpid()}.partial", "rename", f"sync {tmp_path.name}"]


def test_a_folder_system_that_cannot_sync_folders_is_none_the_worse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "fsync", refuse)
    atomic.sync(tmp_path)
    (tmp_path / "note").touch()
    with pytest.raises(OSError, match="Invalid argument"):
        atomic.sync(tmp_path / "note")
