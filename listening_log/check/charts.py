"""Charts of bars for a terminal, at most 72 columns wide."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final

from listening_log.check.report import Day, Histograms

WIDTH: Final = 72
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_FULL: Final = "█"
_MOST_DAYS: Final = 21
_MOST_WEEKS: Final = 26
_MOST_MONTHS: Final = 36


def bars(labels: Sequence[str], counts: Sequence[int], *, ascii_only: bool = False) -> list[str]:
    """A line each: label, bar, count; the bars are as long as the counts are large, one of them above 0.

    What is above 0 has a mark, however small. `ascii_only` draws with `#`.
    """
    numbers = [f"{count:,}" for count in counts]
    label_width = max(map(len, labels))
    room = WIDTH - label_width - max(map(len, numbers)) - len("    ")
    lines = []
    for label, count, number in zip(labels, counts, numbers, strict=True):
        bar = _bar(count * room, max(counts), ascii_only)
        lines.append(" ".join(filter(None, [f"  {label:>{label_width}}", bar, number])))
    return lines


def listeners_chart(histograms: Histograms, *, ascii_only: bool = False) -> list[str]:
    """Listeners by their number of events; [] where all are in one bucket."""
    buckets = histograms.events_per_listener
    if len(buckets) < 2:
        return []
    labels = [
        f"{bucket.from_:,}" if bucket.from_ == bucket.to else f"{bucket.from_:,}-{bucket.to:,}"
        for bucket in buckets
    ]
    counts = [bucket.listeners for bucket in buckets]
    return ["Listeners by number of events", *bars(labels, counts, ascii_only=ascii_only)]


def time_chart(histograms: Histograms, *, ascii_only: bool = False) -> list[str]:
    """Events over time, a bar a day, week, month or year as fits; [] where there are fewer than three."""
    unit, label_of = _unit(len(histograms.events_per_day))
    counts: Counter[str] = Counter()
    for day in histograms.events_per_day:
        counts[label_of(day)] += day.events
    if len(counts) < 3:
        return []
    return [f"Events a {unit} (UTC)", *bars(list(counts), list(counts.values()), ascii_only=ascii_only)]


def _unit(days: int) -> tuple[str, Callable[[Day], str]]:
    if days <= _MOST_DAYS:
        return "day", lambda day: day.day
    if days <= 7 * _MOST_WEEKS:
        return "week from", _monday
    if days <= 30 * _MOST_MONTHS:
        return "month", lambda day: day.day[: len("2025-01")]
    return "year", lambda day: day.day[: len("2025")]


def _monday(day: Day) -> str:
    at = date.fromisoformat(day.day)
    return (at - timedelta(days=at.weekday())).isoformat()


def _bar(width: int, scale: int, ascii_only: bool) -> str:
    """A bar of `width / scale` columns, rounded up to what can be drawn."""
    if ascii_only:
        return "#" * -(-width // scale)
    whole, eighths = divmod(-(-8 * width // scale), 8)
    return _FULL * whole + _EIGHTHS[eighths].strip()
