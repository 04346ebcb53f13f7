import gzip
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.errors import UserError
from listening_log.tables.reader import is_empty_file, place, read_batches, times_without_zone

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
        ("\n", "events.csv: the file is empty"),
        ("user_id,item_id\nu,i\n", "has no column timestamp; its columns are 'user_id', 'item_id'"),
        (f"{HEADER},item_id\nu,i,5,j\n", "two columns are named item_id"),
        (
            f"{HEADER}\nu,i,5\n\nu,i,yesterday\n",
            "line 4, column timestamp: 'yesterday' is not a whole number",
        ),
        (f"{HEADER}\nu,i,5.5x\n", "line 2, column timestamp: '5.5x' is not a whole number"),
        (f"{HEADER}\nu,i,2024-02-30\n", "line 2, column timestamp: '2024-02-30' is not a whole number"),
        (f"{HEADER},item_id_list\nu,i,5,a b\n", "column item_id_list holds whole histories"),
        ("user_id:token,item_id_list:token_seq\nu,a b\n", "upnext data import recbole"),
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
        ([1, float("inf")], "row 2, column timestamp: 'inf' (double) is not a whole number"),
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
        # A letter before the text: a mark of no value or a number would be read as one.
        csv.writer(file).writerows(
            [("user_id", "item_id", "timestamp"), *((f"u{u}", "i", t % 2**60) for u, t in rows)]
        )
    read = [
        row
        for _, batch in read_batches(str(path), "events", batch_rows=batch_rows)
        for row in batch.to_pylist()
    ]
    assert [(row["user_id"], row["timestamp"]) for row in read] == [(f"u{u}", t % 2**60) for u, t in rows]


def test_marks_of_no_value_are_none_in_every_text_column(csv_of, parquet_of) -> None:
    marks = ["\\N", "NULL", "null", "nan", "NaN", "None", "NA"]
    rows = "".join(f"{mark},{mark},5,{mark},{mark}\n" for mark in marks)
    columns = dict.fromkeys(("user_id", "item_id", "end_reason", "surface"), marks)
    for table in (
        _read(csv_of(f"{HEADER},end_reason,surface\n{rows}u,i,5,done,home\n")),
        _read(parquet_of(timestamp=[5] * 7, **columns)),
    ):
        for name in ("user_id", "item_id", "end_reason", "surface"):
            assert table[name].to_pylist()[:7] == [None] * 7


def test_a_mark_within_a_text_is_text(csv_of) -> None:
    table = _read(csv_of("item_id,title,creator\ni,NULL Island,nan goldin\n", "catalog.csv"), "catalog")
    assert table.to_pylist() == [{"item_id": "i", "title": "NULL Island", "creator": "nan goldin"}]


def test_a_column_of_numbers_and_marks_is_no_context(csv_of) -> None:
    assert "score" not in _read(csv_of(f"{HEADER},score\nu,i,5,1.5\nu,i,6,\\N\n")).column_names


def test_ids_of_a_float_column_are_whole_numbers(csv_of) -> None:
    table = _read(csv_of(f"{HEADER}\n100,10.0,5\n100.0,,6\n1e5,1.2345678901234568e+18,7\n"))
    assert table["user_id"].to_pylist() == ["100", "100", "1e5"]
    assert table["item_id"].to_pylist() == ["10", "", "1234567890123456768"]


def test_a_title_keeps_what_a_number_loses(csv_of) -> None:
    table = _read(csv_of("item_id,title,creator\n1.0,2.0,3.0\n", "catalog.csv"), "catalog")
    assert table.to_pylist() == [{"item_id": "1", "title": "2.0", "creator": "3"}]


def test_booleans_are_context_in_whatever_format(csv_of, parquet_of) -> None:
    as_text = _read(csv_of(f"{HEADER},shuffle\nu,i,5,True\nu,i,6,FALSE\n"))
    as_type = _read(
        parquet_of(user_id=["u", "u"], item_id=["i", "i"], timestamp=[5, 6], shuffle=[True, False])
    )
    assert as_text["shuffle"].to_pylist() == as_type["shuffle"].to_pylist() == ["true", "false"]


def test_a_list_is_no_context(csv_of, parquet_of) -> None:
    text = f"{HEADER},queue\nu,i,5,\"['a', 'b']\"\nu,i,6,[]\nu,i,7,\n"
    assert _read(csv_of(text)).column_names == HEADER.split(",")
    columns = {"user_id": ["u"], "item_id": ["i"], "timestamp": [5], "queue": [["a", "b"]]}
    assert _read(parquet_of(**columns)).column_names == HEADER.split(",")


@pytest.mark.parametrize("first", [True, False])
def test_a_long_text_is_read_wherever_it_stands(csv_of, first: bool) -> None:
    rows = ["a,short\n"] * 2000
    rows.insert(0 if first else 2000, f"b,{'x' * 200_000}\n")
    table = _read(csv_of("item_id,description\n" + "".join(rows), "catalog.csv"), "catalog")
    assert max(map(len, table["description"].to_pylist())) == 200_000


def test_a_file_of_no_bytes_is_a_batch_without_rows(csv_of) -> None:
    ((first, batch),) = read_batches(csv_of(""), "events")
    assert (first, batch.num_rows, batch.column_names) == (0, 0, HEADER.split(","))
    assert is_empty_file(batch)
    assert not is_empty_file(_read(csv_of(f"{HEADER}\nu,i,5\n")))


def test_times_without_a_zone_are_counted(csv_of) -> None:
    path = csv_of(f"{HEADER}\nu,i,5\nu,i,1970-01-02\nu,i,1970-01-02T00:00Z\nu,i,1970-01-02 01:00\n")
    ((_, batch),) = read_batches(path, "events")
    assert batch["timestamp"].to_pylist() == [5, 86_400, 86_400, 90_000]
    assert times_without_zone(batch) == (2, 1)
