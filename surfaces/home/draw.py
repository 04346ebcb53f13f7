"""A draw among choices whose probability is known exactly: a softmax of scores over a floor of exploration.

Drawn again and again without replacement it gives an order, by the law of Plackett and Luce; the probability of
the whole order is the product of the draws'. (Thompson sampling, which draws the scores instead, has no such
closed form: its propensities could only be estimated.) The floor bounds the weights of every estimate that is made
of the log later, as in Strehl et al. 2010, "Learning from logged implicit exploration data".
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FLOOR: Final = 0.05
"""The share of draws that are uniform: no choice among n is less probable than FLOOR / n."""


def probabilities(scores: Floats, floor: float = FLOOR) -> Floats:
    """The probability of each choice [n], from its score [n] in nats; together 1."""
    weights = np.exp(scores - scores.max())
    return (1 - floor) * weights / weights.sum() + floor / len(scores)


def draw(chances: Floats, rng: np.random.Generator) -> int:
    """Draws one choice by its probability."""
    return int(rng.choice(len(chances), p=chances))
