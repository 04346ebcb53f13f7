"""What listeners say, in their own phrasing and with typos, and what the DJ makes of it."""

import pytest

from surfaces.common.wording.years import Years
from surfaces.dj.steering.hearing import Content, This, Uttered, hear
from surfaces.dj.steering.known_names import KnownNames, Name
from tests.surfaces.worlds import catalogue

NAMES = KnownNames(
    catalogue(
        [
            {
                "item_id": "1",
                "title": "Slow Down",
                "item_tokens": ["kind=track", "creator=The Larks", "genre=jazz"],
            },
            {
                "item_id": "2",
                "title": "Midnight Coast",
                "item_tokens": ["kind=track", "creator=Sunset 84", "genre=hip hop"],
            },
            {
                "item_id": "3",
                "title": "Ep. 12",
                "item_tokens": ["kind=episode", "creator=The Ledger", "genre=economics"],
            },
            {
                "item_id": "4",
                "title": "Äther",
                "item_tokens": ["kind=track", "creator=Beyoncé", "genre=calm"],
            },
        ]
    )
)
LARKS, BEYONCE = Name("creator", "The Larks"), Name("creator", "Beyoncé")
JAZZ, HIP_HOP = Name("genre", "jazz"), Name("genre", "hip hop")
NINETIES = Years(1990, 1999)
WISHES = [
    ("less talk", "less talk"),
    ("you talk too much", "less talk"),
    ("talk less plz", "less talk"),
    ("no talk", "no talk"),
    ("shut up", "no talk"),
    ("just the music please", "no talk"),
    ("more talk", "more talk"),
    ("tell me more!", "more talk"),
    ("somethin calmer pls", "calmer"),
    ("something clamer", "calmer"),
    ("can you slow it down", "calmer"),
    ("this is too loud", "calmer"),
    ("not so loud", "calmer"),
    ("Calm down, will you", "calmer"),
    ("more energy", "more energy"),
    ("pump it up!!", "more energy"),
    ("something enrgetic please", "more energy"),
    ("WAKE ME UP", "more energy"),
    ("older", "older"),
    ("play something older", "older"),
    ("newer stuff", "newer"),
    ("something more recent", "newer"),
    ("more like this", "more like this"),
    ("i love this", "more like this"),
    ("moer like this", "more like this"),
    ("change it up", "change"),
    ("i'm bored", "change"),
    ("surprise me", "change"),
    ("something diferent", "change"),
    ("nothing I know", "unheard"),
    ("new music pls", "unheard"),
    ("no repeats", "unheard"),
    ("songs i know", "heard"),
    ("play my favourites", "heard"),
    ("anything goes", "anything"),
    ("ok, start over", "anything"),
]  # fmt: skip


@pytest.mark.parametrize(("say", "wish"), WISHES)
def test_a_wish_is_understood(say: str, wish: str) -> None:
    heard = hear(say, NAMES)
    assert (heard.uttered, heard.not_understood) == ([Uttered(wish)], [])


TARGETED = [
    ("no more of this creator", Uttered("away", This(creator=True))),
    ("no more of this artist please", Uttered("away", This(creator=True))),
    ("i'm sick of this band", Uttered("away", This(creator=True))),
    ("never play this creator again", Uttered("away", This(creator=True))),
    ("never play this creator ever again", Uttered("away", This(creator=True), ever=True)),
    ("enough of the larks", Uttered("away", LARKS)),
    ("no more larks", Uttered("away", LARKS)),
    ("no more beyonce for good", Uttered("away", BEYONCE, ever=True)),
    ("enough of the lraks", Uttered("away", LARKS)),
    ("less jazz", Uttered("away", JAZZ)),
    ("no hip-hop", Uttered("away", HIP_HOP)),
    ("no podcasts", Uttered("away", Content(talk=True))),
    ("allow the larks", Uttered("allow", LARKS, ever=True)),
    ("you may play beyonce again", Uttered("allow", BEYONCE, ever=True)),
    ("unban jazz please", Uttered("allow", JAZZ, ever=True)),
    ("play the larks again", Uttered("play", LARKS, ever=True)),
    ("only jazz", Uttered("only", JAZZ)),
    ("just hiphop from now on", Uttered("only", HIP_HOP)),
    ("only podcasts", Uttered("only", Content(talk=True))),
    ("play Beyoncé", Uttered("play", BEYONCE)),
    ("put on some beyonce", Uttered("play", BEYONCE)),
    ("can you play beyonse", Uttered("play", BEYONCE)),
    ("more by this artist", Uttered("play", This(creator=True))),
    ("jazz please", Uttered("play", JAZZ)),
    ("play slow down", Uttered("play", Name("title", "Slow Down", 0))),
    ("play midnight coast", Uttered("play", Name("title", "Midnight Coast", 1))),
    ("how about an episode", Uttered("play", Name("kind", "episode"))),
    ("can we go back to the nineties?", Uttered("years", NINETIES)),
    ("only the 90s", Uttered("years", NINETIES)),
    ("songs from 1990 to 1999", Uttered("years", NINETIES)),
]  # fmt: skip


@pytest.mark.parametrize(("say", "uttered"), TARGETED)
def test_a_wish_about_something_is_understood(say: str, uttered: Uttered) -> None:
    heard = hear(say, NAMES)
    assert (heard.uttered, heard.not_understood) == ([uttered], [])


def test_several_wishes_are_understood_in_order() -> None:
    heard = hear("less talk, calmer and no more of the larks", NAMES)
    assert heard.uttered == [Uttered("less talk"), Uttered("calmer"), Uttered("away", LARKS)]
    heard = hear("no larks or jazz but something newer", NAMES)
    assert heard.uttered == [Uttered("away", LARKS), Uttered("away", JAZZ), Uttered("newer")]


@pytest.mark.parametrize(
    ("say", "strange"),
    [
        ("play metallica", ["metallica"]),
        ("calmer, and make it purple", ["purple"]),
        ("no", ["no"]),
        ("no eighties", ["no"]),
        ("qwertz asdf", ["qwertz asdf"]),
        ("'; DROP TABLE plays; --", ["TABLE plays"]),
        ("<script>alert(1)</script>", ["script alert 1 script"]),
    ],
)
def test_what_is_not_understood_is_reported_as_it_was_said(say: str, strange: list[str]) -> None:
    assert hear(say, NAMES).not_understood == strange


@pytest.mark.parametrize("say", ["", "   ", "!!!", "please", "hey dj, thanks"])
def test_what_says_nothing_is_no_wish(say: str) -> None:
    heard = hear(say, NAMES)
    assert (heard.uttered, heard.not_understood) == ([], [])
