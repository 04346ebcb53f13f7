from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from listening_log.check.checking import check_log
from listening_log.errors import UserError

LISTENS = {
    "uid": pa.array([100, 100, 200], pa.uint32()),
    "timestamp": pa.array([0, 205, 5], pa.uint32()),
    "item_id": pa.array([7, 9, 7], pa.uint32()),
    "is_organic": pa.array([1, 0, 1], pa.uint8()),
    "played_ratio_pct": pa.array([100, 7, 120], pa.uint16()),
    "track_length_seconds": pa.array([200, 300, 200], pa.uint32()),
}
SEQUENCES = {
    "uid": LISTENS["uid"].take(pa.array([0, 2])),
    **{
        name: [column.to_pylist()[:2], column.to_pylist()[2:]]
        for name, column in LISTENS.items()
        if name != "uid"
    },
}
EVENTS = {
    "user_id": ["100", "100", "200"],
    "item_id": ["7", "9", "7"],
    "timestamp": [0, 205, 5],
    "ms_played": [200_000, 21_000, 240_000],
    "is_organic": ["1", "0", "1"],
}


@pytest.fixture
def lay_out(src: Path):
    """Writes a Parquet file: `lay_out("flat/50m/listens", LISTENS)`."""

    def write(name: str, columns: dict) -> None:
        path = src / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), path)

    return write


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("flat/50m/listens", LISTENS),
        ("sequential/50m/listens", SEQUENCES),
        ("listens", {{"item_id": "item_ids", "timestamp": "timestamps"}.get(name, name): column
                     for name, column in SEQUENCES.items()}),
    ],
    ids=["flat", "sequential", "as its page names the columns"],
)  # fmt: skip
def test_listens_are_events_and_tracks_items(lay_out, import_of, written, name: str, columns: dict) -> None:
    lay_out(name, columns)
    import_of("yambda")
    assert written("events") == EVENTS
    assert written("catalog") == {
        "item_id": ["7", "9"], "kind": ["track"] * 2, "duration_ms": [200_000, 300_000]
    }  # fmt: skip


@pytest.mark.parametrize("sequential", [False, True])
def test_of_all_events_together_the_listens_are_read(lay_out, import_of, written, sequential: bool) -> None:
    kinds = ["like", "listen", "listen"]
    columns = (
        SEQUENCES | {"event_type": [kinds[:2], kinds[2:]]} if sequential else LISTENS | {"event_type": kinds}
    )
    lay_out("multi_event", columns)

    imported = import_of("yambda")

    assert written("events") == {name: values[1:] for name, values in EVENTS.items()}
    assert [(policy.count, policy.place.rpartition("/")[2]) for policy in imported.applied] == [
        (1, "multi_event.parquet, row 1")
    ]


def test_likes_are_events_where_they_are_named(src: Path, lay_out, import_of, written) -> None:
    lay_out("listens", LISTENS)
    lay_out("likes", {name: LISTENS[name] for name in ("uid", "timestamp", "item_id", "is_organic")})
    import_of("yambda", src / "likes.parquet")
    assert list(written("events")) == ["user_id", "item_id", "timestamp", "is_organic"]


def test_artists_are_creators(lay_out, import_of, written) -> None:
    lay_out("flat/50m/listens", LISTENS)
    lay_out(
        "artist_item_mapping",
        {"artist_id": pa.array([31], pa.uint32()), "item_id": pa.array([7], pa.uint32())},
    )
    import_of("yambda")
    assert written("catalog")["creator"] == ["artist-31", ""]


def test_several_sizes_are_to_be_told_apart(src: Path, lay_out, import_of, written) -> None:
    lay_out("flat/50m/listens", LISTENS)
    lay_out("flat/500m/listens", LISTENS)
    with pytest.raises(
        UserError, match=r"more than one listens.parquet \(flat/50m/listens.parquet, flat/500m"
    ):
        import_of("yambda")
    import_of("yambda", src / "flat/50m")
    assert written("events") == EVENTS


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PAR1 and no more", r"listens.parquet: not readable as Parquet \("),
        (b"", r"no event in it \(empty files: passed over; first: .*listens.parquet\)"),
    ],
)
def test_a_broken_file_is_one_clear_line(
    src: Path, out: Path, import_of, content: bytes, message: str
) -> None:
    (src / "listens.parquet").write_bytes(content)
    with pytest.raises(UserError, match=message):
        import_of("yambda")
    assert not out.exists()


def test_another_layout_is_told(src: Path, lay_out, import_of) -> None:
    lay_out("listens", {"uid": [1], "item_id": [2]})
    with pytest.raises(UserError, match="no column timestamp; expected uid, item_id, timestamp"):
        import_of("yambda")
    (src / "listens.parquet").rename(src / "x.csv")
    with pytest.raises(UserError, match=r"not Yambda; expected listens.parquet, .*found x.csv"):
        import_of("yambda")


def test_what_was_imported_passes_the_check(lay_out, out: Path, import_of) -> None:
    lay_out("listens", LISTENS)
    import_of("yambda")
    report = check_log(str(out))
    assert (report.events.usable, report.items.count, report.time.order_only) == (3, 2, False)
