from serving.client import Ranking
from serving.titles import Title
from tfx_pipeline.cli.recommend import history_table, page, ranking_table

TITLES = {"a": Title("Morning Light", "The Larks", "track"), "b": Title("Slow River", "The Larks", "track")}


def test_the_page_shows_recent_plays_above_the_ranking():
    text = page(["a"], Ranking(["b", "a"], [1.5, 0.25]), TITLES)
    assert text.index("Recent plays") < text.index("Morning Light") < text.index("Up next")
    assert text.index("Up next") < text.index("Slow River") < text.rindex("Morning Light")
    assert "1.500" in text


def test_the_newest_plays_come_first_and_the_rest_are_counted():
    history = ["b"] * 20 + ["a"]
    text = page(history, Ranking(["b"], [1.0]), TITLES)
    assert "the newest of 21" in text
    assert text.index("Morning Light") < text.index("Slow River")


def test_a_new_listener_is_told_so():
    assert page([], Ranking(["b"], [1.0]), TITLES).startswith("No plays")


def test_ids_that_the_model_does_not_know_are_named():
    assert "Unknown to the model: zzz" in page(["a", "zzz"], Ranking(["b"], [1.0]), TITLES)


LONG_AND_WIDE = {
    "a": Title("A very long title that a narrow terminal would cut", "Someone", "track"),
    "b": Title("日本", "Other", "episode"),
}


def test_a_ranking_is_aligned_with_titles_whole() -> None:
    assert ranking_table(["a", "b"], [1.25, -0.5], LONG_AND_WIDE).splitlines() == [
        "#  title                                               creator  kind      score",
        "1  A very long title that a narrow terminal would cut  Someone  track     1.250",
        "2  日本                                                Other    episode  -0.500",
    ]


def test_columns_without_values_are_left_out() -> None:
    assert ranking_table(["x"], [0.0], {}).splitlines() == ["#  title  score", "1  x      0.000"]


def test_a_history_has_no_ranks() -> None:
    assert history_table(["b"], LONG_AND_WIDE).splitlines() == [
        "title  creator  kind",
        "日本   Other    episode",
    ]
