"""The shelves of new items: by creators that the listener plays, and of their shows."""

from datetime import date
from typing import Final

import numpy as np

from models import names
from surfaces.common.columns import Bools
from surfaces.common.facts import Fact, Ranked, Released, Unfinished, Unheard
from surfaces.home.material import CREATORS, EPOCH, SHOWS, Material
from surfaces.home.shelf import MOST_OFFERS, Shelf
from surfaces.service.fallback import Offer

NEW_DAYS: Final = 45
"""For so long an item is new."""
BEHIND_DAYS: Final = 14
"""How long before the last plays of a show an episode may have come out, and still be waiting."""
_BEGUN_DAYS: Final = 30
"""For so long an item that was begun is offered again."""


def new_from_creators(material: Material) -> Shelf:
    """Music that came out in the last weeks, by creators that the listener plays, never played by them."""
    catalogue = material.catalogue
    allowed = material.unheard & ~catalogue.is_talk & _released(material, material.today - NEW_DAYS)
    places = material.items_by(material.music_creators, allowed)
    return Shelf(
        "new-from-creators", "New from creators you play", _newest_offers(material, CREATORS, places)
    )


def your_shows(material: Material) -> Shelf:
    """Episodes that were begun, then those that came out since the listener last heard their show."""
    return Shelf("your-shows", "Your shows", [*_unfinished(material), *_new_episodes(material)][:MOST_OFFERS])


def _unfinished(material: Material) -> list[Offer]:
    """Talk whose last play stopped short of its end, the newest first."""
    plays, catalogue = material.plays, material.catalogue
    last = {place: n for n, place in enumerate(plays.items.tolist()) if catalogue.is_talk[place]}
    since = material.visit.moment.unix - _BEGUN_DAYS * 86_400
    return [
        Offer(place, [Unfinished(ms_played=int(plays.ms_played[n])), *material.by_creator(place)])
        for place, n in sorted(last.items(), key=lambda pair: -pair[1])
        if plays.outcomes[n] == names.PARTIAL
        and plays.ms_played[n] > 0
        and plays.times[n] >= since
        and material.eligible[place]
    ]


def _new_episodes(material: Material) -> list[Offer]:
    catalogue, kept = material.catalogue, material.plays.kept
    days = catalogue.release_days
    allowed = material.unheard & catalogue.is_talk & _released(material, names.RELEASE_UNKNOWN + 1)
    places = material.items_by(material.shows, allowed)
    codes, last = catalogue.creators.codes, np.full(len(catalogue.creators.values) + 1, names.RELEASE_UNKNOWN)
    np.maximum.at(last, codes[kept.items], days[kept.items])
    return _newest_offers(material, SHOWS, places[days[places] >= last[codes[places]] - BEHIND_DAYS])


def _released(material: Material, first: int) -> Bools:
    """[N] whether an item came out from a day on, and is out by now."""
    days = material.catalogue.release_days
    return (days >= first) & (days <= material.today) & (days != names.RELEASE_UNKNOWN)


def _newest_offers(material: Material, question: str, places: np.ndarray) -> list[Offer]:
    """Offers of some places: those that the models rank, as they rank them, then the newest first."""
    days = material.catalogue.release_days
    allowed = np.zeros(material.catalogue.size, bool)
    allowed[places] = True
    ranks = dict(material.ranked(question, allowed))
    rest = [
        place for place in places[np.argsort(-days[places], kind="stable")].tolist() if place not in ranks
    ]
    offers = []
    for place in [*ranks, *rest][:MOST_OFFERS]:
        day = date.fromordinal(EPOCH.toordinal() + int(days[place]))
        why: list[Fact] = [*material.by_creator(place), Unheard(), Released(day=day)]
        if place in ranks:
            why.append(Ranked(model=names.UPNEXT, place=ranks[place]))
        offers.append(Offer(place, why))
    return offers
