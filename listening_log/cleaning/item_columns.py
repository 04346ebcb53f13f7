"""Tells which columns of events follow from the item: item data, which as context would give the answer away.

Such a column (a brand, a category, a title, a URL of the item) has the same value in all events of an item,
whoever the listener is. A column of the request (`device`, `surface`) has not; one of the listener (`country`)
agrees within a listener at least as well as within an item. So the sharing of values is measured both ways, among
different listeners of an item and among different items of a listener, on samples of bounded size that merge
in any order. Items that one listener alone has played say nothing.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from listening_log.cleaning.policies import ITEM, USER

LEAST_SHARE: Final = 0.9
"""Share of an item's events that must have its most frequent value."""
_LEAST_EXCESS: Final = 0.8
"""How far agreement must be from chance (0) to full (1): a column of few values agrees often."""
_MOST_CHANCE: Final = 1e-4
"""So few disagreements must be as unlikely as this by chance: a small or sparse log decides nothing."""
_PERMUTATIONS: Final = 8
_SAMPLE: Final = 1 << 16
_MEMBERS: Final = 16
_FEW_GROUPS: Final = 1024
_PRIME: Final = np.uint64(0x9E3779B97F4A7C15)

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class ValueSharing:
    """How far values agree within groups: a sample of (group, member, value), each once, that merges in any order.

    Groups are sampled by their hash, whole; of a large one the members of the smallest hashes stand for all.
    """

    triples: Hashes = field(default_factory=lambda: np.zeros((0, 3), np.uint64))
    """[n, 3] hashes of group, member and value, sorted."""
    level: int = 0
    """One group in 2 ** level is in the sample."""

    @classmethod
    def of(cls, group: Hashes, member: Hashes, value: Hashes) -> "ValueSharing":
        """From the hashes [n] of rows, in any order."""
        level = 0
        # Quicker than to sort all rows; where some of them have few groups, no group may be lost.
        while len(group) > 2 * _SAMPLE and len(np.unique(group[:_SAMPLE])) > _FEW_GROUPS:
            level += 1
            chosen = _in_sample(group, level)
            group, member, value = group[chosen], member[chosen], value[chosen]
        return cls._bounded(np.stack([group, member, value], axis=1), level)

    @classmethod
    def merge(cls, parts: Iterable["ValueSharing"]) -> "ValueSharing":
        """The sample of all parts' rows."""
        parts = [cls(), *parts]
        level = max(part.level for part in parts)
        triples = np.concatenate([part.triples for part in parts])
        return cls._bounded(triples[_in_sample(triples[:, 0], level)], level)

    @classmethod
    def _bounded(cls, triples: Hashes, level: int) -> "ValueSharing":
        triples = triples[np.lexsort(triples.T[::-1])]
        triples = triples[np.r_[True, (triples[1:] != triples[:-1]).any(axis=1)][: len(triples)]]
        starts = _starts(triples[:, 0])
        sizes = np.diff(np.r_[starts, len(triples)])
        triples = triples[np.arange(len(triples)) - np.repeat(starts, sizes) < _MEMBERS]
        while len(triples) > _SAMPLE:
            level += 1
            triples = triples[_in_sample(triples[:, 0], level)]
        return cls(triples, level)

    def agreement(self) -> tuple[float, float, float]:
        """Measures the groups of two or more members.

        Returns:
            The share of triples that have their group's most frequent value; its excess over what chance gives
            with the same values (0: as by chance, 1: all agree); the probability of so few disagreements by chance.
        """
        starts = _starts(self.triples[:, 0])
        sizes = np.diff(np.r_[starts, len(self.triples)])
        first_member = np.repeat(self.triples[starts, 1], sizes)
        several = np.zeros(len(starts), np.int64)
        np.add.at(several, np.repeat(np.arange(len(starts)), sizes), self.triples[:, 1] != first_member)
        judged = self.triples[np.repeat(several > 0, sizes)]
        if not len(judged):
            return 0.0, 0.0, 1.0
        group = np.unique(judged[:, 0], return_inverse=True)[1]
        value = np.unique(judged[:, 2], return_inverse=True)[1]
        random = np.random.default_rng(0)
        share = _most_frequent(group, value) / len(judged)
        chance = (
            sum(_most_frequent(group, random.permutation(value)) for _ in range(_PERMUTATIONS))
            / _PERMUTATIONS
            / len(judged)
        )
        excess = (share - chance) / (1 - chance) if chance < 1 else 0.0
        disagreeing = round((1 - share) * len(judged))
        return share, excess, _poisson_tail(disagreeing, (1 - chance) * len(judged))


@dataclass(frozen=True)
class ItemColumnCounts:
    """What is known of each context column: its values among listeners of an item, and among items of a listener.

    Counts of parts of a log merge in any order, and take up to 3 MB a column, whatever its size:

    ```
    counts = ItemColumnCounts.merge(ItemColumnCounts.of(batch.table, batch.context) for batch in …)
    counts.shares()  # {"brand": 0.998}
    ```
    """

    by_item: Mapping[str, ValueSharing] = field(default_factory=dict)
    by_listener: Mapping[str, ValueSharing] = field(default_factory=dict)

    @classmethod
    def of(cls, events: pa.Table, columns: Sequence[str]) -> "ItemColumnCounts":
        """Counts cleaned events.

        Args:
            events: with the columns `user_id`, `item` and `columns` (text, "" or null for none).
            columns: the context columns.
        """
        by_item, by_listener = {}, {}
        if columns and events.num_rows:
            users = _text_hashes(events[USER])
            items = _mixed(events[ITEM].to_numpy().astype(np.uint64))
            for name in columns:
                values = _text_hashes(events[name])
                filled = values != 0
                triple = items[filled], users[filled], values[filled]
                by_item[name] = ValueSharing.of(*triple)
                by_listener[name] = ValueSharing.of(triple[1], triple[0], triple[2])
        return cls(by_item, by_listener)

    @classmethod
    def merge(cls, parts: Iterable["ItemColumnCounts"]) -> "ItemColumnCounts":
        """Counts of all parts together."""
        parts = list(parts)
        return cls(_merged([part.by_item for part in parts]), _merged([part.by_listener for part in parts]))

    def __add__(self, other: "ItemColumnCounts") -> "ItemColumnCounts":
        return self.merge((self, other))

    def shares(self) -> dict[str, float]:
        """The columns that follow from the item, by name, with the share of events that agree."""
        shares = {}
        for name in sorted(self.by_item):
            share, excess, by_chance = self.by_item[name].agreement()
            if share >= LEAST_SHARE and excess >= _LEAST_EXCESS and by_chance <= _MOST_CHANCE:
                _, of_listener, _ = self.by_listener[name].agreement()
                if excess > of_listener:
                    shares[name] = share
        return shares


def _merged(parts: Sequence[Mapping[str, ValueSharing]]) -> dict[str, ValueSharing]:
    names = {name for part in parts for name in part}
    return {name: ValueSharing.merge(part[name] for part in parts if name in part) for name in names}


def _in_sample(group: Hashes, level: int) -> npt.NDArray[np.bool_]:
    return group < np.uint64(1 << (64 - level)) if level else np.ones(len(group), bool)


def _starts(groups: Hashes) -> npt.NDArray[np.int64]:
    """Where each group of a sorted run begins."""
    return np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]][: len(groups)])


def _most_frequent(group: npt.NDArray[np.int64], value: npt.NDArray[np.int64]) -> int:
    """How many rows have the most frequent value of their group; both are codes from 0."""
    pairs, counts = np.unique(group * (value.max() + 1) + value, return_counts=True)
    most = np.zeros(int(group.max()) + 1, np.int64)
    np.maximum.at(most, pairs // (value.max() + 1), counts)
    return int(most.sum())


def _poisson_tail(count: int, mean: float) -> float:
    """The probability of at most `count` where `mean` are expected."""
    if not mean:
        return 1.0
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def _mixed(codes: Hashes) -> Hashes:
    """Spreads codes over 64 bits (the finaliser of splitmix64)."""
    mixed = (codes + np.uint64(1)) * _PRIME
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _text_hashes(column: pa.ChunkedArray) -> Hashes:
    """Hashes [n] of texts, the same in every process; 0 for none."""
    import pandas as pd

    encoded = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    encoded = encoded if pa.types.is_dictionary(encoded.type) else encoded.dictionary_encode()
    texts = encoded.dictionary.to_numpy(zero_copy_only=False)
    hashes = pd.util.hash_array(texts, categorize=False) if len(texts) else np.zeros(0, np.uint64)
    hashes = np.where(texts == "", np.uint64(0), _mixed(hashes) | np.uint64(1))
    return np.append(hashes, np.uint64(0))[encoded.indices.fill_null(len(texts)).to_numpy()]
