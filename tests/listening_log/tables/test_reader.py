import gzip
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.errors import UserError
from listening_log.tables.reader import place, read_batches

HEADER = "user_id,item_id,timestamp"


@pytest.fixture
def csv_of(tmp_path: Path):
    def write(text: str | bytes, name: str = "events.csv") -> str:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


@pytest.fixture
def parquet_of(tmp_path: Path):
    def write(name: str = "events.parquet", **columns: object) -> str:
        path = str(tmp_path / name)
        pq.write_table(pa.table(columns), path)
        return path

    return write


def _read(path: str, table: str = "events") -> pa.Table:
    return pa.concat_tables([batch for _, batch in read_batches(path, table)])


def test_columns_come_in_the_contracts_order_and_types(csv_of) -> None:
    table = _read(
        csv_of("rating,timestamp,surface,item_id,user_id,end_reason,ms_played\n4.5,7,home,i,u,done,90\n")
    )
    assert table.schema == pa.schema(
        [
            ("user_id", pa.string()),
            ("item_id", pa.string()),
            ("timestamp", pa.int64()),
            ("ms_played", pa.int64()),
            ("end_reason", pa.string()),
            ("rating", pa.float64()),
            ("surface", pa.string()),
        ]
    )
    assert list(table.to_pylist()[0].values()) == ["u", "i", 7, 90, "done", 4.5, "home"]


def test_absent_optional_columns_are_absent(csv_of) -> None:
    assert _read(csv_of(f"{HEADER}\nu,i,1\n")).column_names == ["user_id", "item_id", "timestamp"]


def test_batches_have_the_asked_number_of_rows_and_number_their_first(csv_of) -> None:
    path = csv_of(HEADER + "\n" + "".join(f"u,i,{n}\n" for n in range(7)))
    batches = [
        (first, batch["timestamp"].to_pylist()) for first, batch in read_batches(path, "events", batch_rows=3)
    ]
    assert batches == [(0, [0, 1, 2]), (3, [3, 4, 5]), (6, [6])]


def test_parquet_batches_are_cut_the_same(parquet_of) -> None:
    path = parquet_of(user_id=["u"] * 7, item_id=["i"] * 7, timestamp=list(range(7)))
    batches = [
        (first, batch["timestamp"].to_pylist()) for first, batch in read_batches(path, "events", batch_rows=3)
    ]
    assert batches == [(0, [0, 1, 2]), (3, [3, 4, 5]), (6, [6])]


def test_a_gzip_reads_like_its_text(csv_of) -> None:
    text = f"{HEADER}\nu,i,1\n"
    assert _read(csv_of(gzip.compress(text.encode()), "events.csv.gz")) == _read(csv_of(text))


def test_a_header_alone_is_a_table_without_rows(csv_of) -> None:
    assert list(read_batches(csv_of(HEADER), "events")) == []
    assert list(read_batches(csv_of(HEADER + "\n"), "events")) == []


def test_quotes_byte_order_mark_and_windows_line_ends_are_understood(csv_of) -> None:
    path = csv_of(b"\xef\xbb\xbf" + f'{HEADER},surface\r\n"u,1","i\n2",5,"a ""b"""\r\n'.encode())
    assert _read(path).to_pylist() == [
        {"user_id": "u,1", "item_id": "i\n2", "timestamp": 5, "surface": 'a "b"'}
    ]


def test_blank_numbers_are_null_and_whole_floats_are_integers(csv_of) -> None:
    table = _read(csv_of(f"{HEADER},ms_played\nu,i,5.0,\nu,i,6, 3000\nu,i,,NaN\n"))
    assert table["timestamp"].to_pylist() == [5, 6, None]
    assert table["ms_played"].to_pylist() == [None, 3000, None]


def test_a_further_column_is_context_only_if_it_is_text(csv_of) -> None:
    table = _read(csv_of(f"{HEADER},surface,position,item,\nu,i,5,home,1,Song,0\nu,i,6,,2,Song,1\n"))
    assert table.column_names == ["user_id", "item_id", "timestamp", "surface"]
    assert table["surface"].to_pylist() == ["home", ""]


def test_parquet_takes_numbers_as_ids_dictionaries_as_text_and_times_as_seconds(parquet_of) -> None:
    path = parquet_of(
        user_id=[1, 2],
        item_id=pa.array(["a", "b"]).dictionary_encode(),
        timestamp=pa.array([datetime(1970, 1, 2), None]),
        surface=pa.array(["x", None]),
        position=[1, 2],
    )
    assert _read(path).to_pylist() == [
        {"user_id": "1", "item_id": "a", "timestamp": 86400, "surface": "x"},
        {"user_id": "2", "item_id": "b", "timestamp": None, "surface": None},
    ]


def test_lists_in_parquet_read_like_text_with_bars(parquet_of) -> None:
    path = parquet_of("catalog.parquet", item_id=["a"], genres=[["rock", "pop"]], explicit=[True])
    assert _read(path, "catalog").to_pylist() == [{"item_id": "a", "genres": "rock|pop", "explicit": True}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "events.csv: the file is empty"),
        ("user_id,item_id\nu,i\n", "has no column timestamp; its columns are 'user_id', 'item_id'"),
        (f"{HEADER},item_id\nu,i,5,j\n", "two columns are named item_id"),
        (
            f"{HEADER}\nu,i,5\n\nu,i,yesterday\n",
            "line 4, column timestamp: 'yesterday' is not a whole number",
        ),
        (f"{HEADER}\nu,i,5.5\n", "line 2, column timestamp: '5.5' is not a whole number"),
        (
            f"{HEADER}\nu,i,99999999999999999999\n",
            "column timestamp: '99999999999999999999' is not a whole number",
        ),
        (f"{HEADER},ms_played\nu,i,5,long\n", "line 2, column ms_played: 'long' is not a whole number"),
        (f"{HEADER},rating\nu,i,5,good\n", "line 2, column rating: 'good' is not a number"),
        (f"{HEADER}\nu,i,5\nu,i\n", "line 3: 2 values, but the header has 3 columns"),
        (f"{HEADER}\nu,i,5\nu,i,6,7\n", "line 3: 4 values, but the header has 3 columns"),
        (f"{HEADER}\nu,i,5\n".encode() + b"u\xff,i,6\n", "line 3, column user_id: not UTF-8 text"),
        (f"{HEADER}\nu,i,5\n".encode("utf-16"), "events.csv: not readable as CSV"),
    ],
)
def test_a_wrong_csv_names_file_line_and_column(csv_of, text: str | bytes, message: str) -> None:
    with pytest.raises(UserError) as error:
        _read(csv_of(text))
    assert message in str(error.value)
    assert "events.csv" in str(error.value)


def test_a_wrong_value_far_into_a_file_is_found_at_its_line(csv_of) -> None:
    lines = [HEADER, *(f"u,i,{n}" for n in range(1, 5001))]
    lines[4321] = "u,i,soon"
    with pytest.raises(UserError, match=r"line 4322, column timestamp: 'soon'"):
        list(read_batches(csv_of("\n".join(lines)), "events", batch_rows=1000))


def test_a_row_of_another_width_is_told_without_its_content(csv_of) -> None:
    with pytest.raises(UserError) as error:
        _read(csv_of(f"{HEADER}\nalice,secret-song\n"))
    assert "secret-song" not in str(error.value)


def test_a_truncated_gzip_is_no_shorter_log(csv_of) -> None:
    text = HEADER + "\n" + "".join(f"u{n * 7919 % 100003},i{n},{n}\n" for n in range(50_000))
    packed = gzip.compress(text.encode())
    with pytest.raises(UserError, match=r"events\.csv\.gz: not readable as CSV"):
        _read(csv_of(packed[: len(packed) // 2], "events.csv.gz"))


def test_a_truncated_parquet_file_is_named(csv_of, parquet_of) -> None:
    path = parquet_of(user_id=["u"] * 100, item_id=["i"] * 100, timestamp=list(range(100)))
    content = Path(path).read_bytes()
    Path(path).write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=r"events\.parquet: not a whole Parquet file"):
        _read(path)


@pytest.mark.parametrize(
    ("timestamp", "message"),
    [
        ([1, 2.5], "row 2, column timestamp: '2.5' (double) is not a whole number"),
        (["1", "noon"], "row 2, column timestamp: 'noon' is not a whole number"),
        ([[1], [2]], "row 1, column timestamp:"),
    ],
)
def test_a_wrong_parquet_value_names_row_and_column(
    parquet_of, timestamp: list[object], message: str
) -> None:
    with pytest.raises(UserError) as error:
        _read(parquet_of(user_id=["u", "u"], item_id=["i", "i"], timestamp=timestamp))
    assert f"events.parquet, {message}" in str(error.value)


def test_a_missing_parquet_column_is_named(parquet_of) -> None:
    with pytest.raises(UserError, match=r"events\.parquet has no column timestamp"):
        _read(parquet_of(user_id=["u"], item_id=["i"]))


def test_a_place_is_a_line_of_a_csv_and_a_row_of_a_parquet_file(csv_of) -> None:
    path = csv_of(f'{HEADER}\n\n"u\n1",i,1\nu,i,2\n')
    assert place(path, 0) == f"{path}, line 4"
    assert place(path, 1) == f"{path}, line 5"
    assert place("log/events.parquet", 1) == "log/events.parquet, row 2"


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r\n")), st.integers(0)
        ),
        max_size=20,
    ),
    batch_rows=st.integers(1, 8),
)
def test_what_a_csv_library_writes_is_read_back(
    tmp_path_factory, rows: list[tuple[str, int]], batch_rows: int
) -> None:
    import csv

    path = tmp_path_factory.mktemp("log") / "events.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [("user_id", "item_id", "timestamp"), *((u, "i", t % 2**60) for u, t in rows)]
        )
    read = [
        row
        for _, batch in read_batches(str(path), "events", batch_rows=batch_rows)
        for row in batch.to_pylist()
    ]
    assert [(row["user_id"], row["timestamp"]) for row in read] == [(u, t % 2**60) for u, t in rows]
