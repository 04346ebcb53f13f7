"""A made world's plays and catalogue, as what the exports are written from."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from components.listening_log.world import make_world

DAYS = 60
LEAST_ITEMS = 300  # the small MovieLens set has its oddest rows at 246, 267 and 268
_MORE = 1.6  # listeners made for each one kept, since some have too few plays


@dataclass(frozen=True)
class Plays:
    """`events`: listener, item (places from 0), time (start, unix seconds), ms, end (done, skip, stop), device;
    each listener's oldest first. `items`: kind, title, creator, genres, duration_ms, year, by place."""

    events: pd.DataFrame
    items: pd.DataFrame

    @property
    def listeners(self) -> int:
        """How many there are."""
        return int(self.events.listener.nunique())


def make_plays(listeners: int, seed: int, *, start: int, least: int = 3, once: bool = False) -> Plays:
    """At most `listeners` listeners with at least `least` plays; the first play is at `start` or soon after.

    `once`: an item counts once a listener (its first play), as in rating logs.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        items = max(LEAST_ITEMS, round(1.2 * listeners))
        make_world(folder, users=round(_MORE * listeners), items=items, days=DAYS, seed=seed)
        events = pd.read_parquet(folder / "events.parquet")
        catalog = pd.read_parquet(folder / "catalog.parquet")
    if once:
        events = events.drop_duplicates(["user_id", "item_id"])
    counts = events.user_id.map(events.user_id.value_counts())
    events = events[counts >= least]
    who = pd.Categorical(events.user_id).codes
    place = pd.Series(np.arange(len(catalog)), catalog.item_id)
    frame = pd.DataFrame(
        {
            "listener": who,
            "item": events.item_id.map(place).to_numpy(),
            "time": (events.timestamp - events.timestamp.min() + start).to_numpy(),
            "ms": events.ms_played.to_numpy(),
            "end": events.end_reason.to_numpy(),
            "device": events.device.to_numpy(),
        }
    )
    frame = frame[frame.listener < listeners].sort_values(["listener", "time"], kind="stable")
    catalog["year"] = catalog.release_date.str[:4].astype(int)
    columns = ["kind", "title", "creator", "genres", "duration_ms", "year"]
    return Plays(frame.reset_index(drop=True), catalog[columns])


def spotify_ids(count: int, rng: np.random.Generator) -> list[str]:
    """Ids as Spotify's: 22 characters of base 62."""
    letters = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
    return ["".join(row) for row in letters[rng.integers(0, 62, (count, 22))]]
