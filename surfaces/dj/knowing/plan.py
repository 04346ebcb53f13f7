"""`Plan`: what a theme proposes before the models are asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from surfaces.common.columns import Bools
from surfaces.common.model_server import ANYTHING, Wish
from surfaces.common.plays import Plays


@dataclass(frozen=True)
class Topic:
    """What a segment is about beside its items, for what is said of it; "" and 0 for nothing."""

    creator: str = ""
    genre: str = ""
    decade: int = 0
    fresh_days: int = 0
    season: tuple[str, int] | None = None
    like: int = -1


@dataclass(frozen=True)
class Plan:
    """A segment to be.

    Attributes:
        theme: its name.
        allowed: [N] what may come in it.
        history: after which the models are asked.
        wish: what they are asked for; only used without a pool.
        pool: places of which the models say the order, where a wish can't tell them apart.
        lead: [N] of which the best one comes first, and no other; None for no such rule.
        openers: places that come first, in order, whatever the models say.
        size: how many items.
        most_by_one: how many items of a creator.
        topic: what it is about.
    """

    theme: str
    allowed: Bools
    history: Plays
    wish: Wish = ANYTHING
    pool: npt.NDArray[np.int64] | None = None
    lead: Bools | None = None
    openers: Sequence[int] = ()
    size: int = 4
    most_by_one: int = 2
    topic: Topic = field(default_factory=Topic)
