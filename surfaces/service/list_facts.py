"""Facts that items of any list have: whether they were played, and who put them there."""

from surfaces.common.facts import Fact, Popular, Ranked, Unheard
from surfaces.common.visit import Visit
from surfaces.service.service import Service


def heard_facts(visit: Visit, place: int) -> list[Fact]:
    """How often it was played without skipping, or that it never was played at all; nothing for what was skipped."""
    if place in visit.plays.counts:
        return [visit.played(place)]
    return [] if place in visit.plays.heard else [Unheard()]


def rank_facts(service: Service, model: str, place: int, rank: int) -> list[Fact]:
    """At which place a model put it; for a rank of 0, where no model was asked, how popular it is."""
    if rank:
        return [Ranked(model=model, place=rank)]
    popularity = service.log.popularity
    plays = int(popularity.everywhere[place])
    return [Popular(plays=plays, days=popularity.days)] if plays else []
