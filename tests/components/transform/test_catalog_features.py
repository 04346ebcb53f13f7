from typing import Any

import pytest

from models import names
from tests.components.transform.conftest import serialized


def _item(item_id: str, title: str = "", **more: Any) -> bytes:
    features = {
        "item_id": [item_id],
        "title": [title],
        "description": [""],
        "item_tokens": [],
        "duration_ms": [0],
        "release_day": [names.RELEASE_UNKNOWN],
    }
    return serialized(**{**features, **more})


@pytest.fixture
def written(tmp_path):
    """Writes items as example generation does, and gives the folder."""
    from components.example_gen.record_files import write_records

    def write(items: list[bytes]) -> str:
        write_records(str(tmp_path / "catalog"), names.CATALOG, 0, 1, items)
        return str(tmp_path / "catalog")

    return write


def test_content_holds_buckets_tokens_and_words_that_two_items_share(fit, written):
    from components.trainer.examples_reader import read_catalog_arrays
    from components.transform.catalog_features import preprocessing_fn

    items = [
        _item("a", "The Übersong (live)", description=["the song"], item_tokens=["genre=x", "genre=y"]),
        _item("b", "the ÜBERSONG", item_tokens=["genre=x"], duration_ms=[200_000], release_day=[10]),
        _item("c"),
    ]
    folder, _ = fit("catalog", preprocessing_fn, items)
    catalog = read_catalog_arrays(written(items), folder)
    assert catalog.item_ids == [b"a", b"b", b"c"]
    # Shared: genre=x, word=the, word=übersong. "the" counts once an item; "song" and "live" have one item.
    assert catalog.content_size == 16 + 3
    none, first, second, third = (set(row[row > 0].tolist()) for row in catalog.content)
    assert (none, first, third) == (set(), {17, 18, 19}, set())
    assert second > {17, 18, 19}
    duration, age = sorted(second - {17, 18, 19})
    assert 1 <= duration <= 8 < age <= 16
    # A request may filter by any token, however rare.
    assert catalog.tokens == [b"genre=x", b"genre=y"]
    assert catalog.token_items.tolist() == [1, 2, 1]
    assert catalog.token_splits.tolist() == [0, 2, 3]


def test_where_an_item_may_be_played_is_no_content(fit):
    from components.transform.catalog_features import preprocessing_fn

    countries = [f"country={number}" for number in range(90)]
    items = [_item(item, item_tokens=["kind=track", *countries]) for item in ("a", "b")]
    assert fit("catalog", preprocessing_fn, items)[1](items)[names.CONTENT] == [[17], [17]]


def test_a_catalogue_of_bare_ids_has_no_content(fit, written):
    from components.trainer.examples_reader import read_catalog_arrays
    from components.transform.catalog_features import preprocessing_fn

    items = [_item("a"), _item("b")]
    folder, apply = fit("catalog", preprocessing_fn, items)
    assert apply(items)[names.CONTENT] == [[], []]
    catalog = read_catalog_arrays(written(items), folder)
    assert catalog.content.tolist() == [[0], [0], [0]]
    assert catalog.tokens == []


def test_quantile_buckets_rise_with_duration_and_age(fit):
    from components.transform.catalog_features import preprocessing_fn

    items = [_item(f"i{k:03d}", duration_ms=[1000 * k], release_day=[k]) for k in range(1, 201)]
    content = fit("catalog", preprocessing_fn, items)[1](items)[names.CONTENT]
    duration, age = zip(*content, strict=True)
    assert (min(duration), max(duration)) == (1, 8)
    assert (min(age), max(age)) == (9, 16)
    assert list(duration) == sorted(duration)
