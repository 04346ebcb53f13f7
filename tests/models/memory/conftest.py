"""A small log, and the evidence that it gives."""

import numpy as np
import pytest

from models.memory.evidence import Evidence, fit_evidence
from models.memory.interactions import Interactions

ITEMS = 30


@pytest.fixture(scope="module")
def interactions() -> Interactions:
    """60 listeners who mostly move on to items near the last one."""
    rng = np.random.default_rng(0)
    walks = (np.cumsum(rng.integers(-3, 5, (60, 25)), axis=1) + rng.integers(0, ITEMS, (60, 1))) % ITEMS + 1
    return Interactions.from_sequences(walks, ITEMS)


@pytest.fixture(scope="module")
def evidence(interactions: Interactions) -> Evidence:
    return fit_evidence(interactions)
