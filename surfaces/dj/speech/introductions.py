"""What the DJ can say before a segment: templates by the theme that they introduce.

A template states its claims and nothing else: words such as `never`, `favourite`, `since` or `last` stand only
where a claim means them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from surfaces.dj.speech.claims import (
    Clock,
    Coming,
    CreatorHas,
    CreatorItems,
    CreatorPlays,
    CreatorSince,
    CreatorUnheard,
    DecadeHere,
    DecadePlays,
    FreshHere,
    GenreHas,
    GenreHere,
    GenrePlays,
    NewCreator,
    PartPlays,
    Steered,
    TotalPlays,
    UnheardHere,
)
from surfaces.dj.speech.item_claims import (
    FirstPlay,
    ItemPlays,
    LastPlay,
    Length,
    MostPlayed,
    Popular,
    ReleasedAgo,
    SeasonPlays,
    Unfinished,
    Unheard,
)
from surfaces.dj.speech.line import Line, line

INTRODUCTIONS: Final[Mapping[str, tuple[Line, ...]]] = MappingProxyType(
    {
        "old favourite": (
            line(
                "{title}: you've played it {plays:times}, so introductions seem unneeded.",
                ItemPlays,
            ),
            line("You've played {title} {plays:times}, and I'd call that evidence.", ItemPlays),
            line("You and {title} go back to {year}, when you first pressed play.", FirstPlay),
            line("You started playing {title} in {year}; let's see what keeps it company.", FirstPlay),
            line(
                "Since {year} you've played {title} {plays:times}; here it is, with company.",
                FirstPlay,
                ItemPlays,
            ),
            line(
                "We start from {title}, which you've played {plays:times}, and wander from there.", ItemPlays
            ),
            line("You've gone back to {title} {plays:times}; its neighbours deserve a hearing.", ItemPlays),
            line("It's {days:day} since you last played {title}, which is long enough.", LastPlay),
            line("You last played {title} {days:day} ago; let's put that right.", LastPlay),
            line(
                "You've played {title} {plays:times}, the most of anything: firm ground.",
                MostPlayed,
            ),
        ),
        "more by a creator": (
            line(
                "You've played {creator} {plays:times}, so more of the same should do you good.", CreatorPlays
            ),
            line("{creator} again, and gladly: you've played that name {plays:times}.", CreatorPlays),
            line("You know {items:title} by {creator}; let's add to that.", CreatorItems),
            line("There {items:is|are} {items:title} by {creator} you haven't tried yet.", CreatorUnheard),
            line("By my count you have {items:title} by {creator} still unheard.", CreatorUnheard),
            line("You've been with {creator} since {year}, and still I find things to add.", CreatorSince),
            line(
                "Since {year} you've played {creator} {plays:times}; that earns more.",
                CreatorSince,
                CreatorPlays,
            ),
            line("I keep {items:title} by {creator} on the shelf, so let's dig.", CreatorHas),
            line("You first met {creator} in {year}; time to get better acquainted.", CreatorSince),
            line(
                "{creator} has {items:title} you've never played; I intend to fix that.",
                CreatorUnheard,
            ),
        ),
        "turn": (
            line(
                "Time for a turn: {genre}, of which you've played {plays:times} as much as I'd like.",
                GenrePlays,
            ),
            line("Let's turn a corner into {genre}; I have {items:title} of it on the shelf.", GenreHas),
            line("{items:pick} of {genre}, for a change of air.", GenreHere),
            line(
                "You've played {genre} {plays:times}, so this is a side street you know.",
                GenrePlays,
            ),
            line("Now for some {genre}: {items:title} of it here, and I've been choosy.", GenreHas),
            line("Change of scenery: {items:pick} of {genre} coming up.", GenreHere),
            line("Something else now, {genre}, which you've played {plays:times} by my count.", GenrePlays),
            line("I'm steering us into {genre}, with {items:pick} to make the case.", GenreHere),
        ),
        "commute": (
            line("{weekday} {part_of_day}: somebody else can do the talking for a while.", Clock),
            line("It's {weekday} {part_of_day}, and a road goes faster with a good voice.", Clock),
            line("Company for the way: {title} runs {minutes:minute}.", Length),
            line("For the ride, {title}: {minutes:minute}, doors closing.", Length),
            line("{weekday} {part_of_day} calls for a story, so I've lined one up.", Clock),
            line("You stopped {title} after {minutes:minute}; shall we hear how it ends?", Unfinished),
            line("You left {title} {minutes:minute} in, and I've kept your seat warm.", Unfinished),
            line("Out {days:day} ago: {title}, just in time for the road.", ReleasedAgo),
            line("Mind the gap, it's {weekday} {part_of_day}; here's a voice for the journey.", Clock),
        ),
        "talk": (
            line("Time to let somebody speak: {title}, {minutes:minute}.", Length),
            line("Put the kettle on, {title} runs {minutes:minute}.", Length),
            line("A voice for a while: {title}, {minutes:minute} of it.", Length),
            line("You stopped {title} after {minutes:minute}; the rest is still good.", Unfinished),
            line("You left {title} {minutes:minute} in, which seems a pity.", Unfinished),
            line("Fresh from the studio, {days:day} old: {title}.", ReleasedAgo),
            line("{weekday} {part_of_day} is a fine time to listen to somebody who knows things.", Clock),
            line("Some talk for your {weekday} {part_of_day}; I'll keep quiet meanwhile.", Clock),
        ),
        "decade": (
            line("Back to {decade}, where you've pressed play {plays:times}.", DecadePlays),
            line("{items:pick} from {decade}; mind the step.", DecadeHere),
            line("You've played {decade} {plays:times}, so call this a visit to old friends.", DecadePlays),
            line("Set the clock: {items:pick} out of {decade}.", DecadeHere),
            line("I've been through the shelf of {decade} and came back with {items:pick}.", DecadeHere),
            line("{decade} suit you: {plays:play} by my count.", DecadePlays),
            line("You've given {decade} {plays:play}; here's more in that vein.", DecadePlays),
            line("Out of the drawer marked {decade}: {items:pick}.", DecadeHere),
        ),
        "fresh": (
            line("{items:pick} from the last {days:day}; the ink is still wet.", FreshHere),
            line("New in the last {days:day}: {items:pick}, handled with care.", FreshHere),
            line("{title} came out {days:day} ago, so you're early.", ReleasedAgo),
            line("{title} is {days:day} old and already making itself at home.", ReleasedAgo),
            line("Out in the last {days:day}, {items:pick} I'd stop for.", FreshHere),
            line("Straight from the box: {items:pick} released in the last {days:day}.", FreshHere),
            line("Fresh things now, {items:pick} out in the last {days:day}.", FreshHere),
            line("{days:day} ago {title} came out; I've been waiting to use it.", ReleasedAgo),
        ),
        "last season": (
            line(
                "In the {season} of {year} you played {title} {plays:times}; does it still fit?", SeasonPlays
            ),
            line("{title}: you played it {plays:times} in the {season} of {year}.", SeasonPlays),
            line("Let's borrow the {season} of {year}, when you played {title} {plays:times}.", SeasonPlays),
            line("Remember the {season} of {year}? You played {title} {plays:times} then.", SeasonPlays),
            line("Your {season} of {year} had {title} in it {plays:times}.", SeasonPlays),
            line("I kept notes in the {season} of {year}: {title}, {plays:times}, by you.", SeasonPlays),
            line("You wore {title} well in the {season} of {year}, {plays:times} to be exact.", SeasonPlays),
        ),
        "popular": (
            line("{title} had {plays:play} by listeners in the last {days:day}.", Popular),
            line(
                "Other listeners gave {title} {plays:play} in the last {days:day}; judge for yourself.",
                Popular,
            ),
            line("The crowd has spoken: {title}, {plays:play} in {days:day}.", Popular),
            line("Listeners went for {title} {plays:times} in {days:day}, and I see why.", Popular),
            line("Word gets round: {title}, {plays:play} by other listeners in {days:day}.", Popular),
            line("By the numbers, listeners played {title} {plays:times} in the last {days:day}.", Popular),
            line(
                "In {days:day} people played {title} {plays:times}; let's see what the fuss is for.", Popular
            ),
        ),
        "unheard": (
            line("{items:pick} you've never played, chosen with you in mind.", UnheardHere),
            line("New to you: {items:pick}, and I'd stake my headphones on it.", UnheardHere),
            line("I have {items:pick} here that you haven't met yet.", UnheardHere),
            line("You've never played {title}, which I take as an oversight.", Unheard),
            line("You've not heard {title} from me before, or anywhere in your plays.", Unheard),
            line("Unheard by you so far: {items:pick}, until now.", UnheardHere),
            line("Let me introduce {items:pick} you've yet to play.", UnheardHere),
            line("{title} is new to you, and I like your chances.", Unheard),
        ),
        "long time": (
            line("It's been {days:day} since you last played {title}.", LastPlay),
            line("You last put {title} on {days:day} ago; it has been waiting.", LastPlay),
            line("{title}: {plays:times} by you, then quiet, so let's break that.", ItemPlays),
            line("{days:day} since your last play of {title}, but I keep count for you.", LastPlay),
            line("You played {title} {plays:times} and moved on; I'm sentimental, so here it is.", ItemPlays),
            line("You left {title} alone for {days:day}, going by your last play.", LastPlay),
            line("You've let {title} rest {days:day} since the last play, and rested it sounds.", LastPlay),
        ),
        "this hour": (
            line(
                "You've pressed play {plays:times} in the {part_of_day}, so I know the mood.",
                PartPlays,
            ),
            line("Your {part_of_day} has form: {plays:play} so far.", PartPlays),
            line(
                "You've given me {plays:play} in the {part_of_day} to learn from; this is the result.",
                PartPlays,
            ),
            line("It's {weekday} {part_of_day}, and I've gone with what you play at this hour.", Clock),
            line("{weekday} {part_of_day}: your usual, with a twist.", Clock),
            line("You and the {part_of_day} have {plays:play} behind you; on we go.", PartPlays),
            line("Your {weekday} {part_of_day}, by your own habits.", Clock),
        ),
        "new creators": (
            line("You've never played {creator}, and I'd like to be there when you do.", NewCreator),
            line("New to you: {creator}.", NewCreator),
            line("Meet {creator}, a name you haven't played yet.", NewCreator),
            line("{creator} is a stranger to you, not for long.", NewCreator),
            line("Your plays have yet to see {creator}; let's change that.", NewCreator),
            line("{items:pick} you've never played, by names worth learning.", UnheardHere),
            line("You haven't tried {creator} yet; trust me on this one.", NewCreator),
        ),
        "request": (
            line("You wished for it, so it goes on.", Steered),
            line("As you like: {items:noun} to follow your word.", Coming),
            line("By request, {items:noun}.", Coming),
            line("You name it, I play it: {items:noun} coming up.", Coming),
            line("Here we go with your wish, {items:noun} long.", Coming),
        ),
        "like this": (
            line(
                "{title} set the tone, and you've played it {plays:times}; more from the neighbourhood.",
                ItemPlays,
            ),
            line("More in that vein: {items:noun}.", Coming),
            line("Staying on this street for {items:noun}.", Coming),
            line("That seems to suit you, so {items:noun} in the same spirit.", Coming),
            line("I'll follow that thread for {items:noun}.", Coming),
        ),
        "anything": (
            line("{items:noun}, picked for your {weekday} {part_of_day}.", Coming, Clock),
            line("{weekday} {part_of_day}: {items:noun} from my side of the glass.", Coming, Clock),
            line("You've pressed play {plays:times} so far; let's add to it.", TotalPlays),
            line("{items:noun} next, in good order.", Coming),
            line("Let me put on {items:noun} and step back.", Coming),
            line("Here come {items:noun}; sit where the sound is good.", Coming),
        ),
    }
)
"""By theme."""
