import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.check.checking import check_log
from listening_log.errors import UserError
from listening_log.importers import import_log
from listening_log.importers.movielens.layouts import GENRES_100K

Rating = tuple[int, int, float, int]


def flags(*genres: str) -> str:
    return "|".join(str(int(name in genres)) for name in GENRES_100K)


ITEMS_100K = (
    f"1|Toy Story (1995)|01-Jan-1995||http://us.imdb.com/M?Toy%20Story|{flags('Animation', 'Comedy')}\n"
    f"2|Cité des enfants perdus, La (1995)|4-Feb-1996|||{flags('Sci-Fi')}\n"
    f"267|unknown||||{flags('unknown')}\n"
)
MOVIES_1M = (
    "1::Toy Story (1995)::Animation|Children's\n2::Misérables, Les (1995)::Drama\n267::It's: a (1)::War\n"
)
MOVIES_CSV = (
    "movieId,title,genres\n"
    "1,Toy Story (1995),Adventure|Animation\n"
    '2,"Great ""Performances"", Cats, The (1998)",Musical\n'
    "267,Babylon 5,(no genres listed)\n"
)


@pytest.fixture
def src_100k(src: Path) -> Path:
    (src / "u.data").write_text("1\t2\t3\t881250949\n22\t1\t5\t881250950\n1\t267\t1\t881250949\n")
    (src / "u.item").write_bytes(ITEMS_100K.encode("latin-1"))
    (src / "u.user").write_text("1|24|M|technician|85711\n22|53|F|other|T8H1N\n")
    (src / "u.genre").write_text("unknown|0\nAction|1\n")
    return src


def test_100k_ratings_are_events_in_their_order(src_100k: Path, import_of, written) -> None:
    import_of("movielens")
    assert written("events") == {
        "user_id": ["1", "22", "1"],
        "item_id": ["2", "1", "267"],
        "timestamp": [881250949, 881250950, 881250949],
        "rating": [3.0, 5.0, 1.0],
    }


def test_100k_latin_titles_one_hot_genres_and_dates(src_100k: Path, import_of, written) -> None:
    import_of("movielens")
    assert written("catalog") == {
        "item_id": ["1", "2", "267"],
        "kind": ["movie"] * 3,
        "title": ["Toy Story", "La Cité des enfants perdus", "unknown"],
        "genres": ["Animation|Comedy", "Sci-Fi", ""],
        "release_date": ["1995-01-01", "1996-02-04", ""],
    }


def test_100k_listeners_without_their_zip_code(src_100k: Path, import_of, written) -> None:
    import_of("movielens")
    assert written("users") == {
        "user_id": ["1", "22"],
        "age": ["24", "53"],
        "gender": ["M", "F"],
        "occupation": ["technician", "other"],
    }


def test_a_header_that_someone_added_is_left_out_and_counted(src_100k: Path, import_of, written) -> None:
    data = (src_100k / "u.data").read_text()
    (src_100k / "u.data").write_text(f"user_id\titem_id\trating\ttimestamp\n{data}")
    (src_100k / "u.user").write_text("user-id | age | gender | occupation | zip code\n1|24|M|technician|1\n")

    imported = import_of("movielens")

    assert (imported.events, written("users")["user_id"]) == (3, ["1"])
    assert [policy.count for policy in imported.applied if policy.policy == "added_header"] == [2]


def test_1m_colons_codes_and_latin_titles(src: Path, import_of, written) -> None:
    (src / "ratings.dat").write_text("1::2::5::978300760\n")
    (src / "movies.dat").write_bytes(MOVIES_1M.encode("latin-1"))
    (src / "users.dat").write_text("1::F::1::10::48067\n2::M::56::16::70072\n3::M::99::99::0\n")

    import_of("movielens")

    assert written("events") == {
        "user_id": ["1"], "item_id": ["2"], "timestamp": [978300760], "rating": [5.0]
    }  # fmt: skip
    assert written("catalog")["title"] == ["Toy Story", "Les Misérables", "It's: a (1)"]
    assert written("catalog")["genres"] == ["Animation|Children's", "Drama", "War"]
    assert written("users") == {
        "user_id": ["1", "2", "3"],
        "gender": ["F", "M", "M"],
        "age": ["under 18", "56+", "99"],
        "occupation": ["K-12 student", "self-employed", "99"],
    }


def test_10m_half_stars_and_utf_8(src: Path, import_of, written) -> None:
    (src / "ratings.dat").write_text("1::122::4.5::838985046\n")
    (src / "movies.dat").write_text("122::Amélie (2001)::Comedy|Romance\n", encoding="utf-8")

    import_of("movielens")

    assert written("events")["rating"] == [4.5]
    assert written("catalog")["title"] == ["Amélie"]


def test_20m_quoted_titles_and_no_genres(src: Path, import_of, written) -> None:
    (src / "ratings.csv").write_text("userId,movieId,rating,timestamp\r\n1,2,3.5,1112486027\r\n")
    (src / "movies.csv").write_text(MOVIES_CSV)
    (src / "tags.csv").write_text("userId,movieId,tag,timestamp\n1,2,odd,1\n")

    imported = import_of("movielens")

    assert written("events")["timestamp"] == [1112486027]
    assert written("catalog") == {
        "item_id": ["1", "2", "267"],
        "kind": ["movie"] * 3,
        "title": ["Toy Story", 'The Great "Performances", Cats', "Babylon 5"],
        "genres": ["Adventure|Animation", "Musical", ""],
        "release_date": ["1995", "1998", ""],
    }
    assert [(policy.policy, policy.count) for policy in imported.applied] == [("moved_article", 1)]
    assert imported.applied[0].place == f"{src / 'movies.csv'}, line 3"


def test_kaggles_copy_of_20m_has_other_names_and_times_as_text(src: Path, import_of, written) -> None:
    (src / "rating.csv").write_text(
        '"userId","movieId","rating","timestamp"\n1,2,3.5,"2005-04-02 23:53:47"\n', encoding="utf-8"
    )
    (src / "movie.csv").write_text(MOVIES_CSV)
    (src / "genome_scores.csv").write_text("movieId,tagId,relevance\n")

    imported = import_of("movielens")

    assert written("events")["timestamp"] == [1112486027]
    assert [policy.what for policy in imported.applied][1:] == ["times without a zone: read as UTC"]
    assert imported.unread == ("genome_scores.csv",)


def test_columns_of_a_csv_go_by_their_names(src: Path, import_of, written) -> None:
    (src / "ratings.csv").write_text("rating,timestamp,movieId,userId,,\n3.5,1112486027,2,1,,x\n")
    (src / "movies.csv").write_text('"title","movieId","genres"\n"Heat (1995)",2,War\n')

    import_of("movielens")

    assert written("events") == {
        "user_id": ["1"], "item_id": ["2"], "timestamp": [1112486027], "rating": [3.5]
    }  # fmt: skip
    assert written("catalog")["title"] == ["Heat"]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("userId,movieId,rating", "line 1: no column timestamp; expected userId,movieId,rating,timestamp"),
        ("userId,movieId,rating,timestamp,rating", "line 1: two columns have one name"),
    ],
)
def test_a_csv_without_a_needed_column_is_told_so(src: Path, import_of, header: str, message: str) -> None:
    (src / "ratings.csv").write_text(f"{header}\n1,2,3\n")
    (src / "movies.csv").write_text(MOVIES_CSV)
    with pytest.raises(UserError, match=message):
        import_of("movielens")


def test_where_no_line_is_a_rating_the_reason_is_told(src: Path, import_of) -> None:
    (src / "u.data").write_text("1,2,3,4\n")
    (src / "u.item").write_text(ITEMS_100K)
    with pytest.raises(
        UserError, match=r"no event in it \(lines that have not 4 values: dropped; first: .*line 1"
    ):
        import_of("movielens")


def test_a_zip_as_downloaded_is_read(src: Path, import_of, written) -> None:
    with zipfile.ZipFile(src / "ml-latest-small.zip", "w") as archive:
        archive.writestr(
            "ml-latest-small/ratings.csv", "userId,movieId,rating,timestamp\n1,2,3.5,1112486027\n"
        )
        archive.writestr("ml-latest-small/movies.csv", MOVIES_CSV)

    import_of("movielens", src / "ml-latest-small.zip")

    assert written("events")["item_id"] == ["2"]


def test_a_cut_off_last_line_is_dropped_and_counted(src: Path, import_of) -> None:
    (src / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,2,3.5,1112486027\n1,1,4")
    (src / "movies.csv").write_text(MOVIES_CSV)

    imported = import_of("movielens")

    assert imported.events == 1
    assert [policy.place for policy in imported.applied if policy.policy == "odd_line"] == [
        f"{src / 'ratings.csv'}, line 3"
    ]


def test_a_rating_that_is_no_number_names_its_line(src: Path, out: Path, import_of) -> None:
    (src / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,2,good,1112486027\n")
    (src / "movies.csv").write_text(MOVIES_CSV)

    with pytest.raises(UserError, match=r"ratings.csv, line 2, column rating: 'good' is not a number$"):
        import_of("movielens")

    assert not out.exists()


def test_another_folder_is_told_what_is_expected(src: Path, import_of) -> None:
    (src / "ratings.csv").write_text("x")
    with pytest.raises(UserError) as error:
        import_of("movielens")
    assert str(error.value) == (
        f"{src}: no MovieLens release; expected u.data with u.item (100k); ratings.dat with movies.dat "
        "(1M and 10M); ratings.csv with movies.csv (20M and later); rating.csv with movie.csv "
        "(Kaggle's copy of 20M, its times as text); found ratings.csv"
    )


def test_two_releases_in_one_folder_are_to_be_told_apart(src_100k: Path, import_of) -> None:
    (src_100k / "ml-1m").mkdir()
    (src_100k / "ml-1m" / "ratings.dat").write_text("1::2::5::978300760\n")
    (src_100k / "ml-1m" / "movies.dat").write_text("2::Heat (1995)::Drama\n")
    with pytest.raises(UserError, match=r"more than one MovieLens release \(u.data, ml-1m/ratings.dat\)"):
        import_of("movielens")


def test_a_release_without_ratings_is_an_error(src: Path, out: Path, import_of) -> None:
    (src / "ratings.csv").write_text("userId,movieId,rating,timestamp\n")
    (src / "movies.csv").write_text(MOVIES_CSV)
    with pytest.raises(UserError, match="no event in it"):
        import_of("movielens")
    assert not out.exists()


def test_what_was_imported_passes_the_check(src_100k: Path, out: Path, import_of) -> None:
    import_of("movielens")
    report = check_log(str(out))
    assert (report.events.usable, report.items.count, report.findings) == (3, 3, [])


def as_100k(ratings: list[Rating], folder: Path) -> None:
    (folder / "u.data").write_text("".join(f"{u}\t{m}\t{r:g}\t{t}\n" for u, m, r, t in ratings))
    (folder / "u.item").write_text(
        "".join(f"{m}|M (1990)|01-Jan-1990|||{flags('War')}\n" for m in range(1, 9))
    )


def as_dat(ratings: list[Rating], folder: Path) -> None:
    (folder / "ratings.dat").write_text("".join(f"{u}::{m}::{r:g}::{t}\n" for u, m, r, t in ratings))
    (folder / "movies.dat").write_text("".join(f"{m}::M (1990)::War\n" for m in range(1, 9)))


def as_csv(ratings: list[Rating], folder: Path) -> None:
    lines = "".join(f"{u},{m},{r:.1f},{t}\n" for u, m, r, t in ratings)
    (folder / "ratings.csv").write_text(f"userId,movieId,rating,timestamp\n{lines}")
    movies = "".join(f'{m},"M, The (1990)",War\n' for m in range(1, 9))
    (folder / "movies.csv").write_text(f"movieId,title,genres\n{movies}")


RATINGS = st.lists(
    st.tuples(
        st.integers(1, 300_000),
        st.integers(1, 8),
        st.integers(1, 10).map(lambda n: n / 2),
        st.integers(789_652_009, 1_900_000_000),
    ),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize("lay_out", [as_100k, as_dat, as_csv])
@settings(deadline=None, max_examples=10)
@given(ratings=RATINGS)
def test_any_ratings_come_back_from_any_layout(
    lay_out: Callable[[list[Rating], Path], None], ratings: list[Rating]
) -> None:
    with TemporaryDirectory() as folder:
        src, out = Path(folder) / "src", Path(folder) / "out"
        src.mkdir()
        lay_out(ratings, src)

        import_log("movielens", str(src), str(out))

        events = pq.read_table(out / "events.parquet").to_pydict()
    assert list(zip(*events.values(), strict=True)) == [(str(u), str(m), t, r) for u, m, r, t in ratings]


def test_the_same_source_gives_the_same_bytes(src_100k: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        import_log("movielens", str(src_100k), str(tmp_path / name))
    for table in ("events", "catalog", "users"):
        one, two = (tmp_path / name / f"{table}.parquet" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
