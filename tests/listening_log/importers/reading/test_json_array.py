import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.errors import UserError
from listening_log.importers.reading.json_array import read_json_array

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(['}{][",:\\', "\U0001f3b5", 'ends in \\"', "\ud83d", " \t\n"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def _read(text: str | bytes, block_chars: int = 1 << 20) -> list[object]:
    content = text if isinstance(text, bytes) else text.encode()
    return list(read_json_array(io.BytesIO(content), "f.json", block_chars=block_chars))


@settings(max_examples=200, deadline=None)
@given(
    entries=st.lists(JSON, max_size=8),
    block_chars=st.integers(1, 40),
    indent=st.sampled_from([None, 0, 2]),
    escaped=st.booleans(),
)
def test_any_array_in_any_blocks_reads_as_json_itself_reads_it(
    entries: list[object], block_chars: int, indent: int | None, escaped: bool
) -> None:
    try:
        content = json.dumps(entries, indent=indent, ensure_ascii=escaped).encode()
    except UnicodeEncodeError:  # half a surrogate pair can only be written escaped
        content = json.dumps(entries, indent=indent).encode()
    assert _read(content, block_chars) == json.loads(content)


@settings(max_examples=100, deadline=None)
@given(entries=st.lists(JSON, min_size=1, max_size=5), block_chars=st.integers(1, 40), data=st.data())
def test_an_array_that_is_cut_anywhere_is_an_error(
    entries: list[object], block_chars: int, data: st.DataObject
) -> None:
    text = json.dumps(entries)
    cut = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(UserError, match=r"f\.json"):
        _read(text[:cut], block_chars)


@pytest.mark.parametrize("block_chars", [1, 2, 3, 7, 1000])
def test_braces_quotes_escapes_and_white_space_are_no_trap(block_chars: int) -> None:
    text = ' \r\n[ {"a" : "}]\\"[{" , "b":[1 ,{ "c":"\\\\" }]}\t,12345,"\\ud83c\\udfb5", -1.5e+3 ,0.5, true,null ] \n'
    assert _read(text, block_chars) == [
        {"a": '}]"[{', "b": [1, {"c": "\\"}]},
        12345,
        "\U0001f3b5",
        -1500.0,
        0.5,
        True,
        None,
    ]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert _read(b'\xef\xbb\xbf[{"a":1}]') == [{"a": 1}]


def test_an_empty_array_has_no_entries() -> None:
    assert _read(" [ ] ") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f.json: the file is empty"),
        ("  \n", "f.json: the file is empty"),
        ('{"a":1}', "f.json: not a JSON array"),
        ("<html>", "f.json: not a JSON array"),
        ('[{"a":1},{"a":]', "f.json, entry 2: not readable as JSON (Expecting value, at character 14)"),
        ('[{"a":1} {"a":2}]', "f.json, entry 1: not readable as JSON (Expecting ',' or ']' after it, at"),
        ('[{"a":1},]', "f.json, entry 2: not readable as JSON (Expecting value, at character 9)"),
        ('[{"a":1},{"a"', "f.json, entry 2: not readable as JSON (the file ends too soon, at character 13)"),
        ('[{"a":1}', "f.json, entry 1: not readable as JSON (the file ends too soon, at character 8)"),
        ('[{"a":"secret', "f.json, entry 1: not readable as JSON (Unterminated string starting at, at"),
        ('[{"a":1}] [', "f.json: more text after the end of the array, at character 10"),
        (b'[{"a":"\xff\xfe"}]', "f.json, entry 1 or soon after: not UTF-8 text"),
        ("[" * 100_000, "f.json, entry 1: not readable as JSON (nested too deeply, at"),
    ],
)
def test_what_is_no_whole_array_is_told_with_its_place_and_without_its_content(
    text: str | bytes, message: str
) -> None:
    for block_chars in (5, 1 << 20):
        with pytest.raises(UserError) as error:
            _read(text, block_chars)
        assert str(error.value).startswith(message)
        assert "secret" not in str(error.value)


def test_entries_come_before_the_rest_is_read() -> None:
    stream = io.BytesIO(b'[{"a":1},' + b'{"a":2},' * 100_000 + b"broken")
    entries = read_json_array(stream, "f.json", block_chars=64)
    assert [next(entries), next(entries)] == [{"a": 1}, {"a": 2}]


def test_a_broken_entry_does_not_draw_the_whole_file_into_memory() -> None:
    class Counted(io.BytesIO):
        characters = 0

        def read1(self, size: int | None = -1) -> bytes:
            data = super().read1(size)
            Counted.characters += len(data)
            return data

    content = b'[{"a": oops},' + b'{"a":2},' * 6_000_000
    with pytest.raises(UserError, match="entry 1: not readable as JSON"):
        list(read_json_array(Counted(content), "f.json"))
    assert 0 < Counted.characters < 40_000_000
