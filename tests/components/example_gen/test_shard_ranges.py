import numpy as np

from components.example_gen.shard_ranges import ShardRange, Spills, shard_ranges
from listening_log.storage.bucketed_files import BUCKETS


def _spills(path: str, **buckets: int) -> Spills:
    counts = np.zeros(BUCKETS, np.int64)
    for bucket, count in buckets.items():
        counts[int(bucket[1:])] = count
    return Spills((path,), counts)


def test_shards_follow_from_the_events_alone():
    one, other = _spills("one", b3=5, b900=1), _spills("other", b3=1, b4=6)
    merged = Spills.merge([one, Spills.merge([]), other])
    assert merged.paths == ("one", "other")
    assert list(shard_ranges(merged, 6)) == [
        ShardRange(0, 3, 3, 4),
        ShardRange(1, 3, 4, 900),
        ShardRange(2, 3, 900, BUCKETS),
    ]


def test_a_log_without_an_event_has_no_shard():
    assert list(shard_ranges(Spills.merge([]), 6)) == []
