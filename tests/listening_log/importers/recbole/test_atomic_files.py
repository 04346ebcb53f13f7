from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.check.checking import check_log
from listening_log.errors import UserError
from listening_log.importers import import_log
from listening_log.importers.reading import text_blocks


@pytest.fixture
def lay_out(src: Path):
    """Writes atomic files, a list of values a line: `lay_out(inter=[[…], …])`."""

    def write(name: str = "x", **files: list[list[str]]) -> None:
        for ending, lines in files.items():
            text = "".join("\t".join(line) + "\n" for line in lines)
            (src / f"{name}.{ending}").write_text(text, encoding="utf-8")

    return write


INTER = [
    ["user_id:token", "item_id:token", "rating:float", "timestamp:float"],
    ["u1", "i1", "3", "881250949.0"],
    ["u2", "i2", "nan", "881250950.9"],
]


def test_events_items_and_listeners(lay_out, import_of, written) -> None:
    lay_out(
        inter=INTER,
        item=[
            ["item_id:token", "movie_title:token_seq", "release_year:token", "class:token_seq"],
            ["i1", "Toy Story", "1995", "Animation Children's Comedy"],
            ["i2", '"Great Performances" Cats', "nan", ""],
        ],
        user=[
            ["user_id:token", "age:float", "gender:token", "taste:float_seq"],
            ["u1", "24.0", "M", "0.1 0.2"],
            ["u2", "nan", "None", "0.1 0.2"],
        ],
    )

    import_of("recbole")

    assert written("events") == {
        "user_id": ["u1", "u2"],
        "item_id": ["i1", "i2"],
        "timestamp": [881250949, 881250950],
        "rating": [3.0, None],
    }
    assert written("catalog") == {
        "item_id": ["i1", "i2"],
        "kind": ["movie", "movie"],
        "title": ["Toy Story", '"Great Performances" Cats'],
        "genres": ["Animation|Children's|Comedy", ""],
        "release_date": ["1995", ""],
    }
    assert written("users") == {"user_id": ["u1", "u2"], "age": ["24.0", ""], "gender": ["M", ""]}


def test_without_an_item_file_the_catalogue_is_the_items_met(lay_out, import_of, written) -> None:
    lay_out(
        inter=[
            ["user_id:token", "track_id:token", "timestamp:float"],
            ["u", "b", "5"],
            ["u", "a", "6"],
            ["u", "b", "7"],
        ]
    )

    import_of("recbole")

    assert written("catalog") == {"item_id": ["b", "a"], "kind": ["track", "track"]}


def test_without_times_the_order_of_lines_is_the_order(lay_out, out: Path, import_of, written) -> None:
    lay_out(
        inter=[["user_id:token", "item_id:token"], ["u", "b"], ["v", "a"], ["u", "a"], ["u", "b"], ["v", "c"]]
    )

    imported = import_of("recbole")

    assert written("events")["timestamp"] == [1] * 5
    assert [policy.policy for policy in imported.applied] == ["no_times"]
    report = check_log(str(out))
    assert (report.time.order_only, report.split.kind, report.events.usable) == (True, "leave-last-out", 5)


def test_items_that_were_only_shown_are_no_events(lay_out, import_of, written) -> None:
    lay_out(
        inter=[
            ["user_id:token", "item_id:token", "label:float", "timestamp:float"],
            ["u", "shown", "0.0", "5"],
            ["u", "taken", "1.0", "5"],
        ]
    )

    imported = import_of("recbole")

    assert written("events")["item_id"] == ["taken"]
    assert written("catalog")["item_id"] == ["shown", "taken"]
    assert [(policy.what, policy.count) for policy in imported.applied] == [
        ("lines with label 0, shown but not taken: dropped", 1)
    ]


def test_further_text_is_context_and_what_has_no_place_is_told(lay_out, import_of, written) -> None:
    lay_out(
        inter=[
            [
                "user_id:token",
                "item_id:token",
                "timestamp:float",
                "device:token",
                "session_id:token",
                "price:float",
            ],
            ["u", "i", "5", "phone", "s1", "9.5"],
            ["u", "i", "6", "nan", "s1", "x"],
        ]
    )

    imported = import_of("recbole")

    assert list(written("events")) == ["user_id", "item_id", "timestamp", "device"]
    assert written("events")["device"] == ["phone", ""]
    assert (
        imported.applied[0].what
        == "fields of .inter that the log has no place for (session_id, price): left out"
    )
    assert imported.applied[0].place.endswith("x.inter, line 1")


def test_played_times_ends_and_lengths_are_taken(lay_out, import_of, written) -> None:
    lay_out(
        inter=[
            ["user_id:token", "track_id:token", "timestamp:float", "ms_played:float", "end_reason:token"],
            ["u", "t", "5", "1200.0", "skip"],
            ["u", "t", "6", "1e300", ""],
        ],
        item=[
            [
                *("track_id:token", "track_name:token", "artist_name:token"),
                *("duration_ms:float", "explicit:float", "tags:token_seq"),
            ],
            ["t", "Song", "Band", "200000.7", "1", "indie rock, folk"],
        ],
    )

    import_of("recbole")

    assert written("events")["ms_played"] == [1200, None]
    assert written("events")["end_reason"] == ["skip", ""]
    assert written("catalog") == {
        "item_id": ["t"], "kind": ["track"], "title": ["Song"], "creator": ["Band"],
        "genres": ["indie rock|folk"], "duration_ms": [200000], "explicit": [True],
    }  # fmt: skip


def test_one_of_several_data_sets_is_named_by_its_inter_file(src: Path, lay_out, import_of, written) -> None:
    lay_out("x", inter=INTER, item=[["item_id:token", "title:token"], ["i1", "x's"]])
    lay_out("y", inter=INTER, item=[["item_id:token", "title:token"], ["i1", "y's"]])

    with pytest.raises(UserError, match=r"more than one .inter file \(x.inter, y.inter\); name one"):
        import_of("recbole")
    import_of("recbole", src / "y.inter")

    assert written("catalog")["title"] == ["y's"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"item": [["item_id:token"]]}, r"no RecBole files; expected NAME.inter .*found x.item"),
        ({"inter": [["u", "i"]]}, r"x.inter, line 1: 'u' is no field"),
        ({"inter": [["user_id:token", "item_id:token"]]}, r"no event in it"),
        (
            {"inter": [["user_id:token", "item_id:token", "timestamp:float"], ["u", "i", "noon"]]},
            r"x.inter, line 2, column timestamp: 'noon' is not a whole number of seconds since 1970, nor",
        ),
    ],
)
def test_what_is_wrong_is_one_clear_line(lay_out, out: Path, import_of, files, message: str) -> None:
    lay_out(**files)
    with pytest.raises(UserError, match=message):
        import_of("recbole")
    assert not out.exists()


def test_what_was_imported_passes_the_check(lay_out, out: Path, import_of) -> None:
    lay_out(inter=INTER)
    import_of("recbole")
    report = check_log(str(out))
    assert (report.events.usable, report.items.count, report.findings) == (2, 2, [])


def test_what_the_lines_tell_of_their_items_is_item_data(lay_out, import_of, written) -> None:
    header = [
        "user_id:token",
        "item_id:token",
        "timestamp:float",
        "brand:token",
        "category_code:token",
        "surface:token",
    ]
    lay_out(
        inter=[
            header,
            ["u", "a", "5", "Acme", "toys.cars", "home"],
            ["v", "a", "6", "Acme", "toys.cars", "search"],
        ]
    )

    imported = import_of("recbole")

    assert list(written("events")) == ["user_id", "item_id", "timestamp", "surface"]
    assert written("catalog") == {"item_id": ["a"], "creator": ["Acme"], "genres": ["toys.cars"]}
    assert [policy.what for policy in imported.applied] == [
        "fields of .inter that tell of the item (brand, category_code): item data"
    ]


@pytest.mark.parametrize("mark", ["\\N", "NULL", "null", "nan", "NaN", "None", "NA"])
def test_a_mark_of_no_value_is_none(lay_out, import_of, written, mark: str) -> None:
    lay_out(inter=[["user_id:token", "item_id:token", "surface:token"], ["u", "a", mark], ["u", "b", "home"]])
    import_of("recbole")
    assert written("events")["surface"] == ["", "home"]


def events_of(rows: str) -> list[list[str]]:
    return [row.split(",") for row in rows.split()]


WHOLE = [("u", "a"), ("u", "b"), ("u", "c"), ("v", "d"), ("v", "e")]


@pytest.mark.parametrize(
    "lines", ["u,b,a u,c,a_b v,e,d", "u,c,a_b u,b,a v,e,d"], ids=["shortest first", "longest first"]
)
def test_lists_of_the_items_before_become_events(lay_out, import_of, written, lines: str) -> None:
    header = ["user_id:token", "item_id:token", "item_id_list:token_seq"]
    lay_out(
        inter=[header, *([user, item, before.replace("_", " ")] for user, item, before in events_of(lines))]
    )

    imported = import_of("recbole")

    assert list(zip(written("events")["user_id"], written("events")["item_id"], strict=True)) == WHOLE
    assert written("catalog")["item_id"] == sorted("abcde", key=written("catalog")["item_id"].index)
    assert list(written("events")) == ["user_id", "item_id", "timestamp"]
    assert "lists of the items before a line's (item_id_list): the histories are rebuilt from them" in [
        policy.what for policy in imported.applied
    ]


def test_the_parts_of_a_benchmark_are_one_log(lay_out, import_of, written) -> None:
    header = ["user_id:token", "item_id:token", "timestamp:float", "item_id_list:token_seq"]
    lay_out("x.test", inter=[header, ["u", "d", "30", "a b c"]])
    lay_out("x.train", inter=[header, ["u", "b", "10", "a"]])
    lay_out("x.valid", inter=[header, ["u", "c", "20", "a b"], ["v", "f", "20", "e"]])
    lay_out("x", item=[["item_id:token", "title:token"], *([item, item.upper()] for item in "abcdef")])

    imported = import_of("recbole")

    assert list(zip(*written("events").values(), strict=True)) == [
        ("u", "a", 10), ("u", "b", 10), ("u", "c", 20), ("v", "e", 20), ("v", "f", 20), ("u", "d", 30)
    ]  # fmt: skip
    assert written("catalog")["title"] == list("ABCDEF")
    assert imported.unread == ()


@pytest.mark.parametrize("order", [1, -1], ids=["shortest first", "longest first"])
def test_lines_of_a_session_that_continue_each_other_are_one_listener(
    lay_out, import_of, written, order: int
) -> None:
    chain = [["i0", "i2"], ["i0 i2", "i4"], ["i0 i2 i4", "i6"]][::order]
    lines = [*chain, ["i3", "i5"]]
    header = ["session_id:token", "item_id_list:token_seq", "item_id:token"]
    lay_out(inter=[header, *([f"s{number}", *line] for number, line in enumerate(lines))])

    import_of("recbole")

    assert written("events")["item_id"] == ["i0", "i2", "i4", "i6", "i3", "i5"]
    assert written("events")["user_id"] == ["s0"] * 4 + ["s3"] * 2


@settings(deadline=None, max_examples=15)
@given(
    lengths=st.lists(st.integers(2, 30), min_size=1, max_size=5),
    cap=st.integers(10, 40),
    descending=st.booleans(),
    sessions=st.booleans(),
    block_bytes=st.integers(60, 2000),
)
def test_any_histories_come_back_from_their_prefixes(
    lengths: list[int], cap: int, descending: bool, sessions: bool, block_bytes: int
) -> None:
    users = {f"u{n}": [f"i{n}-{place}" for place in range(length)] for n, length in enumerate(lengths)}
    lines = []
    for user, items in users.items():
        prefixes = [(items[:end][-cap:], items[end]) for end in range(1, len(items))]
        for history, item in prefixes[::-1] if descending else prefixes:
            lines.append(f"{len(lines) if sessions else user}\t{' '.join(history)}\t{item}")
    header = f"{'session_id' if sessions else 'user_id'}:token\titem_id_list:token_seq\titem_id:token"
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        (Path(folder) / "x.inter").write_text("\n".join([header, *lines]))
        patch.setattr(text_blocks.read_blocks, "__kwdefaults__", {"block_bytes": block_bytes})

        import_log("recbole", folder, f"{folder}/out")

        events = pq.read_table(f"{folder}/out/events.parquet").to_pandas()
    rebuilt = events.groupby("user_id", sort=False).item_id.apply(list)
    assert rebuilt.to_list() == list(users.values())
    assert sessions or rebuilt.index.to_list() == list(users)


TOKENS = st.text("abcXYZ019\"'é,", min_size=1, max_size=5)


@settings(deadline=None, max_examples=15)
@given(
    rows=st.lists(st.tuples(TOKENS, TOKENS, st.integers(0, 2**31), TOKENS), min_size=1, max_size=20),
    order=st.permutations(["user_id:token", "item_id:token", "timestamp:float", "surface:token"]),
)
def test_any_events_come_back_whatever_the_order_of_fields(rows, order: list[str]) -> None:
    columns = ["user_id:token", "item_id:token", "timestamp:float", "surface:token"]
    lines = [order, *([str(row[columns.index(name)]) for name in order] for row in rows)]
    with TemporaryDirectory() as folder:
        (Path(folder) / "x.inter").write_text("".join("\t".join(line) + "\n" for line in lines))

        import_log("recbole", folder, f"{folder}/out")

        events = pq.read_table(f"{folder}/out/events.parquet").to_pydict()
    assert list(zip(*events.values(), strict=True)) == rows
