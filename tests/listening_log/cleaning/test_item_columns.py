"""Columns that follow from the item are told from those of the request and of the listener."""

import numpy as np
import pyarrow as pa
import pytest

from listening_log.cleaning import item_columns
from listening_log.cleaning.item_columns import ItemColumnCounts, ValueSharing


def _events(listeners: int, items: int, each: int, seed: int = 1, **columns) -> pa.Table:
    """Events of listeners who play items at random; a column is a function of (random, user, item)."""
    random = np.random.default_rng(seed)
    user = np.repeat(np.arange(listeners), each)
    item = random.integers(1, items + 1, listeners * each)
    table = {"user_id": pa.array([f"u{each}" for each in user]), "item": pa.array(item.astype(np.int32))}
    for name, make in columns.items():
        table[name] = pa.array(
            [make(random, u, i) for u, i in zip(user.tolist(), item.tolist(), strict=True)]
        )
    return pa.table(table)


def _brand(random, user, item) -> str:
    return f"brand {item % 7}"


def _device(random, user, item) -> str:
    return str(random.choice(["phone", "car", "desktop"], p=[0.8, 0.15, 0.05]))


def _shares(table: pa.Table) -> dict[str, float]:
    return ItemColumnCounts.of(table, table.column_names[2:]).shares()


def test_a_brand_follows_from_the_item_and_a_device_does_not() -> None:
    table = _events(40, 30, 20, brand=_brand, device=_device)
    assert _shares(table) == {"brand": 1.0}


def test_the_share_is_that_of_events_with_the_items_most_frequent_value() -> None:
    # Two items with ten listeners each: all ten agree on one, nine of ten on the other: 19 of 20.
    users = [f"u{number}" for number in range(10)] * 2
    items = [1] * 10 + [2] * 10
    values = ["x"] * 10 + ["y"] * 9 + ["z"]
    counts = ItemColumnCounts.of(
        pa.table({"user_id": users, "item": pa.array(items, pa.int32()), "brand": values}), ["brand"]
    )
    assert counts.by_item["brand"].agreement()[0] == pytest.approx(19 / 20)


def test_nearly_is_enough_and_the_share_says_how_nearly() -> None:
    def noisy(random, user, item) -> str:
        return "other" if random.random() < 0.04 else _brand(random, user, item)

    share = _shares(_events(40, 30, 20, brand=noisy))["brand"]
    assert 0.93 < share < 0.98


def test_items_of_one_listener_each_say_nothing() -> None:
    def own_item_own_device(random, user, item) -> str:
        return f"device {user % 3}"

    table = _events(200, 3, 5, device=own_item_own_device)
    table = table.set_column(1, "item", pa.array(np.repeat(np.arange(1, 201), 5).astype(np.int32)))
    assert _shares(table) == {}


def test_a_small_log_keeps_its_device_though_it_happens_to_agree() -> None:
    table = pa.table(
        {
            "user_id": ["a", "b", "a", "b"],
            "item": pa.array([1, 1, 2, 2], pa.int32()),
            "device": ["phone", "phone", "car", "car"],
        }
    )
    assert _shares(table) == {}


def test_what_follows_from_the_listener_stays_context_though_items_are_of_one_country() -> None:
    random = np.random.default_rng(3)
    country = random.integers(0, 4, 60)
    user = np.repeat(np.arange(60), 20)
    item = country[user] * 25 + random.integers(1, 26, len(user))
    table = pa.table(
        {
            "user_id": [f"u{number}" for number in user],
            "item": pa.array(item.astype(np.int32)),
            "country": [f"country {number}" for number in country[user]],
        }
    )
    assert _shares(table) == {}


def test_a_column_of_one_value_stays_context() -> None:
    assert _shares(_events(40, 30, 20, app=lambda random, user, item: "web")) == {}


def test_a_column_of_mostly_one_value_stays_context() -> None:
    assert _shares(_events(40, 30, 20, app=lambda r, u, i: "tv" if r.random() < 0.01 else "web")) == {}


def test_a_column_of_a_value_for_each_event_stays_context() -> None:
    numbers = iter(range(100_000))
    assert _shares(_events(40, 30, 20, session=lambda r, u, i: f"s{next(numbers)}")) == {}


def test_missing_values_are_passed_over() -> None:
    def sparse(random, user, item) -> str | None:
        return _brand(random, user, item) if random.random() < 0.3 else random.choice([None, ""])

    assert _shares(_events(60, 30, 30, brand=sparse)) == {"brand": 1.0}


def test_a_title_of_each_item_follows_from_it() -> None:
    assert _shares(_events(40, 30, 20, title=lambda r, u, i: f"title {i}")) == {"title": 1.0}


def test_parts_merge_in_any_order_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_columns, "_SAMPLE", 100)
    monkeypatch.setattr(item_columns, "_FEW_GROUPS", 10)
    table = _events(50, 200, 20, brand=_brand, device=_device)
    parts = [
        ItemColumnCounts.of(table.slice(first, 170), ["brand", "device"]) for first in range(0, 1000, 170)
    ]
    one = ItemColumnCounts.merge(parts)
    other = ItemColumnCounts.merge([ItemColumnCounts.merge(parts[3:][::-1]), *parts[:3]])
    for name in ("brand", "device"):
        assert np.array_equal(one.by_item[name].triples, other.by_item[name].triples)
        assert np.array_equal(one.by_listener[name].triples, other.by_listener[name].triples)


def test_a_sample_is_bounded_and_still_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_columns, "_SAMPLE", 500)
    monkeypatch.setattr(item_columns, "_FEW_GROUPS", 20)
    counts = ItemColumnCounts.of(_events(300, 400, 20, brand=_brand, device=_device), ["brand", "device"])
    assert all(len(sharing.triples) <= 500 for sharing in counts.by_item.values())
    assert counts.shares() == {"brand": 1.0}


def test_an_event_told_twice_counts_once() -> None:
    row = np.array([5], np.uint64)
    twice = ValueSharing.merge([ValueSharing.of(row, row, row), ValueSharing.of(row, row, row)])
    assert len(twice.triples) == 1


def test_no_events_no_columns() -> None:
    assert ItemColumnCounts.merge([]).shares() == {}
    assert ItemColumnCounts.of(_events(0, 1, 1), []).shares() == {}
