"""`Speaker`: chooses what to say before a segment, and says only what the checker lets pass."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from random import Random
from typing import Final

from surfaces.dj.knowing.plan import Topic
from surfaces.dj.knowing.session import Session
from surfaces.dj.speech.checker import refusal
from surfaces.dj.speech.claim import Claim
from surfaces.dj.speech.claims import Steered
from surfaces.dj.speech.introductions import INTRODUCTIONS
from surfaces.dj.speech.line import Line
from surfaces.dj.speech.lines import DETAILS, HANDOVERS, SKIPS, WISHES
from surfaces.dj.speech.scene import Scene
from surfaces.dj.speech.witness import Witness

QUIET, BRIEF, USUAL, CHATTY = range(4)
_TRIES: Final = 12
"""Sentences that are rendered for one place, before it stays empty."""
_LOG = logging.getLogger("upnext.surfaces")

Rephrase = Callable[[Sequence[str]], Sequence[str | None]]
"""Other wordings of sentences, None for one that stays; the checker has the last word on each."""


@dataclass(frozen=True)
class Spoken:
    """A sentence and what it claims."""

    text: str
    facts: Sequence[Claim]


@dataclass
class Speaker:
    """Speaks before segments of one session, and notes in it what was said.

    Attributes:
        session: in which no sentence comes twice, and templates come in turn.
        random: what is left to chance.
        refused: how many sentences the checker refused.
    """

    session: Session
    random: Random
    refused: int = 0
    _stated: list[Claim] = field(default_factory=list)

    def introduce(self, scene: Scene, theme: str, topic: Topic, skipped: Sequence[int] = ()) -> list[Spoken]:
        """What is said before a segment.

        Args:
            scene: with the segment.
            theme: of the segment.
            topic: what it is about.
            skipped: places that were skipped just before, to which the first sentence may answer.
        """
        talk = self.session.steers.talk
        if talk == QUIET or not scene.segment:
            return []
        self._stated = []
        witness = Witness(scene)
        first, second = scene.segment[0], scene.segment[min(1, len(scene.segment) - 1)]
        opening = [*witness.opening(), *witness.of_item(first, topic), *witness.of_segment(topic)]
        whole = [*opening, *witness.of_moment(), *witness.of_hours()]
        creator = topic.creator or scene.catalogue.item(first).creator
        about = [*whole, *witness.of_creator(creator)]
        more = [
            *(claim for place in scene.segment[1:3] for claim in witness.of_item(place, topic)),
            *witness.of_pair(second, first),
            *about,
        ]
        said = [*self._answers(scene), *(self._of_skip(witness, skipped) if talk > BRIEF else ())]
        said += self._say(scene, INTRODUCTIONS.get(theme, ()), about)
        if not said or talk > BRIEF:
            for _ in range(2 if talk == CHATTY else 1):
                said += self._say(scene, DETAILS, more)
        if talk > BRIEF:
            said += self._say(scene, HANDOVERS, opening)
        return said or self._say(scene, (*HANDOVERS, *INTRODUCTIONS["anything"]), whole)

    def reword(self, spoken: Spoken, other: str | None, scene: Scene) -> Spoken:
        """The sentence in other words, if the checker lets them pass and they weren't said yet; else as it was."""
        if not other or _digest(other) in self.session.said:
            return spoken
        reason = refusal(other, spoken.facts, scene)
        if reason:
            _LOG.info("the DJ keeps to its own words: %s", reason)
            return spoken
        self.session.said.append(_digest(other))
        return Spoken(other, spoken.facts)

    def _answers(self, scene: Scene) -> Iterator[Spoken]:
        for wish, value in scene.wishes:
            yield from self._say(scene, WISHES.get(wish, ()), [Steered(wish=wish, value=value)])

    def _of_skip(self, witness: Witness, skipped: Sequence[int]) -> list[Spoken]:
        claims = [claim for place in skipped for claim in witness.of_skip(place)]
        return self._say(witness.scene, SKIPS, claims[-1:])

    def _say(self, scene: Scene, lines: Sequence[Line], claims: Sequence[Claim]) -> list[Spoken]:
        """One sentence of some templates, or none where none fits."""
        fresh = [claim for claim in dict.fromkeys(claims) if claim not in self._stated]
        for line, facts in islice(self._in_turn(lines, fresh), _TRIES):
            text = line.render(facts)
            if _digest(text) in self.session.said:
                continue
            reason = refusal(text, facts, scene)
            if reason:
                self.refused += 1
                _LOG.info("the DJ doesn't say a line: %s", reason)
                continue
            self._note(line, text, facts)
            return [Spoken(text, facts)]
        return []

    def _in_turn(self, lines: Sequence[Line], claims: Sequence[Claim]) -> Iterator[tuple[Line, list[Claim]]]:
        """Templates and the claims that fill them, those that were used least first."""
        shuffled = list(lines)
        self.random.shuffle(shuffled)
        for line in sorted(shuffled, key=lambda one: self.session.lines.get(_digest(one.text), 0)):
            facts = filling(line, claims)
            if facts:
                yield line, facts

    def _note(self, line: Line, text: str, facts: Sequence[Claim]) -> None:
        self._stated += facts
        self.session.said.append(_digest(text))
        key = _digest(line.text)
        self.session.lines[key] = self.session.lines.get(key, 0) + 1


def filling(line: Line, claims: Iterable[Claim]) -> list[Claim] | None:
    """The first claims of a template's kinds that have one subject, or none at all."""
    claims = list(claims)
    choices = [[claim for claim in claims if type(claim) is kind] for kind in line.kinds]
    for facts in product(*choices):
        if len({fact.subject for fact in facts} - {""}) < 2:
            return list(facts)
    return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
