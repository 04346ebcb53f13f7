"""`Desk`: all that a theme looks at when it proposes a segment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import Bools
from surfaces.common.energy import energies
from surfaces.common.model_server import Wish
from surfaces.common.plays import Plays
from surfaces.common.taste import Floats, Taste, taste
from surfaces.common.tokens import having_any
from surfaces.common.visit import Visit
from surfaces.dj.knowing.clock import release_years
from surfaces.dj.knowing.reactions import Reactions
from surfaces.dj.knowing.session import Session, Steers
from surfaces.log.log_plays import Popularity

STEPS: Final = 2
_CALM: Final = (0.4, 0.25)
_LIVELY: Final = (0.6, 0.75)
"""How lively an item may be, and must be, after one step and after two."""
_FEW: Final = 5


@dataclass(frozen=True)
class Desk:
    """What is known when the next segments are put together.

    Attributes:
        catalogue: all items.
        visit: the listener, their plays, their clock.
        popularity: of the log.
        timed: whether the times of plays are real.
        session: so far, with the listener's steers.
        reactions: to the session so far.
        used: [N] places that were in the session, or are in a segment of this answer.
        random: seeded by session and segment.
    """

    catalogue: Catalogue
    visit: Visit
    popularity: Popularity
    timed: bool
    session: Session
    reactions: Reactions
    used: Bools
    random: Random

    @property
    def steers(self) -> Steers:
        """What the listener wished."""
        return self.session.steers

    @cached_property
    def allowed(self) -> Bools:
        """[N] what may come: eligible, new to the session, and as the listener steers."""
        allowed = self.wished & ~self.used
        fresh = allowed & ~self.reactions.tiring(self.catalogue)
        return fresh if fresh.sum() >= _FEW else allowed

    @cached_property
    def wished(self) -> Bools:
        """[N] what the listener's wishes and rules leave of the catalogue."""
        catalogue, steers = self.catalogue, self.steers
        wished = self.visit.eligible(catalogue)
        if steers.only:
            wished &= having_any(catalogue, steers.only)
        if steers.without:
            wished &= ~having_any(catalogue, steers.without)
        if steers.first_year or steers.last_year:
            years = self.years
            wished &= (years > 0) & (years >= steers.first_year) & (years <= (steers.last_year or 9999))
        if steers.heard is not None:
            wished &= self.heard == steers.heard
        if steers.energy:
            energy = energies(catalogue)
            with np.errstate(invalid="ignore"):
                step = abs(steers.energy) - 1
                wished &= (energy <= _CALM[step]) if steers.energy < 0 else (energy >= _LIVELY[step])
        return wished

    @cached_property
    def music(self) -> Bools:
        """[N] what may come among music; all that may come where there is nothing but talk."""
        music = self.allowed & ~self.catalogue.is_talk
        return music if music.any() else self.allowed

    @cached_property
    def heard(self) -> Bools:
        """[N] whether the listener ever played an item."""
        heard = np.zeros(self.catalogue.size, bool)
        heard[self.visit.plays.items] = True
        return heard

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """[N] how often the listener played an item, without skips."""
        return np.bincount(self.visit.plays.kept.items, minlength=self.catalogue.size)

    @cached_property
    def latest(self) -> npt.NDArray[np.int64]:
        """[N] when the listener last played an item, without skips; 0 where they never did, or nobody knows."""
        latest = np.zeros(self.catalogue.size, np.int64)
        kept = self.visit.plays.kept
        np.maximum.at(latest, kept.items, kept.times)
        return latest

    @cached_property
    def years(self) -> npt.NDArray[np.int64]:
        """[N] the year in which an item came out, 0 where nobody knows."""
        return release_years(self.catalogue)

    @cached_property
    def taste(self) -> Taste:
        """What the listener plays these months."""
        return taste(self.catalogue, self.visit.plays, self.visit.moment.unix)

    @cached_property
    def popular(self) -> npt.NDArray[np.int64]:
        """[N] plays in the last days of the log, where the listener is if that is known."""
        here = self.popularity.by_country.get(self.visit.country)
        return self.popularity.everywhere if here is None else here

    @cached_property
    def likings(self) -> Floats:
        """[N] how likely the listener likes an item, by its creator, its genres and its popularity."""
        creators = np.append(self.taste.creators, 0.0)[self.catalogue.creators.codes]
        genres = np.asarray(self.catalogue.genres.shares @ self.taste.genres).ravel()
        return 20 * creators + 10 * genres + 0.5 * np.log1p(self.popular)

    def one_play(self, place: int) -> Plays:
        """The history of one item, as if it had just been played."""
        now = np.array([self.visit.moment.unix], np.int64)
        completed = np.array([names.COMPLETED], np.int8)
        return Plays(np.array([place], np.int32), now, completed, np.array([-1], np.int64))

    @property
    def today(self) -> int:
        """The listener's day, since 1970-01-01."""
        return self.visit.moment.local.date().toordinal() - datetime(1970, 1, 1).toordinal()

    def wish(self, *, only: Iterable[str] = (), exclude: Iterable[int] = ()) -> Wish:
        """What the models are asked for beside a history; what they can't know is left to `allowed`."""
        out = np.flatnonzero(self.used).tolist()
        return self.visit.wish(
            self.catalogue,
            exclude={*out, *exclude},
            only=list(only) or self.steers.only,
            without=self.steers.without,
        )
