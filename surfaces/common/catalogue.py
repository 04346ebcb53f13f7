"""The catalogue as the destinations read it: columns by an item's place, and one item whole on demand."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from listening_log.cleaning.item_tokens import COUNTRY, CREATOR, EXPLICIT, GENRE, KIND
from listening_log.errors import UserError
from models import names
from serving.catalog_asset import SCHEMA, read_catalog
from serving.errors import ServerError
from surfaces.common.columns import NOBODY, Bools, Column, ManyColumn, Places

_ROWS: Final = 10_000


@dataclass(frozen=True)
class Item:
    """One item, whole; "" , (), 0 and None where nothing is known."""

    place: int
    item_id: str
    title: str
    creator: str
    kind: str
    genres: tuple[str, ...]
    duration_ms: int
    released: date | None
    description: str
    explicit: bool

    @property
    def is_talk(self) -> bool:
        """Whether somebody speaks in it, as in an episode."""
        return self.kind in names.TALK_KINDS


class Catalogue:
    """The items that the served models rank, at places 0 to N - 1.

    Args:
        table: of `serving.catalog_asset.SCHEMA`.
    """

    def __init__(self, table: pa.Table) -> None:
        self._table = table.combine_chunks()
        self.item_ids: list[str] = table[names.ITEM_ID].to_pylist()
        self._place = {item_id: place for place, item_id in enumerate(self.item_ids)}
        self.durations: npt.NDArray[np.int64] = table[names.DURATION_MS].to_numpy()
        """[N] milliseconds, 0 = unknown."""
        self.release_days: npt.NDArray[np.int64] = table[names.RELEASE_DAY].to_numpy()
        """[N] days since 1970-01-01, `names.RELEASE_UNKNOWN` = unknown."""
        self._in_country: dict[str, Bools] = {}

    @classmethod
    def read(cls, folder: Path) -> "Catalogue":
        """Reads the catalogue of a pushed `upnext`, from its folder of extra assets.

        Raises:
            UserError: the models were pushed without one.
            ServerError: it is broken.
        """
        table = read_catalog(folder)
        if table is None:
            raise UserError(f"{folder} holds no catalogue: run `upnext run` again, which pushes one")
        lost = [name for name in SCHEMA.names if name not in table.column_names]
        if lost:
            raise ServerError(f"the catalogue in {folder} lacks {', '.join(lost)}: push the models again")
        return cls(table)

    @cached_property
    def digest(self) -> str:
        """24 hex digits that change with anything of any item."""
        sha = hashlib.sha256()
        for batch in self._table.to_batches(max_chunksize=_ROWS):
            sha.update(batch.serialize())
        return sha.hexdigest()[:24]

    @property
    def size(self) -> int:
        """The number of items, N."""
        return len(self.item_ids)

    def place_of(self, item_id: str) -> int | None:
        """The place of an item; None for one that the catalogue lacks."""
        return self._place.get(item_id)

    def places_of(self, item_ids: Iterable[str]) -> Places:
        """Places of those of the items that the catalogue has, in their order."""
        return np.array([p for i in item_ids if (p := self._place.get(i)) is not None], np.int32)

    def item(self, place: int) -> Item:
        """The item at a place."""
        day = int(self.release_days[place])
        return Item(
            place=int(place),
            item_id=self.item_ids[place],
            title=self.titles[place],
            creator=self.creators.value(place),
            kind=self.kinds.value(place),
            genres=tuple(self.genres.values_at(place)),
            duration_ms=int(self.durations[place]),
            released=None if day == names.RELEASE_UNKNOWN else date(1970, 1, 1) + timedelta(days=day),
            description=self.descriptions[place],
            explicit=bool(self.is_explicit[place]),
        )

    def items(self, places: Iterable[int]) -> list[Item]:
        """The items at some places, in their order."""
        return [self.item(place) for place in places]

    @cached_property
    def titles(self) -> list[str]:
        """[N] titles, "" for none."""
        return self._table[names.TITLE].to_pylist()

    @cached_property
    def descriptions(self) -> list[str]:
        """[N] descriptions, "" for none."""
        return self._table[names.DESCRIPTION].to_pylist()

    @cached_property
    def creators(self) -> Column:
        """The first creator of each item."""
        return self._first(CREATOR)

    @cached_property
    def kinds(self) -> Column:
        """The kind of each item."""
        return self._first(KIND)

    @cached_property
    def genres(self) -> ManyColumn:
        """The genres of each item."""
        return self._many(GENRE)

    @cached_property
    def countries(self) -> ManyColumn:
        """Where each item may be played; no value at all in a catalogue that doesn't say: everywhere."""
        return self._many(COUNTRY)

    @cached_property
    def is_everywhere(self) -> Bools:
        """[N] whether it may be played in every country: its tokens name all that the catalogue has."""
        return np.diff(self.countries.offsets) == len(self.countries.values)

    @cached_property
    def is_talk(self) -> Bools:
        """[N] whether somebody speaks in it."""
        talk = np.array([value in names.TALK_KINDS for value in self.kinds.values] + [False])
        return talk[self.kinds.codes]

    @cached_property
    def is_explicit(self) -> Bools:
        """[N] whether it bears `explicit=1`."""
        return self._many(EXPLICIT).having("1")

    @cached_property
    def token_columns(self) -> frozenset[str]:
        """The columns of item tokens that the catalogue has, as `genre`."""
        return frozenset(token.partition("=")[0] for token in self._tokens[0])

    def eligible(self, *, country: str = "", explicit: bool = True) -> Bools:
        """[N] whether an item may be offered.

        Args:
            country: where the listener is; "" where that isn't known: everything. In a country that no item names,
                that is what may be played everywhere.
            explicit: whether explicit items are wanted.
        """
        allowed = np.ones(self.size, bool)
        if country in self.countries.code_of:
            if country not in self._in_country:
                self._in_country[country] = self.countries.having(country)
            allowed &= self._in_country[country]
        elif country:
            allowed &= self.is_everywhere
        if not explicit:
            allowed &= ~self.is_explicit
        return allowed

    @cached_property
    def _tokens(self) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """The different tokens; and of each token of each item, in the items' order, the row and which it is."""
        tokens = self._table[names.ITEM_TOKENS].combine_chunks()
        encoded = tokens.flatten().dictionary_encode()
        rows, codes = pc.list_parent_indices(tokens), encoded.indices
        return encoded.dictionary.to_pylist(), rows.to_numpy(), codes.to_numpy()

    def _many(self, column: str) -> ManyColumn:
        tokens, rows, codes = self._tokens
        start = f"{column}="
        of_column = np.array([token.startswith(start) for token in tokens] + [False])[codes]
        rows, codes = rows[of_column], codes[of_column]
        used, codes = np.unique(codes, return_inverse=True)
        values = [tokens[code].removeprefix(start) for code in used]
        offsets = np.searchsorted(rows, np.arange(self.size + 1))
        return ManyColumn(values, offsets, codes.astype(np.int32))

    def _first(self, column: str) -> Column:
        many = self._many(column)
        first, filled = many.offsets[:-1], np.diff(many.offsets) > 0
        codes = np.full(self.size, NOBODY, np.int32)
        codes[filled] = many.codes[first[filled]]
        return Column(many.values, codes)
