"""Made plays, the cut of a ridge, and the lines that are printed."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from benchmarks.memory import cut, last_event_held_out, make_plays, print_cost
from models.memory.order_aware_ridge import OrderAwareRidge


def test_made_plays_are_of_the_catalogue() -> None:
    plays = make_plays(items=30, plays=1000, seed=1)

    assert set(np.unique(plays.items)) <= set(range(1, 31))
    assert 500 < len(plays.items) < 2000


def test_a_cut_keeps_the_weights_furthest_from_zero() -> None:
    weights = sparse.csr_matrix(np.array([[0, 1, -3], [0, 2, 0.5]], np.float32))

    assert cut(OrderAwareRidge(weights), 1).weights.toarray().tolist() == [[0, 0, -3], [0, 2, 0]]


def test_the_last_event_of_each_listener_is_held_out(tmp_path: Path) -> None:
    (tmp_path / "catalog.csv").write_text("item_id\nb\na\n")
    (tmp_path / "events.csv").write_text("user_id,item_id,timestamp\nu,a,2\nu,b,1\nu,b,3\nv,a,1\n")

    histories, targets = last_event_held_out(tmp_path)

    assert histories.items.tolist() == [2, 1]
    assert histories.offsets.tolist() == [0, 2, 2]
    assert targets.tolist() == [2, 1]


def test_the_cost_is_printed_step_by_step(capsys: pytest.CaptureFixture[str]) -> None:
    print_cost(items=20, plays=500, seed=1)

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["factor", "count", "solve"]
