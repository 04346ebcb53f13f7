"""Why an item of a segment is there, as facts."""

from datetime import date, timedelta

import numpy as np

from models import names
from surfaces.common.facts import (
    AfterItem,
    Fact,
    Has,
    NewCreator,
    PlaysCreator,
    Popular,
    Released,
    Unfinished,
    Unheard,
)
from surfaces.common.facts import Ranked as RankedFact
from surfaces.dj.knowing.desk import Desk
from surfaces.dj.segments import Segment


def reasons(desk: Desk, segment: Segment, place: int, rank: int) -> list[Fact]:
    """Facts about an item: the theme's own first."""
    return [*_of_theme(desk, segment, place), *_of_listener(desk, place), *_of_rank(segment, rank)]


def _of_theme(desk: Desk, segment: Segment, place: int) -> list[Fact]:
    plan, catalogue = segment.plan, desk.catalogue
    day = int(catalogue.release_days[place])
    if plan.theme in ("old favourite", "like this") and plan.openers and place not in plan.openers:
        return [AfterItem(item_id=catalogue.item_ids[plan.openers[0]])]
    if plan.topic.genre:
        return [Has(token=f"genre={plan.topic.genre}")]
    if (plan.topic.decade or plan.topic.fresh_days) and day != names.RELEASE_UNKNOWN:
        return [Released(day=date(1970, 1, 1) + timedelta(days=day))]
    if plan.theme == "popular" and desk.popular[place] and desk.popularity.days:
        here = desk.visit.country if desk.visit.country in desk.popularity.by_country else ""
        return [Popular(plays=int(desk.popular[place]), days=desk.popularity.days, country=here)]
    if plan.theme in ("commute", "talk") and place in plan.openers:
        plays = desk.visit.plays
        return [Unfinished(ms_played=int(plays.ms_played[plays.items == place][-1]))]
    return []


def _of_listener(desk: Desk, place: int) -> list[Fact]:
    facts: list[Fact] = []
    if desk.counts[place]:
        facts.append(desk.visit.played(place))
    elif not desk.heard[place]:
        facts.append(Unheard())
    creator = desk.catalogue.creators.value(place)
    if creator:
        by = desk.catalogue.creators.codes == desk.catalogue.creators.codes[place]
        plays = int(desk.counts[by].sum())
        if plays:
            facts.append(PlaysCreator(creator=creator, plays=plays))
        elif not np.any(desk.heard & by):
            facts.append(NewCreator(creator=creator))
    return facts


def _of_rank(segment: Segment, rank: int) -> list[Fact]:
    if not rank or not segment.by_models:
        return []
    model = names.UPNEXT if segment.plan.pool is None else names.RANKER
    return [RankedFact(model=model, place=rank)]
