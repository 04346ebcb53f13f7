"""Which files are read for the validation, with which catalogue, and for which comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from components.span_validator.row_estimates import estimated_rows
from listening_log.errors import UserError
from listening_log.tables.event_files import EventFiles
from listening_log.tables.spans import Spans, log_files
from listening_log.tables.tables import CATALOG

NEWEST: Final = "newest"
BEFORE: Final = "before"
EARLIER: Final = "earlier"
FIRST: Final = "first"
"""Sets of events that statistics are made of: the newest span, the one before it, all but the newest, the first."""
CLOCK_EVENTS: Final = 200_000
"""About so many events of whole listeners tell whether times are real."""


@dataclass(frozen=True)
class SpanFile:
    """A file of events, and what it counts for."""

    number: int
    """Its number among the log's files of events."""
    span: int
    thinning: Mapping[str, int]
    """By set of events a k: every k-th row of the file is in its statistics."""


@dataclass(frozen=True)
class ComparisonPlan:
    """What is compared with what."""

    data_dir: str
    newest: int
    earlier: tuple[int, ...]
    """Ascending, at least one."""
    files: tuple[SpanFile, ...]
    spans: Spans
    """All of them: catalogue and listeners are the newest there are."""
    spans_before: Spans
    """Without the newest one; `spans` where the earlier ones have no catalogue."""
    clock_one_in: int
    """One listener in so many is looked at for the clock."""

    @property
    def sets(self) -> dict[str, tuple[int, ...]]:
        """The spans of each set of events; sets of the same spans are one, by the name that comes last."""
        return _sets(self.newest, self.earlier)

    def set_of(self, name: str) -> str:
        """The set that stands for the set `name`."""
        spans = {BEFORE: self.earlier[-1:], FIRST: self.earlier[:1]}.get(name, self.sets.get(name))
        return next(known for known, part in self.sets.items() if part == spans)


def plan_validation(data_dir: str, spans: Spans, sample: int) -> ComparisonPlan | None:
    """Plans the validation of the newest of `spans`; None where there is no earlier span.

    Raises:
        UserError: a span or one of its tables is missing.
    """
    files = EventFiles.of(data_dir, spans)
    newest = spans.newest
    earlier = tuple(span for span in files.numbers if span < newest)
    if not earlier or newest not in files.numbers:
        return None
    rows = dict.fromkeys(files.numbers, 0)
    for span, path in zip(files.spans, files.paths, strict=True):
        rows[span] += estimated_rows(path)
    sets = _sets(newest, earlier)
    one_in = {name: max(1, -(-sum(rows[span] for span in part) // sample)) for name, part in sets.items()}
    before = Spans(earlier[0], earlier[-1])
    return ComparisonPlan(
        data_dir=data_dir,
        newest=newest,
        earlier=earlier,
        files=tuple(
            SpanFile(number, span, {name: one_in[name] for name, part in sets.items() if span in part})
            for number, span in enumerate(files.spans)
        ),
        spans=spans,
        spans_before=before if _has_catalog(data_dir, before) else spans,
        clock_one_in=max(1, sum(rows.values()) // CLOCK_EVENTS),
    )


def _sets(newest: int, earlier: Sequence[int]) -> dict[str, tuple[int, ...]]:
    sets = {NEWEST: (newest,), EARLIER: tuple(earlier)}
    for name, span in ((BEFORE, earlier[-1]), (FIRST, earlier[0])):
        if (span,) not in sets.values():
            sets[name] = (span,)
    return sets


def _has_catalog(data_dir: str, spans: Spans) -> bool:
    try:
        return bool(log_files(data_dir, CATALOG, spans))
    except UserError:
        return False
