"""A check report as a page for a terminal."""

import textwrap
from datetime import datetime, timezone
from typing import Final

from listening_log.check.charts import listeners_chart, time_chart
from listening_log.check.columns import MOST_VALUES
from listening_log.check.report import CheckReport, Column
from listening_log.windows.value_counts import Spread

_WIDTH: Final = 110
_NAMES: Final = 15


def render(report: CheckReport, *, ascii_only: bool = False) -> str:
    """The page, without a line break at its end; `ascii_only` for a terminal that can't show blocks."""
    lines = [f"{report.data_dir}, spans {report.spans}" if report.spans else report.data_dir, ""]
    for name, text in _rows(report):
        lines += _wrapped(f"  {name:<{_NAMES}}", text)
    charts = [listeners_chart(report.histograms, ascii_only=ascii_only)]
    if not report.order_only:
        charts.append(time_chart(report.histograms, ascii_only=ascii_only))
    for chart in filter(None, charts):
        lines += ["", *chart]
    lines += ["", *_findings(report)]
    if report.notes:
        lines += ["", "Good to know", *(f"  - {note}" for note in report.notes)]
    page = "\n".join(lines)
    return page.encode("ascii", "backslashreplace").decode() if ascii_only else page


def _rows(report: CheckReport) -> list[tuple[str, str]]:
    rows = [
        ("files", f"{_count(report.event_files, 'file')} of events, {_bytes(report.event_bytes)}"),
        ("events", f"{report.events:,} usable of {report.events_read:,} read{_talk(report)}"),
        ("listeners", _listeners(report)),
        ("", f"events each: {_spread(report.events_per_listener)}"),
        ("items", f"{report.items:,} in the catalogue, {report.cold_items:,} of them without an event"),
        ("", f"events each: {_spread(report.plays.per_item)}"),
        ("concentration", _concentration(report)),
        ("span", _span(report)),
        (
            "times",
            f"{'order only' if report.order_only else 'real'}; {report.ties:.1%} of steps take no time",
        ),
    ]
    if report.times is not None:
        rows += _times(report)
    rows += [
        ("split", f"{report.split} (what `auto` chooses): {report.split_reason}"),
        ("density", f"{report.density:.2%} of the pairs of listener and played item occur"),
        ("repeats", f"{report.replays:.1%} of events replay an item that the listener had before"),
        ("adjacent", _adjacent(report)),
        ("outcomes", _outcomes(report)),
        ("context", _columns(report.context)),
        ("item data", _columns(report.item_columns)),
        ("listener data", _columns(report.listener_columns)),
    ]
    if report.listener_columns:
        rows.append(("", f"for {report.listeners_described:,} of {report.listeners:,} listeners"))
    if report.impressions:
        rows.append(("impressions", f"{report.impressions:,}"))
    return rows


def _times(report: CheckReport) -> list[tuple[str, str]]:
    times = report.times
    assert times is not None
    median, most = times.events_per_session.median, times.events_per_session.max
    return [
        (
            "events a day",
            f"median {_number(times.events_a_day)}; quietest {times.quietest.day} with "
            f"{times.quietest.events:,}, busiest {times.busiest.day} with {times.busiest.events:,}",
        ),
        (
            "sessions",
            f"{times.sessions:,} (30 minutes end one); events each: median {_number(median)}, at most {most:,}",
        ),
        ("", f"{times.sessions_a_week:.1f} a week of a listener"),
        (
            "last tenth",
            f"from {_utc(times.last_tenth)}: {_count(times.new_items, 'item')} and "
            f"{_count(times.new_listeners, 'listener')} met only there",
        ),
    ]


def _findings(report: CheckReport) -> list[str]:
    lines = ["What was found" if report.findings else "No fault was found."]
    for finding in report.findings:
        lines.append(f"  {finding.count:>9,}  {finding.what}")
        if finding.place is not None:
            lines.append(f"{'':13}first: {finding.place}")
    absent = [policy.policy for policy in report.policies if not policy.count]
    return [*lines, *_wrapped("  not met: ", ", ".join(absent))] if absent else lines


def _wrapped(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _listeners(report: CheckReport) -> str:
    few = f"; {report.short_histories:,} with fewer than three events" if report.short_histories else ""
    return f"{report.listeners:,}{few}"


def _concentration(report: CheckReport) -> str:
    plays = report.plays
    return (
        f"the top 1% of items have {plays.top_1_percent:.1%} of the events, the top 10% "
        f"{plays.top_10_percent:.1%}; Gini {plays.gini:.2f}"
    )


def _adjacent(report: CheckReport) -> str:
    return (
        f"{report.adjacent:,} events right after one of the same listener and item, "
        f"{report.adjacent_at_once:,} of them at its time; exact duplicates apart"
    )


def _talk(report: CheckReport) -> str:
    return "" if report.plays.talk is None else f"; {report.plays.talk:.1%} of them talk"


def _span(report: CheckReport) -> str:
    days = (report.last_time - report.first_time) / 86_400
    return f"{_utc(report.first_time)} to {_utc(report.last_time)} UTC ({days:,.1f} days)"


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M")


def _outcomes(report: CheckReport) -> str:
    shares = [f"{name} {count / report.events:.1%}" for name, count in report.outcomes.items() if count]
    return ", ".join(shares)


def _spread(spread: Spread) -> str:
    middle = f"median {_number(spread.median)}, mean {_number(spread.mean)}, p90 {_number(spread.p90)}"
    return f"{spread.min:,} to {spread.max:,}; {middle}"


def _number(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")


def _columns(columns: list[Column]) -> str:
    return ", ".join(map(_column, columns)) or "none"


def _column(column: Column) -> str:
    told = [] if column.filled == 1 else [f"{column.filled:.1%} filled"]
    if column.values is not None:
        most = column.values == MOST_VALUES
        told.insert(0, f"over {MOST_VALUES:,} values" if most else _count(column.values, "value"))
    return f"{column.name} ({', '.join(told)})" if told else column.name


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _bytes(size: int) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000  # type: ignore[assignment]
    return f"{size:,.1f} TB"
