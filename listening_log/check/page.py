"""A check report as a page for a terminal."""

import textwrap
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Final

from listening_log.check.charts import listeners_chart, time_chart
from listening_log.check.report import CheckReport, Column, ValuedColumn
from listening_log.windows.value_counts import Spread

_WIDTH: Final = 110
_NAMES: Final = 15


def render(report: CheckReport, *, ascii_only: bool = False) -> str:
    """The page, without a line break at its end; `ascii_only` for a terminal that can't show blocks."""
    lines = [f"{report.data}, spans {report.spans}" if report.spans else report.data, ""]
    for name, text in [*_log_rows(report), *_time_rows(report), *_data_rows(report)]:
        lines += _wrapped(f"  {name:<{_NAMES}}", text)
    charts = [listeners_chart(report.histograms, ascii_only=ascii_only)]
    if not report.time.order_only:
        charts.append(time_chart(report.histograms, ascii_only=ascii_only))
    for chart in filter(None, charts):
        lines += ["", *chart]
    lines += ["", *_findings(report)]
    if report.notes:
        lines += ["", "Good to know", *(f"  - {note}" for note in report.notes)]
    page = "\n".join(lines)
    return page.encode("ascii", "backslashreplace").decode() if ascii_only else page


def _log_rows(report: CheckReport) -> list[tuple[str, str]]:
    events, listeners, items = report.events, report.listeners, report.items
    talk = "" if events.talk is None else f"; {events.talk:.1%} of them talk"
    few = listeners.fewer_than_three_events
    short = f"; {few:,} with fewer than three events" if few else ""
    return [
        ("files", f"{_count(events.files, 'file')} of events, {_bytes(events.bytes)}"),
        ("events", f"{events.usable:,} usable of {events.read:,} read{talk}"),
        ("listeners", f"{listeners.count:,}{short}"),
        ("", f"events each: {_spread(listeners.events)}"),
        ("items", f"{items.count:,} in the catalogue, {items.cold:,} of them without an event"),
        ("", f"events each: {_spread(items.events)}"),
        (
            "concentration",
            f"the top 1% of items have {items.top_1_percent:.1%} of the events, the top 10% "
            f"{items.top_10_percent:.1%}; Gini {items.gini:.2f}",
        ),
    ]


def _time_rows(report: CheckReport) -> list[tuple[str, str]]:
    time = report.time
    days = (time.last - time.first) / 86_400
    kind = "order only" if time.order_only else "real"
    rows = [
        ("span", f"{_utc(time.first)} to {_utc(time.last)} UTC ({days:,.1f} days)"),
        ("times", f"{kind}; {report.events.ties:.1%} of steps take no time"),
    ]
    if time.events_a_day is not None:
        quietest, busiest = time.events_a_day.quietest, time.events_a_day.busiest
        rows.append(
            (
                "events a day",
                f"median {_number(time.events_a_day.median)}; quietest {quietest.day} with "
                f"{quietest.events:,}, busiest {busiest.day} with {busiest.events:,}",
            )
        )
    if time.sessions is not None:
        events = time.sessions.events
        each = f"events each: median {_number(events.median)}, at most {events.max:,}"
        rows.append(("sessions", f"{time.sessions.count:,} (30 minutes end one); {each}"))
        rows.append(("", f"{time.sessions.a_week:.1f} a week of a listener"))
    if time.last_tenth is not None:
        new_items = _count(time.last_tenth.new_items, "item")
        new_listeners = _count(time.last_tenth.new_listeners, "listener")
        begin = _utc(time.last_tenth.from_)
        rows.append(("last tenth", f"from {begin}: {new_items} and {new_listeners} met only there"))
    return rows


def _data_rows(report: CheckReport) -> list[tuple[str, str]]:
    events, columns = report.events, report.columns
    shares = [f"{name} {count / events.usable:.1%}" for name, count in events.outcomes.items() if count]
    rows = [
        ("split", f"{report.split.kind} (what `auto` chooses): {report.split.reason}"),
        ("density", f"{report.density:.2%} of the pairs of listener and played item occur"),
        ("repeats", f"{events.replays:.1%} of events replay an item that the listener had before"),
        (
            "adjacent",
            f"{events.adjacent:,} events right after one of the same listener and item, "
            f"{events.adjacent_at_once:,} of them at its time; exact duplicates apart",
        ),
        ("outcomes", ", ".join(shares)),
        ("context", _columns(columns.context)),
        ("item data", _columns(columns.items)),
        ("listener data", _columns(columns.listeners)),
    ]
    if columns.listeners:
        rows.append(("", f"for {report.listeners.described:,} of {report.listeners.count:,} listeners"))
    if report.impressions:
        rows.append(("impressions", f"{report.impressions:,}"))
    return rows


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


def _columns(columns: Mapping[str, Column]) -> str:
    return ", ".join(_column(name, column) for name, column in columns.items()) or "none"


def _column(name: str, column: Column) -> str:
    facts = []
    if isinstance(column, ValuedColumn):
        facts.append(
            f"over {column.values:,} values" if column.more_values else _count(column.values, "value")
        )
    if column.filled != 1:
        facts.append(f"{column.filled:.1%} filled")
    return f"{name} ({', '.join(facts)})" if facts else name


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M")


def _spread(spread: Spread) -> str:
    middle = f"median {_number(spread.median)}, mean {_number(spread.mean)}, p90 {_number(spread.p90)}"
    return f"{spread.min:,} to {spread.max:,}; {middle}"


def _number(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _bytes(size: float) -> str:
    if size < 1000:
        return f"{size:,.0f} bytes"
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 1000:
            return f"{size:,.1f} {unit}"
    return f"{size / 1000:,.1f} TB"
