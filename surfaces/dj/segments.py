"""From plans to segments: the models are asked once for several, and the best themes come next."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from surfaces.common.columns import NOBODY, Bools
from surfaces.common.model_server import ModelServer, Ranked
from surfaces.common.sequencing import sequence
from surfaces.dj.knowing.desk import Desk
from surfaces.dj.knowing.plan import Plan
from surfaces.dj.themes.pools import Theme
from surfaces.dj.themes.themes import THEMES, anything

SMALLEST: Final = 3
"""Items of a segment; fewer only where the listener's wishes leave no more."""
AT_A_TIME: Final = 5
"""Plans for which the models are asked in one call."""
_TALK_AGAIN: Final = 0.5
"""An episode is long: each one that was offered makes another less likely."""
_STEP: Final = 0.04
"""What a place in the models' order is worth, against pulls by reactions."""


@dataclass(frozen=True)
class Segment:
    """Items of a theme.

    Attributes:
        plan: what it was planned as.
        places: of its items, in order.
        ranks: where the models put each, 1 the best; 0 where they weren't asked, or it opens by the plan.
        by_models: whether they answered.
    """

    plan: Plan
    places: Sequence[int]
    ranks: Sequence[int]
    by_models: bool


def plan_segments(desk: Desk, first: Theme | None, count: int) -> list[Plan]:
    """Plans for the next segments, likeliest first, with some to spare; the last resort at the end.

    Args:
        desk: what is known.
        first: a theme that comes first, if it has anything to offer.
        count: how many segments are wanted.
    """
    plans = [plan for plan in [first(desk) if first else None] if plan]
    for name in _themes_in_turn(desk):
        if len(plans) >= AT_A_TIME + count - 1:
            break
        plan = THEMES[name][0](desk)
        if plan:
            plans.append(plan)
    rest = anything(desk)
    return [*plans, rest] if rest else plans


def answer_plans(desk: Desk, plans: Sequence[Plan], models: ModelServer) -> list[Ranked]:
    """Asks the models for all plans, in two calls at most.

    Raises:
        UnavailableError: the models don't answer.
    """
    questions = [plan for plan in plans if plan.pool is None]
    answers = iter(
        models.recommend_each([plan.history for plan in questions], [plan.wish for plan in questions])
        if questions
        else ()
    )
    pools = [plan.pool for plan in plans if plan.pool is not None]
    together = np.unique(np.concatenate(pools)) if pools else np.zeros(0, np.int64)
    ranked = (
        models.rank(desk.visit.plays, together.tolist(), desk.wish()) if len(together) else Ranked([], [])
    )
    return [next(answers) if plan.pool is None else _of_pool(ranked, plan.pool) for plan in plans]


def without_models(desk: Desk, plans: Sequence[Plan]) -> list[Ranked]:
    """An order for each plan by what the listener plays and what is popular, where the models are gone."""
    return [_known_order(desk, plan) for plan in plans]


def fill(
    desk: Desk, plans: Sequence[Plan], answers: Sequence[Ranked], count: int, *, by_models: bool
) -> list[Segment]:
    """Fills the first plans that can be: no item twice, no theme three times in a row."""
    segments: list[Segment] = []
    used, themes = desk.used.copy(), list(desk.session.themes)
    left = list(zip(plans, answers, strict=True))
    while len(segments) < count:
        for at, (plan, ranked) in enumerate(left):
            is_last_resort = at == len(left) - 1
            fewest = 1 if is_last_resort else SMALLEST
            segment = _choose(desk, plan, ranked, used, fewest, by_models=by_models)
            if segment and themes[-2:] != [plan.theme] * 2:
                break
        else:
            break
        segments.append(segment)
        themes.append(segment.plan.theme)
        used[list(segment.places)] = True
        left = [one for one in left if one[0] is not segment.plan or is_last_resort]
    return segments


def _themes_in_turn(desk: Desk) -> list[str]:
    """Themes in the order in which they are tried: by chance, but seldom what just was or what was skipped."""
    recent = desk.session.themes[-3:]
    weights = {
        name: weight
        * float(np.exp(2 * desk.reactions.themes.get(name, 0.0)))
        * 0.15 ** recent.count(name)
        * (_TALK_AGAIN ** desk.session.themes.count(name) if name in ("commute", "talk") else 1.0)
        for name, (_, weight) in THEMES.items()
        if recent[-2:] != [name] * 2
    }
    return _draw_all(weights, desk.random)


def _draw_all(weights: dict[str, float], random: Random) -> list[str]:
    """All names in random order, the heavier ones sooner (Efraimidis and Spirakis)."""
    return sorted(weights, key=lambda name: random.random() ** (1 / max(weights[name], 1e-9)), reverse=True)


def _of_pool(ranked: Ranked, pool: npt.NDArray[np.int64]) -> Ranked:
    own = set(pool.tolist())
    chosen = [(p, s) for p, s in zip(ranked.places, ranked.scores, strict=True) if p in own]
    return Ranked([p for p, _ in chosen], [s for _, s in chosen])


def _known_order(desk: Desk, plan: Plan) -> Ranked:
    places = np.flatnonzero(plan.allowed) if plan.pool is None else plan.pool
    likings = desk.likings[places]
    order = np.argsort(-likings, kind="stable")[:100]
    return Ranked(places[order].tolist(), likings[order].tolist())


def _choose(
    desk: Desk, plan: Plan, ranked: Ranked, used: Bools, fewest: int, *, by_models: bool
) -> Segment | None:
    """The best few of an order that a plan allows, few by one creator; None where they are fewer than needed."""
    open_places = plan.allowed & ~used
    candidates = np.array([place for place in ranked.places if open_places[place]], np.int64)
    rank_of = {place: rank for rank, place in enumerate(ranked.places, 1)}
    merit = -_STEP * np.arange(len(candidates)) + desk.reactions.pulls(desk.catalogue, candidates)
    chosen = [place for place in plan.openers if not used[place]][: plan.size]
    creators = desk.catalogue.creators.codes
    for place in candidates[np.argsort(-merit, kind="stable")].tolist():
        if len(chosen) == plan.size:
            break
        if plan.lead is not None and plan.lead[place] != (not chosen):
            continue
        same = sum(creators[place] != NOBODY and creators[place] == creators[other] for other in chosen)
        if place not in chosen and same < plan.most_by_one:
            chosen.append(place)
    if len(chosen) < fewest or not chosen:
        return None
    order = sequence(desk.catalogue, chosen)
    return Segment(plan, order, [rank_of.get(place, 0) for place in order], by_models)
