import numpy as np

from components.common.records import TWO_STAGE
from components.ranking_evaluator.evaluate import SHORT, measure_slices
from components.ranking_evaluator.targets import Targets
from models.metrics import NOT_FOUND


def targets(
    plays_before: list[int], item: list[int], ranks: list[int], retrieved: list[bool] | None = None
) -> Targets:
    history = np.zeros((len(item), 20), np.int32)
    for row, count in enumerate(plays_before):
        history[row, :count] = 1
    return Targets(
        listener=np.arange(len(item)).astype(object),
        history=history,
        item=np.array(item, np.int32),
        ranks={TWO_STAGE: np.array(ranks)},
        among_candidates=np.array(retrieved or [True] * len(item)),
    )


def test_slices_are_by_plays_of_the_item_and_by_length_of_the_history():
    three = targets([SHORT, SHORT - 1, 0], item=[1, 2, 2], ranks=[0, NOT_FOUND, 0])
    slices = measure_slices(three, plays=np.array([0, 5, 0]))
    assert {name: (part.targets, part.hr_at_10) for name, part in slices.items()} == {
        "known items": (1, 1.0),
        "long histories": (1, 1.0),
        "new items": (2, 0.5),
        "short histories": (2, 0.5),
    }


def test_a_slice_without_targets_is_left_out():
    slices = measure_slices(targets([0], item=[1], ranks=[0]), plays=np.array([0, 5]))
    assert list(slices) == ["known items", "short histories"]


def test_recall_is_of_retrieval_on_the_same_targets():
    three = targets([0, 0, 0], item=[1, 2, 2], ranks=[0, 0, 0], retrieved=[False, True, False])
    slices = measure_slices(three, plays=np.array([0, 5, 0]))
    assert (slices["known items"].recall_at_200, slices["new items"].recall_at_200) == (0.0, 0.5)
