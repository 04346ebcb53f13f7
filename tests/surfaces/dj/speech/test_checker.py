"""A sentence is spoken only if it is true: lies are planted in text, in facts and in names."""

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surfaces.dj.knowing.plan import Topic
from surfaces.dj.knowing.session import Session
from surfaces.dj.speech import claims, item_claims
from surfaces.dj.speech.checker import refusal
from surfaces.dj.speech.claim import Claim
from surfaces.dj.speech.scene import Scene
from surfaces.dj.speech.speaker import Speaker, Spoken
from surfaces.dj.speech.spoken_names import spoken_name
from tests.surfaces import worlds
from tests.surfaces.dj.worlds import radio, scene, visit

WORDS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
]
FAVOURITE = item_claims.ItemPlays(item_id="i000", title="Song A", plays=9)
SCENE = scene([0, 1, 2])


def test_a_true_sentence_passes() -> None:
    assert refusal("You've played “Song A” nine times.", [FAVOURITE], SCENE) is None
    assert refusal("You've played “Song A” 9 times.", [FAVOURITE], SCENE) is None


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("You've played “Song A” eight times.", "says"),
        ("You've played “Song A” 19 times.", "says"),
        ("You've played “Song A”.", "says"),
        ("You've played “Song A” nine times since 2019.", "says"),
        ("You've played “Song B” nine times.", "titles"),
        ("You've played “Song A” and “Song B” nine times.", "titles"),
        ("You've played Song A nine times.", "nothing stands behind"),
        ("You've played “Song A” by Nobody nine times.", "nothing stands behind"),
        ("Metallica fans, you've played “Song A” nine times.", "nothing stands behind"),
        ("You've never played “Song A” nine times.", "don't say"),
        ("You haven't played “Song A” nine times.", "don't say"),
        ("You've played “Song A” over nine times.", "don't say"),
        ("You've played “Song A” nine times, your favourite.", "don't say"),
        ("Listeners played “Song A” nine times.", "don't say"),
        ("Here is “Song A”, played nine times.", "none of"),
        ("You've played “Song A” nine minutes.", "says"),
        ("You've played “Song A nine times.", "nothing stands behind"),
        ('You\'ve played "Song A" nine times.', "nothing stands behind"),
        ("You've played “Song A” nine times on Monday.", "says"),
        ("You've played “Song A” nine times, mostly in the nineties.", "says"),
        ("You've played “Song A” 9.5 times.", "nothing stands behind"),
        ("You've played “Song A” nine times in three tracks.", "says"),
        ("You've played “Song A” nine times " + "and so on " * 30, "too long"),
    ],
)
def test_a_lie_in_the_words_is_refused(sentence: str, reason: str) -> None:
    assert reason in (refusal(sentence, [FAVOURITE], SCENE) or "")


@pytest.mark.parametrize(
    "lie",
    [
        item_claims.ItemPlays(item_id="i000", title="Song A", plays=8),
        item_claims.ItemPlays(item_id="i001", title="Song A", plays=9),
        item_claims.ItemPlays(item_id="gone", title="Song A", plays=9),
        item_claims.MostPlayed(item_id="i001", title="Song B", plays=2),
        item_claims.FirstPlay(item_id="i000", title="Song A", year=2024),
        item_claims.LastPlay(item_id="i000", title="Song A", days=440),
        item_claims.Unheard(item_id="i000", title="Song A"),
        item_claims.ReleasedIn(item_id="i000", title="Song A", year=1986),
        item_claims.ByCreator(item_id="i000", title="Song A", creator="Band 1"),
        item_claims.SameCreator(
            item_id="i000", title="Song A", other_id="i001", other_title="Song B", creator="Band 0"
        ),
        item_claims.SameGenre(
            item_id="i000", title="Song A", other_id="i001", other_title="Song B", genre="loud"
        ),
        item_claims.Opens(item_id="i001", title="Song B"),
        claims.Coming(items=4),
        claims.Coming(items=3, kind="episode"),
        claims.CreatorPlays(creator="Band 0", plays=1),
        claims.CreatorPlays(creator="Nobody", plays=0),
        claims.CreatorItems(creator="Band 0", items=2),
        claims.CreatorSince(creator="Band 0", year=2023),
        claims.CreatorHas(creator="Band 0", items=5),
        claims.CreatorUnheard(creator="Band 0", items=4),
        claims.NewCreator(creator="Band 0"),
        claims.GenrePlays(genre="folk", plays=1),
        claims.GenreHas(genre="polka", items=1),
        claims.GenreHere(genre="folk", items=3),
        claims.DecadePlays(decade=1990, plays=99),
        claims.DecadeHere(decade=1990, items=3),
        claims.FreshHere(items=3, days=30),
        claims.UnheardHere(items=1),
        claims.PartPlays(part_of_day="evening", plays=1),
        claims.TotalPlays(plays=1),
        item_claims.SeasonPlays(item_id="i001", title="Song B", season="summer", year=2025, plays=2),
        item_claims.Popular(item_id="i002", title="Song C", plays=3, days=7),
        item_claims.Popular(item_id="i002", title="Song C", plays=2, days=14),
        item_claims.Skipped(item_id="i000", title="Song A"),
        item_claims.Unfinished(item_id="i000", title="Song A", minutes=2),
        item_claims.Length(item_id="i000", title="Song A", minutes=4),
        claims.Clock(weekday="friday", part_of_day="morning"),
        claims.Steered(wish="calmer"),
    ],
    ids=lambda lie: lie.fact,
)
def test_a_fact_that_does_not_hold_is_refused(lie: Claim) -> None:
    assert (refusal("Whatever it says.", [lie], SCENE) or "").startswith("not true")


def test_no_fact_is_no_sentence() -> None:
    assert refusal("Here we go.", [], SCENE) == "no fact stands behind it"


def test_where_times_are_order_only_nothing_is_said_of_them() -> None:
    fact = item_claims.FirstPlay(item_id="i000", title="Song A", year=2025)
    sentence = "You first played “Song A” in 2025."
    assert refusal(sentence, [fact], SCENE) is None
    assert refusal(sentence, [fact], scene([0, 1, 2], timed=False)) is not None


def test_a_count_of_one_thing_is_not_said_of_another() -> None:
    total = claims.TotalPlays(plays=len(SCENE.visit.plays.kept))
    opens = item_claims.Opens(item_id="i000", title="Song A")
    assert refusal(f"You've played “Song A” {total.plays} times.", [total, opens], SCENE) is not None


def test_a_name_that_says_something_stands_once() -> None:
    rows = [{"item_id": "a", "title": "A", "item_tokens": ["creator=12 times"]}]
    items = worlds.catalogue(rows)
    band = scene([0], catalogue=items, visit=visit(worlds.plays([0])))
    fact = claims.CreatorPlays(creator="12 times", plays=1)
    assert refusal("You've played 12 times once.", [fact], band) is None
    assert refusal("You've played 12 times 12 times.", [fact], band) is not None
    assert refusal("You've played 12 times once, 12 times.", [fact], band) is not None


NASTY = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "", "{0}", "{title}", "“quoted”", '"', "'", "never", "12 times", "2019", "twice", "The Nineties", "a",
            "You", "🎧🎶", "שלום עולם", "مرحبا", "a\u202eb", "\u2068x\u2069", "first", "Monday Morning", "by", " ",
            "x" * 200, "%s", "\\", "<b>", "Robert'); DROP TABLE plays;--", "\ue000", "Song B", "folk", "nine times",
        ]
    ),
)  # fmt: skip


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    size = draw(st.integers(1, 8))
    creators = draw(st.lists(NASTY, min_size=1, max_size=3))
    genres = draw(st.lists(NASTY, min_size=1, max_size=3))
    rows = [
        {
            "item_id": f"i{n}",
            "title": draw(NASTY),
            "item_tokens": list(
                dict.fromkeys(
                    [
                        f"creator={draw(st.sampled_from(creators))}",
                        f"genre={draw(st.sampled_from(genres))}",
                        f"kind={draw(st.sampled_from(['track', 'episode', 'zine']))}",
                    ]
                )
            ),
            "duration_ms": draw(st.sampled_from([0, 1, 200_000, 3_000_000])),
            "release_day": draw(st.sampled_from([-1_000_000, -9000, 0, 9000, 20_700])),
        }
        for n in range(size)
    ]
    now = visit().moment.unix
    items = draw(st.lists(st.integers(0, size - 1), max_size=12))
    ages = sorted(draw(st.lists(st.integers(0, 900), min_size=len(items), max_size=len(items))), reverse=True)
    outcomes = draw(st.lists(st.integers(0, 3), min_size=len(items), max_size=len(items)))
    times = [now - 86_400 * age - 3_000 for age in ages]
    plays = worlds.plays(items, times, outcomes, [61_000] * len(items))
    segment = draw(st.permutations(range(size)))[: draw(st.integers(1, 5))]
    return scene(segment, catalogue=worlds.catalogue(rows), visit=visit(plays), skipped=frozenset(items[:1]),
                 popularity=SCENE.popularity)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["{0}", "{title}", 'Say "Hi"', "It's", "🎧🎶", "שלום עולם", "مرحبا", "Äther", "50%", "<b>"]
)
def test_names_of_any_kind_are_spoken(name: str) -> None:
    rows = [{"item_id": "a", "title": name, "item_tokens": [f"creator={name}"]}]
    one = scene([0], catalogue=worlds.catalogue(rows), visit=visit(worlds.plays([0, 0])))
    said = speak(one, 1, "old favourite", Topic())
    assert any(name in line.text for line in said)
    assert len(said) >= 3


def speak(one: Scene, seed: int, theme: str, topic: Topic) -> list[Spoken]:
    session = Session(began=0, seed="s")
    session.steers.talk = 3
    return Speaker(session, Random(seed)).introduce(one, theme, topic, sorted(one.skipped))


THEMES = st.sampled_from(
    ["old favourite", "more by a creator", "turn", "talk", "decade", "unheard", "popular", "anything"]
)


@settings(max_examples=30, deadline=None)
@given(scenes(), st.integers(0, 99), THEMES)
def test_what_is_spoken_holds_whatever_the_names(one: Scene, seed: int, theme: str) -> None:
    topic = Topic(
        creator=one.catalogue.creators.value(0), genre=(one.catalogue.genres.values_at(0) or [""])[0]
    )
    for spoken in speak(one, seed, theme, topic):
        assert refusal(spoken.text, spoken.facts, one) is None
        assert len(spoken.text) < 400
        assert "\n" not in spoken.text
        for fact in spoken.facts:
            if "title" in type(fact).model_fields:
                assert spoken_name(fact.title) in spoken.text  # type: ignore[attr-defined]


def _other_numbers(text: str) -> list[str]:
    """The sentence with one number changed, for each number outside of quotation marks."""
    changed = []
    for match in re.finditer(r"\d+|\b(?:once|twice|" + "|".join(WORDS) + r")\b", text):
        if text[: match.start()].count("“") > text[: match.start()].count("”"):
            continue
        word = match[0]
        if word.isdigit():
            lie = str(int(word) + 1)
        else:
            lie = {"once": "twice", "twice": "three times"}.get(word) or WORDS[(WORDS.index(word) + 1) % 13]
        changed.append(text[: match.start()] + lie + text[match.end() :])
    return changed


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 9999), THEMES, st.permutations(range(40)))
def test_a_spoken_sentence_with_another_number_title_or_creator_is_refused(
    seed: int, theme: str, order: list[int]
) -> None:
    one = scene(order[:4])
    creators = {f"Band {n}" for n in range(12)}
    spoken = speak(one, seed, theme, Topic(genre="folk", creator=radio().creators.value(order[0])))
    assert spoken
    for line in spoken:
        lies = [
            lie
            for lie in _other_numbers(line.text.replace("Band ", "Band\0"))
            if "\0" in lie or "Band" not in lie
        ]
        lies = [lie.replace("\0", " ") for lie in lies]
        lies += [re.sub("“Song .*?”", "“Song Z!”", line.text)] if "“" in line.text else []
        for creator in creators:
            if re.search(rf"{creator}\b", line.text):
                lies.append(re.sub(rf"{creator}\b", "Band 99", line.text))
                lies.append(re.sub(rf"{creator}\b", "Show 7", line.text))
        for lie in lies:
            assert lie == line.text or refusal(lie, line.facts, one) is not None, lie
