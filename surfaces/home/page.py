"""Composes a page of shelves: a mix, then one shelf after another, no item twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from surfaces.common.columns import Bools
from surfaces.home.bandit import Candidate, Policy
from surfaces.home.draw import draw
from surfaces.home.mix import Tally, divergence, possible_shares
from surfaces.home.ridge import Floats
from surfaces.home.shelf import PlacedShelf, Shelf
from surfaces.service.fallback import Offer

MOST_SHELVES: Final = 6
MOST_ITEMS: Final = 8
"""Items on a full shelf."""
LEAST_ITEMS: Final = 3
"""A shelf with fewer isn't shown, unless no shelf has more."""


@dataclass(frozen=True)
class Page:
    """What Home shows, and how probable its choices were.

    Attributes:
        wanted: the share of talk to which it is calibrated.
        propensity: how probable that share was.
        choices: among how many.
        tally: what it really has.
        shelves: from top to bottom.
    """

    wanted: float
    propensity: float
    choices: int
    tally: Tally
    shelves: Sequence[PlacedShelf]

    @property
    def offers(self) -> Iterator[tuple[PlacedShelf, Offer]]:
        """All items from top to bottom, each with its shelf."""
        return ((shelf, offer) for shelf in self.shelves for offer in shelf.offers)


def compose(
    shelves: Sequence[Shelf], is_talk: Bools, policy: Policy, context: Floats, rng: np.random.Generator
) -> Page:
    """Draws a page from a policy.

    Args:
        shelves: what there is to show, in any order; each id once.
        is_talk: [N] which items of the catalogue are talk.
        policy: what gives each choice its probability.
        context: features of the visit.
        rng: draws the choices; the same one draws the same page.
    """
    shares = _possible(shelves, is_talk)
    chances = policy.mixes(context, shares)
    chosen = draw(chances, rng)
    wanted = shares[chosen]
    least = min(LEAST_ITEMS, max((len(shelf.offers) for shelf in shelves), default=1))
    tally, shown, placed = Tally(), set[int](), list[PlacedShelf]()
    left = list(shelves)
    while left and len(placed) < MOST_SHELVES:
        cuts = [_cut(shelf.offers, is_talk, wanted, tally, shown) for shelf in left]
        open_ones = [n for n, (offers, _) in enumerate(cuts) if len(offers) >= least]
        if not open_ones:
            break
        candidates = [
            Candidate(left[n].id, len(cuts[n][0]) / MOST_ITEMS, divergence(wanted, cuts[n][1].share))
            for n in open_ones
        ]
        at_place = policy.shelves(context, candidates, len(placed) + 1)
        winner = draw(at_place, rng)
        offers, tally = cuts[open_ones[winner]]
        shelf = left.pop(open_ones[winner])
        placed.append(PlacedShelf(shelf, offers, float(at_place[winner]), len(candidates)))
        shown.update(offer.place for offer in offers)
    return Page(wanted, float(chances[chosen]), len(shares), tally, placed)


def _possible(shelves: Sequence[Shelf], is_talk: Bools) -> Sequence[float]:
    places = {offer.place for shelf in shelves for offer in shelf.offers}
    talk = int(is_talk[list(places)].sum())
    return possible_shares(talk, len(places) - talk, MOST_SHELVES * MOST_ITEMS)


def _cut(
    offers: Sequence[Offer], is_talk: Bools, wanted: float, tally: Tally, shown: set[int]
) -> tuple[list[Offer], Tally]:
    """What a shelf would show below what is `shown`, nearest to the mix that it can; and the page's tally then."""
    talk, music = list[Offer](), list[Offer]()
    seen = set(shown)
    for offer in offers:
        if offer.place not in seen:
            seen.add(offer.place)
            (talk if is_talk[offer.place] else music).append(offer)
    talk, music = talk[::-1], music[::-1]
    cut = list[Offer]()
    while (talk or music) and len(cut) < MOST_ITEMS:
        speaks = bool(talk) and (tally.wants_talk(wanted) or not music)
        cut.append(talk.pop() if speaks else music.pop())
        tally = tally.plus(speaks)
    return cut, tally
