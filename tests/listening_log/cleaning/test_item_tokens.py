import pyarrow as pa

from listening_log.cleaning.item_tokens import item_tokens


def test_an_item_without_countries_has_every_country_of_the_catalogue() -> None:
    items = pa.table({"item_id": ["a", "b", "c"], "countries": pa.array(["SE|NO", None, "DK"])})
    assert item_tokens(items).to_pylist() == [
        ["country=SE", "country=NO"],
        ["country=SE", "country=NO", "country=DK"],
        ["country=DK"],
    ]


def test_a_catalogue_without_countries_has_no_country_tokens() -> None:
    items = pa.table({"item_id": ["a", "b"], "kind": ["track", None], "countries": pa.array([None, ""])})
    assert item_tokens(items).to_pylist() == [["kind=track"], []]


def test_a_token_stands_once_and_blanks_are_none() -> None:
    items = pa.table({"item_id": ["a"], "genres": ["rock| rock ||pop|"], "creator": ["  "]})
    assert item_tokens(items).to_pylist() == [["genre=rock", "genre=pop"]]


def test_explicit_is_one_or_zero_where_it_is_known() -> None:
    items = pa.table({"item_id": ["a", "b", "c"], "explicit": [True, False, None]})
    assert item_tokens(items).to_pylist() == [["explicit=1"], ["explicit=0"], []]
