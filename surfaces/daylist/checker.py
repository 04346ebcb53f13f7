"""Checks a title: for each of its words, how many items of the list bear it, and whether it is true."""

from collections.abc import Sequence

from surfaces.common.catalogue import Catalogue
from surfaces.common.energy import energies
from surfaces.common.moment import Moment
from surfaces.daylist.descriptors import (
    DECADES,
    LIVELY,
    LIVELY_FROM,
    MELLOW,
    MELLOW_UP_TO,
    TIME_WORDS,
    release_years,
)


class Checker:
    """Knows what is true of a list of items at a moment. It reads the items, and nothing that made the title."""

    def __init__(self, catalogue: Catalogue, moment: Moment, places: Sequence[int]) -> None:
        self._catalogue, self._places = catalogue, places
        self._now = {moment.weekday, *moment.part_of_day.split()}
        self._energy, self._years = energies(catalogue), release_years(catalogue)

    def count(self, word: str) -> int:
        """How many items bear a word: all of them bear the weekday and the part of the day that it is now.

        A word of a genre is borne by the items of all genres in which it stands, whole.
        """
        if word in TIME_WORDS:
            return len(self._places) if word in self._now else 0
        return sum(self._bears(word, place) for place in self._places)

    def is_true(self, word: str) -> bool:
        """Whether a word may stand in a title: the clock says it, or more than half of the items bear it."""
        return word in self._now or 2 * self.count(word) > len(self._places)

    def _bears(self, word: str, place: int) -> bool:
        if word in {w for genre in self._catalogue.genres.values_at(place) for w in genre.lower().split()}:
            return True
        if word in DECADES:
            return bool(self._years[place] // 10 * 10 == DECADES[word])
        return bool(
            (word == MELLOW and self._energy[place] <= MELLOW_UP_TO)
            or (word == LIVELY and self._energy[place] >= LIVELY_FROM)
        )
