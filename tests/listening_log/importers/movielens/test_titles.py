import pyarrow as pa
import pytest

from listening_log.importers.movielens.titles import titles_and_years


@pytest.mark.parametrize(
    ("text", "title", "year"),
    [
        ("Toy Story (1995)", "Toy Story", "1995"),
        ("Matrix, The (1999)", "The Matrix", "1999"),
        ("American in Paris, An (1951)", "An American in Paris", "1951"),
        ("Avventura, L' (Adventure, The) (1960)", "L'Avventura (The Adventure)", "1960"),
        (
            "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
            "The City of Lost Children (La Cité des enfants perdus)",
            "1995",
        ),
        ("Seven (a.k.a. Se7en, The) (1995)", "Seven (a.k.a. The Se7en)", "1995"),
        ("Human Centipede II (Full Sequence), The (2011)", "The Human Centipede II (Full Sequence)", "2011"),
        ("I, Robot (2004)", "I, Robot", "2004"),
        ("Good, the Bad and the Ugly, The (1966)", "The Good, the Bad and the Ugly", "1966"),
        ("2001: A Space Odyssey (1968)", "2001: A Space Odyssey", "1968"),
        ("Fargo (2014-2020)", "Fargo", "2014"),
        ("Spirited (2010–)", "Spirited", "2010"),
        ("Babylon 5", "Babylon 5", ""),
        ("  Heat (1995) ", "Heat", "1995"),
        ("(500) Days of Summer (2009)", "(500) Days of Summer", "2009"),
        ("1984 (1984)", "1984", "1984"),
        ("unknown", "unknown", ""),
        ("", "", ""),
    ],
)
def test_a_title_reads_as_a_person_says_it(text: str, title: str, year: str) -> None:
    titles, years, _ = titles_and_years(pa.array([text]))
    assert (titles.to_pylist(), years.to_pylist()) == ([title], [year])


def test_titles_whose_article_moved_are_marked() -> None:
    assert titles_and_years(pa.array(["Matrix, The (1999)", "Heat (1995)"]))[2].tolist() == [True, False]
