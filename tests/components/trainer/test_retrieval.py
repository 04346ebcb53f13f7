"""When retrieval stops to learn."""

import pytest

from components.trainer.retrieval import monitored_places


@pytest.mark.parametrize(("items", "places"), [(30_000, 100), (1000, 100), (300, 30), (60, 6), (3, 1)])
def test_recall_is_watched_where_it_can_still_rise(items: int, places: int) -> None:
    assert monitored_places(items) == places
