"""Some listeners are left out of a first fit where those who come are mostly others."""

from dataclasses import replace
from pathlib import Path

import pytest
import tensorflow as tf

from components.common.records import SplitFigures, SplitPlan, Summary
from components.example_gen.record_files import write_records
from components.trainer import newcomers
from components.trainer.newcomers import ONE_IN, are_newcomers, leaves_newcomers_out
from components.trainer.sequences import read_sequences
from listening_log.windows.splits import LEAVE_LAST_OUT, TIME
from models import names
from tests.components.trainer.tiny_inputs import MAX_LENGTH, tiny_inputs, window

USERS = [f"u{number}" for number in range(400)]
WINDOWS = [window([1 + number % 11, 2 + number % 11], user=user) for number, user in enumerate(USERS)]


def summary(targets: int, listeners: int, kind: str = LEAVE_LAST_OUT) -> Summary:
    return Summary.model_construct(
        split=SplitPlan(kind=kind, reason="", first_cut=None, second_cut=None),
        listeners=listeners,
        splits={names.TRAIN: SplitFigures(windows=listeners, targets=targets, outcomes={})},
    )


@pytest.mark.parametrize(
    ("figures", "left_out"),
    [
        (summary(20_000, 4_000), True),
        (summary(20_000, 4_000, TIME), False),  # its `eval` has newcomers of its own
        (summary(20_000, 1_000), False),  # long histories
        (summary(19_999, 4_000), False),  # too few to say something
    ],
)
def test_newcomers_are_left_out_where_histories_are_short_and_no_cut_in_time_makes_some(
    figures: Summary, left_out: bool
) -> None:
    assert leaves_newcomers_out(figures) is left_out


def test_about_one_listener_in_twenty_is_a_newcomer() -> None:
    chosen = are_newcomers(tf.constant(WINDOWS)).numpy()

    assert len(USERS) / ONE_IN / 2 < chosen.sum() < len(USERS) / ONE_IN * 2


def test_training_learns_nothing_of_newcomers_who_are_a_group_of_their_own(tmp_path: Path) -> None:
    chosen = are_newcomers(tf.constant(WINDOWS)).numpy()
    write_records(str(tmp_path), names.TRAIN, 0, 1, WINDOWS)
    write_records(str(tmp_path), names.EVAL, 0, 1, [window([1, 2])])
    splits = summary(400, 400).splits | {names.EVAL: SplitFigures(windows=1, targets=1, outcomes={})}
    inputs = tiny_inputs(tmp_path)
    inputs = replace(inputs, summary=inputs.summary.model_copy(update={"splits": splits}))

    learnt = inputs.windows(names.LEARNT, batch_size=32, shuffle_seed=1)
    targets = [int(batch[names.TARGET].numpy().sum()) for batch in learnt]
    known, new = inputs.eval_groups(names.LEARNT, MAX_LENGTH)
    measured = [row.tolist() for batch in new for row in batch[names.ITEM].numpy()]

    assert len(targets) == inputs.steps(names.LEARNT, 32)
    assert sum(targets) == len(USERS) - chosen.sum()
    assert sum(len(batch[names.ITEM]) for batch in known) == 1
    assert (
        measured
        == [[1 + number % 11, 2 + number % 11] for number in range(len(USERS)) if chosen[number]][
            : len(measured)
        ]
    )
    assert len(measured) >= min(chosen.sum(), len(USERS) // ONE_IN)
    assert len(inputs.eval_groups(names.TRAIN, MAX_LENGTH)) == 1


def test_memories_count_nothing_of_newcomers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newcomers, "ONE_IN", 2)
    chosen = are_newcomers(tf.constant(WINDOWS)).numpy()
    write_records(str(tmp_path), names.TRAIN, 0, 1, WINDOWS)
    inputs = tiny_inputs(tmp_path)

    assert len(read_sequences(inputs, names.TRAIN).items) == 2 * len(USERS)
    assert len(read_sequences(inputs, names.LEARNT).items) == 2 * (len(USERS) - chosen.sum())
