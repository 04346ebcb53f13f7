from pathlib import Path

import numpy as np
import pytest

from models.memory import evidence as evidence_module
from models.memory.evidence import (
    COUNTS,
    EASE,
    REPEATS,
    RIDGE,
    TRANSITIONS,
    WIDE_TRANSITIONS,
    Evidence,
    fit_evidence,
    mixed_with_counts,
    with_repeats,
)
from models.memory.interactions import Interactions
from tests.models.memory.conftest import ITEMS


def test_each_memory_reads_what_its_decay_leaves_of_a_history(evidence: Evidence) -> None:
    reach = {name: [(t.decay, t.events) for t in tables] for name, tables in evidence.memories.items()}

    assert reach == {
        EASE: [(0.9, 50)],
        TRANSITIONS: [(0.5, 12)],
        WIDE_TRANSITIONS: [(0.7, 13)],
        RIDGE: [(0.0, 1), (0.7, 13), (0.95, 50)],
        REPEATS: [(0.97, 100)],
    }


def test_the_strongest_neighbours_are_kept_by_absolute_weight(interactions: Interactions) -> None:
    whole, cut = fit_evidence(interactions), fit_evidence(interactions, neighbours=4)

    for name, tables in whole.memories.items():
        if name == REPEATS:
            continue  # each item has one neighbour there
        for table, part in zip(tables, cut.memories[name], strict=True):
            strongest = -np.sort(-np.abs(table.weights), axis=1)[:, :4]
            np.testing.assert_array_equal(-np.sort(-np.abs(part.weights), axis=1), strongest)
            assert part.weights.shape == part.neighbours.shape == (ITEMS + 1, 4)


def test_what_speaks_against_an_item_is_kept_before_what_says_little() -> None:
    # items 1 and 2 each go with 3 and never together; 4 was once with 1
    log = Interactions.from_sequences([[1, 3]] * 500 + [[2, 3]] * 500 + [[1, 4]], 4)

    cut = fit_evidence(log, neighbours=2).memories[EASE][0]

    kept = dict(zip(cut.neighbours[1].tolist(), cut.weights[1], strict=True))
    assert set(kept) == {2, 3}
    assert kept[2] < 0 < kept[3]


def test_row_zero_and_items_without_evidence_are_empty() -> None:
    evidence = fit_evidence(Interactions.from_sequences([[1, 2], [1, 2]], 4))

    tables = [tables for name, tables in evidence.memories.items() if name != REPEATS]
    for table in (table for memory in tables for table in memory):
        assert (table.neighbours.dtype, table.weights.dtype) == (np.int32, np.float32)
        assert table.neighbours.shape == table.weights.shape == (5, 4)
        assert not table.weights[[0, 3, 4]].any()
        assert not table.neighbours[table.weights == 0].any()


def test_a_very_large_catalogue_keeps_fewer_neighbours(
    monkeypatch: pytest.MonkeyPatch, interactions: Interactions
) -> None:
    monkeypatch.setattr(evidence_module, "MAX_ENTRIES", 3 * (ITEMS + 1))

    evidence = fit_evidence(interactions)

    shapes = {table.weights.shape for tables in evidence.memories.values() for table in tables}
    assert shapes == {(ITEMS + 1, 3), (ITEMS + 1, 1)}


def test_one_log_gives_one_evidence(interactions: Interactions, evidence: Evidence) -> None:
    assert_equal(fit_evidence(interactions), evidence)


def test_saved_evidence_comes_back(tmp_path: Path, evidence: Evidence) -> None:
    evidence.save(str(tmp_path / "evidence.npz"))

    loaded = Evidence.load(str(tmp_path / "evidence.npz"))

    assert loaded.n_items == ITEMS
    assert_equal(loaded, evidence)


def test_the_ridge_takes_its_share_from_the_counts() -> None:
    assert mixed_with_counts(0.0) == COUNTS | {RIDGE: 0.0}
    assert mixed_with_counts(0.75) == {EASE: 0.125, TRANSITIONS: 0.125, RIDGE: 0.75}
    assert mixed_with_counts(0.5, {WIDE_TRANSITIONS: 1.0}) == {WIDE_TRANSITIONS: 0.5, RIDGE: 0.5}


def test_repeats_take_their_share_from_all_memories() -> None:
    assert with_repeats({EASE: 0.5, RIDGE: 0.5}, 0.2) == {EASE: 0.4, RIDGE: 0.4, REPEATS: 0.2}


def assert_equal(one: Evidence, other: Evidence) -> None:
    assert list(one.memories) == list(other.memories)
    for name, tables in one.memories.items():
        for table, same in zip(tables, other.memories[name], strict=True):
            np.testing.assert_array_equal(table.neighbours, same.neighbours)
            np.testing.assert_array_equal(table.weights, same.weights)
            assert table.weights.dtype == same.weights.dtype == np.float32
            assert table.neighbours.dtype == same.neighbours.dtype == np.int32
            assert (table.decay, table.events) == (same.decay, same.events)
