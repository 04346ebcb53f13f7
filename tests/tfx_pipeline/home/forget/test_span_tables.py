"""A listener's rows leave tables of every format, and the other rows stay as they stood."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tfx_pipeline.home.forget.span_tables import remove_rows

CSV = b'\xef\xbb\xbfuser_id,item_id\r\nann,"a\nb"\r\n"bob",c\r\nanna,"d ""e"""\r\nann,f\r\n,g\r\n'
CSV_WITHOUT_ANN = b'\xef\xbb\xbfuser_id,item_id\r\n"bob",c\r\nanna,"d ""e"""\r\n,g\r\n'


def test_rows_of_csv_stay_as_they_stood_but_for_the_listeners(tmp_path: Path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "events.csv").write_bytes(CSV)
    (tmp_path / "events.csv.gz").write_bytes(gzip.compress(CSV))
    assert remove_rows(tmp_path, "ann") == 4
    assert (tmp_path / "1" / "events.csv").read_bytes() == CSV_WITHOUT_ANN
    assert gzip.decompress((tmp_path / "events.csv.gz").read_bytes()) == CSV_WITHOUT_ANN


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_rows_of_parquet_stay_with_their_types(tmp_path: Path, kind: pa.DataType):
    users = pa.array(["ann", "bob", None, "ann"], kind)
    pq.write_table(
        pa.table({"user_id": users, "n": pa.array([1, 2, 3, 4], pa.int16())}), tmp_path / "e.parquet"
    )
    assert remove_rows(tmp_path, "ann") == 2
    table = pq.read_table(tmp_path / "e.parquet")
    assert table["user_id"].to_pylist() == ["bob", None]
    assert table["n"].to_pylist() == [2, 3]
    assert table.schema.types == [kind, pa.int16()]


def test_numbers_are_ids_too(tmp_path: Path):
    pq.write_table(pa.table({"user_id": [42, 421]}), tmp_path / "users.parquet")
    assert remove_rows(tmp_path, "42") == 1
    assert pq.read_table(tmp_path / "users.parquet")["user_id"].to_pylist() == [421]


def test_a_table_without_the_listener_is_not_written(tmp_path: Path):
    (tmp_path / "catalog.csv").write_bytes(b"item_id\nann\n")
    (tmp_path / "users.csv").write_bytes(b"user_id\nanna\n")
    pq.write_table(pa.table({"item_id": ["ann"]}), tmp_path / "catalog.parquet")
    times = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert remove_rows(tmp_path, "ann") == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == times


def test_a_log_elsewhere_that_a_link_leads_to_is_not_written(tmp_path: Path):
    own, spans = tmp_path / "own", tmp_path / "spans"
    own.mkdir()
    spans.mkdir()
    (own / "events.csv").write_bytes(CSV)
    (spans / "span-1").symlink_to(own)
    (spans / "events.csv").symlink_to(own / "events.csv")
    (tmp_path / "all").symlink_to(own)
    assert remove_rows(spans, "ann") == remove_rows(tmp_path / "all", "ann") == 0
    assert (own / "events.csv").read_bytes() == CSV


def test_there_may_be_no_spans(tmp_path: Path):
    assert remove_rows(tmp_path / "absent", "ann") == 0
