from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_log.storage.bucketed_files import BUCKETS, bucket_ranges, read_spill, write_spill

USERS = [f"u{i}" for i in range(30)]


def _table(users: list[str], **columns: list[str]) -> pa.Table:
    return pa.table({"user_id": users, "row": pa.array(range(len(users)), pa.int64()), **columns})


def test_a_listener_lies_in_one_bucket_of_every_file(tmp_path: Path):
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    counts = write_spill(_table(USERS), one, 4) + write_spill(_table(USERS[::-1]), other, 4)
    read_users: list[str] = []
    for bucket in range(4):
        users = read_spill([one, other], bucket, bucket + 1)["user_id"].to_pylist()
        assert len(users) == counts[bucket]
        assert sorted(users) == sorted(list(set(users)) * 2)
        read_users += set(users)
    assert sorted(read_users) == sorted(USERS)


def test_rows_of_a_listener_keep_the_order_of_files_and_rows(tmp_path: Path):
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    write_spill(_table(["a", "b", "a", "b", "a"]), one)
    write_spill(_table(["b", "a"]), other)
    table = read_spill([other, one])
    rows = table.filter(pa.compute.equal(table["user_id"], "a"))["row"].to_pylist()
    assert rows == [1, 0, 2, 4]


def test_a_column_that_a_file_lacks_is_null_there(tmp_path: Path):
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    write_spill(_table(["a"]), one)
    write_spill(_table(["a"], surface=["home"]), other)
    assert read_spill([one, other])["surface"].to_pylist() == [None, "home"]


def test_the_bucket_of_an_id_never_changes(tmp_path: Path):
    path = str(tmp_path / "spill")
    counts = write_spill(_table(["u1", "é", ""]), path, 1000)
    assert np.flatnonzero(counts).tolist() == [774, 863, 869]


def test_an_empty_batch_and_an_empty_range_have_the_columns(tmp_path: Path):
    path = str(tmp_path / "spill")
    assert write_spill(_table(["a"]).slice(1), path).tolist() == [0] * BUCKETS
    assert read_spill([path], 3, 9).column_names == ["user_id", "row"]


@pytest.mark.parametrize(
    ("counts", "rows", "ranges"),
    [
        ([0, 0], 5, []),
        ([3, 0, 3, 3], 6, [(0, 3), (3, 4)]),
        ([1, 100, 1, 1], 10, [(0, 2), (2, 4)]),
        ([0, 2, 0, 2, 0], 2, [(1, 3), (3, 5)]),
    ],
)
def test_buckets_are_cut_into_ranges(counts: list[int], rows: int, ranges: list[tuple[int, int]]):
    assert bucket_ranges(np.array(counts), rows) == ranges


@given(st.lists(st.integers(0, 20), min_size=1, max_size=30), st.integers(1, 40))
def test_ranges_hold_every_row_once_and_few_more_than_asked(counts: list[int], rows: int):
    ranges = bucket_ranges(np.array(counts), rows)
    covered = [bucket for first, stop in ranges for bucket in range(first, stop)]
    assert covered == sorted(set(covered))
    assert sum(counts[bucket] for bucket in covered) == sum(counts)
    assert all(0 < sum(counts[first:stop]) < rows + max(counts) for first, stop in ranges)
