"""The model server as the destinations ask it: places of the catalogue in and out, within a deadline."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from models import names
from serving.client import Client, Ranking
from serving.errors import ServerError
from surfaces.common.breaker import Breaker
from surfaces.common.budget import seconds_left
from surfaces.common.catalogue import Catalogue
from surfaces.common.errors import UnavailableError
from surfaces.common.plays import Plays

DEADLINE: Final = 0.5
"""Seconds that one question may take: a destination answers within one second, with or without the models."""
LONGEST: Final = 500
"""Newest plays that are sent; a model reads no more of a history than its own length."""

_LOG = logging.getLogger("upnext.surfaces")


@dataclass(frozen=True)
class Wish:
    """What a question asks for beside a history.

    Attributes:
        exclude: places that must not be answered.
        only: item tokens of which an answer must have one.
        without: item tokens of which an answer must have none.
        context: tokens `column=value` of the listener and the request.
        unix: seconds at which the listener asks, 0 = unknown.
    """

    exclude: Iterable[int] = ()
    only: Sequence[str] = ()
    without: Sequence[str] = ()
    context: Sequence[str] = ()
    unix: int = 0


ANYTHING: Final = Wish()
"""The wish for whatever comes next."""


@dataclass(frozen=True)
class Ranked:
    """Places of the catalogue, best first, and their scores."""

    places: list[int]
    scores: list[float]


class ModelServer:
    """Asks the served models; safe to use from any number of threads.

    Args:
        address: `host:port` of the server's gRPC.
        catalogue: what the models rank.
        deadline: seconds that one question may take; less where less is left for the answer (`budget`).
    """

    def __init__(self, address: str, catalogue: Catalogue, deadline: float = DEADLINE) -> None:
        self.address = address
        self._catalogue = catalogue
        self._client = Client(address, timeout=lambda: seconds_left(deadline), connections=2)
        self._breaker = Breaker()

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def recommend(self, plays: Plays, wish: Wish = ANYTHING, k: int = names.ANSWERS) -> Ranked:
        """Asks what comes next: the best `k` of the whole catalogue; at most 100.

        Raises:
            UnavailableError: the server doesn't answer in time, or refuses.
        """
        return self.recommend_each([plays], [wish], k)[0]

    def recommend_each(
        self, plays: Sequence[Plays], wishes: Sequence[Wish], k: int = names.ANSWERS
    ) -> list[Ranked]:
        """Asks `recommend` for several histories in one call; eight rows cost far less than eight calls."""
        with self._questioned():
            answers = self._client.recommend(*self._histories(plays), k=k, **self._wishes(plays, wishes))
        return [self._ranked(answer) for answer in answers]

    def versions(self) -> list[int]:
        """Asks which versions of `upnext` are served now, oldest first.

        Raises:
            UnavailableError: the server doesn't answer in time, or refuses.
        """
        with self._questioned():
            return self._client.versions(names.UPNEXT)

    def recommend_from(
        self, version: int, plays: Plays, wish: Wish = ANYTHING, k: int = names.ANSWERS
    ) -> Ranked:
        """Asks one of the served versions what comes next; items that the catalogue lacks are left out.

        Raises:
            UnavailableError: the server doesn't answer in time, or refuses.
        """
        with self._questioned():
            answers = self._client.recommend(
                *self._histories([plays]), k=k, version=version, **self._wishes([plays], [wish])
            )
        return self._ranked(answers[0])

    def retrieve(self, plays: Plays, wish: Wish = ANYTHING, k: int = names.CANDIDATES) -> Ranked:
        """Asks which few hundred: the best `k` candidates of retrieval; at most 200.

        Raises:
            UnavailableError: the server doesn't answer in time, or refuses.
        """
        with self._questioned():
            answers = self._client.retrieve(*self._histories([plays]), k=k, **self._wishes([plays], [wish]))
        return self._ranked(answers[0])

    def rank(self, plays: Plays, places: Sequence[int], wish: Wish = ANYTHING) -> Ranked:
        """Asks in what order: the given places, best first; those that the wish rules out are left out.

        Raises:
            UnavailableError: the server doesn't answer in time, or refuses.
        """
        candidates = [self._catalogue.item_ids[place] for place in places]
        if not candidates:
            return Ranked([], [])
        with self._questioned():
            answers = self._client.rank(
                *self._histories([plays]), [candidates], **self._wishes([plays], [wish])
            )
        return self._ranked(answers[0])

    @contextmanager
    def _questioned(self) -> Iterator[None]:
        if not self._breaker.is_closed():
            raise UnavailableError("the model server hasn't answered lately; it is tried again in a second")
        try:
            yield
        except ServerError as error:
            self._breaker.note_failure()
            _LOG.warning("the model server: %s", error)
            raise UnavailableError(f"the model server doesn't answer: {error}") from None
        self._breaker.note_answer()

    def _histories(self, plays: Sequence[Plays]) -> tuple[list[list[str]]]:
        ids = self._catalogue.item_ids
        return ([[ids[place] for place in one.items[-LONGEST:]] for one in plays],)

    def _wishes(self, plays: Sequence[Plays], wishes: Sequence[Wish]) -> dict:
        ids = self._catalogue.item_ids
        return {
            "timestamps": [one.times[-LONGEST:].tolist() for one in plays],
            "request_time": [wish.unix for wish in wishes],
            "context": [list(wish.context) for wish in wishes],
            "exclude": [[ids[place] for place in wish.exclude] for wish in wishes],
            "only": [list(wish.only) for wish in wishes],
            "without": [list(wish.without) for wish in wishes],
        }

    def _ranked(self, answer: Ranking) -> Ranked:
        pairs = [
            (place, score)
            for item_id, score in zip(answer.ids, answer.scores, strict=True)
            if (place := self._catalogue.place_of(item_id)) is not None
        ]
        return Ranked([place for place, _ in pairs], [score for _, score in pairs])
