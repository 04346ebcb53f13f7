"""What can be searched for: every item, and the creators, shows and genres that the items name."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import Bools


class Type(IntEnum):
    """What a document is."""

    ITEM = 0
    CREATOR = 1
    SHOW = 2
    GENRE = 3


@dataclass(frozen=True)
class Documents:
    """The documents of a catalogue: its N items at their places, then the creators, then the genres."""

    catalogue: Catalogue

    @property
    def size(self) -> int:
        """The number of documents."""
        return self.first_genre + len(self.catalogue.genres.values)

    @property
    def first_creator(self) -> int:
        """The document of the creator with code 0."""
        return self.catalogue.size

    @property
    def first_genre(self) -> int:
        """The document of the genre with code 0."""
        return self.first_creator + len(self.catalogue.creators.values)

    @cached_property
    def types(self) -> npt.NDArray[np.int8]:
        """[size] codes of Type; a creator of talk in the main is a show."""
        matrix = self.catalogue.creators.matrix
        talk, every = matrix.T @ self.catalogue.is_talk, matrix.sum(axis=0).A1
        return np.concatenate(
            [
                np.full(self.catalogue.size, Type.ITEM),
                np.where(2 * talk > every, Type.SHOW, Type.CREATOR),
                np.full(len(self.catalogue.genres.values), Type.GENRE),
            ]
        ).astype(np.int8)

    @cached_property
    def names(self) -> list[str]:
        """[size] titles of items, names of the others."""
        return [*self.catalogue.titles, *self.catalogue.creators.values, *self.catalogue.genres.values]

    def eligible(self, items: Bools) -> Bools:
        """[size] whether a document may be shown: an item of `items` [N], or who or what such an item names."""
        return self.spread(items.astype(np.int64)) > 0

    def spread(self, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """[size] what is counted of items [N], and its sum over the items of each creator and genre."""
        of_creators = self.catalogue.creators.matrix.T @ counts
        of_genres = self.catalogue.genres.matrix.T @ counts
        return np.concatenate([counts, of_creators, of_genres]).astype(np.int64)

    @cached_property
    def years(self) -> list[str]:
        """[N] the year in which each item came out, "" for unknown."""
        days = self.catalogue.release_days
        years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(str)
        return np.where(days == names.RELEASE_UNKNOWN, "", years).tolist()
