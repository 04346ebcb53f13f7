"""Schedules, in the form that Kubeflow reads: six fields, seconds first.

Kubeflow takes the usual five fields without a word and reads the minutes as seconds: `0 3 * * *`, meant as
three in the night, runs every hour (kubeflow/pipelines issue 9547). So five fields are completed here.
"""

import re
from typing import Final

from listening_log.errors import UsageError

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final[tuple[tuple[str, int, int, tuple[str, ...]], ...]] = (  # name, lowest, highest, words
    ("seconds", 0, 59, ()),
    ("minutes", 0, 59, ()),
    ("hours", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)
_ITEM: Final = re.compile(r"(?P<first>\*|\?|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>[1-9]\d*))?")


def kubeflow_cron(text: str) -> str:
    """`text` with its seconds.

    Args:
        text: the five fields of cron, or Kubeflow's six.

    Raises:
        UsageError: it is no schedule.
    """
    fields = text.split()
    if len(fields) == len(_FIELDS) - 1:
        fields.insert(0, "0")
    if len(fields) != len(_FIELDS):
        raise UsageError(f"--recurring {text!r}: expected five fields, as in '0 3 * * *' (03:00 every day)")
    for field, (name, lowest, highest, words) in zip(fields, _FIELDS, strict=True):
        if not all(_is_item(item, lowest, highest, words) for item in field.split(",")):
            raise UsageError(f"--recurring {text!r}: {field!r} is no {name} ({lowest} to {highest})")
    return " ".join(fields)


def _is_item(item: str, lowest: int, highest: int, words: tuple[str, ...]) -> bool:
    found = _ITEM.fullmatch(item)
    if not found:
        return False
    if found["first"] in "*?":
        return found["last"] is None
    first = _number(found["first"], lowest, words)
    last = _number(found["last"] or found["first"], lowest, words)
    return first is not None and last is not None and lowest <= first <= last <= highest


def _number(text: str, lowest: int, words: tuple[str, ...]) -> int | None:
    if text.lower() in words:
        return lowest + words.index(text.lower())
    return int(text) if text.isascii() and text.isdigit() else None
