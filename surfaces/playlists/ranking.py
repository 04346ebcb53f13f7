"""What of the items that satisfy a query suits this listener best: by the served models, or without them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from listening_log.cleaning.item_tokens import CREATOR, EXPLICIT, GENRE, KIND
from models import names
from surfaces.common.columns import NOBODY, Bools
from surfaces.common.model_server import Ranked, Wish
from surfaces.common.plays import Plays
from surfaces.common.taste import Floats, taste
from surfaces.common.visit import Visit
from surfaces.playlists.filtering import bearing, selected
from surfaces.playlists.query import Like, Query, Share
from surfaces.service.service import Service

POOL: Final = 300
"""Items that the ranker puts in order; where more satisfy a query, the models and what is popular choose them."""
_OF_A_SHARE: Final = 60
"""Items of a selection, and of the rest, that are among them where a part of the list is bound to it."""
_SEEDS: Final = 3
_SEED_ITEMS: Final = 5
_SOFT: Final = 10.0
"""How much the first places of a ranking count more than the next, in the sum of reciprocal ranks."""


@dataclass
class Ranking:
    """Items that satisfy a query, best first, and their places in the models' rankings, 1 the best.

    Attributes:
        places: of the catalogue.
        ranks: by the ranker for this listener; empty where the models don't answer.
        like_ranks: by the ranker after what the list is to be like, for each of these that was ranked.
    """

    places: list[int]
    ranks: dict[int, int] = field(default_factory=dict)
    like_ranks: list[tuple[Like, dict[int, int]]] = field(default_factory=list)


def rank(
    service: Service, visit: Visit, query: Query, allowed: Bools, shares: Sequence[Share] = ()
) -> Ranking:
    """Ranks the items that satisfy a query, or the few hundred most promising of them.

    Args:
        service: what the destinations share.
        visit: whose; what can't be had from the models is noted among its faults.
        query: what is wished for.
        allowed: [N] the items that satisfy it.
        shares: selections of which the list may need items, or may need others.
    """
    known = prior(service, visit)
    seeds = [(like, plays) for like in query.like[:_SEEDS] if len(plays := _seed(service, like, known))]
    pool = _pool(service, visit, query, allowed, shares, known, [plays for _, plays in seeds])
    pool = pool[np.argsort(-known[pool], kind="stable")]
    ranking = Ranking(pool.tolist())
    if not visit.faults:
        with visit.tolerated():
            _ask(service, visit, ranking, seeds)
    _order(ranking, pool, query, service)
    return ranking


def prior(service: Service, visit: Visit) -> Floats:
    """[N] what is known of an item without the models: its plays, and how much the listener plays its like."""
    catalogue, popularity = service.catalogue, service.log.popularity
    plays = popularity.by_country.get(visit.country, popularity.everywhere)
    own = taste(catalogue, visit.plays, visit.moment.unix)
    creators = np.append(own.creators, 0.0)[catalogue.creators.codes]  # NOBODY is the last
    genres = catalogue.genres.matrix @ own.genres
    played = np.bincount(visit.plays.kept.items, minlength=catalogue.size)
    return np.log1p(plays) / 4 + np.sqrt(creators) + np.sqrt(genres) + np.minimum(played, 3) / 3


def _seed(service: Service, like: Like, known: Floats) -> Plays:
    catalogue = service.catalogue
    if like.item_id:
        places = catalogue.places_of([like.item_id])
    else:
        places = np.flatnonzero(catalogue.creators.having(like.creator)).astype(np.int32)
        places = places[np.argsort(known[places], kind="stable")[-_SEED_ITEMS:]]
    count = len(places)
    return Plays(
        places,
        np.zeros(count, np.int64),
        np.full(count, names.COMPLETED, np.int8),
        np.full(count, -1, np.int64),
    )


def _pool(
    service: Service,
    visit: Visit,
    query: Query,
    allowed: Bools,
    shares: Sequence[Share],
    known: Floats,
    seeds: Sequence[Plays],
) -> np.ndarray:
    places = np.flatnonzero(allowed)
    if len(places) <= POOL:
        return places
    chosen: list[int] = []
    with visit.tolerated():
        wish = _wish(service, visit, query)
        answers = service.models.recommend_each([visit.plays, *seeds], [wish] * (1 + len(seeds)))
        chosen += [place for answer in answers for place in answer.places if allowed[place]]
    for share in shares:
        of = selected(service.catalogue, share.of)
        chosen += [*_best(allowed & of, known, _OF_A_SHARE), *_best(allowed & ~of, known, _OF_A_SHARE)]
    for activity in query.activities:
        chosen += _best(allowed & bearing(service.catalogue.genres, activity.tags), known, _OF_A_SHARE)
    chosen += _best(allowed, known, POOL)
    most = max(POOL, query.size)
    return np.array(list(dict.fromkeys(chosen))[:most], np.int64)


def _best(allowed: Bools, known: Floats, count: int) -> list[int]:
    places = np.flatnonzero(allowed)
    if len(places) > count:
        places = places[np.argpartition(-known[places], count)[:count]]
    return places[np.argsort(-known[places], kind="stable")].tolist()


def _wish(service: Service, visit: Visit, query: Query) -> Wish:
    """What the models are asked for: the condition of which the catalogue has fewest, and all that is ruled out."""
    catalogue = service.catalogue
    moods = [[f"{GENRE}={tag}" for tag in mood.tags] for mood in query.moods]
    choices = [
        [f"{CREATOR}={name}" for name in query.creators],
        *moods,
        [f"{GENRE}={tag}" for tag in query.genres],
        [f"{KIND}={kind}" for kind in query.kinds or _kinds(service, query)],
    ]
    only = next((choice for choice in choices if choice), [])
    without = query.without
    banned = [
        f"{GENRE}={tag}" for tag in (*without.genres, *(t for mood in without.moods for t in mood.tags))
    ]
    banned += [f"{CREATOR}={name}" for name in without.creators] + [
        f"{KIND}={kind}" for kind in without.kinds
    ]
    if query.explicit is False and visit.explicit and EXPLICIT in catalogue.token_columns:
        banned.append(f"{EXPLICIT}=1")
    unheard = query.heard in ("unheard", "new_creators")
    exclude = {*catalogue.places_of(without.item_ids).tolist(), *(visit.plays.heard if unheard else ())}
    return visit.wish(catalogue, exclude=exclude, only=only, without=banned)


def _kinds(service: Service, query: Query) -> Iterable[str]:
    if query.content is None or (service.catalogue.kinds.codes == NOBODY).any():
        return ()
    talk = query.content == "talk"
    return [kind for kind in service.catalogue.kinds.values if (kind in names.TALK_KINDS) == talk]


def _ask(service: Service, visit: Visit, ranking: Ranking, seeds: Sequence[tuple[Like, Plays]]) -> None:
    wish = visit.wish(service.catalogue)
    ranking.ranks = _ranks(service.models.rank(visit.plays, ranking.places, wish))
    for like, plays in seeds:
        ranking.like_ranks.append((like, _ranks(service.models.rank(plays, ranking.places, wish))))


def _ranks(ranked: Ranked) -> dict[int, int]:
    return {place: rank for rank, place in enumerate(ranked.places, 1)}


def _order(ranking: Ranking, pool: np.ndarray, query: Query, service: Service) -> None:
    """Sums reciprocal ranks, those after what the list is to be like twice; what suits an activity comes first.

    What is known without the models has a vote beside theirs: lists of both hold more of what is played next than
    lists of either (benchmarks/README.md). Where the list is to be like something, it has none.
    """
    score = np.zeros(len(pool)) if ranking.like_ranks else 1 / (_SOFT + np.arange(1, len(pool) + 1))
    last = len(pool) + 1
    weights = [(ranking.ranks, 1.0), *((ranks, 2.0) for _, ranks in ranking.like_ranks)]
    for ranks, weight in weights:
        if ranks:
            score += weight / (_SOFT + np.array([ranks.get(place, last) for place in ranking.places]))
    for activity in query.activities:
        score += bearing(service.catalogue.genres, activity.tags)[pool].astype(np.float64)
    ranking.places = pool[np.argsort(-score, kind="stable")].tolist()
