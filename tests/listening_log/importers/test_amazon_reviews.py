import gzip
import json
from pathlib import Path

import pytest

from listening_log.check.checking import check_log
from listening_log.errors import UserError

HEADER = "user_id,parent_asin,rating,timestamp"
RATINGS = ("AE1,B01,5.0,1588687728923", "AE1,B02,3.0,1588687800000", "AE2,B01,1.0,1600000000000")
EVENTS = {
    "user_id": ["AE1", "AE1", "AE2"],
    "item_id": ["B01", "B02", "B01"],
    "timestamp": [1588687728, 1588687800, 1600000000],
    "rating": [5.0, 3.0, 1.0],
}
META = [
    {
        "main_category": "All Beauty",
        "title": "Half a pair \ud83d",
        "store": "Howard",
        "categories": ["Beauty", "Care"],
        "description": ["One.", "Two."],
        "parent_asin": "B01",
        "details": {"Brand": "x"},
    },
    {"main_category": "All Beauty", "title": "Unrated", "parent_asin": "B09"},
]


@pytest.fixture
def lay_out(src: Path):
    """Writes a file of lines: `lay_out("X.csv", HEADER, *RATINGS)`."""

    def write(name: str, *lines: str) -> None:
        content = "".join(f"{line}\n" for line in lines).encode()
        (src / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)

    return write


@pytest.mark.parametrize("lines", [(HEADER, *RATINGS), RATINGS], ids=["with names", "without names"])
@pytest.mark.parametrize("name", ["All_Beauty.csv", "All_Beauty.csv.gz"])
def test_ratings_are_events_in_seconds(
    lay_out, import_of, written, name: str, lines: tuple[str, ...]
) -> None:
    lay_out(name, *lines)
    import_of("amazon-reviews")
    assert written("events") == EVENTS
    assert written("catalog") == {"item_id": ["B01", "B02"], "kind": ["product"] * 2}


def test_metadata_describes_what_was_rated(lay_out, import_of, written) -> None:
    lay_out("All_Beauty.csv", HEADER, *RATINGS)
    lay_out("meta_All_Beauty.jsonl.gz", *map(json.dumps, META))

    imported = import_of("amazon-reviews")

    assert written("catalog") == {
        "item_id": ["B01", "B02"],
        "kind": ["product"] * 2,
        "title": ["Half a pair �", None],
        "creator": ["Howard", None],
        "genres": ["Beauty|Care", None],
        "description": ["One. Two.", None],
    }
    assert [(policy.what, policy.count) for policy in imported.applied] == [
        ("products without a rating in these files: left out", 1)
    ]


def test_the_splits_are_one_log_again(lay_out, import_of, written) -> None:
    header = f"{HEADER},history"
    lay_out("X.test.csv", header, f"{RATINGS[2]},")
    lay_out("X.train.csv", header, f"{RATINGS[0]},")
    lay_out("X.valid.csv", header, f"{RATINGS[1]},B01")

    imported = import_of("amazon-reviews")

    assert written("events") == EVENTS
    assert [(policy.policy, policy.count) for policy in imported.applied] == [("history", 3)]


def test_a_split_without_the_others_is_refused(lay_out, out: Path, import_of) -> None:
    lay_out("X.test.csv", f"{HEADER},history", f"{RATINGS[1]},B01")
    with pytest.raises(UserError, match=r"X.train.csv is missing; .* add it, or X.csv of rating_only"):
        import_of("amazon-reviews")
    assert not out.exists()


def test_reviews_are_events_without_their_words(lay_out, out: Path, import_of, written) -> None:
    reviews = (
        {
            "rating": float(rating),
            "text": "PERSONAL",
            "parent_asin": asin,
            "user_id": user,
            "timestamp": int(time),
        }
        for user, asin, rating, time in (line.split(",") for line in RATINGS)
    )
    lay_out("X.jsonl", *map(json.dumps, reviews))
    import_of("amazon-reviews")
    assert written("events") == EVENTS
    assert not any(b"PERSONAL" in path.read_bytes() for path in out.iterdir())


def test_ratings_alone_come_before_reviews_and_categories_add_up(lay_out, import_of) -> None:
    lay_out("X.csv", HEADER, RATINGS[0])
    lay_out("X.jsonl", "{}")
    lay_out("Y.csv", HEADER, RATINGS[1])
    imported = import_of("amazon-reviews")
    assert (imported.events, imported.unread) == (2, ("X.jsonl",))


def test_a_category_twice_is_to_be_told_apart(src: Path, lay_out, import_of) -> None:
    for core in ("0core", "5core"):
        (src / core).mkdir()
        lay_out(f"{core}/X.csv", HEADER, *RATINGS)
    with pytest.raises(
        UserError, match=r"holds X more than once \(0core/X.csv, 5core/X.csv\); name one folder"
    ):
        import_of("amazon-reviews")


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("X.csv", "AE1,B01,good,5", r"X.csv, line 2, column rating: 'good' is not a number"),
        ("X.jsonl", '{"rating": "good"}', r"X.jsonl, line 2: rating is not a number"),
        ("x.txt", "", "no Amazon Reviews 2023; expected NAME.csv, .*found x.txt"),
    ],
)
def test_what_is_wrong_is_one_clear_line(lay_out, import_of, name: str, line: str, message: str) -> None:
    lay_out(name, "{}" if name == "X.jsonl" else HEADER, line)
    with pytest.raises(UserError, match=message):
        import_of("amazon-reviews")


def test_what_was_imported_passes_the_check(lay_out, out: Path, import_of) -> None:
    lay_out("X.csv", HEADER, *RATINGS)
    import_of("amazon-reviews")
    report = check_log(str(out))
    assert (report.events.usable, report.items.count, report.findings) == (3, 2, [])
