"""Which files are read for the validation, with which catalogue, and for which comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from components.span_validator.row_estimates import estimated_rows
from listening_log.errors import UserError
from listening_log.tables.spans import Spans, log_files, span_of
from listening_log.tables.tables import CATALOG, EVENTS

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

    place: int
    """Its number among the files."""
    path: str
    span: int
    thinning: Mapping[str, int]
    """Set of events -> k: every k-th row of the file is in its statistics."""


@dataclass(frozen=True)
class Plan:
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
        return next(known for known, held in self.sets.items() if held == spans)


def plan_validation(data_dir: str, spans: Spans, sample: int) -> Plan | None:
    """Plans the validation of the newest of `spans`; None where there is no earlier span.

    Raises UserError where a span or one of its tables is missing or a file is empty.
    """
    paths = log_files(data_dir, EVENTS, spans)
    of_span: dict[int, list[str]] = {}
    for path in paths:
        of_span.setdefault(span_of(data_dir, path), []).append(path)
    newest = spans.newest
    earlier = tuple(sorted(span for span in of_span if span < newest))
    if not earlier or newest not in of_span:
        return None
    rows = {span: estimated_rows(held) for span, held in of_span.items()}
    sets = _sets(newest, earlier)
    one_in = {name: max(1, -(-sum(rows[span] for span in held) // sample)) for name, held in sets.items()}
    before = Spans(earlier[0], earlier[-1])
    return Plan(
        data_dir=data_dir,
        newest=newest,
        earlier=earlier,
        files=tuple(
            SpanFile(
                place,
                path,
                span := span_of(data_dir, path),
                {name: one_in[name] for name, held in sets.items() if span in held},
            )
            for place, path in enumerate(paths)
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
