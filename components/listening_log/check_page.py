"""A check report as a page for a terminal."""

from datetime import datetime, timezone

from components.listening_log.check_report import CheckReport
from components.listening_log.whole_log import MOST_VALUES


def render(report: CheckReport) -> str:
    """The page, without a line break at its end."""
    rows = [
        ("events", _events(report)),
        ("listeners", _listeners(report)),
        ("items", f"{report.items:,} in the catalogue, {report.cold_items:,} of them without an event"),
        ("span", _span(report)),
        ("times", _times(report)),
        ("split", f"{report.split} (what `auto` chooses)"),
        ("pairs", f"{report.density:.2%} of listener and played item occur; {report.replays:.1%} replays"),
        ("outcomes", _outcomes(report)),
        ("context", _counted(report.context) or "none"),
        ("item data", ", ".join(report.item_columns) or "none"),
        ("listener data", _described(report)),
    ]
    if report.impressions:
        rows.append(("impressions", f"{report.impressions:,}"))
    lines = [report.data_dir, ""]
    lines += [f"  {name:<15}{text}" for name, text in rows]
    lines += ["", "What was found" if report.findings else "No fault was found."]
    for finding in report.findings:
        lines += [f"  {finding.count:>9,}  {finding.what}", f"{'':13}first: {finding.place}"]
    if report.notes:
        lines += ["", "Good to know", *(f"  - {note}" for note in report.notes)]
    return "\n".join(lines)


def _events(report: CheckReport) -> str:
    files = "one file" if report.event_files == 1 else f"{report.event_files:,} files"
    return f"{report.events:,} usable of {report.events_read:,} in {files}"


def _listeners(report: CheckReport) -> str:
    fewest, median, most = report.events_per_listener
    text = f"{report.listeners:,}; events each: median {median:,.0f}, {fewest:,} to {most:,}"
    return f"{text}; {report.short_histories:,} with fewer than three" if report.short_histories else text


def _span(report: CheckReport) -> str:
    days = (report.last_time - report.first_time) / 86_400
    return f"{_utc(report.first_time)} to {_utc(report.last_time)} UTC ({days:,.1f} days)"


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M")


def _times(report: CheckReport) -> str:
    kind = "order only" if report.order_only else "real"
    return f"{kind}; {report.ties:.1%} of steps take no time"


def _outcomes(report: CheckReport) -> str:
    shares = [f"{name} {count / report.events:.1%}" for name, count in report.outcomes.items() if count]
    return ", ".join(shares)


def _counted(columns: dict[str, int]) -> str:
    most = f"over {MOST_VALUES:,}"
    return ", ".join(
        f"{name} ({most if count >= MOST_VALUES else f'{count:,}'} values)" for name, count in columns.items()
    )


def _described(report: CheckReport) -> str:
    if not report.listener_columns:
        return "none"
    columns = ", ".join(report.listener_columns)
    return f"{columns}; for {report.listeners_described:,} of {report.listeners:,} listeners"
