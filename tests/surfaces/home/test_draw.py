import numpy as np
import pytest

from surfaces.home.draw import FLOOR, draw, probabilities


def test_probabilities_are_a_softmax_over_a_floor() -> None:
    chances = probabilities(np.log([3.0, 1.0]))
    assert chances == pytest.approx([(1 - FLOOR) * 0.75 + FLOOR / 2, (1 - FLOOR) * 0.25 + FLOOR / 2])
    assert probabilities(np.array([1000.0, 0.0, 0.0])).min() == pytest.approx(FLOOR / 3)


def test_a_choice_is_drawn_as_often_as_its_probability_says() -> None:
    rng, chances = np.random.default_rng(5), np.array([0.6, 0.3, 0.1])
    counts = np.bincount([draw(chances, rng) for _ in range(4000)], minlength=3) / 4000
    assert counts == pytest.approx(chances, abs=0.03)
