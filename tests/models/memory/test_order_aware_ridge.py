import numpy as np
import pytest

from models.memory.interactions import Interactions
from models.memory.order_aware_ridge import OrderAwareRidge, pasts
from models.memory.pair_sums import Horizon

ITEMS = 12
LAST = Horizon(decays=(0.0,), future=(1.0,))


@pytest.fixture(scope="module")
def log() -> Interactions:
    """40 listeners who mostly move on to items near the last one, some of them again and again."""
    rng = np.random.default_rng(0)
    walks = (np.cumsum(rng.integers(-2, 4, (40, 9)), axis=1) + rng.integers(0, ITEMS, (40, 1))) % ITEMS + 1
    return Interactions.from_sequences([walk[: 1 + n % 9] for n, walk in enumerate(walks)], ITEMS)


def normal_equations(log: Interactions, horizon: Horizon) -> tuple[np.ndarray, np.ndarray]:
    """X'X and X'Y from X and Y, row by row."""
    size = log.n_items + 1
    past_rows, future_rows = [], []
    for begin, end in zip(log.offsets, log.offsets[1:], strict=False):
        for place in range(begin + 1, end):
            past, future = np.zeros((len(horizon.decays), size)), np.zeros(size)
            for age, item in enumerate(log.items[begin:place][::-1][: horizon.events]):
                past[:, item] += np.array(horizon.decays) ** age
            for weight, item in zip(horizon.future, log.items[place:end], strict=False):
                future[item] += weight
            past_rows.append(past.ravel())
            future_rows.append(future)
    x, y = np.array(past_rows), np.array(future_rows)
    return x.T @ x, x.T @ y


def test_weights_worked_out_by_hand() -> None:
    # 1 was the newest before 2 twice and before 3 once: X'X + 1 = 4, X'Y = 2 and 1
    log = Interactions.from_sequences([[1, 2], [1, 2], [1, 3]], 3)

    ridge = OrderAwareRidge.fit(log, penalty=1.0, horizon=LAST)

    np.testing.assert_allclose(ridge.weights.toarray()[1], [0, 0, 0.5, 0.25])
    assert ridge.weights.nnz == 2


def test_two_pasts_share_what_they_both_explain() -> None:
    # one row: both features of item 1 are 1; (X'X + 1) = [[2, 1], [1, 2]], X'Y = [1, 1]
    log = Interactions.from_sequences([[1, 2]], 2)

    ridge = OrderAwareRidge.fit(log, penalty=1.0, horizon=Horizon(decays=(0.0, 0.5), future=(1.0,)))

    np.testing.assert_allclose(ridge.weights.toarray()[[1, 4], 2], [1 / 3, 1 / 3], rtol=1e-6)


@pytest.mark.parametrize("neighbours", [0, 3 * ITEMS])
@pytest.mark.parametrize(
    "horizon", [Horizon(), Horizon(events=3), Horizon(decays=(0.9, 0.5), future=(1.0, 0.6))]
)
def test_with_all_features_the_weights_are_those_of_the_normal_equations(
    log: Interactions, horizon: Horizon, neighbours: int
) -> None:
    gram, right = normal_equations(log, horizon)
    expected = np.linalg.solve(gram + 2.0 * np.eye(len(gram)), right)
    if neighbours:  # a feature that never came before an item takes no part in its system
        expected = np.zeros_like(expected)
        for item in range(1, ITEMS + 1):
            earlier = right[:, item] > 0
            part = gram[np.ix_(earlier, earlier)] + 2.0 * np.eye(earlier.sum())
            expected[earlier, item] = np.linalg.solve(part, right[earlier, item])

    ridge = OrderAwareRidge.fit(log, penalty=2.0, horizon=horizon, neighbours=neighbours)

    np.testing.assert_allclose(ridge.weights.toarray(), expected, atol=1e-5)


def test_an_item_is_regressed_on_the_features_that_tell_most_of_it() -> None:
    # 1 came before 3 in all of 4 plays, 2 in 3 of 9: 4 / sqrt(4 + 1) against 3 / sqrt(9 + 1)
    log = Interactions.from_sequences([[1, 3]] * 4 + [[2, 3]] * 3 + [[2, 4]] * 6, 4)

    ridge = OrderAwareRidge.fit(log, penalty=1.0, horizon=LAST, neighbours=1)

    np.testing.assert_allclose(ridge.weights.toarray()[:, 3], [0, 4 / 5, 0, 0, 0])


def test_the_order_of_a_history_matters() -> None:
    log = Interactions.from_sequences([[1, 2, 3]] * 20 + [[2, 1, 4]] * 20, 4)
    ridge = OrderAwareRidge.fit(log, penalty=1.0, horizon=Horizon(decays=(0.0, 0.5), future=(1.0,)))

    scores = ridge.score(Interactions.from_sequences([[1, 2], [2, 1]], 4))

    assert scores.argmax(axis=1).tolist() == [3, 4]


def test_a_past_fades_and_ends_with_the_horizon() -> None:
    histories = Interactions.from_sequences([[3, 1, 2, 2], []], 3)

    rows = pasts(histories, Horizon(decays=(0.0, 0.5), events=3)).toarray()

    np.testing.assert_array_equal(rows, [[0, 0, 1, 0, 0, 0.25, 1.5, 0], [0] * 8])


def test_no_item_scores_minus_infinity_and_an_empty_history_scores_zero(log: Interactions) -> None:
    scores = OrderAwareRidge.fit(log, penalty=1.0).score(Interactions.from_sequences([[]], ITEMS))

    assert scores[0, 0] == -np.inf
    assert not scores[0, 1:].any()


@pytest.mark.parametrize("neighbours", [0, 4])
@pytest.mark.parametrize("sequences", [[], [[1]], [[1], [2]]])
def test_a_log_without_pairs_has_no_weights(sequences: list[list[int]], neighbours: int) -> None:
    ridge = OrderAwareRidge.fit(Interactions.from_sequences(sequences, 3), penalty=1.0, neighbours=neighbours)

    assert ridge.weights.nnz == 0
    assert ridge.weights.shape == (12, 4)


def test_a_large_catalogue_is_solved_by_neighbourhoods(
    log: Interactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.memory.order_aware_ridge.EXACT_FEATURES", 10)
    monkeypatch.setattr("models.memory.order_aware_ridge.NEIGHBOURS", 2)

    ridge = OrderAwareRidge.fit(log, penalty=1.0)

    assert np.bincount(ridge.weights.indices).max() == 2


def test_one_log_gives_one_ridge(log: Interactions) -> None:
    first, second = (OrderAwareRidge.fit(log, penalty=1.0, neighbours=4) for _ in range(2))

    np.testing.assert_array_equal(first.weights.toarray(), second.weights.toarray())
