"""All themes with how often each comes: small functions of a desk that propose a segment, or None for nothing."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from surfaces.dj.knowing.desk import Desk
from surfaces.dj.knowing.plan import Plan
from surfaces.dj.themes.familiar import decade, last_season, long_time, old_favourite, this_hour
from surfaces.dj.themes.pools import FEWEST, Theme, pooled
from surfaces.dj.themes.talk import commute, talk
from surfaces.dj.themes.unfamiliar import fresh, more_by_a_creator, new_creators, popular, turn, unheard


def anything(desk: Desk) -> Plan | None:
    """What comes next by the models; the last resort, whatever the listener's wishes leave."""
    if not desk.allowed.any():
        return None
    return pooled(desk, "anything", desk.music if desk.music.sum() >= FEWEST else desk.allowed, size=5)


THEMES: Final[Mapping[str, tuple[Theme, float]]] = MappingProxyType(
    {
        "old favourite": (old_favourite, 1.6),
        "more by a creator": (more_by_a_creator, 0.9),
        "turn": (turn, 0.3),
        "commute": (commute, 1.6),
        "talk": (talk, 0.3),
        "decade": (decade, 0.7),
        "fresh": (fresh, 0.3),
        "last season": (last_season, 0.9),
        "popular": (popular, 0.4),
        "unheard": (unheard, 0.8),
        "new creators": (new_creators, 0.3),
        "long time": (long_time, 0.9),
        "this hour": (this_hour, 1.2),
    }
)
"""Each with how often it comes, before the listener's reactions. `anything` fills where these have nothing."""
