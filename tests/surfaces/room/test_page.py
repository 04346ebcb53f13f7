"""The page as a listener meets it: real clicks and keys in a headless browser."""

import re
from typing import Any

import pytest

from surfaces.common.errors import UnavailableError
from tests.surfaces.room.conftest import Room
from tests.surfaces.room.rooms import ANN, HOSTILE

expect = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed").expect

AT = "at=2025-01-05T08:00:00%2B00:00"
MOST_BYTES = 150_000
VIEWS = ("home", "search", "discover-weekly", "daylist", "dj", "playlists")


def visit(page: Any, room: Room, view: str, more: str = "") -> None:
    page.goto("about:blank")
    page.goto(f"{room.address}/#/{view}?user={ANN}&{AT}{more}")
    page.wait_for_selector(f"body[data-ready='{view}']")


def first_titles(page: Any, rows: str = ".card") -> list[str]:
    return page.locator(f"{rows} .title").all_inner_texts()[:5]


def test_it_begins_with_somebody_of_the_log_on_the_morning_after_it(page: Any, room: Room):
    page.goto(room.address)
    page.wait_for_selector("body[data-ready='home']")
    assert page.locator("#listener-name").inner_text() in (ANN, "bob")
    assert "at=2025-01-05T08%3A00%3A00%2B00%3A00" in page.url
    assert page.locator("h1").inner_text() == "Good morning"


def test_each_destination_is_a_click_away(page: Any, room: Room):
    visit(page, room, "playlists")
    for view, link in zip(
        VIEWS, ("Home", "Search", "Discover Weekly", "Daylist", "DJ", "AI Playlists"), strict=True
    ):
        page.get_by_role("navigation").get_by_role("link", name=link).click()
        page.wait_for_selector(f"body[data-ready='{view}']")
        assert page.locator("nav [aria-current=page]").inner_text().strip() == link
        assert page.locator("h1").count() == 1
        assert page.title().startswith(link)
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_real_destinations_are_on_the_page(page: Any, whole_room: Room):
    for view in VIEWS:
        visit(page, whole_room, view, "&q=rain" if view == "search" else "")
        if view == "playlists":
            page.get_by_label("A prompt").fill("jazz")
            page.get_by_role("button", name="Make it").click()
        page.locator("main .art").first.wait_for()
        expect(page.get_by_role("alert")).to_have_count(0)
    page.locator("#made .art").first.click()
    page.get_by_role("button", name="Hear it to the end").click()
    expect(page.locator("#hour-text")).to_have_text("08:03")
    assert [play.end_reason for play in whole_room.service.store.plays(ANN)] == ["done"]


def test_a_skip_is_posted_and_changes_home_at_once(page: Any, room: Room):
    visit(page, room, "home")
    before = first_titles(page)
    page.get_by_role("button", name="Play Song 07 of Rain by Żółw").click()
    assert "Song 07 of Rain" in page.locator("#player").inner_text()
    page.get_by_role("button", name="Skip").click()
    expect(page.locator(".card .title").first).not_to_have_text(before[0])
    (play,) = room.service.store.plays(ANN)
    assert (play.item_id, play.end_reason, play.request_id) == ("i07", "skip", "r1")
    assert play.timestamp == 1_736_064_000
    assert "Song 08 of Rain" in page.locator("#player").inner_text()
    expect(page.get_by_role("button", name="Skip")).to_be_focused()
    expect(page.locator("#status")).to_have_text(re.compile("^(Home has changed|Playing)"))


def test_what_is_heard_to_the_end_is_a_whole_play_and_moves_the_clock(page: Any, room: Room):
    visit(page, room, "discover-weekly")
    page.get_by_role("button", name="Play", exact=True).click()
    page.get_by_role("button", name="Hear it to the end").click()
    expect(page.locator("#hour-text")).to_have_text("08:03")
    (play,) = room.service.store.plays(ANN)
    assert (play.end_reason, play.ms_played) == ("done", 200_000)


def test_pausing_stops_the_clock_of_a_play(page: Any, room: Room):
    visit(page, room, "home")
    page.locator(".card .art").first.click()
    expect(page.locator("#position")).not_to_have_value("0")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on").wait_for()
    stopped = page.locator("#position").input_value()
    page.wait_for_timeout(600)
    assert page.locator("#position").input_value() == stopped


def test_a_hostile_title_is_shown_as_text(page: Any, room: Room):
    for view in ("home", "daylist"):
        visit(page, room, view)
        assert HOSTILE in page.locator("main").inner_text()
    visit(page, room, "search", f"&q={HOSTILE[:4]}")
    page.locator("#found .row").first.wait_for()
    assert page.locator("#found .title").first.inner_text() == HOSTILE
    page.locator("#found .why").first.click()
    page.locator("#why .title").wait_for()
    page.locator("#found .art").first.click()
    assert page.locator("#player .title").inner_text() == HOSTILE
    assert page.evaluate("[document.images.length, window.struck ?? 0]") == [0, 0]


def test_search_answers_while_one_types(page: Any, room: Room):
    visit(page, room, "search")
    page.get_by_role("searchbox", name="Search for").press_sequentially("ain", delay=20)
    page.wait_for_selector("#found .row")
    assert page.locator("#found-count").inner_text() == "30 results"
    page.get_by_role("searchbox", name="Search for").fill("larks")
    page.get_by_role("link", name="The Larks").click()
    expect(page.locator("#query")).to_have_value("The Larks")
    assert "q=The+Larks" in page.url
    page.get_by_role("searchbox", name="Search for").fill("zzzz")
    expect(page.locator("#found-count")).to_have_text("Nothing for “zzzz”.")


def test_a_listener_is_chosen_from_the_log(page: Any, room: Room):
    visit(page, room, "home")
    page.locator("#listener").click()
    page.get_by_role("searchbox", name="Filter the listeners").fill("bo")
    page.locator("#who-list").get_by_role("button", name="bob").click()
    expect(page.locator(".card .title").first).to_have_text("Song 31 of Rain")
    assert page.locator("#listener-name").inner_text() == "bob"
    assert not page.locator("#who").is_visible()


def test_an_answer_to_earlier_text_is_passed_over(page: Any, room: Room):
    visit(page, room, "home")
    page.locator("#listener").click()
    people = page.locator("#who-list").get_by_role("button")
    expect(people).to_have_count(2)
    stopped: list[Any] = []
    page.route("**/room/listeners?q=ann", lambda route: stopped.append(route))
    with page.expect_request("**/room/listeners?q=ann"):
        page.get_by_role("searchbox", name="Filter the listeners").fill("ann")
    page.get_by_role("searchbox", name="Filter the listeners").fill("bo")
    expect(people).to_have_text([re.compile("bob")])
    with page.expect_request_finished(lambda request: request.url.endswith("q=ann")):
        stopped[0].continue_()
    page.wait_for_timeout(50)
    expect(people).to_have_text([re.compile("bob")])


def test_a_listener_is_invented_by_what_they_have_played(page: Any, room: Room):
    visit(page, room, "home")
    page.locator("#listener").click()
    page.get_by_label("Name").fill("Zoë <b>")
    for number in ("11", "12"):
        page.get_by_label("Has played", exact=True).fill(f"Song {number}")
        page.locator("#who-hits").get_by_role("button", name=f"Song {number} of Rain").click()
    assert page.locator("#who-history button").count() == 2
    page.get_by_role("button", name="Listen as this one").click()
    expect(page.locator(".card .title").first).to_have_text("Song 13 of Rain")
    assert [play.item_id for play in room.service.store.plays("Zoë <b>")] == ["i11", "i12"]
    assert page.locator("#listener-name").inner_text() == "Zoë <b>"


def test_the_day_and_the_hour_are_what_one_chooses(page: Any, room: Room):
    visit(page, room, "daylist")
    assert page.locator("h1").inner_text().lower() == "folk sunday morning"
    page.get_by_role("combobox", name="Day").select_option("Tuesday")
    page.get_by_role("slider", name="Hour").fill("22")
    expect(page.locator("h1")).to_have_text("folk tuesday night")
    assert "at=2025-01-07T22%3A00%3A00%2B00%3A00" in page.url


def test_country_device_and_explicit_are_sent(page: Any, room: Room):
    visit(page, room, "home")
    page.get_by_label("Device").select_option("car")
    page.get_by_label("Country").fill("se")
    page.get_by_label("Country").press("Enter")
    with page.expect_request(re.compile(r"/v1/home\?.*explicit=0.*device=car.*country=SE")):
        page.get_by_label("Explicit").uncheck()


def test_the_dj_speaks_and_does_what_it_is_told(page: Any, room: Room):
    visit(page, room, "dj")
    assert "Here are three for ann." in page.get_by_role("log").inner_text()
    page.get_by_role("button", name="Calmer").click()
    page.get_by_role("heading", name="You said: calmer").wait_for()
    page.get_by_label("Talk to the DJ").fill("older, please")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="You said: older, please").wait_for()
    page.get_by_role("button", name=re.compile("^Play Song")).last.click()
    page.get_by_role("button", name="Skip").click()
    expect(page.locator(".segment")).to_have_count(4)
    assert page.locator("#player .title").count() == 1


def test_what_the_dj_adds_is_read_from_its_beginning(page: Any, whole_room: Room):
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, whole_room, "dj")
    page.locator(".segment").first.wait_for()
    assert page.locator("#main").evaluate("main => main.scrollTop") == 0
    page.get_by_label("Talk to the DJ").fill("calmer")
    page.get_by_role("button", name="Say").click()
    expect(page.locator(".mine")).to_be_in_viewport()
    expect(page.locator(".mine + .segment h2, .mine + .notice")).to_be_in_viewport()


def test_a_prompt_makes_a_playlist_and_a_second_sentence_refines_it(page: Any, room: Room):
    visit(page, room, "playlists")
    page.get_by_label("A prompt").fill("jazz for me gloriously")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("heading", name="Jazz For Me Gloriously").wait_for()
    assert "Not understood: “gloriously”" in page.locator("#made").inner_text()
    assert page.locator("#made .understood dd").first.inner_text() == "jazz"
    assert page.locator("#made .row").count() == 8
    page.get_by_label("A second sentence").fill("less of it")
    page.get_by_role("button", name="Refine").click()
    page.get_by_role("heading", name="Jazz For Me Gloriously; Less Of It").wait_for()


def test_engineers_see_why_what_was_asked_and_both_models(page: Any, room: Room):
    visit(page, room, "home")
    page.get_by_role("button", name="why Song 05 of Rain is here").click()
    panel = page.get_by_role("complementary", name="For engineers")
    panel.get_by_text("Placed 3rd by upnext").wait_for()
    assert "Goes with “Song 02 of Rain”" in panel.inner_text()
    panel.get_by_text("Retrieval: place 3 of 60. Ranker: place 3 of 60.").wait_for()
    assert panel.locator("#stages tbody tr").count() == 20
    panel.get_by_role("columnheader", name="Version 2").wait_for()
    assert panel.locator("#versions tbody tr").first.inner_text().split("\t") == [
        "1",
        HOSTILE,
        "2",
        "Song 03 of Rain",
    ]
    home_request = panel.locator(".request", has_text="/v1/home")
    home_request.locator("summary").click()
    assert "user_id = ann" in home_request.locator("pre").inner_text()
    assert re.search(r"\d+ ms", home_request.inner_text())


@pytest.mark.parametrize("late", ["items", "compare"])
def test_an_items_places_stand_with_its_facts_whichever_answer_is_first(page: Any, room: Room, late: str):
    visit(page, room, "home")
    stopped: list[Any] = []
    page.route(f"**/room/{late}?*", lambda route: stopped.append(route))
    page.get_by_role("button", name="why Song 07 of Rain is here").click()
    panel = page.get_by_role("complementary", name="For engineers")
    first = panel.locator("#stages tbody tr").first if late == "items" else panel.locator("#why .about")
    first.wait_for()
    for route in stopped:
        route.continue_()
    panel.get_by_text(re.compile(r"Retrieval: place \d+ of 60. Ranker: place \d+ of 60.")).wait_for()
    panel.locator("#why .about").wait_for()
    assert stopped


def test_with_one_version_it_says_so(page: Any, room: Room, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room.service.models, "versions", lambda: [7])
    visit(page, room, "home")
    page.get_by_role("button", name="Engineers").click()
    page.get_by_text("The model server serves one version (7).").wait_for()


def test_a_model_server_that_is_gone_is_said_where_it_is_missed(
    room: Room, chromium: Any, monkeypatch: pytest.MonkeyPatch
):
    def gone(*_: Any) -> None:
        raise UnavailableError("the model server doesn't answer: gone")

    monkeypatch.setattr(room.service.models, "recommend_each", gone)
    monkeypatch.setattr(room.service.models, "recommend", gone)
    page = chromium.new_page()
    visit(page, room, "home")
    assert "the model server doesn't answer: gone" in page.get_by_role("alert").inner_text()
    monkeypatch.undo()
    page.get_by_role("button", name="Try again").click()
    page.locator(".card").first.wait_for()
    page.close()


def test_it_works_by_keys_alone(page: Any, room: Room):
    visit(page, room, "home")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "Song 03 of Rain" in page.locator("#player").inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#why-title")).to_be_focused()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "why"
    assert not page.locator("#panel").is_visible()


def test_the_theme_is_the_systems_until_one_switches_it(page: Any, room: Room):
    page.emulate_media(color_scheme="dark")
    visit(page, room, "home")
    back = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(back)
    page.get_by_role("button", name="Theme: system").click()
    light = page.evaluate(back)
    assert light != dark
    page.reload()
    page.wait_for_selector("body[data-ready='home']")
    assert page.evaluate(back) == light
    page.get_by_role("button", name="Theme: light").click()
    assert page.evaluate(back) == dark


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_cut_off_at_any_width(page: Any, room: Room, view: str):
    visit(page, room, view, "&q=rain" if view == "search" else "")
    for width in (320, 390, 768, 1024, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        cut = page.evaluate(
            "[...document.querySelectorAll('nav a, .bar button, #player, h1, .ask *')]"
            ".filter((one) => one.offsetParent && one.getBoundingClientRect().right > innerWidth)"
            ".map((one) => one.outerHTML)"
        )
        assert cut == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def check_both_themes(page: Any) -> list[tuple[str, str, Any]]:
    """What the accessibility checker finds, by theme."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe isn't installed").Axe()
    violations = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        answer = axe.run(page).response
        assert len(answer["passes"]) > 20
        violations += [(theme, one["id"], one["nodes"]) for one in answer["violations"]]
    return violations


@pytest.mark.parametrize("view", VIEWS)
def test_the_accessibility_checker_has_nothing_to_say_of_a_destination(page: Any, room: Room, view: str):
    visit(page, room, view, "&q=rain" if view == "search" else "")
    assert check_both_themes(page) == []


def test_the_accessibility_checker_has_nothing_to_say_of_what_opens(page: Any, room: Room):
    visit(page, room, "playlists")
    page.get_by_label("A prompt").fill("jazz for me gloriously")
    page.keyboard.press("Enter")
    page.locator(".row .art").first.click()
    page.locator(".row .why").first.click()
    page.locator("#versions table").wait_for()
    assert check_both_themes(page) == []
    page.locator("#listener").click()
    page.locator("#who-list button").first.wait_for()
    assert check_both_themes(page) == []


def test_no_page_weighs_more_than_a_photograph(page: Any, room: Room):
    bodies: list[int] = []
    page.on("requestfinished", lambda request: bodies.append(request.sizes()["responseBodySize"]))
    page.goto(f"{room.address}/#/home?user={ANN}&{AT}")
    page.wait_for_selector("body[data-ready='home']")
    page.wait_for_load_state("networkidle")
    assert 50_000 < sum(bodies) <= MOST_BYTES
