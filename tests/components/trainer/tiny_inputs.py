"""The tiny catalogue of `tests.models.tiny` as the trainers read it, with windows on disk."""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from components.common.records import ContextShape, SplitFigures, SplitPlan, Summary
from components.example_gen.record_files import write_records
from components.trainer.inputs import Inputs
from components.trainer.row_names import Rows
from listening_log.windows.splits import TIME
from models import names
from models.layers import Batch
from models.request_features import item_table
from tests.components.transform.conftest import serialized
from tests.models import tiny

MAX_LENGTH = 6


def window(
    items: Sequence[int],
    *,
    start: int = 0,
    outcomes: Sequence[int] | None = None,
    targets: Sequence[int] | None = None,
    times: Sequence[int] | None = None,
    user: str = "u",
) -> bytes:
    """A window of a listener's plays; by default all but the first are targets, and outcomes are unknown."""
    return serialized(
        user_id=[user],
        window_start=[start],
        item_ids=[f"i{item - 1:02d}" for item in items],
        timestamps=list(times or range(100, 100 + len(items))),
        outcomes=list(outcomes or [names.UNKNOWN] * len(items)),
        targets=list(targets or [0] + [1] * (len(items) - 1)),
        listener=[],
        context=[""] * len(items),
    )


def tiny_inputs(folder: Path, items: int = 12, **splits: Sequence[Sequence[int]]) -> Inputs:
    """The inputs of trainers whose `splits` hold windows of item indices."""
    for split, windows in splits.items():
        write_records(str(folder), split, 0, 1, [window(row) for row in windows])
    catalog = tiny.catalog(items)
    return Inputs(
        examples_uri=str(folder),
        catalog=catalog,
        transform=tiny.transform,
        sizes=tiny.SIZES,
        summary=Summary.model_construct(
            split=SplitPlan(kind=TIME, reason="", first_cut=0, second_cut=0),
            heads=[],
            time_features=True,
            context=ContextShape(columns=[], slots=1),
            splits={split: figures(windows) for split, windows in splits.items()},
        ),
        items=item_table(catalog),
        rows=Rows(
            ["", *(item.decode() for item in catalog.item_ids)],
            ["", "kind=track", "kind=episode", "creator=rare"],
            ["", "surface=home", "surface=search", "unknown"],
        ),
    )


def figures(windows: Sequence[Sequence[int]]) -> SplitFigures:
    return SplitFigures(windows=len(windows), targets=sum(len(row) - 1 for row in windows), outcomes={})


class Repeats:
    """Stands for a model that recommends the last play again: one-hot vectors of the tiny items."""

    heads = ()
    evidence_tables = None

    def __init__(self) -> None:
        self.items = self

    def table(self) -> tf.Tensor:
        return tf.eye(13)

    candidates = table

    def queries(self, batch: Batch, items: tf.Tensor | None = None) -> tf.Tensor:
        return tf.one_hot(tf.roll(batch[names.ITEM], 1, axis=1), 13)

    def query_at(self, batch: Batch, place: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        return tf.gather(self.queries(batch), place, batch_dims=1)

    def score_all(self, queries: tf.Tensor, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        return tf.matmul(queries, items, transpose_b=True)
