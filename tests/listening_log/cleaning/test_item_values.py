"""What events say of their items becomes item data where the catalogue lacks it."""

import pyarrow as pa

from listening_log.cleaning.catalog import read_catalog
from listening_log.cleaning.item_values import ItemData, ItemValues
from models import names


def _values(*rows: tuple[int, str | None], column: str = "brand") -> ItemValues:
    items, values = zip(*rows, strict=True)
    table = pa.table({"item": pa.array(items, pa.int32()), column: pa.array(values, pa.string())})
    return ItemValues.of(table, [column, "absent"])


def _tokens(items: pa.Table) -> list[list[str]]:
    return items[names.ITEM_TOKENS].to_pylist()


def test_the_value_of_most_events_counts_whatever_part_they_came_in() -> None:
    parts = [_values((1, "a"), (1, "b"), (2, "c")), _values((1, "b"), (2, None), (3, ""))]
    data = ItemValues.merge(parts).most_frequent()
    assert data.columns["brand"].to_pylist() == [{"item": 1, "value": "b"}, {"item": 2, "value": "c"}]


def test_of_equals_the_first_as_text_counts() -> None:
    assert _values((1, "b"), (1, "a")).most_frequent().columns["brand"]["value"].to_pylist() == ["a"]


def test_values_become_tokens_beside_those_of_the_catalogue(write_log) -> None:
    catalog = read_catalog(write_log(catalog="item_id,creator\na,X\nb,\nc,Z\nd,\n"))
    data = _values((1, "red"), (3, "red"), (2, "blue"), (4, "blue")).most_frequent()
    items = data.add_to(catalog.table, 1, catalog.columns)
    assert _tokens(items) == [
        ["creator=X", "brand=red"],
        ["brand=blue"],
        ["creator=Z", "brand=red"],
        ["brand=blue"],
    ]


def test_items_of_a_slice_get_their_own(write_log) -> None:
    catalog = read_catalog(write_log(catalog="item_id\na\nb\nc\nd\n"))
    data = _values((1, "red"), (2, "red"), (4, "blue"), (3, "blue")).most_frequent()
    items = data.add_to(catalog.table.slice(1, 2), 2, catalog.columns)
    assert _tokens(items) == [["brand=red"], ["brand=blue"]]


def test_a_column_that_the_catalogue_has_stays_as_it_is(write_log) -> None:
    catalog = read_catalog(write_log(catalog="item_id,creator\na,X\nb,Y\n"))
    data = _values((1, "other"), (2, "other"), column="creator").most_frequent()
    assert _tokens(data.add_to(catalog.table, 1, catalog.columns)) == [["creator=X"], ["creator=Y"]]


def test_columns_of_the_contract_become_what_they_are_in_a_catalogue(write_log) -> None:
    catalog = read_catalog(write_log(catalog="item_id\na\nb\n"))
    columns = {
        "title": "Song",
        "creator": "Band",
        "genres": "rock|pop",
        "release_date": "1970-01-03",
        "countries": "SE|DE",
    }
    parts = [_values((1, value), column=name).most_frequent().columns for name, value in columns.items()]
    data = ItemData({name: table for part in parts for name, table in part.items()})
    first, second = data.add_to(catalog.table, 1, catalog.columns).to_pylist()
    assert first["title"] == "Song"
    assert first["release_day"] == 2
    assert first["item_tokens"] == ["creator=Band", "genre=rock", "genre=pop", "country=SE", "country=DE"]
    assert (second["title"], second["release_day"], second["item_tokens"]) == ("", names.RELEASE_UNKNOWN, [])


def test_a_value_of_its_own_for_each_item_is_no_token(write_log) -> None:
    catalog = read_catalog(write_log(catalog="item_id\na\nb\n"))
    data = _values((1, "url/1"), (2, "url/2"), column="url").most_frequent()
    assert _tokens(data.add_to(catalog.table, 1, catalog.columns)) == [[], []]
