import numpy as np
import pytest
from scipy.stats import bootstrap

from models.bootstrap import paired_bootstrap


def test_equal_metrics_differ_by_nothing():
    metric = np.array([0.1, 0.7, 0.3])

    assert paired_bootstrap(metric, metric, np.arange(3), seed=1) == (0.0, 0.0, 0.0)


def test_a_constant_difference_has_no_spread():
    metric = np.array([0.25, 0.5, 0.75])

    interval = paired_bootstrap(metric + 0.125, metric, np.array([7, 7, 9]), seed=1)

    assert interval == pytest.approx((0.125, 0.125, 0.125))


def test_a_listener_is_drawn_with_all_targets():
    # listener 5 has three targets won, listener 2 one target lost: a draw holds 5 twice, both, or 2 twice
    won, lost = np.array([1.0, 1.0, 1.0, 0.0]), np.array([0.0, 0.0, 0.0, 1.0])

    interval = paired_bootstrap(won, lost, np.array([5, 5, 5, 2]), seed=1, confidence=0.9)

    assert interval == (0.5, -1.0, 1.0)
    # half of the draws hold both, so the middle ones are all (3 - 1) / 4
    assert paired_bootstrap(won, lost, np.array([5, 5, 5, 2]), seed=1, confidence=0.1) == (0.5, 0.5, 0.5)


def test_one_seed_gives_one_interval_and_codes_are_only_names():
    rng = np.random.default_rng(0)
    a, b, codes = rng.random(200), rng.random(200), rng.integers(0, 40, 200)

    first = paired_bootstrap(a, b, codes, seed=3)

    assert paired_bootstrap(a, b, codes, seed=3) == first
    assert paired_bootstrap(a, b, codes * 10 + 4, seed=3) == first
    assert paired_bootstrap(a, b, codes, seed=4) != first


def test_swapping_the_metrics_mirrors_the_interval():
    rng = np.random.default_rng(0)
    a, b, codes = rng.random(50), rng.random(50), np.arange(50)

    forth, back = paired_bootstrap(a, b, codes, seed=3), paired_bootstrap(b, a, codes, seed=3)

    assert (-back.mean_difference, -back.high, -back.low) == pytest.approx(forth)


def test_with_one_target_a_listener_it_is_scipys_percentile_bootstrap():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.1, 1.0, 300), rng.normal(0.0, 1.0, 300)
    expected = bootstrap(
        (a - b,), np.mean, n_resamples=5000, method="percentile", random_state=1
    ).confidence_interval

    interval = paired_bootstrap(a, b, np.arange(300), samples=5000, seed=2)

    assert interval.mean_difference == pytest.approx((a - b).mean())
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=0.01)


def test_few_listeners_make_it_no_surer_than_it_says():
    rng = np.random.default_rng(0)
    hits, listeners, worlds = np.array([1.0, 0.63, 0.5, 0.39, 0, 0, 0, 0]), 8, 400

    surely_worse = [
        paired_bootstrap(rng.choice(hits, listeners), rng.choice(hits, listeners), np.arange(8), seed=1).high
        < 0
        for _ in range(worlds)
    ]

    # in truth they are alike; a plain percentile interval says of 6% that they are not, in place of 2.5%
    assert np.mean(surely_worse) < 0.045


def test_one_listener_is_one_answer():
    assert paired_bootstrap(np.ones(2), np.zeros(2), np.zeros(2), seed=1) == (1.0, 1.0, 1.0)


def test_more_confidence_is_a_wider_interval():
    rng = np.random.default_rng(0)
    a, b, codes = rng.random(100), rng.random(100), np.arange(100)

    narrow = paired_bootstrap(a, b, codes, seed=3, confidence=0.5)
    wide = paired_bootstrap(a, b, codes, seed=3, confidence=0.99)

    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    ("a", "b", "codes", "confidence", "message"),
    [
        ([1.0, 2.0], [1.0, 2.0], [0], 0.95, "equal lengths"),
        ([], [], [], 0.95, "equal lengths"),
        ([1.0], [1.0], [0], 95, "between 0 and 1, got 95"),
    ],
)
def test_wrong_arguments_are_named(a: list, b: list, codes: list, confidence: float, message: str):
    with pytest.raises(ValueError, match=message):
        paired_bootstrap(np.array(a), np.array(b), np.array(codes), seed=1, confidence=confidence)
