"""One request of one listener: who asks, when, from where, and what they have played."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypedDict

from listening_log.cleaning.item_tokens import COUNTRY, EXPLICIT
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import Bools
from surfaces.common.errors import UnavailableError
from surfaces.common.facts import Played
from surfaces.common.model_server import Wish
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.common.tokens import having_any

_LOG = logging.getLogger("upnext.surfaces")


class Shortfall(TypedDict):
    """What an answer says of what it had to do without, as `answers.Answer` takes it."""

    degraded: bool
    reason: str


@dataclass(frozen=True)
class Visit:
    """What every destination knows of a request.

    Attributes:
        user_id: any string, a stranger's too.
        moment: when, by the listener's own clock.
        plays: all that they played before that moment, in the log and since.
        tokens: what the log says of the listener, `column=value`.
        device: "" where it isn't said.
        country: of the request, else of the listener; "" where neither says.
        explicit: whether explicit items are wanted.
        surface: the destination, as a context token's value.
        has_times: whether the log's times are real; if not they say the order of plays alone.
        away: item tokens that the listener never wants, as of creators; none of them may be offered.
        faults: what could not be had on the way to the answer, a sentence each.
    """

    user_id: str
    moment: Moment
    plays: Plays
    tokens: Sequence[str] = ()
    device: str = ""
    country: str = ""
    explicit: bool = True
    surface: str = ""
    has_times: bool = True
    away: Sequence[str] = ()
    faults: list[str] = field(default_factory=list)

    @contextmanager
    def tolerated(self) -> Iterator[None]:
        """Goes on where the block can't have the models or the store, and notes it among `faults`.

        ```
        ranked = None
        with visit.tolerated():
            ranked = service.models.recommend(visit.plays, visit.wish(service.catalogue))
        offers = of_ranked(ranked) if ranked else fallback(service, visit, 20)
        ...
        return Page(items=..., **visit.shortfall)
        ```
        """
        try:
            yield
        except UnavailableError as error:
            _LOG.warning("%s does without: %s", self.surface or "an answer", error)
            self.note(str(error))

    def note(self, fault: str) -> None:
        """Notes what the answer was made without, once; "" is nothing."""
        if fault and fault not in self.faults:
            self.faults.append(fault)

    @property
    def shortfall(self) -> Shortfall:
        """Whether the answer is degraded, and why; for an answer's own fields of these names."""
        return {"degraded": bool(self.faults), "reason": "; ".join(self.faults)}

    @property
    def context(self) -> list[str]:
        """Tokens of the listener and the request, as the models take them."""
        said = {"device": self.device, "surface": self.surface, "country": self.country}
        columns = {token.partition("=")[0] for token in self.tokens}
        own = [f"{column}={value}" for column, value in said.items() if value and column not in columns]
        return [*self.tokens, *own]

    def played(self, place: int) -> Played:
        """That the listener has played an item, which they have, without skipping; and when, if that is known."""
        last = self.plays.last_times[place] if self.has_times else 0
        return Played(plays=self.plays.counts[place], last=last)

    def eligible(self, catalogue: Catalogue) -> Bools:
        """[N] whether an item may be offered to this listener here."""
        eligible = catalogue.eligible(country=self.country, explicit=self.explicit)
        return eligible & ~having_any(catalogue, self.away) if self.away else eligible

    def wish(
        self,
        catalogue: Catalogue,
        *,
        exclude: Iterable[int] = (),
        only: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> Wish:
        """What the models are asked for: explicit items and other countries' are left out where they must be.

        What the listener never wants is left out too.

        The models take one set of `only`. A country is among it only where nothing else is and some item names it:
        else, check what comes back against `eligible`.
        """
        banned = [*without, *self.away]
        if not self.explicit:
            banned.append(f"{EXPLICIT}=1")
        wanted = list(only)
        if not wanted and self.country in catalogue.countries.code_of:
            wanted = [f"{COUNTRY}={self.country}"]
        return Wish(exclude=exclude, only=wanted, without=banned, context=self.context, unix=self.moment.unix)
