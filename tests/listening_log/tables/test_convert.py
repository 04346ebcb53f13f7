"""The same value in another type gives the same column; and CSV gives what Parquet gives."""

import csv
import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.tables.convert import BadValueError, as_kind
from listening_log.tables.reader import read_batches


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array([13, None]), ["13", None]),
        (pa.array([13.0, None, float("nan"), 1.5]), ["13", None, None, "1.5"]),
        (pa.array([13.0], pa.float32()), ["13"]),
        (pa.array([2.0**60]), ["1152921504606846976"]),
        (pa.array([Decimal("13"), None]), ["13", None]),
        (pa.array([Decimal("13.00"), Decimal("100.50")]), ["13", "100.5"]),
        (pa.array([Decimal(10) ** 30], pa.decimal128(38, 0)), ["1" + "0" * 30]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array([b"ab", None]), ["ab", None]),
        (pa.array([b"ab"], pa.binary(2)), ["ab"]),
        (pa.array([bytes(range(240, 256))], pa.binary(16)), ["f0f1f2f3-f4f5-f6f7-f8f9-fafbfcfdfeff"]),
        (pa.array(["a", None]).dictionary_encode(), ["a", None]),
        (pa.array([13.0]).dictionary_encode(), ["13"]),
        (pa.array(["a"], pa.large_string()), ["a"]),
        (pa.array([["a", None, "b"], [], None, [None]]), ["a|b", "", None, ""]),
        (pa.array([["a", "NULL", "b"]], pa.list_(pa.string(), 3)), ["a|b"]),
        (pa.array([[1.0, None, 2.0]]), ["1|2"]),
        (pa.array([[b"a", b"b"]], pa.large_list(pa.binary())), ["a|b"]),
        (pa.array([datetime.date(1995, 3, 22)]), ["1995-03-22"]),
        (pa.nulls(2), [None, None]),
    ],
)
def test_whatever_the_type_a_code_is_the_same_text(column: pa.Array, texts: list[str | None]) -> None:
    assert as_kind(column, "code").to_pylist() == texts


@pytest.mark.parametrize(
    "column",
    [
        pa.array([["rock", "R'n'B", None]]),
        pa.array(["rock|R'n'B"]),
        pa.array(["""['rock', "R'n'B"]"""]),
        pa.array(["""["rock","R'n'B"]"""]),
        pa.array(["""['rock' "R'n'B"]"""]),
        pa.array(["[rock, R'n'B, None]"]),
    ],
)
def test_several_codes_are_the_same_however_a_list_is_written(column: pa.Array) -> None:
    assert as_kind(column, "codes").to_pylist() == ["rock|R'n'B"]


@pytest.mark.parametrize(
    ("column", "flags"),
    [
        (pa.array([True, False, None]), [True, False, None]),
        (pa.array([1, 0, None]), [True, False, None]),
        (pa.array([1.0, 0.0, float("nan")]), [True, False, None]),
        (pa.array([Decimal(1), Decimal(0)]), [True, False]),
        (
            pa.array(["1", "0", "True", "false", "1.0", "", "NULL"]),
            [True, False, True, False, True, None, None],
        ),
        (pa.array([b"1", b"0"]), [True, False]),
    ],
)
def test_whatever_the_type_a_flag_is_the_same(column: pa.Array, flags: list[bool | None]) -> None:
    assert as_kind(column, "flag").to_pylist() == flags


@pytest.mark.parametrize(
    "column",
    [
        pa.array([200_500]),
        pa.array([200_500.9]),
        pa.array([Decimal("200500.9")]),
        pa.array(["200500"]),
        pa.array(["2.005e5"]),
        pa.array(["3:20.5"]),
        pa.array(["0:03:20.5"]),
        pa.array(["0 days 00:03:20.500000"]),
        pa.array([datetime.timedelta(seconds=200.5)]),
        pa.array([datetime.time(0, 3, 20, 500_000)]),
    ],
)
def test_whatever_the_type_a_duration_is_as_many_milliseconds(column: pa.Array) -> None:
    assert as_kind(column, "duration").to_pylist() == [200_500]


@pytest.mark.parametrize(
    ("column", "kind", "row"),
    [
        (pa.array([1, 2]), "flag", 1),
        (pa.array(["1", "maybe"]), "flag", 1),
        (pa.array(["5", "5.5"]), "int", 1),
        (pa.array([5.5]), "int", 0),
        (pa.array([True]), "time", 0),
        (pa.array([{"a": 1}]), "code", 0),
        (pa.array([b"a", b"\xff"]), "text", 1),
        (pa.array(["3", "x"]), "float", 1),
        (pa.array(["1:2:3:4"]), "duration", 0),
    ],
)
def test_the_first_value_that_does_not_fit_is_found(column: pa.Array, kind, row: int) -> None:
    with pytest.raises(BadValueError) as error:
        as_kind(column, kind)
    assert error.value.row == row


_TYPES = {
    "int64": lambda numbers: pa.array(numbers, pa.int64()),
    "double": lambda numbers: pa.array(numbers, pa.float64()),
    "decimal": lambda numbers: pa.array(
        [None if number is None else Decimal(number) for number in numbers], pa.decimal128(20, 2)
    ),
    "text": lambda numbers: pa.array(
        [None if number is None else str(number) for number in numbers], pa.string()
    ),
    "float text": lambda numbers: pa.array(
        [None if number is None else f"{number}.0" for number in numbers], pa.string()
    ),
    "bytes": lambda numbers: pa.array(
        [None if number is None else str(number).encode() for number in numbers], pa.binary()
    ),
    "dictionary": lambda numbers: pa.array(numbers, pa.int64()).dictionary_encode(),
}
_NUMBERS = st.lists(st.none() | st.integers(-(2**40), 2**40), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(numbers=_NUMBERS, type_=st.sampled_from(sorted(_TYPES)))
def test_whole_numbers_are_the_same_in_every_type(numbers: list[int | None], type_: str) -> None:
    column = _TYPES[type_](numbers)
    assert as_kind(column, "code").to_pylist() == [None if n is None else str(n) for n in numbers]
    for kind in ("int", "time", "duration"):
        assert as_kind(column, kind).to_pylist() == numbers
    assert as_kind(column, "float").to_pylist() == numbers


@settings(max_examples=40, deadline=None)
@given(numbers=_NUMBERS, type_=st.sampled_from(sorted(_TYPES)))
def test_a_csv_gives_what_parquet_gives(tmp_path_factory, numbers: list[int | None], type_: str) -> None:
    folder: Path = tmp_path_factory.mktemp("log")
    column = _TYPES[type_](numbers)
    names = ("item_id", "duration_ms", "release_date", "creator")
    _write(folder, "catalog", **dict.fromkeys(names, column))
    assert _rows(folder / "catalog.csv") == _rows(folder / "catalog.parquet")


def _csv_text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _rows(path: Path) -> list[dict[str, object]]:
    rows = [row for _, batch in read_batches(str(path), "catalog") for row in batch.to_pylist()]
    return [{name: None if value == "" else value for name, value in row.items()} for row in rows]


_FLAG_TYPES = {
    "bool": lambda flags: pa.array(flags, pa.bool_()),
    "int8": lambda flags: pa.array(flags).cast(pa.bool_()).cast(pa.int8()),
    "double": lambda flags: pa.array(flags).cast(pa.bool_()).cast(pa.int8()).cast(pa.float64()),
    "decimal": lambda flags: pa.array(
        [None if flag is None else Decimal(flag) for flag in flags], pa.decimal128(1, 0)
    ),
    "text": lambda flags: pa.array([None if flag is None else str(int(flag)) for flag in flags], pa.string()),
}
_TEXT_TYPES = {
    "string": lambda texts: pa.array(texts, pa.string()),
    "large": lambda texts: pa.array(texts, pa.large_string()),
    "binary": lambda texts: pa.array(texts, pa.string()).cast(pa.binary()),
    "dictionary": lambda texts: pa.array(texts, pa.string()).dictionary_encode(),
}


def _write(folder: Path, table: str, **columns: pa.Array) -> None:
    """Writes a table as Parquet and as CSV."""
    pq.write_table(pa.table(columns), folder / f"{table}.parquet")
    lines = zip(*(column.to_pylist() for column in columns.values()), strict=True)
    texts = [["" if value is None else _csv_text(value) for value in line] for line in lines]
    with (folder / f"{table}.csv").open("w", newline="") as file:
        csv.writer(file).writerows([list(columns), *texts])


def _column(path: Path, table: str, name: str) -> list[object]:
    return [value or None for _, batch in read_batches(str(path), table) for value in batch[name].to_pylist()]


@settings(max_examples=30, deadline=None)
@given(flags=st.lists(st.sampled_from([None, True, False]), min_size=1, max_size=6), data=st.data())
def test_flags_are_the_same_in_every_type_and_format(
    tmp_path_factory, flags: list[bool | None], data
) -> None:
    folder: Path = tmp_path_factory.mktemp("log")
    explicit = _FLAG_TYPES[data.draw(st.sampled_from(sorted(_FLAG_TYPES)))](flags)
    _write(folder, "catalog", item_id=pa.array(["a"] * len(flags)), explicit=explicit)
    for name in ("catalog.parquet", "catalog.csv"):
        assert [row["explicit"] for row in _rows(folder / name)] == flags


@settings(max_examples=30, deadline=None)
@given(
    texts=st.lists(st.sampled_from([None, "home", "R&B, soul", "13x"]), min_size=1, max_size=6),
    data=st.data(),
)
def test_contexts_are_the_same_in_every_type_and_format(
    tmp_path_factory, texts: list[str | None], data
) -> None:
    folder: Path = tmp_path_factory.mktemp("log")
    surface = _TEXT_TYPES[data.draw(st.sampled_from(sorted(_TEXT_TYPES)))](texts)
    ids, times = pa.array(["a"] * len(texts)), pa.array(range(len(texts)))
    _write(folder, "events", user_id=ids, item_id=ids, timestamp=times, surface=surface)
    assert _column(folder / "events.parquet", "events", "surface") == texts
    assert _column(folder / "events.csv", "events", "surface") == texts
