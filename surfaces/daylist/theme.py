"""What is special about a list at this time: descriptors by their lift, and the list made true of the first."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix

from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY, Bools
from surfaces.common.plays import Plays
from surfaces.common.taste import Floats
from surfaces.daylist.descriptors import descriptors

PRIOR_PLAYS: Final = 10.0
"""So many plays of all times count among those at such times: a few plays say little."""
MOST_WORDS: Final = 2
"""Descriptors of a title."""
MOST_SWAPS: Final = 1 / 3
"""The part of a list that may be changed so that its first descriptor is true."""
SHORTEST: Final = 4 / 5
"""The part of a list that stays at least."""
_MORE: Final = 1e-9
"""Half of the items isn't most of them."""


def lifts(catalogue: Catalogue, such: Plays, everything: Plays) -> Floats:
    """How much more of the listening each descriptor has at such times than at all times: [D], 1 for as much.

    Where nothing was played at such times: than in the catalogue.

    Args:
        catalogue: of the items.
        such: plays at such times, without skips.
        everything: all plays, without skips.
    """
    bearing = descriptors(catalogue).bearing
    counts = np.asarray(bearing.sum(axis=0)).ravel()
    if not len(everything):
        return np.ones(len(counts))
    overall = np.asarray(bearing[everything.items].mean(axis=0)).ravel()
    if not len(such):
        base, share = counts / catalogue.size, overall
    else:
        sums = np.asarray(bearing[such.items].sum(axis=0)).ravel()
        base, share = overall, (sums + PRIOR_PLAYS * overall) / (len(such) + PRIOR_PLAYS)
    return np.divide(share, base, out=np.zeros(len(share)), where=base > 0)


def make_true(
    catalogue: Catalogue, chosen: Sequence[int], spare: Sequence[int], lift: Floats, most_a_creator: int
) -> tuple[list[int], list[str]]:
    """Chooses the title's descriptors, and swaps a few items where the first is not yet true of most.

    Where no candidate is left to come in, the last items that don't bear it only go: a list may become a fifth
    shorter.

    Args:
        catalogue: of the items.
        chosen: places of the list, best first.
        spare: places of further candidates, best first.
        lift: [D] of the descriptors.
        most_a_creator: items by one creator.

    Returns:
        The list, and the descriptors in the order of a title, each borne by more than half of its items; none
        where nothing is true of so many.
    """
    words = descriptors(catalogue)
    listed, theme = list(chosen), list[int]()
    bearing = _count(words.bearing, chosen)
    for first in _by_lift(lift, bearing, len(chosen) * (1 / 2 - MOST_SWAPS)):
        bears = words.bearing[:, first].toarray().ravel() > 0
        changed = _turn(catalogue, chosen, spare, bears, most_a_creator)
        if changed is not None:
            listed, theme = changed, [first]
            break
    bearing = _count(words.bearing, listed)
    theme += [other for other in _by_lift(lift, bearing, len(listed) / 2 + _MORE) if other not in theme]
    theme = sorted(theme[:MOST_WORDS], key=lambda place: (words.order[place], bearing[place], -place))
    return listed, [words.texts[place] for place in theme]


def _count(bearing: csr_matrix, places: Sequence[int]) -> Floats:
    return np.asarray(bearing[list(places)].sum(axis=0)).ravel()


def _by_lift(lift: Floats, bearing: Floats, enough: float) -> list[int]:
    """The descriptors that enough items bear, with the highest lift first; of equals, the one that most bear."""
    return [int(place) for place in np.lexsort((-bearing, -lift)) if bearing[place] >= enough]


def _turn(
    catalogue: Catalogue, chosen: Sequence[int], spare: Sequence[int], bears: Bools, most_a_creator: int
) -> list[int] | None:
    """Turns a list into one of which more than half bear a descriptor; None where it can't be done."""
    listed, creators = list(chosen), catalogue.creators.codes
    coming = [place for place in spare if bears[place]]
    while 2 * np.sum(bears[listed]) <= len(listed):
        leaving = next((n for n in reversed(range(len(listed))) if not bears[listed[n]]), None)
        if leaving is None:
            return None
        counts = np.bincount(creators[listed] + 1, minlength=len(catalogue.creators.values) + 1)
        fit = (p for p in coming if creators[p] == NOBODY or counts[creators[p] + 1] < most_a_creator)
        place = next(fit, None)
        if place is not None:
            coming.remove(place)
            listed[leaving] = place
        elif len(listed) > SHORTEST * len(chosen):
            del listed[leaving]
        else:
            return None
    return listed
