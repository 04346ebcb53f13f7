import pytest
import tensorflow as tf

from models.eligibility import Eligibility
from models.request_features import item_table
from tests.models import tiny


@pytest.fixture(scope="module")
def eligibility() -> Eligibility:
    catalog = tiny.catalog()
    return Eligibility(catalog, item_table(catalog))


def allowed(eligibility: Eligibility, exclude=(), only=(), without=()) -> set[int]:
    rows = [tf.constant([list(wish) or [""]]) for wish in (exclude, only, without)]
    return set(tf.where(eligibility.mask(*rows)[0])[:, 0].numpy().tolist())


def test_a_row_without_wishes_is_not_filtered_and_allows_every_item(eligibility):
    empty = tf.constant([["", ""]])

    assert not eligibility.filtered(empty, empty, empty).numpy().any()
    assert allowed(eligibility) == set(range(1, 13))


def test_only_and_without_are_exact(eligibility):
    assert allowed(eligibility, only=["kind=episode"]) == {2, 4, 6, 8, 10, 12}
    assert allowed(eligibility, only=["creator=rare"]) == {12}
    assert allowed(eligibility, only=["creator=rare", "kind=track"]) == {1, 3, 5, 7, 9, 11, 12}
    assert allowed(eligibility, without=["kind=track", "creator=rare"]) == {2, 4, 6, 8, 10}


def test_unknown_tokens_match_nothing(eligibility):
    assert allowed(eligibility, only=["kind=opera"]) == set()
    assert allowed(eligibility, without=["kind=opera"]) == set(range(1, 13))


def test_excluded_and_unknown_ids(eligibility):
    assert allowed(eligibility, exclude=["i00", "", "no such item"]) == set(range(2, 13))


def test_rows_are_filtered_each_by_its_own_wishes(eligibility):
    empty = tf.constant([[""], [""]])
    only = tf.constant([["creator=rare"], [""]])

    mask = eligibility.mask(empty, only, empty)

    assert eligibility.filtered(empty, only, empty).numpy().tolist() == [True, False]
    assert tf.reduce_sum(tf.cast(mask, tf.int32), axis=1).numpy().tolist() == [1, 12]
