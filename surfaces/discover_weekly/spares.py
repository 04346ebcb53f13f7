"""What stands in for items that a request leaves out: the same all week, for it is frozen with the list."""

from collections import Counter
from collections.abc import Sequence

from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY, Bools


def choose_spares(
    catalogue: Catalogue, listed: Sequence[int], candidates: Sequence[int], most_a_creator: int
) -> list[int]:
    """Chooses clean items, as many as a list has explicit ones, and no more: they come in no other week.

    Args:
        catalogue: of the items.
        listed: places of the list.
        candidates: places of what could be listed, best first.
        most_a_creator: items by one creator that the list may have once its explicit ones are left out.
    """
    explicit, codes = catalogue.is_explicit, catalogue.creators.codes
    wanted, in_list = int(explicit[list(listed)].sum()), set(listed)
    sizes = Counter(int(codes[place]) for place in listed if not explicit[place])
    spares = list[int]()
    for place in candidates:
        code = int(codes[place])
        fits = code == NOBODY or sizes[code] < most_a_creator
        if len(spares) < wanted and place not in in_list and not explicit[place] and fits:
            sizes[code] += 1
            spares.append(place)
    return spares


def filled(
    catalogue: Catalogue, listed: Sequence[int], spares: Sequence[int], eligible: Bools, most_a_creator: int
) -> list[int]:
    """The places of a list that may be shown; one that may not has a spare in its place, while there are any.

    No creator stands twice in a row for it, where that can be avoided.
    """
    codes, shown = catalogue.creators.codes, list[int]()
    left = [place for place in spares if eligible[place]]
    sizes = Counter(int(codes[place]) for place in listed if eligible[place])
    for number, place in enumerate(listed):
        if eligible[place]:
            shown.append(place)
            continue
        left = [p for p in left if codes[p] == NOBODY or sizes[int(codes[p])] < most_a_creator]
        if left:
            following = next((other for other in listed[number + 1 :] if eligible[other]), None)
            beside = {int(codes[p]) for p in (*shown[-1:], following) if p is not None} - {NOBODY}
            spare = next((p for p in left if int(codes[p]) not in beside), left[0])
            left.remove(spare)
            sizes[int(codes[spare])] += 1
            shown.append(spare)
    return shown
