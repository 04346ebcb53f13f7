"""What listeners say to a DJ: whole phrases by the wish that they utter, and words that lead to a name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from surfaces.common.wording.words import split_words

NO_TALK: Final = "no talk"
LESS_TALK: Final = "less talk"
MORE_TALK: Final = "more talk"
CALMER: Final = "calmer"
MORE_ENERGY: Final = "more energy"
OLDER: Final = "older"
NEWER: Final = "newer"
MORE_LIKE_THIS: Final = "more like this"
CHANGE: Final = "change"
UNHEARD: Final = "unheard"
HEARD: Final = "heard"
ANYTHING: Final = "anything"
AWAY: Final = "away"
PLAY: Final = "play"
ONLY: Final = "only"
YEARS: Final = "years"
ALLOW: Final = "allow"
"""What was refused for ever may come again."""

EVER: Final = "ever"
"""What makes a wish last beyond the session."""

_WISHES: Final[Mapping[str, str]] = MappingProxyType(
    {
        NO_TALK: "no talk|no talking|no more talk|no more talking|stop talking|stop the talk|shut up|be quiet|"
        "just the music|just music|just play music|dont talk|dont speak|no chatter|no chat|no speaking|hush|silence|"
        "without talking|skip the talk|skip the talking|skip the chatter|enough talk|enough talking|no intros|"
        "no words|quiet please|zip it|no dj talk|let the music speak|only the music",
        LESS_TALK: "less talk|less talking|talk less|less chat|less chatter|less chatting|fewer words|shorter intros|"
        "you talk too much|too much talk|too much talking|keep it short|keep it brief|be brief|speak less|say less|"
        "not so much talking|not so much talk|less of the talking|less of the chat|less yapping|less blah",
        MORE_TALK: "more talk|more talking|talk more|talk to me|tell me more|say more|more chat|more chatter|"
        "more facts|more stories|speak more|chat more|you can talk|start talking|talk again|more of the talking|"
        "tell me about it|tell me about the music",
        CALMER: "calmer|calm|calm down|calm it down|slower|slow it down|slow down|quieter|softer|gentler|mellow|"
        "mellower|chill|chiller|chill out|relax|relaxing|relaxed|peaceful|soothing|less energy|too loud|not so loud|"
        "less loud|turn it down|wind down|tone it down|too fast|too much energy|too hectic|laid back|easy listening|"
        "take it easy|quiet music|less hectic|too intense|less intense|easier|more calm|more chill|more mellow|"
        "bring it down|bring down the energy|sleepy|more relaxed|more relaxing",
        MORE_ENERGY: "more energy|energy|energetic|more energetic|livelier|lively|more lively|louder|loud|faster|"
        "fast|upbeat|more upbeat|pump it up|pump me up|turn it up|wake me up|too slow|too calm|too quiet|too sleepy|"
        "too boring|liven it up|party|party time|hype|more hype|punchier|harder|heavier|speed it up|pick it up|"
        "pick up the pace|up the energy|more oomph|bangers|crank it up|less calm|less sleepy|less mellow",
        OLDER: "older|something older|go back in time|go back further|further back|old stuff|old songs|old music|"
        "oldies|less new|less modern|earlier stuff|more classic|classics|older stuff|older songs|older music|"
        "too new|too modern|more retro|more vintage|from the past",
        NEWER: "newer|something newer|more recent|recent stuff|more modern|modern|less old|newer stuff|newer songs|"
        "newer music|too old|more current|more up to date|latest stuff|new releases|fresh releases|recent releases|"
        "something recent|recent music",
        MORE_LIKE_THIS: "more like this|more of this|more of the same|more of that|more like that|like this|"
        "i like this|i love this|love this|love it|this is great|this is good|similar|more similar|keep it up|"
        "keep going like this|more this|same again|same vibe|this vibe|like this one|like that one|more like it|"
        "more like this one|more like that one|stay on this|stick with this",
        CHANGE: "change it up|change it|change|change things up|something else|something different|surprise me|"
        "mix it up|switch it up|switch|different|something completely different|another|shake things up|"
        "shake it up|new direction|bored|im bored|boring|this is boring|not this|not feeling this|next|next one|"
        "skip|skip this|skip it|i dont like this|dont like this|not in the mood for this|move on|change the mood|"
        "change of mood|change the vibe|turn the page|wildcard|not my thing",
        UNHEARD: "nothing i know|nothing i already know|nothing familiar|nothing ive heard|only new|only new things|"
        "only new stuff|only new music|something new|new to me|new stuff|new music|new things|stuff i dont know|"
        "songs i dont know|things i dont know|things i havent heard|stuff i havent heard|songs i havent heard|"
        "something i dont know|something i havent heard|no repeats|no songs i know|discover|discovery|"
        "discover something|unheard|never heard before|nothing ive played|no favourites|no favorites|"
        "something unfamiliar|unfamiliar",
        HEARD: "something i know|songs i know|stuff i know|things i know|what i know|only what i know|familiar|"
        "something familiar|repeats|favourites|favorites|my favourites|my favorites|my faves|faves|old favourites|"
        "old favorites|my usual|the usual|things i love|songs i love|stuff i love|only familiar|my music|"
        "no new music|nothing new|no new stuff|things ive played|my hits",
        ANYTHING: "anything|anything goes|reset|start over|forget that|forget it|never mind|nevermind|"
        "back to normal|whatever|no restrictions|clear|clear all|everything|undo|as before|all genres|any genre|"
        "anything you like|your choice|you choose|dj choice|repeats are fine|repeats are ok",
    }
)
_LEADS: Final[Mapping[str, str]] = MappingProxyType(
    {
        AWAY: "no more|no more of|no|not|not that|enough|enough of|enough with|enough from|less|less of|without|stop|"
        "stop playing|stop with|dont play|do not play|never play|never|ban|block|hate|i hate|sick of|im sick of|"
        "tired of|im tired of|fed up with|skip all|skip the|leave out|remove|drop|lose|had enough of|"
        "ive had enough of|i dont want|dont want|dont like|i dont like|nothing by|nothing from|nothing more by|"
        "nothing more from|get rid of|rid of|cut out|cut the|mute|not another|no more from|no more by|bored of|"
        "bored with|im bored of|im bored with|anything but|everything but|spare me|quit playing|avoid|except",
        ALLOW: "allow|unban|unblock|unmute|bring back|welcome back|take back|you may play|you are allowed to play|"
        "its ok to play|its okay to play|its fine to play|forgive|no longer ban|no longer block|stop blocking|"
        "stop banning",
        ONLY: "only|just|nothing but|only play|just play|stick to|stick with|stay with|exclusively|keep it to|"
        "nothing else but|all",
        PLAY: "play|put on|play me|play some|play something by|play something from|i want|i want to hear|"
        "i wanna hear|i want some|i need|i need some|lets hear|let us hear|lets have|lets try|give me|give us|gimme|"
        "how about|what about|more|more of|more by|more from|some|a bit of|in the mood for|im in the mood for|"
        "go to|turn to|switch to|change to|move to|back to|go back to|lets go back to|lets go to|take me to|"
        "take me back to|can you play|could you play|anything by|anything from|something by|something from|"
        "something like|queue|spin|from|add",
    }
)
THIS_CREATOR: Final = (
    "this creator|this artist|this band|this show|this singer|this podcast|this guy|this group|this one|this host|"
    "that creator|that artist|that band|that show|that singer|that podcast|that guy|that group|that one|"
    "the artist|the band|the singer|the creator|them|him|her|these guys|those guys|these people|this person|"
    "this rapper|this dj|this musician|the show|this act"
)
THIS_ITEM: Final = (
    "this song|this track|this episode|this film|this movie|this tune|this item|this|that song|that track|that|"
    "that episode|that film|that movie|it"
)
MUSIC: Final = "music|songs|song|tracks|track|tunes|tune"
TALK: Final = "podcasts|podcast|episodes|episode|talk shows|spoken word|talk|shows|pods|pod|stories"
_FILLERS: Final = """
a an the and or but so now please pls plz thanks thank you cheers ta hey hi hello yo dj ok okay well um uh er
oh can could would will should we i me my us it its is are do does did be been im id ill ive lets let to of
for with in on at as by from that this these those some something somethin sth bit little lot lots much very
really quite rather just maybe perhaps kind sort like want wanna wanted need needs feel feeling go going gonna
get getting got make made making keep bring take give put have has had here there then today tonight moment
mood while time again more also too instead right way think thought guess mean know if when what how about man
mate buddy dude stuff things thing one ones song songs music track tracks tune tunes play playing up down yes
yeah yep no actually still even back hear listen listening vibe vibes genre style era years year old plenty
bunch loads couple few any all most only ever forever anymore always longer permanently session rest day night
evening morning afternoon being your you're youre yours can't cant thats dont
""".split()  # noqa: SIM905 - a text is easier to read here


def _folded(phrase: str) -> tuple[str, ...]:
    return tuple(word.folded for word in split_words(phrase))


def phrases(text: str) -> frozenset[tuple[str, ...]]:
    """The folded words of phrases that are parted by `|`."""
    return frozenset(_folded(phrase) for phrase in text.split("|"))


WISH_OF: Final = MappingProxyType({p: wish for wish, text in _WISHES.items() for p in phrases(text)})
"""The wish of a phrase, by its folded words."""
LEAD_OF: Final = MappingProxyType({p: lead for lead, text in _LEADS.items() for p in phrases(text)})
"""What a phrase leads to, by its folded words."""
FILLERS: Final = frozenset(word for filler in _FILLERS for word in _folded(filler))
"""Words that say nothing by themselves."""
AGAIN: Final = "again"
"""With it, what is to be played may be what was refused for ever."""
FOREVER: Final = phrases("ever|ever again|forever|anymore ever|for good|permanently|for ever")
KNOWN_WORDS: Final = FILLERS | {word for phrase in (*WISH_OF, *LEAD_OF) for word in phrase}
"""All words of phrases: what isn't among them may be one of them with a typo."""
