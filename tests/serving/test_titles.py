from serving.titles import Title, title_of


def test_an_item_without_title_is_told_by_its_id() -> None:
    titles = {"a": Title("", "Someone", "track")}
    assert title_of(titles, "a") == Title("a", "Someone", "track")
    assert title_of(titles, "unheard") == Title("unheard", "", "")
