"""Makes the lists of a week for many listeners at a time, ahead of their visits."""

from collections.abc import Iterator, Sequence
from typing import Final

from surfaces.common.moment import Moment
from surfaces.discover_weekly.candidates import SURFACE
from surfaces.discover_weekly.discovering import discover
from surfaces.discover_weekly.frozen_week import WeekList, earlier_places
from surfaces.discover_weekly.seeker import Seeker
from surfaces.discover_weekly.week import monday_of
from surfaces.log.log_plays import LogPlays
from surfaces.service.service import Service
from surfaces.store.records import Json
from surfaces.store.store import Store

AT_A_TIME: Final = 64
"""Listeners for whom the models are asked in one call."""


def listeners(log: LogPlays, store: Store) -> list[str]:
    """All who are known by the log or by what they played since, sorted."""
    return sorted({*log.listeners(), *store.listeners()})


def make_weeks(service: Service, user_ids: Sequence[str], week: str, now: Moment) -> Iterator[int]:
    """Makes and freezes the lists of those who have none of this week yet, as their first visit would.

    Args:
        service: what the destinations share.
        user_ids: whose lists are wanted.
        week: as 2026-W48.
        now: up to when plays are known.

    Yields:
        How many lists were made, of some listeners at a time.

    Raises:
        UnavailableError: the models or the store can't be had; then lists are made up to there.
    """
    for start in range(0, len(user_ids), AT_A_TIME):
        some = user_ids[start : start + AT_A_TIME]
        yield service.store.freeze_each(SURFACE, week, dict(_lists(service, some, week, now)))


def _lists(service: Service, user_ids: Sequence[str], week: str, now: Moment) -> Iterator[tuple[str, Json]]:
    seekers = []
    for user_id in user_ids:
        lists = service.store.frozen(user_id, SURFACE)
        if week not in lists:
            visit = service.visit(user_id, now)
            earlier = earlier_places(service.catalogue, lists, week)
            seekers.append(
                Seeker(user_id, visit.plays, visit.tokens, earlier, service.log.has_times, visit.away)
            )
    discoveries = discover(service.catalogue, service.models.recommend_each, seekers, monday_of(week))
    for seeker, one in zip(seekers, discoveries, strict=True):
        yield seeker.user_id, WeekList.of(service.catalogue, one).content
