"""Makes a listening world: the one function that runs the parts in order."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from listening_log.errors import UsageError
from listening_log.world.events import END_REASONS, Events, make_events
from listening_log.world.items import Catalogue, make_catalogue
from listening_log.world.listeners import (
    Listeners,
    World,
    join_listeners,
    make_listeners,
    make_world_taste,
)
from listening_log.world.music import play_sessions
from listening_log.world.naming import catalog_table, item_ids, listener_ids
from listening_log.world.podcasts import Subscriptions, play_episodes, subscribe
from listening_log.world.sessions import make_sessions
from listening_log.world.truth import TRUTH_FILE, Truth, save_truth, unix_start
from listening_log.world.writing import (
    CATALOG_FILE,
    EVENTS_FILE,
    USERS_FILE,
    EventsWriter,
    whole_directory,
    write_catalog,
    write_users,
)

USERS, ITEMS, DAYS, SEED = 2000, 3000, 120, 1
START = date(2025, 1, 6)
_EVENTS_A_DAY = 2.4  # of a listener; only the size of chunks depends on it
_CHUNK_EVENTS = 400_000
_CHUNK_CELLS = 8_000_000  # listeners times artists

# Streams of randomness, so that a change in one part leaves the others as they were.
_CATALOGUE, _NAMES, _WORLD, _LISTENERS, _SESSIONS, _SHOWS, _EPISODES, _MUSIC, _CLOCK = range(9)


@dataclass(frozen=True)
class WorldSummary:
    """What a made world holds."""

    users: int
    items: int
    tracks: int
    episodes: int
    artists: int
    shows: int
    days: int
    events: int
    skipped: int
    episode_events: int
    new_items: int  # released within the span
    new_users: int  # joined after the first day


def make_world(
    out_dir: Path | str,
    *,
    users: int = USERS,
    items: int = ITEMS,
    days: int = DAYS,
    seed: int = SEED,
    start: date = START,
    progress: Callable[[int, int], None] | None = None,
) -> WorldSummary:
    """Writes a listening world of `users` listeners, `items` items and `days` days to `out_dir`.

    The contract's tables `events` (by listener, then time), `catalog` and `users` as Parquet, and the true
    preferences in `truth/`. The same arguments give the same bytes. An earlier world in `out_dir` is
    replaced.

    Args:
        out_dir: a folder that is new or empty, or holds an earlier world.
        users: how many listeners.
        items: how many tracks and episodes.
        days: how many days.
        seed: of everything that is drawn.
        start: the first day (UTC).
        progress: called as `progress(done, users)` after each chunk of listeners.

    Raises:
        UsageError: an argument is out of range, or the folder holds other files.
        UserError: writing fails.
    """
    _check(users=(users, 2), items=(items, 10), days=(days, 2), seed=(seed, 0))
    with whole_directory(Path(out_dir)) as folder:
        catalogue = make_catalogue(items, days, np.random.default_rng([seed, _CATALOGUE]))
        names = np.random.default_rng([seed, _NAMES])
        ids = item_ids(catalogue, names)
        write_catalog(folder / CATALOG_FILE, catalog_table(catalogue, ids, start, names))
        user_ids = listener_ids(users)
        world = make_world_taste(catalogue, np.random.default_rng([seed, _WORLD]))
        chunk = _chunk_size(catalogue)
        firsts = range(0, users, chunk)
        people, follows, counts = [], [], np.zeros(3, np.int64)
        with closing(EventsWriter(folder / EVENTS_FILE, ids, unix_start(start))) as writer:
            for number, first in enumerate(firsts):
                of_chunk = user_ids[first : first + chunk]
                listeners, shows, events = _make_chunk(
                    catalogue, world, len(of_chunk), start.weekday(), (seed, number)
                )
                writer.write(events, of_chunk)
                people.append(listeners)
                follows.append(replace(shows, listener=shows.listener + np.int32(first)))
                counts += _count(catalogue, events)
                if progress:
                    progress(first + len(of_chunk), users)
        listeners = join_listeners(people)
        write_users(folder / USERS_FILE, listeners, user_ids)
        save_truth(
            Truth(unix_start(start), ids, user_ids, catalogue, listeners, _join(follows)), folder / TRUTH_FILE
        )
    return WorldSummary(
        users=users,
        items=items,
        tracks=catalogue.tracks,
        episodes=items - catalogue.tracks,
        artists=len(catalogue.artist_genre),
        shows=len(catalogue.show_topic),
        days=days,
        events=int(counts[0]),
        skipped=int(counts[1]),
        episode_events=int(counts[2]),
        new_items=int((catalogue.release_day >= 0).sum()),
        new_users=int((listeners.joined > 0).sum()),
    )


def _check(**arguments: tuple[int, int]) -> None:
    for name, (value, least) in arguments.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise UsageError(f"{name}: expected a whole number of at least {least}, got {value!r}")


def _chunk_size(catalogue: Catalogue) -> int:
    by_events = _CHUNK_EVENTS / (_EVENTS_A_DAY * catalogue.days)
    return max(1, int(min(by_events, _CHUNK_CELLS / len(catalogue.artist_genre))))


def _make_chunk(
    catalogue: Catalogue, world: World, count: int, first_weekday: int, key: tuple[int, int]
) -> tuple[Listeners, Subscriptions, Events]:
    def stream(part: int) -> np.random.Generator:
        return np.random.default_rng([key[0], part, key[1]])

    listeners = make_listeners(count, catalogue, world, stream(_LISTENERS))
    sessions = make_sessions(listeners, catalogue.days, first_weekday, stream(_SESSIONS))
    shows = subscribe(catalogue, listeners, stream(_SHOWS))
    rng = stream(_EPISODES)
    episodes = play_episodes(catalogue, shows, sessions, rng)
    # Half of the sessions that begin with an episode end with it.
    spoken = np.zeros(len(sessions.length), bool)
    spoken[episodes.session] = True
    ends = spoken & (rng.random(len(spoken)) < 0.5)
    sessions = replace(sessions, length=np.where(ends, 0, sessions.length).astype(np.int32))
    plays = play_sessions(catalogue, listeners, sessions, stream(_MUSIC))
    return listeners, shows, make_events(catalogue, sessions, plays, episodes, stream(_CLOCK))


def _count(catalogue: Catalogue, events: Events) -> np.ndarray:
    skipped = (events.end_reason == END_REASONS.index("skip")).sum()
    return np.array([len(events.item), skipped, (events.item >= catalogue.tracks).sum()])


def _join(parts: list[Subscriptions]) -> Subscriptions:
    return Subscriptions(
        *(np.concatenate([getattr(p, name) for p in parts]) for name in ("listener", "show", "since"))
    )
