import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.errors import NotThereError, TooLargeError, UnavailableError, WrongRequestError
from surfaces.common.model_server import ANYTHING, Ranked, Wish
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.common.visit import Visit
from surfaces.playlists.playlist import LONGEST_PROMPT, SURFACE, Playlist, make_playlist
from surfaces.playlists.vocabulary import Vocabulary
from surfaces.service.service import Service
from tests.surfaces import worlds
from tests.surfaces.playlists.checker import broken_wishes
from tests.surfaces.playlists.fixture import catalogue, vectors, vocabulary
from tests.surfaces.playlists.truth import read_cases

NOW = Moment.parse("2025-02-01T08:00:00Z")
CASES = read_cases()
SECONDS = 1_738_000_000


def _log(size: int, seed: int = 3) -> Plays:
    """Three hundred plays of a third of the items, up to a hundred days back, some skipped."""
    draw = random.Random(seed)
    items = [draw.randrange(0, size, 3) for _ in range(300)]
    times = sorted(SECONDS - draw.randrange(100 * 86_400) for _ in items)
    outcomes = [draw.choice([names.COMPLETED, names.COMPLETED, names.SKIPPED]) for _ in items]
    return worlds.plays(items, times, outcomes)


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return worlds.service(tmp_path, catalogue(), {"u": _log(catalogue().size)})


def _visit(service: Service, user_id: str = "u", *, explicit: bool = True) -> Visit:
    return service.visit(user_id, NOW, explicit=explicit, surface=SURFACE)


def _ask(service: Service, prompt: str, playlist: str | None = None, user_id: str = "u") -> Playlist:
    return make_playlist(service, vocabulary(), _visit(service, user_id), prompt, playlist)


def _broken(service: Service, answer: Playlist, visit: Visit) -> list[str]:
    items = [item.item_id for item in answer.items]
    return broken_wishes(service.catalogue, service.log.popularity, visit, answer.understood, items)


@pytest.mark.parametrize(("user_id", "step"), [("u", 1), ("a stranger", 4)])
def test_every_item_satisfies_its_prompt(service: Service, user_id: str, step: int) -> None:
    visit = _visit(service, user_id, explicit=user_id == "u")
    for case in CASES[::step]:
        answer = make_playlist(service, vocabulary(), visit, case.prompt)
        assert _broken(service, answer, visit) == [], case.prompt


TOKENS = st.lists(
    st.sampled_from(
        [
            "genre=jazz",
            "genre=rap",
            "genre=calm",
            "genre=indie rock",
            "genre=dance",
            "explicit=1",
            "country=SE",
        ]
    ),
    unique=True,
)
ROWS = st.lists(
    st.tuples(
        TOKENS,
        st.sampled_from(["", "Ada", "Los Ríos", "The Owls"]),
        st.sampled_from(["", "track", "episode"]),
        st.sampled_from([names.RELEASE_UNKNOWN, 0, 4_000, 20_000, 20_100]),
        st.sampled_from([0, 100_000, 200_000, 2_000_000]),
    ),
    max_size=25,
)
PROMPTS = [
    "calm jazz, no rap", "80s and 70s", "not by Ada", "by Los Rios or The Owls", "7 songs", "10 minutes", "podcasts",
    "nothing I know", "new artists", "my favourites", "old favourites", "hits", "hidden gems", "clean", "only new",
    "rock under 4 minutes", "for a party", "less jazz", "like Ada", "songs since 2000 but no new releases",
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    ROWS,
    st.lists(st.sampled_from(PROMPTS), min_size=1, max_size=2),
    st.lists(st.integers(0, 24), max_size=12),
    st.booleans(),
    st.sampled_from(["", "SE", "NO"]),
)
def test_any_catalogue_keeps_to_any_wishes(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[list[str], str, str, int, int]],
    prompts: list[str],
    heard: list[int],
    explicit: bool,
    country: str,
) -> None:
    items = worlds.catalogue(
        [
            {
                "item_id": f"i{number}",
                "item_tokens": [
                    *tokens,
                    *([f"creator={creator}"] * bool(creator)),
                    *([f"kind={kind}"] * bool(kind)),
                ],
                "release_day": day,
                "duration_ms": length,
            }
            for number, (tokens, creator, kind, day, length) in enumerate(rows)
        ]
    )
    plays = worlds.plays([place for place in heard if place < len(rows)])
    service = worlds.service(tmp_path_factory.mktemp("store"), items, {"u": plays})
    visit = service.visit("u", NOW, explicit=explicit, country=country, surface=SURFACE)
    answer = make_playlist(service, Vocabulary(items, vectors()), visit, " and ".join(prompts))
    assert _broken(service, answer, visit) == []
    eligible = visit.eligible(items)
    assert all(eligible[items.place_of(item.item_id)] for item in answer.items)
    size = answer.understood.size
    if not (answer.understood.minutes or answer.understood.at_most):
        assert len(answer.items) == min(size, answer.satisfying)  # as long as it can be


def test_a_list_that_can_not_be_as_long_says_so(service: Service) -> None:
    answer = _ask(service, "50 songs by Nina Montrose from the 90s")
    assert 0 < len(answer.items) == answer.satisfying < 50
    assert [(s.of, s.wanted, s.got) for s in answer.short] == [("items", 50, len(answer.items))]
    assert _ask(service, "20 songs").short == []


def test_minutes_are_filled_and_never_exceeded(service: Service) -> None:
    answer = _ask(service, "an hour of music")
    milliseconds = sum(int(catalogue().durations[catalogue().place_of(i.item_id)]) for i in answer.items)
    assert 0.9 * 60 * 60_000 < milliseconds <= 60 * 60_000
    assert answer.short == []


def test_the_models_rank_what_satisfies_the_prompt(service: Service) -> None:
    answer = _ask(service, "12 jazz songs")
    places = [catalogue().place_of(item.item_id) or 0 for item in answer.items]
    last = int(_visit(service).plays.items[-1])
    distances = sorted((place - last - 1) % catalogue().size for place in places)
    jazz = np.flatnonzero(catalogue().genres.having("jazz"))
    nearest = sorted((int(place) - last - 1) % catalogue().size for place in jazz)
    assert (
        len(set(distances) & set(nearest[:16])) >= 10
    )  # the circle's next ones, some passed over for a creator


def test_what_a_prompt_names_comes_first(service: Service) -> None:
    answer = _ask(service, "5 songs like Für Elena", user_id="a stranger")
    seed = catalogue().place_of("t-elena")
    assert seed is not None
    places = [catalogue().place_of(item.item_id) or 0 for item in answer.items]
    assert all((place - seed) % catalogue().size <= 20 for place in places)
    facts = {fact.fact for item in answer.items for fact in item.because}
    assert "like_named" in facts


def test_facts_hold(service: Service) -> None:
    answer = _ask(service, "jazz, folk or pop from the 80s I know")
    assert answer.items
    for item in answer.items:
        whole = catalogue().item(catalogue().place_of(item.item_id) or 0)
        for fact in item.because:
            if fact.fact == "has":
                assert fact.token.removeprefix("genre=") in whole.genres
            elif fact.fact == "released":
                assert fact.day == whole.released
            elif fact.fact == "played":
                assert fact.plays == _visit(service).plays.counts[whole.place]


def test_a_title_says_what_the_list_has(service: Service) -> None:
    assert _ask(service, "calm jazz from the 80s, no rap").title == "Calm jazz from the 1980s without rap"
    assert _ask(service, "songs by los rios").title == "Music by Los Ríos"
    assert _ask(service, "jazz but no jazz").title == "Nothing fits: jazz without jazz"
    answer = _ask(service, "1 song, jazz, folk or disco")
    genres = catalogue().item(catalogue().place_of(answer.items[0].item_id) or 0).genres
    assert [word in answer.title.lower() for word in ("jazz", "folk", "disco")] == [
        word in genres for word in ("jazz", "folk", "disco")
    ]


def test_the_same_prompt_gives_the_same_list(service: Service) -> None:
    first, second = _ask(service, "party songs"), _ask(service, "party songs")
    assert first.items == second.items
    assert first.playlist != second.playlist


class GoneServer(worlds.CircleServer):
    """A model server that doesn't answer."""

    def recommend_each(self, *_: object, **__: object) -> list[Ranked]:
        raise UnavailableError("the model server doesn't answer: gone")

    def rank(self, plays: Plays, places: object, wish: Wish = ANYTHING) -> Ranked:
        raise UnavailableError("the model server doesn't answer: gone")


def test_without_the_models_the_wishes_still_hold(service: Service) -> None:
    gone = Service(service.catalogue, GoneServer(catalogue()), service.store, service.log)
    visit = _visit(gone)
    answer = make_playlist(gone, vocabulary(), visit, "20 jazz or pop songs, nothing explicit")
    assert (answer.degraded, answer.reason) == (True, "the model server doesn't answer: gone")
    assert len(answer.items) == 20
    assert _broken(gone, answer, visit) == []


def test_a_catalogue_of_ids_alone_has_lists_too(tmp_path: Path) -> None:
    items: Catalogue = worlds.catalogue([{"item_id": str(number)} for number in range(8)])
    service = worlds.service(tmp_path, items)
    answer = make_playlist(
        service, Vocabulary(items, vectors()), _visit(service), "5 calm jazz songs by Nobody"
    )
    assert len(answer.items) == 5
    assert answer.not_understood == ["calm jazz", "by Nobody"]
    empty = worlds.service(tmp_path, worlds.catalogue([]))
    assert make_playlist(empty, Vocabulary(empty.catalogue), _visit(empty), "jazz").items == []


def test_prompts_that_can_not_be_answered_are_refused(service: Service) -> None:
    with pytest.raises(TooLargeError, match="1,001 characters"):
        _ask(service, "x" * (LONGEST_PROMPT + 1))
    with pytest.raises(WrongRequestError, match="say what you would like"):
        _ask(service, " \n ")
    with pytest.raises(NotThereError, match="not a playlist of this listener"):
        _ask(service, "shorter", "nowhere")
    mine = _ask(service, "jazz").playlist
    with pytest.raises(NotThereError):
        _ask(service, "shorter", mine, "another")
