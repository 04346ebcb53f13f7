"""Chooses the items of a daylist: what is played at such times and what the models rank for this moment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from listening_log.cleaning.item_tokens import GENRE
from surfaces.common.calibration import calibrate
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY, Bools
from surfaces.common.plays import Plays
from surfaces.common.sequencing import sequence
from surfaces.common.taste import Floats, taste
from surfaces.common.visit import Visit
from surfaces.daylist.such_times import at_such_times
from surfaces.daylist.theme import PRIOR_PLAYS, lifts, make_true
from surfaces.service.fallback import popular
from surfaces.service.service import Service

COUNT: Final = 50
MOST_A_CREATOR: Final = 10
SURFACE: Final = "daylist"
FAMILIAR: Final = 80
"""Items played at such times that are candidates."""
GENRES_ASKED_FOR: Final = 3
"""Genres of such times for which the models are asked alone."""
WINDOW_DAYS: Final = 182
STRENGTH: Final = 0.7
"""How much the mix of such times counts against the models' order."""
OWN_BONUS: Final = 0.3
"""How much higher an item stands for being played at such times; from the first candidate to the last it is 1."""

AMONG: Final = 8
"""The next item is one of so many of the best that are left: a listener hears the beginning, not all fifty."""


@dataclass(frozen=True)
class Day:
    """A daylist.

    Attributes:
        places: of the items, in the order of playing.
        descriptors: what its title says beside the time.
        ranks: at which place the ranker put each; 0 where no model was asked.
    """

    places: list[int]
    descriptors: list[str]
    ranks: list[int]


def choose_day(service: Service, visit: Visit) -> Day:
    """Chooses a daylist for the visit's moment; without the models of what is known, and the visit notes that."""
    visit = replace(visit, surface=SURFACE)
    catalogue, plays = service.catalogue, visit.plays.kept
    such = such_plays(service, visit)
    mix = time_mix(catalogue, such, plays, visit.moment.unix, service.log.has_times)
    eligible = visit.eligible(catalogue)
    eligible[[place for place in visit.plays.counts if catalogue.is_talk[place]]] = False  # heard once
    own = _most_played(such, eligible)
    ranked: list[int] | None = None
    with visit.tolerated():
        ranked = _ranked(service, visit, mix, own, eligible)
    candidates = ranked or _without_models(service, visit, own, eligible)
    played = np.isin(candidates, own)
    scores = 1 - np.arange(len(candidates)) / max(len(candidates), 1) + OWN_BONUS * played
    most = most_a_creator(catalogue, candidates)
    wanted = np.flatnonzero(mix)
    order = calibrate(
        scores,
        catalogue.genres.shares[candidates][:, wanted].toarray(),
        mix[wanted],
        COUNT,
        strength=STRENGTH,
        groups=catalogue.creators.codes[candidates],
        most_a_group=most,
    )
    chosen = [candidates[n] for n in order]
    spare = [place for place in candidates if place not in set(chosen)]
    listed, theme = make_true(catalogue, chosen, spare, lifts(catalogue, such, plays), most)
    rank = {place: n for n, place in enumerate(ranked or [], start=1)}
    score_of = dict(zip(candidates, scores.tolist(), strict=True))
    best = sorted(listed, key=lambda place: -score_of[place])
    places = sequence(catalogue, best, among=AMONG)
    return Day(places, theme, [rank.get(place, 0) for place in places])


def such_plays(service: Service, visit: Visit) -> Plays:
    """The listener's plays at such times, without skips; none in a log whose times only say the order."""
    kept = visit.plays.kept
    return kept.at(at_such_times(kept, visit.moment)) if service.log.has_times else Plays()


def time_mix(catalogue: Catalogue, such: Plays, plays: Plays, unix: int, has_times: bool) -> Floats:
    """The shares of the genres at such times; few plays are helped out by those of all times: [genres]."""
    now = taste(catalogue, such, unix, days=WINDOW_DAYS, has_times=has_times)
    always = taste(catalogue, plays, unix, days=WINDOW_DAYS, has_times=has_times)
    part = len(now.plays) / (len(now.plays) + PRIOR_PLAYS) if now.genres.any() else 0.0
    return part * now.genres + (1 - part) * always.genres


def most_a_creator(catalogue: Catalogue, candidates: Sequence[int]) -> int:
    """How many items by one creator a list may have: a few, and more where there are few creators."""
    codes = catalogue.creators.codes[list(candidates)]
    creators = len(np.unique(codes[codes != NOBODY]))
    return max(MOST_A_CREATOR, -(-COUNT // max(creators, 1)))


def _most_played(such: Plays, eligible: Bools) -> list[int]:
    """Places of what is played most at such times; of equals what was played last first."""
    places, last, counts = np.unique(such.items[::-1], return_index=True, return_counts=True)
    order = np.lexsort((last, -counts))
    return [place for place in places[order].tolist() if eligible[place]][:FAMILIAR]


def _ranked(service: Service, visit: Visit, mix: Floats, own: list[int], eligible: Bools) -> list[int]:
    """The candidates as the ranker puts them at this moment: what the models offer, and what is played anyway."""
    catalogue = service.catalogue
    genres = [catalogue.genres.values[code] for code in np.argsort(-mix)[:GENRES_ASKED_FOR] if mix[code]]
    wishes = [visit.wish(catalogue, only=only) for only in ([], *([f"{GENRE}={genre}"] for genre in genres))]
    answers = service.models.recommend_each([visit.plays] * len(wishes), wishes)
    offered = [place for answer in answers for place in answer.places if eligible[place]]
    places = list(dict.fromkeys([*own, *offered]))
    return service.models.rank(visit.plays, places, visit.wish(catalogue)).places


def _without_models(service: Service, visit: Visit, own: list[int], eligible: Bools) -> list[int]:
    offers = popular(service, visit, eligible, 3 * COUNT)
    return list(dict.fromkeys([*own, *(offer.place for offer in offers)]))
