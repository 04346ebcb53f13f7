"""What the served models say of one visit, side by side: retrieval against ranker, version against version."""

import time
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from pydantic import BaseModel

from surfaces.common.catalogue import Item
from surfaces.common.model_server import Ranked, Wish
from surfaces.common.visit import Visit
from surfaces.service.service import Service

SHOWN: Final = 20
"""Places of a list."""
_RECENT: Final = 8
"""Newest plays that are told of a history."""

T = TypeVar("T")


class Compared(BaseModel):
    """An item and the places that the models gave it, 1 the best; None: not among those that were ranked."""

    item_id: str
    title: str
    retrieval: int | None
    ranker: int | None
    score: float | None


class Question(BaseModel):
    """What the models were asked: how many plays, the newest of them, the context and the filters."""

    plays: int
    newest: list[str]
    context: list[str]
    only: list[str]
    without: list[str]
    request_time: int


class Comparison(BaseModel):
    """Retrieval's candidates as the ranker orders them, the item in question, and milliseconds of each model."""

    question: Question
    candidates: int
    milliseconds: dict[str, float]
    items: list[Compared]
    item: Compared | None


class VersionAnswer(BaseModel):
    """What one version of `upnext` ranks first."""

    version: int
    milliseconds: float
    items: list[Compared]


class Versions(BaseModel):
    """The versions that the model server has, oldest first; the answers of the newest two."""

    versions: list[int]
    answers: list[VersionAnswer]


def compare_stages(service: Service, visit: Visit, item_id: str = "") -> Comparison:
    """Asks retrieval which few hundred, and the ranker in what order; `item_id` is placed among them as well.

    Raises:
        UnavailableError: the model server doesn't answer.
    """
    wish = visit.wish(service.catalogue)
    retrieved, retrieval_ms = _timed(lambda: service.models.retrieve(visit.plays, wish))
    place = service.catalogue.place_of(item_id)
    asked_for = retrieved.places if place is None else [*retrieved.places, place]
    ranked, ranker_ms = _timed(lambda: service.models.rank(visit.plays, [*dict.fromkeys(asked_for)], wish))
    placed = _Places(service, retrieved, ranked)
    return Comparison(
        question=_question(service, visit, wish),
        candidates=len(retrieved.places),
        milliseconds={"retrieval": retrieval_ms, "ranker": ranker_ms},
        items=[placed.compared(one) for one in ranked.places[:SHOWN]],
        item=None if place is None else placed.compared(place),
    )


def compare_versions(service: Service, visit: Visit) -> Versions:
    """Asks the newest two of the served versions what comes next; one where only one is served.

    Raises:
        UnavailableError: the model server doesn't answer.
    """
    wish = visit.wish(service.catalogue)
    versions = service.models.versions()
    answers = []
    for version in versions[-2:]:
        ranked, milliseconds = _timed(
            partial(service.models.recommend_from, version, visit.plays, wish, SHOWN)
        )
        placed = _Places(service, Ranked([], []), ranked)
        items = [placed.compared(one) for one in ranked.places]
        answers.append(VersionAnswer(version=version, milliseconds=milliseconds, items=items))
    return Versions(versions=versions, answers=answers)


class _Places:
    """The places that items got in two rankings."""

    def __init__(self, service: Service, retrieved: Ranked, ranked: Ranked) -> None:
        self._service = service
        self._retrieval = {place: rank for rank, place in enumerate(retrieved.places, 1)}
        self._ranker = {place: rank for rank, place in enumerate(ranked.places, 1)}
        self._scores = dict(zip(ranked.places, ranked.scores, strict=True))

    def compared(self, place: int) -> Compared:
        item: Item = self._service.catalogue.item(place)
        return Compared(
            item_id=item.item_id,
            title=item.title or item.item_id,
            retrieval=self._retrieval.get(place),
            ranker=self._ranker.get(place),
            score=self._scores.get(place),
        )


def _question(service: Service, visit: Visit, wish: Wish) -> Question:
    newest = service.items(visit.plays.items[-_RECENT:].tolist())
    return Question(
        plays=len(visit.plays),
        newest=[item.title or item.item_id for item in newest],
        context=list(wish.context),
        only=list(wish.only),
        without=list(wish.without),
        request_time=wish.unix,
    )


def _timed(ask: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    answer = ask()
    return answer, round(1000 * (time.perf_counter() - start), 2)
