from pathlib import Path

import pytest

from models import names
from serving.titles import Title
from tests.components.transform.conftest import serialized


@pytest.fixture
def catalog(tmp_path: Path) -> str:
    from components.example_gen.record_files import write_records

    tokens = ["kind=track", "creator=The Larks", "creator=Built", "genre=folk", "creator_name=x"]
    items = [
        serialized(item_id=["a"], title=["Größe"], item_tokens=tokens),
        serialized(item_id=["b"], title=[], item_tokens=["kind=a=b"]),
        serialized(item_id=["c"]),
    ]
    write_records(str(tmp_path), names.CATALOG, 0, 1, items)
    return str(tmp_path)


def test_titles_have_the_first_creator_and_the_kind(catalog):
    from components.common.catalog_examples import read_titles

    assert read_titles(catalog) == {
        "a": Title("Größe", "The Larks", "track"),
        "b": Title("", "", "a=b"),
        "c": Title("", "", ""),
    }


def test_ids_stand_in_the_order_of_the_items_index(catalog):
    from components.common.catalog_examples import read_item_ids

    assert read_item_ids(catalog) == ["a", "b", "c"]


def test_everything_known_of_an_item_comes_back(tmp_path: Path) -> None:
    from components.common.catalog_examples import read_catalog_table
    from components.example_gen.record_files import write_records

    item = serialized(
        item_id=["a"],
        title=["Ä"],
        description=["slow"],
        duration_ms=[90_000],
        release_day=[-3],
        item_tokens=["kind=track"],
    )
    write_records(str(tmp_path), names.CATALOG, 0, 1, [item, serialized(item_id=["b"])])

    assert read_catalog_table(str(tmp_path)).to_pylist() == [
        {
            "item_id": "a",
            "title": "Ä",
            "description": "slow",
            "duration_ms": 90_000,
            "release_day": -3,
            "item_tokens": ["kind=track"],
        },
        {
            "item_id": "b",
            "title": "",
            "description": "",
            "duration_ms": 0,
            "release_day": names.RELEASE_UNKNOWN,
            "item_tokens": [],
        },
    ]
