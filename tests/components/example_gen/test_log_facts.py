from components.example_gen.log_facts import LogFacts
from listening_log.cleaning.event_histories import EventHistories
from listening_log.tables.event_files import EventFiles
from tests.listening_log.cleaning.test_event_histories import cleaned


def test_facts_of_shards_merge_to_those_of_the_log():
    files = EventFiles(("day1", "day2"), (1, 2))
    second = 1 << 40
    one = EventHistories.of(cleaned(["a", "a"], [60, 130], [1, 2], [0, second]))[0]
    other = EventHistories.of(cleaned(["b"], [61], [2], [second + 1], surface=["car"]))[0]
    facts = LogFacts.merge_all([LogFacts.of(one, files), LogFacts.of(other, files)])
    assert (facts.log.events, facts.time.listeners, facts.log.plays.value.tolist()) == (3, 2, [1, 2])
    assert (facts.log.first, facts.log.last) == (60, 130)
    assert (facts.newest.minutes.value.tolist(), facts.newest.minutes.count.tolist()) == ([1, 2], [1, 1])
    assert (facts.span_events.count.tolist(), facts.newest.first) == ([1, 2], 61)
    assert facts.context_columns == {"surface"}
