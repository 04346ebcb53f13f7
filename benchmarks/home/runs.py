"""Runs a policy on visits, with the probabilities behind its pages; and judges one policy by another's log."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from benchmarks.home.listener import respond
from benchmarks.home.policies import Recorded
from benchmarks.home.visits import TrueVisit
from surfaces.common.columns import Bools
from surfaces.home.bandit import Bandit, Policy
from surfaces.home.decided import DecidedPage
from surfaces.home.learnt import Learnt
from surfaces.home.page import Page, compose
from surfaces.home.ridge import Floats

STEP: Final = 100
"""Pages between two steps of learning."""


@dataclass(frozen=True)
class Logged:
    """A page that was drawn, what each of its shelves earned, and every probability that was asked for it."""

    visit: TrueVisit
    page: Page
    earned: dict[str, float]
    record: Recorded

    @property
    def reward(self) -> float:
        """What the whole page earned."""
        return sum(self.earned.values())

    @property
    def chosen(self) -> list[int]:
        """Which of the choices came of each draw: the mix first, then the shelves from the top."""
        shelves = [
            [one.id for one in candidates].index(placed.shelf.id)
            for candidates, placed in zip(self.record.candidates, self.page.shelves, strict=True)
        ]
        return [list(self.record.shares).index(self.page.wanted), *shelves]


def run(
    policy: Policy, visits: Sequence[TrueVisit], pages: range, is_talk: Bools, seed: int = 0
) -> list[Logged]:
    """Draws pages of some numbers by a policy that stays as it is.

    A page's number and the seed say which visit it is of and what its listener would see and like, so that policies
    can be compared page by page.
    """
    return [_one(policy, visits, number, is_talk, seed) for number in pages]


def run_learning(
    visits: Sequence[TrueVisit], pages: range, is_talk: Bools, seed: int = 0
) -> tuple[Learnt, list[Logged]]:
    """Draws pages by a bandit that knows nothing at first, and learns of each hundred pages."""
    learnt, logged = Learnt.from_json({}), list[Logged]()
    for first in range(pages.start, pages.stop, STEP):
        step = run(Bandit(learnt), visits, range(first, min(first + STEP, pages.stop)), is_talk, seed)
        rewards = [DecidedPage.of(one.page, one.visit.context).rewarded(one.earned) for one in step]
        learnt = learnt.plus(
            [shelf for shelves, _ in rewards for shelf in shelves], [mix for _, mix in rewards]
        )
        logged += step
    return learnt, logged


def estimate(logged: Sequence[Logged], policy: Policy) -> tuple[float, float, float]:
    """What a policy would earn a page, by another's log alone: the estimate, its standard error, and its sample.

    A shelf's reward counts by how much likelier the policy would have made the mix and all shelves down to it
    (reward-interaction IPS: McInerney et al. 2020, "Counterfactual evaluation of slate recommendations with
    sequential reward interactions"). The third figure is the effective number of pages, after weighting.
    """
    values, weights = np.zeros(len(logged)), np.zeros(len(logged))
    for row, one in enumerate(logged):
        context, record = one.visit.context, one.record
        ours = [policy.mixes(context, record.shares)]
        ours += [policy.shelves(context, c, place) for place, c in enumerate(record.candidates, 1)]
        ratios = [new[n] / old[n] for new, old, n in zip(ours, record.chances, one.chosen, strict=True)]
        along = np.cumprod(ratios)
        values[row] = sum(
            weight * one.earned.get(placed.shelf.id, 0.0)
            for weight, placed in zip(along[1:], one.page.shelves, strict=True)
        )
        weights[row] = along[-1]
    return float(values.mean()), standard_error(values), float(weights.sum() ** 2 / (weights**2).sum())


def standard_error(values: Floats) -> float:
    """The standard error of a mean."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def calibration(
    logged: Sequence[Logged], edges: Sequence[float]
) -> list[tuple[float, float, int, float, float]]:
    """How often choices came that were given a probability, by bins of it.

    Returns:
        Of each bin with a choice in it: its edges, how many choices, their mean probability, how often they came.
    """
    stated = np.concatenate([chances for one in logged for chances in one.record.chances])
    came = np.concatenate(
        [
            np.arange(len(chances)) == chosen
            for one in logged
            for chances, chosen in zip(one.record.chances, one.chosen, strict=True)
        ]
    )
    bins = np.digitize(stated, edges[1:-1])
    return [
        (low, high, int(own.sum()), float(stated[own].mean()), float(came[own].mean()))
        for number, (low, high) in enumerate(pairwise(edges))
        if (own := bins == number).any()
    ]


def _one(policy: Policy, visits: Sequence[TrueVisit], number: int, is_talk: Bools, seed: int) -> Logged:
    choices, listening = (np.random.default_rng([seed, number, part]) for part in range(2))
    visit, record = visits[int(listening.integers(len(visits)))], Recorded(policy)
    page = compose(visit.shelves, is_talk, record, visit.context, choices)
    return Logged(visit, page, respond(page, visit, listening), record)
