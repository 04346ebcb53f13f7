import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.common.calibration import calibrate, divergence

SHARES = st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any).map(lambda n: np.array(n) / sum(n))
SCORES = st.lists(st.integers(-9, 9).map(float), min_size=1, max_size=25).map(np.array)


def one_value_each(count: int) -> np.ndarray:
    """Candidates that have one of three values each, in turn."""
    return np.eye(3)[np.arange(count) % 3]


def test_divergence_is_nothing_for_the_target_itself() -> None:
    half = np.array([0.5, 0.5, 0])
    assert divergence(half, half) == 0
    assert divergence(half, np.array([1.0, 0, 0])) > divergence(half, np.array([0.8, 0.2, 0])) > 0


def test_a_mix_without_a_wanted_value_is_far_not_infinitely() -> None:
    assert 4 < divergence(np.array([1.0, 0]), np.array([0, 1.0])) < 5


@settings(max_examples=30, deadline=None)
@given(SCORES, SHARES)
def test_without_strength_the_best_scores_are_chosen(scores: np.ndarray, target: np.ndarray) -> None:
    chosen = calibrate(scores, one_value_each(len(scores)), target, 5, strength=0)
    assert sorted(scores[chosen], reverse=True) == sorted(scores, reverse=True)[:5]


@settings(max_examples=30, deadline=None)
@given(SHARES, st.integers(1, 20), st.integers(0, 99))
def test_at_full_strength_each_value_has_its_share(target: np.ndarray, count: int, seed: int) -> None:
    scores = np.random.default_rng(seed).random(3 * count)
    mixes = one_value_each(3 * count)
    mix = mixes[calibrate(scores, mixes, target, count, strength=1)].mean(axis=0)
    assert np.all(np.abs(mix - target) * count <= 1.5)
    best = mixes[np.argsort(-scores)[:count]].mean(axis=0)
    assert divergence(target, mix) <= divergence(target, best) + 1e-9


@settings(max_examples=40, deadline=None)
@given(SCORES, SHARES, st.integers(1, 3), st.integers(1, 30), st.integers(0, 99))
def test_limits_hold_and_the_list_is_short_only_by_them(
    scores: np.ndarray, target: np.ndarray, most: int, count: int, seed: int
) -> None:
    groups = np.random.default_rng(seed).integers(-1, 4, len(scores))
    chosen = calibrate(scores, one_value_each(len(scores)), target, count, groups=groups, most_a_group=most)
    assert len(set(chosen)) == len(chosen)
    sizes = np.bincount(groups[groups >= 0], minlength=4)
    assert np.all(np.bincount(groups[chosen][groups[chosen] >= 0], minlength=4) <= most)
    assert len(chosen) == min(count, int(np.minimum(sizes, most).sum() + np.sum(groups < 0)))


@settings(max_examples=30, deadline=None)
@given(SCORES, SHARES, st.integers(0, 99))
def test_a_tier_is_used_up_before_the_next(scores: np.ndarray, target: np.ndarray, seed: int) -> None:
    tiers = np.random.default_rng(seed).integers(0, 3, len(scores))
    chosen = calibrate(scores, one_value_each(len(scores)), target, len(scores), tiers=tiers)
    assert tiers[chosen].tolist() == sorted(tiers.tolist())


def test_nobody_knows_anything() -> None:
    assert calibrate(np.zeros(0), np.zeros((0, 3)), np.zeros(3), 5) == []
    assert calibrate(np.array([1.0, 3, 2]), np.zeros((3, 3)), np.zeros(3), 2) == [1, 2]
