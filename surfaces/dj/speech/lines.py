"""What the DJ can say of any segment: of its items, before the next, after a skip, and in answer to a wish.

A template states its claims and nothing else: words such as `never`, `favourite`, `since` or `last` stand only
where a claim means them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from surfaces.dj.speech.claims import (
    Coming,
    CreatorHas,
    CreatorItems,
    CreatorPlays,
    CreatorSince,
    GenreHas,
    GenreHere,
    GenrePlays,
    NewCreator,
    Steered,
    TotalPlays,
    UnheardHere,
)
from surfaces.dj.speech.item_claims import (
    ByCreator,
    FirstPlay,
    ItemPlays,
    LastPlay,
    Length,
    Opens,
    Popular,
    ReleasedAgo,
    ReleasedIn,
    SameCreator,
    SameGenre,
    Skipped,
    Unheard,
)
from surfaces.dj.speech.line import Line, line

DETAILS: Final = (
    line("{title} is by {creator}, in case you wonder.", ByCreator),
    line("{title} comes from {year}, and wears it well.", ReleasedIn),
    line("{title}, vintage {year}.", ReleasedIn),
    line("You've played {title} {plays:times}, so sing along.", ItemPlays),
    line("{title} dates from {year}.", ReleasedIn),
    line("You started with {title} in {year}.", FirstPlay),
    line("{title} has been with you since {year}.", FirstPlay),
    line("You last heard {title} {days:day} ago.", LastPlay),
    line("{title} and {other_title} are both by {creator}.", SameCreator),
    line("{creator} made both {title} and {other_title}.", SameCreator),
    line("{title} shares a creator with {other_title}: {creator}, who else.", SameCreator),
    line("{title} and {other_title} are both {genre}, but you'd hear that.", SameGenre),
    line("What {title} and {other_title} share is {genre}.", SameGenre),
    line("{title} sits next to {other_title} for a reason: both are {genre}.", SameGenre),
    line("You've never played {title}.", Unheard),
    line("{title} is new to you.", Unheard),
    line("{title} runs {minutes:minute}, so get comfortable.", Length),
    line("You've played {creator} {plays:times}.", CreatorPlays),
    line("{creator} has been with you since {year}.", CreatorSince),
    line("You've tried {items:title} by {creator} so far.", CreatorItems),
    line("I count {items:title} by {creator} on the shelf.", CreatorHas),
    line("{creator} is a new name to you.", NewCreator),
    line("You've never played {creator}, by the way.", NewCreator),
    line("You and {genre} have {plays:play} behind you.", GenrePlays),
    line("Of {genre} you've had {plays:play}.", GenrePlays),
    line("The shelf has {items:title} of {genre}.", GenreHas),
    line("{items:pick} of it {items:is|are} {genre}.", GenreHere),
    line("{title} came out {days:day} ago.", ReleasedAgo),
    line("You've pressed play {plays:times} to date.", TotalPlays),
    line("{plays:play} of yours so far, and I remember each.", TotalPlays),
    line("{items:pick} of these you've never played.", UnheardHere),
    line("{title} drew {plays:play} from listeners in {days:day}.", Popular),
)
"""For any segment."""

HANDOVERS: Final = (
    line("{title} by {creator} goes first.", Opens, ByCreator),
    line("First up, {title}.", Opens),
    line("We begin with {title} by {creator}.", Opens, ByCreator),
    line("Here's {title}.", Opens),
    line("Let's open with {title}.", Opens),
    line("{title} to start, by {creator}.", Opens, ByCreator),
    line("And now {title}.", Opens),
    line("On to {creator} and {title}.", Opens, ByCreator),
    line("Opening with {title}, by {creator}.", Opens, ByCreator),
    line("{items:noun}, beginning with {title}.", Opens, Coming),
    line("{title} leads a set of {items:noun}.", Opens, Coming),
    line("Lights down: {title}.", Opens),
    line("Up next, {title} by {creator}.", Opens, ByCreator),
    line("I'll get out of the way of {title}.", Opens),
    line("{creator} takes it from here with {title}.", Opens, ByCreator),
    line("{title} is from {year}, and it opens the set.", Opens, ReleasedIn),
)
"""Before the segment's first item."""

SKIPS: Final = (
    line("You skipped {title}; message received.", Skipped),
    line("{title} was skipped by you, so I'm changing course.", Skipped),
    line("Fair enough, you skipped {title}; I can take a hint.", Skipped),
    line("You skipped {title}, and I've made a note.", Skipped),
    line("You skipped past {title}, so we move on.", Skipped),
    line("I saw you skip {title}; let me try another door.", Skipped),
    line("You skipped {title}, so here's a different tack.", Skipped),
)
"""After a skip."""

WISHES: Final[Mapping[str, tuple[Line, ...]]] = MappingProxyType(
    {
        "less talk": (line("Less talk it is.", Steered), line("I'll be brief.", Steered)),
        "more talk": (line("More talk, then; you wished for it.", Steered), line("Chatty it is.", Steered)),
        "calmer": (
            line("Calmer it is.", Steered),
            line("I'll go softer from here.", Steered),
            line("Let's bring it down to something calmer.", Steered),
        ),
        "more energy": (
            line("More energy, coming up.", Steered),
            line("Livelier it is.", Steered),
            line("Let's make it louder.", Steered),
        ),
        "older": (line("Older it is.", Steered), line("Back we go, then.", Steered)),
        "newer": (line("Newer it is.", Steered), line("Forward we go, to newer things.", Steered)),
        "more like this": (line("More like this, gladly.", Steered), line("More like that it is.", Steered)),
        "away": (
            line("Enough of {value}, understood.", Steered),
            line("{value} is out.", Steered),
            line("I'll give {value} a rest.", Steered),
        ),
        "change": (
            line("A change, then.", Steered),
            line("Let's turn somewhere different.", Steered),
            line("Change it is.", Steered),
        ),
        "play": (line("{value}, here you go.", Steered), line("Then I'll play {value}.", Steered)),
        "only": (line("{value}, and nothing but.", Steered), line("Only {value} from here.", Steered)),
        "years": (
            line("The years you wanted: {value}.", Steered),
            line("Off to {value}, your years.", Steered),
        ),
        "unheard": (line("New things, then.", Steered), line("Nothing but new from here.", Steered)),
        "heard": (line("Back to what you know.", Steered), line("Familiar ground, then.", Steered)),
        "anything": (line("Anything goes again.", Steered), line("Open again, to everything.", Steered)),
    }
)
"""What answers a wish, by the wish."""
