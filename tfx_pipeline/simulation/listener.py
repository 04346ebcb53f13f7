"""How a made listener takes a list: what they try, what they skip, when they leave."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from listening_log.world import Truth
from listening_log.world.music import skip_chances, taste_on
from listening_log.world.sessions import DAY

GOES_ON: Final = 0.9
"""The chance to look at the next place after one."""
PATIENCE: Final = 3
"""So many skips one after the other end a session."""
_APPEAL: Final = 3.0
_OWN_SHOW, _OTHER_SHOW = 0.8, 0.15


@dataclass(frozen=True)
class Start:
    """An item that was started, and whether it was skipped."""

    item_id: str
    skipped: bool


@dataclass(frozen=True)
class Heard:
    """What a listener did with a list.

    Attributes:
        starts: what was started, in order.
        skips: how many of the last in a row were skipped, those of earlier lists of the session too.
        stays: whether they came to the list's end and would look further.
    """

    starts: list[Start]
    skips: int
    stays: bool


class Listener:
    """One listener of a made world, with their true taste.

    They read a list as the cascade model has it (Craswell, Zoeter, Taylor and Ramsey, 2008): from the top, going on
    from each place with a constant chance, so the lower an item stands the rarer it is seen. They start what they see
    by its appeal, the more the nearer it is to their taste, and skip what they started by the law of the world itself
    (`listening_log.world`): their favourites seldom, what is far from their taste often. Three skips in a row end the
    session: a patience as in simulators of sessions (RecSim; Ie and others, 2019). Of episodes, those of shows that
    they follow are liked; one that they heard is not heard again, one that they broke off is. What their country may
    not hear is never started.

    Args:
        truth: of the world.
        user_id: who it is.
        heard: ids of items that they have played before; not of episodes that they broke off.
    """

    def __init__(self, truth: Truth, user_id: str, heard: Iterable[str] = ()) -> None:
        self.user_id, self._truth = user_id, truth
        self._row = truth.user_row[user_id]
        follows = truth.subscriptions
        self._shows = frozenset(follows.show[follows.listener == self._row].tolist())
        self._heard = {truth.item_row[item_id] for item_id in heard if item_id in truth.item_row}

    def liking(self, item: int, unix: int) -> float:
        """The chance that a started item isn't skipped, by its row in the truth."""
        catalogue, people = self._truth.catalogue, self._truth.listeners
        if item >= catalogue.tracks:
            if item in self._heard:
                return 0.0
            own = int(catalogue.episode_show[item - catalogue.tracks]) in self._shows
            return _OWN_SHOW if own else _OTHER_SHOW
        if not catalogue.artist_countries[catalogue.track_artist[item]] >> people.country[self._row] & 1:
            return 0.0
        day = np.array([min((unix - self._truth.start) // DAY, catalogue.days - 1)])
        taste = taste_on(day, people, catalogue.days, np.array([self._row]))[0]
        favourite = bool((people.favourites[self._row] == item).any())
        return float(1 - skip_chances(catalogue.track_vector[item] @ taste, favourite))

    def liking_of(self, item_id: str, unix: int) -> float:
        """Returns that chance by the item's id; 0 for an item that the world lacks."""
        item = self._truth.item_row.get(item_id)
        return 0.0 if item is None else self.liking(item, unix)

    def listen(self, item_ids: Sequence[str], unix: int, rng: np.random.Generator, skips: int = 0) -> Heard:
        """Goes through a list from its top.

        Args:
            item_ids: the list.
            unix: seconds at which it is opened.
            rng: draws what they do.
            skips: how many in a row were skipped just before, in the same session.
        """
        started: list[Start] = []
        for item_id in item_ids:
            if skips == PATIENCE or rng.random() > GOES_ON:
                return Heard(started, skips, stays=False)
            item = self._truth.item_row.get(item_id)
            liking = 0.0 if item is None else self.liking(item, unix)
            if item is None or not liking or rng.random() > liking ** (1 / _APPEAL):
                continue
            skipped = bool(rng.random() > liking)
            skips = skips + 1 if skipped else 0
            started.append(Start(item_id, skipped))
            if item >= self._truth.catalogue.tracks:
                self._heard.add(item)
        return Heard(started, skips, stays=skips < PATIENCE)
