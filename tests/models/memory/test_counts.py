import numpy as np
import pytest

from models.memory import counts
from models.memory.counts import NEAR, Transitions, ease_weights, transition_weights
from models.memory.interactions import Interactions


def test_ease_fits_the_most_played_items_alone_where_there_are_too_many():
    kept, weights = ease_weights(Interactions.from_sequences([[4, 2, 1], [4, 2], [4, 3]], 4), max_items=2)

    # item 4 regressed on item 2: 2 listeners of both / (2 of item 2 + 200)
    assert kept.tolist() == [2, 4]
    np.testing.assert_allclose(weights, [[0, 2 / 202], [2 / 203, 0]], rtol=1e-5)


def test_pairs_count_backward_too_at_a_share_of_their_weight() -> None:
    form = Transitions(gaps=2, gap_decay=0.5, backward=0.1, source_power=0.0, target_power=0.0, decay=0.7)

    weights = transition_weights(Interactions.from_sequences([[1, 2, 3]], 3), form).toarray()

    assert weights[1:, 1:] == pytest.approx(np.array([[0, 1, 0.5], [0.1, 0, 1], [0.05, 0.1, 0]]))


def test_totals_of_both_directions_damp() -> None:
    form = Transitions(gaps=1, gap_decay=1.0, backward=1.0, source_power=1.0, target_power=0.5, decay=0.7)

    weights = transition_weights(Interactions.from_sequences([[1, 2, 3]], 3), form).toarray()

    # item 2 stands beside two others, 1 and 3 beside it alone
    assert weights[2, 1:] == pytest.approx([1 / 2, 0, 1 / 2])
    assert weights[1, 2] == pytest.approx(1 / 2**0.5)


def test_a_long_log_counts_fewer_gaps_and_five_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Interactions.from_sequences([list(range(1, 11))], 10)
    form = NEAR._replace(gaps=9)

    def reach() -> int:
        return int(np.flatnonzero(transition_weights(log, form).toarray()[1]).max()) - 1

    whole = reach()
    monkeypatch.setattr(counts, "MAX_PAIRS", 70)
    fewer = reach()
    monkeypatch.setattr(counts, "MAX_PAIRS", 10)

    assert (whole, fewer, reach()) == (9, 7, 5)
