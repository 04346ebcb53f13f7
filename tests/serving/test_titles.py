from pathlib import Path

from serving.titles import Title, read_titles, title_of, write_titles


def test_titles_come_back(tmp_path: Path) -> None:
    write_titles(tmp_path, [("a", "Åtta", "Någon", "track"), ("b", "", "", "")])
    assert read_titles(tmp_path) == {"a": Title("Åtta", "Någon", "track"), "b": Title("", "", "")}


def test_a_model_without_titles_has_none(tmp_path: Path) -> None:
    assert read_titles(tmp_path) == {}


def test_an_item_without_title_is_told_by_its_id() -> None:
    titles = {"a": Title("", "Someone", "track")}
    assert title_of(titles, "a") == Title("a", "Someone", "track")
    assert title_of(titles, "unheard") == Title("unheard", "", "")
