"""The closed forms on the final events, fitted on everything before them."""

import time
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.final_events import FinalEvents
from models import baselines
from models.memory.evidence import FADING, RIDGE, RIDGE_PENALTY
from models.memory.interactions import Interactions
from models.memory.order_aware_ridge import OrderAwareRidge
from models.memory.pair_sums import Horizon

BLEND: Final = "blend of counts"
_LAST_WEEK: Final = "popularity of the last seven days"


def fit_ridge(log: Interactions) -> baselines.Scorer:
    """Fits the ridge as the pipeline does, without cutting it."""
    horizon = Horizon(decays=tuple(decay for decay, _ in FADING[RIDGE]))
    return OrderAwareRidge.fit(log, penalty=RIDGE_PENALTY, horizon=horizon).score


FORMS: Final[dict[str, Callable[[Interactions], baselines.Scorer]]] = {
    "popularity": baselines.fit_popularity,
    _LAST_WEEK: baselines.fit_popularity,
    "Markov": baselines.fit_markov,
    "item kNN": baselines.fit_item_knn,
    "EASE": baselines.fit_ease,
    "transitions": baselines.fit_transitions,
    BLEND: baselines.fit_blend,
    "ridge": fit_ridge,
}


class FormRanks(NamedTuple):
    """How a closed form ranks the final events, and what that took."""

    name: str
    ranks: npt.NDArray[np.int64]
    """[Q], 0-based."""
    wall: float
    """Seconds that fitting and ranking took."""
    cpu: float
    """Seconds of CPU, of all threads."""


def rank_by_closed_forms(events: FinalEvents, exclude_seen: bool) -> Iterator[FormRanks]:
    """Fits each closed form and ranks the final events; the last week's popularity where times are real."""
    for name, fit in FORMS.items():
        log = events.last_week if name == _LAST_WEEK else events.log
        if log is None:
            continue
        wall, cpu = time.monotonic(), time.process_time()
        ranks = baselines.evaluate(fit(log), events.histories, events.targets, exclude_seen=exclude_seen)
        yield FormRanks(name, ranks.astype(np.int64), time.monotonic() - wall, time.process_time() - cpu)
