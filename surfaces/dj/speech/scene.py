"""What a sentence may speak of: the listener's plays, the catalogue, and the segment that it introduces."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from surfaces.common.catalogue import Catalogue
from surfaces.common.visit import Visit
from surfaces.log.log_plays import Popularity


@dataclass(frozen=True)
class Scene:
    """What is true while a segment is introduced.

    Attributes:
        catalogue: all items.
        visit: the listener, their plays and their clock.
        popularity: of the log.
        timed: whether the times of plays are real; if not, nothing may be said of years, days and hours of plays.
        segment: places of the items that come, in order.
        skipped: places that the listener skipped in this session.
        wishes: what the listener wished in this request: (wish, value).
    """

    catalogue: Catalogue
    visit: Visit
    popularity: Popularity
    segment: Sequence[int]
    timed: bool = True
    skipped: frozenset[int] = frozenset()
    wishes: Sequence[tuple[str, str]] = field(default_factory=tuple)
