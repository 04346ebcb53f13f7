"""Segments that a listener wished for: an item, a creator, a genre or a kind, and more like what is playing."""

from collections.abc import Sequence

from surfaces.common.tokens import having_any
from surfaces.dj.knowing.desk import Desk
from surfaces.dj.knowing.plan import Plan, Topic
from surfaces.dj.themes.pools import Theme


def request(tokens: Sequence[str], place: int = -1) -> Theme:
    """A theme of what bears one of some tokens, or of an item and what follows it."""

    def requested(desk: Desk) -> Plan | None:
        if place >= 0:
            return _after(desk, "request", place) if desk.allowed[place] else None
        wanted = desk.allowed & having_any(desk.catalogue, tokens)
        if not wanted.any():
            return None
        history = desk.visit.plays
        return Plan("request", wanted, history, wish=desk.wish(only=list(tokens)), most_by_one=4)

    return requested


def like_this(place: int) -> Theme:
    """A theme of what the models play after an item, which itself just played."""

    def follow(desk: Desk) -> Plan | None:
        talk = desk.catalogue.is_talk
        alike = desk.allowed & (talk == talk[place])
        return Plan("like this", alike, desk.one_play(place), wish=desk.wish(), topic=Topic(like=place))

    return follow


def _after(desk: Desk, theme: str, place: int) -> Plan:
    return Plan(theme, desk.music, desk.one_play(place), wish=desk.wish(), openers=[place])
