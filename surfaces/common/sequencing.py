"""The order of a list: no creator twice in a row where it can be avoided, and no abrupt change."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY
from surfaces.common.likeness import likeness
from surfaces.common.taste import Floats

Order = npt.NDArray[np.int64]

_AGAIN: Final = 1e3
"""What it costs that a creator stands twice in a row: more than a list of abrupt changes."""
_LEAST_GAIN: Final = 1e-9


def sequence(
    catalogue: Catalogue, places: Sequence[int], after: int | None = None, *, among: int | None = None
) -> list[int]:
    """Orders items for listening; the first stays the first, unless a creator would then stand twice in a row.

    Args:
        catalogue: which says how alike they are.
        places: of the items, best first.
        after: the item that is played before them; then any of them may come first.
        among: the next item is one of so many of the best that are left, so the best stay early: few listeners hear
            the end of a long list. None: one of all that are left.

    Returns:
        The same places; the same order whenever the same items come.
    """
    whole = [*places] if after is None else [after, *places]
    creators = catalogue.creators.codes[np.asarray(whole, np.int64)]
    order = arrange(creators, likeness(catalogue, whole), first_stays=after is not None, among=among)
    return [whole[place] for place in order[len(whole) - len(places) :]]


def arrange(
    creators: npt.NDArray[np.integer], alike: Floats, *, first_stays: bool = False, among: int | None = None
) -> Order:
    """Orders items so that neighbours are alike and the fewest have one creator.

    It walks to the most alike item that leaves room for the rest; where it may walk to any, it then turns stretches
    round while the list becomes smoother. What is minimised is the sum of squares of 1 - likeness, so that one great
    change costs more than several small ones.

    Args:
        creators: [n] codes; NOBODY for an item without one, which counts as nobody's.
        alike: [n, n] from 0 to 1, symmetric, of the models or of `likeness`.
        first_stays: whether the first item comes first at any rate; else only if no creator stands twice in a
            row for it.
        among: the next item is one of so many of the first that are left; None: one of all.

    Returns:
        [n] the order.
    """
    count = len(creators)
    if count < 2:
        return np.arange(count)
    nobody = creators == NOBODY
    own = np.where(nobody, creators.max() + 1 + np.arange(count), creators)
    codes = np.unique(own, return_inverse=True)[1]
    cost = (1 - alike) ** 2
    first = 0 if first_stays else int(np.argmin(_to_come(np.bincount(codes), codes, count)))
    order = _walk(codes, cost, first, among)
    return order if among else _smooth(order, cost + _AGAIN * (codes[:, None] == codes))


def repeats(creators: npt.NDArray[np.integer]) -> int:
    """How often a creator stands twice in a row in a list."""
    return int(np.sum((creators[1:] == creators[:-1]) & (creators[1:] != NOBODY)))


def _walk(codes: npt.NDArray[np.integer], cost: Floats, first: int, among: int | None) -> Order:
    """An order from an item on with as few repeated creators as there can be."""
    count = len(codes)
    left = np.bincount(codes)
    free = np.ones(count, bool)
    order = np.full(count, first)
    for step in range(count):
        if step:
            places = np.flatnonzero(free)
            own = codes[places]
            again = (own == codes[order[step - 1]]) + _to_come(left, own, count - step)
            fewest = places[again == again.min()][:among]
            order[step] = fewest[np.argmin(cost[order[step - 1], fewest])]
        free[order[step]] = False
        left[codes[order[step]]] -= 1
    return order


def _to_come(left: npt.NDArray[np.integer], own: npt.NDArray[np.integer], count: int) -> np.ndarray:
    """The fewest repeats among what remains if an item of each of the creators `own` comes next.

    Of r items that remain, m by one creator, m - (r - m) - 1 repeats can't be avoided; one more where that
    creator was just played.
    """
    rest = count - 1
    second, first = np.sort(np.append(left, 0))[-2:]
    others = np.where((left[own] == first) & (np.sum(left == first) == 1), second, first)
    return np.maximum(np.maximum(2 * others - rest - 1, 2 * (left[own] - 1) - rest), 0)


def _smooth(order: Order, cost: Floats) -> Order:
    """Turns the stretch round that gains most, again and again (2-opt); the first place stays."""
    count = len(order)
    padded = np.zeros((count + 1, count + 1))
    padded[:count, :count] = cost  # after the last item nothing comes, at no cost
    starts, ends = np.triu_indices(count, 1)
    starts, ends = starts[starts > 0], ends[starts > 0]
    for _ in range(4 * count):
        path = np.append(order, count)
        before, after = path[starts - 1], path[ends + 1]
        first, last = path[starts], path[ends]
        gain = padded[before, first] + padded[last, after] - padded[before, last] - padded[first, after]
        if not gain.size or gain.max() < _LEAST_GAIN:
            break
        best = int(np.argmax(gain))
        start, end = starts[best], ends[best] + 1
        order[start:end] = order[start:end][::-1].copy()
    return order
