"""The shelves that Home can show, each a function of the material; what they offer is more than will fit."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from models import names
from surfaces.common.columns import NOBODY
from surfaces.common.facts import AfterItem, Fact, NewCreator, Ranked, Unheard
from surfaces.home.material import AFTER, FAMILIAR, MUSIC, TALK, Material
from surfaces.home.shelf import MOST_OFFERS, Shelf
from surfaces.service.fallback import Offer, popular

A_CREATOR: Final = 2
"""Most items by one creator on a shelf of things to discover."""
_HALF_LIFE: Final = 14 * 86_400.0


def jump_back_in(material: Material) -> Shelf:
    """Music that the listener plays: what the models rank first now, then what was played most of late.

    An item whose last play was skipped isn't there, nor is talk, which is heard once. Who plays nothing twice has no
    such shelf.
    """
    plays, catalogue = material.plays, material.catalogue
    last = dict(zip(plays.items.tolist(), plays.outcomes.tolist(), strict=True))
    times = plays.last_times
    wanted = np.zeros(catalogue.size, bool)
    wanted[[place for place in times if last[place] != names.SKIPPED]] = True
    wanted &= material.eligible & ~catalogue.is_talk & (not plays.never_twice)
    ranks = dict(material.ranked(FAMILIAR, wanted))
    order = [*ranks, *_played_most(material, [p for p in times if wanted[p] and p not in ranks])]
    offers = [
        Offer(
            place,
            [
                material.visit.played(place),
                *_ranked(names.UPNEXT, ranks.get(place)),
            ],
        )
        for place in order[:MOST_OFFERS]
    ]
    return Shelf("jump-back-in", "Jump back in", offers)


def made_for_you(material: Material) -> Shelf:
    """What the models rank first of all that was never played: music, and talk if the listener plays no show yet.

    Who plays shows has a shelf of their own for these, and one of others to try.
    """
    talk = [] if material.shows else material.ranked(TALK, material.unheard)
    ranked = [
        *_spread(material, material.ranked(MUSIC, material.unheard))[:MOST_OFFERS],
        *_spread(material, talk)[:MOST_OFFERS],
    ]
    offers = [
        Offer(place, [Unheard(), *_ranked(names.UPNEXT, rank), *material.by_creator(place)])
        for place, rank in sorted(ranked, key=lambda pair: pair[1])
    ]
    return Shelf("made-for-you", "Made for you", offers)


def because_you_played(material: Material) -> Shelf:
    """What the models rank after the newest play, as though it were the only one: talk after talk alone."""
    newest = material.newest
    if newest is None:
        return Shelf("because-you-played", "Because of what you played", [])
    item = material.catalogue.item(newest)
    why: list[Fact] = [AfterItem(item_id=item.item_id), Unheard()]
    alike = material.unheard & (material.catalogue.is_talk == item.is_talk)
    offers = [
        Offer(place, [*why, *_ranked(names.UPNEXT, rank)])
        for place, rank in _spread(material, material.ranked(AFTER, alike))[:MOST_OFFERS]
    ]
    return Shelf("because-you-played", f"Because you played {item.title or item.item_id}", offers)


def talk_to_try(material: Material) -> Shelf:
    """Talk of shows that the listener has never played, an episode each."""
    codes, heard = material.catalogue.creators.codes, material.creators_heard
    offers, shows = [], set[int]()
    for place, rank in material.ranked(TALK, material.unheard):
        show = int(codes[place])
        if show == NOBODY or show in heard or show in shows:
            continue
        shows.add(show)
        name = material.catalogue.creators.values[show]
        offers.append(Offer(place, [Unheard(), NewCreator(creator=name), *_ranked(names.UPNEXT, rank)]))
    return Shelf("talk-to-try", "Talk to try", offers)


def popular_near_you(material: Material) -> Shelf:
    """What others played most in the last days of the log, where the listener is if that is known."""
    service, visit, is_talk = material.service, material.visit, material.catalogue.is_talk
    sides = [
        popular(service, visit, material.unheard & side, MOST_OFFERS)
        for side in (~is_talk, is_talk)
        if side.any()
    ]
    offers = {offer.place: offer for side in sides for offer in side if offer.because}
    spread = _spread(material, [(place, 0) for place in offers])
    country = visit.country if visit.country in service.log.popularity.by_country else ""
    title = f"Popular in {country}" if country else "Popular now"
    return Shelf("popular", title, [offers[place] for place, _ in spread])


def _ranked(model: str, rank: int | None) -> list[Fact]:
    return [] if rank is None else [Ranked(model=model, place=rank)]


def _played_most(material: Material, places: Sequence[int]) -> list[int]:
    """Orders places by their kept plays, each of which halves in a fortnight."""
    kept = material.plays.kept
    ages = np.maximum(material.visit.moment.unix - kept.times, 0)
    weights = np.bincount(kept.items, 0.5 ** (ages / _HALF_LIFE)) if len(kept) else np.zeros(0)
    return sorted(places, key=lambda place: (-weights[place], place))


def _spread(material: Material, ranked: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Keeps a few places of each creator, in their order and with their ranks; where no creator is known, all."""
    codes, count = material.catalogue.creators.codes, dict[int, int]()
    kept = []
    for place, rank in ranked:
        code = int(codes[place])
        count[code] = count.get(code, 0) + 1
        if code == NOBODY or count[code] <= A_CREATOR:
            kept.append((place, rank))
    return kept
