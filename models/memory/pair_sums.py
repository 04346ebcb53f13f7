"""Sums over pairs of plays in one history: all that the normal equations of a ridge over decayed pasts need.

Row t of X holds, for each decay d, the sum of d^age over the plays before t (age 0 for the newest); row t of Y holds
the plays from t on, each weighed by how far ahead it is. An entry of X'X or X'Y is then a sum over pairs of plays,
and what a pair adds follows from its places alone, as a geometric series. So X and Y are never made: E plays and a
reach of L cost E x L steps, and memory is that of the result and of one block of pairs.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from models.memory.interactions import Interactions

MAX_CELLS = 32_000_000
"""Pairs of items that are kept, at 44 bytes with three decays: a larger log keeps each item's heaviest."""
PAIRS_AT_ONCE = 4_000_000
"""Pairs of plays counted at a time, at some 100 bytes; an item of more is counted from a sample of its plays."""

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Horizon:
    """How far a row looks back and ahead.

    Args:
        decays: of the pasts, each from 0 (the newest play alone) to below 1.
        future: weights of the next play, the one after, and so on.
        events: newest plays that a past holds.
    """

    decays: tuple[float, ...] = (0.0, 0.7, 0.95)
    future: tuple[float, ...] = (1.0, 0.6, 0.36, 0.216)
    events: int = 50

    def __post_init__(self) -> None:
        if not all(0 <= decay < 1 for decay in self.decays):
            raise ValueError(f"decays must be from 0 to below 1, found {self.decays}")

    @property
    def reach(self) -> int:
        """Largest distance between two plays of a pair."""
        return self.events + len(self.future) - 1

    def past_and_past(self) -> Floats:
        """Terms of X'X [D, D, reach + 1, events + 1]: by decay of the older and the newer, gap, rows after both."""
        decays = np.array(self.decays)
        ratio = (decays[:, None] * decays[None, :])[..., None, None]
        gap = np.arange(self.reach + 1)[:, None]
        rows = np.clip(np.arange(self.events + 1)[None, :], 0, np.maximum(self.events - gap, 0))
        return (decays[:, None, None, None] ** gap * (1 - ratio**rows) / (1 - ratio)).astype(np.float32)

    def past_and_future(self) -> Floats:
        """Terms of X'Y [D, reach + 1]: by decay of the older play, gap."""
        past = np.array(self.decays)[:, None] ** np.arange(self.events)
        terms = np.zeros((len(self.decays), self.reach + 1), np.float32)
        for ahead, weight in enumerate(self.future):
            terms[:, 1 + ahead : 1 + ahead + self.events] += weight * past
        return terms


@dataclass(frozen=True)
class PairSums:
    """X'X and X'Y of a log of N items, with D decays."""

    own: Floats
    """X'X of a play with itself [D, D, N + 1]."""
    cells: sparse.csr_matrix
    """Which items follow which: [N + 1 newer, N + 1 older], holding 1 + the pair's row in the sums below."""
    past: Floats
    """X'X of an older and a newer play [1 + pairs, D, D], by decay of the older and of the newer; row 0 holds 0."""
    future: Floats
    """X'Y [1 + pairs, D], by decay of the older play; row 0 holds 0."""

    @property
    def diagonal(self) -> Floats:
        """The diagonal of X'X [D, N + 1]."""
        again = self.past[self.cells.diagonal()]
        return np.einsum("ddn->dn", self.own) + 2 * np.einsum("ndd->dn", again)


def count_pairs(interactions: Interactions, horizon: Horizon, *, max_cells: int = MAX_CELLS) -> PairSums:
    """Counts the pairs of a log.

    Args:
        interactions: the plays.
        horizon: how far a row looks.
        max_cells: pairs of items that are kept.
    """
    items, size = interactions.items, interactions.n_items + 1
    lengths = np.diff(interactions.offsets)
    place = (np.arange(len(items)) - np.repeat(interactions.offsets[:-1], lengths)).astype(np.int32)
    rows_after = np.minimum(np.repeat(lengths, lengths) - 1 - place, horizon.events).astype(np.int32)
    past, future = horizon.past_and_past(), horizon.past_and_future()
    own = [[np.bincount(items, terms[0][rows_after], size) for terms in by_newer] for by_newer in past]
    at_once = max(1, PAIRS_AT_ONCE // horizon.reach)
    plays, share = _sample_of_each_item(items, size, at_once)
    partners = _partners_within(np.bincount(items, np.minimum(place, horizon.reach), size), max_cells)
    counts, sources = np.zeros(size, np.int64), [np.zeros(0, np.int32)]
    pasts = [np.zeros((1, *past.shape[:2]), np.float32)]
    futures = [np.zeros((1, len(future)), np.float32)]
    for block in _blocks_of_whole_items(items[plays], at_once):
        key, gap, rows = _pairs_of(interactions, plays[block], place, rows_after, horizon.reach)
        order = np.argsort(key)
        first = np.flatnonzero(np.diff(key[order], prepend=-1))
        if not len(first):
            continue
        target, source = np.divmod(key[order][first], size)
        gap, term = gap[order], (gap * (horizon.events + 1) + rows)[order]
        ahead = np.stack([np.add.reduceat(terms[gap], first) for terms in future], axis=-1)
        both = np.zeros((len(first), *past.shape[:2]), np.float32)
        for older, newer in np.argwhere(past[:, :, 1].any(axis=-1)):
            both[:, older, newer] = np.add.reduceat(past[older, newer].ravel()[term], first)
        kept = heaviest(target, both.max(axis=(1, 2)) + ahead.max(axis=1), partners)
        target = target[kept]
        counts += np.bincount(target, minlength=size)
        sources.append(source[kept].astype(np.int32))
        pasts.append(both[kept] / share[target, None, None])
        futures.append(ahead[kept] / share[target, None])
    numbers = np.arange(1, counts.sum() + 1, dtype=np.int32)
    offsets = np.append(0, np.cumsum(counts))
    cells = sparse.csr_matrix((numbers, np.concatenate(sources), offsets), shape=(size, size))
    return PairSums(np.array(own, np.float32), cells, np.concatenate(pasts), np.concatenate(futures))


def _sample_of_each_item(items: Indices, size: int, most: int) -> tuple[Places, Floats]:
    """Sorts the plays by item, and of an item with more than `most` takes an even sample.

    Returns:
        The places of the plays, and of each item the share that was taken float32 [N + 1].
    """
    counts = np.bincount(items, minlength=size)
    step = np.maximum(-(-counts // most), 1)
    by_item = np.argsort(items, kind="stable")
    number = np.arange(len(items)) - np.repeat(np.cumsum(counts) - counts, counts)
    plays = by_item[number % np.repeat(step, counts) == 0]
    share = np.bincount(items[plays], minlength=size) / np.maximum(counts, 1)
    return plays, np.where(counts > 0, share, 1.0).astype(np.float32)


def _blocks_of_whole_items(items: Indices, at_once: int) -> list[slice]:
    """Splits sorted items into blocks of about `at_once`; an item is never split."""
    ends = np.append(np.flatnonzero(np.diff(items)) + 1, len(items))
    borders = [0]
    while borders[-1] < len(items):
        borders.append(int(ends[np.searchsorted(ends, min(borders[-1] + at_once, len(items)))]))
    return [slice(begin, end) for begin, end in itertools.pairwise(borders)]


def _pairs_of(
    interactions: Interactions, plays: Places, place: Indices, rows_after: Indices, reach: int
) -> tuple[Places, Indices, Indices]:
    """Finds the pairs whose newer play is in `plays`: newer x (N + 1) + older item, gap, and rows after both."""
    gaps = np.arange(1, reach + 1, dtype=np.int32)
    play, gap = np.nonzero(place[plays][:, None] >= gaps)
    newer, gap = plays[play], gaps[gap]
    key = interactions.items[newer].astype(np.int64) * (interactions.n_items + 1)
    return key + interactions.items[newer - gap], gap, rows_after[newer]


def _partners_within(pairs: npt.NDArray[np.number], max_cells: int) -> int:
    """Finds how many partners an item may keep, so that all together keep at most `max_cells`.

    Args:
        pairs: of each item, how many it has at most.
        max_cells: what all may keep.
    """
    low, high = 1, max(int(pairs.max(initial=0)), 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if np.minimum(pairs, middle).sum() <= max_cells else (low, middle - 1)
    return low


def heaviest(group: Places, weight: Floats, count: int) -> Places:
    """Returns the places of the `count` heaviest of each group, rising; `group` is sorted, weights are above 0."""
    if not len(group):
        return np.zeros(0, np.int64)
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    sizes = np.diff(np.append(begins, len(group)))
    if sizes.max() <= count:
        return np.arange(len(group))
    order = np.argsort(group - weight / (2.0 * weight.max()))  # one key: by group, the heaviest first
    number = np.arange(len(group)) - np.repeat(begins, sizes)
    return np.sort(order[number < count])
