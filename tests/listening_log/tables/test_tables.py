import gzip
from pathlib import Path

import pytest

from listening_log.errors import UserError
from listening_log.tables.tables import table_files, unread_files


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def _names(folder: Path, table: str) -> list[str]:
    return [str(Path(path).relative_to(folder)) for path in table_files(str(folder), table)]


def test_a_table_may_be_one_file_or_many_in_any_mix(tmp_path: Path) -> None:
    _touch(tmp_path, "events.csv", "events-b.parquet", "events-00001-of-2.csv.gz", "events_2024.csv")
    _touch(tmp_path, "events/x.gz", "events/y.parquet", "events/deep/z.csv")
    assert _names(tmp_path, "events") == [
        "events-00001-of-2.csv.gz",
        "events-b.parquet",
        "events.csv",
        "events/deep/z.csv",
        "events/x.gz",
        "events/y.parquet",
        "events_2024.csv",
    ]


def test_files_of_other_names_are_no_part_of_a_table(tmp_path: Path) -> None:
    _touch(
        tmp_path,
        "events.csv",
        "events_old.csv",
        "eventsx.csv",
        "my-events.csv",
        "events.json",
        "events.csv.bak",
    )
    _touch(tmp_path, "events/_SUCCESS", "events/.part.csv.crc", "events/.hidden.csv", "events/readme.txt")
    assert _names(tmp_path, "events") == ["events.csv"]


def test_an_absent_optional_table_has_no_files(tmp_path: Path) -> None:
    assert table_files(str(tmp_path), "users") == []


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no such data directory: .*nowhere"):
        table_files(str(tmp_path / "nowhere"), "events")


def test_a_missing_table_is_named_with_what_was_found_instead(tmp_path: Path) -> None:
    _touch(tmp_path, "events.tsv")
    with pytest.raises(UserError, match=r"has no table events: expected events.csv.*\(found events.tsv\)"):
        table_files(str(tmp_path), "events")


def test_an_empty_part_is_listed_beside_full_ones(tmp_path: Path) -> None:
    _touch(tmp_path, "events-1.csv")
    (tmp_path / "events-2.csv").write_bytes(b"")
    assert _names(tmp_path, "events") == ["events-1.csv", "events-2.csv"]


def test_a_table_of_empty_files_alone_is_named(tmp_path: Path) -> None:
    (tmp_path / "events-2.csv").write_bytes(b"")
    with pytest.raises(UserError, match=r"events-2\.csv: the file is empty"):
        table_files(str(tmp_path), "events")


def test_a_name_that_is_no_table_is_a_fault_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such table: 'plays'"):
        table_files(str(tmp_path), "plays")


def test_an_empty_gzip_is_told_when_it_is_read(tmp_path: Path) -> None:
    from listening_log.tables.reader import read_batches

    path = tmp_path / "events.csv.gz"
    path.write_bytes(gzip.compress(b""))
    with pytest.raises(UserError, match=r"events\.csv\.gz: the file is empty"):
        list(read_batches(str(path), "events"))


def test_a_folders_name_is_no_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "log [2024]* ?"
    folder.mkdir()
    _touch(folder, "events.csv", "events/part-[0].csv")
    assert _names(folder, "events") == ["events.csv", "events/part-[0].csv"]


def test_files_that_look_like_a_tables_and_are_not_read_are_told(tmp_path: Path) -> None:
    _touch(tmp_path, "events.csv", "events (1).csv", "events.json", "eventsx.csv", "catalog.csv", "notes.txt")
    _touch(tmp_path, "events/part-0.csv", "events/part-1.orc", "events/day=1/part-2.tsv", "events/_SUCCESS")
    unread = [str(Path(path).relative_to(tmp_path)) for path in unread_files(str(tmp_path), "events")]
    assert unread == ["events (1).csv", "events.json", "events/day=1/part-2.tsv", "events/part-1.orc"]
    assert unread_files(str(tmp_path), "users") == []
