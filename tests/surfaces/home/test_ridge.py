import numpy as np
import pytest

from surfaces.home.ridge import HEAVIEST, MEMORY, STRENGTH, Sums

NOTHING = Sums.zero(2)
PRIOR = np.array([0.5, 0.0])


def test_without_rewards_the_prior_stands() -> None:
    assert NOTHING.coefficients(PRIOR) == pytest.approx(PRIOR)


def test_a_reward_counts_by_the_inverse_of_its_propensity() -> None:
    row = np.array([1.0, 0.0])
    sums = NOTHING.plus(row, 1.0, propensity=0.1, choices=4)  # 2.5 times rarer than by chance
    assert sums.weight == pytest.approx(2.5)
    assert sums.coefficients(PRIOR)[0] == pytest.approx((2.5 + STRENGTH * 0.5) / (2.5 + STRENGTH))
    assert NOTHING.plus(row, 1.0, propensity=1e-6, choices=4).weight == HEAVIEST


def test_a_policy_that_chose_well_paid_visits_more_often_doesnt_flatter_the_arm() -> None:
    rng = np.random.default_rng(1)
    sums, row = NOTHING, np.array([1.0, 0.0])
    for _ in range(4000):
        pays = rng.random() < 0.5  # which the features don't show
        propensity = 0.9 if pays else 0.1
        if rng.random() < propensity:
            sums = sums.plus(row, float(pays), propensity, choices=2)
    assert sums.coefficients(PRIOR)[0] == pytest.approx(0.5, abs=0.06)


def test_sums_come_back_from_json_as_they_were() -> None:
    sums = NOTHING.plus(np.array([1.0, 0.25]), 0.5, 0.5, 2).plus(np.array([1.0, 0.75]), 1.0, 0.25, 2)
    read = Sums.from_json(sums.to_json(), 2)
    assert read.outer == pytest.approx(sums.outer)
    assert read.inner == pytest.approx(sums.inner)
    assert Sums.from_json(sums.to_json(), 3).weight == 0  # of other features


def test_old_rewards_fade_and_keep_their_mean() -> None:
    row = np.array([1.0, 0.0])
    many = Sums(3 * MEMORY * np.outer(row, row), 0.75 * MEMORY * row, 3 * MEMORY).faded()
    assert many.weight == pytest.approx(MEMORY)
    assert many.coefficients(PRIOR)[0] == pytest.approx(0.25, abs=0.001)
