import pyarrow as pa

from listening_log.cleaning.event_histories import EventHistories


def cleaned(
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
    one = cleaned(["b", "a"], [5, 9], [1, 2], [0, 1], surface=["home", ""])
    other = cleaned(["a", "b"], [9, 4], [3, 4], [0, 1 << 40])
    histories, repeats = EventHistories.of(pa.concat_tables([one, other], promote=True))
    assert histories.listeners.to_pylist() == ["a", "b"]
    assert histories.offsets.tolist() == [0, 2, 4]
    assert histories.item.tolist() == [3, 2, 4, 1]
    assert histories.file.tolist() == [0, 0, 1, 0]
    assert histories.context["surface"].to_pylist() == [None, "", None, "home"]
    assert histories.codes.tolist() == [0, 0, 1, 1]
    assert repeats.tolist() == []


def test_of_exact_duplicates_the_first_stays_and_the_rows_of_the_others_are_known():
    events = cleaned(["a", "a", "b", "a"], [7, 7, 7, 8], [1, 1, 1, 1], [5, 3, 4, 9])
    histories, repeats = EventHistories.of(events)
    assert histories.table["row"].to_pylist() == [3, 9, 4]
    assert repeats.tolist() == [5]


def test_histories_come_back_from_disk(tmp_path):
    events = cleaned(["b", "a", "b"], [5, 9, 6], [1, 2, 1], [0, 1, 2], surface=["home", "", "car"])
    histories, _ = EventHistories.of(events)
    path = str(tmp_path / "shard")
    histories.write(path)
    again = EventHistories.read(path)
    assert again.table.equals(histories.table)
    assert again.listeners.to_pylist() == ["a", "b"]
