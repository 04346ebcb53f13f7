import numpy as np
import pytest

from listening_log.check.figures import histograms, iso, items, talk, times
from listening_log.check.history_facts import HistoryFacts
from listening_log.check.report import Bucket, Day
from listening_log.cleaning.catalog import read_catalog

DAY = 86_400
CATALOG = "item_id,kind\n" + "".join(f"{name},{'episode' if name == 'a' else 'track'}\n" for name in "abcd")


def facts_of(user: list[int], timestamp: list[int], item: list[int]) -> HistoryFacts:
    return HistoryFacts.of(np.array(user), np.array(item), np.array(timestamp), np.zeros(len(user), int), 4)


def test_concentration_is_over_all_items_of_the_catalogue() -> None:
    figures = items(facts_of([0] * 8, list(range(8)), [1] * 6 + [2] * 2).log, 4)
    assert (figures.top_1_percent, figures.top_10_percent) == (0.75, 0.75)  # one item of four, at least
    # plays 6, 2, 0, 0: (3·6 + 1·2) / (4·8)
    assert figures.gini == pytest.approx(20 / 32)
    assert (figures.events.min, figures.events.max) == (2, 6)


def test_talk_is_the_share_of_events_of_spoken_items(write_log) -> None:
    log = facts_of([0] * 4, [0, 1, 2, 3], [1, 2, 2, 3]).log
    assert talk(log, read_catalog(write_log(catalog=CATALOG))) == 0.25
    assert talk(log, read_catalog(write_log(catalog="item_id\na\nb\nc\nd\n"))) is None


def test_days_at_the_ends_are_cut_off_and_a_day_without_an_event_counts() -> None:
    facts = facts_of([0] * 7, [0, DAY, DAY + 1, DAY + 2, 3 * DAY, 3 * DAY + 9, 4 * DAY], [1] * 7)
    figures = times(facts).events_a_day
    # 1 | 3, 0, 2 | 1
    assert figures.median == 2
    assert figures.quietest == Day("1970-01-03", 0)
    assert figures.busiest == Day("1970-01-02", 3)
    assert [day.events for day in histograms(facts).events_per_day] == [1, 3, 0, 2, 1]


def test_new_items_and_listeners_are_those_met_in_the_last_tenth_alone() -> None:
    user = [0] * 9 + [1]
    timestamp = [60 * place for place in range(8)] + [500, 540]
    facts = facts_of(user, timestamp, [1, 1, 1, 1, 2, 2, 2, 2, 1, 3])
    figures = times(facts).last_tenth
    assert figures.from_ == 540
    assert (figures.new_items, figures.new_listeners) == (1, 1)


def test_sessions_a_week_are_those_of_a_listener() -> None:
    # a week and two weeks are listened in all; three sessions
    figures = times(facts_of([0, 0, 1], [0, 14 * DAY, 5], [1, 1, 1])).sessions
    assert (figures.count, figures.a_week) == (3, 1.0)


def test_histograms_hold_every_event_and_listener_once() -> None:
    user = [0] + [1] * 4 + [2] * 20
    facts = facts_of(user, [3600 * (place % 30) for place in range(25)], [1] * 25)
    figures = histograms(facts)
    assert figures.events_per_listener == [
        Bucket(1, 1, 1),
        Bucket(2, 4, 1),
        Bucket(5, 9, 0),
        Bucket(10, 19, 0),
        Bucket(20, 49, 1),
    ]
    assert (sum(figures.events_per_hour), figures.events_per_hour[:2]) == (25, [2, 1])


def test_a_time_is_told_in_utc() -> None:
    assert iso(1_700_000_000) == "2023-11-14T22:13:20Z"
