from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.errors import UserError
from listening_log.importers.reading.source import Source, open_source
from listening_log.importers.reading.text_blocks import Layout, TextBlock, first_line_of, read_blocks
from tests.listening_log.importers.conftest import CountingLog

PAIRS = Layout(("a", "n"), types={"n": pa.int64()})


@pytest.fixture
def read(tmp_path: Path, counting_log: CountingLog):
    def of(text: bytes, layout: Layout = PAIRS, block_bytes: int = 1 << 20) -> list[TextBlock]:
        (tmp_path / "f.tsv").write_bytes(text)
        source = open_source(str(tmp_path / "f.tsv"))
        return list(read_blocks(source, "f.tsv", layout, counting_log, block_bytes=block_bytes))

    return of


def _rows(blocks: list[TextBlock]) -> list[dict]:
    return [row for block in blocks for row in block.table.to_pylist()]


def _places(blocks: list[TextBlock]) -> list[str]:
    return [block.place(row).rpartition("/")[2] for block in blocks for row in range(len(block.table))]


@pytest.mark.parametrize("block_bytes", [1, 4, 9, 1000])
def test_lines_keep_their_order_and_their_numbers(read, block_bytes: int) -> None:
    blocks = read(b"x\t1\n\ny\t2\nodd\nz\t3", block_bytes=block_bytes)

    assert _rows(blocks) == [{"a": "x", "n": 1}, {"a": "y", "n": 2}, {"a": "z", "n": 3}]
    assert _places(blocks) == ["f.tsv, line 1", "f.tsv, line 3", "f.tsv, line 5"]


@pytest.mark.parametrize("block_bytes", [1, 7, 1000])
def test_lines_of_another_width_are_dropped_and_counted(read, counting_log, block_bytes: int) -> None:
    blocks = read(b"x\t1\nshort\ny\t2\t3\n  \nz\t3\n", block_bytes=block_bytes)

    assert [row["a"] for row in _rows(blocks)] == ["x", "z"]
    counts = counting_log.counts
    assert sum(count for _, _, count, _ in counts) == 2
    assert counts[0][1] == "lines that have not 2 values: dropped"
    assert counts[0][3].endswith("f.tsv, line 2")


def test_quotes_are_characters_where_a_layout_has_none(read) -> None:
    assert _rows(read(b'"x\t1\ny"\t2\n')) == [{"a": '"x', "n": 1}, {"a": 'y"', "n": 2}]


def test_quotes_enclose_values_where_a_layout_has_them(read) -> None:
    layout = Layout(("a", "n"), ",", header=True, quoted=True)
    assert _rows(read(b'A,N\n"x, ""y""",1\n', layout)) == [{"a": 'x, "y"', "n": "1"}]


def test_windows_ends_a_lone_return_and_a_byte_order_mark(read) -> None:
    assert _rows(read(b"\xef\xbb\xbfx\t1\r\ny\rz\t2\r\n")) == [{"a": "x", "n": 1}, {"a": "y z", "n": 2}]


def test_bytes_that_are_not_utf_8_are_replaced_and_counted(read, counting_log) -> None:
    assert [row["a"] for row in _rows(read(b"ok\t1\nBj\xf6rk\t2\n"))] == ["ok", "Bj\ufffdrk"]
    assert counting_log.counts[0][2] == 1
    assert counting_log.counts[0][3].endswith("f.tsv, line 2")


def test_a_fallback_encoding_is_for_text_that_is_not_utf_8(read, counting_log) -> None:
    layout = Layout(("a", "b"), fallback="latin-1")
    assert _rows(read("Björk\tx\n".encode("latin-1"), layout)) == [{"a": "Björk", "b": "x"}]
    assert _rows(read("Björk\tx\n".encode(), layout)) == [{"a": "Björk", "b": "x"}]
    assert counting_log.counts == []


def test_two_colons_separate(read) -> None:
    layout = Layout(("a", "b", "c"), "::")
    assert _rows(read(b"1::It: a\ttitle::x|y\n", layout)) == [{"a": "1", "b": "It: a title", "c": "x|y"}]


@pytest.mark.parametrize("text", [b"", b"\n\n", b"a\tn\n", b"a\tn"])
def test_a_file_without_rows_has_no_block(read, text: bytes) -> None:
    assert read(text, Layout(("a", "n"), header=True)) == []


def test_an_empty_file_is_counted(read, counting_log) -> None:
    assert read(b"") == []
    assert [(what, count) for _, what, count, _ in counting_log.counts] == [("empty files: passed over", 1)]


def test_absent_numbers_are_null(read) -> None:
    layout = Layout(("a", "n"), types={"n": pa.float64()})
    assert [row["n"] for row in _rows(read(b"x\t\ny\tnan\nz\tNone\nw\t1e3\n", layout))] == [None] * 3 + [
        1000.0
    ]


@pytest.mark.parametrize("block_bytes", [1, 1000])
def test_a_value_of_another_type_names_line_and_column(read, block_bytes: int) -> None:
    with pytest.raises(UserError, match=r"f.tsv, line 4, column n: 'noon' is not a whole number$"):
        read(b"x\t1\n\nodd\ny\tnoon\n", block_bytes=block_bytes)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1112486027", 1112486027),
        ("1112486027.9", 1112486027),
        ("1.112486027E9", 1112486027),
        ("2005-04-02 23:53:47", 1112486027),
        ("2005-04-02T23:53:47.123Z", 1112486027),
        ("2005-04-03T01:53:47+02:00", 1112486027),
        ("2005-04-02T18:53-0500", 1112485980),
        ("2005-04-02", 1112400000),
        ("", None),
        ("nan", None),
    ],
)
def test_times_are_seconds_however_they_are_written(read, text: str, seconds: int | None) -> None:
    layout = Layout(("a", "t"), times=("t",))
    assert [row["t"] for row in _rows(read(f"x\t{text}\ny\t2\n".encode(), layout))] == [seconds, 2]


def test_times_without_a_zone_are_counted(read, counting_log) -> None:
    read(b"x\t2005-04-02\ny\t5\nz\t2005-04-02T00:00:00Z\n", Layout(("a", "t"), times=("t",)))
    assert [(what, count) for _, what, count, _ in counting_log.counts] == [
        ("times without a zone: read as UTC", 1)
    ]


def test_what_is_no_time_names_line_and_column(read) -> None:
    with pytest.raises(
        UserError,
        match=r"f.tsv, line 2, column t: 'noon' is not a whole number of seconds since 1970, nor a date and time",
    ):
        read(b"x\t1\ny\tnoon\n", Layout(("a", "t"), times=("t",)))


def test_the_first_line_without_mark_and_end(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\xef\xbb\xbfa\tb\r\nc\n")
    assert first_line_of(Source(str(tmp_path), ("f",)), "f") == "a\tb"


VALUES = st.text(st.characters(blacklist_characters="\t\n\r\ufeff", blacklist_categories=["Cs"]), min_size=1)


@settings(deadline=None, max_examples=25)
@given(rows=st.lists(st.tuples(VALUES, VALUES), max_size=12), block_bytes=st.integers(4, 60))
def test_any_text_comes_back_whatever_the_blocks(tmp_path_factory, rows, block_bytes: int) -> None:
    path = tmp_path_factory.getbasetemp() / "f"
    path.write_bytes("".join(f"{a}\t{b}\n" for a, b in rows).encode())
    log = CountingLog()

    blocks = read_blocks(open_source(str(path)), "f", Layout(("a", "b")), log, block_bytes=block_bytes)

    assert [(row["a"], row["b"]) for row in _rows(list(blocks))] == rows
    assert [policy for policy, *_ in log.counts] == ([] if rows else ["empty_file"])
