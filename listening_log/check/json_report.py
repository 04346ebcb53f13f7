"""A check report for scripts: one JSON object, whose keys stay what they are within a version."""

import json
from dataclasses import asdict
from typing import Any, Final

from listening_log.check.columns import MOST_VALUES
from listening_log.check.figures import iso
from listening_log.check.report import CheckReport, Column

VERSION: Final = 1
"""Rises when a key changes its meaning or goes; new keys may come without."""


def as_json(report: CheckReport) -> str:
    """The report as JSON, indented, without a line break at its end."""
    return json.dumps(as_dict(report), indent=2)


def as_dict(report: CheckReport) -> dict[str, Any]:
    """The report as what JSON can hold: numbers as numbers, times as unix seconds and ISO beside them."""
    plays = asdict(report.plays)
    return {
        "version": VERSION,
        "data": report.data_dir,
        "spans": report.spans,
        "events": {
            "files": report.event_files,
            "bytes": report.event_bytes,
            "read": report.events_read,
            "usable": report.events,
            "talk": plays.pop("talk"),
            "outcomes": report.outcomes,
            "replays": report.replays,
            "adjacent": report.adjacent,
            "adjacent_at_once": report.adjacent_at_once,
            "ties": report.ties,
        },
        "listeners": {
            "count": report.listeners,
            "events": asdict(report.events_per_listener),
            "fewer_than_three_events": report.short_histories,
            "described": report.listeners_described,
        },
        "items": {
            "count": report.items,
            "played": report.items_played,
            "cold": report.cold_items,
            "events": plays.pop("per_item"),
            **plays,
        },
        "density": report.density,
        "time": {
            **_time("first", report.first_time),
            **_time("last", report.last_time),
            "order_only": report.order_only,
            **_real_times(report),
        },
        "split": {"kind": report.split, "reason": report.split_reason},
        "columns": {
            "context": _columns(report.context),
            "items": _columns(report.item_columns),
            "items_in_events": report.event_item_columns,
            "listeners": _columns(report.listener_columns),
        },
        "impressions": report.impressions,
        "policies": [asdict(policy) for policy in report.policies],
        "histograms": {
            "events_per_listener": [
                {"from": low, "to": high, "listeners": count}
                for low, high, count in report.histograms.events_per_listener
            ],
            "events_per_day": [asdict(day) for day in report.histograms.events_per_day],
            "events_per_hour": report.histograms.events_per_hour,
        },
        "notes": report.notes,
    }


def _time(name: str, seconds: int) -> dict[str, Any]:
    return {name: seconds, f"{name}_iso": iso(seconds)}


def _real_times(report: CheckReport) -> dict[str, Any]:
    """The same keys whatever the log; null where times say the order alone."""
    if report.times is None:
        return {
            "events_a_day": None,
            "sessions": None,
            "last_tenth": None,
        }
    times = report.times
    return {
        "events_a_day": {
            "median": times.events_a_day,
            "quietest": asdict(times.quietest),
            "busiest": asdict(times.busiest),
        },
        "sessions": {
            "count": times.sessions,
            "events": asdict(times.events_per_session),
            "a_week": times.sessions_a_week,
        },
        "last_tenth": {
            **_time("from", times.last_tenth),
            "new_items": times.new_items,
            "new_listeners": times.new_listeners,
        },
    }


def _columns(columns: list[Column]) -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    for column in columns:
        told[column.name] = {"filled": column.filled}
        if column.values is not None:
            told[column.name] |= {"values": column.values, "more_values": column.values == MOST_VALUES}
    return told
