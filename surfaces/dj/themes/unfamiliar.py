"""Themes of what is new to the listener, or seldom played: by loved creators, of other genres, of late, by others."""

from typing import Final

import numpy as np

from listening_log.cleaning.item_tokens import CREATOR, GENRE
from surfaces.common.taste import count_plays
from surfaces.dj.knowing.desk import Desk
from surfaces.dj.knowing.plan import Plan, Topic
from surfaces.dj.themes.pools import FEWEST, LOVED, draw, only, pooled

FRESH_DAYS: Final = (14, 30, 60, 120)
CHOICE: Final = 20
"""So many new items are enough to choose a segment from."""


def more_by_a_creator(desk: Desk) -> Plan | None:
    """Items that the listener never played by a creator whom they play."""
    creators = desk.catalogue.creators
    if not len(creators.values):
        return None
    plays = count_plays(creators, desk.visit.plays.kept)
    fresh = desk.music & ~desk.heard
    left = np.bincount(creators.codes[fresh & (creators.codes >= 0)], minlength=len(creators.values))
    chosen = draw(desk, (plays >= LOVED) & (left >= FEWEST), plays)
    if chosen is None:
        return None
    creator = creators.values[chosen]
    return Plan(
        "more by a creator",
        fresh & creators.having(creator),
        history=desk.visit.plays,
        wish=desk.wish(only=[f"{CREATOR}={creator}"], exclude=np.flatnonzero(desk.heard).tolist()),
        size=FEWEST,
        most_by_one=FEWEST,
        topic=Topic(creator=creator),
    )


def turn(desk: Desk) -> Plan | None:
    """A genre that the listener plays seldom these months; the likelier the better they like what there is in it."""
    genres = desk.catalogue.genres
    if len(genres.values) < 2 or any(token.startswith(f"{GENRE}=") for token in desk.steers.only):
        return None
    places = np.flatnonzero(desk.music)
    bearing = genres.matrix[places]
    here = np.asarray(bearing.sum(axis=0)).ravel()
    liked = np.asarray(bearing.T @ np.exp(desk.likings[places])).ravel() / np.maximum(here, 1)
    share = desk.taste.genres
    weight = np.sqrt(here) * (share + 0.01) * liked * np.exp(2.0 * desk.reactions.genres)
    chosen = draw(desk, (here >= 2 * FEWEST) & (share < max(0.1, float(np.median(share)))), weight)
    if chosen is None:
        return None
    genre = genres.values[chosen]
    return Plan(
        "turn",
        desk.music & genres.having(genre),
        history=desk.visit.plays,
        wish=desk.wish(only=[f"{GENRE}={genre}"]),
        topic=Topic(genre=genre),
    )


def fresh(desk: Desk) -> Plan | None:
    """What came out in the last weeks, by the listener's own calendar; in so many that there is a choice."""
    age = desk.today - desk.catalogue.release_days
    new = {days: desk.music & (age >= 0) & (age <= days) for days in FRESH_DAYS}
    days = next((days for days in FRESH_DAYS if new[days].sum() >= CHOICE), FRESH_DAYS[-1])
    if new[days].sum() < FEWEST:
        return None
    return pooled(desk, "fresh", new[days], topic=Topic(fresh_days=days))


def popular(desk: Desk) -> Plan | None:
    """What is played most where the listener is."""
    played = desk.music & (desk.popular > 0)
    if played.sum() < FEWEST:
        return None
    places = np.flatnonzero(played)
    best = places[np.argpartition(-desk.popular[places], min(30, len(places) - 1))[:30]]
    return pooled(desk, "popular", only(desk, best))


def unheard(desk: Desk) -> Plan | None:
    """What the models rank first of all that the listener never played."""
    new = desk.music & ~desk.heard
    if new.sum() < FEWEST:
        return None
    wish = desk.wish(exclude=np.flatnonzero(desk.heard).tolist())
    return Plan("unheard", new, history=desk.visit.plays, wish=wish, most_by_one=1)


def new_creators(desk: Desk) -> Plan | None:
    """What the models rank first by creators whom the listener never played."""
    creators = desk.catalogue.creators
    if not len(creators.values) or not len(desk.visit.plays):
        return None
    known = np.zeros(len(creators.values) + 1, bool)
    known[creators.codes[desk.visit.plays.items]] = True
    new = desk.music & ~known[creators.codes] & (creators.codes >= 0)
    if new.sum() < FEWEST:
        return None
    wish = desk.wish(exclude=np.flatnonzero(desk.heard).tolist())
    return Plan(
        "new creators",
        new,
        history=desk.visit.plays,
        wish=wish,
        most_by_one=1,
    )
