import gzip
import re
import zipfile
from pathlib import Path

import pytest

from listening_log.errors import UserError
from listening_log.importers.reading.source import open_source

JSON = re.compile(r".*\.json")


def test_a_folder_is_listed_to_its_depths_and_hidden_files_are_not(src: Path) -> None:
    (src / "ml" / "deep").mkdir(parents=True)
    (src / ".cache").mkdir()
    for name in ("z.csv", "ml/a.csv", "ml/deep/b.csv", ".DS_Store", ".cache/c.csv"):
        (src / name).write_text("x")

    source = open_source(str(src))

    assert source.files == ("z.csv", "ml/a.csv", "ml/deep/b.csv")
    assert source.names["b.csv"] == "ml/deep/b.csv"
    assert source.path("ml/a.csv") == str(src / "ml" / "a.csv")


def test_a_zip_is_read_without_being_unpacked(src: Path) -> None:
    with zipfile.ZipFile(src / "ml.zip", "w") as archive:
        archive.writestr("ml/", "")
        archive.writestr("ml/ratings.csv", "a\nb\n")
        archive.writestr("__MACOSX/ml/._ratings.csv", "x")

    source = open_source(str(src / "ml.zip"))

    assert source.files == ("ml/ratings.csv",)
    with source.open("ml/ratings.csv") as stream:
        assert stream.read() == b"a\nb\n"


def test_a_damaged_member_of_a_zip_is_one_clear_line(src: Path) -> None:
    with zipfile.ZipFile(src / "ml.zip", "w") as archive:
        archive.writestr("ratings.csv", "0123456789")
    data = (src / "ml.zip").read_bytes()
    (src / "ml.zip").write_bytes(data.replace(b"0123456789", b"012345678X"))

    with (
        pytest.raises(UserError, match=r"ml.zip/ratings.csv: cannot be read \(Bad CRC-32"),
        open_source(str(src / "ml.zip")).open("ratings.csv") as stream,
    ):
        stream.read()


@pytest.mark.parametrize("name", ["lastfm-dataset-1K.tar.gz", "ml.zip", "a.7z"])
def test_another_archive_or_a_broken_one_is_to_be_unpacked(src: Path, name: str) -> None:
    (src / name).write_bytes(b"not a zip")

    with pytest.raises(UserError, match="unpack it first"):
        open_source(str(src / name))


def test_a_missing_source_is_an_error(src: Path) -> None:
    with pytest.raises(UserError, match="gone: no such file or folder"):
        open_source(str(src / "gone"))


def _zip(path: Path, *names: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, f"[{len(name)}]")


def test_numbers_in_names_sort_as_numbers(tmp_path: Path) -> None:
    for name in ("s.1000-1999.json", "s.0-999.json", "s.2000-2999.json", "s.10000-10999.json"):
        (tmp_path / name).write_text("[]")
    assert open_source(str(tmp_path), look_into_zips=True).find(JSON) == [
        "s.0-999.json",
        "s.1000-1999.json",
        "s.2000-2999.json",
        "s.10000-10999.json",
    ]


def test_folders_zips_and_zips_in_folders_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann/a.json").write_text("[]")
    _zip(tmp_path / "ann/more.zip", "in/b.json", "in/readme.pdf", "__MACOSX/in/._b.json")
    _zip(tmp_path / "bob.zip", "c.json")
    source = open_source(str(tmp_path), look_into_zips=True)
    assert source.find(JSON) == ["ann/a.json", "ann/more.zip/in/b.json", "bob.zip/c.json"]
    assert source.path("ann/more.zip/in/b.json") == str(tmp_path / "ann/more.zip/in/b.json")
    with source.open("ann/more.zip/in/b.json") as stream:
        assert stream.read() == b"[9]"
    assert source.unread == ("ann/a.json", "bob.zip/c.json", "ann/more.zip/in/readme.pdf")


def test_a_zip_and_a_single_file_are_sources_too(tmp_path: Path) -> None:
    _zip(tmp_path / "x.zip", "in/b.json")
    (tmp_path / "a.json").write_text("[]")
    assert open_source(str(tmp_path / "x.zip"), look_into_zips=True).find(JSON) == ["in/b.json"]
    assert open_source(str(tmp_path / "a.json"), look_into_zips=True).find(JSON) == ["a.json"]


@pytest.mark.parametrize("keep", [10, 150])
def test_half_a_zip_is_named(tmp_path: Path, keep: int) -> None:
    _zip(tmp_path / "x.zip", "b.json", "c.json")
    content = (tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(content[:keep])
    with pytest.raises(UserError, match=r"x\.zip: not a whole zip file"):
        open_source(str(tmp_path), look_into_zips=True)


def test_a_damaged_member_of_a_zip_is_named(tmp_path: Path) -> None:
    _zip(tmp_path / "x.zip", "b.json")
    content = (tmp_path / "x.zip").read_bytes().replace(b"[6]", b"[7]")
    (tmp_path / "x.zip").write_bytes(content)
    source = open_source(str(tmp_path), look_into_zips=True)
    with (
        pytest.raises(UserError, match=r"x\.zip/b\.json: cannot be read"),
        source.open("x.zip/b.json") as stream,
    ):
        stream.read()


def test_a_copy_is_left_out_where_its_original_is_there(src: Path) -> None:
    for name in ("s_0.json", "s_0 (1).json", "s_1 (2).json"):
        (src / name).write_text("[]")
    source = open_source(str(src))

    assert source.find(re.compile(r"s_\d\.json")) == ["s_0.json", "s_1 (2).json"]


def test_a_file_packed_by_gzip_is_unpacked(src: Path) -> None:
    (src / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n"))

    for source in (open_source(str(src)), open_source(str(src / "a.csv.gz"))):
        with source.open("a.csv.gz") as stream:
            assert stream.read() == b"a,b\n"


def test_half_a_file_packed_by_gzip_is_one_clear_line(src: Path) -> None:
    (src / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n" * 99)[:20])
    source = open_source(str(src))

    with pytest.raises(UserError, match=r"a\.csv\.gz: cannot be read"), source.open("a.csv.gz") as stream:
        stream.read()
