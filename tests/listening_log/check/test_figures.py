import numpy as np
import pytest

from listening_log.check.event_facts import CheckFacts
from listening_log.check.figures import histograms, iso, plays, times
from listening_log.check.report import Day
from listening_log.cleaning.catalog import read_catalog

DAY = 86_400
CATALOG = "item_id,kind\n" + "".join(f"{name},{'episode' if name == 'a' else 'track'}\n" for name in "abcd")


def facts_of(user: list[int], timestamp: list[int], item: list[int]) -> CheckFacts:
    return CheckFacts.of(np.array(user), np.array(item), np.array(timestamp), np.zeros(len(user), int), 4)


def test_concentration_is_over_all_items_of_the_catalogue(write_log) -> None:
    figures = plays(
        facts_of([0] * 8, list(range(8)), [1] * 6 + [2] * 2), read_catalog(write_log(catalog=CATALOG))
    )
    assert (figures.top_1_percent, figures.top_10_percent) == (0.75, 0.75)  # one item of four, at least
    # plays 6, 2, 0, 0: (3·6 + 1·2) / (4·8)
    assert figures.gini == pytest.approx(20 / 32)
    assert (figures.per_item.min, figures.per_item.max) == (2, 6)


def test_talk_is_the_share_of_events_of_spoken_items(write_log) -> None:
    facts = facts_of([0] * 4, [0, 1, 2, 3], [1, 2, 2, 3])
    assert plays(facts, read_catalog(write_log(catalog=CATALOG))).talk == 0.25
    assert plays(facts, read_catalog(write_log(catalog="item_id\na\nb\nc\nd\n"))).talk is None


def test_days_at_the_ends_are_cut_off_and_a_day_without_an_event_counts() -> None:
    facts = facts_of([0] * 7, [0, DAY, DAY + 1, DAY + 2, 3 * DAY, 3 * DAY + 9, 4 * DAY], [1] * 7)
    figures = times(facts)
    # 1 | 3, 0, 2 | 1
    assert figures.events_a_day == 2
    assert figures.quietest == Day("1970-01-03", 0)
    assert figures.busiest == Day("1970-01-02", 3)
    assert [day.events for day in histograms(facts).events_per_day] == [1, 3, 0, 2, 1]


def test_new_items_and_listeners_are_those_met_in_the_last_tenth_alone() -> None:
    user = [0] * 9 + [1]
    timestamp = [60 * place for place in range(8)] + [500, 540]
    facts = facts_of(user, timestamp, [1, 1, 1, 1, 2, 2, 2, 2, 1, 3])
    figures = times(facts)
    assert figures.last_tenth == 540
    assert (figures.new_items, figures.new_listeners) == (1, 1)


def test_sessions_a_week_are_those_of_a_listener() -> None:
    # a week and two weeks are listened in all; three sessions
    figures = times(facts_of([0, 0, 1], [0, 14 * DAY, 5], [1, 1, 1]))
    assert (figures.sessions, figures.sessions_a_week) == (3, 1.0)


def test_histograms_hold_every_event_and_listener_once() -> None:
    user = [0] + [1] * 4 + [2] * 20
    facts = facts_of(user, [3600 * (place % 30) for place in range(25)], [1] * 25)
    found = histograms(facts)
    assert found.events_per_listener == [(1, 1, 1), (2, 4, 1), (5, 9, 0), (10, 19, 0), (20, 49, 1)]
    assert (sum(found.events_per_hour), found.events_per_hour[:2]) == (25, [2, 1])


def test_a_time_is_told_in_utc() -> None:
    assert iso(1_700_000_000) == "2023-11-14T22:13:20Z"
