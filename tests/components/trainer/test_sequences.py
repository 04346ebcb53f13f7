"""Histories are put together again from windows, each play once."""

from pathlib import Path

import pytest

from components.example_gen.record_files import write_records
from components.trainer import sequences
from components.trainer.sequences import plays_of, read_sequences, recent_plays, repeat_share
from models import names
from models.memory.interactions import Interactions
from tests.components.trainer.tiny_inputs import tiny_inputs, window


def read(folder: Path, *windows: bytes) -> Interactions:
    write_records(str(folder), names.TRAIN, 0, 1, windows)
    return read_sequences(tiny_inputs(folder), names.TRAIN)


def test_windows_of_a_listener_join_without_the_play_that_they_share(tmp_path: Path) -> None:
    sequences = read(tmp_path, window([1, 2, 3]), window([3, 4], start=2), window([5, 5]))

    assert sequences.items.tolist() == [1, 2, 3, 4, 5, 5]
    assert sequences.offsets.tolist() == [0, 4, 6]


def test_what_is_known_before_test_is_all_but_its_targets(tmp_path: Path) -> None:
    codes = [names.TARGET_OF[split] for split in (names.TRAIN, names.TRAIN, names.EVAL, names.TEST)]
    write_records(str(tmp_path), names.ALL, 0, 1, [window([1, 2, 3, 4], targets=codes)])

    sequences = read_sequences(tiny_inputs(tmp_path), names.KNOWN)

    assert sequences.items.tolist() == [1, 2, 3]
    assert read_sequences(tiny_inputs(tmp_path), names.ALL).items.tolist() == [1, 2, 3, 4]


def test_skips_and_unknown_items_are_no_positive_plays(tmp_path: Path) -> None:
    skipped = window([1, 2, 3], outcomes=[names.COMPLETED, names.SKIPPED, names.PARTIAL])

    sequences = read(tmp_path, skipped, window([99, 4]))

    assert sequences.items.tolist() == [1, 3, 4]
    assert sequences.offsets.tolist() == [0, 2, 3]


def test_plays_are_counted_by_item(tmp_path: Path) -> None:
    assert plays_of(read(tmp_path, window([1, 2, 2]))).tolist() == [0, 1, 2, *[0] * 10]


def test_recent_plays_are_those_of_the_newest_seven_days_in_whatever_order_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequences, "_WINDOWS_AT_ONCE", 1)
    day = 86_400
    rows = [
        ([1, 2], [3 * day, 4 * day]),
        ([3, 4, 4], [9 * day, 10 * day, 11 * day]),
        ([5, 6], [4 * day, 5 * day]),
    ]
    write_records(str(tmp_path), names.TRAIN, 0, 1, [window(items, times=times) for items, times in rows])

    # day 11 is the newest, so day 5 is the oldest that counts
    assert recent_plays(tiny_inputs(tmp_path), names.TRAIN).tolist() == [0, 0, 0, 1, 2, 0, 1, *[0] * 6]


@pytest.mark.parametrize(("rows", "share"), [([[1, 2, 1, 1], [1]], 2 / 5), ([[1, 2], [2, 1]], 0.0)])
def test_a_repeat_is_a_play_of_what_the_same_listener_has_played(rows: list[list[int]], share: float) -> None:
    assert repeat_share(Interactions.from_sequences(rows, 12)) == pytest.approx(share)
