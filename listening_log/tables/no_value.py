"""What exports write where there is no value: the one list of marks, for every column of every file."""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

NO_VALUE: Final = ("\\N", "NULL", "null", "nan", "NaN", "None", "NA")
"""Whole texts that mean "no value": of Hive, MySQL, SQL exports, JavaScript, numpy, pandas, Python and R."""
_LONGEST: Final = max(map(len, NO_VALUE))
_NO_NUMBER: Final = tuple({"", "n/a", *(mark.lower() for mark in NO_VALUE)})


def without_marks(texts: pa.Array) -> pa.Array:
    """The texts with null in place of a mark of no value; an empty text stays."""
    if not pc.any(pc.less_equal(pc.binary_length(texts), _LONGEST)).as_py():
        return texts  # most ids are longer, and this is quicker to see
    marked = pc.is_in(texts, value_set=pa.array(NO_VALUE, texts.type))
    return pc.if_else(marked, pa.scalar(None, texts.type), texts) if pc.any(marked).as_py() else texts


def numbers_as_text(texts: pa.Array) -> pa.Array:
    """Trimmed texts of a column of numbers: null where blank or a mark of no value in upper or lower case."""
    texts = pc.utf8_trim_whitespace(texts)
    blank = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(_NO_NUMBER, texts.type))
    return pc.if_else(blank, pa.scalar(None, texts.type), texts)


def is_no_number(text: str) -> bool:
    """Whether a text in a column of numbers is blank or a mark of no value."""
    return text.strip().lower() in _NO_NUMBER
