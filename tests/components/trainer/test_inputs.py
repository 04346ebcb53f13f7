"""How many windows are measured at a time."""

from dataclasses import replace
from pathlib import Path

import pytest

from components.common.records import SplitFigures
from models import names
from tests.components.trainer.tiny_inputs import tiny_inputs


@pytest.mark.parametrize(
    ("items", "windows", "targets", "batch"),
    [
        (3_000, 1000, 1000, 256),  # as many as are ever taken
        (500_000, 1000, 1000, 67),  # 4 x 67 x 500,000 scores of 4 bytes: half a GiB
        (500_000, 1000, 50_000, 2),  # a window has no more targets than events
        (500_000_000, 1000, 50_000, 1),
    ],
)
def test_scores_of_the_targets_that_are_measured_at_a_time_fit_in_half_a_gibibyte(
    tmp_path: Path, items: int, windows: int, targets: int, batch: int
) -> None:
    inputs = tiny_inputs(tmp_path)
    catalog = replace(inputs.catalog, item_ids=range(items))
    splits = {names.EVAL: SplitFigures(windows=windows, targets=targets, outcomes={})}
    inputs = replace(inputs, catalog=catalog, summary=inputs.summary.model_copy(update={"splits": splits}))

    assert inputs.eval_batch_size(names.EVAL, max_length=100) == batch
