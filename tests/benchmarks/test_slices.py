import numpy as np
import pytest

from benchmarks.slices import NEW, slice_figures, slice_masks
from models.metrics import NOT_FOUND
from tests.benchmarks.final_events import final_events

PLAYS = [[1] * 5 + [2] * 3 + [3, 4]]
"""Half of the plays are of item 1, three in ten of item 2; items 5 and 6 have none."""


def test_items_are_head_torso_or_tail_by_their_plays():
    masks = slice_masks(final_events([[]] * 5, [1, 2, 3, 4, 5], log=PLAYS))
    assert masks["head"].tolist() == [True, False, False, False, False]
    assert masks["torso"].tolist() == [False, True, False, False, False]
    assert masks["tail"].tolist() == [False, False, True, True, True]


def test_a_listener_with_few_plays_is_new():
    masks = slice_masks(final_events([[1] * NEW, [1] * (NEW - 1)], [1, 1]))
    assert masks["new listeners"].tolist() == [False, True]
    assert masks["old listeners"].tolist() == [True, False]


def test_music_and_talk_are_slices_where_there_are_both():
    masks = slice_masks(final_events([[], []], [1, 2], log=PLAYS, talk=(2,)))
    assert masks["music"].tolist() == [True, False]
    assert masks["talk"].tolist() == [False, True]
    assert "talk" not in slice_masks(final_events([[], []], [1, 1], log=PLAYS, talk=(2,)))


def test_a_slice_has_the_mean_over_its_targets_and_the_seeds():
    ranks = np.array([[0, NOT_FOUND, 0], [NOT_FOUND, NOT_FOUND, 0]])
    masks = {"one": np.array([True, False, False]), "two": np.array([False, True, True])}
    assert slice_figures(ranks, masks) == {"one": pytest.approx(0.5), "two": pytest.approx(0.5)}
