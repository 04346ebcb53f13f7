"""Lists as Python, JSON and numpy print them, `['rock', 'pop']`, as texts with `|` between the values."""

import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from listening_log.tables.no_value import NO_VALUE, is_no_number

_QUOTED: Final = re.compile(r"'((?:[^'\\]|\\.)*)'" + r'|"((?:[^"\\]|\\.)*)"')


def all_lists(values: Sequence[str]) -> bool:
    """Whether the values are all lists in brackets, as `['a', 'b']` (absent ones apart)."""
    filled = [value.strip() for value in values if not is_no_number(value)]
    return bool(filled) and all(value.startswith("[") and value.endswith("]") for value in filled)


def without_brackets(texts: pa.Array) -> pa.Array:
    """Texts [n] with `rock|pop` in place of `['rock', 'pop']`; marks of no value in a list are passed over."""
    bracketed = pc.and_(pc.starts_with(texts, "["), pc.ends_with(texts, "]"))
    if not pc.any(bracketed).as_py():
        return texts
    encoded = texts.dictionary_encode()
    values = pa.array([_joined(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return values.take(encoded.indices)


def _joined(text: str) -> str:
    if not (text.startswith("[") and text.endswith("]")):
        return text
    inner = text[1:-1].strip()
    if inner.startswith(("'", '"')):
        values = [single or double for single, double in _QUOTED.findall(inner)]
    else:
        values = [value.strip(" '\"") for value in inner.split(",")]
    return "|".join(value for value in values if value and value not in NO_VALUE)
