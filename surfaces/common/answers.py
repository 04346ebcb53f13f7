"""The JSON that all destinations share: items, and whether an answer is degraded."""

from collections.abc import Sequence

from pydantic import BaseModel

from surfaces.common.catalogue import Item
from surfaces.common.facts import Fact


class Answer(BaseModel):
    """What every answer of a destination says of itself; `**visit.shortfall` fills it."""

    degraded: bool = False
    """Whether the models or the store could not be had, and the answer is made of what is known without."""
    reason: str = ""
    """Why it is degraded; "" where it isn't."""


class ShownItem(BaseModel):
    """An item in an answer, and the facts for which it is there."""

    item_id: str
    title: str
    creator: str
    kind: str
    because: list[Fact]


def shown(item: Item, because: Sequence[Fact]) -> ShownItem:
    """An item as it is answered; one without a title is called by its id."""
    return ShownItem(
        item_id=item.item_id,
        title=item.title or item.item_id,
        creator=item.creator,
        kind=item.kind,
        because=list(because),
    )
