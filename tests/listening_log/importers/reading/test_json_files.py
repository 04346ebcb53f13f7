import zipfile
from pathlib import Path

import pytest

from listening_log.errors import UserError
from listening_log.importers.reading.json_files import find_json_files


def _json(name: str) -> bool:
    return name.endswith(".json")


def _zip(path: Path, *names: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, f"[{len(name)}]")


def test_numbers_in_names_sort_as_numbers(tmp_path: Path) -> None:
    for name in ("s.1000-1999.json", "s.0-999.json", "s.2000-2999.json", "s.10000-10999.json"):
        (tmp_path / name).write_text("[]")
    assert [file.parts for file in find_json_files(str(tmp_path), _json)] == [
        ("s.0-999.json",),
        ("s.1000-1999.json",),
        ("s.2000-2999.json",),
        ("s.10000-10999.json",),
    ]


def test_folders_zips_and_zips_in_folders_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann/a.json").write_text("[]")
    _zip(tmp_path / "ann/more.zip", "in/b.json", "in/readme.pdf", "__MACOSX/in/._b.json")
    _zip(tmp_path / "bob.zip", "c.json")
    found = find_json_files(str(tmp_path), _json)
    assert [file.parts for file in found] == [
        ("ann", "a.json"),
        ("ann", "more", "in", "b.json"),
        ("bob", "c.json"),
    ]
    assert found[1].path == str(tmp_path / "ann/more.zip/in/b.json")
    with found[1].open() as stream:
        assert stream.read() == b"[9]"


def test_a_zip_and_a_single_file_are_sources_too(tmp_path: Path) -> None:
    _zip(tmp_path / "x.zip", "in/b.json")
    (tmp_path / "a.json").write_text("[]")
    assert [file.parts for file in find_json_files(str(tmp_path / "x.zip"), _json)] == [("in", "b.json")]
    assert [file.parts for file in find_json_files(str(tmp_path / "a.json"), _json)] == [("a.json",)]


@pytest.mark.parametrize("keep", [10, 150])
def test_half_a_zip_is_named(tmp_path: Path, keep: int) -> None:
    _zip(tmp_path / "x.zip", "b.json", "c.json")
    content = (tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(content[:keep])
    with pytest.raises(UserError, match=r"x\.zip: not a whole zip file"):
        find_json_files(str(tmp_path), _json)


def test_a_damaged_member_of_a_zip_is_named(tmp_path: Path) -> None:
    _zip(tmp_path / "x.zip", "b.json")
    content = (tmp_path / "x.zip").read_bytes().replace(b"[6]", b"[7]")
    (tmp_path / "x.zip").write_bytes(content)
    (file,) = find_json_files(str(tmp_path), _json)
    with pytest.raises(UserError, match=r"x\.zip/b\.json: cannot be read"), file.open() as stream:
        stream.read()


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        find_json_files(str(tmp_path / "nowhere"), _json)
