"""Which episodes a session begins with: subscriptions, played in order, soon after release, mostly once."""

from dataclasses import dataclass

import numpy as np

from listening_log.world.items import Catalogue
from listening_log.world.listeners import Listeners
from listening_log.world.sessions import DAY, Sessions
from listening_log.world.shelves import pick_by_row

FAN_SHARE = 0.65  # of listeners who follow any show
SUBSCRIPTIONS = 4.0  # of a fan, in the mean
BACKLOG = 3  # older episodes that a new subscriber catches up on, one a day
HEARD_SHARE = 0.85  # of a followed show's episodes
WAIT_DAYS = 1.2  # from release to the wish to hear it
RESUMED_SHARE = 0.08  # heard in two goes
MOST_A_SESSION = 3


@dataclass(frozen=True)
class Subscriptions:
    """Who follows what; b rows."""

    listener: np.ndarray  # [b] int32
    show: np.ndarray  # [b] int32
    since: np.ndarray  # [b] int32, day


@dataclass(frozen=True)
class EpisodePlays:
    """p plays, in the order of their sessions and within a session in the order of playing."""

    session: np.ndarray  # [p] int32
    item: np.ndarray  # [p] int32
    broken_off: np.ndarray  # [p] bool: to be resumed in a later session


def subscribe(catalogue: Catalogue, listeners: Listeners, rng: np.random.Generator) -> Subscriptions:
    """Shows by popularity and by topics that a listener likes."""
    count = len(listeners)
    number = np.where(rng.random(count) < FAN_SHARE, rng.geometric(1 / SUBSCRIPTIONS, count), 0)
    number = np.minimum(number, min(8, len(catalogue.show_topic)))
    topic_taste = rng.gamma(0.4, size=(count, int(catalogue.show_topic.max()) + 1)) + 0.01
    listener = np.repeat(np.arange(count), number)
    weight = topic_taste[:, catalogue.show_topic] * catalogue.show_weight
    show = pick_by_row(weight, rng.random((count, 8)))
    show = show[listener, np.arange(len(listener)) - np.repeat(np.cumsum(number) - number, number)]
    from_start = rng.random(len(listener)) < 0.6
    joined = listeners.joined[listener]
    since = np.where(from_start, joined, joined + rng.random(len(listener)) * (catalogue.days - joined))
    # A show drawn twice is followed once.
    pair = listener.astype(np.int64) * len(catalogue.show_topic) + show
    once = np.unique(pair, return_index=True)[1]
    return Subscriptions(
        listener[once].astype(np.int32), show[once].astype(np.int32), since[once].astype(np.int32)
    )


def play_episodes(
    catalogue: Catalogue, subscriptions: Subscriptions, sessions: Sessions, rng: np.random.Generator
) -> EpisodePlays:
    """Puts each wished-for episode into its listener's first session after the wish."""
    row, episode, wish = _wishes(catalogue, subscriptions, rng)
    kept = rng.random(len(row)) < HEARD_SHARE
    row, episode, wish = row[kept], episode[kept], wish[kept]
    # Within a show nobody wishes for an episode before the one that came earlier.
    base = row.astype(np.int64) * (1 << 40)
    wish = np.maximum.accumulate(wish + base) - base
    broken = rng.random(len(row)) < RESUMED_SHARE
    wish = np.concatenate([wish, wish[broken] + DAY // 2])
    listener = subscriptions.listener[np.concatenate([row, row[broken]])].astype(np.int64)
    episode = np.concatenate([episode, episode[broken]])
    broken = np.concatenate([broken, np.zeros(int(broken.sum()), bool)])

    session = np.searchsorted(sessions.start + sessions.listener * (1 << 40), wish + listener * (1 << 40))
    in_time = session < len(sessions.start)
    in_time[in_time] = sessions.listener[session[in_time]] == listener[in_time]
    session, episode, broken = session[in_time], episode[in_time], broken[in_time]
    # The first go comes first; a second go that falls into the same session is none.
    order = np.lexsort((~broken, episode, session))
    session, episode, broken = session[order], episode[order], broken[order]
    same = np.zeros(len(session), bool)
    same[1:] = (session[1:] == session[:-1]) & (episode[1:] == episode[:-1])
    broken[:-1] &= ~same[1:]
    session, episode, broken = session[~same], episode[~same], broken[~same]
    place = np.arange(len(session)) - np.searchsorted(session, session, side="left")
    kept = place < MOST_A_SESSION
    return EpisodePlays(
        session[kept].astype(np.int32), (catalogue.tracks + episode[kept]).astype(np.int32), broken[kept]
    )


def _wishes(
    catalogue: Catalogue, subscriptions: Subscriptions, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each subscription its episodes, oldest first, with the second at which each is wished for."""
    shows = len(catalogue.show_topic)
    size = np.bincount(catalogue.episode_show, minlength=shows)
    first = np.cumsum(size) - size
    count = size[subscriptions.show]
    row = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    episode = first[subscriptions.show][row] + place
    release = catalogue.release_day[catalogue.tracks + episode]
    since = subscriptions.since[row]
    behind = np.bincount(row, release < since, len(count)).astype(np.int64)[row] - place
    wait = rng.exponential(WAIT_DAYS, len(row))
    catch_up = since + (BACKLOG - behind) + rng.random(len(row))
    day = np.where(behind > 0, catch_up, release + wait)
    wanted = behind <= BACKLOG
    return row[wanted], episode[wanted], (day[wanted] * DAY).astype(np.int64)
