from serving.ranking_table import history_table, ranking_table
from serving.titles import Title

TITLES = {
    "a": Title("A very long title that a narrow terminal would cut", "Someone", "track"),
    "b": Title("日本", "Other", "episode"),
}


def test_a_ranking_is_aligned_with_titles_whole() -> None:
    assert ranking_table(["a", "b"], [1.25, -0.5], TITLES).splitlines() == [
        "#  title                                               creator  kind      score",
        "1  A very long title that a narrow terminal would cut  Someone  track     1.250",
        "2  日本                                                Other    episode  -0.500",
    ]


def test_columns_without_values_are_left_out() -> None:
    assert ranking_table(["x"], [0.0], {}).splitlines() == ["#  title  score", "1  x      0.000"]


def test_a_history_has_no_ranks() -> None:
    assert history_table(["b"], TITLES).splitlines() == ["title  creator  kind", "日本   Other    episode"]
