import numpy as np

from components.ranking_evaluator.production import kind_masks
from tests.models import tiny


def test_music_and_talk_are_told_apart_by_the_items_kind():
    masks = kind_masks(tiny.catalog(), np.array([1, 2, 3, 4]))  # tracks and episodes in turn
    assert masks["music"].tolist() == [True, False, True, False]
    assert masks["talk"].tolist() == [False, True, False, True]


def test_targets_of_one_kind_alone_are_not_divided():
    assert kind_masks(tiny.catalog(), np.array([1, 3])) == {}
    assert kind_masks(tiny.catalog(), np.array([2, 4])) == {}
