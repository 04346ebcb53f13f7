import json
from pathlib import Path

import numpy as np
import pytest

from listening_log.errors import UserError
from listening_log.importers.reading.json_objects import ObjectBlock, read_objects
from listening_log.importers.reading.source import open_source
from tests.listening_log.importers.conftest import CountingLog


@pytest.fixture
def read(src: Path, counting_log: CountingLog):
    """Reads a file of this text: `read(b"[]")`."""

    def run(content: bytes, *, lines: bool = False) -> list[ObjectBlock]:
        (src / "f").write_bytes(content)
        return list(read_objects(open_source(str(src)), "f", counting_log, lines=lines))

    return run


@pytest.mark.parametrize("lines", [True, False])
def test_objects_come_in_order_with_their_places(read, src: Path, lines: bool) -> None:
    objects = [{"n": n} for n in range(3)]
    text = "\n".join(map(json.dumps, objects)) if lines else json.dumps(objects)

    (block,) = read(text.encode(), lines=lines)

    assert block.objects == objects
    assert block.place(2) == f"{src}/f, {'line' if lines else 'entry'} 3"


@pytest.mark.parametrize(
    ("content", "lines", "what", "place"),
    [
        (b'[3, {"a": 1}]', False, "entries that are no object: dropped", "entry 1"),
        (b'[{"a": 1}, [], null]', False, "entries that are no object: dropped", "entry 2"),
        (b'{"a": 1}\n\n[]\n', True, "lines that are no JSON object: dropped", "line 3"),
        (b'\xef\xbb\xbf{"a": 1}\r\n{"a": \n', True, "lines that are no JSON object: dropped", "line 2"),
        (b'{"a": "\xff"}\n{"a": 1}', True, "lines that are no JSON object: dropped", "line 1"),
    ],
)
def test_an_entry_of_another_kind_is_dropped_and_counted_wherever_it_stands(
    read, counting_log: CountingLog, content: bytes, lines: bool, what: str, place: str
) -> None:
    (block,) = read(content, lines=lines)

    assert block.objects == [{"a": 1}]
    assert [(what, place)] == [(text, where.rpartition(", ")[2]) for _, text, _, where in counting_log.counts]


@pytest.mark.parametrize("lines", [True, False])
def test_an_empty_file_is_passed_over_and_counted(
    read, src: Path, counting_log: CountingLog, lines: bool
) -> None:
    assert read(b"", lines=lines) == []
    assert counting_log.counts == [("empty_file", "empty files: passed over", 1, f"{src}/f")]


def test_what_is_no_array_stops(read) -> None:
    with pytest.raises(UserError, match="f: not a JSON array"):
        read(b"{}")


def test_a_row_with_several_faults_counts_for_the_first(read, counting_log: CountingLog) -> None:
    (block,) = read(b"[{}, {}, {}]")
    first, second = np.array([False, True, False]), np.array([False, True, True])

    usable = block.usable(counting_log, ("first", "a", first), ("second", "b", second))

    assert usable.tolist() == [True, False, False]
    assert [(policy, count) for policy, _, count, _ in counting_log.counts] == [("first", 1), ("second", 1)]
