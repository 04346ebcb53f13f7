"""What an answer shows, as the store keeps it."""

from collections.abc import Iterable
from typing import NamedTuple

from surfaces.common.visit import Visit
from surfaces.service.service import Service
from surfaces.store.records import Impression


class Shown(NamedTuple):
    """An item at a position of an answer, 1 the first."""

    position: int
    item_id: str
    shelf: str = ""
    propensity: float | None = None
    """How probable it was that it would stand there; None where nobody knows."""


def impressions(
    service: Service, visit: Visit, request_id: str, surface: str, items: Iterable[Shown]
) -> list[Impression]:
    """What an answer shows to a visit, with the push that it was ranked by."""
    return [
        Impression(
            request_id=request_id,
            position=one.position,
            user_id=visit.user_id,
            timestamp=visit.moment.unix,
            item_id=one.item_id,
            surface=surface,
            shelf=one.shelf,
            propensity=one.propensity,
            model_version=service.model_version or None,
        )
        for one in items
    ]


def note_shown(service: Service, visit: Visit, request_id: str, surface: str, items: Iterable[Shown]) -> None:
    """Keeps what an answer shows; what can't be kept is lost.

    It is done before the answer is sent: after it, listeners who ask again at once would leave more behind than one
    writer at a time can write, until requests are refused.
    """
    with visit.tolerated():
        service.store.add_impressions(impressions(service, visit, request_id, surface, items))
