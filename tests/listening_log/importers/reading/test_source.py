import zipfile
from pathlib import Path

import pytest

from listening_log.errors import UserError
from listening_log.importers.reading.source import open_source


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
