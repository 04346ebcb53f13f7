import numpy as np
import pyarrow as pa

from components.example_gen import shards
from components.example_gen.event_files import EventFiles
from components.example_gen.facts import LogFacts, SplitCounts, supported_heads
from listening_log.windows.histories import Windows


def _events(
    users: list[str], times: list[int], items: list[int], rows: list[int], **context: list[str]
) -> pa.Table:
    size = len(users)
    return pa.table(
        {
            "user_id": users,
            "item": pa.array(items, pa.int32()),
            "timestamp": times,
            "outcome": pa.array([1] * size, pa.int8()),
            "ms_played": [-1] * size,
            "row": rows,
            **context,
        }
    )


def test_events_are_put_together_by_listener_time_and_row_with_any_context():
    one = _events(["b", "a"], [5, 9], [1, 2], [0, 1], surface=["home", ""])
    other = _events(["a", "b"], [9, 4], [3, 4], [0, 1 << 40])
    table = pa.concat_tables([one, other], promote=True)
    shard = shards.as_shard(shards.sorted_events(table))
    assert shard.listeners == ["a", "b"]
    assert shard.offsets.tolist() == [0, 2, 4]
    assert shard.item.tolist() == [3, 2, 4, 1]
    assert shard.file.tolist() == [0, 0, 1, 0]
    assert shard.context["surface"].to_pylist() == [None, "", None, "home"]
    assert shard.codes.tolist() == [0, 0, 1, 1]


def test_sorted_events_come_back_from_disk(tmp_path):
    table = _events(["a", "b"], [5, 9], [1, 2], [0, 1], surface=["home", ""])
    path = str(tmp_path / "shard")
    shards.write_sorted(table, path)
    assert shards.read_sorted(path).equals(table)


def test_facts_of_shards_merge_to_those_of_the_log():
    files = EventFiles(("day1", "day2"), (1, 2))
    second = 1 << 40
    one = LogFacts.of(shards.as_shard(_events(["a", "a"], [60, 130], [1, 2], [0, second])), files)
    other = LogFacts.of(shards.as_shard(_events(["b"], [61], [2], [second + 1], surface=["car"])), files)
    facts = LogFacts.merge([one, other])
    assert (facts.events, facts.listeners, facts.items.tolist()) == (3, 2, [1, 2])
    assert (facts.first, facts.last) == (60, 130)
    assert (facts.minutes.minute.tolist(), facts.minutes.count.tolist()) == ([1, 2], [1, 1])
    assert (facts.span_events.tolist(), facts.begin) == ([1, 2], 61)
    assert facts.context_columns == {"surface"}


def test_targets_are_counted_by_outcome():
    table = _events(["a", "a", "b"], [1, 2, 3], [1, 1, 1], [0, 1, 2])
    table = table.set_column(3, "outcome", pa.array([1, 3, 0], pa.int8()))
    ones = np.array([0, 1])
    windows = Windows(listener=ones, start=ones * 0, stop=np.array([2, 1]), first_target=np.array([1, 0]))
    counts = SplitCounts.of(shards.as_shard(table), windows)
    assert (counts.windows, counts.targets) == (2, 2)
    assert counts.outcomes == {"unknown": 1, "completed": 0, "partial": 0, "skipped": 1}
    assert (counts + counts).outcomes["skipped"] == 2


def test_a_head_needs_both_its_classes():
    def heads(completed: int, partial: int, skipped: int) -> list[str]:
        return supported_heads({"unknown": 5, "completed": completed, "partial": partial, "skipped": skipped})

    assert heads(50, 10, 40) == ["p_complete", "p_skip"]
    assert heads(50, 50, 0) == ["p_complete"]
    assert heads(0, 99, 1) == ["p_skip"]
    assert heads(1000, 0, 1) == []
    assert heads(0, 0, 0) == []
