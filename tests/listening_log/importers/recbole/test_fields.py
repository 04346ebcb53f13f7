import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_log.errors import UserError
from listening_log.importers.recbole.fields import (
    TYPES,
    Field,
    item_columns,
    kind_of,
    parse_header,
    roles,
)


def fields(*texts: str) -> list[Field]:
    return parse_header("\t".join(texts), "x.inter")


@pytest.mark.parametrize(
    ("header", "user", "item", "time", "rating", "context"),
    [
        (["user_id:token", "item_id:token"], "user_id", "item_id", None, None, ()),
        (  # Netflix
            ["item_id:token", "user_id:token", "rating:float", "timestamp:float"],
            "user_id", "item_id", "timestamp", "rating", (),
        ),
        (  # LFM-1b, tracks
            ["user_id:token", "tracks_id:token", "timestamp:float", "num_repeat:float"],
            "user_id", "tracks_id", "timestamp", None, (),
        ),
        (  # Yelp
            ["review_id:token", "user_id:token", "business_id:token", "stars:float", "date:float"],
            "user_id", "business_id", "date", "stars", (),
        ),
        (  # RetailRocket
            ["timestamp:float", "visitor_id:token", "item_id:token"],
            "visitor_id", "item_id", "timestamp", None, (),
        ),
        (  # Ta-Feng
            ["transaction_date:float", "customer_id:token", "age_group:token", "product_id:token"],
            "customer_id", "product_id", "transaction_date", None, ("age_group",),
        ),
        (  # Last.fm
            ["user_id:token", "artist_id:token", "weight:float", "tag_value:token_seq"],
            "user_id", "artist_id", None, None, (),
        ),
        (  # Yahoo music
            ["anonymous_user_id:token", "artist_id:token", "rating:float"],
            "anonymous_user_id", "artist_id", None, "rating", (),
        ),
        (  # sessions
            ["session_id:token", "item_id:token", "timestamp:float"],
            "session_id", "item_id", "timestamp", None, (),
        ),
        (["Some_user:token", "clip_id:token"], "Some_user", "clip_id", None, None, ()),
    ],
)  # fmt: skip
def test_public_headers_are_understood(header, user, item, time, rating, context) -> None:
    role = roles(fields(*header), "x.inter")
    assert (role.user, role.item) == (user, item)
    assert (role.time and role.time.name, role.rating and role.rating.name) == (time, rating)
    assert role.context == context


def test_a_field_that_gives_the_item_away_is_no_context() -> None:
    role = roles(fields("user_id:token", "track_id:token", "artist_id:token", "device:token"), "x.inter")
    assert (role.context, role.left) == (("device",), ("artist_id",))


def test_a_list_is_no_context() -> None:
    role = roles(
        fields("user_id:token", "item_id:token", "tags:token_seq", "item_id_list:token_seq"), "x.inter"
    )
    assert (role.context, role.history, role.left) == ((), "item_id_list", ("tags",))


def test_what_tells_of_the_item_is_item_data_and_no_context() -> None:
    inter = fields(
        *("user_id:token", "item_id:token", "brand:token", "category_code:token", "product_name:token"),
        *("device_name:token", "user_category:token", "channel:token"),
    )
    role = roles(inter, "x.inter")
    assert {column: field.name for column, field in role.items.items()} == {
        "creator": "brand", "genres": "category_code", "title": "product_name"
    }  # fmt: skip
    assert (role.context, role.left) == (("device_name", "user_category", "channel"), ())
    beside = roles(inter, "x.inter", fields("item_id:token", "title:token"))
    assert (beside.items, beside.left) == ({}, ("brand", "category_code", "product_name"))


def test_commas_between_fields_have_a_message_of_their_own() -> None:
    with pytest.raises(UserError, match=r"x\.inter, line 1: commas separate the fields; .* tabs"):
        parse_header("user_id:token,item_id:token,rating:float", "x.inter")


def test_the_item_is_what_the_item_file_describes() -> None:
    inter = fields("user_id:token", "track_id:token", "artist_id:token")
    assert roles(inter, "x.inter", fields("artist_id:token", "name:token_seq")).item == "artist_id"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["movie_title:token_seq", "release_year:token", "class:token_seq"],
         {"title": "movie_title", "release_date": "release_year", "genres": "class"}),
        (["movie_name:token_seq", "release_year:token", "type:token_seq"],
         {"title": "movie_name", "release_date": "release_year", "genres": "type"}),
        (["name:token_seq", "genre:token_seq", "type:token", "episodes:float"],
         {"title": "name", "genres": "genre"}),
        (["book_title:token_seq", "book_author:token_seq", "publication_year:float"],
         {"title": "book_title", "creator": "book_author", "release_date": "publication_year"}),
        (["track_name:token", "artist_name:token", "duration_ms:float", "explicit:float"],
         {"title": "track_name", "creator": "artist_name", "duration_ms": "duration_ms", "explicit": "explicit"}),
        (["title:token", "price:float", "brand:token", "categories:token_seq"],
         {"title": "title", "creator": "brand", "genres": "categories"}),
        (["category:token_seq", "sub_category:token_seq", "title:token_seq", "abstract:token_seq"],
         {"genres": "category", "title": "title", "description": "abstract"}),
        (["name:token", "url:token", "picture_url:token"], {"title": "name"}),
    ],
)  # fmt: skip
def test_item_fields_become_catalogue_columns(header: list[str], expected: dict[str, str]) -> None:
    assert {column: field.name for column, field in item_columns(fields(*header)).items()} == expected


@pytest.mark.parametrize(
    ("names", "kind"),
    [(["track_id"], "track"), (["item_id", "movie_title"], "movie"), (["artists_id"], "artist"), (["item_id"], None)],
)  # fmt: skip
def test_field_names_tell_the_kind(names: list[str], kind: str | None) -> None:
    assert kind_of(names) == kind


@pytest.mark.parametrize("line", ["user_id\titem_id", "1\t2\t3", "", "user_id:text", ":token", "a:token\t"])
def test_a_line_that_is_no_header_is_told_so(line: str) -> None:
    with pytest.raises(UserError, match=r"x.inter, line 1: .* is no field; expected NAME:TYPE"):
        parse_header(line, "x.inter")


def test_a_field_twice_is_an_error() -> None:
    with pytest.raises(UserError, match="two fields are named a"):
        parse_header("a:token\ta:float", "x.inter")


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (["age:float", "item_id:token"], "user"),
        (["user_id:token", "x:token", "y:token"], "item"),
        (["user_id:token", "item_id_list:token_seq"], "item"),
    ],
)
def test_a_header_without_user_or_item_is_an_error(header: list[str], missing: str) -> None:
    with pytest.raises(UserError, match=f"no field names the {missing}"):
        roles(fields(*header), "x.inter")


NAMES = st.text("abcdefgh_:", min_size=1, max_size=12).filter(lambda name: name == name.strip())


@given(st.dictionaries(NAMES, st.sampled_from(TYPES), min_size=1, max_size=8))
def test_any_header_comes_back(header: dict[str, str]) -> None:
    line = "\t".join(f"{name}:{type_}" for name, type_ in header.items())
    assert {field.name: field.type for field in parse_header(line, "x.inter")} == header


@given(st.permutations(["user_id:token", "item_id:token", "timestamp:float", "rating:float", "device:token"]))
def test_the_order_of_fields_does_not_matter(header: list[str]) -> None:
    role = roles(fields(*header), "x.inter")
    assert (role.user, role.item, role.context, role.left) == ("user_id", "item_id", ("device",), ())
