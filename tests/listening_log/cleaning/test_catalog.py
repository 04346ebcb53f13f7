import pyarrow as pa
import pytest

from listening_log.cleaning.catalog import read_catalog
from listening_log.errors import UserError
from models import names


def test_items_are_sorted_as_bytes_and_numbered_from_one(write_log) -> None:
    catalog = read_catalog(write_log(catalog="item_id\nm10\né\nm9\nM1\n"))
    assert catalog.item_ids.to_pylist() == ["M1", "m10", "m9", "é"]
    assert catalog.index_of(pa.array(["m9", "", "nobody", "M1", None])).tolist() == [3, 0, 0, 1, 0]


def test_an_item_id_alone_is_a_catalogue(write_log) -> None:
    row = read_catalog(write_log(catalog="item_id\na\n")).table.to_pylist()[0]
    assert row == {
        "item_id": "a",
        "title": "",
        "description": "",
        "duration_ms": 0,
        "release_day": names.RELEASE_UNKNOWN,
        "item_tokens": [],
    }


def test_every_column_finds_its_place(write_log) -> None:
    directory = write_log(
        catalog="item_id,kind,title,creator,genres,duration_ms,release_date,description,explicit,countries\n"
        "a,track,A song,Ann|Bob,rock| pop ||rock,200000,1970-01-03,About,1,SE|NO\n"
        "b,episode,,,,,,,0,\n"
    )
    first, second = read_catalog(directory).table.to_pylist()
    assert first == {
        "item_id": "a",
        "title": "A song",
        "description": "About",
        "duration_ms": 200000,
        "release_day": 2,
        "item_tokens": [
            "kind=track",
            "creator=Ann|Bob",
            "genre=rock",
            "genre=pop",
            "explicit=1",
            "country=SE",
            "country=NO",
        ],
    }
    assert second["item_tokens"] == ["kind=episode", "explicit=0", "country=SE", "country=NO"]


def test_of_an_item_told_twice_the_first_stays(write_log) -> None:
    catalog = read_catalog(write_log(catalog="item_id,title\nb,first\na,x\n,none\nb,second\n"))
    assert catalog.table["title"].to_pylist() == ["x", "first"]
    assert catalog.counts == {"duplicate_item": 1, "empty_item": 1}
    assert catalog.places["duplicate_item"].endswith("catalog.csv, line 5")
    assert catalog.places["empty_item"].endswith("catalog.csv, line 4")


def test_durations_stand_at_the_items_index(write_log) -> None:
    catalog = read_catalog(write_log(catalog="item_id,duration_ms\nb,2000\na,\nc,-5\n"))
    assert catalog.durations.tolist() == [0, 0, 2000, 0]
    assert catalog.counts == {"negative_duration": 1}


def test_a_date_that_cannot_be_read_is_counted_and_unknown(write_log) -> None:
    catalog = read_catalog(write_log(catalog="item_id,release_date\nz,soon\na,1970\nb,\n"))
    assert catalog.table["release_day"].to_pylist() == [0, names.RELEASE_UNKNOWN, names.RELEASE_UNKNOWN]
    assert catalog.counts == {"unreadable_date": 1}
    assert catalog.places["unreadable_date"].endswith("catalog.csv, line 2")


def test_parts_of_a_catalogue_may_differ_in_their_columns(write_log, tmp_path) -> None:
    (tmp_path / "catalog-2.csv").write_text("item_id,kind\nb,track\n")
    catalog = read_catalog(write_log(catalog="item_id,title\na,A\n"))
    assert catalog.table.select(["item_id", "title", "item_tokens"]).to_pylist() == [
        {"item_id": "a", "title": "A", "item_tokens": []},
        {"item_id": "b", "title": "", "item_tokens": ["kind=track"]},
    ]


@pytest.mark.parametrize("text", ["item_id\n", "item_id", "item_id,title\n,A\n"])
def test_an_empty_catalogue_is_an_error(write_log, text: str) -> None:
    with pytest.raises(UserError, match=r"the catalogue is empty: .*catalog\.csv"):
        read_catalog(write_log(catalog=text))


def test_a_missing_catalogue_is_an_error(write_log) -> None:
    with pytest.raises(UserError, match="has no table catalog"):
        read_catalog(write_log())
