"""Columns in the names of folders."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from listening_log.tables.partitions import partition_values
from listening_log.tables.reader import read_batches
from listening_log.tables.tables import table_files

COLUMNS = {"user_id": ["u"], "item_id": ["i"], "timestamp": [5]}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("log/events/surface=home/part-0.parquet", {"surface": "home"}),
        ("log/events/country=SE/surface=home/part-0.csv", {"country": "SE", "surface": "home"}),
        ("log/events/surface=R%26B%2FSoul%20%C3%A9/part-0.csv", {"surface": "R&B/Soul é"}),
        ("log/events/my%20key=1=2/part-0.csv", {"my key": "1=2"}),
        ("log/events/surface=__HIVE_DEFAULT_PARTITION__/part-0.csv", {"surface": None}),
        ("log/events/surface=/part-0.csv", {"surface": None}),
        ("log/events/surface=null/part-0.csv", {"surface": None}),
        ("log/events/2024/part-0.csv", {}),
        ("log/day=1/events/part-0.csv", {}),
        ("log/day=1/events-surface=home.csv", {}),
        ("events/old/events/surface=home/part-0.csv", {"surface": "home"}),
    ],
)
def test_folders_below_the_tables_own_are_columns(path: str, values: dict[str, str | None]) -> None:
    assert partition_values(path, "events") == values


def _write(folder: Path, **columns: list[object]) -> None:
    folder.mkdir(parents=True)
    pq.write_table(pa.table(columns), folder / "part-0.parquet")


def _read(log: Path) -> pa.Table:
    batches = [batch for path in table_files(str(log), "events") for _, batch in read_batches(path, "events")]
    return pa.concat_tables(batches, promote=True)


def test_a_folder_gives_its_files_a_context_column(tmp_path: Path) -> None:
    _write(tmp_path / "events" / "surface=home", **COLUMNS)
    _write(tmp_path / "events" / "surface=__HIVE_DEFAULT_PARTITION__", **COLUMNS)
    assert _read(tmp_path)["surface"].to_pylist() == [None, "home"]


def test_an_id_may_stand_in_a_folders_name(tmp_path: Path) -> None:
    _write(tmp_path / "events" / "user_id=13.0", item_id=["i"], timestamp=[5])
    assert _read(tmp_path).to_pylist() == [{"user_id": "13", "item_id": "i", "timestamp": 5}]


def test_a_column_of_the_file_goes_before_that_of_its_folder(tmp_path: Path) -> None:
    _write(tmp_path / "events" / "surface=home", **COLUMNS, surface=["search"])
    assert _read(tmp_path)["surface"].to_pylist() == ["search"]


def test_numbers_and_dates_in_folders_are_no_context(tmp_path: Path) -> None:
    _write(tmp_path / "events" / "dt=2024-03-31" / "hour=7", **COLUMNS)
    assert _read(tmp_path).column_names == ["user_id", "item_id", "timestamp"]
