"""One listener for whom a week's list is made, and which items may be in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from listening_log.cleaning.item_tokens import COUNTRY
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY, Bools
from surfaces.common.plays import Plays
from surfaces.common.tokens import having_any


@dataclass(frozen=True)
class Seeker:
    """A listener, as far as a week's list depends on them; not the request: the list is one for all devices.

    Attributes:
        user_id: whose list it is.
        plays: all that is known.
        tokens: what the log says of the listener, `column=value`.
        earlier: places of what stands in the lists of other weeks.
        has_times: whether the times of the plays are real.
        away: item tokens that the listener never wants.
    """

    user_id: str
    plays: Plays
    tokens: Sequence[str] = ()
    earlier: frozenset[int] = frozenset()
    has_times: bool = True
    away: Sequence[str] = ()

    @property
    def country(self) -> str:
        """Where the log says that they live; "" where it doesn't."""
        return next((t.partition("=")[2] for t in self.tokens if t.startswith(f"{COUNTRY}=")), "")

    @cached_property
    def banned(self) -> frozenset[int]:
        """Places that can't be in the list: what was ever played, skipped too, and other weeks' items."""
        return self.plays.heard | self.earlier

    def allowed(self, catalogue: Catalogue) -> Bools:
        """[N] which items can be in the list."""
        allowed = _offered(catalogue, self.country).copy()
        allowed[list(self.banned)] = False
        return allowed & ~having_any(catalogue, self.away) if self.away else allowed

    def knows_creator(self, catalogue: Catalogue) -> Bools:
        """[creators + 1] by a creator's code, whether the listener ever played anything of them; False for NOBODY."""
        known = np.zeros(len(catalogue.creators.values) + 1, bool)
        known[catalogue.creators.codes[self.plays.items]] = True
        known[NOBODY] = False
        return known


def is_music(catalogue: Catalogue) -> Bools:
    """[N] which items count as tracks: all in which nobody just speaks; in a catalogue of talk alone, everything."""
    return np.ones(catalogue.size, bool) if catalogue.is_talk.all() else ~catalogue.is_talk


@lru_cache(maxsize=64)
def _offered(catalogue: Catalogue, country: str) -> Bools:
    """[N] what any listener of a country can discover; not to be changed."""
    return is_music(catalogue) & catalogue.eligible(country=country)
