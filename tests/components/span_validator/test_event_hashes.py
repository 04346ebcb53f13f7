import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from components.span_validator.event_hashes import event_hashes, text_hashes

ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["a", "b", ""]), st.integers(-1, 3) | st.none()),
    min_size=1,
)


def table(rows: list[tuple[str, str, int | None]]) -> pa.Table:
    users, items, times = (list(column) for column in zip(*rows, strict=True))
    return pa.table(
        {
            "user_id": pa.array(users, pa.string()),
            "item_id": pa.array(items, pa.string()),
            "timestamp": pa.array(times, pa.int64()),
        }
    )


def hashes(events: pa.Table) -> np.ndarray:
    return event_hashes(events, text_hashes(events["user_id"]))


def test_listener_and_item_are_not_interchangeable() -> None:
    first, second = hashes(table([("a", "b", 1), ("b", "a", 1)]))
    assert first != second


def test_the_same_event_has_the_same_hash_in_another_batch() -> None:
    alone = hashes(table([("b", "x", 7)]))
    among = hashes(table([("a", "y", 1), ("b", "x", 7)]))
    assert alone[0] == among[1]


@given(ROWS)
def test_different_events_have_different_hashes(rows: list[tuple[str, str, int | None]]) -> None:
    distinct = {(user, item, -1 if time is None else time) for user, item, time in rows}
    assert len(np.unique(hashes(table(rows)))) == len(distinct)
