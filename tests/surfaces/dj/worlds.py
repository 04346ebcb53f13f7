"""A listener with a rich history over a small catalogue, and what can be said to them."""

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.common.visit import Visit
from surfaces.dj.speech.scene import Scene
from surfaces.log.log_plays import Popularity
from surfaces.service.service import Service
from tests.surfaces import worlds

NOW = Moment(datetime(2026, 11, 26, 8, 30, tzinfo=timezone(timedelta(hours=1))))
"""A Thursday morning."""
GENRES = ("folk", "jazz", "calm", "dance", "loud")


def day(year: int, month: int = 1, dom: int = 1) -> int:
    """Days since 1970-01-01."""
    return (date(year, month, dom) - date(1970, 1, 1)).days


def unix(year: int, month: int, dom: int, hour: int = 9) -> int:
    """Unix seconds of an hour on the listener's clock."""
    return int(datetime(year, month, dom, hour, tzinfo=NOW.local.tzinfo).timestamp())


def radio(size: int = 40, creators: int = 12) -> Catalogue:
    """Tracks of several decades by some creators, every eighth item an episode, the last ones just out."""
    rows = []
    for n in range(size):
        talk = n % 8 == 7
        tokens = [
            f"kind={'episode' if talk else 'track'}",
            f"creator={'Show' if talk else 'Band'} {n % creators}",
        ]
        tokens += [f"genre={GENRES[n % 5]}", f"genre={GENRES[n % 3]}"]
        tokens += ["explicit=1"] if n % 11 == 10 else []
        fresh = n >= size - 5
        rows.append(
            {
                "item_id": f"i{n:03}",
                "title": f"Song {chr(65 + n % 26)}{'x' * (n // 26)}",
                "item_tokens": list(dict.fromkeys(tokens)),
                "duration_ms": (40 if talk else 3) * 60_000,
                "release_day": day(2026, 11, 20 - n % 5) if fresh else day(1985 + n, 5),
            }
        )
    return worlds.catalogue(rows)


def history() -> Plays:
    """Two years of plays: a favourite, a summer, mornings, an episode that was begun, a skip."""
    rows = [(0, unix(2025, 1 + n % 9, 3 + n), names.COMPLETED, 180_000) for n in range(9)]
    rows += [(n, unix(2026, 7, 1 + n, 20), names.COMPLETED, 180_000) for n in (1, 2, 3, 4, 1, 2)]
    rows += [(n, unix(2024, 3, 2 + n), names.COMPLETED, 180_000) for n in (5, 6, 8, 9, 5, 8)]
    rows += [
        (7, unix(2026, 11, 20, 7), names.PARTIAL, 14 * 60_000),
        (10, unix(2026, 10, 1), names.SKIPPED, 900),
    ]
    rows.sort(key=lambda row: row[1])
    items, times, outcomes, ms_played = zip(*rows, strict=True)
    return worlds.plays(items, times, outcomes, ms_played)


def visit(plays: Plays | None = None, **more: object) -> Visit:
    """A request on a Thursday morning."""
    return Visit("ann", NOW, history() if plays is None else plays, **{"country": "SE", **more})  # type: ignore[arg-type]


def scene(segment: list[int], **more: object) -> Scene:
    """A segment of the small radio in front of the listener."""
    catalogue = radio()
    popularity = Popularity(7, np.arange(catalogue.size, dtype=np.int64))
    fields = {"catalogue": catalogue, "visit": visit(), "popularity": popularity, "segment": segment, **more}
    return Scene(**fields)  # type: ignore[arg-type]


def service(folder: Path, catalogue: Catalogue | None = None, log: dict[str, Plays] | None = None) -> Service:
    """A service in which Ann has her history."""
    items = catalogue or radio()
    return worlds.service(folder, items, {"ann": history()} if log is None else log, {"ann": ["country=SE"]})
