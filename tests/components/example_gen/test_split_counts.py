import numpy as np
import pyarrow as pa

from components.example_gen.split_counts import SplitCounts, supported_heads
from listening_log.cleaning.event_histories import EventHistories
from listening_log.windows.histories import Windows
from tests.listening_log.cleaning.test_event_histories import cleaned


def test_targets_are_counted_by_outcome():
    table = cleaned(["a", "a", "b"], [1, 2, 3], [1, 1, 1], [0, 1, 2])
    table = table.set_column(3, "outcome", pa.array([1, 3, 0], pa.int8()))
    ones = np.array([0, 1])
    windows = Windows(listener=ones, start=ones * 0, stop=np.array([2, 1]), first_target=np.array([1, 0]))
    counts = SplitCounts.of(EventHistories.of(table)[0], windows)
    assert (counts.windows, counts.targets) == (2, 2)
    assert counts.outcomes == {"unknown": 1, "completed": 0, "partial": 0, "skipped": 1}
    assert counts.merge(counts).outcomes["skipped"] == 2


def test_a_head_needs_both_its_classes():
    def heads(completed: int, partial: int, skipped: int) -> list[str]:
        return supported_heads({"unknown": 5, "completed": completed, "partial": partial, "skipped": skipped})

    assert heads(50, 10, 40) == ["p_complete", "p_skip"]
    assert heads(50, 50, 0) == ["p_complete"]
    assert heads(0, 99, 1) == ["p_skip"]
    assert heads(1000, 0, 1) == []
    assert heads(0, 0, 0) == []
