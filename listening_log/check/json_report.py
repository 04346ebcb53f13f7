"""A check report for scripts: one JSON object, whose keys stay what they are within a version."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from listening_log.check.report import CheckReport

VERSION: Final = 1
"""Rises when a key changes its meaning or goes; new keys may come without."""


def as_json(report: CheckReport) -> str:
    """The report as JSON, indented, without a line break at its end; a None of it is null."""
    return json.dumps({"version": VERSION, **asdict(report, dict_factory=_keys)}, indent=2)


def _keys(fields: Sequence[tuple[str, object]]) -> dict[str, object]:
    """The fields by their keys: `from` is a word of Python's, so the field is `from_`."""
    return {name.removesuffix("_"): value for name, value in fields}
