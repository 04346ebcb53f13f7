"""`make_playlist`: a prompt answered, or an earlier list changed by a sentence."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np
from pydantic import BaseModel

from listening_log.cleaning.item_tokens import CREATOR, GENRE
from models import names
from surfaces.common.answers import Answer, ShownItem, shown
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import Bools
from surfaces.common.errors import NotThereError, TooLargeError, WrongRequestError
from surfaces.common.facts import Fact, Has, LikeNamed, NewCreator, Popular, Ranked, Released, Unheard
from surfaces.common.sequencing import sequence
from surfaces.common.visit import Visit
from surfaces.playlists.filtering import satisfying, selected
from surfaces.playlists.parsing import understand
from surfaces.playlists.query import MOST_ITEMS, Query, Share
from surfaces.playlists.ranking import Ranking, rank
from surfaces.playlists.refining import refine
from surfaces.playlists.selecting import Bounds, select
from surfaces.playlists.titling import title_of
from surfaces.playlists.vocabulary import Vocabulary
from surfaces.service.service import Service
from surfaces.service.showing import Shown, impressions
from surfaces.store.records import Kept

SURFACE: Final = "playlists"
LONGEST_PROMPT: Final = 1000
"""Characters; a longer prompt is refused."""
_FULL: Final = 0.85
"""A list that fills so much of the minutes that were asked for isn't short."""


class Shortage(BaseModel):
    """What the list has less of than was asked for, because no more of the catalogue satisfies the query."""

    of: Literal["items", "minutes", "share"]
    wanted: float
    got: float


class Playlist(Answer):
    """A list for a prompt."""

    request_id: str
    """The answer's own id, which the plays that come of it name."""
    playlist: str
    """By which a later prompt changes it; "" where it could not be kept."""
    title: str
    understood: Query
    """The prompt as a typed query, which each item satisfies."""
    not_understood: list[str]
    """Words of the prompt that nothing was made of."""
    satisfying: int
    """How many items of the catalogue satisfy the query, here and for this listener."""
    short: list[Shortage]
    items: list[ShownItem]


def make_playlist(
    service: Service, vocabulary: Vocabulary, visit: Visit, prompt: str, playlist: str | None = None
) -> Playlist:
    """Answers a prompt by a list whose every item satisfies what was understood of it.

    Raises:
        WrongRequestError: the prompt is blank.
        TooLargeError: it is longer than LONGEST_PROMPT.
        NotThereError: the listener has no such playlist.
        UnavailableError: the earlier playlist can't be read now.
        OvertakenError: another prompt has changed the playlist meanwhile.
    """
    if len(prompt) > LONGEST_PROMPT:
        raise TooLargeError(
            f"prompt: {len(prompt):,} characters are more than {LONGEST_PROMPT:,}; say it shorter"
        )
    if not prompt.strip():
        raise WrongRequestError("prompt: say what you would like to hear, as calm folk from the 80s")
    kept: list[int] = []
    earlier: Kept | None = None
    if playlist is None:
        query, not_understood = understand(prompt, vocabulary)
        current: list[int] = []
    else:
        earlier = service.store.kept(visit.user_id, playlist)
        content = earlier.content if earlier else {}
        if content.get("surface") != SURFACE:
            raise NotThereError(
                f"playlist: {playlist[:40]!r} is not a playlist of this listener; leave it out for a new one"
            )
        current = service.catalogue.places_of(content["items"]).tolist()
        query, not_understood, keeps = refine(prompt, Query(**content["query"]), current, vocabulary)
        kept = current if keeps else []
    allowed = satisfying(service, visit, query)
    ranking = rank(service, visit, query, allowed, (*query.at_most, *query.at_least))
    places = _listed(service.catalogue, query, ranking, [place for place in kept if allowed[place]])
    content = {
        "surface": SURFACE,
        "query": query.model_dump(mode="json"),
        "items": [service.catalogue.item_ids[place] for place in places],
    }
    kept_as, request_id = "", secrets.token_urlsafe(12)
    with visit.tolerated():
        kept_as = service.store.keep(visit.user_id, content, earlier)
        items = [Shown(n, service.catalogue.item_ids[p], propensity=1.0) for n, p in enumerate(places, 1)]
        service.store.add_impressions(impressions(service, visit, request_id, SURFACE, items))
    reasons = _Reasons(service, visit, query, ranking)
    return Playlist(
        request_id=request_id,
        playlist=kept_as,
        title=title_of(service.catalogue, query, places),
        understood=query,
        not_understood=list(not_understood),
        satisfying=int(allowed.sum()),
        short=_shortages(service.catalogue, query, places, allowed),
        items=[shown(service.catalogue.item(place), reasons.why(place)) for place in places],
        **visit.shortfall,
    )


def _listed(catalogue: Catalogue, query: Query, ranking: Ranking, kept: Sequence[int]) -> list[int]:
    order = list(dict.fromkeys([*kept, *ranking.places]))
    bounds = Bounds(
        size=query.size,
        milliseconds=None if query.minutes is None else query.minutes * 60_000,
        at_most=_counted(catalogue, query.at_most),
        at_least=_counted(catalogue, query.at_least),
        by_a_creator=query.size if query.creators else max(3, query.size // 6),
    )
    places = select(order, catalogue.creators.codes, catalogue.durations, bounds)
    if set(places) <= set(kept):
        return places  # what is left of a list stays in its order
    return sequence(catalogue, places)


def _counted(catalogue: Catalogue, shares: Sequence[Share]) -> list[tuple[Bools, int]]:
    return [(selected(catalogue, share.of), share.items) for share in shares]


def _shortages(catalogue: Catalogue, query: Query, places: Sequence[int], allowed: Bools) -> list[Shortage]:
    listed = np.asarray(places, np.int64)
    short = []
    wanted = query.items or (0 if query.minutes else query.size)
    if len(places) < wanted and not (query.minutes and len(places) < allowed.sum()):
        short.append(Shortage(of="items", wanted=wanted, got=len(places)))
    if query.minutes:
        minutes = float(catalogue.durations[listed].sum()) / 60_000
        if minutes < _FULL * query.minutes and (
            query.items is None or len(places) < min(query.items, MOST_ITEMS)
        ):
            short.append(Shortage(of="minutes", wanted=query.minutes, got=round(minutes, 1)))
    for share in query.at_least:
        got = int(selected(catalogue, share.of)[listed].sum())
        if got < min(share.items, query.size):
            short.append(Shortage(of="share", wanted=share.items, got=got))
    return short


class _Reasons:
    """Why an item is on the list."""

    def __init__(self, service: Service, visit: Visit, query: Query, ranking: Ranking) -> None:
        self._service, self._visit, self._query, self._ranking = service, visit, query, ranking
        suiting = [one.tags for one in query.moods] + [one.tags for one in query.activities]
        self._tags = frozenset(query.genres).union(*suiting)

    def why(self, place: int) -> list[Fact]:
        """The conditions that it satisfies, then the models' word for it."""
        catalogue, query, visit = self._service.catalogue, self._query, self._visit
        creator, day = catalogue.creators.value(place), int(catalogue.release_days[place])
        facts: list[Fact] = [
            Has(token=f"{GENRE}={tag}") for tag in catalogue.genres.values_at(place) if tag in self._tags
        ]
        if creator in query.creators:
            facts.append(Has(token=f"{CREATOR}={creator}"))
        if (query.years or query.recent is not None) and day != names.RELEASE_UNKNOWN:
            facts.append(Released(day=date(1970, 1, 1) + timedelta(days=day)))
        if query.heard in ("unheard", "new_creators"):
            facts.append(Unheard())
        if query.heard == "new_creators":
            facts.append(NewCreator(creator=creator))
        if place in visit.plays.counts and query.heard not in ("unheard", "new_creators"):
            facts.append(visit.played(place))
        popularity = self._service.log.popularity
        if query.popularity == "popular":
            facts.append(Popular(plays=int(popularity.everywhere[place]), days=popularity.days))
        for like, ranks in self._ranking.like_ranks:
            if place in ranks:
                facts.append(LikeNamed(place=ranks[place], item_id=like.item_id, creator=like.creator))
        if place in self._ranking.ranks:
            facts.append(Ranked(model=names.RANKER, place=self._ranking.ranks[place]))
        return facts
