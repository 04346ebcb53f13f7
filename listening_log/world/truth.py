"""The true preferences of a made world: the side file, and what an oracle would rank by.

The pipeline never reads this. It is an upper bound for models: the law that the listeners followed.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime, timezone
from functools import cached_property
from pathlib import Path

import numpy as np

from listening_log.errors import UserError
from listening_log.world.items import Catalogue
from listening_log.world.listeners import Listeners
from listening_log.world.music import next_track_chances
from listening_log.world.podcasts import WAIT_DAYS, Subscriptions
from listening_log.world.sessions import DAY, SURFACES

TRUTH_FILE = "truth/preferences.npz"
PAUSE = 1800  # seconds without a play after which the oracle takes a session for a new one
_EPISODES_AT_THE_START = 0.35  # of sessions of a fan with something unheard; an estimate, not a law
_PARTS = {"catalogue": Catalogue, "listeners": Listeners, "subscriptions": Subscriptions}


@dataclass(frozen=True)
class Truth:
    """All that the making of a world knew about its items and listeners."""

    start: int  # unix second at which day 0 begins
    item_ids: np.ndarray  # [items] str, in the order of the catalogue
    user_ids: np.ndarray  # [users] str, in the order of the listeners
    catalogue: Catalogue
    listeners: Listeners
    subscriptions: Subscriptions

    @cached_property
    def item_row(self) -> dict[str, int]:
        return {item: row for row, item in enumerate(self.item_ids.tolist())}

    @cached_property
    def user_row(self) -> dict[str, int]:
        return {user: row for row, user in enumerate(self.user_ids.tolist())}


def true_ranking_scores(
    truth: Truth,
    user_id: str,
    timestamp: int,
    *,
    history: tuple[str, ...] = (),
    last_timestamp: int = 0,
    last_skipped: bool = False,
    surface: str = "",
    kept: bool = True,
) -> np.ndarray:
    """The chance of each item to be this listener's next play at `timestamp`: [items] float64.

    The order is that of `truth.item_ids`. Chances are exact for tracks, up to whether a session goes on, and
    an estimate for episodes.

    Args:
        truth: of the world.
        user_id: the listener.
        timestamp: unix seconds of the request.
        history: what the listener played before, oldest first.
        last_timestamp: when the last play of the history began.
        last_skipped: whether that play was skipped.
        surface: of the request; "" where it is not known.
        kept: count plays only that are not skipped, as evaluation does; else the chances sum to 1.

    Raises:
        KeyError: an unknown user or item.
    """
    row = truth.user_row[user_id]
    day = int(np.clip((timestamp - truth.start) // DAY, 0, truth.catalogue.days - 1))
    heard = np.array([truth.item_row[item] for item in history], np.int64)
    tracks = truth.catalogue.tracks
    goes_on = len(heard) > 0 and heard[-1] < tracks and timestamp - last_timestamp < PAUSE
    episodes = _episode_chances(truth, row, (timestamp - truth.start) / DAY, heard)
    share = 0.0 if goes_on or not episodes.any() else _EPISODES_AT_THE_START
    if surface:
        share = float(surface == "podcasts")
    music = next_track_chances(
        truth.catalogue,
        truth.listeners,
        row,
        day,
        before=int(heard[-1]) if goes_on else None,
        skipped=last_skipped,
        surface=None if surface in ("", "podcasts") else SURFACES.index(surface),
        kept=kept,
    )
    return np.concatenate([music * (1 - share), episodes * share])


def _episode_chances(truth: Truth, row: int, now: float, heard: np.ndarray) -> np.ndarray:
    """Chances of the followed shows' episodes, the first ones out and after the last one heard: [episodes]."""
    catalogue, follows = truth.catalogue, truth.subscriptions
    release = catalogue.release_day[catalogue.tracks :]
    heard = heard[heard >= catalogue.tracks] - catalogue.tracks
    chance = np.zeros(len(release))
    for at in np.flatnonzero((follows.listener == row) & (follows.since <= now)):
        own = np.flatnonzero((catalogue.episode_show == follows.show[at]) & (release <= now))
        own = own[own > max(heard[np.isin(heard, own)], default=-1)]
        # The next one most likely, and the more the longer it has waited.
        ripe = 1 - np.exp(-(now - release[own] + 0.05) / WAIT_DAYS)
        chance[own] = ripe * 0.3 ** np.minimum(np.arange(len(own)), 20)
    return chance / max(chance.sum(), 1e-300)


def save_truth(truth: Truth, path: Path) -> None:
    """Writes one `.npz` file: the same truth, the same bytes."""
    arrays = {
        "start": np.array(truth.start),
        "item_ids": np.array(truth.item_ids, dtype=str),
        "user_ids": np.array(truth.user_ids, dtype=str),
    }
    for part, kind in _PARTS.items():
        for field in fields(kind):
            arrays[f"{part}.{field.name}"] = np.asarray(getattr(getattr(truth, part), field.name))
    path.parent.mkdir(exist_ok=True)
    np.savez(path, **arrays)


def load_truth(directory: Path | str) -> Truth:
    """The truth of the world in `directory`.

    Raises:
        UserError: there is none.
    """
    path = Path(directory) / TRUTH_FILE
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: array if array.ndim else array.item() for name, array in file.items()}
        parts = {
            part: kind(**{field.name: arrays[f"{part}.{field.name}"] for field in fields(kind)})
            for part, kind in _PARTS.items()
        }
        return Truth(arrays["start"], arrays["item_ids"], arrays["user_ids"], **parts)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; only a made world has its true preferences") from None
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{path}: not the true preferences of a made world ({error})") from None


def unix_start(start: date) -> int:
    """The unix second at which the day begins in UTC."""
    return int(datetime(start.year, start.month, start.day, tzinfo=timezone.utc).timestamp())
