import numpy as np

from components.example_gen.event_files import EventFiles
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


def test_files_tell_the_spans_of_their_events(tmp_path):
    for span in ("span-2", "span-10"):
        (tmp_path / span).mkdir()
        (tmp_path / span / "events.csv").write_text("user_id\n")
    files = EventFiles.of(str(tmp_path), "2-10")
    assert [path[len(str(tmp_path)) + 1 :] for path in files.paths] == [
        "span-2/events.csv",
        "span-10/events.csv",
    ]
    assert (files.numbers, files.first, files.newest, files.several) == ([2, 10], 2, 10, True)
    assert files.places(np.array([1, 0, 1])).tolist() == [1, 0, 1]
    assert files.in_newest(np.array([1, 0])).tolist() == [True, False]
